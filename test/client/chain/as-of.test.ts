import { expect } from "chai";
import { toQuantity } from "ethers";

import {
  AsOfError,
  chainTime,
  connect,
  encodeName,
  Lane,
  members,
  mined,
  roleOf,
  RESOLUTION,
} from "../../../src/index.js";
import { CityResolver__factory } from "../../../typechain/index.js";
import { collect, errorOf, makeWorld, rejection, sharing } from "../world.js";

describe("reads as of a block", () => {
  const world = sharing(makeWorld);

  /** The block before Shijiazhuang is renamed and handed over, and the client now. */
  async function renamed() {
    const { client, accounts, ids, provider, registry, manager } = world();
    const before = await provider.getBlockNumber();
    await registry.connect(accounts.hebei).rename(ids.shijiazhuang, "石门市");
    await manager.connect(accounts.shijiazhuang).grantRole(roleOf(ids.shijiazhuang, RESOLUTION), accounts.stranger, 0);
    return { client, ids, provider, before, accounts, registry };
  }

  it("answer as all reading functions did then", async () => {
    const { client, ids, provider, before } = await renamed();
    const then = await client.asOf(before);
    expect((await client.resolve("MA.156.1301")).name).to.equal("石门市");
    expect((await then.resolve("MA.156.1301")).name).to.equal("石家庄市");
    const role = roleOf(ids.shijiazhuang, RESOLUTION);
    expect(await collect(members(client, role))).to.have.length(1);
    expect(await collect(members(then, role))).to.have.length(0);
    expect(await collect(client.history(ids.shijiazhuang))).to.have.length(2);
    expect((await collect(then.history(ids.shijiazhuang))).map(({ type }) => type)).to.deep.equal(["CityAllocated"]);
    expect(await chainTime(then)).to.equal((await provider.getBlock(before))!.timestamp);
  });

  it("end logs at the block, and know no later block, transaction or receipt", async () => {
    const { client, before, provider } = await renamed();
    const then = await client.asOf(before);
    const all = then.cities.filters.CityRenamed();
    const now = await client.cities.queryFilter(all);
    const past = await then.cities.queryFilter(all);
    expect(now.length - past.length).to.equal(1);
    expect(await then.cities.queryFilter(all, 0, before + 1)).to.have.length(past.length);
    expect(await then.cities.queryFilter(all, before + 1)).to.deep.equal([]);
    const { transactionHash, blockHash, blockNumber } = now.at(-1)!;
    expect(blockNumber).to.equal(before + 1);
    expect(await then.provider.getTransaction(transactionHash)).to.equal(null);
    expect(await then.provider.getTransactionReceipt(transactionHash)).to.equal(null);
    expect(await then.provider.getBlock(blockHash)).to.equal(null);
    expect(await then.provider.getLogs({ blockHash })).to.deep.equal([]);
    expect(await then.provider.getBlockNumber()).to.equal(before);
    expect((await then.provider.getBlock("latest"))?.number).to.equal(before);
    expect((await then.provider.getBlock(before - 1))?.number).to.equal(before - 1);
    expect(await rejection(() => then.provider.getBlock(before + 1))).to.equal(
      `this client reads the chain as of block ${before}, and block ${before + 1} came later`,
    );
    const { address } = world().accounts.hebei;
    expect(await then.provider.getTransactionCount(address)).to.equal(
      (await provider.getTransactionCount(address)) - 1,
    );
  });

  it("find the contracts that were current then", async () => {
    const { client, administrator, manager, registry, directory, provider } = world();
    const before = await provider.getBlockNumber();
    const newer = await new CityResolver__factory(administrator).deploy(manager, registry);
    await directory.publish(encodeName("CityResolver"), newer, 0);
    const now = await connect({ directory: await directory.getAddress(), runner: provider });
    expect(await now.resolver.getAddress()).to.equal(await newer.getAddress());
    const then = await now.asOf(before);
    expect(await then.resolver.getAddress()).to.equal(await client.resolver.getAddress());
    expect(await rejection(() => client.asOf(0))).to.match(/there is no contract at 0x\w+ on chain \d+/);
  });

  it("refuse what writes, with a sentence", async () => {
    const { client, ids, before, accounts } = await renamed();
    const then = await client.asOf(before);
    const sentence = `this client reads the chain as of block ${before}; to act, use the one that asOf or final was called on`;
    for (const contract of [then.cities, await then.version("CityRegistry", 1)]) {
      const error = await errorOf(() => Promise.resolve(contract.connect(accounts.hebei)));
      expect(error).to.be.instanceOf(AsOfError).with.property("message", sentence);
    }
    expect(await rejection(() => then.cities.rename.estimateGas(ids.hebei, "x"))).to.equal(sentence);
    expect(await rejection(() => then.provider.broadcastTransaction("0x"))).to.equal(sentence);
    expect(await rejection(() => then.cities.rename(ids.hebei, "x"))).to.equal(sentence);
  });

  it("refuse a block that is not there yet", async () => {
    const { client, provider } = world();
    const head = await provider.getBlockNumber();
    expect(await rejection(() => client.asOf(head + 1))).to.equal(
      `there is no block ${head + 1} yet; the last one is ${head}`,
    );
  });

  describe("with a finality", () => {
    it("read what nothing takes back", async () => {
      const { provider, directory } = world();
      const { accounts, ids, registry } = world();
      const client = await connect({ directory: await directory.getAddress(), runner: provider, finality: 2 });
      await registry.connect(accounts.hebei).rename(ids.shijiazhuang, "石门市");
      const name = async () => (await (await client.final()).resolve("MA.156.1301")).name;
      expect(await name()).to.equal("石家庄市");
      await world().connection.networkHelpers.mine(2);
      expect(await name()).to.equal("石门市");
      await connect({ directory: await directory.getAddress(), runner: provider, finality: 0 });
      expect(
        await rejection(async () =>
          connect({ directory: await directory.getAddress(), runner: provider, finality: -1 }),
        ),
      ).to.equal("finality is a number of blocks, not -1");
    });

    it("make acts wait as deep, with a lane and without one", async () => {
      const { provider, directory, accounts, ids, connection } = world();
      const lane = new Lane(accounts.hebei, { pollMs: 20 });
      const address = await directory.getAddress();
      const mine = () => connection.provider.request({ method: "hardhat_mine", params: [toQuantity(1)] });
      const client = await connect({ directory: address, runner: provider, finality: 2 });
      try {
        for (const signer of [accounts.hebei, lane]) {
          let done = false;
          const act = mined(client.cities.connect(signer).rename(ids.shijiazhuang, "石门市")).then((receipt) => {
            done = true;
            return receipt;
          });
          await new Promise((resolve) => setTimeout(resolve, 300));
          expect(done).to.equal(false);
          await mine();
          await mine();
          const { blockNumber } = await act;
          expect(await provider.getBlockNumber()).to.equal(blockNumber + 2);
        }
      } finally {
        await connect({ directory: address, runner: provider, finality: 0 });
      }
    });
  });
});
