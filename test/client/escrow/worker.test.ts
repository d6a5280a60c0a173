import { parse } from "csv-parse/sync";
import { expect } from "chai";

import { dateOf } from "../../../src/common/time.js";
import {
  arrearsOf,
  ArrearsError,
  declareArrears,
  dismissArrears,
  endArrears,
  newArrears,
  sendArrears,
  signArrears,
} from "../../../src/escrow/arrears.js";
import { sendWorkerAccount, signWorkerAccount } from "../../../src/escrow/enrolment.js";
import { opposeRows } from "../../../src/escrow/payroll-acts.js";
import { PayrollError, wageNetwork } from "../../../src/escrow/payroll.js";
import { pushProject } from "../../../src/escrow/push.js";
import { workerCsv, workerTable, WorkerUnknownError, workerView } from "../../../src/escrow/worker.js";
import { DAY, newAccount } from "../../escrow/world.js";
import { LATER } from "../../identity/world.js";
import { loadFixture, time } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { errorOf } from "../world.js";
import { approved, filed, type Site, site, wagesOf } from "./site.js";

/** The month after. */
function next(period: number): number {
  return period % 100 === 12 ? period + 89 : period + 1;
}

/**
 * Worker 1: a payroll paid in two parts, at two accounts; one of the next month whose row is opposed, one supplementary that nobody approved
 * yet.
 */
async function busy() {
  const world = await loadFixture(site);
  const { contracts, project, escrow, owner, stranger, contractor, crew } = world;
  const blocks: number[] = [];
  const first = await approved(world, { 1: "1000.00", 2: "3000.00" });
  await escrow.connect(owner.account).fund(project, 100_000n);
  await pushProject(contracts, stranger, project);
  blocks.push(await time.latestBlock());
  const account = (await newAccount()).address;
  const change = { project, worker: 1, account, changes: 0, deadline: dateOf(LATER) };
  const key = crew[0]!.wallet.workerKey(project);
  await sendWorkerAccount(contracts, stranger, await signWorkerAccount(await wageNetwork(contracts), change, key));
  await escrow.connect(owner.account).fund(project, 9_000_000n);
  await pushProject(contracts, stranger, project);
  blocks.push(await time.latestBlock());
  await time.increase(31 * DAY);
  const second = await filed(world, { 1: "2000.00" }, { period: next(world.period) });
  await opposeRows(contracts, contractor.operator, second.id, [0]);
  const third = await filed(world, { 1: "0.50" }, { predecessor: first.id });
  return { world, account, blocks, payrolls: [first, second, third] as const };
}

async function viewOf(world: Site, who: number | string, block?: number) {
  return workerView(world.contracts, world.project, who, { block });
}

