/** `civitas invoice verify`, `show` and `history`: what a document is worth, what it says, and what became of it. */
import { Command } from "commander";

import { textTable } from "../common/text-table.js";
import { showTime } from "../common/time.js";
import { currencyOf, formatAmount, formatRate } from "../invoice/amount.js";
import { documentId, parseInvoiceDocument, partsOfInvoice } from "../invoice/document.js";
import type { InvoiceParts } from "../invoice/field.js";
import { type InvoiceEvent, invoiceHistory } from "../invoice/history.js";
import { formatNumber } from "../invoice/number.js";
import { categoryText, invoiceKindOf, type InvoiceRecord, numberSchemeOf } from "../invoice/record.js";
import { exampleOf } from "./help.js";
import { type InvoiceTarget, recordOfTarget, targetOf, type TargetOptions, withTarget } from "./invoice-target.js";
import { isWorthSomething, type Verdict, verdictOn } from "./invoice-verdict.js";
import type { Session } from "./session.js";

export function verifyCommand(session: Session): Command {
  return withTarget(new Command("verify"))
    .description("what a document is worth now; exit code 1 if it is worth nothing")
    .addHelpText(
      "after",
      exampleOf(
        "invoice verify ticket.json",
        "invoice verify invoice.xml --seller 0x5e…",
        "invoice verify --number 26447000000000100001 --scheme Digital",
        "invoice verify --code 'https://verify.example/#INV1:…'",
      ),
    )
    .action(async (argument: string | undefined, options: TargetOptions) => {
      const target = targetOf(argument, options);
      warn(session, target);
      const verdict = await verdictOn(await session.civitas(), target, options);
      session.tell(verdict, [verdict.message, "", ...textTable(details(verdict))]);
      if (!isWorthSomething(verdict)) session.refuse();
    });
}

export function showCommand(session: Session): Command {
  return withTarget(new Command("show"))
    .description("what a document says: a file without asking the chain, an id or a number as the chain knows it")
    .addHelpText("after", exampleOf("invoice show ticket.json"))
    .action(async (argument: string | undefined, options: TargetOptions) => {
      const target = targetOf(argument, options);
      warn(session, target);
      if (target.by === "document") {
        const document = parseInvoiceDocument(target.json);
        const id = documentId(document);
        const parts = partsOfInvoice(document);
        session.tell({ id, record: document.record, invoice: parts }, [
          ...textTable([["id", id], ...recordRows(document.record)]),
          "",
          ...textTable(partsRows(parts)),
        ]);
      } else if (target.by === "ubl") {
        session.tell({ invoice: target.invoice }, textTable(partsRows(target.invoice)));
      } else {
        const { id, record } = await recordOfTarget(await session.civitas(), target, options);
        session.tell({ id, record }, textTable([["id", id], ...recordRows(record)]));
      }
    });
}

export function historyCommand(session: Session): Command {
  return withTarget(new Command("history"))
    .description("what became of a document, newest first")
    .addHelpText("after", exampleOf("invoice history ticket.json"))
    .action(async (argument: string | undefined, options: TargetOptions) => {
      const civitas = await session.civitas();
      const target = targetOf(argument, options);
      const id = target.by === "id" ? target.id : (await recordOfTarget(civitas, target, options)).id;
      const events: InvoiceEvent[] = [];
      for await (const event of invoiceHistory(civitas, id)) events.push(event);
      const rows = events.map((event) => [`${event.block}`, event.type, factsInWords(event), event.transaction]);
      const none = "nothing happened to it: it was never issued, or is in a batch and was not asked for";
      session.tell({ id, events }, rows.length === 0 ? [none] : textTable(rows, [0]));
    });
}

const OF_EVERY_EVENT = new Set(["type", "block", "transaction", "logIndex"]);

/** What an event tells, in a line: "city 4, period 202611". */
function factsInWords(event: InvoiceEvent): string {
  return Object.entries(event as unknown as Record<string, unknown>)
    .filter(([name, value]) => !OF_EVERY_EVENT.has(name) && value !== null && value !== false)
    .map(([name, value]) => (value === true ? name : `${name} ${String(value)}`))
    .join(", ");
}

/** What of a UBL file is left out is told beside the answer. */
function warn({ terminal }: Session, target: InvoiceTarget): void {
  if (target.by === "ubl") for (const warning of target.warnings) terminal.err(warning);
}

function details(verdict: Verdict): string[][] {
  const rows = [["status", verdict.status]];
  if ("id" in verdict) {
    const { id, seller, holder, handedOn, booking, proposal } = verdict;
    rows.push(["id", id]);
    rows.push(["seller", `${seller.identity} (${seller.status}${seller.admitted ? "" : "; admitted no more"})`]);
    if (holder !== undefined) rows.push(["holder", `${holder}${handedOn ? " (handed on)" : ""}`]);
    if (booking !== undefined) {
      const { city, period, deductible } = booking;
      rows.push(["booked", `for ${period} at city #${city}, ${deductible ? "" : "not "}deductible`]);
    }
    if (proposal !== undefined) {
      const until = showTime(Math.floor(proposal.until.getTime() / 1000));
      rows.push(["reversal", `proposed by the ${proposal.side.toLowerCase()}, can be answered until ${until}`]);
    }
  }
  if ("isHolder" in verdict) rows.push(["held by", verdict.isHolder ? "who this document says" : "somebody else"]);
  if ("payments" in verdict) {
    for (const { id, status } of verdict.payments) rows.push(["payment", `${id} ${status}`]);
  }
  return rows;
}

function recordRows({ terms, content, serial, position, reverses }: InvoiceRecord): string[][] {
  const { code, digits } = currencyOf(terms.currency);
  const show = (amount: string) => `${formatAmount(BigInt(amount), digits)} ${code}`;
  const scheme = numberSchemeOf(terms.scheme);
  return [
    ["kind", invoiceKindOf(terms.kind)],
    ["number", `${formatNumber(scheme, BigInt(content.number))} (${scheme})`],
    ["time", showTime(content.time)],
    ["seller", terms.seller],
    ["amount", `${show(content.gross)}: ${show(content.net)} and ${show(content.tax)} of tax`],
    ...content.lines.map(({ category, rate, items, net, tax }) => [
      "tax row",
      `${categoryText(category)} ${formatRate(rate)} %, ${items} items: ${show(net)} and ${show(tax)}`,
    ]),
    ...content.draws.map(({ payment, amount }) => ["payment", `${show(amount)} of ${payment}`]),
    ...(serial === "0" ? [] : [["batch", `${serial} of the seller, position ${position}`]]),
    ...(/^0x0+$/.test(reverses) ? [] : [["reverses", reverses]]),
  ];
}

function partsRows(parts: InvoiceParts): string[][] {
  const { seller, buyer, lines = [], totals, currency = "", number, issueDate, notes = [] } = parts;
  const { digits } = currency === "" ? { digits: 2 } : currencyOf(currency);
  const party = (of: { name?: string; vatId?: string } | undefined) =>
    [of?.name, of?.vatId].filter((one) => one !== undefined && one !== "").join(", ");
  const rows: [string, string | undefined][] = [
    ["number", number],
    ["issued on", issueDate],
    ["seller", party(seller)],
    ["buyer", party(buyer)],
    ...lines.map(({ name, quantity, net }): [string, string] => [
      "line",
      `${name}, ${quantity}: ${formatAmount(net, digits)}`,
    ]),
    ...notes.map(({ text }): [string, string | undefined] => ["note", text]),
    ["total", totals?.gross === undefined ? undefined : `${formatAmount(totals.gross, digits)} ${currency}`],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== "");
}
