import { expect } from "chai";

import { newKey, word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG } from "../world.js";
import { anchored, five, MAX, type NewBatch, payments, reserve, Status, tupleOf, Use, worthOf } from "./payments.js";
import { attest, CNY, payerOf } from "./world.js";

describe("PaymentRegistry: payments that documents of a batch take", () => {
  /** The same, reserved for a batch of documents. */
  const reserved = async () => {
    const world = await loadFixture(five);
    await reserve(world, world.made);
    return world;
  };

  describe("reserving", () => {
    it("leaves nothing of the payments to single documents", async () => {
      const world = await loadFixture(five);
      const { taking, invoicing, made, use, take, worthAt } = world;
      const { changedIn } = await taking.batchStateOf(made.id);
      const { payee, currency, count, total } = made.batch;
      const sent = taking.reserve(made.id, payee, currency, count, total);
      await expect(sent).to.emit(taking, "PaymentsReserved").withArgs(made.id, invoicing.address, changedIn);
      expect((await taking.batchStateOf(made.id)).changedIn).to.equal(BigInt(await blockOf(sent)));
      expect(await use()).to.equal(Use.Batch);
      for (const position of [0, 4]) {
        expect(await worthAt(position)).to.deep.equal([Status.Reserved, 0n]);
        for (const amount of [0, 1]) {
          await expect(take(position, amount))
            .to.be.revertedWithCustomError(taking, "PaymentReserved")
            .withArgs(made.ids[position]);
        }
      }
    });

    it("is of what the batch is: payee, currency, count and total, and of one that is there", async () => {
      const world = await loadFixture(five);
      const { taking, made } = world;
      const { payee, currency, count, total } = made.batch;
      const notReady = async (...[id, ...terms]: Parameters<typeof taking.reserve.staticCall>) =>
        expect(taking.reserve(id, ...terms))
          .to.be.revertedWithCustomError(taking, "BatchNotReady")
          .withArgs(id);
      await notReady(made.id, word(), currency, count, total);
      await notReady(made.id, payee, CNY + 1, count, total);
      for (const other of [0, 4, 6]) await notReady(made.id, payee, currency, other, total);
      for (const other of [0n, BigInt(total) - 1n, BigInt(total) + 1n]) {
        await notReady(made.id, payee, currency, count, other);
      }
      await notReady(word(), payee, currency, count, total);
      await notReady(world.batchIdOf(world.rival, 1), payee, currency, count, total);
      await taking.reserve(made.id, payee, currency, count, total);
      await notReady(made.id, payee, currency, count, total); // once
    });

    it("is refused after the first single use, and single use after it", async () => {
      const world = await loadFixture(five);
      const { taking, made, take } = world;
      await take(0, 0);
      await expect(reserve(world, made)).to.be.revertedWithCustomError(taking, "BatchNotReady").withArgs(made.id);
      const other = await anchored(world, 2, { serial: 2 });
      await reserve(world, other);
      await expect(taking.take(other.payments[1]!, other.proofOf(1), 1))
        .to.be.revertedWithCustomError(taking, "PaymentReserved")
        .withArgs(other.ids[1]);
      await taking.giveBack(made.ids[0]!, 0);
      await expect(reserve(world, made)).to.be.revertedWithCustomError(taking, "BatchNotReady"); // for ever
    });
  });

  describe("taking what is reserved", () => {
    it("takes the whole of a payment, and is no change that voids the payer's request", async () => {
      const world = await loadFixture(reserved);
      const { taking, made, takeReserved, worthAt } = world;
      const sent = takeReserved(3);
      await expect(sent)
        .to.emit(taking, "PaymentMaterialised")
        .withArgs(made.ids[3], made.id, tupleOf(made.payments[3]!));
      await expect(sent)
        .to.emit(taking, "PaymentTaken")
        .withArgs(made.ids[3], 603, 0, await blockOf(sent));
      expect(await taking.stateOf(made.ids[3]!)).to.deep.equal([true, true, 0n, 0n, BigInt(await blockOf(sent))]);
      expect(await taking.useRequest.staticCall(made.payments[3]!)).to.deep.equal([made.ids[3], 0n]);
      expect(await worthAt(3)).to.deep.equal([Status.Exhausted, 0n]);
      expect(await worthAt(2)).to.deep.equal([Status.Reserved, 0n]);
      expect(await taking.takeReserved.staticCall(made.id, made.payments[2]!, made.proofOf(2))).to.equal(made.ids[2]);
    });

    it("is done once for each", async () => {
      const { taking, made, takeReserved } = await loadFixture(reserved);
      await takeReserved(0);
      const again = async (left: number) => {
        for (const proof of [made.proofOf(0), []]) {
          await expect(takeReserved(0, proof))
            .to.be.revertedWithCustomError(taking, "PaymentExceeded")
            .withArgs(made.ids[0], left, 600);
        }
      };
      await again(0);
      await taking.giveBack(made.ids[0]!, 600);
      await again(600); // not even when it was given back: that is for others
    });

    it("is of the batch that was reserved", async () => {
      const world = await loadFixture(reserved);
      const { taking, made } = world;
      const free = await anchored(world, 2, { serial: 2 });
      const single = await attest(world);
      const notReady = async (batch: string, from: NewBatch, payment = from.payments[0]!) =>
        expect(taking.takeReserved(batch, payment, from.proofOf(0)))
          .to.be.revertedWithCustomError(taking, "BatchNotReady")
          .withArgs(batch);
      await notReady(free.id, free); // not reserved
      await notReady(made.id, free);
      await notReady(free.id, made);
      await notReady(word(), made);
      await notReady(made.id, made, single);
      await notReady(made.id, made, { ...made.payments[0]!, provider: world.rival.address });
      await notReady(world.batchIdOf(world.provider, 0), made, single);
      const singles = await anchored(world, 2, { serial: 3 });
      await taking.take(singles.payments[0]!, singles.proofOf(0), 1);
      await notReady(singles.id, singles);
    });

    it("needs the proof of its place", async () => {
      const { taking, made } = await loadFixture(reserved);
      const payment = made.payments[1]!;
      for (const [forged, proof] of [
        [payment, []],
        [payment, made.proofOf(0)],
        [{ ...payment, position: 0 }, made.proofOf(1)],
        [{ ...payment, position: 5 }, made.proofOf(1)],
        [{ ...payment, amount: 1 }, made.proofOf(1)],
      ] as const) {
        await expect(taking.takeReserved(made.id, forged, [...proof])).to.be.revertedWithCustomError(
          taking,
          "PaymentUnknown",
        );
      }
    });

    it("and reversed, leaves to single documents what was given back", async () => {
      const { taking, made, take, takeReserved, worthAt } = await loadFixture(reserved);
      await takeReserved(0);
      await taking.giveBack(made.ids[0]!, 250);
      expect(await worthAt(0)).to.deep.equal([Status.Available, 250n]);
      await expect(take(0, 251))
        .to.be.revertedWithCustomError(taking, "PaymentExceeded")
        .withArgs(made.ids[0], 250, 251);
      await take(0, 250, []);
      expect(await worthAt(0)).to.deep.equal([Status.Exhausted, 0n]);
      expect((await taking.batchStateOf(made.id)).use).to.equal(Use.Batch);
      expect(await worthAt(1)).to.deep.equal([Status.Reserved, 0n]);
    });
  });

  describe("refunded", () => {
    it("before anything else: what is left is less, and the batch is still free", async () => {
      const world = await loadFixture(five);
      const { attesting, made, provider, use, take, refund, worthAt } = world;
      await expect(
        attesting.refund([{ payment: made.payments[0]!, proof: [], refunded: 1 }], []),
      ).to.be.revertedWithCustomError(attesting, "PaymentUnknown");
      const sent = refund(0, 100);
      await expect(sent).to.emit(attesting, "PaymentMaterialised");
      await expect(sent)
        .to.emit(attesting, "PaymentRefunded")
        .withArgs(made.ids[0], 100, 500, provider.address, await blockOf(sent));
      expect(await use()).to.equal(Use.Free);
      expect(await worthAt(0)).to.deep.equal([Status.Available, 500n]);
      await expect(take(0, 501)).to.be.revertedWithCustomError(attesting, "PaymentExceeded");
      await take(0, 500);
    });

    it("before it is reserved: its document is too large from the beginning", async () => {
      const world = await loadFixture(five);
      const { taking, made, refund, takeReserved, worthAt } = world;
      await refund(0, 100);
      await reserve(world, made);
      expect(await worthAt(0)).to.deep.equal([Status.Withdrawn, -100n]);
      expect(await taking.anyWithdrawn([made.ids[0]!])).to.equal(false); // no document has taken it
      await takeReserved(0);
      expect(await worthAt(0)).to.deep.equal([Status.Withdrawn, -100n]);
      expect(await taking.anyWithdrawn([made.ids[0]!])).to.equal(true);
      await taking.giveBack(made.ids[0]!, 600);
      expect(await worthAt(0)).to.deep.equal([Status.Available, 500n]);
    });

    it("after it is reserved, before and after its document takes it", async () => {
      const { taking, made, refund, takeReserved, worthAt } = await loadFixture(reserved);
      await refund(1, 601);
      expect(await worthAt(1)).to.deep.equal([Status.Withdrawn, -601n]);
      expect((await taking.stateOf(made.ids[1]!)).changes).to.equal(1n);
      await takeReserved(1);
      expect(await worthAt(1)).to.deep.equal([Status.Withdrawn, -601n]);
      expect((await taking.stateOf(made.ids[1]!)).changes).to.equal(1n);
      await takeReserved(2);
      await refund(2, 2);
      expect(await worthAt(2)).to.deep.equal([Status.Withdrawn, -2n]);
      await taking.giveBack(made.ids[2]!, 602);
      expect(await worthAt(2)).to.deep.equal([Status.Available, 600n]);
    });

    it("by an anchored refund, with both proofs", async () => {
      const world = await loadFixture(five);
      const { attesting, asking, made, provider, stranger } = world;
      const leaf = world.refundLeafOf(provider.address, 9, 0, made.ids[4]!, 604n);
      await attesting.anchorRefunds(SHIJIAZHUANG, 9, 1, leaf);
      const proven = (proof: string[]) => ({
        refund: { payment: made.payments[4]!, proof, refunded: 604 },
        serial: 9,
        position: 0,
        path: [],
      });
      await expect(asking.proveRefund(proven([]))).to.be.revertedWithCustomError(asking, "PaymentUnknown");
      const sent = asking.proveRefund(proven(made.proofOf(4)));
      await expect(sent)
        .to.emit(asking, "PaymentRefunded")
        .withArgs(made.ids[4], 604, 0, stranger.address, await blockOf(sent));
      expect(await worthOf(world, made.payments[4]!)).to.deep.equal([Status.Exhausted, 0n]);
    });
  });

  it("of the largest amounts are taken whole, and never more than the batch's total", async () => {
    const world = await loadFixture(payments);
    const made = await anchored(world, 3, {
      each: { payer: payerOf(newKey()) },
      only: { 0: { amount: MAX - 5n }, 1: { amount: 5 }, 2: { amount: 1 } },
      terms: { total: MAX },
    });
    const take = async (position: number) =>
      world.taking.takeReserved(made.id, made.payments[position]!, made.proofOf(position));
    await reserve(world, made);
    await take(0);
    await take(1);
    expect(await worthOf(world, made.payments[0]!)).to.deep.equal([Status.Exhausted, 0n]);
    await expect(take(2)).to.be.revertedWithCustomError(world.payments, "PaymentInvalid").withArgs(made.ids[2]);
  });

  describe("releasing", () => {
    it("frees a batch for documents of any kind, and says so", async () => {
      const world = await loadFixture(reserved);
      const { taking, invoicing, made, take, use, worthAt } = world;
      const { changedIn } = await taking.batchStateOf(made.id);
      const sent = taking.release(made.id);
      await expect(sent).to.emit(taking, "PaymentsReleased").withArgs(made.id, invoicing.address, changedIn);
      expect((await taking.batchStateOf(made.id)).changedIn).to.equal(BigInt(await blockOf(sent)));
      expect(await use()).to.equal(Use.Free);
      expect(await worthAt(1)).to.deep.equal([Status.Available, 601n]);
      await reserve(world, made);
      expect(await use()).to.equal(Use.Batch);
      await taking.release(made.id);
      await take(1, 601);
      expect(await use()).to.equal(Use.Singles);
    });

    it("is of a batch that is reserved", async () => {
      const world = await loadFixture(five);
      const { taking, made, take } = world;
      const notReady = async (id: string) =>
        expect(taking.release(id)).to.be.revertedWithCustomError(taking, "BatchNotReady").withArgs(id);
      await notReady(made.id);
      await notReady(word());
      await take(0, 1);
      await notReady(made.id);
    });
  });
});
