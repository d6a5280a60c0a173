import { expect } from "chai";
import { ZeroHash } from "ethers";

import { TAX } from "../../src/index.js";
import { IdTree } from "../../src/common/batch-tree.js";
import { word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import {
  anchoredNight,
  type Batch,
  idOf,
  newRange,
  nightOver,
  type Night,
  rides,
  Standing,
  standingOf,
  usedQuota,
} from "./batches.js";
import { admitSeller, CNY, DocumentKind, invoiceWorld, type InvoiceWorld, Scheme, termsOf } from "./world.js";

const MAX = 2n ** 128n - 1n;
const NET = 583n; // of 6.00 yuan at 3 %

describe("InvoiceRegistry: batches", () => {
  /** A night of five rides with its documents, not anchored yet. */
  const ready = async () => {
    const world = await loadFixture(invoiceWorld);
    const night = await nightOver(world, await rides(world, 5));
    return { ...world, world, night, invoices: world.invoices.connect(world.operator) };
  };

  describe("anchoring", () => {
    it("gives all documents of the tree a standing, with one root, in one event", async () => {
      const { world, night, invoices, operator, payments } = await loadFixture(ready);
      const { invoiceBatch: batch, invoiceBatchId: id } = night;
      expect(await invoices.anchor.staticCall(batch)).to.equal(id);
      const sent = invoices.anchor(batch);
      await expect(sent)
        .to.emit(invoices, "InvoicesAnchored")
        .withArgs(id, world.seller, SHIJIAZHUANG, () => true, operator.address);
      const block = await blockOf(sent);
      const [event] = await invoices.queryFilter(invoices.filters.InvoicesAnchored(id), block, block);
      const { terms } = event!.args;
      const expected = [batch.serial, batch.count, batch.firstNumber, batch.net, batch.tax].map((one) => BigInt(one));
      expect([terms.serial, terms.count, terms.firstNumber, terms.net, terms.tax]).to.deep.equal(expected);
      expect([terms.payments, terms.root]).to.deep.equal([batch.payments, batch.root]);
      expect([...terms.terms]).to.deep.equal([world.seller, 3n, 0n, 156n]);
      const month = await world.taxpayers.currentPeriod(SHIJIAZHUANG);
      expect(await invoices.batchStateOf(id)).to.deep.equal([
        batch.root,
        night.id,
        5n * NET,
        85n,
        batch.firstNumber,
        5n,
        SHIJIAZHUANG,
        month,
        BigInt(await timeOf(sent)),
        BigInt(DocumentKind.Transport),
        BigInt(Scheme.Digital),
        BigInt(CNY),
        false,
      ]);
      for (const [position, invoice] of night.invoices.entries()) {
        const answer = await invoices.standingOf(invoice, night.proofAt(position));
        expect(answer).to.deep.equal([Standing.Anchored, night.invoiceIds[position]]);
        expect((await invoices.stateOf(night.invoiceIds[position]!)).issuedAt).to.equal(0n);
      }
      expect(await usedQuota(world)).to.equal(5n * NET);
      expect((await payments.batchStateOf(night.id)).use).to.equal(2n); // reserved
    });

    it("is refused without a serial, a count, a root, or with a total or count too large", async () => {
      const { night, invoices } = await loadFixture(ready);
      const wrong: Partial<Batch>[] = [
        { serial: 0 },
        { count: 0 },
        { count: 1_000_001 },
        { root: ZeroHash },
        { net: MAX, tax: 1 },
        { net: 1, tax: MAX },
        { net: MAX, tax: MAX },
      ];
      for (const change of wrong) {
        const batch = { ...night.invoiceBatch, ...change };
        await expect(invoices.anchor(batch))
          .to.be.revertedWithCustomError(invoices, "BatchInvalid")
          .withArgs(batch.serial, batch.count, batch.root);
      }
    });

    it("may have a million documents", async () => {
      const { world, invoices } = await loadFixture(ready);
      const made = await rides(world, 1, undefined, { count: 1_000_000 });
      const night = await nightOver(world, made, { batch: { count: 1_000_000 } });
      await invoices.anchor(night.invoiceBatch);
      expect((await invoices.batchStateOf(night.invoiceBatchId)).count).to.equal(1_000_000n);
      const next = await nightOver(world, await rides(world, 1), {
        batch: { firstNumber: BigInt(night.invoiceBatch.firstNumber) + 999_999n },
      });
      await expect(invoices.anchor(next.invoiceBatch)).to.be.revertedWithCustomError(world.taxpayers, "NumberUsed");
    });

    it("goes up to the last amount that 128 bits can say", async () => {
      const { world, invoices, taxpayers, taxBureau, seller } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, MAX, []);
      const made = await rides(world, 1, undefined, { total: MAX });
      const night = await nightOver(world, made, { batch: { net: MAX - 1n, tax: 1 } });
      await invoices.anchor(night.invoiceBatch);
      expect(await usedQuota(world)).to.equal(MAX - 1n);
    });

    it("uses a serial once, of one seller", async () => {
      const { world, night, invoices, seller, operator } = await loadFixture(ready);
      await invoices.anchor(night.invoiceBatch);
      const again = await nightOver(world, await rides(world, 2), { batch: { serial: night.invoiceBatch.serial } });
      for (const batch of [night.invoiceBatch, again.invoiceBatch]) {
        await expect(invoices.anchor(batch))
          .to.be.revertedWithCustomError(invoices, "SerialUsed")
          .withArgs(seller, night.invoiceBatch.serial);
      }
      const other = await admitSeller(world, operator);
      const theirs = await rides(world, 2, () => ({ payee: other.seller }), { payee: other.seller });
      const batch = await nightOver(world, theirs, {
        terms: { seller: other.seller },
        batch: { serial: night.invoiceBatch.serial },
      });
      await invoices.anchor(batch.invoiceBatch);
      expect(await invoices.batchOf(other.seller, night.invoiceBatch.serial)).to.not.equal(night.invoiceBatchId);
    });

    it("is for an operator of the seller, within the quota, in a city that may act", async () => {
      const { world, night, invoices, taxpayers, taxBureau, stranger, seller, registry, hebei, manager } =
        await loadFixture(ready);
      const batch = night.invoiceBatch;
      await expect(invoices.connect(stranger).anchor(batch))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(seller, stranger.address);
      for (const wrong of [{ kind: 0 }, { currency: 0 }]) {
        await expect(invoices.anchor({ ...batch, terms: termsOf(world, wrong) })).to.be.revertedWithCustomError(
          invoices,
          "InvoiceInvalid",
        );
      }
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 5n * NET - 1n, []);
      await expect(invoices.anchor(batch))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(5n * NET - 1n, 0n, 5n * NET);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 5n * NET, []);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(invoices.anchor(batch)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await manager.setTargetClosed(invoices, true);
      await expect(invoices.anchor(batch)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(invoices, false);
      await invoices.anchor(batch);
    });

    it("is of all payments of one batch, to this seller, in this currency, not used before", async () => {
      const { world, night, invoices, payments, operator } = await loadFixture(ready);
      const other = await admitSeller(world, operator);
      const refused = async (batch: Batch) =>
        expect(invoices.anchor(batch))
          .to.be.revertedWithCustomError(payments, "BatchNotReady")
          .withArgs(batch.payments);
      const batch = night.invoiceBatch;
      await refused({ ...batch, payments: word() });
      await refused({ ...batch, count: 4 });
      await refused({ ...batch, count: 6 });
      await refused({ ...batch, net: BigInt(batch.net) - 1n });
      await refused({ ...batch, tax: BigInt(batch.tax) + 1n });
      await world.taxpayers.connect(world.taxBureau).setQuota(world.seller, TAX, 840, 1_000_000, []);
      await refused({ ...batch, terms: termsOf(world, { currency: 840 }) });
      await refused({ ...batch, terms: termsOf(world, { seller: other.seller }) });
      await invoices.anchor(batch);
      await refused({ ...batch, serial: 999, firstNumber: newRange() }); // the same rides once more
    });

    it("reserves a range of numbers of its scheme that nobody has", async () => {
      const { world, night, invoices, taxpayers } = await loadFixture(ready);
      const batch = night.invoiceBatch;
      const invalid: [number, bigint][] = [
        [Scheme.Own, 1n],
        [Scheme.Digital, 0n],
        [Scheme.Digital, 10n ** 20n - 4n],
        [Scheme.FiscalBill, 10n ** 18n],
      ];
      for (const [scheme, firstNumber] of invalid) {
        await expect(invoices.anchor({ ...batch, terms: termsOf(world, { scheme }), firstNumber }))
          .to.be.revertedWithCustomError(taxpayers, "NumberInvalid")
          .withArgs(scheme, firstNumber);
      }
      await invoices.anchor({ ...batch, firstNumber: 10n ** 20n - 5n });
      expect((await invoices.batchStateOf(night.invoiceBatchId)).firstNumber).to.equal(10n ** 20n - 5n);
    });
  });

  describe("what is in a batch", () => {
    /** The five documents, anchored. */
    const five = async () => {
      const made = await loadFixture(ready);
      await made.invoices.anchor(made.night.invoiceBatch);
      return made;
    };

    it("is the very document at its place: whatever is changed in it is not there", async () => {
      const { world, night, operator } = await loadFixture(five);
      const other = await admitSeller(world, operator);
      const invoice = night.invoices[2]!;
      const { terms, content } = invoice;
      const proof = night.proofAt(2);
      for (const change of [
        { serial: 0 },
        { serial: Number(invoice.serial) + 1 },
        { position: 3 },
        { position: 5 },
        { position: 2 ** 32 - 1 },
        { reverses: word() },
        { terms: { ...terms, seller: other.seller } },
        { terms: { ...terms, kind: DocumentKind.VatSpecial } },
        { terms: { ...terms, scheme: Scheme.CodeAndNumber } },
        { terms: { ...terms, currency: 840 } },
        { content: { ...content, number: BigInt(content.number) + 1n } },
        { content: { ...content, buyer: word() } },
        { content: { ...content, root: word() } },
        { content: { ...content, invoicedObject: word() } },
        { content: { ...content, time: Number(content.time) - 1 } },
      ]) {
        expect(await standingOf(world, { ...invoice, ...change }, proof)).to.equal(Standing.Unknown);
      }
      expect(await standingOf(world, invoice, [])).to.equal(Standing.Unknown);
      expect(await standingOf(world, invoice, night.proofAt(1))).to.equal(Standing.Unknown);
      expect(await standingOf(world, invoice, proof)).to.equal(Standing.Anchored);
    });

    it("stands with a refunded payment as withdrawn", async () => {
      const { world, night, payments, provider } = await loadFixture(five);
      const refund = { payment: night.payments[1]!, proof: night.tree.proof(1), refunded: 100 };
      await payments.connect(provider).refund([refund], []);
      expect(await standingOf(world, night.invoices[1]!, night.proofAt(1))).to.equal(Standing.PaymentWithdrawn);
      expect(await standingOf(world, night.invoices[2]!, night.proofAt(2))).to.equal(Standing.Anchored);
      await world.invoices.materialise(night.invoices[1]!, night.proofAt(1), await night.evidenceAt(1), ZeroHash);
      expect(await standingOf(world, night.invoices[1]!, night.proofAt(1))).to.equal(Standing.PaymentWithdrawn);
    });

    it("counts in the month it was anchored in, and of the bureau of then, even if that dismissed the seller", async () => {
      const { world, night, taxpayers, taxBureau, seller } = await loadFixture(five);
      const month = await taxpayers.currentPeriod(SHIJIAZHUANG);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      await time.increase(40 * 86_400);
      await world.invoices.materialise(night.invoices[0]!, night.proofAt(0), await night.evidenceAt(0), ZeroHash);
      const state = await world.invoices.stateOf(night.invoiceIds[0]!);
      expect([state.city, state.period]).to.deep.equal([SHIJIAZHUANG, month]);
      expect(state.issuedAt).to.equal((await world.invoices.batchStateOf(night.invoiceBatchId)).issuedAt);
    });
  });

  describe("what a corrupt seller puts into the tree counts for nothing:", () => {
    const unknown = async (world: InvoiceWorld, night: Night, position: number, proof = night.proofAt(position)) => {
      const invoice = night.invoices[position]!;
      expect(await standingOf(world, invoice, proof), String(position)).to.equal(Standing.Unknown);
      await expect(world.invoices.materialise(invoice, proof, await night.evidenceAt(position), ZeroHash))
        .to.be.revertedWithCustomError(world.invoices, "InvoiceUnknown")
        .withArgs(night.invoiceIds[position]);
    };

    it("a document in the name of another kind, scheme, currency or serial, or beyond the count", async () => {
      const world = await loadFixture(invoiceWorld);
      const terms = (changes: object) => ({ terms: termsOf(world, changes) });
      const wrong = [
        terms({ kind: DocumentKind.VatSpecial }),
        terms({ scheme: Scheme.CodeAndNumber }),
        terms({ currency: 840 }),
        { serial: 0 },
        { serial: 77_777 },
        { position: 50 },
        { position: 8 },
        { reverses: word() },
      ];
      const night = await anchoredNight(world, 9, { record: (position) => wrong[position] ?? {} });
      for (const position of wrong.keys()) await unknown(world, night, position);
      expect(await standingOf(world, night.invoices[8]!, night.proofAt(8))).to.equal(Standing.Anchored);
    });

    it("a document with another number, a later time, no root, no or two payments, or that does not add up", async () => {
      const world = await loadFixture(invoiceWorld);
      const later = (await time.latest()) + 1000;
      const made = await rides(world, 8);
      const draw = (position: number, amount: number) => ({ payment: made.ids[position]!, amount });
      const line = { category: "0x5300", rate: 300, items: 1, net: 583, tax: 17 };
      const wrong = [
        { number: 1n },
        { time: later },
        { root: ZeroHash },
        { draws: [] },
        { draws: [draw(4, 300), draw(5, 300)] },
        { lines: [{ ...line, tax: 16 }] },
        { gross: 601 },
      ];
      const night = await nightOver(world, made, { content: (position) => wrong[position] ?? {} });
      await world.invoices.connect(world.operator).anchor(night.invoiceBatch);
      await time.increaseTo(later + 1); // the time has come, but after the batch
      for (const position of wrong.keys()) await unknown(world, night, position);
      expect(await standingOf(world, night.invoices[7]!, night.proofAt(7))).to.equal(Standing.Anchored);
    });

    it("two documents at one place: who comes first has it", async () => {
      const world = await loadFixture(invoiceWorld);
      const night = await nightOver(world, await rides(world, 3));
      const twin = { ...night.invoices[1]!, content: { ...night.invoices[1]!.content, root: word() } };
      const twinId = await idOf(world, twin);
      const tree = IdTree.of([night.invoiceIds[0]!, night.invoiceIds[1]!, twinId]);
      await world.invoices.connect(world.operator).anchor({ ...night.invoiceBatch, root: tree.root });
      expect(await standingOf(world, night.invoices[1]!, tree.proof(1))).to.equal(Standing.Anchored);
      expect(await standingOf(world, twin, tree.proof(2))).to.equal(Standing.Anchored); // nobody can see the other
      await world.invoices.materialise(twin, tree.proof(2), await night.evidenceAt(1), ZeroHash);
      expect(await standingOf(world, twin, [])).to.equal(Standing.Issued);
      expect(await standingOf(world, night.invoices[1]!, tree.proof(1))).to.equal(Standing.Unknown);
      await expect(world.invoices.materialise(night.invoices[1]!, tree.proof(1), await night.evidenceAt(1), ZeroHash))
        .to.be.revertedWithCustomError(world.invoices, "InvoiceUnknown")
        .withArgs(night.invoiceIds[1]);
    });

    it("documents that come to more than the batch said, in net or in tax", async () => {
      const world = await loadFixture(invoiceWorld);
      for (const shift of [-10n, 10n]) {
        const made = await rides(world, 2);
        const honest = await nightOver(world, made);
        const { net, tax } = honest.invoiceBatch;
        const night = {
          ...honest,
          invoiceBatch: { ...honest.invoiceBatch, net: BigInt(net) + shift, tax: BigInt(tax) - shift },
        };
        await world.invoices.connect(world.operator).anchor(night.invoiceBatch);
        await world.invoices.materialise(night.invoices[0]!, night.proofAt(0), await night.evidenceAt(0), ZeroHash);
        const left = await world.invoices.batchStateOf(night.invoiceBatchId);
        expect([left.net, left.tax]).to.deep.equal([NET + shift, 17n - shift]);
        await unknown(world, night, 1);
      }
    });
  });
});
