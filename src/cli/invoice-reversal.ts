/** `civitas invoice reverse` and `answer-reversal`: documents taken back, alone or with the other side, as the ledger's rules say. */
import { Command, Option } from "commander";

import type { Civitas } from "../client.js";
import { dateOf, showTime } from "../common/time.js";
import { chainTime } from "../identity/presence.js";
import { documentId, type InvoiceDocument, invoiceOfDocument } from "../invoice/document.js";
import type { Invoice } from "../invoice/model.js";
import {
  type HolderOrder,
  ledgerNetwork,
  sendHolderOrder,
  signReversalAnswer,
  signReversalProposal,
} from "../invoice/order.js";
import { buildReversal, leftOfInvoice, type ReversedLine } from "../invoice/reversal.js";
import {
  confirmReversalByBureau,
  confirmReversalBySeller,
  proposeReversalBySeller,
  rejectReversalBySeller,
  reverseInvoice,
} from "../invoice/seller.js";
import { verifyInvoice } from "../invoice/verify.js";
import { actAndTell } from "./captured.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { signing } from "./invoice-booking.js";
import { keepDocument, keptDocument, readDocument } from "./invoice-file.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";
import { readWallet, WALLET_HELP } from "./wallet.js";

interface ReverseOptions {
  number: string;
  out: string;
  line?: ReversedLine[];
  note?: string;
  asHolder?: boolean;
  wallet?: string;
}

export function reverseCommand(session: Session): Command {
  return new Command("reverse")
    .description(
      "reverse a document: the seller alone while its holder has neither confirmed nor booked it; else it is proposed, and the other side has 72 hours to answer",
    )
    .argument("<document>", "its file (JSON)")
    .requiredOption("--number <number>", "number of the reversing document, in the scheme of the other")
    .requiredOption(
      "--out <file>",
      "where the reversing document is kept before anything is sent; the other side needs it",
    )
    .option(
      "--line <id>",
      "a line that is taken back, with =QUANTITY for a part of it; again for several; all, if left out",
      lines,
    )
    .option("--note <text>", "why, for people")
    .option("--as-holder", "the holder proposes it, with its wallet; any key sends it")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf(
        "invoice reverse ticket.json --number 26447000000000100002 --out ticket-reversed.json",
        "invoice reverse ticket.json --number 26447000000000100002 --out part.json --line 3 --line 7=2",
      ),
    )
    .action(async (file: string, options: ReverseOptions) => {
      const civitas = await session.civitas();
      const document = readDocument(file);
      const [id, reversing] = [documentId(document), await reversingOf(session, civitas, document, options)];
      const its = documentId(reversing);
      if ((await civitas.invoices.stateOf(its)).issuedAt !== 0n) {
        session.tell({ document: id, reversing: its }, [`${id} was reversed by ${its} before; nothing was sent`]);
        return;
      }
      const answer = await verifyInvoice(civitas, document);
      const proposal = "proposal" in answer ? answer.proposal : undefined;
      if (proposal?.document === its) {
        const until = showTime(proposal.until.getTime() / 1000);
        const told = `the reversal of ${id} was proposed before, and can be answered until ${until}; nothing was sent`;
        session.tell({ document: id, reversing: its, proposal }, [told]);
        return;
      }
      if (options.asHolder === true) {
        const key = (await readWallet(session.terminal, options.wallet)).keyFor(document);
        const network = await ledgerNetwork(civitas);
        const order = await signReversalProposal(network, document, key, reversing, await signing(civitas, document));
        await actAndTell(session, `propose to reverse ${id}`, async (by) => sendHolderOrder(civitas, by, order));
        return;
      }
      const { confirmed, booked } = await civitas.ledger.stateOf(id);
      if (confirmed || booked) {
        await actAndTell(session, `propose to reverse ${id}, as its holder has accepted it`, async (by) =>
          proposeReversalBySeller(civitas, by, document, reversing),
        );
      } else {
        await actAndTell(session, `reverse ${id}`, async (by) => reverseInvoice(civitas, by, document, reversing));
      }
    });
}

const SIDES = ["seller", "holder", "bureau"] as const;

interface AnswerOptions {
  as: (typeof SIDES)[number];
  reject?: boolean;
  wallet?: string;
}

