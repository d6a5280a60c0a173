import { expect } from "chai";

import { rowKey } from "../../src/escrow/rows.js";
import { LABOUR, roleOf } from "../../src/index.js";
import { LATER, newKey, word } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import {
  type Filed,
  filed,
  object,
  objection,
  oppose,
  PayrollStatus,
  RowStatus,
  rule,
  site,
  type Site,
  supplemented,
} from "./wages.js";
import { BUDGET, DAY, subcontract } from "./world.js";
import { booked, fund } from "./works.js";

const WINDOW = 5 * DAY;
const RULING_TIME = 14 * DAY;

interface FiledSite extends Site {
  payroll: Filed;
}

/** A payroll of three rows is filed, by the subcontractor. */
async function filedSite(): Promise<FiledSite> {
  const world = await loadFixture(site);
  return { ...world, payroll: await filed(world) };
}

/** And the contractor has opposed its first row. */
async function opposed(): Promise<FiledSite & { until: number }> {
  const world = await loadFixture(filedSite);
  const asideAt = await timeOf(oppose(world, world.payroll, [world.payroll.proven[0]]));
  return { ...world, until: asideAt + RULING_TIME };
}

/** The office files the last month's payroll, and the contractor opposes its first row. */
async function office(): Promise<FiledSite & { until: number }> {
  const world = await loadFixture(site);
  const payroll = await filed(world, { period: world.before }, world.labour);
  const until = (await timeOf(oppose(world, payroll, [payroll.proven[0]]))) + RULING_TIME;
  return { ...world, payroll, until };
}

