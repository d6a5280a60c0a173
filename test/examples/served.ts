/** The tests' chain as a service reaches it: over JSON-RPC on this machine, with an account of its own in a key file. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import { encryptKeystoreJsonSync, Wallet } from "ethers";

import { build } from "../../scripts/pack/installed.js";
import { connection } from "../world.js";

interface Request {
  id: number;
  method: string;
  params?: unknown[];
}

export interface Served {
  url: string;
  /** Which node a service is to ask, and of which chain. */
  node: { CIVITAS_RPC_URL: string; CIVITAS_CHAIN_ID: string };
  /** The methods that were asked for. */
  asked: Set<string>;
  close(): void;
}

/** Answers for the chain that the tests share. */
export async function serve(): Promise<Served> {
  const { provider } = connection;
  const asked = new Set<string>();
  const answer = async ({ id, method, params = [] }: Request) => {
    asked.add(method);
    try {
      const result: unknown = await provider.request({ method, params });
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const { message, data } = error as { message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code: -32000, message, data } };
    }
  };
  const server = createServer((request, response) => {
    void request
      .setEncoding("utf8")
      .toArray()
      .then(async (chunks) => {
        const questions = JSON.parse(chunks.join("")) as Request | Request[];
        const answers = Array.isArray(questions) ? await Promise.all(questions.map(answer)) : await answer(questions);
        response.setHeader("content-type", "application/json").end(JSON.stringify(answers));
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  return {
    url,
    node: { CIVITAS_RPC_URL: url, CIVITAS_CHAIN_ID: `${chainId}` },
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
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
