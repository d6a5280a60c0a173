import { expect } from "chai";
import { hexlify, keccak256, randomBytes, ZeroAddress } from "ethers";

import { newKey, word } from "../identity/world.js";
import { loadFixture, time } from "../world.js";
import { at } from "./milestones.js";
import {
  applicationOf,
  beginOf,
  changeAccount,
  enrol,
  enrolled,
  type Hand,
  monthAfter,
  monthBefore,
  site,
  type Site,
  someAddress,
} from "./wages.js";
import { DAY, Seat } from "./world.js";

const BACK_PAY = 365 * DAY;

/** The month that was so many before; below zero, is to come. */
function ago(month: number, count: number): number {
  if (count === 0) return month;
  return count > 0 ? ago(monthBefore(month), count - 1) : ago(monthAfter(month), count + 1);
}

/** A worker of the subcontractor since three months ago. */
interface Employed extends Site {
  hand: Hand;
  /** The month so many ago. */
  back: (count: number) => number;
}

async function employed(): Promise<Employed> {
  const world = await loadFixture(site);
  const { project, seat, month } = world;
  const back = (count: number) => ago(month, count);
  const terms = { validFrom: beginOf(back(3)) };
  const hand = await enrolled(world, project, { terms, enrolment: { employer: seat } });
  return { ...world, hand, back };
}

/** The worker is enrolled again, by a claim that begins at this moment. */
async function again(world: Employed, employer: number, validFrom: number): Promise<void> {
  const { own, tag } = world.hand;
  await enrol(
    world,
    await applicationOf(world, world.project, { own, terms: { validFrom }, enrolment: { employer, tag } }),
  );
}

/** And goes to the contractor, with a claim since the last month. */
async function moved(): Promise<Employed> {
  const world = await loadFixture(employed);
  await again(world, Seat.Contractor, beginOf(world.back(1)));
  return world;
}

/** How many months ago the company employed the worker; of the last six, this one, and the two to come. */
async function monthsOf(world: Employed, employer: number, alone?: boolean): Promise<number[]> {
  const { workers, project, hand, back } = world;
  const months: number[] = [];
  for (let count = 6; count >= -2; --count) {
    const period = back(count);
    const is =
      alone === undefined
        ? await workers.isEmployed(project, hand.worker, employer, period)
        : await workers.checkEmployed(project, [hand.worker], employer, period, alone).then(
            () => true,
            () => false,
          );
    if (is) months.push(count);
  }
  return months;
}

