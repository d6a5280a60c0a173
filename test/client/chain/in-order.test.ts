import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import type { BaseContract } from "ethers";

import { lastInOrder, type OrderedCall } from "../../../src/chain/in-order.js";
import { type HostileToken, HostileToken__factory } from "../../../typechain/index.js";
import { ethers, loadFixture } from "../../world.js";

async function minted() {
  const [account, other] = (await ethers.getSigners()).slice(0, 2) as [HardhatEthersSigner, HardhatEthersSigner];
  const token: HostileToken = await new HostileToken__factory(account).deploy();
  return { token, account: account.address, other: other.address, provider: ethers.provider };
}

async function call(contract: BaseContract, method: string, ...args: unknown[]): Promise<OrderedCall> {
  return { to: await contract.getAddress(), data: contract.interface.encodeFunctionData(method, args) };
}

describe("calls in order", () => {
  it("see what those before them did, and change nothing", async () => {
    const { token, account, other, provider } = await loadFixture(minted);
    const calls = [await call(token, "mint", other, 7), await call(token, "balanceOf", other)];
    expect(BigInt(await lastInOrder(provider, account, calls))).to.equal(7n);
    expect(await token.balanceOf(other)).to.equal(0n);
  });

  it("are as many as their data has room for, of any length", async () => {
    const { token, account, other, provider } = await loadFixture(minted);
    const data = (length: number) => `0x${"ab".repeat(length)}`;
    const mint = await call(token, "mint", other, 1);
    const long = await call(token, "setCall", other, data(1_000), false);
    const calls = [...Array<OrderedCall>(200).fill(mint), long, await call(token, "balanceOf", other)];
    expect(BigInt(await lastInOrder(provider, account, calls))).to.equal(200n);
  });

  it("end with the first that fails, and what it is refused with", async () => {
    const { token, account, other, provider } = await loadFixture(minted);
    const burn = await call(token, "burn", other, 8);
    const balance = await call(token, "balanceOf", other);
    for (const calls of [[burn], [await call(token, "mint", other, 7), burn, balance]]) {
      await expect(lastInOrder(provider, account, calls)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientBalance",
      );
    }
  });
});
