import { type ContractTransactionResponse, ZeroHash } from "ethers";

import { TAX } from "../../src/index.js";
import {
  BOOK_ORDER_TYPES,
  CONFIRM_ORDER_TYPES,
  HAND_ON_ORDER_TYPES,
  INVOICE_TYPES,
  REVERSAL_ANSWER_TYPES,
  UNBOOK_ORDER_TYPES,
} from "../../src/invoice/typed-data.js";
import type { IInvoiceLedger } from "../../typechain/invoice/InvoiceLedger.js";
import type { InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import {
  CNY,
  heldBy,
  holderOf,
  invoiceOf,
  invoiceWorld,
  type InvoiceWorld,
  night,
  NIGHT,
  NO_ORDER,
  paymentOf,
  submissionOf,
} from "./invoice-world.js";
import { word } from "./identity-world.js";
import type { Traces } from "./meter.js";
import { loadFixture, meter, SHIJIAZHUANG } from "./world.js";

type Sent = Promise<ContractTransactionResponse>;

/** An act to measure; each in `invoiceWorld`, whatever was measured before. */
interface InvoiceAct {
  id: string;
  what: string;
  before?: (world: InvoiceWorld) => Promise<unknown>;
  act: (world: InvoiceWorld) => Sent;
  traces: (world: InvoiceWorld) => Traces;
}

const emits =
  (
    contract: "taxpayers" | "payments" | "invoices" | "ledger",
    event: string,
    creates: boolean,
    more: Partial<Traces> = {},
  ) =>
  (world: InvoiceWorld): Traces => ({ emits: [world[contract], event], creates, ...more });

const names = (count: number) => Array.from({ length: count }, (_, i) => `ride ${i}`);
const attestAll = async (world: InvoiceWorld, rides: string[], requested = false) =>
  world.payments
    .connect(world.provider)
    .attestMany(rides.map((name) => paymentOf(world, name, requested ? world.person(name) : undefined)));

/** One before, so that neither the month nor the numbers begin. */
async function issueFirst(world: InvoiceWorld): Promise<unknown> {
  await attestAll(world, ["first"]);
  const first = await submissionOf(world, "first", 0, [paymentOf(world, "first")]);
  return world.invoices.connect(world.operator).issue(world.terms, first);
}

async function issueOne(world: InvoiceWorld, requested = false): Sent {
  const payer = requested ? world.person("ride") : undefined;
  const submission = await submissionOf(world, "ride", 1, [paymentOf(world, "ride", payer)], payer);
  return world.invoices.connect(world.operator).issue(world.terms, submission);
}

async function issueFifty(world: InvoiceWorld, requested: boolean): Sent {
  const submissions = await Promise.all(
    names(50).map(async (name, i) => {
      const payer = requested ? world.person(name) : undefined;
      return submissionOf(world, name, i + 1, [paymentOf(world, name, payer)], payer);
    }),
  );
  return world.invoices.connect(world.operator).issueMany(world.terms, submissions, NO_ORDER);
}

/** The ticket of `issueOne`. */
async function ticket(world: InvoiceWorld): Promise<[InvoiceStruct, string]> {
  const { content } = await submissionOf(world, "ride", 1, [paymentOf(world, "ride")]);
  const invoice = invoiceOf(world, content);
  return [invoice, await world.digest("invoices", INVOICE_TYPES, invoice)];
}

const issued = async (world: InvoiceWorld) => {
  await issueFirst(world);
  await attestAll(world, ["ride"]);
  await issueOne(world);
};

const BOOKING: IInvoiceLedger.BookingStruct = { city: SHIJIAZHUANG, period: 202601, deductible: true };
async function book(world: InvoiceWorld): Sent {
  const [invoice, id] = await ticket(world);
  const held = await heldBy(world, "ride", BOOK_ORDER_TYPES, { invoice: id, ...BOOKING, changes: 0 });
  return world.ledger.connect(world.relayer).book(invoice, BOOKING, held);
}

const reversing = (invoice: InvoiceStruct): InvoiceStruct["content"] => ({
  ...invoice.content,
  number: (invoice.content.number as bigint) + 1n,
  root: word("root of the reversal"),
});

async function propose(world: InvoiceWorld): Sent {
  const [invoice] = await ticket(world);
  const held = { signer: "0x", salt: ZeroHash, title: ZeroHash, deadline: 0, signature: "0x" };
  return world.ledger.connect(world.operator).proposeReversal(invoice, reversing(invoice), held);
}

const taxpayerActs: InvoiceAct[] = [
  {
    id: "taxpayer.quota.one",
    what: "`setQuota`: of a taxpayer, raised",
    act: ({ taxpayers, bureau, seller }) => taxpayers.connect(bureau).setQuota(seller, TAX, CNY, 10n ** 13n, []),
    traces: emits("taxpayers", "QuotaChanged", false),
  },
];

const paymentActs: InvoiceAct[] = [
  {
    id: "payment.attest.one",
    what: "`attest`: a ride of 6.00 yuan, with the passenger's one-time key",
    act: (world) => world.payments.connect(world.provider).attest(paymentOf(world, "ride", world.person("ride"))),
    traces: emits("payments", "PaymentAttested", true),
  },
  {
    id: "payment.attest.each-of-50",
    what: "`attestMany`: 50 of them",
    act: (world) => attestAll(world, names(50), true),
    traces: emits("payments", "PaymentAttested", true, { records: 50 }),
  },
  {
    id: "payment.anchor.each-of-50000",
    what: "`anchor`: a night's 50,000 rides under one root",
    act: async (world) => world.payments.connect(world.provider).anchor((await night(world)).paymentBatch),
    traces: emits("payments", "PaymentsAnchored", true, { records: NIGHT, together: true }),
  },
  {
    id: "payment.refund.one",
    what: "`refund`: of a payment, in part",
    before: (world) => attestAll(world, ["ride"]),
    act: (world) =>
      world.payments
        .connect(world.provider)
        .refund([{ payment: paymentOf(world, "ride"), proof: [], refunded: 100 }], []),
    traces: emits("payments", "PaymentRefunded", true),
  },
];

const issuing: InvoiceAct[] = [
  {
    id: "invoice.issue.one",
    what: "`issue`: a document bound to one payment",
    before: async (world) => {
      await issueFirst(world);
      await attestAll(world, ["ride"]);
    },
    act: issueOne,
    traces: emits("invoices", "InvoiceIssued", true),
  },
  {
    id: "invoice.issue.requested",
    what: "`issue`: the same, requested by the payer's one-time key",
    before: async (world) => {
      await issueFirst(world);
      await attestAll(world, ["ride"], true);
    },
    act: (world) => issueOne(world, true),
    traces: emits("invoices", "InvoiceIssued", true),
  },
  {
    id: "invoice.issue.ten-payments",
    what: "`issue`: one document over ten rides",
    before: async (world) => {
      await issueFirst(world);
      await attestAll(world, names(10));
    },
    act: async (world) => {
      const rides = names(10).map((name) => paymentOf(world, name));
      return world.invoices
        .connect(world.operator)
        .issue(world.terms, await submissionOf(world, "ten rides", 1, rides));
    },
    traces: emits("invoices", "InvoiceIssued", true),
  },
  {
    id: "invoice.issue.each-of-50",
    what: "`issueMany`: 50 documents bound to one payment each",
    before: async (world) => {
      await issueFirst(world);
      await attestAll(world, names(50));
    },
    act: (world) => issueFifty(world, false),
    traces: emits("invoices", "InvoiceIssued", true, { records: 50 }),
  },
  {
    id: "invoice.issue.each-of-50-requested",
    what: "`issueMany`: 50 documents, each requested by its payer",
    before: async (world) => {
      await issueFirst(world);
      await attestAll(world, names(50), true);
    },
    act: (world) => issueFifty(world, true),
    traces: emits("invoices", "InvoiceIssued", true, { records: 50 }),
  },
  {
    id: "invoice.anchor.each-of-50000",
    what: "`anchor`: a night's 50,000 documents under one root, on a batch of as many payments",
    before: async (world) => world.payments.connect(world.provider).anchor((await night(world)).paymentBatch),
    act: async (world) => world.invoices.connect(world.operator).anchor((await night(world)).batch),
    traces: emits("invoices", "InvoicesAnchored", true, { records: NIGHT, together: true }),
  },
  {
    id: "invoice.materialise.one",
    what: "`materialise`: a document of them, requested by its payer; two proofs of 16 hashes",
    before: async (world) => {
      const { paymentBatch, batch } = await night(world);
      await world.payments.connect(world.provider).anchor(paymentBatch);
      await world.invoices.connect(world.operator).anchor(batch);
    },
    act: async (world) => {
      const { invoice, proof, evidence } = await night(world);
      const { commitment } = holderOf(world, "ride");
      return world.invoices.connect(world.relayer).materialise(invoice, proof, await evidence(commitment), commitment);
    },
    traces: emits("invoices", "InvoiceMaterialised", true),
  },
];

const ledgerActs: InvoiceAct[] = [
  {
    id: "invoice.confirm.one",
    what: "`confirm`: by the holder's signature",
    before: issued,
    act: async (world) => {
      const [invoice, id] = await ticket(world);
      const held = await heldBy(world, "ride", CONFIRM_ORDER_TYPES, { invoice: id, changes: 0 });
      return world.ledger.connect(world.relayer).confirm(invoice, held);
    },
    traces: emits("ledger", "InvoiceConfirmed", true),
  },
  {
    id: "invoice.hand-on.one",
    what: "`handOn`: from the employee to the employer",
    before: issued,
    act: async (world) => {
      const [invoice, id] = await ticket(world);
      const holder = holderOf(world, "employer").commitment;
      const held = await heldBy(world, "ride", HAND_ON_ORDER_TYPES, { invoice: id, holder, changes: 0 });
      return world.ledger.connect(world.relayer).handOn(invoice, holder, held);
    },
    traces: emits("ledger", "InvoiceHandedOn", true),
  },
  {
    id: "invoice.book.one",
    what: "`book`: for a tax period, deductible",
    before: issued,
    act: book,
    traces: emits("ledger", "InvoiceBooked", true),
  },
  {
    id: "invoice.unbook.one",
    what: "`unbook`: before the period is closed",
    before: async (world) => {
      await issued(world);
      await book(world);
    },
    act: async (world) => {
      const [invoice, id] = await ticket(world);
      const held = await heldBy(world, "ride", UNBOOK_ORDER_TYPES, { invoice: id, reason: 1, changes: 1 });
      return world.ledger.connect(world.relayer).unbook(invoice, 1, held);
    },
    traces: emits("ledger", "InvoiceUnbooked", false),
  },
  {
    id: "invoice.reverse.alone",
    what: "`reverse`: the whole of a document, by its seller alone",
    before: issued,
    act: async (world) => {
      const [invoice] = await ticket(world);
      return world.ledger.connect(world.operator).reverse(invoice, reversing(invoice));
    },
    traces: emits("invoices", "InvoiceIssued", true),
  },
  {
    id: "invoice.reverse.propose",
    what: "`proposeReversal`: of a booked document, by its seller",
    before: async (world) => {
      await issued(world);
      await book(world);
    },
    act: propose,
    traces: emits("ledger", "ReversalProposed", true),
  },
  {
    id: "invoice.reverse.confirm",
    what: "`confirmReversal`: by the holder",
    before: async (world) => {
      await issued(world);
      await book(world);
      await propose(world);
    },
    act: async (world) => {
      const [invoice, id] = await ticket(world);
      const content = reversing(invoice);
      const document = await world.digest("invoices", INVOICE_TYPES, { ...invoice, reverses: id, content });
      const answer = { invoice: id, reversing: document, confirmed: true, changes: 2 };
      const held = await heldBy(world, "ride", REVERSAL_ANSWER_TYPES, answer);
      return world.ledger.connect(world.relayer).confirmReversal(invoice, content, held);
    },
    traces: emits("invoices", "InvoiceIssued", true),
  },
];

/** What must cost the same however many documents and payments there are. */
export const invoicePairs = [{ few: "invoice.issue.one", many: "invoice.issue.of-500" }];

async function measureIssueAmongMany(): Promise<void> {
  const world = await loadFixture(invoiceWorld);
  const { invoices, operator, terms } = world;
  for (let call = 0; call < 10; call++) {
    const rides = names(50).map((name) => `${name} of call ${call}`);
    await attestAll(world, rides);
    const submissions = await Promise.all(
      rides.map(async (name, i) => submissionOf(world, name, 2 + 50 * call + i, [paymentOf(world, name)])),
    );
    await invoices.connect(operator).issueMany(terms, submissions, NO_ORDER);
  }
  const count = (await invoices.queryFilter(invoices.filters.InvoiceIssued())).length;
  if (count !== 500) throw new Error(`there are ${count} documents`);
  await attestAll(world, ["ride"]);
  const what = "`issue`: the same, with 500 documents and payments before it";
  await meter.act("invoice.issue.of-500", what, issueOne(world), emits("invoices", "InvoiceIssued", true)(world));
}

async function measureViews(): Promise<void> {
  const single = await loadFixture(invoiceWorld);
  await issued(single);
  const [ticketOne] = await ticket(single);
  await meter.view("invoice.status.one", "`statusOf`: a single document", single.ledger, "statusOf", [ticketOne, []]);

  const world = await loadFixture(invoiceWorld);
  const { paymentBatch, batch, invoice, proof } = await night(world);
  await world.payments.connect(world.provider).anchor(paymentBatch);
  await world.invoices.connect(world.operator).anchor(batch);
  const what = "`statusOf`: a document of 50,000, with a proof of 16 hashes";
  await meter.view("invoice.status.anchored", what, world.ledger, "statusOf", [invoice, proof]);
}

/** Every act of taxpayers, payments and invoices. */
export async function measureInvoiceActs(): Promise<void> {
  for (const act of [...taxpayerActs, ...paymentActs, ...issuing]) await measureOne(act);
  await measureIssueAmongMany();
  for (const act of ledgerActs) await measureOne(act);
  await measureViews();
}

async function measureOne({ id, what, before, act, traces }: InvoiceAct): Promise<void> {
  const world = await loadFixture(invoiceWorld);
  await before?.(world);
  await meter.act(id, what, act(world), traces(world));
}
