/** The validators of a run, as its tests need them: lost, returned, and all at the same head. */
import { setTimeout as sleep } from "node:timers/promises";

import { toQuantity } from "ethers";

import { endpoints, type Endpoints } from "../../src/chain/index.js";
import { ask } from "../common/rpc.js";
import type { Engine } from "../network/engine.js";
import { type Network, urlOf } from "../network/folder.js";
import { endAll, endNode, startNode, waitForBlocks } from "../network/validators.js";
import { BenchError } from "./load.js";

const CATCH_UP_MS = 180_000;
const EVERY_MS = 500;
/** A head that has not moved for so long stands still. */
export const STILL_MS = 15_000;

export class Validators {
  readonly urls: readonly string[];
  /** Reads the chain through whichever of them answers. */
  readonly client: Endpoints;

  private constructor(
    private readonly engine: Engine,
    private readonly network: Network,
    private readonly binaries: string,
  ) {
    this.urls = Array.from({ length: network.validators }, (_, node) => urlOf(network, node));
    const { chainId } = network;
    this.client = endpoints(this.urls, { chainId, gasPrice: 0n, timeoutMs: 15_000, checkMs: 1_000, stillMs: STILL_MS });
  }

  /** Starts them, and waits for blocks. */
  static async start(engine: Engine, network: Network, binaries: string): Promise<Validators> {
    for (let node = 0; node < network.validators; node++) await startNode(engine, network, node, binaries);
    await waitForBlocks(network);
    return new Validators(engine, network, binaries);
  }

  /** Ends one at once, without a chance to save anything. */
  async kill(node: number): Promise<void> {
    if (!(await endNode(this.network, node, "SIGKILL"))) throw new BenchError(`validator ${node} had ended by itself`);
  }

  async return(node: number): Promise<void> {
    await startNode(this.engine, this.network, node, this.binaries);
  }

  /**
   * Waits until all have the block that the chain has now, and the same one.
   * @returns its number, and how long it took, in seconds.
   * @throws BenchError if one does not catch up, or has another.
   */
  async agree(): Promise<{ block: number; seconds: number }> {
    const began = performance.now();
    const block = await this.client.getBlockNumber();
    for (;;) {
      const hashes = await Promise.all(this.urls.map(async (url) => hashAt(url, block)));
      const known = new Set(hashes.filter((hash) => hash !== undefined));
      if (known.size > 1) throw new BenchError(`validators have different blocks ${block}: ${[...known].join(", ")}`);
      const seconds = (performance.now() - began) / 1000;
      const late = hashes.findIndex((hash) => hash === undefined);
      if (late === -1) return { block, seconds };
      if (1000 * seconds > CATCH_UP_MS) {
        throw new BenchError(`validator ${late} has not caught up with block ${block} after ${CATCH_UP_MS / 1000} s`);
      }
      await sleep(EVERY_MS);
    }
  }

  async end(): Promise<void> {
    this.client.destroy();
    await endAll(this.network.folder);
  }
}

/** A validator's block; undefined if it does not have it, or does not answer. */
async function hashAt(url: string, block: number): Promise<string | undefined> {
  const answer = await ask(url, "eth_getBlockByNumber", [toQuantity(block), false]).catch(() => null);
  return (answer as { hash: string } | null)?.hash;
}
