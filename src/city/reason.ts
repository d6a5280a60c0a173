/**
 * Why an application was rejected or a city suspended. Reasons on the chain are numbers, never text; the contracts take any number.
 * 1 to 9 are for applications, 10 and above for suspensions.
 */
export const REASONS = {
  /** No reason is told. */
  Unspecified: 0,
  /** The application is incomplete. */
  ApplicationIncomplete: 1,
  /** The code is held or reserved. */
  CodeNotAvailable: 2,
  /** The applicant does not speak for the city. */
  ApplicantNotEntitled: 3,
  /** The city has a code, or another application, already. */
  Duplicate: 4,
  /** A court ordered it. */
  CourtOrder: 10,
  /** A city above ordered it. */
  OrderFromAbove: 11,
  /** A key of the city was lost or stolen. */
  KeyLost: 12,
  /** The city does not answer. */
  Inactivity: 13,
} as const;

export type ReasonName = keyof typeof REASONS;

/** The name of a reason, or its number where it has none here. */
export function reasonName(reason: bigint | number): string {
  const [name] = Object.entries(REASONS).find(([, known]) => known === Number(reason)) ?? [];
  return name ?? `reason ${reason}`;
}
