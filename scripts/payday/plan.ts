/** What a payday is made of: whoever knows seed and sizes can make any project, worker and payroll again, without the others. */
import { createHash } from "node:crypto";

import { getAddress, hexlify } from "ethers";

import { type PayrollRow } from "../../src/escrow/rows.js";
import { streamOf } from "../common/stream.js";

export interface Options {
  projects: number;
  /** How many payments to workers, in all. */
  payments: number;
  /** Over how many months the payments of a project are spread. */
  months: number;
  /** How many payments in a call; the last of a payroll may have fewer. */
  call: number;
  seed: string;
}

/** A project, and how much of all is its. */
export interface ProjectPlan {
  /** From 0. */
  index: number;
  payments: number;
  workers: number;
}

/** Something that the person who runs it can mend. */
export class PaydayError extends Error {
  override readonly name = "PaydayError";
}

/** More months have not passed on any chain that this runs on. */
export const MAX_MONTHS = 12;
/** Bytes of the seed's stream for each worker: the account and the wage, and what is on top of it in each month. */
const RECORD = 48;
const WAGE = 20;
const EXTRAS = 24;
const LEAST_WAGE = 500_000; // fen
const MOST_WORKERS = 100_000_000;

/** All projects have as many payments, and the last one what is left. */
export function planOf({ projects, payments, months }: Options): ProjectPlan[] {
  const each = Math.floor(payments / projects);
  return Array.from({ length: projects }, (_, index) => {
    const own = index === projects - 1 ? payments - index * each : each;
    return { index, payments: own, workers: Math.ceil(own / months) };
  });
}

/** How many of a project's workers are paid in a month, from 0: all of them, and in the last month what is left. */
export function paidIn({ payments, workers }: ProjectPlan, month: number): number {
  return Math.max(0, Math.min(workers, payments - month * workers));
}

/** A month of the plan, from 0, as payrolls have it: 202601. @param since The month in which the workers began, of which nothing is paid. */
export function periodOf(since: number, month: number): number {
  const months = 12 * Math.floor(since / 100) + (since % 100) + month; // from 0, as January is 1
  return 100 * Math.floor(months / 12) + (months % 12) + 1;
}

/** Who is paid how much in a month, by the workers' numbers, which are those of their enrolment. Amounts in fen. */
export function rowsOf(seed: string, plan: ProjectPlan, month: number): PayrollRow[] {
  const count = paidIn(plan, month);
  const stream = streamOf("payday", seed, RECORD, plan.index * MOST_WORKERS, count);
  return Array.from({ length: count }, (_, i) => {
    const extra = 100 * stream.readUInt8(i * RECORD + EXTRAS + month);
    const amount = LEAST_WAGE + (stream.readUInt32BE(i * RECORD + WAGE) % 300_000) + extra;
    return { worker: i + 1, amount: BigInt(amount) };
  });
}

/** Where a project's workers are paid, in the order of their numbers. Nobody has the keys. */
export function accountsOf(seed: string, { index, workers }: ProjectPlan): string[] {
  const stream = streamOf("payday", seed, RECORD, index * MOST_WORKERS, workers);
  return Array.from({ length: workers }, (_, i) => getAddress(hexlify(stream.subarray(i * RECORD, i * RECORD + 20))));
}

/** All wages of a project, in fen. */
export function wagesOf({ seed, months }: Options, plan: ProjectPlan): bigint {
  let sum = 0n;
  for (let month = 0; month < months; month++) {
    for (const { amount } of rowsOf(seed, plan, month)) sum += amount;
  }
  return sum;
}

/** 32 bytes of the seed for a use. Hex. */
export function secretOf(seed: string, use: string): string {
  return hexlify(createHash("sha256").update(`civitas payday secret ${seed} ${use}`).digest());
}

/** The labour office's number of a project's batch of claims: no two seeds have the same. */
export function serialOf(seed: string, project: number): bigint {
  const digest = createHash("sha256").update(`civitas payday series ${seed}`).digest();
  return BigInt(digest.readUInt32BE()) * 1_000_000n + BigInt(project) + 1n;
}
