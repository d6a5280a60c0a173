import { expect } from "chai";

import { LABOUR, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import {
  filedSite,
  type FiledSite,
  opposed,
  RULING_TIME,
  WINDOW,
  filed,
  object,
  oppose,
  PayrollStatus,
  RowStatus,
  rule,
  site,
  supplemented,
} from "./wages.js";
import { BUDGET, DAY } from "./world.js";
import { booked, fund } from "./works.js";

/** The office files the last month's payroll, and the contractor opposes its first row. */
async function office(): Promise<FiledSite & { until: number }> {
  const world = await loadFixture(site);
  const payroll = await filed(world, { period: world.before }, world.labour);
  const until = (await timeOf(oppose(world, payroll, [payroll.proven[0]]))) + RULING_TIME;
  return { ...world, payroll, until };
}

describe("PayrollRegistry: what is decided on rows", () => {
  /** The window is over: rows can be ruled on. */
  async function afterWindow({ payroll }: FiledSite): Promise<void> {
    await time.increaseTo(payroll.filedAt + WINDOW);
  }

  async function admit({ payrolls, stranger, payroll }: FiledSite, positions = [0], of = payroll) {
    return payrolls.connect(stranger).admit(
      of.id,
      positions.map((position) => of.proven[position]!),
    );
  }

  describe("rule", () => {
    it("says what is owed of a row, from nothing to all", async () => {
      for (const amount of [0n, 1n, 100_000n]) {
        const world = await loadFixture(opposed);
        const { wages, payrolls, payroll, labour, project, until } = world;
        const { changedIn } = await payrolls.payrollOf(payroll.id);
        await afterWindow(world);
        const sent = rule(world, payroll, payroll.proven[0], amount);
        await expect(sent).to.emit(payrolls, "RowAdmitted").withArgs(payroll.id, 0, amount, labour, changedIn);
        expect((await payrolls.payrollOf(payroll.id)).changedIn).to.equal(await blockOf(sent));
        const key = await payrolls.rowKeyOf(payroll.id, 0);
        expect(await wages.reservationOf(key)).to.deep.equal([amount, 0, 0]);
        expect(await payrolls.decisionOf(payroll.id, 0)).to.deep.equal([RowStatus.Admitted, until]);
        expect(await payrolls.undecidedOf(project)).to.equal(1);
        expect(await payrolls.everOwedOf(project)).to.equal(amount);
        expect((await wages.booksOf(project)).owed).to.equal(amount);
        expect(await wages.queueOf(project, 0, 10)).to.deep.equal(amount === 0n ? [] : [key]);
        expect(await wages.queueLength(project)).to.deep.equal([amount === 0n ? 0 : 1, 0]);
        await expect(rule(world, payroll, payroll.proven[0], amount))
          .to.be.revertedWithCustomError(payrolls, "RowNotReady")
          .withArgs(payroll.id, 0, RowStatus.Admitted);
      }
    });

    it("begins after the window of opposition, and ends a fortnight after the row was set aside, to the second", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll, until } = world;
      await oppose(world, payroll, [payroll.proven[1]]);
      const from = payroll.filedAt + WINDOW + 1;
      await at(from - 1);
      await expect(rule(world, payroll, payroll.proven[0], 1n))
        .to.be.revertedWithCustomError(payrolls, "NotYet")
        .withArgs(from);
      await at(from);
      await rule(world, payroll, payroll.proven[1], 1n);
      const late = await loadFixture(opposed);
      await at(until);
      await rule(late, payroll, payroll.proven[0], 1n);
      const tooLate = await loadFixture(opposed);
      await at(until + 1);
      await expect(rule(tooLate, payroll, payroll.proven[0], 1n))
        .to.be.revertedWithCustomError(payrolls, "TooLate")
        .withArgs(until);
    });

    it("is within what was filed", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll } = world;
      await afterWindow(world);
      await expect(rule(world, payroll, payroll.proven[0], 100_001n))
        .to.be.revertedWithCustomError(payrolls, "AboveFiled")
        .withArgs(100_001n, 100_000n);
    });

    it("is within the budget, with all that was owed before", async () => {
      const world = await loadFixture(site);
      const { payrolls } = world;
      const payroll = await filed(world, {}, world.company.operator, [BUDGET, 100n, 50n]);
      await oppose(world, payroll, [payroll.proven[0], payroll.proven[1]]);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await payrolls.approve(payroll.id, []);
      await expect(rule(world, payroll, payroll.proven[0], BUDGET - 49n))
        .to.be.revertedWithCustomError(payrolls, "AmountInvalid")
        .withArgs(BUDGET - 49n, BUDGET - 50n);
      await rule(world, payroll, payroll.proven[0], BUDGET - 50n);
      await expect(rule(world, payroll, payroll.proven[1], 1n))
        .to.be.revertedWithCustomError(payrolls, "AmountInvalid")
        .withArgs(1n, 0n);
      await rule(world, payroll, payroll.proven[1], 0n);
    });

    it("is of rows that are aside, of this payroll", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll } = world;
      const [first, second] = payroll.proven;
      await afterWindow(world);
      await expect(rule(world, payroll, second, 1n))
        .to.be.revertedWithCustomError(payrolls, "RowNotReady")
        .withArgs(payroll.id, 1, RowStatus.Standing);
      await expect(rule(world, payroll, { ...first, amount: 200_000n }, 1n))
        .to.be.revertedWithCustomError(payrolls, "RowUnknown")
        .withArgs(payroll.id, 0);
      const id = word();
      await expect(rule(world, { ...payroll, id }, first, 1n))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(id, PayrollStatus.Unknown);
    });

    it("is the labour office's of what the companies filed, also of the city that stands in", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll, arbiter, contractor, stranger, manager, registry, hebei, officer } = world;
      const [row] = payroll.proven;
      await afterWindow(world);
      for (const by of [arbiter.operator, contractor.operator, world.owner.operator, stranger]) {
        await expect(rule(world, payroll, row, 1n, by))
          .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await payrolls.connect(officer).rule(payroll.id, row, 1n, [HEBEI]);
    });

    it("is the arbiter's of what the labour office filed", async () => {
      const world = await loadFixture(office);
      const { payrolls, payroll, arbiter, labour, contractor } = world;
      const [row] = payroll.proven;
      await afterWindow(world);
      for (const by of [labour, contractor.operator, arbiter.account, world.stranger]) {
        await expect(rule(world, payroll, row, 1n, by))
          .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
          .withArgs(payroll.id, by);
      }
      await rule(world, payroll, row, 1n, arbiter.operator);
    });

    it("is not repeated on a row that was paid: here that is admitted still", async () => {
      const world = await loadFixture(opposed);
      const { wages, payrolls, payroll, project } = world;
      const [row] = payroll.proven;
      await fund(world, project, 10_000_000n);
      await afterWindow(world);
      await rule(world, payroll, row, 50_000n);
      await booked(world, wages.reserve(project, 1));
      await booked(world, wages.pay(payroll.id, [row]));
      expect((await wages.rowOf(payroll.id, 0)).status).to.equal(RowStatus.Paid);
      expect((await payrolls.decisionOf(payroll.id, 0)).status).to.equal(RowStatus.Admitted);
      await expect(rule(world, payroll, row, 1n))
        .to.be.revertedWithCustomError(payrolls, "RowNotReady")
        .withArgs(payroll.id, 0, RowStatus.Admitted);
    });
  });

  describe("the labour office's own supplementary payroll", () => {
    it("where nobody approves it, is owed as the arbiter rules on objections", async () => {
      const world = await loadFixture(site);
      const ofCompany = await filed(world, { period: world.before });
      const payroll = await supplemented(world, ofCompany, world.labour);
      const { wages, payrolls, labour, arbiter, hands, project } = world;
      const [first, second] = payroll.proven;
      await object(world, payroll, first, hands[0].own);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await expect(rule(world, payroll, first, 1n, labour)).to.be.revertedWithCustomError(payrolls, "NotAuthorized");
      await rule(world, payroll, first, 100_000n, arbiter.operator);
      await time.increaseTo(payroll.filedAt + RULING_TIME);
      await payrolls.lapse(payroll.id);
      expect((await wages.booksOf(project)).owed).to.equal(100_000n);
      expect((await wages.rowOf(payroll.id, second.position)).status).to.equal(RowStatus.Standing);
    });
  });

  describe("admit", () => {
    it("lets rows be owed as filed, where no ruling came in time, to the second", async () => {
      const world = await loadFixture(opposed);
      const { wages, payrolls, payroll, until, project } = world;
      await at(until);
      await expect(admit(world))
        .to.be.revertedWithCustomError(payrolls, "NotYet")
        .withArgs(until + 1);
      await at(until + 1);
      const { changedIn } = await payrolls.payrollOf(payroll.id);
      const nobody = "0x0000000000000000000000000000000000000000";
      await expect(admit(world)).to.emit(payrolls, "RowAdmitted").withArgs(payroll.id, 0, 100_000n, nobody, changedIn);
      expect((await wages.booksOf(project)).owed).to.equal(100_000n);
      expect((await wages.rowOf(payroll.id, 0)).status).to.equal(RowStatus.Admitted);
      await expect(admit(world)).to.be.revertedWithCustomError(payrolls, "RowNotReady");
    });

    it("is of rows that are aside, and of one at least", async () => {
      const world = await loadFixture(opposed);
      const { payrolls, payroll, until } = world;
      await time.increaseTo(until);
      await expect(admit(world, [])).to.be.revertedWithCustomError(payrolls, "NothingToDo");
      await expect(admit(world, [0, 1]))
        .to.be.revertedWithCustomError(payrolls, "RowNotReady")
        .withArgs(payroll.id, 1, RowStatus.Standing);
      const id = word();
      await expect(admit(world, [0], { ...payroll, id }))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(id, PayrollStatus.Unknown);
    });

    it("is of a supplementary payroll only after its approval", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, contractor, stranger } = world;
      const second = await supplemented(world, world.payroll);
      const until = (await timeOf(oppose(world, second, [second.proven[0]]))) + RULING_TIME;
      await time.increaseTo(until);
      await expect(payrolls.connect(stranger).admit(second.id, [second.proven[0]]))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(second.id, PayrollStatus.Filed);

      const again = await loadFixture(filedSite);
      const third = await supplemented(again, again.payroll);
      const from = (await timeOf(oppose(again, third, [third.proven[0]]))) + RULING_TIME;
      await time.increaseTo(third.filedAt + 3 * DAY);
      await payrolls.connect(contractor.operator).approve(third.id, []);
      await time.increaseTo(from);
      await payrolls.connect(stranger).admit(third.id, [third.proven[0]]);
    });

    it("owes nothing beyond the budget", async () => {
      const world = await loadFixture(site);
      const { wages, payrolls, project } = world;
      const payroll = await filed(world, {}, world.company.operator, [BUDGET - 30n, 100n, 50n]);
      await oppose(world, payroll, payroll.proven);
      await time.increaseTo(payroll.filedAt + 20 * DAY);
      await expect(admit({ ...world, payroll }, [0, 1, 2]))
        .to.emit(payrolls, "RowAdmitted")
        .withArgs(
          payroll.id,
          1,
          30n,
          (by: string) => by.startsWith("0x000000"),
          (block: bigint) => block > 0n,
        );
      expect((await wages.booksOf(project)).owed).to.equal(BUDGET);
      expect((await wages.reservationOf(await payrolls.rowKeyOf(payroll.id, 2))).total).to.equal(0);
      expect((await wages.rowOf(payroll.id, 2)).status).to.equal(RowStatus.Admitted);
      expect(await payrolls.undecidedOf(project)).to.equal(1);
    });
  });
});
