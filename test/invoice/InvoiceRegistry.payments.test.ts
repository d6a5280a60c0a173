import { expect } from "chai";
import { ZeroHash } from "ethers";

import type { PersonKey } from "../../src/identity/key.js";
import { LATER, newKey, word } from "../identity/world.js";
import { loadFixture, time } from "../world.js";
import { idOf, leftOf, rides, Standing, standingOf, submissionsOf } from "./batches.js";
import {
  admitSeller,
  attest,
  type Content,
  contentOf,
  invoiceOf,
  invoiceWorld,
  type InvoiceWorld,
  issue,
  newNumber,
  NO_REQUEST,
  payerOf,
  paymentOf,
  requestOf,
  submissionOf,
  termsOf,
} from "./world.js";

const USD = 840;

describe("InvoiceRegistry: the payments of a document", () => {
  const ready = async () => {
    const world = await loadFixture(invoiceWorld);
    return { ...world, world, invoices: world.invoices.connect(world.operator), terms: termsOf(world) };
  };

  /** The id that such a document has. */
  const digest = async (world: InvoiceWorld, content: Content) => idOf(world, invoiceOf(termsOf(world), content));

  describe("taken from", () => {
    it("ten rides make one document, each named with what is taken from it", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const payments = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => attest(world, { amount: 100 * (i + 1) })),
      );
      const submission = await submissionOf(world, payments);
      expect(submission.content.gross).to.equal(5_500n);
      const sent = invoices.issue(terms, submission);
      await expect(sent).to.emit(invoices, "InvoiceIssued");
      for (const payment of payments) {
        await expect(sent)
          .to.emit(world.payments, "PaymentTaken")
          .withArgs(await world.payments.idOf(payment), payment.amount, 0n, () => true);
        expect(await leftOf(world, payment)).to.equal(0n);
      }
      expect(await standingOf(world, invoiceOf(terms, submission.content))).to.equal(Standing.Issued);
    });

    it("a part leaves the rest for another document, and not a fen more", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const payment = await attest(world);
      const id = await world.payments.idOf(payment);
      const part = async (amount: bigint) => ({
        content: await contentOf(world, [{ payment: id, amount }]),
        evidence: [{ payment, proof: [], request: NO_REQUEST }],
      });
      await invoices.issue(terms, await part(250n));
      expect(await leftOf(world, payment)).to.equal(350n);
      await expect(invoices.issue(terms, await part(351n)))
        .to.be.revertedWithCustomError(world.payments, "PaymentExceeded")
        .withArgs(id, 350n, 351n);
      await invoices.issue(terms, await part(350n));
      expect(await leftOf(world, payment)).to.equal(0n);
      await expect(invoices.issue(terms, await part(1n)))
        .to.be.revertedWithCustomError(world.payments, "PaymentExceeded")
        .withArgs(id, 0n, 1n);
    });

    it("one of a batch that no batch of documents reserved, by its proof", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const made = await rides(world, 3, () => ({ payer: ZeroHash }));
      const submission = await submissionOf(world, [made.payments[1]!]);
      await expect(invoices.issue(terms, submission))
        .to.be.revertedWithCustomError(world.payments, "PaymentUnknown")
        .withArgs(made.ids[1]);
      submission.evidence[0]!.proof = made.tree.proof(1);
      await invoices.issue(terms, submission);
      expect(await leftOf(world, made.payments[1]!)).to.equal(0n);
    });

    it("are in ascending order, each once", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const payments = [await attest(world), await attest(world), await attest(world)];
      const { content, evidence } = await submissionOf(world, payments);
      const swapped = { ...content, draws: [content.draws[1]!, content.draws[0]!, content.draws[2]!] };
      await expect(invoices.issue(terms, { content: swapped, evidence: [evidence[1]!, evidence[0]!, evidence[2]!] }))
        .to.be.revertedWithCustomError(invoices, "DrawInvalid")
        .withArgs(await digest(world, swapped), 1n);
      const [first] = content.draws;
      const half = { payment: first!.payment as string, amount: 300n };
      const twice = await contentOf(world, [half, half]);
      await expect(invoices.issue(terms, { content: twice, evidence: [evidence[0]!, evidence[0]!] }))
        .to.be.revertedWithCustomError(invoices, "DrawInvalid")
        .withArgs(await digest(world, twice), 1n);
    });

    it("are to the seller, in the document's currency", async () => {
      const { world, invoices, terms, operator } = await loadFixture(ready);
      const other = await admitSeller(world, operator);
      for (const wrong of [{ payee: other.seller }, { currency: USD }]) {
        const submission = await submissionOf(world, [await attest(world, wrong)]);
        await expect(invoices.issue(terms, submission))
          .to.be.revertedWithCustomError(invoices, "DrawInvalid")
          .withArgs(await digest(world, submission.content), 0n);
      }
    });

    it("come with the evidence of each, no more and no less", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const payments = [await attest(world), await attest(world)];
      const { content, evidence } = await submissionOf(world, payments);
      const [first, second] = [evidence[0]!, evidence[1]!];
      const id = await digest(world, content);
      for (const list of [[], [first], [first, second, second]]) {
        await expect(invoices.issue(terms, { content, evidence: list }))
          .to.be.revertedWithCustomError(invoices, "DrawInvalid")
          .withArgs(id, 2n);
      }
      const stranger = { ...first, payment: await attest(world) };
      await expect(invoices.issue(terms, { content, evidence: [second, first] }))
        .to.be.revertedWithCustomError(invoices, "DrawInvalid")
        .withArgs(id, 0n);
      await expect(invoices.issue(terms, { content, evidence: [first, stranger] }))
        .to.be.revertedWithCustomError(invoices, "DrawInvalid")
        .withArgs(id, 1n);
      const claimed = { ...first, payment: { ...first.payment, amount: 60_000 } };
      await expect(invoices.issue(terms, { content, evidence: [claimed, second] })).to.be.revertedWithCustomError(
        world.payments,
        "PaymentUnknown",
      );
      await invoices.issue(terms, { content, evidence });
    });

    it("that were refunded withdraw their document, and no other", async () => {
      const { world } = await loadFixture(ready);
      const { invoice, payment } = await issue(world);
      await world.payments.connect(world.provider).refund([{ payment, proof: [], refunded: 1 }], []);
      expect(await standingOf(world, invoice)).to.equal(Standing.PaymentWithdrawn);
      const part = await submissionsOf(world, 1);
      await world.invoices.connect(world.operator).issue(part.terms, part.submissions[0]!);
      expect(await standingOf(world, invoiceOf(part.terms, part.submissions[0]!.content))).to.equal(Standing.Issued);
    });
  });

  describe("in retail", () => {
    /** A retail payment, and a document over it made out to a buyer; without the payer's request. */
    const retail = async (key?: PersonKey) => {
      const made = await loadFixture(ready);
      const rider = key ?? newKey();
      const payment = await attest(made.world, { payer: payerOf(rider) });
      const submission = await submissionOf(made.world, [payment]);
      const paid = await made.world.payments.idOf(payment);
      const buyer = submission.content.buyer as string;
      const issueWith = async (request: Awaited<ReturnType<typeof requestOf>>, content = submission.content) =>
        made.invoices.issue(made.terms, { content, evidence: [{ payment, proof: [], request }] });
      return { ...made, rider, payment, paid, buyer, submission, issueWith };
    };

    it("the payer's request makes it out to the buyer it names", async () => {
      const { world, rider, paid, buyer, submission, issueWith } = await retail();
      await issueWith(await requestOf(world, rider, paid, buyer));
      expect(await standingOf(world, invoiceOf(termsOf(world), submission.content))).to.equal(Standing.Issued);
    });

    it("a phone's key signs it too", async () => {
      const phone = (await loadFixture(invoiceWorld)).newPhone();
      const { world, paid, buyer, issueWith } = await retail(phone);
      await issueWith(await requestOf(world, phone, paid, buyer));
    });

    it("nothing is issued without it, for another buyer, by another key, over another payment", async () => {
      const { world, invoices, rider, payment, paid, buyer, issueWith } = await retail();
      const other = newKey();
      const theirs = await attest(world, { payer: payerOf(rider) });
      const good = await requestOf(world, rider, paid, buyer);
      for (const request of [
        { ...NO_REQUEST, deadline: LATER },
        { ...good, signature: "0x" },
        { ...good, signer: other.signer },
        { ...good, deadline: LATER - 1 },
        await requestOf(world, rider, paid, word()),
        await requestOf(world, other, paid, buyer),
        await requestOf(world, rider, await world.payments.idOf(theirs), buyer),
        { ...(await requestOf(world, other, paid, buyer)), signer: rider.signer },
      ]) {
        await expect(issueWith(request)).to.be.revertedWithCustomError(invoices, "RequestInvalid").withArgs(paid);
      }
      await expect(issueWith(NO_REQUEST)).to.be.revertedWithCustomError(invoices, "OrderExpired").withArgs(0n);
      expect(await leftOf(world, payment)).to.equal(600n);
    });

    it("it is good to its last second", async () => {
      const { world, invoices, rider, paid, buyer, issueWith } = await retail();
      const deadline = (await time.latest()) + 100;
      const request = await requestOf(world, rider, paid, buyer, 0, deadline);
      await time.setNextBlockTimestamp(deadline + 1);
      await expect(issueWith(request)).to.be.revertedWithCustomError(invoices, "OrderExpired").withArgs(deadline);
      const [later, inTime] = [deadline + 1000, await requestOf(world, rider, paid, buyer, 0, deadline + 1000)];
      await time.setNextBlockTimestamp(later);
      await issueWith(inTime);
    });

    it("it binds the payment's count of changes, so that it is good once", async () => {
      const { world, invoices, rider, payment, paid, terms } = await retail();
      const part = async (changes: number, buyer = word()) => {
        const content = await contentOf(world, [{ payment: paid, amount: 200n }], { buyer });
        const request = await requestOf(world, rider, paid, buyer, changes);
        return { content, evidence: [{ payment, proof: [], request }] };
      };
      const early = await part(1);
      await expect(invoices.issue(terms, early)).to.be.revertedWithCustomError(invoices, "RequestInvalid");
      const first = await part(0);
      await invoices.issue(terms, first);
      const again = { ...first, content: { ...first.content, number: newNumber() } }; // same buyer, same request
      await expect(invoices.issue(terms, again)).to.be.revertedWithCustomError(invoices, "RequestInvalid");
      await invoices.issue(terms, early);
      await world.payments.connect(world.provider).refund([{ payment, proof: [], refunded: 100 }], []);
      const before = await part(2);
      before.content = await contentOf(world, [{ payment: paid, amount: 100n }], { buyer: before.content.buyer });
      await expect(invoices.issue(terms, before)).to.be.revertedWithCustomError(invoices, "RequestInvalid");
      const after = { ...before };
      const request = await requestOf(world, rider, paid, before.content.buyer as string, 3);
      after.evidence = [{ payment, proof: [], request }];
      await invoices.issue(terms, after);
      expect(await leftOf(world, payment)).to.equal(0n);
    });

    it("rides of several payers need the request of each", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const keys = [newKey(), newKey()];
      const payments = await Promise.all(keys.map(async (key) => paymentOf(world, { payer: payerOf(key) })));
      payments.push(await paymentOf(world)); // and one that was paid by a company
      await world.payments.connect(world.provider).attestMany(payments);
      const { content, evidence } = await submissionOf(world, payments);
      const requested = async (by: PersonKey[]) =>
        Promise.all(
          evidence.map(async (one, i) => {
            const key = by.find((each) => payerOf(each) === one.payment.payer);
            if (key === undefined) return one;
            const id = content.draws[i]!.payment as string;
            return { ...one, request: await requestOf(world, key, id, content.buyer as string) };
          }),
        );
      for (const key of keys) {
        await expect(
          invoices.issue(terms, { content, evidence: await requested([key]) }),
        ).to.be.revertedWithCustomError(invoices, "OrderExpired");
      }
      await invoices.issue(terms, { content, evidence: await requested(keys) });
    });
  });
});
