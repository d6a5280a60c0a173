import { randomInt } from "node:crypto";

/** Different numbers below a limit, at random, in their order. */
export function choose(count: number, below: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, below)) chosen.add(randomInt(below));
  return [...chosen].sort((a, b) => a - b);
}
