import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { loadFixture, time } from "../world.js";
import { nonZero } from "./books.js";
import { checked, closeOut, end, fund, Manner, type Payday, payday } from "./wage-money.js";
import { UNIT } from "./works.js";
import { DAY } from "./world.js";

const REFUND_WAIT = 365 * DAY;

describe("WageAccount: a surplus that a hostile token carries", () => {
  /** Two have put in 600 and 401, of which 201 are for wages; the project is over, and its wages can be closed out. */
  async function over(): Promise<Payday & { from: number }> {
    const world = await loadFixture(payday);
    const { escrow, funders, project } = world;
    await fund(world, 600n);
    await checked(world, escrow.connect(funders[1]).fund(project, 401));
    return { ...world, from: await end(world) };
  }

  /** Anyone has a funder refunded. */
  const refunded = async (world: Payday, who: 0 | 1) => {
    const { escrow, funders, project } = world;
    return checked(world, escrow.refund(project, funders[who]));
  };

  /** What each of the two has had back. */
  async function haveBack({ escrow, funders, project }: Payday): Promise<[bigint, boolean][]> {
    const both = [funders[0], funders[1]].map(async (funder) => escrow.contributionOf(project, funder));
    return (await Promise.all(both)).map(({ taken, settled }) => [taken, settled]);
  }

  for (const before of [true, false]) {
    for (const who of [0, 1] as const) {
      const when = before ? "before" : "after";
      it(`settles nobody short who is refunded on its way, ${when} it moves: funder ${who}`, async () => {
        const world = await loadFixture(over);
        const { wages, escrow, token, funders, project, from } = world;
        const refund = escrow.interface.encodeFunctionData("refund", [project, funders[who].address]);
        await token.setCall(escrow, refund, before);
        await time.setNextBlockTimestamp(from);
        const sent = closeOut(world);
        await expect(sent)
          .to.emit(token, "CalledBack")
          .withArgs(escrow, false, escrow.interface.encodeErrorResult("WagesOpen", [project]));
        await expect(sent).to.emit(escrow, "SurplusReturned");
        expect(await haveBack(world)).to.deep.equal([
          [0n, false],
          [0n, false],
        ]);
        expect(await wages.closedOutAt(project)).to.equal(from);
        expect((await escrow.booksOf(project)).available).to.equal(1_001);
        await token.setCall(ZeroAddress, "0x", before);
        for (const one of [who, who === 0 ? 1 : 0] as const) await refunded(world, one);
        expect(await haveBack(world)).to.deep.equal([
          [600n, true],
          [401n, true],
        ]);
        expect(await nonZero(escrow.booksOf(project))).to.deep.equal({
          ...{ funded: 1_001n, toWages: 201n, surplus: 201n, refunded: 1_001n },
        });
      });
    }

    it(`refunds in part, and settles nobody, where refunds need not wait any more: ${before ? "before" : "after"}`, async () => {
      const world = await loadFixture(over);
      const { escrow, projects, token, funders, project } = world;
      const { endedAt } = await projects.projectOf(project);
      const refund = escrow.interface.encodeFunctionData("refund", [project, funders[1].address]);
      await token.setCall(escrow, refund, before);
      await time.setNextBlockTimestamp(Number(endedAt) + REFUND_WAIT + 1);
      await expect(closeOut(world)).to.emit(token, "CalledBack").withArgs(escrow, true, "0x");
      expect(await haveBack(world)).to.deep.equal([
        [0n, false],
        [320n, false], // of the 800 that were there
      ]);
      await token.setCall(ZeroAddress, "0x", before);
      await refunded(world, 1);
      await refunded(world, 0);
      expect(await haveBack(world)).to.deep.equal([
        [600n, true],
        [401n, true],
      ]);
    });
  }

  it("stays where it is, if the token takes a fee; whoever sends that to FundEscrow before lets it through", async () => {
    const world = await loadFixture(over);
    const { wages, escrow, token, project, from } = world;
    await token.setManner(Manner.TakingFee);
    await time.setNextBlockTimestamp(from);
    await expect(closeOut(world))
      .to.be.revertedWithCustomError(escrow, "TokenUntrue")
      .withArgs(token, 1_001n * UNIT, 1_001n * UNIT - 201n * (UNIT / 100n));
    expect(await wages.closedOutAt(project)).to.equal(0);
    await token.mint(escrow, 201n * (UNIT / 100n));
    await closeOut(world);
    expect((await escrow.booksOf(project)).available).to.equal(1_001);
  });
});
