import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { FreeWallet } from "../../../src/index.js";
import { makeWorld } from "../world.js";

describe("a free wallet", () => {
  let connection: NetworkConnection;
  before(async () => {
    connection = await network.create({ network: "default" });
  });
  after(() => connection.close());

  it("acts without money, with a fifth more gas than a node estimates", async () => {
    const { provider } = connection.ethers;
    const wallet = new FreeWallet(Wallet.createRandom().privateKey).connect(provider);
    const { registry } = await makeWorld(connection);
    const request = { to: await registry.getAddress(), data: registry.interface.encodeFunctionData("cityCount") };
    const estimate = await wallet.estimateGas(request);
    const sent = await wallet.sendTransaction(request);
    expect([sent.gasPrice, sent.gasLimit]).to.deep.equal([0n, estimate + estimate / 5n]);
    expect((await sent.wait())?.status).to.equal(1);
    expect((await wallet.populateTransaction({ ...request, gasLimit: 99_999n })).gasLimit).to.equal(99_999n);
  });
});
