import { expect } from "chai";
import { ZeroHash } from "ethers";

import { PAYMENT, roleOf } from "../../src/index.js";
import { newKey, word } from "../identity/world.js";
import { HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import {
  anchoredNight,
  idOf,
  leftOf,
  nightOver,
  type Payment,
  type ReversingWorld,
  reversingWorld,
  rides,
  Standing,
  standingOf,
  usedQuota,
} from "./batches.js";
import {
  admitSeller,
  attest,
  contentOf,
  invoiceOf,
  issue,
  lineOf,
  newHolder,
  newNumber,
  NO_ORDER,
  NO_REQUEST,
  payerOf,
  paymentOf,
  requestOf,
  reversingOf,
  submissionOf,
  termsOf,
} from "./world.js";

const NET = 583n; // of 6.00 yuan at 3 %

describe("InvoiceRegistry: abuse", () => {
  const ready = async () => {
    const world = await loadFixture(reversingWorld);
    return { ...world, world, by: world.invoices.connect(world.operator), terms: termsOf(world) };
  };
  const exceeded = async (world: ReversingWorld, act: Promise<unknown>, payment: Payment) =>
    expect(act)
      .to.be.revertedWithCustomError(world.payments, "PaymentExceeded")
      .withArgs(await world.payments.idOf(payment), 0n, payment.amount);

  describe("one ride invoiced twice", () => {
    it("by one seller, under two numbers, in two calls or in one", async () => {
      const { world, by, terms } = await loadFixture(ready);
      const { payment } = await issue(world);
      await exceeded(world, by.issue(terms, await submissionOf(world, [payment])), payment);
      const fresh = await attest(world);
      const two = [await submissionOf(world, [fresh]), await submissionOf(world, [fresh])];
      await exceeded(world, by.issueMany(terms, two, NO_ORDER), fresh);
    });

    it("by two sellers: only the one that was paid", async () => {
      const { world, by, terms, operator } = await loadFixture(ready);
      const other = await admitSeller(world, operator);
      const payment = await attest(world);
      const submission = await submissionOf(world, [payment]);
      const theirs = { ...terms, seller: other.seller };
      await expect(by.issue(theirs, submission))
        .to.be.revertedWithCustomError(by, "DrawInvalid")
        .withArgs(await idOf(world, invoiceOf(theirs, submission.content)), 0n);
      await by.issue(terms, submission);
      const again = { ...submission, content: { ...submission.content, number: newNumber() } };
      await expect(by.issue(theirs, again)).to.be.revertedWithCustomError(world.payments, "PaymentExceeded");
    });

    it("over two providers: one order of the seller counts once", async () => {
      const { world, by, terms, payments, hunanProvider } = await loadFixture(ready);
      const { payment } = await issue(world);
      const second = await paymentOf(world, { provider: hunanProvider.address, city: HUNAN, order: payment.order });
      await expect(payments.connect(hunanProvider).attest(second))
        .to.be.revertedWithCustomError(payments, "PaymentCounted")
        .withArgs(await payments.idOf(payment));
      await expect(by.issue(terms, await submissionOf(world, [second])))
        .to.be.revertedWithCustomError(payments, "PaymentUnknown")
        .withArgs(await payments.idOf(second));
    });

    it("by a single document first, and then by a batch over its ride", async () => {
      const { world, by, terms, payments } = await loadFixture(ready);
      const made = await rides(world, 3, () => ({ payer: ZeroHash }));
      const submission = await submissionOf(world, [made.payments[1]!]);
      submission.evidence[0]!.proof = made.tree.proof(1);
      await by.issue(terms, submission);
      const night = await nightOver(world, made);
      await expect(by.anchor(night.invoiceBatch))
        .to.be.revertedWithCustomError(payments, "BatchNotReady")
        .withArgs(made.id);
    });

    it("by a batch first, and then by a single document, before and after it is materialised", async () => {
      const { world, by, terms, payments } = await loadFixture(ready);
      const night = await anchoredNight(world, 3);
      const buyer = word();
      const submission = await submissionOf(world, [night.payments[1]!], { buyer });
      submission.evidence[0] = await night.evidenceAt(1, buyer);
      await expect(by.issue(terms, submission))
        .to.be.revertedWithCustomError(payments, "PaymentReserved")
        .withArgs(night.ids[1]);
      await by.materialise(night.invoices[1]!, night.proofAt(1), await night.evidenceAt(1), ZeroHash);
      await exceeded(world, by.issue(terms, submission), night.payments[1]!);
    });

    it("by a single document over a ride attested singly, and a batch with the same order in it; in both orders", async () => {
      const { world, by, terms, payments, provider } = await loadFixture(ready);
      const first = await issue(world);
      const { order, transactionId } = first.payment;
      const third = await paymentOf(world);
      const made = await rides(
        world,
        4,
        (position) => [{ order }, { transactionId }, { order: third.order }][position] ?? {},
      );
      const night = await nightOver(world, made);
      await by.anchor(night.invoiceBatch);
      const materialise = async (position: number) =>
        by.materialise(night.invoices[position]!, night.proofAt(position), await night.evidenceAt(position), ZeroHash);
      for (const position of [0, 1]) {
        await expect(materialise(position))
          .to.be.revertedWithCustomError(payments, "PaymentCounted")
          .withArgs(await payments.idOf(first.payment));
      }
      await materialise(2);
      await expect(payments.connect(provider).attest(third))
        .to.be.revertedWithCustomError(payments, "PaymentCounted")
        .withArgs(night.ids[2]);
      await expect(by.issue(terms, await submissionOf(world, [third]))).to.be.revertedWithCustomError(
        payments,
        "PaymentUnknown",
      );
    });

    it("after a reversal: what was reversed can be invoiced again, once, and only as the payer asks anew", async () => {
      const { world, by, terms, invoices, reverser, payments } = await loadFixture(ready);
      const rider = newKey();
      const [employer, friend] = [newHolder().commitment, newHolder().commitment];
      const payment = await attest(world, { payer: payerOf(rider) });
      const paid = await payments.idOf(payment);
      const submit = async (buyer: string, changes: number) => {
        const submission = await submissionOf(world, [payment], { buyer });
        submission.evidence[0]!.request = await requestOf(world, rider, paid, buyer, changes);
        return submission;
      };
      const first = await submit(employer, 0);
      await by.issue(terms, first);
      const invoice = invoiceOf(terms, first.content);
      const race = await submit(friend, 1); // signed while the first document stood
      await exceeded(world, by.issue(terms, race), payment);
      await invoices.connect(reverser).reverse(invoice, reversingOf(invoice), reverser);
      const used = { ...first, content: { ...first.content, number: newNumber() } };
      for (const stale of [used, race]) {
        await expect(by.issue(terms, stale)).to.be.revertedWithCustomError(by, "RequestInvalid").withArgs(paid);
      }
      await expect(by.issue(terms, first)).to.be.revertedWithCustomError(by, "InvoiceExists");
      await by.issue(terms, await submit(friend, 2));
      await exceeded(world, by.issue(terms, await submit(employer, 3)), payment);
      await expect(
        invoices.connect(reverser).reverse(invoice, reversingOf(invoice), reverser),
      ).to.be.revertedWithCustomError(invoices, "InvoiceReversedBefore");
    });

    it("after a reversal of a document of a batch: by a single one, with a new request, and not by the batch", async () => {
      const { world, by, terms, invoices, reverser } = await loadFixture(ready);
      const night = await anchoredNight(world, 3);
      const [record, buyer] = [night.invoices[1]!, word()];
      const named = await night.evidenceAt(1, buyer);
      await by.materialise(record, night.proofAt(1), named, buyer);
      await invoices.connect(reverser).reverse(record, reversingOf(record), reverser);
      await expect(by.materialise(record, night.proofAt(1), named, ZeroHash)).to.be.revertedWithCustomError(
        by,
        "InvoiceExists",
      );
      const submission = await submissionOf(world, [night.payments[1]!], { buyer });
      await expect(by.issue(terms, { ...submission, evidence: [named] })).to.be.revertedWithCustomError(
        by,
        "RequestInvalid",
      );
      await by.issue(terms, { ...submission, evidence: [await night.evidenceAt(1, buyer, 2)] }); // requested, given back
      expect(await leftOf(world, night.payments[1]!)).to.equal(0n);
      expect(await standingOf(world, invoiceOf(terms, submission.content))).to.equal(Standing.Issued);
    });
  });

  describe("what was not paid", () => {
    it("another payee's payment, alone or among one's own", async () => {
      const { world, by, terms, operator } = await loadFixture(ready);
      const other = await admitSeller(world, operator);
      const payments = [await attest(world), await attest(world, { payee: other.seller })];
      await expect(by.issue(terms, await submissionOf(world, payments))).to.be.revertedWithCustomError(
        by,
        "DrawInvalid",
      );
      await expect(by.issue(terms, await submissionOf(world, [payments[1]!]))).to.be.revertedWithCustomError(
        by,
        "DrawInvalid",
      );
      const night = await rides(world, 2, () => ({ payee: other.seller }), { payee: other.seller });
      await expect(by.anchor((await nightOver(world, night)).invoiceBatch))
        .to.be.revertedWithCustomError(world.payments, "BatchNotReady")
        .withArgs(night.id);
    });

    it("a payment refunded before: what is left of it, at most", async () => {
      const { world, by, terms, payments, provider } = await loadFixture(ready);
      const payment = await attest(world);
      await payments.connect(provider).refund([{ payment, proof: [], refunded: 100 }], []);
      await expect(by.issue(terms, await submissionOf(world, [payment])))
        .to.be.revertedWithCustomError(payments, "PaymentExceeded")
        .withArgs(await payments.idOf(payment), 500n, 600n);
      const content = await contentOf(world, [{ payment: await payments.idOf(payment), amount: 500n }]);
      await by.issue(terms, { content, evidence: [{ payment, proof: [], request: NO_REQUEST }] });
      expect(await standingOf(world, invoiceOf(terms, content))).to.equal(Standing.Issued);
    });

    it("a payment refunded after: the document is withdrawn, and stands again when a reversal matches the refund", async () => {
      const { world, invoices, payments, provider, reverser } = await loadFixture(ready);
      const { invoice, payment, id } = await issue(world);
      await payments.connect(provider).refund([{ payment, proof: [], refunded: 206 }], []);
      expect(await standingOf(world, invoice)).to.equal(Standing.PaymentWithdrawn);
      expect(await leftOf(world, payment)).to.equal(-206n);
      const part = { net: 200n, tax: 6n, gross: 206n };
      const lines = [{ ...lineOf(206n), ...{ net: 200n, tax: 6n } }];
      const draws = [{ payment: await payments.idOf(payment), amount: 206 }];
      await invoices.connect(reverser).reverse(invoice, reversingOf(invoice, { ...part, lines, draws }), reverser);
      expect(await standingOf(world, invoice)).to.equal(Standing.Issued);
      expect([await leftOf(world, payment), await usedQuota(world)]).to.deep.equal([0n, NET - 200n]);
      expect(await invoices.reversedOf(id, 0)).to.deep.equal([200n, 6n]);
    });

    it("a seller that sells unclaimed rides: no document without the payer's request, single or of a batch", async () => {
      const { world, by, terms, sellerKey, payments } = await loadFixture(ready);
      const [rider, customer] = [newKey(), newHolder().commitment];
      const payment = await attest(world, { payer: payerOf(rider) });
      const submission = await submissionOf(world, [payment], { buyer: customer });
      const paid = await payments.idOf(payment);
      submission.evidence[0]!.request = {
        ...(await requestOf(world, sellerKey, paid, customer)),
        signer: rider.signer,
      };
      await expect(by.issue(terms, submission)).to.be.revertedWithCustomError(by, "RequestInvalid").withArgs(paid);
      const pretended = { ...submission.evidence[0]!, payment: { ...payment, payer: ZeroHash } };
      await expect(by.issue(terms, { ...submission, evidence: [pretended] })).to.be.revertedWithCustomError(
        payments,
        "PaymentUnknown",
      );
      const night = await nightOver(world, await rides(world, 2), { content: () => ({ buyer: customer }) });
      await by.anchor(night.invoiceBatch);
      const evidence = await night.evidenceAt(0, customer);
      evidence.request = { ...evidence.request, signature: submission.evidence[0]!.request.signature };
      await expect(
        by.materialise(night.invoices[0]!, night.proofAt(0), evidence, customer),
      ).to.be.revertedWithCustomError(by, "RequestInvalid");
      await by.materialise(night.invoices[0]!, night.proofAt(0), evidence, ZeroHash);
      expect(await by.namedOf(night.invoiceIds[0]!)).to.equal(ZeroHash); // so nobody holds it
    });

    it("a forged provider: attests nothing, and its batch is not one", async () => {
      const { world, by, terms, payments, stranger, manager } = await loadFixture(ready);
      const forged = await paymentOf(world, { provider: stranger.address });
      await expect(payments.connect(stranger).attest(forged))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(stranger.address, SHIJIAZHUANG, PAYMENT);
      await expect(by.issue(terms, await submissionOf(world, [forged]))).to.be.revertedWithCustomError(
        payments,
        "PaymentUnknown",
      );
      const made = await rides(world, 2);
      const night = await nightOver(world, {
        ...made,
        id: await payments.batchOf(stranger.address, made.batch.serial),
      });
      await expect(by.anchor(night.invoiceBatch)).to.be.revertedWithCustomError(payments, "BatchNotReady");
    });

    it("a provider whose city is suspended attests nothing more; what it attested before was paid", async () => {
      const { world, by, terms, hunanProvider, registry, china, hunan, manager } = await loadFixture(ready);
      const hunans = { provider: hunanProvider.address, city: HUNAN };
      const before = await attest(world, hunans);
      const later = await attest(world, hunans);
      await registry.connect(china).suspend(HUNAN, 1);
      await expect(attest(world, hunans))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(HUNAN, HUNAN);
      await by.issue(terms, await submissionOf(world, [before]));
      await registry.connect(china).reinstate(HUNAN);
      await manager.connect(hunan).revokeRole(roleOf(HUNAN, PAYMENT), hunanProvider);
      await expect(attest(world, hunans)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await by.issue(terms, await submissionOf(world, [later]));
    });
  });
});
