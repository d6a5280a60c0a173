/** Schemas of claims: the full definition as JSON, of which the chain keeps the hash, and whether values fit it. */
import canonicalize from "canonicalize";
import { keccak256, type Log, type Signer, toBeHex, toUtf8Bytes } from "ethers";

import { walk } from "../common/history.js";
import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { type ShapeCheck, shapeCheck } from "../common/shape.js";
import { type Acceptance, ACCEPTANCES } from "./status.js";

/** Types of values, each with one way to write a value, so that equal values have equal leaves. */
export const VALUE_TYPES = ["string", "date", "integer", "decimal", "boolean", "bytes"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface FieldDefinition {
  name: string;
  /** How its values are written: see `valueFault`. */
  valueType: ValueType;
  /** For people. */
  description: string;
  /** A claim may leave it out. */
  optional?: boolean;
}

/** The full definition of a schema, as JSON. The chain has its hash, and what the contracts need of it. */
export interface SchemaDefinition {
  type: "CivitasSchema";
  version: 1;
  /** What the chain calls it: `driving-licence`. */
  name: string;
  /** What people call it. */
  title: string;
  description: string;
  /** Whom it is about: one, or two of a relation, each by its role: `child`, `parent`. */
  parties: { role: string; description: string }[];
  /** Whose acceptance a claim needs before it can be presented. */
  acceptance: Acceptance;
  /** Whether a use of a consent also needs the issuing department. */
  providerConsent: boolean;
  /** Longest validity in seconds; 0 for no limit. */
  maxValidity: number;
  /** 1 to 64, each name once. */
  fields: FieldDefinition[];
}

/** ISchemaRegistry.SchemaTerms. */
export interface SchemaTerms {
  city: number;
  name: string;
  parties: 1 | 2;
  /** Number of the acceptance. */
  acceptance: number;
  providerConsent: boolean;
  maxValidity: number;
  /** keccak-256 of the definition. */
  content: string;
  fields: { name: string; valueType: ValueType }[];
}

/** A schema as the chain keeps it. */
export interface ChainSchema {
  city: number;
  parties: number;
  acceptance: Acceptance;
  providerConsent: boolean;
  /** No new claims are issued under it. */
  closed: boolean;
  /** Seconds; 0 for no limit. */
  maxValidity: number;
  content: string;
}

/** A definition or the values for one are not what they must be; `faults` says all that is wrong. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";

  constructor(
    what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}: ${faults.join("; ")}`);
  }
}

const text = { type: "string", minLength: 1, maxLength: 2000 };
const name = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9-]{0,63}$" };

/** The JSON Schema (2020-12) of definitions. */
export const SCHEMA_DEFINITION_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:civitas:schema:1",
  title: "Definition of a schema of claims",
  type: "object",
  required: [
    ...["type", "version", "name", "title", "description"],
    ...["parties", "acceptance", "providerConsent", "maxValidity", "fields"],
  ],
  additionalProperties: false,
  properties: {
    type: { const: "CivitasSchema" },
    version: { const: 1 },
    name,
    title: text,
    description: text,
    parties: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: {
        type: "object",
        required: ["role", "description"],
        additionalProperties: false,
        properties: { role: name, description: text },
      },
    },
    acceptance: { enum: [...ACCEPTANCES] },
    providerConsent: { type: "boolean" },
    maxValidity: { type: "integer", minimum: 0, maximum: 2 ** 40 - 1 },
    fields: {
      type: "array",
      minItems: 1,
      maxItems: 64,
      items: {
        type: "object",
        required: ["name", "valueType", "description"],
        additionalProperties: false,
        properties: { name, valueType: { enum: [...VALUE_TYPES] }, description: text, optional: { type: "boolean" } },
      },
    },
  },
} as const;

const shapeFaults: ShapeCheck = shapeCheck(SCHEMA_DEFINITION_SCHEMA, "the definition");

/**
 * A definition from JSON of any origin.
 * @throws SchemaError with all faults.
 */
export function parseSchema(json: unknown): SchemaDefinition {
  const faults = shapeFaults(json);
  if (faults.length === 0) {
    const { fields, parties, acceptance } = json as SchemaDefinition;
    const names = fields.map((field) => field.name);
    if (new Set(names).size !== names.length) faults.push("a field is there twice");
    if (new Set(parties.map(({ role }) => role)).size !== parties.length) faults.push("both parties have one role");
    if (parties.length === 1 && (acceptance === "Second" || acceptance === "Both")) {
      faults.push("a schema of one party cannot ask for a second one's acceptance");
    }
  }
  if (faults.length !== 0) throw new SchemaError("this definition of a schema cannot be used", faults);
  return structuredClone(json) as SchemaDefinition;
}

/** The content hash of a definition: keccak-256 of its canonical JSON (RFC 8785). */
export function contentHash(definition: SchemaDefinition): string {
  const canonical = canonicalize(definition);
  if (canonical === undefined) throw new TypeError("a definition is JSON");
  return keccak256(toUtf8Bytes(canonical));
}

/** What ISchemaRegistry.createSchema takes. */
export function schemaTerms(definition: SchemaDefinition, city: bigint | number): SchemaTerms {
  return {
    city: Number(city),
    name: definition.name,
    parties: definition.parties.length === 1 ? 1 : 2,
    acceptance: ACCEPTANCES.indexOf(definition.acceptance),
    providerConsent: definition.providerConsent,
    maxValidity: definition.maxValidity,
    content: contentHash(definition),
    fields: definition.fields.map(({ name, valueType }) => ({ name, valueType })),
  };
}

/**
 * Make a schema of a city, usable in its subtree.
 * @param officer Holds (city, SCHEMA).
 * @returns Its number.
 */
