/** What every command stands on: the network that was named, the key that acts, and how the answer is told. */
import { JsonRpcProvider, type Signer } from "ethers";

import { type Civitas, connect } from "../client.js";
import { CommandError, UsageError } from "./fault.js";
import { readKey } from "./key.js";
import type { Terminal } from "./terminal.js";

/** Options that every command takes. */
export interface CommonOptions {
  url?: string[];
  directory?: string;
  chainId?: string;
  keystore?: string;
  json?: boolean;
  dryRun?: boolean;
}

export class Session {
  #options: CommonOptions = {};
  #civitas: Promise<Civitas> | undefined;
  #signer: Promise<Signer> | undefined;
  #provider: JsonRpcProvider | undefined;

  constructor(readonly terminal: Terminal) {}

  /** As they were typed. */
  use(options: CommonOptions): void {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json === true;
  }

  get dryRun(): boolean {
    return this.#options.dryRun === true;
  }

  get keystore(): string | undefined {
    return this.#options.keystore;
  }

  /** The suite, for reading. */
  async civitas(): Promise<Civitas> {
    return (this.#civitas ??= connect({ directory: this.#directory(), runner: this.#node() }));
  }

  /** Who acts: the key, connected to the network. */
  async signer(): Promise<Signer> {
    return (this.#signer ??= readKey(this.terminal, this.keystore, this.#node()));
  }

  /**
   * Tells the answer: one JSON document with --json, else lines for a person.
   * @param answer Numbers beyond 2^53 as bigint and moments as Date are written as text.
   */
  tell(answer: unknown, lines: readonly string[]): void {
    const { terminal } = this;
    if (this.json) terminal.out(JSON.stringify(answer, (_, value: unknown) => plain(value), 2));
    else for (const line of lines) terminal.out(line);
  }

  close(): void {
    this.#provider?.destroy();
  }

  #directory(): string {
    const directory = this.#options.directory ?? this.terminal.env["CIVITAS_DIRECTORY"];
    if (directory === undefined) {
      throw new UsageError("which network? Give the address of its SuiteDirectory: --directory, or CIVITAS_DIRECTORY");
    }
    return directory;
  }

  #node(): JsonRpcProvider {
    if (this.#provider !== undefined) return this.#provider;
    const { env } = this.terminal;
    const [url] = this.#options.url ?? env["CIVITAS_RPC_URL"]?.split(",").map((one) => one.trim()) ?? [];
    if (url === undefined) throw new UsageError("which node? Give its JSON-RPC endpoint: --url, or CIVITAS_RPC_URL");
    const expected = this.#options.chainId ?? env["CIVITAS_CHAIN_ID"];
    if (expected !== undefined && !/^[1-9][0-9]{0,15}$/.test(expected)) {
      throw new UsageError(`a chain id is a whole number; this is "${expected}"`);
    }
    try {
      const chain = expected === undefined ? undefined : BigInt(expected);
      return (this.#provider = new JsonRpcProvider(url, chain, { cacheTimeout: -1 }));
    } catch (cause) {
      throw new CommandError(`"${url}" is no endpoint: http://host:port`, { cause });
    }
  }
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
