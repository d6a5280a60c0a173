/**
 * Erasure: destroying salts and values. What is left, here and on the chain, opens nothing; the other fields of the claim are disclosed as
 * before. Copies elsewhere, in a backup or with the office, are not reached by it.
 */
import { type ClaimDocument, claimId } from "./document.js";
import { isErased, leafOf } from "../common/tree.js";

/** What was erased, and what is left of it. It holds nothing secret, and may be kept and shown. */
export interface ErasureReceipt {
  type: "CivitasErasure";
  version: 1;
  chainId: string;
  registry: string;
  /** The claim's id. */
  claim: string;
  /** Number of its schema. */
  schema: number;
  /** When, ISO 8601. */
  erasedAt: string;
  /** `Fields`: some of them. `Claim`: all of them, and what opens who the parties and their keys are. */
  extent: "Fields" | "Claim";
  /** The erased fields by name, each with the leaf that stays and opens nothing. */
  fields: { name: string; leaf: string }[];
  /** Of a whole claim: the commitments to parties and keys, which open nothing any more. */
  commitments: string[];
}

export interface Erasure {
  /** What is left. */
  document: ClaimDocument;
  receipt: ErasureReceipt;
}

/**
 * Erase some fields of a claim.
 * @returns A document without them, and the receipt. Store the document in place of the old one, and forget that.
 * @throws RangeError for a name that the claim does not have, or has no more.
 */
export function eraseFields(document: ClaimDocument, names: readonly string[], at: Date = new Date()): Erasure {
  const erased = new Set(names);
  const known = new Set(document.fields.flatMap((field) => (isErased(field) ? [] : [field.name])));
  for (const name of erased) {
    if (!known.has(name)) throw new RangeError(`the claim has no field "${name}", or it was erased before`);
  }
  const fields: ErasureReceipt["fields"] = [];
  const left = structuredClone(document);
  left.fields = left.fields.map((field) => {
    if (isErased(field) || !erased.has(field.name)) return field;
    const leaf = leafOf(field);
    fields.push({ name: field.name, leaf });
    return { leaf };
  });
  return { document: left, receipt: receiptOf(document, "Fields", at, fields, []) };
}

/**
 * Erase a whole claim: all fields, and what opens its parties and keys.
 * @returns A document that opens nothing, and the receipt.
 */
export function eraseClaim(document: ClaimDocument, at: Date = new Date()): Erasure {
  const names = document.fields.flatMap((field) => (isErased(field) ? [] : [field.name]));
  const { document: left, receipt } = eraseFields(document, names, at);
  left.parties = left.parties.map(({ subject, holder }) => ({
    subject: { commitment: subject.commitment },
    holder: { commitment: holder.commitment },
  }));
  const commitments = left.parties.flatMap(({ subject, holder }) => [subject.commitment, holder.commitment]);
  return { document: left, receipt: receiptOf(document, "Claim", at, receipt.fields, commitments) };
}

function receiptOf(
  document: ClaimDocument,
  extent: ErasureReceipt["extent"],
  at: Date,
  fields: ErasureReceipt["fields"],
  commitments: string[],
): ErasureReceipt {
  const { chainId, registry } = document;
  const of = { chainId, registry, claim: claimId(document), schema: document.claim.schema };
  return { type: "CivitasErasure", version: 1, ...of, erasedAt: at.toISOString(), extent, fields, commitments };
}
