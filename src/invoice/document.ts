/** Invoice documents: a document with all that opens it, as plain JSON. A seller hands it to the buyer, who keeps it and hands it on. */
import { isAddress, ZeroHash } from "ethers";

import { shapeCheck } from "../common/shape.js";
import { fieldRoot, isErased, leafOf, type OpenField, type TreeField } from "../common/tree.js";
import { currencyOf } from "./amount.js";
import { type BuyerTitle, objectCommitment, type ObjectOpening, titleCommitment } from "./commitment.js";
import { type InvoiceParts, invoiceOfFields, partsOfFields } from "./field.js";
import { invoiceHolder } from "./holder.js";
import documentSchema from "./invoice-document.schema.json" with { type: "json" };
import type { Invoice } from "./model.js";
import { formatNumber } from "./number.js";
import {
  categoryBytes,
  invoiceBatchId,
  invoiceId,
  invoiceKindOf,
  type InvoiceNetwork,
  type InvoiceRecord,
  numberSchemeOf,
  paymentId,
  type PaymentNetwork,
  type PaymentRecord,
} from "./record.js";
import { taxLines } from "./tax-lines.js";

/** The published JSON Schema (2020-12) of invoice documents. */
export const INVOICE_DOCUMENT_SCHEMA: object = documentSchema;

/** A payment with what proves it. */
export interface PaymentProof {
  payment: PaymentRecord;
  /** Of a payment in a batch, the path from its id to the batch's root; else empty. */
  path: string[];
}

/** Who holds a document: the commitment, and what opens it as far as it is known here. */
export interface DocumentHolder {
  commitment: string;
  /** The key for this document alone, as in ERC-7913. `signer` and `salt` are both there, or neither. */
  signer?: string;
  salt?: string;
  /** Commitment to the title; of a buyer. */
  title?: string;
}

/** An invoice document. Whoever has it knows everything in it that is not withheld. */
export interface InvoiceDocument extends InvoiceNetwork, PaymentNetwork {
  type: "CivitasInvoice";
  version: 1;
  /** The document as the chain has it. */
  record: InvoiceRecord;
  /** Of a document in a batch, the path from its id to the batch's root; else empty. */
  path: string[];
  /** The content, see field.ts; of a withheld field, only the leaf is left. */
  fields: TreeField[];
  /** The payments it takes from, in the order of the record's draws; or none, where they are withheld. */
  evidence: PaymentProof[];
  /** The buyer: of a single document, or whom the payer of one in a batch named. */
  buyer?: DocumentHolder;
  /** Opens the title in the buyer's commitment. */
  title?: BuyerTitle;
  /** To whom it was handed on. */
  holder?: DocumentHolder;
  /** Opens what it is about. */
  object?: ObjectOpening;
}

/** An invoice document is not what it must be; `faults` says all that is wrong, each in a sentence. */
export class InvoiceDocumentError extends Error {
  override readonly name = "InvoiceDocumentError";

  constructor(
    readonly faults: readonly string[],
    /** The document, if it has the right shape: what its record is worth can still be asked. */
    readonly document?: InvoiceDocument,
  ) {
    super(`this invoice document cannot be used: ${faults.join("; ")}`);
  }
}

const shapeFaults = shapeCheck(INVOICE_DOCUMENT_SCHEMA, "the document");

/**
 * An invoice document from JSON of any origin. Its shape and everything that can be computed is checked; whether it was issued and
 * stands, only the chain knows (`verifyInvoice`).
 * @throws InvoiceDocumentError with all faults.
 */
export function parseInvoiceDocument(json: unknown): InvoiceDocument {
  const shape = shapeFaults(json);
  if (shape.length !== 0) throw new InvoiceDocumentError(shape);
  const document = structuredClone(json) as InvoiceDocument;
  const faults = invoiceDocumentFaults(document);
  if (faults.length !== 0) throw new InvoiceDocumentError(faults, document);
  return document;
}

/** What is wrong with a document of the right shape: contents that are not those of its record. None if it is sound. */
export function invoiceDocumentFaults(document: InvoiceDocument): string[] {
  return [...recordFaults(document), ...contentFaults(document), ...paymentFaults(document), ...holderFaults(document)];
}

