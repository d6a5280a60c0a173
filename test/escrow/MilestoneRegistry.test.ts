import { expect } from "chai";

import { word } from "../identity/world.js";
import { blockOf, ethers, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { approved, at, notReady, requested, returned, ruled, STATES } from "./milestones.js";
import { amend, openProject, ProjectStatus, Seat, terminate } from "./world.js";
import {
  ANSWER,
  approve,
  CONTEST,
  contest,
  earn,
  evidenceOf,
  FIRST,
  fund,
  funded,
  giveBack,
  MilestoneStatus,
  newProject,
  payDeposit,
  request,
  SECOND,
  settle,
  stateOf,
  THIRD,
  works,
} from "./works.js";

const { Planned, Requested, Returned, Approved, Disputed, Ruled, Settled } = MilestoneStatus;

describe("MilestoneRegistry", () => {
  it("belongs to the suite", async () => {
    const { milestones, projects, verifier, directory } = await loadFixture(works);
    expect(await milestones.projects()).to.equal(projects);
    expect(await milestones.verifier()).to.equal(verifier);
    expect(await milestones.directory()).to.equal(directory);
  });

  it("goes through all states, and says since when", async () => {
    const awards = { [String(Ruled)]: 100_000n, [String(Settled)]: 100_000n };
    for (const [status, fixture] of STATES) {
      const { project, since, ...world } = await loadFixture(fixture);
      const committed = status !== Planned && status !== Settled;
      const expected = { status, since, committed, award: awards[String(status)] ?? 0n };
      expect(await stateOf(world, project), String(status)).to.deep.equal(expected);
      expect((await stateOf(world, project, 1)).status).to.equal(Planned);
    }
  });

  it("is none beyond the last, and no more once dropped", async () => {
    const world = await loadFixture(funded);
    const { milestones, projects, project } = world;
    await expect(milestones.milestoneStateOf(project, 3)).to.be.revertedWithCustomError(
      projects,
      "MilestoneNotPlanned",
    );
    await amend(world, project, {
      milestones: [
        { index: 0, amount: FIRST + THIRD, content: word() },
        { index: 2, amount: 0, content: word() },
      ],
    });
    const dropped = [project, 2] as const;
    await expect(milestones.milestoneStateOf(...dropped))
      .to.be.revertedWithCustomError(milestones, "MilestoneInvalid")
      .withArgs(...dropped);
    await expect(request(world, project, 2)).to.be.revertedWithCustomError(milestones, "MilestoneInvalid");
    await expect(settle(world, project, 2)).to.be.revertedWithCustomError(milestones, "MilestoneInvalid");
    await earn(world, project, 0);
    expect(await milestones.isComplete(project)).to.equal(false);
    await earn(world, project, 1);
    expect(await milestones.isComplete(project)).to.equal(true);
  });

  describe("is requested", () => {
    it("by the contractor, with evidence; its money is set apart", async () => {
      const world = await loadFixture(funded);
      const { milestones, escrow, claims, contractor, project } = world;
      const evidence = await evidenceOf(world, project);
      const claim = await claims.idOf(evidence.claim);
      const sent = request(world, project, 0, evidence);
      await expect(sent)
        .to.emit(milestones, "MilestoneRequested")
        .withArgs(project, 0, claim, evidence.content, contractor.operator, 0);
      await expect(sent).to.emit(escrow, "FundsCommitted");
      const block = await blockOf(sent);
      expect(await milestones.changedIn(project)).to.equal(block);
      expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST, available: SECOND + THIRD });
      const other = await evidenceOf(world, project, 1);
      await expect(request(world, project, 1, other))
        .to.emit(milestones, "MilestoneRequested")
        .withArgs(project, 1, await claims.idOf(other.claim), other.content, contractor.operator, block);
    });

    it("when it is planned, or was returned", async () => {
      for (const [status, fixture] of STATES) {
        const { project, ...world } = await loadFixture(fixture);
        const asked = request(world, project);
        if (status === Planned || status === Returned) await asked;
        else await notReady({ ...world, project }, asked, status);
      }
    });

    it("by nobody else", async () => {
      const world = await loadFixture(funded);
      const { milestones, project, owner, supervisor, arbiter, contractor, stranger } = world;
      const evidence = await evidenceOf(world, project);
      for (const by of [owner.operator, supervisor.operator, arbiter.operator, contractor.account, stranger]) {
        await expect(milestones.connect(by).request(project, 0, evidence))
          .to.be.revertedWithCustomError(milestones, "NotParty")
          .withArgs(project, Seat.Contractor, by);
      }
    });

    it("if the money is there", async () => {
      const world = await loadFixture(works);
      const { escrow } = world;
      const { project } = await openProject(world);
      await payDeposit(world, project);
      await fund(world, project, 37_499_999n); // of which 29,999,999 for the works
      await expect(request(world, project))
        .to.be.revertedWithCustomError(escrow, "FundsShort")
        .withArgs(project, FIRST, FIRST - 1n);
      await fund(world, project, 1n);
      await request(world, project);
      await expect(request(world, project, 1))
        .to.be.revertedWithCustomError(escrow, "FundsShort")
        .withArgs(project, SECOND, 0);
    });

    it("in a suspended city too: the money stays under the terms it was signed for", async () => {
      const world = await loadFixture(funded);
      const { registry, hebei, project } = world;
      const evidence = await evidenceOf(world, project);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await request(world, project, 0, evidence);
    });

    it("in an open project", async () => {
      const world = await loadFixture(funded);
      const { milestones, projects, project } = world;
      const evidence = await evidenceOf(world, project);
      await terminate(world, project);
      await expect(request(world, project, 0, evidence))
        .to.be.revertedWithCustomError(milestones, "ProjectNotReady")
        .withArgs(project, ProjectStatus.Terminated);
      await expect(request(world, word(), 0, evidence)).to.be.revertedWithCustomError(projects, "ProjectUnknown");
    });
  });

  describe("is answered", () => {
    it("by the supervisor's approval, until the last second", async () => {
      const world = await loadFixture(requested);
      const { milestones, supervisor, project, since } = world;
      const block = await milestones.changedIn(project);
      await at(since + ANSWER);
      await expect(approve(world, project))
        .to.emit(milestones, "MilestoneApproved")
        .withArgs(project, 0, since + ANSWER + CONTEST, supervisor.operator, block);
    });

    it("by the supervisor's return, until the last second; its money stays apart as long as it can be contested", async () => {
      const world = await loadFixture(requested);
      const { milestones, escrow, supervisor, project, since } = world;
      const block = await milestones.changedIn(project);
      const findings = word();
      await at(since + ANSWER);
      await expect(giveBack(world, project, 0, findings))
        .to.emit(milestones, "MilestoneReturned")
        .withArgs(project, 0, findings, supervisor.operator, block);
      expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
      await expect(request(world, project)).not.to.emit(escrow, "FundsCommitted");
      expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
    });

    it("not a second later", async () => {
      const world = await loadFixture(requested);
      const { project, since } = world;
      await at(since + ANSWER + 1);
      await notReady(world, approve(world, project), Approved);
      await notReady(world, giveBack(world, project), Approved);
    });

    it("once, and only when it is requested", async () => {
      for (const [status, fixture] of STATES) {
        if (status === Requested) continue;
        const world = await loadFixture(fixture);
        await notReady(world, approve(world, world.project), status);
        await notReady(world, giveBack(world, world.project), status);
      }
    });

    it("by nobody else", async () => {
      const { milestones, project, owner, contractor, arbiter, stranger } = await loadFixture(requested);
      for (const by of [owner.operator, contractor.operator, arbiter.operator, stranger]) {
        const acting = milestones.connect(by);
        for (const act of [() => acting.approve(project, 0), () => acting.returnForMending(project, 0, word())]) {
          await expect(act())
            .to.be.revertedWithCustomError(milestones, "NotParty")
            .withArgs(project, Seat.Supervisor, by);
        }
      }
    });
  });

  describe("is answered by silence", () => {
    it("that approves, from the second after, and the contest window runs from there", async () => {
      const world = await loadFixture(requested);
      const { milestones, escrow, project, since } = world;
      const silent = since + ANSWER;
      await time.increaseTo(silent);
      expect((await stateOf(world, project)).status).to.equal(Requested);
      await time.increaseTo(silent + 1);
      expect(await stateOf(world, project)).to.deep.equal({
        status: Approved,
        since: silent,
        committed: true,
        award: 0n,
      });
      await at(silent + CONTEST);
      await expect(settle(world, project))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(silent + CONTEST + 1);
      await at(silent + CONTEST + 1);
      await expect(settle(world, project)).to.emit(escrow, "MilestoneEarned");
    });

    it("and can be contested until the window's last second", async () => {
      const world = await loadFixture(requested);
      const { milestones, project, since } = world;
      const until = since + ANSWER + CONTEST;
      await at(until);
      const sent = contest(world, project);
      await expect(sent).to.emit(milestones, "MilestoneContested");
      expect(await stateOf(world, project)).to.include({ status: Disputed, since: until });
    });

    it("that returns, if the terms say so", async () => {
      const world = await loadFixture(works);
      const { milestones } = world;
      const project = await newProject(world, { periods: { silenceApproves: false } });
      const silent = (await timeOf(request(world, project))) + ANSWER;
      await time.increaseTo(silent);
      expect((await stateOf(world, project)).status).to.equal(Requested);
      await time.increaseTo(silent + 1);
      expect(await stateOf(world, project)).to.deep.equal({
        status: Returned,
        since: silent,
        committed: true,
        award: 0n,
      });
      await notReady({ ...world, project }, approve(world, project), Returned);
      await at(silent + CONTEST);
      await expect(settle(world, project))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(silent + CONTEST + 1);
      await contest(world, project, 0, Seat.Contractor);
      expect((await stateOf(world, project)).status).to.equal(Disputed);
    });

    it("and what it returned is requested again without being set apart twice", async () => {
      const world = await loadFixture(works);
      const { escrow } = world;
      const project = await newProject(world, { periods: { silenceApproves: false } });
      await request(world, project);
      await time.increase(ANSWER + 1);
      await expect(request(world, project)).not.to.emit(escrow, "FundsCommitted");
      expect(await nonZero(escrow.booksOf(project))).to.include({ committed: FIRST });
    });
  });

  describe("is settled", () => {
    it("by anyone, the second after the contest window, wholly", async () => {
      const world = await loadFixture(approved);
      const { milestones, escrow, project, since } = world;
      const block = await milestones.changedIn(project);
      await at(since + CONTEST);
      await expect(settle(world, project))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(since + CONTEST + 1);
      await at(since + CONTEST + 1);
      const sent = settle(world, project);
      await expect(sent).to.emit(milestones, "MilestoneSettled").withArgs(project, 0, FIRST, block);
      await expect(sent).to.emit(escrow, "MilestoneEarned");
      expect(await stateOf(world, project)).to.include({ status: Settled, committed: false, award: FIRST });
    });

    it("once it was ruled on, the second after the same window", async () => {
      const world = await loadFixture(ruled);
      const { milestones, project, since } = world;
      await at(since + CONTEST);
      await expect(settle(world, project))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(since + CONTEST + 1);
      const block = await milestones.changedIn(project);
      await at(since + CONTEST + 1);
      await expect(settle(world, project)).to.emit(milestones, "MilestoneSettled").withArgs(project, 0, 100_000, block);
    });

    it("not before, and not twice", async () => {
      for (const [status, fixture] of STATES) {
        if (status === Approved || status === Ruled || status === Returned) continue;
        const world = await loadFixture(fixture);
        await notReady(world, settle(world, world.project), status);
      }
    });

    it("by having its money released, the second after the window, if it was returned and not contested", async () => {
      const world = await loadFixture(returned);
      const { milestones, escrow, project, since } = world;
      const block = await milestones.changedIn(project);
      await at(since + CONTEST);
      await expect(settle(world, project))
        .to.be.revertedWithCustomError(milestones, "NotYet")
        .withArgs(since + CONTEST + 1);
      await at(since + CONTEST + 1);
      const sent = settle(world, project);
      await expect(sent).to.emit(milestones, "MilestoneReleased").withArgs(project, 0, block);
      await expect(sent).to.emit(escrow, "FundsReleased");
      expect(await stateOf(world, project)).to.deep.equal({ status: Returned, since, committed: false, award: 0n });
      expect(await nonZero(escrow.booksOf(project))).not.to.have.property("committed");
      await notReady(world, settle(world, project), Returned);
      await expect(request(world, project)).to.emit(escrow, "FundsCommitted");
    });

    it("never in the block of its request, whoever colludes", async () => {
      const world = await loadFixture(funded);
      const { milestones, contractor, supervisor, owner, project } = world;
      const evidence = await evidenceOf(world, project);
      const sure = { gasLimit: 3_000_000 };
      await ethers.provider.send("evm_setAutomine", [false]);
      const sent = [
        await milestones.connect(contractor.operator).request(project, 0, evidence, sure),
        await milestones.connect(supervisor.operator).approve(project, 0, sure),
        await milestones.connect(owner.operator).settle(project, 0, sure),
      ];
      await ethers.provider.send("evm_setAutomine", [true]);
      await ethers.provider.send("evm_mine", []);
      const receipts = await Promise.all(sent.map(async ({ hash }) => ethers.provider.getTransactionReceipt(hash)));
      expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).to.equal(1);
      expect(receipts.map((receipt) => receipt?.status)).to.deep.equal([1, 1, 0]);
      expect((await stateOf(world, project)).status).to.equal(Approved);
    });

    it("with all others: then the project is complete, and can be closed", async () => {
      const world = await loadFixture(funded);
      const { milestones, projects, project } = world;
      for (const milestone of [0, 1, 2]) {
        expect(await milestones.isComplete(project)).to.equal(false);
        await expect(projects.close(project)).to.be.revertedWithCustomError(projects, "ProjectNotReady");
        await earn(world, project, milestone);
      }
      expect(await milestones.isComplete(project)).to.equal(true);
      await projects.close(project);
    });
  });
});
