/** What came of a run, as a table for a terminal, a page and data. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

import { grouped } from "../common/command.js";
import { textTable } from "../../src/common/text-table.js";
import type { Engine } from "../network/engine.js";
import type { Lost, Still } from "./faults.js";
import type { Result } from "./measure.js";
import { isComplete, type Tally } from "./tally.js";

export interface Outcome {
  machine: Machine;
  options: { seconds: number; validators: number; period: number; senders: number };
  yardstick: Result;
  results: Result[];
  lost: Lost;
  still: Still;
}

/** Where and with what it was measured. */
export interface Machine {
  processors: string;
  memory: string;
  node: string;
  engine: string;
  /** How many processes wanted a processor before the run, on average over a minute: others' work that was beside it. */
  loadBefore: number;
}

export function machineOf(engine: Engine, loadBefore: number): Machine {
  const all = cpus();
  const module = readFileSync(`scripts/network/engines/${engine.name}/go.mod`, "utf8");
  const [, version = "?"] = /^\s*(?:require )?github\.com\/kaiachain\/kaia (v\S+)/m.exec(module) ?? [];
  return {
    processors: `${all.length} x ${all[0]?.model.trim() ?? "?"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    engine: `${engine.title} ${version}`,
    loadBefore: Math.round(10 * loadBefore) / 10,
  };
}

/** How many times the yardstick a load is to be, as the issue has it. */
const GOALS: Record<string, number> = {
  "claims.call": 2,
  "invoices.call": 2,
  "claims.anchored": 1_000,
  "invoices.anchored": 1_000,
};

/** Gas of writing a word of storage that was zero, for the first time in a transaction: EIP-2929 and EIP-2200. */
const NEW_WORD = 22_100;

interface Row {
  id: string;
  what: string;
  transactions: number;
  records: number;
  seconds: number;
  rate: number;
  /** Of a record. */
  gas: number;
  ratio: number;
  goal: number | undefined;
  met: boolean | undefined;
  /** Records a second with the time to compute ids and trees in it. */
  withComputing: number | undefined;
}

export function rowsOf({ yardstick, results }: Pick<Outcome, "yardstick" | "results">): Row[] {
  return [yardstick, ...results].map(({ id, what, transactions, records, seconds, rate, gas, computed }) => {
    const ratio = rate / yardstick.rate;
    const goal = GOALS[id];
    const withComputing = computed === undefined ? undefined : records / (seconds + computed);
    return {
      ...{ id, what, transactions, records, seconds, rate: Math.round(rate), ratio: Math.round(100 * ratio) / 100 },
      gas: shortened(gas / Math.max(records, 1)),
      ...{ goal, met: goal === undefined ? undefined : ratio >= goal, withComputing },
    };
  });
}

/** Whole, unless it is small. */
function shortened(gas: number): number {
  return gas < 100 ? Math.round(10 * gas) / 10 : Math.round(gas);
}

/** Goals that were missed, in words. */
export function missedGoals(outcome: Pick<Outcome, "yardstick" | "results">): string[] {
  return rowsOf(outcome)
    .filter(({ met }) => met === false)
    .map(({ what, ratio, goal = 0 }) => `${what}: ${ratio} x the yardstick, and should be ${grouped(goal)} x`);
}

/** Loads whose records are not all there exactly once, in words. */
export function faultsOf({ yardstick, results, lost, still }: Outcome): string[] {
  return [yardstick, ...results, ...lost.results, still.result]
    .filter(({ tally }) => !isComplete(tally))
    .map(({ what, tally }) => `${what}: ${wordsOf(tally)}`);
}

function wordsOf({ submitted, once, missing, double, foreign }: Tally): string {
  const example = missing[0] ?? double[0] ?? foreign[0];
  const counts = `${grouped(once)} of ${grouped(submitted)} found exactly once; ${missing.length} missing, ${double.length} double, ${foreign.length} that nobody submitted`;
  return example === undefined ? counts : `${counts}, such as ${example}`;
}

const HEAD = ["", "transactions", "records", "seconds", "records/s", "gas a record", "ratio", "goal", ""];

function cellsOf({ what, transactions, records, seconds, rate, gas, ratio, goal, met }: Row): string[] {
  const times = ratio.toLocaleString("en", { maximumFractionDigits: ratio < 100 ? 2 : 0 });
  const judged = goal === undefined ? ["", ""] : [`${grouped(goal)} x`, met === true ? "met" : "missed"];
  return [
    what,
    grouped(transactions),
    grouped(records),
    grouped(seconds),
    grouped(rate),
    grouped(gas),
    `${times} x`,
    ...judged,
  ];
}

export function tableLines(outcome: Outcome): string[] {
  return textTable([HEAD, ...rowsOf(outcome).map(cellsOf)], [1, 2, 3, 4, 5, 6, 7]);
}

/** The rest, in sentences. */
export function sentences({ yardstick, results, lost, still }: Outcome): string[] {
  const rows = rowsOf({ yardstick, results });
  const computing = rows.flatMap(({ what, withComputing, ratio, rate }) =>
    withComputing === undefined
      ? []
      : [
          `${what}: ids and trees were computed before, on the same processors; with that time, ${grouped(Math.round(withComputing))} records a second, ${((withComputing / rate) * ratio).toFixed(0)} x.`,
        ],
  );
  const transfer = rows[0]?.gas ?? 0;
  const calls = rows
    .filter(({ met, goal }) => met === false && goal === GOALS["claims.call"])
    .map(
      ({ what, gas, goal = 0 }) =>
        `${what}: a record is ${grouped(gas)} gas, and a whole transfer ${grouped(transfer)}. With as much gas in each second that is ${(transfer / gas).toFixed(2)} x; for ${goal} x a record would have to cost ${grouped(Math.round(transfer / goal))} gas, and to write one new word of storage costs ${grouped(NEW_WORD)} (EIP-2929).`,
    );
  const again = lost.results.reduce((sum, result) => sum + result.again, 0);
  return [
    ...computing,
    ...calls,
    `One validator killed under load, gone for ${lost.gone.toFixed(0)} s: ${lost.results.map(({ what, tally }) => `${what}: ${wordsOf(tally)}`).join("; ")}. ${grouped(again)} transactions were sent again through another endpoint, the same bytes. The longest time without a block was ${lost.pause} s. ${lost.caughtUp.toFixed(0)} s after the load all four had the same block ${lost.agreed}.`,
    `Two of four killed: no block for ${still.stood.toFixed(0)} s. The client said: "${still.said}". Blocks came ${still.resumed.toFixed(0)} s after one was started again. Sent meanwhile: ${wordsOf(still.result.tally)}. At the end all four had the same block ${still.agreed}.`,
  ];
}

/** More processes than this before the run, and its figures say less. */
const BUSY = 1.5;
const BESIDE =
  " (other work was beside it: the figures are low, and the ratios uncertain; measure again on a quiet machine)";

export function machineLine({ machine, options }: Outcome): string {
  const { processors, memory, node, engine, loadBefore } = machine;
  const { validators, period, senders, seconds } = options;
  return `${engine}, ${validators} validators, a block every ${period} s, ${senders} senders, each load sent for ${seconds} s at most; validators and senders together on ${processors}, ${memory}, Node ${node}; load of the machine before: ${loadBefore}${loadBefore > BUSY ? BESIDE : ""}`;
}

export function pageOf(outcome: Outcome): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    "# Load and faults on four validators",
    "",
    "Written by `npm run bench:network -- --write`. One run; timings are noisy, so read the ratios: each is to the transfers of the same run. Records are counted from the events in the blocks, over the time from the block before the first of them to the last; each load begins when the blocks of the one before are worked off.",
    "",
    `${machineLine(outcome)}.`,
    "",
    row(HEAD),
    row(HEAD.map((_, i) => (i === 0 || i === HEAD.length - 1 ? "---" : "--:"))),
    ...rowsOf(outcome).map((one) => row(cellsOf(one))),
    "",
    ...sentences(outcome).map((sentence) => `- ${sentence}`),
    "",
    "What the loads need was set up on a chain of the same process, whose clock was set back ten days, and put into the validators' genesis: a payroll can be paid three days after it was filed, and validators cannot move their clock. Payments were attested, and payments of the anchored invoices anchored, there, too.",
    "",
    "Kaia executes transactions for 250 ms of the clock in each block, at most (`--block-generation-time-limit`): what other processes take of the processors then is lost to the block, and calls that are long to execute lose most.",
    "",
  ].join("\n");
}

/** What docs/bench-network.json says. */
export function dataOf(outcome: Outcome): object {
  const { machine, options, lost, still } = outcome;
  const told = ({ id, tally, again, rate }: Result) => ({
    ...{ id, submitted: tally.submitted, once: tally.once, missing: tally.missing.length, double: tally.double.length },
    ...{ again, rate: Math.round(rate) },
  });
  return {
    ...{ machine, options, rows: rowsOf(outcome) },
    lost: { ...lost, results: lost.results.map(told) },
    still: { ...still, result: told(still.result) },
  };
}
