/** The command `civitas`: its groups of commands, and how it ends. */
import { Command, CommanderError } from "commander";

import { visible, visibleLines } from "../common/visible.js";
import { decodeError } from "../errors.js";
import { claimCommands } from "./claims.js";
import { cityCommands } from "./cities.js";
import { EXIT, type NamedFault, type RowFault, RowsError, UsageError } from "./fault.js";
import { invoiceCommands } from "./invoices.js";
import { keyCommands } from "./keys.js";
import { projectCommands } from "./projects.js";
import { roleCommands } from "./roles.js";
import { schemaCommands } from "./schemas.js";
import { hiding } from "./secret.js";
import { type CommonOptions, Session } from "./session.js";
import { suiteCommands } from "./suite.js";
import type { Terminal } from "./terminal.js";
import type { WaitingOptions } from "./waiting.js";

const GROUPS = [
  keyCommands,
  suiteCommands,
  cityCommands,
  roleCommands,
  schemaCommands,
  claimCommands,
  invoiceCommands,
  projectCommands,
];

const AFTER = `
The network and the key can be in the environment instead: CIVITAS_RPC_URL (several, with commas between them), CIVITAS_DIRECTORY, CIVITAS_CHAIN_ID;
CIVITAS_KEYSTORE with CIVITAS_PASSWORD_FILE or CIVITAS_PASSWORD, or CIVITAS_KEY. A key is never an argument.

Exit codes: 0 done, 1 refused or failed, 2 the command makes no sense.`;

/** Runs one command. @returns its exit code. */
export async function run(args: readonly string[], terminal: Terminal, waiting?: WaitingOptions): Promise<number> {
  const hide = hiding(args);
  const err = (line: string) => {
    terminal.err(visibleLines(hide(line)));
  };
  const session = new Session({ ...terminal, err }, waiting);
  try {
    await programOf(session).parseAsync(args, { from: "user" });
    return session.status;
  } catch (error) {
    return tellFault(error, session);
  } finally {
    await session.close();
  }
}

/** All commands. */
export function programOf(session: Session): Command {
  const { terminal } = session;
  const program = new Command("civitas")
    .description("Operate and audit a network of cities.")
    .option(
      "--url <endpoint>",
      "JSON-RPC endpoint of a node; again, or with commas between them, for several",
      endpoints,
    )
    .option("--directory <address>", "address of the network's SuiteDirectory")
    .option("--chain-id <number>", "the chain that is expected; another one is refused")
    .option("--keystore <file>", "encrypted keystore of the key that acts")
    .option("--dry-run", "simulate everything, change nothing")
    .option("--json", "tell the answer as one JSON document")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", AFTER)
    .showHelpAfterError("(--help tells more)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text.replace(/\n$/, ""));
      },
      writeErr: (text) => {
        terminal.err(text.replace(/\n$/, ""));
      },
    });
  program.hook("preAction", (_, command) => {
    session.use(command.optsWithGlobals<CommonOptions>());
  });
  for (const group of GROUPS) program.addCommand(inherit(group(session), program));
  return program;
}

function endpoints(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(",").map((one) => one.trim())];
}

/** Subcommands made apart take over how the program writes and ends. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from);
  for (const inner of command.commands) inherit(inner, command);
  return command;
}

function tellFault(error: unknown, { terminal, json }: Session): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.Done : EXIT.Usage; // it has written already
  const known = error instanceof Error && isOurs(error) ? error : decodeError(error);
  const faults = error instanceof RowsError ? error.faults : [];
  if (json) terminal.err(JSON.stringify({ error: { name: known.name, message: known.message, faults } }, undefined, 2));
  else {
    for (const line of faultLines(faults)) terminal.err(visible(line));
    terminal.err(`civitas: ${known.message}`);
  }
  return error instanceof UsageError ? EXIT.Usage : EXIT.Failed;
}

/** Rows that have one fault are told together: what is wrong with a whole call is so with each of its rows. */
function faultLines(faults: readonly (RowFault | NamedFault)[]): string[] {
  const named = faults.flatMap((one) => ("of" in one ? [`${one.of}: ${one.fault}`] : []));
  const rows = Map.groupBy(
    faults.flatMap((one) => ("of" in one ? [] : [one])),
    ({ fault }) => fault,
  );
  const told = [...rows].map(([fault, those]) => {
    const ranges = rangesOf(those.map(({ line }) => line));
    return `${those.length === 1 ? "line" : "lines"} ${ranges}: ${fault}`;
  });
  return [...named, ...told];
}

/** Ascending numbers, those in a row together: `2-4, 9`. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

/** Errors of this package say what to do themselves; what ethers or a contract throws is put in words. */
function isOurs({ name }: Error): boolean {
  return name !== "Error" && name !== "TypeError" && name !== "AggregateError";
}
