import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { keccak256, type TypedDataField, ZeroHash } from "ethers";

import { IdTree } from "../../src/common/batch-tree.js";
import type { AccountKey } from "../../src/identity/key.js";
import { IDENTITY_TYPES, OPERATOR_TYPES } from "../../src/identity/typed-data.js";
import { IDENTITY, PAYMENT, roleOf, TAX } from "../../src/index.js";
import { invoiceHolder } from "../../src/invoice/holder.js";
import { INVOICE_REQUEST_TYPES, INVOICE_TYPES, PAYMENT_TYPES } from "../../src/invoice/typed-data.js";
import type { IInvoiceLedger } from "../../typechain/invoice/InvoiceLedger.js";
import type { IInvoiceRegistry, InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import type { IPaymentRegistry, PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { identityOf, identityWorld, type IdentityWorld, word } from "./identity-world.js";
import { LATER, loadFixture, SHIJIAZHUANG } from "./world.js";

type Types = Record<string, TypedDataField[]>;
type Terms = InvoiceStruct["terms"];
type Content = InvoiceStruct["content"];

/** The bureau of Shijiazhuang, a city under two ancestors, with a provider and a seller. */
export interface InvoiceWorld extends IdentityWorld {
  bureau: HardhatEthersSigner;
  provider: HardhatEthersSigner;
  operator: HardhatEthersSigner;
  seller: string;
  terms: Terms;
}

export const CNY = 156;
export const NO_ORDER = { operator: "0x0000000000000000000000000000000000000000", deadline: 0, signature: "0x" };
const NO_REQUEST = { signer: "0x", deadline: 0, signature: "0x" };
const PAID_AT = Date.parse("2025-12-31T08:00:00Z") / 1000;
const METRO_TICKETS = 3;
const FIRST_NUMBER = 26_131_000_000_000_000_000n;
const RIDE = 600n;
const NET = 583n;

/** As many as a night has rides. */
export const NIGHT = 50_000;
/** The position of the ride that is requested. */
export const POSITION = 43_210;

export async function invoiceWorld(): Promise<InvoiceWorld> {
  const world = await loadFixture(identityWorld);
  const { manager, taxpayers, identities, shijiazhuang } = world;
  const [bureau, provider, operator] = world.others.slice(10);
  if (bureau === undefined || provider === undefined || operator === undefined) throw new Error("too few accounts");
  const grants = [
    [IDENTITY, world.registrar],
    [TAX, bureau],
    [PAYMENT, provider],
  ] as const;
  for (const [capability, account] of grants) {
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, capability), account, 0);
  }
  const key = world.person("metro");
  const identity = { ...identityOf("metro", key), kind: 2, city: SHIJIAZHUANG };
  await identities
    .connect(world.registrar)
    .register(identity, await world.sign(key, "identities", IDENTITY_TYPES, identity));
  const seller = await identities.idOf(identity);
  const order = { identity: seller, operator: operator.address, authorized: true, changes: 0, deadline: LATER };
  const signature = await world.sign(key, "identities", OPERATOR_TYPES, order);
  await identities.setOperator(seller, operator, true, { signer: key.signer, deadline: LATER, signature });
  const office = taxpayers.connect(bureau);
  await office.openBureau(SHIJIAZHUANG, TAX, 480);
  await office.admit(seller, TAX, SHIJIAZHUANG, 0x1e);
  await office.setQuota(seller, TAX, CNY, 10n ** 12n, []);
  await office.nameOperator(seller, TAX, operator, []);
  return {
    ...world,
    bureau,
    provider,
    operator,
    seller,
    terms: { seller, kind: METRO_TICKETS, scheme: 0, currency: CNY },
  };
}

/** A ride that was paid; with the passenger's one-time key, or without. */
export function paymentOf(world: InvoiceWorld, name: string, payer?: AccountKey): PaymentStruct {
  return {
    provider: world.provider.address,
    city: SHIJIAZHUANG,
    transactionId: word(`transaction ${name}`),
    order: word(`order ${name}`),
    payee: world.seller,
    payer: payer === undefined ? ZeroHash : keccak256(payer.signer),
    currency: CNY,
    amount: RIDE,
    paidAt: PAID_AT,
    serial: 0,
    position: 0,
  };
}

export const paymentId = async (world: InvoiceWorld, payment: PaymentStruct): Promise<string> =>
  world.digest("payments", PAYMENT_TYPES, payment);

/** Who holds a document. */
export interface Holder {
  key: AccountKey;
  salt: string;
  title: string;
  commitment: string;
}

/** The holder's key and what opens the commitment to it. */
export function holderOf(world: InvoiceWorld, name: string): Holder {
  const [key, salt, title] = [world.person(`holder of ${name}`), word(`salt of ${name}`), word(`title of ${name}`)];
  return { key, salt, title, commitment: invoiceHolder(salt, key.signer, title) };
}

