/** A capability as it is typed, and the contract in which it counts. */
import { CAPABILITIES, issueUnder, SCHEMA_BIT } from "../access/capability.js";
import type { PublishedName } from "../client.js";
import { UsageError } from "./fault.js";
import { mustBeNoKey } from "./secret.js";

const NAMES = Object.keys(CAPABILITIES);

export const CAPABILITY_HELP = `${NAMES.join(", ")}, or issue:SCHEMA to issue claims under a schema`;

/** The capability that is meant: `IDENTITY`, `issue:7`. */
export function capabilityOf(text: string): number {
  const known = (CAPABILITIES as Readonly<Record<string, number>>)[text.toUpperCase()];
  if (known !== undefined) return known;
  const [, schema] = /^issue:([0-9]{1,9})$/i.exec(mustBeNoKey(text, "a capability")) ?? [];
  if (schema !== undefined) return issueUnder(Number(schema));
  throw new UsageError(`a capability is ${CAPABILITY_HELP}; this is "${text}"`);
}

/** Where each capability is asked for; some in several contracts, of which this is the first. */
const CONTRACTS: Readonly<Record<keyof typeof CAPABILITIES, PublishedName>> = {
  ADMIN: "CityRegistry",
  RESOLUTION: "CityResolver",
  IDENTITY: "IdentityRegistry",
  SCHEMA: "ClaimRegistry",
  TAX: "TaxpayerRegistry",
  FISCAL: "TaxpayerRegistry",
  PAYMENT: "PaymentRegistry",
  INVOICING: "TaxpayerRegistry",
  REVERSING: "InvoiceRegistry",
  JUSTICE: "FundEscrow",
  LABOUR: "ProjectRegistry",
  BANKING: "SettlementToken",
};

/** The contract whose guard is asked about a capability. */
export function contractFor(capability: number): PublishedName {
  if (capability >= SCHEMA_BIT) return "ClaimRegistry";
  const [name] = Object.entries(CAPABILITIES).find(([, number]) => number === capability) ?? [];
  return CONTRACTS[name as keyof typeof CAPABILITIES];
}
