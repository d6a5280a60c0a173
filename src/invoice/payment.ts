/** Payments: what accredited providers do (attest, anchor, refund), and what is left of a payment. */
import { computeHmac, getAddress, type Signer, toUtf8Bytes, ZeroHash } from "ethers";

import { IdTree } from "../common/batch-tree.js";
import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { currencyOf } from "./amount.js";
import type { PaymentProof } from "./document.js";
import { IdRow, inParts, type InvoiceProgress, type ManyResult } from "./many.js";
import { type PaymentNetwork, paymentBatchId, paymentId, paymentNetwork, type PaymentRecord } from "./record.js";
import { nameOf, PAYMENT_STATUSES, type PaymentStatus } from "./status.js";
import { digestIn, domainAt, REFUND_TYPES } from "./typed-data.js";

type Acting = Pick<Contracts, "chainId" | "payments" | "provider">;

/** What was paid. */
export interface PaymentDraft {
  /** The provider's account. */
  provider: string;
  /** Number of the city that accredits the provider. */
  city: bigint | number;
  /** The provider's identification, keyed: see `keyedReference`. */
  transactionId: string;
  /** The payee's reference of what was paid for, keyed by the payee: one order counts once, whoever attests it. */
  order: string;
  /** Identity of who was paid. */
  payee: string;
  /** In retail, the `payer` of the payer's wallet; otherwise left out. */
  payer?: string;
  /** Letters or number of ISO 4217: "CNY", 156. */
  currency: string | number;
  /** Minor units. */
  amount: bigint;
  paidAt: Date;
  /** In a batch: its serial, and the place in it. */
  batch?: { serial: bigint | number; position: number };
}

/** IPaymentRegistry.PaymentBatch with its provider, in JSON. */
export interface PaymentBatchRecord extends PaymentNetwork {
  provider: string;
  city: number;
  /** Decimal, from 1; each used once. */
  serial: string;
  count: number;
  payee: string;
  currency: number;
  /** Minor units, decimal. */
  total: string;
  root: string;
}

/** A batch that is ready to be anchored. */
export interface PreparedPayments {
  batch: PaymentBatchRecord;
  /** The batch's id. */
  id: string;
  /** The path of the payment at a position. */
  path: (position: number) => string[];
}

/** How much of a payment was refunded, in all. */
export interface PaymentRefund extends PaymentProof {
  /** Minor units; saying it twice is saying it once. */
  refunded: bigint;
}

/** Refunds that are ready to be anchored; each counts once it is proven. */
export interface PreparedRefunds extends PaymentNetwork {
  provider: string;
  city: number;
  serial: string;
  root: string;
  refunds: PaymentRefund[];
  paths: string[][];
}

/** What a payment is good for. */
export interface PaymentAnswer {
  status: PaymentStatus;
  id: string;
  /** What is left to be invoiced, minor units; below zero if it was refunded after it was invoiced. */
  left: bigint;
  /** How often it changed: what the payer's request binds. */
  changes: number;
}

/** A mistake in how payments are used. */
export class PaymentError extends Error {
  override readonly name = "PaymentError";
}

/** A transaction has at most 128 kB in most pools, and a payment 352 bytes; it takes about 110,000 gas. */
const PER_TRANSACTION = 100;

/**
 * A reference that nobody can guess: HMAC-SHA-256 of a number under a key of one's own. The same number gives the same reference.
 * @param key 32 bytes, kept secret.
 */
export function keyedReference(key: string, reference: string): string {
  return computeHmac("sha256", key, toUtf8Bytes(reference));
}

/** A payment as the chain has it. @throws PaymentError for an amount that is none. */
export function newPayment(draft: PaymentDraft): PaymentRecord {
  if (draft.amount <= 0n) throw new PaymentError("a payment is of more than 0");
  return {
    provider: getAddress(draft.provider),
    city: Number(draft.city),
    transactionId: draft.transactionId,
    order: draft.order,
    payee: draft.payee,
    payer: draft.payer ?? ZeroHash,
    currency: currencyOf(draft.currency).numeric,
    amount: `${draft.amount}`,
    paidAt: Number(secondsOf(draft.paidAt)),
    serial: `${draft.batch?.serial ?? 0}`,
    position: draft.batch?.position ?? 0,
  };
}

/** Attest a payment. @param provider Its provider, with (city, PAYMENT). @returns its id. */
export async function attestPayment(contracts: Acting, provider: Signer, payment: PaymentRecord): Promise<string> {
  await mined(contracts.payments.connect(provider).attest(payment));
  return paymentId(await paymentNetwork(contracts), payment);
}

/**
 * Attest many payments of one city, as many in one transaction as it takes. Run it again after a failure: what was attested is skipped.
 * @param options `perTransaction`: 100 if left out.
 */
export async function attestPayments(
  contracts: Acting,
  provider: Signer,
  payments: readonly PaymentRecord[],
  options: { onProgress?: InvoiceProgress; perTransaction?: number } = {},
): Promise<ManyResult> {
  const network = await paymentNetwork(contracts);
  const registry = contracts.payments.connect(provider);
  return inParts(payments, options.perTransaction ?? PER_TRANSACTION, options.onProgress, async (part) => {
    const states = await Promise.all(part.map((payment) => registry.stateOf(paymentId(network, payment))));
    const fresh = part.filter((_, i) => states[i]?.exists === false);
    return { fresh: fresh.length, send: async () => mined(registry.attestMany(fresh)) };
  });
}

/**
 * The tree over a batch of payments, which stream by: about 64 bytes for each are kept. All are to one payee and of one currency.
 * @param payments In the order of their positions, with the batch's serial. Keep them as they pass: each has its path later.
 * @param onProgress Called for each thousand, and at the end; `total` is 0, as nobody knows it yet.
 * @throws PaymentError for one that does not belong to the batch.
 */
