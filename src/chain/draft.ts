/** An act as a plain document, for a second pair of eyes: drafted here, checked there, signed elsewhere, and sent by anyone. */
import canonicalize from "canonicalize";
import {
  getAddress,
  isError,
  type Provider,
  type Signer,
  toQuantity,
  Transaction,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";

import { shapeCheck } from "../common/shape.js";
import type { Contracts } from "../contracts.js";
import type { SuiteEntry } from "../directory/directory.js";
import { callAt, type DraftCall, DraftError } from "./draft-call.js";
import { finalityOf } from "./finality.js";
import { withMargin } from "./gas.js";
import { isAlreadyKnown, isNonceTooLow } from "./refusal.js";
import { responseOf } from "./signed.js";

/** An act that is not signed yet: JSON. What it says in words, `checkDraft` finds in its data. */
export interface TransactionDraft extends DraftCall {
  draft: "civitas transaction 1";
  chainId: string;
  from: string;
  nonce: number;
  to: string;
  /** Wei; acts of the suite take none. */
  value: string;
  gasLimit: string;
  gasPrice: string;
  data: string;
  /** The 32 bytes to sign. */
  digest: string;
}

type Suite = Pick<Contracts, "provider" | "chainId"> & { readonly entries: readonly SuiteEntry[] };

/**
 * Draft an act for an account: `draft(civitas, officer, await civitas.cities.rename.populateTransaction(...))`.
 * @param populated Its nonce, gas limit and gas price are the next, what it takes with a fifth more, and the node's, if left out.
 * @throws DraftError for what is no act of the suite, and what a contract refuses the account now.
 */
export async function draft(suite: Suite, from: string, populated: TransactionRequest): Promise<TransactionDraft> {
  const { provider, chainId } = suite;
  const account = getAddress(from);
  const { to, data, value, nonce } = populated;
  if (typeof to !== "string" || typeof data !== "string") throw new DraftError("an act has a contract and its data");
  const gasLimit = populated.gasLimit ?? withMargin(await provider.estimateGas({ ...populated, from: account }));
  const gasPrice = populated.gasPrice ?? (await provider.getFeeData()).gasPrice ?? 0n;
  return complete(suite, {
    chainId: chainId.toString(),
    from: account,
    nonce: nonce ?? (await provider.getTransactionCount(account, "pending")),
    to: getAddress(to),
    value: BigInt(value ?? 0n).toString(),
    gasLimit: BigInt(gasLimit).toString(),
    gasPrice: BigInt(gasPrice).toString(),
    data: data.toLowerCase(),
  });
}

/**
 * Check a draft that somebody else made: everything that it says is found again from its data and the suite's directory. Show the second pair of
 * eyes what this returns, and not the text that came: text can say one thing twice.
 * @param json The document, or its text.
 * @throws DraftError naming each lie, and each thing that is missing.
 */
export function checkDraft(suite: Suite, json: unknown): TransactionDraft {
  let document = json;
  try {
    if (typeof json === "string") document = JSON.parse(json);
  } catch (cause) {
    throw new DraftError("this is no JSON", { cause });
  }
  const faults = shapeFaults(document);
  if (faults.length !== 0) throw new DraftError(faults.join("; "));
  const given = document as TransactionDraft;
  const { chainId, from, nonce, to, value, gasLimit, gasPrice, data } = given;
  if (chainId !== suite.chainId.toString()) {
    throw new DraftError(`the draft is for chain ${chainId}; this is chain ${suite.chainId}`);
  }
  try {
    const found = complete(suite, { chainId, from, nonce, to, value, gasLimit, gasPrice, data });
    const lies = (["contract", "function", "arguments", "digest"] as const)
      .filter((part) => canonicalize(given[part]) !== canonicalize(found[part]))
      .map((part) => `its ${part} should be ${inShort(found[part])}, and it says ${inShort(given[part])}`);
    if (lies.length === 0) return found;
    throw new DraftError(`do not sign this draft: ${lies.join("; ")}`);
  } catch (cause) {
    if (cause instanceof DraftError) throw cause;
    throw new DraftError("the draft has a number, an address or a nesting that cannot be", { cause });
  }
}

/**
 * Sign a draft that was checked.
 * @param signer Of its account; it needs no provider.
 * @returns the signed transaction, which anyone can submit.
 * @throws DraftError for another account's signer.
 */
export async function signDraft(checked: TransactionDraft, signer: Signer): Promise<string> {
  const address = await signer.getAddress();
  if (getAddress(address) !== checked.from) {
    throw new DraftError(`the draft is for ${checked.from}; this signer is ${address}`);
  }
  const raw = await signer.signTransaction(transactionOf(checked));
  checkSigned(checked, raw);
  return raw;
}

/**
 * Send a signed draft, and wait until it is in a block, as deep as `connect` was told. Submitting it twice does no more than once.
 * @param timeoutMs How long to wait; 300000 ms if left out.
 * @throws DraftError if what was signed is not the draft, its nonce was used by another transaction, or the time is over; what the node refuses it with.
 */
export async function submitDraft(
  { provider }: Pick<Contracts, "provider">,
  checked: TransactionDraft,
  raw: string,
  timeoutMs = 300_000,
): Promise<TransactionReceipt> {
  checkSigned(checked, raw);
  const { hash } = Transaction.from(raw);
  const late = new DraftError(`after ${timeoutMs / 1000} s the act ${hash} is not final; submit the same again`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late);
    }, timeoutMs);
  });
  try {
    return await Promise.race([deliver(provider, checked, raw, timeoutMs), over]);
  } catch (error) {
    throw isError(error, "TIMEOUT") ? late : error;
  } finally {
    clearTimeout(timer);
  }
}

