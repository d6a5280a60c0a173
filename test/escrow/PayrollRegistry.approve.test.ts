import { expect } from "chai";

import { LABOUR, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { at } from "./milestones.js";
import {
  filed,
  filedSite,
  type FiledSite,
  oppose,
  PayrollStatus,
  RowStatus,
  RULING_TIME,
  site,
  type Site,
  supplemented,
  WINDOW,
} from "./wages.js";
import { BUDGET, DAY, type EscrowWorld } from "./world.js";

type Signer = EscrowWorld["stranger"];

describe("PayrollRegistry: approval", () => {
  async function approve({ payrolls, payroll }: FiledSite, by: Signer) {
    return payrolls.connect(by).approve(payroll.id, []);
  }

  async function notYet(world: FiledSite, by: Signer, from: number): Promise<void> {
    await expect(approve(world, by)).to.be.revertedWithCustomError(world.payrolls, "NotYet").withArgs(from);
  }

  async function notAuthorized(world: FiledSite, by: Signer): Promise<void> {
    await expect(approve(world, by))
      .to.be.revertedWithCustomError(world.payrolls, "NotAuthorized")
      .withArgs(world.payroll.id, by);
  }

  /** It was approved, by whom, and whether by silence. */
  async function approved(world: FiledSite, by: Signer, silent: boolean): Promise<void> {
    const { payrolls, payroll, project } = world;
    const { changedIn } = await payrolls.payrollOf(payroll.id);
    await expect(approve(world, by))
      .to.emit(payrolls, "PayrollApproved")
      .withArgs(payroll.id, project, 600_000n, silent, by, changedIn);
  }

  describe("of a payroll that supplements none", () => {
    it("is the contractor's from three days after filing on, to the second", async () => {
      const world = await loadFixture(filedSite);
      const { payroll, contractor } = world;
      const from = payroll.filedAt + 3 * DAY;
      await at(from - 1);
      await notYet(world, contractor.operator, from);
      await at(from);
      await approved(world, contractor.operator, false);
    });

    it("is anyone's once rows can be set aside no more, to the second, and said to be silent", async () => {
      for (const who of ["stranger", "labour"] as const) {
        const world = await loadFixture(filedSite);
        const from = world.payroll.filedAt + WINDOW + 1;
        await at(from - 1);
        await notYet(world, world[who], from);
        await at(from);
        await approved(world, world[who], true);
      }
    });

    it("is the employer's, owner's and arbiter's no earlier than anyone's", async () => {
      const world = await loadFixture(filedSite);
      const { payroll, company, owner, arbiter, contractor } = world;
      const from = payroll.filedAt + WINDOW + 1;
      await time.increaseTo(payroll.filedAt + 4 * DAY);
      const others = [company.operator, owner.operator, arbiter.operator, contractor.account];
      for (const by of others) await notYet(world, by, from);
    });

    it("comes at any time later, and is not silent where the contractor gives it", async () => {
      const world = await loadFixture(filedSite);
      await time.increaseTo(world.payroll.filedAt + 100 * DAY);
      await approved(world, world.contractor.operator, false);
    });

    it("owes its total without the rows aside, once", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, wages, payroll, contractor, stranger, project } = world;
      await oppose(world, payroll, [payroll.proven[1]]);
      await time.increaseTo(payroll.filedAt + 3 * DAY);
      const block = await blockOf(approve(world, contractor.operator));
      const { status, changedIn, aside, rowsAside } = await payrolls.payrollOf(payroll.id);
      const { Approved } = PayrollStatus;
      expect([status, changedIn, aside, rowsAside]).to.deep.equal([Approved, BigInt(block), 200_000n, 1n]);
      expect(await wages.reservationOf(payroll.id)).to.deep.equal([400_000, 0, 0]);
      expect(await wages.queueOf(project, 0, 10)).to.deep.equal([payroll.id]);
      expect([await payrolls.everOwedOf(project), await payrolls.undecidedOf(project)]).to.deep.equal([400_000n, 1n]);
      await time.increase(10 * DAY);
      await expect(approve(world, stranger))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(payroll.id, Approved);
    });

    it("owes nothing where all rows are aside", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, wages, payroll, stranger, project } = world;
      await oppose(world, payroll, payroll.proven);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await approve(world, stranger);
      expect(await wages.queueLength(project)).to.deep.equal([0, 0]);
      expect([await payrolls.everOwedOf(project), await payrolls.undecidedOf(project)]).to.deep.equal([0n, 3n]);
    });

    it("is refused where the budget leaves less, and of what was never filed", async () => {
      const world = await loadFixture(site);
      const { payrolls, stranger } = world;
      const payroll = await filed(world, {}, world.company.operator, [BUDGET - 2n, 2n, 1n]);
      await time.increaseTo(payroll.filedAt + WINDOW);
      await expect(approve({ ...world, payroll }, stranger))
        .to.be.revertedWithCustomError(payrolls, "AmountInvalid")
        .withArgs(BUDGET + 1n, BUDGET);
      const id = word();
      await expect(payrolls.approve(id, []))
        .to.be.revertedWithCustomError(payrolls, "PayrollNotReady")
        .withArgs(id, PayrollStatus.Unknown);
    });
  });

  describe("of a supplementary payroll", () => {
    /** That the employer filed. */
    async function ofEmployer(): Promise<FiledSite> {
      const world = await loadFixture(site);
      return { ...world, payroll: await supplemented(world, await filed(world)) };
    }

    /** That the labour office filed. */
    async function ofOffice(): Promise<FiledSite> {
      const world = await loadFixture(site);
      const first = await filed(world, { period: world.before });
      return { ...world, payroll: await supplemented(world, first, world.labour) };
    }

    const ruler = { ofEmployer: ({ labour }: Site) => labour, ofOffice: ({ arbiter }: Site) => arbiter.operator };
    const other = { ofEmployer: ruler.ofOffice, ofOffice: ruler.ofEmployer };
    const cases = [
      ["that the employer filed", "labour office", "arbiter", ofEmployer, ruler.ofEmployer, other.ofEmployer],
      ["that the labour office filed", "arbiter", "labour office", ofOffice, ruler.ofOffice, other.ofOffice],
    ] as const;
    for (const [which, who, whoNot, fixture, may, mayNot] of cases) {
      describe(which, () => {
        it(`is the ${who}'s once rows can be set aside no more, to the second, and not silent`, async () => {
          const world = await loadFixture(fixture);
          const from = world.payroll.filedAt + WINDOW + 1;
          await at(from - 1);
          await notYet(world, may(world), from);
          await at(from);
          await approved(world, may(world), false);
        });

        it(`is never the ${whoNot}'s, nor anyone's by silence`, async () => {
          const world = await loadFixture(fixture);
          const { payroll, stranger, owner, company, arbiter } = world;
          for (const days of [4, 6, 13]) {
            await time.increaseTo(payroll.filedAt + days * DAY);
            const others = [mayNot(world), stranger, owner.operator, company.operator, arbiter.account];
            for (const by of others) await notAuthorized(world, by);
          }
        });

        it("is the contractor's from three days after filing on, to the second", async () => {
          const world = await loadFixture(fixture);
          const from = world.payroll.filedAt + 3 * DAY;
          await at(from - 1);
          await notYet(world, world.contractor.operator, from);
          await at(from);
          await approved(world, world.contractor.operator, false);
        });

        it("comes within a fortnight of filing, to the second", async () => {
          const until = (payroll: FiledSite["payroll"]) => payroll.filedAt + RULING_TIME;
          const world = await loadFixture(fixture);
          await at(until(world.payroll));
          await approved(world, may(world), false);
          const late = await loadFixture(fixture);
          await at(until(late.payroll) + 1);
          for (const by of [may(late), late.contractor.operator]) {
            await expect(approve(late, by))
              .to.be.revertedWithCustomError(late.payrolls, "TooLate")
              .withArgs(until(late.payroll));
          }
        });
      });
    }

    it("is also the office's of the city that stands in", async () => {
      const world = await loadFixture(ofEmployer);
      const { payrolls, payroll, manager, registry, hebei, officer, labour } = world;
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      await time.increaseTo(payroll.filedAt + WINDOW);
      const act = async (by: Signer) => payrolls.connect(by).approve(payroll.id, [HEBEI]);
      await expect(act(officer)).to.be.revertedWithCustomError(payrolls, "NotAuthorized");
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(act(labour)).to.be.revertedWithCustomError(payrolls, "NotAuthorized");
      await act(officer);
    });
  });

  describe("what can be read of rows", () => {
    it("is which were ever set aside, what was decided, and until when they waited", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll, labour } = world;
      const [first, , third] = payroll.proven;
      expect(await payrolls.asideBits(payroll.id, 0)).to.equal(0);
      expect(await payrolls.decisionOf(payroll.id, 0)).to.deep.equal([RowStatus.Standing, 0]);
      const asideAt = await time.latest();
      await at(asideAt + 100);
      await oppose(world, payroll, [first, third]);
      const until = asideAt + 100 + RULING_TIME;
      await time.increaseTo(payroll.filedAt + WINDOW);
      await payrolls.connect(labour).rule(payroll.id, third, 5n, []);
      expect(await payrolls.asideBits(payroll.id, 0)).to.equal(0b101);
      expect(await payrolls.asideBits(payroll.id, 1)).to.equal(0);
      const decisions = await Promise.all([0, 1, 2, 99].map(async (row) => payrolls.decisionOf(payroll.id, row)));
      expect(decisions).to.deep.equal([
        [RowStatus.Aside, until],
        [RowStatus.Standing, 0],
        [RowStatus.Admitted, until],
        [RowStatus.Standing, 0],
      ]);
    });

    it("counts what waits for a decision: a payroll, each row aside, and none that is decided", async () => {
      const world = await loadFixture(filedSite);
      const { payrolls, payroll, project, labour, stranger } = world;
      const counts: bigint[] = [];
      const count = async () => counts.push(await payrolls.undecidedOf(project));
      await count();
      await oppose(world, payroll, payroll.proven);
      await count();
      await time.increaseTo(payroll.filedAt + WINDOW);
      await approve(world, stranger);
      await count();
      await payrolls.connect(labour).rule(payroll.id, payroll.proven[0], 0n, []);
      await count();
      await time.increase(RULING_TIME);
      await payrolls.admit(payroll.id, payroll.proven.slice(1));
      await count();
      expect(counts).to.deep.equal([1n, 4n, 3n, 2n, 0n]);
      expect(await payrolls.everOwedOf(project)).to.equal(500_000);
    });
  });
});
