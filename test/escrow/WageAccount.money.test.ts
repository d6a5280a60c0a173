import { expect } from "chai";

import { word } from "../identity/world.js";
import { blockOf, loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  asEscrow,
  checked,
  checkWages,
  closeOut,
  cover,
  deposit,
  end,
  endAndClose,
  feed,
  fund,
  Inflow,
  Manner,
  openPayday,
  owe,
  type Payday,
  payday,
  reserve,
} from "./wage-money.js";
import { earn, payOut, UNIT, works } from "./works.js";
import { amendmentOf, BUDGET, DEPOSIT, newAccount, signAmendment, signOffice } from "./world.js";

describe("WageAccount: money that comes", () => {
  /** A payroll of 1,000 is approved, and nothing is there for it. */
  async function owing(): Promise<Payday> {
    const world = await loadFixture(payday);
    await owe(world, [600n, 400n]);
    return world;
  }

  /** The same, for which a deposit of 300 was used. */
  async function drawn(): Promise<Payday> {
    const world = await loadFixture(owing);
    await deposit(world, 300n);
    await reserve(world);
    return world;
  }

  describe("from FundEscrow", () => {
    it("is a share of what was put in, and free", async () => {
      const world = await loadFixture(payday);
      const { wages, project, token, escrow } = world;
      await expect(fund(world, 1_001n)).to.emit(wages, "WagesFed").withArgs(project, Inflow.Share, 201, 0);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ fed: 201n, free: 201n });
      expect(await token.balanceOf(wages)).to.equal(201n * UNIT);
      expect(await wages.heldOf(token)).to.equal(201n * UNIT);
      expect((await escrow.booksOf(project)).available).to.equal(800n);
    });

    it("is not taken from anyone else", async () => {
      const world = await loadFixture(payday);
      const { wages, project, stranger, contractor, administrator, labour } = world;
      for (const other of [stranger, contractor.operator, administrator, labour]) {
        for (const inflow of [Inflow.Share, Inflow.Withheld]) {
          await expect(wages.connect(other).receiveFunds(project, 1, inflow))
            .to.be.revertedWithCustomError(wages, "NotEscrow")
            .withArgs(other);
        }
      }
    });

    it("is for a project that there is, and must have come", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, project, token } = world;
      const escrow = wages.connect(await asEscrow(world));
      const unknown = word();
      await expect(escrow.receiveFunds(unknown, 1, Inflow.Share))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
      await feed(world, 5n, Inflow.Share);
      await token.mint(wages, 7n * UNIT - 1n);
      await expect(escrow.receiveFunds(project, 7, Inflow.Share))
        .to.be.revertedWithCustomError(wages, "TokenUntrue")
        .withArgs(token, 12n * UNIT, 12n * UNIT - 1n);
      await token.mint(wages, 1);
      await checked(world, escrow.receiveFunds(project, 7, Inflow.Share));
    });

    it("leaves what is used of the deposit alone, if it is a share", async () => {
      const world = await loadFixture(drawn);
      const { wages, project } = world;
      await feed(world, 900n, Inflow.Share);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 900n, deposited: 300n, free: 900n, reserved: 300n, owed: 700n, depositOwed: 300n },
      });
      expect(await wages.owedOf(project)).to.equal(300);
    });

    it("covers debts first if it was withheld, then the deposit, and then is free", async () => {
      const world = await loadFixture(drawn);
      const { wages, project } = world;
      expect(await wages.owedOf(project)).to.equal(1_000);
      const block = await wages.changedIn(project);
      await expect(feed(world, 699n, Inflow.Withheld))
        .to.emit(wages, "WagesFed")
        .withArgs(project, Inflow.Withheld, 699, block);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ withheld: 699n, deposited: 300n, free: 699n, reserved: 300n, owed: 700n, depositOwed: 300n },
      });
      expect(await wages.owedOf(project)).to.equal(301);
      await feed(world, 101n, Inflow.Withheld); // 1 of debts, 100 of the deposit
      expect(await nonZero(wages.booksOf(project))).to.include({ free: 700n, deposit: 100n, depositOwed: 200n });
      await reserve(world);
      expect(await nonZero(wages.booksOf(project))).to.include({ reserved: 1_000n, deposit: 100n, depositOwed: 200n });
      await feed(world, 250n, Inflow.Withheld); // 200 of the deposit, and 50 more than anything
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ withheld: 1_050n, deposited: 300n, free: 50n, deposit: 300n, reserved: 1_000n },
      });
      expect(await wages.owedOf(project)).to.equal(0);
    });

    it("is withheld from what the contractor is paid", async () => {
      const world = await loadFixture(works);
      const { wages, escrow, token, contractor } = world;
      const site = await openPayday(world, 1);
      const { project } = site;
      await deposit(site, DEPOSIT);
      await fund(site, BUDGET);
      await earn(world, project); // 29,100,000 for the contractor, and 900,000 kept
      await owe(site, [80_000_000n]); // of which are there 20,000,000, the deposit, and 50,000,000 of works money
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 20_000_000n, advanced: 50_000_000n, deposited: DEPOSIT },
        ...{ reserved: 72_000_000n, owed: 8_000_000n, depositOwed: DEPOSIT },
      });
      const before = await token.balanceOf(contractor.account);
      await payOut(world, project);
      await checkWages(world);
      expect(await token.balanceOf(contractor.account)).to.equal(before);
      expect(await nonZero(wages.booksOf(project))).to.include({
        ...{ withheld: 10_000_000n, free: 8_000_000n, deposit: DEPOSIT, owed: 8_000_000n },
      });
      expect((await escrow.booksOf(project)).available).to.equal(19_100_000);
      await reserve(site);
      expect((await wages.booksOf(project)).owed).to.equal(0);
      expect(await wages.owedOf(project)).to.equal(0);
    });
  });

  describe("is paid into the deposit", () => {
    it("by the contractor's account or an operator, up to what is missing", async () => {
      const world = await loadFixture(payday);
      const { wages, project, token, contractor } = world;
      await token.mint(contractor.operator, 10n * UNIT);
      await token.connect(contractor.operator).approve(wages, 10n * UNIT);
      await expect(deposit(world, 10n, contractor.operator))
        .to.emit(wages, "WageDepositPaid")
        .withArgs(project, contractor.operator, 10, 0);
      const block = await wages.changedIn(project);
      await expect(deposit(world, DEPOSIT - 11n))
        .to.emit(wages, "WageDepositPaid")
        .withArgs(project, contractor.account, DEPOSIT - 11n, block);
      expect(await wages.isSecured(project)).to.equal(false);
      await expect(deposit(world, 2n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(2, 1);
      await expect(deposit(world, 0n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(0, 1);
      await deposit(world, 1n);
      expect(await wages.isSecured(project)).to.equal(true);
      await expect(deposit(world, 1n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(1, 0);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ deposited: DEPOSIT, deposit: DEPOSIT });
      expect(await token.balanceOf(contractor.operator)).to.equal(0);
    });

    it("not by anyone else", async () => {
      const world = await loadFixture(payday);
      const { wages, project, owner, supervisor, stranger, labour } = world;
      for (const other of [owner.operator, owner.account, supervisor.operator, stranger, labour]) {
        await expect(deposit(world, 1n, other))
          .to.be.revertedWithCustomError(wages, "NotContractor")
          .withArgs(project, other);
      }
    });

    it("of a project that there is, from money that is there", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, token, contractor } = world;
      const unknown = word();
      await expect(wages.connect(contractor.account).payDeposit(unknown, 1))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
      await expect(deposit(world, 1n, contractor.operator)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
    });

    it("again, where it was used", async () => {
      const world = await loadFixture(drawn);
      const { wages, project } = world;
      await deposit(world, 100n);
      expect(await nonZero(wages.booksOf(project))).to.include({ deposit: 100n, depositOwed: 200n });
      await deposit(world, 1_000n);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ deposited: 1_400n, deposit: 1_100n, reserved: 300n, owed: 700n },
      });
      await expect(deposit(world, DEPOSIT)).to.be.revertedWithCustomError(wages, "AmountInvalid");
    });

    it("not at all, where it was lowered below what is there", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, project } = world;
      await deposit(world, 1_000n);
      const lower = await amendmentOf(world, project, { wageDeposit: 999 });
      await projects.amend(lower, await signAmendment(world, lower), await signOffice(world, lower));
      await expect(deposit(world, 1n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(1, 0);
    });

    it("not after the close-out", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      await time.setNextBlockTimestamp((await end(world)) - 1);
      await deposit(world, 1n);
      await closeOut(world);
      await expect(deposit(world, 1n)).to.be.revertedWithCustomError(wages, "CloseOutInvalid").withArgs(project, true);
    });
  });

  describe("is paid by whoever covers what is owed", () => {
    it("up to that, and is set apart at once", async () => {
      const world = await loadFixture(owing);
      const { wages, project, stranger, owner } = world;
      await expect(cover(world, 0n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(0, 1_000);
      await expect(cover(world, 1_001n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(1_001, 1_000);
      const before = await wages.changedIn(project);
      const sent = cover(world, 250n);
      await expect(sent).to.emit(wages, "WagesCovered").withArgs(project, stranger, 250, before);
      const [key] = await wages.queueOf(project, 0, 1);
      await expect(sent)
        .to.emit(wages, "WagesReserved")
        .withArgs(project, key, 250, 0, 0, await blockOf(sent));
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ covered: 250n, reserved: 250n, owed: 750n });
      await cover(world, 750n, owner.account);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ covered: 1_000n, reserved: 1_000n });
      await expect(cover(world, 1n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(1, 0);
    });

    it("less what is free, though not set apart yet", async () => {
      const world = await loadFixture(owing);
      const { wages, project } = world;
      await feed(world, 999n, Inflow.Share);
      await expect(cover(world, 2n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(2, 1);
      await cover(world, 1n);
      expect((await wages.booksOf(project)).reserved).to.equal(1_000);
    });

    it("not if nothing is owed, or the project is none", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, stranger } = world;
      await expect(cover(world, 1n)).to.be.revertedWithCustomError(wages, "AmountInvalid").withArgs(1, 0);
      const unknown = word();
      await expect(wages.connect(stranger).cover(unknown, 1))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
    });

    it("after the close-out too", async () => {
      const world = await loadFixture(drawn);
      const { wages, project } = world;
      await endAndClose(world);
      expect(await wages.owedOf(project)).to.equal(700);
      await cover(world, 700n);
      expect(await wages.owedOf(project)).to.equal(0);
    });
  });

  describe("by a token that is not honest", () => {
    it("is refused, if it takes a fee or lies", async () => {
      const world = await loadFixture(owing);
      const { wages, escrow, project, token, funders } = world;
      for (const [manner, asked, moved] of [
        [Manner.TakingFee, 100n, 99n],
        [Manner.Lying, 100n, 0n],
      ] as const) {
        await token.setManner(manner);
        for (const act of [deposit, cover]) {
          await expect(act(world, 100n))
            .to.be.revertedWithCustomError(wages, "TokenUntrue")
            .withArgs(token, asked * UNIT, moved * UNIT);
        }
        await expect(escrow.connect(funders[0]).fund(project, 500)).to.be.revertedWithCustomError(
          escrow,
          "TokenUntrue",
        );
      }
      await token.setManner(Manner.Refusing);
      for (const act of [deposit, cover]) {
        await expect(act(world, 100n)).to.be.revertedWithCustomError(wages, "SafeERC20FailedOperation").withArgs(token);
      }
      await token.setManner(Manner.Mute);
      await deposit(world, 100n);
      await cover(world, 100n);
    });

    it("does nothing twice, if it calls back", async () => {
      const world = await loadFixture(owing);
      const { wages, project, token } = world;
      await token.mint(token, 1_000n * UNIT);
      await token.approveAsSelf(wages);
      for (const data of [
        wages.interface.encodeFunctionData("cover", [project, 100]),
        wages.interface.encodeFunctionData("reserve", [project, 1]),
        wages.interface.encodeFunctionData("payDeposit", [project, 1]),
        wages.interface.encodeFunctionData("receiveFunds", [project, 1, Inflow.Share]),
      ]) {
        for (const before of [true, false]) {
          await token.setCall(wages, data, before);
          const guarded = wages.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
          await expect(cover(world, 1n)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
          await expect(deposit(world, 1n)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
        }
      }
    });
  });

  describe("that belongs to nobody", () => {
    it("is sent where the terms say, by the court", async () => {
      const world = await loadFixture(owing);
      const { wages, token, project, owner, court } = world;
      await cover(world, 10n);
      await token.mint(wages, 77);
      const before = await token.balanceOf(owner.account);
      await expect(checked(world, wages.connect(court).sweep(project, token, [])))
        .to.emit(wages, "StraySwept")
        .withArgs(project, token, owner.account, 77, court);
      expect((await token.balanceOf(owner.account)) - before).to.equal(77);
      expect(await token.balanceOf(wages)).to.equal(10n * UNIT);
      await expect(wages.connect(court).sweep(project, token, []))
        .to.be.revertedWithCustomError(wages, "NothingStray")
        .withArgs(token);
    });

    it("of a token of no project too", async () => {
      const world = await loadFixture(payday);
      const { wages, settlement, project, owner, court, funders } = world;
      await settlement.connect(funders[1]).transfer(wages, 5);
      await expect(wages.connect(court).sweep(project, settlement, []))
        .to.emit(wages, "StraySwept")
        .withArgs(project, settlement, owner.account, 5, court);
    });

    it("not by anyone else, nor for a project that is none", async () => {
      const world = await loadFixture(payday);
      const { wages, projects, token, project, owner, labour, court } = world;
      await token.mint(wages, 1);
      for (const other of [owner.operator, labour, await newAccount()]) {
        await expect(wages.connect(other).sweep(project, token, [])).to.be.revertedWithCustomError(wages, "NoStanding");
      }
      const unknown = word();
      await expect(wages.connect(court).sweep(unknown, token, []))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
    });
  });

  it("is of one project, though others have the same token", async () => {
    const world = await loadFixture(payday);
    const { wages } = world;
    await fund(world, 1_000n);
    const other = await openPayday(world, 1);
    await owe(other, [500n]);
    expect(await nonZero(wages.booksOf(other.project))).to.deep.equal({ owed: 500n });
    expect(await nonZero(wages.booksOf(world.project))).to.deep.equal({ fed: 200n, free: 200n });
    const second = await owe(world, [700n]);
    expect(await wages.reservationOf(second.id)).to.deep.equal([700n, 700n, 0n]);
    expect(await wages.queueLength(other.project)).to.deep.equal([1n, 0n]);
  });
});
