/**
 * Paying wages out in bulk. Anyone can: what is owed and reserved is on the chain, and so is what was paid, so nothing else is kept. A run that
 * was cut off is simply started again; rows that were paid meanwhile, by it or by others, are left out, and the contract pays none twice.
 */
import type { Log, Signer, TransactionReceipt } from "ethers";

import { isRefusal, Lane } from "../chain/lane.js";
import type { Sent } from "../chain/sent.js";
import type { Contracts } from "../contracts.js";
import { decodeError } from "../errors.js";
import {
  type AsOfBlock,
  filedPayroll,
  type FiledPayroll,
  payrollsOf,
  payrollView,
  type RowView,
  treeOf,
  type Waiting,
} from "./payroll-view.js";
import { reserveWages } from "./reserve.js";
import type { ProvenRow } from "./rows.js";

type Acting = Pick<Contracts, "workers" | "payrolls" | "wages" | "escrow" | "provider">;

/** A row of a payroll. */
export interface PushedRow {
  /** The payroll's id. */
  payroll: string;
  position: number;
  worker: number;
  account: string;
}

/** A row that was paid now, wholly or in part. */
export interface PaidRow extends PushedRow {
  /** What was paid now, in minor units. */
  amount: bigint;
  transaction: string;
}

/** A row that could not be paid. It stays owed; its worker can name another account. */
export interface FailedRow extends PushedRow {
  reason: string;
}

/** A row of which something is still to come. */
export interface WaitingRow extends Omit<PushedRow, "account"> {
  waiting: Waiting;
}

/** What became of a push. */
export interface PushResult {
  paid: PaidRow[];
  waiting: WaitingRow[];
  failed: FailedRow[];
  /** Hashes of the transactions that were mined. */
  transactions: string[];
  gasUsed: bigint;
}

/** How far a push has come. */
export interface PushProgress {
  /** Rows that were tried, of those that can be paid now. */
  done: number;
  total: number;
  /** Paid so far, in minor units. */
  amount: bigint;
}

export interface PushOptions {
  /** Rows in one call; 100 if left out. */
  perCall?: number;
  /** Calls that are sent before the first of them is mined; 4 if left out. */
  inFlight?: number;
  /** Called after each call is mined. What it throws ends the push. */
  onProgress?: (progress: PushProgress) => void;
}

/**
 * Reserve what money is there for, then pay the rows of a payroll as far as they are covered. By anyone. A call that fails is split in halves, down to single rows, so that one bad
 * row does not stop the rest.
 * @param signer Sends from one account: a lane, or one is made of it.
 * @throws what the node threw, if it fails. Start again then.
 */
export async function pushPayroll(
  contracts: Acting,
  signer: Signer,
  payroll: string | FiledPayroll,
  options: PushOptions = {},
): Promise<PushResult> {
  const filed = typeof payroll === "string" ? await filedPayroll(contracts, payroll) : payroll;
  await reserveWages(contracts, signer, filed.header.project);
  return push(contracts, Lane.of(signer), [filed], options);
}

/**
 * Reserve what money is there for, then pay all payrolls of a project. By anyone.
 * @param options.from First block to look through for payrolls.
 */
export async function pushProject(
  contracts: Acting,
  signer: Signer,
  project: string,
  options: PushOptions & Pick<AsOfBlock, "from"> = {},
): Promise<PushResult> {
  await reserveWages(contracts, signer, project);
  const { from = 0 } = options;
  return push(contracts, Lane.of(signer), await payrollsOf(contracts, project, { from }), options);
}

// ------------------------------------------------------------------------------------------------------------- internal

/** Rows of one payroll that go into one call. */
interface Part {
  payroll: string;
  rows: ProvenRow[];
  /** It was mined and refused once. */
  again?: boolean;
}

async function push(
  contracts: Acting,
  lane: Lane,
  payrolls: readonly FiledPayroll[],
  options: PushOptions,
): Promise<PushResult> {
  const { perCall = 100 } = options;
  const parts: Part[] = [];
  for (const payroll of payrolls) {
    const before = await payrollView(contracts, payroll);
    const tree = treeOf(before);
    const rows = before.view.filter(({ payable }) => payable !== 0n).map(({ position }) => tree.proven(position));
    for (let start = 0; start < rows.length; start += perCall) {
      parts.push({ payroll: before.id, rows: rows.slice(start, start + perCall) });
    }
  }
  const run = new Run(contracts, lane, parts, options);
  await run.toEnd();
  const waiting: WaitingRow[] = [];
  for (const payroll of payrolls) {
    const { id, view } = await payrollView(contracts, payroll);
    for (const row of view) {
      if (row.waiting !== null && !run.hasFailed(id, row)) waiting.push({ ...placeOf(id, row), waiting: row.waiting });
    }
  }
  return { ...run.result, waiting };
}

