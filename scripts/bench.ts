// Gas of every act and every question of the suite, per record, at EVM version Berlin.
//   npm run bench             prints the table, and writes docs/bench.md and docs/bench.json
//   npm run bench -- --check  fails unless both files say exactly what was measured
// Either way it fails where a cost depends on how many cities, claims or schemas there are.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import prettier from "prettier";

import type { Row } from "./bench/meter.js";
import { check, type Check, grouped, outcome } from "./bench/targets.js";

const PAGE = "docs/bench.md";
const DATA = "docs/bench.json";
const TOLERANCE = 0.01; // between few and many
const PEERS = ["EAS", "ONCHAINID", "ERC-20"];

// What is measured is typed by the ABIs, which the build writes.
if (spawnSync("hardhat", ["build", "--quiet", "--no-tests"], { stdio: "inherit" }).status !== 0) process.exit(1);
const { measure, meter } = await import("./bench/world.js");
const { accessActs } = await import("./bench/access.js");
const { cityActs, cityPairs, measureAmongMany, measureCityViews } = await import("./bench/city.js");
const { measureDeployment } = await import("./bench/deploy.js");
const { directoryActs } = await import("./bench/directory.js");
const { measureEscrowActs } = await import("./bench/escrow.js");
const { identityPairs, measureIdentityActs } = await import("./bench/identity.js");
const { measureIdentityViews } = await import("./bench/identity-views.js");
const { invoicePairs, measureInvoiceActs } = await import("./bench/invoice.js");
const { measurePeers } = await import("./bench/peers.js");

for (const act of cityActs) await measure(act);
await measureCityViews();
await measureAmongMany();
for (const act of [...accessActs, ...directoryActs]) await measure(act);
await measureIdentityActs();
await measureIdentityViews();
await measurePeers();
await measureInvoiceActs();
await measureEscrowActs();
await measureDeployment();

const { rows } = meter;
const checks = check(rows);
const problems = growth(rows);
const data = `${JSON.stringify({ rows: rows.map(({ id, gas, floor, peers }) => ({ id, gas, floor, peers })) }, null, 2)}\n`;
const page = await prettier.format(pageOf(rows), {
  ...(await prettier.resolveConfig(PAGE)),
  parser: "markdown",
});

console.log(tableOf(rows));
for (const one of checks) console.log(`target of ${one.id}: ${one.target}: ${outcome(one)}`);
if (process.argv.includes("--check")) {
  problems.push(...differences(rows));
} else {
  mkdirSync("docs", { recursive: true });
  writeFileSync(DATA, data);
  writeFileSync(PAGE, page);
}
for (const problem of problems) console.error(`bench: ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);

/** The cost of an act must not depend on how many there are. */
function growth(rows: readonly Row[]): string[] {
  const gasOf = (id: string) => rows.find((row) => row.id === id)?.gas ?? NaN;
  return [...cityPairs, ...identityPairs, ...invoicePairs].flatMap(({ few, many }) => {
    const change = gasOf(many) / gasOf(few) - 1;
    if (Math.abs(change) <= TOLERANCE) return [];
    return [`${few} is ${gasOf(few)} gas, but ${many} is ${gasOf(many)}: it must not depend on how many there are`];
  });
}

/** What the files say, against what was measured. */
function differences(rows: readonly Row[]): string[] {
  const recorded = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, "utf8")) as { rows: Row[] }).rows : [];
  const ids = new Set([...recorded, ...rows].map(({ id }) => id));
  const peersOf = ({ peers }: Row) => JSON.stringify(peers);
  const differ = [...ids].flatMap((id) => {
    const was = recorded.find((row) => row.id === id);
    const is = rows.find((row) => row.id === id);
    if (was === undefined) return [`${id} is not in ${DATA}`];
    if (is === undefined) return [`${id} is in ${DATA}, but is not measured any more`];
    const changes = (["gas", "floor"] as const).flatMap((field) =>
      was[field] === is[field] ? [] : [`${id}: ${field} ${change(was[field], is[field])}`],
    );
    if (peersOf(was) !== peersOf(is)) changes.push(`${id}: peers were ${peersOf(was)}, are ${peersOf(is)}`);
    return changes;
  });
  const stale = [
    [DATA, data],
    [PAGE, page],
  ].filter(([file = "", content]) => !existsSync(file) || readFileSync(file, "utf8") !== content);
  if (differ.length === 0) differ.push(...stale.map(([file]) => `${file} is not what is written now`));
  return differ.length === 0 ? [] : [...differ, "if this is meant, `npm run bench` writes both files anew"];
}

function change(was: number | null, is: number | null): string {
  const by = was === null || is === null ? "" : ` (${is > was ? "+" : ""}${is - was})`;
  return `was ${was ?? "none"}, is ${is ?? "none"}${by}`;
}

/** For a terminal. */
function tableOf(rows: readonly Row[]): string {
  const widths = [32, 12, 12, 8, 12, 12];
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(32) : cell.padStart(widths[i] ?? 0))).join("");
  const table = rows.map((row) => line([row.id, ...cellsOf(row), ...PEERS.map((peer) => peerOf(row, peer))]));
  return [line(["per record", "gas", "floor", "", ...PEERS]), ...table].join("\n");
}

function cellsOf({ gas, floor }: Row): [string, string, string] {
  return [grouped(gas), floor === null ? "" : grouped(floor), floor === null ? "" : `× ${(gas / floor).toFixed(2)}`];
}

function peerOf({ peers }: Row, name: string): string {
  const gas = peers[name];
  return gas === undefined ? "" : grouped(gas);
}

function pageOf(rows: readonly Row[]): string {
  const table = (title: string, ofThese: (id: string) => boolean) => {
    const these = rows.filter(({ id }) => ofThese(id));
    const peers = PEERS.filter((peer) => these.some((row) => row.peers[peer] !== undefined));
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    return [
      `## ${title}`,
      [
        line(["id", "what", "gas", "floor", "", ...peers]),
        line(["---", "---", "---:", "---:", "---:", ...peers.map(() => "---:")]),
        ...these.map((row) =>
          line([`\`${row.id}\``, row.what, ...cellsOf(row), ...peers.map((peer) => peerOf(row, peer))]),
        ),
      ].join("\n"),
    ];
  };
  const domain = (name: string) => (id: string) => id.startsWith(`${name}.`);
  return [
    "# What it costs",
    "<!-- Written by `npm run bench`. Change scripts/bench/. -->",
    "Gas per record, at EVM version Berlin, measured in process by `npm run bench`, which writes this page and [bench.json](bench.json). " +
      "CI measures again and compares exactly (`npm run bench -- --check`).",
    [
      "- **gas** of an act is the gas used by its transaction, with its calldata and the 21,000 of any transaction; of a batch, divided by the " +
        "number of records and rounded up (below ten, to hundredths). Names have 12 bytes, as four Chinese characters have. Berlin pays back up to half of the gas for " +
        "words that become zero; London and later pay back less, so `access.revoke.one` and `access.accept.one` cost some 30,000 more there.",
      "- **gas** of a question (`guard`, `resolve`, `cityAt`, `signed-code`, `status`, `presentation`) is what it adds to the transaction of a contract that asks it: a " +
        "small contract, [GasProbe](../contracts/test/GasProbe.sol), takes the gas left before and after its `STATICCALL`, with everything that " +
        "is touched cold. Asked by `eth_call`, questions are free.",
      "- **floor** is the least that an act could cost: [FloorProbe](../contracts/test/FloorProbe.sol) gets the same calldata, and does nothing " +
        "but write one word and emit an event of the same size, without any check. The word is a new one where the act creates something " +
        "(an application, a role, the holding of a code, a claim), and else a changed one. What is above the floor pays for authority, uniqueness, the " +
        "tree and the history.",
    ].join("\n"),
    ...table("Cities", domain("city")),
    "The guard costs the same for a city whose path is all there is, and beside 3,200 other cities. So do allocating and resolving. The " +
      `benchmark fails where they differ by more than ${100 * TOLERANCE} %.`,
    ...table("Access", domain("access")),
    ...identityParts(table),
    ...table("Taxpayers, payments and invoices", (id) => /^(taxpayer|payment|invoice)\./.test(id)),
    "For the bureau of a city under two ancestors, and a seller that has issued in this month before; each ancestor more costs some 2,250. The " +
      "first document of a month writes a new word, and so does the first of each 250 numbers: 17,100 more each. Issuing costs the same among 500 " +
      `documents; the benchmark fails where it differs by more than ${100 * TOLERANCE} %.`,
    ...targetParts(checks),
    ...table("Directory", domain("directory")),
    ...table("Deployment", domain("deploy")),
    "All but SuiteFactory are deployed through SuiteFactory, to addresses that follow from their code.",
  ].join("\n\n");
}

