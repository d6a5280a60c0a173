/** Drafts terms from a budget: JSON, or a CSV of the milestones with the rest as an object. All faults are told at once. */
import { CsvError, parse } from "csv-parse/sync";

import { newSalt } from "../common/commitment.js";
import { shapeCheck } from "../common/shape.js";
import { secondsOf } from "../common/time.js";
import { currencyOf, findCurrency, parseAmount, parseRate } from "../invoice/amount.js";
import budgetSchema from "./budget.schema.json" with { type: "json" };
import {
  projectId,
  type ProjectNetwork,
  type ProjectTerms,
  type TermsDocument,
  TermsError,
  termsFaults,
  textHash,
  type TextOpening,
} from "./terms.js";

/** The published JSON Schema (2020-12) of budgets. */
export const BUDGET_SCHEMA: object = budgetSchema;

/** A milestone as people write it. */
export interface BudgetMilestone {
  title: string;
  /** What it is in full, or what tells its papers apart. */
  text?: string;
  /** `250000.00` */
  amount: string;
}

/** All of a budget but the milestones. Amounts and percentages are decimal texts, times are ISO 8601. */
export interface BudgetHeader {
  /** What the project is called. Titles and texts stay off the chain. */
  title: string;
  /** The contract's text, or what tells it apart: a file's hash, a number in an archive. */
  text?: string;
  /** Number of the city. */
  city: number;
  /** Identities of legal persons. */
  owner: string;
  contractor: string;
  supervisor: string;
  arbiter: string;
  /** Where the contractor is paid. */
  contractorAccount: string;
  /** Address of the ERC-20 it is paid in. */
  token: string;
  /** The token's `decimals`; as many as the currency's minor unit has, if left out. */
  tokenDigits?: number;
  /** Letters of ISO 4217; CNY if left out. */
  currency?: string;
  /** The whole price, wages included. */
  budget: string;
  /** Per cent of all that is put in. */
  wageShare: string;
  wageDeposit: string;
  /** Per cent of each company's earnings. */
  retention: string;
  /** Per cent of what is disputed that the company gets, if nobody rules. */
  defaultSplit: string;
  strayTo: string;
  answerDays: number;
  contestDays: number;
  rulingDays: number;
  /** How long the next milestone waits at most for an invoice; it does not wait, if left out. */
  invoicingDays?: number;
  /** What the supervisor's silence means. */
  silence: "approves" | "returns";
  retentionUntil: string;
  endsAt: string;
  /** Days after a month's end. */
  payday: number;
  /** Numbers of schemas. */
  employment: number;
  evidence: number;
  /** Anyone may fund it, if left out. */
  funders?: string[];
  /** Last moment to open the project. */
  openBy: string;
}

/** A budget: see budget.schema.json. */
export interface Budget extends BudgetHeader {
  milestones: BudgetMilestone[];
}

/** A milestone, and how faults call its place: `line 3`. */
interface Row extends BudgetMilestone {
  where: string;
}

/** csv-parse with `info: true`. */
interface CsvRecord {
  record: string[];
  info: { lines: number };
}

const DAY = 86_400;
const WHAT = "no terms can be drafted from this budget";
const COLUMNS = ["milestone", "title", "text", "amount"];
const shapeFaults = shapeCheck(BUDGET_SCHEMA, "the budget");

/**
 * The terms of a budget in JSON, with fresh salts; ready to be signed.
 * @param network Of the registry that the project will be in: `projectNetwork`.
 * @param now To judge times by; the machine's clock, if left out.
 * @throws TermsError with all faults.
 */
export function draftTerms(network: ProjectNetwork, budget: unknown, now = new Date()): TermsDocument {
  const shape = shapeFaults(budget);
  if (shape.length !== 0) throw new TermsError(WHAT, shape);
  const { milestones, ...header } = budget as Budget;
  const rows = milestones.map((milestone, i) => ({ ...milestone, where: `milestones[${i}]` }));
  return drafted(network, header, rows, [], now);
}

/**
 * The terms of a budget whose milestones are CSV (UTF-8, RFC 4180), one in a line, with the columns `title`, `amount` and, where wanted,
 * `milestone` (its number, from 0, as on the chain) and `text`.
 * @throws TermsError with all faults, each with its line.
 */
export function draftTermsFromCsv(
  network: ProjectNetwork,
  csv: string,
  header: BudgetHeader,
  now = new Date(),
): TermsDocument {
  const faults: string[] = [];
  const rows = readRows(csv, faults);
  // What is wrong with the milestones is told by line, from above; the schema is asked about the rest.
  const stand = [{ title: "-", amount: "0" }];
  const shape = shapeFaults({ ...header, milestones: stand });
  if (shape.length === 0) return drafted(network, header, rows, faults, now);
  const digits = findCurrency(header.currency ?? "CNY")?.digits ?? 2;
  rows.forEach(({ where, amount }) => read(faults, where, () => positive(amount, digits)));
  throw new TermsError(WHAT, [...shape, ...faults]);
}

function readRows(csv: string, faults: string[]): Row[] {
  let records: CsvRecord[];
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
    records = parse(csv, options) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    faults.push(`this is no CSV: ${error.message}`); // with the line
    return [];
  }
  const [first, ...others] = records;
  const columns = first?.record.map((name) => name.toLowerCase()) ?? [];
  const before = faults.length;
  for (const name of ["title", "amount"]) {
    if (!columns.includes(name))
      faults.push(`line 1: there is no column "${name}"; name the columns in the first line`);
  }
  for (const [i, name] of columns.entries()) {
    if (!COLUMNS.includes(name)) faults.push(`line 1: "${name}" is no column of a budget; use ${COLUMNS.join(", ")}`);
    else if (columns.indexOf(name) !== i) faults.push(`line 1: the column "${name}" is there twice; keep one`);
  }
  if (faults.length !== before) return [];
  if (others.length === 0) faults.push("there are no milestones; write one in each line below the columns");
  return others.map(({ record, info }, i) => rowOf(columns, record, `line ${info.lines}`, i, faults));
}

