/** A night's batch: documents by the ten thousand under one root, each proven later; and the documents of a batch that get a state. */
import { type Signer, ZeroHash } from "ethers";

import type { IdTree } from "../common/batch-tree.js";
import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { documentId, type DocumentHolder, type InvoiceDocument } from "./document.js";
import { checkNetwork, evidenceOf, InvoiceIssueError, type SignedRequest } from "./issue.js";
import { IdRow, type InvoiceProgress } from "./many.js";
import { invoiceBatchId, type InvoiceNetwork, paymentBatchId, type TermsRecord } from "./record.js";
import type { BuyerRequest } from "./wallet.js";
import { buyerOf } from "./wallet.js";

type Acting = Pick<Contracts, "chainId" | "invoices">;

/** IInvoiceRegistry.Batch, of one network, in JSON. */
export interface InvoiceBatchRecord extends InvoiceNetwork {
  terms: TermsRecord;
  /** Decimal, from 1; each used once. */
  serial: string;
  count: number;
  /** Decimal: the document at position n has the number firstNumber + n. */
  firstNumber: string;
  /** Minor units, decimal. */
  net: string;
  /** Minor units, decimal. */
  tax: string;
  /** Id of the batch of payments. */
  payments: string;
  root: string;
}

/** A batch that is ready to be anchored. */
export interface PreparedInvoices {
  batch: InvoiceBatchRecord;
  /** The batch's id. */
  id: string;
  /** The path of the document at a position. */
  path: (position: number) => string[];
}

const MAX_BATCH = 1_000_000;

/**
 * The tree over a batch of documents, which stream by: about 64 bytes for each are kept. The document at position n takes the whole payment at
 * position n of one batch of payments, and has the first number plus n.
 * @param documents In the order of their positions, as `buildInvoice` makes them. Keep them as they pass: each gets its paths later.
 * @param onProgress Called for each thousand, and at the end; `total` is 0 until then, as nobody knows it yet.
 * @throws InvoiceIssueError for one that does not belong to the batch.
 */
export async function prepareInvoices(
  documents: Iterable<InvoiceDocument> | AsyncIterable<InvoiceDocument>,
  onProgress?: InvoiceProgress,
): Promise<PreparedInvoices> {
  const ids = new IdRow();
  let first: InvoiceDocument | undefined;
  let [net, tax] = [0n, 0n];
  for await (const document of documents) {
    first ??= document;
    const fault = faultIn(document, first, ids.count);
    if (fault !== undefined)
      throw new InvoiceIssueError(`document ${ids.count} does not belong to the batch: ${fault}`);
    const { content } = document.record;
    net += BigInt(content.net);
    tax += BigInt(content.tax);
    ids.add(documentId(document));
    if (ids.count % 1000 === 0) onProgress?.(ids.count, 0);
  }
  if (first === undefined) throw new InvoiceIssueError("a batch has at least one document");
  if (ids.count > MAX_BATCH) throw new InvoiceIssueError(`a batch has at most ${MAX_BATCH} documents; make two of it`);
  const tree: IdTree = ids.tree();
  onProgress?.(tree.count, tree.count);
  const { chainId, registry, record, evidence } = first;
  const { terms, serial, content } = record;
  const payment = evidence[0]?.payment;
  return {
    batch: {
      ...{ chainId, registry, terms, serial, count: tree.count, firstNumber: content.number },
      ...{ net: `${net}`, tax: `${tax}`, root: tree.root },
      payments: payment === undefined ? ZeroHash : paymentBatchId(first, payment.provider, payment.serial),
    },
    id: invoiceBatchId(first, terms.seller, serial),
    path: (position) => tree.proof(position),
  };
}

function faultIn(document: InvoiceDocument, first: InvoiceDocument, position: number): string | undefined {
  const { record, evidence } = document;
  const { terms, content, serial } = record;
  const [payment, own] = [evidence[0]?.payment, first.evidence[0]?.payment];
  const same = (["seller", "kind", "scheme", "currency"] as const).every(
    (name) => terms[name] === first.record.terms[name],
  );
  if (!same || serial !== first.record.serial || serial === "0") return "all have one seller, kind, scheme and serial";
  if (record.position !== position) return `its position is ${record.position}`;
  if (BigInt(content.number) !== BigInt(first.record.content.number) + BigInt(position)) {
    return "numbers follow one another";
  }
  if (payment === undefined || content.draws.length !== 1) return "each takes one payment";
  if (payment.provider !== own?.provider || payment.serial !== own.serial || payment.serial === "0") {
    return "all payments are of one batch";
  }
  if (payment.position !== position || content.draws[0]?.amount !== payment.amount) {
    return "each takes the whole payment at its own position";
  }
  return undefined;
}

/**
 * Anchor a prepared batch; its payments are anchored before. Run it again after a failure: one that is anchored already stays as it is.
 * @returns the hash of the transaction; undefined if it was anchored before.
 * @throws InvoiceIssueError if the serial was used for another batch.
 */
export async function anchorInvoices(
  contracts: Acting,
  operator: Signer,
  { batch, id }: Pick<PreparedInvoices, "batch" | "id">,
): Promise<string | undefined> {
  await checkNetwork(contracts, batch);
  const state = await contracts.invoices.batchStateOf(id);
  if (state.count !== 0n) {
    if (state.root === batch.root && Number(state.count) === batch.count) return undefined;
    throw new InvoiceIssueError(`the serial ${batch.serial} was used for another batch of documents; take a fresh one`);
  }
  const { terms, serial, count, firstNumber, net, tax, payments, root } = batch;
  const struct = { terms, serial, count, firstNumber, net, tax, payments, root };
  return (await mined(contracts.invoices.connect(operator).anchor(struct))).hash;
}

/**
 * A document of a batch with its paths, as it goes to whoever asks for it.
 * @param paths Of the document in its batch, and of its payment in the batch of payments.
 */
export function withPaths(document: InvoiceDocument, paths: { invoice: string[]; payment: string[] }): InvoiceDocument {
  const evidence = document.evidence.map(({ payment }) => ({ payment, path: paths.payment }));
  return { ...document, path: paths.invoice, evidence };
}

/** A document of a batch with the buyer whom the payer named. */
export function withNamedBuyer(document: InvoiceDocument, buyer: BuyerRequest): InvoiceDocument {
  const holder: DocumentHolder = buyerOf(buyer);
  return { ...document, buyer: holder, title: buyer.title };
}

/**
 * Give a document of a batch its state, and name its buyer; if it has its state already, the buyer is named. By anyone who has it.
 * @param document With its paths, and with the buyer (`withNamedBuyer`) if one is named.
 * @param request The payer's, of a retail payment.
 * @returns the document's id.
 */
export async function materialiseInvoice(
  contracts: Acting,
  relay: Signer,
  document: InvoiceDocument,
  request?: SignedRequest,
): Promise<string> {
  await checkNetwork(contracts, document);
  const { record, path, buyer } = document;
  const payment = record.content.draws[0]?.payment ?? "";
  const evidence = evidenceOf(document, 0, request === undefined ? {} : { [payment]: request });
  const named = request === undefined ? ZeroHash : (buyer?.commitment ?? ZeroHash);
  await mined(contracts.invoices.connect(relay).materialise(record, path, evidence, named));
  return documentId(document);
}
