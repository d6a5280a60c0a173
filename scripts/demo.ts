/** The whole story, in process: `npm start`. */
import { SingleBar } from "cli-progress";
import { type Signer, Wallet } from "ethers";
import { network } from "hardhat";

import { deploySuite } from "../rocketh/suite.js";
import {
  ADMIN,
  CityCodeError,
  connect,
  decodeError,
  encodeCityCode,
  formatSignedCode,
  qrTerminal,
  REASONS,
  roleOf,
  schemeOf,
} from "../src/index.js";
import { listings, parentOf, revisions, tableOf, timeOfRevision } from "./gb2260.js";

const NOBODY = "0x0000000000000000000000000000000000000000";
const BATCH = 60;
const SHIJIAZHUANG = "MA.156.1301";
const FREE = { gasPrice: 0n, gasLimit: 60_000_000n }; // as on a consortium chain: nobody pays for gas

const started = Date.now();
let step = 0;
const chapter = (title: string) => {
  console.log(`\n${++step}. ${title}`);
};
const tell = (text: string) => {
  console.log(`   ${text}`);
};
const day = (date: Date) => date.toISOString().slice(0, 10);

const connection = await network.getOrCreate();
const { ethers } = connection;

// ---------------------------------------------------------------------------------------------------------- the chain

console.log("Civitas: identification codes for a consortium of cities");
const inProcess = connection.networkConfig.type === "edr-simulated";
chapter(
  `${inProcess ? "A chain starts in this process" : "A node answers"}, and the deploy scripts put the suite on it.`,
);
const suite = await deploySuite(connection);
const { registry, manager } = suite;
const directory = await suite.directory.getAddress();
const civitas = await connect({ directory, runner: suite.administrator });
tell(`One address to configure, the SuiteDirectory: ${directory}`);
for (const { name, address } of civitas.entries) tell(`  ${name.padEnd(18)} ${address}  code as published`);
if ((await suite.registry.cityCount()) !== 0n) {
  console.error("This node has heard the story already: start a fresh one, or run `npm start` alone, in process.");
  process.exit(1);
}
tell(`The deployer holds no role any more: ${await holdsNothing(suite.deployer)}.`);

// ----------------------------------------------------------------------------------------------------------- the past

chapter("The network admits China (ISO 3166-1: 156) and loads a piece of its past, once and in order.");
const at = timeOfRevision;
await registry.admitCountry(encodeCityCode("MA.156"), "中国", schemeOf([2, 4, 6]), NOBODY, at("1980-12"));
await registry.allocateAt(at("1980-12"), 1, encodeCityCode("MA.156.43"), "湖南省", []);
await registry.allocateAt(at("1980-12"), 2, encodeCityCode("MA.156.4325"), "涟源地区", []);
await registry.renameAt(at("1982-12"), 3, "娄底地区");
await registry.moveAt(at("1999-12"), 2, [3], [encodeCityCode("MA.156.4313")]);
await registry.renameAt(at("1999-12"), 3, "娄底市");
await registry.sealHistory(1);
tell(
  "Hunan 湖南省, and in it city no. 3: 涟源地区 in 1980, 娄底地区 in 1982, re-coded and 娄底市 in 1999. Then it is sealed.",
);

// -------------------------------------------------------------------------------------------------------- the present

const table = tableOf(listings(), revisions().at(-1)?.revision ?? "");
chapter(
  `Every live code of GB/T 2260 is allocated: ${table.size} cities below the country, provinces allocating their own.`,
);
/** Who acts for a city: the network's signers for the country, for each province an account of its own. */
const offices = new Map<string, Signer>();
const ids = new Map<string, bigint>([
  ["MA.156", 1n],
  ["MA.156.43", 2n],
  ["MA.156.4313", 3n],
]);
const [country] = suite.others;
if (country === undefined) throw new Error("the chain has too few accounts");
offices.set("MA.156", country);
await manager.grantRole(roleOf(1, ADMIN), country, 0);
const hunan = office("MA.156.43");
await manager.connect(country).grantRole(roleOf(2, ADMIN), hunan, 0);
await manager.connect(hunan).grantRole(roleOf(3, ADMIN), hunan, 0, FREE);

