// The runtime size of every deployable contract, kept in docs/sizes.json.
// Writes the file; with `--check` compares it exactly instead. Either way no contract may exceed the EVM's limit.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const SNAPSHOT = "docs/sizes.json";
const LIMIT = 24_576; // bytes, EIP-170
const NOT_DEPLOYED = /^artifacts\/contracts\/(test|mocks)\//;

interface Artifact {
  contractName: string;
  abi: { type: string }[];
  deployedBytecode: string;
}

const sizes: Record<string, number> = {};
for (const file of globSync("artifacts/contracts/**/*.json").sort()) {
  if (NOT_DEPLOYED.test(file)) continue;
  const { contractName, abi, deployedBytecode } = JSON.parse(readFileSync(file, "utf8")) as Artifact;
  const size = (deployedBytecode.length - "0x".length) / 2;
  // Interfaces and abstract contracts have no code, libraries of internal functions nothing to call.
  if (size > 0 && abi.some(({ type }) => type !== "error" && type !== "event")) sizes[contractName] = size;
}

const problems = Object.entries(sizes)
  .filter(([, size]) => size > LIMIT)
  .map(([name, size]) => `${name} has ${size} bytes, more than ${LIMIT}`);
if (Object.keys(sizes).length === 0) problems.push("no contracts are built");

if (process.argv.includes("--check")) {
  const recorded = existsSync(SNAPSHOT) ? (JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Record<string, number>) : {};
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(sizes)])) {
    const [was, is] = [recorded[name] ?? "absent", sizes[name] ?? "absent"];
    if (was !== is) problems.push(`${name}: ${was} in ${SNAPSHOT}, ${is} now; \`npm run size\` writes it anew`);
  }
} else {
  mkdirSync(dirname(SNAPSHOT), { recursive: true });
  writeFileSync(SNAPSHOT, `${JSON.stringify(sizes, null, 2)}\n`);
}

for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name.padEnd(28)} ${String(size).padStart(6)} bytes, ${LIMIT - size} free`);
}
for (const problem of problems) console.error(`size: ${problem}`);
if (problems.length > 0) process.exit(1);
