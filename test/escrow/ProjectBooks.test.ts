import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { endAndCloseOut } from "./payroll.js";
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
  THIRD,
  works,
} from "./works.js";

const DueKind = {
  Nothing: 0n,
  Answer: 1n,
  Settlement: 2n,
  Ruling: 3n,
  DefectRuling: 4n,
  Retention: 5n,
  ProjectEnd: 6n,
  CloseOut: 7n,
} as const;

describe("ProjectBooks", () => {
  /** What is due next: what, of which, when. */
  async function nextOf({ projectBooks, project }: Funded): Promise<[bigint, number, number]> {
    const [kind, index, at] = (await projectBooks.statementOf(project)).next; // lists have an `at` of their own
    return [kind, Number(index), Number(at)];
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
      expect(await nextOf(world)).to.deep.equal([DueKind.Settlement, 1, contested + RULING]);
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
