/** The day, read back from the chain: what its events and states say, without what made it. */
import type { DeployedSuite } from "../../rocketh/suite.js";
import { TAX } from "../../src/index.js";
import { contentOfChain, termsOfChain } from "../../src/invoice/find.js";
import { type InvoiceRecord, singleRecord } from "../../src/invoice/record.js";
import { INVOICE_STATUSES, nameOf } from "../../src/invoice/status.js";
import { grouped, type Listener } from "../common/command.js";
import { DayError, type Options } from "./cost.js";
import type { Metro } from "./metro.js";
import { FIRST_SINGLE, rideOf } from "./ride.js";

const BLOCKS = 50; // read at once
const AT_ONCE = 50; // questions

/** What the chain says in all. */
interface Books {
  net: bigint;
  tax: bigint;
  paid: bigint;
  /** Months whose quota was charged. */
  periods: Set<bigint>;
}

/**
 * Every number of the day is used or reserved once, the sums are those of the quota and of the payments, and every single document stands.
 * @throws DayError where something is otherwise.
 */
export async function auditDay(metro: Metro, options: Options, listener: Listener): Promise<void> {
  const books: Books = { net: 0n, tax: 0n, paid: 0n, periods: new Set() };
  const reserved = await auditBatches(metro, options, books);
  listener.say(`numbers: ${grouped(reserved)} reserved by batches, each once, without a gap`);
  const standing = await auditSingles(metro, options, books);
  listener.say(`numbers: ${grouped(options.single)} used by single documents, each once`);
  const tally = [...standing].map(([status, count]) => `${grouped(count)} ${status}`).join(", ");
  listener.say(`single documents: ${tally}`);

  const { taxpayers } = metro.suite;
  const { seller, currency } = metro.frame.terms;
  let used = 0n;
  for (const period of books.periods) used += (await taxpayers.quotaOf(seller, TAX, currency, period)).used;
  expect("the quota that is used", used, books.net);
  expect("what was paid", books.paid, books.net + books.tax);
  listener.say(
    `sums in fen: net ${grouped(books.net)}, as much as the quota used; with tax ${grouped(books.net + books.tax)}, as much as was paid`,
  );
}

/** @returns how many numbers of the day are reserved. */
async function auditBatches({ suite, frame, provider }: Metro, options: Options, books: Books): Promise<number> {
  const { invoices, payments, taxpayers } = suite;
  const { seller, scheme } = frame.terms;
  const ranges: { first: number; end: number }[] = [];
  const latest = await latestBlock(suite);
  const anchored = invoices.filters.InvoicesAnchored(undefined, seller);
  for await (const { args } of inBlocks(latest, async (from, to) => invoices.queryFilter(anchored, from, to))) {
    const { firstNumber, count, net, tax } = args.terms;
    const state = await invoices.batchStateOf(args.batch);
    const first = rideOf(frame.seed, firstNumber);
    expect(`the first number of the batch ${args.batch}`, state.firstNumber, firstNumber);
    expect(`how many are in the batch ${args.batch}`, state.count, count);
    ranges.push({ first, end: first + Number(count) });
    books.net += net;
    books.tax += tax;
    books.periods.add(state.period);
    const materialised = new Set<bigint>();
    let [left, taxLeft] = [state.net, state.tax];
    const of = invoices.filters.InvoiceMaterialised(undefined, args.batch);
    for await (const { args: one } of inBlocks(latest, async (from, to) => invoices.queryFilter(of, from, to))) {
      const { number, net: ownNet, tax: ownTax } = one.content;
      expect(`the number ${number} of a batch`, number, firstNumber + one.position);
      expect(`the number ${number} is used`, await taxpayers.isUsed(scheme, seller, number), true);
      if (materialised.has(number)) throw new DayError(`the number ${number} was used twice`);
      materialised.add(number);
      left += ownNet;
      taxLeft += ownTax;
    }
    expect(`the net total of the batch ${args.batch}, left and used`, left, net);
    expect(`the tax of the batch ${args.batch}, left and used`, taxLeft, tax);
  }
  const paid = payments.filters.PaymentsAnchored(undefined, provider, seller);
  for await (const { args } of inBlocks(latest, async (from, to) => payments.queryFilter(paid, from, to))) {
    books.paid += args.terms.total;
  }
  let end = 0;
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    expect("where the numbers of the next batch begin", range.first, end);
    end = range.end;
  }
  if (end < options.anchored)
    throw new DayError(`${grouped(end)} numbers are reserved, of ${grouped(options.anchored)}`);
  return end;
}

