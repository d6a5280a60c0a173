// Branch coverage for Solidity. Hardhat's own `--coverage` reports statements only, so `if (a) b;` counts as covered
// though `a` was never false. This plugin adds the missing half to the same run: in the instrumented source it wraps
//   - the condition of each `if`, `? :`, `require` and loop, and
//   - each operand of `&&` and `||`
// in a function that reports whether it was true or false. scripts/check-coverage.ts wants to see both of each.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { parse, visit } from "@solidity-parser/parser";
import type { HardhatPlugin } from "hardhat/types/plugins";

export const BRANCHES_FOLDER = "coverage/branches";

/** A condition in a source file, and the tags that a run reports when it is true or false. */
export interface Decision {
  line: number;
  text: string;
  whenTrue: string;
  whenFalse: string;
}

export interface FileDecisions {
  source: string;
  decisions: Decision[];
}

interface Span {
  start: number; // first character
  end: number; // one past the last
  line: number;
}

const REPORTER = "__NomicFoundationCoverage.sendHit"; // Hardhat's coverage library, which it adds to each build

export const branchCoverage: HardhatPlugin = {
  id: "branch-coverage",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            preprocessProjectFileBeforeBuilding: async (context, sourceName, fsPath, content, solcVersion, next) => {
              const instrumented = await next(context, sourceName, fsPath, content, solcVersion);
              // Hardhat leaves out tests and `coverage.skipFiles`; what it did not instrument has no reporter either.
              if (!context.globalOptions.coverage || !instrumented.includes(REPORTER)) return instrumented;

              const root = context.config.paths.root;
              const source = relative(root, fsPath);
              const original = await readFile(fsPath, "utf8");
              const spans = conditions(original);
              const decisions = spans.map((span) => ({
                line: span.line,
                text: original.slice(span.start, span.end).replace(/\s+/g, " "),
                whenTrue: tag(source, span, true),
                whenFalse: tag(source, span, false),
              }));
              const file = join(root, BRANCHES_FOLDER, `${source}.json`);
              await mkdir(dirname(file), { recursive: true });
              await writeFile(file, JSON.stringify({ source, decisions } satisfies FileDecisions, null, 2));
              return wrap(instrumented, source, decisions);
            },
          }),
      }),
  },
};

/** The conditions in a source, in the order of the syntax tree, which is the same before and after instrumentation. */
function conditions(source: string): Span[] {
  const found = new Map<string, Span>();
  let functions = 0; // around the node being visited: initialisers outside of functions do not branch

  const add = (condition: unknown): void => {
    const node = strip(condition as SyntaxNode);
    if (functions === 0 || isCompound(node)) return; // the operands of `&&` and `||` are added by themselves
    const [start, last] = node.range;
    found.set(node.range.join(), { start, end: last + 1, line: node.loc.start.line });
  };
  const enter = (): void => {
    functions++;
  };
  const leave = (): void => {
    functions--;
  };

  visit(parse(source, { range: true, loc: true }), {
    FunctionDefinition: enter,
    "FunctionDefinition:exit": leave,
    ModifierDefinition: enter,
    "ModifierDefinition:exit": leave,
    IfStatement: (node) => {
      add(node.condition);
    },
    Conditional: (node) => {
      add(node.condition);
    },
    WhileStatement: (node) => {
      add(node.condition);
    },
    DoWhileStatement: (node) => {
      add(node.condition);
    },
    ForStatement: (node) => {
      if (node.conditionExpression) add(node.conditionExpression);
    },
    FunctionCall: (node) => {
      if (node.expression.type === "Identifier" && node.expression.name === "require") add(node.arguments[0]);
    },
    BinaryOperation: (node) => {
      if (!isCompound(node)) return;
      add(node.left);
      add(node.right);
    },
  });
  return [...found.values()];
}

/** What this file needs to know of any expression in the syntax tree. */
interface SyntaxNode {
  type: string;
  range: [first: number, last: number];
  loc: { start: { line: number } };
  operator?: string;
  subExpression?: SyntaxNode;
  components?: SyntaxNode[];
}

function isCompound(node: { type: string; operator?: string }): boolean {
  return node.type === "BinaryOperation" && (node.operator === "&&" || node.operator === "||");
}

/** Without the parentheses and negations around it: `!(a && b)` has the branches of `a && b`. */
function strip(node: SyntaxNode): SyntaxNode {
  if (node.type === "UnaryOperation" && node.operator === "!" && node.subExpression) return strip(node.subExpression);
  const only = node.components?.length === 1 ? node.components[0] : undefined;
  return node.type === "TupleExpression" && only ? strip(only) : node;
}

/** Wraps each condition of the instrumented source in a call that reports its value and returns it. */
function wrap(instrumented: string, source: string, decisions: Decision[]): string {
  const spans = conditions(instrumented);
  if (spans.length !== decisions.length) throw new Error(`${source}: instrumented, it has other conditions`);

  const report = `__branch_${createHash("sha256").update(source).digest("hex").slice(0, 16)}`;
  const opening = new Map<number, string>();
  const closing = new Map<number, string>();
  const outermostFirst = spans
    .map((span, i) => ({ ...span, decision: decisions[i] }))
    .sort((a, b) => b.end - b.start - (a.end - a.start));
  for (const { start, end, decision } of outermostFirst) {
    if (!decision) continue;
    opening.set(start, `${opening.get(start) ?? ""}${report}(`);
    closing.set(end, `, 0x${decision.whenTrue}, 0x${decision.whenFalse})${closing.get(end) ?? ""}`);
  }
  const wrapped = Array.from({ length: instrumented.length + 1 }, (_, i) => {
    return `${closing.get(i) ?? ""}${opening.get(i) ?? ""}${instrumented.charAt(i)}`;
  });
  return `${wrapped.join("")}
function ${report}(bool value, uint256 whenTrue, uint256 whenFalse) pure returns (bool) {
  ${REPORTER}(value ? whenTrue : whenFalse);
  return value;
}
`;
}

function tag(source: string, span: Span, value: boolean): string {
  return createHash("sha256").update(`${source} ${span.start} ${span.end} ${value}`).digest("hex");
}
