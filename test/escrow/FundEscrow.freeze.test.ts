import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { JUSTICE, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { code, HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { nonZero } from "./books.js";
import { at } from "./milestones.js";
import { BUDGET, DAY, newAccount, Seat, subcontract } from "./world.js";
import { booked, earn, FIRST, type Funded, funded, newProject, payOut, SECOND } from "./works.js";

/** What the contractor is to be paid of the first milestone. */
const CREDIT = (FIRST * 97n) / 100n;
const WAIT = 30 * DAY;
const LONGEST = 730 * DAY;
const TANGSHAN = 5n;

interface Frozen extends Funded {
  courtCase: string;
  /** What the court does; with these changes. */
  freeze: (amount: bigint, changes?: Partial<Order>) => ReturnType<typeof booked>;
  lift: (changes?: Partial<Order>) => ReturnType<typeof booked>;
  handOver: (amount: bigint, to: { address: string }, changes?: Partial<Order>) => ReturnType<typeof booked>;
}

interface Order {
  project: string;
  seat: number;
  until: number;
  courtCase: string;
  by: Funded["court"];
  lineage: bigint[];
}

describe("FundEscrow: freezes", () => {
  /** The contractor has earned the first milestone, and the court does not know it yet. */
  async function earned(): Promise<Frozen> {
    const world = await loadFixture(funded);
    const { escrow, court, project } = world;
    await earn(world, project);
    const courtCase = word();
    const orderOf = async (changes: Partial<Order>): Promise<Order> => {
      const until = (await time.latest()) + 100 * DAY;
      return { project, seat: Seat.Contractor, until, courtCase, by: court, lineage: [], ...changes };
    };
    return {
      ...world,
      courtCase,
      freeze: async (amount, changes = {}) => {
        const order = await orderOf(changes);
        const { seat, until, lineage } = order;
        const acting = escrow.connect(order.by);
        return booked(world, acting.freeze(order.project, seat, amount, until, order.courtCase, lineage));
      },
      lift: async (changes = {}) => {
        const order = await orderOf(changes);
        const acting = escrow.connect(order.by);
        return booked(world, acting.liftFreeze(order.project, order.seat, order.courtCase, order.lineage));
      },
      handOver: async (amount, to, changes = {}) => {
        const order = await orderOf(changes);
        const acting = escrow.connect(order.by);
        const { seat, lineage } = order;
        return booked(world, acting.handOver(order.project, seat, order.courtCase, amount, to.address, lineage));
      },
    };
  }

  /** 100,000.00 yuan are frozen; since when, and until when. */
  async function frozen() {
    const world = await loadFixture(earned);
    const until = (await time.latest()) + 100 * DAY;
    const since = await timeOf(world.freeze(10_000_000n, { until }));
    return { ...world, since, until };
  }

  const seatOf = async ({ escrow, project }: Funded) => nonZero(escrow.seatBooksOf(project, Seat.Contractor));

  it("set earned money aside: the rest is paid", async () => {
    const world = await loadFixture(earned);
    const { escrow, court, courtCase, project } = world;
    const block = await escrow.changedIn(project);
    const until = (await time.latest()) + 100 * DAY;
    const sent = world.freeze(10_000_000n, { until });
    await expect(sent)
      .to.emit(escrow, "WorksFrozen")
      .withArgs(project, Seat.Contractor, courtCase, 10_000_000, until, court, block);
    const since = await timeOf(sent);
    const order = [10_000_000n, BigInt(since), BigInt(until)];
    expect(await escrow.freezeOf(project, Seat.Contractor, courtCase)).to.deep.equal(order);
    await payOut(world, project);
    expect(await seatOf(world)).to.include({ credit: 10_000_000n, frozen: 10_000_000n, paid: CREDIT - 10_000_000n });
    await expect(payOut(world, project)).to.be.revertedWithCustomError(escrow, "NothingToPay");
  });

  it("catch what is earned later, where less is there", async () => {
    const world = await loadFixture(earned);
    const { escrow, project } = world;
    await world.freeze(CREDIT + 100n);
    await expect(payOut(world, project)).to.be.revertedWithCustomError(escrow, "NothingToPay");
    await earn(world, project, 1);
    await payOut(world, project);
    expect(await seatOf(world)).to.include({ credit: CREDIT + 100n, paid: (SECOND * 97n) / 100n - 100n });
  });

  it("add up, each for itself", async () => {
    const world = await loadFixture(frozen);
    const { escrow, project } = world;
    const [second, third] = [word(), word()];
    await world.freeze(10_000_000n, { courtCase: second });
    await world.freeze(10_000_000n, { courtCase: third });
    await expect(payOut(world, project)).to.be.revertedWithCustomError(escrow, "NothingToPay");
    await world.lift({ courtCase: second });
    await payOut(world, project);
    expect(await seatOf(world)).to.include({ credit: 20_000_000n, frozen: 20_000_000n });
    expect(await escrow.freezeOf(project, Seat.Contractor, second)).to.deep.equal([0n, 0n, 0n]);
  });

  it("are of any paid company, up to the budget, for at most two years", async () => {
    const world = await loadFixture(earned);
    const { escrow, project } = world;
    const { seat } = await subcontract(world, project, { shares: [] });
    for (const wrong of [Seat.Owner, Seat.Supervisor, Seat.Arbiter, seat + 1]) {
      await expect(world.freeze(1n, { seat: wrong }))
        .to.be.revertedWithCustomError(escrow, "SeatInvalid")
        .withArgs(project, wrong);
    }
    for (const amount of [0n, BUDGET + 1n]) {
      await expect(world.freeze(amount))
        .to.be.revertedWithCustomError(escrow, "AmountInvalid")
        .withArgs(amount, BUDGET);
    }
    const now = (await time.latest()) + 100;
    for (const until of [now - 1, now, now + LONGEST + 1]) {
      await at(now);
      await expect(world.freeze(1n, { until }))
        .to.be.revertedWithCustomError(escrow, "FreezePeriodInvalid")
        .withArgs(until);
    }
    await world.freeze(BUDGET, { seat, until: now + LONGEST });
    await world.freeze(1n, { until: (await time.latest()) + 2, courtCase: word() });
  });

  it("are of the court of the project's city", async () => {
    const world = await loadFixture(frozen);
    const { escrow, owner, bank, shijiazhuang, administrator } = world;
    for (const by of [owner.operator, bank, shijiazhuang, administrator]) {
      for (const act of [
        () => world.freeze(1n, { by, courtCase: word() }),
        () => world.lift({ by }),
        () => world.handOver(1n, owner.account, { by }),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(escrow, "NoStanding").withArgs(by, SHIJIAZHUANG);
      }
    }
  });

  it("are one to a case, and can come again when that is over", async () => {
    const world = await loadFixture(frozen);
    const { escrow, courtCase, project } = world;
    await expect(world.freeze(1n))
      .to.be.revertedWithCustomError(escrow, "FreezeNotReady")
      .withArgs(project, Seat.Contractor, courtCase);
    await world.lift();
    await expect(world.lift())
      .to.be.revertedWithCustomError(escrow, "FreezeNotReady")
      .withArgs(project, Seat.Contractor, courtCase);
    await world.freeze(1n);
  });

  it("are lifted by the court at any time", async () => {
    const world = await loadFixture(frozen);
    const { escrow, court, courtCase, project } = world;
    const block = await escrow.changedIn(project);
    await expect(world.lift())
      .to.emit(escrow, "FreezeLifted")
      .withArgs(project, Seat.Contractor, courtCase, court, block);
    await payOut(world, project);
    expect(await seatOf(world)).to.include({ paid: CREDIT });
  });

  it("by anyone once their time is over, to the second", async () => {
    const world = await loadFixture(frozen);
    const { escrow, stranger, courtCase, project, until } = world;
    const block = await escrow.changedIn(project);
    await at(until);
    await expect(world.lift({ by: stranger }))
      .to.be.revertedWithCustomError(escrow, "NoStanding")
      .withArgs(stranger, SHIJIAZHUANG);
    await at(until + 1);
    await expect(world.lift({ by: stranger }))
      .to.emit(escrow, "FreezeLifted")
      .withArgs(project, Seat.Contractor, courtCase, ZeroAddress, block);
  });

  it("let the court hand the money over after the wait, in parts, on record", async () => {
    const world = await loadFixture(frozen);
    const { escrow, settlement, contractor, courtCase, project, since } = world;
    const creditor = await newAccount();
    await at(since + WAIT - 1);
    await expect(world.handOver(1n, creditor))
      .to.be.revertedWithCustomError(escrow, "NotYet")
      .withArgs(since + WAIT);
    await at(since + WAIT);
    const sent = world.handOver(9_000_000n, creditor);
    const id = await escrow.transactionIdOf(project, 0);
    const paidAt = BigInt(await timeOf(sent));
    const record = [contractor.id, creditor.address, 1n, 1n, 9_000_000n, paidAt];
    await expect(sent).to.emit(escrow, "PaymentMade");
    expect(await escrow.paymentsOf(project, 0, 1)).to.deep.equal([record]);
    expect(await nonZero(escrow.paymentOf(id))).to.include({ payee: contractor.id, amount: 9_000_000n });
    expect(await settlement.balanceOf(creditor)).to.equal(9_000_000n);
    expect((await escrow.freezeOf(project, Seat.Contractor, courtCase)).amount).to.equal(1_000_000n);
    await world.handOver(1_000_000n, creditor);
    expect(await seatOf(world)).not.to.have.property("frozen");
    await expect(world.handOver(1n, creditor)).to.be.revertedWithCustomError(escrow, "FreezeNotReady");
    expect((await escrow.lastPayout(project)).paidAt).to.equal(0); // the company was not paid
    await payOut(world, project);
    expect(await nonZero(escrow.booksOf(project))).to.include({ handedOver: 10_000_000n, paid: CREDIT - 10_000_000n });
  });

  it("and not after their time, to the second", async () => {
    const world = await loadFixture(frozen);
    const { escrow, owner, until } = world;
    await at(until);
    await world.handOver(1n, owner.account);
    await at(until + 1);
    await expect(world.handOver(1n, owner.account)).to.be.revertedWithCustomError(escrow, "TooLate").withArgs(until);
  });

  it("hand over no more than was frozen, nor more than was earned", async () => {
    const world = await loadFixture(frozen);
    const { escrow, owner, project } = world;
    const large = word();
    const until = (await time.latest()) + 300 * DAY;
    await world.freeze(CREDIT + 5n, { courtCase: large, until });
    await time.increase(WAIT);
    for (const amount of [0n, 10_000_001n]) {
      await expect(world.handOver(amount, owner.account))
        .to.be.revertedWithCustomError(escrow, "AmountInvalid")
        .withArgs(amount, 10_000_000);
    }
    await expect(world.handOver(CREDIT + 1n, owner.account, { courtCase: large }))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(CREDIT + 1n, CREDIT);
    await world.handOver(CREDIT, owner.account, { courtCase: large });
    await expect(world.handOver(1n, owner.account))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(1, 0);
    expect(await seatOf(world)).to.include({ frozen: 10_000_005n });
    await earn(world, project, 1);
    await world.handOver(5n, owner.account, { courtCase: large });
    await payOut(world, project);
  });

  it("never go to a vault, or to nobody", async () => {
    const world = await loadFixture(frozen);
    const { escrow, settlement } = world;
    await time.increase(WAIT);
    await expect(world.handOver(1n, { address: await escrow.getAddress() })).to.be.revertedWithCustomError(
      escrow,
      "TokenUntrue",
    );
    await expect(world.handOver(1n, { address: ZeroAddress })).to.be.revertedWithCustomError(
      settlement,
      "ERC20InvalidReceiver",
    );
  });

  it("are of the court above while the city is suspended, in a closed contract too", async () => {
    const world = await loadFixture(frozen);
    const { manager, registry, hebei, escrow, officer } = world;
    await manager.connect(hebei).grantRole(roleOf(HEBEI, JUSTICE), officer, 0);
    const above = { by: officer, lineage: [HEBEI] };
    await expect(world.lift(above)).to.be.revertedWithCustomError(escrow, "NoStanding");
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await manager.setTargetClosed(escrow, true);
    await world.freeze(1n, { ...above, courtCase: word() });
    await time.increase(WAIT);
    await world.handOver(1n, officer, above);
    await world.lift(above);
    await world.freeze(1n);
  });

  it("pass to the court of the city that takes over", async () => {
    const world = await loadFixture(frozen);
    const { manager, registry, hebei, hunanProvider: tangshan, escrow, officer } = world;
    await registry
      .connect(hebei)
      .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: tangshan }, []);
    await manager.connect(tangshan).grantRole(roleOf(TANGSHAN, JUSTICE), officer, 0);
    const next = { by: officer, lineage: [TANGSHAN] };
    await expect(world.lift(next)).to.be.revertedWithCustomError(escrow, "NoStanding");
    await registry.connect(hebei).retire(SHIJIAZHUANG, [TANGSHAN], []);
    await time.increase(WAIT);
    await world.handOver(1n, officer, next);
    await world.freeze(1n, { ...next, courtCase: word() });
    await world.lift(next);
  });

  it("reach no other project, and never wages or deposit", async () => {
    const world = await loadFixture(earned);
    const { escrow, wages, projects } = world;
    const other = await newProject(world);
    const before = await nonZero(wages.booksOf(other));
    const until = (await time.latest()) + LONGEST - 10;
    await world.freeze(BUDGET, { project: other, until });
    expect(await nonZero(wages.booksOf(other))).to.deep.equal(before);
    await expect(world.freeze(1n, { project: word() })).to.be.revertedWithCustomError(projects, "ProjectUnknown");
    expect((await escrow.seatBooksOf(world.project, Seat.Contractor)).frozen).to.equal(0);
  });
});
