import { expect } from "chai";

import { type ProvenRow, rowKey } from "../../../src/escrow/rows.js";
import { payrollView } from "../../../src/escrow/payroll-view.js";
import { pushPayroll, type PushProgress, pushProject } from "../../../src/escrow/push.js";
import { signWorkerAccount, sendWorkerAccount } from "../../../src/escrow/enrolment.js";
import { opposeRows, ruleRow } from "../../../src/escrow/payroll-acts.js";
import { wageNetwork } from "../../../src/escrow/payroll.js";
import { ROW_STATUSES } from "../../../src/escrow/status.js";
import { dateOf } from "../../../src/common/time.js";
import { DAY, newAccount } from "../../escrow/world.js";
import { LATER } from "../../identity/world.js";
import { connection, loadFixture, time } from "../../world.js";
import { errorOf } from "../world.js";
import { approved, filed, funded, type Site, site, wagesOf, OBJECTION_TIME } from "./site.js";

const UNIT = 10n ** 16n;

/** What everyone has in their accounts, in fen. */
async function balances({ token, crew }: Site): Promise<bigint[]> {
  return Promise.all(crew.map(async ({ account }) => (await token.balanceOf(account)) / UNIT));
}

/** The client's reading of a payroll is the contract's, row by row. */
async function agrees(world: Site, payroll: string): Promise<void> {
  const { id, view, due } = await payrollView(world.contracts, payroll);
  expect(await world.wages.reservationOf(id)).to.deep.equal([due.total, due.reserved, due.paid]);
  for (const { position, status } of view) {
    const [known] = await world.wages.rowOf(id, position);
    expect(status, `row ${position}`).to.equal(ROW_STATUSES[Number(known)]);
  }
}

