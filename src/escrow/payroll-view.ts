/**
 * A payroll as the chain tells it: its rows, what became of each, what was paid, and what waits for what. All of it is read from events, so
 * that anyone can push a payroll without its file, and any node that keeps logs can tell how it stood in an earlier block.
 */
import { toBeHex, zeroPadValue } from "ethers";

import { type EventPlace, walk } from "../common/history.js";
import { findEvents, type FoundEvent } from "../common/logs.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type PayrollHeader, type PayrollRow, PayrollTree, rowKey } from "./rows.js";
import type { PayrollStatus, RowStatus } from "./status.js";

/** Who reads payrolls. */
export type PayrollReading = Pick<Contracts, "payrolls" | "provider">;
/** Who reads payrolls, and what was paid. */
export type WageReading = Pick<Contracts, "payrolls" | "wages" | "provider">;

/** A payroll as it was filed, with where that is on the chain. */
export interface FiledPayroll extends EventPlace {
  /** The payroll's id. */
  id: string;
  header: PayrollHeader;
  rows: PayrollRow[];
  /** Sum of the rows, in minor units. */
  total: bigint;
  root: string;
  /** Who filed it. */
  by: string;
}

/** What is owed under a payroll's id or a row's key, in minor units. */
export interface Reservation {
  total: bigint;
  /** What of it is set apart. */
  reserved: bigint;
  /** What of that has left, to workers or into custody. */
  paid: bigint;
}

/** A payment to a worker. */
export interface WagePayment extends EventPlace {
  account: string;
  /** In minor units. */
  amount: bigint;
}

/**
 * What a row waits for. NotApproved: the payroll's approval. Aside: a ruling, until that time. Short: money to be set apart for it, so much. Ready:
 * anyone to push it. Custody: the labour office has it, for the worker's signature.
 */
export type Waiting =
  | { why: "NotApproved" }
  | { why: "Aside"; until: Date }
  | { why: "Short"; by: bigint }
  | { why: "Ready" }
  | { why: "Custody" };

/** A row, and what became of it. Sums in minor units. */
export interface RowView extends PayrollRow {
  position: number;
  status: RowStatus;
  /** What is decided to be owed: the row, or what of it was ruled; 0 until then. */
  owed: bigint;
  paid: bigint;
  /** What a push would pay now. */
  payable: bigint;
  /** null where nothing of it is to come. */
  waiting: Waiting | null;
  payments: WagePayment[];
}

/** A payroll, and what became of it. */
export interface PayrollView extends FiledPayroll {
  /** The block this is told of. */
  asOf: number;
  status: PayrollStatus;
  /** Of the rows that were never set aside. */
  due: Reservation;
  view: RowView[];
}

/** Which block is told of, and which are looked through. */
export interface AsOfBlock {
  /** The latest, if left out. */
  block?: number | undefined;
  /** First block to look through, where the client has to search: the one the suite was deployed in will do. */
  from?: number;
}

/** There is no such payroll, or not yet. */
export class PayrollUnknownError extends Error {
  override readonly name = "PayrollUnknownError";

  constructor(readonly payroll: string) {
    super(`no payroll ${payroll} was filed; check its project, employer, month and number`);
  }
}

const HISTORY = ["PayrollFiled", "RowSetAside", "RowAdmitted", "PayrollApproved", "PayrollLapsed"];

/** A payroll as it was filed. @throws PayrollUnknownError, or HistoryIncompleteError if the node has pruned logs. */
export async function filedPayroll({ payrolls, provider }: PayrollReading, payroll: string): Promise<FiledPayroll> {
  const from = Number((await payrolls.payrollOf(payroll)).changedIn);
  const what = `the payroll ${payroll}`;
  const query = { provider, contract: payrolls, events: HISTORY, record: payroll, from, what };
  for await (const event of walk(query, (name, args, place) => ({ name, args, place }))) {
    if (event.name === "PayrollFiled") return filedOf(event);
  }
  throw new PayrollUnknownError(payroll);
}

/** The payrolls of a project, in the order they were filed. @param employer Seat of the employer; all, if left out. */
export async function payrollsOf(
  { payrolls, provider }: PayrollReading,
  project: string,
  { employer, block, from = 0 }: AsOfBlock & { employer?: number } = {},
): Promise<FiledPayroll[]> {
  const seat = employer === undefined ? null : wordOf(employer);
  const found = await findEvents({
    ...{ provider, contract: payrolls, events: ["PayrollFiled"], indexed: [null, project, seat] },
    ...{ from, to: block ?? (await provider.getBlockNumber()) },
  });
  return found.map(filedOf);
}

/** A payroll, now or as of a block. @throws PayrollUnknownError if it was not filed by then. */
export async function payrollView(
  contracts: WageReading,
  payroll: string | FiledPayroll,
  { block }: AsOfBlock = {},
): Promise<PayrollView> {
  const filed = typeof payroll === "string" ? await filedPayroll(contracts, payroll) : payroll;
  const { payrolls, wages, provider } = contracts;
  const asOf = block ?? (await provider.getBlockNumber());
  if (filed.block > asOf) throw new PayrollUnknownError(filed.id);
  const blocks = { provider, from: filed.block, to: asOf };
  const decided = await findEvents({ ...blocks, contract: payrolls, events: HISTORY, indexed: [filed.id] });
  const paid = await findEvents({ ...blocks, contract: wages, events: ["WagePaid"], indexed: [filed.id] });
  const aside = decided.filter(({ name }) => name === "RowSetAside").map(({ args }) => Number(args["position"]));
  const keys = [filed.id, ...aside.map((position) => rowKey(filed.id, position))];
  const money = await findEvents({
    ...{ ...blocks, contract: wages, events: ["WagesReserved", "WagesTakenIntoCustody"] },
    indexed: [filed.header.project, keys],
  });
  return viewOf(filed, asOf, [...decided, ...paid], money);
}

