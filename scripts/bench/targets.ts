import type { Row } from "./meter.js";

/** What a row may cost at most: so much gas, or a multiple of its floor. */
interface Target {
  id: string;
  atMost: { gas: number } | { timesFloor: number };
}

export const targets: Target[] = [
  { id: "identity.register.one", atMost: { gas: 130_000 } },
  { id: "identity.register.p256", atMost: { gas: 390_000 } },
  { id: "claim.issue.one", atMost: { timesFloor: 1.5 } },
  { id: "claim.issue.each-of-50", atMost: { timesFloor: 1.05 } },
  { id: "claim.anchor.each-of-100000", atMost: { gas: 1 } },
  { id: "claim.revoke.one", atMost: { gas: 42_000 } },
  { id: "invoice.issue.one", atMost: { gas: 145_000 } },
  { id: "invoice.issue.each-of-50", atMost: { gas: 82_000 } },
  { id: "invoice.anchor.each-of-50000", atMost: { gas: 5 } },
  { id: "wage.pay-first.each-of-100", atMost: { gas: 55_000 } },
  { id: "wage.pay.each-of-100", atMost: { gas: 35_000 } },
];

export interface Check {
  id: string;
  /** As people say it: `1.5 × floor`. */
  target: string;
  /** In gas. */
  limit: number;
  gas: number;
  met: boolean;
}

/** Each target beside what was measured. */
export function check(rows: readonly Row[]): Check[] {
  return targets.map(({ id, atMost }) => {
    const row = rows.find((row) => row.id === id);
    if (row === undefined) throw new Error(`${id} has a target, but is not measured`);
    if ("gas" in atMost) return checked(row, grouped(atMost.gas), atMost.gas);
    if (row.floor === null) throw new Error(`${id} has a target by its floor, but has no floor`);
    return checked(row, `${atMost.timesFloor} × floor`, atMost.timesFloor * row.floor);
  });
}

function checked({ id, gas }: Row, target: string, limit: number): Check {
  return { id, target, limit: Math.floor(limit), gas, met: gas <= limit };
}

/** `met`, or by how much it is missed. */
export function outcome({ met, gas, limit }: Check): string {
  return met ? "met" : `missed by ${grouped(gas - limit)}`;
}

export function grouped(number: number): string {
  return number.toLocaleString("en");
}
