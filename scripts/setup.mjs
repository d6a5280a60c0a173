// What every npm script runs first: installs the locked dependencies, once, under a Node that Hardhat can use.
// Runs before anything is installed, on Node 20 and later: no dependencies, no TypeScript.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const STAMP = join(ROOT, "node_modules", ".civitas-setup");
const LOCAL_NODE = join(ROOT, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
const MIN_NODE = [22, 10]; // Hardhat 3; under an older Node npm silently leaves its native EVM out

// npm writes this file at the end of an install, so it says what is installed even if it was done by hand.
const INSTALLED_LOCK = join(ROOT, "node_modules", ".package-lock.json");

const lock = readFileSync(join(ROOT, "package-lock.json"));
const wanted = createHash("sha256").update(lock).update(`${process.platform} ${process.arch}`).digest("hex");

if (!isInstalled()) install();

function isInstalled() {
  return existsSync(INSTALLED_LOCK) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted;
}

function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const suits = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const command = suits ? ["npm", "ci"] : ["npx", "-y", "-p", `node@${devDependencies.node}`, "npm", "ci"];

  const why = suits ? "" : `, through Node ${devDependencies.node} because this is Node ${process.versions.node}`;
  say(`installing the locked dependencies${why} (about a minute, once)`);
  const began = Date.now();
  run([...command, "--no-audit", "--no-fund", "--loglevel=error"]);

  // Both come as optional or scripted parts of a package, which npm leaves out without an error.
  const version = spawnSync(LOCAL_NODE, ["--version"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  }).stdout?.trim();
  if (version !== `v${devDependencies.node}`) {
    fail(
      `node_modules has no Node ${devDependencies.node} (found: ${version || "none"}). Were install scripts switched off (npm's ignore-scripts)?`,
    );
  }
  const edr = spawnSync(LOCAL_NODE, ["-e", "require('@nomicfoundation/edr')"], {
    cwd: ROOT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (edr.status !== 0)
    fail(`the native EVM of Hardhat does not load on ${process.platform} ${process.arch}:\n${edr.stderr}`);

  writeFileSync(STAMP, wanted);
  say(`done in ${Math.round((Date.now() - began) / 1000)} s`);
}

function run([command, ...args]) {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (error) fail(`${command} cannot be started: ${error.message}`);
  if (status !== 0)
    fail(`\`${[command, ...args].join(" ")}\` failed; the reason is above. Is the npm registry reachable?`);
}

function say(line) {
  console.error(`setup: ${line}`);
}

function fail(reason) {
  console.error(`setup: ${reason}`);
  process.exit(1);
}
