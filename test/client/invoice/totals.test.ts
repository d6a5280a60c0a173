import { expect } from "chai";

import { completeInvoice, computeTotals, type InvoiceDraft, lineNet } from "../../../src/invoice/totals.js";
import { validateInvoice } from "../../../src/invoice/rules.js";
import { taxLines } from "../../../src/invoice/tax-lines.js";
import { everything, RIDE, ride, without } from "./samples.js";

const restaurant = (rate: number) =>
  ride({
    kind: "VatOrdinary",
    lines: [{ name: "餐费", quantity: "1", unit: "C62", price: "198.00", category: "S", rate }],
    payments: [{ provider: "p", reference: "r", amount: 19800n }],
  });

describe("totals of invoices", () => {
  it("of prices with tax: the first blockchain invoice of 2018, at 6 and at 3 per cent", () => {
    expect(restaurant(600).totals).to.deep.equal({
      lines: 18679n,
      allowances: 0n,
      charges: 0n,
      net: 18679n,
      tax: 1121n,
      gross: 19800n,
      paid: 19800n,
      rounding: 0n,
      due: 0n,
    });
    expect(restaurant(300).breakdown).to.deep.equal([{ category: "S", rate: 300, net: 19223n, tax: 577n }]);
    expect(restaurant(300).lines[0]).to.deep.include({ price: "192.23", net: 19223n, tax: 577n });
  });

  it("of prices with tax: a row is the sum of its lines, a minor unit off for each at most", () => {
    const invoice = ride({ lines: Array.from({ length: 10 }, () => RIDE.lines[0]!), paid: 6000n });
    // 5.83 and 0.17 a ride; 58.30 at 3 % would be 1.75
    expect(invoice.breakdown).to.deep.equal([{ category: "S", rate: 300, net: 5830n, tax: 170n }]);
    expect(invoice.totals.gross).to.equal(6000n);
    expect(taxLines(invoice)).to.deep.equal([{ category: "S", rate: 300, items: 10, net: 5830n, tax: 170n }]);
    expect(validateInvoice(invoice, "chain")).to.deep.equal([]);
    expect(validateInvoice(invoice, "peppol").map(({ rule }) => rule)).to.deep.equal(["BR-CO-17"]);
  });

  it("of prices with tax: allowances and charges lose their tax too", () => {
    const { lines, allowances, breakdown, totals } = ride({
      lines: [
        {
          ...RIDE.lines[0]!,
          quantity: "3",
          price: "11.30",
          rate: 1300,
          allowances: [{ amount: 1130n, baseAmount: 3390n, reason: "折扣" }],
          charges: [{ amount: 113n, reason: "服务费" }],
        },
      ],
      allowances: [{ amount: 565n, reason: "优惠", category: "S", rate: 1300 }],
    });
    expect(lines[0]).to.deep.include({ price: "10", net: 2100n, tax: 273n });
    expect(lines[0]!.allowances).to.deep.equal([{ amount: 1000n, baseAmount: 3000n, reason: "折扣" }]);
    expect(lineNet(lines[0]!, 2)).to.equal(2100n);
    expect(allowances).to.deep.equal([{ amount: 500n, tax: 65n, reason: "优惠", category: "S", rate: 1300 }]);
    expect(breakdown).to.deep.equal([{ category: "S", rate: 1300, net: 1600n, tax: 208n }]);
    expect(totals).to.deep.include({ lines: 2100n, allowances: 500n, net: 1600n, tax: 208n, gross: 1808n });
    const draft: InvoiceDraft = { ...RIDE, lines: [{ ...RIDE.lines[0]!, grossPrice: "7" }] };
    expect(() => completeInvoice(draft)).to.throw(RangeError, "without VAT");
  });

  it("of prices without tax: the figures of Peppol's Allowance-example", () => {
    const line = { name: "item", unit: "C62", quantity: "10" };
    const adjustments = {
      charges: [{ amount: 100n, reason: "Cleaning" }],
      allowances: [{ amount: 10100n, reason: "Discount" }],
    };
    const { breakdown, totals } = completeInvoice({
      ...RIDE,
      prices: "exclusive",
      currency: "EUR",
      payments: [],
      paid: 100_000n,
      lines: [
        { ...line, price: "410", ...adjustments, category: "S", rate: 2500 },
        { ...line, price: "200", priceQuantity: "2", category: "E", rate: 0 },
        { ...line, price: "100", ...adjustments, category: "S", rate: 2500 },
      ],
      allowances: [{ amount: 20_000n, reason: "Discount", category: "S", rate: 2500 }],
      charges: [{ amount: 20_000n, reason: "Cleaning", category: "S", rate: 2500 }],
      exemptions: { E: { exemptionReason: "Reason" } },
    });
    expect(breakdown).to.deep.equal([
      { category: "E", rate: 0, net: 100_000n, tax: 0n, exemptionReason: "Reason" },
      { category: "S", rate: 2500, net: 490_000n, tax: 122_500n },
    ]);
    expect(totals).to.deep.equal({
      lines: 590_000n,
      allowances: 20_000n,
      charges: 20_000n,
      net: 590_000n,
      tax: 122_500n,
      gross: 712_500n,
      paid: 100_000n,
      rounding: 0n,
      due: 612_500n,
    });
  });

  it("of prices without tax, with the tax of each row or of each line", () => {
    const draft: InvoiceDraft = {
      ...RIDE,
      prices: "exclusive",
      lines: Array.from({ length: 3 }, () => ({ ...RIDE.lines[0]!, price: "0.10", rate: 600 })), // 0.006 each
    };
    expect(completeInvoice(draft).breakdown).to.deep.equal([{ category: "S", rate: 600, net: 30n, tax: 2n }]);
    expect(completeInvoice({ ...draft, taxes: "line" }).totals.tax).to.equal(3n);
  });

  it("are the same from a finished invoice", () => {
    for (const invoice of [ride(), everything(), restaurant(600)]) {
      const { paid, rounding } = invoice.totals;
      const { breakdown, totals } = computeTotals(invoice, { paid, rounding });
      expect(totals).to.deep.equal(invoice.totals);
      expect(breakdown).to.deep.equal(invoice.breakdown.map((row) => without(row, "exemptionCode", "exemptionReason")));
    }
  });

  it("order rows by category, then rate, and keep O without rate apart", () => {
    const row = (category: string, rate?: number) => ({
      ...RIDE.lines[0]!,
      category,
      ...(rate === undefined ? {} : { rate }),
    });
    const outside = without(row("O"), "rate");
    const { breakdown } = ride({
      lines: [row("Z", 0), row("S", 1300), outside, row("S", 300), row("AE", 0), row("E", 0)],
    });
    expect(breakdown.map(({ category, rate }) => [category, rate])).to.deep.equal([
      ["AE", 0],
      ["E", 0],
      ["O", undefined],
      ["S", 300],
      ["S", 1300],
      ["Z", 0],
    ]);
  });
});
