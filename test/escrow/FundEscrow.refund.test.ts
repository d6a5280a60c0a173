import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { at } from "./milestones.js";
import { endAndCloseOut } from "./payroll.js";
import { DAY, newAccount, openProject, Seat, subcontract, terminate, type TermsChanges } from "./world.js";
import { award, booked, CONTEST, contest, fund, payOut, request, rule, settle, type Works, works } from "./works.js";

const WAIT = 30 * DAY;

interface Shared extends Works {
  project: string;
  refund: (funder: { address: string }) => ReturnType<typeof booked>;
  refundable: (funder: { address: string }) => Promise<bigint>;
}

describe("FundEscrow: what is left", () => {
  /** Works alone, of 1,000.00 yuan, put in by three: 500, 333 and 167 fen of each thousand. */
  async function open(changes: TermsChanges = {}): Promise<Shared> {
    const world = await loadFixture(works);
    const { escrow, stranger, funders } = world;
    const { project } = await openProject(world, {
      milestones: [60_001n, 39_999n].map((amount) => ({ amount, content: word() })),
      ...changes,
      money: { budget: 100_000n, wageShare: 0, wageDeposit: 0, ...changes.money },
    });
    for (const [i, amount] of [50_000n, 33_300n, 16_700n].entries()) {
      await fund(world, project, amount, funders[i as 0 | 1 | 2]);
    }
    return {
      ...world,
      project,
      refund: async ({ address }) => booked(world, escrow.connect(stranger).refund(project, address)),
      refundable: async ({ address }) => escrow.refundableOf(project, address),
    };
  }

  const shared = async () => open();

  /** Ended and closed out, with nothing built. */
  async function ended() {
    const world = await loadFixture(shared);
    await terminate(world, world.project);
    await endAndCloseOut(world, world.project);
    return world;
  }

  it("goes back to who put it in, in proportion, on record", async () => {
    const world = await loadFixture(ended);
    const { escrow, settlement, project, funders } = world;
    for (const [i, amount] of [50_000n, 33_300n, 16_700n].entries()) {
      const funder = funders[i as 0 | 1 | 2];
      const before = await settlement.balanceOf(funder);
      expect(await world.refundable(funder)).to.equal(amount);
      const sent = world.refund(funder);
      const record = [`0x${"00".repeat(32)}`, funder.address, 0n, 2n, amount, BigInt(await timeOf(sent))];
      expect(await escrow.paymentsOf(project, i, 1)).to.deep.equal([record]);
      expect((await settlement.balanceOf(funder)) - before).to.equal(amount);
      expect(await escrow.contributionOf(project, funder)).to.deep.equal([amount, amount, true, ZeroAddress]);
      expect(await world.refundable(funder)).to.equal(0);
      expect((await escrow.paymentOf(await escrow.transactionIdOf(project, i))).amount).to.equal(0); // no company was paid
      await expect(world.refund(funder)).to.be.revertedWithCustomError(escrow, "NotFunder").withArgs(project, funder);
    }
    expect(await nonZero(escrow.booksOf(project))).to.deep.equal({ funded: 100_000n, refunded: 100_000n });
  });

  it("rounded down, and the last takes what that left, in whatever order", async () => {
    for (const [order, parts] of [
      [
        [0, 1, 2],
        [20_000n, 13_320n, 6_681n],
      ],
      [
        [2, 1, 0],
        [6_680n, 13_320n, 20_001n],
      ],
      [
        [1, 2, 0],
        [13_320n, 6_680n, 20_001n],
      ],
    ] as const) {
      const world = await open({ money: { retention: 0 } });
      const { project, funders } = world;
      await award(world, project, 0, 59_999n); // 40,001 are left
      await terminate(world, project);
      await endAndCloseOut(world, project);
      for (const [i, who] of order.entries()) {
        expect(await world.refundable(funders[who])).to.equal(parts[i]);
        await world.refund(funders[who]);
      }
      expect((await world.escrow.booksOf(project)).available).to.equal(0);
    }
  });

  it("may be repeated as more comes back, and takes nothing twice", async () => {
    const world = await loadFixture(shared);
    const { escrow, project, funders } = world;
    await request(world, project, 0);
    await terminate(world, project);
    await contest(world, project);
    await endAndCloseOut(world, project);
    await world.refund(funders[0]);
    expect((await escrow.contributionOf(project, funders[0])).taken).to.equal(19_999n);
    await expect(world.refund(funders[0])).to.be.revertedWithCustomError(escrow, "AmountInvalid").withArgs(0, 0);
    await time.increase(CONTEST);
    await settle(world, project); // half of the first milestone, by default
    await world.refund(funders[0]);
    expect((await escrow.contributionOf(project, funders[0])).taken).to.equal(35_000n);
    await world.refund(funders[1]);
    await payOut(world, project);
    const { retentionUntil } = await world.projects.projectOf(project);
    await time.increaseTo(retentionUntil);
    await booked(world, escrow.releaseRetention(project, Seat.Contractor));
    for (const funder of funders) await world.refund(funder);
    expect((await escrow.booksOf(project)).available).to.equal(0);
  });

  it("may be nothing: then it is done with", async () => {
    const world = await open({ money: { retention: 0 } });
    const { escrow, projects, project, funders } = world;
    await award(world, project, 0, 60_001n);
    await award(world, project, 1, 39_999n);
    await projects.close(project);
    await endAndCloseOut(world, project);
    for (const funder of funders) {
      expect(await world.refundable(funder)).to.equal(0);
      await expect(world.refund(funder)).not.to.emit(escrow, "PaymentMade");
      expect((await escrow.contributionOf(project, funder)).settled).to.equal(true);
    }
  });

  it("goes back to nobody who put in nothing", async () => {
    const world = await loadFixture(ended);
    const { escrow, projects, project, court } = world;
    expect(await world.refundable(court)).to.equal(0);
    await expect(world.refund(court)).to.be.revertedWithCustomError(escrow, "NotFunder").withArgs(project, court);
    await expect(escrow.refund(word(), court)).to.be.revertedWithCustomError(projects, "ProjectUnknown");
  });

  it("once the project has ended, and its wages are closed out", async () => {
    const world = await loadFixture(shared);
    const { escrow, project, funders } = world;
    const open_ = async () => {
      expect(await world.refundable(funders[0])).to.equal(0);
      await expect(world.refund(funders[0])).to.be.revertedWithCustomError(escrow, "WagesOpen").withArgs(project);
    };
    await open_();
    await terminate(world, project);
    await open_();
    await time.increase(31 * DAY);
    await open_();
    await endAndCloseOut(world, project);
    await world.refund(funders[0]);
  });

  it("or a year after its end, whatever became of its wages, to the second", async () => {
    const world = await loadFixture(shared);
    const { escrow, projects, project, funders } = world;
    await terminate(world, project);
    const from = Number((await projects.projectOf(project)).endedAt) + 365 * DAY;
    await at(from);
    await expect(world.refund(funders[0])).to.be.revertedWithCustomError(escrow, "WagesOpen");
    await at(from + 1);
    await world.refund(funders[0]);
  });

  it("in a suspended city and a closed contract too", async () => {
    const world = await loadFixture(ended);
    const { manager, registry, hebei, escrow, projects, funders } = world;
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    for (const contract of [escrow, projects]) await manager.setTargetClosed(contract, true);
    await world.refund(funders[0]);
  });

  describe("goes elsewhere", () => {
    it("if its funder says so", async () => {
      const world = await loadFixture(ended);
      const { escrow, settlement, project, funders, court } = world;
      const to = await newAccount();
      const block = await escrow.changedIn(project);
      await expect(booked(world, escrow.connect(funders[0]).redirectRefund(project, to)))
        .to.emit(escrow, "RefundRedirected")
        .withArgs(project, funders[0], to, block);
      await world.refund(funders[0]);
      expect(await settlement.balanceOf(to)).to.equal(50_000n);
      await expect(escrow.connect(funders[1]).redirectRefund(project, ZeroAddress))
        .to.be.revertedWithCustomError(escrow, "AccountInvalid")
        .withArgs(project, ZeroAddress);
      await expect(escrow.connect(court).redirectRefund(project, to))
        .to.be.revertedWithCustomError(escrow, "NotFunder")
        .withArgs(project, court);
    });

    it("if the court says so for a lost funder, after a wait, completed by anyone", async () => {
      const world = await loadFixture(ended);
      const { escrow, settlement, project, funders, court, stranger } = world;
      const to = await newAccount();
      const block = await escrow.changedIn(project);
      const sent = escrow.connect(court).proposeRedirection(project, funders[0], to, []);
      const dueAt = (await timeOf(sent)) + WAIT;
      await expect(sent).to.emit(escrow, "RedirectionProposed").withArgs(project, funders[0], to, dueAt, court, block);
      expect(await escrow.redirectionOf(project, funders[0])).to.deep.equal([to.address, BigInt(dueAt)]);
      const complete = async () => booked(world, escrow.connect(stranger).completeRedirection(project, funders[0]));
      await at(dueAt - 1);
      await expect(complete()).to.be.revertedWithCustomError(escrow, "NotYet").withArgs(dueAt);
      await at(dueAt);
      await expect(complete()).to.emit(escrow, "RefundRedirected");
      await expect(complete()).to.be.revertedWithCustomError(escrow, "NotFunder").withArgs(project, funders[0]);
      await world.refund(funders[0]);
      expect(await settlement.balanceOf(to)).to.equal(50_000n);
    });

    it("unless the funder is there, and vetoes, or names an account itself", async () => {
      const world = await loadFixture(ended);
      const { escrow, project, funders, court, stranger } = world;
      const to = await newAccount();
      const [funder] = funders;
      const own = escrow.connect(funder);
      await expect(own.vetoRedirection(project))
        .to.be.revertedWithCustomError(escrow, "NotFunder")
        .withArgs(project, funder);
      await escrow.connect(court).proposeRedirection(project, funder, to, []);
      const block = await escrow.changedIn(project);
      await expect(own.vetoRedirection(project)).to.emit(escrow, "RedirectionVetoed").withArgs(project, funder, block);
      await escrow.connect(court).proposeRedirection(project, funder, to, []);
      await own.redirectRefund(project, funder);
      await time.increase(WAIT);
      await expect(escrow.connect(stranger).completeRedirection(project, funder)).to.be.revertedWithCustomError(
        escrow,
        "NotFunder",
      );
    });

    it("by no other authority, for no other, and not to nobody", async () => {
      const world = await loadFixture(ended);
      const { escrow, project, funders, court, labour } = world;
      const propose = async (by: typeof court, funder: typeof court, to: string) =>
        escrow.connect(by).proposeRedirection(project, funder, to, []);
      await expect(propose(labour, funders[0], labour.address))
        .to.be.revertedWithCustomError(escrow, "NoStanding")
        .withArgs(labour, SHIJIAZHUANG);
      await expect(propose(court, labour, labour.address))
        .to.be.revertedWithCustomError(escrow, "NotFunder")
        .withArgs(project, labour);
      await expect(propose(court, funders[0], ZeroAddress)).to.be.revertedWithCustomError(escrow, "AccountInvalid");
    });
  });

  it("is shared with subcontractors' money untouched", async () => {
    const world = await open({ money: { retention: 1_000 } });
    const { escrow, project, funders } = world;
    const { seat } = await subcontract(world, project, { shares: [{ milestone: 0, share: 5_000 }] });
    await request(world, project);
    await contest(world, project);
    await rule(world, project, 0, 40_000n);
    await time.increase(CONTEST);
    await settle(world, project);
    await terminate(world, project);
    await endAndCloseOut(world, project);
    for (const funder of funders) await world.refund(funder);
    await payOut(world, project, seat);
    expect(await nonZero(escrow.seatBooksOf(project, seat))).to.include({ paid: 18_000n, retained: 2_000n });
  });
});
