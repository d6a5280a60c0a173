import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { FISCAL, INVOICING, roleOf, TAX } from "../../src/index.js";
import { propose } from "../identity/persons.js";
import { Kind, newKey, register } from "../identity/world.js";
import { HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { bureaus, type Bureaus, monthOf, nextMonth, ownTermsOf } from "./taxpayers.js";
import { CNY, DocumentKind, nameOperator, QUOTA, Scheme, TAX_KINDS, UTC_OFFSET } from "./world.js";

const MAX = 2n ** 128n - 1n;
/** Own numbers of one character. */
const [A, B, C, D] = [0x41n, 0x42n, 0x43n, 0x44n];

describe("TaxpayerRegistry: quotas", () => {
  const usedOf = async ({ taxpayers, seller }: Bureaus, month: bigint, bureau = TAX, currency = CNY) =>
    (await taxpayers.quotaOf(seller, bureau, currency, month)).used;

  const thisMonth = async () => monthOf(await time.latest(), UTC_OFFSET);

  const setQuota = async ({ taxpayers, taxBureau, seller }: Bureaus, limit: bigint, currency = CNY) =>
    taxpayers.connect(taxBureau).setQuota(seller, TAX, currency, limit, []);

  const stepsOver = async (world: Bureaus, net: bigint, limit: bigint, used: bigint) =>
    expect(world.charge(net))
      .to.be.revertedWithCustomError(world.taxpayers, "QuotaExceeded")
      .withArgs(limit, used, net);

  /** Gives back, as the InvoiceRegistry does, under a number of its own. */
  const giveBack = async (world: Bureaus, month: bigint, net: bigint, number: bigint, terms = {}) =>
    world.taxpayers.connect(world.invoicing).giveBack(ownTermsOf(world, terms), month, net, number);

  it("are charged to the month, up to the last fen, and say where and when", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, seller, operator, invoicing } = world;
    const month = await thisMonth();
    expect(await taxpayers.connect(invoicing).charge.staticCall(ownTermsOf(world), operator, 1, [])).to.deep.equal([
      SHIJIAZHUANG,
      month,
    ]);
    await stepsOver(world, QUOTA + 1n, QUOTA, 0n);
    await world.charge(QUOTA - 1n);
    await stepsOver(world, 2n, QUOTA, QUOTA - 1n);
    await world.charge(1n);
    expect(await taxpayers.quotaOf(seller, TAX, CNY, month)).to.deep.equal([QUOTA, QUOTA]);
    await world.charge(0n);
    await stepsOver(world, 1n, QUOTA, QUOTA);
  });

  it("refuse sums beyond all amounts, without wrapping around", async () => {
    const world = await loadFixture(bureaus);
    for (const net of [MAX, 2n ** 128n, 2n ** 128n + 1n, MaxUint256]) await stepsOver(world, net, QUOTA, 0n);
    await setQuota(world, MAX);
    await world.charge(5n);
    for (const net of [MAX - 4n, MAX, 2n ** 128n, MaxUint256 - 4n, MaxUint256]) await stepsOver(world, net, MAX, 5n);
    await world.charge(MAX - 5n);
    expect(await usedOf(world, await thisMonth())).to.equal(MAX);
    await stepsOver(world, 1n, MAX, MAX);
  });

  it("are per currency, and per bureau", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers } = world;
    for (const net of [0n, 1n]) {
      await expect(world.charge(net, { terms: { currency: 978 } })) // without a quota, not even nothing
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(0, 0, net);
    }
    await setQuota(world, 50n, 978);
    await world.charge(40n, { terms: { currency: 978 } });
    await world.charge(30n);
    await world.charge(20n, { terms: { kind: DocumentKind.Medical } });
    const month = await thisMonth();
    expect([
      await usedOf(world, month, TAX, 978),
      await usedOf(world, month),
      await usedOf(world, month, FISCAL),
    ]).to.deep.equal([40n, 30n, 20n]);
  });

  it("cut below what is used block only what is new", async () => {
    const world = await loadFixture(bureaus);
    await world.charge(600n);
    await setQuota(world, 500n);
    await stepsOver(world, 1n, 500n, 600n);
    await stepsOver(world, 0n, 500n, 600n);
    const month = await thisMonth();
    expect(await usedOf(world, month)).to.equal(600n);
    await giveBack(world, month, 200n, A);
    await stepsOver(world, 101n, 500n, 400n);
    await world.charge(100n);
    await setQuota(world, 0n);
    await stepsOver(world, 1n, 0n, 500n);
    await setQuota(world, 501n);
    await world.charge(1n);
  });

  it("begin anew at a month's end, to the second, by the bureau's clock", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, seller } = world;
    const end = nextMonth(await time.latest(), UTC_OFFSET);
    const [old, next] = [monthOf(end - 1, UTC_OFFSET), monthOf(end, UTC_OFFSET)];
    expect(next).not.to.equal(monthOf(end, 0)); // in UTC it is still the old month
    await time.setNextBlockTimestamp(end - 1);
    await world.charge(QUOTA);
    expect(await taxpayers.currentPeriod(SHIJIAZHUANG)).to.equal(old);
    await time.setNextBlockTimestamp(end);
    await world.charge(QUOTA - 1n);
    expect(await taxpayers.currentPeriod(SHIJIAZHUANG)).to.equal(next);
    expect(await taxpayers.quotaOf(seller, TAX, CNY, old)).to.deep.equal([QUOTA, QUOTA]);
    expect(await taxpayers.quotaOf(seller, TAX, CNY, next)).to.deep.equal([QUOTA, QUOTA - 1n]);
    await stepsOver(world, 2n, QUOTA, QUOTA - 1n);
  });

  for (const offset of [-720, -210, 0, 840]) {
    it(`begin anew by a clock that is ${offset} minutes from UTC`, async () => {
      const world = await loadFixture(bureaus);
      const { taxpayers, taxBureau, hebeiBureau, seller, operator } = world;
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      const hebei = taxpayers.connect(hebeiBureau);
      await hebei.openBureau(HEBEI, TAX, offset);
      await hebei.admit(seller, TAX, HEBEI, TAX_KINDS);
      await hebei.setQuota(seller, TAX, CNY, 10, []);
      await hebei.nameOperator(seller, TAX, operator, []);
      const end = nextMonth(await time.latest(), offset);
      for (const moment of [end - 1, end]) {
        await time.setNextBlockTimestamp(moment);
        await world.charge(10n);
        expect(await taxpayers.currentPeriod(HEBEI)).to.equal(monthOf(moment, offset));
        expect(await usedOf(world, monthOf(moment, offset))).to.equal(10n);
      }
      expect(monthOf(end - 1, offset)).not.to.equal(monthOf(end, offset));
      await stepsOver(world, 1n, 10n, 10n);
    });
  }

  it("get back what is reversed in the month of issue, not in the present one", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, seller } = world;
    const old = await thisMonth();
    await world.charge(QUOTA);
    await time.increaseTo(nextMonth(await time.latest(), UTC_OFFSET));
    const month = await thisMonth();
    await world.charge(QUOTA);
    await giveBack(world, old, 60n, A);
    expect([await usedOf(world, old), await usedOf(world, month)]).to.deep.equal([QUOTA - 60n, QUOTA]);
    expect(await taxpayers.isUsed(Scheme.Own, seller, A)).to.equal(true);
    await stepsOver(world, 1n, QUOTA, QUOTA);
    await expect(giveBack(world, month, QUOTA + 1n, B)).to.be.revertedWithPanic(0x11);
    await expect(giveBack(world, old, 1n, A))
      .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
      .withArgs(Scheme.Own, A);
    await giveBack(world, old, 40n, 0n); // of a batch that is cancelled: there is no reversing document
    expect(await usedOf(world, old)).to.equal(QUOTA - 100n);
    await giveBack(world, old, 1n, 0n);
    expect(await taxpayers.isUsed(Scheme.Own, seller, 0)).to.equal(false);
  });

  it("get back by currency and bureau, whether the seller is frozen, dismissed or suspended", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, taxBureau, identities, registrar, seller } = world;
    const month = await thisMonth();
    const medical = { kind: DocumentKind.Medical };
    await world.charge(100n);
    await world.charge(100n, { terms: medical });
    await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
    await giveBack(world, month, 10n, A);
    await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
    await identities.connect(registrar).suspend(seller, 1, []);
    await world.suspendCity();
    await world.manager.setTargetClosed(taxpayers, true);
    await giveBack(world, month, 20n, B);
    expect([await usedOf(world, month), await usedOf(world, month, FISCAL)]).to.deep.equal([70n, 100n]);
    await giveBack(world, month, 5n, C, medical);
    expect([await usedOf(world, month), await usedOf(world, month, FISCAL)]).to.deep.equal([70n, 95n]);
    await expect(giveBack(world, month, 1n, D, { currency: 978 })).to.be.revertedWithPanic(0x11);
  });

  it("do not count while they are frozen", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, taxBureau, seller } = world;
    await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
    await expect(world.charge(1n)).to.be.revertedWithCustomError(taxpayers, "TaxpayerFrozen").withArgs(seller, TAX);
    await world.charge(1n, { terms: { kind: DocumentKind.Medical } }); // the finance bureau's admission is another
    await setQuota(world, QUOTA - 1n);
    await setQuota(world, QUOTA);
    await expect(world.charge(0n)).to.be.revertedWithCustomError(taxpayers, "TaxpayerFrozen");
    await taxpayers.connect(taxBureau).unfreeze(seller, TAX, 1, []);
    await world.charge(1n);
  });

  it("serve the kinds that were admitted, each by its bureau", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, taxBureau, seller } = world;
    await expect(world.charge(1n, { terms: { kind: DocumentKind.None } }))
      .to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted")
      .withArgs(1);
    for (const kind of Object.values(DocumentKind)) {
      if (kind === DocumentKind.None) continue;
      const bureau = kind === DocumentKind.Medical || kind === DocumentKind.FiscalReceipt ? FISCAL : TAX;
      const before = await usedOf(world, await thisMonth(), bureau);
      await world.charge(3n, { terms: { kind } });
      expect(await usedOf(world, await thisMonth(), bureau), String(kind)).to.equal(before + 3n);
    }
    await taxpayers.connect(taxBureau).setKinds(seller, TAX, 1 << DocumentKind.Scenic, []);
    await world.charge(3n, { terms: { kind: DocumentKind.Scenic } });
    for (const kind of [DocumentKind.VatSpecial, DocumentKind.VatOrdinary, DocumentKind.Transport]) {
      await expect(world.charge(1n, { terms: { kind } }))
        .to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted")
        .withArgs(1 << kind);
    }
    await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
    await expect(world.charge(1n)).to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown").withArgs(seller, TAX);
    await world.charge(1n, { terms: { kind: DocumentKind.FiscalReceipt } });
  });

  it("use up all numbers of the call, or none of it counts", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, seller } = world;
    await expect(world.charge(10n, { numbers: [A, B, A] })).to.be.revertedWithCustomError(taxpayers, "NumberUsed");
    expect(await taxpayers.isUsed(Scheme.Own, seller, B)).to.equal(false);
    expect(await usedOf(world, await thisMonth())).to.equal(0n);
    await world.charge(10n, { numbers: [A, B] });
    for (const number of [A, B]) expect(await taxpayers.isUsed(Scheme.Own, seller, number)).to.equal(true);
  });

  describe("operators", () => {
    const cannotIssue = async (world: Bureaus, operator: Bureaus["operator"]) => {
      const { taxpayers, seller } = world;
      expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(false);
      await expect(world.charge(1n, { operator }))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(seller, operator.address);
    };

    it("are named by both sides: one alone does not suffice, and one alone ends it", async () => {
      const world = await loadFixture(bureaus);
      const { taxpayers, identities, taxBureau, seller, sellerKey, clerk, operator } = world;
      const bureau = taxpayers.connect(taxBureau);
      await cannotIssue(world, clerk);
      await bureau.nameOperator(seller, TAX, clerk, []);
      await cannotIssue(world, clerk);
      await nameOperator(world, seller, sellerKey, clerk);
      expect(await taxpayers.isOperator(seller, TAX, clerk)).to.equal(true);
      expect(await taxpayers.isOperator(seller, FISCAL, clerk)).to.equal(false);
      await world.charge(1n, { operator: clerk });
      await expect(world.charge(1n, { operator: clerk, terms: { kind: DocumentKind.Medical } }))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(seller, clerk.address);
      await bureau.dropOperator(seller, TAX, clerk, []);
      await cannotIssue(world, clerk);
      await identities.connect(operator).renounceOperator(seller);
      await cannotIssue(world, operator);
    });

    it("that only the person named are none before the bureau", async () => {
      const world = await loadFixture(bureaus);
      await nameOperator(world, world.seller, world.sellerKey, world.clerk);
      await cannotIssue(world, world.clerk);
    });

    it("of one person do not issue for another", async () => {
      const world = await loadFixture(bureaus);
      const { taxpayers, taxBureau, operator } = world;
      const key = newKey();
      const other = await register(world, key, { kind: Kind.Legal });
      await taxpayers.connect(taxBureau).admit(other, TAX, SHIJIAZHUANG, TAX_KINDS);
      await taxpayers.connect(taxBureau).setQuota(other, TAX, CNY, QUOTA, []);
      await nameOperator(world, other, key, operator);
      await expect(world.charge(1n, { terms: { seller: other } }))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(other, operator.address);
      await taxpayers.connect(taxBureau).nameOperator(other, TAX, operator, []);
      await world.charge(1n, { terms: { seller: other } });
    });

    it("are named once, and dropped once", async () => {
      const { taxpayers, taxBureau, seller, operator, clerk } = await loadFixture(bureaus);
      const bureau = taxpayers.connect(taxBureau);
      await expect(bureau.nameOperator(seller, TAX, operator, []))
        .to.be.revertedWithCustomError(taxpayers, "OperatorUnchanged")
        .withArgs(seller, operator.address);
      await expect(bureau.dropOperator(seller, TAX, clerk, []))
        .to.be.revertedWithCustomError(taxpayers, "OperatorUnchanged")
        .withArgs(seller, clerk.address);
    });

    it("are listed by page", async () => {
      const { taxpayers, taxBureau, seller, operator, clerk, invoicing } = await loadFixture(bureaus);
      const bureau = taxpayers.connect(taxBureau);
      for (const one of [clerk, invoicing]) await bureau.nameOperator(seller, TAX, one, []);
      const all = [operator.address, clerk.address, invoicing.address];
      expect(await taxpayers.operatorCount(seller, TAX)).to.equal(3n);
      expect(await taxpayers.operatorsOf(seller, TAX, 0, 10)).to.deep.equal(all);
      expect(await taxpayers.operatorsOf(seller, TAX, 1, 1)).to.deep.equal([clerk.address]);
      expect(await taxpayers.operatorsOf(seller, TAX, 2, 5)).to.deep.equal([invoicing.address]);
      expect(await taxpayers.operatorsOf(seller, TAX, 3, 5)).to.deep.equal([]);
      expect(await taxpayers.operatorsOf(seller, FISCAL, 0, 10)).to.deep.equal([operator.address]);
    });
  });

  it("serve no suspended, recovering or closed person", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, identities, registrar, seller, operator } = world;
    const refused = async () => {
      expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(false);
      await expect(world.charge(1n)).to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator");
    };
    const keeping = identities.connect(registrar);
    await keeping.suspend(seller, 1, []);
    await refused();
    await keeping.reinstate(seller, 1, []);
    await world.charge(1n);
    await propose(world, seller, newKey());
    await refused();
    await keeping.withdrawRecovery(seller, []);
    await world.charge(1n);
    await keeping.close(seller, 1, []);
    await refused();
  });

  it("are charged and given back by holders of (network, INVOICING) alone, not of a city", async () => {
    const world = await loadFixture(bureaus);
    const { taxpayers, manager, administrator, operator, taxBureau, cityInvoicing, invoices, invoicing } = world;
    const month = await thisMonth();
    for (const by of [administrator, operator, taxBureau, cityInvoicing]) {
      for (const act of [
        async () => world.charge(1n, { by }),
        async () => taxpayers.connect(by).giveBack(ownTermsOf(world), month, 0, 1),
        async () => taxpayers.connect(by).reserveNumbers(Scheme.Digital, world.seller, 1, 1),
        async () => taxpayers.connect(by).useReserved(Scheme.Digital, world.seller, 1),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(taxpayers, "NoStanding").withArgs(by.address, 0);
      }
    }
    const members = await manager.membersOf(roleOf(0, INVOICING), 0, 10);
    expect(members.map(({ account }) => account)).to.deep.equal([await invoices.getAddress(), invoicing.address]);
    await manager.setTargetClosed(taxpayers, true); // the role alone: whoever calls has asked the guard
    await world.charge(1n);
    await manager.revokeRole(roleOf(0, INVOICING), invoicing);
    await expect(world.charge(1n)).to.be.revertedWithCustomError(taxpayers, "NoStanding");
  });
});
