import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Place, runCommand } from "../../scripts/network/commands.js";
import type { Engine } from "../../scripts/network/engine.js";
import { nodeFolder, portsOf, type Network } from "../../scripts/network/folder.js";
import { readOptions } from "../../scripts/network/options.js";
import { endAll } from "../../scripts/network/validators.js";

/** A node of JSON-RPC with a block every hundredth of a second; it ends by itself where a file `broken` is beside it. */
const NODE = `
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
const [port, began] = [Number(process.argv[2]), Date.now()];
console.log("listening soon");
if (existsSync(new URL("broken", import.meta.url))) { console.log("the disk is on fire"); process.exit(3); }
writeFileSync(new URL("data", import.meta.url), "");
createServer((request, response) => {
  let text = "";
  request.on("data", (chunk) => (text += chunk));
  request.on("end", () => {
    const { id, method } = JSON.parse(text);
    const result = method === "eth_blockNumber" ? "0x" + Math.floor((Date.now() - began) / 10).toString(16) : "0x1";
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
}).listen(port, "127.0.0.1");
`;

/** An engine that needs no building: its nodes are small servers. */
export function nodeEngine(name: string, prepare?: (folder: string) => void): Engine {
  return {
    name,
    title: `Engine ${name}`,
    least: 3,
    programs: {},
    prepare: ({ validators }: Network, folder: string) => {
      for (let node = 0; node < validators; node++) {
        mkdirSync(join(folder, `node-${node}`));
        writeFileSync(join(folder, `node-${node}`, "node.mjs"), NODE);
        writeFileSync(join(folder, `node-${node}`, "key"), "secret");
      }
      prepare?.(folder);
      return Promise.resolve();
    },
    command: (network: Network, node: number) => ({
      file: process.execPath,
      args: [join(nodeFolder(network, node), "node.mjs"), String(portsOf(network, node).rpc)],
    }),
  };
}

/** A folder for networks, and what was said. */
export interface Trial {
  root: string;
  lines: string[];
  /** Runs what would be typed after `npm run network --`. @returns what it said. */
  type: (...args: string[]) => Promise<string>;
  /** Ends what runs, and deletes the folder. */
  clear: () => Promise<void>;
}

export function newTrial(engines: readonly Engine[]): Trial {
  const root = mkdtempSync(join(tmpdir(), "civitas-network-"));
  const lines: string[] = [];
  const mask = process.umask(0o022);
  const place: Place = { engines, root, say: (line) => lines.push(line) };
  return {
    root,
    lines,
    async type(...args) {
      lines.length = 0;
      const typed = readOptions(args, engines);
      if (typed === undefined) return "help";
      await runCommand(place, typed);
      return lines.join("\n");
    },
    async clear() {
      for (const { name } of engines) await endAll(join(root, name));
      process.umask(mask);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The first of some ports that nobody listens on, nor on those that a network takes from there. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const others = [0, 1, 100, 101, 200, 201].map((more) => port + more);
    if ((await Promise.all(others.map(canListen))).every(Boolean)) return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Until a process is gone. */
export async function endOf(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
}

/** The error that something fails with; fails if it does not. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error("it should have failed, and did not");
    },
    (error: unknown) => error as Error,
  );
}
