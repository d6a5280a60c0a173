// Prints the test files that act on contracts, for runs that see them on other chains or other builds. The rest is as it is under `npm test`: it has
// processes, endpoints or chains of its own.
import { globSync } from "node:fs";

const APART = /^test\/(cli|examples|network|package|preflight)\/|^test\/client\/(chain\/|testing)/;

const files = globSync("test/**/*.test.ts").filter((file) => !APART.test(file));
console.log(files.sort().join("\n"));
