/**
 * What transactions a chain takes: their price, gas and size. The pool is asked with transactions that no block can hold, since
 * their gas is less than the least that any transaction uses.
 */
import { Wallet } from "ethers";

import { NoAnswerError, RefusedError } from "../common/rpc.js";
import { type Answer, type Block, type Endpoint, get, getNumber, judged, messageOf } from "./answer.js";

/** Twice what the largest deployment, or call of fifty, takes (docs/bench.md). */
const BLOCK_GAS = 13_000_000n;
/** Fifty invoices in one call are 56 kB. */
const SIZE = 60_000;
const TOO_LITTLE = 20_000n;

const OF_GAS = /intrinsic|at least 21000|gas.*too low/i;
const OF_PRICE = /price|underpriced|fee|funds|balance/i;
const OF_SIZE = /oversized|too large|size|exceeds max|HTTP 413/i;

/** Whether an account with nothing can act. */
export async function priceAnswer(endpoint: Endpoint, chainId: number, { baseFee = 0n }: Block): Promise<Answer> {
  const what = "gas price";
  const change = "set base fee and least gas price to 0 on all nodes, or fund the deployer and all accounts that act";
  if (baseFee > 0n) return { what, verdict: "no", found: `the base fee is ${baseFee} wei`, change };
  const { address } = Wallet.createRandom();
  const refusal = await get(endpoint, "eth_estimateGas", { from: address, to: address, gasPrice: "0x0" }).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof NoAnswerError) throw error;
      return messageOf(error);
    },
  );
  if (refusal !== undefined) return { what, verdict: "no", found: `0 is refused: ${refusal}`, change };
  const said = await offer(endpoint, chainId, "0x");
  if (OF_GAS.test(said)) return { what, verdict: "ok", found: "0 is taken, of an account that has nothing" };
  if (OF_PRICE.test(said)) return { what, verdict: "no", found: `0 is refused: ${said}`, change };
  const asked = await getNumber(endpoint, "eth_gasPrice").catch(() => undefined);
  if (asked === 0n) return { what, verdict: "ok", found: "0 is asked for" };
  return { what, verdict: "warn", found: `${asked ?? "?"} wei are asked for; whether 0 is taken is not known`, change };
}

/** Whether large calls get through. */
export async function sizeAnswer(endpoint: Endpoint, chainId: number): Promise<Answer> {
  const said = await offer(endpoint, chainId, `0x${"ff".repeat(SIZE)}`);
  const change = `let transactions of ${SIZE} bytes through, in the node and in what stands before it; or keep calls small`;
  const isRefused = OF_SIZE.test(said) && !OF_GAS.test(said);
  return judged("transaction size", !isRefused, isRefused ? said : `${SIZE} bytes`, change);
}

export function blockGasAnswer({ gasLimit }: Block): Answer {
  const change = `${BLOCK_GAS} at least, in the genesis and in the validators' options`;
  return judged("block gas limit", gasLimit >= BLOCK_GAS, String(gasLimit), change);
}

/** What the pool says to a transaction that no block can hold. */
async function offer(endpoint: Endpoint, chainId: number, data: string): Promise<string> {
  const wallet = Wallet.createRandom();
  const fields = {
    type: 0,
    chainId,
    nonce: 0,
    to: wallet.address,
    value: 0n,
    gasPrice: 0n,
    gasLimit: TOO_LITTLE,
    data,
  };
  const signed = await wallet.signTransaction(fields);
  return get(endpoint, "eth_sendRawTransaction", signed).then(
    () => "",
    (error: unknown) => {
      if (error instanceof RefusedError || data !== "0x") return messageOf(error);
      throw error;
    },
  );
}
