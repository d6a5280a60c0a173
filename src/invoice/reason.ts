/**
 * Why a seller was dismissed or frozen, or a booking undone. Reasons on the chain are numbers, never text; the contracts take any number.
 * 1 to 9 fit all, 10 to 19 are for sellers, 20 and above for bookings.
 */
export const INVOICE_REASONS = {
  /** No reason is told. */
  Unspecified: 0,
  /** A court ordered it. */
  CourtOrder: 1,
  /** A city above ordered it. */
  OrderFromAbove: 2,
  /** The person asked for it. */
  OnRequest: 3,
  /** It was a mistake of the office. */
  OfficeError: 4,
  /** It was got by deceit. */
  Fraud: 5,
  /** It is being looked into. */
  UnderReview: 6,
  /** What it was frozen for is settled. */
  Settled: 7,
  /** The seller ceased business. */
  CeasedBusiness: 10,
  /** The seller moved to another bureau. */
  MovedAway: 11,
  /** Documents were issued for nothing that was sold. */
  FalseDocuments: 12,
  /** Returns or taxes are overdue. */
  Arrears: 13,
  /** The seller cannot be found at its address. */
  NotFound: 14,
  /** It was booked for the wrong period, or the wrong way. */
  WrongBooking: 20,
  /** It does not belong to the holder's business. */
  NotBusiness: 21,
  /** It will be handed on. */
  ToHandOn: 22,
  /** The bureau does not accept it. */
  NotAccepted: 23,
} as const;

export type InvoiceReasonName = keyof typeof INVOICE_REASONS;

const WORDS: Record<InvoiceReasonName, string> = {
  Unspecified: "no reason is told",
  CourtOrder: "a court ordered it",
  OrderFromAbove: "a city above ordered it",
  OnRequest: "the person asked for it",
  OfficeError: "it was a mistake of the office",
  Fraud: "it was got by deceit",
  UnderReview: "it is being looked into",
  Settled: "what it was frozen for is settled",
  CeasedBusiness: "the seller ceased business",
  MovedAway: "the seller moved to another bureau",
  FalseDocuments: "documents were issued for nothing that was sold",
  Arrears: "returns or taxes are overdue",
  NotFound: "the seller cannot be found at its address",
  WrongBooking: "it was booked for the wrong period, or the wrong way",
  NotBusiness: "it does not belong to the holder's business",
  ToHandOn: "it will be handed on",
  NotAccepted: "the bureau does not accept it",
};

/** The name of a reason, or its number where it has none here. */
export function invoiceReasonName(reason: bigint | number): string {
  const [name] = Object.entries(INVOICE_REASONS).find(([, known]) => known === Number(reason)) ?? [];
  return name ?? `reason ${reason}`;
}

/** A reason in words: "the person asked for it". */
export function invoiceReasonWords(reason: bigint | number): string {
  const name = invoiceReasonName(reason);
  return (WORDS as Record<string, string>)[name] ?? name;
}

/** The number of a reason, given by its name or already as a number of one's own. */
export function invoiceReasonCode(reason: InvoiceReasonName | number): number {
  return typeof reason === "number" ? reason : INVOICE_REASONS[reason];
}
