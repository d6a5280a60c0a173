/** What every chapter of the demo stands on: a chain with the suite, a client, and a voice. */
import { type Signer, Wallet } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite, type DeployedSuite } from "../../rocketh/suite.js";
import { LocalTagService, newTagKey, type TagService } from "../../src/identity/tag.js";
import { CityCodeError, type Civitas, connect, decodeError, FreeWallet } from "../../src/index.js";

export const NOBODY = "0x0000000000000000000000000000000000000000";
export const FREE = { gasPrice: 0n, gasLimit: 60_000_000n }; // as on a consortium chain: nobody pays for gas

export interface Stage {
  connection: NetworkConnection;
  suite: DeployedSuite;
  civitas: Civitas;
  /** Which account acts for a city, by its code; the chapters add theirs. */
  offices: Map<string, Signer>;
  /** The numbers of the cities, by their codes. */
  ids: Map<string, bigint>;
  /** Makes a tag of a person's number; all registrars ask the same one. */
  tagService: TagService;
}

/** The suite on a chain, and a client that found it. */
export async function stage(connection: NetworkConnection): Promise<Stage> {
  const suite = await deploySuite(connection);
  const civitas = await connect({ directory: await suite.directory.getAddress(), runner: suite.administrator });
  return {
    connection,
    suite,
    civitas,
    offices: new Map(),
    ids: new Map(),
    tagService: new LocalTagService([newTagKey(1)]),
  };
}

let step = 0;
export function chapter(title: string): void {
  console.log(`\n${++step}. ${title}`);
}

export function tell(text: string): void {
  console.log(`   ${text}`);
}

export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** An account that holds nothing, and needs nothing. */
export function newAccount({ connection }: Stage): Signer {
  return new FreeWallet(Wallet.createRandom().privateKey, connection.ethers.provider);
}

/** The number of a city that has been allocated. */
export function idOf({ ids }: Stage, code: string): bigint {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`${code} is not allocated yet`);
  return id;
}

/** Resolve a text as a person would, and say what came of it. */
export async function show({ civitas }: Stage, text: string): Promise<void> {
  try {
    const found = await civitas.resolve(text);
    const path = found.path.map(({ name }) => name).join(" < ");
    tell(`${text.padEnd(28)} → no. ${found.id}, ${path}; ${found.active ? "active" : "not active"}`);
  } catch (error) {
    tell(
      `${text.padEnd(28)} ✗ ${error instanceof CityCodeError || error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Try an act, and say what came of it. */
export async function tryTo(what: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
    tell(`${what}: done.`);
  } catch (error) {
    tell(`${what}: refused. ${decodeError(error).message}`);
  }
}
