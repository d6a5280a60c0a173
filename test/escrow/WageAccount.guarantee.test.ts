import { expect } from "chai";

import { BANKING, roleOf } from "../../src/index.js";
import { LATER, word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { site, type Site } from "./wages.js";
import { DAY, DEPOSIT } from "./world.js";

describe("WageAccount: attestGuarantee", () => {
  /** The bank has the capability in the city, too. */
  async function attesting(): Promise<Site> {
    const world = await loadFixture(site);
    await world.manager.connect(world.shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, BANKING), world.bank, 0);
    return world;
  }

  it("is a bank's of the city, and replaces the one before", async () => {
    const world = await loadFixture(attesting);
    const { wages, bank, project } = world;
    const until = (await time.latest()) + 30 * DAY;
    expect(await wages.guaranteeOf(project)).to.deep.equal([0, 0]);
    const first = wages.connect(bank).attestGuarantee(project, DEPOSIT, until);
    await expect(first).to.emit(wages, "GuaranteeAttested").withArgs(project, DEPOSIT, until, bank, 0);
    expect(await wages.guaranteeOf(project)).to.deep.equal([DEPOSIT, until]);
    await expect(wages.connect(bank).attestGuarantee(project, 1, until + 1))
      .to.emit(wages, "GuaranteeAttested")
      .withArgs(project, 1, until + 1, bank, await blockOf(first));
    expect(await wages.guaranteeOf(project)).to.deep.equal([1, until + 1]);
  });

  it("secures wages until its last second, with the deposit", async () => {
    const world = await loadFixture(attesting);
    const { wages, bank, contractor, project } = world;
    const until = (await time.latest()) + 30 * DAY;
    await wages.connect(bank).attestGuarantee(project, DEPOSIT - 1n, until);
    expect(await wages.isSecured(project)).to.equal(false);
    await wages.connect(contractor.account).payDeposit(project, 1);
    expect(await wages.isSecured(project)).to.equal(true);
    await time.increaseTo(until - 1);
    expect(await wages.isSecured(project)).to.equal(true);
    await time.increaseTo(until);
    expect(await wages.isSecured(project)).to.equal(false);
    await wages.connect(contractor.account).payDeposit(project, DEPOSIT - 1n);
    expect(await wages.isSecured(project)).to.equal(true);
  });

  it("is under the guard, and of a project there is", async () => {
    const world = await loadFixture(attesting);
    const { wages, bank, labour, project, manager, registry, hebei, projects } = world;
    await expect(wages.connect(labour).attestGuarantee(project, 1, LATER)).to.be.revertedWithCustomError(
      manager,
      "CityUnauthorized",
    );
    await expect(wages.connect(bank).attestGuarantee(word(), 1, LATER)).to.be.revertedWithCustomError(
      projects,
      "ProjectUnknown",
    );
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await expect(wages.connect(bank).attestGuarantee(project, 1, LATER)).to.be.revertedWithCustomError(
      manager,
      "CityNotActive",
    );
  });
});
