import { expect } from "chai";

import { loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  checked,
  crowd,
  cover,
  feed,
  type Filed,
  file,
  haveGot,
  Inflow,
  OBJECTION_TIME,
  owe,
  pay,
  type Payday,
  payday,
  reserve,
  RowStatus,
} from "./wage-money.js";

describe("WageAccount: payments to workers, while not all of it is there", () => {
  interface Month extends Payday {
    filed: Filed;
  }

  /** A payroll of 1,000 is approved, and nothing is there for it. */
  async function owing(): Promise<Month> {
    const world = await loadFixture(payday);
    return { ...world, filed: await owe(world, [100n, 200n, 300n, 330n, 70n]) };
  }

  /** What became of a row. */
  async function statusOf({ wages, filed }: Month, position = 0): Promise<bigint> {
    return (await wages.rowOf(filed.id, position)).status;
  }

  /** Parts of rows, rounded down. */
  function partsOf({ rows, total }: Filed, reserved: bigint): bigint[] {
    return rows.map(({ amount }) => (amount * reserved) / total);
  }

  it("are paid in proportion, and the rest once it is there, exactly", async () => {
    const world = await loadFixture(owing);
    const { wages, filed } = world;
    await cover(world, 333n);
    expect(await wages.pay.staticCall(filed.id, filed.rows)).to.equal(5);
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([33n, 66n, 99n, 109n, 23n]);
    expect((await wages.rowOf(filed.id, 3)).paidInPart).to.equal(109);
    expect(await wages.reservationOf(filed.id)).to.deep.equal([1_000n, 333n, 330n]);
    await expect(pay(world, filed, [0])).to.be.revertedWithCustomError(wages, "RowNotReady");
    await cover(world, 666n);
    await pay(world, filed, [4, 0]);
    expect(await haveGot(world)).to.deep.equal([99n, 66n, 99n, 109n, 69n]);
    await cover(world, 1n);
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
    expect(await wages.reservationOf(filed.id)).to.deep.equal([1_000n, 1_000n, 1_000n]);
    expect(await statusOf(world)).to.equal(RowStatus.Paid);
  });

  it("wait, if that comes to less than a fen", async () => {
    const world = await loadFixture(owing);
    const { wages, filed } = world;
    await cover(world, 4n);
    await expect(pay(world, filed, [0])).to.be.revertedWithCustomError(wages, "RowNotReady");
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([0n, 0n, 1n, 1n, 0n]);
    await cover(world, 996n);
    await pay(world, filed, [0]);
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
  });

  it("are the same, whoever is pushed first, and however often", async () => {
    const world = await loadFixture(owing);
    const { wages, payrolls, filed } = world;
    const second = await file(world, [11n, 13n], { predecessor: filed.id });
    await time.setNextBlockTimestamp(second.at + OBJECTION_TIME);
    await checked(world, payrolls.connect(world.contractor.operator).approve(second.id, []));
    await cover(world, 500n);
    for (let i = 0; i < 3; ++i) await pay(world, filed, [4, 4, 3]);
    expect(await wages.pay.staticCall(second.id, second.rows)).to.equal(0); // the first is short
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal(partsOf(filed, 500n));
    await cover(world, 510n);
    await pay(world, second);
    expect(await haveGot(world)).to.deep.equal([54n, 105n, 150n, 165n, 35n]);
    await cover(world, 14n);
    await pay(world, second, [1, 0]);
    await pay(world, filed);
    expect(await haveGot(world)).to.deep.equal([111n, 213n, 300n, 330n, 70n]);
  });

  it("lose and gain no fen in random orders", async () => {
    const world = await loadFixture(payday);
    const { wages, project } = world;
    let seed = 7n;
    const next = (below: number): number => {
      seed = (seed * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % (1n << 64n);
      return Number((seed >> 33n) % BigInt(below));
    };
    const payrolls: Filed[] = [];
    for (let i = 0; i < 3; ++i) {
      const amounts = world.crew.map(() => BigInt(1 + next(900)));
      payrolls.push(await owe(world, amounts, i === 0 ? {} : { predecessor: payrolls[0]!.id }));
    }
    const total = payrolls.reduce((sum, one) => sum + one.total, 0n);
    for (let turn = 0; turn < 60; ++turn) {
      const { owed } = await wages.booksOf(project);
      const uncovered = await wages.owedOf(project);
      if (turn % 3 === 0 && uncovered !== 0n) {
        const amount = 1n + BigInt(next(Number(uncovered > 400n ? 400n : uncovered)));
        await [cover, feedShare][next(2)]!(world, amount);
        if (owed !== 0n && next(2) === 0) await reserve(world, next(3));
      }
      const one = payrolls[next(3)]!;
      const positions = Array.from({ length: 2 + next(4) }, () => next(5));
      await pay(world, one, positions);
      const { reserved, paid } = await wages.reservationOf(one.id);
      expect(paid <= reserved, "no more than is there").to.equal(true);
    }
    const rest = await wages.owedOf(project);
    if (rest !== 0n) await cover(world, rest);
    await reserve(world);
    for (const one of payrolls) await pay(world, one);
    const due = world.crew.map((_, i) => payrolls.reduce((sum, { rows }) => sum + rows[i]!.amount, 0n));
    expect(await haveGot(world)).to.deep.equal(due);
    expect(await nonZero(wages.booksOf(project))).to.include({ paid: total });
    expect((await wages.booksOf(project)).reserved).to.equal(0);
  });

  async function feedShare(world: Payday, amount: bigint) {
    return feed(world, amount, Inflow.Share);
  }

  it("stay payable in part, where the token blocked them", async () => {
    const world = await loadFixture(owing);
    const { wages, token, crew, filed } = world;
    await cover(world, 500n);
    await pay(world, filed, [0]);
    await token.setBlocked(crew[1]!.account, true);
    await expect(pay(world, filed)).to.emit(wages, "WageNotPaid").withArgs(filed.id, 2, crew[1]!.account, 1);
    expect((await wages.rowOf(filed.id, 1)).paidInPart).to.equal(0);
    expect(await haveGot(world)).to.deep.equal([50n, 0n, 150n, 165n, 35n]);
    await cover(world, 500n);
    await pay(world, filed);
    expect(await statusOf(world, 1)).to.equal(RowStatus.Standing);
    await token.setBlocked(crew[1]!.account, false);
    await pay(world, filed, [1]);
    expect(await haveGot(world)).to.deep.equal([100n, 200n, 300n, 330n, 70n]);
  });

  it("are counted by 256", async () => {
    const world = await loadFixture(payday);
    const { wages } = world;
    await crowd(world, 260);
    const filed = await owe(world, Array<bigint>(260).fill(3n));
    await cover(world, 520n);
    await pay(world, filed, [0, 256, 1, 257, 256, 0, 259]);
    expect(await wages.reservationOf(filed.id)).to.deep.equal([780n, 520n, 10n]);
    expect((await wages.rowOf(filed.id, 256)).paidInPart).to.equal(2);
    await cover(world, 260n);
    await pay(world, filed, [257, 255, 1, 256, 0, 257]);
    expect(await wages.reservationOf(filed.id)).to.deep.equal([780n, 780n, 17n]);
    for (const [position, status] of [
      ...[0, 1, 255, 256, 257].map((one) => [one, RowStatus.Paid] as const),
      ...[2, 254, 258, 259].map((one) => [one, RowStatus.Standing] as const),
    ]) {
      expect((await wages.rowOf(filed.id, position)).status, String(position)).to.equal(status);
    }
    for (const start of [0, 150]) {
      const positions = Array.from({ length: start === 0 ? 150 : 110 }, (_, i) => start + i);
      await pay(world, filed, positions);
    }
    expect(await wages.reservationOf(filed.id)).to.deep.equal([780n, 780n, 780n]);
  });
});
