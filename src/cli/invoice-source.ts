/** Invoices of UBL files, made into documents that can be issued; those that an earlier run has kept are taken as they are. */
import { dirname, join } from "node:path";

import type { Civitas } from "../client.js";
import { findEvents } from "../common/logs.js";
import { dateOf } from "../common/time.js";
import { chainTime } from "../identity/presence.js";
import { buildInvoice, type DrawnPayment, type InvoiceSuite, invoiceSuite } from "../invoice/build.js";
import { type InvoiceDocument, invoiceOfDocument } from "../invoice/document.js";
import type { SignedRequests } from "../invoice/issue.js";
import type { Invoice, InvoiceKind, NumberScheme } from "../invoice/model.js";
import type { PaymentRecord } from "../invoice/record.js";
import { InvoiceRuleError } from "../invoice/rules.js";
import { fromUbl, UblError } from "../invoice/ubl.js";
import { readText } from "./arguments.js";
import type { Row } from "./batch.js";
import { CommandError, type NamedFault, RowsError } from "./fault.js";
import { type Companion, readCompanion } from "./invoice-companion.js";
import { keptDocument } from "./invoice-file.js";

/** A UBL file and the buyer's file that belongs to it. */
export interface InvoiceSource {
  ubl: string;
  buyer: string;
}

/** A document that can be issued. */
export interface PreparedInvoice {
  /** The UBL file. */
  ubl: string;
  /** Where the document is kept. */
  file: string;
  /** Whether it was kept before. */
  kept: boolean;
  document: InvoiceDocument;
  requests: SignedRequests;
}

export interface SourceOptions {
  /** The seller's identity. */
  seller: string;
  /** The folder of the documents. */
  out: string;
  /** Of files that do not say. */
  kind?: InvoiceKind;
  scheme?: NumberScheme;
  /** First block to look through for payments. */
  from: number;
}

/** Files that were named one by one; each has its buyer's file beside it. */
export function sourcesOfFiles(files: readonly string[]): InvoiceSource[] {
  return files.map((ubl) => ({ ubl, buyer: ubl.replace(/(\.xml)?$/i, ".buyer.json") }));
}

/** Files that a table names, beside itself. */
export function sourcesOfRows(table: string, rows: readonly Row[]): InvoiceSource[] {
  return rows.flatMap(({ fields }) => {
    const [source] = sourcesOfFiles([join(dirname(table), fields["ubl"] ?? "")]);
    if (source === undefined) return [];
    const { buyer } = fields;
    return [buyer === undefined || buyer === "" ? source : { ...source, buyer: join(dirname(table), buyer) }];
  });
}

/**
 * Documents of all files.
 * @param warn Is told what of a file has no place in the model.
 * @throws RowsError with all that is wrong with all of them.
 */
export async function prepareInvoices(
  civitas: Civitas,
  sources: readonly InvoiceSource[],
  options: SourceOptions,
  warn: (warning: string) => void,
): Promise<PreparedInvoice[]> {
  const faults: NamedFault[] = [];
  const read = sources.flatMap(({ ubl, buyer }) => {
    const invoice = attempt(ubl, faults, () => readUbl(ubl, options, warn));
    const companion = attempt(ubl, faults, () => readCompanion(buyer));
    return invoice === undefined || companion === undefined ? [] : [{ ubl, invoice, companion }];
  });
  const suite = await invoiceSuite(civitas);
  const now = dateOf(await chainTime(civitas));
  const paid = new Payments(civitas, options);
  const prepared: PreparedInvoice[] = [];
  const numbers = new Map<string, string>();
  for (const { ubl, invoice, companion } of read) {
    const file = fileOf(options.out, invoice);
    const first = numbers.get(file);
    if (first !== undefined) faults.push({ of: ubl, fault: `has the number ${invoice.number}, as ${first} has` });
    numbers.set(file, ubl);
    try {
      const payments = companion.payments ?? (await paid.of(invoice));
      const one = attempt(ubl, faults, () => prepare(suite, { ubl, file, invoice, companion, payments }, options, now));
      if (one !== undefined) prepared.push(one);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      faults.push({ of: ubl, fault: error.message });
    }
  }
  if (faults.length !== 0) throw new RowsError(faults, sources.length, "so nothing was sent", "files");
  return prepared;
}

