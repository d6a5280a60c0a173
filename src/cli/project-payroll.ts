/** `civitas project payroll`: a company's file of a month is filed, and approved. */
import { Command } from "commander";
import type { Signer } from "ethers";

import { textTable } from "../common/text-table.js";
import { draftPayrolls, filePayroll, type PayrollDraft } from "../escrow/payroll.js";
import { approvePayroll } from "../escrow/payroll-acts.js";
import { PayrollFileError } from "../escrow/payroll-csv.js";
import { PAYROLL_STATUSES } from "../escrow/status.js";
import { formatAmount, currencyOf } from "../invoice/amount.js";
import { nameOf } from "../invoice/status.js";
import { readText, wholeNumberOf } from "./arguments.js";
import { batchLine, type Part, performAll } from "./batch.js";
import { captured, rehearseEach } from "./captured.js";
import { CommandError, RowsError } from "./fault.js";
import { exampleOf } from "./help.js";
import { projectIdOf } from "./project-reading.js";
import type { Session } from "./session.js";
import { writeWhole } from "./whole-file.js";

interface FileOptions {
  csv: string;
  employer: string;
  period: string;
  predecessor?: string;
  serial?: string;
  out?: string;
}

export function fileCommand(session: Session): Command {
  return new Command("file")
    .description(
      "file a company's payroll from CSV, as its operator: columns worker (a number in the project, or an account) and amount. All rows are checked, and all that is wrong is told, before anything is sent",
    )
    .argument("<project>", "the project's id (0x…)")
    .requiredOption("--csv <file>", "the payroll")
    .requiredOption("--employer <seat>", "seat of the employer: 1 is the contractor, subcontractors from 4 on")
    .requiredOption("--period <month>", "the month, as 202611")
    .option("--predecessor <payroll>", "of a supplementary payroll, the id of the one that it supplements")
    .option("--serial <number>", "the employer's number of the payroll; the first free one, if left out")
    .option("--out <file>", "keep the payrolls with all rows in this new file before anything is sent")
    .addHelpText("after", exampleOf("project payroll file 0x5e… --csv wages.csv --employer 1 --period 202611"))
    .action(async (id: string, options: FileOptions) => {
      const civitas = await session.civitas();
      const project = projectIdOf(id);
      const { predecessor, serial } = options;
      const source = {
        project,
        employer: wholeNumberOf(options.employer, "a seat", 0, 65_535),
        period: wholeNumberOf(options.period, "a month", 197_001, 999_912),
        ...(predecessor === undefined ? {} : { predecessor: projectIdOf(predecessor, "a payroll's id") }),
        ...(serial === undefined ? {} : { serial: wholeNumberOf(serial, "a payroll's number", 1, 2 ** 32 - 1) }),
      };
      const csv = readText(options.csv, "the payroll");
      const drafts = await inRows(csv, async () => draftPayrolls(civitas, source, csv));
      const { digits, code } = currencyOf((await civitas.projects.projectOf(project)).currency);
      const fresh = drafts.filter(({ filed }) => !filed);
      const parts: Part[] = [];
      const acts = fresh.map((draft) => ({
        of: `payroll ${draft.header.serial} of ${draft.header.period}`,
        act: async (by: Signer) => filePayroll(civitas, by, draft),
      }));
      await rehearseEach(session, acts, "payrolls");
      for (const draft of fresh) {
        const request = await captured(session, async (by) => filePayroll(civitas, by, draft));
        const lines = draft.rows.map(({ worker }) => worker);
        if (request !== undefined) parts.push({ lines, what: `file the payroll ${draft.id}`, request });
      }
      const before = drafts.reduce((sum, { filed, rows }) => sum + (filed ? rows.length : 0), 0);
      const result = await performAll(session, parts, before, {
        keep: () => {
          if (options.out !== undefined) keep(options.out, drafts);
        },
      });
      session.tell({ ...result, payrolls: drafts }, [
        ...textTable(
          drafts.map(({ id: payroll, rows, total, filed }) => [
            ...[payroll, `${rows.length} rows`, `${formatAmount(total, digits)} ${code}`, filed ? "filed before" : ""],
          ]),
        ),
        batchLine(result, "rows"),
      ]);
    });
}

export function approveCommand(session: Session): Command {
  return new Command("approve")
    .description(
      "approve payrolls: as the contractor from three days after filing on, or as anyone once nobody opposed for five",
    )
    .argument("<payroll...>", "their ids (0x…)")
    .addHelpText("after", exampleOf("project payroll approve 0x5e…"))
    .action(async (ids: string[]) => {
      const civitas = await session.civitas();
      const payrolls = await Promise.all(
        ids.map(async (text) => {
          const id = projectIdOf(text, "a payroll's id");
          return { id, status: nameOf(PAYROLL_STATUSES, (await civitas.payrolls.payrollOf(id)).status) };
        }),
      );
      const parts: Part[] = [];
      const open = payrolls.filter(({ status }) => status !== "Approved");
      const acts = open.map(({ id }) => ({ of: id, act: async (by: Signer) => approvePayroll(civitas, by, id) }));
      await rehearseEach(session, acts, "payrolls");
      for (const [i, { id }] of open.entries()) {
        const request = await captured(session, async (by) => approvePayroll(civitas, by, id));
        if (request !== undefined) parts.push({ lines: [i + 1], what: `approve the payroll ${id}`, request });
      }
      const result = await performAll(session, parts, payrolls.length - parts.length);
      session.tell({ ...result, payrolls }, [batchLine(result, "approvals")]);
    });
}

/** What is wrong with a payroll's file, as with any other table. */
async function inRows<Result>(csv: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PayrollFileError)) throw error;
    throw new RowsError(
      error.faults.map(({ line, message }) => ({ line, fault: message })),
      csv.trim().split("\n").length - 1,
    );
  }
}

function keep(file: string, drafts: readonly PayrollDraft[]): void {
  const payrolls = drafts.map(({ id, header, rows, total, root }) => ({ id, header, rows, total, root }));
  const text = JSON.stringify(payrolls, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value), 2);
  if (writeWhole(file, `${text}\n`) || readText(file, "what was kept") === `${text}\n`) return;
  throw new CommandError(`${file} keeps something else; take another file`);
}
