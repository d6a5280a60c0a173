/** Setting money apart for what is owed: what a push does first. By anyone. */
import type { Signer } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";

/** Payrolls and rows in one call. */
export const RESERVED_AT_ONCE = 50;

/** What is there for wages, and owed. In minor units; see IWageAccount.WageBooks. */
export interface WageMoney {
  free: bigint;
  deposit: bigint;
  owed: bigint;
}

/** What works money can be drawn on. In minor units; see IFundEscrow. */
export interface WorksMoney {
  available: bigint;
}

/**
 * Whether a call of `reserve` could set something apart.
 * @param before What was owed before the last call; undefined before the first.
 */
export function isToReserve(
  { free, deposit, owed }: WageMoney,
  { available }: WorksMoney,
  before: bigint | undefined,
): boolean {
  return owed !== 0n && owed !== before && free + deposit + available !== 0n;
}

/** Set money apart for what is owed, oldest first, as long as there is both. By anyone. */
export async function reserveWages(
  { wages, escrow }: Pick<Contracts, "wages" | "escrow">,
  signer: Signer,
  project: string,
): Promise<void> {
  for (let before: bigint | undefined; ;) {
    const [books, works] = await Promise.all([wages.booksOf(project), escrow.booksOf(project)]);
    if (!isToReserve(books, works, before)) return;
    before = books.owed;
    await mined(wages.connect(signer).reserve(project, RESERVED_AT_ONCE));
  }
}
