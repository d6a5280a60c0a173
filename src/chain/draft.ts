/** An act as a plain document, for a second pair of eyes: drafted here, checked there, signed elsewhere, and sent by anyone. */
import canonicalize from "canonicalize";
import {
  getAddress,
  Interface,
  type Signer,
  toQuantity,
  Transaction,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";

import { abis } from "../abi.js";
import { shapeCheck } from "../common/shape.js";
import type { Contracts } from "../contracts.js";
import type { SuiteEntry } from "../directory/directory.js";
import { type AbiInput, show } from "../errors.js";
import { withMargin } from "./free-wallet.js";
import { finalityOf } from "./finality.js";
import { isAlreadyKnown, isNonceTooLow } from "./refusal.js";
import { responseOf } from "./signed.js";

/** An argument of an act. */
export interface DraftArgument {
  name: string;
  /** In Solidity: `uint64`, `tuple[]`. */
  type: string;
  /** Exact; of an array or a struct, its parts. */
  value: string | DraftArgument[];
  /** What the value means, where it is not plain: a code, a role, a time. */
  words?: string;
}

/** An act that is not signed yet: JSON. What it says in words, `checkDraft` finds in its data. */
export interface TransactionDraft {
  draft: "civitas transaction 1";
  chainId: string;
  from: string;
  nonce: number;
  to: string;
  /** By the suite's directory. */
  contract: { name: string; version: number };
  /** `rename(uint64,string)`. */
  function: string;
  arguments: DraftArgument[];
  /** Wei; acts of the suite take none. */
  value: string;
  gasLimit: string;
  gasPrice: string;
  data: string;
  /** The 32 bytes to sign. */
  digest: string;
}

/** A draft that must not be signed, or a signature that is not of it. The message names all faults. */
export class DraftError extends Error {
  override readonly name = "DraftError";
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
 * Check a draft that somebody else made: everything that it says is found again from its data, the suite and the chain.
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
  let found: TransactionDraft;
  try {
    found = complete(suite, { chainId, from, nonce, to, value, gasLimit, gasPrice, data });
  } catch (cause) {
    if (cause instanceof DraftError) throw cause;
    throw new DraftError("the draft has a number or an address that cannot be", { cause });
  }
  const lies = (["contract", "function", "arguments", "digest"] as const).filter(
    (part) => canonicalize(given[part]) !== canonicalize(found[part]),
  );
  if (lies.length === 0) return found;
  throw new DraftError(
    `do not sign this draft: ${lies
      .map((part) => `its ${part} should be ${JSON.stringify(found[part])}, and it says ${JSON.stringify(given[part])}`)
      .join("; ")}`,
  );
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
 * @throws DraftError if what was signed is not the draft; what the node refuses it with.
 */
export async function submitDraft(
  { provider }: Pick<Contracts, "provider">,
  checked: TransactionDraft,
  raw: string,
): Promise<TransactionReceipt> {
  checkSigned(checked, raw);
  const sent = responseOf(raw, provider);
  if ((await provider.getTransactionReceipt(sent.hash)) === null) {
    try {
      await provider.broadcastTransaction(raw);
    } catch (error) {
      const meanwhile = isNonceTooLow(error) && (await provider.getTransactionReceipt(sent.hash)) === null;
      if (meanwhile) {
        throw new DraftError(`nonce ${checked.nonce} of ${checked.from} was used meanwhile; draft the act anew`, {
          cause: error,
        });
      }
      if (!isNonceTooLow(error) && !isAlreadyKnown(error)) throw error;
    }
  }
  const receipt = await sent.wait(1 + finalityOf(provider));
  if (receipt === null) throw new Error(`the act ${sent.hash} is in no block yet; ask the node again`);
  return receipt;
}

// ------------------------------------------------------------------------------------------------------------- internal

type Facts = Omit<TransactionDraft, "draft" | "contract" | "function" | "arguments" | "digest">;

/** An input of a function in a contract's ABI. */
interface Input extends AbiInput {
  readonly components?: readonly Input[];
}

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
  const entry = entries.find(({ address }) => address === getAddress(facts.to));
  if (entry === undefined) throw new DraftError(`the directory has no contract at ${facts.to}`);
  if (entry.status === "Withdrawn")
    throw new DraftError(`version ${entry.version} of ${entry.name} was withdrawn by the network`);
  const abi = Object.hasOwn(abis, entry.name) ? abis[entry.name as keyof typeof abis] : [];
  const contract = new Interface(abi);
  const call = contract.parseTransaction({ data: facts.data, value: facts.value });
  if (call === null || contract.encodeFunctionData(call.fragment, call.args) !== facts.data.toLowerCase()) {
    throw new DraftError(`the data is no call of ${entry.name}`);
  }
  const inputs = abi
    .filter((one) => one.type === "function")
    .find((one) => new Interface([one]).getFunction(one.name)?.selector === call.selector)?.inputs as
    readonly Input[] | undefined;
  const { from, to, chainId, nonce, value, gasLimit, gasPrice, data } = facts;
  return {
    ...{ draft: "civitas transaction 1", chainId, from: getAddress(from), nonce, to: getAddress(to) },
    contract: { name: entry.name, version: entry.version },
    function: call.signature,
    arguments: (inputs ?? []).map((input, i) => argumentOf(input, call.args[i])),
    ...{ value, gasLimit, gasPrice, data, digest: Transaction.from(transactionOf(facts)).unsignedHash },
  };
}

function argumentOf(input: Input, value: unknown): DraftArgument {
  const { name, type, internalType, components = [] } = input;
  const item = /^(.*)\[[0-9]*\]$/.exec(type)?.[1];
  if (item !== undefined) {
    const each = { ...input, type: item, internalType: internalType.replace(/\[[0-9]*\]$/, "") };
    return { name, type, value: (value as unknown[]).map((one, i) => argumentOf({ ...each, name: `${i}` }, one)) };
  }
  if (type === "tuple") {
    return { name, type, value: components.map((part, i) => argumentOf(part, (value as unknown[])[i])) };
  }
  const exact = String(value);
  const words = wordsOf(input, value);
  return words === exact || words.includes("…") ? { name, type, value: exact } : { name, type, value: exact, words };
}

/** What is not written as its type should be is told as it is. */
function wordsOf(input: Input, value: unknown): string {
  try {
    return show(input, value);
  } catch {
    return String(value);
  }
}

function transactionOf({ chainId, nonce, to, value, gasLimit, gasPrice, data }: Facts) {
  return { type: 0, chainId: BigInt(chainId), nonce, to, value: toQuantity(value), gasLimit, gasPrice, data };
}

function checkSigned({ from, digest }: TransactionDraft, raw: string): void {
  const tx = Transaction.from(raw);
  if (tx.unsignedHash !== digest) throw new DraftError("what was signed is not this draft");
  if (tx.from !== from) throw new DraftError(`the draft is for ${from}, and was signed by ${String(tx.from)}`);
}
