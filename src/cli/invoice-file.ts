/** Invoice documents in files. Whoever has one knows all that is in it, so only its owner can read what is written here. */
import { existsSync } from "node:fs";

import { type InvoiceDocument, parseInvoiceDocument } from "../invoice/document.js";
import { readJson } from "./arguments.js";
import { writeWhole } from "./whole-file.js";

/** A document of a file. @throws InvoiceDocumentError with all that is wrong with it. */
export function readDocument(file: string): InvoiceDocument {
  return parseInvoiceDocument(readJson(file, "the document"));
}

/** A document that an earlier run has kept; undefined where there is none. */
export function keptDocument(file: string): InvoiceDocument | undefined {
  return existsSync(file) ? readDocument(file) : undefined;
}

/** Keeps a document in a new file. @returns false if there is one already, which stays as it is. */
export function keepDocument(file: string, document: InvoiceDocument): boolean {
  return writeWhole(file, `${JSON.stringify(document, undefined, 2)}\n`);
}
