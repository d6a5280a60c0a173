/** Keys that persons sign with, and signers as the chain knows them (ERC-7913). */
import { p256 } from "@noble/curves/nist.js";
import {
  type BytesLike,
  concat,
  dataLength,
  dataSlice,
  getAddress,
  getBytes,
  hexlify,
  SigningKey,
  computeAddress,
  recoverAddress,
  type Provider,
  Contract,
} from "ethers";

/** Something that signs 32-byte digests: a key in memory, a phone's secure hardware, a card. */
export interface PersonKey {
  /** The signer as the chain knows it: 20 bytes of an account, or a verifier and a key. Hex. */
  readonly signer: string;
  /** A signature over an EIP-712 digest. Hex. */
  sign(digest: string): string | Promise<string>;
}

/** A secp256k1 key: its signer is its address. */
export class AccountKey implements PersonKey {
  readonly signer: string;
  readonly #key: SigningKey;

  /** @param privateKey 32 bytes. */
  constructor(privateKey: BytesLike) {
    this.#key = new SigningKey(privateKey);
    this.signer = computeAddress(this.#key).toLowerCase();
  }

  sign(digest: string): string {
    return this.#key.sign(digest).serialized;
  }
}

/** A P-256 key, as phones have: its signer is the suite's P256Verifier with the public point. */
export class P256Key implements PersonKey {
  readonly signer: string;
  readonly #secret: Uint8Array;

  /**
   * @param secret 32 bytes.
   * @param verifier Address of the suite's P256Verifier.
   */
  constructor(secret: BytesLike, verifier: string) {
    this.#secret = getBytes(secret);
    this.signer = p256Signer(verifier, p256.getPublicKey(this.#secret, false));
  }

  sign(digest: string): string {
    return hexlify(p256.sign(getBytes(digest), this.#secret, { prehash: false, lowS: true }));
  }
}

/**
 * The signer of a P-256 public key.
 * @param publicKey the point, uncompressed: 65 bytes with the leading 04, or 64 without.
 */
export function p256Signer(verifier: string, publicKey: BytesLike): string {
  const point = getBytes(publicKey);
  const bare = point.length === 65 && point[0] === 4 ? point.slice(1) : point;
  if (bare.length !== 64) throw new RangeError(`a P-256 public key has 64 bytes; this has ${bare.length}`);
  return concat([getAddress(verifier), bare]);
}

/** A phone's P-256 signature with s in the lower half of the order, as the verifier wants it; phones give either. */
export function normalizeP256(signature: BytesLike): string {
  const parsed = p256.Signature.fromBytes(getBytes(signature), "compact");
  return hexlify(
    (parsed.hasHighS() ? new p256.Signature(parsed.r, p256.Point.Fn.neg(parsed.s)) : parsed).toBytes("compact"),
  );
}

const ACCOUNT_LENGTH = 20;
const ERC1271 = ["function isValidSignature(bytes32,bytes) view returns (bytes4)"];
const ERC7913 = ["function verify(bytes,bytes32,bytes) view returns (bytes4)"];
const ERC1271_MAGIC = "0x1626ba7e";
const ERC7913_MAGIC = "0x024ad318"; // verify(bytes,bytes32,bytes)

/**
 * Whether a signature is the signer's: key pairs without asking anyone, contracts and verifiers by a call.
 * Answers as contracts/common/Signer.sol does (tested equal).
 */
export async function isSignedBy(
  provider: Provider,
  signer: string,
  digest: string,
  signature: string,
): Promise<boolean> {
  if (dataLength(signer) < ACCOUNT_LENGTH) return false;
  const account = getAddress(dataSlice(signer, 0, ACCOUNT_LENGTH));
  try {
    if (dataLength(signer) > ACCOUNT_LENGTH) {
      const verifier = new Contract(account, ERC7913, provider);
      return (
        (await verifier.getFunction("verify")(dataSlice(signer, ACCOUNT_LENGTH), digest, signature)) === ERC7913_MAGIC
      );
    }
    if (recovers(account, digest, signature)) return true;
    return (
      (await new Contract(account, ERC1271, provider).getFunction("isValidSignature")(digest, signature)) ===
      ERC1271_MAGIC
    );
  } catch {
    return false;
  }
}

function recovers(account: string, digest: string, signature: string): boolean {
  try {
    return dataLength(signature) === 65 && recoverAddress(digest, signature) === account;
  } catch {
    return false;
  }
}
