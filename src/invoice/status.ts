/** States of documents and payments, each list in the order of its Solidity enum (tested equal). */

/** What a document is worth now: IInvoiceLedger.InvoiceStatus. */
export const INVOICE_STATUSES = [
  "Unknown",
  "Anchored",
  "Issued",
  "Confirmed",
  "Booked",
  "ReversalProposed",
  "PaymentWithdrawn",
  "Reversing",
  "Reversed",
  "ReversedAfterBooking",
] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

/** What a document is worth as a record: IInvoiceRegistry.InvoiceStanding. */
export const INVOICE_STANDINGS = [
  "Unknown",
  "Anchored",
  "Issued",
  "PaymentWithdrawn",
  "Reversing",
  "Reversed",
] as const;
export type InvoiceStanding = (typeof INVOICE_STANDINGS)[number];

/** What a payment is good for: IPaymentRegistry.PaymentStatus. */
export const PAYMENT_STATUSES = ["Unknown", "Reserved", "Available", "Exhausted", "Withdrawn"] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Who may take from the payments of a batch: IPaymentRegistry.BatchUse. */
export const BATCH_USES = ["Free", "Singles", "Batch"] as const;
export type BatchUse = (typeof BATCH_USES)[number];

/** Who proposes a reversal, or answers: IInvoiceLedger.Side. */
export const REVERSAL_SIDES = ["Seller", "Holder"] as const;
export type ReversalSide = (typeof REVERSAL_SIDES)[number];

/** The name of a number of an enum. @throws Error for one that this client does not know. */
export function nameOf<Name extends string>(names: readonly Name[], value: bigint | number): Name {
  const name = names[Number(value)];
  if (name === undefined) throw new Error(`the chain gave ${value}, which this client does not know; take a newer one`);
  return name;
}
