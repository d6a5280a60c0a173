/** Where a network of this machine is kept: an ignored folder that nobody else may read, since the validators' keys are in it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineName } from "./engine.js";

export const ROOT = ".network";

/** A network that was made. Written last, so that a set-up that was cut off is none. */
export interface Network {
  engine: EngineName;
  chainId: number;
  /** Seconds from block to block. */
  period: number;
  /** JSON-RPC, by validator. */
  rpcPorts: number[];
  /** Between validators. */
  peerPorts: number[];
}

export function folderOf(engine: EngineName): string {
  return join(ROOT, engine);
}

/** Folder of a validator, from 0. */
export function nodeFolder(engine: EngineName, node: number): string {
  return join(folderOf(engine), `node-${node}`);
}

export function logOf(engine: EngineName, node: number): string {
  return join(folderOf(engine), `node-${node}.log`);
}

/** The network of an engine; undefined if none was made. */
export function networkOf(engine: EngineName): Network | undefined {
  const file = join(folderOf(engine), "network.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Network) : undefined;
}

/** Makes a network's folder by `prepare`, whole or not at all. */
export async function makeFolder(network: Network, prepare: (folder: string) => Promise<void>): Promise<void> {
  const [wanted, draft] = [folderOf(network.engine), `${folderOf(network.engine)}.new`];
  mkdirSync(ROOT, { recursive: true, mode: 0o700 });
  chmodSync(ROOT, 0o700);
  rmSync(draft, { recursive: true, force: true }); // of a set-up that was cut off
  mkdirSync(draft, { mode: 0o700 });
  await prepare(draft);
  writeFileSync(join(draft, "network.json"), `${JSON.stringify(network, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, wanted);
}

export function removeFolder(engine: EngineName): void {
  rmSync(folderOf(engine), { recursive: true, force: true });
}