/** The number as an indexed argument. */
export function wordOf(number: number): string {
  return zeroPadValue(toBeHex(number), 32);
}

// ------------------------------------------------------------------------------------------------------------- internal

interface PayrollFiledArgs {
  payroll: string;
  header: { project: string; employer: bigint; period: bigint; serial: bigint; predecessor: string };
  total: bigint;
  root: string;
  rows: { worker: bigint; amount: bigint }[];
  by: string;
}

function filedOf({ args, place }: Pick<FoundEvent, "args" | "place">): FiledPayroll {
  const { payroll, header, total, root, rows, by } = args as unknown as PayrollFiledArgs;
  return {
    id: payroll,
    header: {
      project: header.project,
      employer: Number(header.employer),
      period: Number(header.period),
      serial: Number(header.serial),
      predecessor: header.predecessor,
    },
    rows: rows.map(({ worker, amount }) => ({ worker: Number(worker), amount })),
    ...{ total, root, by, ...place },
  };
}

/** Sums under a payroll's id and rows' keys, as events come by. */
class Ledger {
  readonly #dues = new Map<string, Reservation & { custody: boolean }>();

  of(key: string): Reservation & { custody: boolean } {
    let due = this.#dues.get(key);
    if (due === undefined) this.#dues.set(key, (due = { total: 0n, reserved: 0n, paid: 0n, custody: false }));
    return due;
  }
}

interface EventArgs {
  position: bigint;
  until: bigint;
  amount: bigint;
  account: string;
  key: string;
  fromWages: bigint;
  fromDeposit: bigint;
  fromWorks: bigint;
}

/** @param own What was decided, then what was paid. */
function viewOf(
  filed: FiledPayroll,
  asOf: number,
  own: readonly FoundEvent[],
  money: readonly FoundEvent[],
): PayrollView {
  let status: PayrollStatus = "Filed";
  const ledger = new Ledger();
  const asides = new Map<number, { until: Date; admitted: boolean }>();
  const payments = new Map<number, WagePayment[]>();
  const keyOf = (position: number) => (asides.has(position) ? rowKey(filed.id, position) : filed.id);
  for (const { name, args, place } of own) {
    const { until, amount, account, ...at } = args as unknown as EventArgs;
    const position = Number(at.position); // NaN for events of the whole payroll, which do not use it
    if (name === "RowSetAside") asides.set(position, { until: dateOf(until), admitted: false });
    if (name === "RowAdmitted") {
      asides.set(position, { until: asides.get(position)?.until ?? dateOf(0), admitted: true });
      ledger.of(rowKey(filed.id, position)).total = amount;
    }
    if (name === "PayrollLapsed") status = "Lapsed";
    if (name === "PayrollApproved") {
      status = "Approved";
      ledger.of(filed.id).total = amount;
    }
    if (name !== "WagePaid") continue;
    payments.set(position, [...(payments.get(position) ?? []), { account, amount, ...place }]);
    ledger.of(keyOf(position)).paid += amount;
  }
  for (const { name, args } of money) {
    const { key, fromWages, fromDeposit, fromWorks, amount } = args as unknown as EventArgs;
    const due = ledger.of(key);
    if (name === "WagesReserved") due.reserved += fromWages + fromDeposit + fromWorks;
    else Object.assign(due, { custody: true, paid: due.paid + amount });
  }
  const view = filed.rows.map((row, position) =>
    rowOf({ ...row, position }, status, asides.get(position), ledger.of(keyOf(position)), payments.get(position) ?? []),
  );
  const { total, reserved, paid } = ledger.of(filed.id);
  return { ...filed, asOf, status, due: { total, reserved, paid }, view };
}

function rowOf(
  row: PayrollRow & { position: number },
  payroll: PayrollStatus,
  aside: { until: Date; admitted: boolean } | undefined,
  due: Reservation & { custody: boolean },
  payments: WagePayment[],
): RowView {
  const standing = aside === undefined;
  const owed = standing ? (payroll === "Approved" ? row.amount : 0n) : due.total;
  const paid = payments.reduce((sum, { amount }) => sum + amount, 0n);
  const covered = due.total === 0n ? 0n : (owed * due.reserved) / due.total; // as WagePayments rounds: down
  const payable = due.custody ? 0n : covered - paid;
  let status: RowStatus = standing ? "Standing" : aside.admitted ? "Admitted" : "Aside";
  if (owed !== 0n && paid === owed) status = "Paid";
  let waiting: Waiting | null = null;
  if (status === "Aside") waiting = payroll === "Lapsed" ? null : { why: "Aside", until: aside?.until ?? dateOf(0) };
  else if (standing && payroll === "Filed") waiting = { why: "NotApproved" };
  else if (due.custody && paid < owed) waiting = { why: "Custody" };
  else if (payable !== 0n) waiting = { why: "Ready" };
  else if (paid < owed) waiting = { why: "Short", by: owed - covered };
  return { ...row, status, owed, paid, payable, waiting, payments };
}

/** The tree of a payroll's rows, checked against the root on the chain. */
export function treeOf(filed: Pick<FiledPayroll, "id" | "rows" | "root">): PayrollTree {
  const tree = new PayrollTree(filed.id, filed.rows);
  if (tree.root !== filed.root) {
    throw new Error(`the node gave other rows of the payroll ${filed.id} than were filed; ask another one`);
  }
  return tree;
}
