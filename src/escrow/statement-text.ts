/** A statement for people: as a table of plain text, and as CSV. */
import { stringify } from "csv-stringify/sync";

import { textTable } from "../common/text-table.js";
import { showTime } from "../common/time.js";
import { formatAmount } from "../invoice/amount.js";
import { isCompany, seatInWords } from "./seat.js";
import type { Due, Statement } from "./statement.js";
import type { WorksPaymentKind } from "./status.js";
import type { TermsDocument } from "./terms.js";

/** The sections of a statement's sums. Of the first three, `in` is `held` and `out` together. */
export type StatementSection = "in" | "held" | "out" | "owed";

/** A sum of a statement. */
export interface StatementLine {
  section: StatementSection;
  what: string;
  /** Minor units. */
  amount: bigint;
}

/** How a statement is written. */
export interface StatementOptions {
  /** Has the milestones' titles. */
  document?: Pick<TermsDocument, "milestones">;
}

const SECTIONS: Record<StatementSection, string> = {
  in: "Came in",
  held: "Is there",
  out: "Went out",
  owed: "Owed by the contractor",
};

const KINDS: Record<WorksPaymentKind, string> = {
  Payout: "paid out",
  HandOver: "by a court's order",
  Refund: "refund",
};

const DUE: Record<Due["kind"], (index: number) => string> = {
  Answer: (index) => `the supervisor's answer to milestone ${index}`,
  Settlement: (index) => `the settlement of milestone ${index}`,
  Release: (index) => `the release of what was set apart for milestone ${index}`,
  Ruling: (index) => `the arbiter's ruling on milestone ${index}`,
  DefectRuling: (index) => `the arbiter's ruling on defects of ${seatInWords(index)}`,
  Retention: (index) => `the retention of ${seatInWords(index)}`,
  ArrearsEnd: () => "the end of declared arrears",
  Petition: () => "the arbiter's ruling on a termination",
  ProjectEnd: () => "the end of the project",
  CloseOut: () => "the close-out of wages",
};

/** The sums of a statement, of works and wages together: what passed from one to the other is in neither of them. */
export function statementLines({ works, wages }: Statement): StatementLine[] {
  const lines = (section: StatementSection, amounts: Record<string, bigint>): StatementLine[] =>
    Object.entries(amounts).map(([what, amount]) => ({ section, what, amount }));
  return [
    ...lines("in", {
      "put in by funders": works.funded,
      "paid in for wages that were owed": wages.covered,
      "paid back of what wages had drawn": works.repaid,
      "deposited for wages": wages.deposited,
    }),
    ...lines("held", {
      "works: nobody has a claim on it": works.available,
      "works: for milestones that were requested": works.committed,
      "works: earned, to be paid out": works.credit,
      "works: retained": works.retained,
      "wages: nobody has a claim on it": wages.free,
      "wages: deposit": wages.deposit,
      "wages: for workers, to be paid": wages.reserved,
    }),
    ...lines("out", {
      "paid to companies": works.paid,
      "handed over by courts": works.handedOver,
      "back to funders": works.refunded,
      "paid to workers": wages.paid,
      "to the labour office's custody": wages.custody,
      "deposit back to the contractor": wages.depositReturned,
    }),
    ...lines("owed", { "wages that are not covered": wages.owed, "deposit to be replaced": wages.depositOwed }),
  ];
}

/** What is due next, in a sentence. */
export function dueInWords({ kind, index, at }: Due): string {
  return `${DUE[kind](index)}, ${showTime(secondsOfDate(at))}`;
}

