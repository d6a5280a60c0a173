// What an operator does, on validators of a real engine and from an empty folder: up, preflight, deploy, deploy again, verify, the whole demo, the
// packed package, the examples, down. Each step is the command that a person types.
//   npm run test:network
//   npm run test:network -- --engine edge
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { computeAddress, hexlify, randomBytes } from "ethers";

import { endAfter, UsageError } from "./common/command.js";
import { ask } from "./common/rpc.js";
import { CLOCK_VARIABLE, speedUpClock } from "./network/clock.js";
import { runConsumers } from "./test-network/consumers.js";

const HELP = `Runs the suite on four validators of a real engine, from an empty folder, and takes everything away again.

  npm run test:network [-- --engine kaia | edge | clique]

Needs Go, which builds the engine once. Exit codes: 0 all of it worked, 1 something did not, 2 the options make no sense.`;

const PORT = 20_545;
const CHAIN_ID = 20_262;
const VALIDATORS = 4;
/** How many times as fast the validators' clock runs: blocks come as fast as they agree on them. Clique's signers fork where blocks come faster than they travel. */
const RATES: Readonly<Record<string, number>> = { kaia: 10, edge: 10, clique: 4 };
const ENGINES = Object.keys(RATES);
const LATE_MS = 10_000;
/** One test of each example: tests that share a state need a chain that goes back to it. */
const EXAMPLES = {
  "tax-office": "books what holders have signed",
  desk: "accepts what it asked for",
  bank: "pays every worker",
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { engine: { type: "string" }, help: { type: "boolean" } } });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const engine = values.engine ?? "kaia";
  const rate = RATES[engine];
  if (rate === undefined) {
    throw new UsageError(`--engine is one of ${ENGINES.join(", ")}; this is "${engine}"`);
  }
  const folder = join(".network", engine);
  if (existsSync(folder)) {
    throw new Error(
      `${folder} has a network of yours; delete it first: npm run network -- down --purge --engine ${engine}`,
    );
  }
  const [url = "", ...others] = Array.from({ length: VALIDATORS }, (_, node) => `http://127.0.0.1:${PORT + node}`);
  const clock = join(folder, "clock");
  const key = hexlify(randomBytes(32));
  const env = {
    CIVITAS_RECORDS: join(folder, "records"),
    CIVITAS_RPC_URL: url,
    CIVITAS_CHAIN_ID: String(CHAIN_ID),
    CIVITAS_NODE_URL: url,
  };
  const forDeployment = {
    ...env,
    CIVITAS_DEPLOYER_KEY: key,
    CIVITAS_ADMIN_ADDRESS: computeAddress(hexlify(randomBytes(32))),
  };
  process.on("SIGINT", () => undefined); // ends the step, which ends this after its cleaning up
  const network = (command: string, ...more: string[]) =>
    step(`network ${command}`, ["tsx", "scripts/network.ts", command, "--engine", engine, ...more], env);
  const sent = async () => Number(await ask(url, "eth_getTransactionCount", [computeAddress(key), "latest"], LATE_MS));
  try {
    await network("up", "--port", String(PORT), "--chain-id", String(CHAIN_ID), "--clock", "1");
    const endpoints = [url, ...others].flatMap((one) => ["--url", one]);
    await step("preflight", ["tsx", "scripts/preflight.ts", ...endpoints], env);
    speedUpClock(clock, rate);
    const deploy = ["hardhat", "deploy", "--network", "consortium"];
    await step("deploy", deploy, forDeployment);
    const before = await sent();
    await step("deploy again", deploy, forDeployment);
    if ((await sent()) !== before) throw new Error(`deploying again sent ${(await sent()) - before} transactions`);
    console.log(`deploying again sent nothing; the first time sent ${before} transactions`);
    await step("verify", ["hardhat", "verify", "--network", "consortium"], env);
    const onTrial = { ...env, [CLOCK_VARIABLE]: clock }; // of the validators, which stories move on
    const story = await step("the demo", ["hardhat", "run", "scripts/demo.ts", "--network", "trial"], onTrial);
    const [, directory = ""] = /SuiteDirectory: (0x[0-9a-fA-F]{40})/.exec(story) ?? [];
    console.log("\n--- the packed package");
    await runConsumers({ url, directory }, console.log);
    for (const [example, test] of Object.entries(EXAMPLES)) {
      const mocha = ["hardhat", "test", "mocha", `test/examples/${example}.test.ts`, "--no-compile", "--grep", test];
      await step(`the example ${example}`, [...mocha, "--network", "trial"], onTrial);
    }
    await network("status");
  } finally {
    await network("down", "--purge");
  }
  console.log(`\neverything worked on ${VALIDATORS} validators of ${engine}`);
}

/** Runs a command of this repository, and tells how long it took. @returns what it printed. */
async function step(what: string, [file = "", ...args]: string[], env: Record<string, string>): Promise<string> {
  console.log(`\n--- ${what}`);
  const began = Date.now();
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    process.stdout.write(text);
  });
  const [status] = (await once(child, "close")) as [number | null];
  const seconds = Math.round((Date.now() - began) / 1000);
  if (status !== 0) throw new Error(`${what} ended with status ${status ?? "of a signal"} after ${seconds} s`);
  console.log(`--- ${what}: ok, ${seconds} s`);
  return printed;
}

await endAfter("test:network", main);
