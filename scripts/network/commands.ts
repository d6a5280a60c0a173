/** What `npm run network` does. */
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

import { UsageError } from "../common/command.js";
import { built } from "./build.js";
import { CLOCK_VARIABLE, makeClock } from "./clock.js";
import { type Engine, NetworkError } from "./engine.js";
import {
  clockOf,
  makeNetwork,
  makePrivate,
  type Network,
  networkFolder,
  networkOf,
  removeDrafts,
  urlOf,
} from "./folder.js";
import { DEFAULTS, differing, type Typed } from "./options.js";
import { alone } from "./process.js";
import {
  checkPorts,
  endAll,
  endNode,
  isRunning,
  logEnd,
  startNode,
  type State,
  statesOf,
  waitForBlocks,
} from "./validators.js";

const LINES = 40;

/** What commands work with. */
export interface Place {
  engines: readonly Engine[];
  /** The folder of all networks. */
  root: string;
  say: (line: string) => void;
}

/** @throws UsageError where the command does not fit the networks that are there; NetworkError where something fails. */
export async function runCommand(place: Place, typed: Typed): Promise<void> {
  process.umask(0o077); // what engines write is for nobody else, either
  makePrivate(place.root);
  const change = async (work: () => Promise<void>) => alone(join(place.root, "lock"), work);
  switch (typed.command) {
    case "up":
      return change(async () => up(place, typed));
    case "down":
      return change(async () => down(place, typed));
    case "status":
      for (const [engine, network] of made(place, typed)) await tell(place, engine, network);
      return;
    case "logs": {
      const { network, node } = validator(place, typed);
      place.say(logEnd(network, node, LINES));
      return;
    }
    case "kill":
      return change(async () => {
        const { network, node } = validator(place, typed);
        const ran = await endNode(network, node, "SIGKILL");
        place.say(ran ? `validator ${node} is killed` : `validator ${node} did not run`);
      });
    case "start":
      return change(async () => {
        const { engine, network, node } = validator(place, typed);
        const started = await startNode(
          engine,
          network,
          node,
          await built(engine, place.root, place.say, network.clock !== 0),
        );
        place.say(started ? `validator ${node} is started` : `validator ${node} runs already`);
      });
  }
}

async function up(place: Place, { engine: named, settings }: Typed): Promise<void> {
  const { engines, root, say } = place;
  const engine = named ?? engines[0];
  if (engine === undefined) throw new NetworkError("there is no engine");
  const before = networkOf(root, engine);
  if (before !== undefined) {
    const others = differing(before, settings);
    if (others.length !== 0) {
      throw new UsageError(
        `there is a network of ${engine.title} already, and it cannot become one with ${others.join(", ")}; ` +
          `to delete it, with its chain: npm run network -- down --purge --engine ${engine.name}`,
      );
    }
  }
  const folder = networkFolder(root, engine);
  const network = before ?? { ...DEFAULTS, ...settings, engine: engine.name, folder };
  for (const node of nodesOf(network)) await checkPorts(network, node);
  const binaries = await built(engine, root, say, network.clock !== 0);
  const what = `${network.validators} ${network.validators === 1 ? "validator" : "validators"} of ${engine.title}, chain ${network.chainId}`;
  if (before === undefined) {
    if (existsSync(folder)) say(`${relative(".", folder)} was not made to its end: it is made anew`);
    await endAll(folder);
    await makeNetwork(network, async (draft) => {
      await engine.prepare(network, draft, binaries);
      if (network.clock !== 0) makeClock(clockOf({ folder: draft }), network.clock);
    });
    say(`${what}: keys and genesis are made`);
    if (network.validators < engine.least) {
      say(`none of them may fail: ${engine.title} needs ${engine.least} validators to go on without one`);
    }
  } else {
    say(`${what}, as they were made before`);
  }
  let started = 0;
  for (const node of nodesOf(network)) if (await startNode(engine, network, node, binaries)) started++;
  if (started !== 0) say("waiting for blocks");
  await waitForBlocks(network);
  await tell(place, engine, network);
  say(next(network));
}

async function down(place: Place, { engine: named, purge }: Typed): Promise<void> {
  const { engines, root, say } = place;
  for (const engine of named === undefined ? engines : [named]) {
    const folder = networkFolder(root, engine);
    const ended = await endAll(folder);
    if (ended !== 0) say(`${engine.title}: ${ended} ${ended === 1 ? "validator is" : "validators are"} ended`);
    if (!purge) continue;
    removeDrafts(folder);
    if (!existsSync(folder)) continue;
    rmSync(folder, { recursive: true });
    say(`${engine.title}: keys and chain are deleted`);
  }
}

async function tell({ say }: Place, { title }: Engine, network: Network): Promise<void> {
  say(`${title}, chain ${network.chainId}, a block every ${network.period} s`);
  for (const state of await statesOf(network)) {
    say(`  validator ${state.node}  ${urlOf(network, state.node)}  ${doing(state)}`);
  }
}

function doing({ node, pid, lost, block, peers }: State): string {
  if (lost) return `ended by itself; see npm run network -- logs ${node}`;
  if (pid === undefined) return "does not run";
  return `process ${pid}, ${block === undefined ? "does not answer" : `block ${block}, ${peers ?? "?"} peers`}`;
}

function next(network: Network): string {
  const urls = Array.from(nodesOf(network), (node) => urlOf(network, node));
  const records = relative(".", join(network.folder, "records"));
  return [
    "\nNext:",
    `  npm run preflight -- --url ${urls.join(",")}`,
    `  export CIVITAS_RPC_URL=${urls[0]} CIVITAS_CHAIN_ID=${network.chainId} CIVITAS_RECORDS=${records}`,
    "  export CIVITAS_DEPLOYER_KEY=0x$(openssl rand -hex 32) CIVITAS_ADMIN_ADDRESS=0x...   # yours",
    "  npm run deploy -- --network consortium",
    "  npm run verify -- --network consortium",
    ...(network.clock === 0
      ? []
      : [
          `  CIVITAS_NODE_URL=${urls[0]} ${CLOCK_VARIABLE}=${relative(".", clockOf(network))} npm start -- --network trial`,
        ]),
    "  npm run network -- kill 3, start 3, status, logs 0, down",
  ].join("\n");
}

function* nodesOf({ validators }: Network): Generator<number> {
  for (let node = 0; node < validators; node++) yield node;
}

/** The networks that are meant: the engine's that was named; else those that run; else all. */
function made({ engines, root }: Place, { engine: named }: Typed): [Engine, Network][] {
  const found: [Engine, Network][] = [];
  for (const engine of named === undefined ? engines : [named]) {
    const network = networkOf(root, engine);
    if (network !== undefined) found.push([engine, network]);
  }
  const running = found.filter(([, network]) => isRunning(network));
  if (found.length !== 0) return running.length === 0 ? found : running;
  const [of, option] = named === undefined ? ["", ""] : [` of ${named.title}`, ` --engine ${named.name}`];
  throw new NetworkError(`there is no network${of}; make one: npm run network -- up${option}`);
}

/** The one validator that is meant. */
function validator(place: Place, typed: Typed): { engine: Engine; network: Network; node: number } {
  const [first, ...more] = made(place, typed);
  if (first === undefined || more.length !== 0) {
    throw new UsageError("there are networks of several engines: name one by --engine");
  }
  const [engine, network] = first;
  const node = typed.node ?? 0;
  if (node >= network.validators) {
    throw new UsageError(`there is no validator ${node}: the last is ${network.validators - 1}`);
  }
  return { engine, network, node };
}
