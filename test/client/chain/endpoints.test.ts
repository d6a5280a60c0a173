import { expect } from "chai";
import { FetchRequest, type HDNodeWallet, toQuantity, Wallet } from "ethers";
import { network } from "hardhat";

import {
  connect,
  decodeError,
  endpoints,
  type Endpoints,
  EndpointsError,
  type EndpointsOptions,
} from "../../../src/index.js";
import { errorOf, makeWorld, rejection } from "../world.js";
import { type Faults, type Node, type Proxy, startNode, startProxy } from "./proxy.js";

const CHAIN = 31337;

describe("endpoints", () => {
  let node: Node;
  let directory: string;
  before(async () => {
    node = await startNode();
    const world = await makeWorld(await network.create({ network: "localnode", override: { url: node.url } }));
    directory = await world.directory.getAddress();
  });
  after(() => node.close());

  const open: { close?: () => Promise<void>; destroy?: () => void }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) {
      one.destroy?.();
      await one.close?.();
    }
  });

  async function proxies<const F extends readonly Faults[]>(...faults: F): Promise<{ [I in keyof F]: Proxy }> {
    const made = await Promise.all(faults.map((one) => startProxy(node.url, one)));
    open.push(...made);
    return made as { [I in keyof F]: Proxy };
  }

  function over(made: readonly Proxy[], options: Partial<EndpointsOptions> = {}): Endpoints {
    const provider = endpoints(
      made.map(({ url }) => url),
      { chainId: CHAIN, timeoutMs: 1000, ...options },
    );
    open.push(provider);
    return provider;
  }

  async function rich(): Promise<HDNodeWallet> {
    const wallet = Wallet.createRandom();
    await node.provider.send("hardhat_setBalance", [wallet.address, toQuantity(10n ** 18n)]);
    return wallet;
  }

  const mine = (blocks: number) => node.provider.send("hardhat_mine", [toQuantity(blocks)]);
  const states = (provider: Endpoints) => provider.status().map(({ state }) => state);
  const LOST: Faults[] = [
    { hangs: true },
    { says: "<html>Bad gateway</html>" },
    { says: '{"jsonrpc":"2.0","id":4711,"result":"0x1"}' },
    { status: 503 },
    { answers: () => ({ result: "banana" }) },
    { answers: ({ method }) => (method === "eth_chainId" ? { result: "0x5" } : undefined) },
  ];

  it("are what connect runs on", async () => {
    const [one, two] = await proxies({}, {});
    const client = await connect({ directory, runner: over([one, two], { timeoutMs: 30_000 }) });
    expect((await client.resolve("MA.156.1301")).name).to.equal("石家庄市");
    expect(two.asked.filter((method) => method === "eth_call")).to.have.length(0);
  });

  it("answer though those before hang, answer garbage or HTTP errors, or are on another chain", async () => {
    const made = await proxies(...LOST, {});
    const client = await connect({ directory, runner: over(made) });
    expect((await client.resolve("MA.156.1301")).name).to.equal("石家庄市");
    for (const proxy of made.slice(0, -1)) expect(proxy.asked, proxy.name).to.not.include("eth_call");
  });

  it("say of each endpoint why it is passed over", async () => {
    const made = await proxies(...LOST);
    const provider = over(made);
    const error = await errorOf(() => provider.getBlockNumber());
    const [hung, html, other, status, banana, chain] = made.map(({ name }) => name);
    if (!(error instanceof EndpointsError)) throw error;
    expect(error.message).to.equal(
      [
        `no endpoint can answer eth_blockNumber: ${hung} does not answer within 1 s`,
        `${html} answers eth_chainId with garbage`,
        `${other} answers eth_chainId with garbage`,
        `${status} answers with HTTP status 503`,
        `${banana} answers eth_chainId with garbage`,
        `${chain} is on chain 5, not 31337`,
      ].join("; "),
    );
    expect(error.endpoints.map(({ state }) => state)).to.deep.equal([...Array<string>(5).fill("failing"), "refused"]);
  });

  it("go on with the next one when one fails in the middle", async () => {
    for (const faults of LOST.slice(0, 5)) {
      const [one, two] = await proxies({}, {});
      const provider = over([one, two]);
      await provider.getBlockNumber();
      one.faults = faults;
      expect(await provider.getBlockNumber()).to.equal(await node.provider.getBlockNumber());
      expect(states(provider)).to.deep.equal(["failing", "ready"]);
    }
  });

  it("pass over one that tells of a block that cannot be, and believe the others", async () => {
    for (const [method, block] of [
      ["eth_blockNumber", `0x${"f".repeat(64)}`],
      ["eth_getBlockByNumber", { hash: `0x${"1".repeat(64)}`, number: `0x${"f".repeat(64)}` }],
    ] as const) {
      const [one, two] = await proxies({}, {});
      const provider = over([one, two]);
      await provider.getBlockNumber();
      one.faults = { answers: (request) => (request.method === method ? { result: block } : undefined) };
      expect((await provider.getBlock("latest"))?.number, method).to.equal(await node.provider.getBlockNumber());
      await provider.check();
      expect(await provider.getBlockNumber(), method).to.equal(await node.provider.getBlockNumber());
    }
  });

  it("take no block 0 without a hash for that of the chain", async () => {
    const [one, two] = await proxies(
      { answers: ({ method }) => (method === "eth_getBlockByNumber" ? { result: { hash: null } } : undefined) },
      {},
    );
    const provider = over([one, two]);
    await provider.check();
    expect(states(provider)).to.deep.equal(["failing", "ready"]);
  });

  it("know a block 0 in capital letters too", async () => {
    const { hash } = (await node.provider.send("eth_getBlockByNumber", ["0x0", false])) as { hash: string };
    const [one] = await proxies({
      answers: ({ method }) =>
        method === "eth_getBlockByNumber" ? { result: { hash: `0x${hash.slice(2).toUpperCase()}` } } : undefined,
    });
    const provider = over([one], { genesis: hash });
    await provider.check();
    expect(states(provider)).to.deep.equal(["ready"]);
  });

  it("send a transaction over the next one where the pool of one is full", async () => {
    const wallet = await rich();
    const error = { code: -32000, message: "txpool is full" };
    const [one, two] = await proxies(
      { answers: ({ method }) => (method === "eth_sendRawTransaction" ? { error } : undefined) },
      {},
    );
    const provider = over([one, two]);
    const fees = { gasPrice: 10n ** 10n, gasLimit: 21_000n };
    const sent = await wallet.connect(provider).sendTransaction({ to: wallet.address, ...fees });
    expect((await sent.wait())?.status).to.equal(1);
    expect(states(provider)).to.deep.equal(["ready", "ready"]);
  });

  it("send a transaction over the next one where one tells of another", async () => {
    const wallet = await rich();
    const other = { result: `0x${"1".repeat(64)}` };
    const [one, two] = await proxies(
      { answers: ({ method }) => (method === "eth_sendRawTransaction" ? other : undefined) },
      {},
    );
    const provider = over([one, two]);
    const fees = { gasPrice: 10n ** 10n, gasLimit: 21_000n };
    const sent = await wallet.connect(provider).sendTransaction({ to: wallet.address, ...fees });
    expect((await sent.wait())?.status).to.equal(1);
    expect(provider.status()[0]?.reason).to.equal("tells of another transaction than the one that was sent");
  });

  it("try one that failed again later", async () => {
    const [one, two] = await proxies({ status: 500 }, {});
    const provider = over([one, two]);
    await provider.getBlockNumber();
    one.faults = {};
    two.faults = { status: 500 };
    expect(await provider.getBlockNumber()).to.equal(await node.provider.getBlockNumber());
    expect(states(provider)).to.deep.equal(["ready", "failing"]);
  });

  it("never ask one again that is on another chain", async () => {
    const [one, two] = await proxies(
      { answers: ({ method }) => (method === "eth_chainId" ? { result: "0x5" } : undefined) },
      {},
    );
    const provider = over([one, two]);
    await provider.getBlockNumber();
    one.faults = {};
    one.asked.length = 0;
    await provider.check();
    expect(one.asked).to.deep.equal([]);
    expect(provider.status()[0]).to.include({ state: "refused", reason: "is on chain 5, not 31337" });
  });

  it("refuse another block 0 under the same chain id", async () => {
    const other = await startNode(new Date("2020-01-01"));
    const [here, there] = [await startProxy(node.url), await startProxy(other.url)];
    open.push(here, there, other);
    const [own, foreign] = await Promise.all(
      [node, other].map(
        async ({ provider }) =>
          ((await provider.send("eth_getBlockByNumber", ["0x0", false])) as { hash: string }).hash,
      ),
    );
    expect(own).to.not.equal(foreign);
    const first = over([here, there]);
    await first.check();
    expect(first.status()[1]).to.include({ state: "refused", reason: `has another block 0: ${foreign}, not ${own}` });
    const named = over([there, here], { genesis: own! });
    await named.check();
    expect(states(named)).to.deep.equal(["refused", "ready"]);
  });

  it("look at a chain again that comes back as another one", async () => {
    const [one, two] = await proxies({}, {});
    const provider = over([one, two]);
    await provider.getBlockNumber();
    one.faults = { status: 500 };
    await provider.getBlockNumber();
    one.faults = { answers: ({ method }) => (method === "eth_chainId" ? { result: "0x5" } : undefined) };
    await provider.check();
    expect(states(provider)).to.deep.equal(["refused", "ready"]);
  });

  it("pass over one that is behind by more than maxLag", async () => {
    await mine(10);
    const [late, good] = await proxies({ behind: 4 }, {});
    const provider = over([late, good], { maxLag: 3 });
    await provider.getBalance(directory);
    expect(late.asked).to.not.include("eth_getBalance");
    const head = await node.provider.getBlockNumber();
    expect(provider.status()[0]).to.include({
      state: "behind",
      head: head - 4,
      reason: `is 4 blocks behind, at block ${head - 4}`,
    });
    const patient = over([late, good], { maxLag: 4 });
    await patient.getBalance(directory);
    expect(late.asked).to.include("eth_getBalance");
  });

  it("do not go back behind a block that this client has seen", async () => {
    await mine(10);
    const [one, two] = await proxies({}, {});
    const provider = over([one, two]);
    const seen = await provider.getBlockNumber();
    one.faults = { behind: 1 };
    const block = await provider.getBlock("latest");
    expect(block?.number).to.equal(seen);
    one.faults = { hangs: true };
    two.faults = { behind: 2 };
    const message = await rejection(() => provider.getBlock("latest"));
    expect(message).to.match(/no endpoint can answer eth_getBlockByNumber: \S+ does not answer within 1 s; /);
    expect(message).to.include(`${two.name} is at block ${seen - 2}, and block ${seen} was already seen`);
    two.faults = {};
    expect((await provider.getBlock("latest"))?.number).to.equal(seen);
  });

  it("wait for one that is about to catch up", async () => {
    const [one, two] = await proxies({}, {});
    const provider = over([one, two], { timeoutMs: 5000 });
    const seen = await provider.getBlockNumber();
    let looks = 0;
    one.faults = { status: 500 };
    two.faults = {
      answers: ({ method }) =>
        method === "eth_blockNumber" && ++looks < 4 ? { result: toQuantity(seen - 1) } : undefined,
    };
    expect(await provider.getBlockNumber()).to.equal(seen);
    expect(looks).to.be.at.least(4);
  });

  it("take what a contract or the pool refuses as an answer", async () => {
    const [one, two] = await proxies({}, {});
    const provider = over([one, two]);
    const client = await connect({ directory, runner: provider });
    two.asked.length = 0;
    const refused = await client.cities.suspend.staticCall(1n, 1n).catch((error: unknown) => decodeError(error).name);
    expect(refused).to.equal("NoStanding");
    const poor = Wallet.createRandom(provider);
    const fees = { gasPrice: 10n ** 10n, gasLimit: 21_000n };
    const error = await errorOf(() => poor.sendTransaction({ to: directory, value: 1n, ...fees }));
    expect(error.message).to.match(/enough funds/);
    expect(two.asked).to.not.include.members(["eth_call"]).and.not.include("eth_sendRawTransaction");
    expect(states(provider)).to.deep.equal(["ready", "ready"]);
  });

  it("ask the next one for a state or a method that one has not, and pass no judgement on it", async () => {
    for (const error of [
      { code: -32000, message: "missing trie node 1234 (path ) state 0x1 is not available" },
      { code: -32601, message: "the method eth_getBalance does not exist/is not available" },
      { code: -32005, message: "daily request count exceeded" },
    ]) {
      const [one, two] = await proxies(
        { answers: ({ method }) => (method === "eth_getBalance" ? { error } : undefined) },
        {},
      );
      const provider = over([one, two]);
      expect(await provider.getBalance(directory)).to.equal(0n);
      expect(states(provider)).to.deep.equal(["ready", "ready"]);
      two.faults = one.faults;
      expect(await rejection(() => provider.getBalance(directory))).to.include(error.message.slice(0, 20));
    }
  });

  it("send a transaction once, though the first answer is lost", async () => {
    const [one, two] = await proxies({ losesAnswers: ({ method }) => method === "eth_sendRawTransaction" }, {});
    const provider = over([one, two]);
    await node.provider.send("evm_setAutomine", [false]);
    try {
      const account = Wallet.createRandom(provider);
      const fund = await node.provider.getSigner(0);
      const funding = await fund.sendTransaction({ to: account.address, value: 10n ** 18n });
      await mine(1);
      await funding.wait();
      const sent = await account.sendTransaction({
        to: directory,
        value: 0n,
        gasLimit: 21_000n,
        gasPrice: 10n ** 10n,
        nonce: 0,
      });
      expect(two.asked).to.include("eth_sendRawTransaction");
      await mine(1);
      expect(await provider.getTransactionCount(account)).to.equal(1);
      expect((await provider.getTransactionReceipt(sent.hash))?.hash).to.equal(sent.hash);
    } finally {
      await node.provider.send("evm_setAutomine", [true]);
    }
  });

  it("do not repeat elsewhere what may have been done by a node's own account", async () => {
    const [one, two] = await proxies({ losesAnswers: ({ method }) => method === "eth_sendTransaction" }, {});
    const provider = over([one, two]);
    const [from] = (await node.provider.send("eth_accounts", [])) as [string];
    const count = await node.provider.getTransactionCount(from);
    expect(await rejection(() => provider.send("eth_sendTransaction", [{ from, to: from }]))).to.equal(
      `${one.name} does not answer within 1 s; eth_sendTransaction may have been done: look before you repeat it`,
    );
    expect(await node.provider.getTransactionCount(from)).to.equal(count + 1);
  });

  it("say that blocks do not come, and for how many endpoints", async () => {
    const [one, two, three] = await proxies({}, {}, { status: 500 });
    const provider = over([one, two, three], { stillMs: 100 });
    await provider.check();
    expect(provider.standstill()).to.equal(undefined);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await provider.check();
    const head = await node.provider.getBlockNumber();
    expect(provider.standstill()).to.equal(`2 of 3 endpoints stand still: blocks do not come (the last is ${head})`);
    expect(await provider.getBlockNumber()).to.equal(head);
    one.faults = { hangs: true };
    two.faults = { behind: 1 };
    expect(await rejection(() => provider.getBlockNumber())).to.match(/stand still: blocks do not come/);
    one.faults = two.faults = {};
    await mine(1);
    await provider.check();
    expect(provider.standstill()).to.equal(undefined);
  });

  it("offer the gas price that the network has agreed on", async () => {
    const [one] = await proxies({});
    const signer = Wallet.createRandom(over([one], { gasPrice: 0n }));
    const { gasPrice, type } = await signer.populateTransaction({ to: directory, gasLimit: 21_000n, nonce: 0 });
    expect([gasPrice, type]).to.deep.equal([0n, 0]);
  });

  it("take requests with headers, and tell no path or key", async () => {
    const [one] = await proxies({ status: 401 });
    const request = new FetchRequest(`${one.url}/v1/secret?key=secret`);
    const provider = endpoints([request], { chainId: CHAIN, timeoutMs: 1000 });
    open.push(provider);
    expect(await rejection(() => provider.getBlockNumber())).to.equal(
      `no endpoint can answer eth_blockNumber: ${one.name} answers with HTTP status 401`,
    );
    expect(() => endpoints([], { chainId: CHAIN })).to.throw(RangeError, "name at least one endpoint");
  });
});
