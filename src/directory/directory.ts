import type { Provider } from "ethers";
import { keccak256 } from "ethers";

import type { SuiteDirectory } from "../bindings.js";
import { byPage } from "../common/page.js";
import { decodeName } from "./name.js";
import { VERSION_STATUSES, type VersionStatus } from "./status.js";

/** One version of one contract, as the directory tells it. */
export interface SuiteEntry {
  /** E.g. `CityRegistry`. */
  name: string;
  /** Counted from 1. */
  version: number;
  /** Where the contract is. */
  address: string;
  /** keccak-256 of its runtime code when it was published. */
  codeHash: string;
  /** The block to read its events from. */
  startBlock: number;
  status: VersionStatus;
}

/** The suite cannot be used as asked: the message says why, and what to do. */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
}

/** All versions of all contracts that the directory knows, in the order of publication. */
export async function readDirectory(directory: SuiteDirectory): Promise<SuiteEntry[]> {
  const entries: SuiteEntry[] = [];
  for await (const word of byPage((start, count) => directory.names(start, count))) {
    const versions = Number(await directory.versionCount(word));
    const numbers = Array.from({ length: versions }, (_, i) => i + 1);
    entries.push(
      ...(await Promise.all(
        numbers.map(async (version) => {
          const { location, codeHash, startBlock, status } = await directory.entryOf(word, version);
          return {
            name: decodeName(word),
            version,
            address: location,
            codeHash,
            startBlock: Number(startBlock),
            status: VERSION_STATUSES[Number(status)] ?? "None",
          };
        }),
      )),
    );
  }
  return entries;
}

/**
 * The version to act with: the latest that is Current.
 * @throws DirectoryError
 */
export function currentEntry(entries: readonly SuiteEntry[], name: string): SuiteEntry {
  const versions = entries.filter((entry) => entry.name === name);
  const current = versions.findLast(({ status }) => status === "Current");
  if (current !== undefined) return current;
  const last = versions.at(-1);
  throw new DirectoryError(
    last === undefined
      ? `the directory has no ${name}; is it the directory of this suite, and its deployment complete?`
      : `${name} has no current version (version ${last.version} is ${last.status}); ask the network which one to use`,
  );
}

/**
 * One version, of any standing but Withdrawn.
 * @throws DirectoryError
 */
export function entryAt(entries: readonly SuiteEntry[], name: string, version: number): SuiteEntry {
  const entry = entries.find((known) => known.name === name && known.version === version);
  if (entry === undefined) throw new DirectoryError(`the directory has no version ${version} of ${name}`);
  if (entry.status === "Withdrawn") {
    throw new DirectoryError(`version ${version} of ${name} was withdrawn by the network and must not be used`);
  }
  return entry;
}

/**
 * Check that the code at an entry's address is the code that was published.
 * @throws DirectoryError naming both hashes.
 */
export async function verifyEntry(provider: Provider, entry: SuiteEntry): Promise<void> {
  const found = keccak256(await provider.getCode(entry.address));
  if (found === entry.codeHash) return;
  throw new DirectoryError(
    `the code of ${entry.name} version ${entry.version} at ${entry.address} is not what was published: ` +
      `its hash is ${found}, the directory says ${entry.codeHash}; do not use it, and tell the network`,
  );
}
