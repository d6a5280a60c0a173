/** Merkle trees: of a record's salted fields, and of the records of a batch. OpenZeppelin's, so that its MerkleProof verifies them. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { getBytes, hexlify, isHexString, toUtf8Bytes, toUtf8String } from "ethers";

import { fieldLeaf, hashWords } from "./commitment.js";

/** A field of a record with what opens its leaf. */
export interface OpenField {
  /** Of a claim, as in its schema; of an invoice, see invoice/field.ts. */
  name: string;
  /** Of a claim, in the form that its type prescribes: see `valueFault` in identity/schema.ts. */
  value: string;
  /** 32 random bytes. */
  salt: string;
}

/** What is left of a field whose name, value and salt were destroyed. */
export interface ErasedField {
  leaf: string;
}

export type TreeField = OpenField | ErasedField;

/** A disclosed field as IClaimVerifier.Field has it: the value is the UTF-8 of the text, in hexadecimal. */
export interface ShownField {
  name: string;
  salt: string;
  value: string;
}

/** Some fields of a record, and the proof that they are its own: what IClaimVerifier.isDisclosed takes. */
export interface FieldProof {
  /** In the order of the multiproof. */
  fields: ShownField[];
  proof: string[];
  proofFlags: boolean[];
}

/** The records of a batch, each with the path that `statusOf` asks for. */
export interface BatchTree {
  root: string;
  /** Of each record, in the order they were given. */
  paths: string[][];
}

export function isErased(field: TreeField): field is ErasedField {
  return "leaf" in field;
}

/** The leaf of a field, erased or not. */
export function leafOf(field: TreeField): string {
  return isErased(field) ? field.leaf : fieldLeaf(field.name, field.salt, field.value);
}

/**
 * The root of a record's content. Leaves are sorted: the order of the fields does not matter, and is not told.
 * @throws RangeError for no fields.
 */
export function fieldRoot(fields: readonly TreeField[]): string {
  if (fields.length === 0) throw new RangeError("a record has at least one field");
  return rootOf(fields.map(leafOf));
}

/** The root of OpenZeppelin's SimpleMerkleTree over leaves (tested equal), without the tree: a night has fifty thousand of them. */
function rootOf(leaves: readonly string[]): string {
  const sorted = leaves.map((leaf) => leaf.toLowerCase()).sort();
  if (!sorted.every((leaf) => isHexString(leaf, WORD))) throw new RangeError("a leaf has 32 bytes");
  const size = 2 * sorted.length - 1;
  const nodes = new Array<string>(size);
  sorted.forEach((leaf, i) => (nodes[size - 1 - i] = leaf));
  for (let i = sorted.length - 2; i >= 0; i--) {
    const [left = "", right = ""] = [nodes[2 * i + 1], nodes[2 * i + 2]];
    nodes[i] = hashWords(...(left < right ? [left, right] : [right, left]));
  }
  return nodes[0] ?? "";
}

const WORD = 32;

/**
 * The proof that some fields are those of a record, also where others were erased. For no names it is empty: nothing is disclosed.
 * @throws RangeError for a name that the record does not have (or has no more), or that is there twice.
 */
export function proveFields(fields: readonly TreeField[], names: readonly string[]): FieldProof {
  if (names.length === 0) return { fields: [], proof: [], proofFlags: [] };
  if (new Set(names).size !== names.length) throw new RangeError(`a field is disclosed once: ${names.join(", ")}`);
  const byLeaf = new Map<string, OpenField>();
  for (const name of names) {
    const field = fields.find((one): one is OpenField => !isErased(one) && one.name === name);
    if (field === undefined) throw new RangeError(`there is no field "${name}", or it was erased`);
    byLeaf.set(leafOf(field), field);
  }
  const tree = SimpleMerkleTree.of(fields.map(leafOf));
  const { leaves, proof, proofFlags } = tree.getMultiProof([...byLeaf.keys()]);
  const shown = leaves.flatMap((leaf) => byLeaf.get(leaf as string) ?? []);
  return {
    fields: shown.map(({ name, salt, value }) => ({ name, salt, value: hexlify(toUtf8Bytes(value)) })),
    proof,
    proofFlags,
  };
}

/**
 * Whether fields, at least one and none twice, are those of a content root.
 * Answers as IClaimVerifier.isDisclosed does (tested equal).
 */
export function isDisclosed(root: string, { fields, proof, proofFlags }: FieldProof): boolean {
  if (fields.length === 0 || new Set(fields.map(({ name }) => name)).size !== fields.length) return false;
  try {
    const leaves = fields.map(({ name, salt, value }) => fieldLeaf(name, salt, getBytes(value)));
    return SimpleMerkleTree.verifyMultiProof(root, { leaves, proof, proofFlags });
  } catch {
    return false; // it leads to no root
  }
}

/** The text of a disclosed value; undefined if its bytes are no UTF-8. */
export function textOf(value: string): string | undefined {
  try {
    return toUtf8String(value);
  } catch {
    return undefined;
  }
}

/**
 * The tree over the ids of a batch's records, in the memory of one process; for millions see batch-tree.ts.
 * @throws RangeError for no records, or one that is there twice.
 */
export function batchTree(ids: readonly string[]): BatchTree {
  if (ids.length === 0) throw new RangeError("a batch has at least one record");
  if (new Set(ids).size !== ids.length) throw new RangeError("a batch has each record once");
  const tree = SimpleMerkleTree.of([...ids]);
  return { root: tree.root, paths: ids.map((_, position) => tree.getProof(position)) };
}

/** Whether a record's path leads to the root of a batch. */
export function isInBatch(root: string, id: string, path: readonly string[]): boolean {
  try {
    return SimpleMerkleTree.verify(root, id, [...path]);
  } catch {
    return false;
  }
}
