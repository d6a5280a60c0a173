/**
 * Why an identity or a claim was suspended, reinstated, closed or revoked. Reasons on the chain are numbers, never text; the contracts
 * take any number. 1 to 9 fit both, 10 to 19 are for identities, 20 and above for claims.
 */
export const IDENTITY_REASONS = {
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
  /** What it was suspended for is settled. */
  Settled: 7,
  /** The person died. */
  Died: 10,
  /** The organisation was dissolved. */
  Dissolved: 11,
  /** The person has another identity. */
  Duplicate: 12,
  /** A key was lost or stolen. */
  KeyLost: 13,
  /** What is claimed is not so any more: a marriage was divorced, a contract ended. */
  NoLongerSo: 20,
  /** The holder lost the entitlement: a licence was withdrawn. */
  Withdrawn: 21,
  /** Conditions were broken: penalty points, arrears. */
  ConditionsBroken: 22,
  /** It was issued again under a fresh key. */
  Replaced: 23,
} as const;

export type IdentityReasonName = keyof typeof IDENTITY_REASONS;

/** The name of a reason, or its number where it has none here. */
export function identityReasonName(reason: bigint | number): string {
  const [name] = Object.entries(IDENTITY_REASONS).find(([, known]) => known === Number(reason)) ?? [];
  return name ?? `reason ${reason}`;
}

/** The number of a reason, given by its name or already as a number of one's own. */
export function identityReasonCode(reason: IdentityReasonName | number): number {
  return typeof reason === "number" ? reason : IDENTITY_REASONS[reason];
}
