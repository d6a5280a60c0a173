/**
 * Documents and payments as the chain knows them, in JSON: what is hashed into an id, and what a QR carries. Nothing in a record tells of a
 * natural person. All of it can be passed to the contracts as it is.
 */
import { ZeroHash } from "ethers";

import type { Contracts } from "../contracts.js";
import { INVOICE_KINDS, type InvoiceKind, NUMBER_SCHEMES, type NumberScheme } from "./model.js";
import {
  INVOICE_BATCH_KEY_TYPES,
  INVOICE_TYPES,
  digestIn,
  domainAt,
  PAYMENT_BATCH_KEY_TYPES,
  PAYMENT_TYPES,
} from "./typed-data.js";

/** Terms of Invoice.sol: what the documents of one call share. */
export interface TermsRecord {
  /** The seller's identity, a legal person's. */
  seller: string;
  /** Number of the kind: see `invoiceKindOf`. */
  kind: number;
  /** Number of the scheme: see `numberSchemeOf`. */
  scheme: number;
  /** ISO 4217 numeric: 156 for CNY. */
  currency: number;
}

/** TaxLine of Invoice.sol. */
export interface TaxLineRecord {
  /** Two bytes of ASCII, hexadecimal: "S" is 0x5300. See `categoryText`. */
  category: string;
  /** Basis points. */
  rate: number;
  items: number;
  /** Minor units, decimal. */
  net: string;
  /** Minor units, decimal. */
  tax: string;
}

/** Draw of Invoice.sol. */
export interface DrawRecord {
  /** Id of the payment. */
  payment: string;
  /** Minor units, decimal. */
  amount: string;
}

/** Content of Invoice.sol. */
export interface ContentRecord {
  /** As the chain has it, decimal: see `formatNumber`. */
  number: string;
  /** UTC seconds. */
  time: number;
  /** Commitment to the buyer; zero in a retail batch, where the payer names it later. */
  buyer: string;
  /** Commitment to what it is about (BT-18), or zero. */
  invoicedObject: string;
  /** Root of the tree of fields. */
  root: string;
  /** Minor units, decimal. */
  net: string;
  /** Minor units, decimal. */
  tax: string;
  /** Minor units, decimal. */
  gross: string;
  /** Ascending by category and rate. */
  lines: TaxLineRecord[];
  /** Ascending by payment. */
  draws: DrawRecord[];
}

/** Invoice of Invoice.sol: its EIP-712 digest is the document's id. */
export interface InvoiceRecord {
  terms: TermsRecord;
  /** The seller's number of the batch, decimal; "0" for a single document. */
  serial: string;
  /** Place in the batch, from 0; 0 for a single document. */
  position: number;
  /** Id of the document that this one reverses, or zero. */
  reverses: string;
  content: ContentRecord;
}

/** Payment of Payment.sol: its EIP-712 digest is the payment's id. */
export interface PaymentRecord {
  /** Account of the accredited provider, or the IPaymentSource that counted it. */
  provider: string;
  /** Number of the city that accredits the provider. */
  city: number;
  /** The provider's identification of it, salted or keyed; 32 bytes. */
  transactionId: string;
  /** The payee's keyed reference of what was paid for; 32 bytes. */
  order: string;
  /** Identity of who was paid. */
  payee: string;
  /** In retail, keccak-256 of the payer's one-time signer; otherwise zero. */
  payer: string;
  /** ISO 4217 numeric. */
  currency: number;
  /** Minor units, decimal. */
  amount: string;
  /** UTC seconds. */
  paidAt: number;
  /** The provider's number of the batch, decimal; "0" for a single payment. */
  serial: string;
  /** Place in the batch, from 0. */
  position: number;
}

/** The InvoiceRegistry that a document is in. */
export interface InvoiceNetwork {
  /** Decimal. */
  chainId: string;
  /** Address of the InvoiceRegistry. */
  registry: string;
}

/** The PaymentRegistry that a payment is in. */
export interface PaymentNetwork {
  /** Decimal. */
  chainId: string;
  /** Address of the PaymentRegistry. */
  payments: string;
}

/** The registry of documents of a connection. */
export async function invoiceNetwork({
  chainId,
  invoices,
}: Pick<Contracts, "chainId" | "invoices">): Promise<InvoiceNetwork> {
  return { chainId: `${chainId}`, registry: await invoices.getAddress() };
}

/** The registry of payments of a connection. */
export async function paymentNetwork({
  chainId,
  payments,
}: Pick<Contracts, "chainId" | "payments">): Promise<PaymentNetwork> {
  return { chainId: `${chainId}`, payments: await payments.getAddress() };
}

/** A document's id: its EIP-712 digest, equal to InvoiceRegistry.idOf (tested equal). */
export function invoiceId({ chainId, registry }: InvoiceNetwork, record: InvoiceRecord): string {
  return digestIn(domainAt("invoices", chainId, registry), INVOICE_TYPES, record);
}

/** The id of a batch of documents, equal to InvoiceRegistry.batchOf (tested equal). */
export function invoiceBatchId({ chainId, registry }: InvoiceNetwork, seller: string, serial: string): string {
  const domain = domainAt("invoices", chainId, registry);
  return digestIn(domain, INVOICE_BATCH_KEY_TYPES, { seller, serial });
}

/** A payment's id: its EIP-712 digest, equal to PaymentRegistry.idOf (tested equal). */
export function paymentId({ chainId, payments }: PaymentNetwork, payment: PaymentRecord): string {
  return digestIn(domainAt("payments", chainId, payments), PAYMENT_TYPES, payment);
}

/** The id of a batch of payments, equal to PaymentRegistry.batchOf (tested equal). */
export function paymentBatchId({ chainId, payments }: PaymentNetwork, provider: string, serial: string): string {
  const domain = domainAt("payments", chainId, payments);
  return digestIn(domain, PAYMENT_BATCH_KEY_TYPES, { provider, serial });
}

/** The record of a single document. */
export function singleRecord(terms: TermsRecord, content: ContentRecord, reverses = ZeroHash): InvoiceRecord {
  return { terms, serial: "0", position: 0, reverses, content };
}

/** Number of a kind on the chain, where 0 is none. */
export function invoiceKindNumber(kind: InvoiceKind): number {
  return INVOICE_KINDS.indexOf(kind) + 1;
}

/** The kind of a number. @throws RangeError for one that is none. */
export function invoiceKindOf(kind: bigint | number): InvoiceKind {
  const name = INVOICE_KINDS[Number(kind) - 1];
  if (name === undefined) throw new RangeError(`there is no kind of documents with the number ${kind}`);
  return name;
}

/** Number of a scheme of numbers on the chain. */
export function numberSchemeNumber(scheme: NumberScheme): number {
  return NUMBER_SCHEMES.indexOf(scheme);
}

/** The scheme of a number. @throws RangeError for one that is none. */
export function numberSchemeOf(scheme: bigint | number): NumberScheme {
  const name = NUMBER_SCHEMES[Number(scheme)];
  if (name === undefined) throw new RangeError(`there is no scheme of numbers with the number ${scheme}`);
  return name;
}

/** A tax category as the chain has it: "S" is 0x5300. */
export function categoryBytes(category: string): string {
  return `0x${[0, 1].map((i) => (category.charCodeAt(i) || 0).toString(16).padStart(2, "0")).join("")}`;
}

/** A tax category of the chain as text: 0x5300 is "S". */
export function categoryText(bytes: string): string {
  const codes = [bytes.slice(2, 4), bytes.slice(4, 6)].map((two) => parseInt(two, 16));
  return String.fromCharCode(...codes.filter((code) => code > 0));
}
