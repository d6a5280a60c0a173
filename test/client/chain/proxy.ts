import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { network } from "hardhat";

import { JsonRpcProvider } from "ethers";

/** A `hardhat node` over HTTP, and what its owner asks of it directly. */
export interface Node {
  url: string;
  provider: JsonRpcProvider;
  close(): Promise<void>;
}

export async function startNode(initialDate?: Date): Promise<Node> {
  const override = initialDate === undefined ? {} : { initialDate };
  const server = await network.createServer({ network: "node", override }, "127.0.0.1", 0);
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
  return {
    url,
    provider,
    close: async () => {
      provider.destroy();
      await server.close();
    },
  };
}

export interface Request {
  jsonrpc: string;
  id: number;
  method: string;
  params: unknown[];
}

/** What goes wrong between a client and its node. */
export interface Faults {
  /** It takes questions and never answers. */
  hangs?: boolean;
  /** It does what it is asked, and its answer is lost. */
  losesAnswers?: (request: Request) => boolean;
  /** It answers this text, with HTTP status 200. */
  says?: string;
  /** It answers this HTTP status. */
  status?: number;
  /** It is so many blocks behind. */
  behind?: number;
  /** It answers this instead of what the node does; undefined to ask the node. */
  answers?: (request: Request) => { result: unknown } | { error: { code: number; message: string } } | undefined;
}

/** An endpoint on this machine that passes questions on to a node, unless something goes wrong. */
export interface Proxy {
  url: string;
  /** As `status` and errors name it. */
  name: string;
  faults: Faults;
  /** The methods that were asked for, in their order. */
  asked: string[];
  close(): Promise<void>;
}

export async function startProxy(upstream: string, faults: Faults = {}): Promise<Proxy> {
  const hanging = new Set<ServerResponse>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = JSON.parse(Buffer.concat(chunks).toString()) as Request;
      proxy.asked.push(request.method);
      respond(request, response).catch(() => response.destroy());
    });
  });

  async function respond(request: Request, response: ServerResponse): Promise<void> {
    const { hangs, says, status, behind = 0, answers, losesAnswers } = proxy.faults;
    if (hangs === true) {
      hanging.add(response);
      return;
    }
    if (says !== undefined || status !== undefined) {
      response.writeHead(status ?? 200).end(says ?? "");
      return;
    }
    const own = answers?.(request);
    const answer = own === undefined ? await pass(request, behind) : { jsonrpc: "2.0", id: request.id, ...own };
    if (losesAnswers?.(request) === true) hanging.add(response);
    else response.end(JSON.stringify(answer));
  }

  async function ask(request: Request): Promise<{ result?: unknown }> {
    const answer = await fetch(upstream, { method: "POST", body: JSON.stringify(request) });
    return (await answer.json()) as { result?: unknown };
  }

  /** A node that is behind knows an older block as the latest. */
  async function pass(request: Request, behind: number): Promise<object> {
    if (behind === 0) return ask(request);
    const { result } = await ask({ ...request, method: "eth_blockNumber", params: [] });
    const head = `0x${(Number(result) - behind).toString(16)}`;
    if (request.method === "eth_blockNumber") return { ...request, result: head };
    return ask({ ...request, params: request.params.map((param) => (param === "latest" ? head : param)) });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const name = `127.0.0.1:${port}`;
  const proxy: Proxy = {
    url: `http://${name}`,
    name,
    faults,
    asked: [],
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      }),
  };
  return proxy;
}
