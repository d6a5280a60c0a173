import { expect } from "chai";

import { PAYMENT, roleOf } from "../../src/index.js";
import { PaymentSourceProbe__factory } from "../../typechain/index.js";
import { word } from "../identity/world.js";
import { blockOf, ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { type Facts, factsOf, MAX, NO_FACTS, type Payment, payments, Status, tupleOf, worthOf } from "./payments.js";
import { attest, nameOperator, payerOf } from "./world.js";

describe("PaymentRegistry: payments that a contract counts", () => {
  /** The source states a payment of 6.00 yuan. */
  const stated = async () => {
    const world = await loadFixture(payments);
    const transactionId = word();
    const address = await world.source.getAddress();
    /** The source states it with these changes; gives the payment that it makes. */
    const state = async (changes: Partial<Facts> = {}, id = transactionId): Promise<Payment> => {
      const facts = await factsOf(world, changes);
      await world.source.set(id, facts);
      const { payee, order, payer, currency, amount, paidAt } = facts;
      const place = { serial: 0, position: 0 };
      return {
        provider: address,
        city: SHIJIAZHUANG,
        transactionId: id,
        order,
        payee,
        payer,
        currency,
        amount,
        paidAt,
        ...place,
      };
    };
    const facts = await factsOf(world);
    const payment = await state(facts);
    const count = async (id = transactionId, city = SHIJIAZHUANG) => world.asking.count(address, city, id);
    return { ...world, address, transactionId, facts, state, payment, count };
  };

  it("are counted by anyone, once, with all that the source states", async () => {
    const world = await loadFixture(stated);
    const { asking, address, transactionId, payment, stranger, count } = world;
    const id = world.idOf(payment);
    expect(await asking.count.staticCall(address, SHIJIAZHUANG, transactionId)).to.equal(id);
    const sent = count();
    await expect(sent)
      .to.emit(asking, "PaymentAttested")
      .withArgs(id, payment.payee, tupleOf(payment), stranger.address);
    await expect(sent).not.to.emit(asking, "PaymentRefunded");
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 600n]);
    expect(await asking.paymentByTransaction(address, transactionId)).to.equal(id);
    expect(await asking.paymentByOrder(payment.payee, payment.order)).to.equal(id);
    await world.taking.take(payment, [], 100);
    await expect(count()).to.be.revertedWithCustomError(asking, "RefundInvalid").withArgs(id, 0, 0); // nothing is new
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 500n]);
  });

  it("need a source that the city accredits", async () => {
    const world = await loadFixture(stated);
    const { asking, manager, administrator, facts, transactionId, address, count } = world;
    const other = await new PaymentSourceProbe__factory(administrator).deploy();
    await other.set(transactionId, facts);
    await expect(asking.count(other, SHIJIAZHUANG, transactionId))
      .to.be.revertedWithCustomError(manager, "CityUnauthorized")
      .withArgs(await other.getAddress(), SHIJIAZHUANG, PAYMENT);
    await expect(count(transactionId, HUNAN))
      .to.be.revertedWithCustomError(manager, "CityUnauthorized")
      .withArgs(address, HUNAN, PAYMENT);
    await expect(asking.count(world.provider, SHIJIAZHUANG, transactionId)).to.be.revert(ethers);
    await manager.connect(world.shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), address);
    await expect(count()).to.be.revertedWithCustomError(manager, "CityUnauthorized");
  });

  it("are not counted for a suspended city, nor in a closed contract", async () => {
    const { asking, manager, count, suspendCity } = await loadFixture(stated);
    await manager.setTargetClosed(asking, true);
    await expect(count()).to.be.revertedWithCustomError(manager, "ContractClosed");
    await manager.setTargetClosed(asking, false);
    await suspendCity();
    await expect(count()).to.be.revertedWithCustomError(manager, "CityNotActive");
  });

  it("are counted in one city, even of a source that two accredit", async () => {
    const world = await loadFixture(stated);
    const { asking, manager, hunan, address, transactionId, payment, count } = world;
    await manager.connect(hunan).grantRole(roleOf(HUNAN, PAYMENT), address, 0);
    await count();
    await expect(count(transactionId, HUNAN))
      .to.be.revertedWithCustomError(asking, "PaymentCounted")
      .withArgs(world.idOf(payment));
  });

  it("are not counted if they were not made, or lack anything", async () => {
    const world = await loadFixture(stated);
    const { asking, source, state, count } = world;
    const none = word();
    const nothing = await state(NO_FACTS, none);
    await expect(count(none)).to.be.revertedWithCustomError(asking, "PaymentInvalid").withArgs(world.idOf(nothing));
    await expect(count(word())).to.be.revertedWithCustomError(asking, "PaymentInvalid");
    for (const wrong of [
      { payee: NO_FACTS.payee },
      { order: NO_FACTS.order },
      { currency: 0 },
      { amount: 0 },
      { paidAt: (await time.latest()) + 1000 },
    ]) {
      const id = word();
      const payment = await state(wrong, id);
      await expect(count(id)).to.be.revertedWithCustomError(asking, "PaymentInvalid").withArgs(world.idOf(payment));
    }
    const zero = `0x${"0".repeat(64)}`;
    await source.set(zero, await factsOf(world));
    await expect(count(zero)).to.be.revertedWithCustomError(asking, "PaymentInvalid");
  });

  it("count one order once, whether a provider or a contract states it", async () => {
    const world = await loadFixture(stated);
    const { asking, state, count, payment } = world;
    const attested = await attest(world);
    await state({ order: attested.order });
    await expect(count()).to.be.revertedWithCustomError(asking, "PaymentCounted").withArgs(world.idOf(attested));
    const again = await state({ order: payment.order });
    await count();
    await expect(attest(world, { order: payment.order }))
      .to.be.revertedWithCustomError(asking, "PaymentCounted")
      .withArgs(world.idOf(again));
  });

  it("are counted once, even if the source states another amount later", async () => {
    const world = await loadFixture(stated);
    const { asking, facts, state, count, payment } = world;
    await count();
    await state({ ...facts, amount: 900 });
    await expect(count()).to.be.revertedWithCustomError(asking, "PaymentCounted").withArgs(world.idOf(payment));
  });

  it("to oneself are refused: from the payee's key, from its operator, or with the payee's key as payer", async () => {
    const world = await loadFixture(stated);
    const { asking, identities, seller, sellerKey, operator, hebeiRegistrar: clerk, count, state } = world;
    const refused = async (changes: Partial<Facts>) => {
      await state(changes);
      await expect(count()).to.be.revertedWithCustomError(asking, "PaymentToOneself").withArgs(seller);
    };
    await refused({ from: sellerKey.signer });
    await refused({ from: operator.address });
    await refused({ payer: payerOf(sellerKey) });
    await nameOperator(world, seller, sellerKey, clerk);
    await refused({ from: clerk.address });
    await identities.connect(clerk).renounceOperator(seller);
    await state({ from: clerk.address }); // it is the seller's no more
    await count();
  });

  it("from a payer's own account are counted, with the payer's key", async () => {
    const world = await loadFixture(stated);
    const { state, count } = world;
    const payment = await state({ from: world.stranger.address, payer: word() });
    await count();
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 600n]);
  });

  describe("and went back", () => {
    it("before they were counted, are counted with what is left", async () => {
      const world = await loadFixture(stated);
      const { asking, stranger, state, count } = world;
      const payment = await state({ refunded: 250 });
      const id = world.idOf(payment);
      const sent = count();
      await expect(sent)
        .to.emit(asking, "PaymentAttested")
        .withArgs(id, payment.payee, tupleOf(payment), stranger.address);
      await expect(sent)
        .to.emit(asking, "PaymentRefunded")
        .withArgs(id, 250, 350, stranger.address, await blockOf(sent));
      expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 350n]);
      const whole = word();
      const other = await state({ amount: MAX, refunded: MAX }, whole);
      await count(whole);
      expect(await worthOf(world, other)).to.deep.equal([Status.Exhausted, 0n]);
    });

    it("since they were counted, are lowered by anyone, also when the source or its city can act no more", async () => {
      const world = await loadFixture(stated);
      const { asking, manager, stranger, facts, payment, address, state, count, taking } = world;
      const id = world.idOf(payment);
      await count();
      const taken = await blockOf(taking.take(payment, [], 500));
      await manager.connect(world.shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), address);
      await manager.setTargetClosed(asking, true);
      await world.suspendCity();
      await state({ ...facts, refunded: 100 });
      const sent = count();
      await expect(sent).to.emit(asking, "PaymentRefunded").withArgs(id, 100, 0, stranger.address, taken);
      await expect(sent).not.to.emit(asking, "PaymentAttested");
      await state({ ...facts, refunded: 600 });
      await expect(count())
        .to.emit(asking, "PaymentRefunded")
        .withArgs(id, 600, -500, stranger.address, await blockOf(sent));
      expect(await worthOf(world, payment)).to.deep.equal([Status.Withdrawn, -500n]);
      expect(await asking.refundedOf(id)).to.equal(600n);
    });

    it("by more than they were, or less than before, are refused", async () => {
      const world = await loadFixture(stated);
      const { asking, facts, payment, state, count } = world;
      const id = world.idOf(payment);
      await state({ ...facts, refunded: 601 });
      await expect(count()).to.be.revertedWithCustomError(asking, "RefundInvalid").withArgs(id, 0, 601);
      await state({ ...facts, refunded: 300 });
      await count();
      for (const refunded of [299, 300, 601]) {
        await state({ ...facts, refunded });
        await expect(count()).to.be.revertedWithCustomError(asking, "RefundInvalid").withArgs(id, 300, refunded);
      }
    });
  });

  it("are refunded by the city's controller too, for a source cannot", async () => {
    const world = await loadFixture(stated);
    const { payments: registry, shijiazhuang, rival, payment, count } = world;
    await count();
    const refunds = [{ payment, proof: [], refunded: 600 }];
    await expect(registry.connect(rival).refund(refunds, [])).to.be.revertedWithCustomError(registry, "NotRefunder");
    await registry.connect(shijiazhuang).refund(refunds, []);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
  });
});
