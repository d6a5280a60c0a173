import { randomInt } from "node:crypto";

import { expect } from "chai";

import { FISCAL, roleOf, TAX } from "../../src/index.js";
import { TaxPeriodProbe__factory } from "../../typechain/index.js";
import { HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { bureaus, type Bureaus, monthOf, nextMonth, TANGSHAN } from "./taxpayers.js";
import { UTC_OFFSET } from "./world.js";

const DAY = 86_400;

/** The first second of a day of UTC; months count from 1. */
function momentOf(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 1000;
}

/** The month before one, as YYYYMM. */
function before(month: bigint): bigint {
  return month % 100n === 1n ? month - 89n : month - 1n;
}

describe("TaxpayerRegistry: tax periods", () => {
  /** The bureau, and the present month by its clock. */
  const months = async () => {
    const world = await loadFixture(bureaus);
    const present = monthOf(await time.latest(), UTC_OFFSET);
    return { ...world, present, last: before(present), closing: world.taxpayers.connect(world.taxBureau) };
  };

  const refused = async ({ taxpayers, taxBureau }: Bureaus, month: bigint | number) =>
    expect(taxpayers.connect(taxBureau).closePeriods(SHIJIAZHUANG, month, []))
      .to.be.revertedWithCustomError(taxpayers, "PeriodInvalid")
      .withArgs(SHIJIAZHUANG, month);

  describe("closing", () => {
    it("ends bookings for a month that is over, and for all before it", async () => {
      const { taxpayers, taxBureau, closing, last, present } = await loadFixture(months);
      expect(await taxpayers.isClosed(SHIJIAZHUANG, 202001)).to.equal(false);
      await expect(closing.closePeriods(SHIJIAZHUANG, last, []))
        .to.emit(taxpayers, "PeriodsClosed")
        .withArgs(SHIJIAZHUANG, last, taxBureau.address);
      expect(await taxpayers.bureauAt(SHIJIAZHUANG)).to.deep.equal([true, BigInt(UTC_OFFSET), last]);
      for (const month of [1n, 202001n, before(last), last]) {
        expect(await taxpayers.isClosed(SHIJIAZHUANG, month), String(month)).to.equal(true);
        await expect(taxpayers.checkBookable(SHIJIAZHUANG, month))
          .to.be.revertedWithCustomError(taxpayers, "PeriodClosed")
          .withArgs(SHIJIAZHUANG, month);
      }
      expect(await taxpayers.isClosed(SHIJIAZHUANG, present)).to.equal(false);
      await taxpayers.checkBookable(SHIJIAZHUANG, present);
      expect(await taxpayers.isClosed(HEBEI, last)).to.equal(false);
    });

    it("is refused of the present month and of those to come", async () => {
      const world = await loadFixture(months);
      for (const month of [world.present, world.present + 100n, 999912n]) await refused(world, month);
      const end = nextMonth(await time.latest(), UTC_OFFSET);
      await time.setNextBlockTimestamp(end - 1);
      await expect(world.closing.closePeriods(SHIJIAZHUANG, world.present, [], { gasLimit: 1_000_000 })) // is mined
        .to.be.revertedWithCustomError(world.taxpayers, "PeriodInvalid")
        .withArgs(SHIJIAZHUANG, world.present);
      expect(await time.latest()).to.equal(end - 1);
      await time.setNextBlockTimestamp(end);
      await world.closing.closePeriods(SHIJIAZHUANG, world.present, []);
    });

    it("goes on: neither twice, nor backwards", async () => {
      const world = await loadFixture(months);
      const { closing, last } = world;
      await closing.closePeriods(SHIJIAZHUANG, before(last), []);
      await refused(world, before(last));
      await refused(world, before(before(last)));
      await closing.closePeriods(SHIJIAZHUANG, last, []);
      await refused(world, before(last));
    });

    it("is refused of what is no month", async () => {
      const world = await loadFixture(months);
      for (const month of [0, 202000, 202013, 202099]) await refused(world, month);
      await world.closing.closePeriods(SHIJIAZHUANG, 202012, []);
      await world.closing.closePeriods(SHIJIAZHUANG, 202101, []);
    });

    it("is the tax bureau's, of bureaus that were opened", async () => {
      const { taxpayers, manager, shijiazhuang, financeBureau, hebeiBureau, last } = await loadFixture(months);
      for (const by of [financeBureau, shijiazhuang, hebeiBureau]) {
        await expect(taxpayers.connect(by).closePeriods(SHIJIAZHUANG, last, []))
          .to.be.revertedWithCustomError(taxpayers, "NoStanding")
          .withArgs(by.address, SHIJIAZHUANG);
      }
      await expect(taxpayers.connect(hebeiBureau).closePeriods(HEBEI, last, []))
        .to.be.revertedWithCustomError(taxpayers, "BureauNotReady")
        .withArgs(HEBEI);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, FISCAL), hebeiBureau, 0);
      await expect(taxpayers.connect(hebeiBureau).closePeriods(SHIJIAZHUANG, last, [])).to.be.revertedWithCustomError(
        taxpayers,
        "NoStanding",
      );
    });

    it("of a retired city is its successor's, with lineage, by the retired city's clock", async () => {
      const { taxpayers, tangshan, retireInto, present } = await loadFixture(months);
      await retireInto(SHIJIAZHUANG, TANGSHAN);
      const by = taxpayers.connect(tangshan);
      const end = nextMonth(await time.latest(), UTC_OFFSET);
      await time.setNextBlockTimestamp(end - 1);
      await expect(by.closePeriods(SHIJIAZHUANG, present, [TANGSHAN])).to.be.revertedWithCustomError(
        taxpayers,
        "PeriodInvalid",
      );
      await time.setNextBlockTimestamp(end);
      await expect(by.closePeriods(SHIJIAZHUANG, present, [])).to.be.revertedWithCustomError(taxpayers, "NoStanding");
      await expect(by.closePeriods(SHIJIAZHUANG, present, [TANGSHAN]))
        .to.emit(taxpayers, "PeriodsClosed")
        .withArgs(SHIJIAZHUANG, present, tangshan.address);
    });
  });

  describe("booking", () => {
    it("names a month that has begun, and is not closed", async () => {
      const { taxpayers, present, last } = await loadFixture(months);
      for (const month of [present, last, 197001n]) await taxpayers.checkBookable(SHIJIAZHUANG, month);
      const next = monthOf(nextMonth(await time.latest(), UTC_OFFSET), UTC_OFFSET);
      for (const month of [0n, 202000n, 202013n, next, next + 100n]) {
        await expect(taxpayers.checkBookable(SHIJIAZHUANG, month))
          .to.be.revertedWithCustomError(taxpayers, "PeriodInvalid")
          .withArgs(SHIJIAZHUANG, month);
      }
      await time.increaseTo(nextMonth(await time.latest(), UTC_OFFSET));
      await taxpayers.checkBookable(SHIJIAZHUANG, next);
    });

    it("needs bureaus with a clock", async () => {
      const { taxpayers, present } = await loadFixture(months);
      for (const ask of [
        async () => taxpayers.currentPeriod(HEBEI),
        async () => taxpayers.checkBookable(HEBEI, present),
      ]) {
        await expect(ask()).to.be.revertedWithCustomError(taxpayers, "BureauNotReady").withArgs(HEBEI);
      }
    });
  });

  describe("the calendar", () => {
    async function probes() {
      const world = await loadFixture(bureaus);
      const probe = await new TaxPeriodProbe__factory(world.administrator).deploy();
      /** What the contract says of these moments is what JavaScript's calendar says. */
      const agrees = async (moments: number[], offset: number) =>
        expect((await probe.periodsAt(moments, offset)).join(), `by a clock of ${offset} minutes`).to.equal(
          moments.map((moment) => monthOf(moment, offset)).join(),
        );
      return { ...world, probe, agrees };
    }

    it("is that of JavaScript at random moments from 1970 to 2400, by any clock", async () => {
      const { agrees } = await loadFixture(probes);
      const end = momentOf(2401, 1, 1);
      for (let round = 0; round < 25; ++round) {
        const moments = Array.from({ length: 200 }, () => randomInt(DAY, end));
        await agrees(moments, randomInt(-720, 841));
      }
    });

    it("is that of JavaScript at the first and the last second of each month from 1970 to 2400", async () => {
      const { agrees } = await loadFixture(probes);
      for (const offset of [-720, 480]) {
        for (let year = 1971; year <= 2400; year += 10) {
          const firsts = Array.from({ length: 10 * 12 }, (_, month) => momentOf(year, 1 + month, 1) - offset * 60);
          await agrees([...firsts, ...firsts.map((first) => first - 1)], offset);
        }
      }
    });

    it("knows the leap days, also of the years that have none at the century", async () => {
      const { probe } = await loadFixture(probes);
      for (const [year, month, day, period] of [
        [2000, 2, 29, 200002n],
        [2024, 2, 29, 202402n],
        [2100, 2, 28, 210002n],
        [2200, 2, 28, 220002n],
        [2400, 2, 29, 240002n],
      ] as const) {
        const last = momentOf(year, month, day);
        expect(await probe.periodsAt([last, last + DAY - 1, last + DAY], 0)).to.deep.equal([
          period,
          period,
          period + 1n,
        ]);
      }
      expect(await probe.periodsAt([0, DAY, momentOf(2400, 12, 31) + DAY - 1], 0)).to.deep.equal([
        197001n,
        197001n,
        240012n,
      ]);
    });

    it("has twelve months, each equal to itself alone", async () => {
      const { probe } = await loadFixture(probes);
      for (const [other, same] of [
        [202611, true],
        [202612, false],
        [202511, false],
      ] as const) {
        expect(await probe.equal(202611, other)).to.equal(same);
      }
      for (let last = 0; last < 100; ++last) {
        expect(await probe.isMonth(202600 + last), String(last)).to.equal(last >= 1 && last <= 12);
      }
    });
  });

  it("are months of bureaus whose clocks differ, at one moment", async () => {
    const { taxpayers, hebeiBureau } = await loadFixture(months);
    await taxpayers.connect(hebeiBureau).openBureau(HEBEI, TAX, -720);
    const end = nextMonth(await time.latest(), UTC_OFFSET);
    await time.increaseTo(end);
    expect(await taxpayers.currentPeriod(SHIJIAZHUANG)).to.equal(monthOf(end, UTC_OFFSET));
    expect(await taxpayers.currentPeriod(HEBEI)).to.equal(before(monthOf(end, UTC_OFFSET)));
  });
});
