import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { BANKING, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { CHINA, HEBEI, loadFixture, SHIJIAZHUANG, timeOf } from "../world.js";
import { at, requested, settlement, Status, TANGSHAN, WAIT } from "./settlement.js";

describe("SettlementToken: redemptions", () => {
  it("begin with the tokens moving to the contract", async () => {
    const { token, holding, holder, address } = await loadFixture(settlement);
    const account = word();
    expect(await holding.requestRedemption.staticCall(30_000, account)).to.equal(1n);
    const sent = holding.requestRedemption(30_000, account);
    const requestedAt = await timeOf(sent);
    await expect(sent)
      .to.emit(token, "RedemptionRequested")
      .withArgs(1, holder.address, 30_000, account, requestedAt + WAIT);
    await expect(sent).to.emit(token, "Transfer").withArgs(holder.address, address, 30_000);
    const block = BigInt((await (await sent).wait())?.blockNumber ?? 0);
    expect(await token.redemptionOf(1)).to.deep.equal([
      ...[holder.address, Status.Requested, BigInt(requestedAt), block, 30_000n, account],
    ]);
    expect(await token.balanceOf(holder)).to.equal(70_000n);
    expect(await token.balanceOf(address)).to.equal(30_000n);
    expect(await token.totalSupply()).to.equal(100_000n);
  });

  it("need an amount that the holder has, and an account", async () => {
    const { token, holding, holder } = await loadFixture(settlement);
    const account = word();
    await expect(holding.requestRedemption(0, account))
      .to.be.revertedWithCustomError(token, "RedemptionInvalid")
      .withArgs(0, account);
    await expect(holding.requestRedemption(1, ZeroHash))
      .to.be.revertedWithCustomError(token, "RedemptionInvalid")
      .withArgs(1, ZeroHash);
    await expect(holding.requestRedemption(100_001, account))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
      .withArgs(holder.address, 100_000, 100_001);
    expect(await token.redemptionCount()).to.equal(0n);
  });

  it("are requested in a suspended city and a closed contract too", async () => {
    const { token, manager, request, suspendCity } = await loadFixture(settlement);
    await suspendCity();
    await manager.setTargetClosed(token, true);
    expect(await request(1n)).to.equal(1n);
  });

  it("are listed by page, oldest first, and unknown ones are all zero", async () => {
    const { token, request } = await loadFixture(settlement);
    for (const amount of [10n, 20n, 30n]) await request(amount);
    const amounts = async (start: number, count: number) =>
      (await token.redemptionsOf(start, count)).map(({ amount }) => amount);
    expect(await token.redemptionCount()).to.equal(3n);
    expect(await amounts(0, 2)).to.deep.equal([10n, 20n]);
    expect(await amounts(1, 9)).to.deep.equal([20n, 30n]);
    expect(await amounts(3, 9)).to.deep.equal([]);
    const nothing = [ZeroAddress, Status.Unknown, 0n, 0n, 0n, ZeroHash];
    for (const id of [0, 4]) expect(await token.redemptionOf(id)).to.deep.equal(nothing);
  });

  describe("are paid", () => {
    it("by a bank, whose payment has an end-to-end identification: the tokens are burnt", async () => {
      const { token, banking, bank, holder, address, id, requestedIn } = await loadFixture(requested);
      const reference = word();
      expect(await token.paidBy(bank, reference)).to.equal(0n);
      const sent = banking.payRedemption(id, reference, []);
      await expect(sent)
        .to.emit(token, "RedemptionPaid")
        .withArgs(id, bank.address, reference, holder.address, 30_000, requestedIn);
      await expect(sent).to.emit(token, "Transfer").withArgs(address, ZeroAddress, 30_000);
      const block = BigInt((await (await sent).wait())?.blockNumber ?? 0);
      const { status, changedIn } = await token.redemptionOf(id);
      expect([status, changedIn]).to.deep.equal([Status.Paid, block]);
      expect(await token.paidBy(bank, reference)).to.equal(id);
      expect(await token.mintedBy(bank, reference)).to.equal(ZeroHash);
      expect(await token.totalSupply()).to.equal(70_000n);
      expect(await token.balanceOf(address)).to.equal(0n);
    });

    it("once for each end-to-end identification of the bank", async () => {
      const { token, banking, bank, rival, id, request } = await loadFixture(requested);
      const second = await request(100n);
      const third = await request(100n);
      const reference = word();
      await banking.payRedemption(id, reference, []);
      await expect(banking.payRedemption(second, reference, []))
        .to.be.revertedWithCustomError(token, "EndToEndIdUsed")
        .withArgs(bank.address, reference);
      await expect(banking.payRedemption(second, ZeroHash, []))
        .to.be.revertedWithCustomError(token, "EndToEndIdMissing")
        .withArgs(second);
      await token.connect(rival).payRedemption(second, reference, []); // a payment of its own
      await banking.mint(bank, 1, reference); // what came in is another payment than what went out
      await banking.payRedemption(third, word(), []);
      expect(await token.totalSupply()).to.equal(100_000n - 30_000n - 200n + 1n);
    });

    it("by nobody but a bank of the city", async () => {
      const { token, holder, stranger, shijiazhuang, hebeiBank, id } = await loadFixture(requested);
      for (const caller of [holder, stranger, shijiazhuang, hebeiBank]) {
        const by = token.connect(caller);
        for (const act of [async () => by.payRedemption(id, word(), []), async () => by.returnRedemption(id, 1, [])]) {
          await expect(act()).to.be.revertedWithCustomError(token, "NoStanding").withArgs(caller.address, SHIJIAZHUANG);
        }
      }
    });

    it("with the role alone: in a suspended city and a closed contract", async () => {
      const { token, manager, banking, id, request, suspendCity } = await loadFixture(requested);
      const second = await request(100n);
      await manager.setTargetClosed(token, true);
      await suspendCity();
      await banking.payRedemption(id, word(), []);
      await banking.returnRedemption(second, 1, []);
      expect(await token.totalSupply()).to.equal(70_000n);
    });

    it("not by a bank that was dismissed, nor by one with a delay", async () => {
      const { token, manager, shijiazhuang, banking, bank, rival, id } = await loadFixture(requested);
      const role = roleOf(SHIJIAZHUANG, BANKING);
      await manager.connect(shijiazhuang).revokeRole(role, bank);
      await expect(banking.payRedemption(id, word(), [])).to.be.revertedWithCustomError(token, "NoStanding");
      await manager.connect(shijiazhuang).grantRole(role, rival, 60);
      await expect(token.connect(rival).payRedemption(id, word(), [])).to.be.revertedWithCustomError(
        token,
        "NoStanding",
      );
    });

    it("for a city that cannot act, by a bank of its nearest active ancestor, or of its successor", async () => {
      const world = await loadFixture(requested);
      const { token, hebeiBank, tangshanBank, id, request, retireCity } = world;
      const second = await request(100n);
      const third = await request(100n);
      const [hebei, tangshan] = [token.connect(hebeiBank), token.connect(tangshanBank)];
      await expect(hebei.payRedemption(id, word(), [HEBEI])).to.be.revertedWithCustomError(token, "NoStanding");
      await retireCity();
      await expect(tangshan.payRedemption(id, word(), [CHINA])).to.be.revertedWithCustomError(token, "NoStanding");
      await hebei.payRedemption(id, word(), [HEBEI]);
      await tangshan.payRedemption(second, word(), [TANGSHAN]);
      await tangshan.returnRedemption(third, 1, [TANGSHAN]);
      expect(await token.totalSupply()).to.equal(100_000n - 30_100n);
    });
  });

  describe("are returned", () => {
    it("by a bank that cannot pay: the holder has the tokens again", async () => {
      const { token, banking, bank, holder, address, id, requestedIn } = await loadFixture(requested);
      const sent = banking.returnRedemption(id, 4, []);
      await expect(sent)
        .to.emit(token, "RedemptionReturned")
        .withArgs(id, bank.address, 4, holder.address, 30_000, requestedIn);
      await expect(sent).to.emit(token, "Transfer").withArgs(address, holder.address, 30_000);
      expect((await token.redemptionOf(id)).status).to.equal(Status.Returned);
      expect(await token.balanceOf(holder)).to.equal(100_000n);
      expect(await token.totalSupply()).to.equal(100_000n);
    });
  });

  describe("are withdrawn", () => {
    it("by the holder when the banks' time is over, to the second", async () => {
      const { token, holding, holder, address, id, requestedIn, requestedAt } = await loadFixture(requested);
      const dueAt = requestedAt + WAIT;
      await at(dueAt - 1);
      await expect(holding.withdrawRedemption(id))
        .to.be.revertedWithCustomError(token, "RedemptionNotDue")
        .withArgs(id, dueAt);
      await at(dueAt);
      const sent = holding.withdrawRedemption(id);
      await expect(sent).to.emit(token, "RedemptionWithdrawn").withArgs(id, holder.address, 30_000, requestedIn);
      await expect(sent).to.emit(token, "Transfer").withArgs(address, holder.address, 30_000);
      expect((await token.redemptionOf(id)).status).to.equal(Status.Withdrawn);
      expect(await token.balanceOf(holder)).to.equal(100_000n);
    });

    it("by nobody else", async () => {
      const { token, bank, stranger, id, requestedAt } = await loadFixture(requested);
      await at(requestedAt + WAIT);
      for (const caller of [bank, stranger]) {
        await expect(token.connect(caller).withdrawRedemption(id))
          .to.be.revertedWithCustomError(token, "NotRedeemer")
          .withArgs(id, caller.address);
      }
    });

    it("in a suspended city and a closed contract too; until then a bank may still pay", async () => {
      const world = await loadFixture(requested);
      const { token, manager, holding, banking, id, request, requestedAt, suspendCity } = world;
      const second = await request(100n);
      await suspendCity();
      await manager.setTargetClosed(token, true);
      await at(requestedAt + WAIT + 3600);
      await holding.withdrawRedemption(id);
      await banking.payRedemption(second, word(), []);
      expect(await token.totalSupply()).to.equal(99_900n);
    });
  });

  for (const [name, status] of Object.entries(Status)) {
    if (status === Status.Requested) continue;
    it(`cannot end once they are ${name.toLowerCase()}`, async () => {
      const world = await loadFixture(requested);
      const { token, banking, holding, address, requestedAt, request } = world;
      await request(5000n); // others' tokens are with the contract
      let { id } = world;
      if (status === Status.Paid) await banking.payRedemption(id, word(), []);
      if (status === Status.Returned) await banking.returnRedemption(id, 1, []);
      await at(requestedAt + WAIT);
      if (status === Status.Withdrawn) await holding.withdrawRedemption(id);
      if (status === Status.Unknown) id = 7n;
      const held = await token.balanceOf(address);
      for (const act of [
        async () => banking.payRedemption(id, word(), []),
        async () => banking.returnRedemption(id, 1, []),
        async () => holding.withdrawRedemption(id),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(token, "RedemptionNotOpen").withArgs(id, status);
      }
      if (status === Status.Unknown) {
        await expect(holding.withdrawRedemption(0)).to.be.revertedWithCustomError(token, "RedemptionNotOpen");
      }
      expect(await token.balanceOf(address)).to.equal(held);
    });
  }
});
