import { expect } from "chai";
import { ZeroAddress } from "ethers";

import type { SubcontractStruct } from "../../typechain/escrow/ProjectRegistry.js";
import { Kind, newKey, register, word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { probedWorld, type ProbedWorld } from "./probed.js";
import {
  amend,
  type Company,
  DAY,
  escrowWorld,
  type EscrowWorld,
  newCompany,
  openProject,
  Seat,
  signSubcontract,
  subcontract,
  subcontractOf,
  terminate,
} from "./world.js";

interface Opened extends EscrowWorld {
  project: string;
  /** Has no seat yet. */
  company: Company;
}

async function opened(): Promise<Opened> {
  const world = await loadFixture(escrowWorld);
  return { ...world, project: (await openProject(world)).project, company: await newCompany(world) };
}

async function probed(): Promise<ProbedWorld & Opened> {
  const world = await loadFixture(probedWorld);
  return { ...world, project: (await openProject(world)).project, company: await newCompany(world) };
}

/** The company's subcontract with these changes is refused. */
async function refused(world: Opened, changes: Partial<SubcontractStruct>, error: string, ...args: unknown[]) {
  const order = subcontractOf(world.project, world.company, changes);
  const act = world.projects.subcontract(order, await signSubcontract(world, order, world.company));
  const refusal = expect(act).to.be.revertedWithCustomError(world.projects, error);
  await (args.length === 0 ? refusal : refusal.withArgs(...args));
}

function sharesOf(...shares: [number, number][]): { milestone: number; share: number }[] {
  return shares.map(([milestone, share]) => ({ milestone, share }));
}

describe("ProjectRegistry: subcontracts", () => {
  describe("give a seat and shares", () => {
    it("with the signatures of contractor and subcontractor, by anyone", async () => {
      const world = await loadFixture(opened);
      const { projects, project, company, stranger } = world;
      const { changedIn } = await projects.projectOf(project);
      const order = subcontractOf(project, company, { shares: sharesOf([0, 10_000], [2, 1]) });
      const signatures = await signSubcontract(world, order, company);
      expect(await projects.subcontract.staticCall(order, signatures)).to.equal(4);
      const sent = projects.connect(stranger).subcontract(order, signatures);
      await expect(sent).to.emit(projects, "SubcontractRegistered");
      const [event] = await projects.queryFilter(projects.filters.SubcontractRegistered(project, 4, company.id));
      expect([event?.args.by, event?.args.previousBlock]).to.deep.equal([stranger.address, changedIn]);
      expect(event?.args.subcontract.shares).to.deep.equal([
        [0n, 10_000n],
        [2n, 1n],
      ]);
      expect(await projects.seatOf(project, 4)).to.deep.equal([company.id, company.account.address]);
      expect(await projects.seatOfParty(project, company.id)).to.deep.equal([true, 4n]);
      expect(await projects.isActing(project, 4, company.operator)).to.equal(true);
      expect(await projects.sharesOf(project, 0)).to.deep.equal([[4n], [10_000n]]);
      expect(await projects.sharesOf(project, 1)).to.deep.equal([[], []]);
      expect(await projects.sharesOf(project, 2)).to.deep.equal([[4n], [1n]]);
      const { seats, changes, changedIn: now } = await projects.projectOf(project);
      expect([seats, changes, now]).to.deep.equal([5n, 0n, BigInt(await blockOf(sent))]);
    });

    it("of none, of one, or of several milestones, up to the whole of each and eight companies", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      await subcontract(world, project, { shares: [] });
      for (let i = 0; i < 7; ++i) await subcontract(world, project, { shares: sharesOf([0, 1_000], [1, 1]) });
      await refused(world, { shares: sharesOf([0, 3_001]) }, "SharesInvalid", project, 0);
      await subcontract(world, project, { shares: sharesOf([0, 3_000], [1, 1]) });
      expect(await projects.sharesOf(project, 0)).to.deep.equal([
        [5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n],
        [...Array.from({ length: 7 }, () => 1_000n), 3_000n],
      ]);
      await refused(world, { shares: sharesOf([1, 1]) }, "SharesInvalid", project, 1);
    });

    it("to 64 companies", async () => {
      const world = await loadFixture(opened);
      const { projects, project } = world;
      for (let i = 0; i < 64; ++i) await subcontract(world, project, { shares: [] });
      expect((await projects.projectOf(project)).seats).to.equal(68);
      await refused(world, { shares: [] }, "SharesInvalid", project, 0);
    });

    it("of planned milestones alone, new ones included", async () => {
      const world = await loadFixture(probed);
      const { project, probe } = world;
      for (let status = 1; status <= 6; ++status) {
        await probe.setStatus(1, status);
        await refused(world, { shares: sharesOf([0, 1], [1, 1]) }, "MilestoneNotPlanned", project, 1);
      }
      await refused(world, { shares: sharesOf([3, 1]) }, "MilestoneNotPlanned", project, 3);
      const dropped = { index: 2, amount: 0n, content: word() };
      const added = { index: 3, amount: 20_000_000n, content: word() };
      await amend(world, project, { milestones: [dropped, added] });
      await refused(world, { shares: sharesOf([2, 1]) }, "MilestoneNotPlanned", project, 2);
      await subcontract(world, project, { shares: sharesOf([0, 1], [3, 1]) });
    });
  });

  describe("are refused", () => {
    it("with shares of nothing, more than the whole, or out of order", async () => {
      const world = await loadFixture(opened);
      const { project } = world;
      for (const [shares, milestone] of [
        [sharesOf([1, 0]), 1],
        [sharesOf([1, 10_001]), 1],
        [sharesOf([1, 65_535]), 1],
        [sharesOf([1, 1], [0, 1]), 0],
        [sharesOf([1, 1], [1, 1]), 1],
      ] as const) {
        await refused(world, { shares }, "SharesInvalid", project, milestone);
      }
    });

    it("to a party with a seat, or none that is an active legal person", async () => {
      const world = await loadFixture(opened);
      const { projects, project, owner, contractor, company, identities, registrar } = world;
      for (const [seat, side] of [
        [Seat.Owner, owner],
        [Seat.Contractor, contractor],
      ] as const) {
        const order = subcontractOf(project, side);
        await expect(projects.subcontract(order, await signSubcontract(world, order, side)))
          .to.be.revertedWithCustomError(projects, "PartySeated")
          .withArgs(side.id, seat);
      }
      const resident = await register(world, newKey(), { kind: Kind.Natural });
      await refused(world, { subcontractor: resident }, "NotActiveLegalPerson", resident);
      await identities.connect(registrar).suspend(company.id, 1, []);
      await refused(world, {}, "NotActiveLegalPerson", company.id);
    });

    it("paid to nobody, or to where the money is kept", async () => {
      const world = await loadFixture(opened);
      const { escrow, wages, milestones } = world;
      for (const account of [ZeroAddress, escrow, wages, milestones]) {
        const address = typeof account === "string" ? account : await account.getAddress();
        await refused(world, { account: address }, "MoneyInvalid");
      }
    });

    it("that one of the two has not signed", async () => {
      const world = await loadFixture(opened);
      const { projects, project, company, owner, contractor } = world;
      const order = subcontractOf(project, company);
      await expect(projects.subcontract(order, await signSubcontract(world, order, company, owner)))
        .to.be.revertedWithCustomError(projects, "PartyNotSigned")
        .withArgs(contractor.id);
      await expect(projects.subcontract(order, await signSubcontract(world, order, owner)))
        .to.be.revertedWithCustomError(projects, "PartyNotSigned")
        .withArgs(company.id);
    });

    it("after the deadline, to the second", async () => {
      const world = await loadFixture(opened);
      const { projects, project, company } = world;
      const deadline = (await time.latest()) + DAY;
      const [late, good] = [deadline, deadline + DAY].map((at) => subcontractOf(project, company, { deadline: at }));
      for (const order of [late, good] as SubcontractStruct[]) {
        const signatures = await signSubcontract(world, order, company);
        await time.setNextBlockTimestamp(order === late ? deadline + 1 : deadline + DAY);
        const act = projects.subcontract(order, signatures);
        if (order === good) await act;
        else await expect(act).to.be.revertedWithCustomError(projects, "OrderExpired").withArgs(deadline);
      }
    });

    it("twice, also once the company has lost its seat to another", async () => {
      const world = await loadFixture(opened);
      const { projects, project, court } = world;
      const { company, order, seat } = await subcontract(world, project);
      const again = async () => projects.subcontract(order, await signSubcontract(world, order, company));
      await expect(again()).to.be.revertedWithCustomError(projects, "SubcontractExists").withArgs(project, company.id);
      const next = await newCompany(world);
      await projects.connect(court).proposeReplacement(project, seat, next.id, next.account, []);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, seat);
      expect(await projects.seatOfParty(project, company.id)).to.deep.equal([false, 0n]);
      await expect(again()).to.be.revertedWithCustomError(projects, "SubcontractExists").withArgs(project, company.id);
      const anew = subcontractOf(project, company);
      await projects.subcontract(anew, await signSubcontract(world, anew, company));
      expect(await projects.seatOfParty(project, company.id)).to.deep.equal([true, 5n]);
    });

    it("in a suspended city, a closed contract, an ended project, or none", async () => {
      const world = await loadFixture(opened);
      const { projects, project, company, manager, registry, hebei } = world;
      const order = subcontractOf(project, company);
      const signatures = await signSubcontract(world, order, company);
      await manager.setTargetClosed(projects, true);
      await expect(projects.subcontract(order, signatures))
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(projects);
      await manager.setTargetClosed(projects, false);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(projects.subcontract(order, signatures))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await terminate(world, project);
      await expect(projects.subcontract(order, signatures))
        .to.be.revertedWithCustomError(projects, "ProjectNotReady")
        .withArgs(project, 3);
      const unknown = word();
      await refused(world, { project: unknown }, "ProjectUnknown", unknown);
    });
  });
});
