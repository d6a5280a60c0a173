/** The parent of a code that is not allocated yet: codes form a tree, and so the code tells it. */

import { encodeCityCode, lengthsOf, parseCityCode } from "../city/code.js";
import type { Civitas } from "../client.js";
import { CommandError } from "./fault.js";

/**
 * The codes that a city could have whose child has this code, nearest first; none for a country.
 * @param lengths Of the country's scheme.
 */
export function codesAbove(text: string, lengths: readonly number[]): string[] {
  const { country, local, extra } = parseCityCode(text);
  if (local === null) return [];
  if (extra !== null) return [`${country}.${local}`];
  const shorter = lengths.filter((length) => length < local.length).sort((a, b) => b - a);
  return [...shorter.map((length) => `${country}.${local.slice(0, length)}`), country];
}

/** The live city that holds a code now. */
export async function holderOf({ cities }: Civitas, code: string): Promise<bigint | undefined> {
  const { city, until } = await cities.holdingOf(encodeCityCode(code));
  return city !== 0n && until === 0n ? city : undefined;
}

/**
 * The lengths of the scheme of a code's country.
 * @throws CommandError where there is no such country.
 */
export async function schemeOfCountry(civitas: Civitas, country: string): Promise<number[]> {
  const id = await holderOf(civitas, country);
  if (id === undefined) throw new CommandError(`the network has no country ${country}; it must be admitted first`);
  return lengthsOf((await civitas.cities.schemeOf(id)).lengths);
}

/**
 * The live city that would be the parent of a code.
 * @throws CommandError for a country, or where there is none.
 */
export async function parentOf(civitas: Civitas, code: string): Promise<bigint> {
  const { country, local } = parseCityCode(code);
  if (local === null) throw new CommandError(`${code} is a country; the network admits it, it is not allocated`);
  for (const above of codesAbove(code, await schemeOfCountry(civitas, country))) {
    const holder = await holderOf(civitas, above);
    if (holder !== undefined) return holder;
  }
  throw new CommandError(`nobody holds a code above ${code}; its parent must be allocated first`);
}
