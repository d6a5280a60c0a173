/** What tests of the ledger share: the acts of holders and sellers, and documents of a batch. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import {
  type ContractTransactionResponse,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
  ZeroHash,
} from "ethers";

import { FISCAL, roleOf, TAX } from "../../src/index.js";
import type { PersonKey } from "../../src/identity/key.js";
import {
  BOOK_ORDER_TYPES,
  CONFIRM_ORDER_TYPES,
  HAND_ON_ORDER_TYPES,
  domainOf,
  REVERSAL_ANSWER_TYPES,
  REVERSAL_PROPOSAL_TYPES,
  UNBOOK_ORDER_TYPES,
} from "../../src/invoice/typed-data.js";
import type { InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import type { PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { ethers, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  BY_SELLER,
  type Content,
  contentOf,
  type Evidence,
  type Held,
  heldBy,
  type Holder,
  invoiceOf,
  invoiceWorld,
  type InvoiceWorld,
  issue,
  lineOf,
  NO_REQUEST,
  payerOf,
  paymentOf,
  requestOf,
  reversingOf,
  termsOf,
  type Terms,
  UTC_OFFSET,
} from "./world.js";

type Signer = HardhatEthersSigner;
type Sent = Promise<ContractTransactionResponse>;

export const Status = {
  Unknown: 0n,
  Anchored: 1n,
  Issued: 2n,
  Confirmed: 3n,
  Booked: 4n,
  ReversalProposed: 5n,
  PaymentWithdrawn: 6n,
  Reversing: 7n,
  Reversed: 8n,
  ReversedAfterBooking: 9n,
} as const;
export const Side = { Seller: 0n, Holder: 1n } as const;

/** How long a proposal is open, and how long who let one end waits, in seconds. */
export const WAIT = 72 * 3600;
/** Enough for any act: it is not tried beforehand, so that it happens at the time that a test sets. */
const GAS = 8_000_000;

/** An issued document, and who holds it first. */
export interface Paper {
  invoice: InvoiceStruct;
  id: string;
  holder: Holder;
  payment: PaymentStruct;
}

export interface Booking {
  city: bigint;
  period: number;
  deductible: boolean;
}

/** The bureaus' cities with those above them, and the months of the clock in Shijiazhuang. */
export interface LedgerWorld extends InvoiceWorld {
  /** (Hebei, TAX) and (Hebei, FISCAL). */
  hebeiBureau: Signer;
  /** The month of the fixture, the one before, and the one after. */
  month: number;
  lastMonth: number;
  nextMonth: number;
}

export async function ledgerWorld(): Promise<LedgerWorld> {
  const world = await loadFixture(invoiceWorld);
  const { manager, hebei, hebeiRegistrar: hebeiBureau } = world;
  for (const capability of [TAX, FISCAL]) {
    await manager.connect(hebei).grantRole(roleOf(HEBEI, capability), hebeiBureau, 0);
  }
  const month = await monthNow();
  return { ...world, hebeiBureau, month, lastMonth: monthAfter(month, -1), nextMonth: monthAfter(month, 1) };
}

/** The month of the last block by the bureaus' clock, as YYYYMM. */
export async function monthNow(): Promise<number> {
  return monthOf(await time.latest());
}

/** The month of a moment by the bureaus' clock. */
export function monthOf(moment: number): number {
  const clock = new Date((moment + UTC_OFFSET * 60) * 1000);
  return clock.getUTCFullYear() * 100 + clock.getUTCMonth() + 1;
}

export function monthAfter(month: number, count: number): number {
  const months = Math.floor(month / 100) * 12 + (month % 100) - 1 + count;
  return Math.floor(months / 12) * 100 + (months % 12) + 1;
}

/** The first second of a month by the bureaus' clock. */
export function startOf(month: number): number {
  return Date.UTC(Math.floor(month / 100), (month % 100) - 1) / 1000 - UTC_OFFSET * 60;
}

