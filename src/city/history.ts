import { toBeHex, ZeroAddress, zeroPadValue } from "ethers";

import type { cityRegistryAbi } from "../abi.js";
import { type EventPlace, walk } from "../common/history.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { decodeCityCode } from "./code.js";
import { lengthsOf } from "./scheme.js";

export { HistoryIncompleteError } from "../common/history.js";

/** Where on the chain an event is, and who caused it. */
interface Place extends EventPlace {
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
  yield* walk(
    {
      provider,
      contract: cities,
      events: Object.keys(FACTS),
      record: zeroPadValue(toBeHex(city), 32),
      from: from ?? Number((await cities.cityOf(city)).changedIn),
      what: `city ${city}`,
    },
    (name, args, place) => {
      const type = name as CityEventName;
      const known = args as unknown as Args;
      return { type, ...place, by: known.by, ...FACTS[type](known) } as CityEvent;
    },
  );
}
