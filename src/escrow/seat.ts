/** Seats of a project: who sits where, by number and by word. */

/** Seats by their roles, as in Project.sol (tested equal). Subcontractors follow from `FIRST_SUBCONTRACTOR` on. */
export const SEATS = { owner: 0, contractor: 1, supervisor: 2, arbiter: 3 } as const;
/** Number of the first subcontractor's seat. */
export const FIRST_SUBCONTRACTOR = 4;

export type SeatRole = keyof typeof SEATS | "subcontractor";

const ROLES = ["owner", "contractor", "supervisor", "arbiter"] as const;

/** The role of a seat. */
export function roleOfSeat(seat: bigint | number): SeatRole {
  return ROLES[Number(seat)] ?? "subcontractor";
}

/** A seat in a sentence: "the owner", "the subcontractor at seat 4". */
export function seatInWords(seat: bigint | number): string {
  const role = roleOfSeat(seat);
  return role === "subcontractor" ? `the subcontractor at seat ${seat}` : `the ${role}`;
}

/** Whether a seat is of a company, which is paid. */
export function isCompany(seat: bigint | number): boolean {
  return Number(seat) === SEATS.contractor || Number(seat) >= FIRST_SUBCONTRACTOR;
}
