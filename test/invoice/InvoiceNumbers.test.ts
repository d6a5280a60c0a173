import { expect } from "chai";
import { hexlify, MaxUint256, toUtf8Bytes } from "ethers";

import { FISCAL, TAX } from "../../src/index.js";
import { formatNumber } from "../../src/invoice/number.js";
import { move } from "../identity/persons.js";
import { HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { bureaus, type Bureaus, ownTermsOf } from "./taxpayers.js";
import { admitSeller, CNY, QUOTA, Scheme, TAX_KINDS } from "./world.js";

const PAGE = 100_000n;
const CHINESE = { Digital: Scheme.Digital, CodeAndNumber: Scheme.CodeAndNumber, FiscalBill: Scheme.FiscalBill };
/** The first number that a scheme does not have. */
const LIMITS = {
  Digital: 10n ** 20n,
  CodeAndNumber: 10n ** 20n,
  FiscalBill: 10n ** 18n,
};

/** A seller's own number as the chain has it. */
const ownNumber = (text: string) => BigInt(hexlify(toUtf8Bytes(text)));

describe("InvoiceNumbers", () => {
  /** Two sellers, and what the InvoiceRegistry does with their numbers. */
  const sellers = async () => {
    const world = await loadFixture(bureaus);
    const { seller: rival } = await admitSeller(world, world.clerk);
    const { taxpayers, invoicing, seller } = world;
    const by = taxpayers.connect(invoicing);
    return {
      ...world,
      rival,
      /** Uses the number of a single document, with nothing to charge. */
      use: async (scheme: number, number: bigint, of = seller) =>
        by.charge(ownTermsOf(world, { seller: of, scheme }), of === seller ? world.operator : world.clerk, 0, [number]),
      /** The same, of a reversing document. */
      reverse: async (scheme: number, number: bigint, of = seller) =>
        by.giveBack(ownTermsOf(world, { seller: of, scheme }), 202601, 0, number),
      reserve: async (scheme: number, first: bigint, count: bigint, of = seller) =>
        by.reserveNumbers(scheme, of, first, count),
      materialise: async (scheme: number, number: bigint, of = seller) => by.useReserved(scheme, of, number),
      allot: async (scheme: number, page: bigint, to = seller) =>
        taxpayers.connect(world.taxBureau).allotNumbers(scheme, page, to, TAX),
    };
  };

  const refused = async ({ taxpayers }: Bureaus, act: Promise<unknown>, error: string, scheme: number, which: bigint) =>
    expect(act).to.be.revertedWithCustomError(taxpayers, error).withArgs(scheme, which);

  describe("of single documents", () => {
    for (const [name, scheme] of Object.entries(CHINESE)) {
      it(`${name}: are used once, whoever the seller is`, async () => {
        const world = await loadFixture(sellers);
        const { taxpayers, seller, rival, use, reverse } = world;
        expect(await taxpayers.isUsed(scheme, seller, 1234)).to.equal(false);
        await use(scheme, 1234n);
        for (const of of [seller, rival]) {
          expect(await taxpayers.isUsed(scheme, of, 1234)).to.equal(true);
          await refused(world, use(scheme, 1234n, of), "NumberUsed", scheme, 1234n);
          await refused(world, reverse(scheme, 1234n, of), "NumberUsed", scheme, 1234n);
        }
        await use(scheme, 1235n, rival);
        await reverse(scheme, 1236n, rival);
        await refused(world, use(scheme, 1236n), "NumberUsed", scheme, 1236n);
      });
    }

    it("differ by scheme: the same digits are another number", async () => {
      const { taxpayers, seller, use } = await loadFixture(sellers);
      for (const scheme of Object.values(Scheme)) {
        expect(await taxpayers.isUsed(scheme, seller, 77)).to.equal(false);
        await use(scheme, 77n);
        expect(await taxpayers.isUsed(scheme, seller, 77)).to.equal(true);
      }
    });

    it("Own: are used once by each seller", async () => {
      const world = await loadFixture(sellers);
      const { taxpayers, seller, rival, use } = world;
      const [number, next] = [ownNumber("INV-1"), ownNumber("INV-2")];
      await use(Scheme.Own, number);
      await refused(world, use(Scheme.Own, number), "NumberUsed", Scheme.Own, number);
      expect(await taxpayers.isUsed(Scheme.Own, rival, number)).to.equal(false);
      await use(Scheme.Own, number, rival);
      await refused(world, use(Scheme.Own, number, rival), "NumberUsed", Scheme.Own, number);
      expect(await taxpayers.isUsed(Scheme.Own, seller, next)).to.equal(false);
      await use(Scheme.Own, next);
    });

    for (const [name, scheme] of Object.entries(CHINESE)) {
      const limit = LIMITS[name as keyof typeof CHINESE];
      it(`${name}: are from 1 to ${limit - 1n}`, async () => {
        const world = await loadFixture(sellers);
        for (const number of [limit, limit + 1n, MaxUint256]) {
          await refused(world, world.use(scheme, number), "NumberInvalid", scheme, number);
          await refused(world, world.reverse(scheme, number), "NumberInvalid", scheme, number);
        }
        await refused(world, world.use(scheme, 0n), "NumberInvalid", scheme, 0n);
        for (const number of [1n, limit - 1n]) await world.use(scheme, number);
      });
    }

    it("Own: are 1 to 31 printable characters", async () => {
      const world = await loadFixture(sellers);
      const wrong = [0n, ...["\0", "A\0", "A\0B", "\n", "A\u001f", "\u007fA", "é", "A".repeat(32)].map(ownNumber)];
      for (const number of [...wrong, 2n ** 248n, MaxUint256]) {
        await refused(world, world.use(Scheme.Own, number), "NumberInvalid", Scheme.Own, number);
        if (number === 0n) continue; // a batch that is cancelled has no reversing document
        await refused(world, world.reverse(Scheme.Own, number), "NumberInvalid", Scheme.Own, number);
      }
      for (const text of [" ", "~", "2026/INV-1", "~".repeat(31), " ".repeat(31), "A B"]) {
        expect(formatNumber("Own", ownNumber(text))).to.equal(text);
        await world.use(Scheme.Own, ownNumber(text));
        await refused(world, world.use(Scheme.Own, ownNumber(text)), "NumberUsed", Scheme.Own, ownNumber(text));
      }
    });

    it("keep apart those that lie in one word, and those at its ends", async () => {
      const { taxpayers, seller, use } = await loadFixture(sellers);
      const used = [249n, 250n, 499n, 501n, 511n];
      for (const number of used) await use(Scheme.Digital, number);
      for (let number = 240n; number < 520n; ++number) {
        expect(await taxpayers.isUsed(Scheme.Digital, seller, number), String(number)).to.equal(used.includes(number));
      }
    });
  });

  describe("of batches", () => {
    for (const [name, scheme] of Object.entries(CHINESE)) {
      it(`${name}: lie in their scheme, and never at zero`, async () => {
        const world = await loadFixture(sellers);
        const limit = LIMITS[name as keyof typeof CHINESE];
        await refused(world, world.reserve(scheme, 0n, 5n), "NumberInvalid", scheme, 0n);
        for (const [first, count] of [
          [limit - 1n, 2n],
          [limit, 1n],
          [1n, limit],
        ] as const) {
          await refused(world, world.reserve(scheme, first, count), "NumberInvalid", scheme, first);
        }
        await expect(world.reserve(scheme, MaxUint256, 1n)).to.be.revertedWithPanic(0x11);
        await world.reserve(scheme, limit - 1n, 1n);
        await refused(world, world.reserve(scheme, limit - 1n, 1n), "NumberUsed", scheme, limit - 1n);
      });
    }

    it("are never the seller's own", async () => {
      const world = await loadFixture(sellers);
      await refused(world, world.reserve(Scheme.Own, 1n, 5n), "NumberInvalid", Scheme.Own, 1n);
    });

    it("are reserved once, in ascending order; gaps stay gaps", async () => {
      const world = await loadFixture(sellers);
      const { reserve, rival, seller } = world;
      await reserve(Scheme.Digital, 100n, 50n);
      for (const [first, count] of [
        [100n, 50n],
        [149n, 1n],
        [149n, 2n],
        [90n, 20n],
        [90n, 500n],
        [120n, 1n],
        [1n, 10n], // a gap below: numbers only ascend
      ] as const) {
        for (const of of [seller, rival]) {
          await refused(world, reserve(Scheme.Digital, first, count, of), "NumberUsed", Scheme.Digital, first);
        }
      }
      await reserve(Scheme.Digital, 150n, 1n, rival);
      await reserve(Scheme.Digital, 99_999n, 1n);
      await refused(world, reserve(Scheme.Digital, 99_999n, 1n), "NumberUsed", Scheme.Digital, 99_999n);
      await reserve(Scheme.CodeAndNumber, 100n, 50n);
    });

    it("go across pages; what they overlap is refused", async () => {
      const world = await loadFixture(sellers);
      const { reserve } = world;
      await reserve(Scheme.Digital, 2n * PAGE + 90_000n, 120_000n); // the end of 2, the whole of 3, the beginning of 4
      for (const [first, count, at] of [
        [2n * PAGE + 99_999n, 1n, 2n * PAGE + 99_999n],
        [2n * PAGE, 1n, 2n * PAGE],
        [3n * PAGE, 1n, 3n * PAGE],
        [3n * PAGE + 99_999n, 1n, 3n * PAGE + 99_999n],
        [4n * PAGE + 9_999n, 1n, 4n * PAGE + 9_999n],
        [PAGE + 99_999n, 2n, 2n * PAGE], // begins before, in a page that is free
        [PAGE + 99_999n, 3n * PAGE, 2n * PAGE],
      ] as const) {
        await refused(world, reserve(Scheme.Digital, first, count), "NumberUsed", Scheme.Digital, at);
      }
      await reserve(Scheme.Digital, 4n * PAGE + 10_000n, 90_000n); // to the page's end
      await refused(world, reserve(Scheme.Digital, 5n * PAGE - 1n, 2n), "NumberUsed", Scheme.Digital, 5n * PAGE - 1n);
      await reserve(Scheme.Digital, 5n * PAGE, PAGE); // a page, neither more nor less
      await reserve(Scheme.Digital, 6n * PAGE, 1n);
      await reserve(Scheme.Digital, PAGE + 99_999n, 1n);
    });

    it("need pages that no single document uses, and close theirs to single ones", async () => {
      const world = await loadFixture(sellers);
      const { use, reverse, reserve, rival } = world;
      await use(Scheme.Digital, 3n * PAGE + 5n);
      for (const [first, count] of [
        [3n * PAGE + 5n, 1n],
        [3n * PAGE + 900n, 1n],
        [2n * PAGE, PAGE + 1n],
        [2n * PAGE, 3n * PAGE],
      ] as const) {
        await refused(world, reserve(Scheme.Digital, first, count), "NumberReserved", Scheme.Digital, 3n);
      }
      await reserve(Scheme.Digital, 2n * PAGE + 10n, 5n);
      for (const number of [2n * PAGE, 2n * PAGE + 10n, 2n * PAGE + 15n, 3n * PAGE - 1n]) {
        await refused(world, use(Scheme.Digital, number), "NumberReserved", Scheme.Digital, 2n);
        await refused(world, use(Scheme.Digital, number, rival), "NumberReserved", Scheme.Digital, 2n);
        await refused(world, reverse(Scheme.Digital, number), "NumberReserved", Scheme.Digital, 2n);
      }
      await use(Scheme.Digital, 3n * PAGE + 6n, rival);
      await use(Scheme.CodeAndNumber, 2n * PAGE); // pages of another scheme are others
    });

    it("are used when their document materialises, once", async () => {
      const world = await loadFixture(sellers);
      const { taxpayers, seller, rival, reserve, materialise } = world;
      await reserve(Scheme.Digital, 100n, 3n);
      expect(await taxpayers.isUsed(Scheme.Digital, seller, 101)).to.equal(false);
      await materialise(Scheme.Digital, 101n);
      expect(await taxpayers.isUsed(Scheme.Digital, seller, 101)).to.equal(true);
      expect(await taxpayers.isUsed(Scheme.Digital, seller, 102)).to.equal(false);
      for (const of of [seller, rival]) {
        await refused(world, materialise(Scheme.Digital, 101n, of), "NumberUsed", Scheme.Digital, 101n);
      }
      await materialise(Scheme.Digital, 102n);
    });
  });

  describe("allotted by a bureau", () => {
    it("are their seller's alone, singly or by batches", async () => {
      const world = await loadFixture(sellers);
      const { taxpayers, seller, rival, taxBureau, allot, use, reverse, reserve } = world;
      await expect(allot(Scheme.Digital, 7n))
        .to.emit(taxpayers, "NumbersAllotted")
        .withArgs(Scheme.Digital, 7, seller, taxBureau.address);
      await allot(Scheme.Digital, 8n);
      const [single, batch] = [7n * PAGE, 8n * PAGE];
      for (const [act, page] of [
        [async () => use(Scheme.Digital, single, rival), 7n],
        [async () => reverse(Scheme.Digital, single + 99_999n, rival), 7n],
        [async () => reserve(Scheme.Digital, batch, 1n, rival), 8n],
        [async () => reserve(Scheme.Digital, 6n * PAGE, PAGE + 1n, rival), 7n],
      ] as const) {
        await refused(world, act(), "NumberReserved", Scheme.Digital, page);
      }
      await use(Scheme.Digital, single);
      await refused(world, use(Scheme.Digital, single + 1n, rival), "NumberReserved", Scheme.Digital, 7n);
      await use(Scheme.Digital, single + 1n);
      await reserve(Scheme.Digital, batch, 10n);
      await refused(world, reserve(Scheme.Digital, single + 1n, 1n), "NumberReserved", Scheme.Digital, 7n);
      await refused(world, use(Scheme.Digital, batch + 50n), "NumberReserved", Scheme.Digital, 8n);
      await use(Scheme.Digital, 9n * PAGE, rival); // the page after it is everybody's
      await use(Scheme.CodeAndNumber, single, rival);
    });

    it("are allotted once, and never from a page in use", async () => {
      const world = await loadFixture(sellers);
      const { allot, use, reserve, rival } = world;
      await allot(Scheme.FiscalBill, 1n);
      await use(Scheme.FiscalBill, 2n * PAGE);
      await reserve(Scheme.FiscalBill, 3n * PAGE, 1n);
      for (const page of [1n, 2n, 3n]) {
        await refused(world, allot(Scheme.FiscalBill, page), "PageTaken", Scheme.FiscalBill, page);
        await refused(world, allot(Scheme.FiscalBill, page, rival), "PageTaken", Scheme.FiscalBill, page);
      }
      await use(Scheme.FiscalBill, PAGE);
      await refused(world, allot(Scheme.FiscalBill, 1n), "PageTaken", Scheme.FiscalBill, 1n);
    });

    it("are pages of their scheme", async () => {
      const world = await loadFixture(sellers);
      for (const [name, scheme] of Object.entries(CHINESE)) {
        const pages = LIMITS[name as keyof typeof CHINESE] / PAGE;
        for (const page of [pages, MaxUint256]) {
          await refused(world, world.allot(scheme, page), "NumberInvalid", scheme, page);
        }
        await world.allot(scheme, pages - 1n);
        await world.allot(scheme, 0n);
        await refused(world, world.use(scheme, 1n, world.rival), "NumberReserved", scheme, 0n);
        await refused(
          world,
          world.reserve(scheme, pages * PAGE - 1n, 1n, world.rival),
          "NumberReserved",
          scheme,
          pages - 1n,
        );
      }
      await refused(world, world.allot(Scheme.Own, 1n), "NumberInvalid", Scheme.Own, 1n);
    });

    it("are allotted by the bureau that admitted the seller", async () => {
      const world = await loadFixture(sellers);
      const { taxpayers, manager, seller, sellerKey, taxBureau, financeBureau, hunanBureau } = world;
      await taxpayers.connect(financeBureau).allotNumbers(Scheme.FiscalBill, 5, seller, FISCAL);
      await expect(taxpayers.connect(hunanBureau).allotNumbers(Scheme.Digital, 5, seller, TAX))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(hunanBureau.address, SHIJIAZHUANG, TAX);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      await move(world, seller, sellerKey, HUNAN);
      await taxpayers.connect(hunanBureau).admit(seller, TAX, HUNAN, TAX_KINDS);
      await taxpayers.connect(hunanBureau).allotNumbers(Scheme.Digital, 5, seller, TAX);
    });

    it("stay their seller's when another city admits it", async () => {
      const world = await loadFixture(sellers);
      const { taxpayers, seller, sellerKey, taxBureau, hunanBureau, operator, allot, use, rival } = world;
      await allot(Scheme.Digital, 7n);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      await move(world, seller, sellerKey, HUNAN);
      const hunan = taxpayers.connect(hunanBureau);
      await hunan.admit(seller, TAX, HUNAN, TAX_KINDS);
      await hunan.setQuota(seller, TAX, CNY, QUOTA, []);
      await hunan.nameOperator(seller, TAX, operator, []);
      await refused(world, use(Scheme.Digital, 7n * PAGE, rival), "NumberReserved", Scheme.Digital, 7n);
      await use(Scheme.Digital, 7n * PAGE);
    });
  });
});
