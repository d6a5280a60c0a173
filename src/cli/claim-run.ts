/**
 * A run of issuing, in a folder. `claims.json` has all documents with their salts before the first is sent, and is never changed: whoever
 * starts the run again issues what is missing, and nothing twice. `documents/` has them one by one, for the parties.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { secondsOf } from "../common/time.js";
import { isErased } from "../common/tree.js";
import { type ClaimDocument, parseDocument } from "../identity/document.js";
import type { ClaimDraft } from "../identity/prepare.js";
import { readJson } from "./arguments.js";
import type { ClaimRow } from "./claim-rows.js";
import { CommandError } from "./fault.js";
import { writeWhole } from "./whole-file.js";

/** From what, by whom and where claims were prepared. */
export interface RunFrame {
  /** keccak-256 of the table. */
  table: string;
  /** Decimal. */
  chainId: string;
  /** Address of the ClaimRegistry. */
  registry: string;
  issuer: string;
  city: number;
  schema: number;
}

/** A claim with the line of the table that it came from. */
export interface RunClaim {
  line: number;
  /** One for each party. */
  documents: ClaimDocument[];
}

interface RunFile extends RunFrame {
  type: "CivitasClaimRun";
  version: 1;
  claims: RunClaim[];
}

const WHAT: Readonly<Record<keyof RunFrame, string>> = {
  table: "another table",
  chainId: "another chain",
  registry: "another registry",
  issuer: "another issuer",
  city: "another city",
  schema: "another schema",
};

/** Where the claims of a run are kept. */
export function runFile(folder: string): string {
  return join(folder, "claims.json");
}

/**
 * The claims of a run that was begun in a folder.
 * @returns undefined if none was.
 * @throws CommandError if it was another run, or its file was changed.
 */
export function readRun(folder: string, frame: RunFrame): RunClaim[] | undefined {
  const file = runFile(folder);
  if (!existsSync(file)) return undefined;
  const run = (readJson(file, "the file of claims") ?? {}) as Partial<RunFile>;
  if (run.type !== "CivitasClaimRun" || run.version !== 1 || !Array.isArray(run.claims)) {
    throw new CommandError(`${file} is no file of claims; take another folder`);
  }
  const other = (Object.keys(WHAT) as (keyof RunFrame)[]).filter((key) => run[key] !== frame[key]);
  if (other.length > 0) {
    const what = other.map((key) => WHAT[key]).join(", ");
    throw new CommandError(
      `${folder} has the claims of another run (${what}); take another folder, or the same arguments`,
    );
  }
  return run.claims.map(({ line, documents }) => ({ line, documents: documents.map((one) => parseDocument(one)) }));
}

/**
 * Whoever can write the file could have claims issued in the officer's name: all that it says must follow from the table. Only salts, and
 * commitments that nobody can open, are its own.
 * @throws CommandError naming the first line that says something else.
 */
export function mustBeOfRows(
  folder: string,
  frame: RunFrame,
  claims: readonly RunClaim[],
  rows: readonly ClaimRow[],
): void {
  const other = rows.find(({ draft }, i) => {
    const claim = claims[i];
    const wanted = draft.parties.map((_, party) => told(saidByRow(frame, draft, party)));
    return told((claim?.documents ?? []).map((document) => told(saidBy(document)))) !== told(wanted);
  });
  const line = other?.line ?? claims[rows.length]?.line;
  if (line === undefined) return;
  throw new CommandError(
    `${runFile(folder)} was changed: its claim of line ${line} is not what the table and the arguments say, so nothing was sent. ` +
      "Find out who changed it; claims that were issued before are on the chain",
  );
}

/** All that a row says. */
function saidByRow({ chainId, registry, issuer, city, schema }: RunFrame, draft: ClaimDraft, party: number): unknown {
  const { definition, values, parties, validFrom, validUntil } = draft;
  return [
    ...[chainId, registry, issuer, city, schema, "0", party, definition.name],
    ...[secondsOf(validFrom), validUntil === null ? 0n : secondsOf(validUntil)],
    definition.fields.flatMap(({ name }) => (values[name] === undefined ? [] : [[name, values[name]]])),
    parties.map(({ identity, holder }) => [identity ?? null, holder ?? null]),
  ];
}

/** The same of a document. An erased field may hide anything. */
function saidBy({ chainId, registry, claim, party, schemaName, fields, parties }: ClaimDocument): unknown {
  return [
    ...[chainId, registry, claim.issuer, claim.city, claim.schema, claim.serial, party, schemaName],
    ...[BigInt(claim.validFrom), BigInt(claim.validUntil)],
    fields.map((field) => (isErased(field) ? [] : [field.name, field.value])),
    parties.map(({ subject, holder }) => [subject.identity ?? null, holder.signer ?? null]),
  ];
}

function told(what: unknown): string {
  return JSON.stringify(what, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
}

/**
 * Keeps the claims of a run, whole or not at all.
 * @throws CommandError if that cannot be done, or another run was begun in the folder meanwhile.
 */
export function keepRun(folder: string, frame: RunFrame, claims: readonly RunClaim[]): void {
  const run: RunFile = { type: "CivitasClaimRun", version: 1, ...frame, claims: [...claims] };
  if (writeWhole(runFile(folder), `${JSON.stringify(run)}\n`)) return;
  throw new CommandError(`another run was begun in ${folder} meanwhile, and nothing was sent; run the same again`);
}

/** Writes each document into a file of its own. @throws CommandError if that cannot be done. */
export function writeDocuments(folder: string, claims: readonly RunClaim[], roles: readonly string[]): string {
  const inside = join(folder, "documents");
  try {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    for (const { line, documents } of claims) {
      documents.forEach((document, party) => {
        const file = join(inside, `line-${line}-${roles[party] ?? party}.json`);
        rmSync(`${file}.new`, { force: true });
        writeFileSync(`${file}.new`, `${JSON.stringify(document, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
        renameSync(`${file}.new`, file);
      });
    }
    return inside;
  } catch (cause) {
    throw new CommandError(
      `the claims are issued and ${runFile(folder)} keeps them all, but ${inside} cannot be written: ${(cause as Error).message}. Mend that, then run the same again`,
      { cause },
    );
  }
}
