/** Validators of a network: started, looked at, ended. */
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { NetworkError } from "./build.js";
import type { Engine } from "./engine.js";
import { folderOf, logOf, type Network } from "./folder.js";
import { endProcess, pidIn, startDetached } from "./process.js";
import { ask } from "./rpc.js";

const READY_MS = 60_000;

/** What a validator is doing. */
export interface NodeState {
  node: number;
  url: string;
  /** Its process; undefined where it does not run. */
  pid: number | undefined;
  /** Its newest block; undefined where it does not answer. */
  block: number | undefined;
  peers: number | undefined;
}

export function urlOf({ rpcPorts }: Network, node: number): string {
  return `http://127.0.0.1:${rpcPorts[node]}`;
}

function pidFile({ engine }: Network, node: number): string {
  return join(folderOf(engine), `node-${node}.pid`);
}

/** Starts a validator, if it does not run. @returns whether it was started. */
export async function startNode(engine: Engine, network: Network, node: number, binaries: string): Promise<boolean> {
  if (pidIn(pidFile(network, node)) !== undefined) return false;
  for (const port of [network.rpcPorts[node], network.peerPorts[node]]) {
    if (port !== undefined && !(await isFree(port))) {
      throw new NetworkError(`port ${port} is in use; end what uses it, or make the network anew with another --port`);
    }
  }
  startDetached(engine.command(network, node, binaries), logOf(engine.name, node), pidFile(network, node));
  return true;
}

/** Ends a validator. @returns whether it ran. */
export async function endNode(network: Network, node: number, signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
  return endProcess(pidFile(network, node), signal);
}

export async function stateOf(network: Network, node: number): Promise<NodeState> {
  const url = urlOf(network, node);
  const pid = pidIn(pidFile(network, node));
  const answer = async (method: string) =>
    pid === undefined
      ? undefined
      : ask(url, method)
          .then(Number)
          .catch(() => undefined);
  const [block, peers] = await Promise.all([answer("eth_blockNumber"), answer("net_peerCount")]);
  return { node, url, pid, block, peers };
}

/** Waits until all validators answer, and blocks come. @throws NetworkError with where to look, if they do not in a minute. */
export async function waitForBlocks(network: Network): Promise<number> {
  const until = Date.now() + READY_MS;
  let first: number | undefined;
  while (Date.now() < until) {
    const states = await Promise.all(network.rpcPorts.map(async (_, node) => stateOf(network, node)));
    const ended = states.find(({ pid }) => pid === undefined);
    if (ended !== undefined) {
      throw new NetworkError(`validator ${ended.node} ended by itself; see ${logOf(network.engine, ended.node)}`);
    }
    const blocks = states.map(({ block }) => block);
    if (blocks.every((block) => block !== undefined)) {
      const newest = Math.max(...blocks);
      first ??= newest;
      if (newest > first) return newest;
    }
    await sleep(200);
  }
  throw new NetworkError(`no blocks came in ${READY_MS / 1000} s; see ${logOf(network.engine, 0)}`);
}

/** Whether nobody listens on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
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