function recordFaults({ record, path, registry, payments, object }: InvoiceDocument): string[] {
  return collect((check) => {
    check(isAddress(registry), "the registry's address is mistyped: its capital letters do not fit");
    check(isAddress(payments), "the address of the registry of payments is mistyped: its capital letters do not fit");
    check(
      record.serial !== "0" || (record.position === 0 && path.length === 0),
      "a single document has no position and no path",
    );
    check(BigInt(record.serial) < 1n << 64n, "the serial is too large");
    if (object !== undefined) {
      check(objectCommitment(object) === record.content.invoicedObject, "it is about something else than it says");
    }
  });
}

/** Whether fields are of the record, and say the same as the record does. */
export function contentFaults(document: InvoiceDocument): string[] {
  const { record, fields, title } = document;
  const { terms, content } = record;
  return collect((check) => {
    const names = openInvoiceFields(document).map(({ name }) => name);
    check(new Set(names).size === names.length, "a field is there twice");
    check(
      attempt(() => fieldRoot(fields)) === content.root,
      "the fields are not those of the record: its root differs",
    );
    const parts = attempt(() => partsOfInvoice(document));
    if (parts === undefined) {
      check(false, "a field has a value that cannot be read");
      return;
    }
    const same = (name: string, told: unknown, recorded: unknown) => {
      check(
        told === undefined || told === recorded,
        `the field "${name}" differs from the record: ${String(recorded)}`,
      );
    };
    same(
      "number",
      parts.number,
      attempt(() => formatNumber(numberSchemeOf(terms.scheme), BigInt(content.number))),
    );
    same(
      "currency",
      parts.currency,
      attempt(() => currencyOf(terms.currency).code),
    );
    same(
      "kind",
      parts.kind,
      attempt(() => invoiceKindOf(terms.kind)),
    );
    same(
      "numberScheme",
      parts.numberScheme,
      attempt(() => numberSchemeOf(terms.scheme)),
    );
    same("typeCode", parts.typeCode, record.reverses === ZeroHash ? "380" : "381");
    same("totals.net", parts.totals?.net, BigInt(content.net));
    same("totals.tax", parts.totals?.tax, BigInt(content.tax));
    same("totals.gross", parts.totals?.gross, BigInt(content.gross));
    if (title !== undefined) {
      same("buyer.name", parts.buyer?.name, title.name);
      same("buyer.vatId", parts.buyer?.vatId, title.taxNumber);
    }
    if (fields.some(isErased)) return;
    const whole = attempt(() => invoiceOfDocument(document));
    check(whole !== undefined, "the fields are no whole document");
    if (whole === undefined) return;
    check(JSON.stringify(linesOf(whole)) === JSON.stringify(content.lines.map(lineKey)), "its tax rows are other ones");
  });
}

function paymentFaults(document: InvoiceDocument): string[] {
  const { evidence, record } = document;
  const { draws } = record.content;
  if (evidence.length === 0) return [];
  return collect((check) => {
    const ids = evidence.map(({ payment }) => paymentId(document, payment));
    check(ids.join() === draws.map(({ payment }) => payment).join(), "the payments are not those of the record");
    evidence.forEach(({ payment, path }, i) => {
      check(payment.payee === record.terms.seller, `payment ${i} was made to someone else than the seller`);
      check(payment.currency === record.terms.currency, `payment ${i} is in another currency`);
      check(BigInt(draws[i]?.amount ?? 0) <= BigInt(payment.amount), `more is taken from payment ${i} than was paid`);
      check(payment.serial !== "0" || path.length === 0, `payment ${i} is a single one, and has a path`);
    });
  });
}

function holderFaults({ record, buyer, title, holder }: InvoiceDocument): string[] {
  const stated = record.content.buyer;
  return collect((check) => {
    for (const [who, { commitment, signer, salt, title = ZeroHash }] of entriesOf({ buyer, holder })) {
      if (signer === undefined || salt === undefined) continue;
      check(invoiceHolder(salt, signer, title) === commitment, `the key of the ${who} does not open the commitment`);
    }
    if (buyer !== undefined && stated !== ZeroHash) {
      check(buyer.commitment === stated, "it is made out to someone else than it says");
    }
    check(
      buyer !== undefined || stated === ZeroHash || title === undefined,
      "a title is of a buyer, who is missing in the document",
    );
    if (title !== undefined && buyer !== undefined) {
      check(titleCommitment(title) === buyer.title, "the name and tax number are not those of the buyer");
    }
  });
}

/** The document's id: its EIP-712 digest, equal to InvoiceRegistry.idOf (tested equal). */
export function documentId(document: InvoiceNetwork & Pick<InvoiceDocument, "record">): string {
  return invoiceId(document, document.record);
}

