/**
 * What a push would do, and nothing of it done: money is set apart and rows are paid in simulation, each call on the state that those before
 * it would leave. What it cannot know is what others do meanwhile.
 */
import type { BaseContract } from "ethers";

import { isRefusal } from "../chain/lane.js";
import { lastInOrder, type OrderedCall } from "../chain/in-order.js";
import type { Contracts } from "../contracts.js";
import { decodeError } from "../errors.js";
import {
  type FiledPayroll,
  payrollView,
  type PayrollView,
  type Reservation,
  type RowView,
  treeOf,
  type Waiting,
} from "./payroll-view.js";
import type { FailedRow, PushedRow, WaitingRow } from "./push.js";
import { isToReserve, RESERVED_AT_ONCE, type WageMoney, type WorksMoney } from "./reserve.js";
import { type ProvenRow, rowKey } from "./rows.js";

type Reading = Pick<Contracts, "workers" | "payrolls" | "wages" | "escrow" | "provider">;

/** What a push would do. */
export interface PushRehearsal {
  /** Rows that would be paid, wholly or in part. `amount` in minor units. */
  paid: (Omit<PushedRow, "account"> & { amount: bigint })[];
  /** What would still be to come afterwards. */
  waiting: WaitingRow[];
  failed: FailedRow[];
  /** Transactions that set money apart. */
  reserving: number;
  /** Transactions that pay; more, if whole calls are refused. */
  paying: number;
}

/** Rows with their proofs, which all go into the code of one question. */
const ASKED_AT_ONCE = 64;

/**
 * Rehearse a push of payrolls of one project.
 * @param from Who would push: anyone.
 * @param onProgress Is told how many rows more were rehearsed.
 * @throws what the node threw, if it fails.
 */
export async function rehearsePush(
  contracts: Reading,
  from: string,
  project: string,
  payrolls: readonly FiledPayroll[],
  { perCall = 100, onProgress = () => undefined }: { perCall?: number; onProgress?: (more: number) => void } = {},
): Promise<PushRehearsal> {
  const after = await Simulation.of(contracts, from, project);
  const rehearsal: PushRehearsal = { paid: [], waiting: [], failed: [], reserving: after.reserving, paying: 0 };
  for (const payroll of payrolls) {
    const now = await payrollView(contracts, payroll);
    const view = await after.viewOf(now);
    const tree = treeOf(now);
    const rows = view.filter(({ payable }) => payable !== 0n).map(({ position }) => tree.proven(position));
    rehearsal.paying += Math.ceil(rows.length / perCall);
    const refused = new Map<number, string>();
    const size = Math.min(perCall, ASKED_AT_ONCE);
    for (let start = 0; start < rows.length; start += size) {
      const some = rows.slice(start, start + size);
      await after.pay(now.id, some, refused);
      onProgress(some.length);
    }
    for (const { position, worker, payable, owed, paid, waiting } of view) {
      const row = { payroll: now.id, position, worker };
      const reason = refused.get(position);
      const short = owed - paid - payable;
      if (reason !== undefined) {
        const { account } = await contracts.workers.workerOf(project, worker);
        rehearsal.failed.push({ ...row, account, reason });
      } else if (payable !== 0n) {
        rehearsal.paid.push({ ...row, amount: payable });
        if (short !== 0n) rehearsal.waiting.push({ ...row, waiting: { why: "Short", by: short } });
      } else if (waiting !== null) rehearsal.waiting.push({ ...row, waiting });
    }
  }
  return rehearsal;
}

// ------------------------------------------------------------------------------------------------------------- internal

/** Of IWageAccount.Reservation. */
type Due = Pick<Reservation, "total" | "reserved">;

/** The chain as it would be once money was set apart. */
class Simulation {
  readonly #before: OrderedCall[] = [];

  private constructor(
    private readonly contracts: Reading,
    private readonly from: string,
  ) {}

  /** Sets money apart as `reserveWages` does. */
  static async of(contracts: Reading, from: string, project: string): Promise<Simulation> {
    const { wages, escrow } = contracts;
    const made = new Simulation(contracts, from);
    const reserve = await wages.reserve.populateTransaction(project, RESERVED_AT_ONCE);
    for (let owed: bigint | undefined; ;) {
      const [books, works] = await Promise.all([
        made.#ask<WageMoney>(wages, "booksOf", [project]),
        made.#ask<WorksMoney>(escrow, "booksOf", [project]),
      ]);
      if (!isToReserve(books, works, owed)) return made;
      owed = books.owed;
      made.#before.push(reserve);
    }
  }

  /** How many transactions set it apart. */
  get reserving(): number {
    return this.#before.length;
  }

  /** The rows of a payroll. */
  async viewOf({ id, view }: PayrollView): Promise<RowView[]> {
    if (this.reserving === 0) return view;
    const { wages } = this.contracts;
    const dues = new Map<string, Promise<Due>>();
    return Promise.all(
      view.map(async (row) => {
        if (row.waiting?.why !== "Short" && row.waiting?.why !== "Ready") return row;
        const key = row.status === "Standing" ? id : rowKey(id, row.position);
        const asked = dues.get(key) ?? this.#ask<Due>(wages, "reservationOf", [key]);
        dues.set(key, asked);
        const { total, reserved } = await asked;
        const covered = (row.owed * reserved) / total; // as WagePayments rounds: down
        const payable = covered - row.paid;
        const waiting: Waiting = payable === 0n ? { why: "Short", by: row.owed - covered } : { why: "Ready" };
        return { ...row, payable, waiting };
      }),
    );
  }

  /** Pays rows. Of a call in which some are not paid, halves are tried until it is known which. @param refused Is told which, and why. */
  async pay(payroll: string, rows: readonly ProvenRow[], refused: Map<number, string>): Promise<void> {
    const [row] = rows;
    if (row === undefined) return;
    let why = "nothing of it would be paid";
    try {
      if ((await this.#ask<bigint>(this.contracts.wages, "pay", [payroll, rows])) === BigInt(rows.length)) return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      why = decodeError(error).message;
    }
    if (rows.length === 1) {
      refused.set(row.position, why);
      return;
    }
    const half = Math.ceil(rows.length / 2);
    await this.pay(payroll, rows.slice(0, half), refused);
    await this.pay(payroll, rows.slice(half), refused);
  }

  async #ask<Answer>(contract: BaseContract, method: string, args: readonly unknown[]): Promise<Answer> {
    const call = { to: await contract.getAddress(), data: contract.interface.encodeFunctionData(method, args) };
    const told = await lastInOrder(this.contracts.provider, this.from, [...this.#before, call]);
    const [answer] = contract.interface.decodeFunctionResult(method, told) as unknown as [Answer];
    return answer;
  }
}
