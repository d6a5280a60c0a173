import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { makeWorld } from "../client/world.js";
import { accountOf, shell } from "./world.js";

const HEBEI = 3;
const STRANGER = 6;

describe("civitas city apply", () => {
  const at = shell(makeWorld);
  const file = (name: string) => join(at().folder, name);
  const apply = async (code: string, name: string, out: string, ...more: string[]) =>
    at().as(STRANGER, ["city", "apply", code, "--name", name, "--out", out, ...more]);
  const submitted = async () => at().world.registry.queryFilter(at().world.registry.filters.ApplicationSubmitted());

  it("keeps the application in a file, and submits it once", async () => {
    const out = file("tangshan.json");
    const before = (await submitted()).length;
    const told = await apply("MA.156.1302", "唐山市", out);
    expect(told.status, told.err).to.equal(0);
    const kept = readFileSync(out, "utf8");
    expect(JSON.parse(kept)).to.include({ code: "MA.156.1302", name: "唐山市", applicant: accountOf(STRANGER) });
    const again = await apply("MA.156.1302", "唐山市", out);
    expect(again.out).to.contain("submitted before: Applied");
    expect(readFileSync(out, "utf8")).to.equal(kept);
    expect((await submitted()).length).to.equal(before + 1);
  });

  it("keeps nothing when it is rehearsed", async () => {
    const before = (await submitted()).length;
    const told = await apply("MA.156.1303", "秦皇岛市", file("none.json"), "--dry-run");
    expect(told.out).to.contain("nothing was sent");
    expect(existsSync(file("none.json"))).to.equal(false);
    expect((await submitted()).length).to.equal(before);
  });

  it("does not submit another application from the same file", async () => {
    expect((await apply("MA.156.1304", "邯郸市", file("one.json"))).status).to.equal(0);
    const other = await apply("MA.156.1305", "邢台市", file("one.json"));
    expect(other.status).to.equal(1);
    expect(other.err).to.contain("take another file");
  });

  it("is approved from its file: the applicant is the city's controller", async () => {
    expect((await apply("MA.156.1306", "保定市", file("baoding.json"))).status).to.equal(0);
    const told = await at().as(HEBEI, ["city", "approve", file("baoding.json"), "--json"]);
    expect(told.status, told.err).to.equal(0);
    const city = BigInt((JSON.parse(told.out) as { city: string }).city);
    expect((await at().world.client.city(city)).name).to.equal("保定市");
    expect((await at().world.client.can(accountOf(STRANGER), city, 0)).allowed).to.equal(true);
  });

  it("is rejected with a reason, or withdrawn", async () => {
    expect((await apply("MA.156.1307", "张家口市", file("rejected.json"))).status).to.equal(0);
    const told = await at().as(HEBEI, ["city", "reject", file("rejected.json"), "--reason", "Duplicate"]);
    expect(told.status, told.err).to.equal(0);
    expect((await apply("MA.156.1307", "张家口市", file("rejected.json"))).out).to.contain("Rejected");
    expect((await apply("MA.156.1308", "承德市", file("withdrawn.json"))).status).to.equal(0);
    expect((await at().as(STRANGER, ["city", "withdraw", file("withdrawn.json")])).status).to.equal(0);
    expect((await apply("MA.156.1308", "承德市", file("withdrawn.json"))).out).to.contain("Withdrawn");
  });

  it("refuses a file that is no application", async () => {
    writeFileSync(file("no.json"), "{}");
    const told = await at().as(HEBEI, ["city", "approve", file("no.json")]);
    expect(told.status).to.equal(1);
    expect(told.err).to.contain("is no application");
  });
});
