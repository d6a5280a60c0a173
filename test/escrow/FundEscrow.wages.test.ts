import { expect } from "chai";
import { ZeroHash } from "ethers";

import { word } from "../identity/world.js";
import { blockOf, loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import { owe } from "./payroll.js";
import { DAY, Seat, subcontract } from "./world.js";
import { award, booked, CONTEST, contest, fund, newProject, payOut, request, rule, settle, works } from "./works.js";

/** Of 1,000,000 fen a tenth for wages, and a deposit of 50,000: milestones of 500,000 and 400,000, a tenth of each kept. */
const MONEY = { budget: 1_000_000n, wageShare: 1_000, wageDeposit: 50_000n, retention: 1_000 };
const [HALF, REST] = [500_000n, 400_000n];

describe("FundEscrow: what is owed for wages", () => {
  async function open(put = MONEY.budget) {
    const world = await loadFixture(works);
    const milestones = [HALF, REST].map((amount) => ({ amount, content: word() }));
    const retentionUntil = (await time.latest()) + 300 * DAY;
    return {
      ...world,
      project: await newProject(world, { money: MONEY, milestones, periods: { retentionUntil } }, put),
    };
  }

  /** Both milestones are asked for: no works money is left that wages could draw. */
  async function committed() {
    const world = await open();
    await request(world, world.project, 0);
    await request(world, world.project, 1);
    return world;
  }

  /** The first is asked for; 250,000 are owed, of which wages drew 100,000 of the works money. */
  async function drawn() {
    const world = await open();
    await request(world, world.project, 0);
    return { ...world, owed: await owe(world, world.project, 250_000n) };
  }

  type World = Awaited<ReturnType<typeof open>>;

  async function win(world: World, milestone: number, amount: bigint) {
    await contest(world, world.project, milestone);
    await rule(world, world.project, milestone, amount);
    await time.increase(CONTEST);
    return settle(world, world.project, milestone);
  }

  it("is withheld from what the contractor earns, and replaces the deposit", async () => {
    const world = await loadFixture(committed);
    const { escrow, wages, settlement, project } = world;
    const { payroll, row, account } = await owe(world, project, 250_000n);
    expect(await wages.owedOf(project)).to.equal(150_000n);
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 150_000, await blockOf(sent));
    expect(await nonZero(escrow.booksOf(project))).to.deep.equal({
      ...{ funded: 1_000_000n, toWages: 100_000n, withheld: 150_000n },
      ...{ committed: REST, credit: 300_000n, retained: 50_000n },
    });
    await booked(world, wages.reserve(project, 9));
    await booked(world, wages.pay(payroll, [row]));
    expect(await settlement.balanceOf(account)).to.equal(250_000n);
    expect(await nonZero(wages.booksOf(project))).to.deep.equal({
      ...{ fed: 100_000n, withheld: 150_000n, deposited: 50_000n, paid: 250_000n, deposit: 50_000n },
    });
    await payOut(world, project);
  });

  it("drew works money that was not committed, which comes back from what the contractor earns", async () => {
    const world = await loadFixture(drawn);
    const { escrow, wages, project } = world;
    expect(await nonZero(escrow.booksOf(project))).to.include({ advanced: 100_000n, available: 300_000n });
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 50_000, await blockOf(sent));
    await expect(sent)
      .to.emit(escrow, "AdvanceRecovered")
      .withArgs(project, 100_000, await blockOf(sent));
    expect(await nonZero(escrow.booksOf(project))).to.include({
      ...{ withheld: 50_000n, recovered: 100_000n, available: 400_000n, credit: 300_000n, retained: 50_000n },
    });
    expect(await wages.isSecured(project)).to.equal(true);
    await request(world, project, 1);
  });

  it("and can be paid back by anyone, so that the next milestone can be requested", async () => {
    const world = await loadFixture(drawn);
    const { escrow, contractor, wages, project, funders } = world;
    const repay = async (amount: bigint) => booked(world, escrow.connect(funders[2]).repayAdvance(project, amount));
    await booked(world, wages.connect(contractor.account).payDeposit(project, 50_000n));
    await expect(request(world, project, 1)).to.be.revertedWithCustomError(escrow, "FundsShort");
    for (const amount of [0n, 100_001n]) {
      await expect(repay(amount)).to.be.revertedWithCustomError(escrow, "AmountInvalid").withArgs(amount, 100_000);
    }
    const block = await escrow.changedIn(project);
    await expect(repay(60_000n)).to.emit(escrow, "AdvanceRepaid").withArgs(project, funders[2], 60_000, block);
    await expect(repay(40_001n)).to.be.revertedWithCustomError(escrow, "AmountInvalid").withArgs(40_001, 40_000);
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "AdvanceRecovered")
      .withArgs(project, 40_000, await blockOf(sent));
    await request(world, project, 1);
    expect(await nonZero(escrow.booksOf(project))).to.include({ repaid: 60_000n, recovered: 100_000n });
  });

  it("and counts as the wage share, once that is put in", async () => {
    const world = await open(500_000n);
    const { escrow, project } = world;
    await owe(world, project, 150_000n);
    expect(await nonZero(escrow.booksOf(project))).to.include({ advanced: 50_000n, available: 400_000n });
    const sent = fund(world, project, 500_000n);
    await expect(sent)
      .to.emit(escrow, "WageShareSplitOff")
      .withArgs(project, 0, 50_000, await blockOf(sent));
    expect(await nonZero(escrow.booksOf(project))).to.deep.equal({
      ...{ funded: 1_000_000n, toWages: 100_000n, available: 900_000n },
    });
  });

  it("is taken from what was earned before, when that is paid out", async () => {
    const world = await open();
    const { escrow, project } = world;
    await award(world, project, 0, HALF);
    await request(world, project, 1);
    await owe(world, project, 250_000n);
    const block = await escrow.changedIn(project);
    await expect(payOut(world, project)).to.emit(escrow, "Withheld").withArgs(project, 150_000, block);
    expect((await escrow.paymentsOf(project, 0, 1))[0]?.amount).to.equal(300_000n);
  });

  it("even all of it: then nothing is paid, and there is no payment", async () => {
    const world = await open();
    const { escrow, project } = world;
    await award(world, project, 0, 100_000n);
    await request(world, project, 1);
    await owe(world, project, 700_000n); // 400,000 were available
    expect(await escrow.payOut.staticCall(project, Seat.Contractor)).to.equal(ZeroHash);
    const block = await escrow.changedIn(project);
    const sent = payOut(world, project);
    await expect(sent).to.emit(escrow, "Withheld").withArgs(project, 90_000, block);
    await expect(sent).not.to.emit(escrow, "PaymentMade");
    expect(await escrow.lastPayout(project)).to.deep.equal([0n, ZeroHash]);
  });

  it("is taken from retention that is released", async () => {
    const world = await open();
    const { escrow, projects, project } = world;
    await award(world, project, 0, HALF);
    await payOut(world, project);
    await request(world, project, 1);
    await owe(world, project, 170_000n);
    await time.increaseTo((await projects.projectOf(project)).retentionUntil);
    const sent = booked(world, escrow.releaseRetention(project, Seat.Contractor));
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 50_000, await blockOf(sent)); // of 70,000
    await expect(payOut(world, project)).to.be.revertedWithCustomError(escrow, "NothingToPay");
  });

  it("comes before a freeze: what is withheld was never the company's", async () => {
    const world = await loadFixture(committed);
    const { escrow, court, project } = world;
    const until = (await time.latest()) + 100 * DAY;
    await escrow.connect(court).freeze(project, Seat.Contractor, 1_000_000n, until, word(), []);
    await owe(world, project, 250_000n);
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 150_000, await blockOf(sent));
    expect((await escrow.seatBooksOf(project, Seat.Contractor)).credit).to.equal(300_000n);
  });

  it("comes before subcontractors' shares, as far as wages are short, and the deposit does not", async () => {
    const world = await open();
    const { escrow, project } = world;
    const { seat } = await subcontract(world, project, { shares: [{ milestone: 0, share: 5_000 }] });
    await request(world, project, 0);
    await request(world, project, 1);
    await owe(world, project, 150_000n); // wages and deposit cover it
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 50_000, await blockOf(sent));
    expect((await escrow.seatBooksOf(project, seat)).earned).to.equal(250_000n);
  });

  it("of which wages are short comes from subcontractors' shares too", async () => {
    const world = await open();
    const { escrow, project } = world;
    const { seat } = await subcontract(world, project, { shares: [{ milestone: 0, share: 10_000 }] });
    await request(world, project, 0);
    await request(world, project, 1);
    await owe(world, project, 250_000n); // 100,000 more than wages and deposit have
    const sent = win(world, 0, HALF);
    await expect(sent)
      .to.emit(escrow, "Withheld")
      .withArgs(project, 100_000, await blockOf(sent));
    expect((await escrow.seatBooksOf(project, seat)).earned).to.equal(400_000n);
    expect((await escrow.seatBooksOf(project, Seat.Contractor)).earned).to.equal(0n);
  });
});
