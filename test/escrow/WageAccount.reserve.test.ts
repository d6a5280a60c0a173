import { expect } from "chai";
import { ZeroHash } from "ethers";

import { word } from "../identity/world.js";
import { blockOf, ethers, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  approve,
  checked,
  closeIdentity,
  cover,
  deposit,
  feed,
  type Filed,
  file,
  fund,
  Inflow,
  OBJECTION_TIME,
  OPPOSITION_WINDOW,
  owe,
  type Payday,
  payday,
  PayrollStatus,
  reserve,
  RULING_PERIOD,
  supplement,
} from "./wage-money.js";
import { UNIT } from "./works.js";
import { BUDGET } from "./world.js";

describe("WageAccount: what is owed, and what is set apart for it", () => {
  interface Month extends Payday {
    filed: Filed;
  }

  /** A payroll of 1,000 is filed. */
  async function month(): Promise<Month> {
    const world = await loadFixture(payday);
    return { ...world, filed: await file(world, [600n, 400n]) };
  }

  /** It is approved, and a supplementary one of 50 is filed by the contractor. */
  async function supplemented(): Promise<Month & { more: Filed }> {
    const world = await loadFixture(month);
    await time.setNextBlockTimestamp(world.filed.at + OBJECTION_TIME);
    await approve(world, world.filed);
    return { ...world, more: await supplement(world, world.filed, [50n]) };
  }

  describe("is approved", () => {
    it("by the contractor, from the time for objections on", async () => {
      const world = await loadFixture(month);
      const { wages, payrolls, project, contractor, filed } = world;
      const { changedIn } = await payrolls.payrollOf(filed.id);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME - 1);
      await expect(approve(world, filed))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(filed.at + OBJECTION_TIME);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      const sent = approve(world, filed);
      await expect(sent)
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(filed.id, project, 1_000, false, contractor.operator, changedIn);
      const state = await payrolls.payrollOf(filed.id);
      expect(state.status).to.equal(PayrollStatus.Approved);
      expect(state.changedIn).to.equal(await blockOf(sent));
      expect(await payrolls.undecidedOf(project)).to.equal(0);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ owed: 1_000n });
      expect(await wages.reservationOf(filed.id)).to.deep.equal([1_000n, 0n, 0n]);
      expect(await wages.queueOf(project, 0, 9)).to.deep.equal([filed.id]);
    });

    it("by anyone, once nobody opposed the whole window", async () => {
      const world = await loadFixture(month);
      const { payrolls, project, stranger, owner, labour, filed } = world;
      const from = filed.at + OPPOSITION_WINDOW + 1;
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      for (const other of [stranger, owner.operator, labour]) {
        await expect(approve(world, filed, other))
          .to.be.revertedWithCustomError(payrolls, "NotYet")
          .withArgs(from);
      }
      await time.setNextBlockTimestamp(from - 1);
      await expect(approve(world, filed, stranger))
        .to.be.revertedWithCustomError(payrolls, "NotYet")
        .withArgs(from);
      const { changedIn } = await payrolls.payrollOf(filed.id);
      await time.setNextBlockTimestamp(from);
      await expect(approve(world, filed, stranger))
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(filed.id, project, 1_000, true, stranger, changedIn);
    });

    it("by the contractor much later, if it supplements none", async () => {
      const world = await loadFixture(month);
      const { payrolls, project, contractor, filed } = world;
      const { changedIn } = await payrolls.payrollOf(filed.id);
      await time.setNextBlockTimestamp(filed.at + RULING_PERIOD + 1);
      await expect(approve(world, filed))
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(filed.id, project, 1_000, false, contractor.operator, changedIn);
    });

    it("once, and only what was filed", async () => {
      const world = await loadFixture(month);
      const { wages, payrolls, stranger, filed } = world;
      const unknown = word();
      await expect(payrolls.approve(unknown, []))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(unknown, PayrollStatus.Unknown);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      await approve(world, filed);
      await expect(approve(world, filed))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(filed.id, PayrollStatus.Approved);
      const more = await supplement(world, filed, [5n]);
      await time.setNextBlockTimestamp(more.at + RULING_PERIOD + 1);
      await checked(world, payrolls.connect(stranger).lapse(more.id));
      await expect(approve(world, more))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(more.id, PayrollStatus.Lapsed);
    });

    it("without the rows that are aside, and with none of them is owed nothing", async () => {
      const world = await loadFixture(month);
      const { wages, payrolls, project, contractor, filed } = world;
      await payrolls.connect(contractor.operator).oppose(filed.id, [filed.rows[1]!]);
      const second = await file(world, [0n, 0n, 70n]);
      await payrolls.connect(contractor.operator).oppose(second.id, [second.rows[0]!]);
      await time.setNextBlockTimestamp(second.at + OBJECTION_TIME);
      await approve(world, filed);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([600n, 0n, 0n]);
      await approve(world, second);
      expect(await wages.reservationOf(second.id)).to.deep.equal([0n, 0n, 0n]);
      expect(await wages.queueLength(project)).to.deep.equal([1n, 0n]);
      expect(await payrolls.undecidedOf(project)).to.equal(2); // the rows
    });

    it("up to the budget, all payrolls together", async () => {
      const world = await loadFixture(payday);
      const { wages } = world;
      const first = await file(world, [BUDGET - 10n]);
      const second = await file(world, [0n, 11n]);
      const third = await file(world, [0n, 0n, 10n]);
      await time.setNextBlockTimestamp(third.at + OBJECTION_TIME);
      await approve(world, first);
      await expect(approve(world, second)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(11, 10);
      await approve(world, third);
      await expect(approve(world, second)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(11, 0);
    });

    it("in a suspended city and a closed contract too", async () => {
      const world = await loadFixture(month);
      const { wages, manager, registry, hebei, filed } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(wages, true);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      await approve(world, filed);
    });

    it("by silence, where the contractor's identity was closed", async () => {
      const world = await loadFixture(month);
      const { payrolls, project, contractor, stranger, filed } = world;
      const { changedIn } = await payrolls.payrollOf(filed.id);
      await closeIdentity(world, contractor.id);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      const from = filed.at + OPPOSITION_WINDOW + 1;
      await expect(approve(world, filed)).to.be.revertedWithCustomError(payrolls, "NotYet").withArgs(from);
      await time.setNextBlockTimestamp(from);
      await expect(approve(world, filed, stranger))
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(filed.id, project, 1_000, true, stranger, changedIn);
    });
  });

  describe("is approved of a supplementary payroll", () => {
    it("by the contractor, from the time for objections on, until the time for rulings is over", async () => {
      const world = await loadFixture(supplemented);
      const { wages, payrolls, project, contractor, more } = world;
      await time.setNextBlockTimestamp(more.at + OBJECTION_TIME - 1);
      await expect(approve(world, more))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(more.at + OBJECTION_TIME);
      const { changedIn } = await payrolls.payrollOf(more.id);
      await time.setNextBlockTimestamp(more.at + RULING_PERIOD);
      await expect(approve(world, more))
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(more.id, project, 50, false, contractor.operator, changedIn);
    });

    it("not a second later", async () => {
      const world = await loadFixture(supplemented);
      const { payrolls, labour, more } = world;
      await time.increaseTo(more.at + RULING_PERIOD);
      for (const by of [undefined, labour]) {
        await expect(approve(world, more, by))
          .to.be.revertedWithCustomError(payrolls, "TooLate")
          .withArgs(more.at + RULING_PERIOD);
      }
    });

    it("by the labour office, if it did not file it", async () => {
      const world = await loadFixture(supplemented);
      const { payrolls, project, labour, stranger, more } = world;
      await time.setNextBlockTimestamp(more.at + OPPOSITION_WINDOW);
      await expect(approve(world, more, labour))
        .to.be.revertedWithCustomError(payrolls, "NotYet")
        .withArgs(more.at + OPPOSITION_WINDOW + 1);
      await time.setNextBlockTimestamp(more.at + OPPOSITION_WINDOW + 1);
      await expect(approve(world, more, stranger)) // silence is none
        .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
        .withArgs(more.id, stranger);
      const { changedIn } = await payrolls.payrollOf(more.id);
      await expect(approve(world, more, labour))
        .to.emit(payrolls, "PayrollApproved")
        .withArgs(more.id, project, 50, false, labour, changedIn);
    });

    it("of the labour office by the contractor alone", async () => {
      const world = await loadFixture(supplemented);
      const { payrolls, labour, filed } = world;
      await time.increase(70 * 86_400); // it is long due
      const more = await supplement(world, filed, [7n], labour);
      await time.setNextBlockTimestamp(more.at + OPPOSITION_WINDOW + 1);
      await expect(approve(world, more, labour))
        .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
        .withArgs(more.id, labour);
      await approve(world, more);
    });
  });

  describe("is set apart", () => {
    it("from wages, then from the deposit, then from works money, then from what comes", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project } = world;
      await deposit(world, 100n);
      await fund(world, 1_000n); // 200 for wages
      const first = await file(world, [150n]);
      const second = await file(world, [0n, 120n]);
      const third = await file(world, [0n, 0n, 700n]);
      const fourth = await file(world, [0n, 0n, 0n, 500n]);
      await time.setNextBlockTimestamp(fourth.at + OBJECTION_TIME);
      const reserves = async (filed: Filed, ...from: number[]) => {
        const before = await wages.changedIn(project);
        await expect(approve(world, filed))
          .to.emit(wages, "WagesReserved")
          .withArgs(project, filed.id, ...from, before);
      };
      await reserves(first, 150, 0, 0);
      await reserves(second, 50, 70, 0);
      expect((await wages.booksOf(project)).depositOwed).to.equal(70);
      const before = await wages.changedIn(project);
      const sent = approve(world, third);
      await expect(sent).to.emit(wages, "WagesReserved").withArgs(project, third.id, 0, 30, 670, before);
      await expect(sent)
        .to.emit(escrow, "WagesAdvanced")
        .withArgs(project, 670, await escrowBlock(world));
      expect((await escrow.booksOf(project)).available).to.equal(130);
      await reserves(fourth, 0, 0, 130);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 200n, advanced: 800n, deposited: 100n, reserved: 1_100n, owed: 370n, depositOwed: 100n },
      });
      expect(await wages.queueOf(project, 0, 9)).to.deep.equal([fourth.id]);
      expect(await wages.queueLength(project)).to.deep.equal([4n, 3n]);
      await expect(reserve(world)).not.to.emit(wages, "WagesReserved");
      await deposit(world, 20n);
      await fund(world, 300n);
      const last = await wages.changedIn(project);
      await expect(reserve(world)).to.emit(wages, "WagesReserved").withArgs(project, fourth.id, 0, 20, 300, last);
      await cover(world, 50n);
      expect(await wages.queueLength(project)).to.deep.equal([4n, 4n]);
      expect(await nonZero(wages.booksOf(project))).to.include({ reserved: 1_470n, depositOwed: 100n, covered: 50n });
    });

    /** Block of the escrow's previous event of the project; it was the funding's. */
    async function escrowBlock({ escrow, project }: Payday): Promise<bigint> {
      const [event] = await escrow.queryFilter(escrow.filters.ProjectFunded(project));
      return BigInt(event!.blockNumber);
    }

    it("from wages and works money alone, where there is no deposit", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      await fund(world, 500n);
      const filed = await owe(world, [300n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ fed: 100n, advanced: 200n, reserved: 300n });
      expect(await wages.reservationOf(filed.id)).to.deep.equal([300n, 300n, 0n]);
    });

    it("oldest first, as many as are asked for", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      const filed: Filed[] = [];
      for (const amounts of [[10n], [0n, 20n], [0n, 0n, 30n], [0n, 0n, 0n, 40n], [0n, 0n, 0n, 0n, 50n]]) {
        filed.push(await owe(world, amounts));
      }
      const ids = filed.map(({ id }) => id);
      await feed(world, 145n, Inflow.Share);
      await expect(reserve(world, 0)).not.to.emit(wages, "WagesReserved");
      await reserve(world, 1);
      expect(await wages.queueOf(project, 0, 9)).to.deep.equal(ids.slice(1));
      expect(await wages.queueOf(project, 1, 2)).to.deep.equal(ids.slice(2, 4));
      await reserve(world, 2);
      expect(await wages.queueOf(project, 0, 9)).to.deep.equal(ids.slice(3));
      expect((await wages.booksOf(project)).reserved).to.equal(60);
      await reserve(world, 2);
      expect(await wages.reservationOf(ids[4]!)).to.deep.equal([50n, 45n, 0n]);
      expect(await wages.queueLength(project)).to.deep.equal([5n, 4n]);
      await feed(world, 6n, Inflow.Share);
      await reserve(world, 10 ** 9);
      expect(await wages.queueLength(project)).to.deep.equal([5n, 5n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ fed: 151n, free: 1n, reserved: 150n });
      await expect(reserve(world)).not.to.emit(wages, "WagesReserved");
    });

    it("and four of them along with an approval or what covers", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      for (const amounts of [[1n], [0n, 1n], [0n, 0n, 1n], [0n, 0n, 0n, 1n], [0n, 0n, 0n, 0n, 1n]]) {
        await owe(world, amounts);
      }
      await feed(world, 4n, Inflow.Share);
      await cover(world, 1n);
      expect(await wages.queueLength(project)).to.deep.equal([5n, 4n]);
      await reserve(world);
      expect(await wages.queueLength(project)).to.deep.equal([5n, 5n]);
    });

    it("for a project that there is", async () => {
      const { wages, projects } = await loadFixture(payday);
      await expect(wages.reserve(ZeroHash, 1))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(ZeroHash);
    });

    it("without works money, if the token refuses to move that", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, token } = world;
      await deposit(world, 40n);
      await fund(world, 500n);
      await token.setBlocked(escrow, true);
      const filed = await owe(world, [300n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 100n, deposited: 40n, reserved: 140n, owed: 160n, depositOwed: 40n },
      });
      expect((await escrow.booksOf(project)).available).to.equal(400);
      await expect(reserve(world)).not.to.emit(wages, "WagesReserved");
      await token.setBlocked(escrow, false);
      const block = await wages.changedIn(project);
      await expect(reserve(world)).to.emit(wages, "WagesReserved").withArgs(project, filed.id, 0, 0, 160, block);
      expect(await wages.heldOf(token)).to.equal(300n * UNIT);
    });

    it("once, whatever a token does meanwhile", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, token } = world;
      await fund(world, 1_000n);
      const filed = await file(world, [900n]);
      const again = wages.interface.encodeFunctionData("reserve", [project, 9]);
      await token.setCall(wages, again, false);
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      const guarded = wages.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
      await expect(approve(world, filed)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([900n, 900n, 0n]);
      expect((await escrow.booksOf(project)).available).to.equal(100);
    });

    it("without works money, while the token calls back out of FundEscrow", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, token, funders } = world;
      await deposit(world, 10n);
      await fund(world, 100n);
      const filed = await owe(world, [500n]);
      await token.setCall(wages, wages.interface.encodeFunctionData("reserve", [project, 9]), false);
      await expect(checked(world, escrow.connect(funders[0]).fund(project, 200)))
        .to.emit(token, "CalledBack")
        .withArgs(wages, true, "0x");
      await token.setCall(ethers.ZeroAddress, "0x", false);
      await reserve(world);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([500n, 310n, 0n]);
    });
  });
});
