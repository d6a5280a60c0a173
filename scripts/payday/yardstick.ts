/** What wages are measured by: plain transfers of the same token, each in a transaction of its own, to accounts that are empty and to the same again. */
import { hexlify, randomBytes } from "ethers";

import { mined } from "../../src/common/mined.js";
import type { Site } from "./site.js";

export interface Yardstick {
  transfers: number;
  /** Gas of a transfer to an account that had nothing, and to one that has some, on average. */
  first: number;
  later: number;
  seconds: number;
}

const ACCOUNTS = 50;
const WAGE = 650_000n;

/** Somebody transfers a wage to each of some fresh accounts, twice, and has one left: to empty an account would give gas back. */
export async function measureTransfers({ civitas, bank, relay }: Site): Promise<Yardstick> {
  const random = () => hexlify(randomBytes(32));
  await mined(civitas.settlement.connect(bank).mint(relay, WAGE * BigInt(2 * ACCOUNTS + 1), random()));
  const token = civitas.settlement.connect(relay);
  const accounts = Array.from({ length: ACCOUNTS }, () => hexlify(randomBytes(20)));
  const began = performance.now();
  const gas = [0n, 0n];
  for (const round of [0, 1]) {
    for (const account of accounts) {
      const { gasUsed } = await mined(token.transfer(account, WAGE));
      gas[round] = (gas[round] ?? 0n) + gasUsed;
    }
  }
  const [first = 0n, later = 0n] = gas;
  return {
    ...{ transfers: 2 * ACCOUNTS, seconds: (performance.now() - began) / 1000 },
    ...{ first: Number(first) / ACCOUNTS, later: Number(later) / ACCOUNTS },
  };
}
