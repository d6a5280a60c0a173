/** The definition of a schema, as it is named: ready-made, or in a file. */
import { contentHash, parseSchema, schemaOf, type SchemaDefinition } from "../identity/schema.js";
import { READY_SCHEMAS } from "../identity/schemas/index.js";
import type { Civitas } from "../client.js";
import { readJson, wholeNumberOf } from "./arguments.js";
import { CommandError } from "./fault.js";

export const READY_NAMES = Object.keys(READY_SCHEMAS);
export const DEFINITION_HELP = `a ready-made one (${READY_NAMES.join(", ")}), or a JSON file`;

/** The definition that is meant. @throws SchemaError with all that is wrong with that of a file. */
export function definitionOf(text: string): SchemaDefinition {
  const ready = READY_NAMES.includes(text) ? READY_SCHEMAS[text as keyof typeof READY_SCHEMAS] : undefined;
  return ready ?? parseSchema(readJson(text, "the definition"));
}

/** The number of a schema, as it is typed. */
export function schemaNumberOf(text: string): number {
  return wholeNumberOf(text, "a schema", 1, 2 ** 31 - 1);
}

/**
 * The definition of a schema of the chain: the one that is named, or the ready-made one that it is.
 * @throws CommandError where it is none of them and none is named.
 */
export async function definitionAt(civitas: Civitas, schema: number, named?: string): Promise<SchemaDefinition> {
  if (named !== undefined) return definitionOf(named);
  const { content } = await schemaOf(civitas, schema);
  const ready = readyOf(content);
  if (ready !== undefined) return ready;
  throw new CommandError(`schema ${schema} is none of the ready-made ones; give its definition with --definition FILE`);
}

/** The ready-made definition of a content hash. */
export function readyOf(content: string): SchemaDefinition | undefined {
  return Object.values(READY_SCHEMAS).find((definition) => contentHash(definition) === content);
}