/** Calls on their way, and what came of those before. */
class Run {
  readonly result: Omit<PushResult, "waiting"> = { paid: [], failed: [], transactions: [], gasUsed: 0n };
  readonly #flights: { part: Part; sent: Sent }[] = [];
  readonly #parts: Part[];
  readonly #failed = new Set<string>();
  readonly #total: number;
  #done = 0;
  #amount = 0n;

  constructor(
    private readonly contracts: Acting,
    private readonly lane: Lane,
    parts: readonly Part[],
    private readonly options: PushOptions,
  ) {
    this.#parts = [...parts];
    this.#total = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  hasFailed(payroll: string, { position }: Pick<RowView, "position">): boolean {
    return this.#failed.has(`${payroll} ${position}`);
  }

  async toEnd(): Promise<void> {
    const { inFlight = 4 } = this.options;
    for (;;) {
      const part = this.#flights.length < inFlight ? this.#parts.shift() : undefined;
      if (part !== undefined) await this.#send(part);
      else if (!(await this.#land())) return;
    }
  }

  async #send(part: Part): Promise<void> {
    try {
      const call = await this.contracts.wages.pay.populateTransaction(part.payroll, part.rows);
      this.#flights.push({ part, sent: await this.lane.send(call) });
    } catch (error) {
      await this.#refused(part, error);
    }
  }

  /** Waits for the oldest call. @returns whether there was one. */
  async #land(): Promise<boolean> {
    const flight = this.#flights.shift();
    if (flight === undefined) return false;
    const { part, sent } = flight;
    let receipt: TransactionReceipt;
    try {
      receipt = await sent.final();
    } catch (error) {
      if (part.again === true || !isRefusal(error)) await this.#refused(part, error);
      else this.#parts.unshift({ ...part, again: true }); // a receipt tells no reason; asking what the same call would take does
      return true;
    }
    this.result.transactions.push(receipt.hash);
    this.result.gasUsed += receipt.gasUsed;
    for (const log of receipt.logs) this.#record(log);
    this.#advance(part.rows.length);
    return true;
  }

  #record(log: Log): void {
    const event = this.contracts.wages.interface.parseLog(log);
    if (event?.name !== "WagePaid" && event?.name !== "WageNotPaid") return;
    const { payroll, worker, account, position, amount } = event.args.toObject() as Record<string, unknown>;
    const row = {
      ...{ payroll: String(payroll), position: Number(position) },
      ...{ worker: Number(worker), account: String(account) },
    };
    if (event.name === "WageNotPaid") {
      this.#fail(row, `the token refuses the account ${row.account}`);
      return;
    }
    this.result.paid.push({ ...row, amount: amount as bigint, transaction: log.transactionHash });
    this.#amount += amount as bigint;
  }

  /** Of many rows, halves go first of what is next; a single one failed, unless somebody else has paid it. */
  async #refused(part: Part, error: unknown): Promise<void> {
    if (!isRefusal(error)) throw error;
    const { payroll, rows } = part;
    const [row] = rows;
    if (row === undefined) return;
    if (rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      this.#parts.unshift({ payroll, rows: rows.slice(0, half) }, { payroll, rows: rows.slice(half) });
      return;
    }
    const why = decodeError(error);
    if (why.name !== "RowNotReady") {
      const { project } = await this.contracts.payrolls.payrollOf(payroll);
      const { account } = await this.contracts.workers.workerOf(project, row.worker);
      this.#fail({ ...placeOf(payroll, row), account }, why.message);
    }
    this.#advance(1);
  }

  #fail(row: PushedRow, reason: string): void {
    this.result.failed.push({ ...row, reason });
    this.#failed.add(`${row.payroll} ${row.position}`);
  }

  #advance(rows: number): void {
    this.#done += rows;
    this.options.onProgress?.({ done: this.#done, total: this.#total, amount: this.#amount });
  }
}

function placeOf(
  payroll: string,
  { position, worker }: Pick<RowView, "position" | "worker">,
): Omit<PushedRow, "account"> {
  return { payroll, position, worker };
}
