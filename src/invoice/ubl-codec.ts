/**
 * How parts of an invoice stand in UBL: each rule knows one element, and both ways. Whatever element or attribute no rule takes is told as
 * a warning, and what cannot be understood as a fault; nothing is dropped in silence.
 */
import { AmountError, formatAmount, formatRate, isDecimal, parseAmount, parseRate } from "./amount.js";
import type { RuleError } from "./rules.js";
import { branch, leaf, type XmlElement } from "./xml.js";

/** A part of an invoice, by field names. */
export type Part = Record<string, unknown>;

/** What is known, and what was found, while one document is read. */
export interface Reading {
  currency: string;
  digits: number;
  /** Of the tax currency (BT-6). */
  taxDigits: number;
  faults: RuleError[];
  warnings: string[];
}

/** What is known while one document is written. */
export type Writing = Pick<Reading, "currency" | "digits" | "taxDigits"> & { taxCurrency: string };

export interface Rule {
  read: (at: Cursor, into: Part) => void;
  write: (from: Part, writing: Writing) => XmlElement[];
}

/** An element while it is read: what was taken from it is not taken again, and what is left is warned of. */
export class Cursor {
  readonly #left: XmlElement[];
  readonly #attributes: Map<string, string>;

  constructor(
    readonly element: XmlElement,
    readonly path: string,
    readonly reading: Reading,
  ) {
    this.#left = [...element.children];
    this.#attributes = new Map(Object.entries(element.attributes));
  }

  /** The text, without blanks around it. */
  get text(): string {
    return this.element.text.trim();
  }

  /** The next element of a name; undefined if there is none left. */
  take(name: string): Cursor | undefined {
    const i = this.#left.findIndex((child) => child.name === name);
    const [child] = i < 0 ? [] : this.#left.splice(i, 1);
    return child && new Cursor(child, `${this.path}/${name}`, this.reading);
  }

  /** All elements of a name that are left. */
  takeAll(name: string): Cursor[] {
    const all: Cursor[] = [];
    for (let next = this.take(name); next !== undefined; next = this.take(name)) all.push(next);
    return all.length < 2 ? all : all.map((one, i) => new Cursor(one.element, `${one.path}[${i + 1}]`, this.reading));
  }

  attribute(name: string): string | undefined {
    const value = this.#attributes.get(name);
    this.#attributes.delete(name);
    return value;
  }

  /** Tells of what was not taken. */
  finish(): void {
    for (const { name, children, text } of this.#left) {
      const content = children.length === 0 ? ` "${text.trim().slice(0, 60)}"` : "";
      this.reading.warnings.push(`${this.path}/${name}${content} is no part of the model and was left out`);
    }
    for (const [name, value] of this.#attributes) {
      this.reading.warnings.push(
        `${this.path}/@${name} "${value.slice(0, 60)}" is no part of the model and was left out`,
      );
    }
  }

  fault(rule: string, message: string): void {
    this.reading.faults.push({ rule, where: this.path, message });
  }
}

export function readAll(rules: readonly Rule[], at: Cursor, into: Part): Part {
  for (const rule of rules) rule.read(at, into);
  at.finish();
  return into;
}

export function writeAll(rules: readonly Rule[], from: Part, writing: Writing): XmlElement[] {
  return rules.flatMap((rule) => rule.write(from, writing));
}

/** A text; codes and numbers lose the blanks around them, `verbatim` ones do not. */
export function text(name: string, field: string, { verbatim = false } = {}): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found === undefined) return;
      into[field] = verbatim ? found.element.text : found.text;
      found.finish();
    },
    write: (from) => (from[field] === undefined ? [] : [leaf(name, from[field] as string)]),
  };
}

/** An identifier with its scheme. */
export function identifier(name: string, field: string, attribute = "schemeID"): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found !== undefined) into[field] = readIdentifier(found, attribute);
    },
    write(from) {
      const id = from[field] as { id: string; scheme?: string } | undefined;
      return id === undefined ? [] : [leaf(name, id.id, id.scheme === undefined ? {} : { [attribute]: id.scheme })];
    },
  };
}

export function readIdentifier(found: Cursor, attribute = "schemeID"): { id: string; scheme?: string } {
  const scheme = found.attribute(attribute);
  found.finish();
  return { id: found.text, ...(scheme === undefined ? {} : { scheme }) };
}

