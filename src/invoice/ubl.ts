/**
 * Invoices as UBL 2.1, Invoice and CreditNote, as EN 16931-3-2 and Peppol BIS Billing 3 bind it. What is the network's own stands where
 * other readers find it too: kind, number scheme and payments are supporting documents (BG-24) with a `urn:civitas:` id, and a line's own
 * tax is its TaxTotal.
 */
import { AmountError, currencyOf, findCurrency, formatAmount, parseAmount } from "./amount.js";
import { CREDIT_NOTE_TYPES } from "./code-lists.js";
import { INVOICE_KINDS, type Invoice, type InvoicePayment, NUMBER_SCHEMES, type SupportingDocument } from "./model.js";
import type { RuleError } from "./rules.js";
import {
  amount,
  checkCurrency,
  Cursor,
  list,
  type Part,
  readAll,
  readAmount,
  readIdentifier,
  type Reading,
  type Rule,
  text,
  within,
  writeAll,
  type Writing,
} from "./ubl-codec.js";
import * as parts from "./ubl-parts.js";
import { branch, formatXml, leaf, parseXml, type XmlElement, XmlError } from "./xml.js";

/** BT-24 of documents that follow EN 16931 and nothing else. */
export const EN16931 = "urn:cen.eu:en16931:2017";
/** BT-24 of Peppol BIS Billing 3. */
export const PEPPOL_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";

/** A document that cannot be read as an invoice; `faults` says all that is wrong. */
export class UblError extends Error {
  override readonly name = "UblError";

  constructor(readonly faults: readonly RuleError[]) {
    const all = faults.map(({ rule, where, message }) => `[${rule}] ${where}: ${message}`).join("; ");
    super(`the document cannot be read as an invoice: ${all}`);
  }
}

/** An invoice that was read, and what of the document is not in it. */
export interface UblResult {
  invoice: Invoice;
  /** Elements and attributes that the model has no place for, each in a sentence. */
  warnings: string[];
}

const OWN = "urn:civitas:";

/** BG-1: a note, with its subject in front: `#AAI#text`. */
const NOTES: Rule = {
  read(at, into) {
    const notes = at.takeAll("cbc:Note").map((found) => {
      found.finish();
      const [, subject, rest] = /^#([A-Z]{3})#([\s\S]*)$/.exec(found.element.text) ?? [];
      return subject === undefined ? { text: found.element.text } : { subject, text: rest };
    });
    if (notes.length !== 0) into["notes"] = notes;
  },
  write: ({ notes = [] }) =>
    (notes as NonNullable<Invoice["notes"]>).map((note) =>
      leaf("cbc:Note", note.subject === undefined ? note.text : `#${note.subject}#${note.text}`),
    ),
};

/** BG-3 */
const PRECEDING: Rule = {
  read(at, into) {
    const rules = [
      within("cac:InvoiceDocumentReference", [text("cbc:ID", "number"), text("cbc:IssueDate", "issueDate")]),
    ];
    const found = at.takeAll("cac:BillingReference").map((one) => readAll(rules, one, { number: "" }));
    if (found.length !== 0) into["precedingInvoices"] = found;
  },
  write: ({ precedingInvoices = [] }, writing) =>
    (precedingInvoices as Part[]).map((one) =>
      branch("cac:BillingReference", [
        branch(
          "cac:InvoiceDocumentReference",
          writeAll([text("cbc:ID", "number"), text("cbc:IssueDate", "issueDate")], one, writing),
        ),
      ]),
    ),
};

/** BG-24; and of the same element BT-18 (type 130), a credit note's BT-11 (type 50), and what is the network's own. */
function references(kind: "Invoice" | "CreditNote"): Rule {
  return {
    read(at, into) {
      const documents: SupportingDocument[] = [];
      for (const found of at.takeAll("cac:AdditionalDocumentReference")) {
        const type = found.take("cbc:DocumentTypeCode");
        type?.finish();
        if (type?.text === "130") into["object"] = readIdentifier(found.take("cbc:ID") ?? found);
        else if (type?.text === "50" && kind === "CreditNote") text("cbc:ID", "projectReference").read(found, into);
        else {
          if (type !== undefined) at.reading.warnings.push(`${type.path} "${type.text}" was left out`);
          const document = readDocument(found);
          if (!readOwn(document, into, at.reading)) documents.push(document);
        }
        found.finish();
      }
      if (documents.length !== 0) into["supportingDocuments"] = documents;
    },
    write(from, writing) {
      const { object, projectReference, supportingDocuments = [] } = from as unknown as Invoice;
      const name = "cac:AdditionalDocumentReference";
      const typed = (id: string, code: string, scheme?: string) =>
        branch(name, [
          leaf("cbc:ID", id, scheme === undefined ? {} : { schemeID: scheme }),
          leaf("cbc:DocumentTypeCode", code),
        ]);
      return [
        ...(object === undefined ? [] : [typed(object.id, "130", object.scheme)]),
        ...(projectReference === undefined || kind === "Invoice" ? [] : [typed(projectReference, "50")]),
        ...[...ownDocuments(from as unknown as Invoice, writing), ...supportingDocuments].map((document) =>
          branch(name, writeDocument(document)),
        ),
      ];
    },
  };
}

