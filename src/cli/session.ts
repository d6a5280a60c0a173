/** What every command stands on: the network that was named, the key that acts, and how the answer is told. */
import { Endpoint } from "../chain/endpoint.js";
import { type Endpoints, endpoints } from "../chain/endpoints.js";
import { Lane } from "../chain/lane.js";
import { type Civitas, connect, type ConnectOptions } from "../client.js";
import { visible, visibleLines } from "../common/visible.js";
import { CommandError, EXIT, UsageError } from "./fault.js";
import { readKey } from "./key.js";
import { mustBeNoKey } from "./secret.js";
import type { Terminal } from "./terminal.js";
import { tellWaiting, type WaitingOptions } from "./waiting.js";

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
  #signer: Promise<Lane> | undefined;
  #node: Promise<Endpoints> | undefined;
  #status: number = EXIT.Done;
  #endWatch: (() => void) | undefined;

  /** @param waiting How often it is told that transactions wait for a block. */
  constructor(
    readonly terminal: Terminal,
    private readonly waiting: WaitingOptions = {},
  ) {}

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
    return (this.#civitas ??= this.connection().then(connect));
  }

  /** With what `connect` finds the suite. */
  async connection(): Promise<ConnectOptions> {
    return { directory: this.#directory(), runner: await this.#provider() };
  }

  /** Who acts: the key, connected to the network. What it sends is kept, and sent again where it gets lost; it is told if no block comes for it. */
  async signer(): Promise<Lane> {
    this.#signer ??= this.#provider().then(async (provider) => {
      const lane = Lane.of(await readKey(this.terminal, this.keystore, provider));
      const tell = (line: string) => {
        this.terminal.err(line);
      };
      this.#endWatch = tellWaiting(lane, provider, tell, this.waiting);
      return lane;
    });
    return this.#signer;
  }

  /**
   * Tells the answer: one JSON document with --json, else lines for a person, in which nothing acts on the terminal.
   * @param answer Numbers beyond 2^53 as bigint and moments as Date are written as text.
   */
  tell(answer: unknown, lines: readonly string[]): void {
    const { terminal } = this;
    if (this.json) terminal.out(visibleLines(JSON.stringify(answer, (_, value: unknown) => plain(value), 2)));
    else for (const line of lines) terminal.out(visible(line));
  }

  /** The exit code, unless something is thrown. */
  get status(): number {
    return this.#status;
  }

  /** The answer is a plain no: the command ends with 1. */
  refuse(): void {
    this.#status = EXIT.Failed;
  }

  async close(): Promise<void> {
    this.#endWatch?.();
    const provider = await this.#node?.catch(() => undefined);
    provider?.destroy();
  }

  #directory(): string {
    const directory = this.#options.directory ?? this.terminal.env["CIVITAS_DIRECTORY"];
    if (directory === undefined) {
      throw new UsageError("which network? Give the address of its SuiteDirectory: --directory, or CIVITAS_DIRECTORY");
    }
    return mustBeNoKey(directory, "the address of the SuiteDirectory");
  }

  async #provider(): Promise<Endpoints> {
    return (this.#node ??= this.#open());
  }

  async #open(): Promise<Endpoints> {
    const urls = this.#options.url ?? this.terminal.env["CIVITAS_RPC_URL"]?.split(",").map((one) => one.trim()) ?? [];
    if (urls.length === 0) throw new UsageError("which node? Give its JSON-RPC endpoint: --url, or CIVITAS_RPC_URL");
    for (const url of urls) {
      if (/^https?:\/\/[^\s/]/.test(mustBeNoKey(url, "an endpoint")) && URL.canParse(url)) continue;
      throw new UsageError(
        "an endpoint is http://host:port; what was given is none, and is not shown, as it may hold a key",
      );
    }
    return endpoints(urls, { chainId: this.#chain() ?? (await chainOf(urls)), gasPrice: 0n });
  }

  /** The chain that was named, if one was. */
  #chain(): bigint | undefined {
    const expected = this.#options.chainId ?? this.terminal.env["CIVITAS_CHAIN_ID"];
    if (expected === undefined) return undefined;
    if (/^[1-9][0-9]{0,15}$/.test(expected)) return BigInt(expected);
    throw new UsageError(`a chain id is a whole number; this is "${mustBeNoKey(expected, "a chain id")}"`);
  }
}

const LATE_MS = 5_000;

/** The chain that the first endpoint that answers is on. */
async function chainOf(urls: readonly string[]): Promise<bigint> {
  const faults: string[] = [];
  for (const url of urls) {
    const endpoint = new Endpoint(url, 0n, LATE_MS);
    try {
      return await endpoint.askChainId();
    } catch (error) {
      faults.push(`${endpoint.name} ${(error as Error).message}`);
    }
  }
  throw new CommandError(`no node answers; is the address right, and is it running? ${faults.join("; ")}`);
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
