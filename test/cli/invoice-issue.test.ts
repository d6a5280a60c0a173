import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { hexlify, randomBytes, Wallet } from "ethers";

import { TAX } from "../../src/access/capability.js";
import { InvoiceWallet } from "../../src/invoice/wallet.js";
import type { Invoice } from "../../src/invoice/model.js";
import type { InvoiceDraft } from "../../src/invoice/totals.js";
import { toUbl } from "../../src/invoice/ubl.js";
import { COMPANY, counter, type Counter, paid, rideModel } from "../client/invoice/world.js";
import { setOperator } from "../identity/persons.js";
import { without } from "../client/invoice/samples.js";
import { word } from "../identity/world.js";
import { loadFixture } from "../world.js";
import { desk } from "./desk.js";

/** A seller's operator whose account has no money. */
interface Office extends Counter {
  directoryAddress: string;
  env: { CIVITAS_KEY: string };
  buyer: InvoiceWallet;
}

async function office(): Promise<Office> {
  const world = await loadFixture(counter);
  const wallet = Wallet.createRandom();
  await setOperator(world, world.seller, world.sellerKey, wallet.address, true);
  await world.taxpayers.connect(world.taxBureau).nameOperator(world.seller, TAX, wallet.address, []);
  return {
    ...world,
    directoryAddress: await world.directory.getAddress(),
    env: { CIVITAS_KEY: wallet.privateKey },
    buyer: InvoiceWallet.fromSeed(randomBytes(32)),
  };
}

