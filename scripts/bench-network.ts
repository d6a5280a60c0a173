// Load and faults on four validators of a real engine, on this machine.
//   npm run bench:network                   some minutes; prints the table
//   npm run bench:network -- --quick        small figures, the same faults: for CI
//   npm run bench:network -- --help
import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";

import prettier from "prettier";

import { ENGINES } from "./bench-network/genesis.js";
import type { Sizes } from "./bench-network/prepare.js";
import { dataOf, faultsOf, machineLine, missedGoals, pageOf, sentences, tableLines } from "./bench-network/report.js";
import { endRun, type Options, runBench } from "./bench-network/run.js";
import { endAfter, UsageError, wholeNumber } from "./common/command.js";
import { PORTS } from "./network/folder.js";

const PAGE = "docs/bench-network.md";
const DATA = "docs/bench-network.json";

const HELP = `Starts four validators, measures how many records a second they take, takes validators away, and reads all records back.

  npm run bench:network -- [options]

  --seconds <n>    for how long each load is sent, at most (10)
  --quick          small figures in less than three minutes, with the same faults
  --engine <name>  ${ENGINES.map(({ name }) => name).join(", ")}
  --port <n>       of the first validator's JSON-RPC; the others' follow (19545)
  --chain-id <n>   (20262)
  --write          write ${PAGE} and ${DATA}, too
  --check          fail if a goal is missed, too
  --help           this text

The yardstick are ERC-20 transfers of the suite's SettlementToken. All figures are counted from the blocks, and every record that was submitted is looked
for on the chain. The validators have a folder of their own in .network/, which is deleted at the end.

Exit codes: 0 done, 1 a record is missing or double, or something failed, 2 the options make no sense.`;

/** What a machine of two processors takes in a second, at most: so many transactions are prepared. */
const MOST = { transfers: 900, claims: 700, invoices: 250, claimCalls: 40, invoiceCalls: 12 };

type Read = Options & { write: boolean; check: boolean };

function read(): Read | undefined {
  const [text, flag] = [{ type: "string" }, { type: "boolean" }] as const;
  const { values } = parseArgs({
    options: {
      ...{ seconds: text, engine: text, port: text, "chain-id": text },
      ...{ quick: flag, write: flag, check: flag, help: flag },
    },
  });
  if (values.help === true) return undefined;
  const engine = ENGINES.find(({ name }) => name === (values.engine ?? ENGINES[0]?.name));
  if (engine === undefined) {
    throw new UsageError(
      `--engine is one of ${ENGINES.map(({ name }) => name).join(", ")}; this is "${values.engine ?? ""}"`,
    );
  }
  const quick = values.quick === true;
  const seconds = wholeNumber("seconds", values.seconds, { otherwise: quick ? 3 : 10, least: 1, most: 600 });
  return {
    engine,
    seconds,
    faultSeconds: quick ? 12 : 40,
    port: wholeNumber("port", values.port, { otherwise: 19_545, least: 1024, most: 65_535 - PORTS }),
    chainId: wholeNumber("chain-id", values["chain-id"], { otherwise: 20_262, least: 1, most: 2 ** 31 - 1 }),
    sizes: sizesOf(seconds, quick),
    loadBefore: loadavg()[0] ?? 0,
    write: values.write === true,
    check: values.check === true,
  };
}

function sizesOf(seconds: number, quick: boolean): Sizes {
  const threads = Math.min(availableParallelism(), 8);
  const calls = { call: 50, wageCall: 100, threads };
  if (quick) {
    return {
      ...{ senders: 12, transfers: 2_400, claims: 1_200, invoices: 300, claimCalls: 36, invoiceCalls: 12, ...calls },
      ...{ claimBatches: { batches: 2, size: 50_000 }, invoiceBatches: { batches: 2, size: 10_000 } },
      ...{ crew: { workers: 100, months: 6 }, faults: { each: 240, still: 60 } },
    };
  }
  const { transfers, claims, invoices, claimCalls, invoiceCalls } = MOST;
  return {
    ...{ senders: 24, transfers: transfers * seconds, claims: claims * seconds, invoices: invoices * seconds },
    ...{ claimCalls: claimCalls * seconds, invoiceCalls: invoiceCalls * seconds, ...calls },
    ...{ claimBatches: { batches: 24, size: 100_000 }, invoiceBatches: { batches: 24, size: 100_000 } },
    ...{ crew: { workers: 300, months: 12 }, faults: { each: 1_000, still: 200 } },
  };
}

async function main(): Promise<void> {
  const options = read();
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.once(signal, () => void endRun(options).finally(() => process.exit(status)));
  }
  const began = performance.now();
  const outcome = await runBench(options, (line) => {
    console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  }).finally(() => endRun(options));

  console.log(`\n${machineLine(outcome)}\n`);
  for (const line of [...tableLines(outcome), "", ...sentences(outcome)]) console.log(line);
  const missed = missedGoals(outcome);
  for (const goal of missed) console.log(`goal missed: ${goal}`);
  if (options.write) {
    const config = { ...(await prettier.resolveConfig(PAGE)), parser: "markdown" };
    writeFileSync(PAGE, await prettier.format(pageOf(outcome), config));
    writeFileSync(DATA, `${JSON.stringify(dataOf(outcome), undefined, 2)}\n`);
  }
  const faults = faultsOf(outcome);
  if (faults.length !== 0) throw new Error(faults.join("\n"));
  if (options.check && missed.length !== 0) throw new Error(`${missed.length} goals are missed`);
}

await endAfter("bench:network", main);
