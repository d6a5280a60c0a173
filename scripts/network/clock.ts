/**
 * A clock that all validators of a trial network share, so that months can pass there. The engine is built with a `time.Now` that reads it (engines/clock.go, through
 * `go build -overlay`); nothing else of it changes.
 */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";

/** Names the file to the validators. */
export const CLOCK_VARIABLE = "CIVITAS_TRIAL_CLOCK";

const WORD = 8;
const MILLISECOND = 1_000_000n;
const SECOND = 1_000n * MILLISECOND;

/** A clock that shows the real time, and runs `rate` times as fast from now on. */
export function makeClock(file: string, rate: number): void {
  const words = Buffer.alloc(3 * WORD);
  words.writeBigInt64LE(BigInt(Date.now()) * MILLISECOND, WORD);
  words.writeBigInt64LE(BigInt(rate), 2 * WORD);
  writeFileSync(file, words, { mode: 0o600 });
}

/** UTC seconds that it shows. */
export function clockTime(file: string): number {
  const words = readFileSync(file);
  const [added = 0n, since = 0n, rate = 1n] = [0, 1, 2].map((index) => words.readBigInt64LE(index * WORD));
  const now = BigInt(Date.now()) * MILLISECOND;
  return Number((now + added + (now - since) * (rate - 1n)) / SECOND);
}

/** Moves it on. The validators see it at once: the file is mapped into their memory. */
export function advanceClock(file: string, seconds: number): void {
  write(file, 0, readFileSync(file).readBigInt64LE(0) + BigInt(seconds) * SECOND);
}

/** Lets one that ran like the real one run `rate` times as fast from now on. */
export function speedUpClock(file: string, rate: number): void {
  write(file, 1, BigInt(Date.now()) * MILLISECOND);
  write(file, 2, BigInt(rate));
}

function write(file: string, index: number, value: bigint): void {
  const word = Buffer.alloc(WORD);
  word.writeBigInt64LE(value);
  const open = openSync(file, "r+");
  try {
    writeSync(open, word, 0, WORD, index * WORD);
  } finally {
    closeSync(open);
  }
}
