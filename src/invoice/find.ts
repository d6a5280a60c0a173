/** From a number to the document, through the events of the registry. The chain keeps numbers as used or not, and no list of documents. */
import { type Log, ZeroHash } from "ethers";

import { type EventPlace, walk } from "../common/history.js";
import { byRange } from "../common/logs.js";
import type { Contracts } from "../contracts.js";
import type { NumberScheme } from "./model.js";
import { parseNumber } from "./number.js";
import {
  type ContentRecord,
  invoiceBatchId,
  invoiceId,
  type InvoiceNetwork,
  invoiceNetwork,
  type InvoiceRecord,
  numberSchemeNumber,
  singleRecord,
  type TermsRecord,
} from "./record.js";

/** Where a number was found. */
export interface FoundInvoice extends EventPlace {
  /** The document, if it has a state; of a number that a batch reserves, only whoever has the document knows it. */
  record?: InvoiceRecord;
  /** Its id. */
  invoice?: string;
  /** Of a document in a batch: the batch's id, and the place in it. */
  batch?: string;
  position?: number;
}

type Asked = Pick<Contracts, "chainId" | "invoices" | "taxpayers" | "provider">;

/**
 * The documents with a number: one in the schemes of digits, one for each seller of their own numbers. It looks through all blocks: name the
 * seller, and the block to begin with, where they are known.
 */
export async function findByNumber(
  contracts: Asked,
  scheme: NumberScheme,
  text: string,
  { seller, from = 0 }: { seller?: string; from?: number } = {},
): Promise<FoundInvoice[]> {
  const { invoices, provider } = contracts;
  const { value } = parseNumber(scheme, text);
  const number = numberSchemeNumber(scheme);
  const network = await invoiceNetwork(contracts);
  const latest = await provider.getBlockNumber();
  const issued = invoices.filters.InvoiceIssued(undefined, seller);
  const anchored = invoices.filters.InvoicesAnchored(undefined, seller);
  const materialised = invoices.filters.InvoiceMaterialised();
  const found: FoundInvoice[] = [];
  const ranges = byRange(from, latest, (first, last) =>
    Promise.all([
      invoices.queryFilter(issued, first, last),
      invoices.queryFilter(anchored, first, last),
      invoices.queryFilter(materialised, first, last),
    ]),
  );
  for await (const [singles, batches, states] of ranges) {
    for (const log of singles) {
      const { terms, content } = log.args;
      const own = termsOfChain(terms);
      if (content.number !== value || own.scheme !== number) continue;
      found.push(await single(contracts, network, log, log.args.invoice, own, contentOfChain(content)));
    }
    for (const log of batches) {
      const { terms: batch } = log.args;
      const own = termsOfChain(batch.terms);
      const position = value - batch.firstNumber;
      if (own.scheme !== number || position < 0n || position >= batch.count) continue;
      const id = invoiceBatchId(network, own.seller, `${batch.serial}`);
      found.push({ ...placeOf(log), batch: id, position: Number(position) });
    }
    for (const log of states) {
      const { batch, position, content } = log.args;
      const reserved = found.find((one) => one.batch === batch && one.position === Number(position));
      if (content.number !== value || reserved === undefined) continue;
      const record = recordInBatch(await batchOf(contracts, batch, reserved.block), position, content);
      Object.assign(reserved, { ...placeOf(log), record, invoice: invoiceId(network, record) });
    }
  }
  return found;
}

/** A single document; a reversing one says through another event which it reverses. */
async function single(
  { invoices }: Asked,
  network: InvoiceNetwork,
  log: Pick<Log, "blockNumber" | "index" | "transactionHash">,
  invoice: string,
  terms: TermsRecord,
  content: ContentRecord,
): Promise<FoundInvoice> {
  let record = singleRecord(terms, content);
  if (invoiceId(network, record) !== invoice) {
    const reversals = await invoices.queryFilter(
      invoices.filters.InvoiceReversed(undefined, invoice),
      log.blockNumber,
      log.blockNumber,
    );
    record = singleRecord(terms, content, reversals[0]?.args.invoice);
  }
  return { ...placeOf(log), record, invoice };
}