/** @returns how many documents have which status. */
async function auditSingles(metro: Metro, options: Options, books: Books): Promise<Map<string, number>> {
  const { suite, frame } = metro;
  const { invoices, payments } = suite;
  const { seller } = frame.terms;
  const seen = new Uint8Array(options.single);
  const statuses = new Map<string, number>();
  const latest = await latestBlock(suite);
  const issued = invoices.filters.InvoiceIssued(undefined, seller);
  let waiting: Promise<Standing>[] = [];
  const settle = async () => {
    for (const { status, period } of await Promise.all(waiting)) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      books.periods.add(period);
    }
    waiting = [];
  };
  for await (const { args } of inBlocks(latest, async (from, to) => invoices.queryFilter(issued, from, to))) {
    const { number, net, tax } = args.content;
    books.net += net;
    books.tax += tax;
    const index = rideOf(frame.seed, number) - FIRST_SINGLE;
    if (index < 0) throw new DayError(`the number ${number} of a single document is a batch's`);
    if (index < seen.length) seen[index] = (seen[index] ?? 0) + 1; // others are of a longer day before
    const record = singleRecord(termsOfChain(args.terms), contentOfChain(args.content));
    waiting.push(standingOf(metro, record, args.invoice));
    if (waiting.length === AT_ONCE) await settle();
  }
  await settle();
  const attested = payments.filters.PaymentAttested(undefined, seller);
  for await (const { args } of inBlocks(latest, async (from, to) => payments.queryFilter(attested, from, to))) {
    books.paid += args.terms.amount;
  }
  const wrong = seen.findIndex((times) => times !== 1);
  if (wrong !== -1) throw new DayError(`single document ${wrong} was issued ${seen[wrong] ?? 0} times`);
  return statuses;
}

interface Standing {
  status: string;
  period: bigint;
}

async function standingOf({ suite, frame }: Metro, record: InvoiceRecord, invoice: string): Promise<Standing> {
  const { number } = record.content;
  const [{ status, id }, isUsed, { period }] = await Promise.all([
    suite.ledger.statusOf(record, []),
    suite.taxpayers.isUsed(frame.terms.scheme, frame.terms.seller, number),
    suite.invoices.stateOf(invoice),
  ]);
  expect(`the id of the document with the number ${number}`, id, invoice);
  expect(`whether the number ${number} is used`, isUsed, true);
  const name = nameOf(INVOICE_STATUSES, status);
  if (name !== "Issued" && name !== "Booked") throw new DayError(`the document with the number ${number} is ${name}`);
  return { status: name, period };
}

/** Events, as many blocks at once as memory stays flat with. */
async function* inBlocks<Event>(latest: number, read: (from: number, to: number) => Promise<Event[]>) {
  for (let from = 0; from <= latest; from += BLOCKS) yield* await read(from, Math.min(from + BLOCKS - 1, latest));
}

async function latestBlock({ invoices }: DeployedSuite): Promise<number> {
  const block = await invoices.runner?.provider?.getBlockNumber();
  if (block === undefined) throw new Error("the contracts are connected to no chain");
  return block;
}

function expect<Value>(what: string, is: Value, should: Value): void {
  if (is !== should) throw new DayError(`${what}: it is ${String(is)}, and should be ${String(should)}`);
}
