import { setTimeout as sleep } from "node:timers/promises";

import { BrowserProvider, type ErrorDescription, Interface, toQuantity } from "ethers";

import { BINDINGS } from "./contracts.js";

/** What is asked of a chain, so that Hardhat's, rocketh's and a test's providers all fit. */
export interface Provider {
  request(request: { method: string; params?: unknown[] }): Promise<unknown>;
}

/** A transaction as TypeChain's `populateTransaction` gives it. */
export interface Call {
  to?: string | null;
  data?: string;
}

/** Where in the chain something happened. Receipts say it, and so do logs. */
export interface Place {
  transactionHash: `0x${string}`;
  transactionIndex: `0x${string}`;
  blockHash: `0x${string}`;
  blockNumber: `0x${string}`;
}

export interface Receipt extends Place {
  contractAddress: string | null;
  status: string;
}

/** Nodes say in their own words that an account has used a nonce already. */
const TURN_TAKEN = /nonce|already known|underpriced|replac/i;
const ELSEWHERE =
  "\nSomebody else sends from this account, perhaps another run of this command. When it has ended, run the same command again: " +
  "it goes on from what the chain has.";

const POLLING_MS = { first: 20, longest: 1000 };

/** For reading through ethers: never cached, because the steps write in between. */
export function readerOf(provider: Provider): BrowserProvider {
  const eip1193 = {
    request: ({ method, params }: { method: string; params?: unknown[] | Record<string, unknown> }) =>
      provider.request({ method, params: (params ?? []) as unknown[] }),
  };
  return new BrowserProvider(eip1193, undefined, { cacheTimeout: -1 });
}

/** Whose transaction it is, and which of theirs. */
export interface Turn {
  from: string;
  nonce: number;
}

/** Send a transaction and wait until it is mined. Fails unless it succeeded, and if the account has sent another one in this turn. */
export async function transact(
  provider: Provider,
  { from, nonce }: Turn,
  call: Call,
  what: string,
  timeout: number,
): Promise<Receipt> {
  const transaction = { from, ...(call.to ? { to: call.to } : {}), data: call.data ?? "0x" };
  let hash: string;
  try {
    const params = [{ ...transaction, nonce: toQuantity(nonce) }];
    hash = (await provider.request({ method: "eth_sendTransaction", params })) as string;
  } catch (error) {
    const reason = reasonOf(error);
    throw new Error(`${what}: the transaction was refused: ${reason}${TURN_TAKEN.test(reason) ? ELSEWHERE : ""}`, {
      cause: error,
    });
  }
  const receipt = await waitForReceipt(provider, hash, what, timeout);
  if (BigInt(receipt.status) !== 1n) {
    const why = await whyReverted(provider, transaction);
    throw new Error(`${what}: transaction ${hash} reverted in block ${Number(receipt.blockNumber)}: ${why}`);
  }
  return receipt;
}

/** Wait for a transaction to be mined, but not for ever. An answer that fails is asked for again. */
export async function waitForReceipt(
  provider: Provider,
  hash: string,
  what: string,
  timeout: number,
): Promise<Receipt> {
  const deadline = Date.now() + timeout;
  let lastError: unknown;
  for (let pause = POLLING_MS.first; ; pause = Math.min(2 * pause, POLLING_MS.longest)) {
    try {
      const receipt = (await provider.request({
        method: "eth_getTransactionReceipt",
        params: [hash],
      })) as Receipt | null;
      if (receipt?.blockHash) return receipt;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() + pause > deadline) break;
    await sleep(pause);
  }
  const seen = lastError === undefined ? "" : ` The node's last error: ${reasonOf(lastError)}`;
  throw new Error(
    `${what}: transaction ${hash} was sent, but not mined within ${timeout / 1000} s. Run the same command again: ` +
      `it goes on from what the chain has.${seen}`,
  );
}

/**
 * Wait until nothing of the account's is pending, so that what the chain shows is what earlier runs did.
 * @returns the account's nonce.
 */
export async function settle(provider: Provider, account: string, timeout: number): Promise<number> {
  const count = async (tag: string) =>
    Number(await provider.request({ method: "eth_getTransactionCount", params: [account, tag] }));
  const deadline = Date.now() + timeout;
  for (let pause = POLLING_MS.first; ; pause = Math.min(2 * pause, POLLING_MS.longest)) {
    const [mined, pending] = [await count("latest"), await count("pending")];
    if (pending <= mined) return mined;
    if (Date.now() + pause > deadline) {
      throw new Error(
        `${account} has ${pending - mined} transactions that were not mined within ${timeout / 1000} s: does the network make blocks?`,
      );
    }
    await sleep(pause);
  }
}

export interface Log extends Place {
  topics: string[];
  data: string;
}

/** The logs of a contract, oldest first; in pieces where the node answers for a limited number of blocks only. */
export async function logsOf(
  provider: Provider,
  address: string,
  topics: (string | null)[],
  firstBlock = 0,
): Promise<Log[]> {
  const ask = async (from: number, to: number) =>
    (await provider.request({
      method: "eth_getLogs",
      params: [{ address, topics, fromBlock: toQuantity(from), toBlock: toQuantity(to) }],
    })) as Log[];
  const latest = Number(await provider.request({ method: "eth_blockNumber" }));
  try {
    return await ask(firstBlock, latest);
  } catch {
    const PIECE = 5_000;
    const logs: Log[] = [];
    for (let from = firstBlock; from <= latest; from += PIECE) {
      logs.push(...(await ask(from, Math.min(latest, from + PIECE - 1))));
    }
    return logs;
  }
}

/** Ask for the same again without sending it: what made it revert mostly still does. */
async function whyReverted(provider: Provider, transaction: object): Promise<string> {
  try {
    await provider.request({ method: "eth_call", params: [transaction, "latest"] });
  } catch (error) {
    return reasonOf(error);
  }
  return "no reason known (out of gas?)";
}

/** The suite's own error where there is one, with its arguments, or else the message of the node. */
export function reasonOf(error: unknown): string {
  for (let at = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const data = (at as { data?: unknown }).data;
    const hex = typeof data === "string" ? data : (data as { data?: unknown } | undefined)?.data;
    const known = typeof hex === "string" ? decodeError(hex) : null;
    if (known) return `${known.name}(${known.args.map(String).join(", ")})`;
  }
  return error instanceof Error ? error.message : String(error);
}

function decodeError(data: string): ErrorDescription | null {
  for (const binding of Object.values(BINDINGS)) {
    const found = /^0x[0-9a-f]{8}/i.test(data) ? new Interface(binding.abi).parseError(data) : null;
    if (found) return found;
  }
  return null;
}
