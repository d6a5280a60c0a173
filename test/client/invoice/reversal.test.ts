import { expect } from "chai";
import fc from "fast-check";
import { ZeroHash } from "ethers";

import { buildInvoice } from "../../../src/invoice/build.js";
import { type InvoiceDocument, invoiceDocumentFaults, invoiceOfDocument } from "../../../src/invoice/document.js";
import { issueInvoice } from "../../../src/invoice/issue.js";
import { newPayment } from "../../../src/invoice/payment.js";
import { buildReversal, leftOfInvoice, type LeftOfInvoice } from "../../../src/invoice/reversal.js";
import { InvoiceRuleError } from "../../../src/invoice/rules.js";
import { reverseInvoice } from "../../../src/invoice/seller.js";
import { InvoiceWallet } from "../../../src/invoice/wallet.js";
import { verifyInvoice } from "../../../src/invoice/verify.js";
import { word } from "../../identity/world.js";
import { newNumber } from "../../invoice/world.js";
import { loadFixture } from "../../world.js";
import { caught } from "../identity-world.js";
import { built, counter, paid, today } from "./world.js";
import { invoices, without } from "./samples.js";

const THREE = [
  { name: "门票", quantity: "3", unit: "C62", price: "1.33", category: "S", rate: 600 },
  { name: "地图", quantity: "1", unit: "C62", price: "2.01", category: "S", rate: 1300 },
];

/** A document of any model over one payment; without a chain. */
function documentOf(model: ReturnType<typeof invoiceOfDocument>, now: Date): InvoiceDocument {
  const address = "0x00000000000000000000000000000000000000AA";
  const suite = { chainId: "31337", registry: address, payments: address };
  const seller = word();
  const payment = newPayment({
    ...{ provider: address, city: 4, payee: seller, currency: model.currency, paidAt: now },
    ...{ transactionId: word(), order: word(), amount: model.totals.gross },
  });
  const buyer = WALLET.newBuyer(model.buyer.name, model.buyer.vatId);
  return buildInvoice(
    suite,
    { ...model, issueDate: now.toISOString().slice(0, 10) },
    { seller, payments: [{ payment }], buyer, time: now },
  );
}
const WALLET = InvoiceWallet.create();

function less(left: LeftOfInvoice, original: InvoiceDocument, reversing: InvoiceDocument): LeftOfInvoice {
  const { lines, draws } = reversing.record.content;
  return {
    lines: original.record.content.lines.map(({ category, rate }, i) => {
      const taken = lines.find((line) => line.category === category && line.rate === rate);
      const { net, tax } = left.lines[i]!;
      return { net: net - BigInt(taken?.net ?? 0), tax: tax - BigInt(taken?.tax ?? 0) };
    }),
    draws: original.record.content.draws.map(({ payment }, i) => {
      return left.draws[i]! - BigInt(draws.find((draw) => draw.payment === payment)?.amount ?? 0);
    }),
  };
}

