/** A licensing office on a chain: its city, its schema, and an officer who may issue. Found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite, type DeployedSuite } from "../../rocketh/suite.js";
import { issueUnder, SCHEMA } from "../../src/index.js";
import { schemaFor } from "../common/schema.js";
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
  const schema = await schemaFor(suite, controller, country, LICENCE_SCHEMA);
  await grant(city, issueUnder(schema), issuer);

  const { chainId } = await connection.ethers.provider.getNetwork();
  return { claims, chainId: `${chainId}`, registry: await claims.getAddress(), issuer, city: Number(city), schema };
}
