/** `civitas project list`, `statement`, `history` and `next`: what anyone may read of a project. */
import { Command } from "commander";
import { toBeHex } from "ethers";

import type { Civitas } from "../client.js";
import { findEvents } from "../common/logs.js";
import { textTable } from "../common/text-table.js";
import { type ProjectEvent, projectHistory } from "../escrow/history.js";
import { payrollsOf, type PayrollView, payrollView } from "../escrow/payroll-view.js";
import { statementOf } from "../escrow/statement.js";
import { dueInWords, statementCsv, statementTable } from "../escrow/statement-text.js";
import { PROJECT_STATUSES } from "../escrow/status.js";
import { parseTermsDocument, type TermsDocument } from "../escrow/terms.js";
import { type Currency, currencyOf, formatAmount } from "../invoice/amount.js";
import { nameOf } from "../invoice/status.js";
import { readJson } from "./arguments.js";
import { CITY_HELP, cityIdOf } from "./city-argument.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { blockOf } from "./invoice-target.js";
import type { Session } from "./session.js";

export function listCommand(session: Session): Command {
  return new Command("list")
    .description("the projects of the network, in the order they were opened")
    .option("--city <city>", `of one city alone: ${CITY_HELP}`)
    .option("--from <block>", "the first block to look through")
    .addHelpText("after", exampleOf("project list --city MA.156.4403"))
    .action(async ({ city, from }: { city?: string; from?: string }) => {
      const civitas = await session.civitas();
      const projects = await projectsOf(civitas, city, blockOf(from));
      const rows = projects.map(({ project, city: number, status, budget, currency, opened }) => [
        ...[project, `#${number}`, status, `${formatAmount(budget, currency.digits)} ${currency.code}`, `${opened}`],
      ]);
      const table = textTable([["Project", "City", "Status", "Budget", "Opened in block"], ...rows], [3, 4]);
      session.tell(projects, projects.length === 0 ? ["No project was opened."] : table);
    });
}

interface Listed {
  project: string;
  city: number;
  status: string;
  budget: bigint;
  currency: Currency;
  /** Block. */
  opened: number;
}

async function projectsOf(civitas: Civitas, city: string | undefined, from: number): Promise<Listed[]> {
  const { projects, provider } = civitas;
  const of = city === undefined ? null : toBeHex(await cityIdOf(civitas, city), 32);
  const opened = await findEvents({
    ...{ provider, contract: projects, events: ["ProjectOpened"], indexed: [null, of] },
    ...{ from, to: await provider.getBlockNumber() },
  });
  return Promise.all(
    opened.map(async ({ args, place }) => {
      const project = String(args["project"]);
      const now = await projects.projectOf(project);
      return {
        ...{ project, city: Number(now.city), status: nameOf(PROJECT_STATUSES, now.status), budget: now.budget },
        ...{ currency: currencyOf(now.currency), opened: place.block },
      };
    }),
  );
}

export function statementCommand(session: Session): Command {
  return new Command("statement")
    .description("the books of a project: what came in, is there, went out, is owed, and is due next")
    .argument("<project>", "its id (0x…)")
    .option("--block <number>", "as of this block; the node must still know it")
    .option("--document <file>", "the document of the terms (JSON), for the milestones' titles")
    .option("--csv", "as CSV")
    .addHelpText("after", exampleOf("project statement 0x5e…", "project statement 0x5e… --csv > books.csv"))
    .action(async (id: string, options: { block?: string; document?: string; csv?: boolean }) => {
      const at = options.block === undefined ? {} : { block: blockOf(options.block) };
      const project = projectIdOf(id);
      const titled = options.document === undefined ? {} : { document: readTerms(options.document, project) };
      const statement = await statementOf(await session.civitas(), project, at);
      const text = options.csv === true ? statementCsv(statement, titled) : statementTable(statement, titled);
      session.tell(statement, text.trimEnd().split("\n"));
    });
}

/** @throws TermsError with all that is wrong with it; CommandError if it is of another project. */
function readTerms(file: string, project: string): TermsDocument {
  const document = parseTermsDocument(readJson(file, "the document of the terms"));
  if (document.id === project) return document;
  throw new CommandError(`${file} has the terms of the project ${document.id}`);
}

