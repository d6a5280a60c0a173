/** What a network bears: a validator that is killed under load and returns; two of four that are gone. */
import { setTimeout as sleep } from "node:timers/promises";

import { EndpointsError } from "../../src/chain/index.js";
import { BenchError, type Load } from "./load.js";
import { measure, type Result, type Stage } from "./measure.js";
import { STILL_MS } from "./validators.js";

/** One that part of the load goes to. */
const VICTIM = 1;
const SECOND = 2;
const WATCH_MS = 250;
const CLIENT_MS = 120_000;

/** A validator was lost under load. */
export interface Lost {
  results: Result[];
  /** For how long it was gone, and how long it then took to have the chain's head, in seconds. */
  gone: number;
  caughtUp: number;
  /** A block that all validators have with the same hash at the end. */
  agreed: number;
  /** The longest time without a block, in seconds of the chain. */
  pause: number;
}

/** Two of four were gone. */
export interface Still {
  result: Result;
  /** For how long no block came while two were gone, in seconds. */
  stood: number;
  /** What the client said. */
  said: string;
  /** From the return of one to the next block, in seconds. */
  resumed: number;
  agreed: number;
}

/** Kills a validator in the middle of loads, and starts it again before they end. */
export async function loseOne(stage: Stage, loads: readonly Load[], say: (line: string) => void): Promise<Lost> {
  const { validators, blocks, seconds } = stage;
  const from = blocks.head;
  let gone = 0;
  const results = await measure(stage, loads, async () => {
    await sleep((1000 * seconds) / 4);
    await validators.kill(VICTIM);
    const began = performance.now();
    say(`validator ${VICTIM} is killed, at block ${blocks.head}`);
    await sleep((1000 * seconds) / 2);
    await validators.return(VICTIM);
    gone = (performance.now() - began) / 1000;
    say(`validator ${VICTIM} is started again, at block ${blocks.head}`);
  });
  const { block, seconds: caughtUp } = await validators.agree();
  let pause = 0;
  for (let number = from + 1; number <= blocks.head; number++) {
    pause = Math.max(pause, blocks.timeOf(number) - blocks.timeOf(number - 1));
  }
  return { results, gone, caughtUp, agreed: block, pause };
}

/** Kills two of four, sends meanwhile, and starts them again. @throws BenchError if blocks come with two of four. */
export async function loseTwo(stage: Stage, load: Load, say: (line: string) => void): Promise<Still> {
  const { validators, blocks } = stage;
  await validators.kill(VICTIM);
  await validators.kill(SECOND);
  await sleep(2 * WATCH_MS); // a block that was agreed on may still come
  const [head, began] = [blocks.head, performance.now()];
  say(`validators ${VICTIM} and ${SECOND} are killed, at block ${head}`);
  let [stood, said, resumed] = [0, "", 0];
  const [result] = await measure(stage, [load], async () => {
    said = await standstill(stage);
    stood = (performance.now() - began) / 1000;
    if (blocks.head > head + 1) throw new BenchError(`with two of four gone, blocks came: ${head} to ${blocks.head}`);
    say(`no block for ${stood.toFixed(0)} s; the client says: ${said}`);
    await validators.return(VICTIM);
    const returned = performance.now();
    await blocks.next();
    resumed = (performance.now() - returned) / 1000;
    say(`validator ${VICTIM} is started again: blocks come after ${resumed.toFixed(0)} s`);
  });
  await validators.return(SECOND);
  const { block } = await validators.agree();
  if (result === undefined) throw new BenchError("there is no load");
  return { result, stood, said, resumed, agreed: block };
}

/** Asks the client until it says that blocks do not come. */
async function standstill({ validators: { client } }: Stage): Promise<string> {
  const until = performance.now() + CLIENT_MS;
  while (performance.now() < until) {
    await client.check().catch((error: unknown) => {
      if (!(error instanceof EndpointsError)) throw error;
    });
    const said = client.standstill();
    if (said !== undefined) return said;
    await sleep(WATCH_MS);
  }
  throw new BenchError(
    `the client has not said that the chain stands still, for ${CLIENT_MS / 1000} s; it should after ${STILL_MS / 1000} s`,
  );
}
