import { expect } from "chai";

import { ethers, loadFixture, networkHelpers } from "../world.js";
import { nonZero } from "./books.js";
import { Seat } from "./world.js";
import { earn, funded } from "./works.js";

describe("FundEscrow: what only the bound contracts may do", () => {
  it("is refused to everybody else", async () => {
    const world = await loadFixture(funded);
    const { escrow, project, owner, contractor, arbiter, court, administrator } = world;
    await earn(world, project);
    const before = await nonZero(escrow.booksOf(project));
    for (const by of [owner.operator, contractor.operator, arbiter.operator, court, administrator]) {
      const acting = escrow.connect(by);
      for (const act of [
        () => acting.commit(project, 1),
        () => acting.release(project, 1),
        () => acting.earn(project, 1, 1, 1),
        () => acting.forfeit(project, Seat.Contractor, 1),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(escrow, "NotMilestoneRegistry").withArgs(by);
      }
      for (const act of [() => acting.advance(project, 1), () => acting.returnSurplus(project, 1)]) {
        await expect(act()).to.be.revertedWithCustomError(escrow, "NotWageAccount").withArgs(by);
      }
    }
    expect(await nonZero(escrow.booksOf(project))).to.deep.equal(before);
  });

  it("the wage account gets as much works money as there is, and returns only what it has sent", async () => {
    const world = await loadFixture(funded);
    const { escrow, wages, settlement, project } = world;
    await networkHelpers.setBalance(await wages.getAddress(), 10n ** 20n);
    const acting = escrow.connect(await ethers.getImpersonatedSigner(await wages.getAddress()));
    const before = await settlement.balanceOf(wages);
    const block = await escrow.changedIn(project);
    expect(await acting.advance.staticCall(project, 5)).to.equal(5);
    await expect(acting.advance(project, 5)).to.emit(escrow, "WagesAdvanced").withArgs(project, 5, block);
    expect(await acting.advance.staticCall(project, 100_000_000)).to.equal(79_999_995);
    await acting.advance(project, 100_000_000);
    expect((await settlement.balanceOf(wages)) - before).to.equal(80_000_000);
    expect(await acting.advance.staticCall(project, 1)).to.equal(0);
    await expect(acting.advance(project, 1)).not.to.emit(escrow, "WagesAdvanced");

    await expect(acting.returnSurplus(project, 7)).to.be.revertedWithCustomError(escrow, "TokenUntrue");
    const { target, data } = {
      target: await settlement.getAddress(),
      data: settlement.interface.encodeFunctionData("transfer", [await escrow.getAddress(), 7]),
    };
    const signer = await ethers.getImpersonatedSigner(await wages.getAddress());
    await signer.sendTransaction({ to: target, data });
    const last = await escrow.changedIn(project);
    await expect(acting.returnSurplus(project, 7)).to.emit(escrow, "SurplusReturned").withArgs(project, 7, last);
    expect(await nonZero(escrow.booksOf(project))).to.deep.equal({
      ...{ funded: 100_000_000n, toWages: 20_000_000n, advanced: 80_000_000n, surplus: 7n, available: 7n },
    });
  });
});