/** A document that was just issued. */
export async function paper(world: InvoiceWorld, changes: Parameters<typeof issue>[1] = {}): Promise<Paper> {
  return issue(world, changes);
}

/** The same, made out to this holder. */
export async function paperOf(world: InvoiceWorld, holder: Holder): Promise<Paper> {
  return { ...(await issue(world, { content: { buyer: holder.commitment } })), holder };
}

// -------------------------------------------------------------------------------------------------------------------- acts

/** What a test may change of an order, of what is shown with it, and who relays it. */
export interface Twist {
  /** What is signed: the document, its count of changes, and the deadline. */
  invoice?: string;
  changes?: bigint;
  deadline?: number;
  /** Who signs in the holder's place, and says that the holder did. */
  key?: PersonKey;
  /** The chain or contract that is signed for. */
  domain?: TypedDataDomain;
  /** What is shown in place of what was signed. */
  held?: Partial<Held>;
  by?: Signer;
}

/** The holder's signature under an order. */
export async function signed(
  world: InvoiceWorld,
  { id }: Paper,
  holder: Holder,
  types: Record<string, TypedDataField[]>,
  members: Record<string, unknown>,
  twist: Twist = {},
): Promise<Held> {
  const changes = twist.changes ?? (await world.ledger.stateOf(id)).changes;
  const order = { invoice: twist.invoice ?? id, ...members, changes };
  const signing = { ...holder, key: twist.key ?? holder.key };
  const held = await heldBy(world, signing, types, order, twist.deadline);
  if (twist.domain !== undefined) {
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { ...(await domainOf({ ...world, chainId }, "ledger")), ...twist.domain };
    const digest = TypedDataEncoder.hash(domain, types, { ...order, deadline: held.deadline });
    held.signature = await signing.key.sign(digest);
  }
  return { ...held, signer: holder.key.signer, ...twist.held };
}

function relayed(world: InvoiceWorld, twist: Twist) {
  return world.ledger.connect(twist.by ?? world.stranger);
}

/** Each act is signed by a holder, the first unless said, and relayed by a stranger. */
export async function confirm(world: InvoiceWorld, of: Paper, holder = of.holder, twist: Twist = {}): Sent {
  const held = await signed(world, of, holder, CONFIRM_ORDER_TYPES, {}, twist);
  return relayed(world, twist).confirm(of.invoice, held, { gasLimit: GAS });
}

export async function handOn(world: InvoiceWorld, of: Paper, to: string, holder = of.holder, twist: Twist = {}): Sent {
  const held = await signed(world, of, holder, HAND_ON_ORDER_TYPES, { holder: to }, twist);
  return relayed(world, twist).handOn(of.invoice, to, held, { gasLimit: GAS });
}

/** A booking in Shijiazhuang for the present month, deductible. */
export async function bookingOf(changes: Partial<Booking> = {}): Promise<Booking> {
  return { city: SHIJIAZHUANG, period: await monthNow(), deductible: true, ...changes };
}

export async function book(
  world: InvoiceWorld,
  of: Paper,
  changes: Partial<Booking> = {},
  holder = of.holder,
  twist: Twist = {},
): Sent {
  const booking = await bookingOf(changes);
  const held = await signed(world, of, holder, BOOK_ORDER_TYPES, { ...booking }, twist);
  return relayed(world, twist).book(of.invoice, booking, held, { gasLimit: GAS });
}

export async function unbook(world: InvoiceWorld, of: Paper, reason = 1, holder = of.holder, twist: Twist = {}): Sent {
  const held = await signed(world, of, holder, UNBOOK_ORDER_TYPES, { reason }, twist);
  return relayed(world, twist).unbook(of.invoice, reason, held, { gasLimit: GAS });
}

/** Who acts in a reversal: a holder who signs, or the seller's operator, who sends. */
export type Party = Holder | Signer;

function isHolder(party: Party): party is Holder {
  return "commitment" in party;
}