/** The id of the batch that the document is anchored in; undefined for a single one. */
export function documentBatchId(document: InvoiceNetwork & Pick<InvoiceDocument, "record">): string | undefined {
  const { terms, serial } = document.record;
  return serial === "0" ? undefined : invoiceBatchId(document, terms.seller, serial);
}

/** The fields that are not withheld. */
export function openInvoiceFields({ fields }: Pick<InvoiceDocument, "fields">): OpenField[] {
  return fields.filter((field): field is OpenField => !isErased(field));
}

/** What a document tells: all of the model, or what is not withheld. The buyer is also told by an opened title. */
export function partsOfInvoice(document: Pick<InvoiceDocument, "fields" | "record" | "title">): InvoiceParts {
  return withTitle(partsOfFields(valuesOfFields(document), currencyOfRecord(document)), document.title);
}

/**
 * The whole model of a document, from which nothing is withheld.
 * @throws InvoiceDocumentError if something is.
 */
export function invoiceOfDocument(document: Pick<InvoiceDocument, "fields" | "record" | "title">): Invoice {
  if (document.fields.some(isErased)) {
    throw new InvoiceDocumentError(["some of its fields are withheld; ask for the whole document"]);
  }
  const invoice = invoiceOfFields(valuesOfFields(document), currencyOfRecord(document));
  return withTitle<Invoice>(invoice, document.title);
}

/**
 * The document with chosen fields alone: an insurer gets the items, and not the buyer's address. It is verified like the whole one.
 * @param names Names of fields; a name without its index or property stands for all of a list or party: `lines`, `buyer`.
 * @param options What else goes along: the payments, and the title of the buyer with the keys that hold it. Neither if left out.
 * @throws RangeError for a name that the document does not have, or has no more.
 */
export function discloseFields(
  document: InvoiceDocument,
  names: readonly string[],
  { payments = false, title = false }: { payments?: boolean; title?: boolean } = {},
): InvoiceDocument {
  const wanted = (field: OpenField) => names.some((name) => isOf(field.name, name));
  for (const name of names) {
    if (!openInvoiceFields(document).some((field) => isOf(field.name, name))) {
      throw new RangeError(`the document has no field "${name}", or it is withheld`);
    }
  }
  const copy = structuredClone(document);
  copy.fields = copy.fields.map((field) => (isErased(field) || wanted(field) ? field : { leaf: leafOf(field) }));
  if (!names.includes("object")) delete copy.object; // it says what the field says
  if (!payments) copy.evidence = [];
  if (!title) {
    delete copy.title;
    delete copy.holder;
    if (copy.buyer !== undefined) copy.buyer = { commitment: copy.buyer.commitment };
  }
  return copy;
}

function isOf(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}[`) || field.startsWith(`${name}.`);
}

function withTitle<Parts extends InvoiceParts>(parts: Parts, title: BuyerTitle | undefined): Parts {
  if (title === undefined || (parts.buyer?.name ?? "") !== "") return parts;
  const { name, taxNumber } = title;
  return { ...parts, buyer: { ...parts.buyer, name, ...(taxNumber === undefined ? {} : { vatId: taxNumber }) } };
}

function valuesOfFields(document: Pick<InvoiceDocument, "fields">): Record<string, string> {
  return Object.fromEntries(openInvoiceFields(document).map(({ name, value }) => [name, value]));
}

function currencyOfRecord({ record }: Pick<InvoiceDocument, "record">): string {
  return currencyOf(record.terms.currency).code;
}

/** The tax rows of a model, for comparison with those of a record. */
function linesOf(invoice: Invoice): ReturnType<typeof lineKey>[] {
  return taxLines(invoice).map((line) => lineKey({ ...line, category: categoryBytes(line.category) }));
}

function lineKey(line: { category: string; rate: number; items: number; net: bigint | string; tax: bigint | string }) {
  const { category, rate, items, net, tax } = line;
  return [category, rate, items, `${net}`, `${tax}`].join(" ");
}

function entriesOf(holders: Record<string, DocumentHolder | undefined>): [string, DocumentHolder][] {
  return Object.entries(holders).flatMap(([who, holder]) => (holder === undefined ? [] : [[who, holder]]));
}

function collect(look: (check: (sound: boolean, fault: string) => void) => void): string[] {
  const faults: string[] = [];
  look((sound, fault) => {
    if (!sound) faults.push(fault);
  });
  return faults;
}

function attempt<Result>(compute: () => Result): Result | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
