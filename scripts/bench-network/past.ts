/**
 * A chain of this process that began ten days ago, where everything is set up that a load needs: wages are paid three days after their
 * payroll is filed, and validators cannot move their clock. What its contracts hold goes into the genesis of the validators' chain.
 */
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

/** The `alloc` of a genesis: contracts with their code and storage, by address. */
export type Alloc = Record<string, { balance: string; code: string; storage: Record<string, string> }>;

/** What a transaction changed, as the `prestateTracer` tells it. */
interface Change {
  pre: Record<string, Account>;
  post: Record<string, Account>;
}
interface Account {
  code?: string;
  storage?: Record<string, string>;
}

const DAY_MS = 86_400_000;
const DAYS = 10;

/** @param chainId Of the validators' chain: what is signed is good for that one alone. */
export async function openPast(chainId: number): Promise<NetworkConnection> {
  const initialDate = new Date(Date.now() - DAYS * DAY_MS);
  return network.create({ network: "default", override: { chainId, initialDate } });
}

/** All contracts of a chain, as its transactions left them. */
export async function contractsOf({ ethers }: NetworkConnection): Promise<Alloc> {
  const { provider } = ethers;
  const storage = new Map<string, Map<string, string>>();
  for (let number = 1; number <= (await provider.getBlockNumber()); number++) {
    const block = await provider.getBlock(number);
    for (const hash of block?.transactions ?? []) {
      const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
      const { pre, post } = (await provider.send("debug_traceTransaction", [hash, options])) as Change;
      for (const address of new Set([...Object.keys(pre), ...Object.keys(post)])) {
        const slots = storage.get(address) ?? new Map<string, string>();
        storage.set(address, slots);
        for (const slot of Object.keys(pre[address]?.storage ?? {})) slots.delete(slot); // set to zero, unless it comes next
        for (const [slot, value] of Object.entries(post[address]?.storage ?? {})) slots.set(slot, value);
      }
    }
  }
  const alloc: Alloc = {};
  for (const [address, slots] of storage) {
    const code = await provider.getCode(address);
    if (code !== "0x") alloc[address] = { balance: "0x0", code, storage: Object.fromEntries(slots) };
  }
  return alloc;
}
