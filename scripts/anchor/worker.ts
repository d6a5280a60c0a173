/** A thread that computes ids of claims. */
import { parentPort, workerData } from "node:worker_threads";

import { fastKeccak, type Frame, type Span, writeIds } from "./ids.js";

/** What a thread is asked for: the ids of a span, at their place in shared memory. */
export interface Job extends Span {
  row: SharedArrayBuffer;
  /** Where in the row the span's ids begin. */
  offset: number;
}

/** What it tells: how many ids are done since it last told, and whether that is all. */
export interface Told {
  done: number;
  finished: boolean;
}

const port = parentPort;
if (port === null) throw new Error("this file runs as a thread of scripts/anchor.ts");
const frame = workerData as Frame;
const keccak = await fastKeccak();

port.on("message", ({ row, offset, ...span }: Job) => {
  let before = 0;
  writeIds(frame, span, new Uint8Array(row, offset, span.count * 32), keccak, (done) => {
    port.postMessage({ done: done - before, finished: done === span.count } satisfies Told);
    before = done;
  });
});
