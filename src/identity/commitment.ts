/** Salted commitments, as contracts/identity/Commitments.sol computes them (tested equal). */
import { AbiCoder, type BytesLike, concat, hexlify, id, keccak256, randomBytes, toUtf8Bytes } from "ethers";

const FIELD_TYPEHASH = id("Field(bytes32 name,bytes32 salt,bytes32 value)");
const SUBJECT_TYPEHASH = id("Subject(uint8 party,bytes32 salt,bytes32 identity)");
const HOLDER_TYPEHASH = id("Holder(uint8 party,bytes32 salt,bytes32 signer)");
const PAIR_TYPEHASH = id("Pair(bytes32 first,bytes32 second)");
const GUARDIAN_TYPEHASH = id("Guardian(bytes32 salt,bytes32 identity)");
const TEXT_TYPEHASH = id("Text(bytes32 salt,bytes32 text)");

/** Which of a claim's parties: the first, or the second of two. */
export type PartyIndex = 0 | 1;

/** A salt: 32 random bytes. Used once. */
export function newSalt(): string {
  return hexlify(randomBytes(32));
}

/** The leaf of a field in the tree of a claim's content. Name and value are UTF-8; a value may be given as its bytes. */
export function fieldLeaf(name: string, salt: string, value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? toUtf8Bytes(value) : value;
  const inner = hash(FIELD_TYPEHASH, keccak256(toUtf8Bytes(name)), salt, keccak256(bytes));
  return keccak256(concat([inner]));
}

/** Commitment to whom a claim is about. */
export function subjectCommitment(party: PartyIndex, salt: string, identity: string): string {
  return hash(SUBJECT_TYPEHASH, word(party), salt, identity);
}

/** Commitment to the key that signs for a claim. */
export function holderCommitment(party: PartyIndex, salt: string, signer: BytesLike): string {
  return hash(HOLDER_TYPEHASH, word(party), salt, keccak256(signer));
}

/** The subjects, or holders, of a claim about two. */
export function pairCommitment(first: string, second: string): string {
  return hash(PAIR_TYPEHASH, first, second);
}

/** Commitment to the identity of a guardian. */
export function guardianCommitment(salt: string, identity: string): string {
  return hash(GUARDIAN_TYPEHASH, salt, identity);
}

/** Commitment to a text: scope and purpose of a consent, the file of a use, the evidence of a recovery. */
export function textCommitment(salt: string, text: string): string {
  return hash(TEXT_TYPEHASH, salt, keccak256(toUtf8Bytes(text)));
}

function word(number: number): string {
  return AbiCoder.defaultAbiCoder().encode(["uint256"], [number]);
}

function hash(...words: string[]): string {
  return keccak256(concat(words));
}
