/**
 * Many acts of one file. All rows are read and checked, then all are rehearsed, and only then the first is sent: one bad row stops them all, and every bad row is told. What is
 * on the chain already is left out, so a run that was cut off is simply started again.
 */
import { parse } from "csv-parse/sync";
import type { TransactionRequest } from "ethers";

import { decodeError } from "../errors.js";
import { readText } from "./arguments.js";
import { CommandError, type RowFault, RowsError } from "./fault.js";
import { withBar } from "./progress.js";
import type { Session } from "./session.js";

/** A row of a file. */
export interface Row {
  /** Of the file, from 1; the header is line 1. */
  line: number;
  /** By the names of the header. */
  fields: Readonly<Record<string, string>>;
}

/**
 * The rows of a CSV file (RFC 4180, UTF-8) with a header.
 * @param columns It has these, in any order.
 * @param optional It may have these.
 * @throws CommandError for a file that is none.
 */
export function readRows(file: string, columns: readonly string[], optional: readonly string[] = []): Row[] {
  const text = readText(file, "the table");
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parse(text, { columns: headerOf, info: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const [first] = rows;
  if (first === undefined) throw new CommandError(`${file} has no rows below its header`);
  const given = Object.keys(first.record);
  const missing = columns.filter((column) => !given.includes(column));
  const strange = given.filter((column) => !columns.includes(column) && !optional.includes(column));
  if (missing.length > 0) {
    throw new CommandError(`${file} has no column "${missing.join('", "')}"; it has "${given.join('", "')}"`);
  }
  if (strange.length > 0) {
    throw new CommandError(`${file} has a column "${strange.join('", "')}", which means nothing here`);
  }
  return rows.map(({ record, info }) => ({ line: info.lines, fields: record }));
}

/** Of two columns of one name, the second would count, whatever the first says. */
function headerOf(names: string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(`the column "${twice}" is there twice`);
  return names;
}

/**
 * What each row says.
 * @param read Throws an Error that says what is wrong with a row.
 * @throws RowsError with the faults of all rows.
 */
export function parseRows<Parsed>(
  rows: readonly Row[],
  read: (fields: Row["fields"], line: number) => Parsed,
): Parsed[] {
  const faults: RowFault[] = [];
  const parsed: Parsed[] = [];
  for (const { line, fields } of rows) {
    try {
      parsed.push(read(fields, line));
    } catch (error) {
      faults.push({ line, fault: error instanceof Error ? error.message : String(error) });
    }
  }
  if (faults.length > 0) throw new RowsError(faults, rows.length);
  return parsed;
}

/** Some rows that are one transaction. */
export interface Part {
  /** Lines of the file. */
  lines: readonly number[];
  /** In words, as an order. */
  what: string;
  request: TransactionRequest;
}

/** What became of a file. */
export interface BatchResult {
  /** Rows that were done by this run, or would be. */
  done: number;
  /** Rows that were on the chain before. */
  before: number;
  transactions: string[];
  gas: bigint;
  dryRun: boolean;
}

/** How many are done. */
export interface BatchOptions {
  /** What it means for the others that some are refused; that nothing was sent, if left out. */
  so?: string | undefined;
  /** Keeps what must not be lost: after all was rehearsed, before the first is sent. Not with --dry-run. */
  keep?: () => void;
}

const AT_ONCE = 8;

/**
 * Rehearses all parts, then sends them.
 * @param before How many rows needed nothing.
 * @throws RowsError with all that the contracts refuse, before anything is sent.
 */
export async function performAll(
  session: Session,
  parts: readonly Part[],
  before: number,
  { so, keep }: BatchOptions = {},
): Promise<BatchResult> {
  const signer = await session.signer();
  const total = parts.reduce((sum, { lines }) => sum + lines.length, 0);
  const result: BatchResult = { done: 0, before, transactions: [], gas: 0n, dryRun: session.dryRun };

  const faults: RowFault[] = [];
  await withBar(session, total, "rows rehearsed", async (progress) => {
    for (let start = 0; start < parts.length; start += AT_ONCE) {
      await Promise.all(
        parts.slice(start, start + AT_ONCE).map(async ({ lines, request }) => {
          try {
            result.gas += await signer.estimateGas(request);
          } catch (error) {
            const fault = decodeError(error).message;
            for (const line of lines) faults.push({ line, fault });
          }
          progress(lines.length);
        }),
      );
    }
  });
  faults.sort((a, b) => a.line - b.line);
  if (faults.length > 0) throw new RowsError(faults, total, so);
  if (session.dryRun) return { ...result, done: total };

  keep?.();
  result.gas = 0n;
  await withBar(session, total, "rows done", async (progress) => {
    for (let start = 0; start < parts.length; start += AT_ONCE) {
      const sent = [];
      for (const part of parts.slice(start, start + AT_ONCE)) sent.push({ part, act: await signer.send(part.request) });
      for (const { part, act } of sent) {
        const receipt = await act.final();
        result.transactions.push(receipt.hash);
        result.gas += receipt.gasUsed;
        result.done += part.lines.length;
        progress(part.lines.length);
      }
    }
  }).catch((cause: unknown) => {
    const so = "Those sent last may be done, too; run the same again: what is done is left out";
    throw new CommandError(`${result.done} of ${total} rows are done. ${decodeError(cause).message}. ${so}`, { cause });
  });
  return result;
}

/** In a line, for a person. */
export function batchLine({ done, before, transactions, gas, dryRun }: BatchResult, things: string): string {
  const rest = before === 0 ? "" : `; ${before} were there before`;
  if (dryRun) return `${done} ${things} would be made, ${gas.toLocaleString("en")} gas${rest}; nothing was sent`;
  return `${done} ${things} made in ${transactions.length} transactions, ${gas.toLocaleString("en")} gas${rest}`;
}
