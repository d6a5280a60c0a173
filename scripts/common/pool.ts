/** Threads that compute the ids of a batch together. */
import { Worker } from "node:worker_threads";

import { WORD } from "./keccak.js";
import type { Job, Span, Told } from "./thread.js";

export class Pool<Frame> {
  readonly #workers: Worker[];
  readonly #rows: number;

  /**
   * @param worker The module that a thread runs: it calls `serve`.
   * @param frame What the records of a run share; it is copied into each thread.
   * @param rows How many ids each record has.
   */
  constructor(worker: URL, frame: Frame, threads: number, rows = 1) {
    const loader = ["--import", import.meta.resolve("tsx")];
    this.#rows = rows;
    this.#workers = Array.from({ length: threads }, () => new Worker(worker, { workerData: frame, execArgv: loader }));
  }

  /**
   * The ids of a batch, 32 bytes each, in the order of their positions. One batch at a time.
   * @returns as many rows as each record has ids.
   */
  async ids(batch: Span, onDone: (more: number) => void): Promise<Uint8Array[]> {
    const rows = Array.from({ length: this.#rows }, () => new SharedArrayBuffer(batch.count * WORD));
    const share = Math.ceil(batch.count / this.#workers.length);
    await Promise.all(
      this.#workers.map((worker, i) => {
        const from = Math.min(i * share, batch.count);
        const count = Math.min(share, batch.count - from);
        const span = { serial: batch.serial, position: batch.position + from, first: batch.first + from, count };
        return count === 0 ? Promise.resolve() : run(worker, { ...span, rows, offset: from * WORD }, onDone);
      }),
    );
    return rows.map((row) => new Uint8Array(row));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function run(worker: Worker, job: Job, onDone: (more: number) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onMessage = ({ done, finished }: Told) => {
      onDone(done);
      if (finished) settle(resolve);
    };
    const onError = (error: Error) => {
      settle(() => {
        reject(error);
      });
    };
    const settle = (how: () => void) => {
      worker.off("message", onMessage).off("error", onError);
      how();
    };
    worker.on("message", onMessage).on("error", onError);
    worker.postMessage(job);
  });
}
