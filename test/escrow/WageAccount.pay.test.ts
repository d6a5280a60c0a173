import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  changeAccount,
  checked,
  closeIdentity,
  cover,
  deposit,
  end,
  type Filed,
  file,
  fund,
  hasGot,
  haveGot,
  Manner,
  newAddress,
  OBJECTION_TIME,
  OPPOSITION_WINDOW,
  owe,
  pay,
  type Payday,
  payday,
  PayrollStatus,
  type ProvenRow,
  RowStatus,
  RULING_PERIOD,
  takeIntoCustody,
} from "./wage-money.js";
import { UNIT } from "./works.js";
import { Seat } from "./world.js";

describe("WageAccount: payments to workers", () => {
  interface Month extends Payday {
    filed: Filed;
  }

  /** A payroll of 1,000 is approved, and nothing is there for it. */
  async function owing(): Promise<Month> {
    const world = await loadFixture(payday);
    return { ...world, filed: await owe(world, [100n, 200n, 300n, 330n, 70n]) };
  }

  /** All of it is there. */
  async function covered(): Promise<Month> {
    const world = await loadFixture(owing);
    await cover(world, 1_000n);
    return world;
  }

  /** What became of a row. */
  async function statusOf({ wages, filed }: Month, position = 0): Promise<bigint> {
    return (await wages.rowOf(filed.id, position)).status;
  }

  describe("whose wages are there", () => {
    it("are one by one, by anyone, once", async () => {
      const world = await loadFixture(covered);
      const { wages, project, crew, token, filed } = world;
      expect(await wages.pay.staticCall(filed.id, [filed.rows[2]!])).to.equal(1);
      const sent = pay(world, filed, [2]);
      await expect(sent).to.emit(wages, "WagePaid").withArgs(filed.id, 3, crew[2]!.account, 2, 300);
      expect(await haveGot(world)).to.deep.equal([0n, 0n, 300n, 0n, 0n]);
      expect(await token.balanceOf(crew[2]!.account)).to.equal(300n * UNIT);
      expect(await statusOf(world, 2)).to.equal(RowStatus.Paid);
      expect(await statusOf(world, 1)).to.equal(RowStatus.Standing);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([1_000n, 1_000n, 300n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ covered: 1_000n, paid: 300n, reserved: 700n });
      await expect(pay(world, filed, [2]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(filed.id, 2, RowStatus.Paid);
    });

    it("are in bulk, without those that are paid", async () => {
      const world = await loadFixture(covered);
      const { wages, filed } = world;
      await pay(world, filed, [1]);
      expect(await wages.pay.staticCall(filed.id, filed.rows)).to.equal(4);
      await expect(pay(world, filed)).to.emit(wages, "WagePaid");
      expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
      await expect(pay(world, filed)).not.to.emit(wages, "WagePaid");
      expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
    });

    it("are not paid twice, if a row is twice in a call", async () => {
      const world = await loadFixture(covered);
      await pay(world, world.filed, [0, 0, 3, 0, 3]);
      expect(await haveGot(world)).to.deep.equal([100n, 0n, 0n, 330n, 0n]);
    });

    it("are paid of filed rows alone", async () => {
      const world = await loadFixture(covered);
      const { wages, payrolls, filed } = world;
      const [first, second] = filed.rows as [ProvenRow, ProvenRow];
      const wrong: ProvenRow[] = [
        { ...first, amount: first.amount + 1n },
        { ...first, worker: 2 },
        { ...first, position: 1 },
        { ...first, position: 5 },
        { ...first, position: 700 },
        { ...first, proof: second.proof },
        { ...first, proof: first.proof.slice(1) },
        { ...first, proof: [] },
        { ...first, proof: [...first.proof, word()] },
      ];
      for (const row of wrong) {
        for (const rows of [[row], [second, row]]) {
          await expect(wages.pay(filed.id, rows))
            .to.be.revertedWithCustomError(payrolls, "RowUnknown")
            .withArgs(filed.id, row.position);
        }
      }
      const other = await owe(world, [100n], { predecessor: filed.id });
      await expect(wages.pay(other.id, [first])).to.be.revertedWithCustomError(payrolls, "RowUnknown");
    });

    it("are of an approved payroll alone", async () => {
      const world = await loadFixture(covered);
      const { wages, payrolls, filed } = world;
      await expect(wages.pay(filed.id, [])).to.be.revertedWithCustomError(wages, "NothingToDo");
      const unknown = word();
      await expect(wages.pay(unknown, filed.rows))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(unknown, PayrollStatus.Unknown);
      const next = await file(world, [10n, 20n], { predecessor: filed.id });
      for (const rows of [next.rows, [next.rows[0]!]]) {
        await expect(wages.pay(next.id, rows))
          .to.be.revertedWithCustomError(wages, "PayrollNotReady")
          .withArgs(next.id, PayrollStatus.Filed);
      }
      await time.setNextBlockTimestamp(next.at + RULING_PERIOD + 1);
      await payrolls.lapse(next.id);
      await expect(wages.pay(next.id, next.rows))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(next.id, PayrollStatus.Lapsed);
    });

    it("wait where nothing is there", async () => {
      const world = await loadFixture(owing);
      const { wages, filed } = world;
      await expect(pay(world, filed, [0]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(filed.id, 0, RowStatus.Standing);
      expect(await wages.pay.staticCall(filed.id, filed.rows)).to.equal(0);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
    });

    it("whatever happens to city, contract, project and company", async () => {
      const world = await loadFixture(payday);
      const { wages, escrow, manager, registry, hebei, court, contractor, project } = world;
      await fund(world, 5_000n);
      const filed = await owe(world, [100n, 200n, 300n, 330n, 70n]);
      const until = (await time.latest()) + 100 * 86_400;
      await escrow.connect(court).freeze(project, Seat.Contractor, 5_000, until, word(), []);
      await pay(world, filed, [0]);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await pay(world, filed, [1]);
      for (const contract of [wages, escrow, world.projects]) await manager.setTargetClosed(contract, true);
      await pay(world, filed, [2]);
      await end(world);
      await pay(world, filed, [3]);
      await closeIdentity(world, contractor.id);
      await pay(world, filed, [4]);
      expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
    });
  });

  describe("of rows that were set aside", () => {
    /** Rows 1 and 2 are aside; the rest of the payroll, 500, is approved and there. */
    async function contested(): Promise<Month> {
      const world = await loadFixture(payday);
      const filed = await file(world, [100n, 200n, 300n, 330n, 70n]);
      await checked(world, world.payrolls.connect(world.owner.operator).oppose(filed.id, filed.rows.slice(1, 3)));
      return { ...world, filed };
    }

    async function approvedBut(): Promise<Month> {
      const world = await loadFixture(contested);
      const { payrolls, contractor, filed } = world;
      await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
      await checked(world, payrolls.connect(contractor.operator).approve(filed.id, []));
      await cover(world, 500n);
      return world;
    }

    async function rule(world: Month, position: number, amount: bigint): Promise<void> {
      const { payrolls, labour, filed } = world;
      const from = filed.at + OPPOSITION_WINDOW + 1;
      if ((await time.latest()) < from) await time.setNextBlockTimestamp(from);
      await checked(world, payrolls.connect(labour).rule(filed.id, filed.rows[position]!, amount, []));
    }

    it("wait, while the others go on", async () => {
      const world = await loadFixture(approvedBut);
      const { wages, filed } = world;
      await expect(pay(world, filed, [1]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(filed.id, 1, RowStatus.Aside);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n, 0n, 0n, 330n, 70n]);
    });

    it("are paid by themselves, as ruled, before the payroll is approved too", async () => {
      const world = await loadFixture(contested);
      const { wages, payrolls, filed } = world;
      await rule(world, 1, 150n);
      await cover(world, 150n);
      await expect(wages.pay(filed.id, [filed.rows[0]!])).to.be.revertedWithCustomError(wages, "PayrollNotReady");
      await pay(world, filed, [1, 2]);
      expect(await haveGot(world)).to.deep.equal([0n, 150n, 0n, 0n, 0n]);
      expect(await statusOf(world, 1)).to.equal(RowStatus.Paid);
      const key = await payrolls.rowKeyOf(filed.id, 1);
      expect(await wages.reservationOf(key)).to.deep.equal([150n, 150n, 150n]);
      await expect(pay(world, filed, [1]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(filed.id, 1, RowStatus.Paid);
    });

    it("are not paid, if nothing is owed", async () => {
      const world = await loadFixture(approvedBut);
      const { wages, filed } = world;
      await rule(world, 1, 0n);
      await expect(pay(world, filed, [1]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(filed.id, 1, RowStatus.Admitted);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n, 0n, 0n, 330n, 70n]);
    });

    it("are in parts too, and beside the others in one call", async () => {
      const world = await loadFixture(approvedBut);
      const { wages, payrolls, filed } = world;
      await rule(world, 1, 199n);
      await time.increase(RULING_PERIOD);
      await checked(world, payrolls.admit(filed.id, [filed.rows[2]!]));
      await cover(world, 100n);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n, 100n, 0n, 330n, 70n]);
      expect(await statusOf(world, 1)).to.equal(RowStatus.Admitted);
      expect((await wages.rowOf(filed.id, 1)).paidInPart).to.equal(100);
      await cover(world, 399n);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n, 199n, 300n, 330n, 70n]);
    });

    it("stay payable, where the token blocked them", async () => {
      const world = await loadFixture(approvedBut);
      const { wages, token, crew, filed } = world;
      await rule(world, 1, 150n);
      await cover(world, 70n);
      await token.setBlocked(crew[1]!.account, true);
      for (const more of [0n, 80n]) {
        if (more !== 0n) await cover(world, more);
        await expect(pay(world, filed, [1]))
          .to.be.revertedWithCustomError(wages, "PaymentFailed")
          .withArgs(2, crew[1]!.account);
        await expect(pay(world, filed, [1, 0])).to.emit(wages, "WageNotPaid");
        expect(await statusOf(world, 1)).to.equal(RowStatus.Admitted);
      }
      await token.setBlocked(crew[1]!.account, false);
      await pay(world, filed, [1]);
      expect(await hasGot(world, 2)).to.equal(150);
    });
  });

  describe("whom the token blocks", () => {
    it("are skipped of many, and fail alone, and are paid elsewhere", async () => {
      const world = await loadFixture(covered);
      const { wages, project, token, crew, filed } = world;
      const { account } = crew[3]!;
      await token.setBlocked(account, true);
      await expect(pay(world, filed, [3]))
        .to.be.revertedWithCustomError(wages, "PaymentFailed")
        .withArgs(4, account);
      expect(await wages.pay.staticCall(filed.id, filed.rows)).to.equal(4);
      const sent = pay(world, filed);
      await expect(sent).to.emit(wages, "WageNotPaid").withArgs(filed.id, 4, account, 3);
      expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 0n, 70n]);
      expect(await statusOf(world, 3)).to.equal(RowStatus.Standing);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([1_000n, 1_000n, 670n]);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ covered: 1_000n, paid: 670n, reserved: 330n });
      expect(await wages.heldOf(token)).to.equal(330n * UNIT);
      const elsewhere = newAddress();
      await changeAccount(world, 4, elsewhere);
      await expect(pay(world, filed, [3]))
        .to.emit(wages, "WagePaid")
        .withArgs(filed.id, 4, elsewhere, 3, 330);
      expect(await token.balanceOf(elsewhere)).to.equal(330n * UNIT);
    });

    it("change nothing, if it is all of them, or the contract itself", async () => {
      const world = await loadFixture(covered);
      const { wages, token, project, filed } = world;
      await token.setBlocked(wages, true);
      expect(await wages.pay.staticCall(filed.id, filed.rows)).to.equal(0);
      await pay(world, filed);
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({ covered: 1_000n, reserved: 1_000n });
      await token.setBlocked(wages, false);
      await token.setManner(Manner.Refusing);
      await pay(world, filed);
      await expect(pay(world, filed, [0])).to.be.revertedWithCustomError(wages, "PaymentFailed");
      await token.setManner(Manner.Mute);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
    });
  });

  describe("by a token that is not honest", () => {
    it("are refused, if it lies, or more leaves than was asked", async () => {
      const world = await loadFixture(covered);
      const { wages, token, filed } = world;
      await token.setManner(Manner.Lying);
      await expect(pay(world, filed))
        .to.be.revertedWithCustomError(wages, "TokenUntrue")
        .withArgs(token, 1_000n * UNIT, 0);
      await expect(pay(world, filed, [0]))
        .to.be.revertedWithCustomError(wages, "TokenUntrue")
        .withArgs(token, 100n * UNIT, 0);
      await token.setManner(Manner.AddingFee);
      await token.mint(wages, UNIT); // stray, of which the fee could be taken
      await expect(pay(world, filed, [0]))
        .to.be.revertedWithCustomError(wages, "TokenUntrue")
        .withArgs(token, 100n * UNIT, 101n * UNIT);
      await token.setManner(Manner.Honest);
      await pay(world, filed);
    });

    it("are made once, if it calls back", async () => {
      const world = await loadFixture(covered);
      const { wages, escrow, project, token, filed } = world;
      const guarded = wages.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
      const { interface: of } = wages;
      const calls = [
        of.encodeFunctionData("pay", [filed.id, filed.rows]),
        of.encodeFunctionData("reserve", [project, 9]),
        of.encodeFunctionData("closeOut", [project]),
        of.encodeFunctionData("returnDeposit", [project]),
        of.encodeFunctionData("sweep", [project, await token.getAddress(), []]),
        of.encodeFunctionData("takeIntoCustody", [project, filed.id, newAddress(), []]),
      ];
      for (const [i, data] of calls.entries()) {
        await token.setCall(wages, data, i % 2 === 0);
        const wanted = await owe(world, [1n], { predecessor: filed.id });
        await expect(cover(world, 1n)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
        await expect(pay(world, wanted)).to.emit(token, "CalledBack").withArgs(wages, false, guarded);
      }
      expect(await hasGot(world, 1)).to.equal(BigInt(calls.length));
      await token.setCall(escrow, escrow.interface.encodeFunctionData("payOut", [project, Seat.Contractor]), true);
      await pay(world, filed);
      expect(await haveGot(world)).to.deep.equal([100n + BigInt(calls.length), 200n, 300n, 330n, 70n]);
    });

    it("are refused, if it puts money in meanwhile", async () => {
      const world = await loadFixture(covered);
      const { wages, token, filed } = world;
      await token.setCall(token, token.interface.encodeFunctionData("mint", [await wages.getAddress(), 5]), false);
      await expect(pay(world, filed, [0])).to.be.revertedWithCustomError(wages, "TokenUntrue");
    });
  });

  it("are not made here any more, once the labour office has them in custody", async () => {
    const world = await loadFixture(covered);
    const { wages, token, filed } = world;
    const from = await end(world);
    await time.setNextBlockTimestamp(from);
    await checked(world, wages.closeOut(world.project));
    await pay(world, filed, [0]);
    await time.increase(90 * 86_400);
    const office = newAddress();
    await takeIntoCustody(world, filed.id, office);
    expect(await token.balanceOf(office)).to.equal(900n * UNIT);
    await expect(pay(world, filed, [1]))
      .to.be.revertedWithCustomError(wages, "RowNotReady")
      .withArgs(filed.id, 1, RowStatus.Standing);
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([100n, 0n, 0n, 0n, 0n]);
  });

  it("are drawn from the deposit and the works money too", async () => {
    const world = await loadFixture(payday);
    const { wages, project } = world;
    await deposit(world, 300n);
    await fund(world, 1_000n);
    await pay(world, await owe(world, [600n, 700n]));
    expect(await haveGot(world)).to.deep.equal([600n, 700n, 0n, 0n, 0n]);
    expect(await nonZero(wages.booksOf(project))).to.deep.equal({
      ...{ fed: 200n, advanced: 800n, deposited: 300n, paid: 1_300n, depositOwed: 300n },
    });
  });
});
