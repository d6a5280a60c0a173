/** A licensing office on a chain: its city, its schema, and an officer who may issue. Found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite, type DeployedSuite } from "../../rocketh/suite.js";
import { contentHash, schemaTerms } from "../../src/identity/schema.js";
import { issueUnder, SCHEMA } from "../../src/index.js";
import { openTown } from "../common/town.js";
import { LICENCE_SCHEMA } from "./licence.js";

export interface Office {
  claims: DeployedSuite["claims"];
  chainId: string;
  registry: string;
  issuer: HardhatEthersSigner;
  city: number;
  schema: number;
}

export async function openOffice(connection: NetworkConnection): Promise<Office> {
  const suite = await deploySuite(connection);
  const { claims } = suite;
  const { country, city, controller, others, grant } = await openTown(suite);
  const [issuer] = others;
  if (issuer === undefined) throw new Error("the network has too few accounts: four are needed");
  await grant(country, SCHEMA, controller);
  const schema = await schemaOf(suite, country, controller);
  await grant(city, issueUnder(schema), issuer);

  const { chainId } = await connection.ethers.provider.getNetwork();
  return { claims, chainId: `${chainId}`, registry: await claims.getAddress(), issuer, city: Number(city), schema };
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
