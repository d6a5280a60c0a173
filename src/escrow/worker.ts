/**
 * What a worker asks: what am I owed, what was I paid, by which transaction, and what does the rest wait for. Read from events alone, now or as
 * it stood in an earlier block; the worker needs no wallet, and no leave of anyone.
 */
import { stringify } from "csv-stringify/sync";

import { findEvents } from "../common/logs.js";
import { textTable } from "../common/text-table.js";
import { dateOf, showTime } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { currencyOf, formatAmount } from "../invoice/amount.js";
import { type AsOfBlock, payrollsOf, payrollView, type Waiting, type WagePayment, wordOf } from "./payroll-view.js";
import type { RowStatus } from "./status.js";

type Reading = Pick<Contracts, "projects" | "workers" | "payrolls" | "wages" | "provider">;

/** A payment, with its time. */
export interface DatedPayment extends WagePayment {
  at: Date;
}

/** A worker's row of a payroll. Sums in minor units. */
export interface WorkerRow {
  /** The month, as 202611. */
  period: number;
  /** The payroll's id. */
  payroll: string;
  position: number;
  /** What the employer filed. */
  filed: bigint;
  /** What of that is decided to be owed. */
  owed: bigint;
  paid: bigint;
  /** What anyone can have paid now, by pushing it. */
  ready: bigint;
  status: RowStatus;
  /** null where nothing of it is to come. */
  waiting: Waiting | null;
  payments: DatedPayment[];
}

/** A worker in a project. */
export interface WorkerView {
  /** The project's id. */
  project: string;
  /** The worker's number in it. */
  worker: number;
  /** Seat of the employer; earlier ones filed its earlier rows. */
  employer: number;
  /** Where the worker is paid. */
  account: string;
  enrolledAt: Date;
  /** The project's, by its letters. */
  currency: string;
  /** The block this is told of, and its time. */
  block: number;
  at: Date;
  /** In the order of filing. */
  rows: WorkerRow[];
  /** Sums over the rows. */
  total: { filed: bigint; owed: bigint; paid: bigint; ready: bigint };
}

/** There is no such worker, or not yet. */
export class WorkerUnknownError extends Error {
  override readonly name = "WorkerUnknownError";
}

/**
 * What a worker is owed and was paid in a project, now or as of a block.
 * @param who The worker's number, or the account where it is paid now.
 * @throws WorkerUnknownError
 */
export async function workerView(
  contracts: Reading,
  project: string,
  who: number | string,
  { block: asked, from = 0 }: AsOfBlock = {},
): Promise<WorkerView> {
  const { workers, provider, projects } = contracts;
  const worker = typeof who === "number" ? who : Number(await workers.workerByAccount(project, who));
  const block = asked ?? (await provider.getBlockNumber());
  const { account, employer } = await placeAt(contracts, project, worker, from, block);
  if (account === undefined) throw new WorkerUnknownError(`${who} is no worker of the project`);
  const [{ enrolledAt }, { currency }] = await Promise.all([
    workers.workerOf(project, worker),
    projects.projectOf(project),
  ]);
  const timeOf = clock(contracts);
  const rows: WorkerRow[] = [];
  for (const filed of await payrollsOf(contracts, project, { block, from })) {
    const position = filed.rows.findIndex((row) => row.worker === worker);
    if (position === -1) continue;
    const { view } = await payrollView(contracts, filed, { block });
    const row = view[position];
    if (row === undefined) continue;
    const { amount, owed, paid, payable, status, waiting, payments } = row;
    const dated = await Promise.all(payments.map(async (payment) => ({ ...payment, at: await timeOf(payment.block) })));
    rows.push({
      ...{ period: filed.header.period, payroll: filed.id, position, filed: amount, owed, paid, ready: payable },
      ...{ status, waiting, payments: dated },
    });
  }
  return {
    ...{ project, worker, employer: Number(employer), account, enrolledAt: dateOf(enrolledAt) },
    ...{ currency: currencyOf(currency).code, block, at: await timeOf(block), rows },
    total: {
      ...{ filed: sumOf(rows, "filed"), owed: sumOf(rows, "owed") },
      ...{ paid: sumOf(rows, "paid"), ready: sumOf(rows, "ready") },
    },
  };
}

