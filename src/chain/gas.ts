/**
 * The gas limit of an act that a node has estimated: a fifth more. Polygon Edge estimates as if in the block before, where an act that follows
 * another one costs less than in its own.
 */
export function withMargin(gas: bigint): bigint {
  return gas + gas / 5n;
}
