/** What a seller's operator does: issue documents one by one or many, or sign an order that anyone relays. The payer signs the request. */
import { getAddress, type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import type { PersonKey } from "../identity/key.js";
import { documentId, type InvoiceDocument } from "./document.js";
import { inParts, type InvoiceProgress, type ManyResult } from "./many.js";
import {
  type ContentRecord,
  invoiceId,
  type InvoiceNetwork,
  paymentId,
  type PaymentNetwork,
  type PaymentRecord,
  singleRecord,
  type TermsRecord,
} from "./record.js";
import { INVOICE_ISSUE_ORDER_TYPES, INVOICE_REQUEST_TYPES, digestIn, domainAt } from "./typed-data.js";

type Acting = Pick<Contracts, "chainId" | "invoices">;

/** IInvoiceRegistry.Request: the payer of a retail payment names the buyer. */
export interface SignedRequest {
  /** The payer's one-time key. */
  signer: string;
  /** UTC seconds. */
  deadline: number;
  signature: string;
}

/** IInvoiceRegistry.Evidence: a payment, its proof, and the payer's request if it has a payer's key. */
export interface PaymentEvidence {
  payment: PaymentRecord;
  proof: string[];
  request: SignedRequest;
}

/** IInvoiceRegistry.Submission. */
export interface InvoiceSubmission {
  content: ContentRecord;
  evidence: PaymentEvidence[];
}

/** Requests of payers, by the payment's id. */
export type SignedRequests = Readonly<Record<string, SignedRequest>>;

/** Documents that an operator has signed, as JSON. It opens nothing: the documents stay with the seller and the buyers. */
export interface InvoiceIssueOrder extends InvoiceNetwork {
  type: "CivitasInvoiceIssueOrder";
  version: 1;
  terms: TermsRecord;
  submissions: InvoiceSubmission[];
  order: {
    /** The operator's account. */
    operator: string;
    /** UTC seconds. */
    deadline: number;
    signature: string;
  };
}

/** Documents of one network only, or a mistake in how they are used. */
export class InvoiceIssueError extends Error {
  override readonly name = "InvoiceIssueError";
}

const NO_REQUEST: SignedRequest = { signer: "0x", deadline: 0, signature: "0x" };
const NO_ORDER = { operator: `0x${"0".repeat(40)}`, deadline: 0, signature: "0x" };
const PER_TRANSACTION = 50;

/**
 * The payer's request for a document: names the buyer, who may be another. Needs no chain.
 * @param key The payer's one-time key for this payment.
 * @param buyer The buyer's commitment: `buyerOf(request).commitment`.
 * @param options `changes`: the payment's count of changes, which is 0 until something happens to it (`paymentAnswer`).
 */
export async function signInvoiceRequest(
  suite: InvoiceNetwork & PaymentNetwork,
  payment: PaymentRecord,
  key: PersonKey,
  buyer: string,
  { changes = 0, deadline }: { changes?: number; deadline: Date },
): Promise<SignedRequest> {
  const until = Number(secondsOf(deadline));
  const order = { payment: paymentId(suite, payment), buyer, changes, deadline: until };
  const domain = domainAt("invoices", suite.chainId, suite.registry);
  const signature = await key.sign(digestIn(domain, INVOICE_REQUEST_TYPES, order));
  return { signer: key.signer, deadline: until, signature };
}

/**
 * Issue a document.
 * @param operator Acts for the seller, before its bureau too.
 * @param requests Of the payments that have a payer's key.
 * @returns the document's id.
 */
export async function issueInvoice(
  contracts: Acting,
  operator: Signer,
  document: InvoiceDocument,
  requests: SignedRequests = {},
): Promise<string> {
  await checkSingle(contracts, document);
  await mined(contracts.invoices.connect(operator).issue(document.record.terms, submissionOf(document, requests)));
  return documentId(document);
}

/**
 * Issue many documents, as many in one transaction as it takes; those of one kind, scheme and currency go together. Run it again after a
 * failure: what was issued is skipped.
 * @param options `perTransaction`: 50 if left out.
 */
export async function issueInvoices(
  contracts: Acting,
  operator: Signer,
  documents: readonly InvoiceDocument[],
  requests: SignedRequests = {},
  options: { onProgress?: InvoiceProgress; perTransaction?: number } = {},
): Promise<ManyResult> {
  for (const document of documents) await checkSingle(contracts, document);
  const registry = contracts.invoices.connect(operator);
  const { onProgress, perTransaction = PER_TRANSACTION } = options;
  const result: ManyResult = { done: 0, skipped: 0, transactions: [] };
  for (const { terms, group } of byTerms(documents)) {
    const before = result.done + result.skipped;
    const progress = (done: number) => onProgress?.(before + done, documents.length);
    const part = await inParts(group, perTransaction, progress, async (some) => {
      const states = await Promise.all(some.map((document) => registry.stateOf(documentId(document))));
      const fresh = some.filter((_, i) => states[i]?.issuedAt === 0n);
      const submissions = fresh.map((document) => submissionOf(document, requests));
      return { fresh: fresh.length, send: async () => mined(registry.issueMany(terms, submissions, NO_ORDER)) };
    });
    result.done += part.done;
    result.skipped += part.skipped;
    result.transactions.push(...part.transactions);
  }
  return result;
}

/**
 * Sign an order to issue documents of one seller, kind, scheme and currency. Needs no chain.
 * @param operator The operator's key; for an operator that is an ERC-1271 contract, `account` is its address.
 * @throws InvoiceIssueError for none, or documents that do not go together.
 */
export async function signInvoiceIssueOrder(
  operator: Signer,
  documents: readonly InvoiceDocument[],
  deadline: Date,
  { requests = {}, account }: { requests?: SignedRequests; account?: string } = {},
): Promise<InvoiceIssueOrder> {
  const [first] = documents;
  if (first === undefined) throw new InvoiceIssueError("an order has at least one document");
  if (byTerms(documents).length !== 1) {
    throw new InvoiceIssueError(
      "the documents of an order are of one seller, kind, scheme and currency; make an order for each",
    );
  }
  const { chainId, registry, record } = first;
  for (const document of documents) {
    if (document.chainId !== chainId || document.registry !== registry || !isSingle(document)) {
      throw new InvoiceIssueError("the documents of an order are single ones of one network");
    }
  }
  const until = Number(secondsOf(deadline));
  const domain = domainAt("invoices", chainId, registry);
  const order = { invoices: documents.map((document) => documentId(document)), deadline: until };
  const signature = await operator.signTypedData(domain, INVOICE_ISSUE_ORDER_TYPES, order);
  return {
    ...{ type: "CivitasInvoiceIssueOrder", version: 1, chainId, registry, terms: record.terms },
    submissions: documents.map((document) => submissionOf(document, requests)),
    order: { operator: getAddress(account ?? (await operator.getAddress())), deadline: until, signature },
  };
}

/**
 * Relay an order to issue documents. By anyone; those that were issued before are skipped.
 * @returns how many were new.
 */
export async function relayInvoiceIssueOrder(
  contracts: Acting,
  relay: Signer,
  order: InvoiceIssueOrder,
): Promise<number> {
  await checkNetwork(contracts, order);
  const { terms, submissions } = order;
  const ids = submissions.map(({ content }) => invoiceId(order, singleRecord(terms, content)));
  const states = await Promise.all(ids.map((id) => contracts.invoices.stateOf(id)));
  const fresh = states.filter(({ issuedAt }) => issuedAt === 0n).length;
  await mined(contracts.invoices.connect(relay).issueMany(terms, submissions, order.order));
  return fresh;
}

/** IInvoiceRegistry.Submission of a document. */
export function submissionOf(document: InvoiceDocument, requests: SignedRequests = {}): InvoiceSubmission {
  const { content } = document.record;
  if (document.evidence.length !== content.draws.length) {
    throw new InvoiceIssueError("the payments of the document are withheld; take the whole document");
  }
  return { content, evidence: document.evidence.map((_, i) => evidenceOf(document, i, requests)) };
}

/** IInvoiceRegistry.Evidence of one of a document's payments. */
export function evidenceOf(document: InvoiceDocument, i: number, requests: SignedRequests = {}): PaymentEvidence {
  const proof = document.evidence[i];
  if (proof === undefined) throw new InvoiceIssueError("the payments of the document are withheld");
  const { payment, path } = proof;
  const request = requests[document.record.content.draws[i]?.payment ?? ""];
  return { payment, proof: path, request: request ?? NO_REQUEST };
}

/** @throws InvoiceIssueError for what belongs to another network. */
export async function checkNetwork(
  { chainId, invoices }: Pick<Contracts, "chainId" | "invoices">,
  of: InvoiceNetwork,
): Promise<void> {
  const registry = await invoices.getAddress();
  if (of.chainId === `${chainId}` && of.registry.toLowerCase() === registry.toLowerCase()) return;
  throw new InvoiceIssueError(
    `this belongs to the registry ${of.registry} on chain ${of.chainId}, not to ${registry} on chain ${chainId}`,
  );
}

async function checkSingle(contracts: Acting, document: InvoiceDocument): Promise<void> {
  await checkNetwork(contracts, document);
  if (!isSingle(document)) {
    throw new InvoiceIssueError("documents of a batch are anchored, and reversing ones carried out; neither is issued");
  }
}

function isSingle({ record }: InvoiceDocument): boolean {
  return record.serial === "0" && record.reverses === ZeroHash;
}

/** Documents that go into one call together: of one seller, kind, scheme and currency. */
export function byTerms(documents: readonly InvoiceDocument[]): { terms: TermsRecord; group: InvoiceDocument[] }[] {
  const groups = new Map<string, { terms: TermsRecord; group: InvoiceDocument[] }>();
  for (const document of documents) {
    const { terms } = document.record;
    const key = [terms.seller, terms.kind, terms.scheme, terms.currency].join(" ");
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { terms, group: [document] });
    else known.group.push(document);
  }
  return [...groups.values()];
}
