/** The settlement token: what holders and banks do with it, and payments under a payee's order. */
import { AbiCoder, keccak256, type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import { newSalt, textCommitment } from "../common/commitment.js";
import { byPage } from "../common/page.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { keyedReference } from "../invoice/payment.js";
import { returnReasonCode, type ReturnReasonName } from "./return-reason.js";
import { REDEMPTION_STATUSES, type RedemptionStatus } from "./status.js";

/** The token of a connection; of a city's own token, `settlement` is that one. */
export type Settling = Pick<Contracts, "provider" | "settlement">;

/** The bank account that a redemption is paid to, and what hides it on the chain. The holder shows it to the bank, and to nobody else. */
export interface RedemptionAccount {
  /** An IBAN, or a number of the bank's own. */
  account: string;
  /** 32 random bytes. */
  salt: string;
}

/** A redemption. */
export interface RedemptionRecord {
  id: bigint;
  status: RedemptionStatus;
  holder: string;
  /** Minor units. */
  amount: bigint;
  /** Commitment to the bank account. */
  account: string;
  requestedAt: Date;
  /** From when on the holder may take the tokens back. */
  dueAt: Date;
}

/** What pays a payee's order. */
export interface OrderPayment {
  /** The payee's identity. */
  payee: string;
  /** Its key's account, or one of its operators. */
  to: string;
  /** Minor units. */
  amount: bigint;
  /** The payee's reference, keyed by the payee. */
  order: string;
  /** In retail, the `payer` of the payer's wallet. */
  payer?: string;
}

/** Something that cannot be done with the settlement token. */
export class SettlementError extends Error {
  override readonly name = "SettlementError";
}

/**
 * An end-to-end identification as the chain has it: HMAC-SHA-256 under a key of the bank's own, so that nobody can guess it. It is the
 * key of idempotency: the bank mints, or pays, under each once.
 * @param secret 32 bytes, kept secret.
 * @param endToEndId As the debtor gave it.
 * @param debtor The account that pays, as two customers may give the same identification.
 */
export function keyedEndToEndId(secret: string, endToEndId: string, debtor: string): string {
  return keyedReference(secret, JSON.stringify([debtor, endToEndId]));
}

/** What the chain keeps of a mint, under the bank and the keyed end-to-end identification. */
export function mintInstruction(to: string, amount: bigint): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [to, amount]));
}

// ---------------------------------------------------------------------------------------------------------------- the holder

/** A bank account with a fresh salt. */
export function newRedemptionAccount(account: string): RedemptionAccount {
  return { account, salt: newSalt() };
}

/** What the chain has of a bank account. */
export function redemptionAccountCommitment({ account, salt }: RedemptionAccount): string {
  return textCommitment(salt, account);
}

/** Ask to be paid at a bank. @returns the redemption's number, which the holder tells the bank with the account. */
export async function requestRedemption(
  { settlement }: Settling,
  holder: Signer,
  amount: bigint,
  account: RedemptionAccount,
): Promise<bigint> {
  const token = settlement.connect(holder);
  const receipt = await mined(token.requestRedemption(amount, redemptionAccountCommitment(account)));
  for (const log of receipt.logs) {
    const event = settlement.interface.parseLog(log);
    if (event?.name === "RedemptionRequested") return event.args["redemption"] as bigint;
  }
  throw new SettlementError("the node gave no event of the redemption; look for it with redemptionsOf");
}

/** Take the tokens of a redemption back that no bank answered in time. */
export async function withdrawRedemption({ settlement }: Settling, holder: Signer, id: bigint): Promise<void> {
  await mined(settlement.connect(holder).withdrawRedemption(id));
}

/** Pay a payee's order. @returns the transaction's identification, under which the payment is counted: see `countPayment`. */
export async function payOrder({ settlement }: Settling, payer: Signer, payment: OrderPayment): Promise<string> {
  const { payee, to, amount, order } = payment;
  await mined(settlement.connect(payer).payWithReference(payee, to, amount, order, payment.payer ?? ZeroHash));
  return settlement.transactionOf(payee, order);
}

/** Send a payment, or a part of it, back to who paid. @param by An account of the payee's own, which has the tokens. */
export async function refundOrder(
  { settlement }: Settling,
  by: Signer,
  transactionId: string,
  amount: bigint,
): Promise<void> {
  await mined(settlement.connect(by).refundPayment(transactionId, amount));
}

// ---------------------------------------------------------------------------------------------------------------- the bank

/** The redemption with a number. @throws SettlementError if there is none. */
export async function redemption({ settlement }: Settling, id: bigint): Promise<RedemptionRecord> {
  const [record, wait] = await Promise.all([settlement.redemptionOf(id), settlement.REDEMPTION_WAIT()]);
  if (record.status === 0n) throw new SettlementError(`there is no redemption ${id}; ask the holder for its number`);
  return recordOf(id, record, wait);
}

/**
 * The redemptions that wait for a bank, oldest first.
 * @param options `from`: the number of the first one to look at, 1 if left out; a bank need not look at those again that have ended.
 */
export async function* openRedemptions(
  { settlement }: Settling,
  options: { from?: bigint; pageSize?: number } = {},
): AsyncGenerator<RedemptionRecord, void, undefined> {
  const wait = await settlement.REDEMPTION_WAIT();
  const first = (options.from ?? 1n) - 1n;
  let id = first;
  const read = async (start: number, count: number) => settlement.redemptionsOf(first + BigInt(start), count);
  for await (const record of byPage(read, options.pageSize)) {
    id += 1n;
    if (nameOf(record.status) === "Requested") yield recordOf(id, record, wait);
  }
}

/** Whether this is the account that the redemption is to be paid to. */
export function isRedemptionAccount(
  { account }: Pick<RedemptionRecord, "account">,
  opening: RedemptionAccount,
): boolean {
  return account === redemptionAccountCommitment(opening);
}

/**
 * Say that a redemption is paid; its tokens are burnt. Say it before the money leaves, or well before `dueAt`: from then on the holder may
 * take the tokens back.
 * @param endToEndId Of the bank's payment: see `keyedEndToEndId`.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 */
export async function payRedemption(
  { settlement }: Settling,
  bank: Signer,
  id: bigint,
  endToEndId: string,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(settlement.connect(bank).payRedemption(id, endToEndId, [...lineage]));
}

/** Give the tokens of a redemption back, as it cannot be paid. */
export async function returnRedemption(
  { settlement }: Settling,
  bank: Signer,
  id: bigint,
  reason: ReturnReasonName | number,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(settlement.connect(bank).returnRedemption(id, returnReasonCode(reason), [...lineage]));
}

type Stored = Awaited<ReturnType<Contracts["settlement"]["redemptionOf"]>>;

function recordOf(id: bigint, stored: Stored, wait: bigint): RedemptionRecord {
  const { holder, status, amount, account, requestedAt } = stored;
  return {
    ...{ id, status: nameOf(status), holder, amount, account },
    ...{ requestedAt: dateOf(requestedAt), dueAt: dateOf(requestedAt + wait) },
  };
}

function nameOf(status: bigint): RedemptionStatus {
  return REDEMPTION_STATUSES[Number(status)] ?? "Unknown";
}
