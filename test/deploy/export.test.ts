import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { id, ZeroAddress } from "ethers";

import { deploySuite } from "../../rocketh/suite.js";
import { connect, deploymentOf } from "../../src/index.js";
import { type ConsortiumNode, startConsortiumNode } from "./node.js";
import { newFolder, removeFolders } from "./support.js";

const HARDHAT = "node_modules/hardhat/dist/src/cli.js";

/** What an operator or an auditor types, against a node as consortia run it. */
describe("hardhat export", () => {
  let node: ConsortiumNode;
  let directory: string;
  let wanted: unknown;

  before(async () => {
    node = await startConsortiumNode(20_262);
    const suite = await deploySuite(node.chain);
    directory = await suite.directory.getAddress();
    const client = await connect({ directory, runner: node.chain.ethers.provider });
    wanted = JSON.parse(JSON.stringify(await deploymentOf(client)));
  });

  after(async () => {
    await node.close();
    removeFolders();
  });

  async function run(records: string, ...options: string[]): Promise<{ status: number | null; output: string }> {
    const { PATH, HOME } = process.env;
    const args = [HARDHAT, "export", "--network", "consortium", "--no-compile", ...options];
    const env = { PATH, HOME, CIVITAS_RPC_URL: node.url, CIVITAS_RECORDS: records };
    const child = spawn(process.execPath, args, { env });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, output };
  }

  const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

  it("writes what the directory leads to, with nothing given but its address", async () => {
    const records = newFolder();
    const { status, output } = await run(records, "--directory", directory);
    expect(status, output).to.equal(0);
    const path = join(records, "consortium.json");
    expect(output).to.contain(`${path} tells the deployment on chain 20262: 20 contracts behind ${directory}`);
    expect(read(path)).to.deep.equal(wanted);
    expect(node.sent).to.deep.equal([]);
  });

  it("takes the directory from the records of the deployment, and writes where it is told", async () => {
    const records = newFolder();
    mkdirSync(join(records, "consortium"));
    writeFileSync(join(records, "consortium/SuiteDirectory.json"), JSON.stringify({ address: directory }));
    const out = join(records, "public/suite.json");
    const { status, output } = await run(records, "--out", out);
    expect(status, output).to.equal(0);
    expect(read(out)).to.deep.equal(wanted);
  });

  it("says what is missing or wrong, and writes nothing", async () => {
    const records = newFolder();
    const [without, wrong] = await Promise.all([run(records), run(records, "--directory", ZeroAddress)]);
    expect(without.status).to.equal(1);
    expect(without.output).to.contain("has no record of the directory: say its address with --directory");
    expect(wrong.status).to.equal(1);
    expect(wrong.output).to.contain(`there is no contract at ${ZeroAddress} on chain 20262`);
    expect(wrong.output).not.to.contain("report it"); // it is not a bug of Hardhat's
    expect(existsSync(join(records, "consortium.json"))).to.equal(false);
  });

  it("refuses a private key in the place of the directory, without showing it and before the node is asked", async () => {
    const key = id("a key");
    const asked = new Map(node.asked);
    for (const typed of [key, key.slice(0, -1)]) {
      const { status, output } = await run(newFolder(), "--directory", typed);
      expect(status, output).to.equal(1);
      expect(output).to.match(/looks like a private key|--directory must be an address/);
      expect(output).not.to.contain(key.slice(2, 8));
    }
    expect(node.asked).to.deep.equal(asked);
  });
});
