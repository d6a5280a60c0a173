#!/usr/bin/env node
import { run } from "./program.js";
import { processTerminal } from "./terminal.js";

process.stdout.on("error", () => process.exit(1)); // whoever reads it went away: `civitas ... | head`
process.exitCode = await run(process.argv.slice(2), processTerminal());
