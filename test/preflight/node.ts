import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { network } from "hardhat";
import type { EdrNetworkConfigOverride } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";

interface Request {
  id: number;
  method: string;
  params: unknown[];
}

/** Answers in another way than the chain does; `undefined` leaves the answer to the chain. */
export type Twist = (request: Request, response: ServerResponse) => unknown;

/** A node over HTTP on this machine. */
export interface TestNode {
  url: string;
  close: () => Promise<void>;
}

/** A chain of its own, in process: of Berlin, where gas is free. */
export async function newChain(override: EdrNetworkConfigOverride = {}): Promise<NetworkConnection> {
  return network.create({ network: "default", override: { chainId: 4242, ...override } });
}

/** Refused, as a node does it: an answer with this message. */
export function refused(message: string): Error {
  return new Error(message);
}

/** Serves a chain, with answers of one's own. */
export async function serve(chain: NetworkConnection, twist: Twist = () => undefined): Promise<TestNode> {
  return listen(async (request, response) => {
    const own: unknown = await twist(request, response);
    return own ?? chain.provider.request({ method: request.method, params: request.params });
  });
}

/** Serves what a function answers: a value, a promise of one, or an error; nothing where it wrote to the response itself. */
export async function listen(answer: (request: Request, response: ServerResponse) => unknown): Promise<TestNode> {
  const server = createServer((incoming, response) => {
    let text = "";
    incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
    incoming.on("end", () => {
      const request = JSON.parse(text) as Request;
      void Promise.resolve()
        .then(() => answer(request, response))
        .then((result) => (result instanceof Error ? Promise.reject(result) : { result }))
        .catch((error: unknown) => ({ error: { code: -32000, message: (error as Error).message } }))
        .then((outcome) => {
          if (!response.writableEnded && !response.headersSent) {
            response.end(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...outcome }));
          }
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
