/**
 * Payrolls: made from a company's file, checked line by line, and filed with all their rows. A file of more rows than a payroll has becomes
 * several, one behind the other. Filing what is filed returns it, so that a command that was interrupted is simply run again.
 */
import { getAddress, type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { currencyOf } from "../invoice/amount.js";
import {
  type PayrollFault,
  type PayrollFaultName,
  PayrollFileError,
  type PayrollLine,
  readPayrollCsv,
} from "./payroll-csv.js";
import {
  MAX_PAYROLL_ROWS,
  type PayrollHeader,
  payrollId,
  type PayrollRow,
  PayrollTree,
  type WageNetwork,
} from "./rows.js";

type Reading = Pick<Contracts, "chainId" | "projects" | "workers" | "payrolls">;

/** What a payroll is for. */
export interface PayrollSource {
  /** The project's id. */
  project: string;
  /** Seat of the employer. */
  employer: number;
  /** The month, as 202611. */
  period: number;
  /** Of a supplementary payroll, the id of the payroll that it supplements. */
  predecessor?: string;
  /** The number of the first; if left out, the first that is free, or under which these very rows are filed. */
  serial?: number;
}

/** A payroll that can be filed, or is. */
export interface PayrollDraft {
  /** The payroll's id. */
  id: string;
  header: PayrollHeader;
  /** Ascending by worker. */
  rows: PayrollRow[];
  /** Sum of the rows, in minor units. */
  total: bigint;
  root: string;
  /** Whether it was filed when it was drafted. */
  filed: boolean;
}

/** What became of filing. */
export interface FiledResult {
  /** The payroll's id. */
  id: string;
  /** The transaction that filed it; undefined if it was filed before. */
  transaction?: string;
}

/** A payroll that cannot be filed as it is. */
export class PayrollError extends Error {
  override readonly name = "PayrollError";
}

/** The contracts of a connection that what is signed about wages is good for. */
export async function wageNetwork({
  chainId,
  workers,
  payrolls,
}: Pick<Contracts, "chainId" | "workers" | "payrolls">): Promise<WageNetwork> {
  return { chainId: `${chainId}`, workers: await workers.getAddress(), payrolls: await payrolls.getAddress() };
}

/**
 * Payrolls from a company's file: see `readPayrollCsv` for its form. Everything that the chain will check is checked now, and all that is wrong
 * is said at once.
 * @param csv The file's text.
 * @returns as many as the rows take, `MAX_PAYROLL_ROWS` in each, ascending by worker.
 * @throws PayrollFileError with all faults; PayrollError if a number that was asked for is taken.
 */
export async function draftPayrolls(contracts: Reading, source: PayrollSource, csv: string): Promise<PayrollDraft[]> {
  const { currency } = await contracts.projects.projectOf(source.project);
  const { lines, faults } = readPayrollCsv(csv, currencyOf(currency).digits);
  const checked = await checkWorkers(contracts, source, lines);
  faults.push(...checked.faults);
  const drafts = faults.length === 0 ? await numbered(contracts, source, checked.rows) : [];
  if (source.predecessor === undefined) faults.push(...(await alreadyFiled(contracts, source, checked.lines, drafts)));
  if (faults.length !== 0) throw new PayrollFileError(faults.sort((a, b) => a.line - b.line));
  return drafts;
}

/**
 * File a payroll. By an operator of the employer; once it is due, by the labour office.
 * @param lineage Numbers of cities, where the labour office of another city acts; see ICityAccessManager.hasStanding.
 * @throws PayrollError if another payroll is filed under its number.
 */
export async function filePayroll(
  { payrolls }: Pick<Contracts, "payrolls">,
  signer: Signer,
  { id, header, rows, root }: PayrollDraft,
  lineage: readonly number[] = [],
): Promise<FiledResult> {
  if (await isFiledAs({ payrolls }, id, root, header)) return { id };
  const { hash } = await mined(payrolls.connect(signer).file(header, rows, [...lineage]));
  return { id, transaction: hash };
}

/** The same for several, one after another. */
export async function filePayrolls(
  contracts: Pick<Contracts, "payrolls">,
  signer: Signer,
  drafts: readonly PayrollDraft[],
  lineage: readonly number[] = [],
): Promise<FiledResult[]> {
  const results: FiledResult[] = [];
  for (const draft of drafts) results.push(await filePayroll(contracts, signer, draft, lineage));
  return results;
}

/** A payroll of rows that are known. @throws RangeError for none. */
export function payrollOfRows(network: WageNetwork, header: PayrollHeader, rows: readonly PayrollRow[]): PayrollDraft {
  const id = payrollId(network, header);
  const sorted = [...rows].sort((a, b) => a.worker - b.worker);
  const { root, total } = new PayrollTree(id, sorted);
  return { id, header, rows: sorted, total, root, filed: false };
}

// ------------------------------------------------------------------------------------------------------------- internal

/** A line whose worker was found. */
interface KnownLine extends PayrollLine {
  worker: number;
}

const AT_A_TIME = 100;

/** Several questions at a time; a node that takes batches gets them as one. */
async function inTurn<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    answers.push(...(await Promise.all(items.slice(start, start + AT_A_TIME).map(ask))));
  }
  return answers;
}