describe("a worker's view", () => {
  it("tells what is owed, what was paid and by which transactions, and what waits for what", async () => {
    const { world, account, payrolls } = await busy();
    const { period, project, provider } = { ...world, provider: world.contracts.provider };
    const view = await viewOf(world, 1);
    const { until } = await world.wages.rowOf(payrolls[1].id, 0);
    expect(view).to.deep.include({ project, worker: 1, account, employer: world.seat, currency: "CNY" });
    expect(view.total).to.deep.equal({ filed: 300_050n, owed: 100_000n, paid: 100_000n, ready: 0n });
    expect(view.rows.map((row) => ({ ...row, payments: row.payments.length }))).to.deep.equal([
      {
        ...{ period, payroll: payrolls[0].id, position: 0, filed: 100_000n, owed: 100_000n, paid: 100_000n, ready: 0n },
        ...{ status: "Paid", waiting: null, payments: 2 },
      },
      {
        ...{
          period: next(period),
          payroll: payrolls[1].id,
          position: 0,
          filed: 200_000n,
          owed: 0n,
          paid: 0n,
          ready: 0n,
        },
        ...{ status: "Aside", waiting: { why: "Aside", until: dateOf(until) }, payments: 0 },
      },
      {
        ...{ period, payroll: payrolls[2].id, position: 0, filed: 50n, owed: 0n, paid: 0n, ready: 0n },
        ...{ status: "Standing", waiting: { why: "NotApproved" }, payments: 0 },
      },
    ]);
    const { payments } = view.rows[0]!;
    expect(payments.map(({ amount, account: to }) => [amount, to.toLowerCase()])).to.deep.equal([
      [25_000n, world.crew[0]!.account],
      [75_000n, account.toLowerCase()],
    ]);
    for (const { transaction, block, at } of payments) {
      const receipt = await provider.getTransactionReceipt(transaction);
      expect(receipt!.blockNumber).to.equal(block);
      expect((await provider.getBlock(block))!.timestamp).to.equal(at.getTime() / 1000);
    }
    expect(await viewOf(world, account)).to.deep.equal(view);
  });

  it("tells it as of an earlier block", async () => {
    const { world, account, blocks } = await busy();
    const [short, whole] = await Promise.all(blocks.map(async (block) => viewOf(world, 1, block)));
    expect(short!.account.toLowerCase()).to.equal(world.crew[0]!.account);
    expect(short!.rows.map(({ paid, owed, waiting }) => [paid, owed, waiting])).to.deep.equal([
      [25_000n, 100_000n, { why: "Short", by: 75_000n }],
    ]);
    expect(whole!.account).to.equal(account);
    expect(whole!.total).to.deep.equal({ filed: 100_000n, owed: 100_000n, paid: 100_000n, ready: 0n });
    await caught(WorkerUnknownError, () => viewOf(world, 1, 1));
    await caught(WorkerUnknownError, () => viewOf(world, 99));
    await caught(WorkerUnknownError, () => viewOf(world, world.crew[0]!.account));
  });

  it("is written as a table and as CSV", async () => {
    const { world, account, blocks, payrolls } = await busy();
    const view = await viewOf(world, 1);
    const table = workerTable(view);
    expect(table).to.include(`Worker 1 of ${world.project}, paid to ${account}`);
    expect(table).to.match(new RegExp(`${world.period} +1000\\.00 +1000\\.00 +1000\\.00 +0\\.00\n`));
    expect(table).to.match(/2000\.00 +0\.00 +0\.00 +0\.00 +a ruling, until 20/);
    expect(table).to.match(/0\.50 +0\.00 +0\.00 +0\.00 +the contractor's approval/);
    expect(table).to.match(/\ntotal +3000\.50 +1000\.00 +1000\.00 +0\.00\n/);
    for (const { transaction } of view.rows[0]!.payments) expect(table).to.include(transaction);
    expect(workerTable(await viewOf(world, 1, blocks[0]))).to.include("money to be set apart: 750.00");
    const rows = parse(workerCsv(view), { columns: true }) as unknown as Record<string, string>[];
    expect(rows.map(({ month, filed: is, paid, waiting }) => [month, is, paid, waiting])).to.deep.equal([
      [`${world.period}`, "1000.00", "1000.00", ""],
      [`${next(world.period)}`, "2000.00", "0.00", "Aside"],
      [`${world.period}`, "0.50", "0.00", "NotApproved"],
    ]);
    const { payments } = view.rows[0]!;
    expect(rows[0]!["transactions"]).to.equal(payments.map(({ transaction }) => transaction).join(" "));
    expect(rows[0]!["payroll"]).to.equal(payrolls[0].id);
  });

  it("says what is ready to be pushed", async () => {
    const world = await loadFixture(site);
    await world.escrow.connect(world.owner.account).fund(world.project, 10_000_000n);
    await approved(world, wagesOf(world, "0.01"));
    const view = await viewOf(world, 7);
    expect(view.total).to.deep.equal({ filed: 1n, owed: 1n, paid: 0n, ready: 1n });
    expect(workerTable(view)).to.include("anyone to push it");
    expect(workerCsv(view)).to.include(",Standing,Ready,anyone to push it,,\r\n");
  });
});

describe("arrears", () => {
  it("are declared by workers who have signed off line, one after the other, and end when paid", async () => {
    const world = await loadFixture(site);
    const { contracts, project, crew, stranger, period } = world;
    await time.increase(31 * DAY);
    const before = await arrearsOf(contracts, project);
    expect(before).to.deep.equal({ open: false, period: 0, amount: 0n, until: null, count: 0, quorum: 3 });
    const network = await wageNetwork(contracts);
    const what = { project, period, amount: 650_000n, count: before.count, deadline: dateOf(LATER) };
    let declaration = newArrears(network, what);
    for (const n of [8, 0, 3]) {
      const error = await caught(ArrearsError, () => sendArrears(contracts, stranger, declaration));
      expect(error.message).to.match(/it takes 3; ask more/);
      const { worker, wallet } = crew[n]!;
      declaration = copyOf(await signArrears(declaration, worker, wallet.workerKey(project)));
    }
    await caught(ArrearsError, () => signArrears(declaration, 1, crew[0]!.wallet.workerKey(project)));
    expect(declaration.signatures.map(({ worker }) => worker)).to.deep.equal([1, 4, 9]);
    const elsewhere = { ...declaration, network: { ...network, chainId: "1" } };
    await caught(PayrollError, () => sendArrears(contracts, stranger, elsewhere));
    await sendArrears(contracts, stranger, declaration);
    const open = await arrearsOf(contracts, project);
    expect(open).to.deep.include({ open: true, period, amount: 650_000n, count: 1 });
    expect(open.until!.getTime() / 1000).to.equal((await time.latest()) + 60 * DAY);
    expect((await errorOf(() => endArrears(contracts, stranger, project))).message).to.include("ArrearsNotReady");
    await world.escrow.connect(world.owner.account).fund(project, 10_000_000n);
    await approved(world, { 1: "6500.00" });
    await endArrears(contracts, stranger, project);
    expect(await arrearsOf(contracts, project)).to.deep.include({ open: false, until: null });
  });

  it("are declared and dismissed by the labour office", async () => {
    const world = await loadFixture(site);
    const { contracts, labour, project, period } = world;
    await time.increase(31 * DAY);
    await declareArrears(contracts, labour, { project, period, amount: 1n });
    expect((await arrearsOf(contracts, project)).open).to.equal(true);
    await dismissArrears(contracts, labour, project);
    expect((await arrearsOf(contracts, project)).open).to.equal(false);
  });
});
