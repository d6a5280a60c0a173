/** From a model to a document that can be issued: salts, record and payments; refused by the rules' names before anything is sent. */
import { ZeroHash } from "ethers";

import { newSalt } from "../common/commitment.js";
import { secondsOf } from "../common/time.js";
import { fieldRoot } from "../common/tree.js";
import type { Contracts } from "../contracts.js";
import { currencyOf, findCurrency } from "./amount.js";
import { type BuyerTitle, objectCommitment } from "./commitment.js";
import type { DocumentHolder, InvoiceDocument, PaymentProof } from "./document.js";
import { fieldsOfInvoice } from "./field.js";
import type { Invoice } from "./model.js";
import { parseNumber } from "./number.js";
import {
  categoryBytes,
  invoiceKindNumber,
  type InvoiceNetwork,
  numberSchemeNumber,
  paymentId,
  type PaymentNetwork,
  type PaymentRecord,
  type TermsRecord,
} from "./record.js";
import { InvoiceRuleError, type RuleError, validateInvoice } from "./rules.js";
import { chainErrors, taxLines } from "./tax-lines.js";
import { buyerOf, type BuyerRequest } from "./wallet.js";

/** The registries that documents and payments are in. */
export type InvoiceSuite = InvoiceNetwork & PaymentNetwork;

/** A payment, and how much of it a document takes. */
export interface DrawnPayment {
  payment: PaymentRecord;
  /** Of a payment in a batch, its path; may be set later in a batch of documents. */
  path?: string[];
  /** Minor units; the whole payment if left out. */
  amount?: bigint;
}

/** What a document has besides its model. */
export interface BuildOptions {
  /** The seller's identity. */
  seller: string;
  /** Where it takes its gross total from. */
  payments: readonly DrawnPayment[];
  /** Whom it is made out to. Left out in a retail batch alone, where the payer names the buyer later. */
  buyer?: BuyerRequest;
  /** When; not after the chain's own time. */
  time: Date;
  /** In a batch: the seller's number of it, and the place in it. */
  batch?: { serial: bigint | number; position: number };
}

/** A payment with its id. */
export interface PreparedDraw extends PaymentProof {
  id: string;
  /** What the document takes, or gives back. */
  amount: bigint;
}

/** What a record and its document are made from. */
export interface Assembly {
  time: Date;
  /** Ascending by payment. */
  draws: PreparedDraw[];
  /** As the record has it. */
  buyer: string;
  reverses?: string;
  batch?: { serial: bigint | number; position: number };
}

const DAY = 86_400_000;
/** What is asked of a buyer, and waits until the payer names one: name and country. */
const UNNAMED = new Set(["BR-07", "BR-10"]);

/** Where the documents and payments of a connection are. */
export async function invoiceSuite({
  chainId,
  invoices,
  payments,
}: Pick<Contracts, "chainId" | "invoices" | "payments">): Promise<InvoiceSuite> {
  const [registry, paymentRegistry] = await Promise.all([invoices.getAddress(), payments.getAddress()]);
  return { chainId: `${chainId}`, registry, payments: paymentRegistry };
}

/**
 * A document of a model, ready to be issued or put into a batch, with fresh salts. Needs no chain.
 * @param model Its kind and number are part of it. Where it leaves them out, its payments are those of the options, and the buyer's
 * name and tax number (BT-48) those of the buyer's title.
 * @throws InvoiceRuleError with all rules that it breaks: those of EN 16931 by their names, and those of the chain as CHAIN-.
 */
export function buildInvoice(suite: InvoiceSuite, model: Invoice, options: BuildOptions): InvoiceDocument {
  const { seller, buyer, time, batch } = options;
  const draws = drawsOf(suite, options.payments);
  const invoice = completed(model, options, draws);
  const errors = [
    ...ruleErrors(invoice, buyer === undefined && batch !== undefined),
    ...drawErrors(invoice, seller, draws),
    ...partyErrors(model, options),
    ...dateErrors(invoice, time),
  ];
  if (errors.length !== 0) throw new InvoiceRuleError(`the invoice ${model.number} cannot be issued`, errors);
  const holder = buyer === undefined ? undefined : buyerOf(buyer);
  const document = assemble(suite, invoice, seller, {
    ...{ time, draws, buyer: holder?.commitment ?? ZeroHash },
    ...(batch === undefined ? {} : { batch }),
  });
  return withBuyer(document, holder, buyer?.title);
}

