/** The books of a tax period: what was booked, with exact totals, as CSV and as JSON. Of a whole city, or of one's own documents. */
import { currencyOf, formatAmount, parseAmount } from "./amount.js";
import type { InvoiceDocument } from "./document.js";
import { recordOfInvoice } from "./find.js";
import type { InvoiceKind } from "./model.js";
import { formatNumber } from "./number.js";
import { invoiceKindOf, type InvoiceRecord, numberSchemeOf } from "./record.js";
import { verifyRecord, type VerifyContracts } from "./verify.js";

/** A booking, with amounts as decimal texts of its currency. */
export interface BookedRow {
  /** The document's id. */
  invoice: string;
  kind: InvoiceKind;
  /** As it is written. */
  number: string;
  /** Identity of the seller. */
  seller: string;
  currency: string;
  /** As it was issued. */
  net: string;
  tax: string;
  gross: string;
  /** What was reversed since. */
  reversedNet: string;
  reversedTax: string;
  deductible: boolean;
  /** The tax of reversals after booking that must be transferred out. */
  transferOut: string;
  status: string;
}

/** Sums of one currency, as decimal texts. */
export interface PeriodTotals {
  currency: string;
  count: number;
  /** Of what is deductible, less what was reversed of it. */
  deductibleNet: string;
  deductibleTax: string;
  /** Of what is not, less what was reversed of it. */
  otherNet: string;
  otherTax: string;
  /** Tax of reversals after booking, which must be transferred out. */
  transferOut: string;
  /** What was deducted when it was booked: deductibleTax plus transferOut. */
  deductedTax: string;
}

/** A tax period at a bureau. */
export interface PeriodExport {
  city: number;
  /** As 202611. */
  period: number;
  /** Ascending by seller and number. */
  rows: BookedRow[];
  /** By currency. */
  totals: PeriodTotals[];
}

/** Which events are looked through. */
export interface ExportOptions {
  /** First block to look through. */
  from?: number;
  onProgress?: (done: number, total: number) => void;
}

const BLOCKS = 10_000;

/**
 * All bookings that stand at a city's bureau for a period, read from the chain alone.
 * @param period As 202611.
 */
export async function exportCityPeriod(
  contracts: VerifyContracts,
  city: bigint | number,
  period: number,
  { from = 0, onProgress }: ExportOptions = {},
): Promise<PeriodExport> {
  const { ledger, provider } = contracts;
  const ids = new Set<string>();
  const latest = await provider.getBlockNumber();
  for (let start = from; start <= latest; start += BLOCKS) {
    const booked = ledger.filters.InvoiceBooked(undefined, city, period);
    const logs = await ledger.queryFilter(booked, start, Math.min(start + BLOCKS - 1, latest));
    for (const { args } of logs) ids.add(args.invoice);
  }
  const rows: BookedRow[] = [];
  let done = 0;
  for (const id of ids) {
    const record = await recordOfInvoice(contracts, id, from);
    const row = await rowOf(contracts, record, Number(city), period);
    if (row !== undefined) rows.push(row);
    onProgress?.(++done, ids.size);
  }
  return exported(Number(city), period, rows);
}

/** The bookings of one's own documents at a city's bureau for a period; documents that are not booked there and then are left out. */
export async function exportPeriod(
  contracts: VerifyContracts,
  city: bigint | number,
  period: number,
  documents: Iterable<Pick<InvoiceDocument, "record">> | AsyncIterable<Pick<InvoiceDocument, "record">>,
): Promise<PeriodExport> {
  const rows = new Map<string, BookedRow>();
  for await (const { record } of documents) {
    const row = await rowOf(contracts, record, Number(city), period);
    if (row !== undefined) rows.set(row.invoice, row);
  }
  return exported(Number(city), period, [...rows.values()]);
}

const COLUMNS = [
  ...([
    "invoice",
    "kind",
    "number",
    "seller",
    "currency",
    "net",
    "tax",
    "gross",
    "reversedNet",
    "reversedTax",
  ] as const),
  ...(["deductible", "transferOut", "status"] as const),
];

/** The rows as CSV (RFC 4180), with a heading; numbers of documents are quoted, so that a spreadsheet keeps their digits as text. */
export function periodCsv({ rows }: PeriodExport): string {
  const lines = rows.map((row) => COLUMNS.map((name) => cell(String(row[name]))).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}

/** The whole export as JSON. */
export function periodJson(period: PeriodExport): string {
  return JSON.stringify(period, null, 2);
}

/** Quoted where CSV needs it; a text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /^[0-9]{11,}$/.test(safe) || /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

async function rowOf(
  contracts: VerifyContracts,
  record: InvoiceRecord,
  city: number,
  period: number,
): Promise<BookedRow | undefined> {
  const { terms, content } = record;
  const { id, status, booking, reversed } = await verifyRecord(contracts, record);
  if (booking?.city !== city || booking.period !== period) return undefined;
  const { code, digits } = currencyOf(terms.currency);
  const show = (amount: bigint | string) => formatAmount(BigInt(amount), digits);
  return {
    invoice: id,
    kind: invoiceKindOf(terms.kind),
    number: formatNumber(numberSchemeOf(terms.scheme), BigInt(content.number)),
    seller: terms.seller,
    currency: code,
    ...{ net: show(content.net), tax: show(content.tax), gross: show(content.gross) },
    ...{ reversedNet: show(reversed.net), reversedTax: show(reversed.tax) },
    deductible: booking.deductible,
    transferOut: show(booking.transferOut),
    status,
  };
}

function exported(city: number, period: number, rows: BookedRow[]): PeriodExport {
  const key = ({ seller, number }: BookedRow) => `${seller} ${number}`;
  rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const currencies = [...new Set(rows.map(({ currency }) => currency))].sort();
  return { city, period, rows, totals: currencies.map((currency) => totalsOf(currency, rows)) };
}

function totalsOf(currency: string, all: readonly BookedRow[]): PeriodTotals {
  const { digits } = currencyOf(currency);
  const rows = all.filter((row) => row.currency === currency);
  const add = (of: readonly BookedRow[], valueOf: (row: BookedRow) => bigint) =>
    of.reduce((sum, row) => sum + valueOf(row), 0n);
  const read = (text: string) => parseAmount(text, digits);
  const net = (row: BookedRow) => read(row.net) - read(row.reversedNet);
  const tax = (row: BookedRow) => read(row.tax) - read(row.reversedTax);
  const [deductible, other] = [rows.filter((row) => row.deductible), rows.filter((row) => !row.deductible)];
  const [left, out] = [add(deductible, tax), add(deductible, (row) => read(row.transferOut))];
  const show = (amount: bigint) => formatAmount(amount, digits);
  return {
    currency,
    count: rows.length,
    ...{ deductibleNet: show(add(deductible, net)), deductibleTax: show(left) },
    ...{ otherNet: show(add(other, net)), otherTax: show(add(other, tax)) },
    ...{ transferOut: show(out), deductedTax: show(left + out) },
  };
}
