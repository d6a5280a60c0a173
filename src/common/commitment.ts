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
  return keccak256(hashWords(FIELD_TYPEHASH, nameHash(name), salt, keccak256(bytes)));
}

const NAMES = 1000;
const nameHashes = new Map<string, string>();

/** Names of fields are few, and come again in each record. */
function nameHash(name: string): string {
  let hash = nameHashes.get(name);
  if (hash === undefined) {
    hash = keccak256(toUtf8Bytes(name));
    if (nameHashes.size < NAMES) nameHashes.set(name, hash);
  }
  return hash;
}

/** Commitment to a text: scope and purpose of a consent, the file of a use, the evidence of a recovery, what an invoice is about. */
export function textCommitment(salt: string, text: string): string {
  return hashWords(TEXT_TYPEHASH, salt, keccak256(toUtf8Bytes(text)));
}

/** Keccak-256 of words of 32 bytes each. */
export function hashWords(...words: string[]): string {
  return keccak256(concat(words));
}
