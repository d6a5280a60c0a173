/** Files that are there whole, or not at all: also after a crash, on a full disk, and where two write at once. */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { CommandError } from "./fault.js";

const OWNER_ONLY = 0o600;

/**
 * Writes a new file that its owner alone can read, before anything is sent: beside its place first, forced to the disk, then linked to its
 * name, which nobody may have taken.
 * @returns false if there is a file already; it stays as it is.
 * @throws CommandError if it cannot be written; then nothing is left of it.
 */
export function writeWhole(file: string, text: string): boolean {
  const beside = `${file}.${randomUUID()}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(beside, "wx", OWNER_ONLY); // nobody else's file, and no link to one
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(beside, file);
    forceFolder(dirname(file));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" && existsSync(file)) return false;
    throw new CommandError(
      `${file} cannot be written: ${(cause as Error).message}. Nothing of it is kept, and nothing was sent; mend that, then run the same again`,
      { cause },
    );
  } finally {
    rmSync(beside, { force: true });
  }
}

function forceFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
