// Synthetic claims by the million, anchored batch by batch, and random ones proven: how long it takes, and what it costs.
//   npm run anchor                                             7,000,000 claims, in process
//   npm run anchor -- --claims 20000 --batch 10000 --prove 5
//   npm run anchor -- --help
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import type { Options } from "./anchor/run.js";
import { endAfter, grouped, peakMemory, trialNetwork, wholeNumber, withBar } from "./common/command.js";

const HELP = `Anchors synthetic licences (claims of four salted fields) batch by batch, and proves random ones.

  npm run anchor -- [options]

  --claims <n>     how many claims, in all (7000000)
  --batch <n>      how many in a batch, up to 4294967295; the last batch may have fewer (1000000)
  --prove <n>      how many to prove, at random (20)
  --seed <text>    what the claims are made from: the same text, the same claims (civitas)
  --serial <n>     the issuer's number of the first batch (1)
  --threads <n>    threads that compute (one per processor, at most 8)
  --network <name> in process without it; localnode is a \`hardhat node\`
  --help           this text

Each claim can be made again from the seed alone; nothing is written to disk. On a node, a batch that is anchored already is computed, compared and
skipped: a run that was killed goes on with the same command, and more --claims with the same --batch continue it.

Exit codes: 0 done, 1 something failed, 2 the options make no sense.`;

function read(): (Options & { network: string }) | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      claims: text,
      batch: text,
      prove: text,
      seed: text,
      serial: text,
      threads: text,
      network: text,
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  const number = (
    name: "claims" | "batch" | "prove" | "serial" | "threads",
    otherwise: number,
    least: number,
    most: number,
  ) => wholeNumber(name, values[name], { otherwise, least, most });
  return {
    network: trialNetwork(values.network, "synthetic claims"),
    claims: number("claims", 7_000_000, 1, 1e12),
    batch: number("batch", 1_000_000, 1, 2 ** 32 - 1),
    prove: number("prove", 20, 0, 100_000),
    serial: number("serial", 1, 1, Number.MAX_SAFE_INTEGER),
    threads: number("threads", Math.min(availableParallelism(), 8), 1, 64),
    seed: values.seed ?? "civitas",
  };
}

async function main(): Promise<void> {
  const options = read();
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { claims, batch, network: name } = options;
  const { network } = await import("hardhat");
  const { anchorLicences } = await import("./anchor/run.js");
  const connection = await network.create(name);
  console.log(
    `${grouped(claims)} claims in batches of ${grouped(batch)}, on ${connection.networkName}; seed "${options.seed}"`,
  );

  const began = performance.now();
  const outcome = await withBar(claims, "claims", (listener) => anchorLicences(connection, options, listener));
  const { anchored, skipped, gas, seconds } = outcome;
  console.log(
    `anchored ${anchored} batches, skipped ${skipped}, in ${seconds.anchoring.toFixed(1)} s; proven in ${seconds.proving.toFixed(1)} s`,
  );
  const { user, system } = process.cpuUsage();
  const [time, work] = [(performance.now() - began) / 1000, (user + system) / 1e6];
  console.log(`time: ${time.toFixed(1)} s with ${options.threads} threads, ${work.toFixed(1)} s of processors' work`);
  console.log(`peak memory: ${peakMemory()}`);
  if (outcome.claims > 0) {
    console.log(`gas: ${grouped(gas)} in all, ${(Number(gas) / outcome.claims).toFixed(4)} per claim`);
  }
}

await endAfter("anchor", main);
