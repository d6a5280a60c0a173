/** The events of registries as they happen, for services that must handle each once, also over a restart. */
import { getAddress, Interface, isHexString, type Log, type Provider } from "ethers";

import { abis } from "../abi.js";
import type { PublishedName } from "../client.js";
import type { EventName, RegistryEvent } from "../common/event.js";
import { BlockRange } from "../common/logs.js";
import type { Contracts } from "../contracts.js";
import { DirectoryError, readDirectory, type SuiteEntry, verifyEntry } from "../directory/directory.js";

/** How far a watch has told. Plain JSON: whoever keeps it goes on from there. */
export interface Cursor {
  block: number;
  /** The block's hash, by which a chain is noticed that is not the one that was told of. */
  hash: string;
  /** Position in the block of the last log that was told; without it, all of the block was. */
  logIndex?: number;
}

/** An event, and the cursor to keep once it is handled. */
export type WatchedEvent<
  Contract extends PublishedName = PublishedName,
  Name extends EventName<Contract> = EventName<Contract>,
> = RegistryEvent<Contract, Name> & {
  /** Which version of the contract it is of. */
  version: number;
  cursor: Cursor;
};

export interface WatchOptions<Contract extends PublishedName, Name extends EventName<Contract>> {
  contracts: readonly Contract[];
  /** All events of these contracts if left out. */
  events?: readonly Name[];
  /** The first block to tell of, or the cursor to go on from; the suite's first block if left out. */
  from?: number | Cursor;
  /** How many blocks at the head may still change, and are not told of yet: none where blocks are final, as in BFT engines. */
  depth?: number;
  /** Milliseconds between questions for new blocks, and before the first repetition where the node fails; 1,000 if left out. */
  pollMs?: number;
  /** Ends the loop, without an error. */
  signal?: AbortSignal;
  /** Gets a cursor whenever all events of some blocks were told and handled, also where there were none. It is waited for. */
  onProgress?: (cursor: Cursor) => void | Promise<void>;
  /** Gets what the node failed with, before it is asked again. What this throws ends the watch. It is waited for. */
  onFailure?: (error: unknown) => void | Promise<void>;
}

/** The chain is not the one that was told of: blocks deeper than `depth` were replaced, or the node is on another chain. */
export class ReorganisationError extends Error {
  override readonly name = "ReorganisationError";

  /** @param cursor What was told. @param found The hash of that block now. */
  constructor(
    readonly cursor: Cursor,
    readonly found: string,
  ) {
    super(
      `events were told up to block ${cursor.block} with hash ${cursor.hash}, but that block is ${found} now: the chain was ` +
        "reorganised, or the node is on another chain. Check the node; if it is right, undo what you took from replaced " +
        "blocks, go on from a cursor before them, and watch with a greater depth",
    );
  }
}

const LONGEST_PAUSE_MS = 30_000;

/**
 * The events of contracts in the order of the chain, each once: of every version that the directory knows and has not withdrawn, and of one
 * that it publishes meanwhile, from the block of its publication on. What the node fails with is told to `onFailure`, and asked again.
 * Keep an event's `cursor` together with what became of it; `from: cursor` goes on with the next.
 * @throws DirectoryError if a contract is unknown to the directory or has other code, ReorganisationError, RangeError for a `from` that is none.
 */
export async function* watch<Contract extends PublishedName, Name extends EventName<Contract> = EventName<Contract>>(
  contracts: Pick<Contracts, "directory" | "provider">,
  options: WatchOptions<Contract, Name>,
): AsyncGenerator<WatchedEvent<Contract, Name>, void, undefined> {
  const { pollMs = 1_000, signal, onProgress, onFailure } = options;
  const reading = new Reading(contracts, options);
  let failures = 0;
  while (!isOver(signal)) {
    let told: Told<Contract, Name> | undefined;
    try {
      told = await unlessOver(signal, reading.next());
      failures = 0;
    } catch (error) {
      if (isOver(signal)) return;
      if (error instanceof DirectoryError || error instanceof ReorganisationError) throw error;
      await onFailure?.(error);
      await pause(Math.min(pollMs * 2 ** failures++, LONGEST_PAUSE_MS), signal);
      continue;
    }
    for (const event of told?.events ?? []) {
      yield event;
      if (isOver(signal)) return;
    }
    if (told !== undefined) await onProgress?.(told.cursor);
    if (told?.more !== true) await pause(pollMs, signal);
  }
}

