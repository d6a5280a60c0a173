import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { JUSTICE, roleOf } from "../../src/index.js";
import { setOperator } from "../identity/persons.js";
import { Kind, newKey, register, word } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import {
  amendmentOf,
  type Company,
  DAY,
  escrowWorld,
  type EscrowWorld,
  newAccount,
  newCompany,
  NO_OFFICE,
  openProject,
  Seat,
  signAmendment,
  signTermination,
  subcontract,
  terminate,
} from "./world.js";

interface Seated extends EscrowWorld {
  project: string;
  /** Sits on seat 4. */
  subcontractor: Company;
  /** Has no seat. */
  next: Company;
}

const NONE = [ZeroHash, ZeroAddress, 0n];

async function seated(): Promise<Seated> {
  const world = await loadFixture(escrowWorld);
  const { project } = await openProject(world);
  const { company: subcontractor } = await subcontract(world, project);
  return { ...world, project, subcontractor, next: await newCompany(world) };
}

/** The court proposes `next` for a seat. */
async function replacing(world: Seated, seat: number): Promise<number> {
  const { projects, project, court, next } = world;
  return timeOf(projects.connect(court).proposeReplacement(project, seat, next.id, next.account, []));
}

describe("ProjectRegistry: seats", () => {
  describe("a company's account", () => {
    it("is changed by its operator, after a week, by anyone", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, subcontractor, stranger } = world;
      for (const [seat, company] of [
        [Seat.Contractor, contractor],
        [Seat.Subcontractor, subcontractor],
      ] as const) {
        const account = await newAccount();
        const { changedIn } = await projects.projectOf(project);
        const proposed = projects.connect(company.operator).proposeAccount(project, seat, account);
        const dueAt = (await timeOf(proposed)) + 7 * DAY;
        await expect(proposed)
          .to.emit(projects, "SeatChangeProposed")
          .withArgs(project, seat, ZeroHash, account, dueAt, company.operator, changedIn);
        expect(await projects.seatChangeOf(project, seat)).to.deep.equal([ZeroHash, account.address, BigInt(dueAt)]);
        await time.setNextBlockTimestamp(dueAt - 1);
        await expect(projects.completeSeatChange(project, seat))
          .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
          .withArgs(project, seat, dueAt);
        expect(await projects.seatOf(project, seat)).to.deep.equal([company.id, company.account.address]);
        await time.setNextBlockTimestamp(dueAt);
        await expect(projects.connect(stranger).completeSeatChange(project, seat))
          .to.emit(projects, "SeatChanged")
          .withArgs(project, seat, ZeroHash, account, await blockOf(proposed));
        expect(await projects.seatOf(project, seat)).to.deep.equal([company.id, account.address]);
        expect(await projects.seatOfParty(project, company.id)).to.deep.equal([true, BigInt(seat)]);
        expect(await projects.seatChangeOf(project, seat)).to.deep.equal(NONE);
        await expect(projects.completeSeatChange(project, seat))
          .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
          .withArgs(project, seat, 0);
      }
    });

    it("is changed by nobody else", async () => {
      const world = await loadFixture(seated);
      const { projects, project, owner, contractor, court } = world;
      for (const other of [owner.operator, contractor.account, court]) {
        await expect(projects.connect(other).proposeAccount(project, Seat.Contractor, other))
          .to.be.revertedWithCustomError(projects, "NotParty")
          .withArgs(project, Seat.Contractor, other);
      }
    });

    it("is none for those who are not paid", async () => {
      const world = await loadFixture(seated);
      const { projects, project, owner, supervisor, arbiter, stranger } = world;
      for (const [seat, operator] of [
        [Seat.Owner, owner.operator],
        [Seat.Supervisor, supervisor.operator],
        [Seat.Arbiter, arbiter.operator],
        [5, stranger],
      ] as const) {
        await expect(projects.connect(operator).proposeAccount(project, seat, stranger))
          .to.be.revertedWithCustomError(projects, "SeatInvalid")
          .withArgs(project, seat);
      }
      await expect(projects.proposeAccount(word(), Seat.Contractor, stranger)).to.be.revertedWithCustomError(
        projects,
        "ProjectUnknown",
      );
    });

    it("is not nobody, nor where the money is kept", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, escrow, wages, milestones } = world;
      const by = projects.connect(contractor.operator);
      for (const account of [ZeroAddress, escrow, wages, milestones]) {
        await expect(by.proposeAccount(project, Seat.Contractor, account)).to.be.revertedWithCustomError(
          projects,
          "MoneyInvalid",
        );
      }
    });

    it("may be proposed anew, and waits anew", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, next } = world;
      const by = projects.connect(contractor.operator);
      await by.proposeAccount(project, Seat.Contractor, next.operator);
      await time.increase(6 * DAY);
      const dueAt = (await timeOf(by.proposeAccount(project, Seat.Contractor, next.account))) + 7 * DAY;
      await time.increase(6 * DAY);
      await expect(projects.completeSeatChange(project, Seat.Contractor))
        .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
        .withArgs(project, Seat.Contractor, dueAt);
      await time.increase(DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      expect((await projects.seatOf(project, Seat.Contractor)).account).to.equal(next.account.address);
    });

    it("stays where a thief would change it: the account itself, or another operator, vetoes", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, stranger } = world;
      const [thief, partner] = [await newAccount(), await newAccount()];
      await setOperator(world, contractor.id, contractor.key, thief.address, true);
      await setOperator(world, contractor.id, contractor.key, partner.address, true);
      for (const veto of [contractor.account, contractor.operator, partner]) {
        const proposedIn = await blockOf(projects.connect(thief).proposeAccount(project, Seat.Contractor, thief));
        await expect(projects.connect(stranger).vetoSeatChange(project, Seat.Contractor))
          .to.be.revertedWithCustomError(projects, "NotParty")
          .withArgs(project, Seat.Contractor, stranger);
        await expect(projects.connect(veto).vetoSeatChange(project, Seat.Contractor))
          .to.emit(projects, "SeatChangeVetoed")
          .withArgs(project, Seat.Contractor, veto, proposedIn);
        await time.increase(8 * DAY);
        await expect(projects.completeSeatChange(project, Seat.Contractor))
          .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
          .withArgs(project, Seat.Contractor, 0);
      }
      await setOperator(world, contractor.id, contractor.key, thief.address, false);
      await expect(
        projects.connect(thief).proposeAccount(project, Seat.Contractor, thief),
      ).to.be.revertedWithCustomError(projects, "NotParty");
    });
  });

  describe("a lost party", () => {
    it("is replaced by the court, after thirty days", async () => {
      const world = await loadFixture(seated);
      const { projects, project, court, next, contractor, stranger } = world;
      const { changedIn } = await projects.projectOf(project);
      const proposed = projects.connect(court).proposeReplacement(project, Seat.Contractor, next.id, next.account, []);
      const dueAt = (await timeOf(proposed)) + 30 * DAY;
      await expect(proposed)
        .to.emit(projects, "SeatChangeProposed")
        .withArgs(project, Seat.Contractor, next.id, next.account, dueAt, court, changedIn);
      await time.setNextBlockTimestamp(dueAt - 1);
      await expect(projects.completeSeatChange(project, Seat.Contractor))
        .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
        .withArgs(project, Seat.Contractor, dueAt);
      await time.setNextBlockTimestamp(dueAt);
      await expect(projects.connect(stranger).completeSeatChange(project, Seat.Contractor))
        .to.emit(projects, "SeatChanged")
        .withArgs(project, Seat.Contractor, next.id, next.account, await blockOf(proposed));
      expect(await projects.seatOf(project, Seat.Contractor)).to.deep.equal([next.id, next.account.address]);
      expect(await projects.seatOfParty(project, next.id)).to.deep.equal([true, 1n]);
      expect(await projects.seatOfParty(project, contractor.id)).to.deep.equal([false, 0n]);
      expect(await projects.isActing(project, Seat.Contractor, next.operator)).to.equal(true);
      expect(await projects.isActing(project, Seat.Contractor, contractor.operator)).to.equal(false);
      expect(await projects.seatChangeOf(project, Seat.Contractor)).to.deep.equal(NONE);
    });

    it("is replaced by the city's controller too, on every seat; who is not paid has no account", async () => {
      const world = await loadFixture(seated);
      const { projects, project, shijiazhuang } = world;
      for (const seat of [0, 1, 2, 3, 4]) {
        const company = await newCompany(world);
        await projects.connect(shijiazhuang).proposeReplacement(project, seat, company.id, company.account, []);
        await time.increase(30 * DAY);
        await projects.completeSeatChange(project, seat);
        const paid = seat === Seat.Contractor || seat === Seat.Subcontractor;
        expect(await projects.seatOf(project, seat)).to.deep.equal([
          company.id,
          paid ? company.account.address : ZeroAddress,
        ]);
      }
    });

    it("is replaced by nobody else", async () => {
      const world = await loadFixture(seated);
      const { projects, project, labour, administrator, hebei, owner, next } = world;
      for (const other of [labour, administrator, hebei, owner.operator]) {
        for (const lineage of [[], [HEBEI]]) {
          await expect(projects.connect(other).proposeReplacement(project, Seat.Owner, next.id, next.account, lineage))
            .to.be.revertedWithCustomError(projects, "NoStanding")
            .withArgs(other, SHIJIAZHUANG);
        }
      }
      await expect(projects.proposeReplacement(word(), 0, next.id, next.account, [])).to.be.revertedWithCustomError(
        projects,
        "ProjectUnknown",
      );
    });

    it("is replaced by the court or controller that acts for a suspended city, in a closed contract", async () => {
      const world = await loadFixture(seated);
      const { projects, project, registry, manager, hebei, issuer, next } = world;
      await manager.connect(hebei).grantRole(roleOf(HEBEI, JUSTICE), issuer, 0);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(projects, true);
      for (const by of [hebei, issuer]) {
        await projects.connect(by).proposeReplacement(project, Seat.Owner, next.id, ZeroAddress, [HEBEI]);
      }
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Owner);
      expect(await projects.isActing(project, Seat.Owner, next.operator)).to.equal(true);
    });

    it("is replaced by an active legal person without a seat, paid to an account", async () => {
      const world = await loadFixture(seated);
      const { projects, project, court, owner, subcontractor, next, escrow } = world;
      const by = projects.connect(court);
      const resident = await register(world, newKey(), { kind: Kind.Natural });
      await expect(by.proposeReplacement(project, Seat.Supervisor, resident, ZeroAddress, []))
        .to.be.revertedWithCustomError(projects, "NotActiveLegalPerson")
        .withArgs(resident);
      for (const [party, seat] of [
        [owner, 0],
        [subcontractor, 4],
      ] as const) {
        await expect(by.proposeReplacement(project, Seat.Supervisor, party.id, ZeroAddress, []))
          .to.be.revertedWithCustomError(projects, "PartySeated")
          .withArgs(party.id, seat);
      }
      for (const account of [ZeroAddress, escrow]) {
        await expect(
          by.proposeReplacement(project, Seat.Contractor, next.id, account, []),
        ).to.be.revertedWithCustomError(projects, "MoneyInvalid");
      }
      await expect(by.proposeReplacement(project, 5, next.id, next.account, []))
        .to.be.revertedWithCustomError(projects, "SeatInvalid")
        .withArgs(project, 5);
    });

    it("vetoes, if it is there after all", async () => {
      const world = await loadFixture(seated);
      const { projects, project, owner, contractor, court } = world;
      for (const [seat, veto] of [
        [Seat.Owner, owner.operator],
        [Seat.Contractor, contractor.operator],
      ] as const) {
        await replacing(world, seat);
        for (const other of [court, contractor.account]) {
          await expect(projects.connect(other).vetoSeatChange(project, seat))
            .to.be.revertedWithCustomError(projects, "NotParty")
            .withArgs(project, seat, other);
        }
        await projects.connect(veto).vetoSeatChange(project, seat);
        await time.increase(31 * DAY);
        await expect(projects.completeSeatChange(project, seat))
          .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
          .withArgs(project, seat, 0);
        await expect(projects.connect(veto).vetoSeatChange(project, seat))
          .to.be.revertedWithCustomError(projects, "SeatChangeNotDue")
          .withArgs(project, seat, 0);
      }
    });

    it("cannot hide behind a change of account: a replacement takes its place, and holds it", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, next } = world;
      const by = projects.connect(contractor.operator);
      await by.proposeAccount(project, Seat.Contractor, contractor.operator);
      const dueAt = (await replacing(world, Seat.Contractor)) + 30 * DAY;
      expect(await projects.seatChangeOf(project, Seat.Contractor)).to.deep.equal([
        next.id,
        next.account.address,
        BigInt(dueAt),
      ]);
      await expect(by.proposeAccount(project, Seat.Contractor, contractor.operator))
        .to.be.revertedWithCustomError(projects, "SeatChangeWaits")
        .withArgs(project, Seat.Contractor);
      await by.vetoSeatChange(project, Seat.Contractor);
      await by.proposeAccount(project, Seat.Contractor, contractor.operator);
    });

    it("is not replaced by one that has taken a seat meanwhile", async () => {
      const world = await loadFixture(seated);
      const { projects, project, next } = world;
      for (const seat of [Seat.Owner, Seat.Supervisor]) await replacing(world, seat);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Owner);
      await expect(projects.completeSeatChange(project, Seat.Supervisor))
        .to.be.revertedWithCustomError(projects, "PartySeated")
        .withArgs(next.id, Seat.Owner);
    });

    it("gets its seat back the same way", async () => {
      const world = await loadFixture(seated);
      const { projects, project, court, owner } = world;
      await replacing(world, Seat.Owner);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Owner);
      await projects.connect(court).proposeReplacement(project, Seat.Owner, owner.id, ZeroAddress, []);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Owner);
      expect(await projects.seatOfParty(project, owner.id)).to.deep.equal([true, 0n]);
    });

    for (const [name, seat] of [
      ["owner", Seat.Owner],
      ["contractor", Seat.Contractor],
    ] as const) {
      it(`leaves nothing to whoever finds its key: the ${name}'s signature counts no more`, async () => {
        const world = await loadFixture(seated);
        const { projects, project, owner, contractor, supervisor, next } = world;
        const amendment = await amendmentOf(world, project);
        const before = await signAmendment(world, amendment);
        await replacing(world, seat);
        await time.increase(30 * DAY);
        await projects.completeSeatChange(project, seat);
        await expect(projects.amend(amendment, before, NO_OFFICE))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(next.id);
        const sides = { owner, contractor, supervisor, [name]: next };
        const now = [sides.owner, sides.contractor, sides.supervisor] as [Company, Company, Company];
        await expect(projects.terminate(project, 4_000_000_000, await signTermination(world, project)))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(next.id);
        await projects.amend(amendment, await signAmendment(world, amendment, now), NO_OFFICE);
      });
    }

    it("cannot act while its identity is suspended, nor can its account, which may be a thief's", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, identities, registrar } = world;
      await replacing(world, Seat.Contractor);
      await identities.connect(registrar).suspend(contractor.id, 1, []);
      expect(await projects.isActing(project, Seat.Contractor, contractor.operator)).to.equal(false);
      for (const one of [contractor.operator, contractor.account]) {
        await expect(projects.connect(one).vetoSeatChange(project, Seat.Contractor))
          .to.be.revertedWithCustomError(projects, "NotParty")
          .withArgs(project, Seat.Contractor, one);
      }
    });

    it("gets the account back that a thief has changed", async () => {
      const world = await loadFixture(seated);
      const { projects, project, contractor, court } = world;
      const thief = await newAccount();
      await projects.connect(contractor.operator).proposeAccount(project, Seat.Contractor, thief);
      await time.increase(7 * DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      await projects.connect(court).proposeReplacement(project, Seat.Contractor, contractor.id, contractor.account, []);
      await expect(projects.connect(thief).vetoSeatChange(project, Seat.Contractor))
        .to.be.revertedWithCustomError(projects, "NotParty")
        .withArgs(project, Seat.Contractor, thief);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      expect(await projects.seatOf(project, Seat.Contractor)).to.deep.equal([
        contractor.id,
        contractor.account.address,
      ]);
      expect(await projects.seatOfParty(project, contractor.id)).to.deep.equal([true, 1n]);
    });
  });

  it("change in projects that have ended too: what is owed is still paid", async () => {
    const world = await loadFixture(seated);
    const { projects, project, contractor, next } = world;
    await terminate(world, project);
    await projects.connect(contractor.operator).proposeAccount(project, Seat.Contractor, next.operator);
    await time.increase(7 * DAY);
    await projects.completeSeatChange(project, Seat.Contractor);
    expect((await projects.seatOf(project, Seat.Contractor)).account).to.equal(next.operator.address);
    await replacing(world, Seat.Contractor);
    await time.increase(30 * DAY);
    await projects.completeSeatChange(project, Seat.Contractor);
    expect((await projects.seatOf(project, Seat.Contractor)).party).to.equal(next.id);
  });
});
