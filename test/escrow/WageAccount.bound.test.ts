import { expect } from "chai";

import {
  PayrollRegistry__factory,
  type ProjectRegistry,
  ProjectRegistry__factory,
  WageAccount__factory,
  type WorkerRegistry,
  WorkerRegistry__factory,
} from "../../typechain/index.js";
import { word } from "../identity/world.js";
import { ethers, loadFixture, networkHelpers, time } from "../world.js";
import { nonZero } from "./books.js";
import {
  asEscrow,
  closeOut,
  cover,
  deposit,
  end,
  feed,
  file,
  fund,
  Inflow,
  owe,
  payday,
  reserve,
} from "./wage-money.js";

describe("WageAccount: what it belongs to", () => {
  it("is the suite's registries", async () => {
    const { wages, manager, projects, payrolls, workers } = await loadFixture(payday);
    expect(await wages.manager()).to.equal(manager);
    expect(await wages.projects()).to.equal(projects);
    expect(await wages.payrolls()).to.equal(payrolls);
    expect(await wages.workers()).to.equal(workers);
    expect(await wages.CUSTODY_WAIT()).to.equal(90 * 86_400);
  });

  describe("is not made of registries", () => {
    /** Another registry of projects, and registries of payrolls and workers over either. */
    async function twins() {
      const world = await loadFixture(payday);
      const { administrator, manager, identities, claims } = world;
      const other = await new ProjectRegistry__factory(administrator).deploy(manager, identities);
      const workersOf = async (of: ProjectRegistry) =>
        new WorkerRegistry__factory(administrator).deploy(manager, of, claims);
      const payrollsOf = async (of: ProjectRegistry, workers: WorkerRegistry) =>
        new PayrollRegistry__factory(administrator).deploy(manager, of, workers);
      const factory = new WageAccount__factory(administrator);
      return { ...world, other, workersOf, payrollsOf, factory };
    }

    it("of other projects", async () => {
      const { manager, other, projects, payrolls, factory } = await loadFixture(twins);
      await expect(factory.deploy(manager, other, payrolls)).to.be.revertedWithCustomError(factory, "RegistriesDiffer");
      await factory.deploy(manager, projects, payrolls);
    });

    it("of which that of payrolls alone is of other projects", async () => {
      const { manager, other, projects, payrollsOf, workersOf, factory } = await loadFixture(twins);
      const payrolls = await payrollsOf(other, await workersOf(projects));
      await expect(factory.deploy(manager, projects, payrolls)).to.be.revertedWithCustomError(
        factory,
        "RegistriesDiffer",
      );
    });

    it("of which that of workers alone is of other projects", async () => {
      const { manager, other, projects, payrollsOf, workersOf, factory } = await loadFixture(twins);
      const payrolls = await payrollsOf(projects, await workersOf(other));
      await expect(factory.deploy(manager, projects, payrolls)).to.be.revertedWithCustomError(
        factory,
        "RegistriesDiffer",
      );
      await factory.deploy(manager, projects, await payrollsOf(projects, await workersOf(projects)));
    });
  });

  describe("what is owed", () => {
    it("is said by PayrollRegistry, and nobody else", async () => {
      const world = await loadFixture(payday);
      const { wages, project, period, administrator, contractor, owner, labour, workers } = world;
      const address = await workers.getAddress();
      await networkHelpers.setBalance(address, 10n ** 20n);
      const others = [administrator, contractor.operator, owner.operator, labour, await asEscrow(world)];
      for (const by of [...others, await ethers.getImpersonatedSigner(address)]) {
        await expect(wages.connect(by).owe(project, period, word(), 1))
          .to.be.revertedWithCustomError(wages, "NotPayrollRegistry")
          .withArgs(by);
      }
      expect(await nonZero(wages.booksOf(project))).to.deep.equal({});
      expect(await wages.queueLength(project)).to.deep.equal([0n, 0n]);
    });

    it("is not covered as far as nothing is free for it", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      const both = async () => [await wages.uncoveredOf(project), await wages.owedOf(project)];
      expect(await both()).to.deep.equal([0n, 0n]);
      await owe(world, [600n, 400n]);
      expect(await both()).to.deep.equal([1_000n, 1_000n]);
      await feed(world, 250n, Inflow.Share);
      expect(await both()).to.deep.equal([750n, 750n]); // before it is set apart
      await reserve(world);
      expect(await both()).to.deep.equal([750n, 750n]);
      await deposit(world, 100n);
      expect(await both()).to.deep.equal([750n, 750n]); // the deposit is the contractor's until it is used
      await reserve(world);
      expect(await both()).to.deep.equal([650n, 750n]);
      await cover(world, 650n);
      expect(await both()).to.deep.equal([0n, 100n]);
      await feed(world, 30n, Inflow.Share);
      expect(await both()).to.deep.equal([0n, 100n]);
    });

    it("is less by the deposit, once wages are closed out; what is not covered is the same", async () => {
      const world = await loadFixture(payday);
      const { wages, project } = world;
      await deposit(world, 100n);
      await owe(world, [600n]);
      await time.setNextBlockTimestamp(await end(world));
      expect([await wages.uncoveredOf(project), await wages.owedOf(project)]).to.deep.equal([500n, 600n]);
      await closeOut(world);
      expect([await wages.uncoveredOf(project), await wages.owedOf(project)]).to.deep.equal([500n, 500n]);
      expect(await wages.uncoveredOf(word())).to.equal(0);
    });
  });

  it("nothing is set apart for what is filed and not approved", async () => {
    const world = await loadFixture(payday);
    const { wages, project } = world;
    await fund(world, 1_000n);
    await file(world, [10n]);
    await expect(reserve(world)).not.to.emit(wages, "WagesReserved");
    expect(await nonZero(wages.booksOf(project))).to.deep.equal({ fed: 200n, free: 200n });
  });
});
