/** Several JSON-RPC endpoints of one chain as one provider: what one cannot answer, the next one does. */
import {
  FeeData,
  type FetchRequest,
  JsonRpcApiProvider,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
  keccak256,
  Network,
  toQuantity,
} from "ethers";

import { type Answer, asksForHead, blockIn, mayBeKnownElsewhere, Unusable } from "./answer.js";
import { Endpoint } from "./endpoint.js";
import { EndpointsError, type EndpointStatus } from "./endpoints-error.js";
import { isAlreadyKnown } from "./refusal.js";
import { sleep } from "./sleep.js";

export interface EndpointsOptions {
  /** The chain that all of them must be on. */
  chainId: bigint | number;
  /** Hash of its block 0. If left out, that of the first endpoint in the list that tells one; the others must have the same. */
  genesis?: string;
  /** Time limit of one question to one endpoint; 5000 ms if left out. */
  timeoutMs?: number;
  /** How many blocks an endpoint may be behind the best head known; 5 if left out. */
  maxLag?: number;
  /** While there are questions, all heads are asked for, and failed endpoints tried again, this often; 5000 ms if left out. */
  checkMs?: number;
  /** A head that has not moved for so long stands still; 30000 ms if left out. */
  stillMs?: number;
  /** What transactions offer for gas: 0n where gas is free, so that accounts without money can act. What the node suggests if left out. */
  gasPrice?: bigint;
}

/**
 * A provider over several endpoints of one chain, for `connect` to run on.
 * @throws RangeError for no endpoint.
 */
export function endpoints(urls: readonly (string | FetchRequest)[], options: EndpointsOptions): Endpoints {
  return new Endpoints(urls, options);
}

/** These do something each time they are asked, or only one node knows what they mean: the next endpoint is not asked the same. */
const NOT_TWICE = /^(eth_sendTransaction|personal_|eth_sign|eth_newFilter|eth_newBlockFilter|eth_getFilter)/;

/** Made by `endpoints`. The first in the list that is well is asked. */
export class Endpoints extends JsonRpcApiProvider {
  readonly #endpoints: readonly Endpoint[];
  readonly #options: Required<Pick<EndpointsOptions, "timeoutMs" | "maxLag" | "checkMs" | "stillMs">>;
  readonly #gasPrice: bigint | undefined;
  #genesis: string | undefined;
  /** The highest block that an answer has told of: no later answer comes from an endpoint without it. */
  #seen = -1;
  /** The highest head that an endpoint of this chain has told. */
  #best = -1;
  #swept = 0;
  #sweeping: Promise<void> | undefined;

  constructor(urls: readonly (string | FetchRequest)[], options: EndpointsOptions) {
    if (urls.length === 0) throw new RangeError("name at least one endpoint");
    const network = Network.from(options.chainId);
    const rest = { batchMaxCount: 1, polling: true, pollingInterval: 1000 };
    super(network, { staticNetwork: network, cacheTimeout: -1, ...rest });
    const { timeoutMs = 5000, maxLag = 5, checkMs = 5000, stillMs = 30_000, gasPrice, genesis } = options;
    this.#options = { timeoutMs, maxLag, checkMs, stillMs };
    this.#gasPrice = gasPrice;
    this.#genesis = genesis?.toLowerCase();
    this.#endpoints = urls.map((url) => new Endpoint(url, network.chainId, timeoutMs));
    this._start();
  }

