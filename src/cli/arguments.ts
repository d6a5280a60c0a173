/** Arguments as they are typed. Each reader throws a UsageError that says what it must be. */
import { readFileSync } from "node:fs";

import { getAddress, isAddress } from "ethers";

import { CommandError, UsageError } from "./fault.js";
import { mustBeNoKey } from "./secret.js";

/** An account or a contract, with its checksum. */
export function addressOf(text: string): string {
  mustBeNoKey(text, "an address");
  const known: boolean = isAddress(text);
  if (known) return getAddress(text);
  throw new UsageError(`an address is 0x and 40 hexadecimal digits, its checksum right; this is "${text}"`);
}

/** A date, or a moment (ISO 8601, UTC). */
export function momentOf(text: string): Date {
  const date = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new UsageError(`a date is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ; this is "${text}"`);
}

/**
 * A whole number.
 * @param what "the depth".
 */
export function wholeNumberOf(text: string, what: string, least: number, most: number): number {
  if (/^[0-9]{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UsageError(`${what} is a whole number from ${least} to ${most}; this is "${text}"`);
}

/**
 * A reason, by its name or its number.
 * @param reasons All that have a name.
 */
export function reasonOf(text: string, reasons: Readonly<Record<string, number>>): number {
  const known = Object.hasOwn(reasons, text) ? reasons[text] : undefined;
  if (known !== undefined) return known;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text);
  throw new UsageError(
    `a reason is one of ${Object.keys(reasons).join(", ")}, or a number below 65536; this is "${text}"`,
  );
}

/**
 * The text of a file, without a byte order mark.
 * @param what "the application".
 * @throws CommandError if it cannot be read, or is not UTF-8: what is written on a chain in a wrong encoding stays there.
 */
export function readText(file: string, what: string): string {
  mustBeNoKey(file, "a file");
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new CommandError(`${what} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(`${what} ${file} is not UTF-8; save it in that encoding (a spreadsheet: "CSV UTF-8")`, {
      cause,
    });
  }
}

/** JSON of a file; its shape is the caller's to check. */
export function readJson(file: string, what: string): unknown {
  const text = readText(file, what);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandError(`${what} ${file} is no JSON`); // the parser would quote it
  }
}
