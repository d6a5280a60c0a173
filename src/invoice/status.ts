/** Names of the contracts' enums, in their order (tested equal). */

/** What a document is worth now; see IInvoiceLedger.InvoiceStatus. */
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

/** What a payment is good for; see IPaymentRegistry.PaymentStatus. */
export const PAYMENT_STATUSES = ["Unknown", "Reserved", "Available", "Exhausted", "Withdrawn"] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Who proposes a reversal, or answers. */
export const SIDES = ["Seller", "Holder"] as const;
export type Side = (typeof SIDES)[number];
