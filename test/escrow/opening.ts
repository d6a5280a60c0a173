/** Terms that tests of ProjectRegistry open projects with. */
import { word } from "../identity/world.js";
import { type EscrowWorld, signTerms, type TermsChanges, termsOf } from "./world.js";

/** Sums are below this. */
export const LIMIT = 2n ** 96n;

/** Opens a project under the usual terms with these changes. */
export async function opening(world: EscrowWorld, changes: TermsChanges): Promise<unknown> {
  const terms = await termsOf(world, changes);
  return world.projects.open(terms, await signTerms(world, terms));
}

/** The milestones are these. */
export function milestonesOf(...amounts: bigint[]): { amount: bigint; content: string }[] {
  return amounts.map((amount) => ({ amount, content: word() }));
}

/** The budget is a milestone, and nothing for wages. */
export function worksAlone(budget: bigint): TermsChanges {
  return { money: { budget, wageShare: 0, wageDeposit: 0 }, milestones: milestonesOf(budget) };
}
