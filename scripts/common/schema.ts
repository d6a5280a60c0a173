/** A schema of a city, found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import type { DeployedSuite } from "../../rocketh/suite.js";
import { contentHash, createSchema, type SchemaDefinition } from "../../src/identity/schema.js";

/** @returns its number. */
export async function schemaFor(
  { claims }: Pick<DeployedSuite, "claims">,
  officer: HardhatEthersSigner,
  city: bigint,
  definition: SchemaDefinition,
): Promise<number> {
  const content = contentHash(definition);
  for (let schema = Number(await claims.schemaCount()); schema > 0; schema--) {
    const known = await claims.schemaOf(schema);
    if (known.content === content && known.city === city && !known.closed) return schema;
  }
  return createSchema({ claims }, officer, definition, city);
}
