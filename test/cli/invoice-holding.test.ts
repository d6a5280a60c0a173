import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { hexlify, randomBytes } from "ethers";

import { type InvoiceDocument } from "../../src/invoice/document.js";
import { type BuyerRequest, InvoiceWallet } from "../../src/invoice/wallet.js";
import { COMPANY, issuedRide } from "../client/invoice/world.js";
import { loadFixture } from "../world.js";
import { desk } from "./desk.js";
import { holding, type Holding } from "./invoice-world.js";

describe("civitas invoice request, confirm, hand-on", () => {
  const { civitas, folder, sent } = desk();
  let world: Holding;
  let made = 0;
  let company: Holding["as"]["company"];
  /** Another company. */
  const next = { CIVITAS_KEY: hexlify(randomBytes(32)), CIVITAS_WALLET_SEED: hexlify(randomBytes(32)) };

  beforeEach(async () => {
    world = await loadFixture(holding);
    company = world.as.company;
    made++;
    sent();
  });

  const place = (name: string) => join(folder, `${made}-${name}`);
  const fileOf = (name: string, document: InvoiceDocument) => {
    writeFileSync(place(name), JSON.stringify(document));
    return place(name);
  };
  const run = async (env: Record<string, string>, ...args: string[]) =>
    civitas(world.directoryAddress, ["invoice", ...args], env);
  const verdictOn = async (file: string) =>
    JSON.parse((await run({}, "verify", file, "--json")).out) as { status: string; isHolder: boolean };
  const requested = async () => {
    const { out } = await run(next, "request", "--handed-on");
    writeFileSync(place("holder.json"), out);
    return place("holder.json");
  };

  describe("request", () => {
    it("makes a request for a buyer, which the wallet finds the key of again", async () => {
      const { out, status } = await run(company, "request", "--name", "某某公司", "--tax-number", "CN9144", "--json");
      expect(status).to.equal(0);
      const { buyer } = JSON.parse(out) as { buyer: BuyerRequest };
      expect(buyer.title).to.include({ name: "某某公司", taxNumber: "CN9144" });
      expect(InvoiceWallet.fromSeed(world.seed).holderKey(buyer.salt).signer).to.equal(buyer.signer);
    });

    it("is for an invoice that is made out, or a document that is handed on", async () => {
      for (const args of [[], ["--name", "x", "--handed-on"], ["--handed-on", "--tax-number", "CN1"]]) {
        const { status, err } = await run(company, "request", ...args);
        expect(status).to.equal(2);
        expect(err).to.contain("--name to have an invoice made out, or --handed-on");
      }
    });
  });

  describe("confirm", () => {
    /** Made out to the company itself, and not confirmed. */
    const bought = async () => {
      const buyer = InvoiceWallet.fromSeed(world.seed).newBuyer(COMPANY.name);
      return fileOf("bought.json", (await issuedRide(world, { buyer })).document);
    };

    it("confirms what was made out to the company: rehearsed first, and once", async () => {
      const file = await bought();
      const rehearsed = await run(company, "confirm", file, "--dry-run");
      expect(rehearsed.out, rehearsed.err).to.contain("would be done");
      expect([(await verdictOn(file)).status, sent()]).to.deep.equal(["Issued", 0]);
      const done = await run(company, "confirm", file);
      expect(done.status, done.err).to.equal(0);
      expect((await verdictOn(file)).status).to.equal("Confirmed");
      const again = await run(company, "confirm", file);
      expect([again.status, sent()]).to.deep.equal([1, 1]);
      expect(again.err).to.match(/^civitas: .*confirmed/i);
    });

    it("is not done with another wallet", async () => {
      const { status, err } = await run(next, "confirm", await bought());
      expect([status, sent()]).to.deep.equal([1, 0]);
      expect(err).to.contain("held by a key that is not of this wallet");
    });
  });

  describe("hand-on", () => {
    const handOn = async (to: string, out: string, ...args: string[]) =>
      run(company, "hand-on", fileOf("held.json", world.held), "--to", to, "--out", out, ...args);

    it("hands a document on, which the next holder books: rehearsed first, and once", async () => {
      const [to, out] = [await requested(), place("out.json")];
      const rehearsed = await handOn(to, out, "--dry-run");
      expect(rehearsed.out, rehearsed.err).to.contain("would be done");
      expect([existsSync(out), sent()]).to.deep.equal([false, 0]);
      const done = await handOn(to, out);
      expect(done.status, done.err).to.equal(0);
      expect(await verdictOn(out)).to.include({ status: "Confirmed", isHolder: true });
      expect((await verdictOn(place("held.json"))).isHolder).to.equal(false);
      const again = await handOn(to, out);
      expect([again.status, sent()]).to.deep.equal([0, 1]);
      expect(again.out).to.contain("before; nothing was sent");
      const booked = await run(next, "book", out, "--city", "MA.156.1301");
      expect(booked.status, booked.err).to.equal(0);
    });

    it("writes the next holder's document again, where it was lost", async () => {
      const [to, out] = [await requested(), place("out.json")];
      await handOn(to, out);
      const found = await handOn(to, place("again.json"));
      expect(found.status, found.err).to.equal(0);
      expect(readFileSync(place("again.json"), "utf8")).to.equal(readFileSync(out, "utf8"));
    });

    it("is refused for what is booked, and keeps nothing then", async () => {
      const [to, out] = [await requested(), place("out.json")];
      await run(company, "book", fileOf("held.json", world.held), "--city", "MA.156.1301");
      const { status, err } = await handOn(to, out);
      expect([status, existsSync(out)]).to.deep.equal([1, false]);
      expect(err).to.match(/^civitas: .*booked/i);
    });

    it("takes no buyer's file, and no place where something else is kept", async () => {
      const buyer = place("buyer.json");
      writeFileSync(buyer, (await run(next, "request", "--name", "x")).out);
      const wrong = await handOn(buyer, place("out.json"));
      expect(wrong.err).to.match(/is no holder's file: .*lacks "holder"/);
      const taken = await handOn(await requested(), place("held.json"));
      expect(taken.err).to.contain("keeps something else; take another file");
      expect([wrong.status, taken.status, sent()]).to.deep.equal([1, 1, 0]);
    });
  });
});
