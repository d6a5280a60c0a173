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
  Interface,
  zeroPadBytes,
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
const ERC1271 = new Interface(["function isValidSignature(bytes32,bytes) view returns (bytes4)"]);
const ERC7913 = new Interface(["function verify(bytes,bytes32,bytes) view returns (bytes4)"]);

/**
 * Whether a signature is the signer's: key pairs without asking anyone, contracts and verifiers by a call.
 * Answers as contracts/common/Signer.sol does (tested equal), where the contract asked only reads, as it should.
 */
export async function isSignedBy(
  provider: Provider,
  signer: string,
  digest: string,
  signature: string,
): Promise<boolean> {
  if (dataLength(signer) < ACCOUNT_LENGTH) return false;
  const account = getAddress(dataSlice(signer, 0, ACCOUNT_LENGTH));
  if (dataLength(signer) > ACCOUNT_LENGTH) {
    return affirms(provider, account, ERC7913, "verify", [dataSlice(signer, ACCOUNT_LENGTH), digest, signature]);
  }
  if (recovers(account, digest, signature)) return true;
  return affirms(provider, account, ERC1271, "isValidSignature", [digest, signature]);
}

/** Whether a contract answers with the function's own selector, as a whole word. One that reverts does not. */
async function affirms(
  provider: Provider,
  to: string,
  contract: Interface,
  name: string,
  args: unknown[],
): Promise<boolean> {
  const question = contract.encodeFunctionData(name, args);
  try {
    const answer = await provider.call({ to, data: question });
    const affirmed =
      dataLength(answer) >= 32 && dataSlice(answer, 0, 32) === zeroPadBytes(dataSlice(question, 0, 4), 32);
    return affirmed && (await provider.getCode(to)) !== "0x"; // a precompile is no contract, though one echoes
  } catch {
    return false;
  }
}

/** One form alone is good, as on chain: 65 bytes, s in the lower half of the order, v of 27 or 28. */
function recovers(account: string, digest: string, signature: string): boolean {
  if (dataLength(signature) !== 65) return false;
  const v = Number(dataSlice(signature, 64));
  if (v !== 27 && v !== 28) return false;
  try {
    return recoverAddress(digest, signature) === account;
  } catch {
    return false;
  }
}