function targetParts(checks: readonly Check[]): string[] {
  return [
    "## Targets",
    [
      "| id | at most | gas | limit | |",
      "| --- | ---: | ---: | ---: | --- |",
      ...checks.map(
        (one) => `| \`${one.id}\` | ${one.target} | ${grouped(one.gas)} | ${grouped(one.limit)} | ${outcome(one)} |`,
      ),
    ].join("\n"),
  ];
}

type Table = (title: string, ofThese: (id: string) => boolean) => string[];

function identityParts(table: Table): string[] {
  const gasOf = (id: string) => grouped(rows.find((row) => row.id === id)?.gas ?? NaN);
  return [
    ...table("Identities, claims and consents", (id) => /^(identity|claim|consent)\./.test(id)),
    "For a city under four ancestors; the schema is of the country. Keys, salts and hashes are the same in each run. Issuing costs the same " +
      `among 500 claims and 50 schemas; the benchmark fails where it differs by more than ${100 * TOLERANCE} %.`,
    [
      "**EAS** (npm `@ethereum-attestation-service/eas-contracts` 1.9.0) and **ONCHAINID** (npm `@onchain-id/solidity` 2.2.1) are measured in the " +
        "same run, on the same chain: their published bytecode runs on Berlin. That of ONCHAINID is compiled without the optimizer.",
      "- A claim's content is the same 96 bytes: root, subject, holder. EAS: `attest` (revocable, expiring, no recipient), `multiAttest`, " +
        "`attestByDelegation`, `revoke`; ONCHAINID: `addClaim` with the issuer's signature by the person, `revokeClaimBySignature` by the issuer.",
      "- Neither knows batches of claims that can be revoked one by one. Beside `anchor` stands EAS's `timestamp` of a root, beside `revokeAt` " +
        "its `revokeOffchain` of an id: one word each, about nothing that the chain knows, by anyone. Ours keep the issuer, its city, the schema " +
        "and the count, ask whether it may, and count the batch's changes.",
      "- Registering stands beside `createIdentity` of ONCHAINID's factory, `rotate` beside its `addKey` and `removeKey`, `statusOf` beside EAS's " +
        "`getAttestation` and ONCHAINID's `isClaimValid`.",
    ].join("\n"),
    `Of what issuing one costs above its floor, the guard takes ${gasOf("claim.guard.one")}: who may issue, whether the city and its ancestors are ` +
      "active and below the schema's, whether the contract is open. The rest reads the schema's word, hashes the claim, and encodes. The target of " +
      "revoking is that of a single claim: revoking a position writes its word besides the batch's, so that its history is walked backwards " +
      "like any other.",
  ];
}
