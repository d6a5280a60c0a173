/** `civitas claim issue`: a table of claims, each issued once, however often the run is cut off and started again. */
import { id } from "ethers";

import type { Civitas } from "../client.js";
import { contentOf, issueCalls } from "../identity/issue.js";
import { prepareClaims } from "../identity/prepare.js";
import type { ClaimDocument } from "../identity/document.js";
import { chainTime } from "../identity/presence.js";
import { dateOf } from "../common/time.js";
import { momentOf, readText, wholeNumberOf } from "./arguments.js";
import { batchLine, type Part, performAll } from "./batch.js";
import { type ClaimRow, readClaims } from "./claim-rows.js";
import { keepRun, mustBeOfRows, readRun, type RunClaim, type RunFrame, runFile, writeDocuments } from "./claim-run.js";
import { cityIdOf } from "./city-argument.js";
import { definitionAt, schemaNumberOf } from "./schema-argument.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";

/** As they were typed. */
export interface IssueArguments {
  csv: string;
  schema: string;
  city: string;
  out: string;
  definition?: string;
  validFrom?: string;
  validUntil?: string;
  perCall?: string;
}

/** Issues the claims of a table. @throws RowsError with the faults of all rows; then nothing was sent or kept. */
export async function issueFile(session: Session, options: IssueArguments): Promise<void> {
  const folder = mustBeNoKey(options.out, "a folder");
  const schema = schemaNumberOf(options.schema);
  const perCall = options.perCall === undefined ? undefined : wholeNumberOf(options.perCall, "--per-call", 1, 1300);
  const civitas = await session.civitas();
  const definition = await definitionAt(civitas, schema, options.definition);
  const city = await cityIdOf(civitas, options.city);
  const frame: RunFrame = {
    table: id(readText(options.csv, "the table")),
    chainId: `${civitas.chainId}`,
    registry: await civitas.claims.getAddress(),
    issuer: await (await session.signer()).getAddress(),
    ...{ city: Number(city), schema },
  };
  const begun = readRun(folder, frame);
  const now = options.validFrom === undefined ? dateOf(await chainTime(civitas)) : momentOf(options.validFrom);
  const validFrom = (line: number) => (options.validFrom === undefined ? keptFrom(begun, line) : undefined) ?? now;
  const validUntil = options.validUntil === undefined ? null : momentOf(options.validUntil);
  const rows = readClaims(options.csv, { definition, schema, city, validFrom, validUntil });
  if (begun !== undefined) mustBeOfRows(folder, frame, begun, rows);
  const claims = begun ?? (await prepare(civitas, frame.issuer, rows));

  const { parts, before } = await partsOf(civitas, claims, perCall);
  const keep = () => {
    if (begun === undefined) keepRun(folder, frame, claims);
  };
  const result = await performAll(session, parts, before, { keep });
  const line = batchLine(result, "claims");
  if (session.dryRun) {
    session.tell({ ...result, claims: null, documents: null }, [line]);
    return;
  }
  const roles = definition.parties.map(({ role }) => role);
  const documents = writeDocuments(folder, claims, roles);
  session.tell({ ...result, claims: runFile(folder), documents }, [
    line,
    `${documents} has a document for each party: hand them over, and keep ${folder} from everybody else`,
  ]);
}

/** From when a claim is valid that an earlier run has prepared. */
function keptFrom(claims: readonly RunClaim[] | undefined, line: number): Date | undefined {
  const kept = claims?.find((one) => one.line === line)?.documents[0];
  return kept === undefined ? undefined : dateOf(kept.claim.validFrom);
}

async function prepare(civitas: Civitas, issuer: string, rows: readonly ClaimRow[]): Promise<RunClaim[]> {
  const prepared = await prepareClaims(
    civitas,
    issuer,
    rows.map(({ draft }) => draft),
  );
  return rows.map(({ line }, i) => ({ line, documents: prepared[i]?.documents ?? [] }));
}

async function partsOf(
  civitas: Civitas,
  claims: readonly RunClaim[],
  perCall: number | undefined,
): Promise<{ parts: Part[]; before: number }> {
  const lines = new Map<ClaimDocument, number>();
  for (const { line, documents } of claims) {
    const [document] = documents;
    if (document !== undefined) lines.set(document, line);
  }
  const parts: Part[] = [];
  let before = 0;
  for await (const { terms, fresh, skipped } of issueCalls(civitas, [...lines.keys()], perCall)) {
    before += skipped;
    if (fresh.length === 0) continue;
    parts.push({
      lines: fresh.map((document) => lines.get(document) ?? 0),
      what: `issue ${fresh.length} claims`,
      request: await civitas.claims.issueMany.populateTransaction(terms, fresh.map(contentOf)),
    });
  }
  return { parts, before };
}
