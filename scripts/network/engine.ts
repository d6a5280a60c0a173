/** The engines that a network can be started with, each from its pinned Go module. */
import type { Network } from "./folder.js";

export const ENGINES = ["kaia", "edge", "clique"] as const;
export type EngineName = (typeof ENGINES)[number];

/** A program with its arguments. */
export interface Command {
  file: string;
  args: string[];
}

export interface Engine {
  name: EngineName;
  /** What it is, for people. */
  title: string;
  /** Fewest validators that go on when one is lost. */
  least: number;
  /** Go packages of the commands that are built. */
  packages: string[];
  ldflags?: string;
  /** Writes keys, genesis and the data folders of all validators: node-0, node-1 ... */
  prepare: (network: Network, folder: string, binaries: string) => Promise<void>;
  /** Starts a validator. Listens on 127.0.0.1 only. */
  command: (network: Network, node: number, binaries: string) => Command;
}
