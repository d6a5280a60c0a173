/** A city's day: what the command does between its arguments and its last lines. */
import { performance } from "node:perf_hooks";

import type { NetworkConnection } from "hardhat/types/network";

import { type Listener, peakMemory } from "../common/command.js";
import { auditDay } from "./audit.js";
import { anchorDay } from "./batches.js";
import { bookSamples } from "./book.js";
import { newPath, type Options, type Path } from "./cost.js";
import { openMetro } from "./metro.js";
import { issueDay } from "./singles.js";

/** What each way took; and how long the rest took, in seconds. */
export interface Outcome {
  anchored: Path;
  single: Path;
  booking: number;
  audit: number;
}

/**
 * Put through what is not there yet, request and book some, and read all of it back.
 * @throws DayError where the chain says something else than it should.
 */
export async function runDay(connection: NetworkConnection, options: Options, listener: Listener): Promise<Outcome> {
  const metro = await openMetro(connection, options.seed);
  const [anchored, single] = [newPath(), newPath()];
  const samples = await timed(anchored, async () => anchorDay(metro, options, listener, anchored));
  await timed(single, async () => issueDay(metro, options, listener, single));
  const before = performance.now();
  await bookSamples(metro, samples, listener);
  const between = performance.now();
  await auditDay(metro, options, listener);
  const after = performance.now();
  return { anchored, single, booking: (between - before) / 1000, audit: (after - between) / 1000 };
}

async function timed<Result>(path: Path, act: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const result = await act();
  path.seconds = (performance.now() - began) / 1000;
  path.memory = peakMemory();
  return result;
}
