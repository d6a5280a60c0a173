/** Files of the records. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file of the records: beside its place first, so that it is there whole, or as it was before.
 * @throws Error that says what to do if it cannot be written.
 */
export function writeRecord(file: string, json: unknown): void {
  const beside = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(beside, JSON.stringify(json, undefined, 2));
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw new Error(
      `${file} cannot be written: ${(cause as Error).message}. What was sent is on the chain, and stays there. ` +
        "Make room, or mend what it says, and run the same command again: it goes on from what the chain has.",
      { cause },
    );
  }
}
