/** Roles of the CityAccessManager: (city, capability), packed into 64 bits. Numbers as in contracts/access/CityRole.sol (tested equal). */

/** Administers every role of its city; the holder is the city's controller. With city 0 it is AccessManager's ADMIN_ROLE. */
export const ADMIN = 0;
/** Writes the city's resolution records. */
export const RESOLUTION = 1;

/** Registers the city's residents and legal persons, and keeps their identities. */
export const IDENTITY = 2;
/** Makes and closes the city's schemas of claims. */
export const SCHEMA = 3;
/** The city's tax bureau: admits taxpayers, sets their quotas, keeps its tax periods. */
export const TAX = 4;
/** The city's finance bureau: the same for fiscal units. */
export const FISCAL = 5;
/** Attests payments and refunds. */
export const PAYMENT = 6;
/** Of the network alone, for an InvoiceRegistry: charges quotas and takes payments. */
export const INVOICING = 7;
/** Of the network alone, for an InvoiceLedger: has documents reversed. */
export const REVERSING = 8;
/** The city's court: freezes a company's works money. */
export const JUSTICE = 9;
/** The city's labour office: enrols workers, files and rules on wages, sets the city's floors. */
export const LABOUR = 10;
/** A bank of the city: issues the SettlementToken, and redeems it. */
export const BANKING = 11;

/** The capabilities that have a name. */
export const CAPABILITIES = {
  ADMIN,
  RESOLUTION,
  IDENTITY,
  SCHEMA,
  TAX,
  FISCAL,
  PAYMENT,
  INVOICING,
  REVERSING,
  JUSTICE,
  LABOUR,
  BANKING,
} as const;

/** The network of cities itself, as a city. */
export const NETWORK = 0n;

/** Set in the capabilities to issue under a schema. */
export const SCHEMA_BIT = 0x8000_0000;
const UINT32 = 0xffff_ffffn;

/** The capability to issue under a schema: 0x8000_0000 | schema. */
export function issueUnder(schema: number): number {
  if (!Number.isInteger(schema) || schema < 0 || schema >= SCHEMA_BIT) {
    throw new RangeError(`a schema is a number below 2^31; this is ${schema}`);
  }
  return SCHEMA_BIT + schema;
}

/** A capability in words: `ADMIN`, `RESOLUTION`, `issue under schema 7`, or its number. */
export function capabilityName(capability: bigint | number): string {
  const number = Number(capability);
  const [name] = Object.entries(CAPABILITIES).find(([, known]) => known === number) ?? [];
  return name ?? (number >= SCHEMA_BIT ? `issue under schema ${number - SCHEMA_BIT}` : `capability ${number}`);
}

/** The role id of (city, capability) for AccessManager's functions: 32 bits of city, 32 bits of capability. */
export function roleOf(city: bigint | number, capability: bigint | number): bigint {
  const [high, low] = [BigInt(city), BigInt(capability)];
  if (high < 0n || high > UINT32 || low < 0n || low > UINT32) {
    throw new RangeError(
      `a role has a city and a capability below 2^32; these are ${String(city)} and ${String(capability)}`,
    );
  }
  return (high << 32n) | low;
}

/** City and capability of a role id. */
export function partsOfRole(role: bigint): { city: bigint; capability: number } {
  return { city: role >> 32n, capability: Number(role & UINT32) };
}
