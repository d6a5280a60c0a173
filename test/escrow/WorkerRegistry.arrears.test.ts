import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { LABOUR, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import { beginOf, filed, monthAfter, site, type Site } from "./wages.js";
import { booked, fund } from "./works.js";
import { BUDGET, DAY, terminate } from "./world.js";

const OPEN_TIME = 60 * DAY;
const AMOUNT = 600_000n;

/** The labour office has declared arrears of the last month. */
async function declared(): Promise<Site & { until: number }> {
  const world = await loadFixture(site);
  const { workers, labour, project, before } = world;
  const sent = workers.connect(labour).declareArrears(project, before, AMOUNT, []);
  return { ...world, until: (await timeOf(sent)) + OPEN_TIME };
}

describe("WorkerRegistry: arrears", () => {
  describe("declared by the labour office", () => {
    it("are open for sixty days, to the second", async () => {
      const world = await loadFixture(site);
      const { workers, labour, project, before } = world;
      expect(await workers.inArrears(project)).to.equal(false);
      const previousBlock = await workers.changedIn(project);
      const sent = workers.connect(labour).declareArrears(project, before, AMOUNT, []);
      const until = (await timeOf(sent)) + OPEN_TIME;
      await expect(sent)
        .to.emit(workers, "ArrearsDeclared")
        .withArgs(project, before, AMOUNT, until, labour, previousBlock);
      expect(await workers.arrearsOf(project)).to.deep.equal([before, AMOUNT, 0, until, 1]);
      await time.increaseTo(until);
      expect(await workers.inArrears(project)).to.equal(true);
      await time.increaseTo(until + 1);
      expect(await workers.inArrears(project)).to.equal(false);
    });

    it("are its alone, also of the city that stands in", async () => {
      const world = await loadFixture(site);
      const { workers, project, before, stranger, contractor, company, court, manager, registry, hebei, officer } =
        world;
      for (const by of [stranger, contractor.operator, company.operator, court, officer]) {
        await expect(workers.connect(by).declareArrears(project, before, 1, []))
          .to.be.revertedWithCustomError(workers, "NoStanding")
          .withArgs(by, SHIJIAZHUANG);
      }
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await workers.connect(officer).declareArrears(project, before, 1, [HEBEI]);
      await expect(workers.connect(stranger).dismissArrears(project, [])).to.be.revertedWithCustomError(
        workers,
        "NoStanding",
      );
      await workers.connect(officer).dismissArrears(project, [HEBEI]);
    });

    it("are of an open project there is", async () => {
      const world = await loadFixture(site);
      const { workers, projects, labour, project, before } = world;
      await expect(workers.connect(labour).declareArrears(word(), before, 1, [])).to.be.revertedWithCustomError(
        projects,
        "ProjectUnknown",
      );
      await terminate(world, project);
      await expect(workers.connect(labour).declareArrears(project, before, 1, []))
        .to.be.revertedWithCustomError(workers, "ProjectNotReady")
        .withArgs(project, 3);
    });

    it("are of a month that has ended, to the second", async () => {
      const world = await loadFixture(site);
      const { workers, labour, project, month } = world;
      const office = workers.connect(labour);
      for (const period of [0, 202_600, 202_613, month, monthAfter(month)]) {
        await expect(office.declareArrears(project, period, 1, []))
          .to.be.revertedWithCustomError(workers, "WagePeriodInvalid")
          .withArgs(period);
      }
      const end = beginOf(monthAfter(month));
      await at(end - 1);
      await expect(office.declareArrears(project, month, 1, [])).to.be.revertedWithCustomError(
        workers,
        "WagePeriodInvalid",
      );
      await at(end);
      await office.declareArrears(project, month, 1, []);
    });

    it("are of something, and within the budget", async () => {
      const world = await loadFixture(site);
      const { workers, labour, project, before } = world;
      const office = workers.connect(labour);
      for (const amount of [0n, BUDGET + 1n]) {
        await expect(office.declareArrears(project, before, amount, []))
          .to.be.revertedWithCustomError(workers, "AmountInvalid")
          .withArgs(amount, BUDGET);
      }
      await office.declareArrears(project, before, BUDGET, []);
    });

    it("are one at a time", async () => {
      const world = await loadFixture(declared);
      const { workers, labour, project, before, until } = world;
      const office = workers.connect(labour);
      await at(until);
      await expect(office.declareArrears(project, before, 1, []))
        .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
        .withArgs(project, until);
      await at(until + 1);
      await office.declareArrears(project, before, 1, []);
      expect((await workers.arrearsOf(project)).count).to.equal(2);
    });
  });

  describe("end", () => {
    it("by dismissal", async () => {
      const world = await loadFixture(declared);
      const { workers, labour, project, before } = world;
      const previousBlock = await workers.changedIn(project);
      await expect(workers.connect(labour).dismissArrears(project, []))
        .to.emit(workers, "ArrearsEnded")
        .withArgs(project, labour, previousBlock);
      expect(await workers.inArrears(project)).to.equal(false);
      expect(await workers.arrearsOf(project)).to.deep.equal([before, AMOUNT, 0, 0, 1]);
      await expect(workers.connect(labour).dismissArrears(project, []))
        .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
        .withArgs(project, 0);
      await expect(workers.endArrears(project)).to.be.revertedWithCustomError(workers, "ArrearsNotReady");
    });

    it("by their date, after which there is nothing to dismiss", async () => {
      const world = await loadFixture(declared);
      const { workers, labour, project, until } = world;
      await at(until + 1);
      await expect(workers.connect(labour).dismissArrears(project, []))
        .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
        .withArgs(project, until);
      const last = await loadFixture(declared);
      await at(until);
      await workers.connect(labour).dismissArrears(last.project, []);
    });

    it("by payment of all of it, for that month", async () => {
      const world = await loadFixture(site);
      const { payrolls, workers, labour, contractor, stranger, project, before } = world;
      const cover = async (changes: Parameters<typeof filed>[1], amounts: [bigint, bigint, bigint]) => {
        const payroll = await filed(world, changes, world.company.operator, amounts);
        await time.increaseTo(payroll.filedAt + 3 * DAY);
        await booked(world, payrolls.connect(contractor.operator).approve(payroll.id, []));
        return payroll;
      };
      await fund(world, project, 10_000_000n);
      // What was covered before counts for nothing.
      const { id: predecessor } = await cover({ period: before }, [1n, 2n, 3n]);
      await workers.connect(labour).declareArrears(project, before, AMOUNT, []);
      const { until, baseline } = await workers.arrearsOf(project);
      expect(baseline).to.equal(6);
      const isOpen = async () => {
        await expect(workers.endArrears(project))
          .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
          .withArgs(project, until);
      };
      await isOpen();
      await cover({}, [100_000n, 200_000n, 300_000n]);
      await isOpen(); // another month
      await cover({ period: before, predecessor }, [100_000n, 200_000n, 299_999n]);
      await isOpen(); // a fen is missing
      await cover({ period: before, predecessor }, [1n, 1n, 1n]);
      const previousBlock = await workers.changedIn(project);
      await expect(workers.connect(stranger).endArrears(project))
        .to.emit(workers, "ArrearsEnded")
        .withArgs(project, ZeroAddress, previousBlock);
      expect(await workers.inArrears(project)).to.equal(false);
    });

    it("not where there are none", async () => {
      const { workers, project, labour } = await loadFixture(site);
      await expect(workers.endArrears(project))
        .to.be.revertedWithCustomError(workers, "ArrearsNotReady")
        .withArgs(project, 0);
      await expect(workers.connect(labour).dismissArrears(project, [])).to.be.revertedWithCustomError(
        workers,
        "ArrearsNotReady",
      );
    });
  });
});
