/** A country and a city that are not real, for what is synthetic. Found where they are there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { AddressLike } from "ethers";

import type { DeployedSuite } from "../../rocketh/suite.js";
import { encodeCityCode, roleOf, schemeOf } from "../../src/index.js";

export interface Town {
  country: bigint;
  city: bigint;
  /** Administers both. */
  controller: HardhatEthersSigner;
  /** The network's other accounts. */
  others: HardhatEthersSigner[];
  /** Grant a role of the country or the city, if the account does not hold it. */
  grant: (of: bigint, capability: number, to: AddressLike) => Promise<void>;
}

/** A country that ISO 3166-1 leaves to its users, and a city in it. */
const COUNTRY = encodeCityCode("MA.999");
const CITY = encodeCityCode("MA.999.01");

export async function openTown(suite: DeployedSuite): Promise<Town> {
  const { manager } = suite;
  const [controller, ...others] = suite.others;
  if (controller === undefined) throw new Error("the network has too few accounts");
  const country = await countryOf(suite, controller);
  const city = await cityOf(suite, country, controller);
  const grant: Town["grant"] = async (of, capability, to) => {
    if (await manager.holds(to, of, capability)) return;
    await (await manager.connect(controller).grantRole(roleOf(of, capability), to, 0)).wait();
  };
  return { country, city, controller, others, grant };
}

async function countryOf({ registry }: DeployedSuite, controller: HardhatEthersSigner): Promise<bigint> {
  const find = async () => registry.cityAt(COUNTRY, await nowOf(registry));
  if ((await find()) === 0n)
    await (await registry.admitCountry(COUNTRY, "Synthetica", schemeOf([2]), controller, 0)).wait();
  return find();
}

async function cityOf({ registry }: DeployedSuite, country: bigint, controller: HardhatEthersSigner): Promise<bigint> {
  const find = async () => registry.cityAt(CITY, await nowOf(registry));
  if ((await find()) === 0n) {
    const city = { code: CITY, name: "Synthetic City", controller };
    await (await registry.connect(controller).allocate(country, city, [])).wait();
  }
  return find();
}

/** The time of the latest block, UTC seconds. */
async function nowOf({ runner }: DeployedSuite["registry"]): Promise<number> {
  const block = await runner?.provider?.getBlock("latest");
  if (block === null || block === undefined) throw new Error("the network has no block");
  return block.timestamp;
}