describe("reversals", () => {
  it("take back a part of a line, another line, then the rest, over two payments", async () => {
    const world = await loadFixture(counter);
    const { contracts, operator } = world;
    const payments = [await paid(world, { amount: 300n }), await paid(world, { amount: 300n })];
    const { document } = await built(world, payments, { model: { lines: THREE, paid: 600n } });
    await issueInvoice(contracts, operator, document);
    const time = (await today()).now;
    const reverse = async (lines?: { id: string; quantity?: string }[]) => {
      const left = await leftOfInvoice(contracts, document);
      const options = { number: `${newNumber()}`, time, left, note: "退票" };
      const reversing = buildReversal(document, lines === undefined ? options : { ...options, lines });
      expect(invoiceDocumentFaults(reversing)).to.deep.equal([]);
      await reverseInvoice(contracts, operator, document, reversing);
      return reversing;
    };
    const first = await reverse([{ id: "1", quantity: "1" }]);
    expect(invoiceOfDocument(first)).to.deep.include({
      typeCode: "381",
      precedingInvoices: [{ number: document.record.content.number, issueDate: (await today()).day }],
      notes: [{ text: "退票" }],
    });
    expect(await verifyInvoice(contracts, document)).to.include({ status: "Issued" });
    await reverse([{ id: "2" }]);
    const last = await reverse();
    expect(last.record.content.draws.length).to.be.greaterThan(0);
    const answer = await verifyInvoice(contracts, document);
    expect(answer).to.include({ status: "Reversed" });
    expect((await leftOfInvoice(contracts, document)).draws).to.deep.equal([0n, 0n]);
    expect((await caught(InvoiceRuleError, () => reverse())).message).to.include("CHAIN-LEFT");
  });

  it("are refused by name where they do not fit", async () => {
    const world = await loadFixture(counter);
    const { document } = await built(world, [await paid(world)], { model: { lines: THREE, paid: 600n } });
    const { now } = await today();
    const refused = async (lines: { id: string; quantity?: string }[], left?: LeftOfInvoice) => {
      const options = { number: `${newNumber()}`, time: now, lines, ...(left === undefined ? {} : { left }) };
      const error = await caught(InvoiceRuleError, () => buildReversal(document, options));
      return error.errors.map(({ rule }) => rule);
    };
    expect(await refused([{ id: "9" }])).to.deep.equal(["CHAIN-LINE"]);
    expect(await refused([{ id: "1", quantity: "4" }])).to.deep.equal(["CHAIN-LINE"]);
    expect(await refused([{ id: "1", quantity: "-1" }])).to.deep.equal(["CHAIN-LINE"]);
    expect(await refused([{ id: "2" }, { id: "2" }])).to.deep.equal(["CHAIN-LINE"]);
    const nothing = { lines: document.record.content.lines.map(() => ({ net: 0n, tax: 0n })), draws: [0n] };
    expect(await refused([{ id: "1" }], nothing)).to.deep.equal(["CHAIN-LEFT"]);
    const unpaid = buildLeft(document, 1n);
    expect(await refused([{ id: "1" }], unpaid)).to.deep.equal(["CHAIN-LEFT"]);
  });

  it("add up on random documents: line by line, the parts make the whole", () => {
    const now = new Date();
    let reversals = 0;
    fc.assert(
      fc.property(invoices, fc.array(fc.nat(20), { maxLength: 4 }), (model, picks) => {
        const plain = without(model, "payments", "allowances", "charges") as typeof model;
        const { allowances, charges } = model;
        if (allowances?.length || charges?.length) return; // lines alone then do not make up the rows
        if (plain.totals.due !== 0n && plain.paymentTerms === undefined) return;
        const document = documentOf({ ...plain }, now);
        let left = buildLeft(document);
        for (const pick of picks) {
          const line = plain.lines[pick % plain.lines.length]!;
          const options = { number: `2613${pick}`.padEnd(20, "7"), time: now, lines: [{ id: line.id }], left };
          let reversing: InvoiceDocument;
          try {
            reversing = buildReversal(document, options);
          } catch (error) {
            expect(error).to.be.instanceOf(InvoiceRuleError);
            continue; // taken back before, or nothing
          }
          expect(invoiceDocumentFaults(reversing)).to.deep.equal([]);
          reversals++;
          left = less(left, document, reversing);
          for (const { net, tax } of left.lines) expect(net >= 0n && tax >= 0n).to.be.true;
        }
        if (left.lines.every(({ net, tax }) => net === 0n && tax === 0n)) return;
        const rest = buildReversal(document, { number: "26139999999999999999", time: now, left });
        left = less(left, document, rest);
        expect(left.lines.every(({ net, tax }) => net === 0n && tax === 0n)).to.be.true;
        expect(left.draws).to.deep.equal([0n]);
      }),
      { numRuns: 40 },
    );
    expect(reversals).to.be.greaterThan(5);
  });

  it("of a document without a buyer have none", async () => {
    const world = await loadFixture(counter);
    const { document } = await built(world, [await paid(world)]);
    expect(document.record.content.buyer).not.to.equal(ZeroHash);
    const { now } = await today();
    expect(buildReversal(document, { number: `${newNumber()}`, time: now }).record.content.buyer).to.equal(
      document.record.content.buyer,
    );
  });
});

function buildLeft(document: InvoiceDocument, paid?: bigint): LeftOfInvoice {
  const { lines, draws } = document.record.content;
  return {
    lines: lines.map(({ net, tax }) => ({ net: BigInt(net), tax: BigInt(tax) })),
    draws: draws.map(({ amount }) => paid ?? BigInt(amount)),
  };
}