/** A number that is kept as it was written, with its unit if `unit` names a field. */
export function decimal(name: string, field: string, unit?: string): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found === undefined) return;
      if (!isDecimal(found.text)) found.fault("XML", `"${found.text}" is no number like 12 or -3.50`);
      into[field] = found.text;
      const code = unit === undefined ? undefined : found.attribute("unitCode");
      if (unit !== undefined && code !== undefined) into[unit] = code;
      found.finish();
    },
    write(from) {
      if (from[field] === undefined) return [];
      const code = unit === undefined ? undefined : from[unit];
      const attributes: Record<string, string> = code === undefined ? {} : { unitCode: code as string };
      return [leaf(name, from[field] as string, attributes)];
    },
  };
}

/** A price: a number of any precision in the document's currency. */
export function price(name: string, field: string): Rule {
  const plain = decimal(name, field);
  return {
    read(at, into) {
      const found = at.take(name);
      if (found === undefined) return;
      checkCurrency(found, at.reading.currency);
      plain.read(new Cursor(branch(at.element.name, [leaf(name, found.text)]), at.path, at.reading), into);
      found.finish();
    },
    write: (from, { currency }) =>
      plain.write(from, EMPTY).map((element) => ({ ...element, attributes: { currencyID: currency } })),
  };
}

/**
 * An amount in the document's currency.
 * @param missing The rule that asks for it; without one it may be absent.
 * @param decimals The rule about its decimals.
 */
export function amount(
  name: string,
  field: string,
  decimals: string,
  { missing, zero = false }: { missing?: string; zero?: boolean } = {},
): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found === undefined) {
        if (missing !== undefined) at.fault(missing, `${name} is missing; add it`);
        if (missing !== undefined || zero) into[field] = 0n;
        return;
      }
      checkCurrency(found, at.reading.currency);
      into[field] = readAmount(found, at.reading.digits, decimals);
      found.finish();
    },
    write(from, { currency, digits }) {
      const value = from[field] as bigint | undefined;
      if (value === undefined || (zero && value === 0n)) return [];
      return [leaf(name, formatAmount(value, digits), { currencyID: currency })];
    },
  };
}

/** A whole number of minor units; 0 with a fault if it is none. */
export function readAmount(found: Cursor, digits: number, decimals: string): bigint {
  try {
    return parseAmount(found.text, digits);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    found.fault(isDecimal(found.text) ? decimals : "XML", error.message);
    return 0n;
  }
}

export function checkCurrency(found: Cursor, currency: string): void {
  const stated = found.attribute("currencyID");
  if (stated === undefined) found.fault("XML", `has no currencyID; it must be ${currency}`);
  else if (stated !== currency) found.fault("BR-CL-03", `is in ${stated}, but the document is in ${currency}`);
}

/** A percentage, in the model a rate in basis points. */
export function rate(name: string, field: string): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found === undefined) return;
      try {
        into[field] = parseRate(found.text);
      } catch (error) {
        if (!(error instanceof AmountError)) throw error;
        found.fault("XML", error.message);
      }
      found.finish();
    },
    write: (from) => (from[field] === undefined ? [] : [leaf(name, formatRate(from[field] as number))]),
  };
}

/** An element that always says the same. */
export function fixed(name: string, value: string): Rule {
  return {
    read(at) {
      const found = at.take(name);
      if (found === undefined) return;
      if (found.text !== value) found.fault("XML", `is "${found.text}", where this document has "${value}"`);
      found.finish();
    },
    write: () => [leaf(name, value)],
  };
}

/** An element that is an object of its own in the model. */
export function group(name: string, field: string, rules: readonly Rule[]): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found !== undefined) into[field] = readAll(rules, found, {});
    },
    write(from, writing) {
      const part = from[field] as Part | undefined;
      return part === undefined ? [] : [branch(name, writeAll(rules, part, writing))];
    },
  };
}

/** Elements of one name that are a list in the model. */
export function list(name: string, field: string, rules: readonly Rule[]): Rule {
  return {
    read(at, into) {
      const found = at.takeAll(name);
      if (found.length !== 0) into[field] = found.map((one) => readAll(rules, one, {}));
    },
    write(from, writing) {
      const parts = (from[field] ?? []) as Part[];
      return parts.map((part) => branch(name, writeAll(rules, part, writing)));
    },
  };
}

/** An element whose content stands in the model without it; written if `always`, or if one of its fields is there. */
export function within(name: string, rules: readonly Rule[], { always = false } = {}): Rule {
  return {
    read(at, into) {
      const found = at.take(name);
      if (found !== undefined) readAll(rules, found, into);
    },
    write(from, writing) {
      const variable = rules.flatMap((rule) => (rule.write({}, writing).length === 0 ? rule.write(from, writing) : []));
      return variable.length === 0 && !always ? [] : [branch(name, writeAll(rules, from, writing))];
    },
  };
}

const EMPTY: Writing = { currency: "", digits: 0, taxDigits: 0, taxCurrency: "" };
