import { expect } from "chai";

import {
  anchorInvoices,
  materialiseInvoice,
  prepareInvoices,
  withNamedBuyer,
  withPaths,
} from "../../../src/invoice/batch.js";
import { buildInvoice } from "../../../src/invoice/build.js";
import { dateOf } from "../../../src/common/time.js";
import { type InvoiceDocument, invoiceOfDocument, parseInvoiceDocument } from "../../../src/invoice/document.js";
import { findByNumber } from "../../../src/invoice/find.js";
import {
  issueInvoice,
  issueInvoices,
  relayInvoiceIssueOrder,
  signInvoiceIssueOrder,
  signInvoiceRequest,
} from "../../../src/invoice/issue.js";
import { sendHolderOrder, signConfirm } from "../../../src/invoice/order.js";
import {
  anchorPayments,
  anchorRefunds,
  attestPayments,
  keyedReference,
  newPayment,
  paymentAnswer,
  preparePayments,
  prepareRefunds,
  proveRefund,
} from "../../../src/invoice/payment.js";
import { invoiceBatchId, invoiceId, paymentBatchId, paymentId } from "../../../src/invoice/record.js";
import { InvoiceRuleError } from "../../../src/invoice/rules.js";
import { verifyInvoice } from "../../../src/invoice/verify.js";
import { buyerOf } from "../../../src/invoice/wallet.js";
import { LATER, word } from "../../identity/world.js";
import { loadFixture } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { after, built, COMPANY, counter, type Counter, draftPayment, paid, rideModel, today } from "./world.js";

describe("issuing documents", () => {
  it("gives ids as the registries do", async () => {
    const world = await loadFixture(counter);
    const { contracts, suite, seller, provider } = world;
    const payment = await draftPayment(world);
    const { document } = await built(world, [payment]);
    expect(paymentId(suite, payment)).to.equal(await contracts.payments.idOf(payment));
    expect(invoiceId(suite, document.record)).to.equal(await contracts.invoices.idOf(document.record));
    expect(invoiceBatchId(suite, seller, "7")).to.equal(await contracts.invoices.batchOf(seller, 7));
    expect(paymentBatchId(suite, provider.address, "7")).to.equal(await contracts.payments.batchOf(provider, 7));
  });

  it("takes ten rides on one invoice, with the request of each payer", async () => {
    const world = await loadFixture(counter);
    const { contracts, passenger, suite } = world;
    const payers = Array.from({ length: 10 }, () => passenger.newPayer());
    const payments = await Promise.all(payers.map(({ payer }) => draftPayment(world, { payer })));
    const attested = await attestPayments(contracts, world.provider, payments, { perTransaction: 4 });
    expect(attested).to.deep.include({ done: 10, skipped: 0 });
    expect(attested.transactions).to.have.length(3);
    expect(await attestPayments(contracts, world.provider, payments)).to.deep.include({ done: 0, skipped: 10 });

    const { document, buyer } = await built(world, payments);
    const deadline = dateOf(LATER);
    const signed = await Promise.all(
      payers.map(async ({ salt }, i) => {
        const request = await signInvoiceRequest(
          suite,
          payments[i]!,
          passenger.payerKey(salt),
          buyerOf(buyer).commitment,
          { deadline },
        );
        return [paymentId(suite, payments[i]!), request] as const;
      }),
    );
    const requests = Object.fromEntries(signed);
    await expect(issueInvoice(contracts, world.operator, document)).to.be.revertedWithCustomError(
      contracts.invoices,
      "OrderExpired",
    );
    await issueInvoice(contracts, world.operator, document, requests);
    expect(await verifyInvoice(contracts, document)).to.include({ status: "Issued" });
    const answer = await paymentAnswer(contracts, document.evidence[3]!);
    expect(answer).to.deep.include({ status: "Exhausted", left: 0n, changes: 1 });
  });

  it("issues many in parts, and relays an order, skipping what is there", async () => {
    const world = await loadFixture(counter);
    const { contracts, operator, hunanProvider } = world;
    const documents: InvoiceDocument[] = [];
    for (let i = 0; i < 5; i++) documents.push((await built(world, [await paid(world)])).document);
    documents.push((await built(world, [await paid(world)], { model: { kind: "VatOrdinary" } })).document);
    const seen: number[] = [];
    const options = { perTransaction: 2, onProgress: (done: number) => seen.push(done) };
    const order = await signInvoiceIssueOrder(operator, documents.slice(0, 2), dateOf(LATER));
    expect(await relayInvoiceIssueOrder(contracts, hunanProvider, copyOf(order))).to.equal(2);
    const result = await issueInvoices(contracts, operator, documents, {}, options);
    expect(result).to.deep.include({ done: 4, skipped: 2 });
    expect(result.transactions).to.have.length(3);
    expect(seen).to.deep.equal([2, 4, 5, 6]);
    const elsewhere = { ...order, chainId: "5" };
    expect((await caught(Error, () => relayInvoiceIssueOrder(contracts, hunanProvider, elsewhere))).message).to.include(
      "on chain 5",
    );
    expect((await caught(Error, () => signInvoiceIssueOrder(operator, documents, dateOf(LATER)))).message).to.include(
      "an order for each",
    );
  });

  it("refuses by the rules' names before anything is sent", async () => {
    const world = await loadFixture(counter);
    const payment = await draftPayment(world);
    const { now } = await today();
    const model = await rideModel();
    const options = { seller: world.seller, payments: [{ payment }], time: now };
    const rules = async (change: object, how: object = {}) => {
      const buyer = world.passenger.newBuyer(COMPANY.name, COMPANY.taxNumber);
      const act = () => buildInvoice(world.suite, { ...model, ...change }, { ...options, buyer, ...how });
      return (await caught(InvoiceRuleError, act)).errors.map(({ rule }) => rule);
    };
    expect(await rules({ totals: { ...model.totals, gross: 601n } })).to.include("BR-CO-15");
    expect(await rules({}, { payments: [{ payment, amount: 599n }] })).to.deep.equal(["BR-CO-16", "BR-CO-16"]);
    expect(await rules({}, { buyer: undefined })).to.include("CHAIN-BUYER");
    expect(await rules({ buyer: { ...model.buyer, name: "else" } })).to.deep.equal(["CHAIN-BUYER"]);
    expect(await rules({ issueDate: "2020-01-01" })).to.deep.equal(["CHAIN-DATE"]);
    expect(await rules({}, { seller: word() })).to.deep.equal(["CHAIN-PAYMENT"]);
    expect(await rules({ kind: undefined })).to.include("CHAIN-KIND");
  });
});

