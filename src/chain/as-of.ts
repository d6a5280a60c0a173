/** Reads as of a block: a provider that knows nothing later, and sends nothing. */
import { type BlockTag, type Filter, type FilterByBlockHash, isHexString, type Log, type Provider } from "ethers";

import { over } from "./over.js";

/** What a client that reads as of a block cannot do. The message says what to do instead. */
export class AsOfError extends Error {
  override readonly name = "AsOfError";
}

const blocks = new WeakMap<Provider, number>();

/**
 * A provider that answers as `provider` did when `block` was its latest. The node must still have the state of that block.
 * @throws AsOfError, when asked for a later block, or to send or estimate something.
 */
export function providerAsOf(provider: Provider, block: number): Provider {
  const refuse = (): never => {
    throw new AsOfError(writingRefused(block));
  };
  const tag = (asked: BlockTag | null | undefined): number => {
    if (asked === "earliest") return 0;
    if (typeof asked !== "number" && typeof asked !== "bigint" && !isHexString(asked)) return block;
    if (Number(asked) <= block) return Number(asked);
    throw new AsOfError(`this client reads the chain as of block ${block}, and block ${Number(asked)} came later`);
  };
  const known = <Found extends { blockNumber: number | null }>(found: Found | null): Found | null =>
    found === null || found.blockNumber === null || found.blockNumber > block ? null : found;
  const past = over(provider, {
    sendTransaction: refuse, // a contract takes what has this for a signer, and asks it
    getBlockNumber: () => Promise.resolve(block),
    getBlock: async (asked, transactions) => {
      if (!isHexString(asked, 32)) return provider.getBlock(tag(asked), transactions);
      const found = await provider.getBlock(asked, transactions);
      return found !== null && found.number > block ? null : found;
    },
    call: async (tx) => provider.call({ ...tx, blockTag: tag(tx.blockTag) }),
    getBalance: async (address, at) => provider.getBalance(address, tag(at)),
    getCode: async (address, at) => provider.getCode(address, tag(at)),
    getStorage: async (address, position, at) => provider.getStorage(address, position, tag(at)),
    getTransactionCount: async (address, at) => provider.getTransactionCount(address, tag(at)),
    getLogs: async (filter: Filter | FilterByBlockHash): Promise<Log[]> => {
      if ("blockHash" in filter) {
        return (await provider.getLogs(filter)).filter(({ blockNumber }) => blockNumber <= block);
      }
      const { fromBlock, toBlock } = filter as Filter;
      const [from, to] = [fromBlock, toBlock].map((asked) => (isHexString(asked) ? Number(asked) : asked));
      if (typeof from === "number" && from > block) return [];
      return provider.getLogs({
        ...filter,
        fromBlock: tag(from),
        toBlock: typeof to === "number" ? Math.min(to, block) : tag(to),
      });
    },
    getTransaction: async (hash) => known(await provider.getTransaction(hash)),
    getTransactionReceipt: async (hash) => known(await provider.getTransactionReceipt(hash)),
    estimateGas: refuse,
    broadcastTransaction: refuse,
  });
  blocks.set(past, block);
  return past;
}

/** A contract that cannot be acted on, if it is read as of a block. */
export function heldAsOf<Made extends object>(contract: Made, provider: Provider): Made {
  const block = blocks.get(provider);
  if (block === undefined) return contract;
  const connect = (): never => {
    throw new AsOfError(writingRefused(block));
  };
  return Object.defineProperty(contract, "connect", { value: connect });
}

function writingRefused(block: number): string {
  return `this client reads the chain as of block ${block}; to act, use the one that asOf or final was called on`;
}
