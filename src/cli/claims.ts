/** `civitas claim`: issue from a table, look at one, revoke it, check a presentation. */
import { Command } from "commander";
import { isHexString } from "ethers";

import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { showTime } from "../common/time.js";
import { batchIdOf, type ClaimDocument, claimId, parseDocument } from "../identity/document.js";
import { checkNetwork, statusOf } from "../identity/issue.js";
import { IDENTITY_REASONS, identityReasonName } from "../identity/reason.js";
import { STANDINGS } from "../identity/status.js";
import { isErased } from "../common/tree.js";
import { performAndTell } from "./act.js";
import { readJson, reasonOf } from "./arguments.js";
import { CITY_HELP, cityIdsOf, LINEAGE_HELP, listed } from "./city-argument.js";
import { type IssueArguments, issueFile } from "./claim-issue.js";
import { addVerify } from "./claim-verify.js";
import { CommandError } from "./fault.js";
import { exampleOf } from "./help.js";
import { DEFINITION_HELP } from "./schema-argument.js";
import type { Session } from "./session.js";

const CLAIM_HELP = "a claim's document (a JSON file), or its id";

export function claimCommands(session: Session): Command {
  const group = new Command("claim").description("claims: issue, look at, revoke, and check what people show");

  group
    .command("issue")
    .description("issue a claim for each row of a CSV file; cut off, it is started again with the same arguments")
    .requiredOption("--csv <file>", "a column for each field of the schema and for each party, as docs/cli.md tells")
    .requiredOption("--schema <number>", "the schema they are issued under")
    .requiredOption("--city <city>", `the city that issues them: ${CITY_HELP}`)
    .requiredOption("--out <folder>", "where their documents are kept, with the salts: made before anything is sent")
    .option("--definition <definition>", `what the schema says, where it is not ready-made: ${DEFINITION_HELP}`)
    .option("--valid-from <date>", "for rows without valid.from; now, if left out")
    .option("--valid-until <date>", "for rows without valid.until; no end, if left out")
    .option("--per-call <number>", "claims in one transaction; as many as half a block takes, if left out")
    .addHelpText(
      "after",
      exampleOf("claim issue --csv residents.csv --schema 1 --city MA.156.1301 --out residents --dry-run"),
    )
    .action(async (options: IssueArguments) => issueFile(session, options));

  group
    .command("show")
    .description("what a claim is worth now, and what its document says")
    .argument("<claim>", CLAIM_HELP)
    .addHelpText("after", exampleOf("claim show residents/documents/line-2-holder.json"))
    .action(async (text: string) => {
      const civitas = await session.civitas();
      const document = documentIn(text);
      if (document === undefined) await showRecord(session, civitas, text);
      else await showDocument(session, civitas, document);
    });

  group
    .command("revoke")
    .description("revoke a claim for ever")
    .argument("<claim>", CLAIM_HELP)
    .option("--reason <name>", `why: ${Object.keys(IDENTITY_REASONS).join(", ")}, or a number`, "Unspecified")
    .option("--lineage <city>", LINEAGE_HELP, listed)
    .addHelpText("after", exampleOf("claim revoke residents/documents/line-2-holder.json --reason OfficeError"))
    .action(async (text: string, { reason, lineage = [] }: { reason: string; lineage?: string[] }) => {
      const code = reasonOf(reason, IDENTITY_REASONS);
      const civitas = await session.civitas();
      const document = documentIn(text);
      if (document !== undefined) await checkNetwork(civitas, document);
      const id = document === undefined ? text : claimId(document);
      const batch = document === undefined ? undefined : batchIdOf(document);
      const by = await cityIdsOf(civitas, lineage);
      const request =
        batch === undefined || document === undefined
          ? await civitas.claims.revoke.populateTransaction([id], code, by)
          : await civitas.claims.revokeAt.populateTransaction(batch, [document.claim.position], code, by);
      await performAndTell(session, `revoke the claim ${id} (${identityReasonName(code)})`, request);
    });

  addVerify(group, session);
  return group;
}

/** The document that is meant; undefined for an id. */
function documentIn(text: string): ClaimDocument | undefined {
  return isHexString(text, 32) ? undefined : parseDocument(readJson(text, "the document"));
}

async function showDocument(session: Session, civitas: Civitas, document: ClaimDocument): Promise<void> {
  const { claim, schemaName, fields } = document;
  const status = await statusOf(civitas, document);
  const id = claimId(document);
  const until = claim.validUntil === 0 ? "without end" : `until ${showTime(claim.validUntil)}`;
  const values = fields.flatMap((field) => (isErased(field) ? [] : [[`  ${field.name}`, field.value]]));
  if (status !== "Active") session.refuse();
  session.tell(
    {
      id,
      status,
      schemaName,
      claim,
      fields: Object.fromEntries(values.map(([name = "", value]) => [name.trim(), value])),
    },
    [
      ...textTable([
        ["claim", id],
        ["status", status],
        ["schema", `${claim.schema} (${schemaName})`],
        ["issued", `by ${claim.issuer} for city #${claim.city}`],
        ["valid", `from ${showTime(claim.validFrom)} ${until}`],
      ]),
      "fields",
      ...textTable(values),
    ],
  );
}

/** What the chain alone knows of a claim or a batch. */
async function showRecord(session: Session, { claims }: Civitas, id: string): Promise<void> {
  const { exists, standing, city, schema, issuedAt, count, changes } = await claims.stateOf(id);
  if (!exists) throw new CommandError(`no claim and no batch of the id ${id} was issued here`);
  const name = STANDINGS[Number(standing)] ?? "Standing";
  if (name !== "Standing") session.refuse();
  session.tell({ id, standing: name, city, schema, issuedAt, count, changes }, [
    ...textTable([
      [count === 0n ? "claim" : "batch", id],
      ["standing", name],
      ["schema", `${schema}`],
      ["issued", `${showTime(issuedAt)} for city #${city}`],
      ...(count === 0n ? [] : [["claims", `${count}`]]),
    ]),
    "whether it is valid now, its document tells",
  ]);
}