/** A reversal is proposed, by the seller's operator unless said. */
export async function propose(
  world: InvoiceWorld,
  of: Paper,
  reversing: Content,
  by: Party = world.operator,
  twist: Twist = {},
): Sent {
  if (!isHolder(by)) {
    return world.ledger.connect(by).proposeReversal(of.invoice, reversing, BY_SELLER, { gasLimit: GAS });
  }
  const members = { reversing: await reversalId(world, of, reversing) };
  const held = await signed(world, of, by, REVERSAL_PROPOSAL_TYPES, members, twist);
  return relayed(world, twist).proposeReversal(of.invoice, reversing, held, { gasLimit: GAS });
}

/** The open reversal is confirmed, by the holder unless said. */
export async function accept(
  world: InvoiceWorld,
  of: Paper,
  reversing: Content,
  by: Party = of.holder,
  twist: Twist = {},
): Sent {
  if (!isHolder(by)) {
    return world.ledger.connect(by).confirmReversal(of.invoice, reversing, BY_SELLER, { gasLimit: GAS });
  }
  const members = { reversing: await reversalId(world, of, reversing), confirmed: true };
  const held = await signed(world, of, by, REVERSAL_ANSWER_TYPES, members, twist);
  return relayed(world, twist).confirmReversal(of.invoice, reversing, held, { gasLimit: GAS });
}

/** The open reversal is rejected, by the holder unless said; or taken back, by who proposed it. */
export async function reject(world: InvoiceWorld, of: Paper, by: Party = of.holder, twist: Twist = {}): Sent {
  if (!isHolder(by)) return world.ledger.connect(by).rejectReversal(of.invoice, BY_SELLER, { gasLimit: GAS });
  const members = { reversing: (await world.ledger.reversalOf(of.id)).document, confirmed: false };
  const held = await signed(world, of, by, REVERSAL_ANSWER_TYPES, members, twist);
  return relayed(world, twist).rejectReversal(of.invoice, held, { gasLimit: GAS });
}

/** The bureau confirms the open reversal: the tax bureau of Shijiazhuang unless said. */
export async function acceptByBureau(
  world: InvoiceWorld,
  of: Paper,
  reversing: Content,
  by: Signer = world.taxBureau,
  lineage: bigint[] = [],
): Sent {
  return world.ledger.connect(by).confirmReversalByBureau(of.invoice, reversing, lineage, { gasLimit: GAS });
}

/** The seller reverses alone. */
export async function reverse(world: InvoiceWorld, of: Paper, reversing: Content, by: Signer = world.operator): Sent {
  return world.ledger.connect(by).reverse(of.invoice, reversing, { gasLimit: GAS });
}

/** The seller proposes to reverse the whole, and the holder confirms. */
export async function agree(world: InvoiceWorld, of: Paper, reversing: Content = reversingOf(of.invoice)): Sent {
  await propose(world, of, reversing);
  return accept(world, of, reversing);
}

/** The id of a document's reversing document. */
export async function reversalId(world: InvoiceWorld, of: Paper, reversing: Content): Promise<string> {
  return world.invoices.idOf(invoiceOf(of.invoice.terms, reversing, { reverses: of.id }));
}

/** A reversing document over a part of a document's one line and one payment, with 3 % of tax. */
export function partOf(of: Paper, gross: bigint): Content {
  const [line, [draw]] = [lineOf(gross), of.invoice.content.draws];
  if (draw === undefined) throw new Error("the document takes from no payment");
  const { net, tax } = line as { net: bigint; tax: bigint };
  return reversingOf(of.invoice, { net, tax, gross, lines: [line], draws: [{ ...draw, amount: gross }] });
}

// ------------------------------------------------------------------------------------------------------------------ reading

export async function statusOf(world: InvoiceWorld, { invoice }: Paper, proof: string[] = []): Promise<bigint> {
  return (await world.ledger.statusOf(invoice, proof)).status;
}

/** When the proposal that is open, or was last, was made. */
export async function proposedAt(world: InvoiceWorld, { id }: Paper): Promise<number> {
  return Number((await world.ledger.reversalOf(id)).proposedAt);
}

