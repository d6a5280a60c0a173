/** What a document is worth now: one honest answer, in words and in data, for whoever has the document, its record, or its number. */
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { IDENTITY_STATUSES, type IdentityStatus } from "../identity/status.js";
import { currencyOf, formatAmount } from "./amount.js";
import { type InvoiceDocument, InvoiceDocumentError, parseInvoiceDocument } from "./document.js";
import { findByNumber, type FoundInvoice } from "./find.js";
import type { NumberScheme } from "./model.js";
import { formatNumber } from "./number.js";
import type { BookingRecord } from "./order.js";
import { paymentAnswer } from "./payment.js";
import { invoiceKindOf, invoiceNetwork, type InvoiceRecord, numberSchemeOf } from "./record.js";
import { type LeftOfInvoice, leftOfInvoice } from "./reversal.js";
import {
  INVOICE_STATUSES,
  type InvoiceStatus,
  nameOf,
  type PaymentStatus,
  REVERSAL_SIDES,
  type ReversalSide,
} from "./status.js";
import { bureauCapability, bureauOfKind } from "./taxpayer.js";
import { KIND_WORDS, STATUS_WORDS } from "./words.js";

/** How long a proposed reversal can be confirmed, in seconds: InvoiceLedger.REVERSAL_PERIOD (tested equal). */
export const REVERSAL_PERIOD = 72 * 3600;

/** What the chain says of a record. Amounts are in minor units. */
export interface RecordAnswer {
  status: InvoiceStatus;
  id: string;
  /** A sentence for people. */
  message: string;
  seller: {
    identity: string;
    /** Of the identity now. */
    status: IdentityStatus;
    /** Whether its bureau still admits it. What it issued before stays good. */
    admitted: boolean;
  };
  /** The commitment of who holds it; undefined for one that has no state, or whose buyer is not named yet. */
  holder?: string;
  /** Whether it was handed on, away from the buyer. */
  handedOn: boolean;
  booking?: BookingRecord & {
    /** The tax of later reversals that who deducted it must transfer out. */
    transferOut: bigint;
  };
  /** What was reversed in all. */
  reversed: { net: bigint; tax: bigint; gross: bigint };
  /** What is left of it: in all, by the record's tax rows, and of each payment. */
  left: LeftOfInvoice & { net: bigint; tax: bigint; gross: bigint };
  /** The reversal that is open. */
  proposal?: {
    /** Id of the reversing document. */
    document: string;
    side: ReversalSide;
    /** Last moment to confirm it. */
    until: Date;
  };
}

/** What a document is worth: what the chain says of its record, and whether the document is what the record says. */
export interface InvoiceAnswer extends Omit<RecordAnswer, "status"> {
  /** That of the record; `Unsound` where the document says other things than its record: do not believe it. */
  status: InvoiceStatus | "Unsound";
  /** What the chain says of the record alone. */
  recordStatus: InvoiceStatus;
  /** Why the document is unsound, each in a sentence. */
  faults: string[];
  /** Whether the document shows who holds it now: whether the reader, if it is theirs, could book it. */
  isHolder: boolean;
  /** Of each payment that goes along with the document. */
  payments: { id: string; status: PaymentStatus; left: bigint }[];
}

/** What cannot be asked here, or what nobody has issued, and why. */
export interface NoAnswer {
  status: "Unreadable" | "OtherNetwork" | "NotFound";
  message: string;
}

/** What can be verified at once: a document, a record with its path, or a number. */
export type Verifiable =
  | { document: unknown }
  | { record: InvoiceRecord; path: string[] }
  | { scheme: NumberScheme; number: string; seller?: string };

export type VerifyContracts = Pick<
  Contracts,
  "chainId" | "invoices" | "ledger" | "payments" | "taxpayers" | "identities" | "provider"
>;

/**
 * What the chain says of a record, for who has only that: from a QR, say.
 * @param path Of a document in a batch, its path; else empty.
 */
export async function verifyRecord(
  contracts: VerifyContracts,
  record: InvoiceRecord,
  path: readonly string[] = [],
): Promise<RecordAnswer> {
  const { ledger, taxpayers, identities } = contracts;
  const { seller, kind } = record.terms;
  const bureau = bureauCapability(bureauOfKind(invoiceKindOf(kind)));
  const network = await invoiceNetwork(contracts);
  const [{ status: number, id }, left, identity, { admitted }] = await Promise.all([
    ledger.statusOf(record, [...path]),
    leftOfInvoice(contracts, { ...network, record }),
    identities.statusOf(seller),
    taxpayers.taxpayerOf(seller, bureau),
  ]);
  const [holder, booked, reversal, state, named] = await Promise.all([
    ledger.holderOf(record),
    ledger.bookingOf(id),
    ledger.reversalOf(id),
    contracts.invoices.stateOf(id),
    contracts.invoices.namedOf(id),
  ]);
  const status = nameOf(INVOICE_STATUSES, number);
  const whole = { net: BigInt(record.content.net), tax: BigInt(record.content.tax) };
  const rest = total(left);
  const reversed = { net: whole.net - rest.net, tax: whole.tax - rest.tax };
  const known = state.issuedAt !== 0n && holder !== ZERO;
  const first = record.serial === "0" ? record.content.buyer : named;
  const { city, period, deductible } = booked.booking;
  const until = Number(reversal.proposedAt) + REVERSAL_PERIOD;
  return {
    status,
    id,
    message: sentence(status, record, reversed.net + reversed.tax, rest.gross),
    seller: { identity: seller, status: nameOf(IDENTITY_STATUSES, identity), admitted },
    ...(known ? { holder } : {}),
    handedOn: known && holder !== first,
    ...(period === 0n
      ? {}
      : {
          booking: {
            ...{ city: Number(city), period: Number(period), deductible, transferOut: booked.transferOut },
          },
        }),
    reversed: { ...reversed, gross: reversed.net + reversed.tax },
    left: { ...left, ...rest },
    ...(status === "ReversalProposed"
      ? {
          proposal: {
            ...{ document: reversal.document, side: nameOf(REVERSAL_SIDES, reversal.side), until: dateOf(until) },
          },
        }
      : {}),
  };
}