function rowOf(columns: readonly string[], cells: readonly string[], where: string, i: number, faults: string[]): Row {
  if (cells.length !== columns.length) {
    faults.push(
      `${where}: it has ${cells.length} cells, and there are ${columns.length} columns; quote texts with commas`,
    );
  }
  const cell = (name: string) => cells[columns.indexOf(name)] ?? "";
  const [number, title, text] = [cell("milestone"), cell("title"), cell("text")];
  if (columns.includes("milestone") && number !== `${i}`) {
    faults.push(
      `${where}: milestones are numbered from 0 in their order; write ${i} instead of ${JSON.stringify(number)}`,
    );
  }
  if (title === "") faults.push(`${where}: the title is missing; say what is built`);
  return { where, title, ...(text === "" ? {} : { text }), amount: cell("amount") };
}

function drafted(
  { chainId, registry }: ProjectNetwork,
  header: BudgetHeader,
  rows: readonly Row[],
  faults: string[],
  now: Date,
): TermsDocument {
  const { title, text } = header;
  const opening = (of: Pick<BudgetMilestone, "title" | "text">): TextOpening => ({
    ...{ title: of.title, ...(of.text === undefined ? {} : { text: of.text }), salt: newSalt() },
  });
  const contract = opening({ title, ...(text === undefined ? {} : { text }) });
  const milestones = rows.map(opening);
  const { money, digits } = moneyOf(header, faults);
  const { periods, deadline } = timesOf(header, faults);
  const terms: ProjectTerms = {
    city: header.city,
    parties: {
      ...{ owner: header.owner, contractor: header.contractor, supervisor: header.supervisor, arbiter: header.arbiter },
      contractorAccount: header.contractorAccount,
    },
    money,
    periods,
    milestones: rows.map(({ where, amount }, i) => ({
      amount: `${read(faults, where, () => positive(amount, digits)) ?? 0n}`,
      content: textHash(milestones[i] ?? contract),
    })),
    funders: header.funders ?? [],
    content: textHash(contract),
    deadline,
  };
  // Sums of what could not be read say nothing.
  if (faults.length === 0) faults.push(...termsFaults(terms, now));
  if (faults.length !== 0) throw new TermsError(WHAT, faults);
  const network = { chainId, registry };
  return { type: "CivitasTerms", version: 1, ...network, id: projectId(network, terms), terms, contract, milestones };
}

function moneyOf(header: BudgetHeader, faults: string[]): { money: ProjectTerms["money"]; digits: number } {
  const currency = read(faults, "currency", () => currencyOf(header.currency ?? "CNY"));
  const digits = currency?.digits ?? 2;
  const tokenDigits = header.tokenDigits ?? digits;
  if (tokenDigits < digits) {
    const needed = `${currency?.code ?? "the currency"} needs ${digits}`;
    faults.push(`tokenDigits: the token has ${tokenDigits} digits after the point, and ${needed}; take another token`);
  }
  const amount = (name: "budget" | "wageDeposit") =>
    `${read(faults, name, () => unsigned(header[name], digits)) ?? 0n}`;
  const share = (name: "wageShare" | "retention" | "defaultSplit") =>
    read(faults, name, () => parseRate(header[name])) ?? 0;
  const money = {
    token: header.token,
    unit: `${10n ** BigInt(Math.max(0, tokenDigits - digits))}`,
    currency: currency?.numeric ?? 0,
    budget: amount("budget"),
    wageShare: share("wageShare"),
    wageDeposit: amount("wageDeposit"),
    retention: share("retention"),
    defaultSplit: share("defaultSplit"),
    strayTo: header.strayTo,
  };
  return { money, digits };
}

function timesOf(header: BudgetHeader, faults: string[]): Pick<ProjectTerms, "periods" | "deadline"> {
  const moment = (name: "retentionUntil" | "endsAt" | "openBy") =>
    read(faults, name, () => momentOf(header[name])) ?? 0;
  return {
    periods: {
      answer: header.answerDays * DAY,
      contest: header.contestDays * DAY,
      ruling: header.rulingDays * DAY,
      invoicing: (header.invoicingDays ?? 0) * DAY,
      retentionUntil: moment("retentionUntil"),
      endsAt: moment("endsAt"),
      payday: header.payday,
      silenceApproves: header.silence === "approves",
      employment: header.employment,
      evidence: header.evidence,
    },
    deadline: moment("openBy"),
  };
}

/** UTC seconds of a day's beginning, or of a moment. @throws RangeError for a day that the calendar does not have. */
function momentOf(text: string): number {
  const [day = ""] = text.split("T");
  const [midnight, moment] = [new Date(`${day}T00:00:00Z`), new Date(text)];
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
  if (!isDay || Number.isNaN(moment.getTime())) throw new RangeError(`${text} is no time of the calendar`);
  return Number(secondsOf(moment));
}

function positive(text: string, digits: number): bigint {
  const amount = unsigned(text, digits);
  if (amount === 0n) throw new RangeError("a milestone is worth something; state an amount, or leave it out");
  return amount;
}

/** @throws RangeError for an amount below zero; AmountError for a text that is none. */
export function unsigned(text: string, digits: number): bigint {
  const amount = parseAmount(text, digits);
  if (amount < 0n) throw new RangeError(`${text} is below zero; state what is paid`);
  return amount;
}

/** A value, or undefined and one fault more. */
export function read<Value>(faults: string[], where: string, of: () => Value): Value | undefined {
  try {
    return of();
  } catch (error) {
    faults.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
