/** Drafts what parties agree on after the terms: change orders, subcontracts, and terminations. */
import { isAddress, ZeroHash } from "ethers";

import { newSalt } from "../common/commitment.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { currencyOf, formatAmount, parseRate } from "../invoice/amount.js";
import { nameOf } from "../invoice/status.js";
import {
  type AmendmentDocument,
  type SubcontractDocument,
  type TerminationDocument,
  withId,
} from "./agreement-document.js";
import { read, unsigned } from "./budget.js";
import { MILESTONE_STATUSES } from "./status.js";
import {
  divideBudget,
  PROJECT_LIMITS,
  projectNetwork,
  type ProjectNetwork,
  sumFault,
  TermsError,
  textHash,
  type TextOpening,
} from "./terms.js";

/** A milestone that changes, or a new one. */
export interface MilestoneChange {
  /** Its place, from 0; left out for a new one. */
  milestone?: number;
  /** What it is; left out for one that is dropped. */
  title?: string;
  text?: string;
  /** Decimal; "0" drops it. */
  amount: string;
}

/** What shall change; what is left out stays. */
export interface AmendmentDraft {
  budget?: string;
  /** Per cent. */
  wageShare?: string;
  wageDeposit?: string;
  endsAt?: Date;
  /** Identity of a new one. */
  arbiter?: string;
  milestones?: readonly MilestoneChange[];
  /** Last moment to put it into force. */
  deadline: Date;
}

/** What contractor and subcontractor agree on. */
export interface SubcontractDraft {
  project: string;
  /** Identity. */
  subcontractor: string;
  /** Where it is paid. */
  account: string;
  /** Per cent of milestones by their places; may be none. */
  shares: readonly { milestone: number; share: string }[];
  title: string;
  text?: string;
  deadline: Date;
}

type Reading = Pick<Contracts, "chainId" | "projects">;

/**
 * A change order over a project as it is now, with fresh salts.
 * @throws TermsError with all faults: sums, and milestones that are not planned any more.
 */
export async function draftAmendment(
  contracts: Reading & Pick<Contracts, "projectBooks">,
  project: string,
  draft: AmendmentDraft,
): Promise<AmendmentDocument> {
  const { project: agreed, milestones: planned, works } = await contracts.projectBooks.statementOf(project);
  const { digits } = currencyOf(agreed.currency);
  const show = (minor: bigint) => formatAmount(minor, digits);
  const faults: string[] = [];
  const amount = (name: "budget" | "wageDeposit") => {
    const text = draft[name];
    return text === undefined ? agreed[name] : (read(faults, name, () => unsigned(text, digits)) ?? 0n);
  };
  const [budget, wageDeposit] = [amount("budget"), amount("wageDeposit")];
  const { wageShare: percent } = draft;
  const wageShare =
    percent === undefined ? Number(agreed.wageShare) : (read(faults, "wageShare", () => parseRate(percent)) ?? 0);
  const after = planned.map((milestone) => milestone.amount);
  const changes = (draft.milestones ?? []).map((change, i) => {
    const where = `milestones[${i}]`;
    const index = change.milestone ?? after.length;
    const before = index < planned.length ? planned[index] : undefined;
    const state = before?.amount === 0n ? "Dropped" : nameOf(MILESTONE_STATUSES, before?.state.status ?? 0n);
    if (index > after.length)
      faults.push(`${where}: there is no milestone ${index}; leave its number out for a new one`);
    else if (state !== "Planned") faults.push(`${where}: milestone ${index} is ${state}; only planned ones change`);
    const worth = read(faults, where, () => unsigned(change.amount, digits)) ?? 0n;
    after[index] = worth;
    const { title, text } = change;
    if (title === undefined && worth !== 0n) faults.push(`${where}: the title is missing; say what is built`);
    return { index, worth, opening: title === undefined || worth === 0n ? null : openingOf({ title, text }) };
  });
  for (const { index, worth } of changes) {
    const before = index < planned.length ? planned[index] : undefined;
    if (before === undefined || worth >= before.amount) continue;
    const { shares } = await contracts.projects.sharesOf(project, index);
    if (shares.length !== 0) faults.push(`milestone ${index} is shared with subcontractors; it can only grow`);
  }
  changes.sort((a, b) => a.index - b.index);
  if (faults.length === 0) {
    const fault = sumFault(sumOf(after), budget, wageShare, digits);
    if (fault !== undefined) faults.push(fault);
    if (budget < works.funded)
      faults.push(`the budget is below ${show(works.funded)}, which was put in already; raise it`);
    if (divideBudget(budget, wageShare).wages < works.toWages) {
      faults.push(`wages are below ${show(works.toWages)}, which they got already; raise budget or wage share`);
    }
  }
  if (after.length > PROJECT_LIMITS.milestones) faults.push(`there are ${after.length} milestones; plan at most 64`);
  if (faults.length !== 0) throw new TermsError("no change order can be drafted from this", faults);
  return withId({
    ...{ type: "CivitasAmendment", version: 1, id: ZeroHash, ...(await projectNetwork(contracts)) },
    amendment: {
      ...{ project, changes: Number(agreed.changes), budget: `${budget}`, wageShare, wageDeposit: `${wageDeposit}` },
      endsAt: Number(draft.endsAt === undefined ? agreed.endsAt : secondsOf(draft.endsAt)),
      arbiter: draft.arbiter ?? ZeroHash,
      milestones: changes.map(({ index, worth, opening }) => ({
        ...{ index, amount: `${worth}`, content: opening === null ? ZeroHash : textHash(opening) },
      })),
      deadline: Number(secondsOf(draft.deadline)),
    },
    milestones: changes.map(({ opening }) => opening),
  });
}