/**
 * What a document is worth. Nothing in it is believed that its record does not bear out, and nothing of the record that the chain does not.
 * @param document As it came.
 */
export async function verifyInvoice(contracts: VerifyContracts, document: unknown): Promise<InvoiceAnswer | NoAnswer> {
  const { sound, faults } = read(document);
  if (sound === undefined) return { status: "Unreadable", message: `This is no document: ${faults.join("; ")}` };
  const { chainId, registry } = await invoiceNetwork(contracts);
  if (sound.chainId !== chainId || sound.registry.toLowerCase() !== registry.toLowerCase()) {
    const message = `This document says it belongs to chain ${sound.chainId} and the registry ${sound.registry}; it cannot be checked here`;
    return { status: "OtherNetwork", message };
  }
  const [answer, payments] = await Promise.all([
    verifyRecord(contracts, sound.record, sound.path),
    Promise.all(sound.evidence.map(async (proof) => paymentAnswer(contracts, proof))),
  ]);
  const unsound = faults.length !== 0;
  const held = sound.holder ?? sound.buyer;
  return {
    ...answer,
    status: unsound ? "Unsound" : answer.status,
    recordStatus: answer.status,
    message: unsound ? `Do not believe this document: ${faults.join("; ")}` : answer.message,
    faults,
    isHolder: !unsound && held?.signer !== undefined && held.commitment === answer.holder,
    payments: payments.map(({ id, status, left }) => ({ id, status, left })),
  };
}

/** What a document is worth of which only the number is known. @param from First block to look through. */
export async function verifyNumber(
  contracts: VerifyContracts,
  scheme: NumberScheme,
  number: string,
  options: { seller?: string; from?: number } = {},
): Promise<(RecordAnswer & { found: FoundInvoice }) | NoAnswer> {
  const [found] = await findByNumber(contracts, scheme, number, options);
  if (found === undefined) {
    return { status: "NotFound", message: `The number ${number} was never used; do not accept a document that has it` };
  }
  if (found.record === undefined) {
    const message = `The number ${number} is reserved for the batch ${found.batch ?? ""}, position ${found.position ?? 0}; ask for the document`;
    return { status: "NotFound", message };
  }
  return { ...(await verifyRecord(contracts, found.record)), found };
}

/**
 * Many documents, records or numbers at once.
 * @param list In any mixture.
 * @param options `concurrency`: how many are asked at a time, 8 if left out.
 * @returns answers in the order of the list.
 */
export async function verifyMany(
  contracts: VerifyContracts,
  list: readonly Verifiable[],
  {
    concurrency = 8,
    onProgress,
    from,
  }: { concurrency?: number; onProgress?: (done: number, total: number) => void; from?: number } = {},
): Promise<(InvoiceAnswer | RecordAnswer | NoAnswer)[]> {
  const answers: (InvoiceAnswer | RecordAnswer | NoAnswer)[] = [];
  let [next, done] = [0, 0];
  const work = async () => {
    for (let i = next++; i < list.length; i = next++) {
      const item = list[i];
      if (item === undefined) return;
      if ("document" in item) answers[i] = await verifyInvoice(contracts, item.document);
      else if ("record" in item) answers[i] = await verifyRecord(contracts, item.record, item.path);
      else {
        const { scheme, number, seller } = item;
        const where = { ...(seller === undefined ? {} : { seller }), ...(from === undefined ? {} : { from }) };
        answers[i] = await verifyNumber(contracts, scheme, number, where);
      }
      onProgress?.(++done, list.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, list.length)) }, work));
  return answers;
}

const ZERO = `0x${"0".repeat(64)}`;

/** A document as far as it can be read, and what is wrong with it. */
function read(json: unknown): { sound?: InvoiceDocument; faults: string[] } {
  try {
    return { sound: parseInvoiceDocument(json), faults: [] };
  } catch (error) {
    if (!(error instanceof InvoiceDocumentError)) throw error;
    const faults = [...error.faults];
    return error.document === undefined ? { faults } : { sound: error.document, faults };
  }
}

function total({ lines }: LeftOfInvoice): { net: bigint; tax: bigint; gross: bigint } {
  const net = lines.reduce((sum, line) => sum + line.net, 0n);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0n);
  return { net, tax, gross: net + tax };
}

function sentence(status: InvoiceStatus, record: InvoiceRecord, reversed: bigint, left: bigint): string {
  const { terms, content } = record;
  const { code, digits } = currencyOf(terms.currency);
  const show = (amount: bigint | string) => `${formatAmount(BigInt(amount), digits)} ${code}`;
  const number = formatNumber(numberSchemeOf(terms.scheme), BigInt(content.number));
  const part = reversed === 0n || left === 0n ? "" : `; reversed in part, ${show(left)} of it are left`;
  const what = `The ${KIND_WORDS[invoiceKindOf(terms.kind)]} ${number} over ${show(content.gross)}`;
  return `${what} (${show(content.net)} and ${show(content.tax)} of tax) ${STATUS_WORDS[status]}${part}`;
}
