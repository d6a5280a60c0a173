/** The ids of synthetic licences by the million: what src/identity computes, in WebAssembly and in place (tested equal). */
import { getBytes, id, toUtf8Bytes, TypedDataEncoder } from "ethers";
import { createKeccak } from "hash-wasm";

import type { HashPair } from "../../src/common/batch-tree.js";
import { CLAIM_TYPES } from "../../src/identity/typed-data.js";
import {
  ACCOUNT,
  FIELDS,
  HOLDER_SALT,
  IDENTITY,
  SALTS,
  STREAM,
  streamOf,
  SUBJECT_SALT,
  validityAt,
  valuesAt,
} from "./licence.js";

/** What the claims of a run share. */
export interface Frame {
  seed: string;
  chainId: string;
  /** Address of the ClaimRegistry. */
  registry: string;
  issuer: string;
  city: number;
  schema: number;
}

/** Some claims of a batch: the licences from `first` on are at its positions from `position` on. */
export interface Span {
  serial: number;
  position: number;
  first: number;
  count: number;
}

const WORD = 32;
const CHUNK = 2_000; // licences whose stream is in memory at once

/** Keccak-256 in WebAssembly. */
export async function fastKeccak(): Promise<HashPair> {
  const hasher = await createKeccak(256);
  return (data) => hasher.init().update(data).digest("binary");
}

/**
 * Write the ids of a span.
 * @param out 32 bytes for each claim.
 * @param onChunk is told how many are done.
 */
export function writeIds(
  frame: Frame,
  span: Span,
  out: Uint8Array,
  keccak: HashPair,
  onChunk: (done: number) => void,
): void {
  const writer = new ClaimWriter(frame, span.serial, keccak);
  for (let done = 0; done < span.count;) {
    const count = Math.min(CHUNK, span.count - done);
    const stream = streamOf(frame.seed, span.first + done, count);
    for (let i = 0; i < count; i++) {
      out.set(writer.idOf(stream, i * STREAM, span.position + done + i), (done + i) * WORD);
    }
    done += count;
    onChunk(done);
  }
}

/** Structs encoded in place: only what differs from claim to claim is written again. */
class ClaimWriter {
  readonly #keccak: HashPair;
  readonly #nameHashes: Uint8Array[];
  readonly #field = structOf("Field(bytes32 name,bytes32 salt,bytes32 value)", 3);
  readonly #subject = structOf("Subject(uint8 party,bytes32 salt,bytes32 identity)", 3);
  readonly #holder = structOf("Holder(uint8 party,bytes32 salt,bytes32 signer)", 3);
  readonly #claim = structOf(TypedDataEncoder.from(CLAIM_TYPES).encodeType("Claim"), 10);
  readonly #signed = new Uint8Array(2 + 2 * WORD);
  readonly #pair = new Uint8Array(2 * WORD);
  readonly #claimView: DataView;

  constructor({ chainId, registry, issuer, city, schema }: Frame, serial: number, keccak: HashPair) {
    this.#keccak = keccak;
    this.#nameHashes = FIELDS.map((name) => keccak(toUtf8Bytes(name)).slice());
    const domain = {
      name: "Civitas ClaimRegistry",
      version: "1",
      chainId: BigInt(chainId),
      verifyingContract: registry,
    };
    this.#signed.set([0x19, 0x01]);
    this.#signed.set(getBytes(TypedDataEncoder.hashDomain(domain)), 2);
    this.#claimView = new DataView(this.#claim.buffer);
    this.#claim.set(getBytes(issuer), 2 * WORD - 20);
    this.#setNumber(1, city);
    this.#setNumber(2, schema);
    this.#setNumber(3, serial);
  }

  idOf(stream: Buffer, offset: number, position: number): Uint8Array {
    const part = (from: number, length = WORD) => stream.subarray(offset + from, offset + from + length);
    const { from, until } = validityAt(stream, offset);
    this.#setNumber(4, position);
    this.#setNumber(5, from);
    this.#setNumber(6, until);
    this.#claim.set(this.#root(stream, offset), 8 * WORD);
    this.#subject.set(part(SUBJECT_SALT), 2 * WORD);
    this.#subject.set(part(IDENTITY), 3 * WORD);
    this.#claim.set(this.#keccak(this.#subject), 9 * WORD);
    this.#holder.set(part(HOLDER_SALT), 2 * WORD);
    this.#holder.set(this.#keccak(part(ACCOUNT, 20)), 3 * WORD);
    this.#claim.set(this.#keccak(this.#holder), 10 * WORD);
    this.#signed.set(this.#keccak(this.#claim), 2 + WORD);
    return this.#keccak(this.#signed);
  }

  /** Of four leaves, in their order: as SimpleMerkleTree has them. */
  #root(stream: Buffer, offset: number): Uint8Array {
    const values = valuesAt(stream, offset);
    const leaves = this.#nameHashes.map((name, i) => {
      const salt = offset + SALTS + WORD * i;
      this.#field.set(name, WORD);
      this.#field.set(stream.subarray(salt, salt + WORD), 2 * WORD);
      this.#field.set(this.#keccak(Buffer.from(values[i] ?? "")), 3 * WORD);
      return Buffer.from(this.#keccak(this.#keccak(this.#field)));
    });
    const [a, b, c, d] = leaves.sort((x, y) => x.compare(y));
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Error("there are four fields");
    return this.#parent(Buffer.from(this.#parent(a, b)), Buffer.from(this.#parent(c, d)));
  }

  #parent(left: Buffer, right: Buffer): Uint8Array {
    const inOrder = left.compare(right) <= 0;
    this.#pair.set(inOrder ? left : right);
    this.#pair.set(inOrder ? right : left, WORD);
    return this.#keccak(this.#pair);
  }

  /** A member of the claim, from 0; below 2^53. */
  #setNumber(member: number, value: number): void {
    this.#claimView.setBigUint64((member + 2) * WORD - 8, BigInt(value));
  }
}

/** An encoded struct, its type hash in the first word. */
function structOf(type: string, members: number): Uint8Array {
  const encoded = new Uint8Array((1 + members) * WORD);
  encoded.set(getBytes(id(type)));
  return encoded;
}
