/** The network `trial`, of validators on this machine, answers what a story asks of a `hardhat node`: what was sent is in a block, and time moves on. */
import { setTimeout as sleep } from "node:timers/promises";

import type { NetworkHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

import { advanceClock, CLOCK_VARIABLE } from "./clock.js";

export const trialNetwork: HardhatPlugin = {
  id: "trial-network",
  hookHandlers: { network: () => Promise.resolve({ default: () => Promise.resolve(hooks) }) },
};

type Send = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;

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
  const ask = async (method: string, ...params: unknown[]) => {
    const response = await send({ jsonrpc: "2.0", id: request.id, method, params });
    return "result" in response ? response.result : null;
  };
  switch (request.method) {
    case "eth_sendTransaction": // of an account of this configuration
    case "eth_sendRawTransaction": {
      const response = await send(request);
      if ("result" in response)
        await until(async () => (await ask("eth_getTransactionReceipt", response.result)) !== null);
      return response;
    }
    case "evm_increaseTime":
      advanceBy(Number(first));
      return { jsonrpc: "2.0", id: request.id, result: first };
    case "evm_setNextBlockTimestamp": {
      const { timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
      advanceBy(Math.max(0, Number(first) - Number(timestamp))); // blocks come by themselves: the next one is not before that time
      return { jsonrpc: "2.0", id: request.id, result: null };
    }
    case "evm_mine":
    case "hardhat_mine": {
      const wanted = request.method === "evm_mine" ? 1 : Number(first);
      const before = Number(await ask("eth_blockNumber"));
      await until(async () => Number(await ask("eth_blockNumber")) > before + wanted); // one may have been on its way
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

function advanceBy(seconds: number): void {
  const file = process.env[CLOCK_VARIABLE];
  if (file === undefined) throw new Error(`${CLOCK_VARIABLE} names the clock of the validators; they need one here`);
  advanceClock(file, seconds);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const late = Date.now() + LATE_MS;
  while (!(await condition())) {
    if (Date.now() > late) throw new Error(`the validators made no block in ${LATE_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}
