import { expect } from "chai";

import { blockOf, loadFixture, time } from "../world.js";
import {
  checked,
  cover,
  type Filed,
  file,
  fund,
  OPPOSITION_WINDOW,
  owe,
  pay,
  type Payday,
  payday,
} from "./wage-money.js";

describe("WageAccount: what a call has paid", () => {
  /** Five are owed 1,000, all of which is there. */
  async function covered(): Promise<Payday & { filed: Filed }> {
    const world = await loadFixture(payday);
    await fund(world, 5_000n);
    return { ...world, filed: await owe(world, [100n, 200n, 300n, 330n, 70n]) };
  }

  it("is told once, with how many rows and how much, and the block of the event before", async () => {
    const world = await loadFixture(covered);
    const { wages, project, filed } = world;
    const before = await wages.changedIn(project);
    const sent = pay(world, filed, [0, 3]);
    await expect(sent).to.emit(wages, "WagesPaid").withArgs(project, filed.id, 2, 430, before);
    expect(await wages.changedIn(project)).to.equal(await blockOf(sent));
    const next = pay(world, filed);
    await expect(next)
      .to.emit(wages, "WagesPaid")
      .withArgs(project, filed.id, 3, 570, await blockOf(sent));
    const told = await wages.queryFilter(wages.filters.WagesPaid(project), await blockOf(next));
    expect(told).to.have.length(1);
  });

  it("is told of a single row too", async () => {
    const world = await loadFixture(covered);
    const { wages, project, filed } = world;
    const before = await wages.changedIn(project);
    await expect(pay(world, filed, [4]))
      .to.emit(wages, "WagesPaid")
      .withArgs(project, filed.id, 1, 70, before);
  });

  it("is without rows that were paid before, or are there twice", async () => {
    const world = await loadFixture(covered);
    const { wages, project, filed } = world;
    await pay(world, filed, [1]);
    const before = await wages.changedIn(project);
    await expect(pay(world, filed, [1, 0, 0]))
      .to.emit(wages, "WagesPaid")
      .withArgs(project, filed.id, 1, 100, before);
  });

  it("is without rows that the token refused", async () => {
    const world = await loadFixture(covered);
    const { wages, project, token, crew, filed } = world;
    await token.setBlocked(crew[1]!.account, true);
    const before = await wages.changedIn(project);
    await expect(pay(world, filed, [0, 1, 2]))
      .to.emit(wages, "WagesPaid")
      .withArgs(project, filed.id, 2, 400, before);
  });

  it("is of parts, while not all is there", async () => {
    const world = await loadFixture(payday);
    const { wages, project } = world;
    const filed = await owe(world, [600n, 400n]);
    await cover(world, 250n);
    const before = await wages.changedIn(project);
    await expect(pay(world, filed)).to.emit(wages, "WagesPaid").withArgs(project, filed.id, 2, 250, before);
  });

  it("is of rows that were set aside as they were ruled", async () => {
    const world = await loadFixture(payday);
    const { wages, payrolls, project, owner, labour } = world;
    await fund(world, 1_000n);
    const filed = await file(world, [20n, 30n]);
    await payrolls.connect(owner.operator).oppose(filed.id, [filed.rows[1]!]);
    await time.setNextBlockTimestamp(filed.at + OPPOSITION_WINDOW + 1);
    await checked(world, payrolls.connect(labour).rule(filed.id, filed.rows[1]!, 25, []));
    await checked(world, payrolls.approve(filed.id, []));
    const before = await wages.changedIn(project);
    await expect(pay(world, filed)).to.emit(wages, "WagesPaid").withArgs(project, filed.id, 2, 45, before);
  });

  describe("is nothing, and nothing is told,", () => {
    /** A call that pays nothing tells nothing, and leaves the last event where it was. */
    async function untold(world: Payday, filed: Filed): Promise<void> {
      const before = await world.wages.changedIn(world.project);
      await expect(pay(world, filed)).not.to.emit(world.wages, "WagesPaid");
      expect(await world.wages.changedIn(world.project)).to.equal(before);
    }

    it("where all was paid", async () => {
      const world = await loadFixture(covered);
      await pay(world, world.filed);
      await untold(world, world.filed);
    });

    it("where nothing is there", async () => {
      const world = await loadFixture(payday);
      await untold(world, await owe(world, [600n, 400n]));
    });

    it("where the token refuses all accounts", async () => {
      const world = await loadFixture(covered);
      for (const { account } of world.crew) await world.token.setBlocked(account, true);
      await untold(world, world.filed);
    });
  });
});
