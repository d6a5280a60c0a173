import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { nonZero } from "./books.js";
import { word } from "../identity/world.js";
import { blockOf, ethers, loadFixture } from "../world.js";
import {
  DAY,
  BUDGET,
  amend,
  openProject,
  ProjectStatus,
  signAmendment,
  signOffice,
  terminate,
  amendmentOf,
  NO_OFFICE,
} from "./world.js";
import { booked, fund, funded, newProject, UNIT, type Works, works } from "./works.js";

/** The same as the contract: of all that was put in, rounded up. */
function wagesOf(put: bigint, share: bigint): bigint {
  return put - (put * (10_000n - share)) / 10_000n;
}

describe("FundEscrow: what is put in", () => {
  /** A project with this wage share, into which nothing was put. */
  async function project(world: Works, wageShare: bigint, budget: bigint, inToken = {}): Promise<string> {
    const wages = wagesOf(budget, wageShare);
    const milestones = [{ amount: budget - wages, content: word() }];
    const money = { budget, wageShare, wageDeposit: 0, ...inToken };
    return newProject(world, { money, milestones }, 0n);
  }

  it("belongs to the suite, and says its limits", async () => {
    const { escrow, manager, projects } = await loadFixture(works);
    expect(await escrow.manager()).to.equal(manager);
    expect(await escrow.projects()).to.equal(projects);
    expect(await escrow.MAX_FREEZE()).to.equal(730 * DAY);
    expect(await escrow.HAND_OVER_WAIT()).to.equal(30 * DAY);
    expect(await escrow.REDIRECTION_WAIT()).to.equal(30 * DAY);
  });

  it("is split by the terms, wages first", async () => {
    const world = await loadFixture(works);
    const { escrow, wages, settlement, funders } = world;
    const id = await project(world, 2_000n, 1_000_000n);
    const before = await settlement.balanceOf(funders[1]);
    const sent = fund(world, id, 1_001n, funders[1]);
    await expect(sent).to.emit(escrow, "ProjectFunded").withArgs(id, funders[1], 1_001, 0);
    const block = await blockOf(sent);
    await expect(sent).to.emit(escrow, "WageShareSplitOff").withArgs(id, 201, 0, block);
    await expect(sent).to.emit(wages, "WagesFed").withArgs(id, 0, 201, 0);
    expect(await escrow.changedIn(id)).to.equal(block);
    expect(before - (await settlement.balanceOf(funders[1]))).to.equal(1_001n);
    expect(await nonZero(escrow.booksOf(id))).to.deep.equal({ funded: 1_001n, toWages: 201n, available: 800n });
    expect((await wages.booksOf(id)).free).to.equal(201n);
    expect(await escrow.contributionOf(id, funders[1])).to.deep.equal([1_001n, 0n, false, ZeroAddress]);
    await expect(fund(world, id, 1n))
      .to.emit(escrow, "ProjectFunded")
      .withArgs(id, funders[0], 1, block);
  });

  it("may be wages alone, or works alone", async () => {
    const world = await loadFixture(works);
    const { escrow, wages } = world;
    const works_ = await project(world, 0n, 1_000n);
    await expect(fund(world, works_, 999n)).not.to.emit(wages, "WagesFed");
    expect((await escrow.booksOf(works_)).available).to.equal(999n);
    const nearly = await project(world, 9_999n, 1_000_000n);
    await fund(world, nearly, 10_000n);
    expect((await escrow.booksOf(nearly)).toWages).to.equal(9_999n);
    await fund(world, nearly, 1n);
    expect((await escrow.booksOf(nearly)).toWages).to.equal(10_000n);
  });

  it("gives wages the same, in however many parts it comes", async () => {
    const world = await loadFixture(works);
    const { escrow, funders } = world;
    for (const share of [1n, 1_234n, 2_000n, 9_999n]) {
      const id = await project(world, share, 100_000n);
      let put = 0n;
      for (let i = 0; i < 60; ++i) {
        const amount = i % 3 === 0 ? BigInt(1 + ((i * 389) % 700)) : 1n;
        put += amount;
        await escrow.connect(funders[(i % 3) as 0 | 1 | 2]).fund(id, amount);
        const { toWages, available } = await escrow.booksOf(id);
        expect([toWages, available], `${share} of ${put}`).to.deep.equal([
          wagesOf(put, share),
          put - wagesOf(put, share),
        ]);
      }
      await fund(world, id, 100_000n - put);
      expect((await escrow.booksOf(id)).toWages).to.equal(wagesOf(100_000n, share));
      const whole = await project(world, share, 100_000n);
      await fund(world, whole, 100_000n);
      expect(await nonZero(escrow.booksOf(whole))).to.deep.equal(await nonZero(escrow.booksOf(id)));
    }
  });

  it("is up to the budget, and not nothing", async () => {
    const world = await loadFixture(works);
    const { escrow } = world;
    const id = await project(world, 2_000n, 1_000n);
    await expect(fund(world, id, 0n))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(0, 1_000);
    await expect(fund(world, id, 1_001n))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(1_001, 1_000);
    await fund(world, id, 400n);
    await expect(fund(world, id, 601n))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(601, 600);
    await fund(world, id, 600n);
    await expect(fund(world, id, 1n))
      .to.be.revertedWithCustomError(escrow, "AmountInvalid")
      .withArgs(1, 0);
  });

  it("comes from accounts that the terms list, if they list any", async () => {
    const world = await loadFixture(works);
    const { escrow, funders } = world;
    const id = await newProject(world, { funders: [funders[0].address, funders[1].address] }, 0n);
    await expect(fund(world, id, 1n, funders[2]))
      .to.be.revertedWithCustomError(escrow, "NotFunder")
      .withArgs(id, funders[2]);
    await fund(world, id, 1n, funders[0]);
    await fund(world, id, 1n, funders[1]);
  });

  it("must be approved, and there", async () => {
    const world = await loadFixture(works);
    const { escrow, settlement, funders } = world;
    const id = await project(world, 2_000n, 1_000n);
    await settlement.connect(funders[0]).approve(escrow, 99);
    await expect(fund(world, id, 100n)).to.be.revertedWithCustomError(settlement, "ERC20InsufficientAllowance");
    await fund(world, id, 99n);
    await settlement.connect(funders[1]).transfer(funders[0], await settlement.balanceOf(funders[1]));
    await expect(fund(world, id, 1n, funders[1])).to.be.revertedWithCustomError(settlement, "ERC20InsufficientBalance");
  });

  it("goes into open projects alone", async () => {
    const world = await loadFixture(funded);
    const { escrow, projects } = world;
    const unknown = word();
    await expect(fund(world, unknown, 1n))
      .to.be.revertedWithCustomError(projects, "ProjectUnknown")
      .withArgs(unknown);
    const id = await newProject(world, {}, 5n);
    await terminate(world, id);
    await expect(fund(world, id, 1n))
      .to.be.revertedWithCustomError(escrow, "ProjectNotReady")
      .withArgs(id, ProjectStatus.Terminated);
  });

  it("is taken in a suspended city and a closed contract too: it is owed by agreement", async () => {
    const world = await loadFixture(works);
    const { manager, registry, hebei, escrow, projects, wages } = world;
    const id = await newProject(world, {}, 1n);
    await registry.connect(hebei).suspend(4n, 1);
    for (const contract of [escrow, projects, wages]) await manager.setTargetClosed(contract, true);
    await fund(world, id, 10n);
  });

  it("follows a change of the share: what is put in later makes good what wages have too little", async () => {
    const world = await loadFixture(works);
    const { escrow, projects } = world;
    const { project: id } = await openProject(world);
    await fund(world, id, 50_000_000n);
    expect((await escrow.booksOf(id)).toWages).to.equal(10_000_000n);
    await amend(world, id, { wageShare: 3_000, milestones: [{ index: 0, amount: 20_000_000, content: word() }] });
    const sent = fund(world, id, 1_000_000n);
    await expect(sent)
      .to.emit(escrow, "WageShareSplitOff")
      .withArgs(id, 5_300_000, 0, await blockOf(sent));
    await fund(world, id, 10_000_000n);
    expect((await escrow.booksOf(id)).toWages).to.equal(18_300_000n);

    // The labour office agrees to less: wages have more than the share for a while, and keep it.
    const lower = await amendmentOf(world, id, {
      wageShare: 2_000,
      milestones: [{ index: 0, amount: 30_000_000, content: word() }],
    });
    await expect(projects.amend(lower, await signAmendment(world, lower), NO_OFFICE)).to.be.revert(ethers);
    await projects.amend(lower, await signAmendment(world, lower), await signOffice(world, lower));
    await expect(fund(world, id, 10_000_000n)).not.to.emit(escrow, "WageShareSplitOff");
    await fund(world, id, 29_000_000n);
    expect(await nonZero(escrow.booksOf(id))).to.include({ toWages: 20_000_000n, funded: BUDGET });
  });

  it("is fed to wages by anyone, where a change of the share made it due", async () => {
    const world = await loadFixture(funded);
    const { escrow, wages, stranger, project: id } = world;
    const feed = async () => booked(world, escrow.connect(stranger).feedWages(id));
    await expect(feed()).to.be.revertedWithCustomError(escrow, "AmountInvalid").withArgs(0, 0);
    await amend(world, id, { wageShare: 3_000, milestones: [{ index: 0, amount: 20_000_000, content: word() }] });
    const [inEscrow, inWages] = [await escrow.changedIn(id), await wages.changedIn(id)];
    const sent = feed();
    await expect(sent).to.emit(escrow, "WageShareSplitOff").withArgs(id, 10_000_000, 0, inEscrow);
    await expect(sent).to.emit(wages, "WagesFed").withArgs(id, 0, 10_000_000, inWages);
    expect(await nonZero(escrow.booksOf(id))).to.deep.equal({
      ...{ funded: BUDGET, toWages: 30_000_000n, available: 70_000_000n },
    });
    await expect(feed()).to.be.revertedWithCustomError(escrow, "AmountInvalid").withArgs(0, 0);
  });

  it("counts in fen, whatever the token's parts are", async () => {
    const world = await loadFixture(works);
    const { escrow, wages, token, inToken, funders } = world;
    const id = await project(world, 2_000n, 1_000n, inToken);
    const before = await token.balanceOf(funders[0]);
    await fund(world, id, 333n);
    expect(before - (await token.balanceOf(funders[0]))).to.equal(333n * UNIT);
    expect(await escrow.heldOf(token)).to.equal(266n * UNIT);
    expect(await token.balanceOf(wages)).to.equal(67n * UNIT);
    expect((await escrow.booksOf(id)).available).to.equal(266n);
  });

  it("is the largest a budget can be", async () => {
    const world = await loadFixture(works);
    const { escrow, token, inToken, funders } = world;
    const most = 2n ** 96n - 1n;
    const money = { token: inToken.token, unit: most, budget: most, wageShare: 1n, wageDeposit: 0 };
    const milestones = [{ amount: most - wagesOf(most, 1n), content: word() }];
    const id = await newProject(world, { money, milestones }, 0n);
    await token.mint(funders[0], most * most);
    await fund(world, id, most);
    expect((await escrow.booksOf(id)).toWages).to.equal(wagesOf(most, 1n));
  });
});
