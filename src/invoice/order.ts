/**
 * What the holder of a document does: confirm it, hand it on, book it, and propose or answer a reversal. The holder signs an order, a plain JSON
 * value, and anyone relays it. An order binds the document's count of changes and a deadline, so it works once.
 */
import { type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Types } from "../common/typed-data.js";
import type { Contracts } from "../contracts.js";
import type { PersonKey } from "../identity/key.js";
import { documentId, type DocumentHolder, type InvoiceDocument } from "./document.js";
import { checkNetwork } from "./issue.js";
import { invoiceReasonCode, type InvoiceReasonName } from "./reason.js";
import { type ContentRecord, invoiceId, type InvoiceNetwork, type InvoiceRecord } from "./record.js";
import {
  BOOK_ORDER_TYPES,
  CONFIRM_ORDER_TYPES,
  HAND_ON_ORDER_TYPES,
  digestIn,
  domainAt,
  REVERSAL_ANSWER_TYPES,
  REVERSAL_PROPOSAL_TYPES,
  UNBOOK_ORDER_TYPES,
} from "./typed-data.js";
import { holderOf, type HolderRequest } from "./wallet.js";

/** Where holders act. */
export interface LedgerNetwork extends InvoiceNetwork {
  /** Address of the InvoiceLedger. */
  ledger: string;
}

/** IInvoiceLedger.Held: a holder's signature, with what opens the commitment. */
export interface HolderSignature {
  signer: string;
  salt: string;
  title: string;
  /** UTC seconds. */
  deadline: number;
  signature: string;
}

/** IInvoiceLedger.Booking in JSON. */
export interface BookingRecord {
  /** Number of the city whose tax bureau the holder books at. */
  city: number;
  /** As 202611. */
  period: number;
  deductible: boolean;
}

/** What the act of an order is, and what belongs to it. */
export type HolderAct =
  | { act: "confirm" }
  | {
      act: "handOn";
      /** The new holder's commitment. */
      holder: string;
    }
  | { act: "book"; booking: BookingRecord }
  | { act: "unbook"; reason: number }
  | {
      act: "proposeReversal" | "confirmReversal" | "rejectReversal";
      /** The reversing document's content. */
      reversing: ContentRecord;
    };

/** What a holder has signed, as JSON, for someone to relay. It opens who holds the document, and nothing of its content. */
export type HolderOrder = HolderAct & {
  type: "CivitasInvoiceOrder";
  version: 1;
  /** Where it is good, and nowhere else. */
  network: LedgerNetwork;
  record: InvoiceRecord;
  held: HolderSignature;
};

/** What every order is signed with. */
export interface SignOptions {
  /** The document's count of changes: `changesOfInvoice`; 0 until its holder does something. */
  changes: number;
  /** Last moment to relay it. */
  deadline: Date;
}

/** An order cannot be signed or relayed. */
export class HolderOrderError extends Error {
  override readonly name = "HolderOrderError";
}

/** The ledger of a connection. */
export async function ledgerNetwork({
  chainId,
  invoices,
  ledger,
}: Pick<Contracts, "chainId" | "invoices" | "ledger">): Promise<LedgerNetwork> {
  const [registry, address] = await Promise.all([invoices.getAddress(), ledger.getAddress()]);
  return { chainId: `${chainId}`, registry, ledger: address };
}

/** How often a document changed on the ledger: what the next order binds. */
export async function changesOfInvoice(
  { ledger }: Pick<Contracts, "ledger">,
  document: InvoiceNetwork & Pick<InvoiceDocument, "record">,
): Promise<number> {
  return Number((await ledger.stateOf(documentId(document))).changes);
}

// --------------------------------------------------------------------------------------------------- signing, off line

/** The order to confirm a document. */
export async function signConfirm(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  options: SignOptions,
): Promise<HolderOrder> {
  return sign(network, document, key, options, { act: "confirm" }, CONFIRM_ORDER_TYPES, {});
}

/** The order to hand a document on. @param to What the next holder gave: see `InvoiceWallet.newHolder`. */
export async function signHandOn(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  to: HolderRequest,
  options: SignOptions,
): Promise<HolderOrder> {
  const holder = holderOf(to).commitment;
  return sign(network, document, key, options, { act: "handOn", holder }, HAND_ON_ORDER_TYPES, { holder });
}

/** The document as the next holder gets it, once it is handed on. */
export function handedOn(document: InvoiceDocument, to: HolderRequest): InvoiceDocument {
  return { ...structuredClone(document), holder: holderOf(to) };
}

/** The order to book a document. */
export async function signBook(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  booking: BookingRecord,
  options: SignOptions,
): Promise<HolderOrder> {
  return sign(network, document, key, options, { act: "book", booking }, BOOK_ORDER_TYPES, { ...booking });
}

