/**
 * Where the networks of this machine are kept: an ignored folder that nobody else may read, since the validators' keys are in it.
 * What is there is there whole: it is made beside, and renamed when it is done.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { type Engine, NetworkError } from "./engine.js";

/** What a network is made with. */
export interface Settings {
  validators: number;
  /** Seconds from block to block. */
  period: number;
  /** JSON-RPC of the first validator; the others' follow. */
  port: number;
  chainId: number;
  /** How many times as fast as the real one a clock of their own runs, which can be moved on; 0 for the real one. */
  clock: number;
}

export interface Network extends Settings {
  engine: string;
  /** Absolute. */
  folder: string;
}

/** What a validator listens on, all on 127.0.0.1: JSON-RPC, its peers, and what controls it, where the engine has that. */
export interface Ports {
  rpc: number;
  peers: number;
  control: number;
}

/** How far the last port is from the first. */
export const PORTS = 300;

export function portsOf({ port }: Settings, node: number): Ports {
  return { rpc: port + node, peers: port + 100 + node, control: port + 200 + node };
}

export function urlOf(settings: Settings, node: number): string {
  return `http://127.0.0.1:${portsOf(settings, node).rpc}`;
}

export function clockOf({ folder }: Pick<Network, "folder">): string {
  return join(folder, "clock");
}

export function nodeFolder({ folder }: Network, node: number): string {
  return join(folder, `node-${node}`);
}

export function logOf({ folder }: Network, node: number): string {
  return join(folder, `node-${node}.log`);
}

export function pidFileOf({ folder }: Network, node: number): string {
  return join(folder, `node-${node}.pid`);
}

export function networkFolder(root: string, { name }: Engine): string {
  return resolve(root, name);
}

/**
 * The network of an engine; undefined if none was made, or not to its end.
 * @throws NetworkError if its description is not of this version.
 */
export function networkOf(root: string, engine: Engine): Network | undefined {
  const folder = networkFolder(root, engine);
  const file = join(folder, "network.json");
  if (!existsSync(file)) return undefined;
  const { validators, period, port, chainId, clock = 0 } = settingsIn(file);
  if (![validators, period, port, chainId, clock].every(Number.isInteger)) {
    throw new NetworkError(
      `${file} cannot be read; make the network anew: npm run network -- down --purge --engine ${engine.name}`,
    );
  }
  return { validators, period, port, chainId, clock, engine: engine.name, folder } as Network;
}

function settingsIn(file: string): Partial<Settings> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Settings>;
  } catch {
    return {};
  }
}

/** Makes a network: its folder is there with all that is in it, or not at all. */
export async function makeNetwork(network: Network, prepare: (folder: string) => Promise<void>): Promise<void> {
  const { validators, period, port, chainId, clock } = network;
  await makeWhole(network.folder, async (draft) => {
    await prepare(draft);
    const settings = JSON.stringify({ validators, period, port, chainId, clock }, undefined, 2);
    writeFileSync(join(draft, "network.json"), `${settings}\n`, { mode: 0o600 });
  });
}

/** Fills a folder that takes the wanted one's place when it is full; what earlier tries left behind is removed. */
export async function makeWhole(wanted: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const parent = dirname(wanted);
  makePrivate(parent);
  removeDrafts(wanted);
  const draft = mkdtempSync(draftPrefix(wanted)); // a name of its own: what an earlier try started may still write
  await fill(draft);
  rmSync(wanted, { recursive: true, force: true });
  renameSync(draft, wanted);
}

export function removeDrafts(wanted: string): void {
  const parent = dirname(wanted);
  if (!existsSync(parent)) return;
  const drafts = readdirSync(parent).filter((name) => name.startsWith(basename(draftPrefix(wanted))));
  for (const name of drafts) rmSync(join(parent, name), { recursive: true, force: true });
}

function draftPrefix(wanted: string): string {
  return `${wanted}.new-`;
}

/** Makes a folder that nobody else may read. */
export function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
