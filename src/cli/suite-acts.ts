/** `civitas suite close` and its like: what the network's administrator does with a whole contract. */
import type { Command } from "commander";
import { keccak256 } from "ethers";

import { contractAt } from "../bindings.js";
import { type OpenDirectory, openDirectory } from "../client.js";
import { currentEntry, type SuiteEntry } from "../directory/directory.js";
import { encodeName } from "../directory/name.js";
import { VERSION_STATUSES, type VersionStatus } from "../directory/status.js";
import { doneLine, perform, performAndTell } from "./act.js";
import { addressOf, wholeNumberOf } from "./arguments.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";

const CONTRACT_HELP = "by its name in the directory: CityRegistry";
const STATUSES = VERSION_STATUSES.slice(1);
/** The directory itself, which is in no list. */
const DIRECTORY = "SuiteDirectory";

export function addSuiteActs(group: Command, session: Session): void {
  closing("close", "closed", "close a contract for new acts; what ends, restricts or withdraws goes on");
  closing("open", "open", "open a contract that was closed");

  function closing(name: string, wanted: "closed" | "open", whatItDoes: string): void {
    group
      .command(name)
      .description(`${whatItDoes}. By the network's administrator`)
      .argument("<contract>", `${CONTRACT_HELP}; or ${DIRECTORY}`)
      .option("--version <number>", "a version; the current one, if left out")
      .addHelpText("after", exampleOf(`suite ${name} InvoiceRegistry --dry-run`))
      .action(async (contract: string, options: { version?: string }) => {
        const suite = await openDirectory(await session.connection());
        const target = await targetOf(suite, contract, options.version);
        const manager = contractAt("CityAccessManager", currentOf(suite, "CityAccessManager").address, suite.provider);
        const what = `${name} ${target.label}`;
        const closed = wanted === "closed";
        if ((await manager.isTargetClosed(target.address)) === closed) {
          const line = `${target.label} is ${wanted} already; nothing was sent`;
          session.tell({ what, already: true, transaction: null, block: null }, [line]);
          return;
        }
        await performAndTell(session, what, await manager.setTargetClosed.populateTransaction(target.address, closed));
      });
  }

  group
    .command("publish")
    .description("publish a successor: clients that connect anew act there. By the network's administrator")
    .argument("<contract>", CONTRACT_HELP)
    .argument("<address>", "of the successor, deployed and read by others")
    .requiredOption("--start-block <number>", "the block to read its events from: that of its deployment")
    .addHelpText(
      "after",
      exampleOf("suite publish InvoiceRegistry 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --start-block 81250"),
    )
    .action(async (contract: string, address: string, options: { startBlock: string }) => {
      const location = addressOf(address);
      const startBlock = wholeNumberOf(options.startBlock, "--start-block", 0, Number.MAX_SAFE_INTEGER);
      const suite = await openDirectory(await session.connection());
      const version = versionsOf(suite, contract).length + 1;
      const hash = keccak256(await suite.provider.getCode(location));
      const other = suite.entries.find(({ name, codeHash }) => name !== contract && codeHash === hash);
      if (other !== undefined) {
        throw new CommandError(`the code at ${location} is that of ${labelOf(other)}, so it is no ${contract}`);
      }
      const request = await suite.directory.publish.populateTransaction(encodeName(contract), location, startBlock);
      await performAndTell(
        session,
        `publish ${contract} version ${version} at ${location}, with the code hash ${hash}`,
        request,
      );
    });

  group
    .command("mark")
    .description(
      "change the standing of a version: clients refuse one that is Withdrawn. By the network's administrator",
    )
    .argument("<contract>", CONTRACT_HELP)
    .argument("<version>", "its number, from 1")
    .argument("<status>", STATUSES.join(", "))
    .addHelpText("after", exampleOf("suite mark InvoiceRegistry 1 Withdrawn"))
    .action(async (contract: string, version: string, status: string) => {
      const wanted = STATUSES.find((known) => known === status);
      if (wanted === undefined)
        throw new UsageError(`a status is one of ${STATUSES.join(", ")}; this is "${mustBeNoKey(status, "a status")}"`);
      const suite = await openDirectory(await session.connection());
      const entry = versionOf(suite, contract, version);
      const number = VERSION_STATUSES.indexOf(wanted);
      const request = await suite.directory.setStatus.populateTransaction(encodeName(contract), entry.version, number);
      const done = await perform(session, `mark ${labelOf(entry)}, which is ${entry.status}, as ${wanted}`, request);
      const currentVersion = currentAfter(versionsOf(suite, contract), entry, wanted);
      const none = `${contract} has no current version then: clients cannot act with it, nor connect anew`;
      session.tell({ ...done, currentVersion }, [doneLine(done), ...(currentVersion === null ? [none] : [])]);
    });
}

/** What can be closed: a version of a contract, or the directory. */
async function targetOf(
  suite: OpenDirectory,
  name: string,
  version: string | undefined,
): Promise<{ label: string; address: string }> {
  if (name === DIRECTORY) {
    if (version !== undefined) throw new UsageError(`${DIRECTORY} has one version; leave --version out`);
    const address = await suite.directory.getAddress();
    return { label: `${DIRECTORY} at ${address}`, address };
  }
  const entry = version === undefined ? currentOf(suite, name) : versionOf(suite, name, version);
  return { label: labelOf(entry), address: entry.address };
}

function versionsOf({ entries }: OpenDirectory, name: string): SuiteEntry[] {
  const versions = entries.filter((entry) => entry.name === name);
  if (versions.length > 0) return versions;
  const known = [...new Set(entries.map((entry) => entry.name))].join(", ");
  throw new UsageError(`the directory has no contract "${mustBeNoKey(name, "a contract")}"; it has ${known}`);
}

function currentOf(suite: OpenDirectory, name: string): SuiteEntry {
  return currentEntry(versionsOf(suite, name), name);
}

function versionOf(suite: OpenDirectory, name: string, typed: string): SuiteEntry {
  const versions = versionsOf(suite, name);
  const number = wholeNumberOf(typed, "a version", 1, versions.length);
  return versions[number - 1] as SuiteEntry;
}

/** The version that is current once one of them was marked; null if none is. */
function currentAfter(versions: readonly SuiteEntry[], marked: SuiteEntry, status: VersionStatus): number | null {
  if (status === "Current") return marked.version;
  const others = versions.filter(({ version }) => version !== marked.version);
  return others.findLast((other) => other.status === "Current")?.version ?? null;
}

function labelOf({ name, version, address }: SuiteEntry): string {
  return `${name} version ${version} at ${address}`;
}
