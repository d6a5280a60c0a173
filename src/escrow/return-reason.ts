/**
 * Why a bank returned a redemption. Reasons on the chain are numbers, never text; the contract takes any number. Each is a code of ISO 20022
 * (ExternalReturnReason1Code), which a bank's own messages have.
 */
export const RETURN_REASONS = {
  /** No reason is told: MS03. */
  Unspecified: 0,
  /** AC01: there is no such account. */
  AccountUnknown: 1,
  /** AC04: the account is closed. */
  AccountClosed: 2,
  /** AC06: the account is blocked. */
  AccountBlocked: 3,
  /** AG01: this kind of account cannot be paid so. */
  PaymentForbidden: 4,
  /** BE01: the account is somebody else's. */
  AnotherCustomer: 5,
  /** AM05: it was requested twice. */
  Duplicate: 6,
  /** RR04: the law forbids it. */
  Regulatory: 7,
  /** CUST: the holder asked for it. */
  OnRequest: 8,
} as const;

export type ReturnReasonName = keyof typeof RETURN_REASONS;

/** The number of a reason. */
export function returnReasonCode(reason: ReturnReasonName | number): number {
  return typeof reason === "number" ? reason : RETURN_REASONS[reason];
}

/** The name of a number; the number itself if it has none. */
export function returnReasonName(code: bigint | number): string {
  return Object.entries(RETURN_REASONS).find(([, known]) => known === Number(code))?.[0] ?? `${code}`;
}
