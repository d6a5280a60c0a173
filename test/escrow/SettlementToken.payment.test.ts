import { expect } from "chai";
import { TypedDataEncoder, Wallet, ZeroAddress, ZeroHash } from "ethers";

import { AccountKey } from "../../src/identity/key.js";
import { PAYMENT, roleOf } from "../../src/index.js";
import type { PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { SettlementToken__factory } from "../../typechain/index.js";
import { Kind, newKey, register, word } from "../identity/world.js";
import { attest, CNY, nameOperator, payerOf, submissionOf, termsOf } from "../invoice/world.js";
import { ethers, loadFixture, SHIJIAZHUANG, timeOf } from "../world.js";
import { NAME, NO_PAYMENT, settlement } from "./settlement.js";

const IdentityStatus = { Unknown: 0, Suspended: 2, Closed: 4 };
const TYPES = {
  OrderPayment: [
    { name: "payee", type: "bytes32" },
    { name: "order", type: "bytes32" },
  ],
};

/** The holder has paid 6.00 yuan to the seller's operator. */
async function paid() {
  const world = await loadFixture(settlement);
  const { token, holding, holder, seller, operator, address } = world;
  const order = word();
  const transactionId = await token.transactionOf(seller, order);
  const sent = holding.payWithReference(seller, operator, 600, order, ZeroHash);
  const paidAt = await timeOf(sent);
  const paidIn = (await (await sent).wait())?.blockNumber ?? 0;
  const payment: PaymentStruct = {
    ...{ provider: address, city: SHIJIAZHUANG, transactionId, order, payee: seller, payer: ZeroHash },
    ...{ currency: CNY, amount: 600, paidAt, serial: 0, position: 0 },
  };
  const refunding = token.connect(operator);
  return { ...world, order, transactionId, sent, paidAt, paidIn, payment, refunding, from: holder.address };
}

describe("SettlementToken: payments with a reference", () => {
  it("are transfers that the contract states as facts", async () => {
    const { token, holder, seller, operator, order, transactionId, sent, paidAt } = await loadFixture(paid);
    await expect(sent)
      .to.emit(token, "OrderPaid")
      .withArgs(transactionId, seller, order, holder.address, operator.address, ZeroHash, 600);
    await expect(sent).to.emit(token, "Transfer").withArgs(holder.address, operator.address, 600);
    expect(await token.balanceOf(operator)).to.equal(600n);
    expect(await token.paymentOf(transactionId)).to.deep.equal([
      ...[seller, holder.address, order, ZeroHash, BigInt(CNY), 600n, 0n, BigInt(paidAt)],
    ]);
    expect(await token.receiverOf(transactionId)).to.equal(operator.address);
    const unknown = word();
    expect(await token.paymentOf(unknown)).to.deep.equal(NO_PAYMENT);
    expect(await token.receiverOf(unknown)).to.equal(ZeroAddress);
  });

  it("have an identification of payee and order, bound to chain and contract", async () => {
    const world = await loadFixture(paid);
    const { holding, seller, operator, order, transactionId } = world;
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { name: NAME, version: "1", chainId, verifyingContract: world.address };
    expect(transactionId).to.equal(TypedDataEncoder.hash(domain, TYPES, { payee: seller, order }));
    const next = word();
    expect(await holding.payWithReference.staticCall(seller, operator, 1, next, ZeroHash)).to.equal(
      TypedDataEncoder.hash(domain, TYPES, { payee: seller, order: next }),
    );
    const twin = await new SettlementToken__factory(world.administrator).deploy(
      ...[world.manager, world.identities, SHIJIAZHUANG, NAME, "CSY", CNY],
    );
    expect(await twin.transactionOf(seller, order)).not.to.equal(transactionId);
  });

  it("go to the payee's key, or to an operator of its own, and nowhere else", async () => {
    const world = await loadFixture(settlement);
    const { token, holding, identities, seller, sellerKey, hebeiRegistrar: clerk, stranger, address } = world;
    await holding.payWithReference(seller, sellerKey.signer, 600, word(), ZeroHash);
    expect(await token.balanceOf(sellerKey.signer)).to.equal(600n);
    for (const to of [stranger.address, clerk.address, ZeroAddress, address]) {
      await expect(holding.payWithReference(seller, to, 600, word(), ZeroHash))
        .to.be.revertedWithCustomError(token, "NotPayeeAccount")
        .withArgs(seller, to);
    }
    await nameOperator(world, seller, sellerKey, clerk);
    await holding.payWithReference(seller, clerk, 600, word(), ZeroHash);
    await identities.connect(clerk).renounceOperator(seller);
    await expect(holding.payWithReference(seller, clerk, 600, word(), ZeroHash)).to.be.revertedWithCustomError(
      token,
      "NotPayeeAccount",
    );
  });

  it("go to natural persons whose key is an account", async () => {
    const world = await loadFixture(settlement);
    const [account, phone] = [newKey(), world.newPhone()];
    const person = await register(world, account);
    await world.holding.payWithReference(person, account.signer, 600, word(), ZeroHash);
    const other = await register(world, phone);
    await expect(
      world.holding.payWithReference(other, phone.signer.slice(0, 42), 600, word(), ZeroHash),
    ).to.be.revertedWithCustomError(world.token, "NotPayeeAccount");
  });

  it("need an identity that is active", async () => {
    const world = await loadFixture(settlement);
    const { token, holding, identities, registrar, seller, sellerKey } = world;
    const pay = async (payee: string) => holding.payWithReference(payee, sellerKey.signer, 600, word(), ZeroHash);
    const refused = async (payee: string, status: number) =>
      expect(pay(payee)).to.be.revertedWithCustomError(token, "IdentityNotReady").withArgs(payee, status);
    await refused(word(), IdentityStatus.Unknown);
    await identities.connect(registrar).suspend(seller, 1, []);
    await refused(seller, IdentityStatus.Suspended);
    await identities.connect(registrar).reinstate(seller, 1, []);
    await pay(seller);
    await identities.connect(registrar).close(seller, 1, []);
    await refused(seller, IdentityStatus.Closed);
  });

  it("to oneself are refused: from the payee's key, from its operator, or with the payee's key as payer", async () => {
    const world = await loadFixture(settlement);
    const { token, holding, operator, seller, sellerKey } = world;
    await world.banking.mint(operator, 600, word());
    const refused = async (act: Promise<unknown>, payee: string) =>
      expect(act).to.be.revertedWithCustomError(token, "PaymentToOneself").withArgs(payee);
    await refused(token.connect(operator).payWithReference(seller, operator, 1, word(), ZeroHash), seller);
    await refused(token.connect(operator).payWithReference(seller, sellerKey.signer, 1, word(), ZeroHash), seller);
    await refused(holding.payWithReference(seller, operator, 1, word(), payerOf(sellerKey)), seller);
    // A company whose key sends transactions itself.
    const wallet = new Wallet(word(), ethers.provider);
    await world.administrator.sendTransaction({ to: wallet.address, value: 10n ** 18n });
    const company = await register(world, new AccountKey(wallet.privateKey), { kind: Kind.Legal });
    await world.banking.mint(wallet.address, 1, word());
    await refused(token.connect(wallet).payWithReference(company, wallet.address, 1, word(), ZeroHash), company);
    await holding.payWithReference(company, wallet.address, 1, word(), ZeroHash);
  });

  it("need an order and an amount that the payer has", async () => {
    const { token, holding, holder, seller, operator } = await loadFixture(settlement);
    const order = word();
    for (const [amount, reference] of [
      [0, order],
      [600, ZeroHash],
    ] as const) {
      await expect(holding.payWithReference(seller, operator, amount, reference, ZeroHash))
        .to.be.revertedWithCustomError(token, "OrderPaymentInvalid")
        .withArgs(seller, reference, amount);
    }
    await expect(holding.payWithReference(seller, operator, 100_001, order, ZeroHash))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
      .withArgs(holder.address, 100_000, 100_001);
    await holding.payWithReference(seller, operator, 100_000, order, ZeroHash);
  });

  it("pay an order of a payee once, whoever pays, and whatever went back", async () => {
    const world = await loadFixture(paid);
    const { token, holding, banking, bank, seller, operator, order, transactionId, refunding } = world;
    await banking.mint(bank, 600, word());
    await refunding.refundPayment(transactionId, 600);
    for (const by of [holding, banking]) {
      await expect(by.payWithReference(seller, operator, 1, order, word()))
        .to.be.revertedWithCustomError(token, "OrderCounted")
        .withArgs(seller, order);
    }
    const key = newKey();
    const other = await register(world, key, { kind: Kind.Legal });
    await holding.payWithReference(other, key.signer, 600, order, ZeroHash); // another payee's
  });

  it("are made in a suspended city and a closed contract too", async () => {
    const { token, manager, holding, seller, operator, suspendCity } = await loadFixture(settlement);
    await suspendCity();
    await manager.setTargetClosed(token, true);
    const order = word();
    await holding.payWithReference(seller, operator, 600, order, ZeroHash);
    await token.connect(operator).refundPayment(await token.transactionOf(seller, order), 600);
  });

  describe("are refunded", () => {
    it("in parts, to the account that paid, up to the amount", async () => {
      const world = await loadFixture(paid);
      const { token, holder, operator, transactionId, refunding, paidIn } = world;
      const sent = refunding.refundPayment(transactionId, 250);
      await expect(sent).to.emit(token, "OrderRefunded").withArgs(transactionId, 250, 250, operator.address, paidIn);
      await expect(sent).to.emit(token, "Transfer").withArgs(operator.address, holder.address, 250);
      const block = (await (await sent).wait())?.blockNumber;
      for (const amount of [0, 351]) {
        await expect(refunding.refundPayment(transactionId, amount))
          .to.be.revertedWithCustomError(token, "RefundAmountInvalid")
          .withArgs(transactionId, 350, amount);
      }
      await expect(refunding.refundPayment(transactionId, 350))
        .to.emit(token, "OrderRefunded")
        .withArgs(transactionId, 350, 600, operator.address, block);
      await expect(refunding.refundPayment(transactionId, 1))
        .to.be.revertedWithCustomError(token, "RefundAmountInvalid")
        .withArgs(transactionId, 0, 1);
      const { amount, refunded } = await token.paymentOf(transactionId);
      expect([amount, refunded]).to.deep.equal([600n, 600n]);
      expect(await token.balanceOf(holder)).to.equal(100_000n);
    });

    it("by the account that received it, even if it is the payee's no more, or by the payee's others", async () => {
      const world = await loadFixture(paid);
      const { token, banking, identities, operator, seller, sellerKey, transactionId } = world;
      const clerk = world.hebeiRegistrar;
      await banking.mint(clerk, 100, word());
      await expect(token.connect(clerk).refundPayment(transactionId, 100))
        .to.be.revertedWithCustomError(token, "NotPayeeAccount")
        .withArgs(seller, clerk.address);
      await nameOperator(world, seller, sellerKey, clerk);
      await token.connect(clerk).refundPayment(transactionId, 100);
      await identities.connect(operator).renounceOperator(seller);
      await token.connect(operator).refundPayment(transactionId, 500);
      expect((await token.paymentOf(transactionId)).refunded).to.equal(600n);
    });

    it("by nobody else, and not beyond what the caller has", async () => {
      const { token, holding, banking, holder, bank, seller, operator, transactionId, refunding } =
        await loadFixture(paid);
      for (const [by, account] of [
        [holding, holder],
        [banking, bank],
      ] as const) {
        await expect(by.refundPayment(transactionId, 1))
          .to.be.revertedWithCustomError(token, "NotPayeeAccount")
          .withArgs(seller, account.address);
      }
      await refunding.transfer(bank, 1);
      await expect(refunding.refundPayment(transactionId, 600))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(operator.address, 599, 600);
      const unknown = word();
      await expect(refunding.refundPayment(unknown, 1))
        .to.be.revertedWithCustomError(token, "TransactionUnknown")
        .withArgs(unknown);
    });
  });

  describe("meet invoices", () => {
    it("are counted, invoiced and, when they go back, lower what is left", async () => {
      const world = await loadFixture(paid);
      const { payments, invoices, stranger, operator, address, payment, transactionId, refunding } = world;
      const count = async () => payments.connect(stranger).count(address, SHIJIAZHUANG, transactionId);
      await count();
      const id = await payments.idOf(payment);
      expect(await payments.paymentByTransaction(address, transactionId)).to.equal(id);
      const terms = termsOf(world);
      const submission = await submissionOf(world, [payment]);
      await invoices.connect(operator).issue(terms, submission);
      expect((await payments.stateOf(id)).left).to.equal(0n);
      await expect(count()).to.be.revertedWithCustomError(payments, "RefundInvalid"); // nothing is new
      await refunding.refundPayment(transactionId, 200);
      await count();
      expect((await payments.stateOf(id)).left).to.equal(-200n);
      const { status } = await payments.statusOf(payment, []);
      expect(status).to.equal(4n); // Withdrawn: its document is too large
    });

    it("cannot be invoiced beyond what was left when they were counted", async () => {
      const world = await loadFixture(paid);
      const { payments, invoices, operator, address, payment, transactionId, refunding } = world;
      await refunding.refundPayment(transactionId, 200);
      await payments.count(address, SHIJIAZHUANG, transactionId);
      const id = await payments.idOf(payment);
      await expect(invoices.connect(operator).issue(termsOf(world), await submissionOf(world, [payment])))
        .to.be.revertedWithCustomError(payments, "PaymentExceeded")
        .withArgs(id, 400, 600);
    });

    it("count once with what a provider attests for the same order", async () => {
      const world = await loadFixture(paid);
      const { payments, address, order, transactionId } = world;
      const attested = await attest(world, { order });
      await expect(payments.count(address, SHIJIAZHUANG, transactionId))
        .to.be.revertedWithCustomError(payments, "PaymentCounted")
        .withArgs(await payments.idOf(attested));
    });

    it("need a token that the city accredits", async () => {
      const { payments, manager, shijiazhuang, address, transactionId } = await loadFixture(paid);
      await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), address);
      await expect(payments.count(address, SHIJIAZHUANG, transactionId))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(address, SHIJIAZHUANG, PAYMENT);
    });

    it("carry the payer of retail", async () => {
      const world = await loadFixture(settlement);
      const { payments, holding, seller, operator, address } = world;
      const [order, payer] = [word(), payerOf(newKey())];
      const sent = holding.payWithReference(seller, operator, 600, order, payer);
      const transactionId = await world.token.transactionOf(seller, order);
      const paidAt = await timeOf(sent);
      await payments.count(address, SHIJIAZHUANG, transactionId);
      const expected = await payments.idOf({
        ...{ provider: address, city: SHIJIAZHUANG, transactionId, order, payee: seller, payer },
        ...{ currency: CNY, amount: 600, paidAt, serial: 0, position: 0 },
      });
      expect(await payments.paymentByOrder(seller, order)).to.equal(expected);
    });
  });
});
