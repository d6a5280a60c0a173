import { type Log, toBeHex, ZeroAddress, zeroPadValue } from "ethers";

import type { CityRegistry } from "../bindings.js";
import type { cityRegistryAbi } from "../abi.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { decodeCityCode } from "./code.js";
import { lengthsOf } from "./scheme.js";

/** Where on the chain an event is, and who caused it. */
interface Place {
  block: number;
  /** Position among the logs of the block. */
  logIndex: number;
  /** Hash of the transaction. */
  transaction: string;
  /** The account that acted. */
  by: string;
}

/** What each event of a city tells. Dates are those the act took effect; they differ from the block's only in loaded history. */
interface Facts {
  CityAllocated: { parent: bigint; code: string; name: string; controller: string | null; from: Date };
  CityMoved: { parent: bigint; code: string; from: Date };
  CityRenamed: { name: string; from: Date };
  CitySuspended: { reason: number };
  CityReinstated: object;
  CityRetired: { successors: bigint[]; from: Date };
  MoveOffered: { to: bigint; deadline: Date };
  MoveWithdrawn: object;
  SchemeChanged: { lengths: number[] };
  HistorySealed: object;
}

type AbiEvent = Extract<(typeof cityRegistryAbi)[number], { type: "event" }>;
/** The events of a city: those whose first argument is one. */
export type CityEventName = Extract<AbiEvent, { inputs: readonly [{ name: "city" }, ...unknown[]] }>["name"];

/** An event in the life of a city, decoded. */
export type CityEvent = { [Name in CityEventName]: { type: Name } & Place & Facts[Name] }[CityEventName];

/** An event's arguments by name, as ethers decodes them. */
interface Args {
  parent: bigint;
  code: string;
  name: string;
  controller: string;
  from: bigint;
  reason: bigint;
  successors: bigint[];
  to: bigint;
  deadline: bigint;
  lengths: bigint;
  by: string;
  previousBlock?: bigint;
}

const placing = ({ parent, code, from }: Args) => ({ parent, code: decodeCityCode(code), from: dateOf(from) });

/** The compiler holds this table complete. */
const FACTS: { readonly [Name in CityEventName]: (args: Args) => Facts[Name] } = {
  CityAllocated: (args) => ({
    ...placing(args),
    name: args.name,
    controller: args.controller === ZeroAddress ? null : args.controller,
  }),
  CityMoved: placing,
  CityRenamed: ({ name, from }) => ({ name, from: dateOf(from) }),
  CitySuspended: ({ reason }) => ({ reason: Number(reason) }),
  CityReinstated: () => ({}),
  CityRetired: ({ successors, from }) => ({ successors: [...successors], from: dateOf(from) }),
  MoveOffered: ({ to, deadline }) => ({ to, deadline: dateOf(deadline) }),
  MoveWithdrawn: () => ({}),
  SchemeChanged: ({ lengths }) => ({ lengths: lengthsOf(lengths) }),
  HistorySealed: () => ({}),
};

/** The node does not have the events that the contract says there are. */
export class HistoryIncompleteError extends Error {
  override readonly name = "HistoryIncompleteError";
}

/**
 * The events of a city, newest first, each once, read from the chain alone: the registry knows the block of the last one, and each
 * event names the block of the one before. One `eth_getLogs` of a single block for each block with events.
 * @param from A block with an event of the city to begin with; the last one if left out.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* history(
  { cities, provider }: Pick<Contracts, "cities" | "provider">,
  city: bigint | number,
  from?: number,
): AsyncGenerator<CityEvent, void, undefined> {
  const address = await cities.getAddress();
  const topics = [topicsOf(cities), zeroPadValue(toBeHex(city), 32)];
  let block = from ?? Number((await cities.cityOf(city)).changedIn);
  while (block !== 0) {
    const logs = await provider.getLogs({ address, topics, fromBlock: block, toBlock: block });
    logs.sort((a, b) => b.index - a.index);
    let previous = block;
    for (const log of logs) {
      const { event, previousBlock } = decode(cities, log);
      previous = previousBlock;
      yield event;
    }
    // The first event in a block leads to an earlier block.
    if (previous >= block) {
      throw new HistoryIncompleteError(
        `the node has no complete list of the events of city ${city} in block ${block}; ask one that keeps all logs`,
      );
    }
    block = previous;
  }
}

const EVENT_NAMES = Object.keys(FACTS) as CityEventName[];

function topicsOf(cities: CityRegistry): string[] {
  return EVENT_NAMES.map((name) => cities.interface.getEvent(name).topicHash);
}

function decode(cities: CityRegistry, log: Log): { event: CityEvent; previousBlock: number } {
  const { name, args } = cities.interface.parseLog(log) ?? {};
  const type = name as CityEventName;
  const known = args?.toObject() as unknown as Args;
  const place = { block: log.blockNumber, logIndex: log.index, transaction: log.transactionHash, by: known.by };
  return {
    event: { type, ...place, ...FACTS[type](known) } as CityEvent,
    previousBlock: Number(known.previousBlock ?? 0n), // an allocation is the first event of its city
  };
}
