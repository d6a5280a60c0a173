/** Histories on the chain: each event of a record names the block of the record's previous event, so no indexer is needed. */
import type { BaseContract, Provider } from "ethers";

/** Where on the chain an event is. */
export interface EventPlace {
  block: number;
  /** Position among the logs of the block. */
  logIndex: number;
  /** Hash of the transaction. */
  transaction: string;
}

/** The node does not have the events that the contract says there are. */
export class HistoryIncompleteError extends Error {
  override readonly name = "HistoryIncompleteError";
}

/** Which record's events are walked. */
export interface Walk {
  provider: Provider;
  contract: BaseContract;
  /** Names of the record's events. The record is the first indexed argument of each; all but its first have `previousBlock`. */
  events: readonly string[];
  /** The record's id, 32 bytes; or its first indexed arguments, where several name it. */
  record: string | readonly string[];
  /** The block of its last event, or of one to begin with; 0 if it has none. */
  from: number;
  /** How messages call the record: "city 7". */
  what: string;
}

/**
 * The events of a record, newest first, each once: one `eth_getLogs` of a single block for each block with events.
 * @param decode From an event's name and its arguments by name to what is told of it.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* walk<Event>(
  { provider, contract, events, record, from, what }: Walk,
  decode: (name: string, args: Record<string, unknown>, place: EventPlace) => Event,
): AsyncGenerator<Event, void, undefined> {
  const address = await contract.getAddress();
  const topics = [events.map((name) => contract.interface.getEvent(name)?.topicHash ?? name), ...[record].flat()];
  let block = from;
  while (block !== 0) {
    const logs = await provider.getLogs({ address, topics, fromBlock: block, toBlock: block });
    logs.sort((a, b) => b.index - a.index);
    let previous = block;
    for (const log of logs) {
      const { name, args } = contract.interface.parseLog(log) ?? {};
      const known = (args?.toObject() ?? {}) as Record<string, unknown>;
      previous = Number(known["previousBlock"] ?? 0n); // the first event of a record has none
      yield decode(name ?? "", known, {
        block: log.blockNumber,
        logIndex: log.index,
        transaction: log.transactionHash,
      });
    }
    // The first event in a block leads to an earlier block.
    if (previous >= block) {
      throw new HistoryIncompleteError(
        `the node has no complete list of the events of ${what} in block ${block}; ask one that keeps all logs`,
      );
    }
    block = previous;
  }
}
