/**
 * How messages of ISO 20022 are read: by the sequences of their schemas, strictly. What is wrong is collected with its path, and told at once;
 * nothing is dropped in silence.
 */
import { AmountError, findCurrency, isDecimal, parseAmount } from "../invoice/amount.js";
import { branch, formatXml, leaf, parseXml, type XmlElement, XmlError } from "../common/xml.js";

/** Something that is wrong with a message. */
export interface MessageFault {
  /** The element's path: `Document/CstmrCdtTrfInitn/PmtInf[2]/PmtInfId`. */
  where: string;
  /** What is wrong, and what would be right. */
  message: string;
}

/** A message that cannot be read, written or carried out; `faults` says all that is wrong. */
export class Iso20022Error extends Error {
  override readonly name = "Iso20022Error";

  constructor(readonly faults: readonly MessageFault[]) {
    super(faults.map(({ where, message }) => `${where}: ${message}`).join("; "));
  }
}

/** How often an element stands in a sequence: once, at most once, at least once, or as often as it likes. */
type Times = "1" | "?" | "+" | "*";

/**
 * The elements of a sequence in the order of the schema; what is not said to be read is passed over, as it changes nothing of what is done,
 * or refused, as it would.
 */
export type Sequence = readonly (readonly [name: string, times: Times, use?: "pass" | "refuse"])[];

/** An element while it is read. */
export class MessageCursor {
  readonly #faults: MessageFault[];

  constructor(
    readonly element: XmlElement,
    readonly path: string,
    faults: MessageFault[],
  ) {
    this.#faults = faults;
  }

  fault(message: string): void {
    this.#faults.push({ where: this.path, message });
  }

  /** The elements in it, which are those of the sequence, in its order. */
  open(sequence: Sequence): Opened {
    this.#checkAttributes([]);
    if (this.element.children.length === 0 && this.element.text.trim() !== "") {
      this.fault("has a text, but should have elements");
    }
    const found = new Map<string, MessageCursor[]>();
    let reached = 0;
    for (const child of this.element.children) {
      const index = sequence.findIndex(([name]) => name === child.name);
      const [name, , use] = sequence[index] ?? [];
      if (name === undefined) {
        this.fault(`<${child.name}> has no place here; remove it`);
        continue;
      }
      if (index < reached) this.fault(`<${name}> stands behind <${sequence[reached]?.[0] ?? ""}>; put it before`);
      reached = Math.max(reached, index);
      if (use === "refuse") this.fault(`<${name}> is not carried out here; send the message without`);
      found.set(name, [...(found.get(name) ?? []), new MessageCursor(child, `${this.path}/${name}`, this.#faults)]);
    }
    for (const [name, times] of sequence) {
      const count = found.get(name)?.length ?? 0;
      if (count === 0 && (times === "1" || times === "+")) this.fault(`<${name}> is missing`);
      if (count > 1 && (times === "1" || times === "?")) this.fault(`<${name}> stands ${count} times; write it once`);
    }
    return new Opened(this, found, this.#faults);
  }

  /** The text, of 1 to `most` characters and no blanks around it. */
  text(most: number): string {
    this.#checkAttributes([]);
    return this.#text(most);
  }

  /** A text that a pattern describes. */
  pattern(pattern: RegExp, what: string): string {
    const text = this.text(100);
    if (!pattern.test(text)) this.fault(`${JSON.stringify(text)} is not ${what}`);
    return text;
  }

  /** One of some codes. */
  code(codes: readonly string[]): string {
    const text = this.text(100);
    if (!codes.includes(text)) this.fault(`${JSON.stringify(text)} should be ${codes.join(" or ")}`);
    return text;
  }

  /** A number of things. */
  count(): number {
    return Number(this.pattern(/^[0-9]{1,15}$/, "a number of up to 15 digits"));
  }

  /** `2026-11-21T08:30:00Z`; without a time zone it is the sender's. */
  dateTime(): string {
    const text = this.text(100);
    const zoned = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)?$/;
    if (!isDate(zoned.exec(text)?.[1] ?? "")) {
      this.fault(`${JSON.stringify(text)} is no time like 2026-11-21T08:30:00Z`);
    }
    return text;
  }

  /** `2026-11-21`. */
  date(): string {
    const text = this.text(100);
    if (!isDate(text)) this.fault(`${JSON.stringify(text)} is no date like 2026-11-21`);
    return text;
  }

  /** A date, or a time: the one element in it says which. */
  dateOrTime(): string {
    const { Dt, DtTm } = this.choice(["Dt", "DtTm"]);
    return Dt?.date() ?? DtTm?.dateTime() ?? "";
  }

  /** An amount above 0 in whole minor units of its currency. */
  money(): { currency: string; amount: bigint } {
    this.#checkAttributes(["Ccy"]);
    const currency = this.element.attributes["Ccy"];
    const text = this.#text(100);
    const known = currency === undefined || !/^[A-Z]{3}$/.test(currency) ? undefined : findCurrency(currency);
    if (known === undefined) {
      this.fault(`the currency ${JSON.stringify(currency ?? "")} is none of ISO 4217; write Ccy="CNY"`);
      return { currency: "", amount: 0n };
    }
    return { currency: known.code, amount: this.#minorUnits(text, known.digits) ?? 0n };
  }

  /** The sum of amounts, whatever their currencies: exact, in units of 10^-5. Undefined if it is none, which was told. */
  sum(): bigint | undefined {
    const text = this.text(100);
    return this.#minorUnits(text, SUM_DIGITS);
  }

  /** Exactly one of some elements. */
  choice<Name extends string>(names: readonly Name[]): Partial<Record<Name, MessageCursor>> {
    const opened = this.open(names.map((name) => [name, "?"]));
    const given = names.filter((name) => opened.maybe(name) !== undefined);
    if (given.length !== 1) this.fault(`has one of <${names.join("> or <")}>, not ${given.length}`);
    return Object.fromEntries(given.map((name) => [name, opened.maybe(name)])) as Partial<Record<Name, MessageCursor>>;
  }

  #text(most: number): string {
    const { text, children } = this.element;
    if (children.length !== 0) this.fault("has elements, but should have a text");
    const length = Array.from(text).length;
    if (length === 0) this.fault("is empty");
    else if (length > most) this.fault(`has ${length} characters; at most ${most} are allowed`);
    else if (text.trim() !== text) this.fault(`${JSON.stringify(text)} has blanks around it; remove them`);
    return text;
  }

  #minorUnits(text: string, digits: number): bigint | undefined {
    try {
      if (!isDecimal(text) || /[-+]/.test(text))
        throw new AmountError(`${JSON.stringify(text)} is no amount like 12.50`);
      const significant = text.includes(".") ? text.replace(/0+$/, "") : text;
      if (significant.replace(/^0+|\./g, "").length > 18) throw new AmountError("has more than 18 digits");
      const amount = parseAmount(text, digits);
      if (amount === 0n) throw new AmountError("an amount is more than 0");
      return amount;
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
      this.fault(error.message);
      return undefined;
    }
  }

  #checkAttributes(known: readonly string[]): void {
    for (const name of Object.keys(this.element.attributes)) {
      if (!known.includes(name)) this.fault(`the attribute ${name} has no place here; remove it`);
    }
  }
}

/** The elements that were found in one. */
export class Opened {
  constructor(
    readonly at: MessageCursor,
    readonly found: ReadonlyMap<string, readonly MessageCursor[]>,
    readonly faults: MessageFault[],
  ) {}

