/** Examples as their README says: processes of their own, with settings and a key file. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import { encryptKeystoreJsonSync, Wallet } from "ethers";

import { build } from "../../scripts/pack/installed.js";
import type { Served } from "../served.js";

/** Which node a service is to ask, and of which chain. */
export function settingsOf({ url, chainId }: Served): { CIVITAS_RPC_URL: string; CIVITAS_CHAIN_ID: string } {
  return { CIVITAS_RPC_URL: url, CIVITAS_CHAIN_ID: `${chainId}` };
}

export interface KeyFile {
  address: string;
  settings: { CIVITAS_KEY_FILE: string; CIVITAS_PASSWORD_FILE: string };
}

/** An account without money, as an encrypted keystore in a folder. */
export function keyFileIn(folder: string): KeyFile {
  const { address, privateKey } = Wallet.createRandom();
  const settings = {
    CIVITAS_KEY_FILE: join(folder, "key.json"),
    CIVITAS_PASSWORD_FILE: join(folder, "password"),
  };
  const quick = { scrypt: { N: 2, r: 8, p: 1 } };
  writeFileSync(settings.CIVITAS_KEY_FILE, encryptKeystoreJsonSync({ address, privateKey }, "secret", quick));
  writeFileSync(settings.CIVITAS_PASSWORD_FILE, "secret\n");
  return { address, settings };
}

export interface Outcome {
  lines: string[];
  status: number | null;
  complaint: string;
}

/** An example, running as its README says, on the built package. */
export function start(
  example: string,
  args: string[],
  env: Record<string, string>,
): ChildProcessByStdio<Writable, Readable, Readable> {
  build();
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [`examples/${example}.ts`, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** What it printed when it has ended. */
export async function run(example: string, args: string[], env: Record<string, string>): Promise<Outcome> {
  const child = start(example, args, env);
  child.stdin.end();
  const [output, complaint] = [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray());
  const [status] = (await once(child, "close")) as [number | null];
  const lines = ((await output) ?? []).join("").split("\n").filter(Boolean);
  return { lines, status, complaint: ((await complaint) ?? []).join("") };
}

/** A folder for one `describe`. */
export function folderFor(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `civitas-${name}-`));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
