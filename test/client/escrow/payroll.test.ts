import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { dateOf } from "../../../src/common/time.js";
import {
  admitRows,
  approvePayroll,
  lapsePayroll,
  opposeRows,
  ruleRow,
  sendObjection,
  signObjection,
} from "../../../src/escrow/payroll-acts.js";
import { PayrollFileError, type PayrollFaultName } from "../../../src/escrow/payroll-csv.js";
import {
  draftPayrolls,
  filePayroll,
  filePayrolls,
  type PayrollDraft,
  PayrollError,
  wageNetwork,
} from "../../../src/escrow/payroll.js";
import {
  filedPayroll,
  payrollsOf,
  PayrollUnknownError,
  payrollView,
  treeOf,
  type Waiting,
} from "../../../src/escrow/payroll-view.js";
import type { Contracts } from "../../../src/index.js";
import { beginOf, monthAfter } from "../../escrow/wages.js";
import { DAY, Seat } from "../../escrow/world.js";
import { LATER, word } from "../../identity/world.js";
import { loadFixture, time } from "../../world.js";
import { caught } from "../identity-world.js";
import { errorOf } from "../world.js";
import { approved, filed, fileOf, funded, type Site, site, toContractor, wagesOf, OBJECTION_TIME } from "./site.js";

/** The draft of a file of the subcontractor for the present month. */
async function drafted(
  { contracts, project, seat: employer, period }: Site,
  csv: string,
  changes: object = {},
): Promise<PayrollDraft[]> {
  return draftPayrolls(contracts, { project, employer, period, ...changes }, csv);
}

/** What is wrong with a file: lines and faults. */
async function faultsOf(world: Site, csv: string, changes: object = {}): Promise<[number, PayrollFaultName][]> {
  const { faults } = await caught(PayrollFileError, () => drafted(world, csv, changes));
  return faults.map(({ line, fault }) => [line, fault]);
}

async function waits(world: Site, payroll: string): Promise<(Waiting | null)[]> {
  return (await payrollView(world.contracts, payroll)).view.map(({ waiting }) => waiting);
}

