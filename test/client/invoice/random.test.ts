import { expect } from "chai";
import fc from "fast-check";

import { validateInvoice } from "../../../src/invoice/rules.js";
import { chainErrors, taxLines } from "../../../src/invoice/tax-lines.js";
import { computeTotals, lineNet } from "../../../src/invoice/totals.js";
import { currencyOf } from "../../../src/invoice/amount.js";
import { invoices } from "./samples.js";

describe("random invoices of the totals engine", () => {
  it("keep the rules, of the standard and of the chain, with prices of either kind", () => {
    fc.assert(
      fc.property(invoices, (invoice) => {
        const yenWithTax = invoice.currency === "JPY" && invoice.lines.every(({ tax }) => tax !== undefined);
        if (!yenWithTax) expect(validateInvoice(invoice, "standard")).to.deep.equal([]); // 1.00 is one yen
        expect(validateInvoice(invoice, "chain")).to.deep.equal([]);
        const negative = invoice.breakdown.some(({ net, tax }) => net < 0n || tax < 0n);
        if (!negative) expect(chainErrors(invoice)).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  it("add up again from what they say", () => {
    fc.assert(
      fc.property(invoices, (invoice) => {
        const { digits } = currencyOf(invoice.currency);
        for (const line of invoice.lines) expect(lineNet(line, digits)).to.equal(line.net);
        const { paid, rounding } = invoice.totals;
        expect(computeTotals(invoice, { paid, rounding }).totals).to.deep.equal(invoice.totals);
        const rows = taxLines(invoice);
        expect(rows.map(({ items }) => items).reduce((a, b) => a + b)).to.equal(
          invoice.lines.length + invoice.allowances!.length + invoice.charges!.length,
        );
        for (let i = 1; i < rows.length; i++) {
          const [a, b] = [rows[i - 1]!, rows[i]!];
          expect(a.category < b.category || (a.category === b.category && a.rate < b.rate)).to.equal(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("break a rule as soon as one amount is changed", () => {
    const places = ["lines", "allowances", "charges", "net", "tax", "gross", "paid", "rounding", "due"] as const;
    fc.assert(
      fc.property(invoices, fc.constantFrom(...places), fc.constantFrom(1n, -1n, 100n), (random, place, by) => {
        const invoice = structuredClone(random);
        invoice.totals[place] += by;
        expect(validateInvoice(invoice)).to.not.deep.equal([]);
        const line = structuredClone(random);
        line.lines[0]!.net += by;
        expect(validateInvoice(line).map(({ rule }) => rule)).to.include("BR-CO-10");
      }),
    );
  });
});
