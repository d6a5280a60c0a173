/** A bank's side of the settlement token: a pain.001 of its customers is minted, and a camt.054 tells what was booked. */
import { getAddress, isAddress, type Signer, ZeroAddress, ZeroHash, zeroPadValue } from "ethers";

import { findEvents } from "../common/logs.js";
import { mined } from "../common/mined.js";
import { dateOf } from "../common/time.js";
import { findCurrency } from "../invoice/amount.js";
import { inParts, type InvoiceProgress, type ManyResult } from "../invoice/many.js";
import { type AccountNotification, type BookedEntry, writeCamt054 } from "./iso20022-camt054.js";
import { Iso20022Error, type MessageFault } from "./iso20022-codec.js";
import { type CreditTransferInitiation, readPain001, writePain001 } from "./iso20022-pain001.js";
import { keyedEndToEndId, mintInstruction, type Settling } from "./settlement-token.js";

/** Which account of the chain belongs to a bank account: by IBAN, or by the bank's own number. */
export type AddressBook = ReadonlyMap<string, string>;

/** How a pain.001 is minted. */
export interface MintOptions {
  /** The bank's key of references, 32 bytes: see `keyedEndToEndId`. */
  secret: string;
  accounts: AddressBook;
  onProgress?: InvoiceProgress;
  /** 100 if left out. */
  perTransaction?: number;
}

/** A transfer as the chain mints it. */
export interface PreparedMint {
  to: string;
  /** Minor units. */
  amount: bigint;
  /** Keyed. */
  endToEndId: string;
}

/** What the bank knows of a payment behind an entry. */
export type EntryDetails = Pick<
  BookedEntry,
  "endToEndId" | "debtor" | "debtorAccount" | "creditor" | "creditorAccount" | "remittance"
>;

/** Which entries a bank tells of, and what it adds. */
export interface NotifyOptions extends Omit<AccountNotification, "entries"> {
  /** The bank's account on the chain. */
  bank: string;
  /** First and last block. */
  fromBlock: number;
  toBlock: number;
  messageId: string;
  createdAt: Date;
  /** What the bank knows of a payment by its keyed end-to-end identification. */
  details?: (endToEndId: string) => EntryDetails | undefined;
}

/** A mint has 96 bytes and takes about 60,000 gas. */
const PER_TRANSACTION = 100;

/**
 * Mint what the bank's own customers ordered, each to the account of the chain that belongs to the creditor's account. What is wrong with any of
 * it is told before anything is sent. Run it again after a failure: what was minted is skipped, as the chain knows its end-to-end
 * identification.
 * @param message A pain.001.001.09, or what was read from one.
 * @returns how many were minted, and how many had been before.
 * @throws Iso20022Error with all that is wrong.
 */
export async function mintFromPain001(
  contracts: Settling,
  bank: Signer,
  message: string | CreditTransferInitiation,
  options: MintOptions,
): Promise<ManyResult> {
  const { settlement } = contracts;
  const account = await bank.getAddress();
  const mints = await prepareMints(contracts, account, message, options);
  const token = settlement.connect(bank);
  return inParts(mints, options.perTransaction ?? PER_TRANSACTION, options.onProgress, async (part) => {
    const known = await Promise.all(part.map(async ({ endToEndId }) => settlement.mintedBy(account, endToEndId)));
    const fresh = part.filter((_, i) => known[i] === ZeroHash);
    return { fresh: fresh.length, send: async () => mined(token.mintMany(fresh)) };
  });
}

