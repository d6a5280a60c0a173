import { expect } from "chai";
import { MaxUint256, toBigInt, toUtf8Bytes, ZeroHash } from "ethers";
import fc from "fast-check";

import { FISCAL, TAX } from "../../src/index.js";
import { setOperator } from "../identity/persons.js";
import { word } from "../identity/world.js";
import { blockOf, CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { idOf, leftOf, rule, Standing, standingOf, usedQuota } from "./batches.js";
import {
  admitSeller,
  attest,
  category,
  CNY,
  type Content,
  contentOf,
  DocumentKind,
  FISCAL_KINDS,
  invoiceOf,
  invoiceWorld,
  issue,
  lineOf,
  newNumber,
  Scheme,
  submissionOf,
  TAX_KINDS,
  termsOf,
} from "./world.js";

const USD = 840;
const MAX = 2n ** 128n - 1n;

describe("InvoiceRegistry: one document", () => {
  /** A document over a payment of 6.00 yuan, ready to be issued. */
  const ready = async () => {
    const world = await loadFixture(invoiceWorld);
    const payment = await attest(world);
    const terms = termsOf(world);
    const submission = await submissionOf(world, [payment]);
    return { ...world, world, invoices: world.invoices.connect(world.operator), payment, terms, submission };
  };

  describe("its id", () => {
    it("is the digest of the client's types, whatever it says", async () => {
      const { world, invoices } = await loadFixture(ready);
      const bytes = (length: number) =>
        fc.uint8Array({ minLength: length, maxLength: length }).map((some) => `0x${Buffer.from(some).toString("hex")}`);
      const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
      const small = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
      const line = fc.record({
        category: bytes(2),
        rate: small(16),
        items: small(16),
        net: uint(128),
        tax: uint(128),
      });
      const invoice = fc.record({
        terms: fc.record({
          seller: bytes(32),
          kind: fc.integer({ min: 0, max: 6 }),
          scheme: fc.integer({ min: 0, max: 3 }),
          currency: small(16),
        }),
        serial: uint(64),
        position: small(32),
        reverses: bytes(32),
        content: fc.record({
          number: uint(256),
          time: uint(40),
          buyer: bytes(32),
          invoicedObject: bytes(32),
          root: bytes(32),
          net: uint(128),
          tax: uint(128),
          gross: uint(128),
          lines: fc.array(line, { maxLength: 5 }),
          draws: fc.array(fc.record({ payment: bytes(32), amount: uint(128) }), { maxLength: 5 }),
        }),
      });
      await fc.assert(
        fc.asyncProperty(invoice, async (any) => {
          expect(await invoices.idOf(any)).to.equal(await idOf(world, any));
        }),
        { numRuns: 40 },
      );
    });

    it("is in a domain of its own: name, version, chain, address", async () => {
      const { invoices } = await loadFixture(ready);
      const domain = await invoices.eip712Domain();
      expect([domain.name, domain.version, domain.verifyingContract]).to.deep.equal([
        "Civitas InvoiceRegistry",
        "1",
        await invoices.getAddress(),
      ]);
      expect(await invoices.domainSeparator()).to.not.equal(ZeroHash);
    });

    it("knows the contracts it draws on", async () => {
      const { world, invoices } = await loadFixture(ready);
      expect(await invoices.taxpayers()).to.equal(await world.taxpayers.getAddress());
      expect(await invoices.payments()).to.equal(await world.payments.getAddress());
    });
  });

  describe("issuing", () => {
    it("takes from the payment, charges the month, uses the number, and says all of it in one event", async () => {
      const { world, invoices, payment, terms, submission, operator } = await loadFixture(ready);
      const invoice = invoiceOf(terms, submission.content);
      const id = await idOf(world, invoice);
      expect(await standingOf(world, invoice)).to.equal(Standing.Unknown);
      expect(await invoices.issue.staticCall(terms, submission)).to.equal(id);
      const before = await usedQuota(world);
      const sent = invoices.issue(terms, submission);
      await expect(sent).to.emit(invoices, "InvoiceIssued");
      const block = await blockOf(sent);
      const [event] = await invoices.queryFilter(invoices.filters.InvoiceIssued(id), block, block);
      const { args } = event!;
      expect([args.invoice, args.seller, args.city, args.by]).to.deep.equal([
        id,
        world.seller,
        SHIJIAZHUANG,
        operator.address,
      ]);
      expect(await idOf(world, invoiceOf(args.terms, args.content))).to.equal(id); // the whole record is in the event
      const month = await world.taxpayers.currentPeriod(SHIJIAZHUANG);
      expect(await invoices.stateOf(id)).to.deep.equal([
        false,
        false,
        SHIJIAZHUANG,
        month,
        BigInt(await timeOf(sent)),
        BigInt(block),
      ]);
      expect(await invoices.standingOf(invoice, [])).to.deep.equal([Standing.Issued, id]);
      expect(await leftOf(world, payment)).to.equal(0n);
      expect((await usedQuota(world)) - before).to.equal(583n); // net of 6.00 at 3 %
      expect(await world.taxpayers.isUsed(terms.scheme, world.seller, submission.content.number)).to.equal(true);
      expect(await invoices.namedOf(id)).to.equal(ZeroHash);
      expect(await invoices.reversedOf(id, 0)).to.deep.equal([0n, 0n]);
    });

    it("is for an operator of the seller that both sides name", async () => {
      const {
        world,
        invoices,
        terms,
        submission,
        stranger,
        taxpayers,
        taxBureau,
        operator,
        seller,
        sellerKey,
        officer,
        hunanIssuer,
      } = await loadFixture(ready);
      const refused = async (by: typeof operator) =>
        expect(invoices.connect(by).issue(terms, submission))
          .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
          .withArgs(seller, by.address);
      await refused(stranger);
      await refused(taxBureau);
      const [ofSeller, ofBureau] = [officer, hunanIssuer];
      await setOperator(world, seller, sellerKey, ofSeller.address, true);
      await refused(ofSeller);
      await taxpayers.connect(taxBureau).nameOperator(seller, TAX, ofBureau, []);
      await refused(ofBureau);
      await taxpayers.connect(taxBureau).dropOperator(seller, TAX, operator, []);
      await refused(operator);
      await taxpayers.connect(taxBureau).nameOperator(seller, TAX, operator, []);
      await setOperator(world, seller, sellerKey, operator.address, false);
      await refused(operator);
      await setOperator(world, seller, sellerKey, operator.address, true);
      await invoices.issue(terms, submission);
    });

    it("is for the kinds that the bureau admitted, each by its own bureau", async () => {
      const { world, invoices, taxpayers, taxBureau, financeBureau, seller } = await loadFixture(ready);
      for (const [name, kind] of Object.entries(DocumentKind)) {
        if (kind !== DocumentKind.None) await issue(world, { terms: { kind } }).catch(() => expect.fail(name));
      }
      const { VatSpecial, Transport, Medical, FiscalReceipt } = DocumentKind;
      await taxpayers.connect(taxBureau).setKinds(seller, TAX, TAX_KINDS & ~(1 << Transport), []);
      await taxpayers.connect(financeBureau).setKinds(seller, FISCAL, FISCAL_KINDS & ~(1 << Medical), []);
      const submission = await submissionOf(world, [await attest(world)]);
      for (const kind of [Transport, Medical]) {
        await expect(invoices.issue(termsOf(world, { kind }), submission))
          .to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted")
          .withArgs(1n << BigInt(kind));
      }
      await taxpayers.connect(financeBureau).dismiss(seller, FISCAL, 1, []);
      await expect(invoices.issue(termsOf(world, { kind: FiscalReceipt }), submission))
        .to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown")
        .withArgs(seller, FISCAL);
      await invoices.issue(termsOf(world, { kind: VatSpecial }), submission);
    });

    it("needs a kind and a currency", async () => {
      const { world, invoices, submission } = await loadFixture(ready);
      for (const wrong of [{ kind: DocumentKind.None }, { currency: 0 }]) {
        await expect(invoices.issue(termsOf(world, wrong), submission))
          .to.be.revertedWithCustomError(invoices, "InvoiceInvalid")
          .withArgs(ZeroHash);
      }
    });

    it("ends where the month's quota ends, in each currency", async () => {
      const { world, invoices, taxpayers, taxBureau, seller, terms } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 1166, []); // twice 5.83
      await issue(world);
      await issue(world);
      const submission = await submissionOf(world, [await attest(world, { amount: 1 })]);
      await expect(invoices.issue(terms, submission))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(1166n, 1166n, 1n);
      const dollars = await submissionOf(world, [await attest(world, { currency: USD })]);
      await expect(invoices.issue({ ...terms, currency: USD }, dollars))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(0n, 0n, 583n);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, USD, 583, []);
      await invoices.issue({ ...terms, currency: USD }, dollars);
    });

    it("stops for a frozen seller, a suspended city or ancestor, and a closed contract; and goes on after", async () => {
      const { invoices, terms, submission, taxpayers, taxBureau, seller, registry, china, hebei, manager } =
        await loadFixture(ready);
      await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
      await expect(invoices.issue(terms, submission))
        .to.be.revertedWithCustomError(taxpayers, "TaxpayerFrozen")
        .withArgs(seller, TAX);
      await taxpayers.connect(taxBureau).unfreeze(seller, TAX, 1, []);
      for (const [by, city] of [
        [hebei, SHIJIAZHUANG],
        [china, HEBEI],
      ] as const) {
        await registry.connect(by).suspend(city, 1);
        await expect(invoices.issue(terms, submission))
          .to.be.revertedWithCustomError(manager, "CityNotActive")
          .withArgs(SHIJIAZHUANG, city);
        await registry.connect(by).reinstate(city);
      }
      await manager.setTargetClosed(invoices, true);
      await expect(invoices.issue(terms, submission))
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(await invoices.getAddress());
      await manager.setTargetClosed(invoices, false);
      await registry.connect(china).suspend(HUNAN, 1); // another city
      expect(await manager.isActive(CHINA)).to.equal(true);
      await invoices.issue(terms, submission);
    });

    it("needs a buyer, a root, and a time that has come", async () => {
      const { world, invoices, terms, submission } = await loadFixture(ready);
      const { content } = submission;
      const now = (await time.latest()) + 60;
      for (const wrong of [{ buyer: ZeroHash }, { root: ZeroHash }, { time: now + 1 }, { time: 2n ** 40n - 1n }]) {
        const document = { ...content, ...wrong };
        await time.setNextBlockTimestamp(now);
        const call = invoices.issue.staticCall(terms, { ...submission, content: document }, { blockTag: "pending" });
        await expect(call)
          .to.be.revertedWithCustomError(invoices, "InvoiceInvalid")
          .withArgs(await idOf(world, invoiceOf(terms, document)));
      }
      await time.setNextBlockTimestamp(now);
      await invoices.issue(terms, { ...submission, content: { ...content, time: now } });
    });

    it("refuses what does not add up, and says by which rule and in which line", async () => {
      const { invoices, terms, submission } = await loadFixture(ready);
      const { content } = submission;
      const line = content.lines[0]!;
      const cases: [Partial<Content>, string, number][] = [
        [{ net: 582 }, "BR-CO-13", 0],
        [{ gross: 601 }, "BR-CO-15", 0],
        [{ draws: [{ ...content.draws[0]!, amount: 599 }] }, "BR-CO-16", 0],
        [{ lines: [] }, "BR-CO-18", 0],
        [{ lines: [{ ...line, category: category("E"), rate: 0, tax: 0 }, line] }, "BR-CO-13", 0],
        [{ lines: [{ ...line, category: category("AE") }, line] }, "BR-AE-05", 0],
        [{ lines: [line, { ...line, rate: 600 }] }, "BR-CO-17", 1],
      ];
      for (const [wrong, name, index] of cases) {
        await expect(invoices.issue(terms, { ...submission, content: { ...content, ...wrong } }))
          .to.be.revertedWithCustomError(invoices, "ArithmeticInvalid")
          .withArgs(rule(name), index);
      }
    });

    it("refuses the very same document again", async () => {
      const { world, invoices, terms, submission } = await loadFixture(ready);
      await invoices.issue(terms, submission);
      await expect(invoices.issue(terms, submission))
        .to.be.revertedWithCustomError(invoices, "InvoiceExists")
        .withArgs(await idOf(world, invoiceOf(terms, submission.content)));
    });
  });

  describe("its number", () => {
    const ownNumber = (text: string) => toBigInt(toUtf8Bytes(text));

    it("is of its scheme, from 1 to what the scheme has room for", async () => {
      const { world, invoices, taxpayers } = await loadFixture(ready);
      const limits: [number, bigint][] = [
        [Scheme.Digital, 10n ** 20n],
        [Scheme.CodeAndNumber, 10n ** 20n],
        [Scheme.FiscalBill, 10n ** 18n],
      ];
      const submission = await submissionOf(world, [await attest(world)]);
      for (const [scheme, limit] of limits) {
        for (const number of [0n, limit, MaxUint256]) {
          const wrong = { ...submission, content: { ...submission.content, number } };
          await expect(invoices.issue(termsOf(world, { scheme }), wrong))
            .to.be.revertedWithCustomError(taxpayers, "NumberInvalid")
            .withArgs(scheme, number);
        }
        for (const number of [1n, limit - 1n]) await issue(world, { terms: { scheme }, content: { number } });
      }
      const own = { scheme: Scheme.Own };
      for (const text of ["", "\0", "A\0", "ride\n", "\x7f", "é", "a".repeat(32)]) {
        const wrong = { ...submission, content: { ...submission.content, number: ownNumber(text) } };
        await expect(invoices.issue(termsOf(world, own), wrong))
          .to.be.revertedWithCustomError(taxpayers, "NumberInvalid")
          .withArgs(Scheme.Own, ownNumber(text));
      }
      for (const text of [" ", "~", "F-2026/0001", "a".repeat(31)]) {
        await issue(world, { terms: own, content: { number: ownNumber(text) } });
      }
    });

    it("is used once in its scheme by all sellers; and a seller's own, once by each", async () => {
      const { world, invoices, taxpayers } = await loadFixture(ready);
      const number = newNumber();
      await issue(world, { content: { number } });
      const again = await submissionOf(world, [await attest(world)], { number });
      await expect(invoices.issue(termsOf(world, { kind: DocumentKind.VatOrdinary }), again))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, number);
      await invoices.issue(termsOf(world, { scheme: Scheme.CodeAndNumber }), again);
      const text = ownNumber("F-2026/0001");
      await issue(world, { terms: { scheme: Scheme.Own }, content: { number: text } });
      const own = await submissionOf(world, [await attest(world)], { number: text });
      await expect(invoices.issue(termsOf(world, { scheme: Scheme.Own }), own))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Own, text);
      const { seller } = await admitSeller(world, world.operator);
      const theirs = await submissionOf(world, [await attest(world, { payee: seller })], { number: text });
      await invoices.issue(termsOf(world, { scheme: Scheme.Own, seller }), theirs);
    });
  });

  describe("its amounts", () => {
    it("go up to the last that 128 bits can say", async () => {
      const { world, invoices, taxpayers, taxBureau, seller, terms } = await loadFixture(ready);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, MAX, []);
      const payment = await attest(world, { amount: MAX });
      const line = lineOf(MAX, { category: category("Z"), rate: 0, net: MAX, tax: 0 });
      const draws = [{ payment: await world.payments.idOf(payment), amount: MAX }];
      const content = await contentOf(world, draws, { lines: [line], net: MAX, tax: 0 });
      const submission = {
        content,
        evidence: [{ payment, proof: [], request: { signer: "0x", deadline: 0, signature: "0x" } }],
      };
      await invoices.issue(terms, submission);
      expect(await usedQuota(world)).to.equal(MAX);
      const more = await submissionOf(world, [await attest(world, { amount: 1 })]);
      await expect(invoices.issue(terms, more))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(MAX, MAX, 1n);
    });

    it("may be of many rates in one document", async () => {
      const { world, invoices, terms } = await loadFixture(ready);
      const payment = await attest(world, { amount: 100_000 });
      const lines = [
        { category: category("E"), rate: 0, items: 1, net: 10_000, tax: 0 },
        { category: category("S"), rate: 600, items: 3, net: 20_000, tax: 1_199 },
        { category: category("S"), rate: 1300, items: 2, net: 60_886, tax: 7_915 },
      ];
      const submission = await submissionOf(world, [payment], { lines, net: 90_886, tax: 9_114, root: word() });
      await invoices.issue(terms, submission);
      expect(await usedQuota(world)).to.equal(90_886n);
    });
  });
});