const waiting = [...table].filter(([code]) => !ids.has(code) && !code.startsWith(SHIJIAZHUANG));
const later = [...table].filter(([code]) => code.startsWith(SHIJIAZHUANG) && code !== SHIJIAZHUANG);
const bar = new SingleBar({
  format: "   {bar} {value}/{total} cities, {eta_formatted} left",
  noTTYOutput: true,
  notTTYSchedule: 5000,
  hideCursor: true,
});
bar.start(table.size, 2);
for (const length of [9, 11, 13]) await allocate(waiting.filter(([code]) => code.length === length));
bar.stop();
tell(`${await registry.cityCount()} numbers are given; Shijiazhuang and what lies below it are still missing.`);

// ------------------------------------------------------------------------------------------------------- Shijiazhuang

chapter("Shijiazhuang applies for its code; Hebei 河北省 approves.");
const shijiazhuang = office(SHIJIAZHUANG);
const hebei = office("MA.156.13");
const application = {
  parent: idOf("MA.156.13"),
  code: encodeCityCode(SHIJIAZHUANG),
  name: table.get(SHIJIAZHUANG) ?? "",
  applicant: await shijiazhuang.getAddress(),
  salt: ethers.hexlify(ethers.randomBytes(32)),
};
await registry.connect(shijiazhuang).submit(application, FREE);
tell(`Application ${(await registry.applicationId(application)).slice(0, 18)}… stands open.`);
await tryTo("The applicant approves it itself", () => registry.connect(shijiazhuang).approve(application, FREE));
await registry.connect(hebei).approve(application, FREE);
const city = await civitas.resolve(SHIJIAZHUANG);
ids.set(SHIJIAZHUANG, city.id);
tell(`Allocated: ${city.name} is city no. ${city.id}, code ${city.code}, printed ${city.printed}.`);
await allocate(later);
tell(
  `It allocates its own ${later.length} districts and counties; ${await registry.cityCount()} cities with the country.`,
);

// ------------------------------------------------------------------------------------------------------------ resolve

chapter("Anyone resolves a printed code.");
await show("MA.156.1301-FQ");
await show("MA.156.1301/73.10000000.6"); // a whole IDcode resolves through its root city
chapter("A typed-wrong code is refused, with the reason.");
for (const typed of ["MA.156.1310-FQ", "MA.156.13O1-FQ", "MA..1301", "MA.156.9999"]) await show(typed);

// ------------------------------------------------------------------------------------------------- suspend, reinstate

chapter("Hebei is suspended and reinstated.");
await registry.connect(country).suspend(idOf("MA.156.13"), REASONS.OrderFromAbove);
const note = { code: encodeCityCode("MA.156.1301.XA"), name: "示范区", controller: NOBODY };
const act = () => registry.connect(shijiazhuang).allocate(city.id, note, [], FREE);
await tryTo("Shijiazhuang, below Hebei, allocates a code", act);
await registry.connect(country).reinstate(idOf("MA.156.13"));
await tryTo("After the reinstatement it tries again", act);

// -------------------------------------------------------------------------------------------------------------- Loudi

chapter("Loudi, as of 1990 and as of today: the code changed, the city did not.");
for (const moment of [new Date("1981-06-01"), new Date("1990-06-01"), undefined]) {
  const loudi = await civitas.city(3, { at: moment });
  tell(
    `${moment === undefined ? "today     " : day(moment)}  no. ${loudi.id}  ${loudi.printed}  ${loudi.name}` +
      `  (${loudi.code} from ${day(loudi.from)}${loudi.until === null ? "" : ` until ${day(loudi.until)}`})`,
  );
}
await show("MA.156.4325");

// -------------------------------------------------------------------------------------------------------- signed code

chapter("Shijiazhuang signs its code; the QR on its door can be checked by any phone.");
const signed = await civitas.signCode(shijiazhuang, SHIJIAZHUANG);
const payload = formatSignedCode(signed);
console.log(qrTerminal(payload).replace(/^/gm, "   ").trimEnd());
tell(`The QR says: ${(await civitas.verifySignedCode(payload)).message}`);
const forger = Wallet.createRandom();
const forged = formatSignedCode({ ...signed, signer: forger.address });
tell(`A forged one: ${(await civitas.verifySignedCode(forged)).message}`);

