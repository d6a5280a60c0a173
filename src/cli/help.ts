/** What `--help` of a command ends with. */

/** @param args As one would type them after `civitas`. */
export function exampleOf(...args: readonly string[]): string {
  return ["", args.length === 1 ? "Example:" : "Examples:", ...args.map((line) => `  civitas ${line}`)].join("\n");
}
