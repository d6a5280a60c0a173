import { expect } from "chai";

import { ADMIN, FISCAL, IDENTITY, INVOICING, PAYMENT, REVERSING, roleOf, SCHEMA, TAX } from "../../src/index.js";
import { move, propose } from "../identity/persons.js";
import { Kind, newKey, register, word } from "../identity/world.js";
import { blockOf, HEBEI, HUNAN, loadFixture, NOBODY, SHIJIAZHUANG, time } from "../world.js";
import { BAODING, bureaus, type Bureaus, monthOf, TANGSHAN } from "./taxpayers.js";
import { CNY, FISCAL_KINDS, nameOperator, QUOTA, TAX_KINDS, UTC_OFFSET } from "./world.js";

describe("TaxpayerRegistry", () => {
  /** A legal person that no bureau has admitted. */
  const newcomers = async () => {
    const world = await loadFixture(bureaus);
    const key = newKey();
    const company = await register(world, key, { kind: Kind.Legal });
    return { ...world, key, company, admitting: world.taxpayers.connect(world.taxBureau) };
  };

  const notAdmitted = async (world: Bureaus, person: string) => {
    const { taxpayers, taxBureau } = world;
    await expect(taxpayers.connect(taxBureau).admit(person, TAX, SHIJIAZHUANG, TAX_KINDS))
      .to.be.revertedWithCustomError(taxpayers, "NotActiveLegalPerson")
      .withArgs(person);
  };

  it("knows the identities and the manager it was made with, for ever", async () => {
    const { taxpayers, identities, manager, administrator } = await loadFixture(bureaus);
    expect(await taxpayers.identities()).to.equal(await identities.getAddress());
    expect(await taxpayers.manager()).to.equal(await manager.getAddress());
    await expect(taxpayers.connect(administrator).setAuthority(NOBODY)).to.be.revertedWithCustomError(
      taxpayers,
      "AuthorityIsFixed",
    );
  });

  describe("opening a city's bureaus", () => {
    it("sets their clock once, for both", async () => {
      const { taxpayers, manager, hebei, hebeiBureau } = await loadFixture(bureaus);
      await manager.connect(hebei).grantRole(roleOf(HEBEI, FISCAL), hebei, 0);
      expect(await taxpayers.bureauAt(HEBEI)).to.deep.equal([false, 0n, 0n]);
      await expect(taxpayers.connect(hebei).openBureau(HEBEI, FISCAL, -210))
        .to.emit(taxpayers, "BureauOpened")
        .withArgs(HEBEI, -210, hebei.address);
      expect(await taxpayers.bureauAt(HEBEI)).to.deep.equal([true, -210n, 0n]);
      for (const [by, bureau] of [
        [hebei, FISCAL],
        [hebeiBureau, TAX],
      ] as const) {
        await expect(taxpayers.connect(by).openBureau(HEBEI, bureau, 480))
          .to.be.revertedWithCustomError(taxpayers, "BureauNotReady")
          .withArgs(HEBEI);
      }
    });

    it("takes clocks from 12 hours behind UTC to 14 hours before", async () => {
      const { taxpayers, hebeiBureau, tangshan } = await loadFixture(bureaus);
      for (const offset of [-32_768, -721, 841, 32_767]) {
        await expect(taxpayers.connect(hebeiBureau).openBureau(HEBEI, TAX, offset))
          .to.be.revertedWithCustomError(taxpayers, "UtcOffsetInvalid")
          .withArgs(offset);
      }
      await taxpayers.connect(hebeiBureau).openBureau(HEBEI, TAX, -720);
      await taxpayers.connect(tangshan).openBureau(TANGSHAN, TAX, 840);
      await taxpayers.connect(tangshan).openBureau(BAODING, TAX, 0);
    });

    it("is for tax and finance bureaus alone, whatever else an account may do", async () => {
      const { taxpayers, manager, hebei } = await loadFixture(bureaus);
      for (const capability of [ADMIN, IDENTITY, SCHEMA, PAYMENT, INVOICING, REVERSING]) {
        if (capability !== ADMIN) await manager.connect(hebei).grantRole(roleOf(HEBEI, capability), hebei, 0);
        await expect(taxpayers.connect(hebei).openBureau(HEBEI, capability, 480))
          .to.be.revertedWithCustomError(taxpayers, "NotBureau")
          .withArgs(capability);
      }
    });

    it("asks the guard: member, active city, open contract", async () => {
      const { taxpayers, manager, registry, china, hebei, hebeiBureau, taxBureau } = await loadFixture(bureaus);
      for (const by of [hebei, taxBureau]) {
        await expect(taxpayers.connect(by).openBureau(HEBEI, TAX, 480))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by.address, HEBEI, TAX);
      }
      const opening = taxpayers.connect(hebeiBureau);
      await manager.setTargetClosed(taxpayers, true);
      await expect(opening.openBureau(HEBEI, TAX, 480)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(taxpayers, false);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(opening.openBureau(HEBEI, TAX, 480))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(HEBEI, HEBEI);
    });
  });

  describe("admitting", () => {
    it("lets a legal person issue kinds of documents, without a quota yet", async () => {
      const { taxpayers, company, admitting, taxBureau } = await loadFixture(newcomers);
      expect(await taxpayers.taxpayerOf(company, TAX)).to.deep.equal([false, false, 0n, 0n, 0n, 0n, 0n, 0n]);
      const sent = admitting.admit(company, TAX, SHIJIAZHUANG, 0b1010);
      await expect(sent)
        .to.emit(taxpayers, "TaxpayerAdmitted")
        .withArgs(company, TAX, SHIJIAZHUANG, 0b1010, taxBureau.address, 0);
      expect(await taxpayers.taxpayerOf(company, TAX)).to.deep.equal([
        true,
        false,
        SHIJIAZHUANG,
        0b1010n,
        BigInt(UTC_OFFSET),
        1n,
        1n,
        BigInt(await blockOf(sent)),
      ]);
      expect((await taxpayers.taxpayerOf(company, FISCAL)).admitted).to.equal(false);
      const now = monthOf(await time.latest(), UTC_OFFSET);
      expect(await taxpayers.quotaOf(company, TAX, CNY, now)).to.deep.equal([0n, 0n]);
      expect(await taxpayers.operatorCount(company, TAX)).to.equal(0n);
    });

    it("is once under each capability, in one city at a time", async () => {
      const { taxpayers, company, admitting, hebeiBureau, financeBureau } = await loadFixture(newcomers);
      await taxpayers.connect(hebeiBureau).openBureau(HEBEI, TAX, UTC_OFFSET);
      await admitting.admit(company, TAX, SHIJIAZHUANG, TAX_KINDS);
      for (const [by, city] of [
        [admitting, SHIJIAZHUANG],
        [taxpayers.connect(hebeiBureau), HEBEI],
      ] as const) {
        await expect(by.admit(company, TAX, city, TAX_KINDS))
          .to.be.revertedWithCustomError(taxpayers, "TaxpayerExists")
          .withArgs(company, TAX);
      }
      await taxpayers.connect(financeBureau).admit(company, FISCAL, SHIJIAZHUANG, FISCAL_KINDS);
      const both = [await taxpayers.taxpayerOf(company, TAX), await taxpayers.taxpayerOf(company, FISCAL)];
      expect(both.map(({ kinds }) => kinds)).to.deep.equal([BigInt(TAX_KINDS), BigInt(FISCAL_KINDS)]);
    });

    it("is of persons of the city, or of one below it", async () => {
      const world = await loadFixture(newcomers);
      const { taxpayers, company, admitting, hebeiBureau, hebeiRegistrar, hunanBureau } = world;
      const hebei = taxpayers.connect(hebeiBureau);
      await hebei.openBureau(HEBEI, TAX, UTC_OFFSET);
      const above = await register(world, newKey(), { kind: Kind.Legal, city: HEBEI }, hebeiRegistrar);
      for (const [by, city, person] of [
        [taxpayers.connect(hunanBureau), HUNAN, company],
        [taxpayers.connect(hunanBureau), HUNAN, above],
        [admitting, SHIJIAZHUANG, above],
      ] as const) {
        await expect(by.admit(person, TAX, city, TAX_KINDS))
          .to.be.revertedWithCustomError(taxpayers, "NotOfCity")
          .withArgs(person, city);
      }
      for (const person of [above, company]) await hebei.admit(person, TAX, HEBEI, TAX_KINDS);
    });

    it("is for the kinds of the capability alone", async () => {
      const { taxpayers, company, admitting, financeBureau } = await loadFixture(newcomers);
      const finance = taxpayers.connect(financeBureau);
      for (let bit = 0; bit < 16; ++bit) {
        const kinds = 1 << bit;
        for (const [by, bureau, allowed] of [
          [admitting, TAX, TAX_KINDS],
          [finance, FISCAL, FISCAL_KINDS],
        ] as const) {
          const sent = by.admit.staticCall(company, bureau, SHIJIAZHUANG, kinds);
          if ((kinds & allowed) !== 0) await sent;
          else await expect(sent).to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted").withArgs(kinds);
        }
      }
      await expect(admitting.admit(company, TAX, SHIJIAZHUANG, TAX_KINDS | FISCAL_KINDS))
        .to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted")
        .withArgs(TAX_KINDS | FISCAL_KINDS);
    });

    it("wants opened bureaus, and a capability that is a bureau's", async () => {
      const { taxpayers, company, hebeiBureau } = await loadFixture(newcomers);
      await expect(taxpayers.connect(hebeiBureau).admit(company, TAX, HEBEI, TAX_KINDS))
        .to.be.revertedWithCustomError(taxpayers, "BureauNotReady")
        .withArgs(HEBEI);
      await expect(taxpayers.connect(hebeiBureau).admit(company, PAYMENT, HEBEI, 0))
        .to.be.revertedWithCustomError(taxpayers, "NotBureau")
        .withArgs(PAYMENT);
    });

    it("wants an active legal person: no resident, no stranger to the registry", async () => {
      const world = await loadFixture(newcomers);
      await notAdmitted(world, word());
      await notAdmitted(world, await register(world, newKey()));
    });

    it("is refused to a suspended, a recovering and a closed identity", async () => {
      const world = await loadFixture(newcomers);
      const { identities, registrar, company, admitting } = world;
      const keeping = identities.connect(registrar);
      await keeping.suspend(company, 1, []);
      await notAdmitted(world, company);
      await keeping.reinstate(company, 1, []);
      await admitting.admit.staticCall(company, TAX, SHIJIAZHUANG, TAX_KINDS);
      await propose(world, company, newKey());
      await notAdmitted(world, company);
      await keeping.withdrawRecovery(company, []);
      await keeping.close(company, 1, []);
      await notAdmitted(world, company);
    });

    it("asks the guard: another city's bureau, the other bureau, the controller and the person are refused", async () => {
      const { taxpayers, manager, company, admitting, operator, ...world } = await loadFixture(newcomers);
      for (const by of [world.hunanBureau, world.hebeiBureau, world.financeBureau, world.shijiazhuang, operator]) {
        await expect(taxpayers.connect(by).admit(company, TAX, SHIJIAZHUANG, TAX_KINDS))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by.address, SHIJIAZHUANG, TAX);
      }
      await manager.setTargetClosed(taxpayers, true);
      await expect(admitting.admit(company, TAX, SHIJIAZHUANG, TAX_KINDS)).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await manager.setTargetClosed(taxpayers, false);
      await world.suspendCity();
      await expect(admitting.admit(company, TAX, SHIJIAZHUANG, TAX_KINDS))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
    });
  });

  it("leads from each event of an admission to the one before it", async () => {
    const { taxpayers, company, admitting, taxBureau, operator } = await loadFixture(newcomers);
    const by = taxBureau.address;
    let previousBlock = 0;
    let changes = 0n;
    for (const [event, args, act] of [
      ["TaxpayerAdmitted", [SHIJIAZHUANG, 2], async () => admitting.admit(company, TAX, SHIJIAZHUANG, 2)],
      ["KindsChanged", [6], async () => admitting.setKinds(company, TAX, 6, [])],
      ["KindsChanged", [4], async () => admitting.setKinds(company, TAX, 4, [])],
      ["QuotaChanged", [CNY, QUOTA], async () => admitting.setQuota(company, TAX, CNY, QUOTA, [])],
      ["QuotaChanged", [CNY, 1], async () => admitting.setQuota(company, TAX, CNY, 1, [])],
      ["QuotaFrozen", [17], async () => admitting.freeze(company, TAX, 17, [])],
      ["QuotaUnfrozen", [65_535], async () => admitting.unfreeze(company, TAX, 65_535, [])],
      ["OperatorNamed", [operator.address], async () => admitting.nameOperator(company, TAX, operator, [])],
      ["OperatorDropped", [operator.address], async () => admitting.dropOperator(company, TAX, operator, [])],
      ["TaxpayerDismissed", [3], async () => admitting.dismiss(company, TAX, 3, [])],
      ["TaxpayerAdmitted", [SHIJIAZHUANG, 30], async () => admitting.admit(company, TAX, SHIJIAZHUANG, 30)],
    ] as const) {
      const sent = act();
      await expect(sent)
        .to.emit(taxpayers, event)
        .withArgs(company, TAX, ...args, by, previousBlock);
      previousBlock = await blockOf(sent);
      const state = await taxpayers.taxpayerOf(company, TAX);
      expect([state.changes, state.changedIn], event).to.deep.equal([++changes, BigInt(previousBlock)]);
    }
    expect((await taxpayers.taxpayerOf(company, TAX)).admissions).to.equal(2n);
  });

  describe("changing the kinds", () => {
    it("replaces them, within the capability's", async () => {
      const { taxpayers, seller, taxBureau, financeBureau } = await loadFixture(bureaus);
      await taxpayers.connect(taxBureau).setKinds(seller, TAX, 0, []);
      expect((await taxpayers.taxpayerOf(seller, TAX)).kinds).to.equal(0n);
      await taxpayers.connect(taxBureau).setKinds(seller, TAX, 4, []);
      expect((await taxpayers.taxpayerOf(seller, TAX)).kinds).to.equal(4n);
      expect((await taxpayers.taxpayerOf(seller, FISCAL)).kinds).to.equal(BigInt(FISCAL_KINDS));
      for (const [by, bureau, kinds] of [
        [taxBureau, TAX, 1],
        [taxBureau, TAX, 0x20],
        [financeBureau, FISCAL, 0x10],
        [financeBureau, FISCAL, 0x80],
      ] as const) {
        await expect(taxpayers.connect(by).setKinds(seller, bureau, kinds, []))
          .to.be.revertedWithCustomError(taxpayers, "KindNotAdmitted")
          .withArgs(kinds);
      }
      await expect(taxpayers.connect(taxBureau).setKinds(seller, PAYMENT, 2, []))
        .to.be.revertedWithCustomError(taxpayers, "NotBureau")
        .withArgs(PAYMENT);
    });
  });

  describe("dismissing", () => {
    it("ends an admission; what was used of the month stays, limits and operators count no more", async () => {
      const world = await loadFixture(bureaus);
      const { taxpayers, seller, sellerKey, taxBureau, hunanBureau, operator, clerk, charge } = world;
      await charge(700n);
      await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      const hunan = taxpayers.connect(hunanBureau);
      await expect(charge(1n)).to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown").withArgs(seller, TAX);

      await expect(hunan.admit(seller, TAX, HUNAN, TAX_KINDS))
        .to.be.revertedWithCustomError(taxpayers, "NotOfCity")
        .withArgs(seller, HUNAN);
      await move(world, seller, sellerKey, HUNAN);
      await hunan.admit(seller, TAX, HUNAN, TAX_KINDS);
      const month = monthOf(await time.latest(), UTC_OFFSET);
      const { admitted, frozen, city, admissions } = await taxpayers.taxpayerOf(seller, TAX);
      expect([admitted, frozen, city, admissions]).to.deep.equal([true, false, HUNAN, 2n]);
      expect(await taxpayers.quotaOf(seller, TAX, CNY, month)).to.deep.equal([0n, 700n]);
      expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(false);
      expect(await taxpayers.operatorCount(seller, TAX)).to.equal(0n);
      await hunan.setQuota(seller, TAX, CNY, 1000, []);
      await expect(charge(1n))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(seller, operator.address);

      await nameOperator(world, seller, sellerKey, clerk);
      await hunan.nameOperator(seller, TAX, clerk, []);
      await expect(charge(301n, { operator: clerk }))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(1000, 700, 301);
      await charge(300n, { operator: clerk });
      expect(await taxpayers.quotaOf(seller, TAX, CNY, month)).to.deep.equal([1000n, 1000n]);
      await expect(taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 0, [])) // the old bureau has no say
        .to.be.revertedWithCustomError(taxpayers, "NoStanding")
        .withArgs(taxBureau.address, HUNAN);
    });

    it("leaves its operators what does not need the admission, such as reversing", async () => {
      const { taxpayers, seller, taxBureau, operator, charge } = await loadFixture(bureaus);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(true);
      expect(await taxpayers.operatorsOf(seller, TAX, 0, 9)).to.deep.equal([operator.address]);
      await expect(charge(0n)).to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown");
    });

    it("leaves the other bureau's admission as it is", async () => {
      const { taxpayers, seller, taxBureau, operator } = await loadFixture(bureaus);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      expect((await taxpayers.taxpayerOf(seller, FISCAL)).admitted).to.equal(true);
      expect(await taxpayers.isOperator(seller, FISCAL, operator)).to.equal(true);
    });
  });

  it("knows no admission of who was never admitted, or was dismissed: every act is refused", async () => {
    const { taxpayers, company, seller, admitting, operator } = await loadFixture(newcomers);
    await admitting.dismiss(seller, TAX, 1, []);
    for (const [person, bureau] of [
      [company, TAX],
      [seller, TAX],
      [seller, PAYMENT],
    ] as const) {
      for (const act of [
        async () => admitting.dismiss(person, bureau, 1, []),
        async () => admitting.setQuota(person, bureau, CNY, 1, []),
        async () => admitting.freeze(person, bureau, 1, []),
        async () => admitting.unfreeze(person, bureau, 1, []),
        async () => admitting.nameOperator(person, bureau, operator, []),
        async () => admitting.allotNumbers(0, 1, person, bureau),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown").withArgs(person, bureau);
      }
    }
    await expect(admitting.setKinds(company, TAX, 2, [])).to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown");
    await expect(admitting.dropOperator(company, TAX, operator, []))
      .to.be.revertedWithCustomError(taxpayers, "TaxpayerUnknown")
      .withArgs(company, TAX);
  });

  it("drops the operators of a dismissed one too, who could still cancel and reverse", async () => {
    const { taxpayers, seller, admitting, operator } = await loadFixture(newcomers);
    await admitting.dismiss(seller, TAX, 1, []);
    expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(true);
    await admitting.dropOperator(seller, TAX, operator, []);
    expect(await taxpayers.isOperator(seller, TAX, operator)).to.equal(false);
  });
});
