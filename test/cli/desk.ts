/**
 * The chain of the contracts' tests behind JSON-RPC, for commands as they are typed: in this process, or in one of their own that can be
 * killed. Fixtures of `test/world.ts` stand on it.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connection } from "../world.js";
import { type Child, start } from "./child.js";
import { runWith, type Told } from "./world.js";

type Env = Record<string, string>;

export interface Desk {
  /** Of files that go when the tests end. */
  folder: string;
  /** Runs `civitas ARGS`. @param directory The world's. */
  civitas: (directory: string, args: readonly string[], env?: Env) => Promise<Told>;
  /** The same in a process of its own, which gets SIGKILL once it has sent so many transactions. */
  inProcess: (directory: string, args: readonly string[], env: Env, options?: ProcessOptions) => Child["ended"];
  /** How many transactions commands have sent since this was last asked. */
  sent: () => number;
}

export interface ProcessOptions {
  killAfter?: number;
  /** No file can grow larger, as on a full disk: in KiB. */
  largest?: number;
}

interface Call {
  id: unknown;
  method: string;
  params?: unknown[];
}

/** One for all tests of a `describe`. */
export function desk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), "civitas-desk-"));
  let server: Server | undefined;
  let url = "";
  let sent = 0;
  let onSent: () => boolean = () => true;

  /** @returns undefined where nobody is there to be answered any more. */
  const answer = async ({ id, method, params = [] }: Call): Promise<object | undefined> => {
    try {
      const result: unknown = await connection.provider.request({ method, params });
      if (method === "eth_sendRawTransaction") {
        sent++;
        if (!onSent()) return undefined;
      }
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { code = -32_603, message, data } = error as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  };

  before(async () => {
    server = createServer((request, response) => {
      void (async () => {
        const calls = (await bodyOf(request)) as Call | Call[];
        const answers = Array.isArray(calls) ? await Promise.all(calls.map(answer)) : await answer(calls);
        if (answers === undefined || (Array.isArray(answers) && answers.includes(undefined))) return;
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answers));
      })();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  const networkOf = (directory: string): Env => ({ CIVITAS_RPC_URL: url, CIVITAS_DIRECTORY: directory });
  return {
    folder,
    civitas: async (directory, args, env = {}) => runWith(args, { ...networkOf(directory), ...env }),
    inProcess: async (directory, args, env, { killAfter = Number.POSITIVE_INFINITY, largest } = {}) => {
      const child = start(args, { ...networkOf(directory), ...env }, largest);
      let left = killAfter;
      onSent = () => {
        if (--left > 0) return true;
        child.process.kill("SIGKILL");
        return false;
      };
      try {
        return await child.ended;
      } finally {
        onSent = () => true;
      }
    },
    sent: () => {
      const [told] = [sent, (sent = 0)];
      return told;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
