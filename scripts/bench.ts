// Gas of every act and every question of the suite, per record, at EVM version Berlin.
//   npm run bench             prints the table, and writes docs/bench.md and docs/bench.json
//   npm run bench -- --check  fails unless both files say exactly what was measured
// Either way it fails where a cost depends on how many cities there are.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import prettier from "prettier";

import type { Row } from "./bench/meter.js";

const PAGE = "docs/bench.md";
const DATA = "docs/bench.json";
const TOLERANCE = 0.01; // between few cities and many

// What is measured is typed by the ABIs, which the build writes.
if (spawnSync("hardhat", ["build", "--quiet"], { stdio: "inherit" }).status !== 0) process.exit(1);
const { measure, meter } = await import("./bench/world.js");
const { accessActs } = await import("./bench/access.js");
const { cityActs, cityPairs, measureAmongMany, measureCityViews } = await import("./bench/city.js");
const { measureDeployment } = await import("./bench/deploy.js");
const { directoryActs } = await import("./bench/directory.js");

for (const act of cityActs) await measure(act);
await measureCityViews();
await measureAmongMany();
for (const act of [...accessActs, ...directoryActs]) await measure(act);
await measureDeployment();

const { rows } = meter;
const problems = growth(rows);
const data = `${JSON.stringify({ rows: rows.map(({ id, gas, floor, peers }) => ({ id, gas, floor, peers })) }, null, 2)}\n`;
const page = await prettier.format(pageOf(rows), {
  ...(await prettier.resolveConfig(PAGE)),
  parser: "markdown",
});

console.log(tableOf(rows));
if (process.argv.includes("--check")) {
  problems.push(...differences(rows));
} else {
  mkdirSync("docs", { recursive: true });
  writeFileSync(DATA, data);
  writeFileSync(PAGE, page);
}
for (const problem of problems) console.error(`bench: ${problem}`);
process.exit(problems.length > 0 ? 1 : 0);

/** The cost of an act must not depend on how many cities there are. */
function growth(rows: readonly Row[]): string[] {
  const gasOf = (id: string) => rows.find((row) => row.id === id)?.gas ?? NaN;
  return cityPairs.flatMap(({ few, many }) => {
    const change = gasOf(many) / gasOf(few) - 1;
    if (Math.abs(change) <= TOLERANCE) return [];
    return [`${few} is ${gasOf(few)} gas, but ${many} is ${gasOf(many)}: it must not depend on the number of cities`];
  });
}

/** What the files say, against what was measured. */
function differences(rows: readonly Row[]): string[] {
  const recorded = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, "utf8")) as { rows: Row[] }).rows : [];
  const ids = new Set([...recorded, ...rows].map(({ id }) => id));
  const differ = [...ids].flatMap((id) => {
    const was = recorded.find((row) => row.id === id);
    const is = rows.find((row) => row.id === id);
    if (was === undefined) return [`${id} is not in ${DATA}`];
    if (is === undefined) return [`${id} is in ${DATA}, but is not measured any more`];
    return (["gas", "floor"] as const).flatMap((field) =>
      was[field] === is[field] ? [] : [`${id}: ${field} ${change(was[field], is[field])}`],
    );
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
  const line = (...cells: [string, string, string, string]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(32) : cell.padStart(i === 3 ? 8 : 12))).join("");
  return [line("per record", "gas", "floor", ""), ...rows.map((row) => line(row.id, ...cellsOf(row)))].join("\n");
}

function cellsOf({ gas, floor }: Row): [string, string, string] {
  const grouped = (number: number) => number.toLocaleString("en");
  return [grouped(gas), floor === null ? "" : grouped(floor), floor === null ? "" : `× ${(gas / floor).toFixed(2)}`];
}

function pageOf(rows: readonly Row[]): string {
  const table = (title: string, ofThese: (id: string) => boolean) => [
    `## ${title}`,
    [
      "| id | what | gas | floor | |",
      "| --- | --- | ---: | ---: | ---: |",
      ...rows
        .filter(({ id }) => ofThese(id))
        .map((row) => `| \`${row.id}\` | ${row.what} | ${cellsOf(row).join(" | ")} |`),
    ].join("\n"),
  ];
  const domain = (name: string) => (id: string) => id.startsWith(`${name}.`);
  return [
    "# What it costs",
    "<!-- Written by `npm run bench`. Change scripts/bench/. -->",
    "Gas per record, at EVM version Berlin, measured in process by `npm run bench`, which writes this page and [bench.json](bench.json). " +
      "CI measures again and compares exactly (`npm run bench -- --check`).",
    [
      "- **gas** of an act is the gas used by its transaction, with its calldata and the 21,000 of any transaction; of a batch, divided by the " +
        "number of records and rounded up. Names have 12 bytes, as four Chinese characters have. Berlin pays back up to half of the gas for " +
        "words that become zero; London and later pay back less, so `access.revoke.one` and `access.accept.one` cost some 30,000 more there.",
      "- **gas** of a question (`guard`, `resolve`, `cityAt`, `signed-code`) is what it adds to the transaction of a contract that asks it: a " +
        "small contract, [GasProbe](../contracts/test/GasProbe.sol), takes the gas left before and after its `STATICCALL`, with everything that " +
        "is touched cold. Asked by `eth_call`, questions are free.",
      "- **floor** is the least that an act could cost: [FloorProbe](../contracts/test/FloorProbe.sol) gets the same calldata, and does nothing " +
        "but write one word and emit an event of the same size, without any check. The word is a new one where the act creates something " +
        "(an application, a role, the holding of a code), and else a changed one. What is above the floor pays for authority, uniqueness, the " +
        "tree and the history.",
    ].join("\n"),
    ...table("Cities", domain("city")),
    "The guard costs the same for a city whose path is all there is, and beside 3,200 other cities. So do allocating and resolving. The " +
      `benchmark fails where they differ by more than ${100 * TOLERANCE} %.`,
    ...table("Access", domain("access")),
    ...table("Directory", domain("directory")),
    ...table("Deployment", domain("deploy")),
    "All but SuiteFactory are deployed through SuiteFactory, to addresses that follow from their code.",
  ].join("\n\n");
}
