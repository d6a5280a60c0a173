import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { setOperator } from "../identity/persons.js";
import { loadFixture, time } from "../world.js";
import {
  approve,
  checkWages,
  file,
  type Filed,
  fund,
  Manner,
  pay,
  type Payday,
  payday,
  PayrollStatus,
  reserve,
} from "./wage-money.js";
import { UNIT } from "./works.js";
import { DAY, Seat } from "./world.js";

type Sent = ReturnType<typeof approve>;

/** 2,000.00 yuan are there for wages, 8,000.00 for works; two payrolls of 5,000.00 can be approved by silence. */
async function due(): Promise<Payday & { first: Filed; second: Filed }> {
  const world = await loadFixture(payday);
  await fund(world, 1_000_000n);
  const first = await file(world, [500_000n]);
  const second = await file(world, [0n, 500_000n]);
  await time.increaseTo(second.at + 6 * DAY);
  return { ...world, first, second };
}

describe("PayrollRegistry: tokens that cheat", () => {
  async function statusOf({ payrolls }: Payday, { id }: Filed): Promise<bigint> {
    return (await payrolls.payrollOf(id)).status;
  }

  describe("do not stop an approval", () => {
    for (const [manner, reserved] of [
      ["Honest", 500_000n],
      ["Mute", 500_000n],
      ["Refusing", 200_000n],
      ["Lying", 200_000n],
      ["TakingFee", 200_000n],
      ["AddingFee", 200_000n],
    ] as const) {
      it(`of the manner ${manner}, and what is missing is reserved later`, async () => {
        const world = await loadFixture(due);
        const { token, wages, first } = world;
        await token.setManner(Manner[manner]);
        await approve(world, first, world.stranger);
        expect(await statusOf(world, first)).to.equal(PayrollStatus.Approved);
        expect(await wages.reservationOf(first.id)).to.deep.equal([500_000, reserved, 0]);
        await token.setManner(Manner.Honest);
        await reserve(world);
        expect((await wages.reservationOf(first.id)).reserved).to.equal(500_000);
      });
    }

    it("that took money from wages, though nothing at all can be reserved until that is back", async () => {
      const world = await loadFixture(due);
      const { token, wages, payrolls, project, first } = world;
      await token.burn(wages, UNIT);
      await payrolls.connect(world.stranger).approve(first.id, []);
      expect(await statusOf(world, first)).to.equal(PayrollStatus.Approved);
      expect(await wages.reservationOf(first.id)).to.deep.equal([500_000, 0, 0]);
      await expect(wages.reserve(project, 1)).to.be.revertedWithCustomError(wages, "TokenUntrue");
      await token.mint(wages, UNIT);
      await reserve(world);
      await pay(world, first);
      expect((await wages.reservationOf(first.id)).paid).to.equal(500_000);
    });

    it("that finds no money at all, which comes later", async () => {
      const world = await loadFixture(payday);
      const { wages } = world;
      const filed = await file(world, [500_000n]);
      await time.increaseTo(filed.at + 6 * DAY);
      await approve(world, filed, world.stranger);
      expect(await wages.reservationOf(filed.id)).to.deep.equal([500_000, 0, 0]);
      await fund(world, 10_000_000n);
      await reserve(world);
      expect((await wages.reservationOf(filed.id)).reserved).to.equal(500_000);
    });
  });

  describe("that call back while money is reserved", () => {
    /** The token is an operator of the contractor. */
    async function powerful() {
      const world = await loadFixture(due);
      const { contractor, token, stranger } = world;
      await setOperator(world, contractor.id, contractor.key, await token.getAddress(), true);
      const third = await file(world, [0n, 0n, 7n]);
      await world.payrolls.connect(contractor.operator).oppose(third.id, third.rows);
      await time.increaseTo(third.at + 6 * DAY);
      return { ...world, third, stranger };
    }

    type Powerful = Awaited<ReturnType<typeof powerful>>;

    /** What came of a call that the token makes while works money is drawn for an approval: "done", or why not. */
    async function calling(world: Powerful, data: string, sending: () => Sent): Promise<string[]> {
      const { token, payrolls, wages } = world;
      await token.setCall(payrolls, data, true);
      const { blockNumber } = await sending();
      await token.setCall(ZeroAddress, "0x", true);
      const events = await token.queryFilter(token.filters.CalledBack(), blockNumber ?? undefined);
      return events.map(({ args: { success, result } }) => {
        if (success) return "done";
        return (payrolls.interface.parseError(result) ?? wages.interface.parseError(result))?.name ?? result;
      });
    }

    /** The first payroll is approved, which draws works money. */
    async function whileApproving(world: Powerful, data: string): Promise<string[]> {
      const results = await calling(world, data, () => approve(world, world.first, world.stranger));
      expect(await statusOf(world, world.first)).to.equal(PayrollStatus.Approved);
      expect((await world.wages.reservationOf(world.first.id)).reserved).to.equal(500_000);
      return results;
    }

    it("cannot approve another payroll: that waits, and is approved afterwards", async () => {
      const world = await loadFixture(powerful);
      const { payrolls, project, second } = world;
      const data = payrolls.interface.encodeFunctionData("approve", [second.id, []]);
      expect(await whileApproving(world, data)).to.deep.equal(["ReentrancyGuardReentrantCall"]);
      expect(await statusOf(world, second)).to.equal(PayrollStatus.Filed);
      expect(await payrolls.everOwedOf(project)).to.equal(500_000);
      await approve(world, second, world.stranger);
      expect(await payrolls.everOwedOf(project)).to.equal(1_000_000);
    });

    it("cannot approve the same payroll again, nor set its rows aside", async () => {
      for (const act of ["approve", "oppose"] as const) {
        const world = await loadFixture(powerful);
        const { payrolls, project, first } = world;
        const data =
          act === "approve"
            ? payrolls.interface.encodeFunctionData(act, [first.id, []])
            : payrolls.interface.encodeFunctionData(act, [first.id, first.rows]);
        expect(await whileApproving(world, data)).to.deep.equal(["PayrollNotReady"]);
        expect(await payrolls.everOwedOf(project)).to.equal(500_000);
        expect((await payrolls.payrollOf(first.id)).aside).to.equal(0);
      }
    });

    it("cannot have a row admitted, which waits for a later call", async () => {
      const world = await loadFixture(powerful);
      const { payrolls, third } = world;
      await time.increase(10 * DAY);
      const data = payrolls.interface.encodeFunctionData("admit", [third.id, third.rows]);
      expect(await whileApproving(world, data)).to.deep.equal(["ReentrancyGuardReentrantCall"]);
      expect((await payrolls.payrollOf(third.id)).rowsAside).to.equal(1);
      await payrolls.admit(third.id, third.rows);
      await checkWages(world);
    });

    it("can file, as it could at any time, and changes nothing else", async () => {
      const world = await loadFixture(powerful);
      const { payrolls, project, period, token } = world;
      const header = { project, employer: Seat.Contractor, period, serial: 4_000, predecessor: ZeroHash };
      const data = payrolls.interface.encodeFunctionData("file", [header, [{ worker: 4, amount: 9n }], []]);
      const undecided = await payrolls.undecidedOf(project);
      const previous = await payrolls.filedIn(project);
      expect(await whileApproving(world, data)).to.deep.equal(["done"]);
      expect(await payrolls.undecidedOf(project)).to.equal(undecided); // one approved, one filed
      const [event] = await payrolls.queryFilter(payrolls.filters.PayrollFiled(await payrolls.idOf(header)));
      expect([event!.args.by, event!.args.previousBlock]).to.deep.equal([await token.getAddress(), previous]);
      expect(await payrolls.everOwedOf(project)).to.equal(500_000);
    });

    it("cannot file where it is nobody", async () => {
      const world = await loadFixture(powerful);
      const { payrolls, project, period, contractor, token } = world;
      await setOperator(world, contractor.id, contractor.key, await token.getAddress(), false);
      const header = { project, employer: Seat.Contractor, period, serial: 4_000, predecessor: ZeroHash };
      const data = payrolls.interface.encodeFunctionData("file", [header, [{ worker: 4, amount: 9n }], []]);
      expect(await whileApproving(world, data)).to.deep.equal(["NotAuthorized"]);
      expect(await payrolls.isFiled(project, period, 4)).to.equal(false);
    });

    it("cannot approve anything while a worker is paid either", async () => {
      const world = await loadFixture(powerful);
      const { payrolls, first, second } = world;
      await approve(world, first, world.stranger);
      const data = payrolls.interface.encodeFunctionData("approve", [second.id, []]);
      const results = await calling(world, data, () => pay(world, first));
      expect(results).to.deep.equal(["ReentrancyGuardReentrantCall"]);
      expect(await statusOf(world, second)).to.equal(PayrollStatus.Filed);
    });
  });
});
