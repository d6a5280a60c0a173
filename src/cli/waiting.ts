/** What is told while transactions wait for a block, and none comes. On standard error, so that the answer stays alone on standard output. */
import type { Endpoints } from "../chain/endpoints.js";
import type { Lane } from "../chain/lane.js";

export interface WaitingOptions {
  /** Without a block for so long, it is told; 15000 ms if left out. */
  afterMs?: number;
  /** It is told again not more often than this; 30000 ms if left out. */
  againMs?: number;
}

/**
 * Watches the acts of a lane, and tells now and then why they wait.
 * @returns what ends the watch.
 */
export function tellWaiting(
  lane: Pick<Lane, "onTheirWay">,
  provider: Pick<Endpoints, "standstill" | "status">,
  tell: (line: string) => void,
  { afterMs = 15_000, againMs = 30_000 }: WaitingOptions = {},
): () => void {
  let head = -1;
  let since = performance.now();
  let told = -Infinity;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const best = Math.max(-1, ...provider.status().map((endpoint) => endpoint.head ?? -1));
      if (lane.onTheirWay === 0 || best > head) since = now;
      head = Math.max(head, best);
      if (now - since < afterMs || now - told < againMs) return;
      told = now;
      tell(sentenceOf(provider, lane.onTheirWay, now - since));
    },
    Math.min(1000, afterMs / 4),
  );
  timer.unref(); // it keeps no command from ending
  return () => {
    clearInterval(timer);
  };
}

function sentenceOf(provider: Pick<Endpoints, "standstill" | "status">, waiting: number, stillMs: number): string {
  const why = provider.standstill() ?? `no block came for ${Math.round(stillMs / 1000)} s`;
  const faults = provider.status().flatMap(({ name, reason }) => (reason === null ? [] : [`${name} ${reason}`]));
  const what = waiting === 1 ? "the transaction is sent and waits" : `${waiting} transactions are sent and wait`;
  return [`${why}: ${what}`, ...faults].join("; ");
}
