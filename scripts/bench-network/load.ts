/** What is put on the chain: acts, the records that they make, and the events that tell of them. */
import { type Log } from "ethers";

/** A transaction that makes records, before it is signed. */
export interface Act {
  /** Number of the sender, from 0. */
  sender: number;
  data: string;
  /** What the events of its records are known by. */
  keys: readonly string[];
}

export interface Load {
  id: string;
  /** What it is, for people. */
  what: string;
  /** Address of the contract. */
  to: string;
  gasLimit: bigint;
  /** Hash of the event that tells of a record. */
  topic: string;
  /** What an event's record is known by. */
  keyOf: (log: Pick<Log, "topics" | "data">) => string;
  /** How many records stand behind an event: 1, or as many as are in a batch. */
  each: number;
  acts: readonly Act[];
  /** How many transactions of a sender wait to be mined at most. */
  ahead: number;
  /** How long its ids and trees were computed, in seconds, where they are anchored. */
  computed?: number;
}

/** Something that the person who runs it can mend. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}

/** Acts with one record in each wait by the hundred; those that fill blocks, by the few. */
export const LIGHT = { gasLimit: 3_000_000n, ahead: 150 };
export const HEAVY = { gasLimit: 90_000_000n, ahead: 4 };

/** The record of an event is its first indexed argument. */
export function firstTopic({ topics }: Pick<Log, "topics">): string {
  return topics[1] ?? "";
}

/** Items in groups of so many; the last may have fewer. */
export function grouped<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
