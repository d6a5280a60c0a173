import { expect } from "chai";
import { ZeroHash } from "ethers";

import { LATER, word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { probedWorld, type ProbedWorld } from "./probed.js";
import {
  amend,
  DAY,
  escrowWorld,
  type EscrowWorld,
  openProject,
  ProjectStatus,
  Seat,
  signTermination,
} from "./world.js";

interface Opened extends EscrowWorld {
  project: string;
  endsAt: number;
}

async function opened(): Promise<Opened> {
  const world = await loadFixture(escrowWorld);
  const { project, terms } = await openProject(world);
  return { ...world, project, endsAt: Number(terms.periods.endsAt) };
}

async function probed(): Promise<ProbedWorld & { project: string }> {
  const world = await loadFixture(probedWorld);
  return { ...world, project: (await openProject(world)).project };
}

/** The act ends the project so. */
async function ends(
  world: EscrowWorld & { project: string },
  status: bigint,
  act: () => ReturnType<EscrowWorld["projects"]["close"]>,
): Promise<void> {
  const { projects, project, stranger } = world;
  const before = await projects.projectOf(project);
  const sent = act();
  const { from } = await sent;
  await expect(sent).to.emit(projects, "ProjectEnded").withArgs(project, status, from, before.changedIn);
  const after = await projects.projectOf(project);
  expect([after.status, after.changes, after.endedAt, after.changedIn]).to.deep.equal([
    status,
    before.changes + 1n,
    BigInt(await timeOf(sent)),
    BigInt(await blockOf(sent)),
  ]);
  expect(await projects.mayFund(project, stranger)).to.equal(false);
  expect(await projects.petitionOf(project)).to.deep.equal([0n, 0n]);
}

describe("ProjectRegistry: how a project ends", () => {
  describe("by agreement", () => {
    it("of owner, contractor and supervisor; anyone may send it", async () => {
      const world = await loadFixture(opened);
      const { projects, project, stranger } = world;
      const signatures = await signTermination(world, project);
      await ends(world, ProjectStatus.Terminated, () =>
        projects.connect(stranger).terminate(project, LATER, signatures),
      );
    });

    it("and not without one of them", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, contractor, supervisor, arbiter } = world;
      for (const [sides, missing] of [
        [[arbiter, contractor, supervisor], owner],
        [[owner, arbiter, supervisor], contractor],
        [[owner, contractor, arbiter], supervisor],
      ] as const) {
        await expect(projects.terminate(project, LATER, await signTermination(world, project, {}, [...sides])))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(missing.id);
      }
    });

    it("over these terms, this deadline and this project alone", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner } = world;
      const early = await signTermination(world, project);
      await amend(world, project);
      const { project: other } = await openProject(world);
      for (const signatures of [
        early,
        await signTermination(world, project, { deadline: LATER - 1 }),
        await signTermination(world, other, { changes: 1n }),
      ]) {
        await expect(projects.terminate(project, LATER, signatures))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(owner.id);
      }
    });

    it("until the deadline, to the second", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      const deadline = (await time.latest()) + DAY;
      const late = await signTermination(world, project, { deadline });
      await time.setNextBlockTimestamp(deadline + 1);
      await expect(projects.terminate(project, deadline, late))
        .to.be.revertedWithCustomError(projects, "OrderExpired")
        .withArgs(deadline);
      const good = await signTermination(world, project, { deadline: deadline + DAY });
      await time.setNextBlockTimestamp(deadline + DAY);
      await projects.terminate(project, deadline + DAY, good);
    });
  });

  describe("by the arbiter", () => {
    it("on a petition of owner or contractor, within the arbiter's period", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, contractor, arbiter } = world;
      for (const [seat, company] of [
        [Seat.Owner, owner],
        [Seat.Contractor, contractor],
      ] as const) {
        const grounds = word();
        const { changedIn } = await projects.projectOf(project);
        const sent = projects.connect(company.operator).petition(project, grounds);
        const until = (await timeOf(sent)) + 30 * DAY;
        await expect(sent)
          .to.emit(projects, "TerminationPetitioned")
          .withArgs(project, seat, grounds, until, company.operator, changedIn);
        expect(await projects.petitionOf(project)).to.deep.equal([BigInt(seat), BigInt(until)]);
        expect((await projects.projectOf(project)).changes).to.equal(0);
        await time.increaseTo(until);
        await expect(projects.connect(arbiter.operator).grantTermination(project))
          .to.be.revertedWithCustomError(projects, "PetitionNotReady")
          .withArgs(project, until);
      }
      const until = (await timeOf(projects.connect(owner.operator).petition(project, ZeroHash))) + 30 * DAY;
      await time.setNextBlockTimestamp(until);
      await ends(world, ProjectStatus.Terminated, () => projects.connect(arbiter.operator).grantTermination(project));
    });

    it("on one petition at a time", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, contractor } = world;
      const until = (await timeOf(projects.connect(owner.operator).petition(project, ZeroHash))) + 30 * DAY;
      for (const at of [until - 1, until]) {
        await time.setNextBlockTimestamp(at);
        await expect(projects.connect(contractor.operator).petition(project, ZeroHash))
          .to.be.revertedWithCustomError(projects, "PetitionNotReady")
          .withArgs(project, until);
      }
      await time.setNextBlockTimestamp(until + 1);
      await projects.connect(contractor.operator).petition(project, ZeroHash);
    });

    it("and not without a petition, nor by anyone else", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, supervisor, arbiter, court } = world;
      await expect(projects.connect(arbiter.operator).grantTermination(project))
        .to.be.revertedWithCustomError(projects, "PetitionNotReady")
        .withArgs(project, 0);
      for (const other of [supervisor.operator, arbiter.operator, court]) {
        await expect(projects.connect(other).petition(project, ZeroHash))
          .to.be.revertedWithCustomError(projects, "NotParty")
          .withArgs(project, Seat.Contractor, other);
      }
      await projects.connect(owner.operator).petition(project, ZeroHash);
      for (const other of [owner.operator, supervisor.operator, court]) {
        await expect(projects.connect(other).grantTermination(project))
          .to.be.revertedWithCustomError(projects, "NotParty")
          .withArgs(project, Seat.Arbiter, other);
      }
    });
  });

  it("when its time is over, by anyone, to the second", async () => {
    const world = await loadFixture(opened);
    const { projects, project, endsAt, stranger } = world;
    await time.setNextBlockTimestamp(endsAt - 1);
    await expect(projects.expire(project))
      .to.be.revertedWithCustomError(projects, "NotEnded")
      .withArgs(project, endsAt);
    await time.setNextBlockTimestamp(endsAt);
    await ends(world, ProjectStatus.Terminated, () => projects.connect(stranger).expire(project));
  });

  it("when all milestones are settled, by anyone", async () => {
    const world = await loadFixture(probed);
    const { projects, project, probe, stranger } = world;
    await expect(projects.close(project))
      .to.be.revertedWithCustomError(projects, "ProjectNotReady")
      .withArgs(project, ProjectStatus.Open);
    await probe.setComplete();
    await ends(world, ProjectStatus.Closed, () => projects.connect(stranger).close(project));
  });

  it("closes by itself no project with a milestone to settle", async () => {
    const { projects, project } = await loadFixture(opened);
    await expect(projects.close(project))
      .to.be.revertedWithCustomError(projects, "ProjectNotReady")
      .withArgs(project, ProjectStatus.Open);
  });

  it("in a suspended city and a closed contract too", async () => {
    const world = await loadFixture(opened);
    const { projects, manager, registry, hebei, owner, arbiter, endsAt } = world;
    const [first, second] = [world.project, (await openProject(world)).project];
    const third = (await openProject(world, { periods: { endsAt } })).project;
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await manager.setTargetClosed(projects, true);
    await projects.terminate(first, LATER, await signTermination(world, first));
    await projects.connect(owner.operator).petition(second, ZeroHash);
    await projects.connect(arbiter.operator).grantTermination(second);
    await time.increaseTo(endsAt);
    await projects.expire(third);
  });

  it("once, and only if there is one", async () => {
    const world = await loadFixture(opened);
    const { projects, project, endsAt, owner, arbiter } = world;
    const signatures = await signTermination(world, project);
    await projects.connect(owner.operator).petition(project, ZeroHash);
    await time.increaseTo(endsAt);
    await projects.expire(project);
    const acts = [
      async (id: string) => projects.terminate(id, LATER, signatures),
      async (id: string) => projects.connect(owner.operator).petition(id, ZeroHash),
      async (id: string) => projects.connect(arbiter.operator).grantTermination(id),
      async (id: string) => projects.expire(id),
      async (id: string) => projects.close(id),
    ];
    for (const act of acts) {
      await expect(act(project))
        .to.be.revertedWithCustomError(projects, "ProjectNotReady")
        .withArgs(project, ProjectStatus.Terminated);
    }
    const unknown = word();
    for (const act of acts) {
      await expect(act(unknown)).to.be.revertedWithCustomError(projects, "ProjectUnknown").withArgs(unknown);
    }
  });
});