describe("a payroll from a file", () => {
  it("is filed once, with workers by number or account, and read back from the chain", async () => {
    const world = await loadFixture(site);
    const { contracts, company, project, seat, period, crew } = world;
    const csv = `name,amount,worker\n甲,6500.00,3\n乙,0.01,${crew[0]!.account}\n丙,7000,10\n`;
    const [draft, ...others] = (await drafted(world, csv)) as [PayrollDraft];
    expect(others).to.deep.equal([]);
    expect(draft.header).to.deep.equal({
      project,
      employer: seat,
      period,
      serial: 1,
      predecessor: word().replace(/[^x]/g, "0"),
    });
    expect(draft.rows).to.deep.equal([
      { worker: 1, amount: 1n },
      { worker: 3, amount: 650_000n },
      { worker: 10, amount: 700_000n },
    ]);
    expect([draft.total, draft.filed]).to.deep.equal([1_350_001n, false]);
    const { id, transaction } = await filePayroll(contracts, company.operator, draft);
    expect(id).to.equal(draft.id);
    expect(transaction).to.be.a("string");
    expect(await filePayroll(contracts, company.operator, draft)).to.deep.equal({ id });
    expect(await drafted(world, csv)).to.deep.equal([{ ...draft, filed: true }]);

    const read = await filedPayroll(contracts, id);
    expect(read).to.deep.include({ id, header: draft.header, rows: draft.rows, total: draft.total, root: draft.root });
    expect(read).to.deep.include({ by: company.operator.address, transaction });
    expect(treeOf(read).root).to.equal(draft.root);
    expect(() => treeOf({ ...read, rows: read.rows.slice(1) })).to.throw(/other rows/);
    expect(await payrollsOf(contracts, project)).to.deep.equal([read]);
    expect(await payrollsOf(contracts, project, { employer: seat })).to.deep.equal([read]);
    expect(await payrollsOf(contracts, project, { employer: Seat.Contractor })).to.deep.equal([]);
    expect(await payrollsOf(contracts, project, { block: read.block - 1 })).to.deep.equal([]);
  });

  it("says all faults at once: of the file, and of what the chain knows", async () => {
    const world = await loadFixture(site);
    const { crew, foreman, stranger } = world;
    await filed(world, { 1: "6500.00", 2: "6500.00" });
    const rows = [
      ...["worker,amount", "3,6500.00", "2,6500.00", "99,1.00", `${foreman.worker},1.00`, "3,1.00"],
      ...[`${stranger.address},1.00`, `${crew[2]!.account},2.00`, "x,1.00", "4,0.00", "99,-1", "5,1.001", "1,x"],
    ];
    expect(await faultsOf(world, rows.join("\n"))).to.deep.equal([
      [3, "AlreadyFiled"],
      [4, "WorkerUnknown"],
      [5, "OtherEmployer"],
      [6, "WorkerTwice"],
      [7, "WorkerUnknown"],
      [8, "WorkerTwice"],
      [9, "WorkerInvalid"],
      [10, "AmountInvalid"],
      [11, "AmountInvalid"],
      [11, "WorkerUnknown"],
      [12, "AmountInvalid"],
      [13, "AmountInvalid"],
      [13, "AlreadyFiled"],
    ]);
    const { message } = await caught(PayrollFileError, () => drafted(world, rows.join("\n")));
    expect(message)
      .to.include("line 6: worker 3 is in line 2 already")
      .and.include(`line 7: the account ${stranger.address} is no worker's of the project`)
      .and.include("line 4: worker 99 is not enrolled in the project")
      .and.include("line 3: worker 2 is in a payroll of");
    expect(await faultsOf(world, "worker,amount\n")).to.deep.equal([[1, "Empty"]]);
  });

  it("takes the next free number, and refuses one that is taken", async () => {
    const world = await loadFixture(site);
    await filed(world, { 1: "6500.00" });
    const [next] = await drafted(world, fileOf({ 2: "6500.00" }));
    expect(next!.header.serial).to.equal(2);
    expect((await drafted(world, fileOf({ 2: "6500.00" }), { serial: 7 }))[0]!.header.serial).to.equal(7);
    const { message } = await caught(PayrollError, () => drafted(world, fileOf({ 2: "6500.00" }), { serial: 1 }));
    expect(message).to.match(/payroll 1 of 20\d{4} is filed with other rows/);
    const [first] = await drafted(world, fileOf({ 1: "6500.00" }));
    const other = { ...next!, id: first!.id };
    await caught(PayrollError, () => filePayroll(world.contracts, world.company.operator, other));
  });

  /** Worker 1 went to the contractor in the month after; which one that is. */
  async function gone(): Promise<Site & { next: number }> {
    const world = await loadFixture(site);
    const next = monthAfter(world.period);
    await time.increaseTo(beginOf(next) + 100);
    await toContractor(world, 0);
    return { ...world, next };
  }

  it("is of a former employer for months before the worker went", async () => {
    const world = await loadFixture(gone);
    const { contracts, company } = world;
    const [draft] = (await drafted(world, fileOf({ 1: "6500.00", 2: "6500.00" }))) as [PayrollDraft];
    await filePayroll(contracts, company.operator, draft);
    expect((await payrollView(contracts, draft.id)).status).to.equal("Filed");
  });

  it("is of a former employer for the month in which the worker went, where it supplements", async () => {
    const world = await loadFixture(gone);
    const { contracts, company, contractor, next: period } = world;
    const ofContractor = { employer: Seat.Contractor, period };
    const [first] = (await drafted(world, fileOf({ 1: "10.00" }), ofContractor)) as [PayrollDraft];
    await filePayroll(contracts, contractor.operator, first);
    const changes = { period, predecessor: first.id };
    const [draft] = (await drafted(world, fileOf({ 1: "20.00" }), changes)) as [PayrollDraft];
    await filePayroll(contracts, company.operator, draft);
    expect((await payrollView(contracts, draft.id)).status).to.equal("Filed");
  });

  /** What is said of worker 1 alone. */
  async function otherEmployer(world: Site, changes: object): Promise<string> {
    const csv = fileOf({ 1: "1.00" });
    expect(await faultsOf(world, csv, changes)).to.deep.equal([[2, "OtherEmployer"]]);
    return (await caught(PayrollFileError, () => drafted(world, csv, changes))).message;
  }

  it("names the month since which a worker is employed, for an earlier one", async () => {
    const world = await loadFixture(gone);
    const { next, period } = world;
    expect(await otherEmployer(world, { employer: Seat.Contractor })).to.equal(
      `this payroll cannot be filed: line 2: worker 1 is employed since ${next}, and not in ${period}`,
    );
  });

  it("names the seat that employs a worker, for a month in which the employer did not", async () => {
    const world = await loadFixture(gone);
    const later = monthAfter(world.next);
    await time.increaseTo(beginOf(later));
    expect(await otherEmployer(world, { period: later })).to.equal(
      `this payroll cannot be filed: line 2: worker 1 is employed by seat 1, and was not by seat ${world.seat} in ${later}`,
    );
  });

  it("says that a month which a worker shares with a later employer goes into a supplementary payroll", async () => {
    const world = await loadFixture(gone);
    const { next: period, seat } = world;
    expect(await otherEmployer(world, { period })).to.equal(
      `this payroll cannot be filed: line 2: worker 1 was employed by seat 1 too in ${period}; ` +
        `what seat ${seat} owes goes into a supplementary payroll`,
    );
  });

  it("supplements another one, for workers who are in it", async () => {
    const world = await loadFixture(funded);
    const { contracts, company, contractor } = world;
    const first = await approved(world, { 1: "6500.00", 2: "6500.00" });
    const csv = fileOf({ 1: "300.00" });
    expect(await faultsOf(world, csv)).to.deep.equal([[2, "AlreadyFiled"]]);
    const [draft] = (await drafted(world, csv, { predecessor: first.id })) as [PayrollDraft];
    expect(draft.header).to.deep.include({ serial: 1, predecessor: first.id });
    await filePayroll(contracts, company.operator, draft);
    await time.increase(6 * DAY);
    const error = await errorOf(() => approvePayroll(contracts, world.stranger, draft.id));
    expect(error.message).to.include("NotAuthorized");
    await approvePayroll(contracts, contractor.operator, draft);
    expect((await payrollView(contracts, draft.id)).status).to.equal("Approved");
  });

  it("of more rows than one has becomes several, and goes on where filing was cut off", async () => {
    const filedRoots = new Map<string, string>();
    const workers = {
      getAddress: () => Promise.resolve(`0x${"66".repeat(20)}`),
      workerByAccount: () => Promise.resolve(0n),
      workerOf: (_: string, worker: number) =>
        Promise.resolve({ enrolledAt: 1n, employer: 4n, since: 202_611n, account: ZeroAddress, worker }),
      isEmployed: () => Promise.resolve(true),
    };
    const payrolls = {
      getAddress: () => Promise.resolve(`0x${"77".repeat(20)}`),
      payrollOf: (id: string) =>
        Promise.resolve({ status: filedRoots.has(id) ? 1n : 0n, root: filedRoots.get(id) ?? "0x" }),
      isFiled: (_: string, __: number, worker: number) => Promise.resolve(filedRoots.size !== 0 && worker <= 500),
    };
    const projects = { projectOf: () => Promise.resolve({ currency: 156n }) };
    const contracts = { chainId: 1n, workers, payrolls, projects } as unknown as Contracts;
    const source = { project: word(), employer: 4, period: 202_611 };
    const numbers = Array.from({ length: 1_203 }, (_, i) => 1_203 - i);
    const csv = ["worker,amount", ...numbers.map((worker) => `${worker},1.00`)].join("\n");
    const drafts = await draftPayrolls(contracts, source, csv);
    expect(drafts.map(({ header, rows, filed: is }) => [header.serial, rows.length, is])).to.deep.equal([
      [1, 500, false],
      [2, 500, false],
      [3, 203, false],
    ]);
    expect(drafts[1]!.rows[0]).to.deep.equal({ worker: 501, amount: 100n });
    filedRoots.set(drafts[0]!.id, drafts[0]!.root);
    const again = await draftPayrolls(contracts, source, csv);
    expect(again).to.deep.equal(drafts.map((draft, i) => ({ ...draft, filed: i === 0 })));
  });
});

