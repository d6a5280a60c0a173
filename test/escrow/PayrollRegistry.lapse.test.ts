import { expect } from "chai";

import { word } from "../identity/world.js";
import { blockOf, loadFixture, time } from "../world.js";
import { at } from "./milestones.js";
import { filed, oppose, PayrollStatus, rule, site, type Site, supplemented } from "./wages.js";
import { amendmentOf, DAY, signAmendment, signOffice } from "./world.js";

describe("PayrollRegistry: payrolls that lapse", () => {
  async function notReady(world: Site, payroll: string, status: bigint): Promise<void> {
    await expect(world.payrolls.lapse(payroll))
      .to.be.revertedWithCustomError(world.payrolls, "PayrollNotReady")
      .withArgs(payroll, status);
  }

  it("ends a supplementary payroll that nobody approved, a fortnight after it was filed, with its rows aside", async () => {
    const world = await loadFixture(site);
    const { payrolls, stranger, project } = world;
    const first = await filed(world);
    const second = await supplemented(world, first);
    const block = await blockOf(oppose(world, second, second.proven.slice(0, 2)));
    expect(await payrolls.undecidedOf(project)).to.equal(4);
    await at(second.filedAt + 14 * DAY);
    await expect(payrolls.lapse(second.id))
      .to.be.revertedWithCustomError(payrolls, "NotYet")
      .withArgs(second.filedAt + 14 * DAY + 1);
    await at(second.filedAt + 14 * DAY + 1);
    const sent = payrolls.connect(stranger).lapse(second.id);
    await expect(sent).to.emit(payrolls, "PayrollLapsed").withArgs(second.id, block);
    const { status, changedIn } = await payrolls.payrollOf(second.id);
    expect([status, changedIn]).to.deep.equal([PayrollStatus.Lapsed, BigInt(await blockOf(sent))]);
    expect(await payrolls.undecidedOf(project)).to.equal(1);
    await notReady(world, second.id, PayrollStatus.Lapsed);
    for (const act of [
      () => rule(world, second, second.proven[0], 1n),
      () => payrolls.admit(second.id, [second.proven[0]]),
      () => oppose(world, second, [second.proven[2]]),
      () => payrolls.approve(second.id, []),
    ]) {
      await expect(act())
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(second.id, PayrollStatus.Lapsed);
    }
  });

  it("leaves what was ruled of it owed", async () => {
    const world = await loadFixture(site);
    const { wages, payrolls, project } = world;
    const second = await supplemented(world, await filed(world));
    await oppose(world, second, second.proven.slice(0, 2));
    await time.increaseTo(second.filedAt + 5 * DAY);
    await rule(world, second, second.proven[0], 60_000n);
    await time.increaseTo(second.filedAt + 14 * DAY);
    await payrolls.lapse(second.id);
    expect(await payrolls.undecidedOf(project)).to.equal(1);
    expect(await wages.reservationOf(await payrolls.rowKeyOf(second.id, 0))).to.deep.equal([60_000n, 0, 0]);
    expect((await wages.booksOf(project)).owed).to.equal(60_000n);
  });

  it("is of no other payroll that fits the budget, nor of one that was approved", async () => {
    const world = await loadFixture(site);
    const { payrolls, contractor } = world;
    const first = await filed(world);
    const second = await supplemented(world, first);
    await time.increaseTo(second.filedAt + 3 * DAY);
    await payrolls.connect(contractor.operator).approve(second.id, []);
    await time.increaseTo(second.filedAt + 15 * DAY);
    await notReady(world, first.id, PayrollStatus.Filed);
    await notReady(world, second.id, PayrollStatus.Approved);
  });

  it("is of none that was never filed", async () => {
    const world = await loadFixture(site);
    await notReady(world, word(), PayrollStatus.Unknown);
  });

  it("ends any that exceeds what the budget leaves, to the fen", async () => {
    const world = await loadFixture(site);
    const { wages, payrolls, contractor, project } = world;
    const over = await filed(world, {}, world.company.operator, [1n, 2n, 100_000_000n]);
    await oppose(world, over, [over.proven[0]]);
    await expect(payrolls.lapse(over.id))
      .to.be.revertedWithCustomError(payrolls, "NotYet")
      .withArgs(over.filedAt + 14 * DAY + 1);
    await time.increaseTo(over.filedAt + 14 * DAY);
    await expect(payrolls.connect(contractor.operator).approve(over.id, []))
      .to.be.revertedWithCustomError(payrolls, "AmountInvalid")
      .withArgs(100_000_002n, 100_000_000n);
    await payrolls.lapse(over.id);
    expect(await payrolls.undecidedOf(project)).to.equal(0);
    await time.increase(DAY);
    await expect(payrolls.admit(over.id, [over.proven[0]]))
      .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
      .withArgs(over.id, PayrollStatus.Lapsed);

    const again = await loadFixture(site);
    const fits = await filed(again, {}, again.company.operator, [1n, 2n, 99_999_998n]);
    await oppose(again, fits, [fits.proven[0]]);
    await time.increaseTo(fits.filedAt + 15 * DAY);
    await notReady(again, fits.id, PayrollStatus.Filed);
    await payrolls.approve(fits.id, []);
    expect((await wages.booksOf(again.project)).owed).to.equal(100_000_000n);
  });

  it("ends one that fitted until the budget was lowered", async () => {
    const world = await loadFixture(site);
    const { payrolls, projects, project } = world;
    const first = await filed(world, {}, world.company.operator, [1n, 2n, 90_000_000n]);
    await time.increaseTo(first.filedAt + 15 * DAY);
    await notReady(world, first.id, PayrollStatus.Filed);
    const milestones = [{ index: 2, amount: 8_000_000n, content: word() }];
    const lowered = await amendmentOf(world, project, { budget: 85_000_000n, milestones });
    await projects.amend(lowered, await signAmendment(world, lowered), await signOffice(world, lowered));
    await payrolls.lapse(first.id);
  });
});
