/** Load and faults: what the command does between its arguments and its last lines. */
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { grouped } from "../common/command.js";
import { built } from "../network/build.js";
import type { Engine } from "../network/engine.js";
import { makePrivate, type Network, networkFolder } from "../network/folder.js";
import { checkPorts, endAll } from "../network/validators.js";
import { Blocks } from "./blocks.js";
import { loseOne, loseTwo } from "./faults.js";
import { makeWith } from "./genesis.js";
import { measure, type Result, type Stage } from "./measure.js";
import { type Prepared, prepare, type Sizes } from "./prepare.js";
import { type Machine, machineOf, type Outcome } from "./report.js";
import { Validators } from "./validators.js";

/** The folder of engines and keys. */
const ROOT = ".network";
/** Networks of this command, apart from those of `npm run network`. */
const OWN = join(ROOT, "bench");

export interface Options {
  engine: Engine;
  port: number;
  chainId: number;
  /** For how long each load is sent. */
  seconds: number;
  /** For how long the one is in which a validator is lost. */
  faultSeconds: number;
  sizes: Sizes;
  loadBefore: number;
}

/** Ends what a run before this one left, and what this one started. */
export async function endRun({ engine }: Pick<Options, "engine">): Promise<void> {
  const folder = networkFolder(OWN, engine);
  while ((await endAll(folder)) !== 0) continue; // one may have been about to start
  if (existsSync(folder)) rmSync(folder, { recursive: true });
}

export async function runBench(options: Options, say: (line: string) => void): Promise<Outcome> {
  const { engine, port, chainId, sizes } = options;
  process.umask(0o077);
  makePrivate(resolve(ROOT));
  await endRun(options);
  const binaries = await built(engine, ROOT, say);
  const network: Network = {
    ...{ validators: 4, period: 1, port, chainId, clock: 0 },
    ...{ engine: engine.name, folder: networkFolder(OWN, engine) },
  };
  for (let node = 0; node < network.validators; node++) await checkPorts(network, node);
  const prepared = await prepare(chainId, sizes, say);
  await makeWith(engine, network, binaries, prepared.alloc);
  const validators = await Validators.start(engine, network, binaries);
  const blocks = await Blocks.from(validators.client);
  say(`${network.validators} validators make blocks`);
  try {
    return await onStage(
      options,
      network,
      prepared,
      machineOf(engine, options.loadBefore),
      { validators, blocks },
      say,
    );
  } finally {
    await blocks.end();
    await validators.end();
  }
}

async function onStage(
  { seconds, faultSeconds, chainId }: Options,
  { validators: count, period }: Network,
  { senders, yardstick, loads, lost, still }: Prepared,
  machine: Machine,
  running: Pick<Stage, "validators" | "blocks">,
  say: (line: string) => void,
): Promise<Outcome> {
  const stage: Stage = { ...running, chainId, senders, seconds, evenly: false };
  const results: Result[] = [];
  for (const load of [yardstick, ...loads]) {
    await running.blocks.rest(period);
    for (const result of await measure(stage, [load])) {
      results.push(result);
      say(
        `${result.what}: ${grouped(result.records)} in ${result.seconds} s, ${grouped(Math.round(result.rate))} a second`,
      );
    }
  }
  const [first, ...others] = results;
  if (first === undefined) throw new Error("the yardstick is a load");
  const withoutOne = await loseOne(
    { ...stage, seconds: faultSeconds, evenly: true },
    [lost.claims, lost.invoices],
    say,
  );
  const withoutTwo = await loseTwo(stage, still, say);
  const options = { seconds, validators: count, period, senders: senders.length };
  return { machine, options, yardstick: first, results: others, lost: withoutOne, still: withoutTwo };
}
