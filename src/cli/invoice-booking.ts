/** `civitas invoice request`, `book` and `unbook`: what a company does with documents that it holds. */
import { Command } from "commander";

import type { Civitas } from "../client.js";
import { dateOf } from "../common/time.js";
import { chainTime } from "../identity/presence.js";
import { documentId, type InvoiceDocument } from "../invoice/document.js";
import {
  changesOfInvoice,
  ledgerNetwork,
  sendHolderOrder,
  signBook,
  signUnbook,
  type SignOptions,
} from "../invoice/order.js";
import { INVOICE_REASONS, invoiceReasonName } from "../invoice/reason.js";
import { unbookByBureau } from "../invoice/seller.js";
import { reasonOf, wholeNumberOf } from "./arguments.js";
import { actAndTell } from "./captured.js";
import { CITY_HELP, cityIdOf } from "./city-argument.js";
import { exampleOf } from "./help.js";
import { readDocument } from "./invoice-file.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";
import { readWallet, WALLET_HELP } from "./wallet.js";

const HOUR = 3_600;

export function requestCommand(session: Session): Command {
  return new Command("request")
    .description(
      "what a buyer gives a seller to have one invoice made out: a fresh key of the wallet, and name and tax number",
    )
    .requiredOption("--name <name>", "the buyer's registered name")
    .option("--tax-number <number>", "its tax number, as invoices have it")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf("invoice request --name 'Cloud Sail Ltd' --tax-number CN91440300MA5YUNF016 > invoice-7.buyer.json"),
    )
    .action(async ({ name, taxNumber, wallet }: { name: string; taxNumber?: string; wallet?: string }) => {
      mustBeNoKey(name, "a name");
      mustBeNoKey(taxNumber ?? "", "a tax number");
      const request = { buyer: (await readWallet(session.terminal, wallet)).newBuyer(name, taxNumber) };
      session.tell(request, JSON.stringify(request, undefined, 2).split("\n"));
    });
}

export function bookCommand(session: Session): Command {
  return new Command("book")
    .description("book a document, as the company that holds it: nobody else can book it then")
    .argument("<document>", "its file (JSON)")
    .requiredOption("--city <city>", `the city whose tax bureau it is booked at: ${CITY_HELP}`)
    .option("--period <month>", "the month, as 202611; the bureau's present one, if left out")
    .option("--not-deductible", "its tax is not deducted")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf("invoice book ticket.json --city MA.156.4403 --period 202611 --wallet company.json"),
    )
    .action(
      async (file: string, options: { city: string; period?: string; notDeductible?: boolean; wallet?: string }) => {
        const civitas = await session.civitas();
        const document = readDocument(file);
        const city = await cityIdOf(civitas, options.city);
        const period =
          options.period === undefined
            ? Number(await civitas.taxpayers.currentPeriod(city))
            : wholeNumberOf(options.period, "a month", 197_001, 999_912);
        const booking = { city: Number(city), period, deductible: options.notDeductible !== true };
        const key = (await readWallet(session.terminal, options.wallet)).keyFor(document);
        const network = await ledgerNetwork(civitas);
        const order = await signBook(network, document, key, booking, await signing(civitas, document));
        const what = `book ${documentId(document)} for ${period} at ${options.city}`;
        await actAndTell(session, what, async (by) => sendHolderOrder(civitas, by, order));
      },
    );
}

export function unbookCommand(session: Session): Command {
  return new Command("unbook")
    .description("undo a booking: as the company, until the period is closed; or as the bureau it was booked at")
    .argument("<document>", "its file (JSON); a bureau may give its id (0x…)")
    .option("--reason <name>", `why: ${Object.keys(INVOICE_REASONS).join(", ")}, or a number`, "Unspecified")
    .option("--as-bureau", "the key that acts is an officer's of the tax bureau")
    .option("--wallet <file>", WALLET_HELP)
    .addHelpText(
      "after",
      exampleOf(
        "invoice unbook ticket.json --reason WrongBooking --wallet company.json",
        "invoice unbook 0x5e… --as-bureau --reason NotAccepted",
      ),
    )
    .action(async (named: string, options: { reason: string; asBureau?: boolean; wallet?: string }) => {
      const civitas = await session.civitas();
      const reason = reasonOf(options.reason, INVOICE_REASONS);
      const why = `(${invoiceReasonName(reason)})`;
      if (options.asBureau === true) {
        const id = /^0x[0-9a-fA-F]{64}$/.test(named) ? named : documentId(readDocument(named));
        await actAndTell(session, `unbook ${id} ${why}`, async (by) => unbookByBureau(civitas, by, id, reason));
        return;
      }
      const document = readDocument(named);
      const key = (await readWallet(session.terminal, options.wallet)).keyFor(document);
      const network = await ledgerNetwork(civitas);
      const order = await signUnbook(network, document, key, reason, await signing(civitas, document));
      const what = `unbook ${documentId(document)} ${why}`;
      await actAndTell(session, what, async (by) => sendHolderOrder(civitas, by, order));
    });
}

/** What a holder's order of now is signed with: it is good for an hour. */
export async function signing(civitas: Civitas, document: InvoiceDocument): Promise<SignOptions> {
  return {
    changes: await changesOfInvoice(civitas, document),
    deadline: dateOf((await chainTime(civitas)) + HOUR),
  };
}
