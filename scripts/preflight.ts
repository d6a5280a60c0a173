// Whether a chain can carry the suite, asked before anything is deployed to it. Sends nothing.
//   npm run preflight -- --url http://127.0.0.1:18545
//   npm run preflight -- --help
import { parseArgs } from "node:util";

import { endAfter, UsageError, wholeNumber } from "./common/command.js";
import { probe, type Probed } from "./preflight/probe.js";
import { textTable } from "../src/common/text-table.js";

const HELP = `Asks a chain whether it can carry the suite. Sends no transaction, and needs no key.

  npm run preflight -- --url <endpoint> [--url <another of the same chain>] [options]

  --url <endpoint>   JSON-RPC of a node; give all that will be used (CIVITAS_RPC_URL)
  --chain-id <n>     that is expected (CIVITAS_CHAIN_ID)
  --json             the answers as JSON
  --help             this text

Exit codes: 0 it can, 1 it cannot, or does not answer, 2 the options make no sense.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string", multiple: true },
      "chain-id": { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const fromEnvironment = process.env["CIVITAS_RPC_URL"];
  const urls = values.url ?? (fromEnvironment === undefined ? [] : [fromEnvironment]);
  if (urls.length === 0) throw new UsageError("give --url, or CIVITAS_RPC_URL");
  const expected = values["chain-id"] ?? process.env["CIVITAS_CHAIN_ID"];
  const chainId =
    expected === undefined
      ? undefined
      : wholeNumber("chain-id", expected, { otherwise: 1, least: 1, most: 2 ** 53 - 1 });

  const answers = await probe(urls, chainId);
  console.log(values.json === true ? JSON.stringify(answers, undefined, 2) : tableOf(answers));
  const faults = answers.filter(({ verdict }) => verdict === "no");
  if (faults.length !== 0)
    throw new Error(`this chain cannot carry the suite: ${faults.map(({ what }) => what).join(", ")}`);
}

function tableOf(answers: readonly Probed[]): string {
  const rows = answers.map(({ verdict, what, found, change }) => [verdict, what, found, change ?? ""]);
  return textTable([["", "asked", "found", "what to change"], ...rows], []).join("\n");
}

await endAfter("preflight", main);
