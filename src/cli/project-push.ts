/** `civitas project push`: wages that are approved and covered are paid. The chain knows what was paid, so a run that was cut off is simply started again. */
import { Command } from "commander";

import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { decodeError } from "../errors.js";
import {
  filedPayroll,
  type FiledPayroll,
  payrollsOf,
  type PayrollView,
  payrollView,
  treeOf,
} from "../escrow/payroll-view.js";
import { pushPayroll, pushProject, type PushResult } from "../escrow/push.js";
import { type Currency, currencyOf, formatAmount } from "../invoice/amount.js";
import { wholeNumberOf } from "./arguments.js";
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
      const views = await viewsOf(civitas, filed);
      const currency = currencyOf((await civitas.projects.projectOf(project)).currency);
      if (session.dryRun) {
        await rehearse(session, civitas, views, perCall, currency);
        return;
      }
      const signer = await session.signer();
      const total = views.reduce((sum, { view }) => sum + view.filter(isOwed).length, 0);
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

/** What would be paid of what is reserved now. What the reserving of a push adds to it is known once that is done. */
async function rehearse(
  session: Session,
  civitas: Civitas,
  views: readonly PayrollView[],
  perCall: number,
  currency: Currency,
): Promise<void> {
  const signer = await session.signer();
  const refused: { payroll: string; worker: number; reason: string }[] = [];
  const sum = { rows: 0, amount: 0n, gas: 0n, short: 0n };
  for (const payroll of views) {
    const tree = treeOf(payroll);
    const ready = payroll.view.filter(({ payable }) => payable !== 0n);
    for (const { waiting } of payroll.view) if (waiting?.why === "Short") sum.short += waiting.by;
    for (let start = 0; start < ready.length; start += perCall) {
      const some = ready.slice(start, start + perCall);
      const rows = some.map(({ position }) => tree.proven(position));
      try {
        sum.gas += await signer.estimateGas(await civitas.wages.pay.populateTransaction(payroll.id, rows));
        sum.rows += some.length;
        sum.amount += some.reduce((all, { payable }) => all + payable, 0n);
      } catch (error) {
        const reason = decodeError(error).message;
        for (const { worker } of some) refused.push({ payroll: payroll.id, worker, reason });
      }
    }
  }
  const money = (amount: bigint) => `${formatAmount(amount, currency.digits)} ${currency.code}`;
  session.tell({ ...sum, refused, dryRun: true }, [
    ...refused.map(({ worker, reason }) => `worker ${worker}: ${reason}`),
    `${sum.rows} rows would be paid, ${money(sum.amount)}, ${sum.gas.toLocaleString("en")} gas; nothing was sent`,
    ...(sum.short === 0n ? [] : [`${money(sum.short)} are not reserved yet; a push reserves what money is there for`]),
  ]);
  if (refused.length !== 0) session.refuse();
}

function linesOf({ paid, waiting, failed, transactions, gasUsed }: PushResult, { code, digits }: Currency): string[] {
  const total = paid.reduce((sum, { amount }) => sum + amount, 0n);
  const waits = new Map<string, number>();
  for (const { waiting: one } of waiting) waits.set(one.why, (waits.get(one.why) ?? 0) + 1);
  return [
    ...textTable(failed.map(({ payroll, worker, account, reason }) => [payroll, `worker ${worker}`, account, reason])),
    `${paid.length} rows paid, ${formatAmount(total, digits)} ${code}, in ${transactions.length} transactions, ${gasUsed.toLocaleString("en")} gas`,
    ...(failed.length === 0 ? [] : [`${failed.length} rows could not be paid; they stay owed`]),
    ...[...waits].map(([why, rows]) => `${rows} rows wait: ${WAITS[why] ?? why}`),
  ];
}

const WAITS: Readonly<Record<string, string>> = {
  NotApproved: "their payroll is not approved",
  Aside: "they are set aside, for a ruling",
  Short: "money is missing for them",
  Ready: "they can be pushed; run the same again",
  Custody: "the labour office has them in custody",
};