export async function preparePayments(
  network: PaymentNetwork,
  payments: Iterable<PaymentRecord> | AsyncIterable<PaymentRecord>,
  onProgress?: InvoiceProgress,
): Promise<PreparedPayments> {
  const ids = new IdRow();
  let first: PaymentRecord | undefined;
  let total = 0n;
  for await (const payment of payments) {
    first ??= payment;
    const same = (["provider", "city", "payee", "currency", "serial"] as const).every(
      (name) => payment[name] === first?.[name],
    );
    if (!same || payment.serial === "0" || payment.position !== ids.count) {
      throw new PaymentError(
        `payment ${ids.count} does not belong to the batch: all are of one provider, city, payee, currency and serial, by position`,
      );
    }
    total += BigInt(payment.amount);
    ids.add(paymentId(network, payment));
    if (ids.count % 1000 === 0) onProgress?.(ids.count, 0);
  }
  if (first === undefined) throw new PaymentError("a batch has at least one payment");
  const tree = ids.tree();
  onProgress?.(tree.count, tree.count);
  const { provider, city, payee, currency, serial } = first;
  const { chainId, payments: registry } = network;
  return {
    batch: {
      ...{ chainId, payments: registry, provider, city, serial, count: tree.count, payee, currency },
      ...{ total: `${total}`, root: tree.root },
    },
    id: paymentBatchId(network, provider, serial),
    path: (position) => tree.proof(position),
  };
}

/**
 * Anchor a prepared batch. Run it again after a failure: one that is anchored already stays as it is.
 * @returns the hash of the transaction; undefined if it was anchored before.
 * @throws PaymentError if the serial was used for another batch.
 */
export async function anchorPayments(
  contracts: Acting,
  provider: Signer,
  { batch, id }: Pick<PreparedPayments, "batch" | "id">,
): Promise<string | undefined> {
  const state = await contracts.payments.batchStateOf(id);
  if (state.count !== 0n) {
    if (state.root === batch.root && Number(state.count) === batch.count) return undefined;
    throw new PaymentError(`the serial ${batch.serial} was used for another batch of payments; take a fresh one`);
  }
  const { city, serial, count, payee, currency, total, root } = batch;
  const terms = { city, serial, count, payee, currency, total, root };
  return (await mined(contracts.payments.connect(provider).anchor(terms))).hash;
}

/**
 * Count a payment made on chain, or what was refunded of it since. By anyone.
 * @param source The IPaymentSource, accredited by the city.
 * @returns the payment's id.
 */
export async function countPayment(
  contracts: Acting,
  relay: Signer,
  source: string,
  city: bigint | number,
  transactionId: string,
): Promise<string> {
  const { payments } = contracts;
  await mined(payments.connect(relay).count(source, city, transactionId));
  return payments.paymentByTransaction(source, transactionId);
}

/**
 * Refund payments.
 * @param by Their provider; or the city's controller.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 */
export async function refundPayments(
  contracts: Acting,
  by: Signer,
  refunds: readonly PaymentRefund[],
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(contracts.payments.connect(by).refund(refunds.map(refundStruct), [...lineage]));
}

/**
 * Refunds of one provider and city, for anchoring.
 * @param serial The provider's number of this batch of refunds, never used before.
 */
export function prepareRefunds(
  network: PaymentNetwork,
  serial: bigint | number,
  refunds: readonly PaymentRefund[],
): PreparedRefunds {
  const [first] = refunds;
  if (first === undefined) throw new PaymentError("a batch has at least one refund");
  const { provider, city } = first.payment;
  const domain = domainAt("payments", network.chainId, network.payments);
  const leaves = refunds.map(({ payment, refunded }, position) => {
    if (payment.provider !== provider || payment.city !== city) {
      throw new PaymentError(`refund ${position} is of another provider or city; make a batch for each`);
    }
    const leaf = { provider, serial, position, payment: paymentId(network, payment), refunded };
    return digestIn(domain, REFUND_TYPES, leaf);
  });
  const tree = IdTree.of(leaves);
  const paths = leaves.map((_, position) => tree.proof(position));
  return { ...network, provider, city, serial: `${serial}`, root: tree.root, refunds: [...refunds], paths };
}

/** Anchor refunds: they count when they are proven. */
export async function anchorRefunds(
  contracts: Acting,
  provider: Signer,
  { city, serial, refunds, root }: PreparedRefunds,
): Promise<void> {
  await mined(contracts.payments.connect(provider).anchorRefunds(city, serial, refunds.length, root));
}

/** Prove an anchored refund. By anyone. */
export async function proveRefund(
  contracts: Acting,
  relay: Signer,
  { serial, refunds, paths }: PreparedRefunds,
  position: number,
): Promise<void> {
  const [refund, path] = [refunds[position], paths[position]];
  if (refund === undefined || path === undefined) throw new PaymentError(`there is no refund ${position}`);
  await mined(contracts.payments.connect(relay).proveRefund({ refund: refundStruct(refund), serial, position, path }));
}

/** What a payment is good for, and what is left of it; single or in a batch. */
export async function paymentAnswer(
  { payments }: Pick<Contracts, "payments">,
  { payment, path }: PaymentProof,
): Promise<PaymentAnswer> {
  const [answer, { changes }] = await Promise.all([payments.statusOf(payment, path), payments.changesOf(payment)]);
  const { status, id, left } = answer;
  return { status: nameOf(PAYMENT_STATUSES, status), id, left, changes: Number(changes) };
}

function refundStruct({ payment, path, refunded }: PaymentRefund) {
  return { payment, proof: path, refunded };
}
