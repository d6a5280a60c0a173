import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { ADMIN } from "../../src/index.js";
import { collect, makeWorld } from "../client/world.js";
import { accountOf, shell } from "./world.js";

/** Numbers of accounts in `hardhat node`. */
const CHINA = 2;
const HEBEI = 3;
const SHIJIAZHUANG = 4;
const STRANGER = 6;

interface Faults {
  error: { message: string; faults: { line: number; fault: string }[] };
}

describe("civitas city allocate", () => {
  const at = shell(makeWorld);
  const csv = (name: string, rows: readonly string[]) => {
    const file = join(at().folder, name);
    writeFileSync(file, ["code,name,controller", ...rows, ""].join("\n"));
    return file;
  };
  const cityCount = async () => at().world.registry.cityCount();

  it("allocates one city, below the one that its code tells", async () => {
    const { as, world } = at();
    const told = await as(HEBEI, ["city", "allocate", "MA.156.1302", "--name", "唐山市", "--json"]);
    expect(told.status, told.err).to.equal(0);
    const { city, parent } = JSON.parse(told.out) as Record<string, string>;
    expect(parent).to.equal(`${world.ids.hebei}`);
    expect((await world.client.city(BigInt(city!))).path.map(({ code }) => code)).to.deep.equal([
      ...["MA.156.1302", "MA.156.13", "MA.156"],
    ]);
  });

  it("allocates one with a controller, above cities whose codes lie below its own", async () => {
    const { as, world } = at();
    for (const code of ["MA.156.132101", "MA.156.132102"]) {
      expect((await as(HEBEI, ["city", "allocate", code, "--name", code])).status).to.equal(0);
    }
    const args = ["city", "allocate", "MA.156.1321", "--name", "新市", "--controller", accountOf(STRANGER)];
    const short = await as(HEBEI, [...args, "--child", "MA.156.132101"]);
    expect(short.status, short.out).to.equal(1);
    const told = await as(HEBEI, [...args, "--child", "MA.156.132102", "--child", "MA.156.132101", "--json"]);
    expect(told.status, told.err).to.equal(0);
    const city = BigInt((JSON.parse(told.out) as { city: string }).city);
    const children = await collect(world.client.children(city));
    expect(children.map(({ code }) => code).toSorted()).to.deep.equal(["MA.156.132101", "MA.156.132102"]);
    expect((await world.client.can(accountOf(STRANGER), city, ADMIN)).allowed).to.equal(true);
  });

  it("takes one city or a file, not both", async () => {
    const file = csv("both.csv", ["MA.156.1322,x,"]);
    for (const more of [
      ["MA.156.1322"],
      ["--name", "x"],
      ["--controller", accountOf(HEBEI)],
      ["--child", "MA.156.1301"],
    ]) {
      const told = await at().as(HEBEI, ["city", "allocate", "--csv", file, ...more]);
      expect(told.status, told.out).to.equal(2);
      expect(told.err).to.contain("not both");
    }
  });

  it("rehearses a file of cities and their children, and changes nothing", async () => {
    const file = csv("rehearsed.csv", [`MA.156.1303,秦皇岛市,${accountOf(HEBEI)}`, "MA.156.130302,海港区,"]);
    const before = await cityCount();
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file, "--dry-run"]);
    expect(told.status, told.err).to.equal(0);
    expect(told.out).to.match(
      /^1 cities would be allocated.*1 more below cities that are not there yet.*nothing was sent$/,
    );
    expect(await cityCount()).to.equal(before);
  });

  it("allocates them wave by wave, children in the same file, in any order", async () => {
    const file = csv("waves.csv", [
      "MA.156.130402.A1,街道,",
      `MA.156.130402,邯山区,${accountOf(HEBEI)}`,
      `MA.156.1304,邯郸市,${accountOf(HEBEI)}`,
      "MA.156.1305,邢台市,",
      "MA.156.130403,丛台区,",
    ]);
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect(told.status, told.err).to.equal(0);
    expect(told.out).to.match(/^5 cities allocated in 3 transactions/);
    const { client } = at().world;
    const street = await client.resolve("MA.156.130402.A1");
    expect(street.path.map(({ name }) => name)).to.deep.equal(["街道", "邯山区", "邯郸市", "河北省", "中国"]);
  });

  it("leaves out what is there with the same name, when it is run again", async () => {
    const file = csv("again.csv", ["MA.156.1306,保定市,", "MA.156.1307,张家口市,"]);
    const short = csv("short.csv", ["MA.156.1306,保定市,"]);
    expect((await at().as(HEBEI, ["city", "allocate", "--csv", short])).status).to.equal(0);
    const before = await cityCount();
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect(told.out).to.match(/^1 cities allocated in 1 transactions.*; 1 were there before$/);
    const again = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect(again.out).to.match(/^0 cities allocated in 0 transactions.*; 2 were there before$/);
    expect(await cityCount()).to.equal(before + 1n);
  });

  it("takes no file in another encoding than UTF-8, whose names would be garbage for ever", async () => {
    const file = join(at().folder, "gbk.csv");
    const gbk = Buffer.from("ccc6c9bdcad0", "hex"); // 唐山市
    writeFileSync(file, Buffer.concat([Buffer.from("code,name\nMA.156.1310,"), gbk, Buffer.from("\n")]));
    const before = await cityCount();
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect(told.status, told.out).to.equal(1);
    expect(told.err).to.match(/gbk\.csv is not UTF-8; save it in that encoding/);
    expect(await cityCount()).to.equal(before);
  });

  it("says which columns a file has, where one is missing", async () => {
    const file = join(at().folder, "titled.csv");
    writeFileSync(file, "code,title\nMA.156.1310,衡水市\n");
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect([told.status, told.err]).to.deep.equal([1, `civitas: ${file} has no column "name"; it has "code", "title"`]);
  });

  it("takes no file with two columns of one name", async () => {
    const file = join(at().folder, "twice.csv");
    writeFileSync(file, "code,name,name\nMA.156.1310,衡水市,廊坊市\n");
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect([told.status, told.err]).to.deep.equal([
      1,
      `civitas: ${file} cannot be read: the column "name" is there twice`,
    ]);
  });

  it("shows no private key that stands in a row, and sends none as a name", async () => {
    const key = `0x${"4c".repeat(32)}`;
    const file = csv("keys.csv", [`MA.156.1310,${key},`, `${key},廊坊市,`]);
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file]);
    expect(told.status, told.out).to.equal(1);
    expect(told.err).to.match(/looks like a private key where a name belongs/);
    expect(told.err).to.match(/looks like a private key where a code belongs/);
    expect(told.err).not.to.contain("4c4c4c");
  });

  it("shows what a terminal would act on in a name, and does not send it to the terminal", async () => {
    const { as, civitas } = at();
    const name = "衡水\u001b[2J\nstatus  Active\u202e";
    expect((await as(HEBEI, ["city", "allocate", "MA.156.1398", "--name", name])).status).to.equal(0);
    for (const args of [
      ["city", "resolve", "MA.156.1398"],
      ["city", "tree", "MA.156.13"],
    ]) {
      const told = await civitas(args);
      expect(told.out).to.contain("衡水\\u001b[2J\\u000astatus  Active\\u202e");
    }
    const json = await civitas(["city", "resolve", "MA.156.1398", "--json"]);
    for (const acted of ["\u001b", "\u202e"]) expect(json.out).not.to.contain(acted);
    expect((JSON.parse(json.out) as { name: string }).name).to.equal(name);
  });

  it("tells every row that cannot be done, and sends nothing", async () => {
    const file = csv("bad.csv", [
      "MA.156.1308,承德市,",
      "MA.156.1301,正定市,", // held by Shijiazhuang
      "MA.156.13080,五位,", // no length of the scheme
      "MA.156.1308,承德市,",
      "MA.156.130802,双桥区,", // its parent will be controlled by nobody
      "MB.156.1308,x,",
      "MA.156.1309,,",
      "MA.156.1310,廊坊市,0x1234",
      "MA.156,中国,",
    ]);
    const before = await cityCount();
    const told = await at().as(HEBEI, ["city", "allocate", "--csv", file, "--json"]);
    expect(told.status).to.equal(1);
    const { error } = JSON.parse(told.err) as Faults;
    expect(error.message).to.contain("nothing was sent");
    expect(error.faults.map(({ line }) => line)).to.deep.equal([5, 7, 8, 9, 10]); // what can be read is looked at first
    expect(await cityCount()).to.equal(before);

    const readable = csv("readable.csv", [
      "MA.156.1308,承德市,",
      "MA.156.1301,正定市,",
      "MA.156.13080,五位,",
      "MA.156.130802,双桥区,",
    ]);
    const placed = await at().as(HEBEI, ["city", "allocate", "--csv", readable, "--json"]);
    const { faults } = (JSON.parse(placed.err) as Faults).error;
    expect(faults.map(({ line }) => line)).to.deep.equal([3, 4, 5]);
    expect(faults[0]?.fault).to.contain("石家庄市");
    expect(faults[2]?.fault).to.contain("nobody");
    expect(await cityCount()).to.equal(before);
  });

  it("tells one bad row among 10,000, and sends nothing", async () => {
    const rows = Array.from({ length: 9_999 }, (_, i) => `MA.156.1301.N${i},街道 ${i},`);
    rows.splice(6_000, 0, "MA.156.1301.A-B,街道,");
    const before = await cityCount();
    const told = await at().as(SHIJIAZHUANG, ["city", "allocate", "--csv", csv("many.csv", rows)]);
    expect(told.status).to.equal(1);
    expect(told.err.split("\n")).to.have.length(2);
    expect(told.err).to.match(/^line 6002: .*\ncivitas: 1 of 10000 rows cannot be done, so nothing was sent/);
    expect(await cityCount()).to.equal(before);
  });

  it("is refused by the contract in words, for every row that it refuses", async () => {
    const file = csv("refused.csv", ["MA.156.1311,衡水市,"]);
    const told = await at().as(CHINA, ["city", "allocate", "--csv", file]);
    expect(told.status).to.equal(1);
    expect(told.err).to.match(/^line 2: .*0x/);
    expect((await collect(at().world.client.children(at().world.ids.hebei))).map(({ code }) => code)).not.to.include(
      "MA.156.1311",
    );
  });
});
