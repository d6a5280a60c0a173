/** Payday: what the command does between its arguments and its last lines. */
import { performance } from "node:perf_hooks";

import type { NetworkConnection } from "hardhat/types/network";

import type { PayrollDraft } from "../../src/escrow/payroll.js";
import { grouped, type Listener } from "../common/command.js";
import { audit, type Books } from "./audit.js";
import { workerCount } from "./chain.js";
import { type Options, paidIn, type ProjectPlan, planOf } from "./plan.js";
import { contractorOf, establish, type Project, projectOf } from "./project.js";
import { openSite, type Site } from "./site.js";
import { approveAll, type Done, fileAll, payAll, payrollsFor } from "./wages.js";
import { employ, enrol } from "./worker.js";
import { measureTransfers, type Yardstick } from "./yardstick.js";

export const PHASES = [
  "setting up",
  "enrolling",
  "filing",
  "approving",
  "paying",
  "transferring",
  "reading back",
] as const;
export type Phase = (typeof PHASES)[number];

/** What a part of the run took, and how much it did: projects, workers, payrolls or payments. */
export interface Spent extends Done {
  seconds: number;
}

export interface Outcome {
  plans: ProjectPlan[];
  books: Books;
  yardstick: Yardstick;
  phases: Record<Phase, Spent>;
}

/**
 * Do what is not done yet, and read all of it back.
 * @throws PaydayError where the chain says something else than it should.
 */
export async function runPayday(connection: NetworkConnection, options: Options, listener: Listener): Promise<Outcome> {
  const plans = planOf(options);
  const phases = Object.fromEntries(
    PHASES.map((phase): [Phase, Spent] => [phase, { seconds: 0, now: 0, before: 0 }]),
  ) as Outcome["phases"];
  const during = async <Result>(phase: Phase, act: () => Promise<Result>): Promise<Result> => {
    const began = performance.now();
    const result = await act();
    phases[phase].seconds += (performance.now() - began) / 1000;
    return result;
  };
  const count = (phase: Phase, { now, before }: Done) => {
    phases[phase].now += now;
    phases[phase].before += before;
  };

  const site = await during("setting up", async () => openSite(connection, options.seed));
  const projects: Project[] = [];
  for (const plan of plans) projects.push(await openAndEnrol(site, options, plan, listener, { during, count }));
  const workers = phases.enrolling;
  listener.say(`${grouped(plans.length)} projects, ${tally(workers, "workers enrolled")}`);

  for (let month = 0; month < options.months; month++) {
    if (plans.every((plan) => paidIn(plan, month) === 0)) break;
    const drafts: PayrollDraft[] = [];
    const filed = await during("filing", async () => {
      for (const project of projects) drafts.push(...(await payrollsFor(site, project, month)));
      return fileAll(site, drafts);
    });
    count("filing", filed);
    count("approving", await during("approving", async () => approveAll(site, drafts)));
    const paid = await during("paying", async () => payAll(site, options, drafts, listener));
    count("paying", paid);
    listener.say(`month ${month + 1}: ${tally(filed, "payrolls filed")}, ${tally(paid, "payments made")}`);
  }

  const yardstick = await during("transferring", async () => measureTransfers(site));
  count("transferring", { now: yardstick.transfers, before: 0 });
  const books = await during("reading back", async () => audit(site, options, projects));
  count("reading back", { now: options.payments, before: 0 });
  return { plans, books, yardstick, phases };
}

interface Watch {
  during: <Result>(phase: Phase, act: () => Promise<Result>) => Promise<Result>;
  count: (phase: Phase, done: Done) => void;
}

/** A project with all its workers. */
async function openAndEnrol(
  site: Site,
  options: Options,
  plan: ProjectPlan,
  listener: Listener,
  { during, count }: Watch,
): Promise<Project> {
  const progress = (more: number) => {
    listener.progress(more);
  };
  const { project, hands } = await during("setting up", async () => {
    const contractor = await contractorOf(site, plan);
    const { project: made, document } = await projectOf(site, options, plan, contractor);
    if ((await workerCount(site, made.id)) === plan.workers) return { project: made, hands: null };
    const employed = await employ(site, plan, contractor);
    await establish(site, made, document);
    return { project: made, hands: employed };
  });
  count("setting up", hands === null ? { now: 0, before: 1 } : { now: 1, before: 0 });
  if (hands === null) progress(plan.workers);
  const now = hands === null ? 0 : await during("enrolling", async () => enrol(site, project, hands, progress));
  count("enrolling", { now, before: plan.workers - now });
  return project;
}

function tally({ now, before }: Done, what: string): string {
  return `${grouped(now + before)} ${what}${before === 0 ? "" : `, ${grouped(before)} of them before`}`;
}
