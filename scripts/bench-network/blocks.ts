/** The chain as its blocks come: which transactions are in them, and when they were made. */
import { setTimeout as sleep } from "node:timers/promises";

import { type JsonRpcApiProvider, toQuantity } from "ethers";

const EVERY_MS = 200;

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
  readonly #times = new Map<number, number>();
  readonly #gas = new Map<number, number>();
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
    const time = this.#times.get(block);
    if (time === undefined) throw new RangeError(`block ${block} was not read`);
    return time;
  }

  /** The gas that its transactions used. @throws RangeError for a block that was not read. */
  gasOf(block: number): number {
    const gas = this.#gas.get(block);
    if (gas === undefined) throw new RangeError(`block ${block} was not read`);
    return gas;
  }

  /** Waits for blocks to come. @returns the newest. */
  async next(count = 1): Promise<number> {
    const until = this.head + count;
    while (this.head < until) await sleep(EVERY_MS);
    return this.head;
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

  #note(block: Block | null): void {
    if (block === null) throw new Error("the newest block is gone");
    this.#times.set(Number(block.number), Number(block.timestamp));
    this.#gas.set(Number(block.number), Number(block.gasUsed));
    for (const hash of block.transactions) this.#mined.add(hash);
  }
}