/** The ticket with a number, over these payments. */
export async function contentOf(
  world: InvoiceWorld,
  name: string,
  number: number,
  payments: PaymentStruct[],
): Promise<Content> {
  const ids = await Promise.all(payments.map(async (payment) => paymentId(world, payment)));
  const rides = BigInt(payments.length);
  return {
    number: FIRST_NUMBER + BigInt(number),
    time: PAID_AT,
    buyer: holderOf(world, name).commitment,
    invoicedObject: ZeroHash,
    root: word(`root of ${name}`),
    net: NET * rides,
    tax: (RIDE - NET) * rides,
    gross: RIDE * rides,
    lines: [{ category: "0x5300", rate: 300, items: rides, net: NET * rides, tax: (RIDE - NET) * rides }],
    draws: ids.sort().map((payment) => ({ payment, amount: RIDE })),
  };
}

/** A ticket for these rides, ready to be issued; their payments are attested. */
export async function submissionOf(
  world: InvoiceWorld,
  name: string,
  number: number,
  payments: PaymentStruct[],
  payer?: AccountKey,
): Promise<IInvoiceRegistry.SubmissionStruct> {
  const content = await contentOf(world, name, number, payments);
  const known = new Map<string, PaymentStruct>();
  for (const payment of payments) known.set(await paymentId(world, payment), payment);
  const evidence = await Promise.all(
    content.draws.map(async ({ payment }) => ({
      payment: known.get(payment as string) as PaymentStruct,
      proof: [],
      request:
        payer === undefined ? NO_REQUEST : await requestOf(world, payer, payment as string, content.buyer as string),
    })),
  );
  return { content, evidence };
}

export async function requestOf(
  world: InvoiceWorld,
  payer: AccountKey,
  payment: string,
  buyer: string,
): Promise<IInvoiceRegistry.RequestStruct> {
  const digest = await world.digest("invoices", INVOICE_REQUEST_TYPES, {
    payment,
    buyer,
    changes: 0,
    deadline: LATER,
  });
  return { signer: payer.signer, deadline: LATER, signature: payer.sign(digest) };
}

/** A holder's signature under an order on a document. */
export async function heldBy(
  world: InvoiceWorld,
  name: string,
  types: Types,
  order: object,
): Promise<IInvoiceLedger.HeldStruct> {
  const { key, salt, title } = holderOf(world, name);
  const digest = await world.digest("ledger", types, { ...order, deadline: LATER });
  return { signer: key.signer, salt, title, deadline: LATER, signature: key.sign(digest) };
}

export function invoiceOf(world: InvoiceWorld, content: Content): InvoiceStruct {
  return { terms: world.terms, serial: 0, position: 0, reverses: ZeroHash, content };
}

interface Night {
  paymentBatch: IPaymentRegistry.PaymentBatchStruct;
  batch: IInvoiceRegistry.BatchStruct;
  invoice: InvoiceStruct;
  proof: string[];
  /** The ride's payment, with the passenger's request for a buyer. */
  evidence: (buyer: string) => Promise<IInvoiceRegistry.EvidenceStruct>;
}

/** A night's rides and their tickets: those of one position, among neighbours that stand for nothing. */
export async function night(world: InvoiceWorld): Promise<Night> {
  const place = { serial: 1, position: POSITION };
  const payer = world.person("passenger");
  const payment = { ...paymentOf(world, "ride", payer), ...place };
  const content = { ...(await contentOf(world, "ride", POSITION, [payment])), buyer: ZeroHash };
  const invoice = { ...invoiceOf(world, content), ...place };
  const paid = await paymentId(world, payment);
  const issued = await world.digest("invoices", INVOICE_TYPES, invoice);
  const treeOf = (leaf: string) =>
    IdTree.of(Array.from({ length: NIGHT }, (_, i) => (i === POSITION ? leaf : word(`neighbour ${i}`))));
  const [payments, invoices] = [treeOf(paid), treeOf(issued)];
  const total = RIDE * BigInt(NIGHT);
  const net = NET * BigInt(NIGHT);
  return {
    paymentBatch: {
      city: SHIJIAZHUANG,
      serial: 1,
      count: NIGHT,
      payee: world.seller,
      currency: CNY,
      total,
      root: payments.root,
    },
    batch: {
      terms: world.terms,
      serial: 1,
      count: NIGHT,
      firstNumber: FIRST_NUMBER,
      net,
      tax: total - net,
      payments: await world.payments.batchOf(world.provider, 1),
      root: invoices.root,
    },
    invoice,
    proof: invoices.proof(POSITION),
    evidence: async (buyer: string) => ({
      payment,
      proof: payments.proof(POSITION),
      request: await requestOf(world, payer, paid, buyer),
    }),
  };
}
