import { expect } from "chai";
import { ZeroHash } from "ethers";

import { TAX } from "../../src/index.js";
import { setOperator } from "../identity/persons.js";
import { word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { anchoredNight, leftOf, newRange, nightOver, Standing, standingOf, usedQuota } from "./batches.js";
import { invoiceWorld, issue, Scheme, submissionOf, termsOf } from "./world.js";

describe("InvoiceRegistry: a batch that is cancelled", () => {
  /** A night of three rides, anchored, beside a document of 6.00 yuan of the same month. */
  const three = async () => {
    const world = await loadFixture(invoiceWorld);
    const night = await anchoredNight(world, 3);
    await issue(world);
    const invoices = world.invoices.connect(world.operator);
    const cancel = async () => invoices.cancel(world.seller, night.invoiceBatch.serial);
    return { ...world, world, night, invoices, cancel };
  };

  it("holds nothing any more: its documents are unknown, its payments free, its quota given back", async () => {
    const { world, night, invoices, cancel, operator, payments, seller } = await loadFixture(three);
    expect(await usedQuota(world)).to.equal(4n * 583n);
    await expect(cancel()).to.emit(invoices, "BatchCancelled").withArgs(night.invoiceBatchId, seller, operator.address);
    expect(await usedQuota(world)).to.equal(583n);
    const { root, count, touched } = await invoices.batchStateOf(night.invoiceBatchId);
    expect([root, count, touched]).to.deep.equal([ZeroHash, 3n, false]);
    expect((await payments.batchStateOf(night.id)).use).to.equal(0n);
    for (const [position, invoice] of night.invoices.entries()) {
      for (const proof of [night.proofAt(position), []]) {
        expect(await standingOf(world, invoice, proof)).to.equal(Standing.Unknown);
      }
      await expect(invoices.materialise(invoice, night.proofAt(position), await night.evidenceAt(position), ZeroHash))
        .to.be.revertedWithCustomError(invoices, "InvoiceUnknown")
        .withArgs(night.invoiceIds[position]);
    }
  });

  it("leaves its rides to another batch, under another serial and other numbers", async () => {
    const { world, night, invoices, cancel, taxpayers, seller } = await loadFixture(three);
    await cancel();
    const batch = night.invoiceBatch;
    await expect(invoices.anchor({ ...batch, firstNumber: newRange() }))
      .to.be.revertedWithCustomError(invoices, "SerialUsed")
      .withArgs(seller, batch.serial);
    const again = await nightOver(world, night);
    await expect(invoices.anchor({ ...again.invoiceBatch, firstNumber: batch.firstNumber }))
      .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
      .withArgs(Scheme.Digital, batch.firstNumber);
    await invoices.anchor(again.invoiceBatch);
    const buyer = word();
    await invoices.materialise(again.invoices[1]!, again.proofAt(1), await again.evidenceAt(1, buyer), buyer);
    expect(await standingOf(world, again.invoices[1]!)).to.equal(Standing.Issued);
    expect(await standingOf(world, night.invoices[1]!, night.proofAt(1))).to.equal(Standing.Unknown);
  });

  it("or to single documents", async () => {
    const { world, night, invoices, cancel } = await loadFixture(three);
    const buyer = word();
    const submission = await submissionOf(world, [night.payments[2]!], { buyer });
    submission.evidence[0] = await night.evidenceAt(2, buyer);
    await expect(invoices.issue(termsOf(world), submission)).to.be.revertedWithCustomError(
      world.payments,
      "PaymentReserved",
    );
    await cancel();
    await invoices.issue(termsOf(world), submission);
    expect(await leftOf(world, night.payments[2]!)).to.equal(0n);
  });

  it("is cancelled once, and only one that was anchored and of which nothing materialised", async () => {
    const { night, invoices, cancel, seller } = await loadFixture(three);
    const { serial } = night.invoiceBatch;
    await expect(invoices.cancel(seller, 424_242))
      .to.be.revertedWithCustomError(invoices, "BatchNotOpen")
      .withArgs(await invoices.batchOf(seller, 424_242));
    await expect(invoices.cancel(word(), serial)).to.be.revertedWithCustomError(invoices, "BatchNotOpen");
    await cancel();
    await expect(cancel()).to.be.revertedWithCustomError(invoices, "BatchNotOpen").withArgs(night.invoiceBatchId);
  });

  it("is not cancelled once a document of it has a state", async () => {
    const { world, night, invoices, cancel } = await loadFixture(three);
    await invoices.materialise(night.invoices[0]!, night.proofAt(0), await night.evidenceAt(0), ZeroHash);
    expect((await invoices.batchStateOf(night.invoiceBatchId)).touched).to.equal(true);
    await expect(cancel()).to.be.revertedWithCustomError(invoices, "BatchNotOpen").withArgs(night.invoiceBatchId);
    expect(await standingOf(world, night.invoices[1]!, night.proofAt(1))).to.equal(Standing.Anchored);
  });

  it("is cancelled by an operator of the seller alone, whom both sides name", async () => {
    const { world, night, invoices, cancel, stranger, taxBureau, operator, seller, sellerKey, taxpayers } =
      await loadFixture(three);
    for (const by of [stranger, taxBureau]) {
      await expect(invoices.connect(by).cancel(seller, night.invoiceBatch.serial))
        .to.be.revertedWithCustomError(invoices, "NotSeller")
        .withArgs(seller, by.address);
    }
    await setOperator(world, seller, sellerKey, operator.address, false);
    await expect(cancel()).to.be.revertedWithCustomError(invoices, "NotSeller");
    await setOperator(world, seller, sellerKey, operator.address, true);
    await taxpayers.connect(taxBureau).dropOperator(seller, TAX, operator, []);
    await expect(cancel()).to.be.revertedWithCustomError(invoices, "NotSeller");
  });

  it("is cancelled in a suspended city, in a closed contract, and by a frozen seller: it only ends", async () => {
    const { world, cancel, registry, hebei, manager, taxpayers, taxBureau, seller, invoices } =
      await loadFixture(three);
    await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await manager.setTargetClosed(invoices, true);
    await cancel();
    expect(await usedQuota(world)).to.equal(583n);
  });

  it("gives the quota back to the month it was anchored in", async () => {
    const { world, cancel, taxpayers } = await loadFixture(three);
    const month = await taxpayers.currentPeriod(SHIJIAZHUANG);
    await time.increase(32 * 86_400);
    await issue(world);
    await cancel();
    expect([await usedQuota(world, TAX, month), await usedQuota(world)]).to.deep.equal([583n, 583n]);
  });
});
