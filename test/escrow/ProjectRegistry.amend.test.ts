import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { LABOUR, roleOf } from "../../src/index.js";
import { ControllerWallet__factory } from "../../typechain/index.js";
import type { AmendmentStruct } from "../../typechain/escrow/ProjectRegistry.js";
import { Kind, newKey, register, word, YEAR } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { probedWorld, type ProbedWorld } from "./probed.js";
import {
  amend,
  amendmentOf,
  BUDGET,
  DAY,
  DEPOSIT,
  escrowWorld,
  type EscrowWorld,
  mint,
  newCompany,
  NO_OFFICE,
  openProject,
  recordOf,
  Seat,
  signAmendment,
  signOffice,
  subcontract,
  terminate,
  WAGE_SHARE,
  WORKS,
} from "./world.js";

const MilestoneStatus = { Planned: 0, Requested: 1, Settled: 6 };

async function opened(): Promise<EscrowWorld & { project: string }> {
  const world = await loadFixture(escrowWorld);
  return { ...world, project: (await openProject(world)).project };
}

async function probed(): Promise<ProbedWorld & { project: string }> {
  const world = await loadFixture(probedWorld);
  return { ...world, project: (await openProject(world)).project };
}

function changeOf(index: number, amount: bigint): { index: number; amount: bigint; content: string } {
  return { index, amount, content: word() };
}

type Opened = EscrowWorld & { project: string };

/** Amends with the labour office's signature too. */
async function amendWithOffice(world: Opened, changes: Partial<AmendmentStruct>): Promise<unknown> {
  const amendment = await amendmentOf(world, world.project, changes);
  return world.projects.amend(amendment, await signAmendment(world, amendment), await signOffice(world, amendment));
}

async function refused(world: Opened, changes: Partial<AmendmentStruct>, error: string, ...args: unknown[]) {
  const refusal = expect(amend(world, world.project, changes)).to.be.revertedWithCustomError(world.projects, error);
  await (args.length === 0 ? refusal : refusal.withArgs(...args));
}

