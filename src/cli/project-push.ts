/** `civitas project push`: wages that are approved and covered are paid. The chain knows what was paid, so a run that was cut off is simply started again. */
import { Command } from "commander";

import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { filedPayroll, type FiledPayroll, payrollsOf, type PayrollView, payrollView } from "../escrow/payroll-view.js";
import { pushPayroll, pushProject, type PushResult } from "../escrow/push.js";
import { type PushRehearsal, rehearsePush } from "../escrow/push-rehearsal.js";
import { type Currency, currencyOf, formatAmount } from "../invoice/amount.js";
import { wholeNumberOf } from "./arguments.js";
import { CommandError } from "./fault.js";
import { exampleOf } from "./help.js";
import { blockOf } from "./invoice-target.js";
import { withBar } from "./progress.js";
import { projectIdOf } from "./project-reading.js";
import type { Session } from "./session.js";

interface PushOptions {
  payroll?: string;
  perCall: string;
  inFlight: string;
  from?: string;
}

export function pushCommand(session: Session): Command {
  return new Command("push")
    .description(
      "reserve what money is there for, and pay every row that is covered, as anyone; exit code 1 if a row could not be paid",
    )
    .argument("<project>", "its id (0x…)")
    .option("--payroll <id>", "of this payroll alone")
    .option("--per-call <count>", "rows in one transaction", "100")
    .option("--in-flight <count>", "transactions sent before the first is mined", "4")
    .option("--from <block>", "the first block to look through for payrolls")
    .addHelpText("after", exampleOf("project push 0x5e… --dry-run", "project push 0x5e… --keystore anyone.json"))
    .action(async (id: string, options: PushOptions) => {
      const civitas = await session.civitas();
      const project = projectIdOf(id);
      const perCall = wholeNumberOf(options.perCall, "the count of rows in a transaction", 1, 500);
      const inFlight = wholeNumberOf(options.inFlight, "the count of transactions on their way", 1, 64);
      const from = blockOf(options.from);
      const filed =
        options.payroll === undefined
          ? await payrollsOf(civitas, project, { from })
          : [await filedPayroll(civitas, projectIdOf(options.payroll, "a payroll's id"))];
      const other = filed.find(({ header }) => header.project !== project);
      if (other !== undefined)
        throw new CommandError(`the payroll ${other.id} is of the project ${other.header.project}`);
      const currency = currencyOf((await civitas.projects.projectOf(project)).currency);
      const signer = await session.signer();
      const views = await viewsOf(civitas, filed);
      const total = views.reduce((sum, { view }) => sum + view.filter(isOwed).length, 0);
      if (session.dryRun) {
        const from = await signer.getAddress();
        const rehearsal = await withBar(session, total, "rows rehearsed", async (onProgress) =>
          rehearsePush(civitas, from, project, views, { perCall, onProgress }),
        );
        session.tell({ ...rehearsal, dryRun: true }, rehearsalLines(rehearsal, currency));
        if (rehearsal.failed.length !== 0) session.refuse();
        return;
      }
      const result = await withBar(session, total, "rows paid", async (progress) => {
        let before = 0;
        const onProgress = ({ done }: { done: number }) => {
          progress(done - before);
          before = done;
        };
        const how = { perCall, inFlight, onProgress };
        const [only] = filed;
        return options.payroll !== undefined && only !== undefined
          ? pushPayroll(civitas, signer, only, how)
          : pushProject(civitas, signer, project, { ...how, from });
      });
      session.tell(result, linesOf(result, currency));
      if (result.failed.length !== 0) session.refuse();
    });
}

async function viewsOf(civitas: Civitas, filed: readonly FiledPayroll[]): Promise<PayrollView[]> {
  const views: PayrollView[] = [];
  for (const payroll of filed) views.push(await payrollView(civitas, payroll));
  return views;
}

function isOwed({ waiting }: PayrollView["view"][number]): boolean {
  return waiting?.why === "Ready" || waiting?.why === "Short";
}

function rehearsalLines(
  { paid, waiting, failed, reserving, paying }: PushRehearsal,
  { code, digits }: Currency,
): string[] {
  const total = paid.reduce((sum, { amount }) => sum + amount, 0n);
  return [
    ...textTable(failed.map(({ payroll, worker, account, reason }) => [payroll, `worker ${worker}`, account, reason])),
    `${paid.length} rows would be paid, ${formatAmount(total, digits)} ${code}, in ${paying} transactions${
      reserving === 0 ? "" : `, after ${reserving} that would set money apart`
    }; nothing was sent`,
    ...(failed.length === 0 ? [] : [`${failed.length} rows could not be paid`]),
    ...waitingLines(waiting),
  ];
}

function linesOf({ paid, waiting, failed, transactions, gasUsed }: PushResult, { code, digits }: Currency): string[] {
  const total = paid.reduce((sum, { amount }) => sum + amount, 0n);
  return [
    ...textTable(failed.map(({ payroll, worker, account, reason }) => [payroll, `worker ${worker}`, account, reason])),
    `${paid.length} rows paid, ${formatAmount(total, digits)} ${code}, in ${transactions.length} transactions, ${gasUsed.toLocaleString("en")} gas`,
    ...(failed.length === 0 ? [] : [`${failed.length} rows could not be paid; they stay owed`]),
    ...waitingLines(waiting),
  ];
}

function waitingLines(waiting: PushResult["waiting"]): string[] {
  const waits = Map.groupBy(waiting, (row) => row.waiting.why);
  return [...waits].map(([why, rows]) => `${rows.length} rows wait: ${WAITS[why] ?? why}`);
}

const WAITS: Readonly<Record<string, string>> = {
  NotApproved: "their payroll is not approved",
  Aside: "they are set aside, for a ruling",
  Short: "money is missing for them",
  Ready: "they can be pushed; run the same again",
  Custody: "the labour office has them in custody",
};
