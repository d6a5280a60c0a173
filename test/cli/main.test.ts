import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { expect } from "chai";

import { start } from "./child.js";

describe("the bin of civitas", () => {
  it("runs in a process of its own: help, and exit codes", async () => {
    const help = await start(["--help"], {}).ended;
    expect(help.status, help.err).to.equal(0);
    expect(help.out).to.match(/^Usage: civitas/);
    expect(help.out).to.contain("Exit codes: 0 done, 1 refused or failed, 2 the command makes no sense.");
    const nonsense = await start(["nonsense"], {}).ended;
    expect(nonsense.status).to.equal(2);
    expect(nonsense.out).to.equal("");
    const refused = await start(["key", "address"], {}).ended;
    expect(refused.status).to.equal(1);
    expect(refused.err).to.match(/^civitas: this is signed, and there is no key: /);
  }).timeout(60_000);

  it("ends though an endpoint never answers", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const args = ["suite", "list", "--url", `http://127.0.0.1:${port}/v3/secret`, "--directory", `0x${"a".repeat(40)}`];
    const { status, err } = await start(args, {}).ended;
    server.close();
    expect(status).to.equal(1);
    expect(err).to.contain(`127.0.0.1:${port} does not answer within 5 s`).and.not.to.contain("secret");
  }).timeout(60_000);

  it("loads nothing of Hardhat", async () => {
    const hook = `
      import { registerHooks } from "node:module";
      registerHooks({ load: (url, context, next) => {
        const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
        if (name !== undefined) process.stderr.write(name + "\\n");
        return next(url, context);
      } });`;
    const watched = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}` };
    const { status, err } = await start(["city", "--help"], watched).ended;
    expect(status, err).to.equal(0);
    const packages = [...new Set(err.split("\n"))];
    expect(packages).to.include.members(["commander", "ethers"]);
    expect(packages.filter((name) => /^@?(hardhat|nomicfoundation|rocketh|mocha|chai)/.test(name))).to.deep.equal([]);
  }).timeout(60_000);
});