/**
 * A subcontract, with fresh salts. Needs no chain.
 * @throws TermsError with all faults.
 */
export function draftSubcontract(network: ProjectNetwork, draft: SubcontractDraft): SubcontractDocument {
  const { project, subcontractor, account, title, text, deadline } = draft;
  const faults: string[] = [];
  const shares = draft.shares.map(({ milestone, share }, i) => {
    const where = `shares[${i}]`;
    const part = read(faults, where, () => parseRate(share)) ?? 1;
    if (part === 0) faults.push(`${where}: a share of nothing; leave it out`);
    return { milestone, share: part };
  });
  shares.sort((a, b) => a.milestone - b.milestone);
  for (const [i, { milestone }] of shares.entries()) {
    if (shares[i - 1]?.milestone === milestone)
      faults.push(`milestone ${milestone} is there twice; put the shares together`);
  }
  if (!isAddress(account)) faults.push(`the account ${draft.account} is no address; check how it is written`);
  if (faults.length !== 0) throw new TermsError("no subcontract can be drafted from this", faults);
  const contract = openingOf({ title, text });
  const { chainId, registry } = network;
  return withId({
    ...{ type: "CivitasSubcontract", version: 1, id: ZeroHash, chainId, registry },
    subcontract: {
      ...{ project, subcontractor, account, shares, content: textHash(contract) },
      deadline: Number(secondsOf(deadline)),
    },
    contract,
  });
}

/** The end of a project by agreement, as it is now. @param deadline Last moment to send it. */
export async function draftTermination(
  contracts: Reading,
  project: string,
  deadline: Date,
): Promise<TerminationDocument> {
  const changes = Number((await contracts.projects.projectOf(project)).changes);
  return withId({
    ...{ type: "CivitasTermination", version: 1, id: ZeroHash, ...(await projectNetwork(contracts)) },
    termination: { project, changes, deadline: Number(secondsOf(deadline)) },
  });
}

function openingOf({ title, text }: { title: string; text: string | undefined }): TextOpening {
  return { title, ...(text === undefined ? {} : { text }), salt: newSalt() };
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
