import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import {
  checked,
  CLAIM_WINDOW,
  closeIdentity,
  closeOut,
  cover,
  CUSTODY_WAIT,
  deposit,
  end,
  endAndClose,
  feed,
  type Filed,
  file,
  fund,
  hasGot,
  Inflow,
  Manner,
  newAddress,
  openPayday,
  OPPOSITION_WINDOW,
  owe,
  pay,
  type Payday,
  payday,
  reserve,
  takeIntoCustody,
} from "./wage-money.js";
import { UNIT } from "./works.js";
import { DAY, newAccount, ProjectStatus, Seat } from "./world.js";

describe("WageAccount: the end", () => {
  interface Ended extends Payday {
    /** From when it can be closed out, UTC seconds. */
    from: number;
  }

  /** A project with a deposit of 100, 200 for wages and 800 for works has ended. */
  async function ended(): Promise<Ended> {
    const world = await loadFixture(payday);
    await deposit(world, 100n);
    await fund(world, 1_000n);
    return { ...world, from: await end(world) };
  }

  /** It was closed out, with 50 of wages reserved and not paid. */
  async function closed(): Promise<Ended & { filed: Filed; at: number }> {
    const world = await loadFixture(payday);
    await deposit(world, 100n);
    await fund(world, 1_000n);
    const filed = await owe(world, [20n, 30n]);
    const at = await endAndClose(world);
    return { ...world, filed, from: at, at };
  }

  async function returnDeposit(world: Payday) {
    return checked(world, world.wages.connect(world.stranger).returnDeposit(world.project));
  }

  describe("wages are closed out", () => {
    it("by anyone, when the window for claims is over, once", async () => {
      const world = await loadFixture(ended);
      const { wages, escrow, projects, project, stranger, from } = world;
      const { endedAt } = await projects.projectOf(project);
      expect(from).to.equal(Number(endedAt) + CLAIM_WINDOW + 1);
      await time.setNextBlockTimestamp(from - 1);
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "NotYet").withArgs(from);
      const block = await wages.changedIn(project);
      await time.setNextBlockTimestamp(from);
      const sent = closeOut(world);
      await expect(sent).to.emit(wages, "WagesClosedOut").withArgs(project, 200, stranger, block);
      await expect(sent).to.emit(escrow, "SurplusReturned");
      expect(await wages.closedOutAt(project)).to.equal(from);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 200n, deposited: 100n, surplus: 200n, deposit: 100n },
      });
      expect((await escrow.booksOf(project)).available).to.equal(1_000);
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "CloseOutInvalid").withArgs(project, true);
    });

    it("not while the project goes on, nor of one that is none", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, project } = world;
      await expect(closeOut(world))
        .to.be.revertedWithCustomError(wages, "ProjectNotReady")
        .withArgs(project, ProjectStatus.Open);
      const unknown = word();
      await expect(wages.closeOut(unknown)).to.be.revertedWithCustomError(projects, "ProjectUnknown").withArgs(unknown);
    });

    it("not while a payroll or a row is undecided", async () => {
      const world = await loadFixture(ended);
      const { wages, payrolls, project, owner, labour, stranger, from } = world;
      const filed = await file(world, [10n, 20n], { by: labour });
      await payrolls.connect(owner.operator).oppose(filed.id, [filed.rows[0]!]);
      await time.setNextBlockTimestamp(from);
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 2, 0);
      await checked(world, payrolls.connect(stranger).approve(filed.id, []));
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 1, 0);
      await checked(world, payrolls.connect(stranger).admit(filed.id, [filed.rows[0]!]));
      await closeOut(world);
      expect(await nonZero(wages.booksOf(project))).to.include({ reserved: 30n, surplus: 170n });
      await pay(world, filed);
      expect(await hasGot(world, 2)).to.equal(20);
    });

    it("not while a payroll is undecided, though nothing is left for what is owed", async () => {
      const world = await loadFixture(payday);
      const { wages, payrolls, project } = world;
      const filed = await owe(world, [500n]);
      const more = await file(world, [5n], { predecessor: filed.id });
      await time.setNextBlockTimestamp(await end(world));
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 1, 500);
      await checked(world, payrolls.lapse(more.id));
      await closeOut(world);
    });

    it("after all was reserved for which money is there", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      for (const amounts of [[10n], [0n, 10n], [0n, 0n, 10n], [0n, 0n, 0n, 10n], [0n, 0n, 0n, 0n, 10n]]) {
        await owe(world, amounts);
      }
      await fund(world, 500n);
      await time.setNextBlockTimestamp(await end(world));
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 0, 10);
      await reserve(world, 1);
      await closeOut(world);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ fed: 100n, reserved: 50n, surplus: 50n });
    });

    it("with debts, if nothing is left for them", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, stranger } = world;
      const filed = await owe(world, [600n, 400n]);
      await deposit(world, 50n);
      await fund(world, 100n);
      await time.setNextBlockTimestamp(await end(world));
      const sent = closeOut(world);
      await expect(sent)
        .to.emit(wages, "WagesClosedOut")
        .withArgs(project, 0, stranger, await blockOf(sent)); // after what it set apart
      await expect(sent).not.to.emit(escrow, "SurplusReturned");
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 20n, advanced: 80n, deposited: 50n, reserved: 150n, owed: 850n, depositOwed: 50n },
      });
      expect(await wages.owedOf(project)).to.equal(850); // the deposit is not asked for any more
      await pay(world, filed);
      expect(await hasGot(world, 1)).to.equal(90);
      await cover(world, 850n);
      await pay(world, filed);
      expect(await hasGot(world, 1)).to.equal(600);
    });

    it("with debts, not while works money is there that the token refuses to move", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, token } = world;
      await owe(world, [900n]);
      await fund(world, 500n);
      await time.setNextBlockTimestamp(await end(world));
      await token.setBlocked(escrow, true);
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 0, 800);
      await token.setBlocked(escrow, false);
      await closeOut(world);
      expect((await wages.booksOf(project)).owed).to.equal(400);
    });

    it("in a suspended city and a closed contract too, and a company that is gone is paid", async () => {
      const world = await loadFixture(ended);
      const { wages, manager, registry, hebei, contractor, token, from } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(wages, true);
      await closeIdentity(world, contractor.id);
      await time.setNextBlockTimestamp(from);
      await closeOut(world);
      const before = await token.balanceOf(contractor.account);
      await returnDeposit(world);
      expect((await token.balanceOf(contractor.account)) - before).to.equal(100n * UNIT);
    });

    it("once, though the token calls back", async () => {
      const world = await loadFixture(ended);
      const { wages, project, token, from } = world;
      const guarded = wages.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
      const calls = [
        [closeOut, wages.interface.encodeFunctionData("closeOut", [project])],
        [returnDeposit, wages.interface.encodeFunctionData("returnDeposit", [project])],
      ] as const;
      await time.increaseTo(from);
      for (const [i, [act, data]] of calls.entries()) {
        await token.setCall(wages, data, i === 0);
        await expect(act(world)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
      }
    });
  });

  describe("what the contractor bore comes back to it first", () => {
    it("out of what is left over", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, stranger } = world;
      await deposit(world, 100n);
      await owe(world, [250n]); // 100 of the deposit
      await feed(world, 70n, Inflow.Withheld); // for 70 of the debts
      await cover(world, 80n);
      await feed(world, 400n, Inflow.Share);
      await time.setNextBlockTimestamp(await end(world));
      const block = await wages.changedIn(project);
      await expect(closeOut(world)).to.emit(wages, "WagesClosedOut").withArgs(project, 230, stranger, block);
      expect(await nonZero(wages.booksOf(project))).to.include({ deposit: 170n, surplus: 230n });
      expect((await escrow.booksOf(project)).surplus).to.equal(230);
      await expect(returnDeposit(world)).to.emit(wages, "WageDepositReturned");
    });

    it("as far as that goes", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, project, stranger } = world;
      await deposit(world, 100n);
      await owe(world, [250n]);
      await feed(world, 270n, Inflow.Withheld); // 150 for debts, 100 of the deposit, 20 more than anything
      await feed(world, 10n, Inflow.Share);
      await time.setNextBlockTimestamp(await end(world));
      const sent = closeOut(world);
      await expect(sent)
        .to.emit(wages, "WagesClosedOut")
        .withArgs(project, 0, stranger, await blockOf(sent));
      await expect(sent).not.to.emit(escrow, "SurplusReturned");
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 10n, withheld: 270n, deposited: 100n, reserved: 250n, deposit: 130n },
      });
    });
  });

  describe("the deposit is returned", () => {
    it("to the contractor's account, by anyone, once", async () => {
      const world = await loadFixture(closed);
      const { wages, project, token, contractor } = world;
      const before = await token.balanceOf(contractor.account);
      const block = await wages.changedIn(project);
      await expect(returnDeposit(world))
        .to.emit(wages, "WageDepositReturned")
        .withArgs(project, contractor.account, 100, block);
      expect((await token.balanceOf(contractor.account)) - before).to.equal(100n * UNIT);
      expect(await nonZero(wages.booksOf(project))).to.include({ depositReturned: 100n, reserved: 50n });
      expect((await wages.booksOf(project)).deposit).to.equal(0);
      await expect(returnDeposit(world)).to.be.revertedWithCustomError(wages, "NothingToDo");
    });

    it("to its account of today", async () => {
      const world = await loadFixture(closed);
      const { wages, projects, project, contractor } = world;
      const account = await newAccount();
      await projects.connect(contractor.operator).proposeAccount(project, Seat.Contractor, account);
      await time.increase(7 * DAY);
      await projects.completeSeatChange(project, Seat.Contractor);
      const block = await wages.changedIn(project);
      await expect(returnDeposit(world)).to.emit(wages, "WageDepositReturned").withArgs(project, account, 100, block);
    });

    it("not before the close-out", async () => {
      const world = await loadFixture(ended);
      const { wages, project } = world;
      await expect(returnDeposit(world))
        .to.be.revertedWithCustomError(wages, "CloseOutInvalid")
        .withArgs(project, false);
    });

    it("not by a token that lies", async () => {
      const world = await loadFixture(closed);
      const { wages, token } = world;
      await token.setManner(Manner.Lying);
      await expect(returnDeposit(world))
        .to.be.revertedWithCustomError(wages, "TokenUntrue")
        .withArgs(token, 100n * UNIT, 0);
    });
  });

  describe("the labour office takes into custody", () => {
    it("what could not be paid, after the wait, once", async () => {
      const world = await loadFixture(closed);
      const { wages, project, token, labour, filed, at } = world;
      await pay(world, filed, [0]);
      const office = newAddress();
      await time.setNextBlockTimestamp(at + CUSTODY_WAIT - 1);
      await expect(takeIntoCustody(world, filed.id, office))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(at + CUSTODY_WAIT);
      const block = await wages.changedIn(project);
      await time.setNextBlockTimestamp(at + CUSTODY_WAIT);
      await expect(takeIntoCustody(world, filed.id, office))
        .to.emit(wages, "WagesTakenIntoCustody")
        .withArgs(project, filed.id, office, 30, labour, block);
      expect(await token.balanceOf(office)).to.equal(30n * UNIT);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([50n, 50n, 50n]);
      expect(await nonZero(wages.booksOf(project))).to.include({ custody: 30n, paid: 20n });
      await expect(takeIntoCustody(world, filed.id, office)).to.be.revertedWithCustomError(wages, "NothingToDo");
      await expect(pay(world, filed, [1])).to.be.revertedWithCustomError(wages, "RowNotReady");
    });

    it("what is covered later, after another wait", async () => {
      const world = await loadFixture(payday);
      const { wages, filed, at } = await shortClosed(world);
      const office = newAddress();
      const coveredAt = await timeOf(cover(world, 300n));
      await time.setNextBlockTimestamp(at + CUSTODY_WAIT);
      await expect(takeIntoCustody(world, filed.id, office))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(coveredAt + CUSTODY_WAIT);
      await time.setNextBlockTimestamp(coveredAt + CUSTODY_WAIT - 1);
      await expect(takeIntoCustody(world, filed.id, office)).to.be.revertedWithCustomError(wages, "NotYet");
      await time.setNextBlockTimestamp(coveredAt + CUSTODY_WAIT);
      await takeIntoCustody(world, filed.id, office);
      expect((await wages.booksOf(world.project)).custody).to.equal(400);
      const again = await timeOf(cover(world, 600n));
      await time.setNextBlockTimestamp(again + CUSTODY_WAIT);
      await takeIntoCustody(world, filed.id, office);
      expect((await wages.booksOf(world.project)).custody).to.equal(1_000);
    });

    /** A payroll of 1,000 of which 100 are reserved was closed out. */
    async function shortClosed(world: Payday) {
      const filed = await owe(world, [600n, 400n]);
      await fund(world, 100n);
      const at = await endAndClose(world);
      return { wages: world.wages, filed, at };
    }

    it("of a row that was admitted by itself, while the rest is paid here", async () => {
      const world = await loadFixture(payday);
      const { wages, payrolls, owner, labour } = world;
      await fund(world, 1_000n);
      const filed = await file(world, [20n, 30n]);
      await payrolls.connect(owner.operator).oppose(filed.id, [filed.rows[1]!]);
      await time.setNextBlockTimestamp(filed.at + OPPOSITION_WINDOW + 1);
      await checked(world, payrolls.connect(labour).rule(filed.id, filed.rows[1]!, 25, []));
      await checked(world, payrolls.approve(filed.id, []));
      const at = await endAndClose(world);
      await time.setNextBlockTimestamp(at + CUSTODY_WAIT);
      await takeIntoCustody(world, await payrolls.rowKeyOf(filed.id, 1), newAddress());
      await pay(world, filed);
      expect([await hasGot(world, 1), await hasGot(world, 2)]).to.deep.equal([20n, 0n]);
      expect((await wages.booksOf(world.project)).custody).to.equal(25);
    });

    it("not before the close-out", async () => {
      const world = await loadFixture(ended);
      const { wages, project } = world;
      await expect(takeIntoCustody(world, word(), newAddress()))
        .to.be.revertedWithCustomError(wages, "CloseOutInvalid")
        .withArgs(project, false);
    });

    it("nothing to nobody, nor of another project, nor what is owed to none", async () => {
      const world = await loadFixture(closed);
      const { wages, projects, project, filed } = world;
      const other = await openPayday(world, 1);
      await time.increaseTo((await endAndClose(other)) + CUSTODY_WAIT);
      await expect(takeIntoCustody(other, filed.id, newAddress()))
        .to.be.revertedWithCustomError(wages, "KeyUnknown")
        .withArgs(other.project, filed.id);
      await expect(takeIntoCustody(world, filed.id, ZeroAddress))
        .to.be.revertedWithCustomError(wages, "AccountInvalid")
        .withArgs(project, ZeroAddress);
      const unknown = word();
      await expect(takeIntoCustody(world, unknown, newAddress()))
        .to.be.revertedWithCustomError(wages, "KeyUnknown")
        .withArgs(project, unknown);
      await expect(takeIntoCustody({ ...world, project: unknown }, filed.id, newAddress()))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
    });

    it("not anyone else", async () => {
      const world = await loadFixture(closed);
      const { wages, filed, at, court, owner, contractor, stranger } = world;
      await time.increaseTo(at + CUSTODY_WAIT);
      for (const other of [court, owner.operator, contractor.operator, stranger]) {
        await expect(takeIntoCustody(world, filed.id, newAddress(), other))
          .to.be.revertedWithCustomError(wages, "NoStanding")
          .withArgs(other, SHIJIAZHUANG);
      }
    });
  });

  it("leaves nothing behind", async () => {
    const world = await loadFixture(closed);
    const { wages, escrow, token, project, funders, filed, at } = world;
    await pay(world, filed, [1]);
    await time.increaseTo(at + CUSTODY_WAIT);
    await takeIntoCustody(world, filed.id, newAddress());
    await returnDeposit(world);
    await checked(world, escrow.refund(project, funders[0]));
    expect(await token.balanceOf(wages)).to.equal(0);
    expect(await token.balanceOf(escrow)).to.equal(0);
  });
});
