/** How many blocks must follow a block before nothing takes it back. */
import type { Provider } from "ethers";

const depths = new WeakMap<Provider, number>();

/** The depth that `connect` was told for a provider's chain; 0 if none. */
export function finalityOf(provider: Provider | null): number {
  return (provider === null ? undefined : depths.get(provider)) ?? 0;
}

/** @throws RangeError for what is no number of blocks. */
export function setFinality(provider: Provider, depth: number): void {
  if (!Number.isSafeInteger(depth) || depth < 0) throw new RangeError(`finality is a number of blocks, not ${depth}`);
  depths.set(provider, depth);
}
