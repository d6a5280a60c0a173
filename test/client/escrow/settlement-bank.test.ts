import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { type TransactionRequest, Wallet, ZeroAddress } from "ethers";

import { readCamt054, readPain001, writePain001 } from "../../../src/escrow/iso20022.js";
import { bookedEntries, mintFromPain001, type MintOptions, notify } from "../../../src/escrow/settlement-bank.js";
import {
  keyedEndToEndId,
  mintInstruction,
  newRedemptionAccount,
  payRedemption,
  requestRedemption,
  returnRedemption,
  type Settling,
} from "../../../src/escrow/settlement-token.js";
import { instructionOf, settlement } from "../../escrow/settlement.js";
import { word } from "../../identity/world.js";
import { ethers, loadFixture } from "../../world.js";
import { IBAN, initiationOf, transferOf } from "./messages.js";
import { refusalOf } from "./refusal.js";

type Signer = HardhatEthersSigner;

/** The bank's accounts of three builders, and a message that pays five times. */
async function desk() {
  const world = await loadFixture(settlement);
  const provider = ethers.provider;
  const contracts: Settling = { provider, settlement: world.token };
  const builders = [1, 2, 3].map((i) => ({
    account: `622202040200000000${i}`,
    address: Wallet.createRandom().address,
  }));
  const accounts = new Map(builders.map(({ account, address }) => [account, address]));
  const options: MintOptions = { secret: word(), accounts };
  const amounts = [100n, 200n, 300n, 400n, 500n];
  const initiation = initiationOf(
    ...amounts.map((amount, i) =>
      transferOf({
        endToEndId: `E2E-${i + 1}`,
        amount,
        creditorAccount: { id: builders[i % 3]?.account ?? "", scheme: "other" },
      }),
    ),
  );
  const debtor = initiation.instructions[0]?.debtorAccount.id ?? "";
  const keyed = (endToEndId: string) => keyedEndToEndId(options.secret, endToEndId, debtor);
  const minted = async () => (await world.token.totalSupply()) - 100_000n; // beside what the fixture has
  return { ...world, contracts, builders, options, initiation, keyed, minted };
}

