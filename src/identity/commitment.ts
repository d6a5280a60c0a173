/** Salted commitments, as contracts/identity/Commitments.sol computes them (tested equal). */
import { AbiCoder, type BytesLike, id, keccak256 } from "ethers";

import { hashWords as hash } from "../common/commitment.js";

export { fieldLeaf, newSalt, textCommitment } from "../common/commitment.js";

const SUBJECT_TYPEHASH = id("Subject(uint8 party,bytes32 salt,bytes32 identity)");
const HOLDER_TYPEHASH = id("Holder(uint8 party,bytes32 salt,bytes32 signer)");
const PAIR_TYPEHASH = id("Pair(bytes32 first,bytes32 second)");
const GUARDIAN_TYPEHASH = id("Guardian(bytes32 salt,bytes32 identity)");

/** Which of a claim's parties: the first, or the second of two. */
export type PartyIndex = 0 | 1;

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

function word(number: number): string {
  return AbiCoder.defaultAbiCoder().encode(["uint256"], [number]);
}
