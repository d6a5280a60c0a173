/** Signing with a key that is elsewhere: in an HSM, a key management service, a card. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  AbstractSigner,
  getAddress,
  getBytes,
  hashMessage,
  type Provider,
  recoverAddress,
  Signature,
  toBeHex,
  Transaction,
  type TransactionRequest,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
} from "ethers";

/** A signature as signers give it: 64 bytes r and s, 65 with a v, or DER, as bytes or in hexadecimal; or r and s. */
export type ForeignSignature = string | Uint8Array | { r: bigint | string; s: bigint | string };

/** A secp256k1 key that signs 32-byte digests. */
export interface DigestSigner {
  /** The account of the key. */
  address: string;
  /** Signs the digest as it is: nothing is hashed any more. */
  sign(digest: Uint8Array): ForeignSignature | Promise<ForeignSignature>;
}

/** What came back is no signature of the account. The message says what to look for. */
export class ExternalSignerError extends Error {
  override readonly name = "ExternalSignerError";
}

const ORDER = secp256k1.Point.CURVE().n;
const WORD = 32;

/** A signer whose key is elsewhere. Everything of the client that takes a signer takes it. */
export class ExternalSigner extends AbstractSigner {
  readonly address: string;

  constructor(
    private readonly key: DigestSigner,
    provider: Provider | null = null,
  ) {
    super(provider);
    this.address = getAddress(key.address);
  }

  override getAddress(): Promise<string> {
    return Promise.resolve(this.address);
  }

  override connect(provider: Provider | null): ExternalSigner {
    return new ExternalSigner(this.key, provider);
  }

  /** @throws ExternalSignerError */
  override async signTransaction(request: TransactionRequest): Promise<string> {
    const populated = await this.populateCall(request); // it compares `from` with this account
    const tx = Transaction.from({ ...populated, from: null });
    tx.signature = await this.#sign(tx.unsignedHash);
    return tx.serialized;
  }

  /** EIP-191. @throws ExternalSignerError */
  override async signMessage(message: string | Uint8Array): Promise<string> {
    return (await this.#sign(hashMessage(message))).serialized;
  }

  /** EIP-712. @throws ExternalSignerError */
  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return (await this.#sign(TypedDataEncoder.hash(domain, types, value))).serialized;
  }

  async #sign(digest: string): Promise<Signature> {
    return signatureOf(await this.key.sign(getBytes(digest)), digest, this.address);
  }
}

/**
 * A signature as the chain takes it: s in the lower half of the order (EIP-2), v found by recovery.
 * @throws ExternalSignerError if it is none of the account over the digest.
 */
export function signatureOf(foreign: ForeignSignature, digest: string, address: string): Signature {
  const { r, s: given } = numbersOf(foreign);
  const s = given > ORDER / 2n ? ORDER - given : given;
  const signers: string[] = [];
  for (const yParity of [0, 1] as const) {
    const signature = Signature.from({ r: toBeHex(r, WORD), s: toBeHex(s, WORD), yParity });
    let signer: string;
    try {
      signer = recoverAddress(digest, signature);
    } catch {
      continue; // r is no point of the curve
    }
    if (signer === getAddress(address)) return signature;
    signers.push(signer);
  }
  throw new ExternalSignerError(
    `the signature is not of ${address}${signers.length === 0 ? "" : `, but of ${signers.join(" or ")}`}; ` +
      "does the signer use another key, or hash the 32 bytes before it signs them?",
  );
}

function numbersOf(foreign: ForeignSignature): { r: bigint; s: bigint } {
  let numbers: { r: bigint; s: bigint };
  try {
    numbers = parse(foreign);
  } catch (cause) {
    throw new ExternalSignerError("the signer gave no signature: 64 or 65 bytes, DER, or r and s are expected", {
      cause,
    });
  }
  if ([numbers.r, numbers.s].every((number) => number > 0n && number < ORDER)) return numbers;
  throw new ExternalSignerError("the signer gave no signature: r and s are above 0 and below the order of secp256k1");
}

function parse(foreign: ForeignSignature): { r: bigint; s: bigint } {
  if (typeof foreign === "object" && "r" in foreign) return { r: BigInt(foreign.r), s: BigInt(foreign.s) };
  const bytes = getBytes(foreign);
  const compact = bytes.length === 2 * WORD || bytes.length === 2 * WORD + 1;
  return secp256k1.Signature.fromBytes(compact ? bytes.slice(0, 2 * WORD) : bytes, compact ? "compact" : "der");
}