/** A statement as a table of plain text, in the columns of a terminal. */
export function statementTable(statement: Statement, { document }: StatementOptions = {}): string {
  const { project, city, status, currency, block, at, budget, seats, milestones, payments, next, undecided } =
    statement;
  const show = (amount: bigint) => formatAmount(amount, currency.digits);
  const time = (date: Date | null) => (date === null ? "" : showTime(secondsOfDate(date)));
  const lines = statementLines(statement);
  const sums = (Object.keys(SECTIONS) as StatementSection[]).flatMap((section) => {
    const own = lines.filter((line) => line.section === section);
    const together = own.reduce((sum, { amount }) => sum + amount, 0n);
    const heading = [SECTIONS[section], show(together)];
    return [heading, ...own.map(({ what, amount }) => [`  ${what}`, show(amount)])];
  });
  const companies = seats.map(({ seat, role, earned, retained, credit, frozen, paid, account }) =>
    isCompany(seat)
      ? [`${seat}`, role, ...[earned, retained, credit, frozen, paid].map(show), account ?? ""]
      : [`${seat}`, role],
  );
  const defects = seats.flatMap(({ seat, defect }) =>
    defect === null
      ? []
      : [`Defects claimed of ${seatInWords(seat)}: ${show(defect.amount)}, until ${time(defect.until)}`],
  );
  const plan = milestones.map(({ milestone, amount, status: state, since, award }) => [
    ...[`${milestone}`, document?.milestones[milestone]?.title ?? "", show(amount), state, time(since)],
    state === "Ruled" || state === "Settled" ? show(award) : "",
  ]);
  const paid = payments.map(({ index, at: paidAt, kind, seat, to, amount }) => [
    ...[`${index}`, time(paidAt), KINDS[kind], kind === "Refund" ? "" : `${seat}`, show(amount), to],
  ]);
  return [
    `Project ${project}`,
    `City ${city}, ${status}, budget ${show(budget)} ${currency.code}; as of ${time(at)}, block ${block}`,
    "",
    ...textTable(sums, [1]),
    "",
    ...textTable(
      [["Seat", "Role", "Earned", "Retained", "To pay", "Frozen", "Paid", "Account"], ...companies],
      [2, 3, 4, 5, 6],
    ),
    ...defects,
    "",
    ...textTable([["Milestone", "Title", "Amount", "Status", "Since", "Award"], ...plan], [2, 5]),
    "",
    ...(paid.length === 0
      ? ["No works money was paid yet."]
      : textTable([["Payment", "At", "Why", "Seat", "Amount", "To"], ...paid], [4])),
    "",
    ...(undecided === 0 ? [] : [`Payrolls and rows that wait for a decision: ${undecided}`]),
    next === null ? "Nothing is due." : `Due next: ${dueInWords(next)}`,
    "",
  ].join("\n");
}

/**
 * A statement as CSV (RFC 4180): sums, seats, milestones and payments, one in a line. Amounts are decimal texts, times ISO 8601 in UTC. What a
 * spreadsheet would take for a formula is quoted.
 */
export function statementCsv(statement: Statement, { document }: StatementOptions = {}): string {
  const { currency, seats, milestones, payments } = statement;
  const row = (
    section: string,
    item: string | number,
    what: string,
    amount: bigint,
    { party = "", account = "", at = null as Date | null, reference = "" } = {},
  ) => [
    ...[section, `${item}`, what, formatAmount(amount, currency.digits), currency.code, party, account],
    ...[at === null ? "" : at.toISOString().replace(".000Z", "Z"), reference],
  ];
  const rows = [
    ["section", "item", "what", "amount", "currency", "party", "account", "at", "reference"],
    ...statementLines(statement).map(({ section, what, amount }) => row(section, "", what, amount)),
    ...seats
      .filter(({ seat }) => isCompany(seat))
      .flatMap(({ seat, party, account, ...books }) =>
        (["earned", "retained", "credit", "frozen", "paid"] as const).map((what) =>
          row("seat", seat, what, books[what], { party, account: account ?? "" }),
        ),
      ),
    ...milestones.map(({ milestone, amount, status, since }) =>
      row("milestone", milestone, status, amount, {
        at: since,
        reference: document?.milestones[milestone]?.title ?? "",
      }),
    ),
    ...payments.map(({ index, kind, amount, payee, to, at, transactionId }) =>
      row("payment", index, kind, amount, { party: payee ?? "", account: to, at, reference: transactionId }),
    ),
  ];
  return stringify(rows, { escape_formulas: true });
}

function secondsOfDate(date: Date): number {
  return date.getTime() / 1000;
}
