import { expect } from "chai";

import { exportCityPeriod, exportPeriod, periodCsv, periodJson } from "../../../src/invoice/export.js";
import type { InvoiceDocument } from "../../../src/invoice/document.js";
import { sendHolderOrder, signBook, signReversalAnswer } from "../../../src/invoice/order.js";
import { buildReversal } from "../../../src/invoice/reversal.js";
import { proposeReversalBySeller } from "../../../src/invoice/seller.js";
import { newNumber } from "../../invoice/world.js";
import { loadFixture, SHIJIAZHUANG } from "../../world.js";
import { after, counter, issuedRide, today } from "./world.js";

describe("the books of a period", () => {
  it("are exported with exact sums, of a city and of one's own documents alike", async () => {
    const world = await loadFixture(counter);
    const { contracts, network, provider, operator } = world;
    const { day, now } = await today();
    const period = Number(day.slice(0, 4)) * 100 + Number(day.slice(5, 7));
    const city = Number(SHIJIAZHUANG);
    const mine: InvoiceDocument[] = [];
    for (const deductible of [true, true, false]) {
      const { document, key } = await issuedRide(world);
      const order = await signBook(network, document, key, { city, period, deductible }, after(0));
      await sendHolderOrder(contracts, provider, order);
      mine.push(document);
    }
    mine.push((await issuedRide(world)).document); // not booked
    const [reversed] = mine as [InvoiceDocument];
    const reversing = buildReversal(reversed, { number: `${newNumber()}`, time: now });
    await proposeReversalBySeller(contracts, operator, reversed, reversing);
    const key = world.passenger.keyFor(reversed);
    await sendHolderOrder(
      contracts,
      provider,
      await signReversalAnswer(network, reversed, key, reversing, true, after(2)),
    );

    const seen: number[] = [];
    const ofCity = await exportCityPeriod(contracts, city, period, { onProgress: (done) => seen.push(done) });
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(ofCity.totals).to.deep.equal([
      {
        ...{ currency: "CNY", count: 3, deductibleNet: "5.83", deductibleTax: "0.17" },
        ...{ otherNet: "5.83", otherTax: "0.17", transferOut: "0.17", deductedTax: "0.34" },
      },
    ]);
    expect(await exportPeriod(contracts, city, period, mine)).to.deep.equal(ofCity);
    expect(await exportPeriod(contracts, city, period - 1, mine)).to.deep.include({ rows: [], totals: [] });
    const csv = periodCsv(ofCity).split("\r\n");
    expect(csv).to.have.length(5);
    expect(csv[0]).to.equal(
      "invoice,kind,number,seller,currency,net,tax,gross,reversedNet,reversedTax,deductible,transferOut,status",
    );
    const row = csv.find((line) => line.endsWith("ReversedAfterBooking"))!;
    expect(row)
      .to.include(`"${reversed.record.content.number}"`)
      .and.to.include(",5.83,0.17,6.00,5.83,0.17,true,0.17,");
    expect(JSON.parse(periodJson(ofCity))).to.deep.equal(ofCity);
  });
});
