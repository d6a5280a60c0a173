import type { SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers/types";
import { hexlify, type Provider, randomBytes, ZeroAddress } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { ADMIN, codeOfGbt2260, connect, encodeCityCode, roleOf, schemeOf, type Civitas } from "../../src/index.js";
import { secondsOf } from "../../src/common/time.js";
import { type DeployedSuite, deploySuite } from "../../rocketh/suite.js";

export type Account = DeployedSuite["administrator"];

export interface Deployed extends DeployedSuite {
  connection: NetworkConnection;
  provider: Provider;
  client: Civitas;
}

export interface World extends Deployed {
  accounts: Record<"china" | "hebei" | "shijiazhuang" | "dubai" | "stranger", Account>;
  ids: Record<"china" | "hunan" | "loudi" | "wanxian" | "chongqing" | "hebei" | "shijiazhuang" | "dubai", bigint>;
}

/** The suite, deployed by the real steps under a salt of its own, and a client of it. */
export async function deploy(on?: NetworkConnection): Promise<Deployed> {
  const connection = on ?? (await network.create());
  const suite = await deploySuite(connection, { salt: hexlify(randomBytes(32)) });
  const directory = await suite.directory.getAddress();
  const client = await connect({ directory, runner: connection.ethers.provider });
  return { ...suite, connection, client, provider: connection.ethers.provider };
}

export const day = (date: string): bigint => secondsOf(new Date(`${date}T00:00:00Z`));

/**
 * A suite with some cities. China's history is loaded, with dates: Hunan with Loudi, which changed its name twice and its code once; and
 * Wanxian, which passed from Sichuan to Chongqing. Hebei and Shijiazhuang were allocated after that, and Dubai beside them.
 */
export async function makeWorld(on?: NetworkConnection): Promise<World> {
  const world = await deploy(on);
  const { registry, manager, others } = world;
  const [forChina, forHebei, forShijiazhuang, forDubai, stranger] = others;
  const accounts = {
    china: forChina!,
    hebei: forHebei!,
    shijiazhuang: forShijiazhuang!,
    dubai: forDubai!,
    stranger: stranger!,
  };
  const code = (number: string) => encodeCityCode(codeOfGbt2260(number));
  const past = async (date: string, parent: bigint, number: string, name: string) => {
    await registry.allocateAt(day(date), parent, code(number), name, []);
    return registry.cityCount();
  };

  await registry.admitCountry(encodeCityCode("MA.156"), "中国", schemeOf([2, 4, 6]), ZeroAddress, day("1980-12-31"));
  const china = await registry.cityCount();
  const hunan = await past("1980-12-31", china, "430000", "湖南省");
  const sichuan = await past("1980-12-31", china, "510000", "四川省");
  const loudi = await past("1980-12-31", hunan, "432500", "涟源地区");
  const wanxian = await past("1980-12-31", sichuan, "512200", "万县地区");
  await registry.renameAt(day("1982-12-04"), loudi, "娄底地区");
  const chongqing = await past("1997-06-18", china, "500000", "重庆市");
  await registry.moveAt(day("1997-06-18"), chongqing, [wanxian], [code("500200")]);
  await registry.moveAt(day("1999-01-20"), hunan, [loudi], [code("431300")]);
  await registry.renameAt(day("1999-01-20"), loudi, "娄底市");
  await registry.sealHistory(china);
  await manager.grantRole(roleOf(china, ADMIN), accounts.china, 0);

  const allocate = async (by: Account, parent: bigint, number: string, name: string, controller: Account) => {
    await registry.connect(by).allocate(parent, { code: code(number), name, controller }, []);
    return registry.cityCount();
  };
  const hebei = await allocate(accounts.china, china, "130000", "河北省", accounts.hebei);
  const shijiazhuang = await allocate(accounts.hebei, hebei, "130100", "石家庄市", accounts.shijiazhuang);
  await registry.admitCountry(encodeCityCode("MA.784"), "دبي", schemeOf([3]), accounts.dubai, 0);
  const dubai = await registry.cityCount();
  return { ...world, accounts, ids: { china, hunan, loudi, wanxian, chongqing, hebei, shijiazhuang, dubai } };
}

/** One for all tests of a `describe`, in the same state for each. */
export function sharing<Made extends Deployed>(make: () => Promise<Made>): () => Made {
  let made: Made;
  let snapshot: SnapshotRestorer;
  before(async () => {
    made = await make();
    snapshot = await made.connection.networkHelpers.takeSnapshot();
  });
  afterEach(() => snapshot.restore());
  return () => made;
}

/** What something is refused with. */
export async function errorOf(act: () => Promise<unknown>): Promise<Error> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

export async function rejection(act: () => Promise<unknown>): Promise<string> {
  return (await errorOf(act)).message;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