function readDocument(found: Cursor): SupportingDocument {
  const document: Part = { id: "" };
  text("cbc:ID", "id").read(found, document);
  text("cbc:DocumentDescription", "description").read(found, document);
  const attachment = found.take("cac:Attachment");
  const binary = attachment?.take("cbc:EmbeddedDocumentBinaryObject");
  if (binary !== undefined) {
    const [mediaType, fileName] = [binary.attribute("mimeCode") ?? "", binary.attribute("filename") ?? ""];
    document["attachment"] = { base64: binary.text.replace(/\s+/g, ""), mediaType, fileName };
    binary.finish();
  }
  if (attachment !== undefined) {
    within("cac:ExternalReference", [text("cbc:URI", "location")]).read(attachment, document);
    attachment.finish();
  }
  return document as unknown as SupportingDocument;
}

function writeDocument({ id, description, location, attachment }: SupportingDocument): XmlElement[] {
  const content: XmlElement[] = [];
  if (attachment !== undefined) {
    const { base64, mediaType, fileName } = attachment;
    const attributes = { mimeCode: mediaType, filename: fileName };
    content.push(leaf("cbc:EmbeddedDocumentBinaryObject", base64, attributes));
  }
  if (location !== undefined) content.push(branch("cac:ExternalReference", [leaf("cbc:URI", location)]));
  return [
    leaf("cbc:ID", id),
    ...(description === undefined ? [] : [leaf("cbc:DocumentDescription", description)]),
    ...(content.length === 0 ? [] : [branch("cac:Attachment", content)]),
  ];
}

/** Takes what is the network's own; false for any other document. */
function readOwn({ id, description = "" }: SupportingDocument, into: Part, { digits, faults }: Reading): boolean {
  if (!id.startsWith(OWN)) return false;
  try {
    const [what, first = "", second, ...more] = id.slice(OWN.length).split(":").map(decodeURIComponent);
    if (what === "kind" && (INVOICE_KINDS as readonly string[]).includes(first)) into["kind"] = first;
    else if (what === "number-scheme" && (NUMBER_SCHEMES as readonly string[]).includes(first)) {
      into["numberScheme"] = first;
    } else if (what === "payment" && second !== undefined && more.length === 0) {
      const taken = parseAmount(/^\S*/.exec(description)?.[0] ?? "", digits);
      const payment: InvoicePayment = { provider: first, reference: second, amount: taken };
      into["payments"] = [...((into["payments"] ?? []) as InvoicePayment[]), payment];
    } else throw new AmountError("is none of the network's own references");
  } catch (error) {
    if (!(error instanceof AmountError) && !(error instanceof URIError)) throw error;
    faults.push({ rule: "XML", where: id, message: error.message });
  }
  return true;
}

function ownDocuments(
  { kind, numberScheme, payments = [] }: Invoice,
  { currency, digits }: Writing,
): SupportingDocument[] {
  const own = (...words: string[]) => `${OWN}${words.map(encodeURIComponent).join(":")}`;
  return [
    ...(kind === undefined ? [] : [{ id: own("kind", kind) }]),
    ...(numberScheme === undefined ? [] : [{ id: own("number-scheme", numberScheme) }]),
    ...payments.map(({ provider, reference, amount: taken }) => ({
      id: own("payment", provider, reference),
      description: `${formatAmount(taken, digits)} ${currency}`,
    })),
  ];
}

