import { expect } from "chai";
import { ZeroHash } from "ethers";

import { TAX } from "../../src/index.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchoredNight,
  nightOver,
  reversingWorld,
  rides,
  rule,
  Standing,
  standingOf,
  submissionsOf,
  usedQuota,
} from "./batches.js";
import { attest, category, CNY, issue, lineOf, NO_ORDER, reversingOf, Scheme, submissionOf, termsOf } from "./world.js";

const NET = 583n; // of 6.00 yuan at 3 %
const MAX = 2n ** 128n - 1n;

describe("InvoiceRegistry: abuse of numbers and quotas", () => {
  const ready = async () => {
    const world = await loadFixture(reversingWorld);
    return { ...world, world, by: world.invoices.connect(world.operator), terms: termsOf(world) };
  };

  describe("numbers", () => {
    it("the same number twice: single and single, single and batch, batch and single, batch and batch", async () => {
      const { world, by, terms, taxpayers } = await loadFixture(ready);
      const { invoice } = await issue(world);
      const { number } = invoice.content;
      await expect(by.issue(terms, await submissionOf(world, [await attest(world)], { number })))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, number);
      const page = BigInt(number) / 100_000n;
      const over = await nightOver(world, await rides(world, 2), { batch: { firstNumber: number } });
      await expect(by.anchor(over.invoiceBatch))
        .to.be.revertedWithCustomError(taxpayers, "NumberReserved")
        .withArgs(Scheme.Digital, page);
      const night = await anchoredNight(world, 3);
      const first = BigInt(night.invoiceBatch.firstNumber);
      for (const of of [first, first + 2n, first + 3n]) {
        await expect(by.issue(terms, await submissionOf(world, [await attest(world)], { number: of })))
          .to.be.revertedWithCustomError(taxpayers, "NumberReserved")
          .withArgs(Scheme.Digital, first / 100_000n);
      }
      const second = await nightOver(world, await rides(world, 2), { batch: { firstNumber: first + 2n } });
      await expect(by.anchor(second.invoiceBatch))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, first + 2n);
      await by.anchor({ ...second.invoiceBatch, firstNumber: first + 3n });
    });

    it("a number is not used again after a reversal", async () => {
      const { world, by, terms, invoices, reverser, taxpayers } = await loadFixture(ready);
      const { invoice, payment } = await issue(world);
      await invoices.connect(reverser).reverse(invoice, reversingOf(invoice), reverser);
      const again = await submissionOf(world, [payment], { number: invoice.content.number });
      await expect(by.issue(terms, again))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, invoice.content.number);
    });

    it("a reversing document without a number: one document would reverse the same part twice", async () => {
      const { world, invoices, reverser } = await loadFixture(ready);
      const { invoice, id, payment } = await issue(world);
      const part = reversingOf(invoice, {
        ...{ number: 0, net: 97, tax: 3, gross: 100 },
        lines: [{ ...invoice.content.lines[0]!, net: 97, tax: 3 }],
        draws: [{ payment: await world.payments.idOf(payment), amount: 100 }],
      });
      for (let time = 0; time < 2; time++) {
        await expect(invoices.connect(reverser).reverse(invoice, part, reverser))
          .to.be.revertedWithCustomError(invoices, "InvoiceInvalid")
          .withArgs(await invoices.idOf({ ...invoice, reverses: id, content: part }));
      }
      expect(await invoices.reversedOf(id, 0)).to.deep.equal([0n, 0n]);
    });

    it("a refused document used none: it tries again with the same number", async () => {
      const { world, by, terms, taxpayers } = await loadFixture(ready);
      const submission = await submissionOf(world, [await attest(world)]);
      const broken = { ...submission, content: { ...submission.content, tax: 18 } };
      await expect(by.issue(terms, broken))
        .to.be.revertedWithCustomError(by, "ArithmeticInvalid")
        .withArgs(rule("BR-CO-14"), 0);
      expect(await taxpayers.isUsed(Scheme.Digital, world.seller, submission.content.number)).to.equal(false);
      expect(await usedQuota(world)).to.equal(0n);
      await by.issue(terms, submission);
      expect(await taxpayers.isUsed(Scheme.Digital, world.seller, submission.content.number)).to.equal(true);
    });
  });

  describe("the quota", () => {
    it("is not stepped over by a batch, nor by singles after it", async () => {
      const { world, by, taxpayers, taxBureau, terms } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(world.seller, TAX, CNY, 3n * NET, []);
      const night = await nightOver(world, await rides(world, 4));
      await expect(by.anchor(night.invoiceBatch))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(3n * NET, 0n, 4n * NET);
      const smaller = await anchoredNight(world, 3);
      await expect(by.issue(terms, await submissionOf(world, [await attest(world)])))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(3n * NET, 3n * NET, NET);
      await by.materialise(smaller.invoices[0]!, smaller.proofAt(0), await smaller.evidenceAt(0), ZeroHash);
      expect(await usedQuota(world)).to.equal(3n * NET);
    });

    it("cut below its use blocks what is new alone, until enough is reversed", async () => {
      const { world, by, taxpayers, taxBureau, terms, invoices, reverser } = await loadFixture(ready);
      const issued = [await issue(world), await issue(world), await issue(world)];
      await taxpayers.connect(taxBureau).setQuota(world.seller, TAX, CNY, 2n * NET, []);
      const submission = await submissionOf(world, [await attest(world)]);
      for (const { invoice } of issued.slice(0, 2)) {
        await expect(by.issue(terms, submission)).to.be.revertedWithCustomError(taxpayers, "QuotaExceeded");
        expect(await standingOf(world, invoice)).to.equal(Standing.Issued);
        await invoices.connect(reverser).reverse(invoice, reversingOf(invoice), reverser);
      }
      await by.issue(terms, submission);
      expect(await usedQuota(world)).to.equal(2n * NET);
    });

    it("ends with the month on the bureau's clock, in the second it ends", async () => {
      const { world, by, taxpayers, taxBureau, terms } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(world.seller, TAX, CNY, NET, []);
      const { submissions } = await submissionsOf(world, 3);
      const now = new Date(((await time.latest()) + 8 * 3600) * 1000);
      const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) / 1000 - 8 * 3600; // of UTC+8
      await time.setNextBlockTimestamp(next - 2);
      await by.issue(terms, submissions[0]!);
      const month = await taxpayers.currentPeriod(SHIJIAZHUANG);
      await time.setNextBlockTimestamp(next - 1);
      await expect(by.issue(terms, submissions[1]!)).to.be.revertedWithCustomError(taxpayers, "QuotaExceeded");
      await time.setNextBlockTimestamp(next);
      await by.issue(terms, submissions[1]!);
      expect(await taxpayers.currentPeriod(SHIJIAZHUANG)).to.not.equal(month);
      await expect(by.issue(terms, submissions[2]!)).to.be.revertedWithCustomError(taxpayers, "QuotaExceeded");
      expect([await usedQuota(world, TAX, month), await usedQuota(world)]).to.deep.equal([NET, NET]);
    });

    it("is not overflowed by sums beyond 128 bits", async () => {
      const { world, by, taxpayers, taxBureau, terms } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(world.seller, TAX, CNY, MAX, []);
      const huge = async () => {
        const payment = await attest(world, { amount: MAX });
        const line = lineOf(MAX, { category: category("Z"), rate: 0, net: MAX, tax: 0 });
        return submissionOf(world, [payment], { lines: [line], net: MAX, tax: 0 });
      };
      await expect(by.issueMany(terms, [await huge(), await huge()], NO_ORDER))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(MAX, 0n, 2n * MAX);
      const three = [await huge(), await submissionOf(world, [await attest(world, { amount: 1 })])];
      await expect(by.issueMany(terms, three, NO_ORDER)).to.be.revertedWithCustomError(taxpayers, "QuotaExceeded");
      await by.issue(terms, three[0]!);
    });
  });
});
