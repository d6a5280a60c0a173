/** Commitments of documents: to the buyer's title, and to what a document is about. */
import canonicalize from "canonicalize";
import { ZeroHash } from "ethers";

import { newSalt, textCommitment } from "../common/commitment.js";

/** To whom a document is made out, and what hides it. */
export interface BuyerTitle {
  /** BT-44: the registered name. */
  name: string;
  /** The tax number as the document has it (BT-48, or 47); a natural person has none. */
  taxNumber?: string;
  /** 32 random bytes. */
  salt: string;
}

/** What a document is about (BT-18), and what hides it. */
export interface ObjectOpening {
  id: string;
  scheme?: string;
  /** 32 random bytes. */
  salt: string;
}

/** A title with a fresh salt. */
export function newTitle(name: string, taxNumber?: string): BuyerTitle {
  return { name, ...(taxNumber === undefined ? {} : { taxNumber }), salt: newSalt() };
}

/** Commitment to the buyer's name and tax number: to the canonical JSON of both, as a text. */
export function titleCommitment({ name, taxNumber, salt }: BuyerTitle): string {
  return textCommitment(salt, canonicalize({ name, ...(taxNumber === undefined ? {} : { taxNumber }) }) ?? "");
}

/** Commitment to what a document is about: to the canonical JSON of its id and scheme, as a text. Zero for nothing. */
export function objectCommitment(object: ObjectOpening | undefined): string {
  if (object === undefined) return ZeroHash;
  const { id, scheme, salt } = object;
  return textCommitment(salt, canonicalize({ id, ...(scheme === undefined ? {} : { scheme }) }) ?? "");
}
