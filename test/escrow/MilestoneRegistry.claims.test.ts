import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { at, KEPT, type Kept, kept } from "./milestones.js";
import { Seat } from "./world.js";
import { booked, earn, partyOf, RULING } from "./works.js";

describe("MilestoneRegistry: claims of defects on one retention", () => {
  const defectOf = async ({ milestones, project }: Kept) => milestones.defectOf(project, Seat.Contractor);
  const retainedOf = async ({ escrow, project }: Kept) => (await escrow.seatBooksOf(project, Seat.Contractor)).retained;

  async function rule(world: Kept, amount: bigint) {
    const { milestones, arbiter, project } = world;
    return booked(world, milestones.connect(arbiter.operator).ruleDefect(project, Seat.Contractor, amount));
  }

  /** The arbiter is silent, and the terms' default ends the claim: half goes back. */
  async function byDefault(world: Kept) {
    const { milestones, stranger, project } = world;
    await at(Number((await defectOf(world)).until) + 1);
    return booked(world, milestones.connect(stranger).settleDefect(project, Seat.Contractor));
  }

  /** The most that can be claimed now, on top of what is open: one more is refused, and so much is taken. */
  async function claimAll(world: Kept, limit: bigint) {
    await refused(world, limit + 1n, limit);
    if (limit !== 0n) await world.claim(limit);
  }

  async function refused(world: Kept, amount: bigint, limit: bigint) {
    await expect(world.claim(amount))
      .to.be.revertedWithCustomError(world.milestones, "AmountInvalid")
      .withArgs(amount, limit);
  }

  describe("on top of an open one", () => {
    it("add up, and move the deadline", async () => {
      const world = await loadFixture(kept);
      const { milestones, project, supervisor } = world;
      await world.claim(5n);
      await time.increase(1_000);
      const [grounds, block] = [word(), await milestones.changedIn(project)];
      const sent = milestones
        .connect(supervisor.operator)
        .claimDefect(project, Seat.Contractor, 7, Seat.Supervisor, grounds);
      const until = (await timeOf(sent)) + RULING;
      await expect(sent)
        .to.emit(milestones, "DefectClaimed")
        .withArgs(project, Seat.Contractor, 7, grounds, until, supervisor.operator, block);
      expect(await defectOf(world)).to.deep.equal([12n, BigInt(until)]);
    });

    it("are ruled on together, until the last second of the later one", async () => {
      const world = await loadFixture(kept);
      const { milestones, project } = world;
      const first = await world.claim(5n);
      await at(first + 1_000);
      const until = (await world.claim(7n)) + RULING;
      await at(first + RULING + 1);
      await expect(milestones.settleDefect(project, Seat.Contractor))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(until + 1);
      await expect(rule(world, 13n)).to.be.revertedWithCustomError(milestones, "AmountInvalid").withArgs(13, 12);
      await at(until);
      await rule(world, 12n);
      expect(await retainedOf(world)).to.equal(KEPT - 12n);
    });

    it("are accepted together", async () => {
      const world = await loadFixture(kept);
      const { milestones, contractor, project } = world;
      await world.claim(5n);
      await world.claim(7n, Seat.Supervisor);
      await booked(world, milestones.connect(contractor.operator).acceptDefect(project, Seat.Contractor));
      expect(await retainedOf(world)).to.equal(KEPT - 12n);
      expect(await defectOf(world)).to.deep.equal([0n, 0n]);
    });

    it("come by default together, rounded towards the project once", async () => {
      const world = await loadFixture(kept);
      await world.claim(5n);
      await world.claim(8n);
      await byDefault(world);
      expect(await retainedOf(world)).to.equal(KEPT - 7n);
    });

    it("are not kept out by the one fen of a bribed supervisor, until the retention's last second", async () => {
      const world = await loadFixture(kept);
      const { retentionUntil } = world;
      await at(retentionUntil - 2);
      await world.claim(1n, Seat.Supervisor);
      await at(retentionUntil - 1);
      await world.claim(KEPT - 1n);
      expect(await defectOf(world)).to.deep.equal([KEPT, BigInt(retentionUntil - 1 + RULING)]);
      await rule(world, KEPT);
      expect(await retainedOf(world)).to.equal(0);
    });

    it("come too late once retention is due, as any other", async () => {
      const world = await loadFixture(kept);
      const { milestones, retentionUntil } = world;
      await at(retentionUntil - 1);
      await world.claim(1n);
      await at(retentionUntil);
      await expect(world.claim(1n))
        .to.be.revertedWithCustomError(milestones, "TooLate")
        .withArgs(retentionUntil - 1);
    });

    it("are on what is left of the retention, and none on nothing", async () => {
      const world = await loadFixture(kept);
      await refused(world, 0n, KEPT);
      await world.claim(10n);
      await refused(world, 0n, KEPT - 10n);
      await claimAll(world, KEPT - 10n);
      await refused(world, 1n, 0n);
      expect((await defectOf(world)).amount).to.equal(KEPT);
    });

    it("do not add to one that the arbiter let pass: what silence meant is settled first", async () => {
      const world = await loadFixture(kept);
      const { milestones, project } = world;
      const until = (await world.claim(10n)) + RULING;
      await at(until + 1);
      await expect(world.claim(1n))
        .to.be.revertedWithCustomError(milestones, "DefectNotReady")
        .withArgs(project, Seat.Contractor, until);
      await byDefault(world);
      await world.claim(1n);
      expect(await retainedOf(world)).to.equal(KEPT - 5n);
    });
  });

  describe("after others", () => {
    it("are on all that is left, where the arbiter ruled", async () => {
      const world = await loadFixture(kept);
      await world.claim(KEPT);
      await rule(world, 0n);
      await claimAll(world, KEPT);
      await rule(world, 100n);
      await claimAll(world, KEPT - 100n);
      await rule(world, 0n);
      await claimAll(world, KEPT - 100n);
    });

    it("are on less by all that was claimed, where the arbiter was silent, though half of it is kept", async () => {
      const world = await loadFixture(kept);
      await world.claim(100n);
      await byDefault(world);
      expect(await retainedOf(world)).to.equal(KEPT - 50n);
      await claimAll(world, KEPT - 100n);
      await byDefault(world);
      expect(await retainedOf(world)).to.equal(KEPT / 2n);
      await refused(world, 1n, 0n);
    });

    it("are on less by all that the company accepted", async () => {
      const world = await loadFixture(kept);
      const { milestones, contractor, project } = world;
      await world.claim(100n);
      await milestones.connect(contractor.operator).acceptDefect(project, Seat.Contractor);
      await claimAll(world, KEPT - 100n);
    });

    it("count each kind by itself: ruled, by default, and open", async () => {
      const world = await loadFixture(kept);
      await world.claim(1_000n);
      await rule(world, 400n); // 400 are gone
      await world.claim(100n);
      await byDefault(world); // 50 are gone, and 100 used up
      await claimAll(world, KEPT - 450n);
      await rule(world, 0n);
      await world.claim(10n);
      await claimAll(world, KEPT - 460n);
    });

    it("are bounded by what silence used up, where that is less than what is left", async () => {
      const world = await loadFixture(kept);
      await world.claim(1_000n);
      await byDefault(world); // 500 are gone, 1,000 used up
      await world.claim(300n);
      await rule(world, 300n); // 800 are gone
      await world.claim(20n);
      await claimAll(world, KEPT - 1_020n);
      await rule(world, 0n);
      await claimAll(world, KEPT - 1_000n);
    });

    it("are on what is kept later too", async () => {
      const world = await loadFixture(kept);
      await world.claim(KEPT);
      await byDefault(world);
      await refused(world, 1n, 0n);
      await earn(world, world.project, 1);
      await claimAll(world, KEPT);
    });
  });

  it("of another company change nothing", async () => {
    const world = await loadFixture(kept);
    const { milestones, project } = world;
    await world.claim(KEPT);
    const acting = milestones.connect(partyOf(world, Seat.Owner).operator);
    await expect(acting.claimDefect(project, Seat.Subcontractor, 1, Seat.Owner, word()))
      .to.be.revertedWithCustomError(milestones, "AmountInvalid")
      .withArgs(1, 0);
    expect((await defectOf(world)).amount).to.equal(KEPT);
  });
});
