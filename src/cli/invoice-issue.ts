/** `civitas invoice issue`: documents of UBL files, each kept before it is sent, so that a run that was cut off is simply started again. */
import { Command, Option } from "commander";
import type { Signer } from "ethers";

import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { documentId, partsOfInvoice } from "../invoice/document.js";
import { byTerms, issueInvoice, issueInvoices } from "../invoice/issue.js";
import { INVOICE_KINDS, type InvoiceKind, NUMBER_SCHEMES, type NumberScheme } from "../invoice/model.js";
import { wholeNumberOf } from "./arguments.js";
import { batchLine, type Part, performAll, readRows } from "./batch.js";
import { captured, rehearseEach } from "./captured.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { keepDocument } from "./invoice-file.js";
import {
  type InvoiceSource,
  type PreparedInvoice,
  prepareInvoices,
  sourcesOfFiles,
  sourcesOfRows,
} from "./invoice-source.js";
import { blockOf, identityOf } from "./invoice-target.js";
import type { Session } from "./session.js";

interface IssueOptions {
  seller: string;
  out: string;
  ubl?: string[];
  csv?: string;
  kind?: InvoiceKind;
  scheme?: NumberScheme;
  perCall: string;
  from?: string;
}

const PER_CALL = 50;

export function issueCommand(session: Session): Command {
  return new Command("issue")
    .description(
      "issue the invoices of UBL files, as an operator of the seller. All files are checked by the rules of EN 16931 and the chain's own, and rehearsed, before the first is sent",
    )
    .requiredOption("--seller <identity>", "the seller's identity (0x…)")
    .requiredOption(
      "--out <folder>",
      "where the documents are kept before anything is sent: the buyers need them; the same folder again to go on after a run that was cut off",
    )
    .option(
      "--ubl <file...>",
      "invoices in UBL 2.1, each with its buyer's file NAME.buyer.json beside it (see `invoice request`)",
    )
    .option("--csv <file>", "a table of them instead: columns ubl and, if it has another name, buyer")
    .addOption(new Option("--kind <kind>", "of files that do not say").choices([...INVOICE_KINDS]))
    .addOption(new Option("--scheme <scheme>", "of files that do not say (default: Own)").choices([...NUMBER_SCHEMES]))
    .option("--per-call <count>", "documents in one transaction", `${PER_CALL}`)
    .option("--from <block>", "the first block to look through for payments")
    .addHelpText(
      "after",
      exampleOf("invoice issue --seller 0x5e… --ubl invoices/*.xml --out issued --keystore operator.json"),
    )
    .action(async (options: IssueOptions) => {
      const civitas = await session.civitas();
      const { kind, scheme, out } = options;
      const perCall = wholeNumberOf(options.perCall, "the count of documents in a transaction", 1, 500);
      const source = {
        ...{ seller: identityOf(options.seller, "a seller"), out, from: blockOf(options.from) },
        ...(kind === undefined ? {} : { kind }),
        ...(scheme === undefined ? {} : { scheme }),
      };
      const prepared = await prepareInvoices(civitas, sourcesOf(options), source, (warning) => {
        session.terminal.err(warning);
      });
      const known = await Promise.all(
        prepared.map(async ({ document }) => civitas.invoices.stateOf(documentId(document))),
      );
      const fresh = prepared.filter((_, i) => known[i]?.issuedAt === 0n);
      const acts = fresh.map(({ ubl, document, requests }) => ({
        of: ubl,
        act: async (by: Signer) => issueInvoice(civitas, by, document, requests),
      }));
      await rehearseEach(session, acts, "invoices");
      const parts = await partsOf(session, civitas, fresh, perCall);
      const keep = () => {
        keepAll(fresh);
      };
      const result = await performAll(session, parts, prepared.length - fresh.length, { keep });
      const invoices = prepared.map(({ ubl, file, document }, i) => ({
        ...{ ubl, number: partsOfInvoice(document).number ?? "", id: documentId(document), file },
        issued: known[i]?.issuedAt === 0n ? (session.dryRun ? "would be issued" : "issued") : "before",
      }));
      session.tell({ ...result, invoices }, [
        ...textTable(invoices.map(({ ubl, number, issued, file }) => [ubl, number, issued, file])),
        batchLine(result, "invoices"),
      ]);
    });
}

function sourcesOf({ ubl, csv }: IssueOptions): InvoiceSource[] {
  if ((ubl === undefined) === (csv === undefined)) throw new UsageError("which invoices? Give --ubl or --csv");
  return csv === undefined ? sourcesOfFiles(ubl ?? []) : sourcesOfRows(csv, readRows(csv, ["ubl"], ["buyer"]));
}

/** Salts are made once: without them nobody can show what a document says. */
function keepAll(fresh: readonly PreparedInvoice[]): void {
  for (const { file, kept, document } of fresh) {
    if (kept || keepDocument(file, document)) continue;
    throw new CommandError(`${file} was made meanwhile, so nothing was sent; another run is at work: let it end`);
  }
}

/** The calls that issue them. */
async function partsOf(
  session: Session,
  civitas: Civitas,
  fresh: readonly PreparedInvoice[],
  perCall: number,
): Promise<Part[]> {
  const places = new Map(fresh.map(({ document }, i) => [document, i + 1]));
  const requests = Object.assign({}, ...fresh.map((one) => one.requests)) as PreparedInvoice["requests"];
  const parts: Part[] = [];
  for (const { group } of byTerms(fresh.map(({ document }) => document))) {
    for (let start = 0; start < group.length; start += perCall) {
      const some = group.slice(start, start + perCall);
      const request = await captured(session, async (by) =>
        issueInvoices(civitas, by, some, requests, { perTransaction: perCall }),
      );
      const lines = some.map((document) => places.get(document) ?? 0);
      if (request !== undefined) parts.push({ lines, what: `issue ${some.length} invoices`, request });
    }
  }
  return parts;
}
