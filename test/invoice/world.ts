import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { hexlify, keccak256, toUtf8Bytes, type TypedDataField, ZeroHash } from "ethers";

import { FISCAL, PAYMENT, roleOf, TAX } from "../../src/index.js";
import type { AccountKey, PersonKey } from "../../src/identity/key.js";
import { invoiceHolder } from "../../src/invoice/holder.js";
import { INVOICE_REQUEST_TYPES } from "../../src/invoice/typed-data.js";
import type { IInvoiceRegistry, InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import type { IInvoiceLedger } from "../../typechain/invoice/InvoiceLedger.js";
import type { PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { setOperator } from "../identity/persons.js";
import { identityWorld, type IdentityWorld, Kind, LATER, newKey, register, word } from "../identity/world.js";
import { HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";

type Signer = HardhatEthersSigner;
export type Terms = InvoiceStruct["terms"];
export type Content = InvoiceStruct["content"];
export type TaxLine = Content["lines"][number];
export type Submission = IInvoiceRegistry.SubmissionStruct;
export type Evidence = IInvoiceRegistry.EvidenceStruct;
export type Held = IInvoiceLedger.HeldStruct;

/** ISO 4217 numeric of the yuan. */
export const CNY = 156;
export const DocumentKind = {
  None: 0,
  VatSpecial: 1,
  VatOrdinary: 2,
  Transport: 3,
  Scenic: 4,
  Medical: 5,
  FiscalReceipt: 6,
};
export const Scheme = { Digital: 0, CodeAndNumber: 1, FiscalBill: 2, Own: 3 };
export const TAX_KINDS = 0x1e;
export const FISCAL_KINDS = 0x60;
/** 1,000,000.00 yuan a month. */
export const QUOTA = 100_000_000n;
export const UTC_OFFSET = 480;
export const NO_ORDER = { operator: "0x0000000000000000000000000000000000000000", deadline: 0, signature: "0x" };
export const NO_REQUEST = { signer: "0x", deadline: 0, signature: "0x" };
/** Of a call that a seller's operator sends itself. */
export const BY_SELLER: Held = { signer: "0x", salt: ZeroHash, title: ZeroHash, deadline: 0, signature: "0x" };

/** The bureaus of Shijiazhuang and Hunan, two providers, and a seller with an operator. */
export interface InvoiceWorld extends IdentityWorld {
  /** (Shijiazhuang, TAX) and (Shijiazhuang, FISCAL). */
  taxBureau: Signer;
  financeBureau: Signer;
  /** (Hunan, TAX). */
  hunanBureau: Signer;
  /** (Shijiazhuang, PAYMENT) and (Hunan, PAYMENT). */
  provider: Signer;
  hunanProvider: Signer;
  /** A legal person of Shijiazhuang, admitted by both bureaus for all kinds, with a quota of QUOTA in yuan. */
  seller: string;
  sellerKey: AccountKey;
  /** The seller's operator, before both bureaus. */
  operator: Signer;
}

export async function invoiceWorld(): Promise<InvoiceWorld> {
  const world = await loadFixture(identityWorld);
  const { manager, taxpayers, shijiazhuang, hunan } = world;
  const [taxBureau, financeBureau, hunanBureau, provider, hunanProvider, operator, ...others] = world.others as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    ...Signer[],
  ];
  const grant = async (by: Signer, city: bigint, capability: number, to: Signer) =>
    manager.connect(by).grantRole(roleOf(city, capability), to, 0);
  await grant(shijiazhuang, SHIJIAZHUANG, TAX, taxBureau);
  await grant(shijiazhuang, SHIJIAZHUANG, FISCAL, financeBureau);
  await grant(hunan, HUNAN, TAX, hunanBureau);
  await grant(shijiazhuang, SHIJIAZHUANG, PAYMENT, provider);
  await grant(hunan, HUNAN, PAYMENT, hunanProvider);
  await taxpayers.connect(taxBureau).openBureau(SHIJIAZHUANG, TAX, UTC_OFFSET);
  await taxpayers.connect(hunanBureau).openBureau(HUNAN, TAX, UTC_OFFSET);
  const base = { ...world, taxBureau, financeBureau, hunanBureau, provider, hunanProvider, operator, others };
  const { seller, sellerKey } = await admitSeller(base, operator);
  return {
    ...base,
    seller,
    sellerKey,
  };
}

type Bureaus = IdentityWorld & Pick<InvoiceWorld, "taxBureau" | "financeBureau">;

/** A legal person with an operator, admitted by both bureaus of Shijiazhuang. */
export async function admitSeller(
  world: Bureaus,
  operator: Signer,
): Promise<{ seller: string; sellerKey: AccountKey }> {
  const { taxpayers, taxBureau, financeBureau } = world;
  const sellerKey = newKey();
  const seller = await register(world, sellerKey, { kind: Kind.Legal });
  await nameOperator(world, seller, sellerKey, operator);
  for (const [bureau, officer, kinds] of [
    [TAX, taxBureau, TAX_KINDS],
    [FISCAL, financeBureau, FISCAL_KINDS],
  ] as const) {
    const by = taxpayers.connect(officer);
    await by.admit(seller, bureau, SHIJIAZHUANG, kinds);
    await by.setQuota(seller, bureau, CNY, QUOTA, []);
    await by.nameOperator(seller, bureau, operator, []);
  }
  return { seller, sellerKey };
}

/** The legal person's key names an account that acts for it. */
export async function nameOperator(
  world: IdentityWorld,
  person: string,
  key: AccountKey,
  operator: Signer,
): Promise<void> {
  await setOperator(world, person, key, operator.address, true);
}

// ---------------------------------------------------------------------------------------------------------------- payments

/** A payment of 6.00 yuan to the seller, an hour ago, attested by the provider of Shijiazhuang. Nothing in it repeats. */
export async function paymentOf(world: InvoiceWorld, changes: Partial<PaymentStruct> = {}): Promise<PaymentStruct> {
  return {
    provider: world.provider.address,
    city: SHIJIAZHUANG,
    transactionId: word(),
    order: word(),
    payee: world.seller,
    payer: ZeroHash,
    currency: CNY,
    amount: 600,
    paidAt: (await time.latest()) - 3600,
    serial: 0,
    position: 0,
    ...changes,
  };
}

/** Attests such a payment. */
export async function attest(world: InvoiceWorld, changes: Partial<PaymentStruct> = {}): Promise<PaymentStruct> {
  const payment = await paymentOf(world, changes);
  const by = payment.provider === world.hunanProvider.address ? world.hunanProvider : world.provider;
  await world.payments.connect(by).attest(payment);
  return payment;
}

/** Keccak-256 of a payer's one-time key, as a payment has it. */
export function payerOf(key: PersonKey): string {
  return keccak256(key.signer);
}

/** The payer's request for a document made out to `buyer`. */
export async function requestOf(
  world: InvoiceWorld,
  key: PersonKey,
  payment: string,
  buyer: string,
  changes = 0,
  deadline = LATER,
): Promise<IInvoiceRegistry.RequestStruct> {
  const order = { payment, buyer, changes, deadline };
  return {
    signer: key.signer,
    deadline,
    signature: await world.sign(key, "invoices", INVOICE_REQUEST_TYPES, order),
  };
}

// --------------------------------------------------------------------------------------------------------------- documents

/** Who holds a document, with what opens the commitment. */
export interface Holder {
  key: PersonKey;
  salt: string;
  title: string;
  commitment: string;
}

/** @param title zero for whom a document is handed to. */
export function newHolder(title: string = word(), key: PersonKey = newKey()): Holder {
  const salt = word();
  return { key, salt, title, commitment: invoiceHolder(salt, key.signer, title) };
}

/** A holder's signature under an order on a document. */
export async function heldBy(
  world: InvoiceWorld,
  holder: Holder,
  types: Record<string, TypedDataField[]>,
  order: Record<string, unknown>,
  deadline = LATER,
): Promise<Held> {
  const signature = await world.sign(holder.key, "ledger", types, { ...order, deadline });
  return { signer: holder.key.signer, salt: holder.salt, title: holder.title, deadline, signature };
}

/** A category as the contract takes it: two bytes of ASCII. */
export function category(code: string): string {
  return hexlify(toUtf8Bytes(code.padEnd(2, "\0")));
}

/** One tax line: standard rate of 3 % on a gross amount with the tax included. */
export function lineOf(gross: bigint, changes: Partial<TaxLine> = {}): TaxLine {
  const net = (gross * 20_000n + 10_300n) / 20_600n; // half up
  return { category: category("S"), rate: 300, items: 1, net, tax: gross - net, ...changes };
}

/** What the seller's documents share. */
export function termsOf(world: InvoiceWorld, changes: Partial<Terms> = {}): Terms {
  return { seller: world.seller, kind: DocumentKind.Transport, scheme: Scheme.Digital, currency: CNY, ...changes };
}

let lastNumber = 26_131_000_000_000_000_000n;

/** A digital number that no test has used. */
export function newNumber(): bigint {
  return (lastNumber += 1n);
}

/** A document with one tax line over the whole of what it takes from payments; see `lineOf`. */
export async function contentOf(
  world: InvoiceWorld,
  draws: { payment: string; amount: bigint }[],
  changes: Partial<Content> = {},
): Promise<Content> {
  const gross = draws.reduce((sum, { amount }) => sum + amount, 0n);
  const line = lineOf(gross);
  return {
    number: newNumber(),
    time: await time.latest(),
    buyer: word(),
    invoicedObject: ZeroHash,
    root: word(),
    net: line.net,
    tax: line.tax,
    gross,
    lines: [line],
    draws: [...draws].sort((a, b) => (BigInt(a.payment) < BigInt(b.payment) ? -1 : 1)),
    ...changes,
  };
}

/** A single document over the whole of these payments, which have no payer's key, and the evidence for it. */
export async function submissionOf(
  world: InvoiceWorld,
  payments: PaymentStruct[],
  changes: Partial<Content> = {},
): Promise<Submission> {
  const known = await Promise.all(
    payments.map(async (payment) => ({ id: await world.payments.idOf(payment), payment })),
  );
  known.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  const draws = known.map(({ id, payment }) => ({ payment: id, amount: BigInt(payment.amount) }));
  return {
    content: await contentOf(world, draws, changes),
    evidence: known.map(({ payment }) => ({ payment, proof: [], request: NO_REQUEST })),
  };
}

/** The record of a single document. */
export function invoiceOf(terms: Terms, content: Content, changes: Partial<InvoiceStruct> = {}): InvoiceStruct {
  return { terms, serial: 0, position: 0, reverses: ZeroHash, content, ...changes };
}

/** Issues a document over a payment of 6.00 yuan, made out to a new holder. */
export async function issue(
  world: InvoiceWorld,
  changes: { payment?: Partial<PaymentStruct>; content?: Partial<Content>; terms?: Partial<Terms> } = {},
): Promise<{ invoice: InvoiceStruct; id: string; holder: Holder; payment: PaymentStruct }> {
  const holder = newHolder();
  const payment = await attest(world, changes.payment);
  const terms = termsOf(world, changes.terms);
  const submission = await submissionOf(world, [payment], { buyer: holder.commitment, ...changes.content });
  await world.invoices.connect(world.operator).issue(terms, submission);
  const invoice = invoiceOf(terms, submission.content);
  return { invoice, id: await world.invoices.idOf(invoice), holder, payment };
}

/** A reversing document over the whole of a document. */
export function reversingOf(invoice: InvoiceStruct, changes: Partial<Content> = {}): Content {
  return { ...invoice.content, number: newNumber(), root: word(), ...changes };
}
