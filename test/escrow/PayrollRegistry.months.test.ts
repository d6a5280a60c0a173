import { expect } from "chai";

import { LABOUR, roleOf } from "../../src/index.js";
import { HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { at } from "./milestones.js";
import {
  applicationOf,
  beginOf,
  type Draft,
  draftOf,
  enrol,
  enrolled,
  filed,
  type Filed,
  monthAfter,
  PayrollStatus,
  RULING_TIME,
  send,
  site,
  type Site,
  supplemented,
  WINDOW,
} from "./wages.js";
import { DAY, Seat, terminate } from "./world.js";

describe("PayrollRegistry: months", () => {
  async function badPeriod(world: Site, draft: Draft, by = world.company.operator): Promise<void> {
    await expect(send(world, draft, by))
      .to.be.revertedWithCustomError(world.payrolls, "WagePeriodInvalid")
      .withArgs(draft.header.period);
  }

  async function tooLate(world: Site, draft: Draft, until: number, by = world.company.operator): Promise<void> {
    await expect(send(world, draft, by))
      .to.be.revertedWithCustomError(world.payrolls, "TooLate")
      .withArgs(until);
  }

  /** Worker 1 did not work for the employer in the month. */
  async function notEmployed(world: Site, draft: Draft, by = world.company.operator): Promise<void> {
    await expect(send(world, draft, by))
      .to.be.revertedWithCustomError(world.workers, "WorkerInvalid")
      .withArgs(world.project, 1);
  }

  describe("the month", () => {
    it("is one, and has begun, to the second", async () => {
      const world = await loadFixture(site);
      const { month } = world;
      const next = monthAfter(month);
      for (const period of [0, 100, 202_600, 202_613, 16_777_215]) {
        await badPeriod(world, await draftOf(world, [[1, 1n]], { period }));
      }
      const draft = await draftOf(world, [[1, 1n]], { period: next });
      await at(beginOf(next) - 1);
      await badPeriod(world, draft);
      await at(beginOf(next));
      await send(world, draft);
    });

    it("is due for the labour office after the payday of the next one, to the second", async () => {
      const world = await loadFixture(site);
      const { payrolls, labour, month } = world;
      const draft = await draftOf(world, [[1, 1n]]);
      const due = beginOf(monthAfter(month)) + 15 * DAY;
      await badPeriod(world, draft, labour);
      await at(due - 1);
      await badPeriod(world, draft, labour);
      await at(due);
      await send(world, draft, labour);
      expect((await payrolls.payrollOf(draft.id)).byOffice).to.equal(true);
    });

    it("is always due for the office once the project is over, but for months that have not begun", async () => {
      const world = await loadFixture(site);
      const { labour, project, month } = world;
      await terminate(world, project);
      await send(world, await draftOf(world, [[1, 1n]]), labour);
      await badPeriod(world, await draftOf(world, [[2, 1n]], { period: monthAfter(month) }), labour);
    });

    it("is filed in a suspended city by the office that stands in", async () => {
      const world = await loadFixture(site);
      const { payrolls, manager, registry, hebei, officer, before } = world;
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      const { header, rows, id } = await draftOf(world, [[1, 1n]], { period: before });
      const file = async () => payrolls.connect(officer).file(header, rows, [HEBEI]);
      await expect(file()).to.be.revertedWithCustomError(payrolls, "NotAuthorized").withArgs(id, officer);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await file();
      expect((await payrolls.payrollOf(id)).byOffice).to.equal(true);
    });
  });

  describe("after the project's end", () => {
    /** The project is over since then. */
    async function over(): Promise<Site & { endedAt: number }> {
      const world = await loadFixture(site);
      await terminate(world, world.project);
      return { ...world, endedAt: Number((await world.projects.projectOf(world.project)).endedAt) };
    }

    it("an employer files until sixteen days later, to the second", async () => {
      const world = await loadFixture(over);
      const until = world.endedAt + 16 * DAY;
      const [first, second] = [await draftOf(world, [[1, 1n]]), await draftOf(world, [[2, 1n]])];
      await at(until);
      await send(world, first);
      await at(until + 1);
      await tooLate(world, second, until);
    });

    it("an employer files what supplements until thirty days later, to the second", async () => {
      const world = await loadFixture(over);
      const until = world.endedAt + 30 * DAY;
      const { id: predecessor } = await filed(world);
      const [first, second] = [
        await draftOf(world, [[1, 1n]], { predecessor }),
        await draftOf(world, [[2, 1n]], { predecessor }),
      ];
      await at(until);
      await send(world, first);
      await at(until + 1);
      await tooLate(world, second, until);
    });

    it("the labour office files until thirty days later, to the second, whether it supplements or not", async () => {
      const world = await loadFixture(over);
      const { labour } = world;
      const until = world.endedAt + 30 * DAY;
      const first = await draftOf(world, [[1, 1n]]);
      const [second, third] = [
        await draftOf(world, [[2, 1n]], { predecessor: first.id }),
        await draftOf(world, [[3, 1n]]),
      ];
      await at(until - 1);
      await send(world, first, labour);
      await at(until);
      await send(world, second, labour);
      await at(until + 1);
      await tooLate(world, third, until, labour);
    });

    it("a payroll of a fen in the employer's last second is corrected before wages are closed out", async () => {
      const world = await loadFixture(over);
      const { payrolls, wages, labour, arbiter, project, endedAt } = world;
      const fen = await draftOf(world, [[1, 1n]]);
      await at(endedAt + 16 * DAY);
      await send(world, fen);
      const right = await draftOf(world, [[1, 650_000n]], { predecessor: fen.id });
      await at(endedAt + 30 * DAY); // the office has a fortnight
      await send(world, right, labour);
      await time.increase(WINDOW);
      await expect(wages.closeOut(project)).to.be.revertedWithCustomError(wages, "StillOpen").withArgs(project, 2, 0);
      await payrolls.connect(arbiter.operator).approve(right.id, []);
      expect((await wages.reservationOf(right.id)).total).to.equal(650_000);
    });
  });

  describe("of a worker", () => {
    it("begin with the one of its employment, also in what supplements", async () => {
      const world = await loadFixture(site);
      const { workers, project } = world;
      const { since } = await workers.workerOf(project, 1);
      const period = monthBefore(Number(since));
      await notEmployed(world, await draftOf(world, [[1, 1n]], { period }));
      await filed(world, { period: Number(since) });
      const older = { enrolment: { employer: world.seat }, terms: { validFrom: beginOf(period) } };
      const { worker } = await enrolled(world, project, older);
      const first = await draftOf(world, [[worker, 1n]], { period });
      await send(world, first);
      await notEmployed(world, await draftOf(world, [[1, 1n]], { period, predecessor: first.id }));
    });
  });

  describe("of a worker who has gone to the contractor", () => {
    /** Worker 1, in this month. */
    async function gone(): Promise<Site> {
      const world = await loadFixture(site);
      const { project, hands, month } = world;
      const [{ own, tag }] = hands;
      const changes = { own, enrolment: { tag }, terms: { validFrom: beginOf(month) } };
      await enrol(world, await applicationOf(world, project, changes));
      return world;
    }

    async function byContractor(world: Site, period: number, amount = 1n): Promise<Draft> {
      return draftOf(world, [[1, amount]], { employer: Seat.Contractor, period });
    }

    it("and were before that are the former employer's, and not the new one's", async () => {
      const world = await loadFixture(gone);
      const { before, contractor, payrolls, project } = world;
      await notEmployed(world, await byContractor(world, before), contractor.operator);
      await send(world, await draftOf(world, [[1, 1n]], { period: before }));
      expect(await payrolls.isFiled(project, before, 1)).to.equal(true);
    });

    it("and were shared are the new employer's, and the former one's in what supplements", async () => {
      const world = await loadFixture(gone);
      const { contractor, month, payrolls } = world;
      await notEmployed(world, await draftOf(world, [[1, 1n]]));
      const first = await byContractor(world, month);
      await send(world, first, contractor.operator);
      const rest = await draftOf(world, [[1, 1n]], { predecessor: first.id });
      await send(world, rest);
      expect((await payrolls.payrollOf(rest.id)).status).to.equal(PayrollStatus.Filed);
    });

    it("and come after are the new employer's alone", async () => {
      const world = await loadFixture(gone);
      const { contractor, month } = world;
      const next = monthAfter(month);
      await time.increaseTo(beginOf(next));
      const first = await byContractor(world, next);
      await send(world, first, contractor.operator);
      await notEmployed(world, await draftOf(world, [[1, 1n]], { period: next }));
      await notEmployed(world, await draftOf(world, [[1, 1n]], { period: next, predecessor: first.id }));
    });

    it("are not burned by the former employer for a fen", async () => {
      const world = await loadFixture(gone);
      const { contractor, month, payrolls, project } = world;
      const own = await draftOf(world, [[2, 1n]]);
      await send(world, own);
      await notEmployed(world, await draftOf(world, [[1, 1n]]));
      await send(world, await draftOf(world, [[1, 1n]], { predecessor: own.id }));
      expect(await payrolls.isFiled(project, month, 1)).to.equal(false);
      await send(world, await byContractor(world, month, 650_000n), contractor.operator);
      expect(await payrolls.isFiled(project, month, 1)).to.equal(true);
    });
  });

  describe("that an employer filed with a fen for each", () => {
    /** Of the month before: owed, by silence. */
    async function cheated(): Promise<Site & { fen: Filed }> {
      const world = await loadFixture(site);
      const fen = await filed(world, { period: world.before }, world.company.operator, [1n, 1n, 1n]);
      await time.increaseTo(fen.filedAt + WINDOW);
      await world.payrolls.approve(fen.id, []);
      return { ...world, fen };
    }

    it("are corrected by the labour office's supplementary payroll, which the arbiter approves", async () => {
      const world = await loadFixture(cheated);
      const { payrolls, wages, labour, arbiter, project, before, fen } = world;
      const again = await draftOf(world, [[1, 650_000n]], { period: before });
      await expect(send(world, again, labour)).to.be.revertedWithCustomError(payrolls, "WorkerPaidTwice");
      const right = await supplemented(world, fen, labour);
      await at(right.filedAt + WINDOW + 1);
      await payrolls.connect(arbiter.operator).approve(right.id, []);
      expect((await wages.reservationOf(right.id)).total).to.equal(600_000);
      expect(await payrolls.everOwedOf(project)).to.equal(600_003);
    });

    it("are as they were where the arbiter does not approve the correction in a fortnight", async () => {
      const world = await loadFixture(cheated);
      const { payrolls, labour, arbiter, project, fen } = world;
      const right = await supplemented(world, fen, labour);
      const until = right.filedAt + RULING_TIME;
      await at(until + 1);
      await expect(payrolls.connect(arbiter.operator).approve(right.id, []))
        .to.be.revertedWithCustomError(payrolls, "TooLate")
        .withArgs(until);
      await payrolls.lapse(right.id);
      expect(await payrolls.everOwedOf(project)).to.equal(3);
    });
  });

  function monthBefore(month: number): number {
    return month % 100 === 1 ? month - 89 : month - 1;
  }
});
