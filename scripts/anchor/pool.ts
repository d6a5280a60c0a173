/** Threads that compute the ids of a batch together. */
import { Worker } from "node:worker_threads";

import type { Frame, Span } from "./ids.js";
import type { Job, Told } from "./worker.js";

const WORD = 32;

export class Pool {
  readonly #workers: Worker[];

  constructor(frame: Frame, threads: number) {
    const loader = ["--import", import.meta.resolve("tsx")];
    this.#workers = Array.from(
      { length: threads },
      () => new Worker(new URL("./worker.ts", import.meta.url), { workerData: frame, execArgv: loader }),
    );
  }

  /** The ids of a batch, 32 bytes each, in the order of their positions. One batch at a time. */
  async ids(batch: Span, onDone: (more: number) => void): Promise<Uint8Array> {
    const row = new SharedArrayBuffer(batch.count * WORD);
    const share = Math.ceil(batch.count / this.#workers.length);
    await Promise.all(
      this.#workers.map((worker, i) => {
        const from = Math.min(i * share, batch.count);
        const count = Math.min(share, batch.count - from);
        const span = { serial: batch.serial, position: batch.position + from, first: batch.first + from, count };
        return count === 0 ? Promise.resolve() : run(worker, { ...span, row, offset: from * WORD }, onDone);
      }),
    );
    return new Uint8Array(row);
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
