/** Acts of one account, sent one behind the other without waiting for each to be mined, each exactly once. */
import {
  AbstractSigner,
  isError,
  JsonRpcSigner,
  type Provider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";

import { decodeError } from "../errors.js";
import { Endpoints } from "./endpoints.js";
import { finalityOf } from "./finality.js";
import { withMargin } from "./gas.js";
import { over } from "./over.js";
import {
  isAlreadyKnown,
  isNonceTooHigh,
  isNonceTooLow,
  isUnanswered,
  isUnderpriced,
  isUnsupported,
  messageOf,
} from "./refusal.js";
import { Sent } from "./sent.js";
import { sleep } from "./sleep.js";
import { hashOf, responseOf } from "./signed.js";

export interface LaneOptions {
  /** How many blocks must follow an act's block; what `connect` was told if left out, else 0. */
  finality?: number;
  /** Acts on their way at once; `send` waits beyond. 64 if left out. */
  inFlight?: number;
  /** Blocks are looked for this often; 500 ms if left out. */
  pollMs?: number;
  /** What is in no block for so long is sent again, the same bytes; 15000 ms if left out. */
  resendMs?: number;
  /** How long `final` waits; 300000 ms if left out. */
  timeoutMs?: number;
}

/** An act is not final yet, and the time is over. It may still become so: `final` can be called again. */
export class LaneError extends Error {
  override readonly name = "LaneError";
}

/**
 * A signer that counts its account's nonces itself, keeps what it sent, and sends it again where it gets lost: dropped by a node, or in a block
 * that a reorganisation took back. The same bytes have the same nonce, so that they count once, however often they are sent.
 *
 * Everything of the client that takes a signer takes a lane. Acts go out in the order of the calls. Another process may use the account too:
 * an act whose nonce it took is signed anew, once that nonce is used and the act can no more be in any block; it may then come later than acts that were sent after it.
 *
 * A lane works while something waits for one of its acts. If the node keeps the key, there are no bytes to keep: what is lost is not sent again.
 */
export class Lane extends AbstractSigner<Provider> {
  readonly #signer: Signer;
  readonly #chain: Provider;
  readonly #byHash: Map<string, Sent>;
  readonly #options: Required<Omit<LaneOptions, "finality">>;
  readonly #finality: number | undefined;
  /** Not settled yet. */
  readonly #acts = new Set<Sent>();
  #nonce: number | undefined;
  /** The head before the first of the acts on their way was sent: none of them is in a block up to it. */
  #since = 0;
  #nodeSigns: boolean;
  #order: Promise<unknown> = Promise.resolve();
  #wire: Promise<unknown> = Promise.resolve();
  #looking: Promise<void> | undefined;
  #looked = -Infinity;
  #head = { block: -1, since: 0 };
  #trouble: unknown;

  /** @throws TypeError for a signer without a provider. */
  constructor(signer: Signer, options: LaneOptions = {}) {
    const { provider } = signer;
    if (provider === null) throw new TypeError("the signer has no provider; connect it to one first");
    const byHash = new Map<string, Sent>();
    // So that `wait` of what ethers makes of an act waits as the lane does, also where it was signed anew under another hash.
    super(
      over(provider, {
        getTransactionReceipt: async (hash) => {
          const act = byHash.get(hash);
          return act === undefined ? provider.getTransactionReceipt(hash) : this.#settle(act);
        },
      }),
    );
    this.#signer = signer;
    this.#chain = provider;
    this.#byHash = byHash;
    this.#nodeSigns = signer instanceof JsonRpcSigner;
    const { inFlight = 64, pollMs = 500, resendMs = 15_000, timeoutMs = 300_000 } = options;
    this.#finality = options.finality;
    this.#options = { inFlight, pollMs, resendMs, timeoutMs };
  }

  /** How many acts were sent, and are not final yet. */
  get onTheirWay(): number {
    return this.#acts.size;
  }

  /** The lane that a signer is, or one for it. */
  static of(signer: Signer): Lane {
    return signer instanceof Lane ? signer : new Lane(signer);
  }

  /**
   * Sends an act, after asking what it takes unless it has a gas limit.
   * @throws what it was refused with; it has no nonce then, and those behind it go on. `isRefusal` tells a contract's refusal from a node that fails.
   * LaneError if as many are on their way as may be, and none of them is settled in time.
   */
  async send(request: TransactionRequest): Promise<Sent> {
    const sent = this.#order.then(async () => {
      const until = performance.now() + this.#options.timeoutMs;
      while (this.#acts.size >= this.#options.inFlight) {
        const [first] = this.#acts;
        if (first !== undefined && performance.now() > until) throw this.#late(first);
        await this.#look();
        if (this.#acts.size >= this.#options.inFlight) await sleep(this.#options.pollMs);
      }
      let { gasLimit } = request;
      if (gasLimit === undefined || gasLimit === null) {
        gasLimit = withMargin(await this.#signer.estimateGas(request));
      }
      const act = new Sent({ ...request, gasLimit }, (one) => this.#settle(one));
      await this.#dispatch(act);
      return act;
    });
    this.#order = sent.catch(() => undefined);
    return sent;
  }

  override async sendTransaction(request: TransactionRequest): Promise<TransactionResponse> {
    const { response, raw } = await this.send(request);
    if (response !== undefined) return response;
    return responseOf(raw ?? "", this.provider);
  }

  override getAddress(): Promise<string> {
    return this.#signer.getAddress();
  }

  override connect(provider: Provider | null): Lane {
    return new Lane(this.#signer.connect(provider), { ...this.#options, finality: this.#depth });
  }

  override signTransaction(request: TransactionRequest): Promise<string> {
    return this.#signer.signTransaction(request);
  }

  override signMessage(message: string | Uint8Array): Promise<string> {
    return this.#signer.signMessage(message);
  }

  override signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.#signer.signTypedData(domain, types, value);
  }

  /** `connect` may be told of it, for this signer or its provider, after the lane was made. */
  get #depth(): number {
    return this.#finality ?? Math.max(finalityOf(this.provider), finalityOf(this.#chain));
  }

  // ------------------------------------------------------------------------------------------------------------ sending

  /** Gives an act the next nonce, and sends it: one at a time. */
  #dispatch(act: Sent): Promise<void> {
    const done = this.#wire.then(async () => {
      for (let tries = 0; ; tries++) {
        await this.#sign(act);
        try {
          await this.#broadcast(act);
          break;
        } catch (error) {
          if (!isNonceTooLow(error)) throw error;
          this.#nonce = undefined; // somebody else uses the account
          if (act.raw !== undefined && !(await this.#isLost(act))) break;
          if (tries === 9) throw error;
        }
      }
      this.#nonce = act.nonce + 1;
      this.#acts.add(act);
      this.#byHash.set(act.hash, act);
      this.#looked = -Infinity;
    });
    this.#wire = done.catch(() => undefined);
    return done;
  }

  async #sign(act: Sent): Promise<void> {
    const mine = Math.max(-1, ...[...this.#acts].filter((one) => one !== act).map(({ nonce }) => nonce));
    if (this.#acts.size === 0) this.#since = await this.#chain.getBlockNumber();
    if (this.#nonce === undefined || this.#acts.size === 0) {
      this.#nonce = await this.#chain.getTransactionCount(await this.getAddress(), "pending");
    }
    act.nonce = Math.max(this.#nonce, mine + 1);
    act.raw = undefined;
    act.since = this.#since;
    if (this.#nodeSigns) return;
    const full = await this.#signer.populateTransaction({ ...act.request, nonce: act.nonce });
    try {
      act.raw = await this.#signer.signTransaction(full);
      act.hash = hashOf(act.raw);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      this.#nodeSigns = true;
    }
  }

  /** @throws what a node refused it with. Where no node answers, it may be sent, and is taken to be. */
  async #broadcast(act: Sent): Promise<void> {
    act.sentAt = performance.now();
    try {
      if (act.raw !== undefined) await this.#chain.broadcastTransaction(act.raw);
      else await this.#sendUnsigned(act);
    } catch (error) {
      if (isAlreadyKnown(error) || isUnderpriced(error)) return; // what is mined under its nonce will tell
      if (isNonceTooHigh(error) && this.#acts.size !== 0) return; // one before it was lost: that one is sent again first
      if (act.raw === undefined || !isUnanswered(error)) throw error;
      act.trouble = messageOf(error);
    }
  }

  async #sendUnsigned(act: Sent): Promise<void> {
    try {
      act.response = await this.#signer.sendTransaction({ ...act.request, nonce: act.nonce });
      act.hash = act.response.hash;
    } catch (error) {
      this.#nonce = undefined; // it may be used
      throw error;
    }
  }

  /**
   * Whether a stranger's transaction has its nonce for good. The blocks must tell it: a node can tell the count before the receipt, and an
   * act that is signed anew by mistake counts twice.
   */
  async #isLost(act: Sent): Promise<boolean> {
    const final = Math.max(0, (await this.#chain.getBlockNumber()) - this.#depth);
    if ((await this.#chain.getTransactionCount(await this.getAddress(), final)) <= act.nonce) return false;
    for (let number = Math.max(0, act.since - this.#depth); number <= final; number++) {
      const block = await this.#chain.getBlock(number);
      if (block === null || block.transactions.includes(act.hash)) return false;
    }
    return true;
  }

  // ----------------------------------------------------------------------------------------------------------- watching

  async #settle(act: Sent): Promise<TransactionReceipt> {
    const until = performance.now() + this.#options.timeoutMs;
    for (;;) {
      await this.#look();
      if (act.settled && act.receipt !== null) return act.receipt;
      if (performance.now() > until) throw this.#late(act);
      await sleep(this.#options.pollMs);
    }
  }

  /** Looks after all acts on their way, for all who wait. What fails is tried again with the next look. */
  async #look(): Promise<void> {
    if (performance.now() - this.#looked < this.#options.pollMs / 2) return;
    this.#looking ??= this.#lookAfterAll()
      .then(
        () => (this.#trouble = undefined),
        (error: unknown) => (this.#trouble = error),
      )
      .then(() => {
        this.#looked = performance.now();
        this.#looking = undefined;
      });
    await this.#looking;
  }

  async #lookAfterAll(): Promise<void> {
    const block = await this.#chain.getBlockNumber();
    if (block !== this.#head.block) this.#head = { block, since: performance.now() };
    const used = await this.#chain.getTransactionCount(await this.getAddress(), "latest");
    const acts = [...this.#acts].sort((one, other) => one.nonce - other.nonce);
    await Promise.all(acts.filter(({ nonce }) => nonce < used).map((act) => this.#find(act, block)));
    for (const act of acts.filter(({ nonce }) => nonce >= used)) await this.#remind(act);
  }

  /** An act whose nonce is used: by itself, or by a stranger. */
  async #find(act: Sent, head: number): Promise<void> {
    const receipt = await this.#chain.getTransactionReceipt(act.hash);
    act.receipt = receipt;
    if (receipt !== null) {
      act.missed = 0;
      if (Math.max(head, receipt.blockNumber) - receipt.blockNumber >= this.#depth) this.#end(act);
      return;
    }
    if (++act.missed < 2) return;
    act.missed = 0;
    if (!(await this.#isLost(act))) return;
    act.resent++;
    this.#nonce = undefined;
    await this.#dispatch(act);
  }

  /** An act that is in no block yet, or no more. */
  async #remind(act: Sent): Promise<void> {
    const takenBack = act.receipt !== null;
    act.receipt = null;
    act.missed = 0;
    if (!takenBack && performance.now() - act.sentAt < this.#options.resendMs) return;
    if (act.raw === undefined) return; // other bytes would have another hash: what is there could not be told from a stranger's
    if (!takenBack && (await this.#chain.getTransaction(act.hash)) !== null) {
      act.sentAt = performance.now();
      return;
    }
    act.resent++;
    try {
      await this.#broadcast(act);
    } catch (error) {
      act.trouble = messageOf(error);
    }
  }

  #end(act: Sent): void {
    act.settled = true;
    this.#acts.delete(act);
    if (act.resent === 0) this.#byHash.delete(act.hash); // the chain tells as much
  }

  #late(act: Sent): LaneError {
    const { timeoutMs } = this.#options;
    const where =
      act.receipt === null
        ? "is in no block"
        : `is in block ${act.receipt.blockNumber}, which ${this.#depth} blocks must follow`;
    const reasons = [`after ${timeoutMs / 1000} s, transaction ${act.hash} (nonce ${act.nonce}) ${where}`];
    if (act.trouble !== undefined) reasons.push(act.trouble);
    const still = performance.now() - this.#head.since;
    if (this.#trouble !== undefined) reasons.push(messageOf(this.#trouble));
    else if (still >= timeoutMs / 2) reasons.push(`no block came since block ${this.#head.block}`);
    const standstill = this.#chain instanceof Endpoints ? this.#chain.standstill() : undefined;
    if (standstill !== undefined) reasons.push(standstill);
    return new LaneError(`${reasons.join("; ")}. It is kept: wait for it again`, { cause: this.#trouble });
  }
}

/** Whether a contract refused it: asking again will not help, as it does where a node fails. */
export function isRefusal(error: unknown): boolean {
  return isError(error, "CALL_EXCEPTION") || decodeError(error).name !== "Unexplained";
}
