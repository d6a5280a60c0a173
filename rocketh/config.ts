import { join, resolve } from "node:path";

import { getAddress, isAddress, ZeroHash } from "ethers";
import type { UserConfig } from "rocketh/types";

const ROOT = resolve(import.meta.dirname, "..");
const variable = (name: string) => process.env[name] ?? ""; // a variable that is set to nothing counts as not set

/**
 * An address that was typed, with its checksum.
 * @param name Of the variable or the option.
 * @throws Error that does not repeat it: it may be most of a key.
 */
export function addressOf(name: string, text: string): string {
  if (isAddress(text)) return getAddress(text);
  throw new Error(`${name} must be an address: 0x and 40 hexadecimal digits, its checksum right`);
}

/** The address in a variable; undefined if it is not set. */
export function addressIn(name: string): string | undefined {
  const text = variable(name);
  return text === "" ? undefined : addressOf(name, text);
}

const administrator = addressIn("CIVITAS_ADMIN_ADDRESS");

/**
 * Who deploys, and to whom the network is handed over: numbers are positions among the accounts of the Hardhat network.
 * The administrator signs nothing here, so on a real network its address is enough.
 */
const accounts = {
  deployer: { default: 0 },
  administrator: {
    default: 1,
    ...(administrator === undefined ? {} : { consortium: administrator }),
  },
};

export type Accounts = typeof accounts;

/** For rocketh. Records go into a folder per network. */
export const config = {
  accounts,
  scripts: [join(ROOT, "deploy")],
  deployments: resolve(ROOT, variable("CIVITAS_RECORDS") || "deployments"),
} satisfies UserConfig<Accounts>;

/** What a run may decide, besides the network. */
export interface RunOptions extends Record<string, unknown> {
  /** Another salt is another suite, from the same deployer and factory. */
  salt: string;
  /** How long to wait for a transaction to be mined, in milliseconds. */
  timeout: number;
  /** Where progress is told. */
  log: (line: string) => void;
  /** Where records are kept, in a folder per network; without it, nothing is recorded. */
  records?: string | undefined;
}

export const DEFAULTS: RunOptions = {
  salt: ZeroHash,
  timeout: 1000 * Number(variable("CIVITAS_TX_TIMEOUT") || 120),
  log: () => undefined,
};
