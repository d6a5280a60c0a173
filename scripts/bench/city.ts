import { encodeBytes32String, ZeroHash } from "ethers";

import { ADMIN, encodeCityCode, RESOLUTION, resolverDomain, roleOf, SIGNED_CODE_TYPES } from "../../src/index.js";
import type { Traces } from "./meter.js";
import {
  type Act,
  child,
  CHINA,
  cities,
  connection,
  ENTERPRISE,
  HEBEI,
  LATER,
  loadFixture,
  manyCities,
  measure,
  meter,
  NAME,
  now,
  pathAlone,
  SHIJIAZHUANG,
  TANGSHAN,
  type World,
} from "./world.js";

const PRINTED = "MA.156.1301-FQ";
const SHIJIAZHUANG_CODE = encodeCityCode(PRINTED);
const NEW_NAME = "唐山新市";

const emits =
  (event: string, creates: boolean, records = 1) =>
  ({ registry }: World): Traces => ({ emits: [registry, event], creates, records });

const applicationOf = ({ applicant }: World) => ({
  parent: HEBEI,
  code: encodeCityCode("MA.156.1303"),
  name: NAME,
  applicant,
  salt: ZeroHash,
});
const apply: Act["act"] = (world) => world.registry.connect(world.applicant).submit(applicationOf(world));
const suspend: Act["act"] = ({ registry, hebei }) => registry.connect(hebei).suspend(TANGSHAN, 1);

const allocateOne: Act = {
  id: "city.allocate.one",
  what: "`allocate`: a prefecture by its province, without a controller",
  act: ({ registry, hebei }) => registry.connect(hebei).allocate(HEBEI, child("1303"), []),
  traces: emits("CityAllocated", true),
};

export const cityActs: Act[] = [
  allocateOne,
  {
    id: "city.allocate.with-controller",
    what: "`allocate`: the same with a controller, who is appointed",
    act: ({ registry, hebei, applicant }) => registry.connect(hebei).allocate(HEBEI, child("1303", applicant), []),
    traces: emits("CityAllocated", true),
  },
  {
    id: "city.allocate.each-of-50",
    what: "`allocateMany`: 50 prefectures in one call, without controllers",
    act: ({ registry, hebei }) =>
      registry.connect(hebei).allocateMany(
        HEBEI,
        Array.from({ length: 50 }, (_, i) => child(String(1311 + i))),
      ),
    traces: emits("CityAllocated", true, 50),
  },
  {
    id: "city.apply.one",
    what: "`submit`: an application for a prefecture's code",
    act: apply,
    traces: emits("ApplicationSubmitted", true),
  },
  {
    id: "city.withdraw.one",
    what: "`withdraw`: by its applicant",
    before: apply,
    act: (world) => world.registry.connect(world.applicant).withdraw(applicationOf(world)),
    traces: emits("ApplicationWithdrawn", false),
  },
  {
    id: "city.reject.one",
    what: "`reject`: by the province",
    before: apply,
    act: (world) => world.registry.connect(world.hebei).reject(applicationOf(world), 1),
    traces: emits("ApplicationRejected", false),
  },
  {
    id: "city.approve.one",
    what: "`approve`: the city is allocated, its applicant becomes its controller",
    before: apply,
    act: (world) => world.registry.connect(world.hebei).approve(applicationOf(world)),
    traces: emits("CityAllocated", true),
  },
  {
    id: "city.suspend.one",
    what: "`suspend`: a prefecture by its province",
    act: suspend,
    traces: emits("CitySuspended", false),
  },
  {
    id: "city.reinstate.one",
    what: "`reinstate`: a suspended prefecture",
    before: suspend,
    act: ({ registry, hebei }) => registry.connect(hebei).reinstate(TANGSHAN),
    traces: emits("CityReinstated", false),
  },
  {
    id: "city.rename.one",
    what: "`rename`: a prefecture",
    act: ({ registry, hebei }) => registry.connect(hebei).rename(TANGSHAN, NEW_NAME),
    traces: emits("CityRenamed", false),
  },
  {
    id: "city.recode.one",
    what: "`recode`: a prefecture with nothing below it; its old code stays in the history",
    act: ({ registry, hebei }) => registry.connect(hebei).recode([TANGSHAN], [encodeCityCode("MA.156.1304")]),
    traces: emits("CityMoved", true),
  },
  {
    id: "city.move.one",
    what: "`move`: a prefecture with nothing below it to become a county, by the province above both",
    act: ({ registry, hebei }) =>
      registry.connect(hebei).move(HEBEI, SHIJIAZHUANG, [TANGSHAN], [encodeCityCode("MA.156.130103")]),
    traces: emits("CityMoved", true),
  },
  {
    id: "city.offer.one",
    what: "`offerMove`: a prefecture to another parent",
    act: ({ registry, hebei }) => registry.connect(hebei).offerMove(TANGSHAN, CHINA, LATER),
    traces: emits("MoveOffered", true),
  },
  {
    id: "city.retire.one",
    what: "`retire`: a prefecture with nothing below it, merged into another",
    act: ({ registry, hebei }) => registry.connect(hebei).retire(TANGSHAN, [SHIJIAZHUANG], []),
    traces: emits("CityRetired", false),
  },
  {
    id: "city.record.one",
    what: "`setRecord`: a resolution record of 32 bytes, new under its key",
    before: ({ manager, officer }) => manager.connect(officer).grantRole(roleOf(TANGSHAN, RESOLUTION), officer, 0),
    act: ({ resolver, officer }) =>
      resolver.connect(officer).setRecord(TANGSHAN, encodeBytes32String("url"), `0x${"11".repeat(32)}`),
    traces: ({ resolver }) => ({ emits: [resolver, "RecordChanged"], creates: true }),
  },
];

