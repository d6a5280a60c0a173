/** Taking invoices back: by agreement, within 72 hours, and everything returns to where it came from. */
import {
  buildReversal,
  confirmReversalBySeller,
  documentId,
  type InvoiceDocument,
  type InvoiceWallet,
  leftOfInvoice,
  proposeReversalBySeller,
  refundPayments,
  signReversalAnswer,
  signReversalProposal,
  verifyInvoice,
} from "../../src/invoice/index.js";
import { chapter, tell, tryTo } from "./stage.js";
import {
  book,
  CUSTOMERS,
  handTo,
  leftOf,
  month,
  type Paid,
  pay,
  rideLine,
  sell,
  type Seller,
  send,
  signing,
  type Trade,
  usedOf,
  wait,
  yuan,
} from "./trade.js";

const REVERSAL_PERIOD = 72 * 3600;

/** The employer's ten rides, booked, and who is there. */
export interface Booked {
  held: InvoiceDocument;
  rides: Paid[];
  /** The month they were issued in. */
  period: number;
  employer: InvoiceWallet;
  passenger: InvoiceWallet;
}

export async function reversalStory(trade: Trade, metro: Seller, booked: Booked): Promise<void> {
  const { civitas } = trade.stage;
  const { held, rides, period, employer, passenger } = booked;
  const verdict = async (document: InvoiceDocument) => (await verifyInvoice(civitas, document)).message;
  const time = async () => new Date((await trade.now()) * 1000);
  const key = employer.keyFor(held);
  const answer = async (document: InvoiceDocument, reversing: InvoiceDocument, confirmed: boolean) => {
    const own = employer.keyFor(document);
    const options = await signing(trade, document);
    return send(trade, await signReversalAnswer(trade.network, document, own, reversing, confirmed, options));
  };
  const propose = async (reversing: InvoiceDocument) =>
    send(trade, await signReversalProposal(trade.network, held, key, reversing, await signing(trade, held)));
  const counts = async () =>
    `left to be invoiced of the ten payments: ${yuan(await leftOf(trade, rides))}; ` +
    `used of the metro's quota: ${yuan(await usedOf(trade, metro, period))}`;

  chapter("Two of the ten rides were charged by mistake. The metro proposes to take them back; nobody answers.");
  const two = { lines: [{ id: "3" }, { id: "7" }], note: "charged by mistake" };
  const part = buildReversal(held, { number: metro.nextNumber(), time: await time(), ...two });
  await proposeReversalBySeller(civitas, metro.operator, held, part);
  tell(`${await verdict(held)}.`);
  await wait(trade, REVERSAL_PERIOD + 1);
  await tryTo("72 hours and a second later, the employer confirms", async () => answer(held, part, true));
  tell(`The proposal is void: ${await verdict(held)}.`);
  await tryTo("The metro proposes it again at once", async () =>
    proposeReversalBySeller(civitas, metro.operator, held, part),
  );

  chapter("The employer proposes the same, and the metro confirms: a part goes back, and then the rest.");
  tell(`Before: ${await counts()}.`);
  await propose(part);
  await confirmReversalBySeller(civitas, metro.operator, held, part);
  const { net, tax, gross } = part.record.content;
  const { transferOut } = await civitas.ledger.bookingOf(documentId(held)).then(([, out]) => ({ transferOut: out }));
  tell(`A document of its own takes ${yuan(net)} + ${yuan(tax)} = ${yuan(gross)} off, and points back.`);
  tell(`The employer had deducted the tax: ${yuan(transferOut)} yuan of it are to be transferred out.`);
  tell(`After:  ${await counts()}.`);
  const left = await leftOfInvoice(civitas, held);
  const rest = buildReversal(held, { number: metro.nextNumber(), time: await time(), left });
  await propose(rest);
  await confirmReversalBySeller(civitas, metro.operator, held, rest);
  tell(`The rest, ${yuan(rest.record.content.gross)} yuan, goes the same way: ${await counts()}.`);
  tell(`${await verdict(held)}.`);
  await tryTo("The employer proposes to take the two rides back once more", async () => propose(part));

  chapter("A ride is refunded after it was booked.");
  const paid = await pay(trade, metro, passenger, 600n);
  const buyer = passenger.newBuyer(CUSTOMERS.employer, CUSTOMERS.employerTaxNumber);
  const sale = { lines: [rideLine("6.00", CUSTOMERS.route)] };
  const ticket = await handTo(trade, await sell(trade, metro, [paid], buyer, passenger, sale), passenger, employer);
  const issuedIn = await month(trade);
  await book(trade, ticket, employer);
  await refundPayments(civitas, trade.provider, [{ payment: paid.payment, path: [], refunded: 600n }]);
  tell(`${await verdict(ticket)}.`);
  tell(`What is left of the payment is below zero, for all to see: ${yuan(await leftOf(trade, [paid]))}.`);
  const used = await usedOf(trade, metro, issuedIn);
  const back = buildReversal(ticket, { number: metro.nextNumber(), time: await time(), note: "refunded" });
  await proposeReversalBySeller(civitas, metro.operator, ticket, back);
  await answer(ticket, back, true);
  const freed = used - (await usedOf(trade, metro, issuedIn));
  tell(
    `The metro takes the invoice back, the employer agrees: the payment is at ${yuan(await leftOf(trade, [paid]))},`,
  );
  tell(`and ${yuan(freed)} of quota return. ${await verdict(ticket)}.`);
}
