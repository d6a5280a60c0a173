/** The single path: payments attested in calls, and as many documents issued in a call, each requested by its payer. */
import { documentId, type InvoiceDocument } from "../../src/invoice/document.js";
import { signInvoiceRequest } from "../../src/invoice/issue.js";
import { paymentId } from "../../src/invoice/record.js";
import type { IInvoiceRegistry } from "../../typechain/invoice/InvoiceRegistry.js";
import type { Listener } from "../common/command.js";
import { type Options, type Path, spend } from "./cost.js";
import { documentOf } from "./document.js";
import { type Metro, NEVER } from "./metro.js";
import { FIRST_SINGLE, payerKey, rideOf } from "./ride.js";

const NO_ORDER = { operator: `0x${"0".repeat(40)}`, deadline: 0, signature: "0x" };

/** Issue what is not issued yet. Rides go in their order, so that a call is known by its first and last. */
export async function issueDay(metro: Metro, options: Options, listener: Listener, path: Path): Promise<void> {
  for (let done = 0; done < options.single; done += options.call) {
    const count = Math.min(options.call, options.single - done);
    await issueCall(metro, FIRST_SINGLE + done, count, path);
    listener.progress(count);
  }
}

async function issueCall(metro: Metro, first: number, count: number, path: Path): Promise<void> {
  const { suite, frame, provider, operator } = metro;
  const documents = Array.from({ length: count }, (_, i) =>
    documentOf(frame, { ride: first + i, serial: 0, position: 0 }),
  );
  const payments = documents.flatMap(({ evidence }) => evidence.map(({ payment }) => payment));
  const newPayments = await unknown(payments, async (payment) => {
    return (await suite.payments.stateOf(paymentId(frame, payment))).exists;
  });
  if (newPayments.length !== 0) {
    await spend(path.payments, newPayments.length, suite.payments.connect(provider).attestMany(newPayments));
  }
  const newDocuments = await unknown(documents, async (document) => {
    return (await suite.invoices.stateOf(documentId(document))).issuedAt !== 0n;
  });
  path.skipped += count - newDocuments.length;
  if (newDocuments.length === 0) return;
  const submissions = await Promise.all(newDocuments.map(async (document) => submissionOf(metro, document)));
  const sent = suite.invoices.connect(operator).issueMany(frame.terms, submissions, NO_ORDER);
  await spend(path.documents, newDocuments.length, sent);
}

/** Those that a chain does not know, of some that it knows from the first up to one of them. */
async function unknown<Item>(items: Item[], isKnown: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined || !(await isKnown(first))) return items;
  if (await isKnown(last)) return [];
  const known = await Promise.all(items.map(isKnown));
  return items.filter((_, i) => known[i] !== true);
}

/** A document with its payers' requests, as the contract takes it. */
export async function submissionOf(
  { frame }: Pick<Metro, "frame">,
  { record, evidence, buyer }: InvoiceDocument,
): Promise<IInvoiceRegistry.SubmissionStruct> {
  const { content } = record;
  return {
    content,
    evidence: await Promise.all(
      evidence.map(async ({ payment }) => {
        const key = payerKey(frame.seed, rideOf(frame.seed, BigInt(content.number)));
        const request = await signInvoiceRequest(frame, payment, key, buyer?.commitment ?? "", { deadline: NEVER });
        return { payment, proof: [], request };
      }),
    ),
  };
}
