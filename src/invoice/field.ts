/**
 * The content of a document as salted fields, each of which can be disclosed alone. Names are stable:
 *
 * - `number`, `issueDate`, `totals` and so on: one field for each property of the model that is there;
 * - `seller.name`, `buyer.address` and so on: one for each property of the seller and of the buyer;
 * - `lines[0]`, `notes[0]`, `payments[0]` and so on: one for each element of a list, from 0.
 *
 * A value is canonical JSON (RFC 8785) of that part of the model, with amounts as decimal texts: a text stands in quotes.
 */
import canonicalize from "canonicalize";

import { currencyOf, formatAmount, parseAmount } from "./amount.js";
import type { Invoice } from "./model.js";

/** Parts of a model: all of it, or what is disclosed. What is missing of a list is left out of it. */
export type InvoiceParts = Partial<Omit<Invoice, "seller" | "buyer">> & {
  seller?: Partial<Invoice["seller"]>;
  buyer?: Partial<Invoice["buyer"]>;
};

/** Lists of the model: each element is a field. */
const LISTS = [
  "lines",
  "allowances",
  "charges",
  "breakdown",
  "payments",
  "notes",
  "precedingInvoices",
  "paymentInstructions",
  "supportingDocuments",
] as const;
/** Their properties are fields. */
const PARTIES = ["seller", "buyer"] as const;
/** Lists that a model always has. */
const REQUIRED_LISTS = ["lines", "breakdown"] as const;

/** Properties that are amounts wherever they are texts. */
const AMOUNTS = new Set([
  ...["amount", "baseAmount", "net", "tax", "gross"],
  ...["lines", "allowances", "charges", "taxInTaxCurrency", "paid", "rounding", "due"],
]);

/** The fields of a model: values by name. Texts that are "" and lists that are empty have none. */
export function fieldsOfInvoice(invoice: Invoice): Record<string, string> {
  const values: Record<string, string> = {};
  const { currency, taxCurrency = currency } = invoice;
  const add = (name: string, part: unknown) => {
    if (part === undefined || part === "") return;
    values[name] = canonicalize(encode(part, digitsIn(currency), digitsIn(taxCurrency))) ?? "null";
  };
  for (const [name, part] of Object.entries(invoice) as [string, unknown][]) {
    if (isOneOf(LISTS, name)) {
      for (const [i, element] of (part as unknown[]).entries()) add(`${name}[${i}]`, element);
    } else if (isOneOf(PARTIES, name)) {
      for (const [property, value] of Object.entries(part as object)) add(`${name}.${property}`, value);
    } else add(name, part);
  }
  return values;
}

/**
 * The parts of a model that fields tell.
 * @param values By name, as `fieldsOfInvoice` gives them.
 * @param currency Three letters: amounts have the digits of its minor unit.
 * @throws Error for a name or value that no document has.
 */
export function partsOfFields(values: Readonly<Record<string, string>>, currency: string): InvoiceParts {
  const parts: Record<string, unknown> = {};
  const lists = new Map<string, [number, unknown][]>();
  const taxCurrency = values["taxCurrency"] === undefined ? currency : String(JSON.parse(values["taxCurrency"]));
  for (const [name, value] of Object.entries(values)) {
    const part = decode(JSON.parse(value), digitsIn(currency), digitsIn(taxCurrency));
    const [, list, index] = /^([a-zA-Z]+)\[(0|[1-9][0-9]{0,5})\]$/.exec(name) ?? [];
    const [, party, property] = /^(seller|buyer)\.([a-zA-Z]+)$/.exec(name) ?? [];
    if (list !== undefined && isOneOf(LISTS, list)) {
      lists.set(list, [...(lists.get(list) ?? []), [Number(index), part]]);
    } else if (party !== undefined && property !== undefined) {
      parts[party] = { ...(parts[party] as object | undefined), [property]: part };
    } else if (/^[a-zA-Z0-9]+$/.test(name) && !isOneOf([...LISTS, ...PARTIES], name)) parts[name] = part;
    else throw new Error(`a document has no field "${name}"`);
  }
  for (const [list, elements] of lists) {
    parts[list] = elements.sort(([a], [b]) => a - b).map(([, element]) => element);
  }
  return parts;
}

/**
 * The whole model that fields tell, if none is withheld.
 * @throws Error for fields that are no whole document.
 */
export function invoiceOfFields(values: Readonly<Record<string, string>>, currency: string): Invoice {
  const parts = partsOfFields(values, currency);
  for (const name of ["typeCode", "number", "issueDate", "currency", "totals"] as const) {
    if (parts[name] === undefined) throw new Error(`the document does not tell its "${name}"`);
  }
  const whole: InvoiceParts = { ...parts };
  for (const list of REQUIRED_LISTS) whole[list] ??= [];
  whole.seller = { name: "", ...parts.seller };
  whole.buyer = { name: "", ...parts.buyer };
  return whole as Invoice;
}

function encode(part: unknown, digits: number, taxDigits: number): unknown {
  if (typeof part === "bigint") return formatAmount(part, digits);
  if (Array.isArray(part)) return part.map((element) => encode(element, digits, taxDigits));
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, encode(value, name === "taxInTaxCurrency" ? taxDigits : digits, taxDigits)]),
  );
}

function decode(part: unknown, digits: number, taxDigits: number): unknown {
  if (Array.isArray(part)) return part.map((element) => decode(element, digits, taxDigits));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      typeof value === "string" && AMOUNTS.has(name)
        ? parseAmount(value, name === "taxInTaxCurrency" ? taxDigits : digits)
        : decode(value, digits, taxDigits),
    ]),
  );
}

function digitsIn(currency: string): number {
  return currencyOf(currency).digits;
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
