import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { word, YEAR } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { at, KEPT, type Kept, kept } from "./milestones.js";
import { Seat, subcontract, terminate } from "./world.js";
import { booked, earn, type Funded, newProject, partyOf, RULING, works } from "./works.js";

describe("MilestoneRegistry: defects", () => {
  /** All of it is claimed; until when the arbiter can rule. */
  async function claimed() {
    const world = await loadFixture(kept);
    return { ...world, until: (await world.claim(KEPT)) + RULING };
  }

  const ruling = ({ milestones, arbiter }: Funded) => milestones.connect(arbiter.operator);
  const anyone = ({ milestones, stranger }: Funded) => milestones.connect(stranger);

  /** What is kept, and what is available, as the defect leaves it. */
  async function leaves(world: Kept, back: bigint): Promise<void> {
    const { escrow, milestones, project } = world;
    expect((await escrow.seatBooksOf(project, Seat.Contractor)).retained).to.equal(KEPT - back);
    expect(await nonZero(escrow.booksOf(project))).to.include({ available: 50_000_000n + back });
    expect(await milestones.defectOf(project, Seat.Contractor)).to.deep.equal([0n, 0n]);
  }

  it("are claimed by owner or supervisor, with an amount", async () => {
    for (const by of [Seat.Owner, Seat.Supervisor]) {
      const world = await loadFixture(kept);
      const { milestones, project } = world;
      const [grounds, block, { operator }] = [word(), await milestones.changedIn(project), partyOf(world, by)];
      const sent = milestones.connect(operator).claimDefect(project, Seat.Contractor, 5, by, grounds);
      const until = (await timeOf(sent)) + RULING;
      await expect(sent)
        .to.emit(milestones, "DefectClaimed")
        .withArgs(project, Seat.Contractor, 5, grounds, until, operator, block);
      expect(await milestones.defectOf(project, Seat.Contractor)).to.deep.equal([5n, BigInt(until)]);
    }
  });

  it("by nobody else, and not in another's name", async () => {
    const { milestones, project, contractor, arbiter, owner, supervisor, stranger } = await loadFixture(kept);
    for (const [by, { operator }] of [
      [Seat.Contractor, contractor],
      [Seat.Arbiter, arbiter],
    ] as const) {
      await expect(milestones.connect(operator).claimDefect(project, Seat.Contractor, 1, by, word()))
        .to.be.revertedWithCustomError(milestones, "SeatInvalid")
        .withArgs(project, by);
    }
    for (const [by, caller] of [
      [Seat.Owner, supervisor.operator],
      [Seat.Supervisor, owner.operator],
      [Seat.Owner, stranger],
    ] as const) {
      await expect(milestones.connect(caller).claimDefect(project, Seat.Contractor, 1, by, word()))
        .to.be.revertedWithCustomError(milestones, "NotParty")
        .withArgs(project, by, caller);
    }
  });

  it("on no more than is kept, and not on nothing", async () => {
    const world = await loadFixture(kept);
    const { milestones, project, owner } = world;
    for (const amount of [0n, KEPT + 1n]) {
      await expect(world.claim(amount))
        .to.be.revertedWithCustomError(milestones, "AmountInvalid")
        .withArgs(amount, KEPT);
    }
    for (const seat of [Seat.Owner, 4, 99]) {
      await expect(milestones.connect(owner.operator).claimDefect(project, seat, 1, Seat.Owner, word()))
        .to.be.revertedWithCustomError(milestones, "AmountInvalid")
        .withArgs(1, 0);
    }
  });

  it("until the last second before retention is due, and it is not released meanwhile", async () => {
    const world = await loadFixture(kept);
    const { milestones, escrow, project, retentionUntil } = world;
    await at(retentionUntil);
    await expect(world.claim(1n))
      .to.be.revertedWithCustomError(milestones, "TooLate")
      .withArgs(retentionUntil - 1);
    const again = await loadFixture(kept);
    await at(retentionUntil - 1);
    const until = (await again.claim(KEPT)) + RULING;
    expect(until).to.equal(retentionUntil - 1 + RULING);
    await at(retentionUntil);
    await expect(escrow.releaseRetention(project, Seat.Contractor))
      .to.be.revertedWithCustomError(escrow, "DefectNotReady")
      .withArgs(project, Seat.Contractor, until);
    await time.increaseTo(until + 1);
    await booked(again, anyone(again).settleDefect(project, Seat.Contractor));
    await leaves(again, KEPT / 2n);
    await booked(again, escrow.releaseRetention(project, Seat.Contractor));
  });

  it("are accepted by the company, also late", async () => {
    for (const late of [false, true]) {
      const world = await loadFixture(claimed);
      const { milestones, escrow, contractor, owner, project, until } = world;
      if (late) await time.increaseTo(until + YEAR);
      await expect(milestones.connect(owner.operator).acceptDefect(project, Seat.Contractor))
        .to.be.revertedWithCustomError(milestones, "NotParty")
        .withArgs(project, Seat.Contractor, owner.operator);
      const block = await milestones.changedIn(project);
      const sent = booked(world, milestones.connect(contractor.operator).acceptDefect(project, Seat.Contractor));
      await expect(sent)
        .to.emit(milestones, "DefectSettled")
        .withArgs(project, Seat.Contractor, KEPT, contractor.operator, block);
      await expect(sent).to.emit(escrow, "RetentionForfeited");
      await leaves(world, KEPT);
      await expect(milestones.connect(contractor.operator).acceptDefect(project, Seat.Contractor))
        .to.be.revertedWithCustomError(milestones, "DefectNotReady")
        .withArgs(project, Seat.Contractor, 0);
    }
  });

  it("are ruled on by the arbiter, within the claim, until the last second", async () => {
    for (const back of [0n, 1n, KEPT]) {
      const world = await loadFixture(claimed);
      const { milestones, escrow, arbiter, project, until } = world;
      const block = await milestones.changedIn(project);
      await at(until);
      const sent = booked(world, ruling(world).ruleDefect(project, Seat.Contractor, back));
      await expect(sent)
        .to.emit(milestones, "DefectSettled")
        .withArgs(project, Seat.Contractor, back, arbiter.operator, block);
      if (back === 0n) await expect(sent).not.to.emit(escrow, "RetentionForfeited");
      await leaves(world, back);
      await expect(ruling(world).ruleDefect(project, Seat.Contractor, back)).to.be.revertedWithCustomError(
        milestones,
        "DefectNotReady",
      );
    }
  });

  it("not beyond it, not later, and not by another", async () => {
    const world = await loadFixture(claimed);
    const { milestones, owner, project, until } = world;
    await expect(ruling(world).ruleDefect(project, Seat.Contractor, KEPT + 1n))
      .to.be.revertedWithCustomError(milestones, "AmountInvalid")
      .withArgs(KEPT + 1n, KEPT);
    await expect(milestones.connect(owner.operator).ruleDefect(project, Seat.Contractor, 1))
      .to.be.revertedWithCustomError(milestones, "NotParty")
      .withArgs(project, Seat.Arbiter, owner.operator);
    await at(until + 1);
    await expect(ruling(world).ruleDefect(project, Seat.Contractor, 1))
      .to.be.revertedWithCustomError(milestones, "TooLate")
      .withArgs(until);
  });

  it("end by the terms' default if the arbiter is silent, rounded towards the project", async () => {
    const world = await loadFixture(kept);
    const { milestones, project } = world;
    await expect(anyone(world).settleDefect(project, Seat.Contractor)).to.be.revertedWithCustomError(
      milestones,
      "DefectNotReady",
    );
    const until = (await world.claim(101n)) + RULING;
    const block = await milestones.changedIn(project);
    await at(until);
    await expect(anyone(world).settleDefect(project, Seat.Contractor))
      .to.be.revertedWithCustomError(milestones, "NotYet")
      .withArgs(until + 1);
    await at(until + 1);
    await expect(booked(world, anyone(world).settleDefect(project, Seat.Contractor)))
      .to.emit(milestones, "DefectSettled")
      .withArgs(project, Seat.Contractor, 51, ZeroAddress, block);
    await leaves(world, 51n);
  });

  it("may leave the company all, by the terms", async () => {
    const world = await loadFixture(works);
    const { milestones, owner, stranger } = world;
    const project = await newProject(world, { money: { defaultSplit: 10_000 } });
    await earn(world, project);
    await milestones.connect(owner.operator).claimDefect(project, Seat.Contractor, KEPT, Seat.Owner, word());
    await time.increase(RULING + 1);
    await booked(world, milestones.connect(stranger).settleDefect(project, Seat.Contractor));
    expect((await world.escrow.seatBooksOf(project, Seat.Contractor)).retained).to.equal(KEPT);
  });

  it("are each company's own", async () => {
    const world = await loadFixture(works);
    const { milestones, escrow, owner } = world;
    const project = await newProject(world);
    const { company, seat } = await subcontract(world, project);
    await earn(world, project);
    const own = KEPT / 10n;
    expect((await escrow.seatBooksOf(project, seat)).retained).to.equal(own);
    await milestones.connect(owner.operator).claimDefect(project, seat, own, Seat.Owner, word());
    await milestones.connect(owner.operator).claimDefect(project, Seat.Contractor, 7, Seat.Owner, word());
    await booked(world, milestones.connect(company.operator).acceptDefect(project, seat));
    expect((await escrow.seatBooksOf(project, seat)).retained).to.equal(0);
    expect((await escrow.seatBooksOf(project, Seat.Contractor)).retained).to.equal(KEPT - own);
  });

  it("are claimed and decided after the project's end too", async () => {
    const world = await loadFixture(kept);
    const { project } = world;
    await terminate(world, project);
    await world.claim(KEPT);
    await booked(world, ruling(world).ruleDefect(project, Seat.Contractor, 3n));
    await leaves(world, 3n);
  });
});
