/** A payroll as a company's office keeps it: CSV (RFC 4180) with a heading, read line by line with all that is wrong with it. */
import { CsvError, parse } from "csv-parse/sync";
import { isAddress } from "ethers";

import { AmountError, parseAmount } from "../invoice/amount.js";
import { MAX_WAGE } from "./rows.js";

/** What is wrong with a payroll's file. */
export const PAYROLL_FAULTS = [
  "Unreadable",
  "ColumnMissing",
  "Empty",
  "WorkerInvalid",
  "WorkerUnknown",
  "OtherEmployer",
  "WorkerTwice",
  "AlreadyFiled",
  "AmountInvalid",
] as const;
export type PayrollFaultName = (typeof PAYROLL_FAULTS)[number];

/** One thing that is wrong, and where. */
export interface PayrollFault {
  fault: PayrollFaultName;
  /** Line of the file, from 1; the heading is one. */
  line: number;
  /** In words. */
  message: string;
}

/** A payroll's file cannot be filed; `faults` says all that is wrong. */
export class PayrollFileError extends Error {
  override readonly name = "PayrollFileError";

  constructor(readonly faults: readonly PayrollFault[]) {
    const all = faults.map(({ line, message }) => `line ${line}: ${message}`);
    super(`this payroll cannot be filed: ${all.join("; ")}`);
  }
}

/** A line of the file. What could not be read is left out; the faults say why. */
export interface PayrollLine {
  line: number;
  /** The worker's number in the project. */
  worker?: number;
  /** Or the account where the worker is paid. */
  account?: string;
  /** In minor units. */
  amount?: bigint;
}

/** A file as it was read. */
export interface PayrollFile {
  lines: PayrollLine[];
  faults: PayrollFault[];
}

/** csv-parse with `info: true`. */
interface CsvRecord {
  info: { lines: number };
  record: string[];
}

const COLUMNS = ["worker", "amount"] as const;
const MAX_NUMBER = 0xffff_ffff;

/**
 * Reads a payroll's file. The heading names the columns, in any order: `worker` is a number in the project, or the account where the
 * worker is paid; `amount` is a decimal number of the currency's main unit, as 6500.00; all others are the office's own, and skipped.
 * @param digits Of the currency's minor unit: 2 for yuan.
 */
export function readPayrollCsv(text: string, digits: number): PayrollFile {
  const records = recordsOf(text);
  if (!Array.isArray(records)) return { lines: [], faults: [records] };
  const [heading, ...rest] = records;
  const names = (heading?.record ?? []).map((name) => name.toLowerCase());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length !== 0) {
    const message = `the heading has no column ${missing.join(" and no column ")}; it is worker,amount`;
    return { lines: [], faults: [{ fault: "ColumnMissing", line: heading?.info.lines ?? 1, message }] };
  }
  const [worker, amount] = COLUMNS.map((name) => names.indexOf(name)) as [number, number];
  const faults: PayrollFault[] = [];
  const lines = rest.map(({ info: { lines: line }, record }) => {
    const fault = (name: PayrollFaultName, message: string) => faults.push({ fault: name, line, message });
    return {
      line,
      ...readWorker(record[worker] ?? "", fault),
      ...readAmount(record[amount] ?? "", digits, fault),
    };
  });
  if (lines.length === 0) {
    faults.push({ fault: "Empty", line: heading?.info.lines ?? 1, message: "there are no rows below the heading" });
  }
  return { lines, faults };
}

type Report = (fault: PayrollFaultName, message: string) => void;

function recordsOf(text: string): CsvRecord[] | PayrollFault {
  try {
    // The types of csv-parse do not know what `info` does to a record.
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines: line = 1 } = error as { lines?: number };
    return { fault: "Unreadable", line, message: `this is no CSV: ${error.message}` };
  }
}

function readWorker(text: string, report: Report): Pick<PayrollLine, "worker" | "account"> {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) > 0 && Number(text) <= MAX_NUMBER) return { worker: Number(text) };
  const isAccount = /^0x[0-9a-fA-F]{40}$/.test(text);
  if (isAccount && isAddress(text)) return { account: text };
  report(
    "WorkerInvalid",
    isAccount
      ? `the account ${text} is mistyped: its capital letters do not fit`
      : `${quoted(text)} is neither a worker's number nor an account`,
  );
  return {};
}

function readAmount(text: string, digits: number, report: Report): Pick<PayrollLine, "amount"> {
  try {
    const amount = parseAmount(text, digits);
    if (amount > 0n && amount <= MAX_WAGE) return { amount };
    report(
      "AmountInvalid",
      amount > 0n ? `${text} is more than a wage can be` : `${text} is no wage: it is above zero`,
    );
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    report("AmountInvalid", error.message);
  }
  return {};
}

function quoted(text: string): string {
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) return "what looks like a private key (replace it, others may have seen it)";
  return text === "" ? "nothing" : JSON.stringify(text.slice(0, 64));
}
