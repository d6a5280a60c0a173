import { expect } from "chai";
import { ZeroHash } from "ethers";

import { IdTree } from "../../src/common/batch-tree.js";
import { newKey, word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchoredNight,
  idOf,
  leftOf,
  nightOver,
  reversingWorld,
  rides,
  Standing,
  standingOf,
  usedQuota,
} from "./batches.js";
import { attest, invoiceOf, newHolder, NO_REQUEST, payerOf, requestOf, reversingOf, submissionOf } from "./world.js";

describe("InvoiceRegistry: a document of a batch", () => {
  /** An anchored night of five rides; `materialise` as a stranger. */
  const five = async () => {
    const world = await loadFixture(reversingWorld);
    const night = await anchoredNight(world, 5);
    const invoices = world.invoices.connect(world.stranger);
    const materialise = async (
      position: number,
      buyer = ZeroHash,
      evidence?: Awaited<ReturnType<typeof night.evidenceAt>>,
    ) =>
      invoices.materialise(
        night.invoices[position]!,
        night.proofAt(position),
        evidence ?? (await night.evidenceAt(position, buyer === ZeroHash ? undefined : buyer)),
        buyer,
      );
    return { ...world, world, night, invoices, materialise, buyer: newHolder().commitment };
  };

  describe("gets its state", () => {
    it("from anyone, without a buyer: it takes its payment, and charges nothing more", async () => {
      const { world, night, invoices, materialise, payments } = await loadFixture(five);
      const id = night.invoiceIds[2]!;
      const used = await usedQuota(world);
      const sent = materialise(2);
      await expect(sent)
        .to.emit(invoices, "InvoiceMaterialised")
        .withArgs(id, night.invoiceBatchId, 2n, () => true);
      await expect(sent).to.not.emit(invoices, "InvoiceRequested");
      const block = await blockOf(sent);
      const [event] = await invoices.queryFilter(invoices.filters.InvoiceMaterialised(id), block, block);
      const { serial, position, terms } = night.invoices[2]!;
      expect(await idOf(world, invoiceOf(terms, event!.args.content, { serial, position }))).to.equal(id);
      const batch = await invoices.batchStateOf(night.invoiceBatchId);
      expect(await invoices.stateOf(id)).to.deep.equal([
        false,
        false,
        SHIJIAZHUANG,
        batch.period,
        batch.issuedAt,
        BigInt(block),
      ]);
      expect([batch.net, batch.tax]).to.deep.equal([4n * 583n, 4n * 17n]);
      expect(await usedQuota(world)).to.equal(used);
      expect(await leftOf(world, night.payments[2]!)).to.equal(0n);
      expect((await payments.stateOf(night.ids[2]!)).settled).to.equal(true);
      for (const proof of [[], night.proofAt(2), [word()]]) {
        expect(await standingOf(world, night.invoices[2]!, proof)).to.equal(Standing.Issued);
      }
      expect(await invoices.namedOf(id)).to.equal(ZeroHash);
      await expect(materialise(2)).to.be.revertedWithCustomError(invoices, "InvoiceExists").withArgs(id);
    });

    it("with the buyer that the payer names", async () => {
      const { night, invoices, materialise, buyer } = await loadFixture(five);
      const id = night.invoiceIds[1]!;
      expect(
        await invoices.materialise.staticCall(
          night.invoices[1]!,
          night.proofAt(1),
          await night.evidenceAt(1, buyer),
          buyer,
        ),
      ).to.equal(id);
      const sent = materialise(1, buyer);
      await expect(sent).to.emit(invoices, "InvoiceMaterialised");
      await expect(sent)
        .to.emit(invoices, "InvoiceRequested")
        .withArgs(id, buyer, await blockOf(sent));
      expect(await invoices.namedOf(id)).to.equal(buyer);
    });

    it("first, and its buyer later, in two events of which the second points to the first", async () => {
      const { night, invoices, materialise, buyer } = await loadFixture(five);
      const first = await blockOf(materialise(3));
      await expect(materialise(3, buyer))
        .to.emit(invoices, "InvoiceRequested")
        .withArgs(night.invoiceIds[3], buyer, first);
      expect(await invoices.namedOf(night.invoiceIds[3]!)).to.equal(buyer);
    });

    it("in a closed contract too; but nobody is named there", async () => {
      const { invoices, materialise, manager, buyer, night } = await loadFixture(five);
      await manager.setTargetClosed(invoices, true);
      await materialise(0);
      for (const position of [0, 1]) {
        await expect(materialise(position, buyer))
          .to.be.revertedWithCustomError(manager, "ContractClosed")
          .withArgs(await invoices.getAddress());
      }
      await manager.setTargetClosed(invoices, false);
      await materialise(0, buyer);
      expect(await invoices.namedOf(night.invoiceIds[0]!)).to.equal(buyer);
    });

    it("in a suspended city too: the ride was paid, and the document anchored, long before", async () => {
      const { world, night, materialise, registry, hebei, buyer } = await loadFixture(five);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await materialise(0, buyer);
      expect(await standingOf(world, night.invoices[0]!)).to.equal(Standing.Issued);
    });

    it("with its own payment and no other", async () => {
      const { world, night, invoices, materialise, payments } = await loadFixture(five);
      const evidence = await night.evidenceAt(1);
      const refused = async (position: number) =>
        expect(materialise(position, ZeroHash, evidence))
          .to.be.revertedWithCustomError(invoices, "DrawInvalid")
          .withArgs(night.invoiceIds[position], 0n);
      await refused(0);
      await expect(materialise(1, ZeroHash, { ...evidence, proof: [] }))
        .to.be.revertedWithCustomError(payments, "PaymentUnknown")
        .withArgs(night.ids[1]);
      const single = await attest(world, { payer: payerOf(newKey()) });
      for (const payment of [single, { ...evidence.payment, serial: 1_000 }]) {
        await expect(materialise(1, ZeroHash, { ...evidence, payment }))
          .to.be.revertedWithCustomError(payments, "BatchNotReady")
          .withArgs(night.id);
      }
      await materialise(1, ZeroHash, evidence);
    });

    it("not if the leaf draws on another place's ride, or on a part of its own", async () => {
      const { world, invoices, operator } = await loadFixture(five);
      const made = await rides(world, 4, (position) => (position === 3 ? { amount: 601 } : {}));
      const night = await nightOver(world, made, {
        content: (position) => {
          if (position === 0) return { draws: [{ payment: made.ids[1]!, amount: 600 }] };
          if (position === 3) return { gross: 600, draws: [{ payment: made.ids[3]!, amount: 600 }] };
          return {};
        },
      });
      const part = night.invoices[3]!.content;
      const { net, tax } = night.invoices[0]!.content;
      const lines = [{ ...part.lines[0]!, net, tax }];
      night.invoices[3] = { ...night.invoices[3]!, content: { ...part, net, tax, lines } };
      const ids = await Promise.all(night.invoices.map(async (invoice) => idOf(world, invoice)));
      const tree = IdTree.of(ids);
      await world.invoices.connect(operator).anchor({ ...night.invoiceBatch, root: tree.root });
      for (const [position, of] of [
        [0, 0],
        [0, 1],
        [3, 3],
      ] as const) {
        await expect(
          invoices.materialise(night.invoices[position]!, tree.proof(position), await night.evidenceAt(of), ZeroHash),
        )
          .to.be.revertedWithCustomError(invoices, "DrawInvalid")
          .withArgs(ids[position], 0n);
      }
      await invoices.materialise(night.invoices[1]!, tree.proof(1), await night.evidenceAt(1), ZeroHash);
    });
  });

  describe("is named a buyer", () => {
    it("once, by the payer alone", async () => {
      const { world, night, invoices, materialise, buyer } = await loadFixture(five);
      const evidence = await night.evidenceAt(2, buyer);
      const paid = night.ids[2]!;
      const [rider, other] = [night.riders[2]!, night.riders[3]!];
      for (const request of [
        { ...NO_REQUEST, deadline: 4_000_000_000 },
        await requestOf(world, other, paid, buyer),
        { ...(await requestOf(world, other, paid, buyer)), signer: rider.signer },
        await requestOf(world, rider, paid, word()),
        await requestOf(world, rider, night.ids[3]!, buyer),
        await requestOf(world, rider, paid, buyer, 1),
      ]) {
        await expect(materialise(2, buyer, { ...evidence, request }))
          .to.be.revertedWithCustomError(invoices, "RequestInvalid")
          .withArgs(paid);
      }
      const deadline = (await time.latest()) + 10;
      const expired = await requestOf(world, rider, paid, buyer, 0, deadline);
      await time.increaseTo(deadline + 1);
      await expect(materialise(2, buyer, { ...evidence, request: expired }))
        .to.be.revertedWithCustomError(invoices, "OrderExpired")
        .withArgs(deadline);
      await materialise(2, buyer, evidence);
      for (const again of [buyer, word()]) {
        await expect(materialise(2, again))
          .to.be.revertedWithCustomError(invoices, "RequestNotNeeded")
          .withArgs(night.invoiceIds[2]);
      }
      expect(await invoices.namedOf(night.invoiceIds[2]!)).to.equal(buyer);
    });

    it("by the payer of its own payment", async () => {
      const { night, invoices, materialise, buyer } = await loadFixture(five);
      await materialise(0);
      await expect(materialise(0, buyer, await night.evidenceAt(1, buyer)))
        .to.be.revertedWithCustomError(invoices, "DrawInvalid")
        .withArgs(night.invoiceIds[0], 0n);
    });

    it("never, if it is a single document, or not known", async () => {
      const { world, night, invoices, buyer } = await loadFixture(five);
      const rider = newKey();
      const payment = await attest(world, { payer: payerOf(rider) });
      const paid = await world.payments.idOf(payment);
      const submission = await submissionOf(world, [payment]);
      const stated = submission.content.buyer as string;
      submission.evidence[0]!.request = await requestOf(world, rider, paid, stated);
      await world.invoices.connect(world.operator).issue(night.invoices[0]!.terms, submission);
      const single = invoiceOf(night.invoices[0]!.terms, submission.content);
      const evidence = { payment, proof: [], request: await requestOf(world, rider, paid, buyer, 1) };
      for (const named of [buyer, stated]) {
        await expect(invoices.materialise(single, [], evidence, named))
          .to.be.revertedWithCustomError(invoices, "RequestNotNeeded")
          .withArgs(await idOf(world, single));
      }
      await expect(invoices.materialise(single, [], evidence, ZeroHash)).to.be.revertedWithCustomError(
        invoices,
        "InvoiceExists",
      );
      const unknown = { ...single, content: { ...single.content, root: word() } };
      await expect(invoices.materialise(unknown, [], evidence, buyer))
        .to.be.revertedWithCustomError(invoices, "InvoiceUnknown")
        .withArgs(await idOf(world, unknown));
    });

    it("that the leaf states, if it states one", async () => {
      const { world, invoices, operator } = await loadFixture(five);
      const [stated, other] = [newHolder().commitment, newHolder().commitment];
      const night = await nightOver(world, await rides(world, 2), { content: () => ({ buyer: stated }) });
      await invoices.connect(operator).anchor(night.invoiceBatch);
      const name = async (buyer: string) =>
        invoices.materialise(night.invoices[0]!, night.proofAt(0), await night.evidenceAt(0, buyer), buyer);
      await expect(name(other))
        .to.be.revertedWithCustomError(invoices, "RequestNotNeeded")
        .withArgs(night.invoiceIds[0]);
      await invoices.materialise(night.invoices[0]!, night.proofAt(0), await night.evidenceAt(0), ZeroHash);
      expect(await invoices.namedOf(night.invoiceIds[0]!)).to.equal(ZeroHash); // the payer has not asked
      await name(stated);
      expect(await invoices.namedOf(night.invoiceIds[0]!)).to.equal(stated);
    });

    it("by the seller, if nobody's key paid; and the leaf must state it", async () => {
      const { world, invoices, operator } = await loadFixture(five);
      const stated = newHolder().commitment;
      const made = await rides(world, 3, (position) => (position === 2 ? {} : { payer: ZeroHash }));
      const night = await nightOver(world, made, {
        content: (position) => (position === 0 ? { buyer: stated } : {}),
      });
      await invoices.connect(operator).anchor(night.invoiceBatch);
      const materialise = async (position: number, buyer = ZeroHash) =>
        invoices.materialise(
          night.invoices[position]!,
          night.proofAt(position),
          await night.evidenceAt(position),
          buyer,
        );
      for (const buyer of [stated, word()]) {
        await expect(materialise(0, buyer))
          .to.be.revertedWithCustomError(invoices, "RequestNotNeeded")
          .withArgs(night.invoiceIds[0]);
      }
      await materialise(0);
      expect(await invoices.namedOf(night.invoiceIds[0]!)).to.equal(stated);
      await expect(materialise(0, stated)).to.be.revertedWithCustomError(invoices, "RequestNotNeeded");
      for (const buyer of [ZeroHash, word()]) {
        await expect(materialise(1, buyer))
          .to.be.revertedWithCustomError(invoices, "InvoiceInvalid")
          .withArgs(night.invoiceIds[1]);
      }
      await materialise(2); // paid by a phone
      expect(await invoices.namedOf(night.invoiceIds[2]!)).to.equal(ZeroHash);
    });

    it("no more, once it is reversed; while a reversal of a part changes what the payer signs", async () => {
      const { world, night, invoices, materialise, reverser, buyer } = await loadFixture(five);
      await materialise(0);
      await materialise(1);
      await invoices.connect(reverser).reverse(night.invoices[0]!, reversingOf(night.invoices[0]!), reverser);
      await expect(materialise(0, buyer))
        .to.be.revertedWithCustomError(invoices, "InvoiceReversedBefore")
        .withArgs(night.invoiceIds[0]);
      const { content } = night.invoices[1]!;
      const part = { net: 97, tax: 3 };
      const half = reversingOf(night.invoices[1]!, {
        ...part,
        gross: 100,
        lines: [{ ...content.lines[0]!, ...part }],
        draws: [{ payment: night.ids[1]!, amount: 100 }],
      });
      await invoices.connect(reverser).reverse(night.invoices[1]!, half, reverser);
      await expect(materialise(1, buyer)).to.be.revertedWithCustomError(invoices, "RequestInvalid");
      await materialise(1, buyer, await night.evidenceAt(1, buyer, 1));
      expect(await invoices.namedOf(night.invoiceIds[1]!)).to.equal(buyer);
      expect(await standingOf(world, night.invoices[1]!)).to.equal(Standing.Issued);
    });

    it("with the count of changes that a refund left, and stands withdrawn", async () => {
      const { world, night, invoices, materialise, payments, provider, buyer } = await loadFixture(five);
      await payments
        .connect(provider)
        .refund([{ payment: night.payments[4]!, proof: night.tree.proof(4), refunded: 600 }], []);
      await expect(materialise(4, buyer)).to.be.revertedWithCustomError(invoices, "RequestInvalid");
      await materialise(4, buyer, await night.evidenceAt(4, buyer, 1));
      expect(await standingOf(world, night.invoices[4]!)).to.equal(Standing.PaymentWithdrawn);
    });
  });
});
