import { expect } from "chai";
import { FetchRequest, JsonRpcProvider, toQuantity, Wallet } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import {
  decodeError,
  encodeCityCode,
  endpoints,
  isRefusal,
  Lane,
  LaneError,
  type LaneOptions,
  schemeOf,
} from "../../../src/index.js";
import { errorOf, makeWorld } from "../world.js";
import { type Faults, type Proxy, startNode, startProxy } from "./proxy.js";

const FAST: LaneOptions = { pollMs: 20, resendMs: 0, timeoutMs: 60_000 };
const TO = "0x00000000000000000000000000000000000000aa";
const GAS = { gasLimit: 21_000n };

describe("a lane", () => {
  let connection: NetworkConnection;
  let wallet: Wallet;
  beforeEach(async () => {
    connection = await network.create({ network: "default" });
    wallet = new Wallet(Wallet.createRandom().privateKey, connection.ethers.provider);
    await rpc("hardhat_setBalance", wallet.address, toQuantity(10n ** 21n));
    await rpc("evm_setAutomine", false);
  });
  afterEach(() => connection.close());

  const rpc = (method: string, ...params: unknown[]): Promise<unknown> =>
    connection.provider.request({ method, params });
  const mine = (blocks = 1) => rpc("hardhat_mine", toQuantity(blocks));
  const held = () => connection.ethers.provider.getBalance(TO);
  const used = () => connection.ethers.provider.getTransactionCount(wallet.address);
  const pending = (count: number) =>
    until(async () => (await connection.ethers.provider.getTransactionCount(wallet.address, "pending")) === count);
  const pay = (value: bigint) => ({ to: TO, value, ...GAS });
  /** A transaction of another process with the same key. */
  const stranger = (nonce: number, gasPrice = 10n ** 12n) =>
    wallet.sendTransaction({ to: wallet.address, ...GAS, nonce, gasPrice, type: 0 });

  it("sends many acts behind each other, in the order of the calls, before the first is in a block", async () => {
    const lane = new Lane(wallet, FAST);
    const acts = await Promise.all([1n, 2n, 3n, 4n, 5n].map((value) => lane.send(pay(value))));
    expect(await used()).to.equal(0);
    await mine();
    const receipts = await Promise.all(acts.map((act) => act.final()));
    expect(receipts.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(acts.map(({ nonce }) => nonce)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(await held()).to.equal(15n);
  });

  it("lets no more acts be on their way than it may", async () => {
    const lane = new Lane(wallet, { ...FAST, inFlight: 2 });
    const acts = [1n, 2n, 3n].map((value) => lane.send(pay(value)));
    await Promise.all(acts.slice(0, 2));
    let third = false;
    void acts[2]!.then(() => (third = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(third).to.equal(false);
    await mine();
    await acts[2];
    await mine();
    await (await acts[2]!).final();
    expect(await held()).to.equal(6n);
  });

  it("waits no longer than its time limit for one of them to be settled, and goes on later", async () => {
    const lane = new Lane(wallet, { ...FAST, inFlight: 1, timeoutMs: 200 });
    const first = await lane.send(pay(1n));
    const error = await errorOf(() => lane.send(pay(2n)));
    expect(error).to.be.instanceOf(LaneError);
    expect(error.message).to.include(first.hash).and.to.include("is in no block");
    await mine();
    await lane.send(pay(4n));
    await mine();
    expect(await held()).to.equal(5n);
  });

  it("sends a dropped act again, the same bytes, and what is behind it follows", async () => {
    const lane = new Lane(wallet, FAST);
    const acts = [await lane.send(pay(1n)), await lane.send(pay(2n))] as const;
    const { hash } = acts[0];
    expect(await rpc("hardhat_dropTransaction", hash)).to.equal(true);
    await mine();
    expect(await used()).to.equal(0);
    const ends = Promise.all(acts.map((act) => act.final()));
    await until(async () => (await connection.ethers.provider.getTransaction(hash)) !== null);
    await mine();
    expect((await ends).map((receipt) => receipt.hash)).to.deep.equal([hash, acts[1].hash]);
    expect(acts.map(({ resent }) => resent)).to.deep.equal([1, 0]);
    expect(await held()).to.equal(3n);
  });

  it("waits for its depth, and sends again what a reorganisation took back", async () => {
    const lane = new Lane(wallet, { ...FAST, finality: 2, resendMs: 3_600_000 });
    const before = await rpc("evm_snapshot");
    const act = await lane.send(pay(1n));
    await mine(2);
    let final = false;
    const end = act.final().then((receipt) => {
      final = true;
      return receipt;
    });
    await until(() => act.receipt !== null);
    const first = act.receipt!;
    expect(final).to.equal(false);
    await rpc("evm_revert", before);
    await rpc("evm_increaseTime", 1000);
    await until(() => act.receipt === null);
    await until(async () => (await connection.ethers.provider.getTransaction(act.hash)) !== null);
    await mine(3);
    const receipt = await end;
    expect([receipt.hash, receipt.blockNumber]).to.deep.equal([first.hash, first.blockNumber]);
    expect(receipt.blockHash).to.not.equal(first.blockHash);
    expect([await held(), await used()]).to.deep.equal([1n, 1]);
  });

  it("signs an act anew whose nonce a stranger used, and only then", async () => {
    const lane = new Lane(wallet, FAST);
    const act = await lane.send(pay(1n));
    const { hash } = act;
    await stranger(0);
    const end = act.final();
    await mine();
    await pending(2);
    await mine();
    const receipt = await end;
    expect(receipt.hash).to.not.equal(hash);
    expect([await held(), await used()]).to.deep.equal([1n, 2]);
  });

  it("keeps an act where a stranger's waits with its nonce, until one of them is in a block", async () => {
    const lane = new Lane(wallet, FAST);
    const first = await lane.send(pay(1n));
    await stranger(1);
    const second = await lane.send(pay(2n));
    expect(second.nonce).to.equal(1);
    await mine();
    await first.final();
    const end = second.final();
    await pending(3);
    await mine();
    await end;
    expect([await held(), await used()]).to.deep.equal([3n, 3]);
  });

  it("goes on with the next nonce where a stranger's is in a block already", async () => {
    await rpc("evm_setAutomine", true);
    const lane = new Lane(wallet, FAST);
    const first = await lane.send(pay(1n));
    await stranger(1);
    const second = await lane.send(pay(2n));
    expect(second.nonce).to.equal(2);
    await Promise.all([first.final(), second.final()]);
    expect([await held(), await used()]).to.deep.equal([3n, 3]);
  });

  it("goes on though the clock is set back", async () => {
    const now = Date.now.bind(Date);
    const lane = new Lane(wallet, { ...FAST, timeoutMs: 5000 });
    const first = await lane.send(pay(1n));
    await mine();
    await first.final();
    const second = await lane.send(pay(2n));
    const end = second.final();
    await new Promise((resolve) => setTimeout(resolve, 200)); // it has looked, and found nothing
    try {
      Date.now = () => now() - 3_600_000;
      await mine();
      expect((await end).hash).to.equal(second.hash);
    } finally {
      Date.now = now;
    }
  });

  it("gives no nonce to an act that a contract or the node refuses, so that those behind it go on", async () => {
    const world = await makeWorld(await network.create({ network: "default" }));
    await world.connection.provider.request({ method: "evm_setAutomine", params: [false] });
    const signer = new Wallet(wallet.privateKey, world.provider);
    await world.connection.provider.request({
      method: "hardhat_setBalance",
      params: [signer.address, toQuantity(10n ** 21n)],
    });
    const lane = new Lane(signer, FAST);
    const forbidden = await world.registry.suspend.populateTransaction(world.ids.dubai, 1n);
    const acts = [pay(1n), forbidden, pay(10n ** 24n), pay(2n)].map((request) => lane.send(request));
    const [one, contract, node, two] = await Promise.allSettled(acts);
    expect([one!.status, contract!.status, node!.status, two!.status]).to.deep.equal([
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    const why = (contract as PromiseRejectedResult).reason as unknown;
    expect([isRefusal(why), decodeError(why).name]).to.deep.equal([true, "NoStanding"]);
    expect(isRefusal((node as PromiseRejectedResult).reason)).to.equal(false);
    await world.connection.provider.request({ method: "hardhat_mine", params: ["0x1"] });
    await Promise.all([acts[0], acts[3]].map(async (act) => (await act!).final()));
    expect(await world.provider.getBalance(TO)).to.equal(3n);
    await world.connection.close();
  });

  it("tells of an act that a contract refuses in its block", async () => {
    const world = await makeWorld(await network.create({ network: "default" }));
    const signer = new Wallet(wallet.privateKey, world.provider);
    await world.connection.provider.request({
      method: "hardhat_setBalance",
      params: [signer.address, toQuantity(10n ** 21n)],
    });
    await world.connection.provider.request({ method: "evm_setAutomine", params: [false] });
    const lane = new Lane(signer, FAST);
    const forbidden = await world.registry.suspend.populateTransaction(world.ids.dubai, 1n);
    const act = await lane.send({ ...forbidden, gasLimit: 200_000n });
    await world.connection.provider.request({ method: "hardhat_mine", params: ["0x1"] });
    const error = await errorOf(() => act.final());
    expect(error).to.have.property("code", "CALL_EXCEPTION");
    expect(isRefusal(error)).to.equal(true);
    await world.connection.close();
  });

  it("is a signer: what a contract's act waits for is the lane's act, also where it was signed anew", async () => {
    await rpc("evm_setAutomine", true);
    const {
      registry,
      administrator,
      provider,
      connection: chain,
    } = await makeWorld(await network.create({ network: "default" }));
    const key = new Wallet(wallet.privateKey, provider);
    const request = (method: string, ...params: unknown[]) => chain.provider.request({ method, params });
    await request("hardhat_setBalance", key.address, toQuantity(10n ** 21n));
    const ghana = encodeCityCode("MA.288");
    await registry.connect(administrator).admitCountry(ghana, "Ghana", schemeOf([3]), key.address, 0);
    const country = await registry.cityCount();
    await request("evm_setAutomine", false);
    const acting = registry.connect(new Lane(key, FAST));
    const sent = await acting.allocate(
      country,
      { code: encodeCityCode("MA.288.101"), name: "Accra", controller: key.address },
      [],
    );
    await key.sendTransaction({ to: TO, ...GAS, nonce: 0, gasPrice: 10n ** 12n, type: 0 });
    await request("hardhat_mine", "0x1");
    const end = sent.wait();
    await until(async () => (await provider.getTransactionCount(key.address, "pending")) === 2);
    await request("hardhat_mine", "0x1");
    const receipt = await end;
    expect(receipt!.hash).to.not.equal(sent.hash);
    const events = receipt!.logs.map((log) => registry.interface.parseLog(log)?.name);
    expect(events).to.include("CityAllocated");
    expect(await registry.cityCount()).to.equal(country + 1n);
    await chain.close();
  });

  it("sends for accounts whose keys the node keeps", async () => {
    await rpc("evm_setAutomine", true);
    const [account] = await connection.ethers.getSigners();
    const lane = new Lane(account!, FAST);
    const acts = [await lane.send(pay(1n)), await lane.send(pay(2n))];
    for (const act of acts) expect((await act.final()).hash).to.equal(act.hash);
    expect(acts.map(({ raw }) => raw)).to.deep.equal([undefined, undefined]);
    expect(await held()).to.equal(3n);
  });

  it("says after its time what an act waits for, and keeps it", async () => {
    const lane = new Lane(wallet, { ...FAST, timeoutMs: 200 });
    const act = await lane.send(pay(1n));
    const error = await errorOf(() => act.final());
    expect(error).to.be.instanceOf(LaneError);
    expect(error.message).to.match(
      /^after 0\.2 s, transaction 0x\w{64} \(nonce 0\) is in no block; no block came since block \d+\. It is kept: wait for it again$/,
    );
    await mine();
    expect((await act.final()).hash).to.equal(act.hash);
    expect(() => new Lane(Wallet.createRandom())).to.throw(TypeError, "the signer has no provider");
  });

  describe("over a connection that fails", () => {
    let proxy: Proxy;
    let provider: JsonRpcProvider;
    let node: Awaited<ReturnType<typeof startNode>>;
    let lane: Lane;
    const start = async (faults: Faults) => {
      node = await startNode();
      proxy = await startProxy(node.url, faults);
      const request = new FetchRequest(proxy.url);
      request.timeout = 1000;
      provider = new JsonRpcProvider(request, 31337, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
      const signer = new Wallet(wallet.privateKey, provider);
      await node.provider.send("hardhat_setBalance", [signer.address, toQuantity(10n ** 21n)]);
      lane = new Lane(signer, FAST);
    };
    afterEach(async () => {
      provider.destroy();
      await proxy.close();
      await node.close();
    });
    const isRaw = ({ method }: { method: string }) => method === "eth_sendRawTransaction";

    it("takes an act for sent whose answer was lost, and finds it once", async () => {
      await start({ losesAnswers: isRaw });
      const act = await lane.send(pay(1n));
      expect((await act.final()).hash).to.equal(act.hash);
      expect(proxy.asked.filter((method) => method === "eth_sendRawTransaction")).to.have.length(1);
      expect(await node.provider.getBalance(TO)).to.equal(1n);
    });

    it("sends an act again that never reached the node, and those behind it follow", async () => {
      let lost = 0;
      await start({
        answers: (request) => {
          if (!isRaw(request) || lost++ > 0) return undefined;
          throw new Error("the connection breaks");
        },
      });
      const acts = [await lane.send(pay(1n)), await lane.send(pay(2n))];
      for (const act of acts) expect((await act.final()).hash).to.equal(act.hash);
      expect(acts.map(({ nonce }) => nonce)).to.deep.equal([0, 1]);
      expect(await node.provider.getBalance(TO)).to.equal(3n);
    });

    it("signs no act anew that is in a block whose receipts the node does not tell yet", async () => {
      let asked = 0;
      await start({
        answers: ({ method }) =>
          method === "eth_getTransactionReceipt" && ++asked < 12 ? { result: null } : undefined,
      });
      const act = await lane.send(pay(1n));
      expect((await act.final()).hash).to.equal(act.hash);
      expect(act.resent).to.equal(0);
      expect(await node.provider.getBalance(TO)).to.equal(1n);
    });

    it("signs no act anew that one endpoint has taken, and another one refuses for its nonce", async () => {
      let asked = 0;
      await start({ losesAnswers: isRaw });
      const second = await startProxy(node.url, {
        answers: (request) => {
          if (isRaw(request)) return { error: { code: -32000, message: "nonce too low" } };
          return request.method === "eth_getTransactionReceipt" && ++asked < 12 ? { result: null } : undefined;
        },
      });
      const both = endpoints([proxy.url, second.url], { chainId: 31337, timeoutMs: 1000, checkMs: 60_000 });
      try {
        lane = new Lane(new Wallet(wallet.privateKey, both), FAST);
        const act = await lane.send(pay(1n));
        expect((await act.final()).hash).to.equal(act.hash);
        expect(await node.provider.getBalance(TO)).to.equal(1n);
      } finally {
        both.destroy();
        await second.close();
      }
    });

    it("goes on over the next endpoint when one dies with acts on their way", async () => {
      await start({});
      const second = await startProxy(node.url);
      const both = endpoints([proxy.url, second.url], { chainId: 31337, timeoutMs: 1000 });
      try {
        await node.provider.send("evm_setAutomine", [false]);
        lane = new Lane(new Wallet(wallet.privateKey, both), FAST);
        const before = [await lane.send(pay(1n)), await lane.send(pay(2n))];
        proxy.faults = { losesAnswers: () => true };
        const after = [await lane.send(pay(4n)), await lane.send(pay(8n))];
        await node.provider.send("hardhat_mine", ["0x1"]);
        const receipts = await Promise.all([...before, ...after].map((act) => act.final()));
        expect(receipts.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3]);
        expect(await node.provider.getBalance(TO)).to.equal(15n);
      } finally {
        both.destroy();
        await second.close();
      }
    });

    it("says that blocks do not come, and at how many endpoints", async () => {
      await start({});
      const dead = await startProxy(node.url, { status: 502 });
      const both = endpoints([proxy.url, dead.url], { chainId: 31337, stillMs: 50, checkMs: 10 });
      try {
        await node.provider.send("evm_setAutomine", [false]);
        lane = new Lane(new Wallet(wallet.privateKey, both), { ...FAST, timeoutMs: 1000 });
        const act = await lane.send(pay(1n));
        const error = await errorOf(() => act.final());
        expect(error.message).to.match(
          /1 of 2 endpoints stand still: blocks do not come \(the last is \d+\)\. It is kept/,
        );
      } finally {
        both.destroy();
        await dead.close();
      }
    });
  });
});

/** Looks until it is so. The test's own time limit ends it. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
