/**
 * XML as a tree of elements with their texts: read and written by fast-xml-parser, which parses no number, loads no DTD and expands no
 * entity but the five of XML and character references. Namespaces are resolved, so that any prefix will do.
 */
import XMLBuilder from "fast-xml-builder";
import { XMLParser } from "fast-xml-parser";
import { SyntaxValidator } from "fast-xml-validator";

/** An element: its name has the prefix that its reader gives the namespace, whatever prefix the document has. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  /** Of an element without children; blanks as they were written. */
  text: string;
}

/** A document that is no XML, or XML of a kind that is not read. */
export class XmlError extends Error {
  override readonly name = "XmlError";
}

/** Namespaces that are read, by the prefix that names get: `cbc:`, or nothing. Names of others are `{namespace}name`. */
export type Namespaces = Readonly<Record<string, string>>;

const MAX_LENGTH = 64 * 1024 * 1024;

const COMMON = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: "" };
const parser = new XMLParser({
  ...COMMON,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true, // brings character references; names of HTML are refused before
});
const validator = new SyntaxValidator({ invalidCharSequence: { comment: true, tagValue: true, attrLt: true } });
const builder = new XMLBuilder({ ...COMMON, format: true, indentBy: "  ", suppressEmptyNode: true });

/** What fast-xml-parser makes of an element: its name with its children, and `:@` with its attributes. */
type Raw = Record<string, unknown>;

/**
 * The root of a document.
 * @throws XmlError for what is not well-formed, or has a document type definition: nothing here needs one, and what they can do is an attack.
 */
export function parseXml(xml: string, known: Namespaces): XmlElement {
  if (xml.length > MAX_LENGTH) throw new XmlError(`the document has ${xml.length} characters, which is too much`);
  if (/<!\s*(DOCTYPE|ENTITY)/i.test(xml)) {
    throw new XmlError(
      "the document has a document type definition (<!DOCTYPE ...>), which is refused; send it without",
    );
  }
  attempt("this is no XML", () => validator.validate(xml));
  const stray = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)/.exec(withoutCdata(xml));
  if (stray !== null) {
    throw new XmlError(
      `this is no XML: it has an "&" that begins no known entity: ${stray.input.slice(stray.index, stray.index + 20)}`,
    );
  }
  const nodes = attempt("this XML is not read", () => parser.parse(xml) as Raw[]);
  const roots = nodes.filter((node) => !("#text" in node));
  const [root] = roots;
  if (root === undefined || roots.length !== 1) throw new XmlError("this is no XML: it has not one root element");
  return elementOf(root, {}, known);
}

/** A document of an element, which has its namespaces among its attributes. */
export function formatXml(root: XmlElement): string {
  const declaration = { "?xml": [{ "#text": "" }], ":@": { version: "1.0", encoding: "UTF-8" } };
  return `${builder.build([declaration, rawOf(root)]).trim()}\n`;
}

/** An element with a text. */
export function leaf(name: string, text: string, attributes: Record<string, string> = {}): XmlElement {
  return { name, attributes, children: [], text };
}

/** An element with elements in it. */
export function branch(name: string, children: XmlElement[]): XmlElement {
  return { name, attributes: {}, children, text: "" };
}

/** What the libraries refuse, in this module's words. */
function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new XmlError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function elementOf(raw: Raw, inherited: Readonly<Record<string, string>>, known: Namespaces): XmlElement {
  const tag = Object.keys(raw).find((key) => key !== ":@") ?? "";
  const given = (raw[":@"] ?? {}) as Record<string, string>;
  const namespaces = { ...inherited };
  const attributes: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    if (key === "xmlns") namespaces[""] = value;
    else if (key.startsWith("xmlns:")) namespaces[key.slice(6)] = value;
    else if (!key.startsWith("xsi:")) attributes[key] = value; // where a schema is says nothing of the content
  }
  const nodes = raw[tag] as Raw[];
  const children = nodes.filter((node) => !("#text" in node)).map((node) => elementOf(node, namespaces, known));
  const text = nodes.map((node) => ("#text" in node ? String(node["#text"]) : "")).join("");
  if (children.length !== 0 && text.trim() !== "")
    throw new XmlError(`<${tag}> has text beside its elements: ${text.trim()}`);
  return { name: nameOf(tag, namespaces, known), attributes, children, text: children.length === 0 ? text : "" };
}

function nameOf(tag: string, namespaces: Readonly<Record<string, string>>, known: Namespaces): string {
  const colon = tag.indexOf(":");
  const uri = namespaces[colon < 0 ? "" : tag.slice(0, colon)] ?? "";
  const local = tag.slice(colon + 1);
  const prefix = Object.hasOwn(known, uri) ? known[uri] : undefined;
  return prefix === undefined ? `{${uri}}${local}` : `${prefix}${local}`;
}

function rawOf({ name, attributes, children, text }: XmlElement): Raw {
  const content = children.length === 0 ? [{ "#text": legible(text) }] : children.map(rawOf);
  const given = Object.entries(attributes).map(([key, value]) => [key, legible(value)]);
  return { [name]: content, ...(given.length === 0 ? {} : { ":@": Object.fromEntries(given) as Raw }) };
}

/** XML 1.0 has no way to write most control characters. */
function legible(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters that XML cannot have
  const odd = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
  if (odd !== null || !text.isWellFormed()) {
    throw new XmlError(
      `the text ${JSON.stringify(text.slice(0, 40))} has a character that XML cannot carry; remove it`,
    );
  }
  return text.replace(/\r\n?/g, "\n");
}

function withoutCdata(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g, "");
}
