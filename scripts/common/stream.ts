/** Bytes that follow from a seed: whoever knows it can make any record again, at any place, without the others. */
import { createCipheriv, createHash } from "node:crypto";

/**
 * The bytes of `count` records from the `first` on: AES-256 in counter mode, which can begin anywhere.
 * @param purpose Other records of the same seed have other bytes.
 * @param size Bytes of a record, a multiple of 16.
 */
export function streamOf(purpose: string, seed: string, size: number, first: number, count: number): Buffer {
  const key = createHash("sha256").update(`civitas ${purpose} ${seed}`).digest();
  const start = Buffer.alloc(16);
  start.writeBigUInt64BE((BigInt(first) * BigInt(size)) / 16n, 8);
  return createCipheriv("aes-256-ctr", key, start).update(Buffer.alloc(count * size));
}
