/** Everything a chain holds: what somebody who has all of it, and all the time in the world, can search. */
import type { NetworkConnection } from "hardhat/types/network";

/** A piece of the chain, and where it was found. */
export interface Piece {
  where: string;
  /** Hex, with 0x. */
  data: string;
  /** Index of the transaction it belongs to, in the order of the chain; none for code. */
  transaction?: number;
  /** The contract that was called, or that emitted or stored it. */
  contract: string;
}

interface Log {
  address: string;
  topics: string[];
  data: string;
}

interface Trace {
  structLogs: { op: string; depth: number; stack: string[] }[];
}

/**
 * Collect all calldata, events, storage writes and code of a chain.
 * @param from the first block to take storage writes from, since tracing is slow; calldata, events and code are taken from all.
 */
export async function collect(connection: NetworkConnection, from: number): Promise<Piece[]> {
  const request = async <T>(method: string, ...params: unknown[]): Promise<T> =>
    (await connection.provider.request({ method, params })) as T;
  const pieces: Piece[] = [];
  const contracts = new Set<string>();
  const last = Number(await request<string>("eth_blockNumber"));
  let transaction = 0;
  for (let number = 0; number <= last; number++) {
    const block = await request<{ transactions: { hash: string; input: string; to: string | null; from: string }[] }>(
      "eth_getBlockByNumber",
      `0x${number.toString(16)}`,
      true,
    );
    for (const { hash, input, to } of block.transactions) {
      const receipt = await request<{ logs: Log[]; contractAddress: string | null }>("eth_getTransactionReceipt", hash);
      const called = (to ?? receipt.contractAddress ?? "").toLowerCase();
      contracts.add(called);
      pieces.push({ where: `calldata of ${hash}`, data: input, transaction, contract: called });
      for (const { address, topics, data } of receipt.logs) {
        contracts.add(address.toLowerCase());
        const contract = address.toLowerCase();
        pieces.push({
          where: `event in ${hash}`,
          data: `0x${topics.join("")}${data}`.replace(/0x/g, ""),
          transaction,
          contract,
        });
      }
      if (number >= from) {
        for (const word of await storedIn(request, hash)) {
          pieces.push({ where: `storage written in ${hash}`, data: word, transaction, contract: called });
        }
      }
      transaction++;
    }
  }
  for (const contract of contracts) {
    pieces.push({
      where: `code of ${contract}`,
      data: await request<string>("eth_getCode", contract, "latest"),
      contract,
    });
  }
  return pieces.map((piece) => ({ ...piece, data: piece.data.startsWith("0x") ? piece.data : `0x${piece.data}` }));
}

/** Slots and values that a transaction wrote. */
async function storedIn(
  request: <T>(method: string, ...params: unknown[]) => Promise<T>,
  hash: string,
): Promise<string[]> {
  const options = { disableMemory: true, disableStorage: true };
  const { structLogs } = await request<Trace>("debug_traceTransaction", hash, options);
  return structLogs
    .filter(({ op }) => op === "SSTORE")
    .flatMap(({ stack }) => stack.slice(-2))
    .map((word) => `0x${word.replace(/^0x/, "").padStart(64, "0")}`);
}
