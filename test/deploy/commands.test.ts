import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { computeAddress, id } from "ethers";

import { SuiteFactory__factory } from "../../typechain/index.js";
import { type ConsortiumNode, startConsortiumNode } from "./node.js";
import { ACTS, contentOf, CONTRACTS, newFolder, removeFolders } from "./support.js";

const HARDHAT = "node_modules/hardhat/dist/src/cli.js";
const CHAIN_ID = 20_261;
const DEPLOYER_KEY = id("civitas test deployer");
const ADMINISTRATOR = computeAddress(id("civitas test administrator"));

/** What an operator types, against a node as consortia run it. */
describe("hardhat deploy and hardhat verify", () => {
  let node: ConsortiumNode;
  const nodes: ConsortiumNode[] = [];
  const records = newFolder();
  const forDeployment = { CIVITAS_DEPLOYER_KEY: DEPLOYER_KEY, CIVITAS_ADMIN_ADDRESS: ADMINISTRATOR };

  before(async () => {
    node = await start();
  });

  after(async () => {
    await Promise.all(nodes.map(async (each) => each.close()));
    removeFolders();
  });

  async function start(since?: string): Promise<ConsortiumNode> {
    const started = await startConsortiumNode(CHAIN_ID, since);
    nodes.push(started);
    return started;
  }

  async function hardhat(
    task: "deploy" | "verify",
    variables: Record<string, string>,
    started?: (child: ChildProcess) => void,
    /** No file can grow larger, as on a full disk: in KiB. */
    largest?: number,
  ): Promise<{ status: number | null; output: string }> {
    const command = [process.execPath, HARDHAT, task, "--network", "consortium", "--no-compile"];
    const limited = ["bash", "-c", 'ulimit -f "$0" && exec "$@"', `${largest}`, ...command];
    const [file = "", ...rest] = largest === undefined ? command : limited;
    const child = spawn(file, rest, {
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        CIVITAS_RPC_URL: node.url,
        CIVITAS_RECORDS: records,
        ...variables,
      },
    });
    started?.(child);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, output };
  }

  it("deploy is killed by SIGKILL after each of its transactions in turn, and resumed", async () => {
    for (let sent = 1; sent <= ACTS.length; sent++) {
      const { status, output } = await hardhat("deploy", forDeployment, (child) => {
        node.onSent = () => node.sent.length === sent && child.kill("SIGKILL");
      });
      expect(status, output).to.equal(null);
      expect(node.sent).to.have.length(sent);
    }
  }).timeout(900_000);

  it("deploy goes on, knowing the administrator's address alone", async () => {
    const { status, output } = await hardhat("deploy", forDeployment);
    expect(status, output).to.equal(0);
    expect(output).to.contain(`verified: ${ADMINISTRATOR} administers the network, and nobody else`);
    expect(output).to.match(/The suite on consortium is found through its directory: 0x[0-9a-fA-F]{40}\n$/);
    expect(node.sent).to.have.length(ACTS.length);
    expect(Object.keys(contentOf(records))).to.have.length(CONTRACTS.length + 1); // and .chain
    expect(output).not.to.contain(DEPLOYER_KEY.slice(2));
  });

  it("deploy again, and nothing is sent", async () => {
    const { status, output } = await hardhat("deploy", forDeployment);
    expect(status, output).to.equal(0);
    expect(node.sent).to.have.length(ACTS.length);
  });

  it("deploy says what to do if the disk is full, and goes on when there is room", async () => {
    const other = await start("2003-03-03T00:00:00Z");
    const folder = newFolder();
    const variables = { ...forDeployment, CIVITAS_RPC_URL: other.url, CIVITAS_RECORDS: folder };
    const full = await hardhat("deploy", variables, undefined, 40);
    expect(full.status, full.output).to.equal(1);
    expect(full.output).to.match(
      /consortium\/CityAccessManager\.json cannot be written: EFBIG: .*\. What was sent is on the chain, .* run the same command again: /,
    );
    expect(full.output).not.to.match(/Unhandled|report it|^ +at /m);
    expect(other.sent).to.have.length(2);
    expect(Object.keys(contentOf(folder)).sort()).to.deep.equal(["consortium/.chain", "consortium/SuiteFactory.json"]);

    const { status, output } = await hardhat("deploy", variables);
    expect(status, output).to.equal(0);
    expect(other.sent).to.have.length(ACTS.length);
    expect(Object.keys(contentOf(folder))).to.have.length(CONTRACTS.length + 1); // and .chain
  }).timeout(120_000);

  it("deploy, typed by two operators at once, deploys nothing twice", async () => {
    const other = await start("2002-02-02T00:00:00Z");
    const both = await Promise.all(
      [1, 2].map(async () =>
        hardhat("deploy", { ...forDeployment, CIVITAS_RPC_URL: other.url, CIVITAS_RECORDS: newFolder() }),
      ),
    );
    for (const { status, output } of both) {
      if (status !== 0) expect(output).to.match(/run the same command again/i);
    }
    const { status, output } = await hardhat("deploy", {
      ...forDeployment,
      ...{ CIVITAS_RPC_URL: other.url, CIVITAS_RECORDS: newFolder() },
    });
    expect(status, output).to.equal(0);
    expect(await createdOn(other)).to.equal(CONTRACTS.length);
  }).timeout(300_000);

  it("verify without a key, from the records or from two addresses, and say what is not as it should be", async () => {
    const elsewhere = newFolder();
    const deployer = computeAddress(DEPLOYER_KEY);
    const stranger = computeAddress(id("stranger"));
    const [fromRecords, fromAddresses, fromNothing, wrong] = await Promise.all([
      hardhat("verify", {}),
      hardhat("verify", {
        CIVITAS_RECORDS: elsewhere,
        CIVITAS_DEPLOYER_ADDRESS: deployer,
        CIVITAS_ADMIN_ADDRESS: ADMINISTRATOR,
      }),
      hardhat("verify", { CIVITAS_RECORDS: elsewhere }),
      hardhat("verify", { CIVITAS_ADMIN_ADDRESS: stranger }),
    ]);
    for (const { status, output } of [fromRecords, fromAddresses]) {
      expect(status, output).to.equal(0);
      expect(output).to.contain(`verified: the deployer ${deployer} holds no role`);
      expect(output).to.match(/All \d+ hold\.\n$/);
    }
    expect(existsSync(join(elsewhere, "consortium"))).to.equal(false);

    expect(fromNothing.status).to.equal(1);
    expect(fromNothing.output).to.contain("has no records: set CIVITAS_DEPLOYER_ADDRESS and CIVITAS_ADMIN_ADDRESS");

    expect(wrong.status).to.equal(1);
    expect(wrong.output).to.contain(`should be administered by ${stranger} alone, but is by ${ADMINISTRATOR}`);
    expect(wrong.output).not.to.contain("report it"); // it is not a bug of Hardhat's
  });

  it("deploy says which variable is missing, or is not as it should be", async () => {
    const [nobody, noDeployer, two] = await Promise.all([
      hardhat("deploy", { CIVITAS_DEPLOYER_KEY: DEPLOYER_KEY }),
      hardhat("deploy", { CIVITAS_ADMIN_ADDRESS: ADMINISTRATOR }),
      hardhat("deploy", { ...forDeployment, CIVITAS_RPC_URL: `${node.url},${node.url}` }),
    ]);
    for (const { status, output } of [nobody, noDeployer, two]) expect(status, output).to.equal(1);
    expect(nobody.output).to.contain("Set CIVITAS_ADMIN_ADDRESS; its key is not needed here");
    expect(noDeployer.output).to.contain("Set CIVITAS_DEPLOYER_KEY");
    expect(two.output).to.contain("CIVITAS_RPC_URL is one endpoint here");
  }).timeout(120_000);

  it("refuse what is not of its variable, without showing it and before the node is asked", async () => {
    const asked = new Map(node.asked);
    const cases = [
      [
        "deploy",
        { ...forDeployment, CIVITAS_ADMIN_ADDRESS: DEPLOYER_KEY },
        "CIVITAS_ADMIN_ADDRESS looks like a private key",
      ],
      ["deploy", { ...forDeployment, CIVITAS_CHAIN_ID: DEPLOYER_KEY }, "CIVITAS_CHAIN_ID looks like a private key"],
      ["verify", { CIVITAS_DEPLOYER_ADDRESS: DEPLOYER_KEY }, "CIVITAS_DEPLOYER_ADDRESS looks like a private key"],
      ["verify", { CIVITAS_ADMIN_ADDRESS: DEPLOYER_KEY.slice(0, -1) }, "CIVITAS_ADMIN_ADDRESS must be an address"],
      [
        "deploy",
        { ...forDeployment, CIVITAS_DEPLOYER_KEY: ADMINISTRATOR },
        "CIVITAS_DEPLOYER_KEY must be a private key of 32 bytes, and is an address",
      ],
    ] as const;
    for (const [task, variables, message] of cases) {
      const { status, output } = await hardhat(task, variables);
      expect(status, output).to.equal(1);
      expect(output).to.contain(message);
      expect(output).not.to.contain(DEPLOYER_KEY.slice(2, 8));
      expect(output).not.to.contain("report it"); // it is not a bug of Hardhat's
    }
    expect(node.asked).to.deep.equal(asked);
  }).timeout(120_000);

  it("deploy refuses another chain id, and another genesis under the same", async () => {
    const other = await start("2001-01-01T00:00:00Z");
    const before = contentOf(records);
    const [wrongId, wrongGenesis] = await Promise.all([
      hardhat("deploy", { ...forDeployment, CIVITAS_CHAIN_ID: "1" }),
      hardhat("deploy", { ...forDeployment, CIVITAS_RPC_URL: other.url }),
    ]);
    expect(wrongId.status).to.equal(1);
    expect(wrongId.output).to.match(/chain ?id/i);
    expect(wrongGenesis.status).to.equal(1);
    expect(wrongGenesis.output).to.contain("Nothing was touched.");
    expect(contentOf(records)).to.deep.equal(before);
    expect(other.sent).to.deep.equal([]);
  });
});

/** How many contracts a chain has: the factories, and what they deployed. */
async function createdOn({ chain }: ConsortiumNode): Promise<number> {
  const { provider } = chain.ethers;
  let factories = 0;
  for (let block = 1; block <= (await provider.getBlockNumber()); block++) {
    const found = await provider.getBlock(block, true);
    factories += (found?.prefetchedTransactions ?? []).filter(({ to }) => to === null).length;
  }
  const deployed = SuiteFactory__factory.createInterface().getEvent("Deployed").topicHash;
  return factories + (await provider.getLogs({ topics: [deployed], fromBlock: 0 })).length;
}
