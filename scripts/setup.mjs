// What every npm script runs first: installs the locked dependencies, once, under a Node that Hardhat can use.
// Runs before anything is installed, on Node 20 and later: no dependencies, no TypeScript.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

// Hardhat 3 needs Node 22.10. An install under an older one silently leaves its native EVM out.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const CAN_INSTALL = major > 22 || (major === 22 && minor >= 10);

// The later commands of a script run on the Node of this development dependency: npm puts it first on their path.
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const NODE = devDependencies.node;

// Written after an install, inside of what it describes: the lock file and the machine that it was made for.
const STAMP = join(ROOT, "node_modules", ".civitas-setup");
const WANTED = createHash("sha256")
  .update(readFileSync(join(ROOT, "package-lock.json")))
  .update(`${process.platform} ${process.arch}`)
  .digest("hex");

if (process.argv[2] === "--installed") {
  finish(); // npm's `prepare`: somebody typed `npm ci` or `npm install`
} else if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== WANTED) {
  install();
  finish();
}

function install() {
  const command = CAN_INSTALL ? ["npm", "ci"] : ["npx", "-y", "-p", `node@${NODE}`, "npm", "ci"];
  const how = CAN_INSTALL ? "" : `, through Node ${NODE} because this is Node ${process.versions.node}`;
  say(`installing the locked dependencies${how} (about a minute, once)`);

  if (!CAN_INSTALL) rmSync(join(ROOT, "node_modules"), { recursive: true, force: true }); // else npx takes Node from there
  const [program, ...args] = [...command, "--ignore-scripts=false", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (error) fail(`${program} cannot be started: ${error.message}`);
  if (status !== 0) fail(`\`${command.join(" ")}\` failed for the reason above. Is the npm registry reachable?`);
}

/** Checks what npm may leave out without an error, and remembers that all is there. */
function finish() {
  const node = join(ROOT, "node_modules", "node", "bin", "node");
  const probe = "require('@nomicfoundation/edr'); console.log(process.versions.node)";
  const { stdout, stderr, error } = spawnSync(node, ["-e", probe], { cwd: ROOT, encoding: "utf8" });

  if (error) fail(`Node ${NODE} is missing from node_modules. Are npm's install scripts off (ignore-scripts)?`);
  if (stdout.trim() !== NODE) {
    say(`Hardhat's native EVM does not load on ${process.platform} ${process.arch}: ${/Error: .*/.exec(stderr)?.[0]}`);
    fail("An install under a Node older than 22.10 leaves it out. `npm test` and all other scripts install it.");
  }
  writeFileSync(STAMP, WANTED);
}

function say(line) {
  console.error(`setup: ${line}`);
}

function fail(reason) {
  say(reason);
  process.exit(1);
}