export function answerReversalCommand(session: Session): Command {
  return new Command("answer-reversal")
    .description(
      "confirm a proposed reversal, or reject it; a bureau confirms for a party that let an earlier one lapse",
    )
    .argument("<document>", "the file (JSON) of the document")
    .argument("<reversing>", "the file (JSON) of the reversing document, from the side that proposed it")
    .addOption(new Option("--as <side>", "who answers").choices([...SIDES]).makeOptionMandatory())
    .option("--reject", "reject it, or take back what one's own side has proposed")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf("invoice answer-reversal ticket.json ticket-reversed.json --as holder --wallet company.json"),
    )
    .action(async (file: string, reversingFile: string, { as, reject = false, wallet }: AnswerOptions) => {
      const civitas = await session.civitas();
      const [document, reversing] = [readDocument(file), readDocument(reversingFile)];
      mustReverse(reversing, document, reversingFile);
      const what = `${reject ? "reject" : "confirm"} the reversal of ${documentId(document)} by ${documentId(reversing)}`;
      let order: HolderOrder | undefined;
      if (as === "holder") {
        const key = (await readWallet(session.terminal, wallet)).keyFor(document);
        const network = await ledgerNetwork(civitas);
        order = await signReversalAnswer(network, document, key, reversing, !reject, await signing(civitas, document));
      }
      if (as === "bureau" && reject) throw new UsageError("a bureau confirms a reversal, and cannot reject one");
      await actAndTell(session, what, async (by) => {
        if (order !== undefined) return sendHolderOrder(civitas, by, order);
        if (as === "bureau") return confirmReversalByBureau(civitas, by, document, reversing);
        if (reject) return rejectReversalBySeller(civitas, by, document);
        return confirmReversalBySeller(civitas, by, document, reversing);
      });
    });
}

/** The reversing document: kept from an earlier run, or new and kept now. Its salts are fresh, so it must not be made twice. */
async function reversingOf(
  session: Session,
  civitas: Civitas,
  document: InvoiceDocument,
  options: ReverseOptions,
): Promise<InvoiceDocument> {
  const { out, number, line, note } = options;
  mustBeNoKey(note ?? "", "a note");
  const found = keptDocument(out);
  if (found === undefined) {
    const made = buildReversal(document, {
      ...{ number, time: dateOf(await chainTime(civitas)), left: await leftOfInvoice(civitas, document) },
      ...(line === undefined ? {} : { lines: line }),
      ...(note === undefined ? {} : { note }),
    });
    if (session.dryRun || keepDocument(out, made)) return made;
    return reversingOf(session, civitas, document, options);
  }
  mustReverse(found, document, out);
  const [kept, original] = [invoiceOfDocument(found), invoiceOfDocument(document)];
  const other = (() => {
    if (kept.number !== number) return `another number than ${number}`;
    if (!takesBack(kept, original, line)) return "other lines than these";
    if (note !== undefined && kept.notes?.at(-1)?.text !== note) return "another note";
    return undefined;
  })();
  if (other === undefined) return found;
  throw new CommandError(`${out} keeps a reversing document with ${other}; take another file`);
}

/** Whether a kept document takes back these lines; all that was left, if none are named. */
function takesBack(kept: Invoice, original: Invoice, wanted: readonly ReversedLine[] | undefined): boolean {
  const named = (id: string) => original.lines.find((line) => line.id === id);
  if (wanted === undefined && kept.lines.some(({ id, name }) => named(id)?.name !== name)) return true; // the rest has lines of its own
  const told = (lines: readonly ReversedLine[]) =>
    lines.map(({ id, quantity = named(id)?.quantity ?? "" }) => `${id}=${Number(quantity)}`).toSorted();
  return told(kept.lines).join() === told(wanted ?? original.lines).join();
}

function mustReverse(reversing: InvoiceDocument, document: InvoiceDocument, file: string): void {
  if (reversing.record.reverses === documentId(document)) return;
  throw new CommandError(`${file} keeps something else than a document that reverses this one; take another file`);
}

function lines(text: string, before: readonly ReversedLine[] = []): ReversedLine[] {
  const [, id, quantity] = /^([^=]+)(?:=(.+))?$/.exec(text) ?? [];
  if (id === undefined)
    throw new UsageError(`a line is its number, with =QUANTITY for a part of it; this is "${text}"`);
  return [...before, { id, ...(quantity === undefined ? {} : { quantity }) }];
}
