/** A country's scheme: the lengths the local part of its codes may have, as the bits of one number. */

const MAX_STEPS = 5;
const MAX_LENGTH = 19;

/**
 * The scheme of some lengths, as `CityRegistry.admitCountry` takes it: bit n for n characters. China's [2, 4, 6] is 0x54.
 * @param lengths 1 to 5 different lengths of 1 to 19 characters, in any order.
 * @throws RangeError
 */
export function schemeOf(lengths: readonly number[]): number {
  const known = lengths.every((length) => Number.isInteger(length) && length >= 1 && length <= MAX_LENGTH);
  const distinct = new Set(lengths).size === lengths.length;
  if (!known || !distinct || lengths.length === 0 || lengths.length > MAX_STEPS) {
    throw new RangeError(
      `a scheme has 1 to 5 different lengths of 1 to 19 characters; this is [${lengths.join(", ")}]`,
    );
  }
  return lengths.reduce((scheme, length) => scheme | (1 << length), 0);
}

/** The lengths of a scheme, ascending: 0x54 is [2, 4, 6]. */
export function lengthsOf(scheme: bigint | number): number[] {
  const lengths: number[] = [];
  for (let length = 0; BigInt(scheme) >> BigInt(length) !== 0n; ++length) {
    if ((BigInt(scheme) >> BigInt(length)) & 1n) lengths.push(length);
  }
  return lengths;
}