/** In words what a row waits for. */
export function waitingWords(row: Pick<WorkerRow, "waiting" | "paid" | "owed" | "status">, currency: string): string {
  const { waiting, owed, status } = row;
  if (waiting === null) return status === "Paid" ? "" : owed === 0n ? "nothing is owed" : "";
  switch (waiting.why) {
    case "NotApproved":
      return "the contractor's approval";
    case "Aside":
      return `a ruling, until ${showTime(Math.floor(waiting.until.getTime() / 1000))}`;
    case "Short":
      return `money to be set apart: ${formatAmount(waiting.by, currencyOf(currency).digits)}`;
    case "Ready":
      return "anyone to push it";
    case "Custody":
      return "the worker, at the labour office";
  }
}

const COLUMNS = ["month", "filed", "owed", "paid", "ready", "waits for"] as const;

/** For people: a line for each row, and under it its payments. */
export function workerTable(view: WorkerView): string {
  const show = (amount: bigint) => formatAmount(amount, currencyOf(view.currency).digits);
  const { total, worker, project, account, block, at, currency } = view;
  const cells = (month: string, of: WorkerView["total"], waits: string) => [
    ...[month, show(of.filed), show(of.owed), show(of.paid), show(of.ready), waits],
  ];
  const lines = view.rows.map((row) => cells(`${row.period}`, row, waitingWords(row, currency)));
  const text = textTable([COLUMNS, ...lines, cells("total", total, "")], [1, 2, 3, 4]);
  const payments = view.rows.map(({ payments: of }) =>
    of.map(
      ({ at: when, amount, account: to, block: inBlock, transaction }) =>
        `    ${showDate(when)}  ${show(amount)} to ${to}, block ${inBlock}, ${transaction}`,
    ),
  );
  return [
    `Worker ${worker} of ${project}, paid to ${account}`,
    `${currency}, as of ${showDate(at)}, block ${block}`,
    "",
    ...text.flatMap((line, i) => [line, ...(payments[i - 1] ?? [])]),
    "",
  ].join("\n");
}

/**
 * The rows as CSV (RFC 4180), with a heading: amounts as decimal texts, and the blocks and transactions of each row's payments. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function workerCsv(view: WorkerView): string {
  const show = (amount: bigint) => formatAmount(amount, currencyOf(view.currency).digits);
  const lines = view.rows.map((row) => [
    ...[`${row.period}`, row.payroll, `${row.position}`, show(row.filed), show(row.owed), show(row.paid)],
    ...[show(row.ready), row.status, row.waiting?.why ?? "", waitingWords(row, view.currency)],
    row.payments.map(({ block }) => block).join(" "),
    row.payments.map(({ transaction }) => transaction).join(" "),
  ]);
  const heading = [
    ...["month", "payroll", "position", "filed", "owed", "paid", "ready", "status", "waiting", "waits for"],
    ...["blocks", "transactions"],
  ];
  return stringify([heading, ...lines], { record_delimiter: "windows", escape_formulas: true });
}

// ------------------------------------------------------------------------------------------------------------- internal

/** Where a worker was paid as of a block, and by whom employed; undefined if it was not enrolled by then. */
async function placeAt(
  { workers: contract, provider }: Reading,
  project: string,
  worker: number,
  from: number,
  to: number,
): Promise<{ account: string | undefined; employer: bigint | undefined }> {
  const events = ["WorkerEnrolled", "WorkerAccountChanged"];
  const indexed = [project, wordOf(worker)];
  const found = await findEvents({ provider, contract, events, indexed, from, to });
  const enrolled = found.findLast(({ name }) => name === "WorkerEnrolled");
  return {
    account: found.at(-1)?.args["account"] as string | undefined,
    employer: enrolled?.args["employer"] as bigint | undefined,
  };
}

/** Times of blocks, each asked once. */
function clock({ provider }: Pick<Contracts, "provider">): (block: number) => Promise<Date> {
  const known = new Map<number, Promise<Date>>();
  return (number) => {
    const asked = known.get(number) ?? provider.getBlock(number).then((block) => dateOf(block?.timestamp ?? 0));
    known.set(number, asked);
    return asked;
  };
}

function sumOf(rows: readonly WorkerRow[], column: "filed" | "owed" | "paid" | "ready"): bigint {
  return rows.reduce((sum, row) => sum + row[column], 0n);
}

/** To the second. */
function showDate(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
