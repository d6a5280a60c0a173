// Whether a chain can carry the suite, asked before anything is deployed to it.
//   npm run preflight -- --network consortium
//   npm run preflight -- --url http://127.0.0.1:18545,http://127.0.0.1:18546
//   npm run preflight -- --help
import { endAfter } from "./common/command.js";
import { readTarget } from "./preflight/options.js";
import { probe } from "./preflight/probe.js";
import { reportOf, tableOf } from "./preflight/report.js";

const HELP = `Asks a chain whether it can carry the suite. Changes nothing, and needs no key.

  npm run preflight -- --network <name>    a network of hardhat.config.ts: consortium (CIVITAS_RPC_URL) or localnode
  npm run preflight -- --url <endpoint>    JSON-RPC of a node; for several of one chain, repeat it, or put commas between

  --chain-id <n>     the chain id that it must have (CIVITAS_CHAIN_ID)
  --wait <seconds>   how long to wait for a block (20)
  --json             the answers as JSON

The node's pool is asked with two transactions that no block can hold, as they offer less gas than any transaction uses.

Exit codes: 0 it can, 1 it cannot, or does not answer, 2 the options make no sense.`;

await endAfter("preflight", async () => {
  const target = await readTarget(process.argv.slice(2), process.env);
  if (target === undefined) {
    console.log(HELP);
    return;
  }
  const answers = await probe(target.urls, target);
  const report = reportOf(answers);
  console.log(target.json ? JSON.stringify(report, undefined, 2) : tableOf(answers));
  if (!report.ready) throw new Error(report.summary);
  if (!target.json) console.log(`\n${report.summary}`);
});
