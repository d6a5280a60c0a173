/** Which document is meant: its file, its number, its id, or the text of its code. */
import { type Command, Option } from "commander";

import type { Civitas } from "../client.js";
import { documentId, parseInvoiceDocument } from "../invoice/document.js";
import { findByNumber, recordOfInvoice } from "../invoice/find.js";
import { type Invoice, NUMBER_SCHEMES, type NumberScheme } from "../invoice/model.js";
import { readInvoiceCode } from "../invoice/qr.js";
import type { InvoiceRecord } from "../invoice/record.js";
import { fromUbl } from "../invoice/ubl.js";
import { readJson, readText, wholeNumberOf } from "./arguments.js";
import { CommandError, UsageError } from "./fault.js";

/** What names a document. */
export type InvoiceTarget =
  | { by: "document"; json: unknown }
  | { by: "ubl"; invoice: Invoice; warnings: string[] }
  | { by: "code"; text: string }
  | { by: "id"; id: string }
  | { by: "number"; number: string };

/** Options beside the argument. */
export interface TargetOptions {
  number?: string;
  scheme?: NumberScheme;
  seller?: string;
  code?: string;
  from?: string;
}

const WORD = /^0x[0-9a-fA-F]{64}$/;

/** Adds the argument and the options that name a document. */
export function withTarget(command: Command): Command {
  return command
    .argument("[document]", "its file (JSON, UBL 2.1, or the text of its code), or its id (0x…)")
    .option("--number <number>", "its number instead")
    .addOption(new Option("--scheme <scheme>", "who gives its number out (default: Own)").choices([...NUMBER_SCHEMES]))
    .option("--seller <identity>", "its seller (0x…); needed for a seller's own numbers")
    .option("--code <text>", "the text of its code, as scanned, instead")
    .option("--from <block>", "the first block to look through, where it is searched for by its number");
}

/** @throws UsageError if it is named in no way, or in several; CommandError for a file that cannot be read. */
export function targetOf(argument: string | undefined, { number, code }: TargetOptions): InvoiceTarget {
  if ([argument, number, code].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError("which document? Give one of: its file, its id, --number, or --code");
  }
  if (number !== undefined) return { by: "number", number };
  if (code !== undefined) return { by: "code", text: code };
  const named = argument ?? "";
  if (WORD.test(named)) return { by: "id", id: named };
  const text = readText(named, "the document").trim();
  if (text.startsWith("<")) {
    const { invoice, warnings } = fromUbl(text);
    return { by: "ubl", invoice, warnings };
  }
  if (!text.startsWith("{")) return { by: "code", text };
  return { by: "document", json: readJson(named, "the document") };
}

/** Where a number is looked for. @throws UsageError for a seller's own number without the seller. */
export function placeOfNumber(
  { seller, from }: TargetOptions,
  scheme: NumberScheme,
): { seller?: string; from: number } {
  if (seller === undefined && scheme === "Own") {
    throw new UsageError("several sellers may have this number: name the seller with --seller, or the --scheme");
  }
  return { ...(seller === undefined ? {} : { seller: identityOf(seller, "a seller") }), from: blockOf(from) };
}

/** An identity. @throws UsageError */
export function identityOf(text: string, what: string): string {
  if (WORD.test(text)) return text.toLowerCase();
  throw new UsageError(`${what} is an identity, 0x and 64 hexadecimal digits; this is "${text}"`);
}

/** A number of a block. @throws UsageError */
export function blockOf(text: string | undefined): number {
  return text === undefined ? 0 : wholeNumberOf(text, "a block", 0, Number.MAX_SAFE_INTEGER);
}

/**
 * The document's id, and its record as far as it is known without asking whether it stands.
 * @throws CommandError for a number that was never used, or is reserved for a batch.
 */
export async function recordOfTarget(
  civitas: Civitas,
  target: InvoiceTarget,
  options: TargetOptions,
): Promise<{ id: string; record: InvoiceRecord }> {
  switch (target.by) {
    case "document": {
      const document = parseInvoiceDocument(target.json);
      return { id: documentId(document), record: document.record };
    }
    case "code":
      return readInvoiceCode(target.text);
    case "id":
      return { id: target.id, record: await recordOfInvoice(civitas, target.id, blockOf(options.from)) };
    case "number":
    case "ubl": {
      const { scheme, number } = numberOf(target, options);
      const [found] = await findByNumber(civitas, scheme, number, placeOfNumber(options, scheme));
      if (found?.record === undefined || found.invoice === undefined) {
        const why = found === undefined ? "was never used" : "is reserved for a batch; ask for the document";
        throw new CommandError(`the number ${number} ${why}`);
      }
      return { id: found.invoice, record: found.record };
    }
  }
}

/** The number of a target that is known by it. */
export function numberOf(
  target: Extract<InvoiceTarget, { by: "number" | "ubl" }>,
  { scheme }: TargetOptions,
): { scheme: NumberScheme; number: string } {
  if (target.by === "number") return { scheme: scheme ?? "Own", number: target.number };
  return { scheme: scheme ?? target.invoice.numberScheme ?? "Own", number: target.invoice.number };
}
