import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { NetworkConnection } from "hardhat/types/network";

import { newChain } from "./support.js";

/** A node as consortia run it, over HTTP on this machine. */
export interface ConsortiumNode {
  url: string;
  /** The chain behind it. */
  chain: NetworkConnection;
  /** How often each method was asked for. */
  asked: Map<string, number>;
  /** The raw transactions that were sent. */
  sent: string[];
  /** Called when one more was sent, before it is answered. */
  onSent?: () => unknown;
  close(): Promise<void>;
}

interface Request {
  jsonrpc: string;
  id: number;
  method: string;
  params?: unknown[];
}

/** As Besu does, it wants a block tag; as GoQuorum does, it has no eth_feeHistory; and it keeps no accounts. */
export async function startConsortiumNode(chainId: number, initialDate?: string): Promise<ConsortiumNode> {
  const chain = await newChain(initialDate === undefined ? { chainId } : { chainId, initialDate });
  const asked = new Map<string, number>();
  const sent: string[] = [];

  async function answer({ method, params = [] }: Request): Promise<unknown> {
    asked.set(method, (asked.get(method) ?? 0) + 1);
    if (method === "eth_feeHistory") throw new Error("the method eth_feeHistory does not exist/is not available");
    if (method === "eth_call" && params.length < 2) throw new Error("Invalid params: missing block parameter");
    if (method === "eth_accounts") return [];
    if (method === "eth_sendTransaction") throw new Error("unknown account");
    if (method !== "eth_sendRawTransaction") return chain.provider.request({ method, params });
    const hash: unknown = await chain.provider.request({ method, params });
    sent.push(params[0] as string);
    node.onSent?.();
    return hash;
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as Request;
      answer(asked)
        .then(
          (result) => ({ result }),
          (error: unknown) => {
            const { message, data } = error as { message: string; data?: unknown };
            return { error: { code: -32000, message, data } };
          },
        )
        .then((outcome) => response.end(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...outcome })))
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const node: ConsortiumNode = {
    url: `http://127.0.0.1:${port}`,
    chain,
    asked,
    sent,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error) reject(error);
          else resolve();
        });
        server.closeAllConnections();
      }),
  };
  return node;
}
