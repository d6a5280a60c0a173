/** The end of the school: what was retained is released, wages are closed out, and what is left goes back. */
import { checkStatement, statementOf, statementTable } from "../../src/escrow/index.js";
import type { Site } from "./escrow-site.js";
import { chapter, tell } from "./stage.js";

export async function endStory(site: Site): Promise<void> {
  await tellStatement(site);
}

/** The statement as a table, as of now. */
export async function tellStatement({ stage, project, document }: Site): Promise<void> {
  chapter("The statement of the project, from the chain alone.");
  const statement = await statementOf(stage.civitas, project);
  for (const line of statementTable(statement, { document }).trimEnd().split("\n")) tell(line);
  const faults = checkStatement(statement);
  tell(faults.length === 0 ? "It adds up." : faults.join("; "));
}