  /** How each endpoint stands, in the order given, as it was last seen. */
  status(): EndpointStatus[] {
    return this.#endpoints.map((endpoint) => {
      const { name, head, stillForMs, verified, fault } = endpoint;
      const reason = fault?.message ?? this.#lagOf(endpoint) ?? null;
      const failing = fault?.forGood === true ? "refused" : "failing";
      const well = !verified ? "unchecked" : reason === null ? "ready" : "behind";
      const state = fault === undefined ? well : failing;
      return { name, state, head: head < 0 ? null : head, stillForMs, reason };
    });
  }

  /** Asks every endpoint for its head, and tells how each stands then. */
  async check(): Promise<EndpointStatus[]> {
    await this.#sweep();
    return this.status();
  }

  /** A sentence if blocks do not come: no endpoint that answers has moved its head for `stillMs`. Blocks that wait for a transaction look the same. */
  standstill(): string | undefined {
    const answering = this.#endpoints.filter(({ verified }) => verified);
    if (answering.length === 0 || answering.some(({ stillForMs }) => stillForMs < this.#options.stillMs))
      return undefined;
    const head = Math.max(...answering.map((endpoint) => endpoint.head));
    return `${answering.length} of ${this.#endpoints.length} endpoints stand still: blocks do not come (the last is ${head})`;
  }

  override async getFeeData(): Promise<FeeData> {
    return this.#gasPrice === undefined ? super.getFeeData() : new FeeData(this.#gasPrice, null, null);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return Promise.all(
      payloads.map(async ({ id, method, params }) => {
        const answer = await this.#answer(method, params);
        return "error" in answer ? { id, error: answer.error } : { id, result: answer.result };
      }),
    );
  }

  override destroy(): void {
    for (const endpoint of this.#endpoints) endpoint.cancel();
    super.destroy();
  }

  async #answer(method: string, params: unknown): Promise<Answer> {
    const first = this.#swept === 0;
    if (first) await this.#sweep();
    else if (performance.now() - this.#swept > this.#options.checkMs) void this.#sweep();

    const until = performance.now() + this.#options.timeoutMs;
    let refusal: Answer | undefined;
    for (let tried = first; ; tried = true) {
      for (const endpoint of this.#endpoints) {
        if (!endpoint.verified || this.#lagOf(endpoint) !== undefined) continue;
        const answer = await this.#ask(endpoint, method, params);
        if (answer === undefined) continue;
        if (!("error" in answer) || !mayBeKnownElsewhere(answer.error)) return answer;
        refusal ??= answer;
      }
      if (refusal !== undefined) return refusal;
      // Those that failed are tried again once; those that are behind may be about to catch up.
      const behind = this.#endpoints.some(({ verified }) => verified);
      if (this.destroyed || (tried && (!behind || performance.now() > until))) throw this.#error(method);
      if (tried) await sleep(Math.min(200, this.#options.timeoutMs));
      await this.#sweep();
    }
  }

  /** @returns undefined if this endpoint cannot answer now. */
  async #ask(endpoint: Endpoint, method: string, params: unknown): Promise<Answer | undefined> {
    try {
      if (endpoint.head < this.#seen) await endpoint.refresh();
      if (endpoint.head < this.#seen) return undefined;
      const seen = this.#seen;
      const answer = await endpoint.ask(method, params);
      if ("error" in answer) return withoutRepeat(method, params, answer);
      if (method === "eth_sendRawTransaction" && String(answer.result).toLowerCase() !== hashSent(params)) {
        throw new Unusable("tells of another transaction than the one that was sent");
      }
      const block = blockIn(method, params, answer.result);
      if (block === undefined) return answer;
      if (block > endpoint.head || asksForHead(method, params)) endpoint.learn(block);
      if (endpoint.head < seen) return undefined;
      this.#seen = Math.max(this.#seen, block);
      this.#best = Math.max(this.#best, block);
      return method === "eth_blockNumber" ? { result: toQuantity(this.#seen) } : answer;
    } catch (error) {
      endpoint.fail(error);
      if (!NOT_TWICE.test(method)) return undefined;
      const why = (error as Unusable).message;
      throw new Error(`${endpoint.name} ${why}; ${method} may have been done: look before you repeat it`, {
        cause: error,
      });
    }
  }

  /** Asks all for their heads, once at a time. */
  #sweep(): Promise<void> {
    this.#sweeping ??= Promise.all(this.#endpoints.map((endpoint) => endpoint.probe())).then(() => {
      this.#sweeping = undefined;
      this.#swept = performance.now();
      this.#genesis ??= this.#endpoints.find(
        ({ fault, genesis }) => fault === undefined && genesis !== undefined,
      )?.genesis;
      for (const endpoint of this.#endpoints) {
        if (endpoint.fault !== undefined) continue;
        if (endpoint.genesis === this.#genesis) endpoint.verified = true;
        else endpoint.fail(new Unusable(`has another block 0: ${endpoint.genesis}, not ${this.#genesis}`, true));
      }
      this.#best = Math.max(this.#best, ...this.#endpoints.filter(({ verified }) => verified).map(({ head }) => head));
    });
    return this.#sweeping;
  }

  #lagOf({ head }: Endpoint): string | undefined {
    const lag = this.#best - head;
    return lag > this.#options.maxLag ? `is ${lag} blocks behind, at block ${head}` : undefined;
  }

  #error(method: string): EndpointsError {
    const status = this.status();
    const reasons = status.map(
      ({ name, reason, head }) =>
        `${name} ${reason ?? `is at block ${head}, and block ${this.#seen} was already seen`}`,
    );
    const still = this.standstill();
    const message = `no endpoint can answer ${method}: ${reasons.join("; ")}${still === undefined ? "" : `. ${still}`}`;
    return new EndpointsError(message, status);
  }
}

/** A transaction that a node has is sent, whoever sent it first. */
function withoutRepeat(method: string, params: unknown, answer: Extract<Answer, { error: unknown }>): Answer {
  if (method !== "eth_sendRawTransaction" || !isAlreadyKnown(answer.error)) return answer;
  return { result: hashSent(params) };
}

function hashSent(params: unknown): string {
  const [raw] = params as [string];
  return keccak256(raw);
}
