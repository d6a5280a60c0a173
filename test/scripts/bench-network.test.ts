import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite } from "../../rocketh/suite.js";
import { Blocks } from "../../scripts/bench-network/blocks.js";
import { claimsInCalls, claimsOneByOne, type Desk, openDesk } from "../../scripts/bench-network/claims.js";
import { BenchError, type Load } from "../../scripts/bench-network/load.js";
import { type Alloc, contractsOf, openPast } from "../../scripts/bench-network/past.js";
import { pump, type Sent } from "../../scripts/bench-network/pump.js";
import { makeSenders, type Sender, sign } from "../../scripts/bench-network/senders.js";
import { isComplete, perSecond, readBack, tally } from "../../scripts/bench-network/tally.js";
import { openTown } from "../../scripts/common/town.js";
import { type Node, startNode } from "../client/chain/proxy.js";

const CHAIN = 31_337;

describe("npm run bench:network", () => {
  describe("counting", () => {
    const found = [
      { key: "a", block: 7 },
      { key: "b", block: 7 },
      { key: "b", block: 9 },
      { key: "z", block: 9 },
    ];

    it("tells records that are there once, missing, double, and of nobody", () => {
      const { blocks, ...rest } = tally(["a", "b", "c"], found);
      expect(rest).to.deep.equal({ submitted: 3, once: 1, missing: ["c"], double: ["b"], foreign: ["z"] });
      expect([...blocks]).to.deep.equal([
        [7, 2],
        [9, 2],
      ]);
    });

    it("calls it complete when all are there once, and nothing else", () => {
      expect(isComplete(tally(["a"], [{ key: "a", block: 7 }]))).to.equal(true);
      expect(isComplete(tally(["a", "b", "z"], found))).to.equal(false);
      expect(isComplete(tally(["a", "c"], [{ key: "a", block: 7 }]))).to.equal(false);
      expect(isComplete(tally([], [{ key: "a", block: 7 }]))).to.equal(false);
    });

    it("takes the time from the block before the first to the last", () => {
      const times = new Map([
        [6, 100],
        [7, 103],
        [9, 105],
      ]);
      expect(perSecond(tally([], found), (block) => times.get(block) ?? NaN)).to.deep.equal({ rate: 0.8, seconds: 5 });
      expect(perSecond(tally([], []), () => NaN)).to.deep.equal({ rate: 0, seconds: 0 });
    });
  });

  describe("on a chain that begins with contracts of another one", () => {
    let past: NetworkConnection;
    let alloc: Alloc;
    let desk: Desk;
    let senders: Sender[];
    let node: Node;
    let blocks: Blocks;

    before(async () => {
      past = await openPast(CHAIN);
      senders = makeSenders(2);
      desk = await openDesk(past, await openTown(await deploySuite(past)), senders);
      alloc = await contractsOf(past);
      node = await startNode();
      for (const [address, { code, storage }] of Object.entries(alloc)) {
        await node.provider.send("hardhat_setCode", [address, code]);
        for (const [slot, value] of Object.entries(storage)) {
          await node.provider.send("hardhat_setStorageAt", [address, slot, value]);
        }
      }
      await node.provider.send("evm_setAutomine", [false]);
      await node.provider.send("evm_setIntervalMining", [250]);
      blocks = await Blocks.from(node.provider);
    });

    after(async () => {
      await blocks.end();
      await node.close();
      await past.close();
    });

    it("has each contract as it was", async () => {
      expect(Object.keys(alloc)).to.have.length(22);
      const { provider } = past.ethers;
      for (const [address, { code, storage }] of Object.entries(alloc)) {
        expect(await provider.getCode(address)).to.equal(code);
        for (const [slot, value] of Object.entries(storage)) {
          expect(await provider.getStorage(address, slot), `${address} ${slot}`).to.equal(value);
          expect(BigInt(value)).not.to.equal(0n);
        }
      }
    });

    it("finds every record once, one by one and in calls", async () => {
      const loads = [claimsOneByOne(desk, 20), claimsInCalls(desk, 2, 5)];
      const { from, sent } = await send([node.url], loads);
      expect(sent).to.deep.include({ unanswered: 0, again: new Set() });
      expect(sent.transactions).to.have.length(22);
      expect(await tallyOf(loads[0], sent, from)).to.deep.include({ submitted: 20, once: 20 });
      const keys = [...keysOf(sent, loads[0]), ...keysOf(sent, loads[1])];
      const both = await readBack(node.provider, load(loads[0]), keys, from, blocks.head);
      expect(both).to.deep.include({ submitted: 30, once: 30, missing: [], double: [], foreign: [] });
      expect([...both.blocks.values()].reduce((sum, count) => sum + count)).to.equal(30);
    });

    it("tells a record that did not arrive, and one that nobody submitted", async () => {
      const one = claimsOneByOne(desk, 3);
      const { from, sent } = await send([node.url], [one]);
      const [first = "", ...others] = keysOf(sent, one);
      const unsent = `0x${"ab".repeat(32)}`;
      const result = await readBack(node.provider, one, [...others, unsent], from, blocks.head);
      expect(result).to.deep.include({ submitted: 3, once: 2, missing: [unsent], foreign: [first] });
    });

    it("sends again what goes to an endpoint that nobody listens at, and finds it once", async () => {
      const dead = await endpoint(() => []);
      await close(dead.server);
      const one = claimsOneByOne(desk, 20);
      const { from, sent } = await send([node.url, dead.url], [one]);
      expect(sent.unanswered).to.be.at.least(1);
      expect(sent.again).to.have.property("size", 10);
      expect(await tallyOf(one, sent, from)).to.deep.include({ submitted: 20, once: 20, missing: [], double: [] });
    });

    it("sends again what an endpoint took and lost, and finds it once", async () => {
      const forgetful = await endpoint((requests) => requests.map(({ id }) => ({ jsonrpc: "2.0", id, result: "0x" })));
      try {
        const one = claimsOneByOne(desk, 20);
        const { from, sent } = await send([node.url, forgetful.url], [one]);
        expect(sent).to.have.property("unanswered", 0);
        expect(sent.again).to.have.property("size", 10);
        expect(await tallyOf(one, sent, from)).to.deep.include({ submitted: 20, once: 20, missing: [], double: [] });
      } finally {
        await close(forgetful.server);
      }
    });

    it("says which transaction a node refuses", async () => {
      const one = { ...claimsOneByOne(desk, 1), gasLimit: 1n };
      const error: unknown = await send([node.url], [one]).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(BenchError);
      expect(String(error)).to.match(/127\.0\.0\.1:\d+ refuses a transaction: /);
    });

    /** Fast, and from the block that there is now. */
    async function send(urls: string[], loads: Load[]): Promise<{ from: number; sent: Sent }> {
      const from = blocks.head + 1;
      const lanes = sign(senders, CHAIN, loads);
      return { from, sent: await pump(urls, blocks, lanes, { seconds: 60, ahead: 100, evenly: false }) };
    }

    async function tallyOf(one: Load | undefined, sent: Sent, from: number) {
      return readBack(node.provider, load(one), keysOf(sent, load(one)), from, blocks.head);
    }
  });
});

function load(one: Load | undefined): Load {
  if (one === undefined) throw new Error("there is no such load");
  return one;
}

function keysOf({ transactions }: Sent, of: Load | undefined): string[] {
  return transactions.filter((transaction) => transaction.load === of).flatMap(({ keys }) => keys);
}

interface Listening {
  url: string;
  server: Server;
}

/** Something that answers batches of questions. */
async function endpoint(answer: (requests: { id: number }[]) => object[]): Promise<Listening> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      response.end(JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString()) as { id: number }[])));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
    server.closeAllConnections();
  });
}