describe("rows of a payroll", () => {
  it("are opposed by the contractor, objected to by their worker, ruled or admitted, and paid for the rest", async () => {
    const world = await loadFixture(funded);
    const { contracts, contractor, labour, stranger, project, crew } = world;
    const draft = await filed(world);
    const network = await wageNetwork(contracts);
    await opposeRows(contracts, contractor.operator, draft.id, [0, 9]);
    await opposeRows(contracts, contractor.operator, await filedPayroll(contracts, draft.id), [9, 5]);
    const mine = { payroll: draft.id, position: 2 };
    const own = crew[2]!.wallet.workerKey(project);
    const order = await signObjection(network, mine, own, dateOf(LATER));
    const others = await signObjection(network, mine, crew[3]!.wallet.workerKey(project), dateOf(LATER));
    expect((await errorOf(() => sendObjection(contracts, stranger, others))).message).to.include("NotWorkerKey");
    const elsewhere = await signObjection({ ...network, chainId: "1" }, mine, own, dateOf(LATER));
    await caught(PayrollError, () => sendObjection(contracts, stranger, elsewhere));
    await sendObjection(contracts, stranger, JSON.parse(JSON.stringify(order)) as typeof order);
    await time.increase(OBJECTION_TIME);
    await approvePayroll(contracts, contractor.operator, draft.id);
    await time.increase(5 * DAY);
    await ruleRow(contracts, labour, draft.id, 0, 0n);
    await ruleRow(contracts, labour, draft, 2, 100_000n);
    const aside = async (position: number): Promise<Waiting> => {
      const { until } = await world.wages.rowOf(draft.id, position);
      return { why: "Aside", until: dateOf(until) };
    };
    const ready: Waiting = { why: "Ready" };
    expect(await waits(world, draft.id)).to.deep.equal([
      ...[
        null,
        ready,
        { why: "Short", by: 100_000n },
        ready,
        ready,
        await aside(5),
        ready,
        ready,
        ready,
        await aside(9),
      ],
    ]);
    await time.increase(14 * DAY + 1);
    await admitRows(contracts, stranger, draft.id, [9]);
    const { status, view, due } = await payrollView(contracts, draft.id);
    expect([status, due.total]).to.deep.equal(["Approved", 6n * 650_000n]);
    expect(view.map(({ status: of, owed }) => [of, owed])).to.deep.equal([
      ["Admitted", 0n],
      ["Standing", 650_000n],
      ["Admitted", 100_000n],
      ["Standing", 650_000n],
      ["Standing", 650_000n],
      ["Aside", 0n],
      ...Array.from({ length: 3 }, () => ["Standing", 650_000n]),
      ["Admitted", 650_000n],
    ]);
  });

  it("of a supplementary payroll that nobody approved wait for nothing", async () => {
    const world = await loadFixture(funded);
    const { contracts, contractor, stranger } = world;
    const first = await approved(world, { 1: "1.00" });
    const second = await filed(world, { 1: "2.00", 2: "3.00" }, { predecessor: first.id });
    await opposeRows(contracts, contractor.operator, second.id, [1]);
    await time.increase(14 * DAY + 1);
    await lapsePayroll(contracts, stranger, second.id);
    const { status, view } = await payrollView(contracts, second.id);
    expect(status).to.equal("Lapsed");
    expect(view.map(({ owed, waiting }) => [owed, waiting])).to.deep.equal([
      [0n, null],
      [0n, null],
    ]);
  });

  it("are told as they stood in an earlier block", async () => {
    const world = await loadFixture(funded);
    const { contracts, contractor } = world;
    const results = await filePayrolls(
      contracts,
      world.company.operator,
      await drafted(world, fileOf(wagesOf(world, "1.00"))),
    );
    const { id } = results[0]!;
    const at: number[] = [await time.latestBlock()];
    await opposeRows(contracts, contractor.operator, id, [0]);
    at.push(await time.latestBlock());
    await time.increase(OBJECTION_TIME);
    await approvePayroll(contracts, contractor.operator, id);
    at.push(await time.latestBlock());
    const told = await Promise.all(at.map(async (block) => payrollView(contracts, id, { block })));
    expect(told.map(({ asOf, status }) => [asOf, status])).to.deep.equal([
      [at[0], "Filed"],
      [at[1], "Filed"],
      [at[2], "Approved"],
    ]);
    expect(told.map(({ view }) => view[0]!.status)).to.deep.equal(["Standing", "Aside", "Aside"]);
    expect(told.map(({ view }) => view[1]!.waiting?.why)).to.deep.equal(["NotApproved", "NotApproved", "Ready"]);
    await caught(PayrollUnknownError, () => payrollView(contracts, id, { block: at[0]! - 1 }));
    await caught(PayrollUnknownError, () => payrollView(contracts, word()));
  });
});
