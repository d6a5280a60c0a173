/** What a command is refused with before it asks the chain, and how it ends. */

/** Exit codes of the command. */
export const EXIT = { Done: 0, Failed: 1, Usage: 2 } as const;

/** The command makes no sense as it was typed; the message says what it must be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** It cannot be done; the message says why, and what to do. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

/** What is wrong with one row of many. */
export interface RowFault {
  /** Of the file, from 1; the header is line 1. */
  line: number;
  fault: string;
}

/** What is wrong with one of many that have names. */
export interface NamedFault {
  /** A file, or an id. */
  of: string;
  fault: string;
}

/** Some of many cannot be done. */
export class RowsError extends CommandError {
  override readonly name = "RowsError";

  /**
   * @param so What that means for the others.
   * @param what There are many of.
   */
  constructor(
    readonly faults: readonly (RowFault | NamedFault)[],
    of: number,
    so = "so nothing was sent",
    what = "rows",
  ) {
    const wrong = new Set(faults.map((one) => ("of" in one ? one.of : one.line))).size;
    super(`${wrong} of ${of} ${what} cannot be done, ${so}; mend them and try again`);
  }
}