/** A night's batch of payments and of documents without buyers. */
async function night(world: Counter, count: number) {
  const { contracts, suite, seller, passenger } = world;
  const payers = Array.from({ length: count }, () => passenger.newPayer());
  const { now } = await today();
  const key = word();
  const payments = payers.map(({ payer }, position) =>
    newPayment({
      ...{ provider: world.provider.address, city: 4, payee: seller, payer, currency: "CNY", paidAt: now },
      ...{ transactionId: keyedReference(key, `t${position}`), order: keyedReference(key, `o${position}`) },
      ...{ amount: 600n, batch: { serial: 3, position } },
    }),
  );
  const first = 26_132_000_000_000_000_000n + 5n;
  const model = await rideModel();
  const documents = payments.map((payment, position) =>
    buildInvoice(
      suite,
      { ...model, number: `${first + BigInt(position)}` },
      { seller, payments: [{ payment }], time: now, batch: { serial: 8, position } },
    ),
  );
  return { payers, payments, documents, contracts };
}

describe("a night's batch", () => {
  it("is anchored once; a ride in it is requested, named and confirmed", async () => {
    const world = await loadFixture(counter);
    const { contracts, suite, network, passenger, operator, provider, hunanProvider } = world;
    const { payers, payments, documents } = await night(world, 13);
    const seen: [number, number][] = [];
    const paidBatch = await preparePayments(suite, payments, (done, total) => seen.push([done, total]));
    expect(seen).to.deep.equal([[13, 13]]);
    expect(await anchorPayments(contracts, provider, paidBatch)).to.be.a("string");
    expect(await anchorPayments(contracts, provider, paidBatch)).to.be.undefined;
    const batch = await prepareInvoices(documents);
    expect(batch.batch).to.include({ net: `${583 * 13}`, tax: `${17 * 13}`, payments: paidBatch.id, count: 13 });
    expect(await anchorInvoices(contracts, operator, batch)).to.be.a("string");
    expect(await anchorInvoices(contracts, operator, batch)).to.be.undefined;
    const other = await prepareInvoices((await night(world, 2)).documents);
    expect((await caught(Error, () => anchorInvoices(contracts, operator, other))).message).to.include("serial 8");

    const paths = { invoice: batch.path(7), payment: paidBatch.path(7) };
    const document = parseInvoiceDocument(copyOf(withPaths(documents[7]!, paths)));
    expect(await verifyInvoice(contracts, document)).to.include({
      status: "Anchored",
      handedOn: false,
      isHolder: false,
    });
    const buyer = passenger.newBuyer(COMPANY.name, COMPANY.taxNumber);
    const named = withNamedBuyer(document, buyer);
    expect(parseInvoiceDocument(copyOf(named))).to.deep.equal(named);
    expect(invoiceOfDocument(named).buyer).to.deep.include({ name: COMPANY.name, vatId: COMPANY.taxNumber });
    const deadline = dateOf(LATER);
    const key = passenger.payerKey(payers[7]!.salt);
    const request = await signInvoiceRequest(suite, payments[7]!, key, named.buyer!.commitment, { deadline });
    await materialiseInvoice(contracts, hunanProvider, named, request);
    expect(await verifyInvoice(contracts, named)).to.include({ status: "Issued", isHolder: true });
    const confirm = await signConfirm(network, named, passenger.keyFor(named), after(0));
    await sendHolderOrder(contracts, hunanProvider, confirm);
    const [found] = await findByNumber(contracts, "Digital", document.record.content.number);
    expect(found).to.deep.include({ record: document.record, position: 7, batch: batch.id });
    const [reserved] = await findByNumber(contracts, "Digital", documents[8]!.record.content.number);
    expect(reserved).to.deep.include({ position: 8 }).and.not.have.property("record");
  });

  it("may have its state before its buyer", async () => {
    const world = await loadFixture(counter);
    const { contracts, suite, operator, provider } = world;
    const { payments, documents } = await night(world, 3);
    const paidBatch = await preparePayments(suite, payments);
    await anchorPayments(contracts, provider, paidBatch);
    const batch = await prepareInvoices(documents);
    await anchorInvoices(contracts, operator, batch);
    const document = withPaths(documents[0]!, { invoice: batch.path(0), payment: paidBatch.path(0) });
    await materialiseInvoice(contracts, provider, document);
    const answer = await verifyInvoice(contracts, document);
    expect(answer).to.include({ status: "Issued" }).and.not.have.property("holder");
  });

  it("holds only what belongs together", async () => {
    const world = await loadFixture(counter);
    const { payments, documents } = await night(world, 3);
    const refused = async (change: (copies: InvoiceDocument[]) => void) => {
      const copies = copyOf(documents);
      change(copies);
      return (await caught(Error, () => prepareInvoices(copies))).message;
    };
    expect(await refused((all) => all.reverse())).to.include("its position is 2");
    expect(await refused((all) => (all[1]!.record.content.number = "26132000000000000009"))).to.include(
      "numbers follow",
    );
    expect(await refused((all) => (all[1]!.record.serial = "9"))).to.include("kind, scheme and serial");
    expect(await refused((all) => (all[1]!.evidence = []))).to.include("each takes one payment");
    expect(await refused((all) => (all[1]!.evidence[0]!.payment.serial = "9"))).to.include("of one batch");
    expect(await refused((all) => (all[1]!.evidence[0]!.payment.amount = "700"))).to.include("at its own position");
    expect(await refused((all) => all.splice(0))).to.include("at least one document");
    const mixed = async (change: object) =>
      (await caught(Error, () => preparePayments(world.suite, [payments[0]!, { ...payments[1]!, ...change }]))).message;
    expect(await mixed({ currency: 840 })).to.include("payment 1 does not belong");
    expect(await mixed({ position: 5 })).to.include("payment 1 does not belong");
  });

  it("of refunds counts when it is proven", async () => {
    const world = await loadFixture(counter);
    const { contracts, suite, provider, hunanProvider } = world;
    const payments = [await paid(world), await paid(world), await paid(world)];
    const refunds = prepareRefunds(
      suite,
      1,
      payments.map((payment) => ({ payment, path: [], refunded: 200n })),
    );
    await anchorRefunds(contracts, provider, refunds);
    const left = async () => (await paymentAnswer(contracts, { payment: payments[2]!, path: [] })).left;
    expect(await left()).to.equal(600n);
    await proveRefund(contracts, hunanProvider, refunds, 2);
    expect(await left()).to.equal(400n);
    expect((await caught(Error, () => proveRefund(contracts, provider, refunds, 3))).message).to.include("no refund 3");
  });
});
