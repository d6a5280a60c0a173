/**
 * Numbers of documents, by who gives them out. On chain a number is one uint256: the decimal value where it has digits only (the scheme's
 * length brings the leading zeros back), the ASCII bytes as a big-endian integer where the seller makes it up.
 */
import { type NumberScheme } from "./model.js";

/** A number that its scheme does not have; the message says what is wrong. */
export class InvoiceNumberError extends Error {
  override readonly name = "InvoiceNumberError";
}

/** A number, taken apart. `text` is BT-1. */
export type InvoiceNumber = { text: string; value: bigint } & (
  | {
      scheme: "Digital";
      /** Last two digits of the year. */
      year: string;
      /** Two digits: province of the tax bureau. */
      bureau: string;
      /** One digit: how it was issued. */
      channel: string;
      /** 15 digits. */
      sequence: string;
    }
  | {
      /** `code` has 12 digits and `number` 8, or for fiscal bills 8 and 10. */
      scheme: "CodeAndNumber" | "FiscalBill";
      code: string;
      number: string;
    }
  | { scheme: "Own" }
);

const DIGITS = {
  Digital: { length: 20, code: 0, what: "a fully digital invoice number: 2 of year, 2 of bureau, 1 of channel, 15" },
  CodeAndNumber: { length: 20, code: 12, what: "an invoice code of 12 and an invoice number of 8" },
  FiscalBill: { length: 18, code: 8, what: "a bill code of 8 and a bill number of 10" },
};

/** Own numbers: the bytes fit into a uint256 with one to spare, so that the first byte is never lost. */
const MAX_OWN = 31;

/**
 * A number as it is written: 20 digits, code and number one after the other, or the seller's own.
 * @throws InvoiceNumberError
 */
export function parseNumber(scheme: NumberScheme, text: string): InvoiceNumber {
  if (scheme === "Own") {
    if (!/^[\x20-\x7e]{1,31}$/.test(text)) {
      throw new InvoiceNumberError(
        `a seller's own number has 1 to ${MAX_OWN} printable characters of ASCII; ${JSON.stringify(text)} does not`,
      );
    }
    return { scheme, text, value: bytesToInteger(text) };
  }
  const { length, code, what } = DIGITS[scheme];
  if (!/^[0-9]+$/.test(text)) throw new InvoiceNumberError(`${JSON.stringify(text)} has other characters than digits`);
  if (text.length !== length) {
    throw new InvoiceNumberError(`${text} has ${text.length} digits; ${what} make ${length}`);
  }
  const value = BigInt(text);
  if (value === 0n) throw new InvoiceNumberError("a number of zeros only is none");
  if (scheme === "Digital") {
    const [year, bureau, channel, sequence] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 5), text.slice(5)];
    return { scheme, text, value, year, bureau, channel, sequence };
  }
  return { scheme, text, value, code: text.slice(0, code), number: text.slice(code) };
}

/**
 * A number of two parts: 12-digit code and 8-digit number, or 8 and 10 for fiscal bills.
 * @throws InvoiceNumberError
 */
export function joinNumber(scheme: "CodeAndNumber" | "FiscalBill", code: string, number: string): InvoiceNumber {
  const expected = DIGITS[scheme];
  if (code.length !== expected.code) {
    throw new InvoiceNumberError(`the code ${code} has ${code.length} characters; it has ${expected.code} digits`);
  }
  return parseNumber(scheme, code + number);
}

/**
 * A number as the chain has it, as it is written.
 * @throws InvoiceNumberError for a value that the scheme cannot have.
 */
export function formatNumber(scheme: NumberScheme, value: bigint): string {
  if (value < 0n) throw new InvoiceNumberError(`a number is not negative; this is ${value}`);
  const text = scheme === "Own" ? integerToBytes(value) : value.toString().padStart(DIGITS[scheme].length, "0");
  return parseNumber(scheme, text).text;
}

/** What is wrong with a number, in a sentence; undefined if nothing is. */
export function numberFault(scheme: NumberScheme, text: string): string | undefined {
  try {
    parseNumber(scheme, text);
    return undefined;
  } catch (error) {
    if (error instanceof InvoiceNumberError) return error.message;
    throw error;
  }
}

function bytesToInteger(text: string): bigint {
  let value = 0n;
  for (let i = 0; i < text.length; i++) value = value * 256n + BigInt(text.charCodeAt(i));
  return value;
}

function integerToBytes(value: bigint): string {
  let text = "";
  for (let rest = value; rest !== 0n; rest /= 256n) text = String.fromCharCode(Number(rest % 256n)) + text;
  return text;
}
