import { byPage } from "../common/page.js";
import { dateOf, secondsOf, showTime } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { decodeCityCode, encodeCityCode, formatCityCode, parseCityCode } from "./code.js";
import { type CityEvent, history } from "./history.js";
import { CITY_STATUSES, type CityStatus } from "./status.js";

/** A city on the way from another one up to its country. */
export interface CityOnPath {
  id: bigint;
  code: string;
  name: string;
}

/** A city in a list. */
export interface CitySummary extends CityOnPath {
  status: CityStatus;
  /** How many live children it has. */
  children: number;
}

/** A city as of a moment. */
export interface City {
  /** Its number: given once, never reused. */
  id: bigint;
  /** The moment all but status and active speak of. */
  asOf: Date;
  /** The code it held then: `MA.156.1301`. */
  code: string;
  /** That code for print and typing: `MA.156.1301-FQ`. */
  printed: string;
  /** Since when it held that code. */
  from: Date;
  /** Until when it held that code (the first moment it did not); null if it still does. */
  until: Date | null;
  /** Its name then. */
  name: string;
  /** The city itself, then its parent then, and so on up to the country, with their codes and names then. */
  path: CityOnPath[];
  /** Its own status now, at the latest block. */
  status: CityStatus;
  /** Whether it and all above it are active now: whether anything new can be done for it. */
  active: boolean;
}

/** A code a city held, as the contract tells it. */
interface CodePeriod {
  code: string;
  from: bigint;
  until: bigint;
}

/** When a question is about; the latest block if left out. A moment after the latest block counts as that block's. */
export interface AsOf {
  at?: Date | undefined;
}

/** No city is meant: nobody held the code then, or there is no such number. */
export class CityUnknownError extends Error {
  override readonly name = "CityUnknownError";
}

/** One view of the chain: all calls of an answer see the same block. */
interface View extends Pick<Contracts, "access" | "cities" | "resolver" | "provider"> {
  blockTag: number;
  /** The moment asked about, UTC seconds. */
  time: bigint;
  /** Whether that moment is the latest block's, so that the present state answers. */
  present: boolean;
}

/**
 * The city that a text meant at a moment.
 * @param text A code (`MA.156.1301`), a printed code (`MA.156.1301-FQ`) or a full IDcode, which resolves through its root city.
 * @throws CityCodeError for a text that is none of them, CityUnknownError if nobody held the code then.
 */
export async function resolve(contracts: Contracts, text: string, { at }: AsOf = {}): Promise<City> {
  const { code } = parseCityCode(text);
  const view = await viewOf(contracts, at);
  const { blockTag } = view;
  const { city } = await contracts.resolver.resolve(text, view.time, { blockTag });
  if (city === 0n) throw new CityUnknownError(await nobodyHeld(view, code));
  return cityIn(view, city);
}

/**
 * A city by its number.
 * @throws CityUnknownError for a number never given, or a moment before the city's first code. Of a retired city the last code is told.
 */
export async function cityById(contracts: Contracts, id: bigint | number, { at }: AsOf = {}): Promise<City> {
  return cityIn(await viewOf(contracts, at), BigInt(id));
}

/** A city as it stands in lists, by its number: two questions to the node. */
export async function summary(contracts: Contracts, id: bigint): Promise<CitySummary> {
  return summaryOf(await viewOf(contracts, undefined), id);
}

/** The live children of a city (of city 0: the countries), in no particular order, read by page at one block. */
export async function* children(
  contracts: Contracts,
  city: bigint | number,
  pageSize = 100,
): AsyncGenerator<CitySummary, void, undefined> {
  const view = await viewOf(contracts, undefined);
  yield* childrenIn(view, BigInt(city), pageSize);
}

/**
 * A city's live descendants, each after its parent, with `depth` 1 for children.
 * @param depth How many levels; all if left out.
 */
export async function* tree(
  contracts: Contracts,
  city: bigint | number,
  depth = Number.POSITIVE_INFINITY,
): AsyncGenerator<CitySummary & { depth: number }, void, undefined> {
  const view = await viewOf(contracts, undefined);
  yield* treeIn(view, BigInt(city), 1, depth);
}

async function* treeIn(view: View, city: bigint, depth: number, deepest: number): ReturnType<typeof tree> {
  if (depth > deepest) return;
  for await (const child of childrenIn(view, city, 100)) {
    yield { ...child, depth };
    if (child.children !== 0) yield* treeIn(view, child.id, depth + 1, deepest);
  }
}

async function* childrenIn(view: View, city: bigint, pageSize: number): ReturnType<typeof children> {
  const { cities, blockTag } = view;
  const pages = byPage(async (start, count) => {
    const ids = await cities.childrenOf(city, start, count, { blockTag });
    return Promise.all(ids.map((id) => summaryOf(view, id)));
  }, pageSize);
  yield* pages;
}