// ------------------------------------------------------------------------------------------------------------- internal

/** What some blocks have told. */
interface Told<Contract extends PublishedName, Name extends EventName<Contract>> {
  events: WatchedEvent<Contract, Name>[];
  /** The end of these blocks. */
  cursor: Cursor;
  /** Whether there are more blocks already. */
  more: boolean;
}

/** Reads on, some blocks at a time. What fails may be tried again. */
class Reading<Contract extends PublishedName, Name extends EventName<Contract>> {
  readonly #range = new BlockRange();
  readonly #provider: Provider;
  readonly #depth: number;
  #position: Cursor | undefined;
  #first: number;
  #versions: Versions<Contract, Name> | undefined;

  constructor(
    private readonly contracts: Pick<Contracts, "directory" | "provider">,
    private readonly options: WatchOptions<Contract, Name>,
  ) {
    const { from = 0, depth = 0 } = options;
    this.#provider = contracts.provider;
    this.#depth = whole(depth, "a depth");
    if (typeof from === "number") {
      this.#first = whole(from, "the block to begin with");
    } else {
      this.#position = checked(from);
      this.#first = from.logIndex === undefined ? from.block + 1 : from.block;
    }
  }

  /** @returns undefined while there is nothing new. */
  async next(): Promise<Told<Contract, Name> | undefined> {
    this.#versions ??= await Versions.read(this.contracts, this.options);
    if (this.#position === undefined) this.#first = Math.max(this.#first, this.#versions.firstBlock);
    const head = await this.#provider.getBlockNumber();
    if (this.#position !== undefined) await this.#check(this.#position, head);
    const end = head - this.#depth;
    if (this.#first > end) return undefined;
    try {
      return await this.#range.read(this.#first, end, (last) => this.#tell(last, end));
    } catch (error) {
      this.#range.narrow();
      throw error;
    }
  }

  async #tell(last: number, end: number): Promise<Told<Contract, Name>> {
    // Asked before the logs: should the block be replaced in between, its hash is wrong, and the next check says so.
    const cursor = { block: last, hash: await this.#hashOf(last) };
    const logs = await this.#logs(last);
    const after = this.#position?.block === this.#first ? (this.#position.logIndex ?? -1) : -1;
    const events: WatchedEvent<Contract, Name>[] = [];
    for (const log of logs) {
      if (log.blockNumber === this.#first && log.index <= after) continue;
      const event = this.#versions?.decode(log);
      if (event !== undefined) events.push(event);
    }
    [this.#position, this.#first] = [cursor, last + 1];
    return { events, cursor, more: last < end };
  }

  /** The logs of all versions; read again with those that the directory publishes in these very blocks. */
  async #logs(last: number): Promise<Log[]> {
    for (;;) {
      const versions = (this.#versions ??= await Versions.read(this.contracts, this.options));
      const filter = { ...versions.filter, fromBlock: this.#first, toBlock: last };
      const logs = (await this.#provider.getLogs(filter)).sort(
        (one, other) => one.blockNumber - other.blockNumber || one.index - other.index,
      );
      const stray = logs.find(({ blockNumber }) => blockNumber < this.#first || blockNumber > last);
      if (stray !== undefined) {
        throw new Error(
          `the node was asked for blocks ${this.#first} to ${last}, and told of block ${stray.blockNumber}: it cannot be believed`,
        );
      }
      if (!versions.areChangedBy(logs)) return logs;
      const now = await Versions.read(this.contracts, this.options);
      this.#versions = now;
      if (now.equals(versions)) return logs;
    }
  }

  async #check(position: Cursor, head: number): Promise<void> {
    if (head < position.block) {
      throw new Error(
        `the node is at block ${head}, and events were told up to block ${position.block}: it lags behind, or is on another chain`,
      );
    }
    const found = await this.#hashOf(position.block);
    if (found !== position.hash) throw new ReorganisationError(position, found);
  }

  async #hashOf(number: number): Promise<string> {
    const hash = (await this.#provider.getBlock(number))?.hash;
    if (typeof hash !== "string") throw new Error(`the node does not have block ${number}, which it was to have`);
    return hash;
  }
}

/** The versions of contracts that are watched, and how their logs are read. */
class Versions<Contract extends PublishedName, Name extends EventName<Contract>> {
  readonly #interfaces = new Map<string, Interface>();

  private constructor(
    private readonly directory: string,
    private readonly directoryInterface: Interface,
    private readonly entries: ReadonlyMap<string, SuiteEntry>,
    private readonly options: WatchOptions<Contract, Name>,
  ) {
    for (const name of options.contracts) this.#interfaces.set(name, new Interface(abis[name]));
  }

  static async read<Contract extends PublishedName, Name extends EventName<Contract>>(
    { directory, provider }: Pick<Contracts, "directory" | "provider">,
    options: WatchOptions<Contract, Name>,
  ): Promise<Versions<Contract, Name>> {
    const names: readonly string[] = options.contracts;
    const known = await readDirectory(directory);
    const entries = known.filter(({ name, status }) => names.includes(name) && status !== "Withdrawn");
    const missing = names.find((name) => !entries.some((entry) => entry.name === name));
    if (missing !== undefined) throw new DirectoryError(`the directory has no ${missing} that may be used`);
    await Promise.all(entries.map((entry) => verifyEntry(provider, entry)));
    const byAddress = new Map(entries.map((entry) => [entry.address, entry]));
    return new Versions(getAddress(await directory.getAddress()), directory.interface, byAddress, options);
  }

  get firstBlock(): number {
    return Math.min(...[...this.entries.values()].map(({ startBlock }) => startBlock));
  }

  get filter(): { address: string[]; topics: string[][] } {
    const address = [this.directory, ...this.entries.keys()];
    const { events } = this.options;
    if (events === undefined) return { address, topics: [] };
    const ours = [...this.#interfaces.values()].flatMap((abi) => events.map((name) => abi.getEvent(name)?.topicHash));
    const topics = [...ours, ...DIRECTORY_EVENTS.map((name) => this.directoryInterface.getEvent(name)?.topicHash)];
    return { address, topics: [[...new Set(topics.filter((topic) => topic !== undefined))]] };
  }

  areChangedBy(logs: readonly Log[]): boolean {
    return logs.some(({ address }) => address === this.directory);
  }

  equals(other: Versions<Contract, Name>): boolean {
    const addresses = [...this.entries.keys()];
    return addresses.length === other.entries.size && addresses.every((address) => other.entries.has(address));
  }

  /** @returns undefined for what is not watched, and for an event that the contract no longer has. */
  decode(log: Log): WatchedEvent<Contract, Name> | undefined {
    const entry = this.entries.get(log.address);
    const parsed = entry && this.#interfaces.get(entry.name)?.parseLog(log);
    if (!entry || !parsed) return undefined;
    const { events } = this.options as { events?: readonly string[] };
    if (events !== undefined && !events.includes(parsed.name)) return undefined;
    return {
      ...{ contract: entry.name, version: entry.version, type: parsed.name, args: parsed.args.toObject() },
      ...{ block: log.blockNumber, logIndex: log.index, transaction: log.transactionHash },
      cursor: { block: log.blockNumber, hash: log.blockHash, logIndex: log.index },
    } as unknown as WatchedEvent<Contract, Name>;
  }
}

/** What changes the versions that there are. */
const DIRECTORY_EVENTS = ["Published", "StatusChanged"] as const;

function checked(cursor: Cursor): Cursor {
  const { block, hash, logIndex } = cursor as { block: unknown; hash: unknown; logIndex?: unknown };
  whole(block, "the block of a cursor");
  if (logIndex !== undefined) whole(logIndex, "the position in a cursor");
  if (!isHexString(hash, 32)) throw new RangeError(`a cursor has the hash of a block; this has ${String(hash)}`);
  return cursor;
}

function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`${what} is a whole number from 0 on; this is ${String(value)}`);
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What work comes to; fails at once if the signal is given meanwhile. */
async function unlessOver<Answer>(signal: AbortSignal | undefined, work: Promise<Answer>): Promise<Answer> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const over = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Error("the watch was ended"));
    };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await unlessOver(signal, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))));
  } catch (error) {
    if (!isOver(signal)) throw error;
  } finally {
    clearTimeout(timer);
  }
}
