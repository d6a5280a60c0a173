/** The tables of GB/T 2260 in data/, as the registry takes them. */
import { readFileSync } from "node:fs";

import { codeOfGbt2260 } from "../src/city/code.js";

/** One name of one code: in force from a revision until another (or still). */
export interface Listing {
  code: string;
  name: string;
  /** A revision, `1980-12`. */
  from: string;
  until: string | undefined;
}

const read = (name: string) =>
  readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");

/** All listings, with codes as IDcodes: `MA.156.1301`. */
export function listings(): Listing[] {
  return read("gb2260.tsv")
    .slice(1)
    .map((line) => {
      const [number = "", name = "", from = "", until] = line.split("\t");
      return { code: codeOfGbt2260(number), name, from, until: until === "" ? undefined : until };
    });
}

/** The revisions in order, each with the number of codes it lists. */
export function revisions(): { revision: string; count: number }[] {
  return read("gb2260-revisions.txt").map((line) => {
    const [revision = "", count = ""] = line.split(/\s+/);
    return { revision, count: Number(count) };
  });
}

/** The table of a revision: names by code. */
export function tableOf(all: readonly Listing[], revision: string): Map<string, string> {
  return new Map(
    all
      .filter(({ from, until }) => from <= revision && (until === undefined || revision < until))
      .map(({ code, name }) => [code, name]),
  );
}

/** A revision's first moment, in UTC seconds. */
export function timeOfRevision(revision: string): number {
  return Date.parse(`${revision}-01T00:00:00Z`) / 1000;
}

/** The code with one step of China's scheme less: `MA.156.130102`, `MA.156.1301`, `MA.156.13`, `MA.156`. */
export function above(code: string): string {
  return code.length <= 9 ? code.slice(0, 6) : code.slice(0, -2);
}

/** The nearest code above that is live. */
export function parentOf(code: string, isLive: (code: string) => boolean): string {
  let parent = above(code);
  while (!isLive(parent)) parent = above(parent);
  return parent;
}
