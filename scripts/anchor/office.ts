/** A licensing office on a chain: its city, its schema, and an officer who may issue. Found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite, type DeployedSuite } from "../../rocketh/suite.js";
import { contentHash, schemaTerms } from "../../src/identity/schema.js";
import { encodeCityCode, issueUnder, roleOf, SCHEMA, schemeOf } from "../../src/index.js";
import { LICENCE_SCHEMA } from "./licence.js";

export interface Office {
  claims: DeployedSuite["claims"];
  chainId: string;
  registry: string;
  issuer: HardhatEthersSigner;
  city: number;
  schema: number;
}

/** A country that ISO 3166-1 leaves to its users, and a city in it: no real ones. */
const COUNTRY = encodeCityCode("MA.999");
const CITY = encodeCityCode("MA.999.01");

export async function openOffice(connection: NetworkConnection): Promise<Office> {
  const suite = await deploySuite(connection);
  const { manager, claims } = suite;
  const [controller, issuer] = suite.others;
  if (controller === undefined || issuer === undefined)
    throw new Error("the network has too few accounts: four are needed");

  const country = await countryOf(suite, controller);
  const city = await cityOf(suite, country, controller);
  const grant = async (of: bigint, capability: number, to: HardhatEthersSigner) => {
    if (await manager.holds(to, of, capability)) return;
    await (await manager.connect(controller).grantRole(roleOf(of, capability), to, 0)).wait();
  };
  await grant(country, SCHEMA, controller);
  const schema = await schemaOf(suite, country, controller);
  await grant(city, issueUnder(schema), issuer);

  const { chainId } = await connection.ethers.provider.getNetwork();
  return { claims, chainId: `${chainId}`, registry: await claims.getAddress(), issuer, city: Number(city), schema };
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

async function schemaOf({ claims }: DeployedSuite, country: bigint, controller: HardhatEthersSigner): Promise<number> {
  const content = contentHash(LICENCE_SCHEMA);
  const find = async () => {
    for (let schema = Number(await claims.schemaCount()); schema > 0; schema--) {
      const known = await claims.schemaOf(schema);
      if (known.content === content && known.city === country && !known.closed) return schema;
    }
    return undefined;
  };
  const found = await find();
  if (found !== undefined) return found;
  await (await claims.connect(controller).createSchema(schemaTerms(LICENCE_SCHEMA, country))).wait();
  const made = await find();
  if (made === undefined) throw new Error("the schema was made, but is not found");
  return made;
}

/** The time of the latest block, UTC seconds. */
async function nowOf({ runner }: DeployedSuite["registry"]): Promise<number> {
  const block = await runner?.provider?.getBlock("latest");
  if (block === null || block === undefined) throw new Error("the network has no block");
  return block.timestamp;
}
