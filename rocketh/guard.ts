import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

import type { NetworkConnection } from "hardhat/types/network";
import { chainByCanonicalName } from "rocketh";

import type { Provider } from "./chain.js";
import { writeRecord } from "./records.js";

/** Which chain this is. */
export interface Chain {
  id: number;
  genesis: string;
}

/** Ask the node. The genesis block by its number: `earliest` is another block where old ones were pruned. */
export async function identify(provider: Provider): Promise<Chain> {
  const id = Number(await provider.request({ method: "eth_chainId" }));
  const block = await provider.request({ method: "eth_getBlockByNumber", params: ["0x0", false] });
  const genesis = (block as { hash?: string } | null)?.hash;
  if (genesis === undefined) throw new Error(`the node of chain ${id} does not know its genesis block`);
  return { id, genesis };
}

/** The chain must have the id that the Hardhat network is configured with, or that its name is known for. */
export function checkChainId({ networkName, networkConfig }: NetworkConnection, chain: Chain): void {
  const expected = networkConfig.chainId ?? chainByCanonicalName[networkName]?.id;
  if (expected !== undefined && expected !== chain.id) {
    throw new Error(`network "${networkName}" should be chain ${expected}, but the node answers for chain ${chain.id}`);
  }
}

/**
 * The records must be of this very chain: rocketh would empty a folder that is of another genesis. A new folder is marked as this
 * chain's. A record cut short when a run was killed is set aside, as it can be made anew.
 */
export function checkRecords(folder: string, chain: Chain): void {
  const mark = join(folder, ".chain");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const records = files.filter((file) => file.endsWith(".json") && !file.startsWith("."));

  if (existsSync(mark)) {
    const { chainId, genesisHash } = (parse(mark) ?? {}) as { chainId?: string; genesisHash?: string };
    const of = `The records in ${folder} are of chain ${chainId ?? "?"} with genesis ${genesisHash ?? "?"}`;
    if (chainId !== String(chain.id) || genesisHash !== chain.genesis) {
      throw new Error(
        `${of}, but the node answers for chain ${chain.id} with genesis ${chain.genesis}. Nothing was touched. ` +
          "If that chain is gone for good, move the folder away; if not, this is the wrong node.",
      );
    }
  } else if (records.length > 0) {
    throw new Error(`${folder} has records, but no file .chain that says of which chain. Nothing was touched.`);
  } else {
    writeRecord(mark, { chainId: String(chain.id), genesisHash: chain.genesis });
  }

  for (const file of records) {
    const path = join(folder, file);
    if (parse(path) === undefined) renameSync(path, `${path}.unreadable`);
  }
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
