import { expect } from "chai";

import { JUSTICE, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { ethers, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { checkBooks, nonZero } from "./books.js";
import { endAndCloseOut, owe } from "./payroll.js";
import { Seat, terminate } from "./world.js";
import {
  approve,
  award,
  booked,
  CONTEST,
  FIRST,
  fund,
  newProject,
  payOut,
  request,
  settle,
  UNIT,
  type Works,
  works,
} from "./works.js";

const Manner = { Honest: 0, Mute: 1, Refusing: 2, Lying: 3, TakingFee: 4, AddingFee: 5 } as const;
const CREDIT = (FIRST * 97n) / 100n;

describe("FundEscrow: tokens", () => {
  /** A project in the hostile token, still honest: the contractor has earned the first milestone. */
  async function earned() {
    const world = await loadFixture(works);
    const project = await newProject(world, { money: world.inToken });
    await award(world, project, 0, FIRST);
    return { ...world, project };
  }

  type Earned = Awaited<ReturnType<typeof earned>>;

  /** Nothing moves, and the books are as before. */
  async function untouched(world: Earned, act: () => Promise<unknown>, error: string): Promise<void> {
    const { escrow, token, project } = world;
    const before = [await nonZero(escrow.booksOf(project)), await token.balanceOf(escrow)];
    const refused = expect(act()).to.be;
    if (error === "SafeERC20FailedOperation" || error === "TokenUntrue") {
      await refused.revertedWithCustomError(escrow, error);
    } else await refused.revertedWithCustomError(token, error);
    expect([await nonZero(escrow.booksOf(project)), await token.balanceOf(escrow)]).to.deep.equal(before);
    await checkBooks(world);
  }

  it("that return nothing are as good as others", async () => {
    const world = await loadFixture(works);
    const { token, contractor } = world;
    await token.setManner(Manner.Mute);
    const project = await newProject(world, { money: world.inToken });
    await award(world, project, 0, FIRST);
    const before = await token.balanceOf(contractor.account);
    await payOut(world, project);
    expect((await token.balanceOf(contractor.account)) - before).to.equal(CREDIT * UNIT);
    await terminate(world, project);
    await endAndCloseOut(world, project);
    await booked(world, world.escrow.refund(project, world.funders[0]));
  });

  it("that say no, or say yes and move nothing, move nothing in the books", async () => {
    for (const [manner, error] of [
      [Manner.Refusing, "SafeERC20FailedOperation"],
      [Manner.Lying, "TokenUntrue"],
    ] as const) {
      const world = await loadFixture(earned);
      const { token } = world;
      const fresh = await newProject(world, { money: world.inToken }, 0n);
      await token.setManner(manner);
      await untouched(world, async () => fund(world, fresh, 100n), error);
      await untouched(world, async () => payOut(world, world.project), error);
      await token.setManner(Manner.Honest);
      await payOut(world, world.project);
    }
  });

  it("that take a fee are refused on the way in", async () => {
    const world = await loadFixture(earned);
    const { token } = world;
    const fresh = await newProject(world, { money: world.inToken }, 0n);
    await token.setManner(Manner.TakingFee);
    await untouched(world, async () => fund(world, fresh, 100n), "TokenUntrue");
    const withoutWages = await alone(world);
    await untouched(world, async () => fund(world, withoutWages, 100n), "TokenUntrue");
  });

  it("that begin to take one later cost the payee, never another's money", async () => {
    const world = await loadFixture(earned);
    const { token, escrow, contractor, project } = world;
    await token.setManner(Manner.TakingFee);
    const before = await token.balanceOf(contractor.account);
    await payOut(world, project);
    expect((await token.balanceOf(contractor.account)) - before).to.equal((CREDIT * UNIT * 99n) / 100n);
    expect(await escrow.heldOf(token)).to.equal(await token.balanceOf(escrow));
  });

  it("that take it on top are refused, and all stays where it is", async () => {
    const world = await loadFixture(earned);
    const { token, project } = world;
    await token.setManner(Manner.AddingFee);
    await untouched(world, async () => payOut(world, project), "TokenUntrue");
    await token.setManner(Manner.Honest);
    await payOut(world, project);
  });

  it("that block an account stop the payments to that account alone", async () => {
    const world = await loadFixture(earned);
    const { token, escrow, contractor, funders, projects, project } = world;
    await token.setBlocked(contractor.account, true);
    await untouched(world, async () => payOut(world, project), "Blocked");
    await terminate(world, project);
    await endAndCloseOut(world, project);
    await booked(world, escrow.refund(project, funders[0]));
    await projects.connect(contractor.operator).proposeAccount(project, Seat.Contractor, world.officer);
    await time.increase(7 * 86_400);
    await projects.completeSeatChange(project, Seat.Contractor);
    await payOut(world, project);
  });

  it("that vanish leave the debt on the books, and stop payments", async () => {
    const world = await loadFixture(earned);
    const { token, escrow, project, court } = world;
    await token.burn(escrow, (await token.balanceOf(escrow)) - 1n);
    await expect(escrow.payOut(project, Seat.Contractor)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientBalance",
    );
    await expect(escrow.connect(court).sweep(project, token, [])).to.be.revert(ethers);
    await token.mint(escrow, 100_000_000n * UNIT);
    await payOut(world, project);
  });

  describe("that call back", () => {
    /** The token is an operator of the contractor, a court, and a funder; of a project that is in it. */
    async function powerful() {
      const world = await loadFixture(earned);
      const { manager, shijiazhuang, token, escrow, wages } = world;
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, JUSTICE), token, 0);
      await token.mint(token, 1_000_000n * UNIT);
      for (const vault of [escrow, wages]) await token.approveAsSelf(vault);
      const second = await newProject(world, { money: world.inToken }, 90_000_000n);
      await award(world, second, 0, FIRST);
      await request(world, second, 1);
      await approve(world, second, 1);
      await time.increase(CONTEST);
      const error = escrow.interface.getError("ReentrancyGuardReentrantCall")!;
      return { ...world, second, refused: error.selector };
    }

    /** Calls that the token makes while something is paid, each of which must fail. */
    async function calls(world: Awaited<ReturnType<typeof powerful>>): Promise<[string, string, string][]> {
      const { escrow, milestones, project, second, token, funders } = world;
      const [vault, registry] = [await escrow.getAddress(), await milestones.getAddress()];
      const inEscrow = escrow.interface;
      return [
        ["fund", vault, inEscrow.encodeFunctionData("fund", [second, 5n])],
        ["payOut", vault, inEscrow.encodeFunctionData("payOut", [project, Seat.Contractor])],
        ["payOut of another", vault, inEscrow.encodeFunctionData("payOut", [second, Seat.Contractor])],
        ["refund", vault, inEscrow.encodeFunctionData("refund", [project, funders[0].address])],
        ["release", vault, inEscrow.encodeFunctionData("releaseRetention", [project, Seat.Contractor])],
        ["feed", vault, inEscrow.encodeFunctionData("feedWages", [project])],
        ["repay", vault, inEscrow.encodeFunctionData("repayAdvance", [project, 1n])],
        ["sweep", vault, inEscrow.encodeFunctionData("sweep", [project, await token.getAddress(), []])],
        ["hand over", vault, inEscrow.encodeFunctionData("handOver", [project, 1, word(), 1n, funders[0].address, []])],
        ["settle", registry, milestones.interface.encodeFunctionData("settle", [second, 1])],
      ];
    }

    /** What came of the calls that the token made in a transaction. */
    async function resultsOf({ token }: Works, sent: ReturnType<typeof fund>): Promise<string[]> {
      const { blockNumber } = await sent;
      const events = await token.queryFilter(token.filters.CalledBack(), blockNumber ?? undefined);
      return events.map(({ args }) => (args.success ? "done" : args.result));
    }

    it("get nothing done during a payment, which goes on", async () => {
      const count = (await calls(await loadFixture(powerful))).length;
      for (let index = 0; index < count; ++index) {
        for (const before of [true, false]) {
          const world = await loadFixture(powerful);
          const { token, contractor, project, refused } = world;
          const [name, callee, data] = (await calls(world))[index]!;
          await token.setCall(callee, data, before);
          const had = await token.balanceOf(contractor.account);
          expect(await resultsOf(world, payOut(world, project)), name).to.deep.equal([refused]);
          expect((await token.balanceOf(contractor.account)) - had).to.equal(CREDIT * UNIT);
        }
      }
    });

    it("get nothing done during a funding, which goes on", async () => {
      const count = (await calls(await loadFixture(powerful))).length;
      for (let index = 0; index < count; ++index) {
        const world = await loadFixture(powerful);
        const { token, second, refused } = world;
        const [name, callee, data] = (await calls(world))[index]!;
        await token.setCall(callee, data, index % 2 === 0);
        expect(await resultsOf(world, fund(world, second, 10n)), name).to.deep.equal([refused, refused]);
      }
    });

    it("cannot take what is on its way to wages for stray", async () => {
      const world = await loadFixture(powerful);
      const { token, wages, second } = world;
      const sweep = wages.interface.encodeFunctionData("sweep", [second, await token.getAddress(), []]);
      await token.setCall(wages, sweep, false);
      await expect(fund(world, second, 10n)).to.be.revertedWithCustomError(wages, "TokenUntrue");
    });

    it("may pay a worker meanwhile, and a company while a worker is paid: those are other accounts", async () => {
      const world = await loadFixture(powerful);
      const { token, wages, escrow, project } = world;
      const { payroll, row, account } = await owe(world, project, 1_000n);
      await token.setCall(escrow, escrow.interface.encodeFunctionData("payOut", [project, Seat.Contractor]), false);
      expect(await resultsOf(world, booked(world, wages.pay(payroll, [row])))).to.deep.equal(["done"]);
      expect(await token.balanceOf(account)).to.equal(1_000n * UNIT);

      const next = await owe(world, project, 500n);
      await award(world, project, 1, 1_000n);
      await token.setCall(wages, wages.interface.encodeFunctionData("pay", [next.payroll, [next.row]]), true);
      expect(await resultsOf(world, payOut(world, project))).to.deep.equal(["done"]);
      expect(await token.balanceOf(next.account)).to.equal(500n * UNIT);
    });
  });

  describe("that are stray", () => {
    it("go to where the terms say, by the court", async () => {
      const world = await loadFixture(earned);
      const { token, escrow, court, owner, labour, project, stranger } = world;
      const sweep = async (by = court) => booked(world, escrow.connect(by).sweep(project, token, []));
      await expect(sweep()).to.be.revertedWithCustomError(escrow, "NothingStray").withArgs(token);
      await token.connect(stranger).transfer(escrow, 77);
      await expect(sweep(labour)).to.be.revertedWithCustomError(escrow, "NoStanding").withArgs(labour, SHIJIAZHUANG);
      const before = await token.balanceOf(owner.account);
      await expect(sweep()).to.emit(escrow, "StraySwept").withArgs(project, token, owner.account, 77, court);
      expect((await token.balanceOf(owner.account)) - before).to.equal(77);
      await expect(sweep()).to.be.revertedWithCustomError(escrow, "NothingStray");
      await payOut(world, project);
    });

    it("may be of another token, and in the wage account", async () => {
      const world = await loadFixture(earned);
      const { settlement, wages, court, owner, project, stranger } = world;
      await settlement.connect(stranger).transfer(wages, 5);
      const before = await settlement.balanceOf(owner.account);
      await booked(world, wages.connect(court).sweep(project, settlement, []));
      expect((await settlement.balanceOf(owner.account)) - before).to.equal(5);
    });
  });

  /** A project of works alone in the token, into which nothing was put. */
  async function alone(world: Works): Promise<string> {
    const money = { ...world.inToken, budget: 1_000n, wageShare: 0, wageDeposit: 0 };
    return newProject(world, { money, milestones: [{ amount: 1_000n, content: word() }] }, 0n);
  }

  it("are kept apart, project by project and token by token", async () => {
    const world = await loadFixture(earned);
    const { escrow, settlement, token } = world;
    const other = await newProject(world);
    await request(world, other);
    await approve(world, other);
    await time.increase(CONTEST);
    await settle(world, other);
    await payOut(world, other);
    expect(await escrow.heldOf(settlement)).to.equal(await settlement.balanceOf(escrow));
    expect(await escrow.heldOf(token)).to.equal(80_000_000n * UNIT);
  });
});
