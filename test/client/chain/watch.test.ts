import { expect } from "chai";
import { ZeroHash } from "ethers";

import {
  type Contracts,
  type Cursor,
  DirectoryError,
  encodeName,
  ReorganisationError,
  RESOLUTION,
  roleOf,
  watch,
  type WatchedEvent,
  type WatchOptions,
} from "../../../src/index.js";
import { CityResolver__factory } from "../../../typechain/index.js";
import { errorOf, makeWorld, rejection, sharing, type World } from "../world.js";
import { Between, nodeError, rangeOf } from "./between.js";

type Watched = "CityRegistry" | "CityAccessManager" | "CityResolver";
type Options = Partial<WatchOptions<Watched, WatchedEvent<Watched>["type"]>>;

const RESOLVER = encodeName("CityResolver");
const KEY = encodeName("website");

describe("watch", () => {
  const shared = sharing(makeWorld);
  let world: World;
  let between: Between;
  let contracts: Pick<Contracts, "directory" | "provider">;

  beforeEach(() => {
    world = shared();
    between = new Between(world.connection.provider);
    const directory = world.directory.connect(between.provider);
    contracts = { directory, provider: between.provider };
  });
  afterEach(() => {
    between.provider.destroy();
  });

  /** The events until a watch has told all there is, or so many. */
  async function told(options: Options = {}, count = Infinity): Promise<WatchedEvent<Watched>[]> {
    const events: WatchedEvent<Watched>[] = [];
    const end = new AbortController();
    const to = await world.provider.getBlockNumber();
    const all = watch(contracts, {
      contracts: ["CityRegistry"],
      pollMs: 5,
      signal: end.signal,
      ...options,
      onProgress: async (cursor) => {
        await options.onProgress?.(cursor);
        if (count === Infinity && cursor.block >= to) end.abort();
      },
    });
    for await (const event of all) {
      events.push(event);
      if (events.length === count) break;
    }
    return events;
  }

  const placeOf = ({ block, logIndex, type }: Pick<WatchedEvent, "block" | "logIndex" | "type">) =>
    `${block}/${logIndex} ${type}`;

  /** The places of the logs of a contract that the node has. */
  async function logged(...which: { getAddress(): Promise<string>; interface: World["registry"]["interface"] }[]) {
    const address = await Promise.all(which.map((contract) => contract.getAddress()));
    const logs = await world.provider.getLogs({ address, fromBlock: 0 });
    return logs.map((log) => {
      const abi = which[address.indexOf(log.address)]!.interface;
      return placeOf({ block: log.blockNumber, logIndex: log.index, type: abi.parseLog(log)!.name as "CityMoved" });
    });
  }

  it("tells every event of a contract, in the order of the chain", async () => {
    const events = await told();
    expect(events.map(placeOf)).to.deep.equal(await logged(world.registry));
    expect(events.map(({ type }) => type)).to.include.members(["CityAllocated", "CityMoved", "HistorySealed"]);
  });

  it("types an event by its contract and its name", async () => {
    const names: string[] = [];
    for await (const event of watch(contracts, { contracts: ["CityRegistry", "CityAccessManager"] })) {
      if (event.type === "CityAllocated") names.push(event.args.name);
      else if (event.contract === "CityAccessManager" && event.type === "RoleGranted") names.push(event.args.account);
      if (names.includes("石家庄市")) break;
    }
    expect(names).to.include.members(["中国", world.accounts.china.address]);
  });

  it("tells only the events that were asked for, of several contracts in one order", async () => {
    const { registry, manager } = world;
    const events = await told({
      contracts: ["CityRegistry", "CityAccessManager"],
      events: ["CityAllocated", "CityPlaced"],
    });
    const manyNamed = { getAddress: () => manager.getAddress(), interface: manager.interface as never };
    const wanted = (await logged(registry, manyNamed)).filter((place) => /CityAllocated|CityPlaced/.test(place));
    expect(events.map(placeOf)).to.deep.equal(wanted);
    expect(new Set(events.map(({ contract }) => contract)).size).to.equal(2);
  });

  it("tells events in the order of the chain where the node does not", async () => {
    const { provider } = world.connection;
    between.instead = async (asked) =>
      asked.method === "eth_getLogs" ? ((await provider.request(asked)) as object[]).reverse() : undefined;
    expect((await told()).map(placeOf)).to.deep.equal(await logged(world.registry));
  });

  it("repeats nothing where a node tells of other blocks than it was asked for", async () => {
    const from = (await told()).at(-1)!.cursor;
    between.instead = ({ method, params: [filter] }) => {
      const params = [{ ...(filter as object), fromBlock: "0x0" }];
      return method === "eth_getLogs" ? world.connection.provider.request({ method, params }) : undefined;
    };
    const onFailure = (error: unknown) => Promise.reject(new Error(String(error)));
    expect(await rejection(() => told({ from, onFailure }))).to.match(/was asked for blocks \d+ to \d+, and told of/);
  });

  it("goes on from the cursor of any event, kept as JSON, with the next one", async () => {
    const all = (await told({ contracts: ["CityRegistry", "CityAccessManager"] })).slice(-30);
    const places = all.map(placeOf);
    const blocks = all.map(({ block }) => block);
    expect(new Set(blocks).size, "two in one block").to.be.lessThan(blocks.length);
    for (const [i, event] of all.entries()) {
      const from = JSON.parse(JSON.stringify(event.cursor)) as Cursor;
      const rest = await told({ contracts: ["CityRegistry", "CityAccessManager"], from });
      expect(rest.map(placeOf), `after ${placeOf(event)}`).to.deep.equal(places.slice(i + 1));
    }
  });

  it("gives a cursor of blocks in which nothing happened, and does not ask for them again", async () => {
    await world.connection.networkHelpers.mine(50);
    const head = await world.provider.getBlockNumber();
    const cursors: Cursor[] = [];
    await told({ onProgress: (cursor) => void cursors.push(cursor) });
    const last = cursors.at(-1)!;
    expect(last).to.deep.equal({ block: head, hash: (await world.provider.getBlock(head))!.hash });

    await world.registry.connect(world.accounts.hebei).rename(world.ids.shijiazhuang, "石门");
    between.asked.length = 0;
    const events = await told({ from: last });
    expect(events.map(({ type }) => type)).to.deep.equal(["CityRenamed"]);
    expect(between.ranges).to.deep.equal([[head + 1, head + 1]]);
  });

  /** Waits until the node was asked something, so and so often. */
  async function wasAsked(method: string, times: number): Promise<void> {
    const before = between.asked.length;
    const isEnough = () => between.asked.slice(before).filter((one) => one.method === method).length >= times;
    while (!isEnough()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  const rename = async (name: string) =>
    (await world.registry.connect(world.accounts.hebei).rename(world.ids.shijiazhuang, name)).wait();
  const namesOf = (events: WatchedEvent<Watched>[]) =>
    events.map((event) => (event.type === "CityRenamed" ? event.args.name : event.type));

  it("tells what happens while it watches", async () => {
    const running = told({ from: (await world.provider.getBlockNumber()) + 1 }, 2);
    await wasAsked("eth_blockNumber", 3);
    await rename("一");
    await rename("二");
    expect(namesOf(await running)).to.deep.equal(["一", "二"]);
  });

  describe("where blocks may change", () => {
    it("does not tell of the blocks at the head, as many as the depth", async () => {
      const { networkHelpers } = world.connection;
      const from = (await world.provider.getBlockNumber()) + 1;
      await rename("一");
      await networkHelpers.mine(1);
      const running = told({ from, depth: 2 }, 1);
      await wasAsked("eth_blockNumber", 5);
      expect(between.ranges).to.deep.equal([]);
      await networkHelpers.mine(1);
      expect(namesOf(await running)).to.deep.equal(["一"]);
    });

    it("tells nothing of what was replaced within the depth", async () => {
      const { networkHelpers } = world.connection;
      const from = (await world.provider.getBlockNumber()) + 1;
      const fork = await networkHelpers.takeSnapshot();
      await rename("replaced");
      const running = told({ from, depth: 2 }, 1);
      await wasAsked("eth_blockNumber", 5);
      await fork.restore();
      await rename("一");
      await networkHelpers.mine(2);
      expect(namesOf(await running)).to.deep.equal(["一"]);
    });

    it("stops where what it told was replaced, naming both hashes", async () => {
      const { networkHelpers } = world.connection;
      const fork = await networkHelpers.takeSnapshot();
      await rename("replaced");
      const cursor = (await told()).at(-1)!.cursor;
      await fork.restore();
      await rename("一");
      const now = (await world.provider.getBlock(cursor.block))!.hash!;
      const error = await errorOf(() => told({ from: cursor }));
      expect(error).to.be.instanceOf(ReorganisationError);
      expect(error).to.include({ cursor, found: now });
      expect(error.message).to.include(cursor.hash).and.include(now);
    });

    it("stops also in the middle of a watch, and when nothing new came", async () => {
      const { networkHelpers } = world.connection;
      const fork = await networkHelpers.takeSnapshot();
      await rename("replaced");
      const running = errorOf(() => told({ from: 0 }, 1_000));
      await wasAsked("eth_blockNumber", 5);
      await fork.restore();
      await networkHelpers.mine(1);
      expect(await running).to.be.instanceOf(ReorganisationError);
    });

    it("waits for a node that has not come as far as the cursor, and says so", async () => {
      const head = await world.provider.getBlockNumber();
      await rename("一");
      await rename("二");
      const [first] = await told({ from: head + 1 });
      let lags = 3;
      between.instead = ({ method }) =>
        method === "eth_blockNumber" && lags-- > 0 ? `0x${head.toString(16)}` : undefined;
      const failures: string[] = [];
      const onFailure = (error: unknown) => void failures.push((error as Error).message);
      expect(namesOf(await told({ from: first!.cursor, onFailure }))).to.deep.equal(["二"]);
      expect(failures).to.have.length(3);
      expect(failures[0]).to.include(`is at block ${head}`).and.include("lags behind");
    });
  });

  describe("where the node answers for few blocks only", () => {
    const REFUSALS: [number, string][] = [
      [-32005, "query returned more than 10000 results"],
      [-32005, "limit exceeded"],
      [-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"],
      [-32614, "eth_getLogs is limited to a 10,000 range"],
      [-32000, "exceed maximum block range: 5000"],
      [-32000, "Requested range exceeds maximum range limit"],
      [-32602, "block range too high"],
      [-32000, "block range is too wide"],
      [-32602, "query exceeds max block range 100000"],
      [-32000, "query exceeds max results 20000, retry with the range 1-2"],
      [35, "ranges over 10000 blocks are not supported on freetier"],
      [-32000, "query timeout exceeded"],
      [-32000, "Too many logs requested. Max logs per response is 20000"],
      [413, "Request Entity Too Large"],
    ];

    for (const [code, message] of REFUSALS) {
      it(`asks for fewer on "${message}" (${code}), and tells the same`, async () => {
        await world.connection.networkHelpers.mine(200);
        between.instead = (asked) => {
          if (asked.method !== "eth_getLogs") return undefined;
          const [first, last] = rangeOf(asked);
          return last - first >= 16 ? Promise.reject(nodeError(code, message)) : undefined;
        };
        const failures: unknown[] = [];
        const events = await told({ onFailure: (error) => void failures.push(error) });
        expect(events.map(placeOf)).to.deep.equal(await logged(world.registry));
        expect(failures).to.deep.equal([]);
      });
    }

    it("asks for more again where the node lets it", async () => {
      await world.connection.networkHelpers.mine(2_000);
      let refusals = 12;
      between.instead = ({ method }) =>
        method === "eth_getLogs" && refusals-- > 0 ? Promise.reject(nodeError(-32005, "limit exceeded")) : undefined;
      await told();
      const sizes = between.ranges.slice(12).map(([first, last]) => last - first + 1);
      expect(sizes[0]).to.equal(1);
      expect(Math.max(...sizes)).to.be.greaterThan(200);
    });

    it("gives up on a block that it cannot have, tells why, and goes on when it can", async () => {
      let refusals = 10;
      between.instead = ({ method }) =>
        method === "eth_getLogs" && refusals-- > 0 ? Promise.reject(nodeError(-32005, "limit exceeded")) : undefined;
      const failures: unknown[] = [];
      const events = await told({ pollMs: 1, onFailure: (error) => void failures.push(error) });
      expect(failures).not.to.deep.equal([]);
      expect(events.map(placeOf)).to.deep.equal(await logged(world.registry));
    });
  });

  describe("where the node fails", () => {
    it("asks again, whatever it was that failed, without a gap or a repeat", async () => {
      await told();
      const all = between.asked.length;
      const wanted = await logged(world.registry);
      for (const failing of [0, 1, Math.floor(all / 2), all - 5, all - 4, all - 3, all - 2, all - 1]) {
        let asked = 0;
        between.instead = () => (asked++ === failing ? Promise.reject(new Error("connection reset")) : undefined);
        const failures: unknown[] = [];
        const options = { pollMs: 1, onFailure: (error: unknown) => void failures.push(error) };
        expect((await told(options)).map(placeOf), `${failing} of ${all}`).to.deep.equal(wanted);
        expect(failures, `${failing} of ${all}`).to.have.length(1);
      }
    });

    it("ends with what onFailure throws", async () => {
      between.instead = () => Promise.reject(new Error("connection reset"));
      const onFailure = () => {
        throw new Error("enough");
      };
      expect(await rejection(() => told({ onFailure }))).to.equal("enough");
    });

    it("ends on the signal, also while the node does not answer", async () => {
      const end = new AbortController();
      between.instead = () => new Promise(() => undefined);
      const events: unknown[] = [];
      const running = (async () => {
        const options = { contracts: ["CityRegistry"], signal: end.signal } as const;
        for await (const event of watch(contracts, options)) events.push(event);
      })();
      await wasAsked("eth_call", 1);
      end.abort();
      await running;
      expect(events).to.deep.equal([]);
    });
  });

  describe("over versions of a contract", () => {
    beforeEach(async () => {
      const { manager, accounts, ids } = world;
      const officer = manager.connect(accounts.shijiazhuang);
      await officer.grantRole(roleOf(ids.shijiazhuang, RESOLUTION), accounts.shijiazhuang, 0);
    });

    const deployed = async () => {
      const resolver = await new CityResolver__factory(world.administrator).deploy(world.manager, world.registry);
      return { resolver, block: (await resolver.deploymentTransaction()!.wait())!.blockNumber };
    };
    const published = async () => {
      const { resolver, block } = await deployed();
      await world.directory.publish(RESOLVER, resolver, block);
      return resolver;
    };
    const record = async (resolver: World["resolver"], text: string, overrides: { gasLimit?: number } = {}) =>
      resolver
        .connect(world.accounts.shijiazhuang)
        .setRecord(world.ids.shijiazhuang, KEY, Buffer.from(text), overrides);
    const seen = (events: WatchedEvent<Watched>[]) =>
      events.flatMap((event) =>
        event.type === "RecordChanged"
          ? [`${event.version} ${Buffer.from(event.args.value.slice(2), "hex").toString()}`]
          : [],
      );

    it("tells those of the superseded one too", async () => {
      await record(world.resolver, "old");
      const newer = await published();
      await record(newer, "new");
      await record(world.resolver, "late");
      expect(seen(await told({ contracts: ["CityResolver"] }))).to.deep.equal(["1 old", "2 new", "1 late"]);
    });

    it("tells those of one that is published while it watches", async () => {
      const options: Options = { contracts: ["CityResolver"], events: ["RecordChanged"] };
      const from = (await world.provider.getBlockNumber()) + 1;
      const running = told({ ...options, from }, 3);
      await wasAsked("eth_blockNumber", 5);
      await record(world.resolver, "old");
      const { resolver: newer, block } = await deployed();
      await world.connection.provider.request({ method: "evm_setAutomine", params: [false] });
      await world.directory.publish(RESOLVER, newer, block, { gasLimit: 1_000_000 });
      await record(newer, "at once", { gasLimit: 1_000_000 });
      await world.connection.networkHelpers.mine();
      await world.connection.provider.request({ method: "evm_setAutomine", params: [true] });
      await record(newer, "new");
      expect(seen(await running)).to.deep.equal(["1 old", "2 at once", "2 new"]);
    });

    it("leaves out one that was withdrawn", async () => {
      const newer = await published();
      await record(newer, "new");
      await record(world.resolver, "old");
      await world.directory.setStatus(RESOLVER, 2, 3);
      expect(seen(await told({ contracts: ["CityResolver"] }))).to.deep.equal(["1 old"]);
    });

    it("refuses one whose code is not what was published", async () => {
      await world.connection.networkHelpers.setCode(await world.registry.getAddress(), "0x6001");
      expect(await errorOf(() => told())).to.be.instanceOf(DirectoryError);
    });
  });

  it("refuses a beginning that is none", async () => {
    for (const from of [-1, 1.5, { block: -1, hash: ZeroHash }, { block: 1, hash: "0x12" }, {} as Cursor]) {
      expect(await errorOf(() => told({ from })), JSON.stringify(from)).to.be.instanceOf(RangeError);
    }
  });
});