// ------------------------------------------------------------------------------------------------------------- abroad

chapter("Any country's codes: Dubai, Phnom Penh, Toronto.");
for (const [head, lengths, ...below] of [
  [["MA.784", "United Arab Emirates"], [2], ["MA.784.DU", "Dubai"]],
  [
    ["MA.116", "Cambodia"],
    [2, 4],
    ["MA.116.12", "Phnom Penh"],
  ],
  [
    ["MA.124", "Canada"],
    [2, 4, 7],
    ["MA.124.35", "Ontario"],
    ["MA.124.3520005", "Toronto"],
  ],
] as const) {
  const [code, name] = head;
  offices.set(code, country);
  await registry.admitCountry(encodeCityCode(code), name, schemeOf(lengths), country, 0);
  let parent = (await civitas.resolve(code)).id;
  for (const [text, called] of below) {
    await registry
      .connect(country)
      .allocate(parent, { code: encodeCityCode(text), name: called, controller: country.address }, []);
    parent = (await civitas.resolve(text)).id;
  }
  await show(below.at(-1)?.[0] ?? "");
}

const blocks = await ethers.provider.getBlockNumber();
console.log(`\nDone in ${((Date.now() - started) / 1000).toFixed(0)} s, ${blocks} blocks. Next: README.md, docs/.`);

// ------------------------------------------------------------------------------------------------------------ helpers

/** Allocate codes of one length, each by the office of the city above, many in one call. */
async function allocate(codes: [string, string][]): Promise<void> {
  const byParent = Map.groupBy(codes, ([code]) => parentOf(code, (one) => ids.has(one)));
  for (const [parent, children] of byParent) {
    const acting = office(parent);
    for (let i = 0; i < children.length; i += BATCH) {
      const part = children.slice(i, i + BATCH);
      const first = (await registry.cityCount()) + 1n;
      const allocations = await Promise.all(
        part.map(async ([code, name]) => {
          // A province gets an account; it looks after its prefectures until they name their own.
          const controller = code.length < 13 ? await office(code).getAddress() : NOBODY;
          return { code: encodeCityCode(code), name, controller };
        }),
      );
      await registry.connect(acting).allocateMany(idOf(parent), allocations, FREE);
      part.forEach(([code], index) => ids.set(code, first + BigInt(index)));
      bar.increment(part.length);
    }
  }
}

/** The account that acts for a city: of its own for provinces and Shijiazhuang, else the province's. */
function office(code: string): Signer {
  const known = offices.get(code);
  if (known !== undefined) return known;
  const own = code.length <= 9 || code === SHIJIAZHUANG;
  const signer = own ? new Wallet(Wallet.createRandom().privateKey, ethers.provider) : office(code.slice(0, 9));
  offices.set(code, signer);
  return signer;
}

function idOf(code: string): bigint {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`${code} is not allocated yet`);
  return id;
}

/** Resolve a text as a person would, and say what came of it. */
async function show(text: string): Promise<void> {
  try {
    const found = await civitas.resolve(text);
    const path = found.path.map(({ name }) => name).join(" < ");
    tell(`${text.padEnd(28)} → no. ${found.id}, ${path}; ${found.active ? "active" : "not active"}`);
  } catch (error) {
    tell(
      `${text.padEnd(28)} ✗ ${error instanceof CityCodeError || error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Try an act, and say what came of it. */
async function tryTo(what: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
    tell(`${what}: done.`);
  } catch (error) {
    tell(`${what}: refused. ${decodeError(error).message}`);
  }
}

/** Whether an account is a member of no role that could matter: the network's, or a city's. */
async function holdsNothing(account: { address: string }): Promise<boolean> {
  const roles = await manager.queryFilter(manager.filters.RoleGranted(undefined, account.address));
  const held = await Promise.all(roles.map(async ({ args }) => manager.hasRole(args.roleId, account.address)));
  return held.every(({ isMember }) => !isMember);
}
