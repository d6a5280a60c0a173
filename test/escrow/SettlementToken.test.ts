import { expect } from "chai";
import { Signature, ZeroAddress, ZeroHash } from "ethers";

import { BANKING, roleOf } from "../../src/index.js";
import { SettlementToken__factory } from "../../typechain/index.js";
import { word } from "../identity/world.js";
import { CNY } from "../invoice/world.js";
import { ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { instructionOf, NAME, settlement } from "./settlement.js";

describe("SettlementToken", () => {
  it("is money of one currency, in fen, of one city's banks", async () => {
    const { token, manager, identities } = await loadFixture(settlement);
    expect(await token.name()).to.equal(NAME);
    expect(await token.symbol()).to.equal("CSY");
    expect(await token.decimals()).to.equal(2n);
    expect(await token.currency()).to.equal(BigInt(CNY));
    expect(await token.city()).to.equal(SHIJIAZHUANG);
    expect(await token.manager()).to.equal(await manager.getAddress());
    expect(await token.identities()).to.equal(await identities.getAddress());
    expect(await token.totalSupply()).to.equal(100_000n);
    await expect(token.setAuthority(token)).to.be.revertedWithCustomError(token, "AuthorityIsFixed");
  });

  describe("minting", () => {
    it("is a bank's act, under the end-to-end identification of its payment", async () => {
      const { token, banking, bank, stranger } = await loadFixture(settlement);
      const id = word();
      expect(await token.mintedBy(bank, id)).to.equal(ZeroHash);
      const sent = banking.mint(stranger, 500, id);
      await expect(sent).to.emit(token, "Minted").withArgs(bank.address, stranger.address, id, 500);
      await expect(sent).to.emit(token, "Transfer").withArgs(ZeroAddress, stranger.address, 500);
      expect(await token.balanceOf(stranger)).to.equal(500n);
      expect(await token.totalSupply()).to.equal(100_500n);
      expect(await token.mintedBy(bank, id)).to.equal(instructionOf(stranger.address, 500));
    });

    it("happens once for each identification of a bank, whatever the instruction", async () => {
      const { token, banking, bank, rival, stranger } = await loadFixture(settlement);
      const id = word();
      await banking.mint(stranger, 500, id);
      for (const [to, amount] of [
        [stranger, 500],
        [stranger, 501],
        [bank, 500],
      ] as const) {
        await expect(banking.mint(to, amount, id))
          .to.be.revertedWithCustomError(token, "EndToEndIdUsed")
          .withArgs(bank.address, id);
      }
      await token.connect(rival).mint(stranger, 500, id); // its own payment
      expect(await token.balanceOf(stranger)).to.equal(1000n);
    });

    it("is refused without amount, identification or account, and to the token itself", async () => {
      const { token, banking, stranger, address } = await loadFixture(settlement);
      const id = word();
      for (const [amount, reference] of [
        [0, id],
        [500, ZeroHash],
      ] as const) {
        await expect(banking.mint(stranger, amount, reference))
          .to.be.revertedWithCustomError(token, "MintInvalid")
          .withArgs(stranger.address, amount, reference);
        await expect(banking.mintMany([{ to: stranger, amount, endToEndId: reference }])).to.be.revertedWithCustomError(
          token,
          "MintInvalid",
        );
      }
      for (const to of [ZeroAddress, address]) {
        await expect(banking.mint(to, 500, id))
          .to.be.revertedWithCustomError(token, "ERC20InvalidReceiver")
          .withArgs(to);
      }
    });

    it("asks the guard", async () => {
      const world = await loadFixture(settlement);
      const { token, banking, manager, hunan, shijiazhuang, bank, holder, stranger, hebeiBank } = world;
      await manager.connect(hunan).grantRole(roleOf(HUNAN, BANKING), stranger, 0);
      const mints = [{ to: holder, amount: 1, endToEndId: word() }];
      for (const caller of [stranger, holder, hebeiBank, shijiazhuang]) {
        const by = token.connect(caller);
        for (const act of [async () => by.mint(holder, 1, word()), async () => by.mintMany(mints)]) {
          await expect(act())
            .to.be.revertedWithCustomError(manager, "CityUnauthorized")
            .withArgs(caller.address, SHIJIAZHUANG, BANKING);
        }
      }
      await manager.setTargetClosed(token, true);
      await expect(banking.mint(holder, 1, word())).to.be.revertedWithCustomError(manager, "ContractClosed");
      await expect(banking.mintMany(mints)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(token, false);
      await world.suspendCity();
      await expect(banking.mint(holder, 1, word())).to.be.revertedWithCustomError(manager, "CityNotActive");
      await expect(banking.mintMany(mints)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, BANKING), bank);
      await expect(banking.mint(holder, 1, word())).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    });

    it("of many skips what is known, in the very same words", async () => {
      const { token, banking, bank, stranger, officer } = await loadFixture(settlement);
      const [known, fresh] = [word(), word()];
      await banking.mint(stranger, 500, known);
      const mints = [
        { to: stranger.address, amount: 500, endToEndId: known },
        { to: stranger.address, amount: 500, endToEndId: fresh },
        { to: stranger.address, amount: 500, endToEndId: fresh },
        { to: officer.address, amount: 700, endToEndId: word() },
      ];
      expect(await banking.mintMany.staticCall(mints)).to.equal(2n);
      const sent = banking.mintMany(mints);
      await expect(sent).to.emit(token, "Minted").withArgs(bank.address, stranger.address, fresh, 500);
      const receipt = await (await sent).wait();
      expect(receipt?.logs.length).to.equal(4); // two mints, each with its transfer
      expect(await token.balanceOf(stranger)).to.equal(1000n);
      expect(await banking.mintMany.staticCall(mints)).to.equal(0n);
      await banking.mintMany(mints);
      expect(await token.balanceOf(stranger)).to.equal(1000n);
    });

    it("of many refuses another instruction under a known identification, and an empty call", async () => {
      const { token, banking, bank, stranger, officer } = await loadFixture(settlement);
      const id = word();
      await banking.mint(stranger, 500, id);
      for (const [to, amount] of [
        [stranger, 501],
        [officer, 500],
      ] as const) {
        const mints = [
          { to: stranger, amount: 1, endToEndId: word() },
          { to, amount, endToEndId: id },
        ];
        await expect(banking.mintMany(mints))
          .to.be.revertedWithCustomError(token, "EndToEndIdUsed")
          .withArgs(bank.address, id);
      }
      await expect(banking.mintMany([])).to.be.revertedWithCustomError(token, "Empty");
    });
  });

  describe("transfers", () => {
    it("go anywhere but to the token itself, in a suspended city and a closed contract too", async () => {
      const { token, holding, manager, holder, stranger, bank, address, suspendCity } = await loadFixture(settlement);
      await suspendCity();
      await manager.setTargetClosed(token, true);
      await expect(holding.transfer(stranger, 300))
        .to.emit(token, "Transfer")
        .withArgs(holder.address, stranger.address, 300);
      await holding.approve(stranger, 500);
      await token.connect(stranger).transferFrom(holder, bank, 200);
      expect(await token.balanceOf(bank)).to.equal(200n);
      await expect(holding.transfer(address, 1))
        .to.be.revertedWithCustomError(token, "ERC20InvalidReceiver")
        .withArgs(address);
      await expect(token.connect(stranger).transferFrom(holder, address, 1))
        .to.be.revertedWithCustomError(token, "ERC20InvalidReceiver")
        .withArgs(address);
      expect(await token.balanceOf(address)).to.equal(0n);
    });

    it("are not a bank's, a city's or the network's to make with others' tokens", async () => {
      const world = await loadFixture(settlement);
      for (const by of [world.bank, world.shijiazhuang, world.hebei, world.administrator]) {
        await expect(world.token.connect(by).transferFrom(world.holder, by, 1))
          .to.be.revertedWithCustomError(world.token, "ERC20InsufficientAllowance")
          .withArgs(by.address, 0, 1);
      }
    });
  });

  describe("permits", () => {
    const types = {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    };
    const permits = async () => {
      const world = await loadFixture(settlement);
      const { token, address, holder, stranger } = world;
      const { chainId } = await ethers.provider.getNetwork();
      const deadline = (await time.latest()) + 3600;
      /** A permit of 4.00 yuan to the stranger, relayed by anyone. */
      const permit = async (
        domain: { chainId?: bigint; verifyingContract?: string } = {},
        nonce = 0,
        until = deadline,
      ) => {
        const value = { owner: holder.address, spender: stranger.address, value: 400, nonce, deadline: until };
        const signature = await holder.signTypedData(
          { name: NAME, version: "1", chainId, verifyingContract: address, ...domain },
          types,
          value,
        );
        const { v, r, s } = Signature.from(signature);
        return async () => token.permit(holder, stranger, 400, until, v, r, s);
      };
      return { ...world, chainId, permit };
    };

    it("let a holder without gas approve", async () => {
      const { token, holder, stranger, permit } = await loadFixture(permits);
      await expect((await permit())())
        .to.emit(token, "Approval")
        .withArgs(holder.address, stranger.address, 400);
      expect(await token.nonces(holder)).to.equal(1n);
      await token.connect(stranger).transferFrom(holder, stranger, 400);
      expect(await token.balanceOf(stranger)).to.equal(400n);
    });

    it("work once, before their deadline, on one chain, in one contract", async () => {
      const world = await loadFixture(permits);
      const { token, chainId, permit } = world;
      const twin = await new SettlementToken__factory(world.administrator).deploy(
        ...[world.manager, world.identities, SHIJIAZHUANG, NAME, "CSY", CNY],
      );
      expect(await twin.DOMAIN_SEPARATOR()).not.to.equal(await token.DOMAIN_SEPARATOR());
      for (const relay of [
        await permit({ chainId: chainId + 1n }),
        await permit({ verifyingContract: await twin.getAddress() }),
        await permit({}, 1),
      ]) {
        await expect(relay()).to.be.revertedWithCustomError(token, "ERC2612InvalidSigner");
      }
      const late = (await time.latest()) - 1;
      await expect((await permit({}, 0, late))())
        .to.be.revertedWithCustomError(token, "ERC2612ExpiredSignature")
        .withArgs(late);
      const good = await permit();
      await good();
      await expect(good()).to.be.revertedWithCustomError(token, "ERC2612InvalidSigner");
    });
  });

  it("of the network is issued by the network's banks alone", async () => {
    const world = await loadFixture(settlement);
    const { manager, administrator, bank, stranger, suspendCity } = world;
    const { settlement: token } = world; // as it is deployed
    await manager.connect(administrator).grantRole(roleOf(0, BANKING), stranger, 0);
    await expect(token.connect(bank).mint(stranger, 1, word())).to.be.revertedWithCustomError(
      manager,
      "CityUnauthorized",
    );
    await suspendCity();
    const banking = token.connect(stranger);
    await banking.mint(stranger, 100, word());
    await banking.requestRedemption(60, word());
    await expect(token.connect(bank).payRedemption(1, word(), [])).to.be.revertedWithCustomError(token, "NoStanding");
    await banking.payRedemption(1, word(), []);
    expect(await token.totalSupply()).to.equal(40n);
  });
});
