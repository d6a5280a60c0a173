/** A load of wages: payrolls that were filed and approved on the chain of the past, paid in bulk by anyone. */
import { toBeHex } from "ethers";

import type { PayrollDraft } from "../../src/escrow/payroll.js";
import { PayrollTree } from "../../src/escrow/rows.js";
import { planOf } from "../payday/plan.js";
import { contractorOf, establish, projectOf } from "../payday/project.js";
import type { Site } from "../payday/site.js";
import { approveAll, fileAll, payrollsFor } from "../payday/wages.js";
import { employ, enrol } from "../payday/worker.js";
import { type Act, grouped, HEAVY, type Load } from "./load.js";

/** A project's workers, and for how many months they are paid. */
export interface Crew {
  workers: number;
  months: number;
}

export async function wagesInCalls(
  site: Site,
  { workers, months }: Crew,
  size: number,
  senders: number,
): Promise<Load> {
  const options = { projects: 1, payments: workers * months, months, call: size, seed: site.seed };
  const acts: Act[] = [];
  for (const plan of planOf(options)) {
    const contractor = await contractorOf(site, plan);
    const { project, document } = await projectOf(site, options, plan, contractor);
    const hands = await employ(site, plan, contractor);
    await establish(site, project, document);
    await enrol(site, project, hands, () => undefined);
    const payrolls: PayrollDraft[] = [];
    for (let month = 0; month < months; month++) payrolls.push(...(await payrollsFor(site, project, month)));
    await fileAll(site, payrolls);
    await approveAll(site, payrolls);
    for (const { id, rows } of payrolls) {
      const tree = new PayrollTree(id, rows);
      const proven = rows.map((_, position) => tree.proven(position));
      for (const part of grouped(proven, size)) {
        acts.push({
          sender: acts.length % senders,
          data: site.civitas.wages.interface.encodeFunctionData("pay", [id, part]),
          keys: part.map(({ worker }) => keyOf(id, toBeHex(worker, 32))),
        });
      }
    }
  }
  return {
    id: "wages",
    what: `wages in calls of ${size}`,
    to: await site.civitas.wages.getAddress(),
    topic: site.civitas.wages.getEvent("WagePaid").fragment.topicHash,
    keyOf: ({ topics }) => keyOf(topics[1] ?? "", topics[2] ?? ""),
    ...{ each: 1, acts, ...HEAVY },
  };
}

function keyOf(payroll: string, worker: string): string {
  return payroll + worker.slice(2);
}