/** The order to undo a booking. */
export async function signUnbook(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  why: InvoiceReasonName | number,
  options: SignOptions,
): Promise<HolderOrder> {
  const reason = invoiceReasonCode(why);
  return sign(network, document, key, options, { act: "unbook", reason }, UNBOOK_ORDER_TYPES, { reason });
}

/** The order to propose a reversal. @param reversing The reversing document: `buildReversal`. */
export async function signReversalProposal(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  reversing: InvoiceDocument,
  options: SignOptions,
): Promise<HolderOrder> {
  const act = { act: "proposeReversal", reversing: reversing.record.content } as const;
  const value = { reversing: reversingId(document, reversing) };
  return sign(network, document, key, options, act, REVERSAL_PROPOSAL_TYPES, value);
}

/** The order to confirm a reversal that the seller proposed, or to reject it; or to take back one's own (not confirmed). */
export async function signReversalAnswer(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  reversing: InvoiceDocument,
  confirmed: boolean,
  options: SignOptions,
): Promise<HolderOrder> {
  const act = confirmed ? ("confirmReversal" as const) : ("rejectReversal" as const);
  const value = { reversing: reversingId(document, reversing), confirmed };
  const order = { act, reversing: reversing.record.content };
  return sign(network, document, key, options, order, REVERSAL_ANSWER_TYPES, value);
}

async function sign(
  network: LedgerNetwork,
  document: InvoiceDocument,
  key: PersonKey,
  { changes, deadline }: SignOptions,
  act: HolderAct,
  types: Types,
  value: Record<string, unknown>,
): Promise<HolderOrder> {
  const { signer, salt, title } = openingOf(document);
  if (signer.toLowerCase() !== key.signer.toLowerCase()) {
    throw new HolderOrderError("this key does not hold the document; sign with the key it was made out or handed to");
  }
  if (network.registry.toLowerCase() !== document.registry.toLowerCase() || network.chainId !== document.chainId) {
    throw new HolderOrderError("the document belongs to another network");
  }
  const until = Number(secondsOf(deadline));
  const order = { invoice: documentId(document), ...value, changes, deadline: until };
  const domain = domainAt("ledger", network.chainId, network.ledger);
  const signature = await key.sign(digestIn(domain, types, order));
  return {
    ...act,
    ...{ type: "CivitasInvoiceOrder", version: 1, network, record: document.record },
    held: { signer, salt, title, deadline: until, signature },
  };
}

/** What opens who holds a document now. @throws HolderOrderError if the document does not say. */
export function openingOf({ buyer, holder }: Pick<InvoiceDocument, "buyer" | "holder">): {
  signer: string;
  salt: string;
  title: string;
} {
  const { signer, salt, title = ZeroHash }: Partial<DocumentHolder> = holder ?? buyer ?? {};
  if (signer === undefined || salt === undefined) {
    throw new HolderOrderError("the document does not say who holds it; ask for it with what opens that");
  }
  return { signer, salt, title };
}

function reversingId(document: InvoiceDocument, reversing: InvoiceDocument): string {
  if (reversing.record.reverses !== documentId(document)) {
    throw new HolderOrderError("this reversing document reverses another one");
  }
  return documentId(reversing);
}

// --------------------------------------------------------------------------------------------------- relaying

/**
 * Relay what a holder has signed. By anyone.
 * @returns the id of the reversing document where a reversal is confirmed; else that of the document.
 */
export async function sendHolderOrder(
  contracts: Pick<Contracts, "chainId" | "invoices" | "ledger">,
  relay: Signer,
  order: HolderOrder,
): Promise<string> {
  const { network, record, held } = order;
  await checkNetwork(contracts, network);
  const id = invoiceId(network, record);
  const ledger = contracts.ledger.connect(relay);
  switch (order.act) {
    case "confirm":
      await mined(ledger.confirm(record, held));
      return id;
    case "handOn":
      await mined(ledger.handOn(record, order.holder, held));
      return id;
    case "book":
      await mined(ledger.book(record, order.booking, held));
      return id;
    case "unbook":
      await mined(ledger.unbook(record, order.reason, held));
      return id;
    case "proposeReversal":
      await mined(ledger.proposeReversal(record, order.reversing, held));
      return id;
    case "confirmReversal":
      await mined(ledger.confirmReversal(record, order.reversing, held));
      return reversingIdOf(network, record, order.reversing);
    case "rejectReversal":
      await mined(ledger.rejectReversal(record, held));
      return id;
  }
}

/** The id of a reversing document by its content. */
function reversingIdOf(network: InvoiceNetwork, record: InvoiceRecord, content: ContentRecord): string {
  const reverses = invoiceId(network, record);
  return invoiceId(network, { terms: record.terms, serial: "0", position: 0, reverses, content });
}