/** A document of a model that was checked. */
export function assemble(
  { chainId, registry, payments }: InvoiceSuite,
  invoice: Invoice,
  seller: string,
  { time, draws, buyer, reverses = ZeroHash, batch }: Assembly,
): InvoiceDocument {
  const fields = Object.entries(fieldsOfInvoice(invoice)).map(([name, value]) => ({ name, value, salt: newSalt() }));
  const object = invoice.object === undefined ? undefined : { ...invoice.object, salt: newSalt() };
  const { net, tax, gross } = invoice.totals;
  const number = parseNumber(invoice.numberScheme ?? "Own", invoice.number);
  return {
    type: "CivitasInvoice",
    version: 1,
    chainId,
    registry,
    payments,
    record: {
      terms: termsOfModel(invoice, seller),
      serial: `${batch?.serial ?? 0}`,
      position: batch?.position ?? 0,
      reverses,
      content: {
        number: `${number.value}`,
        time: Number(secondsOf(time)),
        buyer,
        invoicedObject: objectCommitment(object),
        root: fieldRoot(fields),
        ...{ net: `${net}`, tax: `${tax}`, gross: `${gross}` },
        lines: taxLines(invoice).map((line) => ({
          ...{ category: categoryBytes(line.category), rate: line.rate, items: line.items },
          ...{ net: `${line.net}`, tax: `${line.tax}` },
        })),
        draws: draws.map(({ id, amount }) => ({ payment: id, amount: `${amount}` })),
      },
    },
    path: [],
    fields,
    evidence: draws.map(({ payment, path }) => ({ payment, path })),
    ...(object === undefined ? {} : { object }),
  };
}

/** A document with its buyer, as far as the buyer is known. */
export function withBuyer(
  document: InvoiceDocument,
  buyer: DocumentHolder | undefined,
  title: BuyerTitle | undefined,
): InvoiceDocument {
  return { ...document, ...(buyer === undefined ? {} : { buyer }), ...(title === undefined ? {} : { title }) };
}

/** Rules of EN 16931, and of the chain, that a model breaks. @param unnamed The buyer is named later. */
export function ruleErrors(invoice: Invoice, unnamed: boolean): RuleError[] {
  const errors = [...validateInvoice(invoice, "chain"), ...chainErrors(invoice)];
  const known = new Set<string>();
  return errors.filter(({ rule, where }) => {
    const key = `${rule} ${where}`;
    return !(unnamed && UNNAMED.has(rule)) && !known.has(key) && known.add(key);
  });
}

function drawsOf(suite: InvoiceSuite, payments: readonly DrawnPayment[]): PreparedDraw[] {
  return payments
    .map(({ payment, path = [], amount = BigInt(payment.amount) }) => ({
      ...{ id: paymentId(suite, payment), payment, path, amount },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function completed(model: Invoice, { buyer }: BuildOptions, draws: readonly PreparedDraw[]): Invoice {
  const payments = draws.map(({ payment, amount }) => ({
    ...{ provider: payment.provider, reference: payment.transactionId, amount },
  }));
  const { name, taxNumber } = buyer?.title ?? {};
  const named = model.buyer.name === "" && name !== undefined;
  return {
    ...model,
    payments: model.payments ?? payments,
    ...(named ? { buyer: { ...model.buyer, name, ...(taxNumber === undefined ? {} : { vatId: taxNumber }) } } : {}),
  };
}

function drawErrors(invoice: Invoice, seller: string, draws: readonly PreparedDraw[]): RuleError[] {
  const errors: RuleError[] = [];
  const taken = draws.reduce((sum, { amount }) => sum + amount, 0n);
  if (taken !== invoice.totals.gross) {
    const message = "what is taken from the payments is not the gross amount (BT-112); make them equal";
    errors.push({ rule: "BR-CO-16", where: "options.payments", message });
  }
  draws.forEach(({ id, payment, amount }, i) => {
    const fault = (message: string) =>
      errors.push({ rule: "CHAIN-PAYMENT", where: `the payment ${payment.transactionId}`, message });
    if (payment.payee !== seller) fault("was made to someone else; only who was paid invoices it");
    if (payment.currency !== findCurrency(invoice.currency)?.numeric) fault("is in another currency");
    if (amount > BigInt(payment.amount)) fault("is of less than is taken from it");
    if (draws[i - 1]?.id === id) fault("is there twice; put the amounts together");
  });
  return errors;
}

function partyErrors({ buyer: party }: Invoice, { buyer, batch }: BuildOptions): RuleError[] {
  const errors: RuleError[] = [];
  const fault = (message: string) => errors.push({ rule: "CHAIN-BUYER", where: "buyer (BG-7)", message });
  if (buyer === undefined && batch === undefined) fault("is missing; a single document is made out to someone");
  const { name, taxNumber } = buyer?.title ?? {};
  if (name !== undefined && party.name !== "") {
    if (party.name !== name) fault("has another name than the buyer asked for; take that one");
    if (party.vatId !== undefined && party.vatId !== taxNumber) {
      fault("has another tax number (BT-48) than the buyer asked for; take that one");
    }
  }
  return errors;
}

/** The issue date is the day of the document, wherever on earth. */
function dateErrors({ issueDate }: Invoice, time: Date): RuleError[] {
  const day = Date.parse(issueDate);
  if (Number.isNaN(day) || Math.abs(day - Math.floor(time.getTime() / DAY) * DAY) <= DAY) return [];
  const message = `is ${issueDate}, but the document is of ${time.toISOString()}; take the day of issue`;
  return [{ rule: "CHAIN-DATE", where: "issueDate (BT-2)", message }];
}

function termsOfModel(invoice: Invoice, seller: string): TermsRecord {
  const { kind = "VatOrdinary", numberScheme = "Own", currency } = invoice;
  return {
    seller,
    kind: invoiceKindNumber(kind),
    scheme: numberSchemeNumber(numberScheme),
    currency: currencyOf(currency).numeric,
  };
}
