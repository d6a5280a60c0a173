import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";
import { keccak256, randomBytes, TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";

import { PAYMENT, roleOf } from "../../src/index.js";
import { domainOf, PAYMENT_BATCH_KEY_TYPES, PAYMENT_TYPES, REFUND_TYPES } from "../../src/invoice/typed-data.js";
import { newKey, word } from "../identity/world.js";
import { blockOf, ethers, HEBEI, HUNAN, loadFixture, NOBODY, SHIJIAZHUANG, time } from "../world.js";
import { MAX, paid, payments, type Payments, Status, tupleOf, worthOf } from "./payments.js";
import { attest, CNY, payerOf, paymentOf } from "./world.js";

describe("PaymentRegistry", () => {
  it("knows the identities and the manager it was made with, for ever", async () => {
    const { payments: registry, identities, manager, administrator } = await loadFixture(payments);
    expect(await registry.identities()).to.equal(await identities.getAddress());
    expect(await registry.manager()).to.equal(await manager.getAddress());
    await expect(registry.connect(administrator).setAuthority(NOBODY)).to.be.revertedWithCustomError(
      registry,
      "AuthorityIsFixed",
    );
  });

  describe("ids", () => {
    it("are the digests that the client computes, whatever the payment says", async () => {
      const world = await loadFixture(payments);
      for (const changes of [
        {},
        { payer: word(), currency: 999, amount: MAX, paidAt: 2n ** 40n - 1n },
        { serial: 2n ** 64n - 1n, position: 2n ** 32n - 1n, city: 2n ** 32n - 1n },
        { provider: ZeroAddress, city: 0, transactionId: ZeroHash, order: ZeroHash, payee: ZeroHash, amount: 0 },
      ]) {
        const payment = await paymentOf(world, changes);
        expect(await world.payments.idOf(payment)).to.equal(world.idOf(payment));
        expect(await world.payments.changesOf(payment)).to.deep.equal([world.idOf(payment), 0n]);
      }
      for (const serial of [0, 1, 4_000_000_000]) {
        expect(await world.payments.batchOf(world.provider, serial)).to.equal(world.batchIdOf(world.provider, serial));
      }
      expect(world.batchIdOf(world.provider, 1)).not.to.equal(world.batchIdOf(world.rival, 1));
    });

    it("have the same types in the client and in the contract", () => {
      const source = globSync("contracts/invoice/Payment*.sol")
        .map((file) => readFileSync(file, "utf8").replace(/"\s+"/g, ""))
        .join("\n");
      for (const [types, name] of [
        [PAYMENT_TYPES, "Payment"],
        [PAYMENT_BATCH_KEY_TYPES, "BatchKey"],
        [REFUND_TYPES, "Refund"],
      ] as const) {
        expect(source).to.include(`"${TypedDataEncoder.from(types).encodeType(name)}"`);
      }
    });

    it("are of this chain and this contract", async () => {
      const world = await loadFixture(payments);
      const { chainId } = await world.registry.runner!.provider!.getNetwork();
      const domain = await domainOf({ payments: world.payments, chainId }, "payments");
      const { name, version, verifyingContract, fields, salt, extensions } = await world.payments.eip712Domain();
      expect(domain).to.deep.equal({ name, version, chainId, verifyingContract });
      expect([fields, BigInt(salt), [...extensions]]).to.deep.equal(["0x0f", 0n, []]);
    });
  });

  describe("attesting", () => {
    it("makes the whole of a payment available, and says so with all of it", async () => {
      const world = await loadFixture(payments);
      const { attesting, provider, idOf } = world;
      const payment = await paymentOf(world, { payer: payerOf(newKey()) });
      const id = idOf(payment);
      expect(await worthOf(world, payment)).to.deep.equal([Status.Unknown, 0n]);
      expect(await attesting.attest.staticCall(payment)).to.equal(id);
      const sent = attesting.attest(payment);
      await expect(sent)
        .to.emit(attesting, "PaymentAttested")
        .withArgs(id, payment.payee, tupleOf(payment), provider.address);
      expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 600n]);
      expect(await attesting.stateOf(id)).to.deep.equal([true, false, 600n, 0n, BigInt(await blockOf(sent))]);
      expect(await attesting.refundedOf(id)).to.equal(0n);
      expect(await attesting.paymentByTransaction(provider, payment.transactionId)).to.equal(id);
      expect(await attesting.paymentByOrder(payment.payee, payment.order)).to.equal(id);
      expect(await attesting.paymentByTransaction(provider, payment.order)).to.equal(ZeroHash);
    });

    it("takes amounts up to the largest, and times up to now", async () => {
      const world = await loadFixture(payments);
      const now = (await time.latest()) + 100;
      const payment = await paymentOf(world, { amount: MAX, paidAt: now });
      await time.setNextBlockTimestamp(now - 1);
      await expect(world.attesting.attest(payment, { gasLimit: 1_000_000 })) // is mined
        .to.be.revertedWithCustomError(world.payments, "PaymentInvalid")
        .withArgs(world.idOf(payment));
      await time.setNextBlockTimestamp(now);
      await world.attesting.attest(payment);
      expect(await worthOf(world, payment)).to.deep.equal([Status.Available, MAX]);
    });

    it("wants an identification, an order, a payee, a currency, an amount, a time that has come, and no place", async () => {
      const world = await loadFixture(payments);
      for (const wrong of [
        { transactionId: ZeroHash },
        { order: ZeroHash },
        { payee: ZeroHash },
        { currency: 0 },
        { amount: 0 },
        { paidAt: (await time.latest()) + 1000 },
        { paidAt: 2n ** 40n - 1n },
        { serial: 1 },
        { position: 1 },
        { serial: 1, position: 1 },
      ]) {
        const payment = await paymentOf(world, wrong);
        await expect(world.attesting.attest(payment))
          .to.be.revertedWithCustomError(world.payments, "PaymentInvalid")
          .withArgs(world.idOf(payment));
        await expect(world.attesting.attestMany([payment])).to.be.revertedWithCustomError(
          world.payments,
          "PaymentInvalid",
        );
      }
      await world.attesting.attest(await paymentOf(world, { payee: word(), paidAt: 0 }));
    });

    it("refuses bits that no member of a payment has", async () => {
      const world = await loadFixture(payments);
      const { attesting, provider } = world;
      const to = await attesting.getAddress();
      const data = attesting.interface.encodeFunctionData("attest", [await paymentOf(world)]);
      for (const word of [0, 1, 6, 7, 8, 9, 10]) {
        const at = 10 + word * 64; // after 0x and the selector, in characters
        const stray = `${data.slice(0, at)}1${data.slice(at + 1)}`;
        await expect(provider.sendTransaction({ to, data: stray }), `member ${word}`).to.be.revert(ethers);
      }
      await provider.sendTransaction({ to, data });
    });

    it("is by the provider that the payment names: no one forges another's", async () => {
      const world = await loadFixture(payments);
      const { rival, provider, stranger } = world;
      for (const payment of [await paymentOf(world), await paymentOf(world, { provider: stranger.address })]) {
        const forging = world.payments.connect(rival);
        for (const act of [async () => forging.attest(payment), async () => forging.attestMany([payment])]) {
          await expect(act())
            .to.be.revertedWithCustomError(world.payments, "NotProvider")
            .withArgs(payment.provider, rival.address);
        }
      }
      const known = await attest(world);
      await expect(world.payments.connect(rival).attestMany([known])) // not even one that is known
        .to.be.revertedWithCustomError(world.payments, "NotProvider")
        .withArgs(provider.address, rival.address);
    });

    it("needs the city's accreditation: of another city, of none, and revoked, are refused", async () => {
      const world = await loadFixture(payments);
      const { manager, shijiazhuang, provider, hunanProvider, stranger, taxBureau, source } = world;
      const refused = async (by: typeof provider) => {
        const payment = await paymentOf(world, { provider: by.address });
        const attesting = world.payments.connect(by);
        for (const act of [async () => attesting.attest(payment), async () => attesting.attestMany([payment])]) {
          await expect(act())
            .to.be.revertedWithCustomError(manager, "CityUnauthorized")
            .withArgs(by.address, SHIJIAZHUANG, PAYMENT);
        }
      };
      for (const by of [hunanProvider, stranger, shijiazhuang, taxBureau]) await refused(by);
      const before = await attest(world);
      await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), provider);
      await refused(provider);
      expect(await worthOf(world, before)).to.deep.equal([Status.Available, 600n]); // what was attested stands
      await world.taking.take(before, [], 600);
      expect(await manager.memberCount(roleOf(SHIJIAZHUANG, PAYMENT))).to.equal(2n); // rival and source
      expect((await manager.hasRole(roleOf(SHIJIAZHUANG, PAYMENT), source)).isMember).to.equal(true);
    });

    it("is refused to a provider whose city is suspended, or lies below one, and in a closed contract", async () => {
      const world = await loadFixture(payments);
      const { manager, registry, china, hebei, attesting } = world;
      const payment = await paymentOf(world);
      const acts = [async () => attesting.attest(payment), async () => attesting.attestMany([payment])];
      await world.suspendCity();
      for (const act of acts) {
        await expect(act())
          .to.be.revertedWithCustomError(manager, "CityNotActive")
          .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      }
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await registry.connect(china).suspend(HEBEI, 1);
      for (const act of acts) {
        await expect(act()).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(SHIJIAZHUANG, HEBEI);
      }
      await registry.connect(china).reinstate(HEBEI);
      await manager.setTargetClosed(attesting, true);
      for (const act of acts) await expect(act()).to.be.revertedWithCustomError(manager, "ContractClosed");
    });

    it("of a payment to oneself is refused: the payer's key is the payee's", async () => {
      const world = await loadFixture(payments);
      const { seller, sellerKey } = world;
      const own = await paymentOf(world, { payer: payerOf(sellerKey) });
      await expect(world.attesting.attest(own))
        .to.be.revertedWithCustomError(world.payments, "PaymentToOneself")
        .withArgs(seller);
      await expect(world.attesting.attestMany([await paymentOf(world), own])).to.be.revertedWithCustomError(
        world.payments,
        "PaymentToOneself",
      );
      await attest(world, { payer: payerOf(sellerKey), payee: word() }); // to somebody else
    });
  });

  describe("counting once", () => {
    const counted = async (world: Payments, act: Promise<unknown>, known: string) =>
      expect(act).to.be.revertedWithCustomError(world.payments, "PaymentCounted").withArgs(known);

    it("refuses the same payment alone, and skips it among many", async () => {
      const world = await loadFixture(paid);
      const { attesting, payment, id, taking } = world;
      await taking.take(payment, [], 250);
      await expect(attesting.attest(payment)).to.be.revertedWithCustomError(attesting, "PaymentExists").withArgs(id);
      const fresh = [await paymentOf(world), await paymentOf(world)] as const;
      const list = [payment, fresh[0], payment, fresh[1], fresh[0]];
      expect(await attesting.attestMany.staticCall(list)).to.equal(2n);
      const receipt = await (await attesting.attestMany(list)).wait();
      expect(receipt!.logs.length).to.equal(2);
      expect(await attesting.attestMany.staticCall(list)).to.equal(0n);
      await attesting.attestMany(list);
      expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 350n]); // what was taken stays taken
      for (const one of fresh) expect(await worthOf(world, one)).to.deep.equal([Status.Available, 600n]);
    });

    it("refuses one order of a payee over two providers, of one city or of two", async () => {
      const world = await loadFixture(paid);
      const { payment, id, rival, hunanProvider } = world;
      for (const [by, city] of [
        [rival, SHIJIAZHUANG],
        [hunanProvider, HUNAN],
      ] as const) {
        const other = await paymentOf(world, { provider: by.address, city, order: payment.order });
        await counted(world, world.payments.connect(by).attest(other), id);
        await counted(world, world.payments.connect(by).attestMany([other]), id);
      }
      const [order, payee] = [payment.order, word()];
      await world.attesting.attest(await paymentOf(world, { order, payee })); // another payee's order of that number
    });

    it("refuses one transaction of a provider for two orders; another provider's is another", async () => {
      const world = await loadFixture(paid);
      const { payment, id, rival, manager, hunan, provider } = world;
      const { transactionId } = payment;
      await counted(world, world.attesting.attest(await paymentOf(world, { transactionId })), id);
      await counted(world, world.attesting.attest(await paymentOf(world, { transactionId, payee: word() })), id);
      await manager.connect(hunan).grantRole(roleOf(HUNAN, PAYMENT), provider, 0);
      await counted(world, world.attesting.attest(await paymentOf(world, { transactionId, city: HUNAN })), id);
      const theirs = await paymentOf(world, { transactionId, provider: rival.address });
      await world.payments.connect(rival).attest(theirs);
      expect(await world.payments.paymentByTransaction(rival, transactionId)).to.equal(world.idOf(theirs));
      expect(await world.payments.paymentByTransaction(provider, transactionId)).to.equal(id);
    });

    it("refuses two of one order within a call, and then attests none of it", async () => {
      const world = await loadFixture(payments);
      const first = await paymentOf(world);
      const second = await paymentOf(world, { order: first.order });
      await counted(world, world.attesting.attestMany([first, second]), world.idOf(first));
      expect(await worthOf(world, first)).to.deep.equal([Status.Unknown, 0n]);
    });

    it("keeps a transaction and an order of the same digits apart", async () => {
      const world = await loadFixture(payments);
      const [same, other] = [word(), word()];
      await world.attesting.attest(await paymentOf(world, { transactionId: same, order: same }));
      await world.attesting.attest(await paymentOf(world, { transactionId: other, order: word() }));
      await world.attesting.attest(await paymentOf(world, { transactionId: word(), order: other }));
    });

    it("keeps a whole payment's every word: any other is another payment, and not known", async () => {
      const world = await loadFixture(paid);
      const { payment, hunanProvider } = world;
      for (const change of [
        { provider: hunanProvider.address },
        { city: HUNAN },
        { transactionId: word() },
        { order: word() },
        { payee: word() },
        { payer: keccak256(randomBytes(20)) },
        { currency: CNY + 1 },
        { amount: 601 },
        { paidAt: Number(payment.paidAt) + 1 },
        { serial: 1 },
        { position: 1 },
      ]) {
        const other = { ...payment, ...change };
        expect(await worthOf(world, other)).to.deep.equal([Status.Unknown, 0n]);
        await expect(world.taking.take(other, [], 1))
          .to.be.revertedWithCustomError(world.payments, "PaymentUnknown")
          .withArgs(world.idOf(other));
      }
    });
  });

  describe("attesting many", () => {
    it("says of each that it was attested", async () => {
      const world = await loadFixture(payments);
      const many = [await paymentOf(world), await paymentOf(world, { payee: word(), currency: 978 })];
      const sent = world.attesting.attestMany(many);
      for (const payment of many) {
        await expect(sent)
          .to.emit(world.payments, "PaymentAttested")
          .withArgs(world.idOf(payment), payment.payee, tupleOf(payment), world.provider.address);
      }
    });

    it("wants one payment at least", async () => {
      const { attesting } = await loadFixture(payments);
      await expect(attesting.attestMany([])).to.be.revertedWithCustomError(attesting, "Empty");
    });

    it("is of one city, even by a provider of two", async () => {
      const world = await loadFixture(payments);
      const { attesting, manager, hunan, provider } = world;
      await manager.connect(hunan).grantRole(roleOf(HUNAN, PAYMENT), provider, 0);
      const [here, there] = [await paymentOf(world), await paymentOf(world, { city: HUNAN })];
      for (const [first, second] of [
        [here, there],
        [there, here],
      ] as const) {
        await expect(attesting.attestMany([first, first, second]))
          .to.be.revertedWithCustomError(attesting, "CitiesMixed")
          .withArgs(first.city, second.city);
      }
      for (const one of [here, there]) await attesting.attestMany([one]);
    });
  });
});
