import type { Network } from "./folder.js";

/** A program with its arguments. */
export interface Command {
  file: string;
  args: string[];
  env?: Record<string, string>;
}

/** A node's software that a network can be started with. */
export interface Engine {
  name: string;
  /** What it is, for people. */
  title: string;
  /** Fewest validators of which one may fail. */
  least: number;
  /** The programs that are built: a Go package by the program's name. */
  programs: Record<string, string>;
  ldflags?: string;
  /** Writes keys, genesis and the data folders of all validators, `node-0`, `node-1` and so on, to a folder. */
  prepare: (network: Network, folder: string, binaries: string) => Promise<void>;
  /** Starts a validator that listens on 127.0.0.1 only. */
  command: (network: Network, node: number, binaries: string) => Command;
}

/** Something that the person who runs it can mend; the message says how. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}
