// npm run pack: the package, as `npm publish` would send it, with its size, checked by publint and "are the types wrong?".
//   npm run pack             leaves civitas-VERSION.tgz here, and writes docs/package-size.json
//   npm run pack -- --check  leaves nothing; fails if the size is not the one on record
// npm has run `prepack` before, which builds the client.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { differences, pack, type PackageSize } from "./pack/tarball.js";

const RECORD = "docs/package-size.json";

/** The package is ES modules alone, so it is not asked what `require` or a resolution older than `exports` would find. */
const CHECKS = [
  ["publint", "run", "--strict"],
  ["attw", "--profile", "esm-only", "--format", "ascii", "--no-emoji"],
];

const check = process.argv.includes("--check");
const folder = check ? mkdtempSync(join(tmpdir(), "civitas-pack-")) : ".";
const problems: string[] = [];
try {
  const { path, size } = pack(folder);
  for (const [program = "", ...args] of CHECKS) {
    const { status, stdout, stderr, error } = spawnSync(program, [...args, path], { encoding: "utf8" });
    if (error !== undefined) problems.push(`${program} could not be asked: ${error.message}`);
    else if (status === 0) console.log(`${program} finds nothing to complain of`);
    else problems.push(`${program} complains:\n${stdout}${stderr}`);
  }
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  for (const [part, bytes] of Object.entries(size.parts)) console.log(`${part.padEnd(20)} ${kB(bytes).padStart(10)}`);
  console.log(`${size.files} files, ${kB(size.packed)} packed, ${kB(size.unpacked)} unpacked`);
  if (check) {
    const faults = differences(size, JSON.parse(readFileSync(RECORD, "utf8")) as PackageSize);
    problems.push(...faults.map((fault) => `${fault}; if that is meant, \`npm run pack\` writes ${RECORD}`));
  } else {
    writeFileSync(RECORD, `${JSON.stringify(size, null, 2)}\n`);
    console.log(`pack: wrote ${path} and ${RECORD}`);
  }
} finally {
  if (check) rmSync(folder, { recursive: true });
}
for (const problem of problems) console.error(`pack: ${problem}`);
if (problems.length > 0) process.exit(1);
