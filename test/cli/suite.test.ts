import { expect } from "chai";
import { keccak256 } from "ethers";

import { deploy } from "../client/world.js";
import { accountOf, shell } from "./world.js";

/** Numbers of accounts in `hardhat node`. */
const ADMINISTRATOR = 1;
const STRANGER = 6;

interface Answer {
  faults: string[];
  entries: Entry[];
}

interface Entry {
  name: string;
  fault: string | null;
  closed: boolean | null;
}

describe("civitas suite", () => {
  const at = shell(deploy);

  it("lists every version, with its address and whether its code is what was published", async () => {
    const told = await at().civitas(["suite", "list"]);
    expect(told.status, told.err).to.equal(0);
    const registry = await at().world.registry.getAddress();
    expect(told.out).to.match(
      new RegExp(`^CityRegistry +1 {2}${registry} {2}Current +from block \\d+ +code as published$`, "m"),
    );
  });

  it("finds a contract whose code is another", async () => {
    const { civitas, world } = at();
    expect((await civitas(["suite", "check"])).status).to.equal(0);
    const { networkHelpers } = world.connection;
    const address = await world.registry.getAddress();
    const code = await world.provider.getCode(address);
    await networkHelpers.setCode(address, "0x00");
    const told = await civitas(["suite", "check", "--json"]);
    await networkHelpers.setCode(address, code);
    expect(told.status).to.equal(1);
    const { faults, entries } = JSON.parse(told.out) as Answer;
    expect(faults).to.have.length(1);
    expect(faults[0]).to.contain("CityRegistry version 1");
    expect(entries.filter(({ fault }) => fault !== null).map(({ name }) => name)).to.deep.equal(["CityRegistry"]);
  });

  it("closes a contract for new acts, and opens it", async () => {
    const { as, world } = at();
    const address = await world.registry.getAddress();
    const closed = async () => world.manager.isTargetClosed(address);
    const rehearsed = await as(ADMINISTRATOR, ["suite", "close", "CityRegistry", "--dry-run"]);
    expect(rehearsed.out).to.match(/^close CityRegistry version 1 at 0x.*: would be done by .*; nothing was sent$/);
    expect(await closed()).to.equal(false);
    const told = await as(ADMINISTRATOR, ["suite", "close", "CityRegistry"]);
    expect(told.status, told.err).to.equal(0);
    expect(await closed()).to.equal(true);
    expect((await as(ADMINISTRATOR, ["suite", "open", "CityRegistry", "--version", "1"])).status).to.equal(0);
    expect(await closed()).to.equal(false);
  });

  it("shows which contracts are closed for new acts", async () => {
    const { as, civitas } = at();
    await as(ADMINISTRATOR, ["suite", "close", "CityRegistry"]);
    const [list, check, json] = await Promise.all([
      civitas(["suite", "list"]),
      civitas(["suite", "check"]),
      civitas(["suite", "check", "--json"]),
    ]);
    await as(ADMINISTRATOR, ["suite", "open", "CityRegistry"]);
    for (const { out } of [list, check]) {
      expect(out).to.match(/^CityRegistry .* code as published {2}closed for new acts$/m);
      expect(out.match(/closed for new acts/g)).to.have.length(1);
    }
    const { entries } = JSON.parse(json.out) as Answer;
    expect(entries.filter(({ closed }) => closed === true).map(({ name }) => name)).to.deep.equal(["CityRegistry"]);
    expect(entries.filter(({ closed }) => closed === false)).to.have.length(entries.length - 1);
  });

  it("does not say whether one is closed where no manager is current, its code is another, or it cannot tell", async () => {
    const { as, civitas, world } = at();
    const told = async () => {
      expect((await civitas(["suite", "list"])).out).not.to.contain("closed for new acts");
      const entries = JSON.parse((await civitas(["suite", "list", "--json"])).out) as Entry[];
      return new Set(entries.map(({ closed }) => closed));
    };
    await as(ADMINISTRATOR, ["suite", "close", "CityResolver"]);
    await as(ADMINISTRATOR, ["suite", "mark", "CityAccessManager", "1", "Superseded"]);
    const withoutCurrent = await told();
    await as(ADMINISTRATOR, ["suite", "mark", "CityAccessManager", "1", "Current"]);
    const { networkHelpers } = world.connection;
    const address = await world.manager.getAddress();
    const code = await world.provider.getCode(address);
    await networkHelpers.setCode(address, "0x00");
    const withOtherCode = await told();
    await networkHelpers.setCode(address, code);
    const none = await world.factory.getAddress();
    await as(ADMINISTRATOR, ["suite", "publish", "CityAccessManager", none, "--start-block", "1"]);
    const withNoManager = await told();
    await as(ADMINISTRATOR, ["suite", "mark", "CityAccessManager", "2", "Withdrawn"]);
    await as(ADMINISTRATOR, ["suite", "mark", "CityAccessManager", "1", "Current"]);
    await as(ADMINISTRATOR, ["suite", "open", "CityResolver"]);
    expect([...withoutCurrent, ...withOtherCode, ...withNoManager]).to.deep.equal([null, null, null]);
  });

  it("sends nothing to close what is closed, or to open what is open", async () => {
    const { as, world } = at();
    const label = `CityRegistry version 1 at ${await world.registry.getAddress()}`;
    const sent = async () => world.provider.getTransactionCount(accountOf(ADMINISTRATOR));
    const before = await sent();
    const opened = await as(ADMINISTRATOR, ["suite", "open", "CityRegistry"]);
    expect(opened).to.deep.equal({ status: 0, out: `${label} is open already; nothing was sent`, err: "" });
    await as(ADMINISTRATOR, ["suite", "close", "CityRegistry"]);
    const closed = await as(ADMINISTRATOR, ["suite", "close", "CityRegistry"]);
    const json = await as(ADMINISTRATOR, ["suite", "close", "CityRegistry", "--json"]);
    expect(await sent()).to.equal(before + 1);
    await as(ADMINISTRATOR, ["suite", "open", "CityRegistry"]);
    expect(closed).to.deep.equal({ status: 0, out: `${label} is closed already; nothing was sent`, err: "" });
    expect(JSON.parse(json.out)).to.include({ what: `close ${label}`, already: true, transaction: null });
  });

  it("closes the directory itself, so that nothing is published, and opens it", async () => {
    const { as, world } = at();
    const place = await world.directory.getAddress();
    expect((await as(ADMINISTRATOR, ["suite", "close", "--help"])).out).to.match(/or\s+SuiteDirectory/);
    const told = await as(ADMINISTRATOR, ["suite", "close", "SuiteDirectory"]);
    expect(told.out, told.err).to.match(new RegExp(`^close SuiteDirectory at ${place}: done by `));
    const refused = await as(ADMINISTRATOR, ["suite", "publish", "ProjectBooks", place, "--start-block", "1"]);
    expect((await as(ADMINISTRATOR, ["suite", "open", "SuiteDirectory"])).status).to.equal(0);
    expect(refused.status).to.equal(1);
    expect(refused.err).to.match(/the network has closed the contract, to open it/);
    expect(await world.manager.isTargetClosed(place)).to.equal(false);
  });

  it("publishes a successor, withdraws it, and takes the first version back", async () => {
    const { as, civitas, world } = at();
    const place = await world.directory.getAddress(); // any contract is one that the directory has under no name
    const list = async () => (await civitas(["suite", "list"])).out;
    const publish = ["suite", "publish", "ProjectBooks", place, "--start-block", "1"];
    const rehearsed = await as(ADMINISTRATOR, [...publish, "--dry-run"]);
    const hash = keccak256(await world.provider.getCode(place));
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect(rehearsed.out).to.contain(`publish ProjectBooks version 2 at ${place}, with the code hash ${hash}`);
    const told = await as(ADMINISTRATOR, publish);
    expect(told.status, told.err).to.equal(0);
    expect(await list()).to.match(new RegExp(`^ProjectBooks +2 {2}${place} {2}Current `, "m"));
    expect(await list()).to.match(/^ProjectBooks +1 .* Superseded /m);
    expect((await as(ADMINISTRATOR, ["suite", "mark", "ProjectBooks", "2", "Withdrawn"])).status).to.equal(0);
    expect((await civitas(["suite", "check"])).out).to.match(/ProjectBooks has no current version/);
    expect((await as(ADMINISTRATOR, ["suite", "mark", "ProjectBooks", "1", "Current"])).status).to.equal(0);
    expect((await civitas(["suite", "check"])).status).to.equal(0);
  });

  it("does not publish, under one name, the code that was published under another", async () => {
    const { as, civitas, world } = at();
    const verifier = await world.verifier.getAddress();
    const before = (await civitas(["suite", "list"])).out;
    const publish = ["suite", "publish", "InvoiceRegistry", verifier, "--start-block", "1"];
    for (const args of [publish, [...publish, "--dry-run"]]) {
      const told = await as(ADMINISTRATOR, args);
      expect(told.status).to.equal(1);
      expect(told.err).to.contain(
        `the code at ${verifier} is that of ClaimVerifier version 1 at ${verifier}, so it is no InvoiceRegistry`,
      );
    }
    expect((await civitas(["suite", "list"])).out).to.equal(before);
  });

  it("says of a mark which version is current then, and that clients cannot act where none is", async () => {
    const { as } = at();
    const mark = (...args: string[]) => as(ADMINISTRATOR, ["suite", "mark", ...args]);
    const none = "CityResolver has no current version then: clients cannot act with it, nor connect anew";
    for (const status of ["Withdrawn", "Superseded"]) {
      const rehearsed = await mark("CityResolver", "1", status, "--dry-run");
      expect(rehearsed.status, rehearsed.err).to.equal(0);
      expect(rehearsed.out.split("\n")[1]).to.equal(none);
    }
    expect(JSON.parse((await mark("CityResolver", "1", "Withdrawn", "--json")).out)).to.include({
      currentVersion: null,
    });
    const back = await mark("CityResolver", "1", "Current", "--json");
    expect(JSON.parse(back.out)).to.include({ currentVersion: 1 });
  });

  it("does no such thing for a stranger, with a name that is none, or to what is no contract", async () => {
    const { as } = at();
    const refused = async (...args: string[]) => as(ADMINISTRATOR, ["suite", ...args]);
    const stranger = await as(STRANGER, ["suite", "close", "CityRegistry"]);
    expect(stranger.status).to.equal(1);
    expect(stranger.err).to.match(/does not hold the role/);
    const unknown = await refused("close", "CityRegister");
    expect(unknown.status).to.equal(2);
    expect(unknown.err).to.match(/the directory has no contract "CityRegister"; it has .*CityRegistry/);
    expect((await refused("open", "CityRegistry", "--version", "9")).err).to.match(/a version is a whole number/);
    expect((await refused("open", "SuiteDirectory", "--version", "1")).err).to.contain("leave --version out");
    expect((await refused("mark", "CityRegistry", "1", "None")).err).to.match(/a status is one of Current, Super/);
    const nothing = await refused("publish", "CityRegistry", accountOf(STRANGER), "--start-block", "1");
    expect(nothing.status).to.equal(1);
    expect(nothing.err).to.contain("no contract at");
  });
});
