/** What commands have in common: options, a bar of progress, and how they end. */
import { wholeNumberOf } from "../../src/cli/arguments.js";
import { UsageError } from "../../src/cli/fault.js";
import { withBar as barOf } from "../../src/cli/progress.js";
import { hiding } from "../../src/cli/secret.js";
import { refuseKeys } from "./secret.js";

export { UsageError };

/** An option that is a whole number. */
export interface Limits {
  otherwise: number;
  least: number;
  most: number;
}

/** @throws UsageError for anything else than a whole number within the limits. */
export function wholeNumber(name: string, given: string | undefined, { otherwise, least, most }: Limits): number {
  return given === undefined ? otherwise : wholeNumberOf(given, `--${name}`, least, most);
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

/** Runs something under a bar of progress; where nobody sits there, a line is told now and then. */
export async function withBar<Result>(
  total: number,
  what: string,
  run: (listener: Listener) => Promise<Result>,
): Promise<Result> {
  const terminal = { interactive: process.stderr.isTTY, err: console.error };
  let done = 0;
  return barOf({ terminal, json: false }, total, what, async (progress) =>
    run({
      say: (line) => {
        if (process.stdout.isTTY && done < total) process.stdout.write("\r\u001b[K"); // over the bar, which comes again
        console.log(line);
      },
      progress: (more) => {
        done += more;
        progress(more);
      },
    }),
  );
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
  const args = process.argv.slice(2);
  try {
    refuseKeys(args, process.env);
    await main();
    process.exit(0);
  } catch (error) {
    const usage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
    console.error(`${name}: ${hiding(args)(error instanceof Error ? error.message : String(error))}`);
    if (usage) console.error(`${name}: \`npm run ${name} -- --help\` tells the options`);
    process.exit(usage ? 2 : 1);
  }
}