/** The mints of a pain.001, checked, in its order. Sends nothing. @throws Iso20022Error with all that is wrong. */
export async function prepareMints(
  { settlement }: Settling,
  bank: string,
  message: string | CreditTransferInitiation,
  { secret, accounts }: Pick<MintOptions, "secret" | "accounts">,
): Promise<PreparedMint[]> {
  const { instructions } = readPain001(typeof message === "string" ? message : writePain001(message));
  const [token, numeric] = await Promise.all([settlement.getAddress(), settlement.currency()]);
  const currency = findCurrency(numeric)?.code ?? `${numeric}`;
  const faults: MessageFault[] = [];
  const mints: (PreparedMint & { where: string })[] = [];
  for (const [i, { debtorAccount, transfers }] of instructions.entries()) {
    for (const [j, { endToEndId, creditorAccount, ...transfer }] of transfers.entries()) {
      const where = `Document/CstmrCdtTrfInitn/${among("PmtInf", i, instructions)}/${among("CdtTrfTxInf", j, transfers)}`;
      if (transfer.currency !== currency) {
        const text = `the token is of ${currency}, and cannot be minted for ${transfer.currency}`;
        faults.push({ where: `${where}/Amt/InstdAmt`, message: text });
      }
      const to = accounts.get(creditorAccount.id);
      if (to === undefined || !isAddress(to) || to === ZeroAddress || getAddress(to) === token) {
        const has = to === undefined ? "does not have it; enter it" : `has ${to} for it, which cannot receive tokens`;
        faults.push({ where: `${where}/CdtrAcct`, message: `${creditorAccount.id}: the address book ${has}` });
        continue;
      }
      const keyed = keyedEndToEndId(secret, endToEndId, debtorAccount.id);
      mints.push({ where, to: getAddress(to), amount: transfer.amount, endToEndId: keyed });
    }
  }
  for (let start = 0; start < mints.length; start += PER_TRANSACTION) {
    const part = mints.slice(start, start + PER_TRANSACTION);
    const known = await Promise.all(part.map(async ({ endToEndId }) => settlement.mintedBy(bank, endToEndId)));
    for (const [i, { where, to, amount }] of part.entries()) {
      if (known[i] === ZeroHash || known[i] === mintInstruction(to, amount)) continue;
      const text =
        "under this number another amount was minted, or for another account; a new payment has a new number";
      faults.push({ where: `${where}/PmtId/EndToEndId`, message: text });
    }
  }
  if (faults.length !== 0) throw new Iso20022Error(faults);
  return mints.map(({ to, amount, endToEndId }) => ({ to, amount, endToEndId }));
}

/** An element among its equals, as the reader's paths have it. */
function among(name: string, index: number, all: readonly unknown[]): string {
  return all.length === 1 ? name : `${name}[${index + 1}]`;
}

/** What the bank minted (credit) and redeemed (debit) in some blocks, in the order of the chain. */
export async function bookedEntries(
  { provider, settlement }: Settling,
  { bank, fromBlock, toBlock, details }: Pick<NotifyOptions, "bank" | "fromBlock" | "toBlock" | "details">,
): Promise<BookedEntry[]> {
  const who = zeroPadValue(getAddress(bank), 32);
  const query = { provider, contract: settlement, from: fromBlock, to: toBlock };
  const [minted, paid, numeric] = await Promise.all([
    findEvents({ ...query, events: ["Minted"], indexed: [who] }),
    findEvents({ ...query, events: ["RedemptionPaid"], indexed: [null, who] }),
    settlement.currency(),
  ]);
  const currency = findCurrency(numeric)?.code ?? `${numeric}`;
  const times = new Map<number, string>();
  const timeOf = async (block: number) => {
    let time = times.get(block);
    if (time === undefined) {
      time = showDateTime(dateOf((await provider.getBlock(block))?.timestamp ?? 0));
      times.set(block, time);
    }
    return time;
  };
  const events = [...minted, ...paid].sort(
    (a, b) => a.place.block - b.place.block || a.place.logIndex - b.place.logIndex,
  );
  const entries: BookedEntry[] = [];
  for (const { name, args, place } of events) {
    const { amount, endToEndId } = args as { amount: bigint; endToEndId: string };
    const time = await timeOf(place.block);
    entries.push({
      reference: `${place.block}-${place.logIndex}`,
      side: name === "Minted" ? "credit" : "debit",
      currency,
      amount,
      bookedAt: time,
      valueDate: time.slice(0, 10),
      ...details?.(endToEndId),
      note: `end-to-end identification ${endToEndId}, transaction ${place.transaction}`,
    });
  }
  return entries;
}

/**
 * The camt.054.001.08 of what a bank minted and redeemed in some blocks: entries of the account that backs the token. What the bank knows
 * of no payment is told too, without its end-to-end identification.
 * @returns the message, and how many entries it has.
 */
export async function notify(contracts: Settling, options: NotifyOptions): Promise<{ xml: string; entries: number }> {
  const { id, account, owner, messageId, createdAt } = options;
  const entries = await bookedEntries(contracts, options);
  const notification = { id, account, ...(owner === undefined ? {} : { owner }), entries };
  const xml = writeCamt054({ messageId, createdAt: showDateTime(createdAt), notifications: [notification] });
  return { xml, entries: entries.length };
}

/** `2026-11-21T08:30:00Z` */
function showDateTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