/** The act is refused with this error of the ledger. */
export async function refused(
  world: InvoiceWorld,
  act: Promise<unknown>,
  error: string,
  ...args: unknown[]
): Promise<void> {
  await expect(act, error)
    .to.be.revertedWithCustomError(world.ledger, error)
    .withArgs(...args);
}

/** The act is refused, for the document's status. */
export async function notReady(
  world: InvoiceWorld,
  act: Promise<unknown>,
  { id }: Paper,
  status: bigint,
): Promise<void> {
  await refused(world, act, "InvoiceNotReady", id, status);
}

/** The next block has this time. */
export async function at(moment: number): Promise<void> {
  await time.setNextBlockTimestamp(moment);
}

// ------------------------------------------------------------------------------------------------------------------ batches

/** A ride of a batch: its document, what proves both it and its payment. */
export interface Ride extends Paper {
  proof: string[];
  evidence: Evidence;
  /** The payer's one-time key, if the payment has one. */
  payer: PersonKey | undefined;
}

let lastSerial = 0;
let lastRange = 26_132_000_000_000_000_000n;

/** Two rides of 6.00 yuan, anchored: `holder` is who shall hold the first, named by `payer`, or else by the seller. */
export async function anchoredRide(
  world: InvoiceWorld,
  holder: Holder,
  payer?: PersonKey,
  changes: { terms?: Partial<Terms>; buyer?: string } = {},
): Promise<Ride> {
  const { payments, invoices, provider, operator, seller } = world;
  const serial = ++lastSerial;
  const terms = termsOf(world, changes.terms);
  const payerHash = payer === undefined ? ZeroHash : payerOf(payer);
  const made = await Promise.all([0, 1].map((position) => paymentOf(world, { payer: payerHash, serial, position })));
  const paymentIds = await Promise.all(made.map((payment) => payments.idOf(payment)));
  const paymentTree = SimpleMerkleTree.of(paymentIds);
  const total = { city: SHIJIAZHUANG, serial, count: 2, payee: seller, currency: terms.currency, total: 1200 };
  await payments.connect(provider).anchor({ ...total, root: paymentTree.root });

  const firstNumber = (lastRange += 1_000_000n);
  const buyer = changes.buyer ?? (payer === undefined ? holder.commitment : ZeroHash);
  const documents: InvoiceStruct[] = [];
  for (const [position, payment] of paymentIds.entries()) {
    const number = firstNumber + BigInt(position);
    const content = await contentOf(world, [{ payment, amount: 600n }], { buyer, number });
    documents.push(invoiceOf(terms, content, { serial, position }));
  }
  const ids = await Promise.all(documents.map((invoice) => invoices.idOf(invoice)));
  const tree = SimpleMerkleTree.of(ids);
  const { net, tax } = lineOf(600n) as { net: bigint; tax: bigint };
  const batch = { terms, serial, count: 2, firstNumber, net: 2n * net, tax: 2n * tax, root: tree.root };
  await invoices.connect(operator).anchor({ ...batch, payments: await payments.batchOf(provider, serial) });
  return {
    invoice: documents[0]!,
    id: ids[0]!,
    holder,
    payment: made[0]!,
    proof: tree.getProof(0),
    evidence: { payment: made[0]!, proof: paymentTree.getProof(0), request: NO_REQUEST },
    payer,
  };
}

/** The document of a batch gets its state; with a payer, who names the holder if asked to. */
export async function materialise(world: InvoiceWorld, ride: Ride, name = ride.payer !== undefined): Sent {
  const { invoice, proof, evidence, payer, holder } = ride;
  const asked = name && payer !== undefined;
  const payment = await world.payments.idOf(ride.payment);
  const request = asked ? await requestOf(world, payer, payment, holder.commitment) : NO_REQUEST;
  return world.invoices
    .connect(world.stranger)
    .materialise(invoice, proof, { ...evidence, request }, asked ? holder.commitment : ZeroHash);
}
