/**
 * The QR code on a document: its record, signed by an operator of the seller, behind the address where an operator of the network explains
 * it to whoever scans it with a plain camera. What follows `#` never leaves the reader's device.
 *
 * As text: `https://verify.example/#INV1:…`, the bytes of ./code-bytes.js in Base32 (RFC 4648, unpadded), of which a QR code holds more
 * than of base64url: it has a mode of its own for capital letters, digits and colons.
 */
import { hexlify, recoverAddress, type Signer } from "ethers";

import { decodeBase32, encodeBase32 } from "../common/base32.js";
import type { PersonKey } from "../identity/key.js";
import { decodeInvoiceCode, encodeInvoiceCode, type InvoiceCode, InvoiceCodeError } from "./code-bytes.js";
import { type QrImage, qrImage, QUIET_ZONE } from "./qr-image.js";
import { invoiceId, type InvoiceNetwork, type InvoiceRecord } from "./record.js";
import { INVOICE_CODE_TYPES, digestIn, domainAt } from "./typed-data.js";

export { type InvoiceCode, InvoiceCodeError };

/** A code that was read: what it says, and what follows from it without asking anyone. */
export interface ReadInvoiceCode extends InvoiceCode {
  /** The document's id, computed from the record. */
  id: string;
  /** The account that signed the code. Whether it is an operator of the seller, only the chain can tell. */
  signer: string;
}

const HEAD = "INV1:";

/** A document in a registry, and its path if it is in a batch. */
export interface CodedDocument {
  record: InvoiceRecord;
  /** From the document's id to the batch's root; empty or left out for a single document. */
  path?: string[];
}

/**
 * Sign the code of a document.
 * @param signer An operator of the seller, that is an account with a key; codes cannot carry what contracts accept as signatures.
 * @throws InvoiceCodeError for a record that the chain would refuse, or a signer of another sort.
 */
export async function signInvoiceCode(
  { chainId, registry }: InvoiceNetwork,
  signer: Signer | PersonKey,
  { record, path = [] }: CodedDocument,
): Promise<InvoiceCode> {
  const domain = domainAt("invoices", chainId, registry);
  const value = { invoice: invoiceId({ chainId, registry }, record) };
  const digest = digestIn(domain, INVOICE_CODE_TYPES, value);
  const [account, signature] =
    "signTypedData" in signer
      ? [await signer.getAddress(), await signer.signTypedData(domain, INVOICE_CODE_TYPES, value)]
      : [signer.signer, await signer.sign(digest)];
  if (signerOf(digest, hexlify(signature))?.toLowerCase() !== account.toLowerCase()) {
    throw new InvoiceCodeError(`${account} did not sign as an account with a key; let such an operator sign`);
  }
  return decodeInvoiceCode(encodeInvoiceCode({ chainId, registry, record, path, signature: hexlify(signature) }));
}

/**
 * A code as text, to be drawn as QR.
 * @param verifyAt The web address that explains it: `https://verify.example/`. Encrypted, so that nobody else answers in its name.
 * @throws InvoiceCodeError for an address that is none, or that has a `#` already.
 */
export function formatInvoiceCode(code: InvoiceCode, verifyAt: string): string {
  if (!URL.canParse(verifyAt) || !/^https:\/\/[\x21-\x22\x24-\x7e]+$/i.test(verifyAt)) {
    throw new InvoiceCodeError(`${verifyAt} is no address to verify at; it begins with https:// and has no #`);
  }
  return `${verifyAt}#${HEAD}${encodeBase32(encodeInvoiceCode(code))}`;
}

/**
 * What a code says, without asking anyone. The id and the signer are computed from it; whether the document was issued, and whether its
 * seller signed, `verifyInvoiceCode` asks.
 * @param text As scanned, with or without the address before it.
 * @throws InvoiceCodeError for whatever is not exactly what `formatInvoiceCode` writes.
 */
export function readInvoiceCode(text: string): ReadInvoiceCode {
  const payload = text.trim().slice(text.trim().indexOf("#") + 1);
  if (!payload.startsWith(HEAD)) {
    const isNewer = /^INV[0-9]+:/.test(payload);
    throw new InvoiceCodeError(
      isNewer
        ? "this code is of a version that this client does not know; take a newer one"
        : "this is no code of an invoice, which begins with INV1; scan the code on the document again",
    );
  }
  const bytes = decodeBase32(payload.slice(HEAD.length));
  if (bytes === undefined) throw damaged("it has characters that do not belong there");
  try {
    const code = decodeInvoiceCode(bytes);
    const id = invoiceId(code, code.record);
    const domain = domainAt("invoices", code.chainId, code.registry);
    const signer = signerOf(digestIn(domain, INVOICE_CODE_TYPES, { invoice: id }), code.signature);
    if (signer === undefined) throw new InvoiceCodeError("its signature is nobody's");
    return { ...code, id, signer };
  } catch (error) {
    if (error instanceof InvoiceCodeError) throw damaged(error.message, error);
    throw error;
  }
}

/** The QR code of such a text: how large it is, and how it is drawn. */
export function invoiceQr(text: string): QrImage & { svg: string } {
  const image = qrImage(text);
  const size = image.modules + 2 * QUIET_ZONE;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-QUIET_ZONE} ${-QUIET_ZONE} ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M${-QUIET_ZONE} ${-QUIET_ZONE}h${size}v${size}h${-size}z"/><path d="${image.path}"/></svg>`;
  return { ...image, svg };
}

function signerOf(digest: string, signature: string): string | undefined {
  try {
    return recoverAddress(digest, signature);
  } catch {
    return undefined;
  }
}

function damaged(what: string, cause?: unknown): InvoiceCodeError {
  return new InvoiceCodeError(`this code is damaged or forged: ${what}; scan it again`, { cause });
}
