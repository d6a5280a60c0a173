/** Some tickets of each batch: requested by their payers, materialised, handed on and booked; and a forged one refused. */
import { decodeError } from "../../src/errors.js";
import { withNamedBuyer, withPaths, materialiseInvoice } from "../../src/invoice/batch.js";
import { documentId, invoiceDocumentFaults, type InvoiceDocument } from "../../src/invoice/document.js";
import { signInvoiceRequest } from "../../src/invoice/issue.js";
import { changesOfInvoice, handedOn, sendHolderOrder, signBook, signHandOn } from "../../src/invoice/order.js";
import { INVOICE_STATUSES, type InvoiceStatus, nameOf } from "../../src/invoice/status.js";
import { buyerOf } from "../../src/invoice/wallet.js";
import type { Listener } from "../common/command.js";
import type { Sample } from "./batches.js";
import { DayError } from "./cost.js";
import { documentOf, employerOf, passengerOf } from "./document.js";
import { type Metro, NEVER } from "./metro.js";
import { payerKey } from "./ride.js";

/**
 * Each is made again from the seed alone, by the client and not by what anchored it, and goes its way from where it is.
 * @throws DayError where a ticket is not what it should be.
 */
export async function bookSamples(metro: Metro, samples: readonly Sample[], listener: Listener): Promise<void> {
  for (const sample of samples) {
    const document = withPaths(documentOf(metro.frame, sample), sample.paths);
    expect(sample, "its id, computed again", documentId(document), sample.id);
    expect(sample, "what is wrong with it", invoiceDocumentFaults(document).join("; "), "");
    if (sample.isFirst && sample.count > 1) await refuseForged(metro, sample, document, listener);
    const states = [await statusOf(metro, document)];
    for (const act of [request, handOn, book]) {
      if (await act(metro, sample, document, states.at(-1))) states.push(await statusOf(metro, document));
    }
    expect(sample, "its status in the end", states.at(-1) ?? "", "Booked");
    listener.say(`${nameOfSample(sample)}: ${states.join(", ")}; ${document.path.length} hashes to its root`);
  }
}

/** Whether it was done: the payer names the buyer of an anchored ticket. */
async function request(metro: Metro, { ride }: Sample, document: InvoiceDocument, status?: InvoiceStatus) {
  if (status !== "Anchored") return false;
  await materialise(metro, ride, document);
  return true;
}

async function materialise({ suite, chainId, frame, relayer }: Metro, ride: number, document: InvoiceDocument) {
  const { request: buyer } = passengerOf(frame.seed, ride);
  const [proof] = document.evidence;
  if (proof === undefined) throw new Error("a ticket has a payment");
  const key = payerKey(frame.seed, ride);
  const { commitment } = buyerOf(buyer);
  const signed = await signInvoiceRequest(frame, proof.payment, key, commitment, { deadline: NEVER });
  await materialiseInvoice({ ...suite, chainId }, relayer, withNamedBuyer(document, buyer), signed);
}

/** Whether it was done: the passenger hands an issued ticket on to the employer. */
async function handOn(metro: Metro, { ride }: Sample, document: InvoiceDocument, status?: InvoiceStatus) {
  if (status !== "Issued") return false;
  const { suite, chainId, frame, relayer } = metro;
  const passenger = passengerOf(frame.seed, ride);
  const held = withNamedBuyer(document, passenger.request);
  const options = { changes: await changesOfInvoice(suite, document), deadline: NEVER };
  const to = employerOf(frame.seed, ride).request;
  const order = await signHandOn(networkOf(metro), held, passenger.key, to, options);
  await sendHolderOrder({ ...suite, chainId }, relayer, order);
  return true;
}

/** Whether it was done: the employer books a ticket that was handed on. */
async function book(metro: Metro, { ride }: Sample, document: InvoiceDocument, status?: InvoiceStatus) {
  if (status !== "Confirmed") return false;
  const { suite, chainId, frame, relayer } = metro;
  const employer = employerOf(frame.seed, ride);
  const period = Number(await suite.taxpayers.currentPeriod(frame.city));
  const booking = { city: frame.city, period, deductible: true };
  const options = { changes: await changesOfInvoice(suite, document), deadline: NEVER };
  const held = handedOn(document, employer.request);
  const order = await signBook(networkOf(metro), held, employer.key, booking, options);
  await sendHolderOrder({ ...suite, chainId }, relayer, order);
  return true;
}

/** The ticket, at the place of its neighbour and with that one's number, by its own paths. */
async function refuseForged(metro: Metro, sample: Sample, document: InvoiceDocument, listener: Listener) {
  const { record } = document;
  const step = sample.position + 1 < sample.count ? 1 : -1;
  const content = { ...record.content, number: `${BigInt(record.content.number) + BigInt(step)}` };
  const forged = { ...document, record: { ...record, position: record.position + step, content } };
  expect(sample, "the status of a forged one beside it", await statusOf(metro, forged), "Unknown");
  const refused = await materialise(metro, sample.ride, forged).then(
    (): string => "accepted",
    (error: unknown) => decodeError(error).name,
  );
  expect(sample, "what became of a forged one beside it", refused, "InvoiceUnknown");
  listener.say(`${nameOfSample(sample)}, forged at the next position: refused (${refused})`);
}

async function statusOf({ suite }: Metro, { record, path }: InvoiceDocument): Promise<InvoiceStatus> {
  return nameOf(INVOICE_STATUSES, (await suite.ledger.statusOf(record, path)).status);
}

function networkOf({ frame: { chainId, registry }, ledger }: Metro) {
  return { chainId, registry, ledger };
}

function nameOfSample({ serial, position }: Sample): string {
  return `batch ${serial}, position ${position}`;
}

function expect(sample: Sample, what: string, is: string, should: string): void {
  if (is === should) return;
  throw new DayError(`${nameOfSample(sample)}: ${what} is "${is}", and should be "${should}"`);
}
