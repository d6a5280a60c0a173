import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { word } from "../identity/world.js";
import { CNY } from "../invoice/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { at } from "./milestones.js";
import { DAY, newAccount, newCompany, Seat, subcontract, terminate } from "./world.js";
import {
  award,
  booked,
  contest,
  earn,
  FIRST,
  type Funded,
  funded,
  newProject,
  payOut,
  request,
  rule,
  settle,
  works,
} from "./works.js";

const Kind = { Payout: 0n, HandOver: 1n, Refund: 2n } as const;
/** What is kept of the first milestone, and what is not. */
const KEPT = (FIRST * 300n) / 10_000n;
const CREDIT = FIRST - KEPT;
const NO_FACTS = [ZeroHash, ZeroAddress, ZeroHash, ZeroHash, 0n, 0n, 0n, 0n];

describe("FundEscrow: what companies earn", () => {
  /** The contractor has earned the first milestone. */
  async function earned(): Promise<Funded> {
    const world = await loadFixture(funded);
    await earn(world, world.project);
    return world;
  }

  /** Works alone, in milestones of these sums. */
  async function small(amounts: bigint[], money: object = {}) {
    const world = await loadFixture(works);
    const budget = amounts.reduce((sum, amount) => sum + amount, 0n);
    const milestones = amounts.map((amount) => ({ amount, content: word() }));
    const terms = { money: { budget, wageShare: 0, wageDeposit: 0, ...money }, milestones };
    return { ...world, project: await newProject(world, terms) };
  }

  describe("is paid", () => {
    it("to the company's account, by anyone, on record", async () => {
      const world = await loadFixture(earned);
      const { escrow, settlement, contractor, project } = world;
      const block = await escrow.changedIn(project);
      const before = await settlement.balanceOf(contractor.account);
      const id = await escrow.transactionIdOf(project, 0);
      expect(await escrow.payOut.staticCall(project, Seat.Contractor)).to.equal(id);
      expect(await escrow.lastPayout(project)).to.deep.equal([0n, ZeroHash]);
      const sent = payOut(world, project);
      const paidAt = BigInt(await timeOf(sent));
      const record = [contractor.id, contractor.account.address, 1n, Kind.Payout, CREDIT, paidAt];
      await expect(sent).to.emit(escrow, "PaymentMade").withArgs(project, 0, id, record, block);
      expect((await settlement.balanceOf(contractor.account)) - before).to.equal(CREDIT);
      expect(await escrow.lastPayout(project)).to.deep.equal([paidAt, id]);
      expect(await escrow.paymentsOf(project, 0, 9)).to.deep.equal([record]);
      expect(await escrow.paymentOf(id)).to.deep.equal([
        ...[contractor.id, await escrow.getAddress(), id, ZeroHash],
        ...[BigInt(CNY), CREDIT, 0n, paidAt],
      ]);
      expect(await nonZero(escrow.seatBooksOf(project, Seat.Contractor))).to.deep.equal({
        ...{ earned: FIRST, kept: KEPT, retained: KEPT, paid: CREDIT },
      });
    });

    it("once, and only if there is something", async () => {
      const world = await loadFixture(earned);
      const { escrow, projects, project } = world;
      await payOut(world, project);
      for (const seat of [Seat.Owner, Seat.Contractor, Seat.Supervisor, 4, 99]) {
        await expect(payOut(world, project, seat))
          .to.be.revertedWithCustomError(escrow, "NothingToPay")
          .withArgs(project, seat);
      }
      await expect(payOut(world, word())).to.be.revertedWithCustomError(projects, "ProjectUnknown");
    });

    it("in a suspended city, a closed contract and an ended project too", async () => {
      const world = await loadFixture(earned);
      const { manager, registry, hebei, escrow, projects, project } = world;
      await terminate(world, project);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      for (const contract of [escrow, projects]) await manager.setTargetClosed(contract, true);
      await payOut(world, project);
    });

    it("and each payment is found by its place, in pages", async () => {
      const { project, ...world } = await small([1_000n, 2_000n, 3_000n], { retention: 0 });
      const { escrow } = world;
      const { seat } = await subcontract(world, project, { shares: [{ milestone: 2, share: 5_000 }] });
      for (const milestone of [0, 1, 2]) {
        await award(world, project, milestone, BigInt(1_000 * (milestone + 1)));
        await payOut(world, project);
      }
      const last = await escrow.lastPayout(project);
      await payOut(world, project, seat);
      expect(await escrow.lastPayout(project)).to.deep.equal(last); // the contractor's
      expect(last[1]).to.equal(await escrow.transactionIdOf(project, 2));
      expect(await escrow.paymentCount(project)).to.equal(4);
      const page = async (start: number, count: number) =>
        (await escrow.paymentsOf(project, start, count)).map(({ amount }) => amount);
      expect(await page(0, 99)).to.deep.equal([1_000n, 2_000n, 1_500n, 1_500n]);
      expect(await page(1, 2)).to.deep.equal([2_000n, 1_500n]);
      expect(await page(3, 1)).to.deep.equal([1_500n]);
      expect(await page(4, 1)).to.deep.equal([]);
      expect(await page(0, 0)).to.deep.equal([]);
      expect(await escrow.paymentOf(await escrow.transactionIdOf(project, 4))).to.deep.equal(NO_FACTS);
      expect(await escrow.paymentOf(word())).to.deep.equal(NO_FACTS);
    });

    it("to another account, if the company changed it in time", async () => {
      const world = await loadFixture(earned);
      const { projects, settlement, contractor, project } = world;
      const account = await newAccount();
      await projects.connect(contractor.operator).proposeAccount(project, Seat.Contractor, account);
      await time.increase(7 * DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      await payOut(world, project);
      expect(await settlement.balanceOf(account)).to.equal(CREDIT);
    });

    it("to the party that a court has put in the place of a lost one", async () => {
      const world = await loadFixture(earned);
      const { projects, escrow, court, settlement, milestones, contractor, project } = world;
      const next = await newCompany(world);
      await projects.connect(court).proposeReplacement(project, Seat.Contractor, next.id, next.account, []);
      await time.increase(30 * DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      await payOut(world, project);
      expect(await settlement.balanceOf(next.account)).to.equal(CREDIT);
      expect((await escrow.paymentsOf(project, 0, 1))[0]?.payee).to.equal(next.id);
      await expect(request(world, project, 1))
        .to.be.revertedWithCustomError(milestones, "NotParty")
        .withArgs(project, Seat.Contractor, contractor.operator);
      await request({ ...world, contractor: next }, project, 1);
    });
  });

  describe("is shared", () => {
    it("by the subcontracts, rounded down; the contractor has the rest", async () => {
      const amounts = [9_999n, 1n, 2n, 101n, 7n];
      const { project, ...world } = await small(amounts, { retention: 0 });
      const { escrow } = world;
      const shares = [3_333, 3_333, 1];
      const seats: number[] = [];
      for (const share of shares) {
        const each = amounts.map((_, milestone) => ({ milestone, share }));
        seats.push((await subcontract(world, project, { shares: each })).seat);
      }
      const due = shares.map(() => 0n);
      let whole = 0n;
      for (const [milestone, amount] of amounts.entries()) {
        const awarded = milestone % 2 === 0 ? amount : amount - 1n;
        await award(world, project, milestone, awarded);
        whole += awarded;
        for (const [i, share] of shares.entries()) due[i]! += (awarded * BigInt(share)) / 10_000n;
        for (const [i, seat] of seats.entries()) {
          expect((await escrow.seatBooksOf(project, seat)).earned, `${milestone} ${i}`).to.equal(due[i]);
        }
        const rest = whole - due.reduce((sum, part) => sum + part, 0n);
        expect((await escrow.seatBooksOf(project, Seat.Contractor)).earned).to.equal(rest);
      }
    });

    it("wholly, if subcontracts come to the whole", async () => {
      const { project, ...world } = await small([10_001n], { retention: 0 });
      const { escrow } = world;
      const { seat, company } = await subcontract(world, project, { shares: [{ milestone: 0, share: 10_000 }] });
      const sent = award(world, project, 0, 10_001n);
      const block = await blockOf(sent);
      await expect(sent).to.emit(escrow, "Earned").withArgs(project, seat, 10_001, 0, block);
      await expect(sent).to.emit(escrow, "Earned").withArgs(project, Seat.Contractor, 0, 0, block);
      await payOut(world, project, seat);
      expect(await world.settlement.balanceOf(company.account)).to.equal(10_001n);
    });

    it("among those who have a share of this milestone", async () => {
      const { project, ...world } = await small([1_000n, 1_000n], { retention: 0 });
      const { escrow } = world;
      const { seat } = await subcontract(world, project);
      await award(world, project, 1, 1_000n);
      expect((await escrow.seatBooksOf(project, seat)).earned).to.equal(0n);
      await award(world, project, 0, 1_000n);
      expect((await escrow.seatBooksOf(project, seat)).earned).to.equal(100n);
    });
  });

  describe("is kept in part", () => {
    it("of all that was ever earned, so that small sums lose and make nothing", async () => {
      const amounts = [1n, 1n, 1n, 1n, 1n, 3n, 1_000n];
      const { project, ...world } = await small(amounts, { retention: 3_333 });
      const { escrow } = world;
      let whole = 0n;
      for (const [milestone, amount] of amounts.entries()) {
        await award(world, project, milestone, amount);
        whole += amount;
        const { kept, retained, credit } = await escrow.seatBooksOf(project, Seat.Contractor);
        expect([kept, retained, credit]).to.deep.equal([
          (whole * 3_333n) / 10_000n,
          (whole * 3_333n) / 10_000n,
          whole - (whole * 3_333n) / 10_000n,
        ]);
      }
    });

    it("of each company", async () => {
      const { project, ...world } = await small([1_000n], { retention: 1_000 });
      const { escrow } = world;
      const { seat } = await subcontract(world, project);
      const sent = award(world, project, 0, 1_000n);
      const block = await blockOf(sent);
      await expect(sent).to.emit(escrow, "Earned").withArgs(project, seat, 100, 10, block);
      await expect(sent).to.emit(escrow, "Earned").withArgs(project, Seat.Contractor, 900, 90, block);
    });

    it("or wholly, or not at all, as the terms say", async () => {
      for (const [retention, kept] of [
        [10_000, 1_000n],
        [0, 0n],
      ] as const) {
        const { project, ...world } = await small([1_000n], { retention });
        await award(world, project, 0, 1_000n);
        expect(await world.escrow.seatBooksOf(project, Seat.Contractor)).to.deep.equal([
          ...[1_000n, kept, kept, 1_000n - kept, 0n, 0n],
        ]);
      }
    });

    it("until retention is due, to the second", async () => {
      for (const [late, kept] of [
        [0, KEPT],
        [1, 0n],
      ] as const) {
        const world = await loadFixture(funded);
        const { escrow, projects, project } = world;
        const retentionUntil = Number((await projects.projectOf(project)).retentionUntil);
        await time.increaseTo(retentionUntil - 10 * DAY);
        await request(world, project);
        await contest(world, project);
        await rule(world, project, 0, FIRST);
        await at(retentionUntil - 1 + late);
        await settle(world, project);
        expect((await escrow.seatBooksOf(project, Seat.Contractor)).kept).to.equal(kept);
      }
    });

    it("and released then by anyone, through termination too", async () => {
      const world = await loadFixture(earned);
      const { escrow, projects, project, stranger } = world;
      const retentionUntil = Number((await projects.projectOf(project)).retentionUntil);
      await terminate(world, project);
      await payOut(world, project);
      const block = await escrow.changedIn(project);
      const release = async (seat: number = Seat.Contractor) =>
        booked(world, escrow.connect(stranger).releaseRetention(project, seat));
      await at(retentionUntil - 1);
      await expect(release()).to.be.revertedWithCustomError(escrow, "NotYet").withArgs(retentionUntil);
      await at(retentionUntil);
      await expect(release()).to.emit(escrow, "RetentionReleased").withArgs(project, Seat.Contractor, KEPT, block);
      for (const seat of [Seat.Contractor, Seat.Owner, 99]) {
        await expect(release(seat)).to.be.revertedWithCustomError(escrow, "NothingToPay").withArgs(project, seat);
      }
      await payOut(world, project);
      expect(await nonZero(escrow.seatBooksOf(project, Seat.Contractor))).to.deep.equal({
        ...{ earned: FIRST, kept: KEPT, paid: FIRST },
      });
    });
  });
});
