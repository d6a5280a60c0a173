import { spawn } from "node:child_process";

import { expect } from "chai";
import { id } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { UsageError } from "../../scripts/common/command.js";
import { readTarget } from "../../scripts/preflight/options.js";
import { reportOf, tableOf } from "../../scripts/preflight/report.js";
import { newChain, serve, type TestNode } from "./node.js";

describe("npm run preflight", () => {
  describe("what is typed", () => {
    const read = async (args: string[], environment: NodeJS.ProcessEnv = {}) => readTarget(args, environment);

    it("names endpoints by options, by commas, and each once", async () => {
      const args = ["--url", "http://a:1, http://b:2", "--url", "https://c/x", "--url", "http://a:1"];
      expect((await read(args))?.urls).to.deep.equal(["http://a:1", "http://b:2", "https://c/x"]);
    });

    it("may come from the environment", async () => {
      const environment = { CIVITAS_RPC_URL: "http://a:1,http://b:2", CIVITAS_CHAIN_ID: "7" };
      expect(await read([], environment)).to.include({ chainId: 7, wait: 20_000 });
      expect((await read([], environment))?.urls).to.have.length(2);
      expect(await read(["--url", "http://c", "--chain-id", "9"], environment)).to.deep.include({
        urls: ["http://c"],
        chainId: 9,
      });
    });

    it("asks for help", async () => {
      expect(await read(["--help"])).to.equal(undefined);
    });

    for (const [args, message] of [
      [[], "which chain? Give --network, or --url, or CIVITAS_RPC_URL"],
      [["--url", "http://a", "--network", "localnode"], "give --url or --network, not both"],
      [["--url", "ws://a"], 'an endpoint begins with http:// or https://, and this does not: "ws://a..."'],
      [["--network", "default"], '"default" runs in this process, and needs no preflight'],
      [["--network", "nowhere"], 'hardhat.config.ts has no network "nowhere"'],
      [["--url", "http://a", "--chain-id", "x"], `--chain-id is a whole number from 1 to ${2 ** 53 - 1}; this is "x"`],
      [["--url", "http://a", "--wait", "0"], '--wait is a whole number from 1 to 600; this is "0"'],
    ] as const) {
      it(`is refused: ${args.join(" ") || "nothing"}`, async () => {
        const error: unknown = await read([...args]).catch((error: unknown) => error);
        expect(error).to.be.instanceOf(UsageError);
        expect((error as Error).message).to.equal(message);
      });
    }
  });

  it("has a row for each answer, and below it what to change", () => {
    const table = tableOf([
      { what: "chain", verdict: "ok", found: "5" },
      { what: "gas price", verdict: "no", found: "9", change: "set it to 0" },
    ]);
    expect(table).to.equal("ok  chain      5\nno  gas price  9\n      → set it to 0");
  });

  it("sums up what is a hindrance, and what is a thing to know", () => {
    const [ok, warn, no] = (["ok", "warn", "no"] as const).map((verdict) => ({ what: verdict, verdict, found: "" }));
    expect(reportOf([ok!])).to.include({ ready: true, summary: "This chain can carry the suite." });
    expect(reportOf([ok!, warn!]).summary).to.equal("This chain can carry the suite; to be known: warn.");
    expect(reportOf([ok!, warn!, no!])).to.include({
      ready: false,
      summary: "this chain cannot carry the suite as it is: no",
    });
  });

  describe("as a command", () => {
    let chain: NetworkConnection;
    let node: TestNode;
    before(async () => {
      chain = await newChain();
      node = await serve(chain);
    });
    after(async () => {
      await node.close();
      await chain.close();
    });

    async function command(args: string[], environment: NodeJS.ProcessEnv = {}) {
      const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
      const child = spawn(process.execPath, ["--import", "tsx", "scripts/preflight.ts", "--wait", "1", ...args], {
        env,
      });
      let [output, errors] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
      const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { status, output, errors };
    }

    it("ends with 0 and a sentence, where the chain can carry the suite", async () => {
      const { status, output } = await command(["--network", "consortium"], { CIVITAS_RPC_URL: node.url });
      expect(output).to.match(
        /^ok {4}http:\S+ +block 0, (.|\n)*\nThis chain can carry the suite; to be known: .*\.\n$/,
      );
      expect(status).to.equal(0);
    });

    it("ends with 1, where it cannot, and gives JSON where that is asked for", async () => {
      const args = ["--network", "localnode", "--chain-id", "5", "--json"];
      const { status, output, errors } = await command(args, { CIVITAS_NODE_URL: node.url });
      expect(JSON.parse(output)).to.deep.include({ ready: false });
      expect(errors).to.equal(`preflight: this chain cannot carry the suite as it is: ${node.url}\n`);
      expect(status).to.equal(1);
    });

    it("ends with 2, where the options make no sense", async () => {
      expect((await command(["--network", "consortium"])).status).to.equal(2);
    });

    const key = id("a key");
    for (const [place, args, environment] of [
      ["an argument", [key], {}],
      ["an endpoint", ["--url", key], {}],
      ["a chain id", ["--url", "http://127.0.0.1:1", "--chain-id", key], {}],
      ["a chain id, with a letter too many", ["--url", "http://127.0.0.1:1", "--chain-id", `${key}:`], {}],
      ["a chain id, in the environment", ["--url", "http://127.0.0.1:1"], { CIVITAS_CHAIN_ID: key }],
      ["a network", ["--network", key], {}],
    ] as const) {
      it(`refuses a private key in the place of ${place}, and does not show it`, async () => {
        const { status, output, errors } = await command([...args], environment);
        expect(status, errors).to.equal(2);
        expect(errors).not.to.equal("");
        expect(`${output}${errors}`).not.to.contain(key.slice(2, 8));
      });
    }
  });
});
