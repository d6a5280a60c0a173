/** What commands have in common: options, a bar of progress, and how they end. */
import { Presets, SingleBar } from "cli-progress";

import { UsageError } from "../../src/cli/fault.js";

export { UsageError };

/** An option that is a whole number. */
export interface Limits {
  otherwise: number;
  least: number;
  most: number;
}

/** @throws UsageError for anything else than a whole number within the limits. */
export function wholeNumber(name: string, given: string | undefined, { otherwise, least, most }: Limits): number {
  const value = given === undefined ? otherwise : Number(given);
  if (given?.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} is a whole number from ${least} to ${most}; this is "${given ?? ""}"`);
}

/**
 * The network that something synthetic may be put on: in process, or a `hardhat node`.
 * @throws UsageError for another.
 */
export function trialNetwork(given: string | undefined, what: string): string {
  if (given === undefined || given === "localnode") return given ?? "default";
  throw new UsageError(`--network is localnode, or left out; ${what} do not belong on "${given}"`);
}

/** Where a run tells what it does. */
export interface Listener {
  say(line: string): void;
  /** So many more are done. */
  progress(more: number): void;
}

/** Runs something under a bar of progress: a line now and then, where there is no terminal. */
export async function withBar<Result>(
  total: number,
  what: string,
  run: (listener: Listener) => Promise<Result>,
): Promise<Result> {
  const bar = new SingleBar(
    {
      format: `{bar} {percentage} % | {value} of {total} ${what} | {eta_formatted} left`,
      etaBuffer: 100,
      noTTYOutput: true,
      notTTYSchedule: 15_000,
    },
    Presets.legacy,
  );
  let done = 0;
  bar.start(total, 0);
  return run({
    say: (line) => {
      if (process.stdout.isTTY && done < total) process.stdout.write("\r\u001b[K"); // over the bar, which comes again
      console.log(line);
    },
    progress: (more) => {
      bar.update((done += more));
      if (done === total) bar.stop();
    },
  }).finally(() => {
    bar.stop();
  });
}

export function grouped(number: number | bigint): string {
  return number.toLocaleString("en");
}

/** The most memory that this process had at once, so far. */
export function peakMemory(): string {
  return `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`;
}

/** Runs a command and ends the process, since a chain in it would stay. Exit codes: 0 done, 1 failed, 2 the options make no sense. */
export async function endAfter(name: string, main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    const usage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    if (usage) console.error(`${name}: \`npm run ${name} -- --help\` tells the options`);
    process.exit(usage ? 2 : 1);
  }
}
