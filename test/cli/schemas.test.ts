import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { roleOf, SCHEMA } from "../../src/index.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { makeWorld } from "../client/world.js";
import { shell } from "./world.js";

const CHINA = 2;
const HEBEI = 3;
const SHIJIAZHUANG = 4;

describe("civitas schema", () => {
  const at = shell(async (connection) => {
    const world = await makeWorld(connection);
    const { manager, accounts, ids } = world;
    for (const name of ["china", "hebei", "shijiazhuang"] as const) {
      await manager.connect(accounts[name]).grantRole(roleOf(ids[name], SCHEMA), accounts[name], 0);
    }
    return world;
  });

  it("makes a ready-made schema, shows it, and lists it", async () => {
    const { as, civitas, world } = at();
    const rehearsed = await as(CHINA, ["schema", "create", "resident", "--city", "MA.156", "--dry-run"]);
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect((await civitas(["schema", "list"])).out).to.equal("there is no schema yet");
    const told = await as(CHINA, ["schema", "create", "resident", "--city", "MA.156", "--json"]);
    expect(told.status, told.err).to.equal(0);
    expect(JSON.parse(told.out)).to.include({ schema: 1 });
    const shown = await civitas(["schema", "show", "1"]);
    expect(shown.out).to.match(/^name +resident \(ready-made\)$/m);
    expect(shown.out).to.match(/^ {2}birthDate +date$/m);
    expect((await civitas(["schema", "list"])).out).to.equal(`1  resident  of city #${world.ids.china}  open`);
  });

  it("makes one of a file, and closes it", async () => {
    const { as, civitas, folder } = at();
    const file = join(folder, "parking.json");
    writeFileSync(file, JSON.stringify({ ...READY_SCHEMAS.resident, name: "parking" }));
    const told = await as(CHINA, ["schema", "create", file, "--city", "MA.156", "--json"]);
    const { schema } = JSON.parse(told.out) as { schema: number };
    const closed = await as(CHINA, ["schema", "close", `${schema}`]);
    expect(closed.status, closed.err).to.equal(0);
    const shown = JSON.parse((await civitas(["schema", "show", `${schema}`, "--json"])).out) as object;
    expect(shown).to.include({ name: "parking", closed: true, ready: null });
  });

  it("is closed by the city above, where its own cannot act", async () => {
    const { as, civitas } = at();
    const told = await as(SHIJIAZHUANG, ["schema", "create", "driving-licence", "--city", "MA.156.1301", "--json"]);
    expect(told.status, told.err).to.equal(0);
    const { schema } = JSON.parse(told.out) as { schema: number };
    const close = ["schema", "close", `${schema}`];
    const early = await as(HEBEI, [...close, "--lineage", "MA.156.13"]);
    await as(HEBEI, ["city", "suspend", "MA.156.1301"]);
    const alone = await as(HEBEI, close);
    const rehearsed = await as(HEBEI, [...close, "--lineage", "MA.156.13", "--dry-run"]);
    const closed = await as(HEBEI, [...close, "--lineage", "MA.156.13"]);
    await as(HEBEI, ["city", "reinstate", "MA.156.1301"]);
    expect([early.status, alone.status]).to.deep.equal([1, 1]);
    expect(rehearsed.out, rehearsed.err).to.contain("nothing was sent");
    expect(closed.status, closed.err).to.equal(0);
    expect(JSON.parse((await civitas(["schema", "show", `${schema}`, "--json"])).out)).to.include({ closed: true });
  });

  it("says what is wrong with a definition, and that there is no such schema", async () => {
    const { as, civitas, folder } = at();
    const file = join(folder, "bad.json");
    writeFileSync(file, JSON.stringify({ ...READY_SCHEMAS.resident, name: "no name", fields: [] }));
    const told = await as(CHINA, ["schema", "create", file, "--city", "MA.156"]);
    expect(told.status).to.equal(1);
    expect(told.err).to.contain("this definition of a schema cannot be used");
    const none = await civitas(["schema", "show", "77"]);
    expect(none.status).to.equal(1);
    expect(none.err).to.equal("civitas: there is no schema 77");
  });
});
