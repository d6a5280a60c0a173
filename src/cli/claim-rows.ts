/**
 * Claims as rows of a CSV file. A column for each field of the schema, by its name; for each party, by its role, `holder.identity`,
 * `holder.holder`, `holder.subjectSalt` and `holder.holderSalt` as its wallet gave them; `valid.from` and `valid.until`.
 */
import { dataLength, isHexString } from "ethers";

import { type ClaimDraft, type ClaimRequest, draftFaults } from "../identity/prepare.js";
import type { SchemaDefinition } from "../identity/schema.js";
import { momentOf } from "./arguments.js";
import { parseRows, readRows, type Row } from "./batch.js";
import { isKey } from "./secret.js";

/** What all rows share. */
export interface ClaimFrame {
  definition: SchemaDefinition;
  schema: number;
  city: bigint;
  /** For rows that do not say, by their line. */
  validFrom: (line: number) => Date;
  /** For rows that do not say; null for no end. */
  validUntil: Date | null;
}

/** A row that can be prepared. */
export interface ClaimRow {
  line: number;
  draft: ClaimDraft;
}

const FROM = "valid.from";
const UNTIL = "valid.until";
const LEAST_KEY = 20; // bytes: an account; other keys of ERC-7913 are longer

/**
 * The rows of a file of claims.
 * @throws RowsError with the faults of all rows.
 */
export function readClaims(file: string, frame: ClaimFrame): ClaimRow[] {
  const { fields, parties } = frame.definition;
  const required = fields.filter(({ optional }) => optional !== true).map(({ name }) => name);
  const spare = fields.filter(({ optional }) => optional === true).map(({ name }) => name);
  const whose = parties.flatMap(({ role }) => [`${role}.identity`, `${role}.holder`]);
  const salts = parties.flatMap(({ role }) => [`${role}.subjectSalt`, `${role}.holderSalt`]);
  const seen = new Map<string, number>();
  return parseRows(readRows(file, [...required, ...whose], [...spare, ...salts, FROM, UNTIL]), (cells, line) => {
    const row = JSON.stringify(cells);
    const first = seen.get(row);
    if (first !== undefined) throw new Error(`it is the same as line ${first}`);
    seen.set(row, line);
    return { line, draft: draftOf(frame, cells, line) };
  });
}

function draftOf({ definition, ...frame }: ClaimFrame, cells: Row["fields"], line: number): ClaimDraft {
  const named = definition.fields.map(({ name }) => [name, cells[name] ?? ""] as const);
  const values = Object.fromEntries(named.filter(([, value]) => value !== ""));
  const from = cells[FROM] ?? "";
  const until = cells[UNTIL] ?? "";
  const parties = definition.parties.map(({ role }) => requestOf(role, cells));
  if (parties.every(({ holder, identity }) => holder === undefined || identity === undefined)) {
    throw new Error("no party has both an identity and a key, so nobody could ever show it");
  }
  const draft: ClaimDraft = {
    ...{ ...frame, definition, values, parties },
    validFrom: from === "" ? frame.validFrom(line) : momentOf(from),
    validUntil: until === "" ? frame.validUntil : momentOf(until),
  };
  const faults = draftFaults(draft);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return draft;
}

function requestOf(role: string, cells: Row["fields"]): ClaimRequest {
  const hex = (name: string, fits: (bytes: number) => boolean, form: string) => {
    const column = `${role}.${name}`;
    const text = (cells[column] ?? "").toLowerCase();
    if (text === "") return {};
    if (isHexString(text) && text.length % 2 === 0 && fits(dataLength(text))) return { [name]: text };
    throw new Error(`"${column}" is ${form}`); // the cell is not repeated: it may be a key
  };
  const isKeyOfHolder = (bytes: number) => bytes === LEAST_KEY || bytes > 32;
  const word = (bytes: number) => bytes === 32;
  if (isKey(cells[`${role}.holder`] ?? "")) {
    throw new Error(
      `"${role}.holder" looks like a private key; it must be the public one, and this one must be replaced`,
    );
  }
  return {
    ...hex("identity", word, "the id of an identity, 32 bytes in hexadecimal"),
    ...hex("holder", isKeyOfHolder, "a public key as in ERC-7913: an account, or a verifier and a key"),
    ...hex("subjectSalt", word, "a salt of 32 bytes in hexadecimal"),
    ...hex("holderSalt", word, "a salt of 32 bytes in hexadecimal"),
  };
}