// ------------------------------------------------------------------------------------------------------------- internal

type Facts = Omit<TransactionDraft, "draft" | "digest" | keyof DraftCall>;

const SHORT = 1_000;
const NUMBER = { type: "string", pattern: "^(0|[1-9][0-9]*)$" };
const HEX = (bytes: string) => ({ type: "string", pattern: `^0x([0-9a-fA-F]{2})${bytes}$` });
const PROPERTIES = {
  draft: { const: "civitas transaction 1" },
  chainId: NUMBER,
  from: HEX("{20}"),
  nonce: { type: "integer", minimum: 0 },
  to: HEX("{20}"),
  contract: {},
  function: {},
  arguments: {},
  value: NUMBER,
  gasLimit: NUMBER,
  gasPrice: NUMBER,
  data: HEX("*"),
  digest: {},
};
const shapeFaults = shapeCheck(
  { type: "object", properties: PROPERTIES, required: Object.keys(PROPERTIES), additionalProperties: false },
  "the draft",
);

/** Says in words what the facts are. */
function complete({ entries }: Suite, facts: Facts): TransactionDraft {
  const call = callAt(entries, getAddress(facts.to), facts.data);
  const { from, to, chainId, nonce, value, gasLimit, gasPrice, data } = facts;
  return {
    ...{ draft: "civitas transaction 1", chainId, from: getAddress(from), nonce, to: getAddress(to) },
    ...call,
    ...{ value, gasLimit, gasPrice, data, digest: Transaction.from(transactionOf(facts)).unsignedHash },
  };
}

async function deliver(
  provider: Provider,
  { from, nonce }: TransactionDraft,
  raw: string,
  timeoutMs: number,
): Promise<TransactionReceipt> {
  const sent = responseOf(raw, provider);
  const mined = async () => (await provider.getTransactionReceipt(sent.hash)) !== null;
  if (!(await mined())) {
    try {
      await provider.broadcastTransaction(raw);
    } catch (cause) {
      if (isNonceTooLow(cause) && !(await mined())) {
        throw new DraftError(`nonce ${nonce} of ${from} was used meanwhile; draft the act anew`, { cause });
      }
      if (!isNonceTooLow(cause) && !isAlreadyKnown(cause)) throw cause;
    }
  }
  const receipt = await sent.wait(1 + finalityOf(provider), timeoutMs);
  if (receipt === null) throw new Error(`the act ${sent.hash} is in no block yet; ask the node again`);
  return receipt;
}

/** Enough of a part to know it by. */
function inShort(part: unknown): string {
  const text = JSON.stringify(part);
  return text.length <= SHORT ? text : `${text.slice(0, SHORT)}…`;
}

function transactionOf({ chainId, nonce, to, value, gasLimit, gasPrice, data }: Facts) {
  return { type: 0, chainId: BigInt(chainId), nonce, to, value: toQuantity(value), gasLimit, gasPrice, data };
}

function checkSigned({ from, digest }: TransactionDraft, raw: string): void {
  const tx = signedOf(raw);
  if (tx.unsignedHash !== digest) throw new DraftError("what was signed is not this draft");
  if (tx.from !== from) throw new DraftError(`the draft is for ${from}, and was signed by ${String(tx.from)}`);
}

function signedOf(raw: string): Transaction {
  try {
    return Transaction.from(raw);
  } catch (cause) {
    throw new DraftError("what was signed is no transaction", { cause });
  }
}
