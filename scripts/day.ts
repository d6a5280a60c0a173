// A city's day of invoices, by the batch path and one by one: what it costs, how fast it goes, and whether the chain says the same after it.
//   npm run day                                                120,000 anchored and 5,000 single invoices, in process
//   npm run day -- --anchored 2000 --batch 1000 --single 100
//   npm run day -- --help
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { endAfter, grouped, peakMemory, trialNetwork, wholeNumber, withBar } from "./common/command.js";
import type { Cost, Options, Path } from "./day/cost.js";

const HELP = `Puts a city's day of synthetic metro rides and their tickets through, and prints gas per invoice and items per second.

  npm run day -- [options]

  --anchored <n>   invoices by the batch path: payments anchored, documents anchored (120000)
  --batch <n>      how many in a batch, up to 1000000; the last batch may have fewer (50000)
  --single <n>     invoices one by one, each requested by its payer (5000)
  --call <n>       how many in a call: payments attested, documents issued (50)
  --prove <n>      how many of each batch to request, materialise, hand on and book, at random; one more is forged (3)
  --seed <text>    what the rides are made from: the same text, the same rides, of a company of its own (civitas)
  --network <name> in process without it; localnode is a \`hardhat node\`
  --help           this text

Each ride can be made again from the seed alone; nothing is written to disk. On a node, what is there already is computed, compared and skipped: a
run that was killed goes on with the same command. At the end all of the seed's numbers, sums and documents are read back from the chain.

Exit codes: 0 done, 1 something failed, 2 the options make no sense.`;

/** What issue and benchmark ask for, at Berlin: gas for each document. */
const TARGETS = { anchored: { size: 50_000, gas: 5 }, single: { size: 50, gas: 82_000 } };

function read(): (Options & { network: string }) | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      anchored: text,
      batch: text,
      single: text,
      call: text,
      prove: text,
      seed: text,
      network: text,
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  const number = (
    name: "anchored" | "batch" | "single" | "call" | "prove",
    otherwise: number,
    least: number,
    most: number,
  ) => wholeNumber(name, values[name], { otherwise, least, most });
  return {
    network: trialNetwork(values.network, "synthetic invoices"),
    anchored: number("anchored", 120_000, 1, 50_000_000),
    batch: number("batch", 50_000, 1, 1_000_000),
    single: number("single", 5_000, 1, 50_000_000),
    call: number("call", 50, 1, 500),
    prove: number("prove", 3, 0, 1_000),
    seed: values.seed ?? "civitas",
    threads: Math.min(availableParallelism(), 8),
  };
}

async function main(): Promise<void> {
  const options = read();
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { anchored, batch, single, call, seed } = options;
  const { network } = await import("hardhat");
  const { runDay } = await import("./day/run.js");
  const connection = await network.create(options.network);
  console.log(
    `${grouped(anchored)} invoices in batches of ${grouped(batch)} and ${grouped(single)} in calls of ${grouped(call)}, on ${connection.networkName}; seed "${seed}"`,
  );

  const began = performance.now();
  const outcome = await withBar(anchored + single, "invoices", (listener) => runDay(connection, options, listener));
  tell(`anchored in batches of ${grouped(batch)}`, outcome.anchored, TARGETS.anchored, 2);
  tell(`one by one in calls of ${grouped(call)}`, outcome.single, TARGETS.single, 0);
  const time = (performance.now() - began) / 1000;
  console.log(
    `time: ${time.toFixed(1)} s with ${options.threads} threads, ${outcome.booking.toFixed(1)} s of it booking, ${outcome.audit.toFixed(1)} s reading back`,
  );
  console.log(`peak memory: ${peakMemory()}`);
}

function tell(way: string, path: Path, target: { size: number; gas: number }, digits: number): void {
  const { payments, documents, seconds, skipped, memory } = path;
  const each = ({ gas, records }: Cost) =>
    records === 0 ? "none" : (Number(gas) / records).toLocaleString("en", { maximumFractionDigits: digits });
  const row = (what: string, cost: Cost, more = "") => {
    console.log(
      `  ${what}: ${grouped(cost.transactions)} transactions, ${grouped(cost.gas)} gas, ${each(cost)} for each${more}`,
    );
  };
  console.log(`${way}: ${grouped(documents.records)} invoices, ${grouped(skipped)} were there already`);
  row("payments", payments);
  row("documents", documents, ` (target: ${grouped(target.gas)} of ${grouped(target.size)})`);
  const speed =
    documents.records === 0 ? "" : `, ${grouped(Math.round(documents.records / seconds))} invoices per second`;
  console.log(`  ${seconds.toFixed(1)} s${speed}; peak memory ${memory}`);
}

await endAfter("day", main);
