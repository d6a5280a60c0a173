/** `civitas invoice request`, `confirm` and `hand-on`: how documents come to a company, and go from it. */
import { isDeepStrictEqual } from "node:util";

import { Command } from "commander";

import { shapeCheck } from "../common/shape.js";
import { documentId } from "../invoice/document.js";
import { handedOn, ledgerNetwork, sendHolderOrder, signConfirm, signHandOn } from "../invoice/order.js";
import { type HolderRequest, holderOf } from "../invoice/wallet.js";
import { performAndTell } from "./act.js";
import { readJson } from "./arguments.js";
import { actAndTell, captured } from "./captured.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { signing } from "./invoice-booking.js";
import { BYTES, strict, WORD } from "./invoice-companion.js";
import { keepDocument, keptDocument, readDocument } from "./invoice-file.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";
import { readWallet, WALLET_HELP } from "./wallet.js";

interface RequestOptions {
  name?: string;
  taxNumber?: string;
  handedOn?: boolean;
  wallet?: string;
}

export function requestCommand(session: Session): Command {
  return new Command("request")
    .description("what a company gives to get one document, made out or handed on to it: a fresh key of its wallet")
    .option("--name <name>", "to have an invoice made out: the buyer's registered name")
    .option("--tax-number <number>", "its tax number, as invoices have it")
    .option("--handed-on", "to have a document handed on instead")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf(
        "invoice request --name 'Cloud Sail Ltd' --tax-number CN91440300MA5YUNF016 > invoice-7.buyer.json",
        "invoice request --handed-on > ticket.holder.json",
      ),
    )
    .action(async ({ name, taxNumber, handedOn: forHandOn = false, wallet: file }: RequestOptions) => {
      if (forHandOn !== (name === undefined) || (forHandOn && taxNumber !== undefined)) {
        throw new UsageError("what for? Give --name to have an invoice made out, or --handed-on");
      }
      mustBeNoKey(name ?? "", "a name");
      mustBeNoKey(taxNumber ?? "", "a tax number");
      const wallet = await readWallet(session.terminal, file);
      const request = name === undefined ? { holder: wallet.newHolder() } : { buyer: wallet.newBuyer(name, taxNumber) };
      session.tell(request, JSON.stringify(request, undefined, 2).split("\n"));
    });
}

export function confirmCommand(session: Session): Command {
  return new Command("confirm")
    .description("confirm a document, as the company that holds it: its seller cannot reverse it alone then")
    .argument("<document>", "its file (JSON)")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText("after", exampleOf("invoice confirm ticket.json --wallet company.json"))
    .action(async (file: string, { wallet }: { wallet?: string }) => {
      const civitas = await session.civitas();
      const document = readDocument(file);
      const key = (await readWallet(session.terminal, wallet)).keyFor(document);
      const network = await ledgerNetwork(civitas);
      const order = await signConfirm(network, document, key, await signing(civitas, document));
      await actAndTell(session, `confirm ${documentId(document)}`, async (by) => sendHolderOrder(civitas, by, order));
    });
}

interface HandOnOptions {
  to: string;
  out: string;
  wallet?: string;
}

export function handOnCommand(session: Session): Command {
  return new Command("hand-on")
    .description("hand a document on to another holder, as the company that holds it, while it is not booked")
    .argument("<document>", "its file (JSON)")
    .requiredOption("--to <file>", "what the next holder gave: `invoice request --handed-on` makes it")
    .requiredOption("--out <file>", "where the document is kept for the next holder, before anything is sent")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf(
        "invoice hand-on ticket.json --to ticket.holder.json --out ticket-handed-on.json --wallet company.json",
      ),
    )
    .action(async (file: string, { to, out, wallet }: HandOnOptions) => {
      const civitas = await session.civitas();
      const document = readDocument(file);
      const id = documentId(document);
      const next = readHolder(to);
      const handed = handedOn(document, next);
      const keep = () => {
        if (!session.dryRun && keepDocument(out, handed)) return;
        if (isDeepStrictEqual(keptDocument(out) ?? handed, handed)) return;
        throw new CommandError(`${out} keeps something else; take another file`);
      };
      if ((await civitas.ledger.holderOf(document.record)) === holderOf(next).commitment) {
        keep();
        session.tell({ document: id, out }, [`${id} was handed on to this holder before; nothing was sent`]);
        return;
      }
      const key = (await readWallet(session.terminal, wallet)).keyFor(document);
      const network = await ledgerNetwork(civitas);
      const order = await signHandOn(network, document, key, next, await signing(civitas, document));
      const request = await captured(session, async (by) => sendHolderOrder(civitas, by, order));
      if (request === undefined) throw new CommandError(`nothing had to be done to hand ${id} on`);
      await (await session.signer()).estimateGas(request); // refused now, or kept and sent
      keep();
      await performAndTell(session, `hand ${id} on`, request);
    });
}

const faultsOf = shapeCheck(strict({ holder: strict({ signer: BYTES, salt: WORD }) }), "the holder's file");

/** @throws CommandError with all that is wrong with the file. */
function readHolder(file: string): HolderRequest {
  const json = readJson(file, "the holder's file");
  const faults = faultsOf(json);
  if (faults.length !== 0) throw new CommandError(`${file} is no holder's file: ${faults.join("; ")}`);
  return (json as { holder: HolderRequest }).holder;
}