/**
 * The record of a document that has a state, by its id: walked back from its last event.
 * @param from First block to look through for the batch that it is in.
 * @throws RangeError for a document without a state.
 */
export async function recordOfInvoice(contracts: Asked, invoice: string, from = 0): Promise<InvoiceRecord> {
  const { invoices, provider } = contracts;
  const events = ["InvoiceIssued", "InvoiceMaterialised", "InvoiceRequested", "InvoiceReversed"];
  const last = Number((await invoices.stateOf(invoice)).changedIn);
  const history = {
    provider,
    contract: invoices,
    events,
    record: invoice,
    from: last,
    what: `the document ${invoice}`,
  };
  for await (const { name, args } of walk(history, (name, args) => ({ name, args }))) {
    if (name === "InvoiceIssued") {
      const record = singleRecord(termsOfChain(args["terms"]), contentOfChain(args["content"]));
      const network = await invoiceNetwork(contracts);
      if (invoiceId(network, record) === invoice) return record;
      const reversals = await invoices.queryFilter(invoices.filters.InvoiceReversed(undefined, invoice), last, last);
      return { ...record, reverses: reversals[0]?.args.invoice ?? ZeroHash };
    }
    if (name === "InvoiceMaterialised") {
      const { batch, position, content } = args as unknown as ChainMaterialised;
      return recordInBatch(await batchOf(contracts, batch, from), position, content);
    }
  }
  throw new RangeError(`the document ${invoice} has no state on the chain; was it issued, or is it in a batch?`);
}

/** What was anchored, found block by block from the first on. */
async function batchOf({ invoices, provider }: Asked, batch: string, from: number): Promise<ChainBatch> {
  const latest = await provider.getBlockNumber();
  const filter = invoices.filters.InvoicesAnchored(batch);
  for await (const [log] of byRange(from, latest, (first, last) => invoices.queryFilter(filter, first, last))) {
    if (log !== undefined) return log.args.terms;
  }
  throw new RangeError(`no batch ${batch} was anchored since block ${from}`);
}

function recordInBatch(batch: ChainBatch, position: bigint, content: unknown): InvoiceRecord {
  return {
    ...{ terms: termsOfChain(batch.terms), serial: `${batch.serial}`, position: Number(position) },
    ...{ reverses: ZeroHash, content: contentOfChain(content) },
  };
}

interface ChainBatch {
  terms: unknown;
  serial: bigint;
  count: bigint;
  firstNumber: bigint;
}

interface ChainMaterialised {
  batch: string;
  position: bigint;
  content: { number: bigint };
}

/** Terms of an event as a record has them. */
export function termsOfChain(terms: unknown): TermsRecord {
  const { seller, kind, scheme, currency } = terms as Record<keyof TermsRecord, unknown>;
  return { seller: String(seller), kind: Number(kind), scheme: Number(scheme), currency: Number(currency) };
}

/** The content of an event as a record has it. */
export function contentOfChain(content: unknown): ContentRecord {
  const given = content as Record<keyof ContentRecord, unknown>;
  const list = (of: unknown) => [...(of as Iterable<Record<string, unknown>>)];
  return {
    number: String(given.number),
    time: Number(given.time),
    buyer: String(given.buyer),
    invoicedObject: String(given.invoicedObject),
    root: String(given.root),
    ...{ net: String(given.net), tax: String(given.tax), gross: String(given.gross) },
    lines: list(given.lines).map(({ category, rate, items, net, tax }) => ({
      ...{ category: String(category), rate: Number(rate), items: Number(items) },
      ...{ net: String(net), tax: String(tax) },
    })),
    draws: list(given.draws).map(({ payment, amount }) => ({ payment: String(payment), amount: String(amount) })),
  };
}

function placeOf(log: Pick<Log, "blockNumber" | "index" | "transactionHash">): EventPlace {
  return { block: log.blockNumber, logIndex: log.index, transaction: log.transactionHash };
}
