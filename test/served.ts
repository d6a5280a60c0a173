/** The chain that the tests share, behind JSON-RPC on this machine: for commands and services that are processes of their own. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import { connection } from "./world.js";

interface Call {
  id: unknown;
  method: string;
  params?: unknown[];
}

export interface Served {
  url: string;
  chainId: number;
  /** The methods that were asked for. */
  asked: Set<string>;
  close(): void;
}

/** @param onSent Called when the chain has taken a transaction. Where it says false, the sender gets no answer. */
export async function serve(onSent: () => boolean = () => true): Promise<Served> {
  const { provider } = connection;
  const asked = new Set<string>();
  const answer = async ({ id, method, params = [] }: Call): Promise<object | undefined> => {
    asked.add(method);
    try {
      const result: unknown = await provider.request({ method, params });
      if (method === "eth_sendRawTransaction" && !onSent()) return undefined;
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { code = -32_603, message, data } = error as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  };
  const server = createServer((request, response) => {
    void (async () => {
      const calls = (await json(request)) as Call | Call[];
      const answers = Array.isArray(calls) ? await Promise.all(calls.map(answer)) : await answer(calls);
      if (answers === undefined || (Array.isArray(answers) && answers.includes(undefined))) return;
      response.setHeader("content-type", "application/json").end(JSON.stringify(answers));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chainId: Number(await provider.request({ method: "eth_chainId" })),
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