describe("ProjectRegistry: changes of the terms", () => {
  describe("are made", () => {
    it("with the signatures of owner, contractor and supervisor, by anyone", async () => {
      const world = await loadFixture(opened);
      const { projects, project, stranger } = world;
      const before = await recordOf(world, project);
      const endsAt = (await projects.projectOf(project)).endsAt + 5n;
      const amendment = await amendmentOf(world, project, {
        ...{ budget: 120_000_000n, wageShare: 2_500n, wageDeposit: 3_000_000n, endsAt },
        milestones: [changeOf(1, 35_000_000n), changeOf(2, 0n), changeOf(3, 25_000_000n)],
      });
      const sent = projects.connect(stranger).amend(amendment, await signAmendment(world, amendment), NO_OFFICE);
      await expect(sent).to.emit(projects, "ProjectAmended");
      const [event] = await projects.queryFilter(projects.filters.ProjectAmended(project));
      expect(event?.args.amendment.milestones.map(({ index, content }) => [Number(index), content])).to.deep.equal(
        amendment.milestones.map(({ index, content }) => [index, content]),
      );
      expect([event?.args.works, event?.args.by, event?.args.previousBlock]).to.deep.equal([
        90_000_000n,
        stranger.address,
        before["changedIn"],
      ]);
      expect(await recordOf(world, project)).to.deep.equal({
        ...before,
        ...{ budget: 120_000_000n, wageShare: 2_500n, wageDeposit: 3_000_000n, endsAt, works: 90_000_000n },
        ...{ milestones: 4n, changes: 1n, changedIn: BigInt(await blockOf(sent)) },
      });
      const amounts = await Promise.all([0, 1, 2, 3].map(async (place) => projects.milestoneOf(project, place)));
      expect(amounts).to.deep.equal([30_000_000n, 35_000_000n, 0n, 25_000_000n]);
    });

    it("one after the other, each binding the count of the ones before", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      for (const days of [1, 2, 3]) await amend(world, project, { endsAt: (await time.latest()) + days * DAY });
      expect((await projects.projectOf(project)).changes).to.equal(3);
    });

    it("to the budget that was put in, and no less", async () => {
      const world = await loadFixture(opened);
      const { projects, project, settlement, escrow, stranger } = world;
      await mint(world, stranger, 50_000_000n);
      await settlement.connect(stranger).approve(escrow, 50_000_000n);
      await escrow.connect(stranger).fund(project, 50_000_000n);
      const budget = 50_000_000n;
      const milestones = [changeOf(0, 20_000_000n), changeOf(1, 10_000_000n), changeOf(2, 10_000_000n)];
      const lower = { budget: budget - 10n, milestones: [changeOf(0, 20_000_000n - 8n), ...milestones.slice(1)] };
      await expect(amendWithOffice(world, lower)).to.be.revertedWithCustomError(projects, "MoneyInvalid");
      await amendWithOffice(world, { budget, milestones });
      expect((await projects.projectOf(project)).works).to.equal(40_000_000n);
    });

    it("to the wages that were put in, and no less", async () => {
      const world = await loadFixture(opened);
      const { projects, project, settlement, escrow, stranger } = world;
      await mint(world, stranger, 50_000_000n);
      await settlement.connect(stranger).approve(escrow, 50_000_000n);
      await escrow.connect(stranger).fund(project, 50_000_000n);
      expect((await escrow.booksOf(project)).toWages).to.equal(10_000_000n);
      const shareOf = (wageShare: bigint): Partial<AmendmentStruct> => ({
        wageShare,
        milestones: [changeOf(0, 50_000_000n - wageShare * 10_000n)],
      });
      await expect(amendWithOffice(world, shareOf(999n))).to.be.revertedWithCustomError(projects, "MoneyInvalid");
      await amendWithOffice(world, shareOf(1_000n));
      expect((await projects.projectOf(project)).works).to.equal(90_000_000n);
    });

    it("up to 64 milestones", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      const news = Array.from({ length: 61 }, (_, i) => changeOf(i + 3, 1n));
      await amend(world, project, { milestones: [changeOf(0, 30_000_000n - 61n), ...news] });
      expect((await projects.projectOf(project)).milestones).to.equal(64);
      const more = [changeOf(0, 30_000_000n - 62n), changeOf(64, 1n)];
      await refused(world, { milestones: more }, "MilestonesInvalid", 0, WORKS);
    });

    it("with a new arbiter, whose seat it then is", async () => {
      const world = await loadFixture(opened);
      const { projects, project, arbiter } = world;
      const next = await newCompany(world);
      await amend(world, project, { arbiter: next.id });
      expect(await projects.seatOf(project, Seat.Arbiter)).to.deep.equal([next.id, ZeroAddress]);
      expect(await projects.seatOfParty(project, arbiter.id)).to.deep.equal([false, 0n]);
      expect(await projects.isActing(project, Seat.Arbiter, next.operator)).to.equal(true);
      expect(await projects.isActing(project, Seat.Arbiter, arbiter.operator)).to.equal(false);
      await amend(world, project, { arbiter: arbiter.id });
      await amend(world, project, { arbiter: arbiter.id });
      expect(await projects.seatOfParty(project, arbiter.id)).to.deep.equal([true, 3n]);
    });

    it("with a new arbiter in place of any replacement that waits", async () => {
      const world = await loadFixture(opened);
      const { projects, project, court } = world;
      const [theirs, ours] = [await newCompany(world), await newCompany(world)];
      await projects.connect(court).proposeReplacement(project, Seat.Arbiter, theirs.id, ZeroAddress, []);
      await amend(world, project, { endsAt: (await time.latest()) + 9 * DAY });
      expect((await projects.seatChangeOf(project, Seat.Arbiter)).party).to.equal(theirs.id);
      await amend(world, project, { arbiter: ours.id });
      expect(await projects.seatChangeOf(project, Seat.Arbiter)).to.deep.equal([ZeroHash, ZeroAddress, 0n]);
    });

    it("and leave the subcontractors' shares", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      await subcontract(world, project);
      await amend(world, project, { milestones: [changeOf(0, 40_000_000n), changeOf(1, 20_000_000n)] });
      expect(await projects.sharesOf(project, 0)).to.deep.equal([[4n], [1_000n]]);
    });

    it("and shrink no milestone in which a subcontractor has a share", async () => {
      const world = await loadFixture(opened);
      const { project } = world;
      await subcontract(world, project);
      const smaller = [changeOf(0, 29_999_999n), changeOf(1, 30_000_001n)];
      await refused(world, { milestones: smaller }, "SharesInvalid", project, 0);
      await refused(world, { milestones: [changeOf(0, 0n), changeOf(1, 60_000_000n)] }, "SharesInvalid", project, 0);
      await amend(world, project, {
        milestones: [changeOf(0, 30_000_000n), changeOf(1, 1n), changeOf(2, 49_999_999n)],
      });
    });
  });

  describe("touch planned milestones alone", () => {
    it("not one that was requested or settled", async () => {
      const world = await loadFixture(probed);
      const { project, probe } = world;
      const milestones = [changeOf(0, 20_000_000n), changeOf(1, 40_000_000n)];
      for (const status of [MilestoneStatus.Requested, MilestoneStatus.Settled]) {
        await probe.setStatus(1, status);
        await refused(world, { milestones }, "MilestoneNotPlanned", project, 1);
      }
      await probe.setStatus(1, MilestoneStatus.Planned);
      await amend(world, project, { milestones });
    });

    it("not one that was dropped, or is none", async () => {
      const world = await loadFixture(opened);
      const { project } = world;
      await amend(world, project, { milestones: [changeOf(0, 60_000_000n), changeOf(1, 0n)] });
      const back = [changeOf(0, 30_000_000n), changeOf(1, 30_000_000n)];
      await refused(world, { milestones: back }, "MilestoneNotPlanned", project, 1);
      await refused(world, { milestones: [changeOf(4, 1n)] }, "MilestoneNotPlanned", project, 4);
    });

    it("in ascending order, each once", async () => {
      const world = await loadFixture(opened);
      const { project } = world;
      const twice = [changeOf(0, 10_000_000n), changeOf(0, 30_000_000n)];
      await refused(world, { milestones: twice }, "MilestoneNotPlanned", project, 0);
      const disordered = [changeOf(1, 20_000_000n), changeOf(0, 40_000_000n)];
      await refused(world, { milestones: disordered }, "MilestoneNotPlanned", project, 0);
      const beyond = [changeOf(3, 1n), changeOf(0, 30_000_000n - 1n)];
      await refused(world, { milestones: beyond }, "MilestoneNotPlanned", project, 0);
    });

    it("and come to what the budget leaves after wages", async () => {
      const world = await loadFixture(opened);
      await refused(world, { milestones: [changeOf(0, 1n)] }, "MilestonesInvalid", WORKS - 29_999_999n, WORKS);
      await refused(world, { milestones: [changeOf(3, 0n)] }, "MilestonesInvalid", 0, WORKS);
      await refused(world, { budget: BUDGET + 10n }, "MilestonesInvalid", WORKS, WORKS + 8n);
    });

    it("all of which may be dropped where all is wages", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      await amend(world, project, { wageShare: 10_000n, milestones: [0, 1, 2].map((index) => changeOf(index, 0n)) });
      expect((await projects.projectOf(project)).works).to.equal(0);
    });
  });

  describe("need the labour office", () => {
    const lower: [string, Partial<AmendmentStruct>][] = [
      ["a lower wage share", { wageShare: WAGE_SHARE - 1n, milestones: [changeOf(0, 30_010_000n)] }],
      ["a lower deposit", { wageDeposit: DEPOSIT - 1n }],
      ["lower wages of a smaller budget", { budget: BUDGET - 5n, milestones: [changeOf(0, 30_000_000n - 4n)] }],
      [
        "lower wages of a smaller budget, though the share is higher",
        { budget: BUDGET / 2n, wageShare: 3_000n, milestones: [changeOf(0, 0n), changeOf(1, 15_000_000n)] },
      ],
      [
        "a smaller budget, though the share rises so that wages come to the same",
        { budget: BUDGET / 2n, wageShare: 4_000n, milestones: [changeOf(0, 0n), changeOf(1, 10_000_000n)] },
      ],
      [
        "a smaller budget, though share, sum and deposit of wages rise",
        {
          ...{ budget: BUDGET - 10_000n, wageShare: 3_000n, wageDeposit: DEPOSIT + 1n },
          milestones: [changeOf(0, 19_993_000n)],
        },
      ],
    ];
    for (const [what, changes] of lower) {
      it(`for ${what}`, async () => {
        const world = await loadFixture(opened);
        await refused(world, changes, "LabourOfficeNotSigned", SHIJIAZHUANG);
        await amendWithOffice(world, changes);
      });
    }

    it("and not where wages rise, or stay", async () => {
      const world = await loadFixture(opened);
      const { project } = world;
      await amend(world, project, { wageDeposit: DEPOSIT + 1n });
      await amend(world, project, { wageShare: WAGE_SHARE + 1n, milestones: [changeOf(0, 29_990_000n)] });
      await amend(world, project, { budget: BUDGET + 10_000n, milestones: [changeOf(0, 29_997_999n)] });
    });

    it("itself, over this very amendment", async () => {
      const world = await loadFixture(opened);
      const { projects, project, court, labour, administrator } = world;
      const amendment = await amendmentOf(world, project, { wageDeposit: 0 });
      const signatures = await signAmendment(world, amendment);
      const other = await amendmentOf(world, project, { wageDeposit: 1 });
      const wallet = await new ControllerWallet__factory(administrator).deploy(labour);
      for (const office of [
        NO_OFFICE,
        await signOffice(world, amendment, court), // no labour office
        { ...(await signOffice(world, amendment, court)), officer: labour }, // another's signature
        await signOffice(world, other),
        { ...(await signOffice(world, amendment)), officer: wallet }, // signs well, and holds no role
        await signOffice(world, amendment, labour, [HEBEI]),
      ]) {
        await expect(projects.amend(amendment, signatures, office))
          .to.be.revertedWithCustomError(projects, "LabourOfficeNotSigned")
          .withArgs(SHIJIAZHUANG);
      }
      await world.manager
        .connect(world.shijiazhuang)
        .grantRole(roleOf(SHIJIAZHUANG, LABOUR), await wallet.getAddress(), 0);
      await projects.amend(amendment, signatures, { ...(await signOffice(world, amendment)), officer: wallet });
    });

    it("which cannot go below the city's floors either", async () => {
      const world = await loadFixture(opened);
      const { projects, labour, project } = world;
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: WAGE_SHARE, wageDeposit: 200 });
      await expect(amendWithOffice(world, { wageDeposit: DEPOSIT - 1n }))
        .to.be.revertedWithCustomError(projects, "BelowFloor")
        .withArgs(WAGE_SHARE, 200);
      await amend(world, project);
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: WAGE_SHARE, wageDeposit: 201 });
      await refused(world, {}, "BelowFloor", WAGE_SHARE, 201); // new floors bind what is agreed from now on
    });
  });

  describe("are refused", () => {
    it("with impossible sums, shares or an impossible end", async () => {
      const world = await loadFixture(opened);
      const { projects } = world;
      for (const changes of [
        { budget: 0n, wageDeposit: 0n },
        { budget: 2n ** 96n },
        { wageShare: 10_001n },
        { wageDeposit: BUDGET + 1n },
      ]) {
        await expect(amendWithOffice(world, changes)).to.be.revertedWithCustomError(projects, "MoneyInvalid");
      }
      const now = await time.latest();
      for (const endsAt of [0, now, now + 20 * YEAR + DAY]) await refused(world, { endsAt }, "PeriodsInvalid");
    });

    it("that name an arbiter who has a seat, or is no active legal person", async () => {
      const world = await loadFixture(opened);
      const { owner, contractor } = world;
      await refused(world, { arbiter: owner.id }, "PartySeated", owner.id, 0);
      await refused(world, { arbiter: contractor.id }, "PartySeated", contractor.id, 1);
      const resident = await register(world, newKey(), { kind: Kind.Natural });
      await refused(world, { arbiter: resident }, "NotActiveLegalPerson", resident);
    });

    it("that one of the three has not signed", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, contractor, supervisor, arbiter } = world;
      const amendment = await amendmentOf(world, project, {});
      for (const [sides, missing] of [
        [[arbiter, contractor, supervisor], owner],
        [[owner, arbiter, supervisor], contractor],
        [[owner, contractor, arbiter], supervisor],
      ] as const) {
        await expect(projects.amend(amendment, await signAmendment(world, amendment, [...sides]), NO_OFFICE))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(missing.id);
      }
    });

    it("twice, or out of order", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      await refused(world, { changes: 1 }, "ChangesDiffer", 1, 0);
      const first = await amend(world, project);
      await expect(projects.amend(first, await signAmendment(world, first), NO_OFFICE))
        .to.be.revertedWithCustomError(projects, "ChangesDiffer")
        .withArgs(0, 1);
    });

    it("after the deadline, to the second", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      const deadline = (await time.latest()) + DAY;
      const amendment = await amendmentOf(world, project, { deadline });
      const signatures = await signAmendment(world, amendment);
      await time.setNextBlockTimestamp(deadline + 1);
      await expect(projects.amend(amendment, signatures, NO_OFFICE))
        .to.be.revertedWithCustomError(projects, "OrderExpired")
        .withArgs(deadline);
      const later = await amendmentOf(world, project, { deadline: deadline + DAY });
      const good = await signAmendment(world, later);
      await time.setNextBlockTimestamp(deadline + DAY);
      await projects.amend(later, good, NO_OFFICE);
    });

    it("in a suspended city, a closed contract, an ended project, or none", async () => {
      const world = await loadFixture(opened);
      const { projects, project, manager, registry, hebei } = world;
      const amendment = await amendmentOf(world, project, {});
      const signatures = await signAmendment(world, amendment);
      const amending = async () => projects.amend(amendment, signatures, NO_OFFICE);
      await manager.setTargetClosed(projects, true);
      await expect(amending()).to.be.revertedWithCustomError(manager, "ContractClosed").withArgs(projects);
      await manager.setTargetClosed(projects, false);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(amending())
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await terminate(world, project);
      await expect(amending()).to.be.revertedWithCustomError(projects, "ProjectNotReady").withArgs(project, 3);
      const unknown = word();
      await expect(projects.amend({ ...amendment, project: unknown }, signatures, NO_OFFICE))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
    });
  });
});
