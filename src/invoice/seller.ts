/** What a seller's operator, and a bureau, do to documents that are issued: both act with transactions of their own. */
import { type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { documentId, type InvoiceDocument } from "./document.js";
import { checkNetwork } from "./issue.js";
import type { HolderSignature } from "./order.js";
import { invoiceReasonCode, type InvoiceReasonName } from "./reason.js";

type Acting = Pick<Contracts, "chainId" | "invoices" | "ledger">;

/** Of a call that the seller's operator sends itself. */
const BY_SELLER: HolderSignature = { signer: "0x", salt: ZeroHash, title: ZeroHash, deadline: 0, signature: "0x" };

/**
 * Reverse a document alone, wholly or in part: while it is neither confirmed nor booked and no reversal is open.
 * @param operator Of the seller.
 * @param reversing See `buildReversal`.
 * @returns the reversing document's id.
 */
export async function reverseInvoice(
  contracts: Acting,
  operator: Signer,
  document: InvoiceDocument,
  reversing: InvoiceDocument,
): Promise<string> {
  await checkNetwork(contracts, document);
  await mined(contracts.ledger.connect(operator).reverse(document.record, reversing.record.content));
  return documentId(reversing);
}

/** Propose a reversal, as the seller: the holder has 72 hours to confirm it. */
export async function proposeReversalBySeller(
  contracts: Acting,
  operator: Signer,
  document: InvoiceDocument,
  reversing: InvoiceDocument,
): Promise<void> {
  await checkNetwork(contracts, document);
  const { content } = reversing.record;
  await mined(contracts.ledger.connect(operator).proposeReversal(document.record, content, BY_SELLER));
}

/** Confirm a reversal that the holder proposed. @returns the reversing document's id. */
export async function confirmReversalBySeller(
  contracts: Acting,
  operator: Signer,
  document: InvoiceDocument,
  reversing: InvoiceDocument,
): Promise<string> {
  await checkNetwork(contracts, document);
  const { content } = reversing.record;
  await mined(contracts.ledger.connect(operator).confirmReversal(document.record, content, BY_SELLER));
  return documentId(reversing);
}

/** Reject a reversal that the holder proposed, or take back the seller's own. */
export async function rejectReversalBySeller(
  contracts: Acting,
  operator: Signer,
  document: InvoiceDocument,
): Promise<void> {
  await checkNetwork(contracts, document);
  await mined(contracts.ledger.connect(operator).rejectReversal(document.record, BY_SELLER));
}

/**
 * Confirm a reversal for a party that let an earlier one lapse.
 * @param officer Of the bureau that admitted the seller.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 * @returns the reversing document's id.
 */
export async function confirmReversalByBureau(
  contracts: Acting,
  officer: Signer,
  document: InvoiceDocument,
  reversing: InvoiceDocument,
  lineage: readonly number[] = [],
): Promise<string> {
  await checkNetwork(contracts, document);
  const { content } = reversing.record;
  await mined(contracts.ledger.connect(officer).confirmReversalByBureau(document.record, content, [...lineage]));
  return documentId(reversing);
}

/** Undo a booking made at this bureau. @param invoice The document's id: the bureau need not know more. */
export async function unbookByBureau(
  { ledger }: Pick<Contracts, "ledger">,
  officer: Signer,
  invoice: string,
  reason: InvoiceReasonName | number,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(ledger.connect(officer).unbookByBureau(invoice, invoiceReasonCode(reason), [...lineage]));
}
