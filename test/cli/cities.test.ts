import { expect } from "chai";

import { makeWorld } from "../client/world.js";
import { accountOf, shell } from "./world.js";

/** Numbers of accounts in `hardhat node`: the deployer, the administrator, then those of `makeWorld`. */
const ADMINISTRATOR = 1;
const CHINA = 2;
const HEBEI = 3;
const SHIJIAZHUANG = 4;

describe("civitas city", () => {
  const at = shell(makeWorld);

  it("resolves a code, as a table or as JSON", async () => {
    const { civitas } = at();
    const table = await civitas(["city", "resolve", "MA.156.1301"]);
    expect(table.status, table.err).to.equal(0);
    expect(table.out).to.match(/^code +MA\.156\.1301-FQ$/m);
    expect(table.out).to.match(/^path +MA\.156\.1301 石家庄市 < MA\.156\.13 河北省 < MA\.156 中国$/m);
    const json = await civitas(["--json", "city", "resolve", "MA.156.4325", "--at", "1990-01-01"]);
    expect(JSON.parse(json.out)).to.include({ name: "娄底地区", code: "MA.156.4325" });
  });

  it("says what is wrong with a code, and ends with 1", async () => {
    const { status, err } = await at().civitas(["city", "resolve", "MA.156.9"]);
    expect(status).to.equal(1);
    expect(err).to.match(/^civitas: /);
  });

  it("rehearses a suspension, then does it", async () => {
    const { as, world } = at();
    const rehearsed = await as(HEBEI, ["city", "suspend", "MA.156.1301", "--reason", "KeyLost", "--dry-run"]);
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect(rehearsed.out).to.contain("nothing was sent");
    expect((await world.client.resolve("MA.156.1301")).status).to.equal("Active");
    const done = await as(HEBEI, ["city", "suspend", "MA.156.1301", "--reason", "KeyLost"]);
    expect(done.status, done.err).to.equal(0);
    expect((await world.client.resolve("MA.156.1301")).status).to.equal("Suspended");
  });

  it("tells a city's history, oldest first", async () => {
    const { out } = await at().civitas(["city", "history", `#${at().world.ids.loudi}`]);
    const lines = out.split("\n");
    expect(lines).to.have.length(4);
    expect(lines[0]).to.match(
      /^20[0-9T:Z-]+ +block \d+ +CityAllocated +MA\.156\.4325, 涟源地区, below #2, from 1980-12-31 +by 0x/,
    );
    expect(lines[3]).to.match(/CityRenamed +娄底市, from 1999-01-20/);
  });

  it("tells the tree, down to a depth, and the countries", async () => {
    const { civitas } = at();
    const all = await civitas(["city", "tree", "MA.156"]);
    expect(all.out).to.match(/^ {2}MA\.156\.4313 +娄底市 +#\d+ +Active$/m);
    const shallow = await civitas(["city", "tree", "MA.156", "--depth", "1"]);
    expect(shallow.out).not.to.contain("MA.156.4313");
    const countries = await civitas(["city", "countries", "--json"]);
    expect((JSON.parse(countries.out) as { code: string }[]).map(({ code }) => code)).to.deep.equal([
      "MA.156",
      "MA.784",
    ]);
  });

  it("admits a country, as the network's administrator alone, rehearsed before", async () => {
    const { as, world } = at();
    const admit = ["city", "admit", "MA.116", "--name", "កម្ពុជា", "--scheme", "2,4"];
    const refused = await as(HEBEI, [...admit, "--dry-run"]);
    expect(refused.status, refused.out).to.equal(1);
    const rehearsed = await as(ADMINISTRATOR, [...admit, "--dry-run"]);
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect(rehearsed.out).to.contain("nothing was sent");
    const done = await as(ADMINISTRATOR, [...admit, "--controller", accountOf(HEBEI), "--json"]);
    expect(done.status, done.err).to.equal(0);
    const { city } = JSON.parse(done.out) as { city: string };
    expect(await world.client.resolve("MA.116")).to.include({ id: BigInt(city), name: "កម្ពុជា", status: "Active" });
    const below = await as(HEBEI, ["city", "allocate", "MA.116.12", "--name", "ភ្នំពេញ"]);
    expect(below.status, below.err).to.equal(0);
    const tooLong = await as(HEBEI, ["city", "allocate", "MA.116.120", "--name", "ខណ្ឌ"]);
    expect(tooLong.status, tooLong.out).to.equal(1);
  });

  it("refuses lengths of codes that no country has", async () => {
    const { as } = at();
    for (const scheme of ["", "2,4,x", "0", "20"]) {
      const told = await as(ADMINISTRATOR, ["city", "admit", "MA.116", "--name", "x", "--scheme", scheme]);
      expect(told.status, told.out).to.equal(2);
      expect(told.err).to.match(/a length of --scheme is a whole number from 1 to 19/);
    }
    const twice = await as(ADMINISTRATOR, ["city", "admit", "MA.116", "--name", "x", "--scheme", "2,2"]);
    expect(twice.err).to.match(/1 to 5 different lengths/);
  });

  it("renames, reinstates and retires, with the children passed on", async () => {
    const { as, world } = at();
    expect((await as(CHINA, ["city", "rename", "MA.156.50", "重庆直辖市"])).status).to.equal(0);
    expect((await world.client.resolve("MA.156.50")).name).to.equal("重庆直辖市");
    expect((await as(CHINA, ["city", "suspend", "MA.156.50"])).status).to.equal(0);
    expect((await as(CHINA, ["city", "reinstate", "MA.156.50"])).status).to.equal(0);
    const refused = await as(CHINA, ["city", "retire", "MA.156.50", "--successor", "MA.156.43"]);
    expect(refused.err).to.contain("has 1 children; with --children they pass to its parent");
    const done = await as(CHINA, ["city", "retire", "MA.156.50", "--successor", "MA.156.43", "--children"]);
    expect(done.status, done.err).to.equal(0);
    expect((await world.client.city(world.ids.chongqing)).status).to.equal("Retired");
    expect((await world.client.city(world.ids.wanxian)).path.map(({ id }) => id)).to.deep.equal([
      world.ids.wanxian,
      world.ids.china,
    ]);
  });

  it("puts a refusal in words", async () => {
    const { status, err } = await at().as(SHIJIAZHUANG, ["city", "suspend", "MA.156.13"]);
    expect(status).to.equal(1);
    expect(err).to.contain("0x"); // who lacks what
    expect(err).not.to.contain("CALL_EXCEPTION");
  });
});
