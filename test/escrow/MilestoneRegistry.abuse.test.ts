import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { word } from "../identity/world.js";
import { ethers, loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import { at, disputed, returned, type Stage } from "./milestones.js";
import { amend, DAY, newCompany, Seat } from "./world.js";
import { CONTEST, FIRST, MilestoneStatus, payOut, rule, RULING, settle, stateOf } from "./works.js";

const { Ruled, Settled } = MilestoneStatus;

describe("MilestoneRegistry: abuse by two who collude", () => {
  const sure = { gasLimit: 3_000_000 };

  /** Sends all before any is mined: whether each went well, all of them in one block. */
  async function inOneBlock(acts: (() => Promise<ContractTransactionResponse>)[]): Promise<(number | null)[]> {
    const sent: ContractTransactionResponse[] = [];
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      for (const act of acts) sent.push(await act());
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    await ethers.provider.send("evm_mine", []);
    const receipts = await Promise.all(sent.map(async ({ hash }) => ethers.provider.getTransactionReceipt(hash)));
    expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).to.equal(1);
    return receipts.map((receipt) => receipt?.status ?? null);
  }

  /** The contractor contests what was returned to it, the arbiter awards all of it, and both try to be paid, in one block. */
  async function collude(world: Stage): Promise<(number | null)[]> {
    const { milestones, escrow, contractor, arbiter, project } = world;
    const grounds = word();
    return inOneBlock([
      async () => milestones.connect(contractor.operator).contest(project, 0, Seat.Contractor, grounds, sure),
      async () => milestones.connect(arbiter.operator).rule(project, 0, FIRST, sure),
      async () => milestones.connect(arbiter.operator).settle(project, 0, sure),
      async () => escrow.connect(contractor.operator).payOut(project, Seat.Contractor, sure),
    ]);
  }

  /** They have colluded. */
  async function awarded(): Promise<Stage> {
    const world = await loadFixture(returned);
    await collude(world);
    return { ...world, since: await time.latest() };
  }

  it("a ruling by contractor and arbiter is not paid in the block it is made in", async () => {
    const world = await loadFixture(returned);
    const { escrow, project } = world;
    expect(await collude(world)).to.deep.equal([1, 1, 0, 0]);
    expect(await stateOf(world, project)).to.include({ status: Ruled, committed: true, award: FIRST });
    expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
    expect(await nonZero(escrow.seatBooksOf(project, Seat.Contractor))).to.deep.equal({});
  });

  it("but the second after the contest window, and not the second before", async () => {
    const world = await loadFixture(awarded);
    const { milestones, escrow, project, since } = world;
    const from = since + CONTEST + 1;
    await at(from - 1);
    await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "NotYet").withArgs(from);
    await expect(payOut(world, project)).to.be.revertedWithCustomError(escrow, "NothingToPay");
    const again = await loadFixture(awarded);
    await at(again.since + CONTEST + 1);
    await settle(again, project);
    expect((await stateOf(again, project)).status).to.equal(Settled);
    expect((await escrow.seatBooksOf(project, Seat.Contractor)).earned).to.equal(FIRST);
  });

  it("in which a court can freeze what the contractor will have", async () => {
    const world = await loadFixture(awarded);
    const { escrow, court, project, since } = world;
    const until = since + 100 * DAY;
    await escrow.connect(court).freeze(project, Seat.Contractor, FIRST, until, word(), []);
    await at(since + CONTEST + 1);
    await settle(world, project);
    await expect(payOut(world, project))
      .to.be.revertedWithCustomError(escrow, "NothingToPay")
      .withArgs(project, Seat.Contractor);
  });

  it("and the arbiter has the last word: its ruling stands, though it is replaced in the window", async () => {
    const world = await loadFixture(awarded);
    const { milestones, project, since } = world;
    const next = await newCompany(world);
    await amend(world, project, { arbiter: next.id });
    await expect(milestones.connect(next.operator).rule(project, 0, 0))
      .to.be.revertedWithCustomError(milestones, "MilestoneNotReady")
      .withArgs(project, 0, Ruled);
    for (const seat of [Seat.Owner, Seat.Supervisor] as const) {
      const { operator } = seat === Seat.Owner ? world.owner : world.supervisor;
      await expect(milestones.connect(operator).contest(project, 0, seat, word()))
        .to.be.revertedWithCustomError(milestones, "MilestoneNotReady")
        .withArgs(project, 0, Ruled);
    }
    await at(since + CONTEST + 1);
    await settle(world, project);
    expect((await stateOf(world, project)).award).to.equal(FIRST);
  });

  it("a ruling by owner and arbiter gives nothing back in the block it is made in either", async () => {
    const world = await loadFixture(disputed);
    const { milestones, escrow, arbiter, owner, project } = world;
    const done = await inOneBlock([
      async () => milestones.connect(arbiter.operator).rule(project, 0, 0, sure),
      async () => milestones.connect(owner.operator).settle(project, 0, sure),
    ]);
    expect(done).to.deep.equal([1, 0]);
    expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
  });

  it("a ruling in the last second of its time is not paid with the default that comes a second later", async () => {
    const world = await loadFixture(disputed);
    const { milestones, project, since } = world;
    await at(since + RULING);
    await rule(world, project, 0, 1n);
    await at(since + RULING + 1);
    await expect(settle(world, project))
      .to.be.revertedWithCustomError(milestones, "NotYet")
      .withArgs(since + RULING + CONTEST + 1);
    await at(since + RULING + CONTEST + 1);
    await settle(world, project);
    expect((await stateOf(world, project)).award).to.equal(1);
  });

  it("what silence rules waits as long, from the last second of the arbiter's time", async () => {
    const world = await loadFixture(disputed);
    const { milestones, project, since } = world;
    const from = since + RULING + CONTEST + 1;
    await at(from - 1);
    await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "NotYet").withArgs(from);
    await at(from);
    await settle(world, project);
    expect(await stateOf(world, project)).to.include({ status: Settled, award: FIRST / 2n });
  });
});
