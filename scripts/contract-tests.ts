// Prints the test files that act on contracts, for runs that see them on other chains or other builds. `npm test` has seen the rest: it has processes,
// endpoints or chains of its own, or repeats one act thousands of times.
import { globSync } from "node:fs";

const APART =
  /^test\/(cli|deploy|examples|network|package|preflight|scripts)\/|^test\/client\/(chain\/|testing)|^test\/city\/history/;

const files = globSync("test/**/*.test.ts").filter((file) => !APART.test(file));
console.log(files.sort().join("\n"));
