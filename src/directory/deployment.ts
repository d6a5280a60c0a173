import { keccak256 } from "ethers";

import { abis } from "../abi.js";
import type { Contracts } from "../contracts.js";
import { DirectoryError, type SuiteEntry, verifyEntry } from "./directory.js";

/** An entry of an ABI, as JSON has it. */
export type AbiEntry = (typeof abis)[keyof typeof abis][number];

/** A contract of a deployment: an entry of the directory, with what is needed to call it. */
export interface DeployedContract extends SuiteEntry {
  /** Missing if this version of the package does not know a contract of that name. */
  abi?: readonly AbiEntry[];
}

/** A deployment in one document, for programs in any language: see `deployment.schema.json`. */
export interface Deployment {
  format: "civitas-deployment/1";
  chainId: number;
  /** Hash of block 0: another chain may have the same id. */
  genesisHash: string;
  /** The one address to trust: all others come from there. */
  directory: { address: string; codeHash: string; abi: typeof abis.SuiteDirectory };
  /** All versions of all contracts, in the order of publication. */
  contracts: DeployedContract[];
}

/** The suite as `connect` found it. */
type Connected = Pick<Contracts, "provider" | "chainId" | "directory"> & { entries: readonly SuiteEntry[] };

/**
 * Describe a deployment, from the chain and through its directory alone. The code of every version that was not withdrawn is checked.
 * @param civitas What `connect` returned.
 * @throws DirectoryError if other code is at an address than was published.
 */
export async function deploymentOf({ provider, chainId, directory, entries }: Connected): Promise<Deployment> {
  const genesisHash = (await provider.getBlock(0))?.hash;
  if (genesisHash == null) {
    throw new DirectoryError(
      `the node of chain ${chainId} does not know its genesis block; ask one that has all blocks`,
    );
  }
  await Promise.all(
    entries.filter(({ status }) => status !== "Withdrawn").map((entry) => verifyEntry(provider, entry)),
  );
  const address = await directory.getAddress();
  return {
    format: "civitas-deployment/1",
    chainId: Number(chainId),
    genesisHash,
    directory: { address, codeHash: keccak256(await provider.getCode(address)), abi: abis.SuiteDirectory },
    contracts: entries.map((entry) => ({ ...entry, ...(isKnown(entry.name) ? { abi: abis[entry.name] } : {}) })),
  };
}

function isKnown(name: string): name is keyof typeof abis {
  return Object.hasOwn(abis, name);
}
