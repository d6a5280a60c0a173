/** A city as it is typed. */
import type { Civitas } from "../client.js";
import { NETWORK } from "../access/capability.js";
import type { City } from "../city/city.js";
import { mustBeNoKey } from "./secret.js";

export const CITY_HELP = "a code (MA.156.1301), a printed code (MA.156.1301-FQ), or a number ('#7', in quotes)";

/** The city that is meant. @throws what `resolve` and `city` throw. */
export async function cityOf(civitas: Civitas, text: string, at?: Date): Promise<City> {
  const [, number] = /^#([0-9]+)$/.exec(mustBeNoKey(text, "a city")) ?? [];
  return number === undefined ? civitas.resolve(text, { at }) : civitas.city(BigInt(number), { at });
}

/** As `cityOf`, by number alone; `network` is the network itself, city 0. */
export async function cityIdOf(civitas: Civitas, text: string): Promise<bigint> {
  return text === "network" ? NETWORK : (await cityOf(civitas, text)).id;
}

/** An option that is given once for each. */
export function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export const LINEAGE_HELP =
  "for a city that cannot act: the city above that acts for it, or its successors one after the other; once for each";

/** Several cities, by their numbers, in the order given. */
export async function cityIdsOf(civitas: Civitas, texts: readonly string[]): Promise<bigint[]> {
  return Promise.all(texts.map(async (text) => cityIdOf(civitas, text)));
}
