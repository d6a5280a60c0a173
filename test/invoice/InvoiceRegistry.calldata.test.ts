import { expect } from "chai";
import { concat, dataLength, dataSlice, getBytes, hexlify, toBeHex } from "ethers";

import { ethers, loadFixture } from "../world.js";
import { idOf, Standing, standingOf } from "./batches.js";
import { attest, category, invoiceOf, invoiceWorld, lineOf, submissionOf, termsOf } from "./world.js";

/** The words of the call in its usual encoding, of a document with one tax line, one draw and no payer's request. */
const WORD = {
  ...{ kind: 1, scheme: 2, currency: 3 },
  ...{ content: 7, time: 8, net: 12, tax: 13, gross: 14, linesAt: 15, drawsAt: 16, lines: 17, category: 18 },
  ...{ rate: 19, items: 20, lineNet: 21, lineTax: 22, draws: 23, amount: 25, evidence: 26 },
  ...{ provider: 28, city: 29, paymentCurrency: 34, paid: 35, paidAt: 36, serial: 37, position: 38 },
} as const;

describe("InvoiceRegistry: how a call is encoded", () => {
  const ready = async () => {
    const world = await loadFixture(invoiceWorld);
    const { invoices, operator } = world;
    const terms = termsOf(world);
    const submission = await submissionOf(world, [await attest(world)]);
    const to = await invoices.getAddress();
    const data = invoices.interface.encodeFunctionData("issue", [terms, submission]);
    const send = async (changed: string) => operator.sendTransaction({ to, data: changed });
    return { ...world, world, terms, submission, data, send };
  };

  const placeOf = (word: number) => 4 + 32 * word;
  const wordsAt = (data: string, from: number, to: number) => dataSlice(data, placeOf(from), placeOf(to));
  const withWord = (data: string, word: number, value: bigint) =>
    concat([dataSlice(data, 0, placeOf(word)), toBeHex(value, 32), dataSlice(data, placeOf(word + 1))]);

  it("stray bits beside a member are refused, so that no document has two ids", async () => {
    const { world, terms, submission, data, send } = await loadFixture(ready);
    for (const [name, word] of Object.entries(WORD)) {
      if (["content", "linesAt", "drawsAt", "lines", "draws", "evidence"].includes(name)) continue;
      const bytes = getBytes(data);
      bytes[placeOf(word) + (name === "category" ? 31 : 0)] = 1;
      await expect(send(hexlify(bytes)), name).to.be.revert(ethers);
    }
    await send(data);
    expect(await standingOf(world, invoiceOf(terms, submission.content))).to.equal(Standing.Issued);
  });

  it("stray bits are refused in a line without tax, and in a line of nothing", async () => {
    const { world, invoices, send, terms } = await loadFixture(ready);
    const payment = await attest(world);
    for (const lines of [
      [lineOf(600n, { category: category("E"), rate: 0, net: 600, tax: 0 })],
      [lineOf(600n, { category: category("E"), rate: 0, net: 0, tax: 0 }), lineOf(600n)],
    ]) {
      const sums = lines.length === 1 ? { net: 600, tax: 0 } : {};
      const submission = await submissionOf(world, [payment], { lines, ...sums });
      const data = invoices.interface.encodeFunctionData("issue", [terms, submission]);
      for (const word of [WORD.rate, WORD.items, WORD.lineNet, WORD.lineTax]) {
        const bytes = getBytes(data);
        bytes[placeOf(word)] = 1;
        await expect(send(hexlify(bytes))).to.be.revert(ethers);
      }
    }
  });

  it("arrays that lie elsewhere than where every encoder puts them are refused: the event could not say them", async () => {
    const { world, invoices, terms, submission, data, send } = await loadFixture(ready);
    const end = BigInt(dataLength(data) - placeOf(WORD.content));
    const moved = {
      lines: concat([withWord(data, WORD.linesAt, end), wordsAt(data, WORD.lines, WORD.draws)]),
      draws: concat([withWord(data, WORD.drawsAt, end), wordsAt(data, WORD.draws, WORD.evidence)]),
    };
    for (const [name, changed] of Object.entries(moved)) {
      await expect(send(changed), name)
        .to.be.revertedWithCustomError(invoices, "InvoiceInvalid")
        .withArgs(await idOf(world, invoiceOf(terms, submission.content))); // its id is the same
    }
    await send(concat([data, toBeHex(1, 32)])); // what follows the call is not part of it
  });

  it("arrays longer than the call are refused", async () => {
    const { data, send } = await loadFixture(ready);
    for (const word of [WORD.lines, WORD.draws, WORD.evidence]) {
      for (const length of [2n ** 64n, 2n ** 255n, 1_000n]) {
        await expect(send(withWord(data, word, length))).to.be.revert(ethers);
      }
    }
    for (const word of [WORD.linesAt, WORD.drawsAt]) {
      await expect(send(withWord(data, word, 2n ** 255n))).to.be.revert(ethers);
    }
  });
});
