/** A night: all rides of a city under two roots, and one of them that its passenger asks for in the morning. */
import { SingleBar } from "cli-progress";
import { hexlify, randomBytes, ZeroHash } from "ethers";

import { IdTree } from "../../src/common/batch-tree.js";
import {
  anchorInvoices,
  anchorPayments,
  buildInvoice,
  documentId,
  invoiceBatchId,
  type InvoiceDocument,
  InvoiceWallet,
  keyedReference,
  materialiseInvoice,
  newPayment,
  paymentBatchId,
  paymentId,
  signBook,
  signInvoiceRequest,
  verifyInvoice,
  withNamedBuyer,
  withPaths,
} from "../../src/invoice/index.js";
import { fastKeccak } from "../common/keccak.js";
import { type Night, rideAt, writeNight } from "./rides.js";
import { chapter, tell, tryTo } from "./stage.js";
import {
  book,
  CURRENCY,
  CUSTOMERS,
  deliver,
  handTo,
  modelOf,
  month,
  rideLine,
  type Seller,
  send,
  signing,
  type Trade,
  yuan,
} from "./trade.js";

const DAY = 24 * 3600;
/** Fares in fen; rides of each are about as many as it stands here. */
const FARES = [200n, 300n, 400n, 500n, 600n, 600n, 700n, 900n];
const SERIAL = 1;
const CNY = 156;

