/** What documents are called, and what is said of them. */
import type { InvoiceKind } from "./model.js";
import type { InvoiceStatus } from "./status.js";

/** What documents are called in a sentence. */
export const KIND_WORDS: Record<InvoiceKind, string> = {
  VatSpecial: "special VAT invoice",
  VatOrdinary: "ordinary VAT invoice",
  Transport: "transport ticket",
  Scenic: "ticket of admission",
  Medical: "medical receipt",
  FiscalReceipt: "fiscal receipt",
};

/** What a status means, after the name of the document. */
export const STATUS_WORDS: Record<InvoiceStatus, string> = {
  Unknown: "was never issued, or not with these amounts; do not accept it",
  Anchored: "is genuine: it was issued in a batch, and nothing has happened to it",
  Issued: "is genuine: it was issued, and is neither confirmed nor booked",
  Confirmed: "is genuine, and confirmed by its holder; it is not booked",
  Booked: "is genuine, and booked: nobody else can book it",
  ReversalProposed: "is genuine, but a reversal is proposed; it cannot be booked until that is decided",
  PaymentWithdrawn: "was issued, but a payment for it was refunded; it cannot be booked",
  Reversing: "is genuine, and reverses another document: it takes off, and cannot be booked",
  Reversed: "was issued, and is wholly reversed; it is worth nothing",
  ReversedAfterBooking: "was issued and booked, and is wholly reversed since; it is worth nothing",
};
