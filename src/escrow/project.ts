/** A project as it is agreed today: terms, seats, milestones, and what waits. For money see statement.ts. */
import { ZeroAddress, ZeroHash } from "ethers";

import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type Currency, currencyOf } from "../invoice/amount.js";
import { nameOf } from "../invoice/status.js";
import { roleOfSeat, type SeatRole } from "./seat.js";
import { MILESTONE_STATUSES, type MilestoneStatus, PROJECT_STATUSES, type ProjectStatus } from "./status.js";

/** A seat of a project. */
export interface ProjectSeat {
  seat: number;
  role: SeatRole;
  /** Identity. */
  party: string;
  /** Where it is paid; null for those who are not. */
  account: string | null;
  /** A change that waits: `party` is null if only the account changes, `account` where the seat is not paid. */
  change: { party: string | null; account: string | null; dueAt: Date } | null;
}

/** A milestone as it is agreed, and what has become of it. Minor units. */
export interface ProjectMilestone {
  /** Its place, from 0. */
  milestone: number;
  amount: bigint;
  /** As of now, silence counted. */
  status: MilestoneStatus | "Dropped";
  since: Date | null;
  /** Shares of subcontractors, in basis points; the rest is the contractor's. */
  shares: { seat: number; share: number }[];
}

/** A project: see Terms in Project.sol. Sums are in minor units, shares in basis points, periods in seconds. */
export interface ProjectView {
  project: string;
  /** Number of the city. */
  city: number;
  status: ProjectStatus;
  currency: Currency;
  token: string;
  /** Smallest parts of the token in a minor unit. */
  unit: bigint;
  budget: bigint;
  /** What the milestones come to. */
  works: bigint;
  wageShare: number;
  wageDeposit: bigint;
  retention: number;
  defaultSplit: number;
  strayTo: string;
  periods: { answer: number; contest: number; ruling: number; invoicing: number };
  /** What the supervisor's silence means. */
  silence: "approves" | "returns";
  payday: number;
  /** Numbers of schemas. */
  employment: number;
  evidence: number;
  retentionUntil: Date;
  endsAt: Date;
  endedAt: Date | null;
  /** Only listed accounts may fund it. */
  limited: boolean;
  /** What the next order binds. */
  changes: number;
  seats: ProjectSeat[];
  milestones: ProjectMilestone[];
  /** A petition that the arbiter can grant. */
  petition: { seat: number; until: Date } | null;
}

/**
 * A project, as of one block.
 * @param options `block`: its number; the newest, if left out. The node must still know its state.
 * @throws what the chain refuses: ProjectUnknown.
 */
export async function projectOf(
  { projects, milestones, provider }: Pick<Contracts, "projects" | "milestones" | "provider">,
  project: string,
  options: { block?: number } = {},
): Promise<ProjectView> {
  const as = { blockTag: options.block ?? (await provider.getBlockNumber()) };
  const agreed = await projects.projectOf(project, as);
  const petition = await projects.petitionOf(project, as);
  const seats = await Promise.all(
    numbers(agreed.seats).map(async (seat) => {
      const [{ party, account }, change] = await Promise.all([
        projects.seatOf(project, seat, as),
        projects.seatChangeOf(project, seat, as),
      ]);
      return { seat, role: roleOfSeat(seat), party, account: paidTo(account), change: changeOf(change) };
    }),
  );
  const works = await Promise.all(
    numbers(agreed.milestones).map(async (milestone): Promise<ProjectMilestone> => {
      const amount = await projects.milestoneOf(project, milestone, as);
      const of = { milestone, amount };
      if (amount === 0n) return { ...of, status: "Dropped", since: null, shares: [] };
      const [{ status, since }, [sharing, parts]] = await Promise.all([
        milestones.milestoneStateOf(project, milestone, as),
        projects.sharesOf(project, milestone, as),
      ]);
      const shares = sharing.map((seat, i) => ({ seat: Number(seat), share: Number(parts[i] ?? 0n) }));
      return { ...of, status: nameOf(MILESTONE_STATUSES, status), since: since === 0n ? null : dateOf(since), shares };
    }),
  );
  return {
    project,
    city: Number(agreed.city),
    status: nameOf(PROJECT_STATUSES, agreed.status),
    currency: currencyOf(agreed.currency),
    ...{ token: agreed.token, unit: agreed.unit, budget: agreed.budget, works: agreed.works },
    ...{ wageShare: Number(agreed.wageShare), wageDeposit: agreed.wageDeposit, retention: Number(agreed.retention) },
    ...{ defaultSplit: Number(agreed.defaultSplit), strayTo: agreed.strayTo },
    periods: {
      ...{ answer: Number(agreed.answer), contest: Number(agreed.contest) },
      ...{ ruling: Number(agreed.ruling), invoicing: Number(agreed.invoicing) },
    },
    silence: agreed.silenceApproves ? "approves" : "returns",
    ...{ payday: Number(agreed.payday), employment: Number(agreed.employment), evidence: Number(agreed.evidence) },
    ...{ retentionUntil: dateOf(agreed.retentionUntil), endsAt: dateOf(agreed.endsAt) },
    endedAt: agreed.endedAt === 0n ? null : dateOf(agreed.endedAt),
    ...{ limited: agreed.limited, changes: Number(agreed.changes), seats, milestones: works },
    petition: petition.until === 0n ? null : { seat: Number(petition.seat), until: dateOf(petition.until) },
  };
}

function changeOf({ party, account, dueAt }: { party: string; account: string; dueAt: bigint }): ProjectSeat["change"] {
  if (dueAt === 0n) return null;
  return { party: party === ZeroHash ? null : party, account: paidTo(account), dueAt: dateOf(dueAt) };
}

function paidTo(account: string): string | null {
  return account === ZeroAddress ? null : account;
}

function numbers(count: bigint): number[] {
  return Array.from({ length: Number(count) }, (_, i) => i);
}
