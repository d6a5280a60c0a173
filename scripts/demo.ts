/** The whole story: `npm start`, in process; or `npm start -- --network localnode`, on a node. */
import { network } from "hardhat";

import { cityStory } from "./demo/cities.js";
import { escrowStory } from "./demo/escrow.js";
import { identityStory } from "./demo/identity.js";
import { invoiceStory } from "./demo/invoice.js";
import { chapter, stage, tell } from "./demo/stage.js";

const started = Date.now();
console.log("Civitas: cities, residents, claims, invoices and escrow for a consortium of cities");
const connection = await network.getOrCreate();
const inProcess = connection.networkConfig.type === "edr-simulated";
chapter(
  `${inProcess ? "A chain starts in this process" : "A node answers"}, and the deploy scripts put the suite on it.`,
);
const told = await stage(connection);
const { suite, civitas } = told;
tell(`One address to configure, the SuiteDirectory: ${await suite.directory.getAddress()}`);
for (const { name, address } of civitas.entries) tell(`  ${name.padEnd(18)} ${address}  code as published`);
if ((await suite.registry.cityCount()) !== 0n) {
  console.error("This node has heard the story already: start a fresh one, or run `npm start` alone, in process.");
  process.exit(1);
}
tell(`The deployer ${(await holdsNothing(suite.deployer)) ? "holds no role any more" : "still holds a role"}.`);

await cityStory(told);
await identityStory(told);
const out = process.env["CIVITAS_OUT"];
await invoiceStory(told, out === undefined ? {} : { out });
await escrowStory(told);

const blocks = await connection.ethers.provider.getBlockNumber();
console.log(`\nDone in ${((Date.now() - started) / 1000).toFixed(0)} s, ${blocks} blocks. Next: README.md, docs/.`);

/** Whether an account is a member of no role that could matter: the network's, or a city's. */
async function holdsNothing(account: { address: string }): Promise<boolean> {
  const roles = await suite.manager.queryFilter(suite.manager.filters.RoleGranted(undefined, account.address));
  const held = await Promise.all(roles.map(async ({ args }) => suite.manager.hasRole(args.roleId, account.address)));
  return held.every(({ isMember }) => !isMember);
}
