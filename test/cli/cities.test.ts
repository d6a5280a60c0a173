import { expect } from "chai";

import { makeWorld } from "../client/world.js";
import { shell } from "./world.js";

/** Numbers of accounts in `hardhat node`: the deployer, the administrator, then those of `makeWorld`. */
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

  it("puts a refusal in words", async () => {
    const { status, err } = await at().as(SHIJIAZHUANG, ["city", "suspend", "MA.156.13"]);
    expect(status).to.equal(1);
    expect(err).to.contain("0x"); // who lacks what
    expect(err).not.to.contain("CALL_EXCEPTION");
  });
});
