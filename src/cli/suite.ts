/** `civitas suite`: which contracts the network published, whether they are what was published, and what becomes of them. */
import { Command } from "commander";
import { isError } from "ethers";

import { type CityAccessManager, contractAt } from "../bindings.js";
import { openDirectory } from "../client.js";
import { textTable } from "../common/text-table.js";
import { type SuiteEntry, verifyEntry } from "../directory/directory.js";
import { decodeError } from "../errors.js";
import { exampleOf } from "./help.js";
import type { Session } from "./session.js";
import { addSuiteActs } from "./suite-acts.js";

interface Checked extends SuiteEntry {
  /** Why its code cannot be trusted, in words; null if it is what was published. */
  fault: string | null;
  /** Whether the network's administrator closed it for new acts; null if no manager can be asked. */
  closed: boolean | null;
}

export function suiteCommands(session: Session): Command {
  const group = new Command("suite").description(
    "the suite: its contracts, whether their code is what was published, and what becomes of them",
  );

  group
    .command("list")
    .description(
      "every version of every contract: its address, whether its code is what was published, and whether it is closed for new acts",
    )
    .addHelpText("after", exampleOf("suite list", "suite list --json"))
    .action(async () => {
      const entries = await entriesOf(session);
      session.tell(entries, table(entries));
    });

  group
    .command("check")
    .description(
      "the code of every version against the hash that was published. Ends with 1 if one differs or is missing",
    )
    .addHelpText("after", exampleOf("suite check --chain-id 5777"))
    .action(async () => {
      const entries = await entriesOf(session);
      const faults = entries.flatMap(({ fault, status }) => (fault === null || status === "Withdrawn" ? [] : [fault]));
      if (faults.length === 0) {
        await session.civitas().catch((error: unknown) => {
          faults.push(decodeError(error).message); // a contract that this client needs is missing
        });
      }
      if (faults.length > 0) session.refuse();
      const good = `${entries.length} versions have the code that was published, and all that this client needs are there`;
      session.tell(
        { faults, entries },
        faults.length === 0 ? [...table(entries), good] : [...table(entries), ...faults],
      );
    });

  addSuiteActs(group, session);
  return group;
}

async function entriesOf(session: Session): Promise<Checked[]> {
  const { entries, provider } = await openDirectory(await session.connection());
  const checked = await Promise.all(
    entries.map(async (entry) => ({
      ...entry,
      fault: await verifyEntry(provider, entry).then(
        () => null,
        (error: unknown) => decodeError(error).message,
      ),
    })),
  );
  const current = checked.find(
    ({ name, status, fault }) => name === "CityAccessManager" && status === "Current" && fault === null,
  );
  const manager = current === undefined ? undefined : contractAt("CityAccessManager", current.address, provider);
  return Promise.all(
    checked.map(async (entry) => ({ ...entry, closed: manager === undefined ? null : await isClosed(manager, entry) })),
  );
}

/** What the manager says of a contract; null if it is a contract that cannot say it. */
async function isClosed(manager: CityAccessManager, { address }: SuiteEntry): Promise<boolean | null> {
  try {
    return await manager.isTargetClosed(address);
  } catch (error) {
    if (isError(error, "BAD_DATA") || isError(error, "CALL_EXCEPTION")) return null;
    throw error;
  }
}

function table(entries: readonly Checked[]): string[] {
  const rows = entries.map(({ name, version, address, status, fault, closed, startBlock }) => [
    name,
    `${version}`,
    address,
    status,
    `from block ${startBlock}`,
    fault === null ? "code as published" : "OTHER CODE",
    closed === true ? "closed for new acts" : "",
  ]);
  return textTable(rows, [1]);
}
