import { expect } from "chai";

import { rowKey } from "../../src/escrow/rows.js";
import { LATER, newKey, word } from "../identity/world.js";
import { blockOf, loadFixture, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import {
  filedSite,
  type FiledSite,
  opposed,
  RULING_TIME,
  WINDOW,
  object,
  objection,
  oppose,
  PayrollStatus,
  RowStatus,
  supplemented,
} from "./wages.js";
import { DAY, subcontract } from "./world.js";

describe("PayrollRegistry: rows", () => {
  describe("oppose", () => {
    it("sets rows aside, each until it is ruled on, or a fortnight is over", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payrolls, payroll, contractor, project } = world;
      const filedIn = (await payrolls.payrollOf(payroll.id)).changedIn;
      const [, second, third] = payroll.proven;
      const sent = oppose(world, payroll, [second, third]);
      const until = (await timeOf(sent)) + RULING_TIME;
      const block = await blockOf(sent);
      await expect(sent)
        .to.emit(payrolls, "RowSetAside")
        .withArgs(payroll.id, 1, false, until, filedIn)
        .and.to.emit(payrolls, "RowSetAside")
        .withArgs(payroll.id, 2, false, until, block);
      const { aside, changedIn, status, total } = await payrolls.payrollOf(payroll.id);
      expect([aside, changedIn, status, total]).to.deep.equal([500_000n, BigInt(block), PayrollStatus.Filed, 600_000n]);
      expect(await payrolls.undecidedOf(project)).to.equal(3);
      expect(await wages.rowOf(payroll.id, 0)).to.deep.equal([RowStatus.Standing, 0, 0]);
      expect(await wages.rowOf(payroll.id, 1)).to.deep.equal([RowStatus.Aside, until, 0]);
      expect(await payrolls.rowKeyOf(payroll.id, 1)).to.equal(rowKey(payroll.id, 1));
      await time.increaseTo(payroll.filedAt + 3 * DAY);
      await payrolls.connect(contractor.operator).approve(payroll.id, []);
      expect((await wages.reservationOf(payroll.id)).total).to.equal(100_000n);
    });

    it("is the contractor's and the owner's, and nobody else's", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll, owner, contractor, company, labour, stranger, supervisor, arbiter, project } = world;
      const [first, second] = payroll.proven;
      const other = await subcontract(world, project);
      const others = [company, supervisor, arbiter, other.company].map(({ operator }) => operator);
      for (const by of [...others, labour, stranger, contractor.account, owner.account]) {
        await expect(oppose(world, payroll, [first], by))
          .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await oppose(world, payroll, [first], owner.operator);
      await oppose(world, payroll, [second], contractor.operator);
    });

    it("skips rows that are aside; of none other there is nothing to do", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll } = world;
      const [first, second] = payroll.proven;
      await expect(oppose(world, payroll, [first])).to.be.revertedWithCustomError(payrolls, "NothingToDo");
      await expect(oppose(world, payroll, [])).to.be.revertedWithCustomError(payrolls, "NothingToDo");
      await oppose(world, payroll, [first, second, second]);
      expect((await payrolls.payrollOf(payroll.id)).aside).to.equal(300_000n);
    });

    it("needs the rows of this payroll", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll } = world;
      const [first, second] = payroll.proven;
      const other = await supplemented(world, payroll);
      for (const row of [
        { ...first, amount: 100_001n },
        { ...first, worker: 2 },
        { ...first, position: 1 },
        { ...first, proof: [] },
        { ...first, proof: second.proof },
        other.proven[0],
      ]) {
        await expect(oppose(world, payroll, [second, row]))
          .to.be.revertedWithCustomError(payrolls, "RowUnknown")
          .withArgs(payroll.id, row.position);
      }
    });

    it("ends five days after filing, to the second, and with the approval", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll } = world;
      const [first, second, third] = payroll.proven;
      const until = payroll.filedAt + WINDOW;
      await at(until);
      await oppose(world, payroll, [first]);
      await at(until + 1);
      await expect(oppose(world, payroll, [second]))
        .to.be.revertedWithCustomError(payrolls, "TooLate")
        .withArgs(until);
      await payrolls.approve(payroll.id, []);
      await expect(oppose(world, payroll, [third]))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(payroll.id, PayrollStatus.Approved);
      await expect(payrolls.connect(world.contractor.operator).oppose(word(), [])).to.be.revertedWithCustomError(
        payrolls,
        "PayrollNotReady",
      );
    });
  });

  describe("object", () => {
    it("sets the worker's own row aside, whoever brings the signature", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payrolls, payroll, hands, project } = world;
      const sent = object(world, payroll, payroll.proven[2], hands[2].own);
      const until = (await timeOf(sent)) + RULING_TIME;
      await expect(sent)
        .to.emit(payrolls, "RowSetAside")
        .withArgs(payroll.id, 2, true, until, await filedIn(world));
      expect(await wages.rowOf(payroll.id, 2)).to.deep.equal([RowStatus.Aside, until, 0]);
      expect(await payrolls.undecidedOf(project)).to.equal(2);
    });

    async function filedIn({ payrolls, payroll }: FiledSite): Promise<number> {
      const [event] = await payrolls.queryFilter(payrolls.filters.PayrollFiled(payroll.id));
      return event!.blockNumber;
    }

    it("is refused to other keys, and to what was signed for another row or payroll", async () => {
      const world = await loadFixture(filedSite);
      const { workers, payrolls, payroll, hands, project, stranger } = world;
      const [first] = payroll.proven;
      const [{ own, holder }] = hands;
      for (const key of [hands[1].own, holder, newKey()]) {
        await expect(object(world, payroll, first, key))
          .to.be.revertedWithCustomError(workers, "NotWorkerKey")
          .withArgs(project, 1);
      }
      for (const signature of [
        await objection(world, own, payroll.id, 1),
        await objection(world, own, word(), 0),
        await objection(world, own, payroll.id, 0, LATER - 1),
        await objection(world, hands[1].own, payroll.id, 0),
        "0x",
      ]) {
        await expect(payrolls.connect(stranger).object(payroll.id, first, LATER, own.signer, signature))
          .to.be.revertedWithCustomError(workers, "SignatureInvalid")
          .withArgs(own.signer);
      }
      await expect(object(world, payroll, { ...first, amount: 1n }, own)).to.be.revertedWithCustomError(
        payrolls,
        "RowUnknown",
      );
    });

    it("is done once, and not of a row that was opposed", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll, hands } = world;
      const [first, second] = payroll.proven;
      await object(world, payroll, second, hands[1].own);
      for (const [row, own, position] of [
        [first, hands[0].own, 0],
        [second, hands[1].own, 1],
      ] as const) {
        await expect(object(world, payroll, row, own))
          .to.be.revertedWithCustomError(payrolls, "RowNotReady")
          .withArgs(payroll.id, position, RowStatus.Aside);
      }
    });

    it("ends with the order's deadline, the window, and the approval", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll, hands, stranger, contractor } = world;
      const [first, second, third] = payroll.proven;
      const deadline = payroll.filedAt + 3 * DAY;
      const bring = async (position: 0 | 1 | 2, row = payroll.proven[position]) => {
        const { own } = hands[position];
        const signature = await objection(world, own, payroll.id, position, deadline);
        return payrolls.connect(stranger).object(payroll.id, row, deadline, own.signer, signature);
      };
      await at(deadline);
      await bring(0, first);
      await at(deadline + 1);
      await expect(bring(1, second)).to.be.revertedWithCustomError(payrolls, "OrderExpired").withArgs(deadline);
      const until = payroll.filedAt + WINDOW;
      await at(until);
      await object(world, payroll, second, hands[1].own);
      await at(until + 1);
      await expect(object(world, payroll, third, hands[2].own))
        .to.be.revertedWithCustomError(payrolls, "TooLate")
        .withArgs(until);
      await payrolls.connect(contractor.operator).approve(payroll.id, []);
      await expect(object(world, payroll, third, hands[2].own)).to.be.revertedWithCustomError(
        payrolls,
        "PayrollNotReady",
      );
    });
  });
});
