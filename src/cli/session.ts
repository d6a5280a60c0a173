/** What every command stands on: the network that was named, the key that acts, and how the answer is told. */
import { JsonRpcProvider, type Signer } from "ethers";

import { type Civitas, connect, type ConnectOptions } from "../client.js";
import { EXIT, UsageError } from "./fault.js";
import { readKey } from "./key.js";
import { mustBeNoKey } from "./secret.js";
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
  #status: number = EXIT.Done;

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
    return (this.#civitas ??= connect(this.connection()));
  }

  /** With what `connect` finds the suite. */
  connection(): ConnectOptions {
    return { directory: this.#directory(), runner: this.#node(), ...this.#chain() };
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

  /** The exit code, unless something is thrown. */
  get status(): number {
    return this.#status;
  }

  /** The answer is a plain no: the command ends with 1. */
  refuse(): void {
    this.#status = EXIT.Failed;
  }

  close(): void {
    this.#provider?.destroy();
  }

  #directory(): string {
    const directory = this.#options.directory ?? this.terminal.env["CIVITAS_DIRECTORY"];
    if (directory === undefined) {
      throw new UsageError("which network? Give the address of its SuiteDirectory: --directory, or CIVITAS_DIRECTORY");
    }
    return mustBeNoKey(directory, "the address of the SuiteDirectory");
  }

  /** The chain that was named, if one was. */
  #chain(): { chainId?: bigint } {
    const expected = this.#options.chainId ?? this.terminal.env["CIVITAS_CHAIN_ID"];
    if (expected === undefined) return {};
    if (/^[1-9][0-9]{0,15}$/.test(expected)) return { chainId: BigInt(expected) };
    throw new UsageError(`a chain id is a whole number; this is "${mustBeNoKey(expected, "a chain id")}"`);
  }

  #node(): JsonRpcProvider {
    if (this.#provider !== undefined) return this.#provider;
    const [url] = this.#options.url ?? this.terminal.env["CIVITAS_RPC_URL"]?.split(",").map((one) => one.trim()) ?? [];
    if (url === undefined) throw new UsageError("which node? Give its JSON-RPC endpoint: --url, or CIVITAS_RPC_URL");
    if (!/^https?:\/\/[^\s/]/.test(mustBeNoKey(url, "an endpoint"))) {
      throw new UsageError(`an endpoint is http://host:port; this is "${url}"`);
    }
    return (this.#provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 250 }));
  }
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
