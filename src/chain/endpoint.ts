import { FetchRequest, type FetchResponse, isHexString } from "ethers";

import { type Answer, parseAnswer, Unusable } from "./answer.js";
import { getUrl } from "./get-url.js";

/** How an endpoint stands. `behind`: its head is too old to answer. `refused`: it is on another chain, and never asked again. */
export type EndpointState = "unchecked" | "ready" | "behind" | "failing" | "refused";

/** One JSON-RPC endpoint over HTTP, and what is known of it. */
export class Endpoint {
  /** Host and port alone: a path or a query may hold a key. */
  readonly name: string;
  /** Its last known block; -1 before it told one. */
  head = -1;
  /** The hash of its block 0, once it told it. */
  genesis: string | undefined;
  /** It is on the right chain. Asked anew after each fault. */
  verified = false;
  /** Why it cannot be used now. */
  fault: Unusable | undefined;

  readonly #request: FetchRequest;
  readonly #open = new Set<FetchRequest>();
  #id = 0;
  #moved = 0;
  #checked = 0;

  constructor(
    endpoint: string | FetchRequest,
    private readonly chainId: bigint,
    private readonly timeoutMs: number,
  ) {
    this.#request = typeof endpoint === "string" ? new FetchRequest(endpoint) : endpoint.clone();
    this.#request.retryFunc = () => Promise.resolve(false); // HTTP 429: there are other endpoints
    if (this.#request.getUrlFunc === new FetchRequest(this.#request.url).getUrlFunc) this.#request.getUrlFunc = getUrl;
    this.name = new URL(this.#request.url).host;
  }

  /** For how long its head has not moved while it was asked, in milliseconds. */
  get stillForMs(): number {
    return this.#checked - this.#moved;
  }

  /** @throws Unusable if it does not answer in time, or not as a node does. */
  async ask(method: string, params: unknown): Promise<Answer> {
    const id = ++this.#id;
    const request = this.#request.clone();
    request.body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    request.setHeader("content-type", "application/json");
    const response = await this.#fetch(request);
    if (response.statusCode < 200 || response.statusCode > 299) {
      throw new Unusable(`answers with HTTP status ${response.statusCode}`);
    }
    let body: string;
    try {
      body = response.bodyText;
    } catch {
      throw new Unusable(`answers ${method} with garbage`);
    }
    return parseAnswer(body, id, method);
  }

  /** Asks for its head and, unless that was done, whether it is on the right chain. Never throws: see `fault`. */
  async probe(): Promise<void> {
    if (this.fault?.forGood === true) return;
    try {
      if (!this.verified) await this.#verify();
      await this.refresh();
      this.fault = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  /** @throws Unusable */
  async refresh(): Promise<void> {
    this.learn(Number(await this.#result("eth_blockNumber", [])));
  }

  learn(head: number): void {
    this.#checked = performance.now();
    if (head > this.head) this.#moved = this.#checked;
    this.head = head;
  }

  /** Passes it over until a probe succeeds. */
  fail(error: unknown): void {
    if (!(error instanceof Unusable)) throw error;
    this.fault = error;
    this.verified = false;
  }

  /** Gives up what is asked. */
  cancel(): void {
    for (const request of this.#open) request.cancel();
  }

  /** @throws Unusable */
  async askChainId(): Promise<bigint> {
    return BigInt(await this.#result("eth_chainId", []));
  }

  async #verify(): Promise<void> {
    const chainId = await this.askChainId();
    if (chainId !== this.chainId) throw new Unusable(`is on chain ${chainId}, not ${this.chainId}`, true);
    const answer = await this.ask("eth_getBlockByNumber", ["0x0", false]);
    const block = "result" in answer ? (answer.result as { hash: unknown } | null) : null;
    if (!isHexString(block?.hash, 32)) throw new Unusable("does not tell its block 0");
    this.genesis = block.hash.toLowerCase();
  }

  async #result(method: string, params: unknown[]): Promise<string> {
    const answer = await this.ask(method, params);
    if ("error" in answer) throw new Unusable(`refuses ${method}: ${answer.error.message}`);
    return answer.result as string;
  }

  /** The time limit is for the whole response: that of ethers starts anew with each byte. */
  async #fetch(request: FetchRequest): Promise<FetchResponse> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Unusable(`does not answer within ${this.timeoutMs / 1000} s`));
        request.cancel();
      }, this.timeoutMs);
    });
    this.#open.add(request);
    try {
      return await Promise.race([request.send(), limit]);
    } catch (error) {
      if (error instanceof Unusable) throw error;
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw new Unusable(`does not answer (${String(code ?? message)})`);
    } finally {
      this.#open.delete(request);
      clearTimeout(timer);
    }
  }
}
