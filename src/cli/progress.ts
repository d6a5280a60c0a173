/** How far long work has come. On standard error, so that the answer stays alone on standard output. */
import { Presets, SingleBar } from "cli-progress";

import type { Terminal } from "./terminal.js";

/** Runs something under a bar; where nobody sits there, a line is told now and then. None with --json. */
export async function withBar<Result>(
  { terminal, json }: { terminal: Pick<Terminal, "interactive" | "err">; json: boolean },
  total: number,
  what: string,
  run: (progress: (more: number) => void) => Promise<Result>,
): Promise<Result> {
  if (json || total < 2) return run(() => undefined);
  if (!terminal.interactive) {
    let done = 0;
    let told = 0;
    return run((more) => {
      done += more;
      if (done !== total && done - told < total / 10) return;
      told = done;
      terminal.err(`${done} of ${total} ${what}`);
    });
  }
  const bar = new SingleBar(
    { format: `{bar} {percentage} % | {value} of {total} ${what} | {eta_formatted} left`, etaBuffer: 100 },
    Presets.legacy,
  );
  let done = 0;
  bar.start(total, 0);
  return run((more) => {
    bar.update((done += more));
    if (done === total) bar.stop(); // what is told after that stays below it
  }).finally(() => {
    bar.stop();
  });
}
