/** What a document is worth, by whatever it was named. */
import type { Civitas } from "../client.js";
import { currencyOf, formatAmount } from "../invoice/amount.js";
import type { Invoice } from "../invoice/model.js";
import { type InvoiceCodeAnswer, verifyInvoiceCode } from "../invoice/qr-check.js";
import { categoryText, invoiceKindOf, type InvoiceRecord } from "../invoice/record.js";
import type { InvoiceStatus } from "../invoice/status.js";
import { taxLines } from "../invoice/tax-lines.js";
import {
  type InvoiceAnswer,
  type NoAnswer,
  type RecordAnswer,
  verifyInvoice,
  verifyNumber,
  verifyRecord,
} from "../invoice/verify.js";
import { type InvoiceTarget, numberOf, placeOfNumber, recordOfTarget, type TargetOptions } from "./invoice-target.js";

/** A document of which only the UBL was there: what is in it that the chain does not bear out. */
export interface UblAnswer extends Omit<RecordAnswer, "status"> {
  status: InvoiceStatus | "Unsound";
  recordStatus: InvoiceStatus;
  faults: string[];
}

export type Verdict = InvoiceAnswer | RecordAnswer | UblAnswer | InvoiceCodeAnswer | NoAnswer;

/** Those that are worth something: all others are not to be accepted. */
const WORTH: ReadonlySet<Verdict["status"]> = new Set<InvoiceStatus>([
  ...(["Anchored", "Issued", "Confirmed", "Booked", "ReversalProposed", "Reversing"] as const),
]);

export function isWorthSomething({ status }: Verdict): boolean {
  return WORTH.has(status);
}

export async function verdictOn(civitas: Civitas, target: InvoiceTarget, options: TargetOptions): Promise<Verdict> {
  switch (target.by) {
    case "document":
      return verifyInvoice(civitas, target.json);
    case "code":
      return verifyInvoiceCode(civitas, target.text);
    case "id":
      try {
        return await verifyRecord(civitas, (await recordOfTarget(civitas, target, options)).record);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return { status: "NotFound", message: `Do not accept this: ${error.message}` };
      }
    case "number":
    case "ubl": {
      const { scheme, number } = numberOf(target, options);
      const answer = await verifyNumber(civitas, scheme, number, placeOfNumber(options, scheme));
      if (target.by === "number" || !("found" in answer)) return answer;
      return ofUbl(answer, target.invoice, answer.found.record);
    }
  }
}

function ofUbl(answer: RecordAnswer, invoice: Invoice, record: InvoiceRecord | undefined): UblAnswer {
  const faults = record === undefined ? [] : ublFaults(invoice, record);
  const { status, message } = answer;
  const own =
    faults.length === 0
      ? { status, message: `${message}. Names, dates and lines of this file are not proven: only the document is` }
      : { status: "Unsound" as const, message: `Do not believe this document: ${faults.join("; ")}` };
  return { ...answer, ...own, recordStatus: status, faults };
}

/** What a UBL document says otherwise than the record with its number. */
function ublFaults(invoice: Invoice, { terms, content }: InvoiceRecord): string[] {
  const { code, digits } = currencyOf(terms.currency);
  const show = (amount: bigint | string) => `${formatAmount(BigInt(amount), digits)} ${code}`;
  const rows = (list: readonly { category: string; rate: number; net: bigint | string; tax: bigint | string }[]) =>
    list.map(({ category, rate, net, tax }) => `${category} ${rate / 100} %: ${show(net)} and ${show(tax)}`).join(", ");
  const { net, tax, gross } = invoice.totals;
  const told: [what: string, told: string | undefined, recorded: string][] = [
    ["currency", invoice.currency, code],
    ["kind", invoice.kind, invoiceKindOf(terms.kind)],
    ["net total", show(net), show(content.net)],
    ["tax", show(tax), show(content.tax)],
    ["gross total", show(gross), show(content.gross)],
    [
      "tax rows",
      rows(taxLines(invoice)),
      rows(content.lines.map((line) => ({ ...line, category: categoryText(line.category) }))),
    ],
  ];
  return told.flatMap(([what, is, was]) =>
    is === undefined || is === was ? [] : [`its ${what} is ${is}, and was issued as ${was}`],
  );
}