export async function nightStory(
  trade: Trade,
  metro: Seller,
  { passenger, employer, rides }: { passenger: InvoiceWallet; employer: InvoiceWallet; rides: number },
): Promise<void> {
  const { civitas } = trade.stage;
  const verdict = async (document: InvoiceDocument) => (await verifyInvoice(civitas, document)).message;
  const grouped = (count: number | bigint) => count.toLocaleString("en");

  chapter(`A night: ${grouped(rides)} rides, each with a payment and an invoice that its passenger may ask for.`);
  const mine = Math.floor(rides * 0.43);
  const payer = passenger.newPayer();
  const night = await newNight(trade, metro, rides, new Map([[mine, payer.payer]]));
  const began = performance.now();
  const bar = new SingleBar({
    format: "   {bar} {value}/{total} rides, {eta_formatted} left",
    noTTYOutput: true,
    notTTYSchedule: 5000,
    hideCursor: true,
  });
  bar.start(rides, 0);
  const keccak = await fastKeccak();
  const ids = await writeNight(night, keccak, (done) => {
    bar.update(done);
  });
  bar.stop();
  const [payments, invoices] = [IdTree.ofRow(ids.payments, keccak), IdTree.ofRow(ids.invoices, keccak)];

  const hidden = rideAt(night, mine);
  const [{ payment }] = hidden.evidence as [InvoiceDocument["evidence"][number]];
  const same = paymentId(trade.suite, payment) === payments.id(mine) && documentId(hidden) === invoices.id(mine);
  if (!same) throw new Error("the client computes other ids than the batch has");
  const { chainId, registry, payments: paymentRegistry } = trade.suite;
  const { provider, serial } = payment;
  const reserved = paymentBatchId(trade.suite, provider, serial);
  const total = `${ids.net + ids.tax}`;
  const paid = await anchorPayments(civitas, trade.provider, {
    batch: {
      ...{ chainId, payments: paymentRegistry, provider, city: Number(trade.shenzhen), serial, count: rides },
      ...{ payee: metro.identity, currency: CNY, total, root: payments.root },
    },
    id: reserved,
  });
  const issued = await anchorInvoices(civitas, metro.operator, {
    batch: {
      ...{ chainId, registry, terms: hidden.record.terms, serial, count: rides, firstNumber: `${night.firstNumber}` },
      ...{ net: `${ids.net}`, tax: `${ids.tax}`, payments: reserved, root: invoices.root },
    },
    id: invoiceBatchId(trade.suite, metro.identity, serial),
  });
  const seconds = (performance.now() - began) / 1000;
  const { provider: node } = trade.stage.connection.ethers;
  const gas = async (hash = "") => (await node.getTransactionReceipt(hash))?.gasUsed ?? 0n;
  const [forPayments, forInvoices] = [await gas(paid), await gas(issued)];
  const each = (of: bigint) => (Number(of) / rides).toFixed(1);
  tell(
    `${yuan(total)} yuan under two roots: gas ${grouped(forPayments)} for all payments, ${grouped(forInvoices)} for all`,
  );
  tell(`invoices; that is ${each(forPayments)} and ${each(forInvoices)} for a ride. It took ${seconds.toFixed(1)} s.`);

  chapter("In the morning one passenger asks for the invoice of the ride, hands it in, and the employer books it.");
  const whole = (position: number) =>
    withPaths(rideAt(night, position), { invoice: invoices.proof(position), payment: payments.proof(position) });
  const plain = whole(mine);
  tell(`The metro finds the ride: ${await verdict(plain)}.`);
  const buyer = passenger.newBuyer(CUSTOMERS.employer, CUSTOMERS.employerTaxNumber);
  const named = withNamedBuyer(plain, buyer);
  const deadline = await trade.later(DAY);
  const commitment = named.buyer?.commitment ?? ZeroHash;
  const request = await signInvoiceRequest(trade.suite, payment, passenger.payerKey(payer.salt), commitment, {
    deadline,
  });
  const invoice = await materialiseInvoice(civitas, trade.relay, named, request);
  trade.secrets.payers.push({ signer: payer.signer, payment: paymentId(trade.suite, payment) });
  trade.secrets.holders.push({ signer: buyer.signer, invoice });
  tell(`It is proven from position ${grouped(mine)} with ${plain.path.length} hashes, and gets its buyer.`);
  const held = await handTo(trade, await deliver(named, passenger), passenger, employer);
  await book(trade, held, employer);
  tell(`${await verdict(held)}.`);

  chapter("Somebody at the metro wants to sell a ride that nobody asked for.");
  const unclaimed = whole(mine + 1);
  const crook = InvoiceWallet.create();
  const forged = crook.newBuyer("某某贸易有限公司");
  const sold = withNamedBuyer(unclaimed, forged);
  await tryTo("They name a buyer, with a payer's key of their own", async () => {
    const of = unclaimed.evidence[0]?.payment ?? payment;
    const own = crook.payerKey(crook.newPayer().salt);
    const to = sold.buyer?.commitment ?? ZeroHash;
    const signed = await signInvoiceRequest(trade.suite, of, own, to, { deadline });
    await materialiseInvoice(civitas, metro.operator, sold, signed);
  });
  await materialiseInvoice(civitas, metro.operator, unclaimed);
  await tryTo("They book it without a buyer", async () => {
    const booking = { city: Number(trade.shenzhen), period: await month(trade), deductible: true };
    const options = await signing(trade, sold);
    await send(trade, await signBook(trade.network, sold, crook.keyFor(sold), booking, options));
  });
}

/** The night, with the ticket of a ride for each fare. */
async function newNight(
  trade: Trade,
  metro: Seller,
  count: number,
  payers: ReadonlyMap<number, string>,
): Promise<Night> {
  const time = new Date((await trade.now()) * 1000);
  const firstNumber = (BigInt(metro.nextNumber()) / 100_000n + 1n) * 100_000n;
  const word = () => hexlify(randomBytes(32));
  const provider = await trade.provider.getAddress();
  const fares = FARES.map((fare) => {
    const payment = newPayment({
      ...{ provider, city: trade.shenzhen, payee: metro.identity, currency: CURRENCY, amount: fare, paidAt: time },
      ...{ transactionId: word(), order: keyedReference(metro.secret, word()), payer: word() },
      batch: { serial: SERIAL, position: 0 },
    });
    const model = modelOf(metro, {
      ...{ number: `${firstNumber}`, day: time, gross: fare, buyer: { name: "" } },
      lines: [rideLine(yuan(fare))],
    });
    const batch = { serial: SERIAL, position: 0 };
    return buildInvoice(trade.suite, model, { seller: metro.identity, payments: [{ payment }], time, batch });
  });
  return { seed: word(), count, fares, firstNumber, payers };
}
