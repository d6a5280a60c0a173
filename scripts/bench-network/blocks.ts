/** The chain as its blocks come: which transactions are in them, and when they were made. */
import { setTimeout as sleep } from "node:timers/promises";

import { type JsonRpcApiProvider, toQuantity } from "ethers";

const EVERY_MS = 200;
/** A chain that needs longer to come to rest is measured as it is. */
const REST_MS = 60_000;

interface Block {
  number: string;
  timestamp: string;
  gasUsed: string;
  transactions: string[];
}

/** Follows the head, from the block that there is now. */
export class Blocks {
  /** The newest block that was read. */
  head: number;
  /** When it was read, in milliseconds. */
  moved = performance.now();
  readonly #known = new Map<number, { time: number; gas: number }>();
  readonly #mined = new Set<string>();
  #ended = false;
  readonly #following: Promise<void>;

  private constructor(
    private readonly provider: JsonRpcApiProvider,
    head: number,
  ) {
    this.head = head;
    this.#following = this.#follow();
  }

  static async from(provider: JsonRpcApiProvider): Promise<Blocks> {
    const blocks = new Blocks(provider, await provider.getBlockNumber());
    blocks.#note(await blocks.#read(blocks.head));
    return blocks;
  }

  isMined(hash: string): boolean {
    return this.#mined.has(hash);
  }

  /** UTC seconds. @throws RangeError for a block that was not read. */
  timeOf(block: number): number {
    return this.#noted(block).time;
  }

  /** The gas that its transactions used. @throws RangeError for a block that was not read. */
  gasOf(block: number): number {
    return this.#noted(block).gas;
  }

  /** Waits for blocks to come. @returns the newest. */
  async next(count = 1): Promise<number> {
    const until = this.head + count;
    while (this.head < until) await sleep(EVERY_MS);
    return this.head;
  }

  /** Waits until some blocks in a row came as fast as they should, so that what was sent before is worked off. @param period In seconds. */
  async rest(period: number, count = 3): Promise<void> {
    const until = performance.now() + REST_MS;
    const taken = (head: number) => this.timeOf(head) - this.timeOf(head - count);
    for (let head = await this.next(count); taken(head) > count * period; head = await this.next()) {
      if (performance.now() > until) return;
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#ended) {
      try {
        const newest = await this.provider.getBlockNumber();
        while (this.head < newest) {
          const block = await this.#read(this.head + 1);
          if (block === null) break; // another endpoint answers, which does not have it yet
          this.#note(block);
          this.head++;
          this.moved = performance.now();
        }
      } catch {
        // no endpoint answers: it is asked again
      }
      await sleep(EVERY_MS);
    }
  }

  async #read(number: number): Promise<Block | null> {
    return (await this.provider.send("eth_getBlockByNumber", [toQuantity(number), false])) as Block | null;
  }

  #noted(block: number): { time: number; gas: number } {
    const noted = this.#known.get(block);
    if (noted === undefined) throw new RangeError(`block ${block} was not read`);
    return noted;
  }

  #note(block: Block | null): void {
    if (block === null) throw new Error("the newest block is gone");
    this.#known.set(Number(block.number), { time: Number(block.timestamp), gas: Number(block.gasUsed) });
    for (const hash of block.transactions) this.#mined.add(hash);
  }
}
