/** An act in words: which contract of the suite, which function, what with. */
import { Interface } from "ethers";

import { abis } from "../abi.js";
import type { SuiteEntry } from "../directory/directory.js";
import { type AbiInput, show } from "../errors.js";

/** An argument of an act. */
export interface DraftArgument {
  name: string;
  /** In Solidity: `uint64`, `tuple[]`. */
  type: string;
  /** Exact; of an array or a struct, its parts. */
  value: string | DraftArgument[];
  /** What the value means, where it is not plain: a code, a role, a time. */
  words?: string;
  /** Of bytes that are an act of the suite themselves, as `multicall` and `schedule` carry them: that act. */
  call?: DraftCall;
}

/** An act in words. */
export interface DraftCall {
  /** By the suite's directory. */
  contract: { name: string; version: number };
  /** `rename(uint64,string)`. */
  function: string;
  arguments: DraftArgument[];
}

/** A draft that must not be signed, or a signature that is not of it. The message names all faults. */
export class DraftError extends Error {
  override readonly name = "DraftError";
}

/** Acts within acts: of a contract that acts for an account, some at once. Nothing honest goes deeper. */
const DEPTH = 3;

/**
 * The act that data is for a contract of the suite.
 * @throws DraftError for a contract that is not, or no longer, of the suite; for data that its ABI would not write so; and the same for acts within it.
 */
export function callAt(entries: readonly SuiteEntry[], address: string, data: string): DraftCall {
  return callTo(entries, entryAt(entries, address), data, DEPTH);
}

// ------------------------------------------------------------------------------------------------------------- internal

/** An input of a function in a contract's ABI. */
interface Input extends AbiInput {
  readonly components?: readonly Input[];
}

interface Abi {
  contract: Interface;
  /** Of functions, by their selectors. */
  inputs: ReadonlyMap<string, readonly Input[]>;
}

type Carried = (bytes: string) => DraftCall;

const known = new Map<string, Abi>();

function abiOf(name: string): Abi {
  const before = known.get(name);
  if (before !== undefined) return before;
  const abi = Object.hasOwn(abis, name) ? abis[name as keyof typeof abis] : [];
  const contract = new Interface(abi);
  const functions = abi.filter((one) => one.type === "function");
  const inputs = new Map(
    functions.map((one) => [new Interface([one]).getFunction(one.name)?.selector ?? "", one.inputs] as const),
  );
  known.set(name, { contract, inputs });
  return { contract, inputs };
}

function entryAt(entries: readonly SuiteEntry[], at: string): SuiteEntry {
  const entry = entries.find(({ address }) => address === at);
  if (entry === undefined) throw new DraftError(`the directory has no contract at ${at}`);
  if (entry.status !== "Withdrawn") return entry;
  throw new DraftError(`version ${entry.version} of ${entry.name} was withdrawn by the network`);
}

function callTo(entries: readonly SuiteEntry[], entry: SuiteEntry, data: string, depth: number): DraftCall {
  if (depth < 0) throw new DraftError(`acts are within acts more than ${DEPTH} deep`);
  const { contract, inputs } = abiOf(entry.name);
  const call = contract.parseTransaction({ data });
  if (call === null || contract.encodeFunctionData(call.fragment, call.args) !== data.toLowerCase()) {
    throw new DraftError(`the data is no call of ${entry.name}`);
  }
  const named = inputs.get(call.selector) ?? [];
  const carried = (bytes: string) => {
    const target = named.findIndex(({ name, type }) => name === "target" && type === "address");
    const to = target < 0 ? entry : entryAt(entries, String(call.args[target]));
    return callTo(entries, to, bytes, depth - 1);
  };
  return {
    contract: { name: entry.name, version: entry.version },
    function: call.signature,
    arguments: named.map((input, i) => argumentOf(input, call.args[i], carried)),
  };
}

function argumentOf(input: Input, value: unknown, carried: Carried): DraftArgument {
  const { name, type, internalType, components = [] } = input;
  const item = /^(.*)\[[0-9]*\]$/.exec(type)?.[1];
  if (item !== undefined) {
    const each = { ...input, type: item, internalType: internalType.replace(/\[[0-9]*\]$/, "") };
    const parts = (value as unknown[]).map((one, i) => ({ ...argumentOf(each, one, carried), name: `${i}` }));
    return { name, type, value: parts };
  }
  if (type === "tuple") {
    return { name, type, value: components.map((part, i) => argumentOf(part, (value as unknown[])[i], carried)) };
  }
  const exact = String(value);
  if (type === "bytes" && name === ACT) return { name, type, value: exact, call: carried(exact) };
  const words = wordsOf(input, value);
  return words === exact || words.includes("…") ? { name, type, value: exact } : { name, type, value: exact, words };
}

/** What bytes are called that are an act themselves: in `multicall`, `schedule`, `execute` and `cancel`. */
const ACT = "data";

/** What is not written as its type should be is told as it is. */
function wordsOf(input: Input, value: unknown): string {
  try {
    return show(input, value);
  } catch {
    return String(value);
  }
}
