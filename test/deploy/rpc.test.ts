import { expect } from "chai";
import { id, Transaction } from "ethers";
import { network } from "hardhat";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

import { mend } from "../../rocketh/rpc.js";
import { type DeployedSuite, deploySuite } from "../../rocketh/suite.js";
import { ACTS, failureOf, newChain } from "./support.js";
import { type ConsortiumNode, startConsortiumNode } from "./node.js";

describe("requests to a node", () => {
  const requestOf = (method: string, params: unknown[]): JsonRpcRequest => ({ jsonrpc: "2.0", id: 1, method, params });
  const response: JsonRpcResponse = { jsonrpc: "2.0", id: 1, result: "0x1" };
  const refusal: JsonRpcResponse = { jsonrpc: "2.0", id: 1, error: { code: -32601, message: "Method not found" } };

  async function forwarded(method: string, params: unknown[]): Promise<unknown> {
    let seen: JsonRpcRequest | undefined;
    const answer = await mend(requestOf(method, params), (request) => {
      seen = request;
      return Promise.resolve(response);
    });
    expect(answer).to.equal(response);
    expect(seen).to.include({ jsonrpc: "2.0", id: 1, method });
    return seen?.params;
  }

  it("get the block tag that eth_call lacks, and keep the one it has", async () => {
    expect(await forwarded("eth_call", [{ to: "0x1" }])).to.deep.equal([{ to: "0x1" }, "latest"]);
    expect(await forwarded("eth_call", [{ to: "0x1" }, "0x5"])).to.deep.equal([{ to: "0x1" }, "0x5"]);
  });

  it("are otherwise left as they are", async () => {
    expect(await forwarded("eth_getCode", ["0x1"])).to.deep.equal(["0x1"]);
    expect(await forwarded("eth_feeHistory", ["0x14", "pending", []])).to.deep.equal(["0x14", "pending", []]);
  });

  it("for eth_feeHistory that fail, fail with the words that rocketh knows", async () => {
    for (const send of [() => Promise.resolve(refusal), () => Promise.reject(new Error("Method not found"))]) {
      expect(await mend(requestOf("eth_feeHistory", []), send)).to.deep.equal({
        jsonrpc: "2.0",
        id: 1,
        error: { code: -32601, message: "unknown method eth_feeHistory" },
      });
    }
  });

  it("for the node's accounts find none, where the node does not know the question", async () => {
    for (const send of [() => Promise.resolve(refusal), () => Promise.reject(new Error("Method not found"))]) {
      expect(await mend(requestOf("eth_accounts", []), send)).to.deep.equal({ jsonrpc: "2.0", id: 1, result: [] });
    }
    expect(await forwarded("eth_accounts", [])).to.deep.equal([]);
  });

  it("of other kinds fail as the node says", async () => {
    const send = () => Promise.resolve(refusal);
    expect(await mend(requestOf("eth_call", [{}]), send)).to.equal(refusal);
    expect(await mend(requestOf("eth_gasPrice", []), send)).to.equal(refusal);
  });

  it("pass through this on every Hardhat network", async () => {
    const { provider } = await newChain();
    const error = await failureOf(provider.request({ method: "eth_feeHistory", params: ["0x1", "latest", []] }));
    expect(error.message).to.equal("unknown method eth_feeHistory");
  });
});

describe("a node that wants block tags, has no eth_feeHistory and takes no gas price", () => {
  const CHAIN_ID = 20_260;
  const keys = [id("civitas test deployer"), id("civitas test administrator")]; // unfunded
  let node: ConsortiumNode;
  let suite: DeployedSuite;

  before(async () => {
    node = await startConsortiumNode(CHAIN_ID);
    const override = { url: node.url, accounts: keys };
    const connection = await network.create({ network: "consortium", override });
    suite = await deploySuite(connection);
  });

  after(() => node.close());

  it("gets the whole suite from an account without funds", async () => {
    expect(await suite.manager.cityRegistry()).to.equal(await suite.registry.getAddress());
    expect(await node.chain.ethers.provider.getBalance(suite.deployer)).to.equal(0n);
    expect(node.asked.get("eth_feeHistory")).to.be.greaterThan(0);
  });

  it("gets transactions of type 0, signed for its chain, at no price", () => {
    expect(node.sent).to.have.length(ACTS.length);
    for (const raw of node.sent) {
      const { type, gasPrice, chainId } = Transaction.from(raw);
      expect({ type, gasPrice, chainId }).to.deep.equal({ type: 0, gasPrice: 0n, chainId: BigInt(CHAIN_ID) });
    }
  });
});
