/** Whether every record that was submitted is on the chain exactly once, read back from its events. */
import { type JsonRpcApiProvider, toQuantity } from "ethers";

import type { Load } from "./load.js";

/** An event, where it was found. */
export interface Found {
  key: string;
  block: number;
}

export interface Tally {
  submitted: number;
  /** Submitted, and found exactly once. */
  once: number;
  /** Submitted, and not found. */
  missing: string[];
  /** Found more than once. */
  double: string[];
  /** Found, and submitted by nobody. */
  foreign: string[];
  /** How many events are in which block. */
  blocks: Map<number, number>;
}

/** Whether all that was submitted is there once, and nothing else. */
export function isComplete({ missing, double, foreign }: Tally): boolean {
  return missing.length + double.length + foreign.length === 0;
}

export function tally(submitted: Iterable<string>, found: Iterable<Found>): Tally {
  const times = new Map<string, number>();
  const blocks = new Map<number, number>();
  for (const { key, block } of found) {
    times.set(key, (times.get(key) ?? 0) + 1);
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  const double = [...times].filter(([, count]) => count > 1).map(([key]) => key);
  const missing: string[] = [];
  let [all, once] = [0, 0];
  for (const key of submitted) {
    all++;
    const count = times.get(key) ?? 0;
    if (count === 0) missing.push(key);
    if (count === 1) once++;
    times.delete(key);
  }
  return { submitted: all, once, missing, double, foreign: [...times.keys()], blocks };
}

/** Reads the events of a load from the chain. @param from First block, @param to last one. */
export async function readBack(
  provider: JsonRpcApiProvider,
  { to: address, topic, keyOf }: Pick<Load, "to" | "topic" | "keyOf">,
  submitted: Iterable<string>,
  from: number,
  to: number,
): Promise<Tally> {
  const found: Found[] = [];
  for (let block = from; block <= to; block++) {
    const at = toQuantity(block); // one at a time: Kaia gives 10,000 events at most
    const filter = { address, topics: [topic], fromBlock: at, toBlock: at };
    const logs = (await provider.send("eth_getLogs", [filter])) as {
      topics: string[];
      data: string;
      blockNumber: string;
    }[];
    for (const log of logs) found.push({ key: keyOf(log), block: Number(log.blockNumber) });
  }
  return tally(submitted, found);
}

/** Events a second: those of all blocks with any, over the time from the block before the first of them to the last. */
export function perSecond(
  { blocks }: Pick<Tally, "blocks">,
  timeOf: (block: number) => number,
): { rate: number; seconds: number } {
  const numbers = [...blocks.keys()];
  if (numbers.length === 0) return { rate: 0, seconds: 0 };
  const seconds = timeOf(Math.max(...numbers)) - timeOf(Math.min(...numbers) - 1);
  const events = [...blocks.values()].reduce((sum, count) => sum + count, 0);
  return { rate: events / seconds, seconds };
}
