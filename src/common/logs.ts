/** Events of a contract by their topics, over any number of blocks. */
import type { BaseContract, Provider, TopicFilter } from "ethers";

import type { EventPlace } from "./history.js";

/** Blocks that are asked for at a time; many nodes refuse more. */
const BLOCKS = 10_000;

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

/** The events in their order on the chain. Asks once for each ten thousand blocks. */
export async function findEvents({ provider, contract, events, indexed, from, to }: EventQuery): Promise<FoundEvent[]> {
  const address = await contract.getAddress();
  const topics = [events.map((name) => contract.getEvent(name).fragment.topicHash), ...indexed];
  const found: FoundEvent[] = [];
  for (let start = from; start <= to; start += BLOCKS) {
    const logs = await provider.getLogs({
      ...{ address, topics },
      ...{ fromBlock: start, toBlock: Math.min(start + BLOCKS - 1, to) },
    });
    for (const log of logs) {
      const { name, args } = contract.interface.parseLog(log) ?? {};
      if (name === undefined || args === undefined) continue;
      const place = { block: log.blockNumber, logIndex: log.index, transaction: log.transactionHash };
      found.push({ name, args: args.toObject() as Record<string, unknown>, place });
    }
  }
  return found;
}
