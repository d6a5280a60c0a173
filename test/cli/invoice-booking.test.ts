import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync, hexlify, randomBytes, Wallet } from "ethers";

import { documentId } from "../../src/invoice/document.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { desk } from "./desk.js";
import { holding, type Holding } from "./invoice-world.js";

describe("civitas invoice book, unbook", () => {
  const { civitas, folder, sent } = desk();
  let world: Holding;
  let held: string;
  let made = 0;
  let company: Holding["as"]["company"];

  beforeEach(async () => {
    world = await loadFixture(holding);
    company = world.as.company;
    held = join(folder, `${++made}.json`);
    writeFileSync(held, JSON.stringify(world.held));
    sent();
  });

  const run = async (env: Record<string, string>, ...args: string[]) =>
    civitas(world.directoryAddress, ["invoice", ...args], env);
  const book = async (...args: string[]) => run(company, "book", held, "--city", "MA.156.1301", ...args);
  const statusOf = async (file: string) => {
    const { out } = await run({}, "verify", file, "--json");
    return (JSON.parse(out) as { status: string }).status;
  };

  it("books once: rehearsed first, and refused the second time in words", async () => {
    const rehearsed = await book("--dry-run");
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect(sent()).to.equal(0);
    const booked = await book();
    expect(booked.status, booked.err).to.equal(0);
    expect(await statusOf(held)).to.equal("Booked");
    const again = await book();
    expect(again.status).to.equal(1);
    expect(again.err).to.match(/^civitas: .*booked/i);
    expect(sent()).to.equal(1);
  });

  it("does not book with a wallet that holds something else, nor without one", async () => {
    const other = { ...company, CIVITAS_WALLET_SEED: hexlify(randomBytes(32)) };
    const told = await run(other, "book", held, "--city", "MA.156.1301");
    expect(told.err).to.contain("held by a key that is not of this wallet");
    const none = await run({ CIVITAS_KEY: company.CIVITAS_KEY }, "book", held, "--city", "MA.156.1301");
    expect(none.err).to.contain("CIVITAS_WALLET");
    expect([told.status, none.status, sent()]).to.deep.equal([1, 1, 0]);
  });

  it("opens the wallet's seed from a keystore", async () => {
    const keystore = join(folder, `wallet-${made}.json`);
    writeFileSync(
      keystore,
      encryptKeystoreJsonSync(new Wallet(world.seed), "12345678", { scrypt: { N: 2, r: 1, p: 1 } }),
    );
    const env = { CIVITAS_KEY: company.CIVITAS_KEY, CIVITAS_PASSWORD: "12345678" };
    const { status, err } = await run(env, "book", held, "--city", "MA.156.1301", "--wallet", keystore, "--dry-run");
    expect(status, err).to.equal(0);
  });

  it("undoes a booking, as the company", async () => {
    await book();
    const { status, err } = await run(company, "unbook", held, "--reason", "WrongBooking");
    expect(status, err).to.equal(0);
    expect(await statusOf(held)).to.equal("Confirmed");
  });

  it("books for the month and with the deduction that are named", async () => {
    const next = Number(await world.taxpayers.currentPeriod(SHIJIAZHUANG));
    await time.increase(32 * 86_400);
    const { status, err } = await book("--period", `${next}`, "--not-deductible");
    expect(status, err).to.equal(0);
    const { booking } = await world.ledger.bookingOf(documentId(world.held));
    expect([booking.period, booking.deductible]).to.deep.equal([BigInt(next), false]);
  });

  describe("unbook --as-bureau", () => {
    const unbook = async (env: Record<string, string>, named: string, ...args: string[]) =>
      run(env, "unbook", named, "--as-bureau", "--reason", "NotAccepted", ...args);
    const reasonOf = async () => {
      const [event] = await world.ledger.queryFilter(world.ledger.filters.InvoiceUnbooked(documentId(world.held)));
      return event?.args.reason;
    };

    it("undoes a booking by the document's id, for an officer without money: rehearsed first", async () => {
      await book();
      sent();
      const rehearsed = await unbook(world.as.officer, documentId(world.held), "--dry-run");
      expect(rehearsed.out, rehearsed.err).to.contain("(NotAccepted): would be done");
      expect([await statusOf(held), sent()]).to.deep.equal(["Booked", 0]);
      const done = await unbook(world.as.officer, documentId(world.held));
      expect(done.status, done.err).to.equal(0);
      expect(await statusOf(held)).to.equal("Confirmed");
      expect(await reasonOf()).to.equal(23n);
    });

    it("takes the document's file as well, and needs no wallet", async () => {
      await book();
      const { status, err } = await unbook(world.as.officer, held);
      expect(status, err).to.equal(0);
      expect(await statusOf(held)).to.equal("Confirmed");
    });

    it("refuses one who is no officer of the bureau, and a document that is not booked, in words", async () => {
      const none = await unbook(world.as.officer, documentId(world.held));
      expect(none.err).to.match(/^civitas: .*not booked/);
      await book();
      const stranger = await unbook(world.as.seller, documentId(world.held));
      expect(stranger.err).to.match(/^civitas: .*0x/);
      expect([none.status, stranger.status]).to.deep.equal([1, 1]);
      expect(await statusOf(held)).to.equal("Booked");
    });
  });
});
