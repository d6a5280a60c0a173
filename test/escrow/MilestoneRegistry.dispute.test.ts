import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { approved, at, disputed, notReady, requested, returned, STATES } from "./milestones.js";
import { amend, newCompany, Seat, terminate } from "./world.js";
import {
  approve,
  CONTEST,
  contest,
  FIRST,
  type Funded,
  giveBack,
  MilestoneStatus,
  newProject,
  partyOf,
  request,
  rule,
  RULING,
  SECOND,
  settle,
  stateOf,
  THIRD,
  works,
} from "./works.js";

const { Requested, Returned, Approved, Disputed, Ruled, Settled } = MilestoneStatus;

describe("MilestoneRegistry: what is contested", () => {
  describe("is contested", () => {
    it("by owner or supervisor when it is requested or approved, by the contractor when it was returned", async () => {
      for (const [status, fixture] of STATES) {
        for (const seat of [Seat.Owner, Seat.Contractor, Seat.Supervisor, Seat.Arbiter]) {
          const world = await loadFixture(fixture);
          const { milestones, project } = world;
          const payable = status === Requested || status === Approved;
          const mayContest = seat === Seat.Contractor ? status === Returned : payable && seat !== Seat.Arbiter;
          if (!mayContest) {
            await notReady(world, contest(world, project, 0, seat), status);
            continue;
          }
          const [grounds, block, { operator }] = [word(), await milestones.changedIn(project), partyOf(world, seat)];
          const sent = milestones.connect(operator).contest(project, 0, seat, grounds);
          const until = (await timeOf(sent)) + RULING;
          await expect(sent)
            .to.emit(milestones, "MilestoneContested")
            .withArgs(project, 0, seat, grounds, until, operator, block);
          expect(await stateOf(world, project)).to.include({ status: Disputed, committed: true });
        }
      }
    });

    it("for a seat by who acts for it", async () => {
      const { milestones, project, owner, contractor, stranger } = await loadFixture(requested);
      for (const [seat, by] of [
        [Seat.Owner, contractor.operator],
        [Seat.Supervisor, owner.operator],
        [Seat.Contractor, stranger],
        [4, stranger],
      ] as const) {
        await expect(milestones.connect(by).contest(project, 0, seat, word()))
          .to.be.revertedWithCustomError(milestones, "NotParty")
          .withArgs(project, seat, by);
      }
    });

    it("within the window after approval, to the second", async () => {
      const world = await loadFixture(approved);
      const { milestones, project, since } = world;
      await at(since + CONTEST + 1);
      await expect(contest(world, project))
        .to.be.revertedWithCustomError(milestones, "TooLate")
        .withArgs(since + CONTEST);
      const next = await timeOf(request(world, project, 1));
      await at(next + 10);
      await approve(world, project, 1);
      await at(next + 10 + CONTEST);
      await contest(world, project, 1, Seat.Supervisor);
    });

    it("within the window after its return, to the second; its money was set apart all the time", async () => {
      const world = await loadFixture(returned);
      const { escrow, project, since } = world;
      await at(since + CONTEST);
      await expect(contest(world, project, 0, Seat.Contractor)).not.to.emit(escrow, "FundsCommitted");
      expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
    });

    it("not a second later", async () => {
      const world = await loadFixture(returned);
      const { milestones, project, since } = world;
      await at(since + CONTEST + 1);
      await expect(contest(world, project, 0, Seat.Contractor))
        .to.be.revertedWithCustomError(milestones, "TooLate")
        .withArgs(since + CONTEST);
    });
  });

  describe("is ruled on", () => {
    it("by the arbiter, up to its amount, until the last second", async () => {
      for (const award of [0n, 1n, FIRST - 1n, FIRST]) {
        const world = await loadFixture(disputed);
        const { milestones, escrow, arbiter, project, since } = world;
        const block = await milestones.changedIn(project);
        await at(since + RULING);
        await expect(rule(world, project, 0, award))
          .to.emit(milestones, "MilestoneRuled")
          .withArgs(project, 0, award, arbiter.operator, block);
        expect(await stateOf(world, project)).to.deep.equal({
          status: Ruled,
          since: since + RULING,
          committed: true,
          award,
        });
        await time.increase(CONTEST);
        await settle(world, project);
        expect((await escrow.booksOf(project)).available).to.equal(FIRST + SECOND + THIRD - award);
        expect((await escrow.seatBooksOf(project, Seat.Contractor)).earned).to.equal(award);
      }
    });

    it("not beyond it, not twice, and not when nothing is contested", async () => {
      for (const [status, fixture] of STATES) {
        const world = await loadFixture(fixture);
        const { milestones, project } = world;
        if (status !== Disputed) {
          await notReady(world, rule(world, project, 0, 1n), status);
          continue;
        }
        await expect(rule(world, project, 0, FIRST + 1n))
          .to.be.revertedWithCustomError(milestones, "AmountInvalid")
          .withArgs(FIRST + 1n, FIRST);
      }
    });

    it("by nobody else", async () => {
      const { milestones, project, owner, contractor, supervisor, stranger } = await loadFixture(disputed);
      for (const by of [owner.operator, contractor.operator, supervisor.operator, stranger]) {
        await expect(milestones.connect(by).rule(project, 0, 1))
          .to.be.revertedWithCustomError(milestones, "NotParty")
          .withArgs(project, Seat.Arbiter, by);
      }
    });

    it("by the terms' default, rounded towards the project, if the arbiter is silent or late", async () => {
      const world = await loadFixture(works);
      const project = await newProject(world, {
        money: { budget: 1_000n, wageShare: 0, wageDeposit: 0, defaultSplit: 3_333 },
        milestones: [997n, 3n].map((amount) => ({ amount, content: word() })),
      });
      await request(world, project);
      const since = await timeOf(contest(world, project));
      await time.increaseTo(since + RULING);
      expect((await stateOf(world, project)).status).to.equal(Disputed);
      await at(since + RULING + CONTEST + 1);
      await settle(world, project);
      expect(await stateOf(world, project)).to.include({ status: Settled, award: 332n });
      expect((await world.escrow.booksOf(project)).available).to.equal(997n - 332n + 3n);
    });

    it("and then no more by the arbiter", async () => {
      const world = await loadFixture(disputed);
      const { project, since } = world;
      await at(since + RULING + 1);
      await notReady(world, rule(world, project, 0, FIRST), Ruled);
      await time.increaseTo(since + RULING + 1);
      expect(await stateOf(world, project)).to.deep.equal({
        status: Ruled,
        since: since + RULING,
        committed: true,
        award: FIRST / 2n,
      });
    });

    it("by a new arbiter, where the old one was replaced", async () => {
      const world = await loadFixture(disputed);
      const { milestones, project, arbiter } = world;
      const next = await newCompany(world);
      await amend(world, project, { arbiter: next.id });
      await expect(rule(world, project, 0, 7n))
        .to.be.revertedWithCustomError(milestones, "NotParty")
        .withArgs(project, Seat.Arbiter, arbiter.operator);
      await milestones.connect(next.operator).rule(project, 0, 7);
      expect(await stateOf(world, project)).to.include({ status: Ruled, award: 7n });
    });
  });

  it("ends in due course in an ended project, a suspended city and a closed contract", async () => {
    for (const act of [
      async (world: Funded) => approve(world, world.project),
      async (world: Funded) => giveBack(world, world.project),
      async (world: Funded) => contest(world, world.project),
    ]) {
      const world = await loadFixture(requested);
      const { escrow, projects, manager, registry, hebei, project } = world;
      await terminate(world, project);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      for (const contract of [escrow, projects]) await manager.setTargetClosed(contract, true);
      await act(world);
      const { status } = await stateOf(world, project);
      if (status === Returned) await contest(world, project, 0, Seat.Contractor);
      if (status !== Approved) await rule(world, project, 0, 5n);
      await time.increase(CONTEST);
      await settle(world, project);
      expect((await stateOf(world, project)).status).to.equal(Settled);
    }
  });
});
