/** What tests of documents share: orders, requests, nights of rides and the batches over them. */
import { hexlify, toUtf8Bytes, ZeroHash } from "ethers";

import { REVERSING, roleOf } from "../../src/index.js";
import { IdTree } from "../../src/common/batch-tree.js";
import type { PersonKey } from "../../src/identity/key.js";
import {
  INVOICE_ISSUE_ORDER_TYPES,
  INVOICE_TYPES,
  digestIn,
  domainOf,
  PAYMENT_TYPES,
} from "../../src/invoice/typed-data.js";
import type { IInvoiceRegistry, InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import type { IPaymentRegistry, PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { LATER, newKey } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG } from "../world.js";
import {
  CNY,
  type Content,
  contentOf,
  type Evidence,
  invoiceOf,
  invoiceWorld,
  type InvoiceWorld,
  NO_REQUEST,
  payerOf,
  paymentOf,
  requestOf,
  type Submission,
  submissionOf,
  type Terms,
  termsOf,
} from "./world.js";

type Signer = InvoiceWorld["operator"];
export type Payment = PaymentStruct;
export type Invoice = InvoiceStruct;
export type Batch = IInvoiceRegistry.BatchStruct;
export type Order = IInvoiceRegistry.OrderStruct;

export const Standing = {
  Unknown: 0n,
  Anchored: 1n,
  Issued: 2n,
  PaymentWithdrawn: 3n,
  Reversing: 4n,
  Reversed: 5n,
} as const;

/** The name of a rule as the contract has it: 16 bytes of ASCII. */
export function rule(name: string): string {
  return hexlify(toUtf8Bytes(name.padEnd(16, "\0")));
}

/** The name of a rule that the contract answered with. */
export function ruleName(bytes: string): string {
  return Buffer.from(bytes.slice(2), "hex").toString("ascii").replace(/\0+$/, "");
}

/** The id of a document, as the client computes it. */
export async function idOf(world: InvoiceWorld, invoice: Invoice): Promise<string> {
  const { chainId } = await world.registry.runner!.provider!.getNetwork();
  return digestIn(await domainOf({ ...world, chainId }, "invoices"), INVOICE_TYPES, invoice);
}

/** The order of a seller's operator for documents, given by their ids. */
export async function orderOf(
  world: InvoiceWorld,
  by: PersonKey | Signer,
  operator: string,
  invoices: string[],
  deadline = LATER,
): Promise<Order> {
  const signature = await world.sign(by, "invoices", INVOICE_ISSUE_ORDER_TYPES, { invoices, deadline });
  return { operator, deadline, signature };
}

/** Documents of one call over payments that are attested now, with their ids. */
export async function submissionsOf(
  world: InvoiceWorld,
  count: number,
  terms: Terms = termsOf(world),
): Promise<{ terms: Terms; submissions: Submission[]; ids: string[] }> {
  const payments = await Promise.all(Array.from({ length: count }, async () => paymentOf(world)));
  await world.payments.connect(world.provider).attestMany(payments);
  const submissions = await Promise.all(payments.map(async (payment) => submissionOf(world, [payment])));
  const ids = await Promise.all(submissions.map(async ({ content }) => idOf(world, invoiceOf(terms, content))));
  return { terms, submissions, ids };
}

/** How much of the seller's quota this month is used. */
export async function usedQuota(world: InvoiceWorld, bureau = 4, period?: bigint): Promise<bigint> {
  const month = period ?? (await world.taxpayers.currentPeriod(SHIJIAZHUANG));
  return (await world.taxpayers.quotaOf(world.seller, bureau, CNY, month)).used;
}

/** What is left of a payment to be invoiced. */
export async function leftOf(world: InvoiceWorld, payment: Payment): Promise<bigint> {
  return (await world.payments.stateOf(await world.payments.idOf(payment))).left;
}

/** The standing of a document. */
export async function standingOf(world: InvoiceWorld, invoice: Invoice, proof: string[] = []): Promise<bigint> {
  return (await world.invoices.standingOf(invoice, proof)).standing;
}

// ------------------------------------------------------------------------------------------------------------------ nights

let lastPage = 261_320_000_000_000n;

/** The first number of a page of 100,000 that no test has used. */
export function newRange(): bigint {
  return (lastPage += 1n) * 100_000n;
}

/** A batch of payments that the provider has anchored. */
export interface Rides {
  payments: Payment[];
  ids: string[];
  /** The one-time key of each payer. */
  riders: PersonKey[];
  tree: IdTree;
  batch: IPaymentRegistry.PaymentBatchStruct;
  id: string;
}

let lastSerial = 0;

/**
 * A batch of retail payments of 6.00 yuan, anchored.
 * @param ride What is different at a position.
 */
export async function rides(
  world: InvoiceWorld,
  count: number,
  ride: (position: number) => Partial<Payment> = () => ({}),
  batchChanges: Partial<IPaymentRegistry.PaymentBatchStruct> = {},
): Promise<Rides> {
  const { payments: registry, provider } = world;
  const { chainId } = await world.registry.runner!.provider!.getNetwork();
  const domain = await domainOf({ ...world, chainId }, "payments");
  const serial = (lastSerial += 1);
  const riders = Array.from({ length: count }, newKey);
  const payments = await Promise.all(
    riders.map(async (key, position) => paymentOf(world, { payer: payerOf(key), serial, position, ...ride(position) })),
  );
  const ids = payments.map((payment) => digestIn(domain, PAYMENT_TYPES, payment));
  const tree = IdTree.of(ids);
  const total = payments.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const batch = {
    city: SHIJIAZHUANG,
    serial,
    count,
    payee: world.seller,
    currency: CNY,
    total,
    root: tree.root,
    ...batchChanges,
  };
  await registry.connect(provider).anchor(batch);
  return { payments, ids, riders, tree, batch, id: await registry.batchOf(provider.address, serial) };
}

/** A batch of documents, one for each ride. */
export interface Night extends Rides {
  invoices: Invoice[];
  invoiceIds: string[];
  invoiceTree: IdTree;
  invoiceBatch: Batch;
  invoiceBatchId: string;
  proofAt: (position: number) => string[];
  /** The payment at a position; with the request of its payer if a buyer is named. */
  evidenceAt: (position: number, buyer?: string, changes?: number) => Promise<Evidence>;
}

/** What of a batch of documents is not as it should be. */
export interface NightChanges {
  /** Of the document at a position. */
  content?: (position: number) => Partial<Content>;
  /** The same of what is around the content. */
  record?: (position: number) => Partial<Invoice>;
  terms?: Partial<Terms>;
  batch?: Partial<Batch>;
}

/** The batch of documents over rides; `anchorNight` anchors it. */
export async function nightOver(
  world: InvoiceWorld,
  made: Rides,
  { content = () => ({}), record = () => ({}), terms: termsChanges = {}, batch: batchChanges = {} }: NightChanges = {},
): Promise<Night> {
  const terms = termsOf(world, termsChanges);
  const serial = (lastSerial += 1);
  const firstNumber = newRange();
  const invoices = await Promise.all(
    made.payments.map(async ({ amount }, position) => {
      const plain = await contentOf(world, [{ payment: made.ids[position]!, amount: BigInt(amount) }], {
        number: firstNumber + BigInt(position),
        buyer: ZeroHash,
        ...content(position),
      });
      return invoiceOf(terms, plain, { serial, position, ...record(position) });
    }),
  );
  const invoiceIds = await Promise.all(invoices.map(async (invoice) => idOf(world, invoice)));
  const invoiceTree = IdTree.of(invoiceIds);
  const sumOf = (name: "net" | "tax") => invoices.reduce((sum, { content: of }) => sum + BigInt(of[name]), 0n);
  const invoiceBatch: Batch = {
    terms,
    serial,
    count: invoices.length,
    firstNumber,
    net: sumOf("net"),
    tax: sumOf("tax"),
    payments: made.id,
    root: invoiceTree.root,
    ...batchChanges,
  };
  return {
    ...made,
    invoices,
    invoiceIds,
    invoiceTree,
    invoiceBatch,
    invoiceBatchId: await world.invoices.batchOf(world.seller, serial),
    proofAt: (position) => invoiceTree.proof(position),
    evidenceAt: async (position, buyer, changes = 0) => ({
      payment: made.payments[position]!,
      proof: made.tree.proof(position),
      request:
        buyer === undefined
          ? NO_REQUEST
          : await requestOf(world, made.riders[position]!, made.ids[position]!, buyer, changes),
    }),
  };
}

/** A night of rides with its documents, anchored. */
export async function anchoredNight(world: InvoiceWorld, count = 5, changes: NightChanges = {}): Promise<Night> {
  const night = await nightOver(world, await rides(world, count), changes);
  await world.invoices.connect(world.operator).anchor(night.invoiceBatch);
  return night;
}

// --------------------------------------------------------------------------------------------------------------- reversals

export interface ReversingWorld extends InvoiceWorld {
  /** (network, REVERSING), as the ledger has it. */
  reverser: Signer;
}

/** Also with an account that may reverse. */
export async function reversingWorld(): Promise<ReversingWorld> {
  const world = await loadFixture(invoiceWorld);
  const reverser = world.officer;
  await world.manager.grantRole(roleOf(0, REVERSING), reverser, 0);
  return { ...world, reverser };
}
