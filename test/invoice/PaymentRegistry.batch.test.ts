import { expect } from "chai";
import { ZeroHash } from "ethers";

import { PAYMENT, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchored,
  five,
  MAX,
  newBatch,
  type Payment,
  payments,
  type Payments,
  reserve,
  Status,
  tupleOf,
  Use,
  worthOf,
} from "./payments.js";
import { attest, CNY, payerOf } from "./world.js";

const NO_BATCH = [ZeroHash, ZeroHash, 0n, 0n, 0n, 0n, 0n, 0n];

describe("PaymentRegistry: batches", () => {
  const unknown = async (world: Payments, payment: Payment, proof: string[]) => {
    await expect(world.taking.take(payment, proof, 1))
      .to.be.revertedWithCustomError(world.payments, "PaymentUnknown")
      .withArgs(world.idOf(payment));
    expect(await worthOf(world, payment, proof)).to.deep.equal([Status.Unknown, 0n]);
  };

  describe("anchoring", () => {
    it("makes all payments of the tree available, with one record", async () => {
      const world = await loadFixture(payments);
      const { attesting, provider } = world;
      const made = await newBatch(world, 5);
      expect(await attesting.batchStateOf(made.id)).to.deep.equal(NO_BATCH);
      await unknown(world, made.payments[3]!, made.proofOf(3));
      expect(await attesting.anchor.staticCall(made.batch)).to.equal(made.id);
      const { city, serial, count, payee, currency, total, root } = made.batch;
      const terms = [city, BigInt(serial), BigInt(count), payee, BigInt(currency), total, root];
      const sent = attesting.anchor(made.batch);
      await expect(sent).to.emit(attesting, "PaymentsAnchored").withArgs(made.id, provider.address, payee, terms);
      for (const [position, payment] of made.payments.entries()) {
        expect(await worthOf(world, payment, made.proofOf(position))).to.deep.equal([
          Status.Available,
          600n + BigInt(position),
        ]);
      }
      expect(await attesting.batchStateOf(made.id)).to.deep.equal([
        root,
        payee,
        3010n,
        5n,
        SHIJIAZHUANG,
        BigInt(CNY),
        Use.Free,
        BigInt(await blockOf(sent)),
      ]);
    });

    it("wants a serial, a count, a payee, a currency, a total and a root", async () => {
      const world = await loadFixture(payments);
      const { batch } = await newBatch(world, 2);
      for (const wrong of [
        { serial: 0 },
        { count: 0 },
        { payee: ZeroHash },
        { currency: 0 },
        { total: 0 },
        { root: ZeroHash },
      ]) {
        const { serial, count, root } = { ...batch, ...wrong };
        await expect(world.attesting.anchor({ ...batch, ...wrong }))
          .to.be.revertedWithCustomError(world.payments, "BatchInvalid")
          .withArgs(serial, count, root);
      }
      await world.attesting.anchor({ ...batch, serial: 2n ** 64n - 1n, count: 2n ** 32n - 1n, total: MAX });
    });

    it("uses a serial once, of one provider: another's is another batch", async () => {
      const world = await loadFixture(five);
      const { made, attesting, provider, rival } = world;
      const other = await newBatch(world, 2);
      for (const { batch } of [made, other]) {
        await expect(attesting.anchor(batch))
          .to.be.revertedWithCustomError(attesting, "SerialUsed")
          .withArgs(provider.address, 1);
      }
      await reserve(world, made);
      await expect(attesting.anchor(other.batch)).to.be.revertedWithCustomError(attesting, "SerialUsed");
      const theirs = await anchored(world, 2, { provider: rival });
      expect(await worthOf(world, theirs.payments[1]!, theirs.proofOf(1))).to.deep.equal([Status.Available, 601n]);
    });

    it("asks the guard: accredited, in an active city, by an open contract", async () => {
      const world = await loadFixture(payments);
      const { payments: registry, manager, hunanProvider, shijiazhuang, stranger, attesting } = world;
      const { batch } = await newBatch(world, 2);
      for (const by of [hunanProvider, shijiazhuang, stranger]) {
        await expect(registry.connect(by).anchor(batch))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by.address, SHIJIAZHUANG, PAYMENT);
      }
      await manager.setTargetClosed(registry, true);
      await expect(attesting.anchor(batch)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(registry, false);
      await world.suspendCity();
      await expect(attesting.anchor(batch)).to.be.revertedWithCustomError(manager, "CityNotActive");
    });
  });

  describe("taking from one payment", () => {
    it("gives it a state with its first use, and leaves the batch to single documents", async () => {
      const world = await loadFixture(five);
      const { taking, made, take, use, worthAt } = world;
      const payment = made.payments[2]!;
      const sent = take(2, 100);
      await expect(sent).to.emit(taking, "PaymentMaterialised").withArgs(made.ids[2], made.id, tupleOf(payment));
      await expect(sent)
        .to.emit(taking, "PaymentTaken")
        .withArgs(made.ids[2], 100, 502, await blockOf(sent));
      expect(await use()).to.equal(Use.Singles);
      expect(await worthAt(2)).to.deep.equal([Status.Available, 502n]);
      expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 502n]); // it needs no proof any more
      const again = take(2, 502, []);
      await expect(again).not.to.emit(taking, "PaymentMaterialised");
      expect(await worthAt(2)).to.deep.equal([Status.Exhausted, 0n]);
      await take(4, 604);
      expect(await use()).to.equal(Use.Singles);
      await expect(take(3, 604))
        .to.be.revertedWithCustomError(taking, "PaymentExceeded")
        .withArgs(made.ids[3], 603, 604);
    });

    it("needs the proof of its place", async () => {
      const world = await loadFixture(five);
      const { made } = world;
      const payment = made.payments[1]!;
      for (const proof of [[], made.proofOf(2), [word()], [...made.proofOf(1), word()], made.proofOf(1).slice(1)]) {
        await unknown(world, payment, proof);
      }
      for (const change of [{ position: 2 }, { position: 5 }, { serial: 2 }, { serial: 0 }, { amount: 602 }]) {
        await unknown(world, { ...payment, ...change }, made.proofOf(1));
      }
      await unknown(world, { ...payment, provider: world.rival.address }, made.proofOf(1));
    });

    it("of a tree of one needs no path, and none else", async () => {
      const world = await loadFixture(payments);
      const made = await anchored(world, 1, { serial: 8 });
      await unknown(world, made.payments[0]!, [word()]);
      await world.taking.take(made.payments[0]!, [], 600);
    });
  });

  describe("what a corrupt provider puts into the tree", () => {
    it("at a place beyond the count, of another city, currency or payee, counts for nothing", async () => {
      const world = await loadFixture(payments);
      const { manager, hunan, provider, rival } = world;
      await manager.connect(hunan).grantRole(roleOf(HUNAN, PAYMENT), provider, 0);
      const made = await anchored(world, 8, {
        only: {
          1: { city: HUNAN },
          2: { currency: CNY + 1 },
          3: { payee: word() },
          4: { provider: rival.address },
          5: { serial: 2 },
          6: { position: 7 },
        },
        terms: { count: 7 },
      });
      for (const position of [1, 2, 3, 4, 5, 6, 7]) {
        await unknown(world, made.payments[position]!, made.proofOf(position));
      }
      await world.taking.take(made.payments[0]!, made.proofOf(0), 600);
    });

    it("without an identification, an order or an amount, or paid later than it was anchored, is refused when it is used", async () => {
      const world = await loadFixture(payments);
      const made = await anchored(world, 5, {
        only: {
          0: { transactionId: ZeroHash },
          1: { order: ZeroHash },
          2: { amount: 0 },
          3: { paidAt: (await time.latest()) + 100_000 },
          4: { payer: payerOf(world.sellerKey) },
        },
      });
      const { taking } = world;
      const take = async (position: number) => taking.take(made.payments[position]!, made.proofOf(position), 0);
      for (const position of [0, 1, 2, 3]) {
        await expect(take(position))
          .to.be.revertedWithCustomError(taking, "PaymentInvalid")
          .withArgs(made.ids[position]);
      }
      await expect(take(4)).to.be.revertedWithCustomError(taking, "PaymentToOneself").withArgs(world.seller);
      await time.increase(200_000);
      await expect(take(3)).to.be.revertedWithCustomError(taking, "PaymentInvalid"); // for ever
      const now = (await time.latest()) + 100;
      const last = await newBatch(world, 1, { serial: 2, each: { paidAt: now } });
      await time.setNextBlockTimestamp(now);
      await world.attesting.anchor(last.batch);
      await taking.take(last.payments[0]!, [], 600);
    });

    it("beyond the batch's total is refused when it is used, or refunded", async () => {
      const world = await loadFixture(payments);
      const made = await anchored(world, 3, { terms: { total: 1202n } }); // 600 + 601 + 602 say more
      const { taking, attesting } = world;
      const take = async (position: number) => taking.take(made.payments[position]!, made.proofOf(position), 0);
      await take(0);
      await attesting.refund([{ payment: made.payments[2]!, proof: made.proofOf(2), refunded: 602 }], []);
      await expect(take(1)).to.be.revertedWithCustomError(taking, "PaymentInvalid").withArgs(made.ids[1]);
      await expect(attesting.refund([{ payment: made.payments[1]!, proof: made.proofOf(1), refunded: 1 }], []))
        .to.be.revertedWithCustomError(taking, "PaymentInvalid")
        .withArgs(made.ids[1]);
      await take(0);
    });

    it("twice, under one order or one transaction, counts once", async () => {
      const world = await loadFixture(payments);
      const [order, transactionId] = [word(), word()];
      const made = await anchored(world, 3, {
        only: { 0: { order, transactionId }, 1: { order }, 2: { transactionId } },
      });
      const { taking } = world;
      await taking.take(made.payments[1]!, made.proofOf(1), 1);
      await expect(taking.take(made.payments[0]!, made.proofOf(0), 1))
        .to.be.revertedWithCustomError(taking, "PaymentCounted")
        .withArgs(made.ids[1]);
      expect(await worthOf(world, made.payments[0]!, made.proofOf(0))).to.deep.equal([Status.Unknown, 0n]);
      await taking.take(made.payments[2]!, made.proofOf(2), 1);
    });
  });

  it("and single payments count one order once, in both orders", async () => {
    const world = await loadFixture(five);
    const { made, attesting, rival, take, takeReserved, worthAt } = world;
    await take(0, 1);
    await expect(attest(world, { order: made.payments[0]!.order }))
      .to.be.revertedWithCustomError(attesting, "PaymentCounted")
      .withArgs(made.ids[0]);
    await expect(attest(world, { transactionId: made.payments[0]!.transactionId })).to.be.revertedWithCustomError(
      attesting,
      "PaymentCounted",
    );
    const single = await attest(world, { order: made.payments[1]!.order });
    expect(await worthAt(1)).to.deep.equal([Status.Unknown, 0n]); // it can be used no more
    await expect(take(1, 1)).to.be.revertedWithCustomError(attesting, "PaymentCounted").withArgs(world.idOf(single));
    const theirs = await anchored(world, 1, { provider: rival, each: { order: made.payments[0]!.order } });
    await reserve(world, theirs);
    await expect(world.taking.takeReserved(theirs.id, theirs.payments[0]!, []))
      .to.be.revertedWithCustomError(attesting, "PaymentCounted")
      .withArgs(made.ids[0]);
    await expect(takeReserved(2)).to.be.revertedWithCustomError(attesting, "BatchNotReady");
  });
});
