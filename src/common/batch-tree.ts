/** The Merkle tree of an anchored batch of records, for up to millions of them, in flat memory. */
import { type BytesLike, getBytes, hexlify, keccak256 } from "ethers";

const WORD = 32;

/** The hash of two nodes: keccak-256 of their 64 bytes. */
export type HashPair = (pair: Uint8Array) => Uint8Array;

/**
 * A tree over the ids of a batch's records, in the order of their positions. An inner node is the keccak-256 of its two children, the
 * smaller first, so that OpenZeppelin's MerkleProof, and so the registries, verify its proofs. A last node without a sibling
 * goes up as it is. The tree of n records takes about 64 n bytes.
 */
export class IdTree {
  /** @param levels From the ids up to the root, each a row of 32-byte nodes. */
  private constructor(private readonly levels: readonly Uint8Array[]) {}

  /**
   * The tree over ids of 32 bytes each.
   * @throws RangeError for no ids, or one of another length.
   */
  static of(ids: Iterable<BytesLike>): IdTree {
    let row = new Uint8Array(1024 * WORD);
    let length = 0;
    for (const id of ids) {
      const bytes = getBytes(id);
      if (bytes.length !== WORD) throw new RangeError(`an id has 32 bytes; this has ${bytes.length}`);
      if (length === row.length) {
        const larger = new Uint8Array(2 * length);
        larger.set(row);
        row = larger;
      }
      row.set(bytes, length);
      length += WORD;
    }
    return IdTree.ofRow(row.subarray(0, length));
  }

  /**
   * The tree over ids that are in one row of memory already, which it keeps.
   * @param ids n times 32 bytes.
   * @param hash another keccak-256 than the built-in one, for speed. It may answer with the same memory each time.
   * @throws RangeError for no ids, or a row that is not of whole ids.
   */
  static ofRow(ids: Uint8Array, hash: HashPair = keccakPair): IdTree {
    if (ids.length === 0) throw new RangeError("a batch has at least one record");
    if (ids.length % WORD !== 0) throw new RangeError(`ids have 32 bytes each; these are ${ids.length} bytes`);
    const levels = [ids];
    for (let row = ids; row.length > WORD; levels.push(row)) row = parentsOf(row, hash);
    return new IdTree(levels);
  }

  /** How many records there are. */
  get count(): number {
    return this.#row(0).length / WORD;
  }

  /** What is anchored. Hex. */
  get root(): string {
    return hexlify(this.#row(this.levels.length - 1));
  }

  /**
   * The id of the record at a position. Hex.
   * @throws RangeError where there is no such position.
   */
  id(position: number): string {
    this.#check(position);
    return hexlify(nodeAt(this.#row(0), position));
  }

  /**
   * The path from the record at a position to the root, as the registries take it. Hex; empty for the only record of a batch.
   * @throws RangeError where there is no such position.
   */
  proof(position: number): string[] {
    this.#check(position);
    const path: string[] = [];
    for (const row of this.levels) {
      const sibling = position % 2 === 0 ? position + 1 : position - 1;
      if (sibling * WORD < row.length) path.push(hexlify(nodeAt(row, sibling)));
      position = Math.floor(position / 2);
    }
    return path;
  }

  #check(position: number): void {
    if (Number.isInteger(position) && position >= 0 && position < this.count) return;
    throw new RangeError(`the batch has positions from 0 to ${this.count - 1}; there is no ${position}`);
  }

  #row(level: number): Uint8Array {
    const row = this.levels[level];
    if (row === undefined) throw new RangeError(`the tree has no level ${level}`);
    return row;
  }
}

function keccakPair(pair: Uint8Array): Uint8Array {
  return getBytes(keccak256(pair));
}

function parentsOf(row: Uint8Array, hash: HashPair): Uint8Array {
  const children = row.length / WORD;
  const parents = new Uint8Array(Math.ceil(children / 2) * WORD);
  const pair = new Uint8Array(2 * WORD);
  for (let i = 0; i + 1 < children; i += 2) {
    const [left, right] = [nodeAt(row, i), nodeAt(row, i + 1)];
    const inOrder = isBefore(left, right);
    pair.set(inOrder ? left : right);
    pair.set(inOrder ? right : left, WORD);
    parents.set(hash(pair), (i / 2) * WORD);
  }
  if (children % 2 === 1) parents.set(nodeAt(row, children - 1), parents.length - WORD);
  return parents;
}

function nodeAt(row: Uint8Array, position: number): Uint8Array {
  return row.subarray(position * WORD, (position + 1) * WORD);
}

function isBefore(left: Uint8Array, right: Uint8Array): boolean {
  for (let i = 0; i < WORD; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