/** Who the lines mean: workers of this employer, each once. */
async function checkWorkers(
  { workers }: Reading,
  { project, employer, period, predecessor }: PayrollSource,
  lines: readonly PayrollLine[],
): Promise<{ rows: PayrollRow[]; lines: KnownLine[]; faults: PayrollFault[] }> {
  const found = await inTurn(lines, async ({ worker: number, account }) => {
    const worker = account === undefined ? number : Number(await workers.workerByAccount(project, account));
    if (worker === undefined || worker === 0) return undefined;
    const [known, employed] = await Promise.all([
      workers.workerOf(project, worker),
      workers.isEmployed(project, worker, employer, period),
    ]);
    return { worker, known, employed };
  });
  const faults: PayrollFault[] = [];
  const known: KnownLine[] = [];
  const lineOf = new Map<number, number>();
  for (const [i, of] of lines.entries()) {
    const { line, account, worker = account } = of;
    if (worker === undefined) continue; // said already
    const fault = (name: PayrollFaultName, message: string) => faults.push({ fault: name, line, message });
    const answer = found[i];
    const who = account === undefined ? `worker ${worker}` : `the account ${getAddress(account)}`;
    if (answer === undefined || answer.known.enrolledAt === 0n) {
      const why = account === undefined ? "is not enrolled in the project" : "is no worker's of the project";
      fault("WorkerUnknown", `${who} ${why}`);
      continue;
    }
    const first = lineOf.get(answer.worker);
    if (first !== undefined) fault("WorkerTwice", `${who} is in line ${first} already`);
    else lineOf.set(answer.worker, line);
    const { employer: other, since } = answer.known;
    if (!answer.employed) {
      const message =
        Number(other) === employer
          ? `${who} is employed since ${since}, and not in ${period}`
          : `${who} is employed by seat ${other}, and was not by seat ${employer} in ${period}`;
      fault("OtherEmployer", message);
    } else if (predecessor === undefined && Number(other) !== employer && period >= Number(since)) {
      const message = `${who} was employed by seat ${other} too in ${period}; what seat ${employer} owes goes into a supplementary payroll`;
      fault("OtherEmployer", message);
    }
    known.push({ ...of, worker: answer.worker });
  }
  const rows = known.flatMap(({ worker, amount }) => (amount === undefined ? [] : [{ worker, amount }]));
  return { rows: rows.sort((a, b) => a.worker - b.worker), lines: known, faults };
}

/** The rows in payrolls, each with its number. */
async function numbered(
  contracts: Reading,
  { project, employer, period, predecessor = ZeroHash, serial: asked }: PayrollSource,
  rows: readonly PayrollRow[],
): Promise<PayrollDraft[]> {
  const network = await wageNetwork(contracts);
  const drafts: PayrollDraft[] = [];
  let serial = asked ?? 1;
  for (let start = 0; start < rows.length; serial++) {
    const part = rows.slice(start, start + MAX_PAYROLL_ROWS);
    const draft = payrollOfRows(network, { project, employer, period, serial, predecessor }, part);
    const { status, root } = await contracts.payrolls.payrollOf(draft.id);
    draft.filed = status !== 0n;
    if (draft.filed && root !== draft.root) {
      if (asked === undefined) continue; // the next number
      throw taken(draft.header);
    }
    drafts.push(draft);
    start += MAX_PAYROLL_ROWS;
  }
  return drafts;
}

/** Workers who are in another payroll of the month. */
async function alreadyFiled(
  { payrolls }: Reading,
  { project, period }: PayrollSource,
  lines: readonly KnownLine[],
  drafts: readonly PayrollDraft[],
): Promise<PayrollFault[]> {
  const own = new Set(drafts.flatMap(({ filed, rows }) => (filed ? rows.map(({ worker }) => worker) : [])));
  const others = lines.filter(({ worker }) => !own.has(worker));
  const filed = await inTurn(others, async ({ worker }) => payrolls.isFiled(project, period, worker));
  return others.flatMap(({ worker, line }, i) => {
    if (filed[i] !== true) return [];
    const message = `worker ${worker} is in a payroll of ${period} already; what is missing goes into a supplementary one`;
    return [{ fault: "AlreadyFiled" as const, line, message }];
  });
}

async function isFiledAs(
  { payrolls }: Pick<Contracts, "payrolls">,
  id: string,
  root: string,
  header: PayrollHeader,
): Promise<boolean> {
  const state = await payrolls.payrollOf(id);
  if (state.status === 0n) return false;
  if (state.root !== root) throw taken(header);
  return true;
}

function taken({ serial, period }: PayrollHeader): PayrollError {
  return new PayrollError(
    `payroll ${serial} of ${period} is filed with other rows; take another number for what is new, and leave out who is in it`,
  );
}
