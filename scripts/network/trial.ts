/** The network `trial`, of validators on this machine, answers what a story asks of a `hardhat node`: what was sent is in a block that stays, and time moves on. */
import { setTimeout as sleep } from "node:timers/promises";

import type { NetworkHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

import { advanceClock, CLOCK_VARIABLE, clockTime } from "./clock.js";

export const trialNetwork: HardhatPlugin = {
  id: "trial-network",
  hookHandlers: { network: () => Promise.resolve({ default: () => Promise.resolve(hooks) }) },
};

type Send = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;
type Ask = (method: string, ...params: unknown[]) => Promise<unknown>;

interface Head {
  number: string;
  timestamp: string;
}

const POLL_MS = 50;
const LATE_MS = 120_000;

const hooks: Partial<NetworkHooks> = {
  onRequest: (context, connection, request, next) => {
    const send: Send = (one) => next(context, connection, one);
    return connection.networkName === "trial" ? answer(request, send) : send(request);
  },
};

async function answer(request: JsonRpcRequest, send: Send): Promise<JsonRpcResponse> {
  const [first] = (request.params ?? []) as unknown[];
  const ask: Ask = async (method, ...params) => {
    const response = await send({ jsonrpc: "2.0", id: request.id, method, params });
    return "result" in response ? response.result : null;
  };
  switch (request.method) {
    case "eth_sendTransaction": // of an account of this configuration
    case "eth_sendRawTransaction": {
      const response = await send(request);
      const depth = await depthOf(ask);
      if ("result" in response) {
        await until(async () => {
          const receipt = (await ask("eth_getTransactionReceipt", response.result)) as { blockNumber: string } | null;
          return receipt !== null && Number(await ask("eth_blockNumber")) >= Number(receipt.blockNumber) + depth;
        });
      }
      return response;
    }
    case "evm_increaseTime":
      advanceBy(Number(first));
      return { jsonrpc: "2.0", id: request.id, result: first };
    case "evm_setNextBlockTimestamp": {
      const { timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as Head;
      advanceBy(Math.max(0, Number(first) - Number(timestamp))); // blocks come by themselves: the next one is not before that time
      return { jsonrpc: "2.0", id: request.id, result: null };
    }
    case "evm_mine":
    case "hardhat_mine": {
      const wanted = (request.method === "evm_mine" ? 1 : Number(first)) + (await depthOf(ask));
      const before = Number(await ask("eth_blockNumber"));
      const now = clockTime(clockFile());
      await until(async () => {
        const { number, timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as Head;
        return Number(number) > before + wanted && Number(timestamp) >= now; // some may have been on their way
      });
      return { jsonrpc: "2.0", id: request.id, result: "0x0" };
    }
    case "web3_clientVersion": // the helpers of Hardhat's tests help nobody else
      return {
        jsonrpc: "2.0",
        id: request.id,
        result: `HardhatNetwork, a trial over ${String(await ask(request.method))}`,
      };
    case "evm_snapshot": // of tests that share a state; those that would go back to it find out there
      return { jsonrpc: "2.0", id: request.id, result: "0x1" };
    case "evm_revert":
      throw new Error("validators do not go back to an earlier state: run one test alone");
    default:
      return send(request);
  }
}

/** How many blocks must follow one before nothing takes it back: under Clique, those of more than half of the signers. */
async function depthOf(ask: Ask): Promise<number> {
  const signers = await ask("clique_getSigners", "latest");
  return Array.isArray(signers) ? Math.floor(signers.length / 2) + 1 : 0;
}

function advanceBy(seconds: number): void {
  advanceClock(clockFile(), seconds);
}

function clockFile(): string {
  const file = process.env[CLOCK_VARIABLE];
  if (file === undefined) throw new Error(`${CLOCK_VARIABLE} names the clock of the validators; they need one here`);
  return file;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const late = Date.now() + LATE_MS;
  while (!(await condition())) {
    if (Date.now() > late) throw new Error(`the validators made no block in ${LATE_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}
