/** Writes src/testing/deployment.json: what the steps in deploy/ send. A test fails while it is not so. */
import { writeFileSync } from "node:fs";

import { network } from "hardhat";
import { format, resolveConfig } from "prettier";

import { recordDeployment } from "../rocketh/record.js";

const FILE = "src/testing/deployment.json";

const acts = await recordDeployment(await network.create("default"));
writeFileSync(FILE, await format(JSON.stringify(acts), { ...(await resolveConfig(FILE)), filepath: FILE }));
console.log(`${FILE}: ${acts.length} transactions`);
