/** What tests of milestones share: a fixture for each state of the first milestone. */
import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import {
  approve,
  booked,
  contest,
  CONTEST,
  earn,
  FIRST,
  type Funded,
  funded,
  giveBack,
  MilestoneStatus,
  partyOf,
  request,
  rule,
  settle,
} from "./works.js";
import { Seat } from "./world.js";

const { Planned, Requested, Returned, Approved, Disputed, Ruled, Settled } = MilestoneStatus;

/** Until the next block has this time. */
export async function at(seconds: number): Promise<void> {
  await time.setNextBlockTimestamp(seconds);
}

/** What is refused is refused for the milestone's state. */
export async function notReady(
  { milestones, project }: Pick<Funded, "milestones" | "project">,
  act: Promise<unknown>,
  status: bigint,
): Promise<void> {
  await expect(act).to.be.revertedWithCustomError(milestones, "MilestoneNotReady").withArgs(project, 0, status);
}

/** A project whose first milestone is in a state, since when. */
export interface Stage extends Funded {
  since: number;
}

/** The first milestone is requested. */
export async function requested(): Promise<Stage> {
  const world = await loadFixture(funded);
  return { ...world, since: await timeOf(request(world, world.project)) };
}

/** It is approved. */
export async function approved(): Promise<Stage> {
  const world = await loadFixture(requested);
  return { ...world, since: await timeOf(approve(world, world.project)) };
}

/** It is returned. */
export async function returned(): Promise<Stage> {
  const world = await loadFixture(requested);
  return { ...world, since: await timeOf(giveBack(world, world.project)) };
}

/** The owner contests it. */
export async function disputed(): Promise<Stage> {
  const world = await loadFixture(requested);
  return { ...world, since: await timeOf(contest(world, world.project)) };
}

/** The arbiter awards 1,000.00 yuan. */
export async function ruled(): Promise<Stage> {
  const world = await loadFixture(disputed);
  return { ...world, since: await timeOf(rule(world, world.project, 0, 100_000n)) };
}

/** Its money is earned. */
export async function settled(): Promise<Stage> {
  const world = await loadFixture(ruled);
  await at(world.since + CONTEST + 1);
  return { ...world, since: await timeOf(settle(world, world.project)) };
}

/** Nothing was asked yet. */
export async function planned(): Promise<Stage> {
  return { ...(await loadFixture(funded)), since: 0 };
}

/** One fixture for each state. */
export const STATES = [
  [Planned, planned],
  [Requested, requested],
  [Returned, returned],
  [Approved, approved],
  [Disputed, disputed],
  [Ruled, ruled],
  [Settled, settled],
] as const;

/** What is kept of the first milestone: 3 %. */
export const KEPT = (FIRST * 300n) / 10_000n;

/** Part of what the contractor earned is kept. */
export interface Kept extends Funded {
  retentionUntil: number;
  /** The owner, unless told otherwise, claims defects on it: when that was. */
  claim: (amount: bigint, by?: number) => Promise<number>;
}

/** The contractor has earned the first milestone. */
export async function kept(): Promise<Kept> {
  const world = await loadFixture(funded);
  const { milestones, projects, project } = world;
  await earn(world, project);
  const claim = async (amount: bigint, by: number = Seat.Owner) => {
    const acting = milestones.connect(partyOf(world, by).operator);
    return timeOf(booked(world, acting.claimDefect(project, Seat.Contractor, amount, by, word())));
  };
  return { ...world, retentionUntil: Number((await projects.projectOf(project)).retentionUntil), claim };
}
