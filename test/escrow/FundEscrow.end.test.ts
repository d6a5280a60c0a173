import { expect } from "chai";

import { word } from "../identity/world.js";
import { loadFixture, time } from "../world.js";
import { endAndCloseOut, owe } from "./payroll.js";
import { amend, ProjectStatus, Seat, subcontract, terminate, DAY } from "./world.js";
import {
  award,
  booked,
  CONTEST,
  contest,
  funded,
  newProject,
  payOut,
  request,
  rule,
  settle,
  works,
  type Works,
} from "./works.js";

const MONEY = { budget: 1_000_000n, wageShare: 1_000, wageDeposit: 50_000n, retention: 0 };
const REFUND_WAIT = 365 * DAY;

/** A small project, wholly funded: 900,000 for two milestones, 100,000 for wages. */
async function small(): Promise<Works & { project: string }> {
  const world = await loadFixture(works);
  const milestones = [500_000n, 400_000n].map((amount) => ({ amount, content: word() }));
  return { ...world, project: await newProject(world, { money: MONEY, milestones }) };
}

describe("FundEscrow: nothing is left behind", () => {
  it("by a debt for wages, which is withheld once, also where subcontractors have shares", async () => {
    const world = await small();
    const { escrow, wages, project } = world;
    await subcontract(world, project, { shares: [{ milestone: 0, share: 5_000 }] });
    await request(world, project, 0);
    await request(world, project, 1);
    await owe(world, project, 250_000n);
    expect(await wages.owedOf(project)).to.equal(150_000n);
    await contest(world, project, 0);
    await rule(world, project, 0, 500_000n);
    await time.increase(CONTEST);
    await settle(world, project, 0);
    expect((await escrow.booksOf(project)).withheld).to.equal(150_000n);
  });

  it("by a surplus that comes after refunds which waited long enough", async () => {
    const world = await loadFixture(funded);
    const { escrow, wages, funders, project } = world;
    await terminate(world, project);
    await time.increase(REFUND_WAIT + 1);
    await booked(world, escrow.refund(project, funders[0]));
    await booked(world, wages.closeOut(project));
    await booked(world, escrow.refund(project, funders[0]));
    expect((await escrow.booksOf(project)).available).to.equal(0n);
  });

  it("by an advance that is recovered after refunds", async () => {
    const world = await small();
    const { escrow, funders, project } = world;
    await award(world, project, 0, 500_000n);
    await owe(world, project, 250_000n); // of which 100,000 are works money
    await terminate(world, project);
    await endAndCloseOut(world, project);
    await booked(world, escrow.refund(project, funders[0]));
    await payOut(world, project, Seat.Contractor);
    await booked(world, escrow.refund(project, funders[0]));
    expect((await escrow.booksOf(project)).available).to.equal(0n);
  });

  it("by wages that are fed, or advances repaid, once the project is over", async () => {
    const world = await loadFixture(funded);
    const { escrow, stranger, project } = world;
    await amend(world, project, { wageShare: 3_000, milestones: [{ index: 0, amount: 20_000_000, content: word() }] });
    await terminate(world, project);
    const by = escrow.connect(stranger);
    for (const act of [() => by.feedWages(project), () => by.repayAdvance(project, 5)]) {
      await expect(act())
        .to.be.revertedWithCustomError(escrow, "ProjectNotReady")
        .withArgs(project, ProjectStatus.Terminated);
    }
  });

  it("by wages that drew all that a change of the terms gave them: their debt is less", async () => {
    const world = await small();
    const { escrow, stranger, project } = world;
    await owe(world, project, 250_000n); // 100,000 from wages, 50,000 from the deposit, 100,000 from works
    const drawn = (await escrow.booksOf(project)).advanced;
    const milestones = [{ index: 1, amount: 350_000n, content: word() }];
    await amend(world, project, { wageShare: 1_500, milestones });
    await booked(world, escrow.connect(stranger).feedWages(project));
    const { advanced, toWages } = await escrow.booksOf(project);
    expect({ advanced, toWages }).to.deep.equal({ advanced: drawn - 50_000n, toWages: 150_000n });
    await expect(escrow.connect(stranger).feedWages(project)).to.be.revertedWithCustomError(escrow, "AmountInvalid");
  });

  it("to workers who are owed: refunds wait for them", async () => {
    const world = await small();
    const { escrow, wages, funders, project } = world;
    await request(world, project, 0);
    await request(world, project, 1);
    await owe(world, project, 250_000n);
    await terminate(world, project);
    await endAndCloseOut(world, project);
    expect(await wages.owedOf(project)).to.equal(100_000n);
    await expect(escrow.refund(project, funders[0])).to.be.revertedWithCustomError(escrow, "WagesOpen");
  });

  it("where the contractor earned nothing that an advance could be recovered from", async () => {
    const world = await small();
    const { escrow, funders, project } = world;
    await owe(world, project, 250_000n);
    await terminate(world, project);
    await endAndCloseOut(world, project);
    await booked(world, escrow.refund(project, funders[0]));
    expect((await escrow.contributionOf(project, funders[0])).settled).to.equal(true);
    expect((await escrow.booksOf(project)).available).to.equal(0n);
  });
});
