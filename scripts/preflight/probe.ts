/** What is asked of a chain: its limits, what its EVM knows, its prices and its clock. */
import { hexlify, randomBytes } from "ethers";

import { ask } from "../common/rpc.js";

/** An answer. "warn" is a thing to know, and no hindrance. */
export interface Probed {
  what: string;
  verdict: "ok" | "warn" | "no";
  found: string;
  /** What to change, where something is not as it should be. */
  change?: string;
}

/** The largest deployment takes less (docs/bench.md), and calls of fifty documents do. */
const BLOCK_GAS = 12_000_000n;
const CODE_LIMIT = 24_576;
const LATE_S = 30;

/** Opcodes by the fork that brought them; each is run in a call that creates nothing. */
const FORKS = [
  ["Istanbul", "46"], // CHAINID
  ["London", "48"], // BASEFEE
  ["Shanghai", "5f"], // PUSH0
  ["Cancun", "5f5c"], // TLOAD
] as const;

/** @throws if the first endpoint does not answer at all. */
export async function probe(urls: readonly string[], expected: number | undefined): Promise<Probed[]> {
  const [url = ""] = urls;
  const chainId = Number(await ask(url, "eth_chainId"));
  const genesis = (await ask(url, "eth_getBlockByNumber", ["0x0", false])) as Block;
  const head = (await ask(url, "eth_getBlockByNumber", ["latest", false])) as Block;
  const age = Math.floor(Date.now() / 1000) - Number(head.timestamp);
  return [
    chainProbed(chainId, expected),
    { what: "genesis", verdict: "ok", found: genesis.hash },
    await evmProbed(url),
    await gasProbed(url),
    limitProbed(BigInt(head.gasLimit)),
    await codeProbed(url),
    ageProbed(age),
    await feeHistoryProbed(url),
    ...(await Promise.all(urls.slice(1).map(async (other) => agreementProbed(other, chainId, genesis.hash, head)))),
  ];
}

interface Block {
  hash: string;
  number: string;
  timestamp: string;
  gasLimit: string;
}

function chainProbed(found: number, expected: number | undefined): Probed {
  const what = "chain id";
  if (expected === undefined || expected === found) return { what, verdict: "ok", found: String(found) };
  return { what, verdict: "no", found: String(found), change: `${expected} is expected: check the endpoint` };
}

async function evmProbed(url: string): Promise<Probed> {
  const what = "EVM";
  const known: string[] = [];
  for (const [fork, opcode] of FORKS) if (await runs(url, opcode)) known.push(fork);
  const isBerlin = await coldReadCosts(url, 2_100n);
  if (isBerlin) known.splice(1, 0, "Berlin");
  const found = known.at(-1) ?? "before Istanbul";
  if (known.includes("Istanbul")) return { what, verdict: "ok", found };
  return { what, verdict: "no", found, change: "the contracts need Istanbul at least: set its block in the genesis" };
}

/** Whether an opcode, which leaves a word, does not stop a call. */
async function runs(url: string, opcode: string): Promise<boolean> {
  return call(url, `0x${opcode}60005260006000f3`).then(
    () => true,
    () => false,
  );
}

/** Whether reading a slot for the first time costs so much: GAS, SLOAD, GAS, and their difference less the opcodes' own. */
async function coldReadCosts(url: string, gas: bigint): Promise<boolean> {
  const code = "0x5a600054505a900360005260206000f3";
  return call(url, code).then(
    (used) => BigInt(used) >= gas,
    () => false,
  );
}

async function gasProbed(url: string): Promise<Probed> {
  const what = "gas price";
  const price = BigInt((await ask(url, "eth_gasPrice")) as string);
  const from = hexlify(randomBytes(20));
  const free = await ask(url, "eth_estimateGas", [{ from, to: from, gasPrice: "0x0" }]).then(
    () => true,
    () => false,
  );
  if (free) return { what, verdict: "ok", found: `0 is accepted, from an account with nothing (asked for: ${price})` };
  return {
    ...{ what, verdict: "no", found: `${price}, and 0 is refused` },
    change: "set the validators' price and base fee to 0, or fund the deployer and the accounts that act",
  };
}

function limitProbed(limit: bigint): Probed {
  const what = "block gas limit";
  if (limit >= BLOCK_GAS) return { what, verdict: "ok", found: String(limit) };
  return {
    what,
    verdict: "no",
    found: String(limit),
    change: `${BLOCK_GAS} at least, in the genesis or by the validators`,
  };
}

/** A call that creates a contract of the largest size of ours. */
async function codeProbed(url: string): Promise<Probed> {
  const what = "code size";
  const fits = await call(url, `0x61${CODE_LIMIT.toString(16)}6000f3`).then(
    () => true,
    () => false,
  );
  if (fits) return { what, verdict: "ok", found: `${CODE_LIMIT} bytes` };
  return { what, verdict: "no", found: `less than ${CODE_LIMIT} bytes`, change: "allow 24,576 bytes (EIP-170)" };
}

function ageProbed(age: number): Probed {
  const what = "newest block";
  const found = `${age} s old, by this machine's clock`;
  if (Math.abs(age) <= LATE_S) return { what, verdict: "ok", found };
  const change =
    age < 0 ? "the validators' clock is ahead of this one: set both by NTP" : "no blocks come: see the validators";
  return { what, verdict: "no", found, change };
}

async function feeHistoryProbed(url: string): Promise<Probed> {
  const what = "eth_feeHistory";
  return ask(url, "eth_feeHistory", ["0x1", "latest", []]).then(
    () => ({ what, verdict: "ok", found: "there" }),
    () => ({ what, verdict: "warn", found: "not there; the deployment does without" }),
  );
}

async function agreementProbed(url: string, chainId: number, genesis: string, head: Block): Promise<Probed> {
  const what = url;
  try {
    const other = Number(await ask(url, "eth_chainId"));
    const first = (await ask(url, "eth_getBlockByNumber", ["0x0", false])) as Block;
    if (other !== chainId || first.hash !== genesis) {
      return {
        what,
        verdict: "no",
        found: `chain ${other}, genesis ${first.hash}`,
        change: "it is another chain: leave it out",
      };
    }
    const same = (await ask(url, "eth_getBlockByNumber", [head.number, false])) as Block | null;
    if (same === null) return { what, verdict: "warn", found: "behind the first endpoint" };
    if (same.hash === head.hash) return { what, verdict: "ok", found: "agrees" };
    return {
      what,
      verdict: "no",
      found: "has another block of this number",
      change: "the chain has split: see the validators",
    };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { what, verdict: "no", found: `does not answer: ${found}`, change: "check the endpoint" };
  }
}

/** Code that is run in a call as that of a new contract, which is not kept. */
async function call(url: string, data: string): Promise<string> {
  return (await ask(url, "eth_call", [{ data, gas: "0x989680", gasPrice: "0x0" }, "latest"])) as string;
}
