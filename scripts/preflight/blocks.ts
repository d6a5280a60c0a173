/** Whether blocks come, and whether their clock is right. */
import { setTimeout as sleep } from "node:timers/promises";

import { type Answer, type Block, type Endpoint, getBlock, getNumber } from "./answer.js";
import { timeOfEvm } from "./evm.js";

/** Of seconds; a clock may be off by so many. */
const OFF = 15;
/** A chain that makes empty blocks stands still if its newest is so many times older than the time between blocks ... */
const TIMES = 5;
/** ... and older than so many seconds. */
const OLD = 15;
const LOOK_BACK = 10;
const POLL_MS = 250;
/** A time of more seconds is one of milliseconds. */
const MILLISECONDS = 100_000_000_000;

/** @param wait For a block, in milliseconds. */
export async function blockAnswers(endpoint: Endpoint, head: Block, wait: number): Promise<Answer[]> {
  const [seen, between] = await Promise.all([nextBlock(endpoint, head, wait), rhythm(endpoint, head)]);
  const newest = seen ?? head;
  const now = Date.now() / 1000;
  return [comingAnswer(seen, head, between, now, wait), await clockAnswer(endpoint, newest, seen !== undefined, now)];
}

/** How the newest blocks came. */
interface Rhythm {
  /** Seconds from one to the next; undefined of a chain with too few. */
  seconds: number | undefined;
  /** Whether one of them is empty, so that blocks come whether there are transactions or not. */
  empty: boolean;
}

async function rhythm(endpoint: Endpoint, head: Block): Promise<Rhythm> {
  const count = Math.min(LOOK_BACK, head.number - 1); // the genesis block is of another time
  if (count < 1) return { seconds: undefined, empty: false };
  const numbers = Array.from({ length: count }, (_, i) => head.number - count + i);
  const blocks = [...(await Promise.all(numbers.map(async (number) => getBlock(endpoint, number)))), head];
  const first = blocks[0];
  const seconds = first === undefined ? undefined : (head.timestamp - first.timestamp) / count;
  return { seconds, empty: blocks.some((block) => block?.transactions === 0) };
}

async function nextBlock(endpoint: Endpoint, head: Block, wait: number): Promise<Block | undefined> {
  const until = Date.now() + wait;
  do {
    const number = Number(await getNumber(endpoint, "eth_blockNumber"));
    if (number > head.number) return getBlock(endpoint, number);
    await sleep(POLL_MS);
  } while (Date.now() < until);
  return undefined;
}

function comingAnswer(
  seen: Block | undefined,
  head: Block,
  { seconds, empty }: Rhythm,
  now: number,
  wait: number,
): Answer {
  const what = "blocks";
  const every = seconds === undefined ? "" : `, one in ${seconds.toFixed(1)} s lately`;
  if (seen !== undefined) return { what, verdict: "ok", found: `they come${every}` };
  const age = Math.max(0, Math.round(now - head.timestamp));
  const found = `none came in ${wait / 1000} s; block ${head.number} is ${age} s old`;
  if (empty && age > Math.max(OLD, TIMES * (seconds ?? 0))) {
    return { what, verdict: "no", found, change: "the chain stands still: see that enough validators run" };
  }
  const change = "nothing, if this chain makes blocks for transactions alone; else see that enough validators run";
  return { what, verdict: "warn", found, change };
}

async function clockAnswer(endpoint: Endpoint, { timestamp }: Block, isNew: boolean, now: number): Promise<Answer> {
  const what = "clock";
  const inEvm = (await timeOfEvm(endpoint)) ?? timestamp;
  if (Math.max(timestamp, inEvm) > MILLISECONDS) {
    const change = "contracts count in seconds: on FISCO BCOS set feature_evm_timestamp before anything is deployed";
    return { what, verdict: "no", found: "it counts milliseconds", change };
  }
  const ahead = Math.round(timestamp - now);
  const change = "set the validators' clocks, and this machine's, by NTP";
  if (ahead > OFF) return { what, verdict: "no", found: `${ahead} s ahead of this machine`, change };
  if (!isNew) return { what, verdict: "ok", found: "not ahead of this machine" };
  if (-ahead > OFF) return { what, verdict: "no", found: `${-ahead} s behind this machine`, change };
  return { what, verdict: "ok", found: `within ${Math.max(1, Math.abs(ahead))} s of this machine` };
}