/** BG-16. A credit note has its due date (BT-9) here, under the means 1 (not defined) if it has no other. */
function payments(kind: "Invoice" | "CreditNote"): Rule {
  const [means, ...rest] = parts.PAYMENT_RULES;
  const rules =
    means === undefined ? [] : [means, ...(kind === "CreditNote" ? [text("cbc:PaymentDueDate", "due")] : []), ...rest];
  return {
    read(at, into) {
      const found = at.takeAll("cac:PaymentMeans").map((one) => readAll(rules, one, { means: "" }));
      for (const one of found) {
        if (one["due"] !== undefined) into["dueDate"] = one["due"];
        delete one["due"];
      }
      if (found.length !== 0) into["paymentInstructions"] = found;
    },
    write({ paymentInstructions = [], dueDate }, writing) {
      const means = paymentInstructions as Part[];
      const carriers = kind === "CreditNote" && dueDate !== undefined && means.length === 0 ? [{ means: "1" }] : means;
      return carriers.map((one, i) =>
        branch("cac:PaymentMeans", writeAll(rules, i === 0 ? { ...one, due: dueDate } : one, writing)),
      );
    },
  };
}

/** BT-110, 111 and BG-23. */
const TAX: Rule = {
  read(at, into) {
    const totals = (into["totals"] ??= {}) as Part;
    let first = true;
    for (const found of at.takeAll("cac:TaxTotal")) {
      const isMain = first && found.element.children.some(({ name }) => name === "cac:TaxSubtotal");
      const sum = found.take("cbc:TaxAmount");
      if (isMain || (first && sum?.element.attributes["currencyID"] === at.reading.currency)) {
        first = false;
        if (sum !== undefined) {
          checkCurrency(sum, at.reading.currency);
          totals["tax"] = readAmount(sum, at.reading.digits, "BR-DEC-13");
        }
        into["breakdown"] = found
          .takeAll("cac:TaxSubtotal")
          .map((one) => readAll(parts.BREAKDOWN_RULES, one, { category: "" }));
      } else if (sum !== undefined) {
        checkCurrency(sum, (into["taxCurrency"] ?? "") as string);
        totals["taxInTaxCurrency"] = readAmount(sum, at.reading.taxDigits, "BR-DEC-15");
      }
      sum?.finish();
      found.finish();
    }
  },
  write(from, writing) {
    const { breakdown, totals } = from as unknown as Invoice;
    const other = totals.taxInTaxCurrency;
    return [
      branch("cac:TaxTotal", [
        ...amount("cbc:TaxAmount", "tax", "BR-DEC-13").write({ tax: totals.tax }, writing),
        ...list("cac:TaxSubtotal", "breakdown", parts.BREAKDOWN_RULES).write({ breakdown }, writing),
      ]),
      ...(other === undefined
        ? []
        : [
            branch("cac:TaxTotal", [
              leaf("cbc:TaxAmount", formatAmount(other, writing.taxDigits), { currencyID: writing.taxCurrency }),
            ]),
          ]),
    ];
  },
};

/** BG-22 but the taxes, which stand beside it. */
const TOTALS: Rule = {
  ...parts.TOTALS,
  read(at, into) {
    const read: Part = {};
    parts.TOTALS.read(at, read);
    into["totals"] = { ...(into["totals"] as Part | undefined), ...(read["totals"] as Part | undefined) };
  },
};

/** Says 2.1 or another 2; EN 16931 does not ask for it. */
const UBL_VERSION: Rule = {
  read(at) {
    const found = at.take("cbc:UBLVersionID");
    if (found !== undefined && !/^2\.[0-9]$/.test(found.text))
      found.fault("XML", `UBL ${found.text} is not read; 2.1 is`);
  },
  write: () => [],
};

/** All rules of a document, in the order of its schema. */
function documentRules(kind: "Invoice" | "CreditNote"): readonly Rule[] {
  const isInvoice = kind === "Invoice";
  const reference = (name: string, field: string) => within(`cac:${name}`, [text("cbc:ID", field)]);
  const tender = reference("OriginatorDocumentReference", "tenderReference");
  const contract = reference("ContractDocumentReference", "contractReference");
  return [
    UBL_VERSION,
    text("cbc:CustomizationID", "specification"),
    text("cbc:ProfileID", "businessProcess"),
    text("cbc:ID", "number"),
    text("cbc:IssueDate", "issueDate"),
    ...(isInvoice
      ? [
          text("cbc:DueDate", "dueDate"),
          text("cbc:InvoiceTypeCode", "typeCode"),
          NOTES,
          text("cbc:TaxPointDate", "taxPointDate"),
        ]
      : [text("cbc:TaxPointDate", "taxPointDate"), text("cbc:CreditNoteTypeCode", "typeCode"), NOTES]),
    text("cbc:DocumentCurrencyCode", "currency"),
    text("cbc:TaxCurrencyCode", "taxCurrency"),
    text("cbc:AccountingCost", "accountingReference"),
    text("cbc:BuyerReference", "buyerReference"),
    parts.INVOICE_PERIOD,
    within("cac:OrderReference", [text("cbc:ID", "orderReference"), text("cbc:SalesOrderID", "salesOrderReference")]),
    PRECEDING,
    reference("DespatchDocumentReference", "despatchReference"),
    reference("ReceiptDocumentReference", "receivingReference"),
    ...(isInvoice
      ? [tender, contract, references(kind), reference("ProjectReference", "projectReference")]
      : [contract, references(kind), tender]),
    parts.SELLER,
    parts.BUYER,
    parts.PAYEE,
    parts.TAX_REPRESENTATIVE,
    parts.DELIVERY,
    payments(kind),
    within("cac:PaymentTerms", [text("cbc:Note", "paymentTerms", { verbatim: true })]),
    parts.DOCUMENT_ADJUSTMENTS,
    TAX,
    TOTALS,
    parts.lines(kind),
  ];
}