describe("pushing wages", () => {
  it("pays all rows of a payroll, each once, and tells by which transaction", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, wages } = world;
    const { id, total } = await approved(world);
    const seen: PushProgress[] = [];
    const options = { perCall: 4, onProgress: (progress: PushProgress) => seen.push(progress) };
    const result = await pushPayroll(contracts, stranger, id, options);
    expect(result.paid.map(({ worker, amount }) => [worker, amount])).to.deep.equal(
      world.crew.map(({ worker }) => [worker, 650_000n]),
    );
    expect(result.transactions).to.have.length(3);
    expect(new Set(result.paid.map(({ transaction }) => transaction))).to.deep.equal(new Set(result.transactions));
    expect([result.waiting, result.failed]).to.deep.equal([[], []]);
    expect(seen).to.deep.equal([
      { done: 4, total: 10, amount: 2_600_000n },
      { done: 8, total: 10, amount: 5_200_000n },
      { done: 10, total: 10, amount: 6_500_000n },
    ]);
    expect(await balances(world)).to.deep.equal(Array(10).fill(650_000n));
    expect((await wages.booksOf(world.project)).paid).to.equal(total);
    await agrees(world, id);
    const again = await pushPayroll(contracts, stranger, id);
    expect(again).to.deep.equal({ paid: [], failed: [], transactions: [], gasUsed: 0n, waiting: [] });
  });

  it("goes on where a run was killed, with calls on their way, and pays nobody twice", async () => {
    for (const inFlight of [1, 4]) {
      for (const killedAfter of [1, 2, 3]) {
        const world = await loadFixture(funded);
        const { contracts, stranger } = world;
        const { id } = await approved(world);
        let calls = 0;
        const onProgress = () => {
          if (++calls === killedAfter) throw new Error("killed");
        };
        const options = { perCall: 3, inFlight };
        const error = await errorOf(() => pushPayroll(contracts, stranger, id, { ...options, onProgress }));
        expect(error.message).to.equal("killed");
        const before = await balances(world);
        const reached = inFlight === 1 ? 3 * killedAfter : Math.min(10, 3 * (3 + killedAfter));
        expect(before.filter((balance) => balance !== 0n)).to.have.length(Math.min(reached, 10));
        const rest = await pushPayroll(contracts, stranger, id, options);
        expect(rest.paid).to.have.length(before.filter((balance) => balance === 0n).length);
        expect(await balances(world)).to.deep.equal(Array(10).fill(650_000n));
        expect(rest.waiting).to.deep.equal([]);
        await agrees(world, id);
      }
    }
  });

  it("pays the others where a token blocks an account, and that one elsewhere later", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, token, project } = world;
    const { id } = await approved(world);
    const [first, second] = [world.crew[0]!, world.crew[4]!];
    for (const { account } of [first, second]) await token.setBlocked(account, true);
    const result = await pushPayroll(contracts, stranger, id, { perCall: 5 });
    expect(result.paid).to.have.length(8);
    expect(result.failed.map(({ worker, account, reason }) => [worker, account.toLowerCase(), reason])).to.deep.equal(
      [first, second].map(({ worker, account }) => [
        ...[worker, account],
        `the token refuses the account ${result.failed.find((row) => row.worker === worker)!.account}`,
      ]),
    );
    expect(result.waiting).to.deep.equal([]);
    await agrees(world, id);
    await token.setBlocked(first.account, false);
    const account = (await newAccount()).address;
    const network = await wageNetwork(contracts);
    const change = { project, worker: second.worker, account, changes: 0, deadline: dateOf(LATER) };
    await sendWorkerAccount(
      contracts,
      stranger,
      await signWorkerAccount(network, change, second.wallet.workerKey(project)),
    );
    const rest = await pushPayroll(contracts, stranger, id, { perCall: 1 });
    expect(rest.paid.map(({ worker, account: to }) => [worker, to.toLowerCase()])).to.deep.equal([
      [first.worker, first.account],
      [second.worker, account.toLowerCase()],
    ]);
    expect(await token.balanceOf(account)).to.equal(650_000n * UNIT);
    await agrees(world, id);
  });

  it("sends calls behind each other while blocks are slow, is killed, and goes on after what is on its way", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, hebei } = world;
    const { id } = await approved(world);
    const mining = (automine: boolean, interval: number) =>
      Promise.all([
        connection.provider.request({ method: "evm_setAutomine", params: [automine] }),
        connection.provider.request({ method: "evm_setIntervalMining", params: [interval] }),
      ]);
    await mining(false, 150);
    try {
      let calls = 0;
      const onProgress = () => {
        if (++calls === 1) throw new Error("killed");
      };
      const options = { perCall: 1, inFlight: 4 };
      const [error, rival] = await Promise.all([
        errorOf(() => pushPayroll(contracts, stranger, id, { ...options, onProgress })),
        pushPayroll(contracts, hebei, id, options),
      ]);
      expect(error.message).to.equal("killed");
      const rest = await pushPayroll(contracts, stranger, id, options);
      expect([rival.failed, rest.failed, rest.waiting]).to.deep.equal([[], [], []]);
      expect(rival.paid.length + rest.paid.length).to.be.greaterThan(0);
    } finally {
      await mining(true, 0);
    }
    expect(await balances(world)).to.deep.equal(Array(10).fill(650_000n));
    await agrees(world, id);
  });

  it("splits calls that fail, so that one bad row does not stop the rest", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, wages } = world;
    const { id } = await approved(world);
    const calls: number[] = [];
    const pay = {
      populateTransaction: (payroll: string, rows: ProvenRow[]) => {
        calls.push(rows.length);
        const worse = rows.map((row) => (row.position === 3 ? { ...row, amount: row.amount + 1n } : row));
        return wages.pay.populateTransaction(payroll, worse);
      },
    };
    const odd = new Proxy(wages, {
      get: (of, name) => (name === "pay" ? pay : (Reflect.get(of, name, of) as unknown)),
    });
    const result = await pushPayroll({ ...contracts, wages: odd }, stranger, id, { inFlight: 1 });
    expect(calls).to.deep.equal([10, 5, 3, 2, 1, 1, 5]);
    expect(result.paid.map(({ position }) => position)).to.have.members([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(result.failed.map(({ position }) => position)).to.deep.equal([3]);
    expect(result.failed[0]!.reason).to.match(/row/);
    expect((await pushPayroll(contracts, stranger, id)).paid.map(({ position }) => position)).to.deep.equal([3]);
  });

  it("names who could not be paid where there is one row in a call", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, token } = world;
    const { id } = await approved(world);
    await token.setBlocked(world.crew[3]!.account, true);
    const one = await pushPayroll(contracts, stranger, id, { perCall: 1 });
    expect(one.paid).to.have.length(9);
    expect(one.failed).to.have.length(1);
    expect(one.failed[0]!.worker).to.equal(world.crew[3]!.worker);
    expect(one.failed[0]!.reason).to.match(/account/);
    await agrees(world, id);
  });

  it("reports every row as failed where the token cheats, and pays when it does no more", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, token } = world;
    const { id } = await approved(world);
    await token.setManner(5); // takes a hundredth more than it should
    const result = await pushPayroll(contracts, stranger, id);
    expect(result.paid).to.deep.equal([]);
    expect(result.failed).to.have.length(10);
    expect(result.transactions).to.deep.equal([]);
    expect(await balances(world)).to.deep.equal(Array(10).fill(0n));
    await token.setManner(0);
    expect((await pushPayroll(contracts, stranger, id)).paid).to.have.length(10);
    await agrees(world, id);
  });

  it("pays a short payroll in proportion, and the rest when money comes", async () => {
    const world = await loadFixture(site);
    const { contracts, stranger, escrow, owner, project } = world;
    const { id, rows, total } = await approved(world, { 1: "1000.00", 2: "2000.01", 3: "0.01", 4: "33.33" });
    const nothing = await pushProject(contracts, stranger, project);
    expect(nothing.paid).to.deep.equal([]);
    expect(nothing.waiting.map(({ waiting }) => waiting)).to.deep.equal(
      rows.map(({ amount }) => ({ why: "Short", by: amount })),
    );
    let put = 0n;
    for (const part of [7n, 100_000n]) {
      await escrow.connect(owner.account).fund(project, part);
      put += part;
      const result = await pushProject(contracts, stranger, project);
      const { due, view } = await payrollView(contracts, id);
      expect(due.reserved).to.equal(put);
      const parts = rows.map(({ amount }) => (amount * put) / total);
      expect(view.map(({ paid }) => paid)).to.deep.equal(parts);
      expect(result.waiting.map(({ position, waiting }) => [position, waiting])).to.deep.equal(
        rows.map(({ amount }, i) => [i, { why: "Short", by: amount - parts[i]! }]),
      );
      await agrees(world, id);
    }
    await escrow.connect(owner.account).fund(project, total);
    const result = await pushProject(contracts, stranger, project);
    expect([result.waiting, result.failed]).to.deep.equal([[], []]);
    expect((await balances(world)).slice(0, 5)).to.deep.equal([...rows.map(({ amount }) => amount), 0n]);
    await agrees(world, id);
  });

  it("pushes all payrolls of a project, and says what the other rows wait for", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, project, contractor, labour } = world;
    const amounts = wagesOf(world);
    const parts = [1, 2, 3].map((n) => Object.fromEntries(Object.entries(amounts).slice(3 * n - 3, 3 * n)));
    const first = await approved(world, parts[0]);
    const second = await filed(world, parts[1]);
    await opposeRows(contracts, contractor.operator, second.id, [0, 2]);
    await time.increase(OBJECTION_TIME);
    await world.payrolls.connect(contractor.operator).approve(second.id, []);
    await time.increase(5 * DAY);
    await ruleRow(contracts, labour, second.id, 2, 100n);
    const third = await filed(world, parts[2]);
    const result = await pushProject(contracts, stranger, project, { perCall: 2 });
    expect(result.paid.map(({ payroll, position, amount }) => [payroll, position, amount])).to.deep.equal([
      ...[0, 1, 2].map((position) => [first.id, position, 650_000n]),
      [second.id, 1, 650_000n],
      [second.id, 2, 100n],
    ]);
    const { until } = await world.wages.rowOf(second.id, 0);
    expect(result.waiting.map(({ payroll, position, waiting }) => [payroll, position, waiting])).to.deep.equal([
      [second.id, 0, { why: "Aside", until: dateOf(until) }],
      ...[0, 1, 2].map((position) => [third.id, position, { why: "NotApproved" }]),
    ]);
    expect(await world.wages.reservationOf(rowKey(second.id, 2))).to.deep.equal([100n, 100n, 100n]);
    for (const { id } of [first, second, third]) await agrees(world, id);
  });

  it("leaves to others what others have paid meanwhile", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, hebei } = world;
    const { id } = await approved(world);
    let rival: Promise<unknown> | undefined;
    const options = {
      ...{ perCall: 1, inFlight: 1 },
      onProgress: () => (rival ??= pushPayroll(contracts, hebei, id)),
    };
    const result = await pushPayroll(contracts, stranger, id, options);
    await rival;
    expect(result.failed).to.deep.equal([]);
    expect(await balances(world)).to.deep.equal(Array(10).fill(650_000n));
  });
});
