import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, hexlify, randomBytes } from "ethers";
import { network } from "hardhat";

import { type DeployedSuite, deploySuite } from "../rocketh/suite.js";
import { ADMIN, encodeCityCode, roleOf, schemeOf } from "../src/index.js";

/** The connection all contract tests share; each test begins from a fixture's snapshot. */
export const connection = await network.getOrCreate();
export const { ethers, networkHelpers } = connection;
export const { time } = networkHelpers;

interface Taken {
  fixture: unknown;
  made: unknown;
  restore: () => Promise<void>;
}
const taken: Taken[] = []; // each stands on those before it

/**
 * The state of the chain after `fixture`, made once. Fixtures may load others first. (Hardhat's own loadFixture keeps snapshots that
 * an inner fixture has made void, and fails on them later.)
 */
export async function loadFixture<Made>(fixture: () => Promise<Made>): Promise<Made> {
  const index = taken.findIndex((one) => one.fixture === fixture);
  const known = taken[index];
  if (known !== undefined) {
    await known.restore();
    taken.length = index + 1;
    return known.made as Made;
  }
  const made = await fixture();
  const snapshot = await networkHelpers.takeSnapshot();
  taken.push({ fixture, made, restore: async () => snapshot.restore() });
  return made;
}

export const NOBODY = "0x0000000000000000000000000000000000000000";
export const CHINA_SCHEME = schemeOf([2, 4, 6]);
export const NETWORK_ROLE = roleOf(0, ADMIN);

/** A code as the contracts take it. */
export const code = encodeCityCode;

type Signer = HardhatEthersSigner;
type Accounts = [Signer, Signer, Signer, Signer, Signer, Signer, ...Signer[]];

/** The suite with four cities, the controller of each, and accounts that hold no role. */
export interface World extends DeployedSuite {
  china: Signer;
  hebei: Signer;
  hunan: Signer;
  shijiazhuang: Signer;
  officer: Signer;
  stranger: Signer;
}

/** The suite, with China admitted: Hebei and Hunan below it, Shijiazhuang below Hebei, each with a controller of its own. */
export async function cities(): Promise<World> {
  const suite = await deploySuite(connection, { salt: hexlify(randomBytes(32)) }); // on a node there may be another
  const [china, hebei, hunan, shijiazhuang, officer, stranger, ...others] = suite.others as Accounts;
  const { registry } = suite;
  await registry.admitCountry(code("MA.156"), "中国", CHINA_SCHEME, china, 0);
  await registry.connect(china).allocateMany(1, [
    { code: code("MA.156.13"), name: "河北省", controller: hebei },
    { code: code("MA.156.43"), name: "湖南省", controller: hunan },
  ]);
  await registry
    .connect(hebei)
    .allocate(2, { code: code("MA.156.1301"), name: "石家庄市", controller: shijiazhuang }, []);
  return { ...suite, china, hebei, hunan, shijiazhuang, officer, stranger, others };
}

/** Numbers of the cities of the fixture. */
export const CHINA = 1n;
export const HEBEI = 2n;
export const HUNAN = 3n;
export const SHIJIAZHUANG = 4n;

/** The time of the block a transaction is in, in UTC seconds. */
export async function timeOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const block = await (await sent).getBlock();
  if (block === null) throw new Error("the transaction is not in a block");
  return block.timestamp;
}

/** The number of the block a transaction is in. */
export async function blockOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the transaction is not in a block");
  return receipt.blockNumber;
}
