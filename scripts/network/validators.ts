/** Validators of a network: started, looked at, ended. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ask } from "../common/rpc.js";
import { CLOCK_VARIABLE } from "./clock.js";
import { type Engine, NetworkError } from "./engine.js";
import { clockOf, logOf, type Network, nodeFolder, pidFileOf, portsOf, urlOf } from "./folder.js";
import { endProcess, lastLines, pidIn, start } from "./process.js";

const READY_MS = 180_000;
const LATE_MS = 2_000;
const POLL_MS = 50;
const LOG_LINES = 20;

/** What a validator is doing. */
export interface State {
  node: number;
  /** Its process; undefined where it does not run. */
  pid: number | undefined;
  /** It was started, and nobody ended it, but it does not run. */
  lost: boolean;
  /** Its newest block; undefined where it does not answer. */
  block: number | undefined;
  peers: number | undefined;
}

/** Starts a validator, if it does not run. @returns whether it was started. */
export async function startNode(engine: Engine, network: Network, node: number, binaries: string): Promise<boolean> {
  const pidFile = pidFileOf(network, node);
  if (pidIn(pidFile) !== undefined) return false;
  await checkPorts(network, node);
  const mark = nodeFolder(network, node);
  const env = network.clock === 0 ? {} : { [CLOCK_VARIABLE]: clockOf(network) };
  await start({ ...engine.command(network, node, binaries), env }, { log: logOf(network, node), pidFile, mark });
  return true;
}

/** @throws NetworkError if a port of a validator that does not run is taken. */
export async function checkPorts(network: Network, node: number): Promise<void> {
  if (pidIn(pidFileOf(network, node)) !== undefined) return;
  for (const port of Object.values(portsOf(network, node)) as number[]) {
    if (await isFree(port)) continue;
    throw new NetworkError(
      `port ${port}, which validator ${node} needs, is in use; end what listens there, or make a network with another --port`,
    );
  }
}

/** Ends a validator. @returns whether it ran. */
export async function endNode(network: Network, node: number, signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
  return endProcess(pidFileOf(network, node), signal);
}

/** Ends all validators of a folder, whatever else is in it. @returns how many ran. */
export async function endAll(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const pidFiles = readdirSync(folder).filter((name) => /^node-\d+\.pid$/.test(name));
  const ended = await Promise.all(pidFiles.map(async (name) => endProcess(join(folder, name), "SIGTERM")));
  return ended.filter(Boolean).length;
}

export async function stateOf(network: Network, node: number): Promise<State> {
  const pidFile = pidFileOf(network, node);
  const pid = pidIn(pidFile);
  const answer = async (method: string) =>
    pid === undefined
      ? undefined
      : ask(urlOf(network, node), method, [], LATE_MS)
          .then(Number)
          .catch(() => undefined);
  const [block, peers] = await Promise.all([answer("eth_blockNumber"), answer("net_peerCount")]);
  return { node, pid, lost: pid === undefined && existsSync(pidFile), block, peers };
}

/** Whether one validator runs at least. */
export function isRunning(network: Network): boolean {
  return Array.from({ length: network.validators }, (_, node) => pidFileOf(network, node)).some(
    (pidFile) => pidIn(pidFile) !== undefined,
  );
}

export async function statesOf(network: Network): Promise<State[]> {
  return Promise.all(Array.from({ length: network.validators }, async (_, node) => stateOf(network, node)));
}

/**
 * Waits until all validators answer, and blocks come.
 * @throws NetworkError with the last lines of a log, where a validator ends or no blocks come.
 */
export async function waitForBlocks(network: Network, patience = READY_MS): Promise<number> {
  const until = Date.now() + patience;
  let first: number | undefined;
  while (Date.now() < until) {
    const states = await statesOf(network);
    const ended = states.find(({ pid }) => pid === undefined);
    if (ended !== undefined) {
      throw new NetworkError(
        `validator ${ended.node} ended by itself; its last lines:\n${logEnd(network, ended.node)}`,
      );
    }
    const blocks = states.map(({ block }) => block);
    if (blocks.every((block) => block !== undefined)) {
      const newest = Math.max(...blocks);
      first ??= newest;
      if (newest > first) return newest;
    }
    await sleep(POLL_MS);
  }
  throw new NetworkError(
    `no block came in ${patience / 1000} s; the last lines of validator 0:\n${logEnd(network, 0)}`,
  );
}

/** The last lines of a validator's log. */
export function logEnd(network: Network, node: number, lines = LOG_LINES): string {
  const log = logOf(network, node);
  return existsSync(log) ? lastLines(readFileSync(log, "utf8"), lines) : "(it was never started)";
}

/** Whether nobody listens on a port of this machine. */
async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
