/** The wages of a month: filed by all projects, approved when workers had their time to object, and pushed in bulk. */
import { ZeroHash } from "ethers";

import { approvePayroll } from "../../src/escrow/payroll-acts.js";
import { filePayroll, type PayrollDraft, payrollOfRows, wageNetwork } from "../../src/escrow/payroll.js";
import { pushPayroll } from "../../src/escrow/push.js";
import { MAX_PAYROLL_ROWS } from "../../src/escrow/rows.js";
import { SEATS } from "../../src/escrow/seat.js";
import type { Listener } from "../common/command.js";
import { begunIn, isPaid, passTo, payrollAt } from "./chain.js";
import { type Options, PaydayError, periodOf, rowsOf } from "./plan.js";
import type { Project } from "./project.js";
import type { Site } from "./site.js";

/** What a step did now, and found done. */
export interface Done {
  now: number;
  before: number;
}

/** A project's payrolls of a month, as many as its rows take. */
export async function payrollsFor(
  { civitas, seed }: Site,
  { id, plan }: Project,
  month: number,
): Promise<PayrollDraft[]> {
  const network = await wageNetwork(civitas);
  const rows = rowsOf(seed, plan, month);
  const period = periodOf(await begunIn({ civitas }, id), month);
  return Array.from({ length: Math.ceil(rows.length / MAX_PAYROLL_ROWS) }, (_, i) => {
    const header = { project: id, employer: SEATS.contractor, period, serial: i + 1 };
    const part = rows.slice(i * MAX_PAYROLL_ROWS, (i + 1) * MAX_PAYROLL_ROWS);
    return payrollOfRows(network, { ...header, predecessor: ZeroHash }, part);
  });
}

/** The contractors file. */
export async function fileAll({ civitas, builder }: Site, drafts: readonly PayrollDraft[]): Promise<Done> {
  return each(drafts, async (draft) => (await filePayroll(civitas, builder, draft)).transaction !== undefined);
}

/** The contractors approve, as soon as they may: the clock moves on to that. */
export async function approveAll(site: Site, drafts: readonly PayrollDraft[]): Promise<Done> {
  const waiting: string[] = [];
  let from = 0;
  for (const { id } of drafts) {
    const { status, approvableAt } = await payrollAt(site, id);
    if (status !== "Filed") continue;
    waiting.push(id);
    from = Math.max(from, approvableAt);
  }
  await passTo(site, from);
  for (const id of waiting) await approvePayroll(site.civitas, site.builder, id);
  return { now: waiting.length, before: drafts.length - waiting.length };
}

/**
 * Somebody pushes what is not paid yet.
 * @returns of rows.
 * @throws PaydayError for a row that cannot be paid.
 */
export async function payAll(
  site: Site,
  { call }: Options,
  drafts: readonly PayrollDraft[],
  listener: Listener,
): Promise<Done> {
  const done: Done = { now: 0, before: 0 };
  for (const { id, rows, header } of drafts) {
    let told = 0;
    const tell = (sum: number) => {
      listener.progress(sum - told);
      told = sum;
    };
    if (!(await isPaid(site, id))) {
      const before = rows.length;
      const onProgress = ({ done: pushed, total }: { done: number; total: number }) => {
        tell(before - total + pushed);
      };
      const { paid, failed, waiting } = await pushPayroll(site.civitas, site.relay, id, { perCall: call, onProgress });
      const [fault] = failed;
      if (fault !== undefined) throw new PaydayError(`worker ${fault.worker} could not be paid: ${fault.reason}`);
      const [late] = waiting;
      if (late !== undefined) {
        throw new PaydayError(`worker ${late.worker} waits for wages of ${header.period}: ${late.waiting.why}`);
      }
      done.now += paid.length;
      done.before -= paid.length;
    }
    done.before += rows.length;
    tell(rows.length);
  }
  return done;
}

async function each<Item>(items: readonly Item[], act: (item: Item) => Promise<boolean>): Promise<Done> {
  let now = 0;
  for (const item of items) if (await act(item)) now++;
  return { now, before: items.length - now };
}