export function historyCommand(session: Session): Command {
  return new Command("history")
    .description("what became of a project, newest first")
    .argument("<project>", "its id (0x…)")
    .addHelpText("after", exampleOf("project history 0x5e…"))
    .action(async (id: string) => {
      const project = projectIdOf(id);
      const events: ProjectEvent[] = [];
      for await (const event of projectHistory(await session.civitas(), project)) events.push(event);
      const rows = events.map(({ block, type, transaction, args }) => {
        const facts = Object.entries(args)
          .filter(([name, value]) => !OF_EVERY_EVENT.has(name) && typeof value !== "object")
          .map(([name, value]) => `${name} ${String(value)}`);
        return [`${block}`, type, facts.join(", "), transaction];
      });
      session.tell({ project, events }, textTable(rows, [0]));
    });
}

const OF_EVERY_EVENT = new Set(["project", "previousBlock"]);

export function nextCommand(session: Session): Command {
  return new Command("next")
    .description("what is due in a project, and what waits for a decision, for money, or for somebody to push it")
    .argument("<project>", "its id (0x…)")
    .option("--from <block>", "the first block to look through for payrolls")
    .addHelpText("after", exampleOf("project next 0x5e…"))
    .action(async (id: string, { from }: { from?: string }) => {
      const civitas = await session.civitas();
      const project = projectIdOf(id);
      const { next, undecided, currency, at } = await statementOf(civitas, project);
      const payrolls: WaitingPayroll[] = [];
      for (const filed of await payrollsOf(civitas, project, { from: blockOf(from) })) {
        const waiting = waitingOf(await payrollView(civitas, filed));
        if (waiting !== null) payrolls.push(waiting);
      }
      const over = next !== null && next.at <= at ? "; its time has come, and anyone can act on it" : "";
      session.tell({ project, next, undecided, payrolls }, [
        next === null ? "Nothing is due." : `Due next: ${dueInWords(next)}${over}`,
        ...(undecided === 0 ? [] : [`Payrolls and rows that wait for a decision: ${undecided}`]),
        ...payrolls.flatMap((payroll) => payrollLines(payroll, currency)),
      ]);
    });
}

/** What of a payroll is still to come, in rows and minor units. */
interface WaitingPayroll {
  payroll: string;
  employer: number;
  period: number;
  notApproved: number;
  aside: number;
  custody: number;
  ready: { rows: number; amount: bigint };
  short: { rows: number; amount: bigint };
}

function waitingOf({ id, header, view }: PayrollView): WaitingPayroll | null {
  const { employer, period } = header;
  const of = (why: string) => view.filter(({ waiting }) => waiting?.why === why);
  const [ready, short] = [of("Ready"), of("Short")];
  const missing = short.reduce((sum, { waiting }) => sum + (waiting?.why === "Short" ? waiting.by : 0n), 0n);
  if (view.every(({ waiting }) => waiting === null)) return null;
  return {
    ...{ payroll: id, employer, period },
    ...{ notApproved: of("NotApproved").length, aside: of("Aside").length, custody: of("Custody").length },
    ready: { rows: ready.length, amount: ready.reduce((sum, { payable }) => sum + payable, 0n) },
    short: { rows: short.length, amount: missing },
  };
}

function payrollLines(waiting: WaitingPayroll, { code, digits }: Currency): string[] {
  const { payroll, employer, period, notApproved, aside, custody, ready, short } = waiting;
  const money = (amount: bigint) => `${formatAmount(amount, digits)} ${code}`;
  const lines: [number, string][] = [
    [notApproved, "rows wait for the payroll's approval"],
    [aside, "rows are set aside, and wait for a ruling"],
    [ready.rows, `rows can be pushed: ${money(ready.amount)}`],
    [short.rows, `rows wait for money: ${money(short.amount)} are missing`],
    [custody, "rows are in the labour office's custody"],
  ];
  return [
    `Payroll ${payroll} of ${period}, seat ${employer}:`,
    ...lines.filter(([rows]) => rows !== 0).map(([rows, what]) => `  ${rows} ${what}`),
  ];
}

/** The id of a project or a payroll. @throws UsageError */
export function projectIdOf(text: string, what = "a project's id"): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new UsageError(`${what} is 0x and 64 hexadecimal digits; this is "${text}"`);
}
