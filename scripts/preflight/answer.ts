import { ask, NoAnswerError } from "../common/rpc.js";

/** What was asked of a chain, and what came. */
export interface Answer {
  what: string;
  /** "warn" is a thing to know, and no hindrance. */
  verdict: "ok" | "warn" | "no";
  found: string;
  /** What to change, where something is not as it should be. */
  change?: string;
}

/** A node, and how long it is waited for, in milliseconds. */
export interface Endpoint {
  url: string;
  patience: number;
}

export interface Block {
  hash: string;
  number: number;
  /** In seconds, as it should be. */
  timestamp: number;
  gasLimit: bigint;
  /** Undefined before London. */
  baseFee: bigint | undefined;
  mixHash: string | undefined;
  extraData: string;
  transactions: number;
}

export async function get({ url, patience }: Endpoint, method: string, ...params: unknown[]): Promise<unknown> {
  return ask(url, method, params, patience);
}

/** Asks for a number. @throws NoAnswerError for anything else. */
export async function getNumber(endpoint: Endpoint, method: string, ...params: unknown[]): Promise<bigint> {
  return numberIn(await get(endpoint, method, ...params), method);
}

/** @returns undefined where the node does not know it. @throws NoAnswerError for anything but a block. */
export async function getBlock(endpoint: Endpoint, which: number | "latest" | "finalized"): Promise<Block | undefined> {
  const method = "eth_getBlockByNumber";
  const tag = typeof which === "number" ? `0x${which.toString(16)}` : which;
  const block = await get(endpoint, method, tag, false);
  if (block === null) return undefined;
  const { hash, number, timestamp, gasLimit, baseFeePerGas, mixHash, extraData, transactions } = block as Partial<
    Record<string, unknown>
  >;
  if (typeof hash !== "string" || !/^0x[0-9a-f]{64}$/i.test(hash)) {
    throw new NoAnswerError(`answers ${method} with a block without a hash`);
  }
  return {
    hash: hash.toLowerCase(),
    number: Number(numberIn(number, method)),
    timestamp: Number(numberIn(timestamp, method)),
    gasLimit: numberIn(gasLimit, method),
    baseFee: baseFeePerGas === undefined || baseFeePerGas === null ? undefined : numberIn(baseFeePerGas, method),
    mixHash: typeof mixHash === "string" ? mixHash : undefined,
    extraData: typeof extraData === "string" ? extraData : "0x",
    transactions: Array.isArray(transactions) ? transactions.length : 0,
  };
}

function numberIn(value: unknown, method: string): bigint {
  if (typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  throw new NoAnswerError(`answers ${method} with something that is no number`);
}

/** An answer of the form `ok`, or `no` with what to change. */
export function judged(what: string, isGood: boolean, found: string, change: string): Answer {
  return isGood ? { what, verdict: "ok", found } : { what, verdict: "no", found, change };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