/** A bank whose connection breaks when it sends for the nth time. */
function breakingAt(nth: number, bank: Signer): Signer {
  let sent = 0;
  return new Proxy(bank, {
    get(target, name) {
      if (name === "sendTransaction") {
        return async (transaction: TransactionRequest) => {
          if (++sent === nth) throw new Error("the line is dead");
          return target.sendTransaction(transaction);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("a bank that mints what its customers ordered", () => {
  it("mints each payment to the account of the chain, and says how far it is", async () => {
    const { contracts, bank, token, builders, options, initiation, keyed, minted } = await loadFixture(desk);
    const progress: [number, number][] = [];
    const result = await mintFromPain001(contracts, bank, writePain001(initiation), {
      ...options,
      perTransaction: 2,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(result).to.deep.include({ done: 5, skipped: 0 });
    expect(result.transactions.length).to.equal(3);
    expect(progress).to.deep.equal([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
    const balances = await Promise.all(builders.map(async ({ address }) => token.balanceOf(address)));
    expect(balances).to.deep.equal([500n, 700n, 300n]);
    expect(await minted()).to.equal(1500n);
    const first = builders[0]?.address ?? "";
    expect(await token.mintedBy(bank, keyed("E2E-1"))).to.equal(mintInstruction(first, 100n));
    expect(mintInstruction(first, 100n)).to.equal(instructionOf(first, 100));
  });

  it("mints nothing twice, however often the message comes, and whoever sends it at the same time", async () => {
    const { contracts, bank, options, initiation, minted } = await loadFixture(desk);
    const xml = writePain001(initiation);
    await Promise.all([1, 2, 3].map(async () => mintFromPain001(contracts, bank, xml, options)));
    expect(await minted()).to.equal(1500n);
    expect(await mintFromPain001(contracts, bank, initiation, options)).to.deep.equal({
      done: 0,
      skipped: 5,
      transactions: [],
    });
    expect(await minted()).to.equal(1500n);
  });

  it("goes on after a crash where it was, without minting anything twice", async () => {
    const { contracts, bank, options, initiation, minted } = await loadFixture(desk);
    const slow = { ...options, perTransaction: 1 };
    const error: unknown = await mintFromPain001(contracts, breakingAt(3, bank), initiation, slow).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.include("the line is dead");
    expect(await minted()).to.equal(300n);
    const rest = await mintFromPain001(contracts, bank, initiation, options);
    expect(rest).to.deep.include({ done: 3, skipped: 2 });
    expect(await minted()).to.equal(1500n);
  });

  it("takes a later message with some of the same payments", async () => {
    const { contracts, bank, options, initiation, builders, minted } = await loadFixture(desk);
    await mintFromPain001(contracts, bank, initiation, options);
    const account = { id: builders[0]?.account ?? "", scheme: "other" as const };
    const more = structuredClone(initiation);
    more.instructions[0]?.transfers.push(transferOf({ endToEndId: "E2E-6", amount: 6n, creditorAccount: account }));
    expect(await mintFromPain001(contracts, bank, more, options)).to.deep.include({ done: 1, skipped: 5 });
    expect(await minted()).to.equal(1506n);
  });

  it("keeps payments of two customers apart that have the same number", async () => {
    const { contracts, bank, options, initiation, minted } = await loadFixture(desk);
    await mintFromPain001(contracts, bank, initiation, options);
    const other = structuredClone(initiation);
    for (const instruction of other.instructions) instruction.debtorAccount = { id: IBAN, scheme: "IBAN" };
    expect(await mintFromPain001(contracts, bank, other, options)).to.deep.include({ done: 5, skipped: 0 });
    expect(await minted()).to.equal(3000n);
  });

  it("is told of all faults before anything is sent", async () => {
    const { contracts, bank, token, address, options, initiation, builders, minted } = await loadFixture(desk);
    const [first, second, third] = builders;
    await mintFromPain001(contracts, bank, initiation, options);
    const wrong = structuredClone(initiation);
    const [instruction] = wrong.instructions;
    const [, t2, t3, t4, t5] = instruction?.transfers ?? [];
    if (!instruction || !t2 || !t3 || !t4 || !t5) throw new Error("there are five transfers");
    t2.amount = 201n; // minted before, as 2.00
    t3.creditorAccount = { id: first?.account ?? "", scheme: "other" }; // minted before, to another
    t4.currency = "JPY";
    t5.creditorAccount = { id: "nobody", scheme: "other" };
    const fresh = (id: string, account = "") =>
      transferOf({ endToEndId: id, creditorAccount: { id: account, scheme: "other" } });
    instruction.transfers.push(fresh("E2E-6", second?.account), fresh("E2E-7", third?.account), fresh("E2E-8", "burn"));
    const accounts = new Map([...options.accounts, ["burn", ZeroAddress], [third?.account ?? "", address]]);
    const error = await refusalOf(mintFromPain001(contracts, bank, wrong, { ...options, accounts }));
    const at = (i: number) => `Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf[${i}]`;
    expect(error.faults.map(({ where }) => where)).to.deep.equal([
      `${at(4)}/Amt/InstdAmt`,
      `${at(5)}/CdtrAcct`,
      `${at(7)}/CdtrAcct`,
      `${at(8)}/CdtrAcct`,
      `${at(2)}/PmtId/EndToEndId`,
      `${at(3)}/PmtId/EndToEndId`,
    ]);
    expect(error.message).to.include("the token is of CNY").and.to.include("nobody: the address book does not have it");
    expect(await minted()).to.equal(1500n);
    expect(await token.balanceOf(address)).to.equal(0n);
    const unread = await refusalOf(mintFromPain001(contracts, bank, "<x/>", options));
    expect(unread.faults.length).to.equal(1);
    t4.amount = 0n;
    await refusalOf(mintFromPain001(contracts, bank, wrong, options)); // a message that was not read is checked too
  });

  it("must be one", async () => {
    const { contracts, stranger, manager, options, initiation, minted } = await loadFixture(desk);
    await expect(mintFromPain001(contracts, stranger, initiation, options)).to.be.revertedWithCustomError(
      manager,
      "CityUnauthorized",
    );
    expect(await minted()).to.equal(0n);
  });
});

describe("a bank that tells what it booked", () => {
  it("tells of mints and paid redemptions of its own, in the order of the chain, as camt.054", async () => {
    const { contracts, token, bank, rival, holder, options, initiation, keyed } = await loadFixture(desk);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    await mintFromPain001(contracts, bank, initiation, options);
    await token.connect(rival).mint(holder, 7, word()); // another bank's
    const [paid, returned] = [newRedemptionAccount(IBAN), newRedemptionAccount(IBAN)];
    const first = await requestRedemption(contracts, holder, 150n, paid);
    const second = await requestRedemption(contracts, holder, 160n, returned);
    await payRedemption(contracts, bank, first, keyedEndToEndId(options.secret, "OUT-1", "nostro"));
    await returnRedemption(contracts, bank, second, "AccountClosed");
    const third = await requestRedemption(contracts, holder, 170n, paid);
    await payRedemption(contracts, rival, third, word());
    const toBlock = await ethers.provider.getBlockNumber();
    await token.connect(bank).mint(holder, 9, word()); // later
    const [instruction] = initiation.instructions;
    const known = new Map(
      (instruction?.transfers ?? [])
        .slice(1)
        .map(({ endToEndId, creditor }) => [
          keyed(endToEndId),
          { endToEndId, ...(instruction && { debtor: instruction.debtor }), ...(creditor && { creditor }) },
        ]),
    );
    const { xml, entries } = await notify(contracts, {
      ...{ id: "N-1", messageId: "M-1", createdAt: new Date("2026-11-21T00:00:00.000Z") },
      ...{ bank: bank.address, fromBlock, toBlock },
      account: { id: "0402021009300000009", scheme: "other", currency: "CNY" },
      details: (endToEndId) => known.get(endToEndId),
    });
    const told = readCamt054(xml);
    expect(entries).to.equal(6);
    expect(told.createdAt).to.equal("2026-11-21T00:00:00Z");
    const [notification] = told.notifications;
    expect(notification?.entries.map(({ side, amount, endToEndId }) => [side, amount, endToEndId])).to.deep.equal([
      ["credit", 100n, undefined], // the bank does not know it
      ["credit", 200n, "E2E-2"],
      ["credit", 300n, "E2E-3"],
      ["credit", 400n, "E2E-4"],
      ["credit", 500n, "E2E-5"],
      ["debit", 150n, undefined],
    ]);
    expect(notification?.entries[1]?.debtor?.name).to.equal("石家庄市教育局");
    expect(notification?.entries[0]?.note).to.include(keyed("E2E-1"));
    const block = await ethers.provider.getBlock(fromBlock);
    const time = new Date((block?.timestamp ?? 0) * 1000).toISOString().replace(".000Z", "Z");
    expect(notification?.entries[0]?.bookedAt).to.equal(time);
    expect(new Set(notification?.entries.map(({ reference }) => reference)).size).to.equal(6);
  });

  it("tells of nothing where nothing was", async () => {
    const { contracts, stranger } = await loadFixture(desk);
    const block = await ethers.provider.getBlockNumber();
    const entries = await bookedEntries(contracts, { bank: stranger.address, fromBlock: 0, toBlock: block });
    expect(entries).to.deep.equal([]);
  });
});

describe("messages of a bank", () => {
  it("that were minted are read again as they were", async () => {
    const { initiation } = await loadFixture(desk);
    expect(readPain001(writePain001(initiation))).to.deep.equal(initiation);
  });
});