export async function createSchema(
  { claims }: Pick<Contracts, "claims">,
  officer: Signer,
  definition: SchemaDefinition,
  city: bigint | number,
): Promise<number> {
  const { logs } = await mined(claims.connect(officer).createSchema(schemaTerms(parseSchema(definition), city)));
  return createdSchema({ claims }, logs);
}

/** The number of the schema that a transaction made, by its logs. */
export function createdSchema({ claims }: Pick<Contracts, "claims">, logs: readonly Log[]): number {
  for (const log of logs) {
    const event = claims.interface.parseLog(log);
    if (event?.name === "SchemaCreated") return Number(event.args["schema"]);
  }
  throw new Error("the schema was made, but its event is missing; ask the node again");
}

/**
 * A schema by its number, as the chain keeps it.
 * @throws RangeError for a number that no schema has.
 */
export async function schemaOf({ claims }: Pick<Contracts, "claims">, schema: number): Promise<ChainSchema> {
  const found = await claims.schemaOf(schema);
  const acceptance = ACCEPTANCES[Number(found.acceptance)];
  if (found.parties === 0n || acceptance === undefined) throw new RangeError(`there is no schema ${schema}`);
  return {
    city: Number(found.city),
    parties: Number(found.parties),
    acceptance,
    providerConsent: found.providerConsent,
    closed: found.closed,
    maxValidity: Number(found.maxValidity),
    content: found.content,
  };
}

/** How a schema was made: what its event tells. */
export interface MadeSchema {
  /** What the chain calls it. */
  name: string;
  fields: SchemaTerms["fields"];
  /** Who made it. */
  by: string;
  block: number;
}

/**
 * How a schema was made, read from the chain alone: see `walk` in ../common/history.ts.
 * @throws RangeError for a number that no schema has, HistoryIncompleteError if the node has pruned logs.
 */
export async function madeSchema(
  { claims, provider }: Pick<Contracts, "claims" | "provider">,
  schema: number,
): Promise<MadeSchema> {
  const from = Number((await claims.schemaOf(schema)).changedIn);
  const events = ["SchemaCreated", "SchemaRetired"];
  const record = toBeHex(schema, 32);
  const made = walk(
    { provider, contract: claims, events, record, from, what: `schema ${schema}` },
    (_, args, place) => {
      const { terms, by } = args as { terms?: { name: string; fields: SchemaTerms["fields"] }; by: string };
      return { terms, by, block: place.block };
    },
  );
  for await (const { terms, by, block } of made) {
    if (terms === undefined) continue;
    return { name: terms.name, fields: terms.fields.map(({ name, valueType }) => ({ name, valueType })), by, block };
  }
  throw new RangeError(`there is no schema ${schema}`);
}

/** Whether a schema of the chain is this definition; every difference in a sentence, none if it is. */
export async function schemaDifferences(
  contracts: Pick<Contracts, "claims">,
  schema: number,
  definition: SchemaDefinition,
): Promise<string[]> {
  const found = await schemaOf(contracts, schema);
  const terms = schemaTerms(definition, found.city);
  const differences: string[] = [];
  const compare = (same: boolean, difference: string) => {
    if (!same) differences.push(difference);
  };
  compare(found.content === terms.content, `schema ${schema} has another definition than "${definition.name}"`);
  compare(found.parties === terms.parties, `schema ${schema} is about ${found.parties}, not ${terms.parties}`);
  compare(
    found.acceptance === definition.acceptance,
    `schema ${schema} asks for the acceptance of ${found.acceptance}`,
  );
  compare(found.providerConsent === terms.providerConsent, `schema ${schema} differs in the provider's consent`);
  compare(
    found.maxValidity === terms.maxValidity,
    `schema ${schema} allows a validity of ${found.maxValidity} seconds`,
  );
  return differences;
}

/**
 * What is wrong with a value; undefined if nothing is. Each value is written in one way only:
 * `string` any text in Unicode NFC; `date` a day of the calendar, `2024-02-29` (ISO 8601); `integer` `-12`, without leading zeros;
 * `decimal` `3.50`, digits on both sides of the point; `boolean` `true` or `false`; `bytes` lower-case hexadecimal, `0x0a`.
 */
export function valueFault(valueType: ValueType, value: string): string | undefined {
  const fits = FORMS[valueType];
  return fits.test(value) ? undefined : `${JSON.stringify(value)} is not ${fits.form}`;
}

const FORMS: Record<ValueType, { form: string; test: (value: string) => boolean }> = {
  string: {
    form: "a text in Unicode normal form C",
    test: (value) => value.isWellFormed() && value.normalize("NFC") === value,
  },
  date: { form: "a day like 2024-02-29", test: isDay },
  integer: { form: "a whole number like 12 or -3", test: (value) => /^(0|-?[1-9][0-9]*)$/.test(value) },
  decimal: {
    form: "a number like 12 or -3.50",
    test: (value) => /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(value) && !/^-[0.]+$/.test(value),
  },
  boolean: { form: "true or false", test: (value) => value === "true" || value === "false" },
  bytes: { form: "bytes like 0x0a1b", test: (value) => /^0x([0-9a-f]{2})*$/.test(value) },
};

function isDay(value: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** All that is wrong with values for a claim under a definition, each in a sentence; none if they fit. */
export function valueFaults(definition: SchemaDefinition, values: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  for (const { name, valueType, optional } of definition.fields) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) {
      if (optional !== true) faults.push(`"${name}" is missing`);
      continue;
    }
    const fault = valueFault(valueType, value);
    if (fault !== undefined) faults.push(`"${name}": ${fault}`);
  }
  const known = new Set(definition.fields.map(({ name }) => name));
  for (const name of Object.keys(values)) {
    if (!known.has(name)) faults.push(`"${name}" is no field of ${definition.name}`);
  }
  return faults;
}
