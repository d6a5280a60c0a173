// npm run build:client: the package's dist/ anew. The client with its types, schemas among them, and the ABIs as JSON for other languages.
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

import { abis } from "../src/abi.js";
import { abiText } from "./abi-modules.js";

rmSync("dist", { recursive: true, force: true }); // what a former build left must not be packed
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
if (status !== 0) process.exit(1);

// Of TypeChain's bindings only the types are used: their modules have nothing in them.
for (const file of globSync("dist/typechain/**/*.js")) rmSync(file);

mkdirSync("dist/abi");
for (const [name, abi] of Object.entries(abis)) writeFileSync(`dist/abi/${name}.json`, `${abiText(abi)}\n`);

// Those that the client imports, tsc has copied; this one is for readers of `npm run export`.
copyFileSync("src/directory/deployment.schema.json", "dist/src/directory/deployment.schema.json");
