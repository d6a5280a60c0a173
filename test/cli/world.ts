/** The command, as it is typed, against a node over JSON-RPC. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { HDNodeWallet } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { run } from "../../src/cli/program.js";
import type { Terminal } from "../../src/cli/terminal.js";
import type { WaitingOptions } from "../../src/cli/waiting.js";
import type { Deployed } from "../client/world.js";

/** What a command told, and how it ended. */
export interface Told {
  status: number;
  out: string;
  err: string;
}

export interface Shell<World> {
  world: World;
  /** Of files that go when the tests end. */
  folder: string;
  /** What `civitas` is told by the environment. */
  env: Record<string, string>;
  /** Runs `civitas ARGS`; the network is in its environment. */
  civitas: (args: readonly string[], env?: Record<string, string>) => Promise<Told>;
  /** The same as an account, by its number in `hardhat node`. */
  as: (account: number, args: readonly string[]) => Promise<Told>;
}

/** Private keys of `hardhat node`'s accounts, known to everyone. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** One world for all tests of a `describe`, behind a JSON-RPC server of this process. */
export function shell<World extends Deployed>(
  make: (connection: NetworkConnection) => Promise<World>,
): () => Shell<World> {
  let made: Shell<World> | undefined;
  let close: (() => Promise<void>) | undefined;
  const folder = mkdtempSync(join(tmpdir(), "civitas-cli-"));
  before(async () => {
    const server = await network.createServer("node", "127.0.0.1", 0);
    const { port } = await server.listen();
    close = async () => server.close();
    const url = `http://127.0.0.1:${port}`;
    const world = await make(await network.create({ network: "localnode", override: { url } }));
    const base = { CIVITAS_RPC_URL: url, CIVITAS_DIRECTORY: await world.directory.getAddress() };
    const civitas = async (args: readonly string[], env: Record<string, string> = {}) =>
      runWith(args, { ...base, ...env });
    made = {
      ...{ world, folder, civitas, env: base },
      as: async (account, args) => civitas(args, { CIVITAS_KEY: keyOf(account) }),
    };
  });
  after(async () => {
    await close?.();
    rmSync(folder, { recursive: true });
  });
  return () => {
    if (made === undefined) throw new Error("the world is made before the tests");
    return made;
  };
}

/** Runs a command with this environment alone. */
export async function runWith(
  args: readonly string[],
  env: Record<string, string>,
  { secret, waiting, told }: { secret?: () => string; waiting?: WaitingOptions; told?: () => void } = {},
): Promise<Told> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    env,
    out: (line) => out.push(line),
    err: (line) => {
      err.push(line);
      told?.();
    },
    interactive: secret !== undefined,
    askSecret: () => Promise.resolve(secret?.() ?? ""),
  };
  const status = await run(args, terminal, waiting);
  return { status, out: out.join("\n"), err: err.join("\n") };
}

/** Private key of an account in `hardhat node`. */
export function keyOf(account: number): string {
  return walletOf(account).privateKey;
}

export function accountOf(account: number): string {
  return walletOf(account).address;
}

function walletOf(account: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${account}`);
}
