import { type ContractTransactionResponse, ZeroAddress } from "ethers";
import { network } from "hardhat";

import { type DeployedSuite, deploySuite } from "../../rocketh/suite.js";
import { encodeCityCode, schemeOf } from "../../src/index.js";
import type { ICityRegistry } from "../../typechain/city/CityRegistry.js";
import { Meter, type Traces } from "./meter.js";

/** A chain that is the same each time: the same accounts, the same clock, the oldest EVM that the suite is for. */
export const connection = await network.create({
  network: "default",
  override: { hardfork: "berlin", initialDate: "2026-01-01T00:00:00Z" },
});
export const meter = new Meter(connection);

/** A suite with cities, and the accounts that act for them. */
export interface World extends DeployedSuite {
  china: Account;
  hebei: Account;
  shijiazhuang: Account;
  enterprise: Account;
  officer: Account;
  applicant: Account;
}

type Account = DeployedSuite["administrator"];
type Accounts = [Account, Account, Account, Account, Account, Account, Account];

/** For deadlines, in UTC seconds. */
export const LATER = Date.parse("2030-01-01T00:00:00Z") / 1000;

/** All names have 12 bytes, as four Chinese characters have. */
export const NAME = "石家庄市";

/** A path of five cities, as deep as an enterprise's node goes, each with a controller of its own. */
const PATH = ["MA.156", "MA.156.13", "MA.156.1301", "MA.156.130102", "MA.156.130102.1629"];
export const CHINA = 1;
export const HEBEI = 2;
export const SHIJIAZHUANG = 3;
export const ENTERPRISE = 5;

/** Below Hebei, without anything below it, with `officer` as its controller. */
export const TANGSHAN = 6;

/** The state of the chain after `make`, made once. */
export function loadFixture<Made>(make: () => Promise<Made>): Promise<Made> {
  return connection.networkHelpers.loadFixture(make);
}

export function suite(): Promise<DeployedSuite> {
  return deploySuite(connection);
}

/** The path, and nothing else. */
export async function pathAlone(): Promise<World> {
  const world = await loadFixture(suite);
  const [china, hebei, shijiazhuang, county, enterprise, officer, applicant] = world.others as Accounts;
  const controllers = [china, hebei, shijiazhuang, county, enterprise];
  for (const [above, text] of PATH.entries()) {
    const code = encodeCityCode(text);
    const controller = controllers[above] ?? ZeroAddress;
    const { registry } = world;
    if (above === 0) await registry.admitCountry(code, NAME, schemeOf([2, 4, 6]), controller, 0);
    else await registry.connect(controllers[above - 1]).allocate(above, { code, name: NAME, controller }, []);
  }
  return { ...world, china, hebei, shijiazhuang, enterprise, officer, applicant };
}

/** The path, with Tangshan beside it. */
export async function cities(): Promise<World> {
  const world = await loadFixture(pathAlone);
  await world.registry.connect(world.hebei).allocate(HEBEI, child("1302", world.officer), []);
  return world;
}

/** The path among 3,200 other cities: 32 provinces with 99 prefectures each. */
export async function manyCities(): Promise<World> {
  const world = await loadFixture(cities);
  const { registry, china, officer } = world;
  const provinces = Array.from({ length: 32 }, (_, i) => String(20 + i));
  const allocations = provinces.map((province) => child(province, officer));
  await registry.connect(china).allocateMany(CHINA, allocations);
  for (const [i, province] of provinces.entries()) {
    const prefectures = Array.from({ length: 99 }, (_, k) => child(province + String(k + 1).padStart(2, "0")));
    await registry.connect(officer).allocateMany(TANGSHAN + 1 + i, prefectures);
  }
  return world;
}

/** What is allocated below China: with a controller, or without. */
export function child(local: string, controller: Account | string = ZeroAddress): ICityRegistry.AllocationStruct {
  return { code: encodeCityCode(`MA.156.${local}`), name: NAME, controller };
}

/** An act to measure. Each is measured in `cities`, whatever was measured before. */
export interface Act {
  id: string;
  what: string;
  before?: (world: World) => Promise<unknown>;
  act: (world: World) => Promise<ContractTransactionResponse>;
  traces: (world: World) => Traces;
}

export async function measure({ id, what, before, act, traces }: Act, world?: World): Promise<number> {
  const at = world ?? (await loadFixture(cities));
  await before?.(at);
  return await meter.act(id, what, act(at), traces(at));
}

/** The latest block's time. */
export async function now(): Promise<number> {
  const block = await connection.ethers.provider.getBlock("latest");
  if (block === null) throw new Error("there is no block");
  return block.timestamp;
}
