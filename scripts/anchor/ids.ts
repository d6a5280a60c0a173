/** The ids of synthetic licences by the million: what src/identity computes, in WebAssembly and in place (tested equal). */
import { getBytes, TypedDataEncoder } from "ethers";

import type { HashPair } from "../../src/common/batch-tree.js";
import { CLAIM_TYPES } from "../../src/identity/typed-data.js";
import { Digest, FieldRoots, Struct, WORD } from "../common/keccak.js";
import { streamOf } from "../common/stream.js";
import type { Span } from "../common/thread.js";
import {
  ACCOUNT,
  FIELDS,
  HOLDER_SALT,
  IDENTITY,
  SALTS,
  STREAM,
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

const CHUNK = 2_000; // licences whose stream is in memory at once

/**
 * Write the ids of a span.
 * @param out One row, 32 bytes for each claim.
 * @param onChunk is told how many are done.
 */
export function writeIds(
  frame: Frame,
  span: Span,
  [out]: readonly Uint8Array[],
  keccak: HashPair,
  onChunk: (done: number) => void,
): void {
  const writer = new ClaimWriter(frame, span.serial, keccak);
  for (let done = 0; done < span.count;) {
    const count = Math.min(CHUNK, span.count - done);
    const stream = streamOf("anchor", frame.seed, STREAM, span.first + done, count);
    for (let i = 0; i < count; i++) {
      out?.set(writer.idOf(stream, i * STREAM, span.position + done + i), (done + i) * WORD);
    }
    done += count;
    onChunk(done);
  }
}

class ClaimWriter {
  readonly #keccak: HashPair;
  readonly #roots: FieldRoots;
  readonly #digest: Digest;
  readonly #subject = new Struct("Subject(uint8 party,bytes32 salt,bytes32 identity)", 3);
  readonly #holder = new Struct("Holder(uint8 party,bytes32 salt,bytes32 signer)", 3);
  readonly #claim = new Struct(TypedDataEncoder.from(CLAIM_TYPES).encodeType("Claim"), 10);

  constructor({ chainId, registry, issuer, city, schema }: Frame, serial: number, keccak: HashPair) {
    this.#keccak = keccak;
    this.#roots = new FieldRoots(FIELDS, keccak);
    const domain = {
      name: "Civitas ClaimRegistry",
      version: "1",
      chainId: BigInt(chainId),
      verifyingContract: registry,
    };
    this.#digest = new Digest(TypedDataEncoder.hashDomain(domain), keccak);
    this.#claim.setBytes(0, getBytes(issuer));
    this.#claim.setNumber(1, city);
    this.#claim.setNumber(2, schema);
    this.#claim.setNumber(3, serial);
  }

  idOf(stream: Buffer, offset: number, position: number): Uint8Array {
    const part = (from: number, length = WORD) => stream.subarray(offset + from, offset + from + length);
    const { from, until } = validityAt(stream, offset);
    this.#claim.setNumber(4, position);
    this.#claim.setNumber(5, from);
    this.#claim.setNumber(6, until);
    this.#claim.setBytes(7, this.#roots.of(valuesAt(stream, offset), part(SALTS, FIELDS.length * WORD)));
    this.#subject.setBytes(1, part(SUBJECT_SALT));
    this.#subject.setBytes(2, part(IDENTITY));
    this.#claim.setBytes(8, this.#keccak(this.#subject.bytes));
    this.#holder.setBytes(1, part(HOLDER_SALT));
    this.#holder.setBytes(2, this.#keccak(part(ACCOUNT, 20)));
    this.#claim.setBytes(9, this.#keccak(this.#holder.bytes));
    return this.#digest.of(this.#claim);
  }
}
