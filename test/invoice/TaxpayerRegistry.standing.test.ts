import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { FISCAL, roleOf, TAX } from "../../src/index.js";
import { CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { BAODING, bureaus, type Bureaus, monthOf, TANGSHAN } from "./taxpayers.js";
import { CNY, FISCAL_KINDS, QUOTA, Scheme, TAX_KINDS, UTC_OFFSET } from "./world.js";

type Signer = Bureaus["taxBureau"];
type Act = (world: Bureaus, by: Signer, lineage: bigint[]) => Promise<ContractTransactionResponse>;

/** What ends or restricts: the role alone. */
const RESTRICTING: Record<string, Act> = {
  dismissing: async ({ taxpayers, seller }, by, lineage) => taxpayers.connect(by).dismiss(seller, TAX, 1, lineage),
  "fewer kinds": async ({ taxpayers, seller }, by, lineage) => taxpayers.connect(by).setKinds(seller, TAX, 2, lineage),
  "the same kinds": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setKinds(seller, TAX, TAX_KINDS, lineage),
  "lowering a quota": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setQuota(seller, TAX, CNY, QUOTA - 1n, lineage),
  "leaving a quota": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setQuota(seller, TAX, CNY, QUOTA, lineage),
  freezing: async ({ taxpayers, seller }, by, lineage) => taxpayers.connect(by).freeze(seller, TAX, 1, lineage),
  "dropping an operator": async ({ taxpayers, seller, operator }, by, lineage) =>
    taxpayers.connect(by).dropOperator(seller, TAX, operator, lineage),
  "closing periods": async ({ taxpayers }, by, lineage) =>
    taxpayers.connect(by).closePeriods(SHIJIAZHUANG, 202001, lineage),
};

/** What widens: the guard, of the city that acts. The seller's documents are scenic tickets no more, and its tax quotas frozen. */
const WIDENING: Record<string, Act> = {
  "more kinds": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setKinds(seller, TAX, TAX_KINDS, lineage),
  "other kinds": async ({ taxpayers, seller }, by, lineage) => taxpayers.connect(by).setKinds(seller, TAX, 16, lineage),
  "raising a quota": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setQuota(seller, TAX, CNY, QUOTA + 1n, lineage),
  "a quota in another currency": async ({ taxpayers, seller }, by, lineage) =>
    taxpayers.connect(by).setQuota(seller, TAX, 978, 1, lineage),
  unfreezing: async ({ taxpayers, seller }, by, lineage) => taxpayers.connect(by).unfreeze(seller, TAX, 1, lineage),
  "naming an operator": async ({ taxpayers, seller, clerk }, by, lineage) =>
    taxpayers.connect(by).nameOperator(seller, TAX, clerk, lineage),
};

describe("TaxpayerRegistry: who has standing", () => {
  const frozen = async () => {
    const world = await loadFixture(bureaus);
    await world.taxpayers.connect(world.taxBureau).setKinds(world.seller, TAX, 14, []);
    await world.taxpayers.connect(world.taxBureau).freeze(world.seller, TAX, 1, []);
    return world;
  };

  const refused = async (world: Bureaus, act: Act, by: Signer, lineage: bigint[] = []) =>
    expect(act(world, by, lineage))
      .to.be.revertedWithCustomError(world.taxpayers, "NoStanding")
      .withArgs(by.address, SHIJIAZHUANG);

  /** Retires Shijiazhuang into Tangshan, and that into Baoding. */
  const succeed = async ({ retireInto }: Bureaus) => {
    await retireInto(SHIJIAZHUANG, TANGSHAN);
    await retireInto(TANGSHAN, BAODING);
  };

  for (const [fixture, acts] of [
    [bureaus, RESTRICTING],
    [frozen, WIDENING],
  ] as const) {
    for (const [name, act] of Object.entries(acts)) {
      it(`${name}: by the bureau; not by other bureaus, cities, accounts, nor whoever invoices`, async () => {
        const world = await loadFixture(fixture);
        const { hunanBureau, hebeiBureau, financeBureau, shijiazhuang, administrator, operator, invoicing } = world;
        await refused(world, act, hunanBureau);
        await refused(world, act, hunanBureau, [HUNAN]);
        await refused(world, act, hebeiBureau);
        await refused(world, act, hebeiBureau, [HEBEI]); // an ancestor, while the city can act
        await refused(world, act, world.tangshan, [TANGSHAN]);
        await refused(world, act, world.taxBureau, [HEBEI]);
        for (const by of [financeBureau, shijiazhuang, administrator, operator, invoicing]) {
          await refused(world, act, by);
        }
        await act(world, world.taxBureau, []);
      });

      it(`${name}: by the nearest active ancestor of a city that cannot act, and by none other`, async () => {
        const world = await loadFixture(fixture);
        await world.suspendCity();
        await refused(world, act, world.hunanBureau, [HUNAN]);
        await refused(world, act, world.chinaBureau, [CHINA]);
        await world.registry.connect(world.china).suspend(HEBEI, 1);
        await refused(world, act, world.hebeiBureau, [HEBEI]);
        await act(world, world.chinaBureau, [CHINA]);
      });

      it(`${name}: by the successor of the successor, with its whole lineage`, async () => {
        const world = await loadFixture(fixture);
        await succeed(world);
        await refused(world, act, world.tangshan, [BAODING]);
        await refused(world, act, world.tangshan, [BAODING, TANGSHAN]);
        await refused(world, act, world.taxBureau, [TANGSHAN, BAODING]);
        await act(world, world.tangshan, [TANGSHAN, BAODING]);
      });
    }
  }

  for (const [name, act] of Object.entries(RESTRICTING)) {
    it(`${name}: also for a suspended city, and in a closed contract`, async () => {
      const world = await loadFixture(bureaus);
      await world.manager.setTargetClosed(world.taxpayers, true);
      await world.suspendCity();
      await act(world, world.taxBureau, []);
    });
  }

  for (const [name, act] of Object.entries(WIDENING)) {
    it(`${name}: not for a suspended city, nor by a retired one's successor that is retired, nor in a closed contract`, async () => {
      const world = await loadFixture(frozen);
      const { manager, taxpayers, taxBureau, hebeiBureau, tangshan } = world;
      await manager.setTargetClosed(taxpayers, true);
      await expect(act(world, taxBureau, [])).to.be.revertedWithCustomError(manager, "ContractClosed");
      await world.suspendCity();
      await expect(act(world, hebeiBureau, [HEBEI])).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(taxpayers, false);
      await expect(act(world, taxBureau, []))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await world.registry.connect(world.hebei).reinstate(SHIJIAZHUANG);
      await succeed(world);
      await expect(act(world, tangshan, [TANGSHAN]))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(TANGSHAN, TANGSHAN);
    });
  }

  it("freezing and unfreezing change something, or are refused", async () => {
    const { taxpayers, seller, taxBureau } = await loadFixture(frozen);
    const by = taxpayers.connect(taxBureau);
    await expect(by.freeze(seller, TAX, 1, []))
      .to.be.revertedWithCustomError(taxpayers, "FreezeUnchanged")
      .withArgs(seller, TAX);
    await by.unfreeze(seller, TAX, 1, []);
    await expect(by.unfreeze(seller, TAX, 1, []))
      .to.be.revertedWithCustomError(taxpayers, "FreezeUnchanged")
      .withArgs(seller, TAX);
  });

  it("a finance bureau keeps fiscal units alone", async () => {
    const { taxpayers, seller, financeBureau } = await loadFixture(bureaus);
    const by = taxpayers.connect(financeBureau);
    await by.setQuota(seller, FISCAL, CNY, 1, []);
    await by.setKinds(seller, FISCAL, FISCAL_KINDS, []);
    await expect(by.setQuota(seller, TAX, CNY, 1, [])).to.be.revertedWithCustomError(taxpayers, "NoStanding");
    const month = monthOf(await time.latest(), UTC_OFFSET);
    expect((await taxpayers.quotaOf(seller, FISCAL, CNY, month)).limit).to.equal(1n);
    expect((await taxpayers.quotaOf(seller, TAX, CNY, month)).limit).to.equal(QUOTA);
  });

  it("an officer who was dismissed is one no more", async () => {
    const world = await loadFixture(bureaus);
    await world.manager.connect(world.shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, TAX), world.taxBureau);
    for (const act of Object.values({ ...RESTRICTING, ...WIDENING })) await refused(world, act, world.taxBureau);
  });

  it("allotting numbers is the bureau's own, under the guard: no lineage stands in", async () => {
    const { manager, taxpayers, seller, taxBureau, financeBureau, ...world } = await loadFixture(bureaus);
    const allot = async (by: Signer, bureau = TAX) =>
      taxpayers.connect(by).allotNumbers(Scheme.Digital, 7, seller, bureau);
    for (const by of [financeBureau, world.hebeiBureau, world.hunanBureau, world.shijiazhuang, world.operator]) {
      await expect(allot(by))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(by.address, SHIJIAZHUANG, TAX);
    }
    await expect(allot(taxBureau, FISCAL)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    await manager.setTargetClosed(taxpayers, true);
    await expect(allot(taxBureau)).to.be.revertedWithCustomError(manager, "ContractClosed");
    await manager.setTargetClosed(taxpayers, false);
    await world.suspendCity();
    await expect(allot(taxBureau)).to.be.revertedWithCustomError(manager, "CityNotActive");
  });
});