const RULES = { Invoice: documentRules("Invoice"), CreditNote: documentRules("CreditNote") };

/** What a document has at least; the rest of the rules tell what is missing. */
const BLANK = { typeCode: "", number: "", issueDate: "", currency: "", specification: "" };

/**
 * An invoice as UBL 2.1: a CreditNote if its type is one, else an Invoice.
 * @throws AmountError for a currency that is none; XmlError for a text with characters that XML cannot carry.
 */
export function toUbl(invoice: Invoice): string {
  const { digits } = currencyOf(invoice.currency);
  const taxCurrency = invoice.taxCurrency ?? invoice.currency;
  const writing: Writing = {
    currency: invoice.currency,
    digits,
    taxCurrency,
    taxDigits: currencyOf(taxCurrency).digits,
  };
  const kind = CREDIT_NOTE_TYPES.has(invoice.typeCode) ? "CreditNote" : "Invoice";
  const from = { ...invoice, specification: invoice.specification ?? EN16931 } as unknown as Part;
  return formatXml(branch(kind, writeAll(RULES[kind], from, writing)));
}

/**
 * An invoice from UBL 2.1. Whether it keeps the rules is for `validateInvoice` to say.
 * @throws XmlError for what is no XML, or has a document type definition; UblError for amounts and numbers that cannot be read.
 */
export function fromUbl(xml: string): UblResult {
  const root = parseXml(xml);
  if (root.name !== "Invoice" && root.name !== "CreditNote") {
    throw new XmlError(`the document is a ${root.name}; an invoice is an Invoice or a CreditNote of UBL 2`);
  }
  const stated = (name: string) => root.children.find((child) => child.name === name)?.text.trim();
  const currency = stated("cbc:DocumentCurrencyCode") ?? "";
  const digitsOf = (code: string) => findCurrency(code)?.digits ?? 2;
  const reading: Reading = {
    currency,
    digits: digitsOf(currency),
    taxDigits: digitsOf(stated("cbc:TaxCurrencyCode") ?? currency),
    faults: [],
    warnings: [],
  };
  const at = new Cursor(root, root.name, reading);
  const read = readAll(RULES[root.name], at, { ...BLANK });
  if (reading.faults.length !== 0) throw new UblError(reading.faults);
  return { invoice: completed(read), warnings: reading.warnings };
}

/** Parts that a document may lack, and the model has in any case. */
function completed(read: Part): Invoice {
  const party = (part: unknown) => withCountry({ name: "", ...(part as Part | undefined) });
  const nothing = { lines: 0n, net: 0n, gross: 0n, due: 0n, allowances: 0n, charges: 0n, paid: 0n, rounding: 0n };
  const whole: Part = {
    ...read,
    seller: party(read["seller"]),
    buyer: party(read["buyer"]),
    breakdown: read["breakdown"] ?? [],
    totals: { tax: 0n, ...nothing, ...(read["totals"] as Part | undefined) },
  };
  for (const field of ["payee", "taxRepresentative"]) {
    const empty = field === "payee" ? { name: "" } : { name: "", vatId: "" };
    if (read[field] !== undefined) whole[field] = withCountry({ ...empty, ...read[field] });
  }
  if (read["delivery"] !== undefined) whole["delivery"] = withCountry(read["delivery"] as Part);
  return whole as unknown as Invoice;
}

function withCountry(part: Part): Part {
  const address = part["address"] as Part | undefined;
  return address === undefined ? part : { ...part, address: { country: "", ...address } };
}