describe("civitas invoice issue", () => {
  const { civitas, inProcess, folder, sent } = desk();
  let world: Office;
  let place: string;
  let out: string;
  let made = 0;

  beforeEach(async () => {
    world = await loadFixture(office);
    place = join(folder, `${++made}`);
    out = join(place, "issued");
    mkdirSync(place);
    sent();
  });

  /** A ride of 6.00 yuan that was paid, as a UBL file with its buyer's file. */
  async function rideFile(
    name: string,
    change: Partial<InvoiceDraft> = {},
    twist: (invoice: Invoice) => Invoice = (it) => it,
  ) {
    const payment = await paid(world);
    const payments = [{ provider: payment.provider, reference: payment.transactionId, amount: 600n }];
    const party = { name: COMPANY.name, vatId: COMPANY.taxNumber, address: { country: "CN" } };
    const model = await rideModel({ buyer: party, ...change });
    const ubl = join(place, `${name}.xml`);
    writeFileSync(ubl, toUbl(twist({ ...model, payments })));
    const buyer = world.buyer.newBuyer(COMPANY.name, COMPANY.taxNumber);
    writeFileSync(join(place, `${name}.buyer.json`), JSON.stringify({ buyer }));
    return ubl;
  }
  const command = (...args: string[]) => ["invoice", "issue", "--seller", world.seller, "--out", out, ...args];
  const issue = async (...args: string[]) => civitas(world.directoryAddress, command(...args), world.env);
  const issuedEvents = async () => world.invoices.queryFilter(world.invoices.filters.InvoiceIssued());

  it("issues the invoices of UBL files from an account without money, and keeps documents that stand", async () => {
    const files = [await rideFile("a"), await rideFile("b")];
    const before = (await issuedEvents()).length;
    const { status, err, out: told } = await issue("--ubl", ...files);
    expect(status, err).to.equal(0);
    expect(told).to.contain("2 invoices made in 1 transactions");
    expect((await issuedEvents()).length - before).to.equal(2);
    const documents = readdirSync(out);
    expect(documents).to.have.length(2);
    for (const name of documents) {
      const verdict = await civitas(world.directoryAddress, ["invoice", "verify", join(out, name), "--json"]);
      expect(JSON.parse(verdict.out)).to.include({ status: "Issued", isHolder: true });
    }
  });

  it("rehearses: nothing is sent, and nothing is kept", async () => {
    const file = await rideFile("a");
    const { status, err, out: told } = await issue("--ubl", file, "--dry-run");
    expect(status, err).to.equal(0);
    expect(told).to.contain("1 invoices would be made");
    expect(sent()).to.equal(0);
    expect(existsSync(out)).to.equal(false);
  });

  it("tells all faults of all files, and sends nothing", async () => {
    const good = await rideFile("good");
    const total = await rideFile("total", {}, (it) => ({ ...it, totals: { ...it.totals, gross: 700n } }));
    const twice = await rideFile("twice");
    writeFileSync(join(place, "twice.buyer.json"), JSON.stringify({ buyer: { signer: "0x" } }));
    const broken = join(place, "broken.xml");
    writeFileSync(broken, "<Invoice>");
    const { status, err } = await issue("--ubl", good, total, twice, broken);
    expect(status).to.equal(1);
    expect(err).to.match(/total\.xml: \[BR-CO-15\] totals\.gross \(BT-112\): is 7\.00, but net plus tax is 6\.00/);
    expect(err).to.match(/twice\.xml: .*lacks "salt"/);
    expect(err).to.match(/broken\.xml: /);
    expect(err).not.to.contain("good.xml:");
    expect(err).to.contain("3 of 4 files cannot be done, so nothing was sent");
    expect(sent()).to.equal(0);
    expect(existsSync(out)).to.equal(false);
  });

  it("says which file a payment is missing for, and which one the chain refuses", async () => {
    const good = await rideFile("good");
    const unpaid = await rideFile("unpaid", {}, (it) => ({
      ...it,
      payments: [{ provider: world.provider.address, reference: word(), amount: 600n }],
    }));
    const told = await issue("--ubl", good, unpaid);
    expect(told.err).to.match(/unpaid\.xml: the payment 0x[0-9a-f]+ of .* was not attested to the seller/);
    const stranger = { CIVITAS_KEY: hexlify(randomBytes(32)) };
    const refused = await civitas(world.directoryAddress, command("--ubl", good), stranger);
    expect(refused.status).to.equal(1);
    expect(refused.err).to.match(/good\.xml: 0x.* does not issue for/);
    expect(sent()).to.equal(0);
  });

  it("takes a table of files, and refuses two with one number", async () => {
    const number = (await rideModel()).number;
    const [a, b] = [await rideFile("a", { number }), await rideFile("b", { number })];
    const table = join(place, "table.csv");
    writeFileSync(table, "ubl,buyer\na.xml,a.buyer.json\nb.xml,\n");
    const { status, err } = await issue("--csv", table);
    expect(status).to.equal(1);
    expect(err).to.contain(`${b}: has the number ${number}, as ${a} has`);
    writeFileSync(table, "ubl\na.xml\n");
    const one = await issue("--csv", table);
    expect(one.status, one.err).to.equal(0);
  });

  it("takes kind and scheme as named, for files that do not say", async () => {
    const file = await rideFile("a", {}, (it) => without(it, "kind", "numberScheme"));
    const silent = await issue("--ubl", file);
    expect(silent.status, silent.out).to.equal(1);
    const { status, err } = await issue("--ubl", file, "--kind", "VatOrdinary", "--scheme", "Digital");
    expect(status, err).to.equal(0);
    const [name = ""] = readdirSync(out);
    expect(name).to.match(/^Digital-/);
    const shown = await civitas(world.directoryAddress, ["invoice", "show", join(out, name), "--json"]);
    expect(JSON.parse(shown.out)).to.have.nested.property("invoice.kind", "VatOrdinary");
  });

  it("does not let --kind and --scheme change what a file says", async () => {
    const file = await rideFile("a");
    const { status, err } = await issue("--ubl", file, "--kind", "VatOrdinary", "--scheme", "Own");
    expect(status, err).to.equal(0);
    expect(readdirSync(out)[0]).to.match(/^Digital-/);
  });

  it("looks for payments from the block that is named on", async () => {
    const file = await rideFile("a");
    const block = await world.contracts.provider.getBlockNumber();
    const late = await issue("--ubl", file, "--from", `${block + 1}`);
    expect(late.err).to.match(/a\.xml: the payment 0x[0-9a-f]+ of .* was not attested to the seller/);
    const { status, err } = await issue("--ubl", file, "--from", `${block}`);
    expect(status, err).to.equal(0);
  });

  it("goes on after SIGKILL, with the same documents, and issues none twice", async () => {
    const files = [await rideFile("a"), await rideFile("b"), await rideFile("c")];
    const before = (await issuedEvents()).length;
    const args = command("--per-call", "1", "--ubl", ...files);
    const killed = await inProcess(world.directoryAddress, args, world.env, { killAfter: 2 });
    expect(killed.signal, killed.err).to.equal("SIGKILL");
    expect((await issuedEvents()).length - before).to.equal(2);
    const texts = readdirSync(out).map((name) => readFileSync(join(out, name), "utf8"));
    expect(texts).to.have.length(3);
    const { status, err, out: told } = await issue("--per-call", "1", "--ubl", ...files);
    expect(status, err).to.equal(0);
    expect(told).to.contain("1 invoices made in 1 transactions").and.to.contain("2 were there before");
    expect((await issuedEvents()).length - before).to.equal(3);
    expect(readdirSync(out).map((name) => readFileSync(join(out, name), "utf8"))).to.deep.equal(texts);
  });

  it("refuses another invoice under a number whose document is kept", async () => {
    const number = (await rideModel()).number;
    const file = await rideFile("a", { number });
    expect((await issue("--ubl", file)).status).to.equal(0);
    await rideFile("a", { number });
    const { status, err } = await issue("--ubl", file);
    expect(status).to.equal(1);
    expect(err).to.contain(`another document with the number ${number} is kept`);
  });

  it("sends nothing, and leaves nothing, where the disk is full", async () => {
    const file = await rideFile("a");
    const args = command("--ubl", file);
    const { status, err } = await inProcess(world.directoryAddress, args, world.env, { largest: 1 });
    expect(status, err).to.equal(1);
    expect(err).to.contain("cannot be written").and.to.contain("nothing was sent");
    expect(readdirSync(out)).to.deep.equal([]);
    expect(sent()).to.equal(0);
    expect((await issue("--ubl", file)).status).to.equal(0);
  });
});
