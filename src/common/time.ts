/** Times of the chain are UTC seconds; those of the client are Dates. */

/** UTC seconds of a date, rounded down. */
export function secondsOf(date: Date): bigint {
  const milliseconds = date.getTime();
  if (!(milliseconds >= 0)) throw new RangeError("a date of the registry is a valid one and not before 1970");
  return BigInt(Math.floor(milliseconds / 1000));
}

/** The date of UTC seconds. */
export function dateOf(seconds: bigint | number): Date {
  return new Date(Number(seconds) * 1000);
}

/** A length of time for people: `3653 days`; in seconds, if it is not of whole days. */
export function showDuration(seconds: bigint | number): string {
  const days = Number(seconds) / 86_400;
  return Number.isInteger(days) ? `${days} days` : `${seconds} seconds`;
}

/** UTC seconds for people: `2019-04-01` at midnight, else `2019-04-01T08:30:00Z`; beyond the calendar, the number. */
export function showTime(seconds: bigint | number): string {
  const date = dateOf(seconds);
  if (Number.isNaN(date.getTime())) return `second ${seconds}`;
  return date.toISOString().replace(".000Z", "Z").replace("T00:00:00Z", "");
}