/** What must cost the same however many cities there are: the acts of the world among few, and among 3,200 others. */
export interface Pair {
  few: string;
  many: string;
}

export const cityPairs: Pair[] = [
  { few: "city.guard.of-1", many: "city.guard.of-3200" },
  { few: "city.resolve.one", many: "city.resolve.of-3200" },
  { few: "city.allocate.one", many: "city.allocate.of-3200" },
];

export async function measureCityViews(): Promise<void> {
  const few = await loadFixture(pathAlone);
  await measureGuard("city.guard.of-1", "with only that path", few);
  await measureResolve("city.resolve.one", few);
  await meter.view("city.cityAt.one", "`CityRegistry.cityAt`: the city of a code now", few.registry, "cityAt", [
    SHIJIAZHUANG_CODE,
    await now(),
  ]);
  await measureSignedCode(await loadFixture(cities));
}

/** The same questions and the same act among 3,200 other cities. */
export async function measureAmongMany(): Promise<void> {
  const many = await loadFixture(manyCities);
  const others = Number(await many.registry.cityCount()) - TANGSHAN;
  if (others !== 3200) throw new Error(`there are ${others} other cities, not 3200`);
  await measureGuard("city.guard.of-3200", "with 3,200 other cities beside it", many);
  await measureResolve("city.resolve.of-3200", many);
  await measure(
    { ...allocateOne, id: "city.allocate.of-3200", what: "`allocate`: the first row's act, with 3,200 other cities" },
    many,
  );
}

async function measureGuard(id: string, circumstance: string, { manager, enterprise }: World): Promise<void> {
  const what = `\`CityAccessManager.checkCan\`: for a city with four ancestors, ${circumstance}`;
  await meter.view(id, what, manager, "checkCan", [enterprise.address, ENTERPRISE, ADMIN]);
}

async function measureResolve(id: string, { resolver }: World): Promise<void> {
  const args = [PRINTED, await now()] as const;
  const { city } = await resolver.resolve(...args);
  if (Number(city) !== SHIJIAZHUANG) throw new Error(`${PRINTED} resolves to city ${city}`);
  await meter.view(id, `\`CityResolver.resolve\`: \`${PRINTED}\`, now`, resolver, "resolve", args);
}

async function measureSignedCode({ resolver, shijiazhuang }: World): Promise<void> {
  const [code, city, time] = ["MA.156.1301", SHIJIAZHUANG, await now()] as const;
  const { chainId } = await connection.ethers.provider.getNetwork();
  const domain = resolverDomain(chainId, await resolver.getAddress());
  const signature = await shijiazhuang.signTypedData(domain, SIGNED_CODE_TYPES, { code, city, time });
  const args = [code, city, time, shijiazhuang.address, signature] as const;
  const status = await resolver.signedCodeStatus(...args);
  if (status !== 0n) throw new Error(`the signed code has status ${status}`);
  const what = "`CityResolver.signedCodeStatus`: of a code signed by the city's controller, an account";
  await meter.view("city.signed-code.one", what, resolver, "signedCodeStatus", args);
}
