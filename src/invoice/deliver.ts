/**
 * Documents delivered encrypted: to the other party's key (secp256k1 or P-256), with a fresh key for each delivery. ECDH, HKDF-SHA-256
 * and AES-256-GCM; the document's id is authenticated with the text. Who sent it is not proven: what a document is worth, the chain says.
 */
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import canonicalize from "canonicalize";
import { type BytesLike, decodeBase64, encodeBase64, getBytes, hexlify, randomBytes } from "ethers";

import { shapeCheck } from "../common/shape.js";
import { documentId, type InvoiceDocument, parseInvoiceDocument } from "./document.js";

/** On which curve a delivery key is. */
export type DeliveryCurve = "secp256k1" | "p256";

/** To whom documents can be delivered: published by the recipient. */
export interface DeliveryAddress {
  curve: DeliveryCurve;
  /** The compressed point, 33 bytes. Hex. */
  publicKey: string;
}

/** An encrypted document. Everything in it but `data` is readable, and says who can open it and which document it is. */
export interface SealedInvoice {
  type: "CivitasSealedInvoice";
  version: 1;
  /** The document's id. */
  invoice: string;
  recipient: DeliveryAddress;
  /** The sender's key of this delivery alone, compressed. Hex. */
  ephemeral: string;
  /** 12 bytes. Hex. */
  iv: string;
  /** The encrypted document and its tag, Base64. */
  data: string;
}

/** Why a delivery cannot be opened. `WrongKey`: it is for another key. `Damaged`: not as it was sent. `OtherDocument`: another one is inside. */
export type DeliveryFault = "WrongKey" | "Damaged" | "OtherDocument";

/** A delivery cannot be opened. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";

  constructor(
    readonly fault: DeliveryFault,
    message: string,
  ) {
    super(message);
  }
}

const CURVES = { secp256k1, p256 } as const;
const INFO = new TextEncoder().encode("Civitas invoice delivery, version 1");

const hex = (bytes: number) => ({ type: "string", pattern: `^0x[0-9a-f]{${2 * bytes}}$` });
const closed = (properties: Record<string, object>) => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});
const sealedFaults = shapeCheck(
  closed({
    type: { const: "CivitasSealedInvoice" },
    version: { const: 1 },
    invoice: hex(32),
    recipient: closed({ curve: { enum: ["secp256k1", "p256"] }, publicKey: hex(33) }),
    ephemeral: hex(33),
    iv: hex(12),
    data: { type: "string", pattern: "^[A-Za-z0-9+/]+={0,2}$" },
  }),
  "the delivery",
);

/** A key that opens deliveries. */
export class DeliveryKey {
  readonly address: DeliveryAddress;
  readonly #secret: Uint8Array;

  /** @param secret 32 bytes. */
  constructor(secret: BytesLike, curve: DeliveryCurve = "secp256k1") {
    this.#secret = getBytes(secret);
    this.address = { curve, publicKey: hexlify(CURVES[curve].getPublicKey(this.#secret, true)) };
  }

  /** What this key and another's public key have in common: the x of the shared point, 32 bytes. */
  shared(publicKey: string): Uint8Array {
    return CURVES[this.address.curve].getSharedSecret(this.#secret, getBytes(publicKey), true).slice(1);
  }
}

/**
 * Encrypt a document to someone's key.
 * @throws DeliveryError for a key that is no point of its curve.
 */
export async function sealInvoice(document: InvoiceDocument, recipient: DeliveryAddress): Promise<SealedInvoice> {
  const ephemeral = new DeliveryKey(CURVES[recipient.curve].utils.randomSecretKey(), recipient.curve);
  const head = {
    type: "CivitasSealedInvoice",
    version: 1,
    invoice: documentId(document),
    recipient: { curve: recipient.curve, publicKey: recipient.publicKey.toLowerCase() },
    ephemeral: ephemeral.address.publicKey,
    iv: hexlify(randomBytes(12)),
  } as const;
  const key = await keyFor(head, () => ephemeral.shared(head.recipient.publicKey), "encrypt");
  const data = await crypto.subtle.encrypt(gcm(head), key, new TextEncoder().encode(JSON.stringify(document)));
  return { ...head, data: encodeBase64(new Uint8Array(data)) };
}

/**
 * Open a delivery, and check what is inside as `parseInvoiceDocument` does.
 * @param json As it came.
 * @throws DeliveryError, or InvoiceDocumentError for a document that is none.
 */
export async function openSealedInvoice(json: unknown, key: DeliveryKey): Promise<InvoiceDocument> {
  const faults = sealedFaults(json);
  if (faults.length !== 0) throw new DeliveryError("Damaged", `this is no delivery: ${faults.join("; ")}`);
  const { data, ...head } = json as SealedInvoice;
  const { curve, publicKey } = key.address;
  if (head.recipient.curve !== curve || head.recipient.publicKey !== publicKey) {
    throw new DeliveryError("WrongKey", "this delivery is for another key; open it with the one it was sent to");
  }
  const secret = await keyFor(head, () => key.shared(head.ephemeral), "decrypt");
  let text: string;
  try {
    const plain = await crypto.subtle.decrypt(gcm(head), secret, Uint8Array.from(decodeBase64(data)));
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new DeliveryError("Damaged", "this delivery was changed on its way; ask for it again");
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new DeliveryError("Damaged", "there is no JSON in this delivery; ask for it again");
  }
  const document = parseInvoiceDocument(content);
  if (documentId(document) !== head.invoice) {
    throw new DeliveryError("OtherDocument", "another document is inside than the delivery says; ask for it again");
  }
  return document;
}

type Head = Omit<SealedInvoice, "data">;

async function keyFor(head: Head, share: () => Uint8Array, use: "encrypt" | "decrypt") {
  let shared: Uint8Array;
  try {
    shared = share();
  } catch {
    throw new DeliveryError("Damaged", "a key in this delivery is no point of its curve");
  }
  const raw = await crypto.subtle.importKey("raw", Uint8Array.from(shared), "HKDF", false, ["deriveKey"]);
  const salt = new TextEncoder().encode(canonicalize([head.ephemeral, head.recipient]));
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: INFO },
    raw,
    { name: "AES-GCM", length: 256 },
    false,
    [use],
  );
}

/** The head is authenticated with the text: the document's id, and to whom it goes. */
function gcm(head: Head) {
  return {
    name: "AES-GCM",
    iv: Uint8Array.from(getBytes(head.iv)),
    additionalData: new TextEncoder().encode(canonicalize(head)),
  };
}
