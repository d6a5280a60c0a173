/** Salted commitments that all registries share, as contracts/identity/Commitments.sol computes them (tested equal). */
import { concat, hexlify, id, keccak256, randomBytes, toUtf8Bytes } from "ethers";

const FIELD_TYPEHASH = id("Field(bytes32 name,bytes32 salt,bytes32 value)");
const TEXT_TYPEHASH = id("Text(bytes32 salt,bytes32 text)");

/** A salt: 32 random bytes. Used once. */
export function newSalt(): string {
  return hexlify(randomBytes(32));
}

/** The leaf of a field in the tree of a record's content. Name and value are UTF-8; a value may be given as its bytes. */
export function fieldLeaf(name: string, salt: string, value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? toUtf8Bytes(value) : value;
  const inner = hashWords(FIELD_TYPEHASH, keccak256(toUtf8Bytes(name)), salt, keccak256(bytes));
  return keccak256(concat([inner]));
}

/** Commitment to a text: scope and purpose of a consent, the file of a use, the evidence of a recovery, what an invoice is about. */
export function textCommitment(salt: string, text: string): string {
  return hashWords(TEXT_TYPEHASH, salt, keccak256(toUtf8Bytes(text)));
}

/** Keccak-256 of words of 32 bytes each. */
export function hashWords(...words: string[]): string {
  return keccak256(concat(words));
}