function readUbl(file: string, { kind, scheme }: SourceOptions, warn: (warning: string) => void): Invoice {
  const { invoice, warnings } = fromUbl(readText(file, "the invoice"));
  for (const warning of warnings) warn(`${file}: ${warning}`);
  return {
    ...invoice,
    ...(invoice.kind === undefined && kind !== undefined ? { kind } : {}),
    ...(invoice.numberScheme === undefined && scheme !== undefined ? { numberScheme: scheme } : {}),
  };
}

interface Reading {
  ubl: string;
  file: string;
  invoice: Invoice;
  companion: Companion;
  payments: readonly DrawnPayment[];
}

/** @throws InvoiceRuleError, or CommandError where another document is kept under this number. */
function prepare(
  suite: InvoiceSuite,
  { ubl, file, invoice, companion, payments }: Reading,
  { seller }: SourceOptions,
  now: Date,
): PreparedInvoice {
  const { buyer, requests = {} } = companion;
  const before = keptDocument(file);
  const time = before === undefined ? now : dateOf(before.record.content.time);
  const document = buildInvoice(suite, invoice, { seller, payments, buyer, time });
  if (before === undefined) return { ubl, file, kept: false, document, requests };
  if (told(before) === told(document)) return { ubl, file, kept: true, document: before, requests };
  throw new CommandError(
    `another document with the number ${invoice.number} is kept in ${file}: it may have been issued, so keep it, and take another number or folder`,
  );
}

/** All that a document says, without its salts. */
function told(document: InvoiceDocument): string {
  const { chainId, registry, record, buyer } = document;
  const { terms, content } = record;
  return JSON.stringify(
    [chainId, registry, terms, content.draws, buyer?.commitment, invoiceOfDocument(document)],
    (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value),
  );
}

/** By number: one that is issued once has one file. */
function fileOf(out: string, { number, numberScheme = "Own" }: Invoice): string {
  return join(out, `${numberScheme}-${encodeURIComponent(number)}.json`);
}

/** Single payments to the seller, by what UBL says of them. */
class Payments {
  #found: Promise<Map<string, PaymentRecord>> | undefined;

  constructor(
    private readonly civitas: Civitas,
    private readonly options: Pick<SourceOptions, "seller" | "from">,
  ) {}

  /** @throws CommandError for one that was not attested. */
  async of({ payments = [], number }: Invoice): Promise<DrawnPayment[]> {
    if (payments.length === 0) {
      throw new CommandError(
        `the invoice ${number} names no payment, and its buyer's file has none: add "payments" there`,
      );
    }
    this.#found ??= this.#find();
    const found = await this.#found;
    return payments.map(({ provider, reference, amount }) => {
      const payment = found.get(keyOf(provider, reference));
      if (payment !== undefined) return { payment, amount };
      throw new CommandError(
        `the payment ${reference} of ${provider} was not attested to the seller; one of a batch stands in the buyer's file, with its path`,
      );
    });
  }

  async #find(): Promise<Map<string, PaymentRecord>> {
    const { payments, provider } = this.civitas;
    const { seller, from } = this.options;
    const events = await findEvents({
      ...{ provider, contract: payments, events: ["PaymentAttested"], indexed: [null, seller] },
      ...{ from, to: await provider.getBlockNumber() },
    });
    const records = events.map(({ args }) => paymentOf(args["terms"]));
    return new Map(records.map((record) => [keyOf(record.provider, record.transactionId), record]));
  }
}

function keyOf(provider: string, reference: string): string {
  return `${provider} ${reference}`.toLowerCase();
}

function paymentOf(terms: unknown): PaymentRecord {
  const { provider, city, transactionId, order, payee, payer, currency, amount, paidAt, serial, position } =
    terms as Record<keyof PaymentRecord, unknown>;
  return {
    ...{ provider: String(provider), city: Number(city), transactionId: String(transactionId), order: String(order) },
    ...{ payee: String(payee), payer: String(payer), currency: Number(currency), amount: String(amount) },
    ...{ paidAt: Number(paidAt), serial: String(serial), position: Number(position) },
  };
}

/** What can be read; else its faults, each of its own. */
function attempt<Result>(file: string, faults: NamedFault[], read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const rules =
      error instanceof InvoiceRuleError ? error.errors : error instanceof UblError ? error.faults : undefined;
    if (rules === undefined) faults.push({ of: file, fault: error.message });
    else
      for (const { rule, where, message } of rules) faults.push({ of: file, fault: `[${rule}] ${where}: ${message}` });
    return undefined;
  }
}
