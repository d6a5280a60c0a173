import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync, hexlify, randomBytes, Wallet } from "ethers";

import { TAX } from "../../src/access/capability.js";
import { handedOn, sendHolderOrder, signHandOn } from "../../src/invoice/order.js";
import { type BuyerRequest, InvoiceWallet } from "../../src/invoice/wallet.js";
import { after, counter, type Counter, issuedRide } from "../client/invoice/world.js";
import { setOperator } from "../identity/persons.js";
import { newNumber } from "../invoice/world.js";
import { loadFixture } from "../world.js";
import { desk } from "./desk.js";

describe("civitas invoice book, unbook, reverse, answer-reversal", () => {
  const { civitas, folder, sent } = desk();
  let world: Counter;
  let directory: string;
  let held: string;
  let made = 0;
  let operator: { CIVITAS_KEY: string };
  const seed = hexlify(randomBytes(32));
  /** The company's wallet, and an account without money that sends. */
  const company = { CIVITAS_KEY: hexlify(randomBytes(32)), CIVITAS_WALLET_SEED: seed };

  beforeEach(async () => {
    world = await loadFixture(counter);
    directory = await world.directory.getAddress();
    const wallet = Wallet.createRandom();
    await setOperator(world, world.seller, world.sellerKey, wallet.address, true);
    await world.taxpayers.connect(world.taxBureau).nameOperator(world.seller, TAX, wallet.address, []);
    operator = { CIVITAS_KEY: wallet.privateKey };
    const { document, key } = await issuedRide(world);
    const request = InvoiceWallet.fromSeed(seed).newHolder();
    await sendHolderOrder(
      world.contracts,
      world.stranger,
      await signHandOn(world.network, document, key, request, after(0)),
    );
    held = join(folder, `${++made}.json`);
    writeFileSync(held, JSON.stringify(handedOn(document, request)));
    sent();
  });

  const run = async (env: Record<string, string>, ...args: string[]) => civitas(directory, ["invoice", ...args], env);
  const book = async (...args: string[]) => run(company, "book", held, "--city", "MA.156.1301", ...args);
  const statusOf = async (file: string) => {
    const { out } = await run({}, "verify", file, "--json");
    return (JSON.parse(out) as { status: string }).status;
  };

  it("makes a request for a buyer, which the wallet finds the key of again", async () => {
    const { out, status } = await run(company, "request", "--name", "某某公司", "--tax-number", "CN9144", "--json");
    expect(status).to.equal(0);
    const { buyer } = JSON.parse(out) as { buyer: BuyerRequest };
    expect(buyer.title).to.include({ name: "某某公司", taxNumber: "CN9144" });
    expect(InvoiceWallet.fromSeed(seed).holderKey(buyer.salt).signer).to.equal(buyer.signer);
  });

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
    writeFileSync(keystore, encryptKeystoreJsonSync(new Wallet(seed), "12345678", { scrypt: { N: 2, r: 1, p: 1 } }));
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

  it("reverses alone what nobody has confirmed, and keeps the reversing document", async () => {
    const { document } = await issuedRide(world);
    const [file, kept] = [join(folder, `ride-${made}.json`), join(folder, `reversed-${made}.json`)];
    writeFileSync(file, JSON.stringify(document));
    const args = ["reverse", file, "--number", `${newNumber()}`, "--out", kept];
    const rehearsed = await run(operator, ...args, "--dry-run");
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect([existsSync(kept), sent()]).to.deep.equal([false, 0]);
    const done = await run(operator, ...args);
    expect(done.status, done.err).to.equal(0);
    expect([await statusOf(file), await statusOf(kept)]).to.deep.equal(["Reversed", "Reversing"]);
    const again = await run(operator, ...args);
    expect(again.out).to.contain("before; nothing was sent");
    expect(sent()).to.equal(1);
  });

  it("proposes to reverse what its holder has, who confirms", async () => {
    await book();
    const kept = join(folder, `reversed-${made}.json`);
    const args = ["reverse", held, "--number", `${newNumber()}`, "--out", kept];
    const proposed = await run(operator, ...args);
    expect(proposed.out, proposed.err).to.contain("propose to reverse");
    expect(await statusOf(held)).to.equal("ReversalProposed");
    const text = readFileSync(kept, "utf8");
    expect((await run(operator, ...args)).out).to.contain("was proposed before");
    expect(readFileSync(kept, "utf8")).to.equal(text);
    const answered = await run(company, "answer-reversal", held, kept, "--as", "holder");
    expect(answered.status, answered.err).to.equal(0);
    expect(await statusOf(held)).to.equal("ReversedAfterBooking");
  });

  it("proposes as the holder, and the seller rejects", async () => {
    const kept = join(folder, `reversed-${made}.json`);
    const args = ["reverse", held, "--number", `${newNumber()}`, "--out", kept, "--as-holder"];
    const proposed = await run(company, ...args);
    expect(proposed.status, proposed.err).to.equal(0);
    expect(await statusOf(held)).to.equal("ReversalProposed");
    const answered = await run(operator, "answer-reversal", held, kept, "--as", "seller", "--reject");
    expect(answered.status, answered.err).to.equal(0);
    expect(await statusOf(held)).to.equal("Confirmed");
  });
});