  /** The element, if it is there. */
  maybe(name: string): MessageCursor | undefined {
    return this.found.get(name)?.[0];
  }

  /** The element; one without content if it is missing, which was told. */
  one(name: string): MessageCursor {
    const silent: MessageFault[] = [];
    return this.maybe(name) ?? new MessageCursor(leaf(name, ""), `${this.at.path}/${name}`, silent);
  }

  /** All elements of a name, which are numbered from 1 if there are more. */
  all(name: string): MessageCursor[] {
    const all = this.found.get(name) ?? [];
    if (all.length < 2) return [...all];
    return all.map(({ element, path }, i) => new MessageCursor(element, `${path}[${i + 1}]`, this.faults));
  }
}

/** Digits after the point of a control sum. */
export const SUM_DIGITS = 5;

const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:";

/**
 * Reads a message.
 * @param message `pain.001.001.09`
 * @throws Iso20022Error with all that is wrong.
 */
export function readMessage<Model>(xml: string, message: string, read: (document: MessageCursor) => Model): Model {
  const faults: MessageFault[] = [];
  let root: XmlElement;
  try {
    root = parseXml(xml, { [`${NAMESPACE}${message}`]: "" });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new Iso20022Error([{ where: "Document", message: error.message }]);
  }
  if (root.name !== "Document") {
    const where = root.name.replace(/^\{.*\}/, "");
    throw new Iso20022Error([{ where, message: `this is no ${message}, but ${root.name}; send ${message}` }]);
  }
  const model = read(new MessageCursor(root, "Document", faults));
  if (faults.length !== 0) throw new Iso20022Error(faults);
  return model;
}

/**
 * Writes a message, and reads it back: what its own reader would refuse is not written.
 * @throws Iso20022Error with all that is wrong.
 */
export function writeMessage(message: string, content: XmlElement, read: (xml: string) => unknown): string {
  const root = { ...branch("Document", [content]), attributes: { xmlns: `${NAMESPACE}${message}` } };
  let xml: string;
  try {
    xml = formatXml(root);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new Iso20022Error([{ where: "Document", message: error.message }]);
  }
  read(xml);
  return xml;
}

/** An element with what is given of its content. */
export function element(name: string, ...children: (XmlElement | readonly XmlElement[] | undefined)[]): XmlElement {
  return branch(
    name,
    children.flat().filter((child) => child !== undefined),
  );
}

/** An element with a text, if there is one. */
export function optional(name: string, text: string | undefined): XmlElement | undefined {
  return text === undefined ? undefined : leaf(name, text);
}

/** A date or a time, as a choice of the schema. */
export function dateOrTimeElement(name: string, text: string): XmlElement {
  return branch(name, [leaf(text.includes("T") ? "DtTm" : "Dt", text)]);
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