describe("WageAccount: rows", () => {
  /** The window is over: rows can be ruled on. */
  async function afterWindow({ payroll }: FiledSite): Promise<void> {
    await time.increaseTo(payroll.filedAt + WINDOW);
  }

  async function admit({ wages, stranger, payroll }: FiledSite, positions = [0], of = payroll) {
    return wages.connect(stranger).admit(
      of.id,
      positions.map((position) => of.proven[position]!),
    );
  }

  describe("oppose", () => {
    it("sets rows aside, each until it is ruled on, or a fortnight is over", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll, contractor, project } = world;
      const filedIn = (await wages.payrollOf(payroll.id)).changedIn;
      const [, second, third] = payroll.proven;
      const sent = oppose(world, payroll, [second, third]);
      const until = (await timeOf(sent)) + RULING_TIME;
      const block = await blockOf(sent);
      await expect(sent)
        .to.emit(wages, "RowSetAside")
        .withArgs(payroll.id, 1, false, until, filedIn)
        .and.to.emit(wages, "RowSetAside")
        .withArgs(payroll.id, 2, false, until, block);
      const { aside, changedIn, status, total } = await wages.payrollOf(payroll.id);
      expect([aside, changedIn, status, total]).to.deep.equal([500_000n, BigInt(block), PayrollStatus.Filed, 600_000n]);
      expect(await wages.undecidedOf(project)).to.equal(3);
      expect(await wages.rowOf(payroll.id, 0)).to.deep.equal([RowStatus.Standing, 0, 0]);
      expect(await wages.rowOf(payroll.id, 1)).to.deep.equal([RowStatus.Aside, until, 0]);
      expect(await wages.rowKeyOf(payroll.id, 1)).to.equal(rowKey(payroll.id, 1));
      await time.increaseTo(payroll.filedAt + 3 * DAY);
      await wages.connect(contractor.operator).approve(payroll.id, []);
      expect((await wages.reservationOf(payroll.id)).total).to.equal(100_000n);
    });

    it("is the contractor's and the owner's, and nobody else's", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll, owner, contractor, company, labour, stranger, supervisor, arbiter, project } = world;
      const [first, second] = payroll.proven;
      const other = await subcontract(world, project);
      const others = [company, supervisor, arbiter, other.company].map(({ operator }) => operator);
      for (const by of [...others, labour, stranger, contractor.account, owner.account]) {
        await expect(oppose(world, payroll, [first], by))
          .to.be.revertedWithCustomError(wages, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await oppose(world, payroll, [first], owner.operator);
      await oppose(world, payroll, [second], contractor.operator);
    });

    it("skips rows that are aside; of none other there is nothing to do", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll } = world;
      const [first, second] = payroll.proven;
      await expect(oppose(world, payroll, [first])).to.be.revertedWithCustomError(wages, "NothingToDo");
      await expect(oppose(world, payroll, [])).to.be.revertedWithCustomError(wages, "NothingToDo");
      await oppose(world, payroll, [first, second, second]);
      expect((await wages.payrollOf(payroll.id)).aside).to.equal(300_000n);
    });

    it("needs the rows of this payroll", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll } = world;
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
          .to.be.revertedWithCustomError(wages, "RowUnknown")
          .withArgs(payroll.id, row.position);
      }
    });

    it("ends five days after filing, to the second, and with the approval", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll } = world;
      const [first, second, third] = payroll.proven;
      const until = payroll.filedAt + WINDOW;
      await at(until);
      await oppose(world, payroll, [first]);
      await at(until + 1);
      await expect(oppose(world, payroll, [second]))
        .to.be.revertedWithCustomError(wages, "TooLate")
        .withArgs(until);
      await wages.approve(payroll.id, []);
      await expect(oppose(world, payroll, [third]))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(payroll.id, PayrollStatus.Approved);
      await expect(wages.connect(world.contractor.operator).oppose(word(), [])).to.be.revertedWithCustomError(
        wages,
        "PayrollNotReady",
      );
    });
  });

  describe("object", () => {
    it("sets the worker's own row aside, whoever brings the signature", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll, hands, project } = world;
      const sent = object(world, payroll, payroll.proven[2], hands[2].own);
      const until = (await timeOf(sent)) + RULING_TIME;
      await expect(sent)
        .to.emit(wages, "RowSetAside")
        .withArgs(payroll.id, 2, true, until, await filedIn(world));
      expect(await wages.rowOf(payroll.id, 2)).to.deep.equal([RowStatus.Aside, until, 0]);
      expect(await wages.undecidedOf(project)).to.equal(2);
    });

    async function filedIn({ wages, payroll }: FiledSite): Promise<number> {
      const [event] = await wages.queryFilter(wages.filters.PayrollFiled(payroll.id));
      return event!.blockNumber;
    }

    it("is refused to other keys, and to what was signed for another row or payroll", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll, hands, project, stranger } = world;
      const [first] = payroll.proven;
      const [{ own, holder }] = hands;
      for (const key of [hands[1].own, holder, newKey()]) {
        await expect(object(world, payroll, first, key))
          .to.be.revertedWithCustomError(wages, "NotWorkerKey")
          .withArgs(project, 1);
      }
      for (const signature of [
        await objection(world, own, payroll.id, 1),
        await objection(world, own, word(), 0),
        await objection(world, own, payroll.id, 0, LATER - 1),
        await objection(world, hands[1].own, payroll.id, 0),
        "0x",
      ]) {
        await expect(wages.connect(stranger).object(payroll.id, first, LATER, own.signer, signature))
          .to.be.revertedWithCustomError(wages, "SignatureInvalid")
          .withArgs(own.signer);
      }
      await expect(object(world, payroll, { ...first, amount: 1n }, own)).to.be.revertedWithCustomError(
        wages,
        "RowUnknown",
      );
    });

    it("is done once, and not of a row that was opposed", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, hands } = world;
      const [first, second] = payroll.proven;
      await object(world, payroll, second, hands[1].own);
      for (const [row, own, position] of [
        [first, hands[0].own, 0],
        [second, hands[1].own, 1],
      ] as const) {
        await expect(object(world, payroll, row, own))
          .to.be.revertedWithCustomError(wages, "RowNotReady")
          .withArgs(payroll.id, position, RowStatus.Aside);
      }
    });

    it("ends with the order's deadline, the window, and the approval", async () => {
      const world = await loadFixture(filedSite);
      const { wages, payroll, hands, stranger, contractor } = world;
      const [first, second, third] = payroll.proven;
      const deadline = payroll.filedAt + 3 * DAY;
      const bring = async (position: 0 | 1 | 2, row = payroll.proven[position]) => {
        const { own } = hands[position];
        const signature = await objection(world, own, payroll.id, position, deadline);
        return wages.connect(stranger).object(payroll.id, row, deadline, own.signer, signature);
      };
      await at(deadline);
      await bring(0, first);
      await at(deadline + 1);
      await expect(bring(1, second)).to.be.revertedWithCustomError(wages, "OrderExpired").withArgs(deadline);
      const until = payroll.filedAt + WINDOW;
      await at(until);
      await object(world, payroll, second, hands[1].own);
      await at(until + 1);
      await expect(object(world, payroll, third, hands[2].own))
        .to.be.revertedWithCustomError(wages, "TooLate")
        .withArgs(until);
      await wages.connect(contractor.operator).approve(payroll.id, []);
      await expect(object(world, payroll, third, hands[2].own)).to.be.revertedWithCustomError(wages, "PayrollNotReady");
    });
  });

  describe("rule", () => {
    it("says what is owed of a row, from nothing to all", async () => {
      for (const amount of [0n, 1n, 100_000n]) {
        const world = await loadFixture(opposed);
        const { wages, payroll, labour, project } = world;
        const { changedIn } = await wages.payrollOf(payroll.id);
        await afterWindow(world);
        const sent = rule(world, payroll, payroll.proven[0], amount);
        await expect(sent).to.emit(wages, "RowAdmitted").withArgs(payroll.id, 0, amount, labour, changedIn);
        expect((await wages.payrollOf(payroll.id)).changedIn).to.equal(await blockOf(sent));
        const key = await wages.rowKeyOf(payroll.id, 0);
        expect(await wages.reservationOf(key)).to.deep.equal([amount, 0, 0]);
        expect((await wages.rowOf(payroll.id, 0)).status).to.equal(RowStatus.Admitted);
        expect(await wages.undecidedOf(project)).to.equal(1);
        expect((await wages.booksOf(project)).owed).to.equal(amount);
        expect(await wages.queueOf(project, 0, 10)).to.deep.equal(amount === 0n ? [] : [key]);
        expect(await wages.queueLength(project)).to.deep.equal([amount === 0n ? 0 : 1, 0]);
        await expect(rule(world, payroll, payroll.proven[0], amount))
          .to.be.revertedWithCustomError(wages, "RowNotReady")
          .withArgs(payroll.id, 0, RowStatus.Admitted);
      }
    });

    it("begins after the window of opposition, and ends a fortnight after the row was set aside, to the second", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, until } = world;
      await oppose(world, payroll, [payroll.proven[1]]);
      const from = payroll.filedAt + WINDOW + 1;
      await at(from - 1);
      await expect(rule(world, payroll, payroll.proven[0], 1n))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(from);
      await at(from);
      await rule(world, payroll, payroll.proven[1], 1n);
      const late = await loadFixture(opposed);
      await at(until);
      await rule(late, payroll, payroll.proven[0], 1n);
      const tooLate = await loadFixture(opposed);
      await at(until + 1);
      await expect(rule(tooLate, payroll, payroll.proven[0], 1n))
        .to.be.revertedWithCustomError(wages, "TooLate")
        .withArgs(until);
    });

    it("is within what was filed", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll } = world;
      await afterWindow(world);
      await expect(rule(world, payroll, payroll.proven[0], 100_001n))
        .to.be.revertedWithCustomError(wages, "AboveFiled")
        .withArgs(100_001n, 100_000n);
    });

    it("is within the budget, with all that was owed before", async () => {
      const world = await loadFixture(site);
      const { wages } = world;
      const payroll = await filed(world, {}, world.company.operator, [BUDGET, 100n, 50n]);
      await oppose(world, payroll, [payroll.proven[0], payroll.proven[1]]);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await wages.approve(payroll.id, []);
      await expect(rule(world, payroll, payroll.proven[0], BUDGET - 49n))
        .to.be.revertedWithCustomError(wages, "AmountInvalid")
        .withArgs(BUDGET - 49n, BUDGET - 50n);
      await rule(world, payroll, payroll.proven[0], BUDGET - 50n);
      await expect(rule(world, payroll, payroll.proven[1], 1n))
        .to.be.revertedWithCustomError(wages, "AmountInvalid")
        .withArgs(1n, 0n);
      await rule(world, payroll, payroll.proven[1], 0n);
    });

    it("is of rows that are aside, of this payroll", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll } = world;
      const [first, second] = payroll.proven;
      await afterWindow(world);
      await expect(rule(world, payroll, second, 1n))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(payroll.id, 1, RowStatus.Standing);
      await expect(rule(world, payroll, { ...first, amount: 200_000n }, 1n))
        .to.be.revertedWithCustomError(wages, "RowUnknown")
        .withArgs(payroll.id, 0);
      const id = word();
      await expect(rule(world, { ...payroll, id }, first, 1n))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(id, PayrollStatus.Unknown);
    });

    it("is the labour office's of what the companies filed, also of the city that stands in", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, arbiter, contractor, stranger, manager, registry, hebei, officer } = world;
      const [row] = payroll.proven;
      await afterWindow(world);
      for (const by of [arbiter.operator, contractor.operator, stranger]) {
        await expect(rule(world, payroll, row, 1n, by))
          .to.be.revertedWithCustomError(wages, "NoStanding")
          .withArgs(by, SHIJIAZHUANG);
      }
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await wages.connect(officer).rule(payroll.id, row, 1n, [HEBEI]);
    });

    it("is the arbiter's of what the labour office filed", async () => {
      const world = await loadFixture(office);
      const { wages, payroll, arbiter, labour, contractor } = world;
      const [row] = payroll.proven;
      await afterWindow(world);
      for (const by of [labour, contractor.operator, arbiter.account]) {
        await expect(rule(world, payroll, row, 1n, by))
          .to.be.revertedWithCustomError(wages, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await rule(world, payroll, row, 1n, arbiter.operator);
    });

    it("is not of a row that was paid", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, project } = world;
      const [row] = payroll.proven;
      await fund(world, project, 10_000_000n);
      await afterWindow(world);
      await rule(world, payroll, row, 50_000n);
      await booked(world, wages.reserve(project, 1));
      await booked(world, wages.pay(payroll.id, [row]));
      expect((await wages.rowOf(payroll.id, 0)).status).to.equal(RowStatus.Paid);
      await expect(rule(world, payroll, row, 1n))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(payroll.id, 0, RowStatus.Paid);
    });
  });

  describe("the labour office's own supplementary payroll", () => {
    /** Filed after one of the company. */
    async function own(): Promise<FiledSite> {
      const world = await loadFixture(site);
      const first = await filed(world, { period: world.before });
      return { ...world, payroll: await supplemented(world, first, world.labour) };
    }

    it("is approved by the contractor, never by the office", async () => {
      const world = await loadFixture(own);
      const { wages, payroll, labour, arbiter, contractor } = world;
      await time.increaseTo(payroll.filedAt + 6 * DAY);
      for (const by of [labour, arbiter.operator]) {
        await expect(wages.connect(by).approve(payroll.id, []))
          .to.be.revertedWithCustomError(wages, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await wages.connect(contractor.operator).approve(payroll.id, []);
    });

    it("where nobody approves it, is owed as the arbiter rules on objections", async () => {
      const world = await loadFixture(own);
      const { wages, payroll, labour, arbiter, hands, project } = world;
      const [first, second] = payroll.proven;
      await object(world, payroll, first, hands[0].own);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await expect(rule(world, payroll, first, 1n, labour)).to.be.revertedWithCustomError(wages, "NotAuthorized");
      await rule(world, payroll, first, 100_000n, arbiter.operator);
      await time.increaseTo(payroll.filedAt + RULING_TIME);
      await wages.lapse(payroll.id);
      expect((await wages.booksOf(project)).owed).to.equal(100_000n);
      expect((await wages.rowOf(payroll.id, second.position)).status).to.equal(RowStatus.Standing);
    });
  });

  describe("admit", () => {
    it("lets rows be owed as filed, where no ruling came in time, to the second", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, until, project } = world;
      await at(until);
      await expect(admit(world))
        .to.be.revertedWithCustomError(wages, "NotYet")
        .withArgs(until + 1);
      await at(until + 1);
      const { changedIn } = await wages.payrollOf(payroll.id);
      const nobody = "0x0000000000000000000000000000000000000000";
      await expect(admit(world)).to.emit(wages, "RowAdmitted").withArgs(payroll.id, 0, 100_000n, nobody, changedIn);
      expect((await wages.booksOf(project)).owed).to.equal(100_000n);
      expect((await wages.rowOf(payroll.id, 0)).status).to.equal(RowStatus.Admitted);
      await expect(admit(world)).to.be.revertedWithCustomError(wages, "RowNotReady");
    });

    it("is of rows that are aside, and of one at least", async () => {
      const world = await loadFixture(opposed);
      const { wages, payroll, until } = world;
      await time.increaseTo(until);
      await expect(admit(world, [])).to.be.revertedWithCustomError(wages, "NothingToDo");
      await expect(admit(world, [0, 1]))
        .to.be.revertedWithCustomError(wages, "RowNotReady")
        .withArgs(payroll.id, 1, RowStatus.Standing);
      const id = word();
      await expect(admit(world, [0], { ...payroll, id }))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(id, PayrollStatus.Unknown);
    });

    it("is of a supplementary payroll only after its approval", async () => {
      const world = await loadFixture(filedSite);
      const { wages, contractor, stranger } = world;
      const second = await supplemented(world, world.payroll);
      const until = (await timeOf(oppose(world, second, [second.proven[0]]))) + RULING_TIME;
      await time.increaseTo(until);
      await expect(wages.connect(stranger).admit(second.id, [second.proven[0]]))
        .to.be.revertedWithCustomError(wages, "PayrollNotReady")
        .withArgs(second.id, PayrollStatus.Filed);

      const again = await loadFixture(filedSite);
      const third = await supplemented(again, again.payroll);
      const from = (await timeOf(oppose(again, third, [third.proven[0]]))) + RULING_TIME;
      await time.increaseTo(third.filedAt + 3 * DAY);
      await wages.connect(contractor.operator).approve(third.id, []);
      await time.increaseTo(from);
      await wages.connect(stranger).admit(third.id, [third.proven[0]]);
    });

    it("owes nothing beyond the budget", async () => {
      const world = await loadFixture(site);
      const { wages, project } = world;
      const payroll = await filed(world, {}, world.company.operator, [BUDGET - 30n, 100n, 50n]);
      await oppose(world, payroll, payroll.proven);
      await time.increaseTo(payroll.filedAt + 20 * DAY);
      await expect(admit({ ...world, payroll }, [0, 1, 2]))
        .to.emit(wages, "RowAdmitted")
        .withArgs(
          payroll.id,
          1,
          30n,
          (by: string) => by.startsWith("0x000000"),
          (block: bigint) => block > 0n,
        );
      expect((await wages.booksOf(project)).owed).to.equal(BUDGET);
      expect((await wages.reservationOf(await wages.rowKeyOf(payroll.id, 2))).total).to.equal(0);
      expect((await wages.rowOf(payroll.id, 2)).status).to.equal(RowStatus.Admitted);
      expect(await wages.undecidedOf(project)).to.equal(1);
    });
  });
});
