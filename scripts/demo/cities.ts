/** Cities: their past, their present, and what their codes are good for. */
import { SingleBar } from "cli-progress";
import { hexlify, randomBytes, type Signer, Wallet } from "ethers";

import { ADMIN, encodeCityCode, formatSignedCode, qrTerminal, REASONS, roleOf, schemeOf } from "../../src/index.js";
import { listings, parentOf, revisions, tableOf, timeOfRevision } from "../gb2260.js";
import { chapter, day, FREE, idOf, newAccount, NOBODY, show, type Stage, tell, tryTo } from "./stage.js";

const BATCH = 60;
const SHIJIAZHUANG = "MA.156.1301";

export async function cityStory(stage: Stage): Promise<void> {
  const { suite, civitas, offices, ids } = stage;
  const { registry, manager } = suite;

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

  const table = tableOf(listings(), revisions().at(-1)?.revision ?? "");
  chapter(
    `Every live code of GB/T 2260 is allocated: ${table.size} cities below the country, provinces allocating their own.`,
  );
  ids.set("MA.156", 1n).set("MA.156.43", 2n).set("MA.156.4313", 3n);
  const [country] = suite.others;
  if (country === undefined) throw new Error("the chain has too few accounts");
  offices.set("MA.156", country);
  await manager.grantRole(roleOf(1, ADMIN), country, 0);
  const hunan = office(stage, "MA.156.43");
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
  for (const length of [9, 11, 13])
    await allocate(
      stage,
      waiting.filter(([code]) => code.length === length),
      bar,
    );
  bar.stop();
  tell(`${await registry.cityCount()} numbers are given; Shijiazhuang and what lies below it are still missing.`);

  chapter("Shijiazhuang applies for its code; Hebei 河北省 approves.");
  const shijiazhuang = office(stage, SHIJIAZHUANG);
  const hebei = office(stage, "MA.156.13");
  const application = {
    parent: idOf(stage, "MA.156.13"),
    code: encodeCityCode(SHIJIAZHUANG),
    name: table.get(SHIJIAZHUANG) ?? "",
    applicant: await shijiazhuang.getAddress(),
    salt: hexlify(randomBytes(32)),
  };
  await registry.connect(shijiazhuang).submit(application, FREE);
  tell(`Application ${(await registry.applicationId(application)).slice(0, 18)}… stands open.`);
  await tryTo("The applicant approves it itself", () => registry.connect(shijiazhuang).approve(application, FREE));
  await registry.connect(hebei).approve(application, FREE);
  const city = await civitas.resolve(SHIJIAZHUANG);
  ids.set(SHIJIAZHUANG, city.id);
  tell(`Allocated: ${city.name} is city no. ${city.id}, code ${city.code}, printed ${city.printed}.`);
  await allocate(stage, later, bar);
  tell(
    `It allocates its own ${later.length} districts and counties; ${await registry.cityCount()} cities with the country.`,
  );

  chapter("Anyone resolves a printed code.");
  await show(stage, "MA.156.1301-FQ");
  await show(stage, "MA.156.1301/73.10000000.6"); // a whole IDcode resolves through its root city
  chapter("A typed-wrong code is refused, with the reason.");
  for (const typed of ["MA.156.1310-FQ", "MA.156.13O1-FQ", "MA..1301", "MA.156.9999"]) await show(stage, typed);

  chapter("Hebei is suspended and reinstated.");
  await registry.connect(country).suspend(idOf(stage, "MA.156.13"), REASONS.OrderFromAbove);
  const note = { code: encodeCityCode("MA.156.1301.XA"), name: "示范区", controller: NOBODY };
  const act = () => registry.connect(shijiazhuang).allocate(city.id, note, [], FREE);
  await tryTo("Shijiazhuang, below Hebei, allocates a code", act);
  await registry.connect(country).reinstate(idOf(stage, "MA.156.13"));
  await tryTo("After the reinstatement it tries again", act);

  chapter("Loudi, as of 1990 and as of today: the code changed, the city did not.");
  for (const moment of [new Date("1981-06-01"), new Date("1990-06-01"), undefined]) {
    const loudi = await civitas.city(3, { at: moment });
    tell(
      `${moment === undefined ? "today     " : day(moment)}  no. ${loudi.id}  ${loudi.printed}  ${loudi.name}` +
        `  (${loudi.code} from ${day(loudi.from)}${loudi.until === null ? "" : ` until ${day(loudi.until)}`})`,
    );
  }
  await show(stage, "MA.156.4325");

  chapter("Shijiazhuang signs its code; the QR on its door can be checked by any phone.");
  const signed = await civitas.signCode(shijiazhuang, SHIJIAZHUANG);
  const payload = formatSignedCode(signed);
  console.log(qrTerminal(payload).replace(/^/gm, "   ").trimEnd());
  tell(`The QR says: ${(await civitas.verifySignedCode(payload)).message}`);
  const forger = Wallet.createRandom();
  const forged = formatSignedCode({ ...signed, signer: forger.address });
  tell(`A forged one: ${(await civitas.verifySignedCode(forged)).message}`);

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
    await show(stage, below.at(-1)?.[0] ?? "");
  }
}

/** Allocate codes of one length, each by the office of the city above, many in one call. */
async function allocate(stage: Stage, codes: [string, string][], bar: SingleBar): Promise<void> {
  const { ids } = stage;
  const { registry } = stage.suite;
  const byParent = Map.groupBy(codes, ([code]) => parentOf(code, (one) => ids.has(one)));
  for (const [parent, children] of byParent) {
    const acting = office(stage, parent);
    for (let i = 0; i < children.length; i += BATCH) {
      const part = children.slice(i, i + BATCH);
      const first = (await registry.cityCount()) + 1n;
      const allocations = await Promise.all(
        part.map(async ([code, name]) => {
          // A province gets an account; it looks after its prefectures until they name their own.
          const controller = code.length < 13 ? await office(stage, code).getAddress() : NOBODY;
          return { code: encodeCityCode(code), name, controller };
        }),
      );
      await registry.connect(acting).allocateMany(idOf(stage, parent), allocations, FREE);
      part.forEach(([code], index) => ids.set(code, first + BigInt(index)));
      bar.increment(part.length);
    }
  }
}

/** The account that acts for a city: of its own for provinces and Shijiazhuang, else the province's. */
function office(stage: Stage, code: string): Signer {
  const { offices } = stage;
  const known = offices.get(code);
  if (known !== undefined) return known;
  const own = code.length <= 9 || code === SHIJIAZHUANG;
  const signer = own ? newAccount(stage) : office(stage, code.slice(0, 9));
  offices.set(code, signer);
  return signer;
}
