// Prints the test files that act on contracts, for runs that see them on other chains or other builds. `npm test` has seen the rest: it has processes,
// endpoints or chains of its own, tells whole stories (as `npm run test:network` does), or repeats one act thousands of times.
import { globSync } from "node:fs";

const APART = [
  /^test\/(cli|deploy|docs|examples|network|package|preflight|scripts)\//,
  /^test\/client\/(chain\/|testing)/,
  /^test\/identity\/privacy\//,
  /^test\/city\/history/,
];

const files = globSync("test/**/*.test.ts").filter((file) => !APART.some((pattern) => pattern.test(file)));
console.log(files.sort().join("\n"));
