/** Calls one after another on one state, asked as one question: the node runs them as the code of a new contract, which is not kept. */
import { concat, dataLength, type Provider, toBeHex } from "ethers";

export interface OrderedCall {
  to: string;
  data: string;
}

/** Bytes of code for one call, and for the two ways to end. */
const STEP = 56;
const END = 10;
const FAILURE = 11;

/**
 * What the last call returns after those before it. They act as a contract that has no role and no money: only what anyone may do can be
 * asked like this. With their data, they fit 49,152 bytes (EIP-3860).
 * @param from Who asks.
 * @throws what the first that fails is refused with.
 */
export async function lastInOrder(provider: Provider, from: string, calls: readonly OrderedCall[]): Promise<string> {
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return provider.call({ from, to: only.to, data: only.data });
  return provider.call({ from, data: codeOf(calls) });
}

/** Straight code: each call's data is copied from behind the code, and a call that fails ends it with what it was refused with. */
function codeOf(calls: readonly OrderedCall[]): string {
  const failure = STEP * calls.length + END;
  let at = failure + FAILURE;
  const steps: string[] = [];
  for (const { to, data } of calls) {
    const length = number(dataLength(data));
    steps.push(
      concat(["0x63", length, "0x63", number(at), "0x600039"]), // CODECOPY(0, at, length)
      concat(["0x6000600063", length, "0x6000600073", to, "0x5af1"]), // CALL(gas, to, 0, 0, length, 0, 0)
      concat(["0x1563", number(failure), "0x57"]), // if it failed, JUMPI(failure)
    );
    at += dataLength(data);
  }
  const answer = "3d600060003e3d6000"; // RETURNDATACOPY(0, 0, all); all of it from 0 is
  return concat([...steps, `0x${answer}f3`, `0x5b${answer}fd`, ...calls.map(({ data }) => data)]); // RETURN; JUMPDEST, REVERT
}

function number(value: number): string {
  return toBeHex(value, 4);
}
