import { expect } from "chai";

import { loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  checked,
  closeOut,
  deposit,
  end,
  type Filed,
  fund,
  haveGot,
  Manner,
  owe,
  pay,
  type Payday,
  payday,
  reserve,
} from "./wage-money.js";
import { UNIT } from "./works.js";
import { DAY } from "./world.js";

describe("WageAccount: works money for wages", () => {
  /** A deposit of 40, and 500 put in: 100 for wages, 400 for works. */
  async function put(): Promise<Payday> {
    const world = await loadFixture(payday);
    await deposit(world, 40n);
    await fund(world, 500n);
    return world;
  }

  /** The token has begun to take a fee, and then 300 are owed. */
  async function fee(): Promise<Payday & { filed: Filed }> {
    const world = await loadFixture(put);
    await world.token.setManner(Manner.TakingFee);
    return { ...world, filed: await owe(world, [180n, 120n]) };
  }

  /** What is set apart without works money. */
  const WITHOUT = { fed: 100n, deposited: 40n, reserved: 140n, owed: 160n, depositOwed: 40n };

  describe("of a token that has begun to take a fee", () => {
    it("stays in FundEscrow, and what is free and deposited is set apart all the same", async () => {
      const world = await loadFixture(fee);
      const { wages, escrow, token, project, filed } = world;
      expect(await nonZero(wages.booksOf(project))).to.deep.equal(WITHOUT);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([300n, 140n, 0n]);
      expect(await nonZero(escrow.booksOf(project))).to.deep.equal({ funded: 500n, toWages: 100n, available: 400n });
      expect(await token.balanceOf(escrow)).to.equal(400n * UNIT);
      expect(await token.balanceOf(wages)).to.equal(140n * UNIT);
    });

    it("is asked for in vain again, which moves nothing", async () => {
      const world = await loadFixture(fee);
      const { wages, escrow, project } = world;
      const sent = reserve(world);
      await expect(sent).not.to.emit(escrow, "WagesAdvanced");
      await expect(sent).not.to.emit(wages, "WagesReserved");
      expect(await nonZero(wages.booksOf(project))).to.deep.equal(WITHOUT);
    });

    it("does not stop what is there from being paid", async () => {
      const world = await loadFixture(fee);
      await pay(world, world.filed);
      expect((await haveGot(world)).slice(0, 2)).to.deep.equal([83n, 55n]); // of 84 and 56; the fee is the workers'
    });

    it("comes once the token is honest again", async () => {
      const world = await loadFixture(fee);
      const { wages, escrow, token, project, filed } = world;
      await token.setManner(Manner.Honest);
      const block = await escrow.changedIn(project);
      const sent = reserve(world);
      await expect(sent).to.emit(escrow, "WagesAdvanced").withArgs(project, 160, block);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([300n, 300n, 0n]);
    });

    it("keeps debts from being closed out while it is there, until it goes back to who put it in", async () => {
      const world = await loadFixture(fee);
      const { wages, escrow, projects, project, funders } = world;
      await time.setNextBlockTimestamp(await end(world));
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 0, 160);
      const { endedAt } = await projects.projectOf(project);
      await time.setNextBlockTimestamp(Number(endedAt) + 365 * DAY + 1);
      await checked(world, escrow.refund(project, funders[0]));
      await closeOut(world);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal(WITHOUT);
    });

    it("keeps debts from being closed out no longer than a year, to the second, where a fen of it can go back to nobody", async () => {
      const world = await loadFixture(put);
      const { wages, escrow, projects, funders, token, project } = world;
      for (const [who, amount] of [
        [1, 333n],
        [2, 168n],
      ] as const) {
        await escrow.connect(funders[who]).fund(project, amount);
      }
      await token.setManner(Manner.TakingFee);
      await owe(world, [1_200n]);
      await time.setNextBlockTimestamp(await end(world));
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen");
      const year = Number((await projects.projectOf(project)).endedAt) + 365 * DAY;
      await time.setNextBlockTimestamp(year);
      await expect(closeOut(world)).to.be.revertedWithCustomError(wages, "StillOpen");
      await time.increaseTo(year + 1);
      for (const one of funders) await escrow.refund(project, one);
      expect((await escrow.booksOf(project)).available).to.be.greaterThan(0);
      await closeOut(world);
      expect(await wages.closedOutAt(project)).to.be.greaterThan(year);
    });

    it("keeps nothing from being closed out where all is covered", async () => {
      const world = await loadFixture(put);
      const { wages, token, project } = world;
      await token.setManner(Manner.TakingFee);
      await owe(world, [130n]);
      await time.setNextBlockTimestamp(await end(world));
      await closeOut(world);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({
        ...{ fed: 100n, deposited: 40n, reserved: 130n, deposit: 10n, depositOwed: 30n },
      });
    });
  });

  for (const [what, manner] of [
    ["takes it on top", Manner.AddingFee],
    ["lies", Manner.Lying],
    ["says no", Manner.Refusing],
  ] as const) {
    it(`of a token that ${what} stays in FundEscrow too`, async () => {
      const world = await loadFixture(put);
      const { wages, escrow, token, project } = world;
      await token.setManner(manner);
      await owe(world, [300n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal(WITHOUT);
      expect(await nonZero(escrow.booksOf(project))).to.deep.equal({ funded: 500n, toWages: 100n, available: 400n });
    });
  }

  it("of a token that blocks WageAccount stays there, and the decision stands", async () => {
    const world = await loadFixture(put);
    const { wages, token, project } = world;
    await token.setBlocked(wages, true);
    await owe(world, [300n]);
    expect(await nonZero(wages.booksOf(project))).to.deep.equal(WITHOUT);
  });

  it("is nothing, where there is none: what is free and deposited is set apart", async () => {
    const world = await loadFixture(payday);
    const { wages, escrow, project } = world;
    await deposit(world, 40n);
    await fund(world, 5n); // 1 for wages, 4 for works
    await owe(world, [30n, 20n]); // all of that, and 5 are missing
    expect((await escrow.booksOf(project)).available).to.equal(0);
    const second = await owe(world, [0n, 0n, 7n]);
    expect(await wages.reservationOf(second.id)).to.deep.equal([7n, 0n, 0n]);
    await deposit(world, 10n);
    const sent = reserve(world);
    await expect(sent).not.to.emit(escrow, "WagesAdvanced");
    expect(await nonZero(wages.booksOf(project))).to.deep.equal({
      ...{ fed: 1n, advanced: 4n, deposited: 50n, reserved: 55n, owed: 2n, depositOwed: 40n },
    });
    expect(await wages.queueLength(project)).to.deep.equal([2n, 1n]);
  });
});
