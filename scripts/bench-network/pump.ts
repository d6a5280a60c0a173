/** Sends signed transactions to several endpoints at once; those whose endpoint dies are sent again through another one, the same bytes. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Blocks } from "./blocks.js";
import { BenchError } from "./load.js";
import type { Lane, Signed } from "./senders.js";

/** A node takes 512 kB in a request. */
const BYTES = 400_000;
const COUNT = 100;
const LATE_MS = 10_000;
const PAUSE_MS = 50;
/** A chain that makes blocks and mines none of what was sent for so long has lost it. */
const LOST_MS = 6_000;
/** Longer than a chain needs that lost a validator. */
const SETTLE_MS = 240_000;
/** The node has it, or has mined it. */
const KNOWN = /known transaction|already known|nonce too low/i;
const FULL = /pool is full|txpool|overflow/i;

export interface Sent {
  /** All transactions that were sent. */
  transactions: Signed[];
  /** Those that were sent again: their endpoint died, or lost them. */
  again: Set<string>;
  /** Requests that an endpoint did not answer. */
  unanswered: number;
}

/** What all lanes of a load share. */
interface Flow extends Sent {
  urls: readonly string[];
  blocks: Blocks;
}

/** A lane on its way. */
interface Course {
  lane: Lane;
  /** How many of its transactions were sent. */
  sent: number;
  /** How many of them are known to be mined, from the first on. */
  mined: number;
  /** Number of its endpoint. */
  endpoint: number;
  /** When it was last seen that one of its transactions was mined, in milliseconds. */
  moved: number;
}

/** How a load is sent. */
export interface Pace {
  /** For so long at most. */
  seconds: number;
  /** How many transactions of a sender wait to be mined at most. */
  ahead: number;
  /** Evenly over that time, instead of as fast as they are mined. */
  evenly: boolean;
}

/**
 * Sends until the time is over, or there is no more, and waits until all that was sent is mined.
 * @throws BenchError if a node refuses one.
 */
export async function pump(urls: readonly string[], blocks: Blocks, lanes: readonly Lane[], pace: Pace): Promise<Sent> {
  const flow: Flow = { urls, blocks, transactions: [], again: new Set(), unanswered: 0 };
  const now = performance.now();
  const courses = lanes.map((lane, i) => ({ lane, sent: 0, mined: 0, endpoint: i % urls.length, moved: now }));
  await Promise.all(courses.map(async (course) => sendFor(flow, course, pace)));
  await Promise.all(courses.map(async (course) => settle(flow, course)));
  return flow;
}

async function sendFor(flow: Flow, course: Course, { seconds, ahead, evenly }: Pace): Promise<void> {
  const { transactions, sender } = course.lane;
  const [first, began] = [sender.nonce, performance.now()];
  while (course.sent < transactions.length) {
    const part = (performance.now() - began) / 1000 / seconds;
    if (part >= 1 && !evenly) break;
    const due = evenly ? Math.ceil(transactions.length * Math.min(part, 1)) : transactions.length;
    const room = Math.min(ahead - (course.sent - minedOf(flow, course)), due - course.sent);
    if (room <= 0) {
      await resendLost(flow, course);
      await sleep(PAUSE_MS);
      continue;
    }
    const batch = batchFrom(transactions, course.sent, Math.min(room, COUNT));
    await deliver(flow, course, batch);
    course.sent += batch.length;
    flow.transactions.push(...batch);
  }
  sender.nonce = first + course.sent;
}

/** Waits until all of a lane is mined; what is lost is sent again. */
async function settle(flow: Flow, course: Course): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  while (minedOf(flow, course) < course.sent && performance.now() < until) {
    await resendLost(flow, course);
    await sleep(PAUSE_MS);
  }
}

async function resendLost(flow: Flow, course: Course): Promise<void> {
  const { blocks } = flow;
  const isStill = performance.now() - course.moved < LOST_MS || performance.now() - blocks.moved > LOST_MS;
  if (isStill || minedOf(flow, course) === course.sent) return;
  course.endpoint++;
  await redeliver(flow, course);
  course.moved = performance.now();
}

function minedOf({ blocks }: Flow, course: Course): number {
  const { transactions } = course.lane;
  const before = course.mined;
  while (course.mined < course.sent && blocks.isMined(transactions[course.mined]?.hash ?? "")) course.mined++;
  if (course.mined !== before || course.mined === course.sent) course.moved = performance.now();
  return course.mined;
}

function batchFrom(transactions: readonly Signed[], from: number, most: number): Signed[] {
  const batch: Signed[] = [];
  let bytes = 0;
  for (const transaction of transactions.slice(from, from + most)) {
    bytes += transaction.raw.length + 100;
    if (batch.length !== 0 && bytes > BYTES) break;
    batch.push(transaction);
  }
  return batch;
}

/** Sends some to the lane's endpoint; where that does not answer, what it had taken before and they go to the next one. */
async function deliver(flow: Flow, course: Course, batch: readonly Signed[]): Promise<void> {
  while (!(await post(flow, course, batch))) {
    flow.unanswered++;
    for (const { hash } of batch) flow.again.add(hash);
    course.endpoint++;
    await sleep(PAUSE_MS);
    await redeliver(flow, course);
  }
}

/** Sends all again that is not mined: the same bytes, so that none is done twice. */
async function redeliver(flow: Flow, course: Course): Promise<void> {
  const { transactions } = course.lane;
  for (let from = minedOf(flow, course); from < course.sent;) {
    const batch = batchFrom(transactions, from, Math.min(course.sent - from, COUNT));
    for (const { hash } of batch) flow.again.add(hash);
    if (await post(flow, course, batch)) {
      from += batch.length;
      continue;
    }
    flow.unanswered++;
    course.endpoint++;
    await sleep(PAUSE_MS);
  }
}

/** @returns false if the endpoint does not answer. */
async function post({ urls }: Flow, { endpoint }: Course, batch: readonly Signed[]): Promise<boolean> {
  const url = urls[endpoint % urls.length] ?? "";
  const requests = batch.map(({ raw }, id) => ({
    jsonrpc: "2.0",
    id,
    method: "eth_sendRawTransaction",
    params: [raw],
  }));
  let answers: { error?: { message: string } }[];
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(requests),
      signal: AbortSignal.timeout(LATE_MS),
    });
    answers = (await response.json()) as typeof answers;
    if (!Array.isArray(answers)) return false;
  } catch {
    return false;
  }
  for (const { error } of answers) {
    if (error === undefined || KNOWN.test(error.message)) continue;
    if (FULL.test(error.message)) return false;
    throw new BenchError(`${new URL(url).host} refuses a transaction: ${error.message}`);
  }
  return true;
}
