import { textTable } from "../../src/common/text-table.js";
import { visible } from "../../src/common/visible.js";
import type { Answer } from "./answer.js";

export interface Report {
  /** Whether the chain can carry the suite. */
  ready: boolean;
  /** A sentence. */
  summary: string;
  answers: readonly Answer[];
}

export function reportOf(answers: readonly Answer[]): Report {
  const of = (verdict: Answer["verdict"]) => answers.filter((answer) => answer.verdict === verdict);
  const [faults, warnings] = [of("no"), of("warn")];
  if (faults.length !== 0) {
    const summary = `this chain cannot carry the suite as it is: ${faults.map(({ what }) => what).join(", ")}`;
    return { ready: false, summary, answers };
  }
  const known = warnings.length === 0 ? "" : `; to be known: ${warnings.map(({ what }) => what).join(", ")}`;
  return { ready: true, summary: `This chain can carry the suite${known}.`, answers };
}

/** What was asked and found in columns, and below each what to change. */
export function tableOf(answers: readonly Answer[]): string {
  const lines = textTable(answers.map(({ verdict, what, found }) => [verdict, what, visible(found)]));
  return answers
    .flatMap(({ change }, i) => [lines[i] ?? "", ...(change === undefined ? [] : [`      → ${change}`])])
    .join("\n");
}
