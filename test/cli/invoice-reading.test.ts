import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { formatInvoiceCode, signInvoiceCode } from "../../src/invoice/qr.js";
import { invoiceOfDocument } from "../../src/invoice/document.js";
import { toUbl } from "../../src/invoice/ubl.js";
import { counter, type Counter, issuedRide } from "../client/invoice/world.js";
import { loadFixture } from "../world.js";
import { word } from "../identity/world.js";
import { desk } from "./desk.js";

describe("civitas invoice verify, show, history", () => {
  const { civitas, folder } = desk();
  let world: Counter;
  let ride: Awaited<ReturnType<typeof issuedRide>>;
  const run = async (...args: string[]) => civitas(await world.directory.getAddress(), ["invoice", ...args]);
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeEach(async () => {
    world = await loadFixture(counter);
    ride = await issuedRide(world);
  });

  it("says in words what a document is worth, and ends with 0", async () => {
    const { status, out, err } = await run("verify", file("ride.json", JSON.stringify(ride.document)));
    expect(status, err).to.equal(0);
    expect(out).to.contain("is genuine: it was issued, and is neither confirmed nor booked");
    expect(out).to.match(/^status +Issued$/m);
    expect(out).to.contain(ride.id);
  });

  it("verifies by number, by id, and by the text of a code", async () => {
    const number = invoiceOfDocument(ride.document).number;
    const signed = await signInvoiceCode(world.suite, world.operator, ride.document);
    const code = formatInvoiceCode(signed, "https://verify.example/");
    for (const args of [
      ["--number", number, "--scheme", "Digital"],
      [ride.id],
      ["--code", code],
      [file("code", code)],
    ]) {
      const { status, out, err } = await run("verify", "--json", ...args);
      expect(status, err).to.equal(0);
      expect(JSON.parse(out)).to.include({ status: "Issued" });
    }
  });

  it("ends with 1 for what is worth nothing: a forged document, an unknown number, an unknown id", async () => {
    const forged = structuredClone(ride.document);
    forged.record.content.gross = "60000";
    const told = await run("verify", file("forged.json", JSON.stringify(forged)));
    expect(told.status).to.equal(1);
    expect(told.out).to.contain("Do not believe this document");
    for (const args of [["--number", "26131999999999999999", "--scheme", "Digital"], [word()]]) {
      const { status, out } = await run("verify", ...args);
      expect(status).to.equal(1);
      expect(out).to.match(/do not accept/i);
    }
  });

  it("compares a UBL file with the record that has its number", async () => {
    const invoice = invoiceOfDocument(ride.document);
    const same = await run("verify", file("ride.xml", toUbl(invoice)));
    expect(same.status, same.err).to.equal(0);
    expect(same.out).to.contain("Names, dates and lines of this file are not proven");
    const wrong = toUbl({ ...invoice, totals: { ...invoice.totals, gross: 60_000n } });
    const other = await run("verify", file("wrong.xml", wrong));
    expect(other.status).to.equal(1);
    expect(other.out).to.contain("its gross total is 600.00 CNY, and was issued as 6.00 CNY");
  });

  it("asks for the seller of a seller's own number, and ends with 2", async () => {
    const { status, err } = await run("verify", "--number", "A-1");
    expect(status).to.equal(2);
    expect(err).to.contain("name the seller with --seller");
  });

  it("finds a seller's own number by the seller, from the block that is named on", async () => {
    const block = await world.contracts.provider.getBlockNumber();
    await issuedRide(world, { model: { numberScheme: "Own", number: "A-1" } });
    const named = ["--number", "A-1", "--seller", world.seller, "--json"];
    const verified = await run("verify", ...named, "--from", `${block + 1}`);
    expect(verified.status, verified.err).to.equal(0);
    expect(JSON.parse(verified.out)).to.include({ status: "Issued" });
    expect((await run("show", ...named)).status).to.equal(0);
    expect((await run("history", ...named)).status).to.equal(0);
    const latest = await world.contracts.provider.getBlockNumber();
    const late = await run("verify", ...named, "--from", `${latest + 1}`);
    expect([late.status, (JSON.parse(late.out) as { status: string }).status]).to.deep.equal([1, "NotFound"]);
    expect((await run("verify", "--number", "A-1", "--seller", word())).status).to.equal(1);
  });

  it("shows what a document says, and what became of it", async () => {
    const path = file("ride.json", JSON.stringify(ride.document));
    const shown = await run("show", path);
    expect(shown.out).to.contain("某某科技有限公司");
    expect(shown.out).to.match(/^amount +6\.00 CNY/m);
    const history = await run("history", path, "--json");
    expect(JSON.parse(history.out)).to.have.property("events").with.length(1);
    expect((await run("history", ride.id)).out).to.contain("InvoiceIssued");
  });
});
