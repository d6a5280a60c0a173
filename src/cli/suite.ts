/** `civitas suite`: which contracts the network published, and whether they are what was published. */
import { Command } from "commander";

import { openDirectory } from "../client.js";
import { textTable } from "../common/text-table.js";
import { type SuiteEntry, verifyEntry } from "../directory/directory.js";
import { decodeError } from "../errors.js";
import { exampleOf } from "./help.js";
import type { Session } from "./session.js";

interface Checked extends SuiteEntry {
  /** Why its code cannot be trusted, in words; null if it is what was published. */
  fault: string | null;
}

export function suiteCommands(session: Session): Command {
  const group = new Command("suite").description(
    "the suite: its contracts, and whether their code is what was published",
  );

  group
    .command("list")
    .description("every version of every contract, with its address")
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

  return group;
}

async function entriesOf(session: Session): Promise<Checked[]> {
  const { entries, provider } = await openDirectory(await session.connection());
  return Promise.all(
    entries.map(async (entry) => ({
      ...entry,
      fault: await verifyEntry(provider, entry).then(
        () => null,
        (error: unknown) => decodeError(error).message,
      ),
    })),
  );
}

function table(entries: readonly Checked[]): string[] {
  const rows = entries.map(({ name, version, address, status, fault, startBlock }) => [
    name,
    `${version}`,
    address,
    status,
    `from block ${startBlock}`,
    fault === null ? "code as published" : "OTHER CODE",
  ]);
  return textTable(rows, [1]);
}
