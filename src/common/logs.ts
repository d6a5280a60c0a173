/** Events of a contract by their topics, over any number of blocks, at whatever range of blocks the node answers for. */
import type { BaseContract, Provider, TopicFilter } from "ethers";

import type { EventPlace } from "./history.js";

/** Blocks that are asked for at most at a time. */
const MOST = 10_000;

/** How many blocks a node is asked for at a time: half as many where it refuses, an eighth more where it answers. */
export class BlockRange {
  #size = MOST;

  /**
   * Asks for as many blocks from one on as the node answers for.
   * @param ask Asks for the blocks up to this one.
   * @throws what the node fails with, where it is not the range, or is the range of a single block.
   */
  async read<Answer>(from: number, to: number, ask: (last: number) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const last = Math.min(from + this.#size - 1, to);
      try {
        const answer = await ask(last);
        this.#size = Math.min(this.#size + Math.ceil(this.#size / 8), MOST);
        return answer;
      } catch (error) {
        if (last === from || !isRangeRefusal(error)) throw error;
        this.#size = Math.ceil((last - from) / 2);
      }
    }
  }

  /** Half as many from now on: the node failed, and may not have said why. */
  narrow(): void {
    this.#size = Math.ceil(this.#size / 2);
  }
}

/** Asks for all blocks from one to another, range by range, in the order of the chain. */
export async function* byRange<Answer>(
  from: number,
  to: number,
  ask: (first: number, last: number) => Promise<Answer>,
): AsyncGenerator<Answer, void, undefined> {
  const range = new BlockRange();
  for (let first = from; first <= to;) {
    const { answer, last } = await range.read(first, to, async (last) => ({ answer: await ask(first, last), last }));
    yield answer;
    first = last + 1;
  }
}

/** JSON-RPC's "limit exceeded" (EIP-1474), and HTTP's "content too large". */
const CODES: readonly unknown[] = [-32005, 413];
const TOO_MUCH = new RegExp(
  [
    "block range|range (is )?(too|limit|exceed)|max(imum)? (block )?range|ranges? over|limited to|limit exceeded|exceeds?",
    "more than [\\d,]+|too (many|large|big|wide|high|long)|response size|time(d)? ?-?out|server response 413",
  ].join("|"),
  "i",
);
const TOO_OFTEN =
  /rate.?limit|too many requests|requests? (count|per|limit)|compute units|throttl|server response 429/i;

/** Whether a node refuses to answer for so many blocks, or so many logs: fewer will do. Each node has words of its own for it. */
export function isRangeRefusal(error: unknown): boolean {
  const seen = new Set<unknown>();
  let refused = false;
  for (const queue = [error]; queue.length > 0;) {
    const at = queue.pop();
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    const { code, message, error: inner, info, cause } = at as Record<string, unknown>;
    if (typeof message === "string" && TOO_OFTEN.test(message)) return false;
    refused ||= CODES.includes(code) || (typeof message === "string" && TOO_MUCH.test(message));
    queue.push(inner, info, cause);
  }
  return refused;
}

/** An event that was found. */
export interface FoundEvent {
  name: string;
  /** By name, as ethers decodes them. */
  args: Record<string, unknown>;
  place: EventPlace;
}

/** Where events are looked for. */
export interface EventQuery {
  provider: Provider;
  contract: BaseContract;
  /** Names of events. */
  events: readonly string[];
  /** Their indexed arguments; null for any, a list for any of it. */
  indexed: TopicFilter;
  from: number;
  to: number;
}

/** The events in their order on the chain, asked for in ranges of blocks that the node answers for. */
export async function findEvents({ provider, contract, events, indexed, from, to }: EventQuery): Promise<FoundEvent[]> {
  const address = await contract.getAddress();
  const topics = [events.map((name) => contract.getEvent(name).fragment.topicHash), ...indexed];
  const found: FoundEvent[] = [];
  const ranges = byRange(from, to, (fromBlock, toBlock) => provider.getLogs({ address, topics, fromBlock, toBlock }));
  for await (const logs of ranges) {
    for (const log of logs) {
      const { name, args } = contract.interface.parseLog(log) ?? {};
      if (name === undefined || args === undefined) continue;
      const place = { block: log.blockNumber, logIndex: log.index, transaction: log.transactionHash };
      found.push({ name, args: args.toObject() as Record<string, unknown>, place });
    }
  }
  return found;
}
