import { expect } from "chai";
import { getCreateAddress, ZeroAddress } from "ethers";

import { LATER, newKey, word } from "../identity/world.js";
import { ethers, loadFixture, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import {
  applicationOf,
  beginOf,
  callingWallet,
  declaredBy,
  enrol,
  enrolled,
  type Hand,
  monthAfter,
  monthBefore,
  site,
  type Site,
} from "./wages.js";
import { BUDGET, DAY, newAccount, openProject, terminate } from "./world.js";

const OPEN_TIME = 60 * DAY;
const TENURE = 30 * DAY;
const AMOUNT = 600_000n;

/** All four workers are there for thirty days. */
async function tenured(): Promise<Site> {
  const world = await loadFixture(site);
  await time.increase(TENURE);
  return world;
}

/** A stranger brings what workers have signed. */
async function declare(
  world: Site,
  hands: readonly Pick<Hand, "worker" | "own">[],
  {
    period = world.before,
    amount = AMOUNT,
    ...changes
  }: { period?: number; amount?: bigint; count?: bigint; deadline?: number } = {},
) {
  const { workers, project, stranger } = world;
  const signatures = await declaredBy(world, hands, period, amount, changes);
  const deadline = changes.deadline ?? LATER;
  return workers.connect(stranger).declareArrearsByWorkers(project, period, amount, deadline, signatures);
}

/** The first month anybody of the first three was employed in. */
async function firstOf({ workers, project }: Pick<Site, "workers" | "project">): Promise<number> {
  const all = await Promise.all(
    [1, 2, 3].map(async (worker) => Number((await workers.workerOf(project, worker)).since)),
  );
  return Math.min(...all);
}

describe("WorkerRegistry: arrears declared by workers", () => {
  /** Refused: after `signed` good signatures, of `needed`. */
  async function noQuorum(
    { workers, project }: Site,
    act: Promise<unknown>,
    signed: number,
    needed = 3,
  ): Promise<void> {
    await expect(act).to.be.revertedWithCustomError(workers, "QuorumInvalid").withArgs(project, signed, needed);
  }

  it("are as good as the office's", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands, foreman, before } = world;
    const previousBlock = await workers.changedIn(project);
    const sent = declare(world, [...hands, foreman]);
    const until = (await timeOf(sent)) + OPEN_TIME;
    await expect(sent)
      .to.emit(workers, "ArrearsDeclared")
      .withArgs(project, before, AMOUNT, until, ZeroAddress, previousBlock);
    expect(await workers.arrearsOf(project)).to.deep.equal([before, AMOUNT, 0, until, 1]);
  });

  it("need a tenth of all: three at least, fifty at most", async () => {
    const world = await loadFixture(site);
    const { workers, project } = world;
    const setCount = await counterOf(world);
    for (const [count, quorum] of [
      [0, 3],
      [30, 3],
      [31, 4],
      [40, 4],
      [41, 5],
      [490, 49],
      [491, 50],
      [500, 50],
      [501, 50],
      [100_000, 50],
    ] as const) {
      await setCount(count);
      expect(await workers.quorumOf(project)).to.equal(quorum);
    }
    expect(await workers.quorumOf(word())).to.equal(3);
  });

  it("are refused with too few signatures, one twice, or out of order", async () => {
    const world = await loadFixture(tenured);
    const [first, second, third] = world.hands;
    await noQuorum(world, declare(world, []), 0);
    await noQuorum(world, declare(world, [first, second]), 2);
    await noQuorum(world, declare(world, [first, first, second]), 1);
    await noQuorum(world, declare(world, [first, second, second]), 2);
    await noQuorum(world, declare(world, [second, first, third]), 1);
    for (let i = 0; i < 27; ++i) await enrolled(world, world.project);
    expect(await world.workers.workerCount(world.project)).to.equal(31);
    await noQuorum(world, declare(world, world.hands), 3, 4);
    await declare(world, [...world.hands, world.foreman]);
  });

  it("count nobody enrolled for less than thirty days, to the second", async () => {
    const world = await loadFixture(site);
    const { workers, project, hands } = world;
    const { enrolledAt } = await workers.workerOf(project, 3);
    await at(Number(enrolledAt) + TENURE - 1);
    await noQuorum(world, declare(world, hands), 2);
    await at(Number(enrolledAt) + TENURE);
    await declare(world, hands);
  });

  it("are refused to straw workers, and to keys of nobody", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands } = world;
    const [first, second, third] = hands;
    const straw = await enrolled(world, project);
    await noQuorum(world, declare(world, [first, second, straw]), 2);
    for (const worker of [0, 99]) {
      await expect(declare(world, [{ worker, own: newKey() }, second, third]))
        .to.be.revertedWithCustomError(workers, "WorkerInvalid")
        .withArgs(project, worker);
    }
    for (const own of [newKey(), second.own, first.holder]) {
      await expect(declare(world, [{ worker: 1, own }, second, third]))
        .to.be.revertedWithCustomError(workers, "NotWorkerKey")
        .withArgs(project, 1);
    }
    await expect(declare({ ...world, project: word() }, hands)).to.be.revertedWithCustomError(workers, "WorkerInvalid");
  });

  it("say what was signed: amount, month, project", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands, before, stranger } = world;
    const { project: other } = await openProject(world);
    for (const signatures of [
      await declaredBy(world, hands, before, AMOUNT - 1n),
      await declaredBy(world, hands, monthBefore(before), AMOUNT),
      await declaredBy(world, hands, before, AMOUNT, { deadline: LATER - 1 }),
      await declaredBy({ ...world, project: other }, hands, before, AMOUNT),
    ]) {
      await expect(workers.connect(stranger).declareArrearsByWorkers(project, before, AMOUNT, LATER, signatures))
        .to.be.revertedWithCustomError(workers, "SignatureInvalid")
        .withArgs(hands[0].own.signer);
    }
  });

  it("end with their deadline, to the second", async () => {
    const world = await loadFixture(tenured);
    const { workers, hands } = world;
    const deadline = (await time.latest()) + DAY;
    await at(deadline + 1);
    await expect(declare(world, hands, { deadline }))
      .to.be.revertedWithCustomError(workers, "OrderExpired")
      .withArgs(deadline);
    await at(deadline);
    await declare(world, hands, { deadline });
  });

  it("are not repeated: neither the order, nor the month", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands, before, labour, month } = world;
    const signatures = await declaredBy(world, hands, before, AMOUNT);
    const bring = async () => workers.declareArrearsByWorkers(project, before, AMOUNT, LATER, signatures);
    await bring();
    const { until } = await workers.arrearsOf(project);
    await expect(declare(world, hands))
      .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
      .withArgs(project, until);
    await expect(declare(world, hands, { period: monthBefore(before) })).to.be.revertedWithCustomError(
      workers,
      "ArrearsNotReady",
    );
    await workers.connect(labour).dismissArrears(project, []);
    await expect(bring()).to.be.revertedWithCustomError(workers, "SignatureInvalid"); // it binds the count
    await expect(declare(world, hands)).to.be.revertedWithCustomError(workers, "ArrearsNotReady").withArgs(project, 0);
    expect(before).to.be.lessThan(month);
    await declare(world, hands, { period: month });
    expect((await workers.arrearsOf(project)).count).to.equal(2);
  });

  it("are of a month that there is, and that is over", async () => {
    const world = await loadFixture(tenured);
    const { workers, hands, month } = world;
    for (const period of [0, 100 * Math.floor(month / 100) + 13, monthAfter(month), 2 ** 24 - 1]) {
      await expect(declare(world, hands, { period }))
        .to.be.revertedWithCustomError(workers, "WagePeriodInvalid")
        .withArgs(period);
    }
  });

  it("are of no month before the first that anybody was employed in; the labour office's may be", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands, labour } = world;
    const first = await firstOf(world);
    const period = monthBefore(first);
    await expect(declare(world, hands, { period }))
      .to.be.revertedWithCustomError(workers, "WagePeriodInvalid")
      .withArgs(period);
    await workers.connect(labour).declareArrears(project, period, AMOUNT, []);
    expect((await workers.arrearsOf(project)).period).to.equal(period);
    await workers.connect(labour).dismissArrears(project, []);
    await declare(world, hands, { period: first });
  });

  it("reach back with who was employed earlier, and are not cut short by who was later", async () => {
    const world = await loadFixture(tenured);
    const { project, hands, workers, labour } = world;
    const first = await firstOf(world);
    await enrolled(world, project, { terms: { validFrom: beginOf(world.month) } });
    await declare(world, hands, { period: first });
    await workers.connect(labour).dismissArrears(project, []);
    const period = monthBefore(first);
    await enrolled(world, project, { terms: { validFrom: beginOf(period) } });
    await declare(world, hands, { period });
  });

  it("are declared for a month that the labour office has declared before", async () => {
    const world = await loadFixture(tenured);
    const { workers, project, hands, labour, before } = world;
    await workers.connect(labour).declareArrears(project, before, AMOUNT, []);
    await workers.connect(labour).dismissArrears(project, []);
    await declare(world, hands);
    expect((await workers.arrearsOf(project)).count).to.equal(2);
  });

  it("stop a project once for each month of a year, by straw workers whose claims are of any date", async () => {
    const world = await loadFixture(site);
    const { workers, labour } = world;
    const { project: other } = await openProject(world);
    const there = { ...world, project: other };
    const straw: Hand[] = [];
    for (let i = 0; i < 3; ++i) straw.push(await enrolled(world, other, { terms: { validFrom: 0, validUntil: 0 } }));
    const first = await firstOf(there);
    expect(beginOf(monthAfter(first))).to.be.greaterThan((await time.latest()) - 365 * DAY);
    await noQuorum(there, declare(there, straw), 0);
    await time.increase(TENURE);
    await expect(declare(there, straw, { period: monthBefore(first) })).to.be.revertedWithCustomError(
      workers,
      "WagePeriodInvalid",
    );
    let months = 0;
    for (let period = first; period <= world.month; period = monthAfter(period), ++months) {
      await declare(there, straw, { period });
      await workers.connect(labour).dismissArrears(other, []);
    }
    expect(months).to.equal(13); // twelve, and the one that the year began in
    // Another who comes with such a claim opens no older month, and none again.
    await enrolled(world, other, { terms: { validFrom: 0, validUntil: 0 } });
    await expect(declare(there, straw, { period: monthBefore(first) })).to.be.revertedWithCustomError(
      workers,
      "WagePeriodInvalid",
    );
    for (let period = first; period <= world.month; period = monthAfter(period)) {
      await expect(declare(there, straw, { period }))
        .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
        .withArgs(other, 0);
    }
  });

  it("that were refused leave the month open", async () => {
    const world = await loadFixture(tenured);
    const { workers, hands } = world;
    await expect(declare(world, hands, { amount: 0n })).to.be.revertedWithCustomError(workers, "AmountInvalid");
    await expect(declare(world, hands, { amount: BUDGET + 1n }))
      .to.be.revertedWithCustomError(workers, "AmountInvalid")
      .withArgs(BUDGET + 1n, BUDGET);
    await declare(world, hands);
  });

  it("are of an open project", async () => {
    const world = await loadFixture(tenured);
    await terminate(world, world.project);
    await expect(declare(world, world.hands))
      .to.be.revertedWithCustomError(world.workers, "ProjectNotReady")
      .withArgs(world.project, 3);
  });

  it("are declared once, though a signing contract calls back", async () => {
    const world = await loadFixture(site);
    const { workers, project, hands, before, stranger } = world;
    const deployer = await newAccount();
    const wallet = getCreateAddress({ from: deployer.address, nonce: 0 });
    const one = await applicationOf(world, project, { enrolment: { signer: wallet } });
    const good = await declaredBy(world, hands, before, AMOUNT);
    const args = [project, before, AMOUNT, LATER, good] as const;
    const data = workers.interface.encodeFunctionData("declareArrearsByWorkers", [...args]);
    await deployer.sendTransaction({ data: callingWallet(await workers.getAddress(), data) });
    await enrol(world, { ...one, employment: { ...one.employment, ownSignature: "0x" } });
    await time.increase(TENURE);
    const period = monthBefore(before);
    const signatures = [
      ...(await declaredBy(world, hands, period, 1n)),
      { worker: 5, signer: wallet, signature: "0x" },
    ];
    await workers.connect(stranger).declareArrearsByWorkers(project, period, 1, LATER, signatures);
    const arrears = await workers.arrearsOf(project);
    expect([arrears.period, arrears.amount, arrears.count]).to.deep.equal([BigInt(period), 1n, 1n]);
  });

  /** What writes how many workers a project has, where WorkerRegistry keeps it: the lowest four bytes of its Register. */
  async function counterOf({ workers, project }: Site): Promise<(count: number) => Promise<void>> {
    const address = await workers.getAddress();
    const known = await workers.workerCount(project);
    for (let base = 0; base < 20; ++base) {
      const register = ethers.AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [project, base]);
      const slot = ethers.keccak256(register);
      const kept = BigInt(await ethers.provider.getStorage(address, slot));
      if (kept % 2n ** 32n !== known) continue;
      return async (count) => {
        const value = ethers.toBeHex(kept - known + BigInt(count), 32);
        await ethers.provider.send("hardhat_setStorageAt", [address, slot, value]);
        expect(await workers.workerCount(project)).to.equal(count);
      };
    }
    throw new Error("no Register found in storage");
  }
});
