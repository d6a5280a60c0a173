/** What src/ computes of records, in WebAssembly and in place (tested equal): for records by the million. */
import { getBytes, id, toUtf8Bytes } from "ethers";
import { createKeccak } from "hash-wasm";

import type { HashPair } from "../../src/common/batch-tree.js";

/** Bytes of an id. */
export const WORD = 32;

/** Keccak-256 in WebAssembly. */
export async function fastKeccak(): Promise<HashPair> {
  const hasher = await createKeccak(256);
  return (data) => hasher.init().update(data).digest("binary");
}

/** An EIP-712 struct encoded in place, its type hash in the first word: only what differs from record to record is written again. */
export class Struct {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** @param type As EIP-712 encodes it. */
  constructor(type: string, members: number) {
    this.bytes = new Uint8Array((1 + members) * WORD);
    this.bytes.set(getBytes(id(type)));
    this.#view = new DataView(this.bytes.buffer);
  }

  /** A member, from 0: a number below 2^128. */
  setNumber(member: number, value: number | bigint): void {
    const end = (member + 2) * WORD;
    const whole = BigInt(value);
    this.#view.setBigUint64(end - 8, BigInt.asUintN(64, whole));
    this.#view.setBigUint64(end - 16, whole >> 64n);
  }

  /** A member, from 0: a word, or an address. */
  setBytes(member: number, value: Uint8Array): void {
    this.bytes.set(value, (member + 2) * WORD - value.length);
  }
}

/** EIP-712 digests of one domain. */
export class Digest {
  readonly #signed = new Uint8Array(2 + 2 * WORD);

  /** @param separator Hash of the domain. Hex. */
  constructor(
    separator: string,
    private readonly keccak: HashPair,
  ) {
    this.#signed.set([0x19, 0x01]);
    this.#signed.set(getBytes(separator), 2);
  }

  of({ bytes }: Struct): Uint8Array {
    this.#signed.set(this.keccak(bytes), 2 + WORD);
    return this.keccak(this.#signed);
  }
}

/** Roots of records that have fields of the same names, as `fieldRoot` of src/common/tree.ts computes them. */
export class FieldRoots {
  readonly #names: Uint8Array[];
  readonly #field = new Struct("Field(bytes32 name,bytes32 salt,bytes32 value)", 3);
  readonly #pair = new Uint8Array(2 * WORD);

  constructor(
    names: readonly string[],
    private readonly keccak: HashPair,
  ) {
    this.#names = names.map((name) => keccak(toUtf8Bytes(name)).slice());
  }

  /**
   * @param values In the order of the names.
   * @param salts Of 32 bytes each, one after the other.
   */
  of(values: readonly string[], salts: Uint8Array): Uint8Array {
    const leaves = this.#names.map((name, i) => {
      this.#field.setBytes(0, name);
      this.#field.setBytes(1, salts.subarray(WORD * i, WORD * (i + 1)));
      this.#field.setBytes(2, this.keccak(Buffer.from(values[i] ?? "")));
      return Buffer.from(this.keccak(this.keccak(this.#field.bytes)));
    });
    const nodes: Buffer[] = leaves.sort((a, b) => a.compare(b));
    // SimpleMerkleTree: an array with the root in front and the sorted leaves backwards at the end. Here it is turned around, and
    // the parent of each next pair joins the end.
    for (let i = 0; i + 1 < nodes.length; i += 2) nodes.push(this.#parent(nodes[i], nodes[i + 1]));
    return nodes.at(-1) ?? new Uint8Array(WORD);
  }

  #parent(one: Buffer | undefined, other: Buffer | undefined): Buffer {
    if (one === undefined || other === undefined) throw new RangeError("a parent has two children");
    const inOrder = one.compare(other) <= 0;
    this.#pair.set(inOrder ? one : other);
    this.#pair.set(inOrder ? other : one, WORD);
    return Buffer.from(this.keccak(this.#pair));
  }
}
