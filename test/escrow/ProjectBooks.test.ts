import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { at, returned, ruled } from "./milestones.js";
import { endAndCloseOut, lastMonth } from "./payroll.js";
import { file, OPPOSITION_WINDOW, payday } from "./wage-money.js";
import { amend, DAY, Seat, subcontract, terminate } from "./world.js";
import {
  ANSWER,
  approve,
  award,
  booked,
  CONTEST,
  contest,
  FIRST,
  type Funded,
  funded,
  giveBack,
  MilestoneStatus,
  payOut,
  request,
  RULING,
  SECOND,
  settle,
  THIRD,
  works,
} from "./works.js";

const DueKind = {
  Nothing: 0n,
  Answer: 1n,
  Settlement: 2n,
  Release: 3n,
  Ruling: 4n,
  DefectRuling: 5n,
  Retention: 6n,
  ArrearsEnd: 7n,
  Petition: 8n,
  ProjectEnd: 9n,
  CloseOut: 10n,
} as const;

describe("ProjectBooks", () => {
  /** What is due next: what, of which, when. */
  async function nextOf({ projectBooks, project }: Funded): Promise<[bigint, number, number]> {
    const [kind, index, dueAt] = (await projectBooks.statementOf(project)).next;
    return [kind, Number(index), Number(dueAt)];
  }

  it("belongs to the suite, and knows no other projects", async () => {
    const { projectBooks, projects } = await loadFixture(works);
    expect(await projectBooks.projects()).to.equal(projects);
    const unknown = word();
    await expect(projectBooks.statementOf(unknown))
      .to.be.revertedWithCustomError(projects, "ProjectUnknown")
      .withArgs(unknown);
  });

  it("say in one view what the contracts say one by one", async () => {
    const world = await loadFixture(funded);
    const { projectBooks, projects, escrow, wages, milestones, owner, project } = world;
    const { seat } = await subcontract(world, project);
    await award(world, project, 0, FIRST);
    await payOut(world, project);
    await milestones.connect(owner.operator).claimDefect(project, seat, 3, Seat.Owner, word());
    await amend(world, project, {
      milestones: [
        { index: 1, amount: SECOND + THIRD, content: word() },
        { index: 2, amount: 0, content: word() },
      ],
    });
    const statement = await projectBooks.statementOf(project);
    expect(statement.project).to.deep.equal(await projects.projectOf(project));
    expect(statement.works).to.deep.equal(await escrow.booksOf(project));
    expect(statement.wages).to.deep.equal(await wages.booksOf(project));
    expect(statement.payments).to.equal(1);
    expect(statement.seats).to.have.length(5);
    for (const [i, { seat: taken, books, defect }] of statement.seats.entries()) {
      expect(taken).to.deep.equal(await projects.seatOf(project, i));
      expect(books).to.deep.equal(await escrow.seatBooksOf(project, i));
      expect(defect).to.deep.equal(await milestones.defectOf(project, i));
    }
    expect(statement.milestones.map(({ amount }) => amount)).to.deep.equal([FIRST, SECOND + THIRD, 0n]);
    for (const i of [0, 1]) {
      expect(statement.milestones[i]?.state).to.deep.equal(await milestones.milestoneStateOf(project, i));
    }
    expect(statement.milestones[2]?.state.status).to.equal(MilestoneStatus.Planned);
  });

  it("say how many payrolls and rows wait for a decision", async () => {
    const world = await loadFixture(payday);
    const { projectBooks, payrolls, owner, stranger, project } = world;
    const undecided = async () => (await projectBooks.statementOf(project)).undecided;
    expect(await undecided()).to.equal(0);
    const filed = await file(world, [10n, 20n]);
    await file(world, [0n, 0n, 30n]);
    await payrolls.connect(owner.operator).oppose(filed.id, [filed.rows[0]!]);
    expect(await undecided()).to.equal(3);
    await time.setNextBlockTimestamp(filed.at + OPPOSITION_WINDOW + 1);
    await payrolls.connect(stranger).approve(filed.id, []);
    expect(await undecided()).to.equal(2);
  });

  describe("say what is due next", () => {
    it("the project's end, if nothing else is", async () => {
      const world = await loadFixture(funded);
      const { endsAt } = await world.projects.projectOf(world.project);
      expect(await nextOf(world)).to.deep.equal([DueKind.ProjectEnd, 0, Number(endsAt)]);
    });

    it("of a milestone, its answer, settlement and ruling", async () => {
      const world = await loadFixture(funded);
      const { project } = world;
      const asked = await timeOf(request(world, project, 1));
      expect(await nextOf(world)).to.deep.equal([DueKind.Answer, 1, asked + ANSWER]);
      const approved = await timeOf(approve(world, project, 1));
      expect(await nextOf(world)).to.deep.equal([DueKind.Settlement, 1, approved + CONTEST + 1]);
      const contested = await timeOf(contest(world, project, 1));
      expect(await nextOf(world)).to.deep.equal([DueKind.Ruling, 1, contested + RULING]);
      await time.increaseTo(contested + RULING + 1);
      const settlement = contested + RULING + CONTEST + 1; // the arbiter was silent, and the window is the same
      expect(await nextOf(world)).to.deep.equal([DueKind.Settlement, 1, settlement]);
    });

    it("of a milestone that was ruled, its settlement after the contest window, to the second", async () => {
      const world = await loadFixture(ruled);
      const { milestones, project, since } = world;
      const from = since + CONTEST + 1;
      expect(await nextOf(world)).to.deep.equal([DueKind.Settlement, 0, from]);
      await at(from - 1);
      await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "NotYet").withArgs(from);
      await at(from);
      await settle(world, project);
    });

    it("of a milestone that was returned, when its money is free again, to the second", async () => {
      const world = await loadFixture(returned);
      const { milestones, project, since } = world;
      const from = since + CONTEST + 1;
      expect(await nextOf(world)).to.deep.equal([DueKind.Release, 0, from]);
      await at(from - 1);
      await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "NotYet").withArgs(from);
      await at(from);
      await settle(world, project);
      expect((await nextOf(world))[0]).to.equal(DueKind.ProjectEnd); // nothing is set apart any more
    });

    it("of arrears, their end", async () => {
      const world = await loadFixture(funded);
      const { workers, labour, project } = world;
      await workers.connect(labour).declareArrears(project, await lastMonth(), 1, []);
      const { until } = await workers.arrearsOf(project);
      expect(await nextOf(world)).to.deep.equal([DueKind.ArrearsEnd, 0, Number(until) + 1]);
      await time.increaseTo(until);
      expect((await nextOf(world))[0]).to.equal(DueKind.ArrearsEnd);
      await time.increaseTo(until + 1n);
      expect((await nextOf(world))[0]).to.equal(DueKind.ProjectEnd);
    });

    it("of a petition, the arbiter's ruling, until its last second", async () => {
      const world = await loadFixture(funded);
      const { projects, owner, project } = world;
      await projects.connect(owner.operator).petition(project, word());
      const { until } = await projects.petitionOf(project);
      expect(await nextOf(world)).to.deep.equal([DueKind.Petition, 0, Number(until)]);
      await time.increaseTo(until);
      expect((await nextOf(world))[0]).to.equal(DueKind.Petition);
      await time.increaseTo(until + 1n);
      expect((await nextOf(world))[0]).to.equal(DueKind.ProjectEnd);
    });

    it("of several, the earliest", async () => {
      const world = await loadFixture(funded);
      const { project } = world;
      const first = await timeOf(request(world, project, 1));
      await time.increase(DAY);
      await request(world, project, 0);
      expect(await nextOf(world)).to.deep.equal([DueKind.Answer, 1, first + ANSWER]);
      await giveBack(world, project, 1);
      expect((await nextOf(world)).slice(0, 2)).not.to.deep.equal([DueKind.Answer, 1]);
    });

    it("of a company, the ruling on defects, or the release of its retention", async () => {
      const world = await loadFixture(funded);
      const { milestones, projects, owner, project } = world;
      await award(world, project, 0, FIRST);
      await terminate(world, project);
      await endAndCloseOut(world, project);
      const { retentionUntil } = await projects.projectOf(project);
      expect(await nextOf(world)).to.deep.equal([DueKind.Retention, 1, Number(retentionUntil)]);
      const claimed = await timeOf(
        milestones.connect(owner.operator).claimDefect(project, Seat.Contractor, 1, Seat.Owner, word()),
      );
      expect(await nextOf(world)).to.deep.equal([DueKind.DefectRuling, 1, claimed + RULING]);
    });

    it("after the end, the close-out of wages; and then nothing", async () => {
      const world = await loadFixture(funded);
      const { projects, escrow, funders, project } = world;
      await terminate(world, project);
      const { endedAt } = await projects.projectOf(project);
      expect(await nextOf(world)).to.deep.equal([DueKind.CloseOut, 0, Number(endedAt) + 30 * DAY + 1]);
      await endAndCloseOut(world, project);
      expect(await nextOf(world)).to.deep.equal([DueKind.Nothing, 0, 0]);
      await booked(world, escrow.refund(project, funders[0]));
    });
  });
});
