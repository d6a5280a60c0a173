import { expect } from "chai";

import { makeWorld } from "../client/world.js";
import { accountOf, shell } from "./world.js";

/** Numbers of accounts in `hardhat node`. */
const ADMINISTRATOR = 1;
const CHINA = 2;
const HEBEI = 3;
const SHIJIAZHUANG = 4;
const STRANGER = 6;

describe("civitas role", () => {
  const at = shell(makeWorld);
  const who = accountOf(STRANGER);

  it("grants a role, lists its members, and revokes it", async () => {
    const { as, civitas } = at();
    const list = async () => (await civitas(["role", "list", "MA.156.1301", "identity"])).out;
    const rehearsed = await as(SHIJIAZHUANG, ["role", "grant", "MA.156.1301", "IDENTITY", who, "--dry-run"]);
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect(await list()).to.equal("nobody holds IDENTITY of MA.156.1301");
    expect((await as(SHIJIAZHUANG, ["role", "grant", "MA.156.1301", "IDENTITY", who])).status).to.equal(0);
    expect(await list()).to.match(new RegExp(`^${who}  since 20`));
    expect((await as(SHIJIAZHUANG, ["role", "revoke", "MA.156.1301", "IDENTITY", who])).status).to.equal(0);
    expect(await list()).to.equal("nobody holds IDENTITY of MA.156.1301");
  });

  it("grants what it takes to issue under a schema, as issue:N", async () => {
    const { as, civitas } = at();
    const told = await as(SHIJIAZHUANG, ["role", "grant", "MA.156.1301", "issue:7", who, "--json"]);
    expect((JSON.parse(told.out) as { what: string }).what).to.contain("grant issue under schema 7 of MA.156.1301");
    const members = JSON.parse((await civitas(["role", "list", "MA.156.1301", "issue:7", "--json"])).out) as unknown[];
    expect(members).to.have.length(1);
  });

  it("says who may do this here", async () => {
    const told = await at().civitas(["role", "who", "MA.156.1301", "ADMIN"]);
    expect(told.status, told.err).to.equal(0);
    expect(told.out).to.match(
      new RegExp(`^yes {2}${accountOf(SHIJIAZHUANG)} holds ADMIN of city \\d+ and may use it now$`),
    );
  });

  it("says why nobody passes: an ancestor is suspended", async () => {
    const { as, civitas } = at();
    await as(CHINA, ["city", "suspend", "MA.156.13"]);
    const told = await civitas(["role", "who", "MA.156.1301", "ADMIN"]);
    const asked = await civitas(["role", "can", accountOf(SHIJIAZHUANG), "MA.156.1301", "ADMIN"]);
    await as(CHINA, ["city", "reinstate", "MA.156.13"]);
    expect(told.status).to.equal(1);
    expect(told.out).to.match(/^no .*\nnobody passes while MA\.156\.13 河北省 is Suspended$/);
    expect(asked.status).to.equal(1);
    expect(asked.out).to.match(/\nMA\.156\.13 河北省 is Suspended$/);
  });

  it("says why nobody passes: a delay", async () => {
    const { as, civitas } = at();
    await as(SHIJIAZHUANG, ["role", "grant", "MA.156.1301", "TAX", who, "--delay", "60"]);
    const told = await civitas(["role", "who", "MA.156.1301", "TAX"]);
    expect(told.status).to.equal(1);
    expect(told.out).to.contain("execution delay");
  });

  it("says why nobody passes: the contract is closed", async () => {
    const { civitas, world } = at();
    const { manager, administrator, client } = world;
    const cities = await client.cities.getAddress();
    await manager.connect(administrator).setTargetClosed(cities, true);
    const told = await civitas(["role", "who", "MA.156.1301", "ADMIN", "--json"]);
    const elsewhere = await civitas(["role", "who", "MA.156.1301", "ADMIN", "--contract", "IdentityRegistry"]);
    await manager.connect(administrator).setTargetClosed(cities, false);
    expect(told.status).to.equal(1);
    expect(
      (JSON.parse(told.out) as { members: { verdict: string }[] }).members.map(({ verdict }) => verdict),
    ).to.deep.equal(["ContractClosed"]);
    expect(elsewhere.status).to.equal(0);
  });

  it("knows the network's own roles", async () => {
    const told = await at().civitas(["role", "can", accountOf(ADMINISTRATOR), "network", "ADMIN"]);
    expect(told.status, told.out).to.equal(0);
  });

  it("refuses one who may not grant, in words", async () => {
    const told = await at().as(HEBEI, ["role", "grant", "MA.156.13", "nonsense", who]);
    expect(told.status).to.equal(2);
    const refused = await at().as(STRANGER, ["role", "grant", "MA.156.1301", "IDENTITY", who]);
    expect(refused.status).to.equal(1);
    expect(refused.err).to.contain("does not hold the role");
  });
});
