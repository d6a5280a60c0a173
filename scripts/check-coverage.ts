// Fails unless the last `hardhat test --coverage` ran every line of contracts/ and took every branch both ways.
// Lines come from Hardhat's own report, branches from scripts/branch-coverage.ts.
import { existsSync, globSync, readFileSync } from "node:fs";

import { BRANCHES_FOLDER, type FileDecisions } from "./branch-coverage.js";

const LINES = "coverage/lcov.info";
const HITS = "coverage/data/**/*.json";

if (!existsSync(LINES)) fail(`${LINES} is missing: run \`npm run coverage\``);

const gaps: { source: string; line: number; what: string }[] = [];
const lines = { found: 0, hit: 0 };
const branches = { found: 0, hit: 0 };
const sources = new Set<string>();

let source = "";
for (const record of readFileSync(LINES, "utf8").split("\n")) {
  if (record.startsWith("SF:")) {
    source = record.slice("SF:".length);
    sources.add(source);
  }
  if (!record.startsWith("DA:")) continue;
  const [line, hits] = record.slice("DA:".length).split(",").map(Number);
  lines.found++;
  if (hits) lines.hit++;
  else gaps.push({ source, line: line ?? 0, what: "is never run" });
}

const seen = new Set(globSync(HITS).flatMap((file) => Object.keys(JSON.parse(readFileSync(file, "utf8")) as object)));
for (const file of globSync(`${BRANCHES_FOLDER}/**/*.json`)) {
  const { source, decisions } = JSON.parse(readFileSync(file, "utf8")) as FileDecisions;
  if (!sources.has(source)) continue; // left by an earlier run: the source is gone
  for (const { line, text, whenTrue, whenFalse } of decisions) {
    for (const [tag, value] of [
      [whenTrue, "true"],
      [whenFalse, "false"],
    ] as const) {
      branches.found++;
      if (seen.has(tag)) branches.hit++;
      else gaps.push({ source, line, what: `\`${text}\` is never ${value}` });
    }
  }
}

if (lines.found === 0) fail(`${LINES} has no lines`);
for (const { source, line, what } of gaps.sort((a, b) => a.source.localeCompare(b.source) || a.line - b.line)) {
  console.error(`${source}:${line} ${what}`);
}
console.log(
  `coverage of ${sources.size} files: ${lines.hit} of ${lines.found} lines, ${branches.hit} of ${branches.found} branches`,
);
if (gaps.length > 0) fail(`${gaps.length} gaps; every line and branch of contracts/ must be covered`);

function fail(reason: string): never {
  console.error(`coverage: ${reason}`);
  process.exit(1);
}
