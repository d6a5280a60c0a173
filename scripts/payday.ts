// Wages of many projects: workers enrolled, payrolls filed and approved, payments pushed in bulk; what it costs beside plain transfers, and how fast it goes.
//   npm run payday                                             147 projects and 100,000 payments, in process
//   npm run payday -- --projects 3 --payments 900
//   npm run payday -- --help
import { parseArgs } from "node:util";

import { endAfter, grouped, peakMemory, trialNetwork, UsageError, wholeNumber, withBar } from "./common/command.js";
import { MAX_MONTHS, type Options, PaydayError, planOf } from "./payday/plan.js";
import { gasLines, timeLines } from "./payday/tell.js";

const HELP = `Builds schools with synthetic workers, and pays them by payroll; prints gas per payment beside plain transfers, and time.

  npm run payday -- [options]

  --projects <n>   how many projects (147)
  --payments <n>   how many payments to workers, in all: as many in each project, and what is left in the last (100000)
  --months <n>     over how many months a project's payments are spread, up to 12: more months, fewer workers (4)
  --call <n>       how many payments in a call, up to 500 (100)
  --seed <text>    what everything is made from: the same text, the same projects, workers and wages (civitas)
  --network <name> in process without it; localnode is a \`hardhat node\`, whose clock is moved on
  --help           this text

Everything can be made again from the seed alone; nothing is written to disk. On a node, what is there already is asked for, compared and skipped:
a run that was killed goes on with the same command, and pays nobody twice. At the end all books, payments and accounts are read back from the chain.

Exit codes: 0 done, 1 something failed or a target was missed, 2 the options make no sense.`;

function read(): (Options & { network: string }) | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      projects: text,
      payments: text,
      months: text,
      call: text,
      seed: text,
      network: text,
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  const number = (name: "projects" | "payments" | "months" | "call", otherwise: number, least: number, most: number) =>
    wholeNumber(name, values[name], { otherwise, least, most });
  const options = {
    network: trialNetwork(values.network, "synthetic wages"),
    projects: number("projects", 147, 1, 10_000),
    payments: number("payments", 100_000, 1, 10_000_000),
    months: number("months", 4, 1, MAX_MONTHS),
    call: number("call", 100, 1, 500),
    seed: values.seed ?? "civitas",
  };
  if (options.payments < options.projects) {
    throw new UsageError(
      `--payments are at least one for each project; ${options.payments} are too few for ${options.projects}`,
    );
  }
  return options;
}

async function main(): Promise<void> {
  const options = read();
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { projects, payments, call, seed } = options;
  const workers = planOf(options).reduce((sum, plan) => sum + plan.workers, 0);
  const { network } = await import("hardhat");
  const { runPayday } = await import("./payday/run.js");
  const connection = await network.create(options.network);
  console.log(
    `${grouped(projects)} projects, ${grouped(workers)} workers, ${grouped(payments)} payments in calls of ${grouped(call)}, on ${connection.networkName}; seed "${seed}"`,
  );
  const began = performance.now();
  const outcome = await withBar(workers + payments, "enrolments and payments", (listener) =>
    runPayday(connection, options, listener),
  );
  const { lines, missed } = gasLines(options, outcome);
  for (const line of [...lines, ...timeLines(outcome, (performance.now() - began) / 1000)]) console.log(line);
  console.log(`peak memory: ${peakMemory()}`);
  if (missed.length !== 0) throw new PaydayError(`the target of ${missed.join(" and of ")} is missed`);
}

await endAfter("payday", main);
