import { expect } from "chai";

import { discloseFields, type InvoiceDocument, parseInvoiceDocument } from "../../../src/invoice/document.js";
import { findByNumber } from "../../../src/invoice/find.js";
import { invoiceHistory, paymentHistory } from "../../../src/invoice/history.js";
import { sendHolderOrder, signBook, signHandOn, handedOn } from "../../../src/invoice/order.js";
import { refundPayments } from "../../../src/invoice/payment.js";
import { buildReversal } from "../../../src/invoice/reversal.js";
import { reverseInvoice } from "../../../src/invoice/seller.js";
import {
  type InvoiceAnswer,
  type RecordAnswer,
  REVERSAL_PERIOD,
  verifyInvoice,
  verifyMany,
  verifyNumber,
  verifyRecord,
} from "../../../src/invoice/verify.js";
import { newNumber } from "../../invoice/world.js";
import { loadFixture, SHIJIAZHUANG } from "../../world.js";
import { copyOf } from "../identity-world.js";
import { after, built, counter, type Counter, issuedRide, paid, today } from "./world.js";

const answerOf = async (world: Counter, document: unknown): Promise<InvoiceAnswer> => {
  const answer = await verifyInvoice(world.contracts, document);
  if (!("recordStatus" in answer)) throw new Error(answer.message);
  return answer;
};
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

describe("what a document is worth", () => {
  it("is told in words and data, from issuing to reversing", async () => {
    const world = await loadFixture(counter);
    const { contracts, network, provider } = world;
    expect(await contracts.ledger.REVERSAL_PERIOD()).to.equal(REVERSAL_PERIOD);
    const { document, id, key } = await issuedRide(world);
    const fresh = await answerOf(world, copyOf(document));
    expect(fresh).to.deep.include({ status: "Issued", recordStatus: "Issued", id, faults: [], isHolder: true });
    expect(fresh.seller).to.deep.equal({ identity: world.seller, status: "Active", admitted: true });
    expect(fresh).to.deep.include({ handedOn: false, reversed: { net: 0n, tax: 0n, gross: 0n } });
    expect(fresh.left).to.deep.include({ net: 583n, tax: 17n, gross: 600n, draws: [600n] });
    expect(fresh.payments[0]).to.deep.include({ status: "Exhausted", left: 0n });
    expect(fresh.message).to.include("over 6.00 CNY (5.83 CNY and 0.17 CNY of tax) is genuine");

    const to = world.employer.newHolder();
    await sendHolderOrder(contracts, provider, await signHandOn(network, document, key, to, after(0)));
    expect(await answerOf(world, document)).to.deep.include({ handedOn: true, isHolder: false });
    const held = handedOn(document, to);
    expect((await answerOf(world, held)).isHolder).to.be.true;
    const { day } = await today();
    const period = Number(day.slice(0, 4)) * 100 + Number(day.slice(5, 7));
    const booking = { city: Number(SHIJIAZHUANG), period, deductible: true };
    const order = await signBook(network, held, world.employer.keyFor(held), booking, after(1));
    await sendHolderOrder(contracts, provider, order);
    const booked = await answerOf(world, held);
    expect(booked).to.deep.include({ status: "Booked", booking: { ...booking, transferOut: 0n } });
    expect((await all(invoiceHistory(contracts, id))).map(({ type }) => type)).to.deep.equal([
      "InvoiceBooked",
      "InvoiceHandedOn",
      "InvoiceIssued",
    ]);

    const [{ payment }] = document.evidence as [InvoiceDocument["evidence"][0]];
    await refundPayments(contracts, provider, [{ payment, path: [], refunded: 600n }]);
    expect((await answerOf(world, held)).status).to.equal("PaymentWithdrawn");
    const paymentId = document.record.content.draws[0]!.payment;
    expect((await all(paymentHistory(contracts, paymentId))).map(({ type }) => type)).to.deep.equal([
      "PaymentRefunded",
      "PaymentTaken",
      "PaymentAttested",
    ]);
  });

  it("is unsound where it says other things than its record", async () => {
    const world = await loadFixture(counter);
    const { document } = await issuedRide(world);
    const forged = copyOf(document);
    const name = forged.fields.find((field) => "name" in field && field.name === "lines[0]") as { value: string };
    name.value = name.value.replace("地铁乘车", "办公用品");
    const answer = await answerOf(world, forged);
    expect(answer).to.deep.include({ status: "Unsound", recordStatus: "Issued", isHolder: false });
    expect(answer.message).to.include("the fields are not those of the record");
    expect(await verifyInvoice(world.contracts, { type: "CivitasInvoice" })).to.include({ status: "Unreadable" });
    const elsewhere = { ...copyOf(document), chainId: "5" };
    expect(await verifyInvoice(world.contracts, elsewhere)).to.include({ status: "OtherNetwork" });
    const { document: never } = await built(world, [await paid(world)]);
    expect(await answerOf(world, never)).to.include({ status: "Unknown" });
  });

  it("discloses chosen fields, and is verified all the same", async () => {
    const world = await loadFixture(counter);
    const { document } = await issuedRide(world);
    const shown = discloseFields(document, ["lines", "totals", "seller.name"]);
    const parsed = parseInvoiceDocument(copyOf(shown));
    const text = JSON.stringify(parsed);
    expect(text).to.include("地铁乘车").and.to.not.include("某某科技有限公司");
    expect(text).not.to.include("transactionId");
    expect(await answerOf(world, parsed)).to.deep.include({ status: "Issued", faults: [], payments: [] });
    expect(() => discloseFields(shown, ["buyer"])).to.throw(RangeError, 'no field "buyer"');
  });

  it("is found by the number, single, reversing and many at once", async () => {
    const world = await loadFixture(counter);
    const { contracts } = world;
    const { document, id } = await issuedRide(world);
    const { number } = document.record.content;
    const reversing = buildReversal(document, { number: `${newNumber()}`, time: (await today()).now });
    await reverseInvoice(contracts, world.operator, document, reversing);
    const [found] = await findByNumber(contracts, "Digital", number);
    expect(found).to.deep.include({ invoice: id, record: document.record });
    const [other] = await findByNumber(contracts, "Digital", reversing.record.content.number, { seller: world.seller });
    expect(other?.record).to.deep.equal(reversing.record);
    expect(await findByNumber(contracts, "Digital", `${newNumber()}`)).to.deep.equal([]);

    const progress: number[] = [];
    const answers = await verifyMany(
      contracts,
      [
        { document },
        { record: reversing.record, path: [] },
        { scheme: "Digital", number },
        { scheme: "Digital", number: `${newNumber()}` },
      ],
      { concurrency: 2, onProgress: (done) => progress.push(done) },
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(["Reversed", "Reversing", "Reversed", "NotFound"]);
    expect(progress).to.deep.equal([1, 2, 3, 4]);
    const direct: RecordAnswer = await verifyRecord(contracts, document.record);
    expect(direct.reversed).to.deep.equal({ net: 583n, tax: 17n, gross: 600n });
    expect(await verifyNumber(contracts, "Digital", number)).to.include({ status: "Reversed" });
  });
});