async function summaryOf(view: View, id: bigint): Promise<CitySummary> {
  const { code, namedIn, status, children } = await view.cities.cityOf(id, { blockTag: view.blockTag });
  return {
    id,
    code: decodeCityCode(code),
    name: await nameSince(view, id, Number(namedIn)),
    status: statusOf(status),
    children: Number(children),
  };
}

async function viewOf(contracts: Contracts, at: Date | undefined): Promise<View> {
  const { access, cities, resolver, provider } = contracts;
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("the node has no blocks yet; try again when it is synchronised");
  const latest = BigInt(block.timestamp);
  const asked = at === undefined ? latest : secondsOf(at);
  const present = asked >= latest;
  return { access, cities, resolver, provider, blockTag: block.number, time: present ? latest : asked, present };
}

async function cityIn(view: View, id: bigint): Promise<City> {
  const { access, cities, blockTag } = view;
  const { status } = await cities.cityOf(id, { blockTag });
  if (statusOf(status) === "None") throw new CityUnknownError(`there is no city ${id}; no city was given that number`);
  const [path, period, active] = await Promise.all([
    view.present ? presentPath(view, id) : pastPath(view, id),
    periodOf(view, id),
    access.isActive(id, { blockTag }),
  ]);
  const [self, ...ancestors] = path;
  if (self === undefined || period === undefined) {
    const first = await view.resolver.codesOf(id, 0, 1, { blockTag });
    const began = first.map(({ from }) => `; its first one began ${showTime(from)}`).join("");
    throw new CityUnknownError(`city ${id} had no code on ${showTime(view.time)}${began}`);
  }
  const code = decodeCityCode(period.code); // a retired city's very last code may never have been held for a moment
  return {
    id,
    asOf: dateOf(view.time),
    code,
    printed: formatCityCode(code),
    from: dateOf(period.from),
    until: period.until === 0n ? null : dateOf(period.until),
    name: self.name,
    path: [{ ...self, code }, ...ancestors],
    status: statusOf(status),
    active,
  };
}

async function presentPath(view: View, id: bigint): Promise<CityOnPath[]> {
  const ids = await view.access.pathOf(id, { blockTag: view.blockTag });
  return Promise.all(
    ids.map(async (each) => {
      const { code, name } = await summaryOf(view, each);
      return { id: each, code, name };
    }),
  );
}

/** The tree as it was: each city's events tell its parent, code and name then. */
async function pastPath(view: View, id: bigint): Promise<CityOnPath[]> {
  const path: CityOnPath[] = [];
  for (let at = id; at !== 0n;) {
    const then = await stateThen(view, at);
    if (then === undefined) return []; // not yet allocated
    path.push({ id: at, code: then.code, name: then.name });
    at = then.parent;
  }
  return path;
}

async function stateThen(view: View, id: bigint): Promise<{ code: string; name: string; parent: bigint } | undefined> {
  let name: string | undefined;
  let place: { code: string; parent: bigint } | undefined;
  for await (const event of historyIn(view, id)) {
    if (!("from" in event) || secondsOf(event.from) > view.time) continue;
    if ("name" in event) name ??= event.name;
    if ("code" in event) place ??= event;
    if (name !== undefined && place !== undefined) return { name, code: place.code, parent: place.parent };
  }
  return undefined;
}

/** The name that the last event in a block gave. */
async function nameSince(view: View, id: bigint, namedIn: number): Promise<string> {
  for await (const event of history(view, id, namedIn)) if ("name" in event) return event.name;
  throw new Error(`city ${id} has no name in block ${namedIn}`);
}

async function* historyIn(view: View, id: bigint): AsyncGenerator<CityEvent, void, undefined> {
  const { changedIn } = await view.cities.cityOf(id, { blockTag: view.blockTag });
  yield* history(view, id, Number(changedIn));
}

/** The code period that covers the moment asked about; of a retired city, after its end, the last one. */
async function periodOf(view: View, id: bigint): Promise<CodePeriod | undefined> {
  let covering: CodePeriod | undefined;
  const { resolver, blockTag } = view;
  for await (const period of byPage((start, count) => resolver.codesOf(id, start, count, { blockTag }))) {
    if (period.from <= view.time) covering = period;
  }
  return covering;
}

async function nobodyHeld(view: View, code: string): Promise<string> {
  const { resolver, blockTag } = view;
  const on = showTime(view.time);
  let nearest: { city: bigint; from: bigint; until: bigint } | undefined;
  const word = encodeCityCode(code);
  for await (const holder of byPage((start, count) => resolver.holdersOf(word, start, count, { blockTag }))) {
    if (nearest === undefined || holder.from <= view.time) nearest = holder;
  }
  if (nearest === undefined) {
    return `${code} is well written, but was never allocated; check it against where it comes from`;
  }
  const { city, from, until } = nearest;
  const period = until === 0n ? `since ${showTime(from)}` : `from ${showTime(from)} until ${showTime(until)}`;
  return `nobody held ${code} on ${on}; city ${city} held it ${period}: ask for that time, or for the city's present code`;
}

function statusOf(status: bigint): CityStatus {
  return CITY_STATUSES[Number(status)] ?? "None";
}
