/** What a thread of the pool does. */
import { parentPort, workerData } from "node:worker_threads";

import type { HashPair } from "../../src/common/batch-tree.js";
import { fastKeccak, WORD } from "./keccak.js";

/** Some records of a batch: those from `first` on are at its positions from `position` on. */
export interface Span {
  serial: number;
  position: number;
  first: number;
  count: number;
}

/** What a thread is asked for: the ids of a span, at their place in shared memory. */
export interface Job extends Span {
  /** One for each id of a record. */
  rows: SharedArrayBuffer[];
  /** Where in each row the span's ids begin. */
  offset: number;
}

/** What it tells: how many records are done since it last told, and whether that is all. */
export interface Told {
  done: number;
  finished: boolean;
}

/**
 * Writes the ids of a span.
 * @param out 32 bytes for each record, in each row.
 * @param onChunk is told how many are done.
 */
export type WriteIds<Frame> = (
  frame: Frame,
  span: Span,
  out: readonly Uint8Array[],
  keccak: HashPair,
  onChunk: (done: number) => void,
) => void;

/** Answer the jobs of a pool. */
export async function serve<Frame>(write: WriteIds<Frame>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a thread of a command");
  const frame = workerData as Frame;
  const keccak = await fastKeccak();
  port.on("message", ({ rows, offset, ...span }: Job) => {
    let before = 0;
    const out = rows.map((row) => new Uint8Array(row, offset, span.count * WORD));
    write(frame, span, out, keccak, (done) => {
      port.postMessage({ done: done - before, finished: done === span.count } satisfies Told);
      before = done;
    });
  });
}
