/** XML of invoices: the namespaces of UBL 2.1. Names are `cbc:ID`, `cac:Party`; the root has no prefix. */
import { formatXml as format, parseXml as parse, type XmlElement } from "../common/xml.js";

export { branch, leaf, type XmlElement, XmlError } from "../common/xml.js";

const UBL = "urn:oasis:names:specification:ubl:schema:xsd:";
/** Namespaces by the prefix that this module gives them; a root has none. */
const NAMESPACES: Readonly<Record<string, string>> = {
  [`${UBL}CommonAggregateComponents-2`]: "cac:",
  [`${UBL}CommonBasicComponents-2`]: "cbc:",
  [`${UBL}CommonExtensionComponents-2`]: "ext:",
  [`${UBL}Invoice-2`]: "",
  [`${UBL}CreditNote-2`]: "",
};

/** The root of a document. @throws XmlError for what is not well-formed, or has a document type definition. */
export function parseXml(xml: string): XmlElement {
  return parse(xml, NAMESPACES);
}

/** A document of an element, `Invoice` or `CreditNote`. */
export function formatXml(root: XmlElement): string {
  const uri = (prefix: string) => Object.entries(NAMESPACES).find(([, known]) => known === prefix)?.[0] ?? "";
  const attributes = {
    xmlns: `${UBL}${root.name}-2`,
    "xmlns:cac": uri("cac:"),
    "xmlns:cbc": uri("cbc:"),
    ...root.attributes,
  };
  return format({ ...root, attributes });
}
