/** What came of a payday, as lines for people. */
import { textTable } from "../../src/common/text-table.js";
import { grouped } from "../common/command.js";
import type { Paid } from "./audit.js";
import type { Options } from "./plan.js";
import type { Outcome, Phase } from "./run.js";

/** What the issue asks for, at Berlin, in calls of 100: gas of a payment. */
const TARGETS = { call: 100, first: 55_000, later: 35_000 };

/** What payments took, beside transfers and targets. @returns also what misses its target: calls of another size have none. */
export function gasLines(
  { call }: Pick<Options, "call">,
  { plans, books, yardstick }: Pick<Outcome, "plans" | "books" | "yardstick">,
): { lines: string[]; missed: string[] } {
  const missed: string[] = [];
  const row = (what: string, { calls, payments, gas }: Paid, transfer: number): string[] => {
    const sizes = [what, grouped(calls), grouped(payments)];
    if (payments === 0) return [...sizes, "none"];
    const each = Number(gas) / payments;
    return [...sizes, rounded(each), rounded(transfer), `${(each / transfer).toFixed(2)} x`];
  };
  const judged = (kind: "first" | "later", paid: Paid): string[] => {
    const cells = row(`in calls of ${grouped(call)}`, paid, yardstick[kind]);
    if (call !== TARGETS.call || paid.payments === 0) return cells;
    const isMet = Number(paid.gas) <= TARGETS[kind] * paid.payments;
    if (!isMet) missed.push(`${kind} payments`);
    return [...cells, grouped(TARGETS[kind]), isMet ? "met" : "missed"];
  };
  const workers = plans.reduce((sum, plan) => sum + plan.workers, 0);
  const table = textTable(
    [
      ["", "calls", "payments", "gas each", "transfer", "ratio", `target of ${TARGETS.call}`],
      row("first payments", books.first, yardstick.first),
      judged("first", books.firstFull),
      row("later payments", books.later, yardstick.later),
      judged("later", books.laterFull),
    ],
    [1, 2, 3, 4, 5, 6],
  );
  const sum = `paid: ${grouped(books.amount)} fen to ${grouped(workers)} workers of ${grouped(plans.length)} projects`;
  return { lines: [sum, ...table.map((line) => `  ${line}`)], missed };
}

const DID: Record<Phase, string> = {
  "setting up": "projects",
  enrolling: "workers",
  filing: "payrolls",
  approving: "payrolls",
  paying: "payments",
  transferring: "transfers",
  "reading back": "payments",
};

/** How long each part took. @param seconds In all. */
export function timeLines({ phases, yardstick }: Pick<Outcome, "phases" | "yardstick">, seconds: number): string[] {
  const rows = Object.entries(phases).map(([phase, { seconds: took, now, before }]) => [
    ...[phase, `${took.toFixed(1)} s`, grouped(now), DID[phase as Phase]],
    ...[before === 0 ? "" : grouped(before), now === 0 ? "" : (now / took).toFixed(1)],
  ]);
  const table = textTable([["", "took", "now", "", "before", "per second"], ...rows], [1, 2, 4, 5]);
  const lines = [`time: ${seconds.toFixed(1)} s`, ...table.map((line) => `  ${line}`)];
  const { now, seconds: paying } = phases.paying;
  if (now === 0) return lines;
  const times = now / paying / (yardstick.transfers / yardstick.seconds);
  return [...lines, `payments are made ${times.toFixed(1)} times as fast as plain transfers, one behind the other`];
}

function rounded(gas: number): string {
  return grouped(Math.round(gas));
}