describe("WorkerRegistry: who was employed when", () => {
  describe("since", () => {
    async function sinceOf({ workers, project }: Site, { worker }: Hand): Promise<number> {
      return Number((await workers.workerOf(project, worker)).since);
    }

    it("is the month in which the employment claim begins, to the second", async () => {
      const world = await loadFixture(site);
      const period = ago(world.month, 2);
      for (const [validFrom, since] of [
        [beginOf(period) - 1, monthBefore(period)],
        [beginOf(period), period],
        [beginOf(world.month) - 1, world.before],
        [beginOf(world.month), world.month],
      ] as const) {
        const hand = await enrolled(world, world.project, { terms: { validFrom } });
        expect(await sinceOf(world, hand)).to.equal(since);
      }
    });

    it("is a year before the enrolment at most, to the second, whatever the claim says", async () => {
      const { workers, month } = await loadFixture(site);
      expect(await workers.BACK_PAY()).to.equal(BACK_PAY);
      const yearAgo = new Date((beginOf(monthAfter(month)) - BACK_PAY) * 1000);
      const since = 100 * yearAgo.getUTCFullYear() + yearAgo.getUTCMonth() + 1;
      const moment = beginOf(since) + BACK_PAY;
      for (const validFrom of [0, 1, beginOf(since) - 1]) {
        for (const [when, first] of [
          [moment - 1, monthBefore(since)],
          [moment, since],
        ] as const) {
          const world = await loadFixture(site);
          const one = await applicationOf(world, world.project, { terms: { validFrom, validUntil: 0 } });
          await at(when);
          await enrol(world, one);
          expect((await workers.workerOf(world.project, 5)).since).to.equal(first);
        }
      }
    });

    it("is earlier by an earlier claim of the same employer, and never later", async () => {
      const world = await loadFixture(employed);
      const { workers, project, seat, hand, back } = world;
      const { enrolledAt } = await workers.workerOf(project, hand.worker);
      await again(world, seat, beginOf(back(1)));
      expect(await sinceOf(world, hand)).to.equal(back(3));
      await again(world, seat, beginOf(back(5)));
      expect(await sinceOf(world, hand)).to.equal(back(5));
      expect(await monthsOf(world, seat)).to.deep.equal([5, 4, 3, 2, 1, 0, -1, -2]);
      expect((await workers.workerOf(project, hand.worker)).enrolledAt).to.equal(enrolledAt);
    });
  });

  describe("isEmployed", () => {
    it("is so from that month on, by that employer alone", async () => {
      const world = await loadFixture(employed);
      expect(await monthsOf(world, world.seat)).to.deep.equal([3, 2, 1, 0, -1, -2]);
      for (const other of [Seat.Owner, Seat.Contractor, world.seat + 1]) {
        expect(await monthsOf(world, other)).to.deep.equal([]);
      }
    });

    it("is nobody who is no worker, not even of the owner, whose seat is the first", async () => {
      const { workers, project, seat, month } = await loadFixture(employed);
      expect(Seat.Owner).to.equal(0);
      for (const worker of [0, 6, 2 ** 32 - 1]) {
        for (const employer of [Seat.Owner, Seat.Contractor, seat]) {
          expect(await workers.isEmployed(project, worker, employer, month)).to.equal(false);
        }
      }
      expect(await workers.isEmployed(word(), 1, seat, month)).to.equal(false);
    });

    it("is so of a former employer until the month of leaving, also in those months that it shares", async () => {
      const world = await loadFixture(moved);
      expect(await monthsOf(world, world.seat)).to.deep.equal([3, 2, 1, 0]);
      expect(await monthsOf(world, Seat.Contractor)).to.deep.equal([1, 0, -1, -2]);
      expect(await monthsOf(world, Seat.Owner)).to.deep.equal([]);
    });

    it("begins where it began, for who returns, and earlier with an earlier claim", async () => {
      const world = await loadFixture(moved);
      await again(world, world.seat, beginOf(world.month));
      expect(await monthsOf(world, world.seat)).to.deep.equal([3, 2, 1, 0, -1, -2]);
      expect(await monthsOf(world, Seat.Contractor)).to.deep.equal([1, 0]);
      await again(world, Seat.Contractor, beginOf(world.back(2)));
      expect(await monthsOf(world, Seat.Contractor)).to.deep.equal([2, 1, 0, -1, -2]);
      expect(await monthsOf(world, world.seat)).to.deep.equal([3, 2, 1, 0]);
    });

    it("lasts until the last leaving, for who leaves twice", async () => {
      const world = await loadFixture(moved);
      await again(world, world.seat, beginOf(world.month));
      await time.increaseTo(beginOf(monthAfter(world.month)));
      await again(world, Seat.Contractor, beginOf(world.month));
      expect(await monthsOf(world, world.seat)).to.deep.equal([3, 2, 1, 0, -1]);
    });
  });

  describe("checkEmployed", () => {
    it("takes shared months for both employers, unless they are to be one's alone", async () => {
      const world = await loadFixture(moved);
      expect(await monthsOf(world, world.seat, false)).to.deep.equal([3, 2, 1, 0]);
      expect(await monthsOf(world, world.seat, true)).to.deep.equal([3, 2]);
      const { workers, project, hand, seat, before } = world;
      await expect(workers.checkEmployed(project, [hand.worker], seat, before, true))
        .to.be.revertedWithCustomError(workers, "WorkerInvalid")
        .withArgs(project, hand.worker);
      for (const alone of [true, false]) {
        expect(await monthsOf(world, Seat.Contractor, alone)).to.deep.equal([1, 0, -1, -2]);
        expect(await monthsOf(world, Seat.Owner, alone)).to.deep.equal([]);
      }
    });

    it("leaves a former employer no month alone where the present one's claim is older", async () => {
      const world = await loadFixture(employed);
      await again(world, Seat.Contractor, beginOf(world.back(4)));
      expect(await monthsOf(world, world.seat, true)).to.deep.equal([]);
      expect(await monthsOf(world, world.seat, false)).to.deep.equal([3, 2, 1, 0]);
    });

    it("names the first who was not employed, and takes nobody for all", async () => {
      const { workers, project, seat, hands, foreman, month } = await loadFixture(site);
      const [first, second, third] = hands.map(({ worker }) => worker) as [number, number, number];
      for (const alone of [true, false]) {
        await workers.checkEmployed(project, [], seat, month, alone);
        await workers.checkEmployed(project, [first, second, third], seat, month, alone);
        for (const [numbers, refused] of [
          [[first, foreman.worker, second, 99], foreman.worker],
          [[first, second, 99], 99],
          [[0, first], 0],
        ] as const) {
          await expect(workers.checkEmployed(project, [...numbers], seat, month, alone))
            .to.be.revertedWithCustomError(workers, "WorkerInvalid")
            .withArgs(project, refused);
        }
      }
    });
  });

  describe("accountsOf", () => {
    it("tells where workers are paid now, in the order asked, and zero for none", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands } = world;
      const [first, second] = hands;
      const account = someAddress();
      await changeAccount(world, second, account);
      expect(await workers.accountsOf(project, [])).to.deep.equal([]);
      expect(await workers.accountsOf(project, [2, 1, 0, 99, 2])).to.deep.equal([
        ...[account, first.account, ZeroAddress, ZeroAddress, account],
      ]);
      expect(await workers.accountsOf(word(), [1])).to.deep.equal([ZeroAddress]);
    });
  });

  describe("checkSigned", () => {
    it("takes the worker's own key over the digest", async () => {
      const { workers, project, hands } = await loadFixture(site);
      const digest = keccak256(randomBytes(32));
      for (const { worker, own } of hands) {
        await workers.checkSigned(project, worker, digest, own.signer, await own.sign(digest));
      }
    });

    it("refuses other keys, also where there is no worker", async () => {
      const { workers, project, hands } = await loadFixture(site);
      const [{ worker, own, holder }, other] = hands;
      const digest = keccak256(randomBytes(32));
      for (const [number, key] of [
        [worker, holder],
        [worker, other.own],
        [worker, newKey()],
        [0, own],
        [99, own],
      ] as const) {
        await expect(workers.checkSigned(project, number, digest, key.signer, await key.sign(digest)))
          .to.be.revertedWithCustomError(workers, "NotWorkerKey")
          .withArgs(project, number);
      }
      await expect(
        workers.checkSigned(word(), worker, digest, own.signer, await own.sign(digest)),
      ).to.be.revertedWithCustomError(workers, "NotWorkerKey");
    });

    it("refuses signatures of another key, over something else, and none", async () => {
      const { workers, project, hands } = await loadFixture(site);
      const [{ worker, own, holder }] = hands;
      const digest = keccak256(randomBytes(32));
      for (const signature of [await holder.sign(digest), await own.sign(hexlify(randomBytes(32))), "0x"]) {
        await expect(workers.checkSigned(project, worker, digest, own.signer, signature))
          .to.be.revertedWithCustomError(workers, "SignatureInvalid")
          .withArgs(own.signer);
      }
    });
  });
});
