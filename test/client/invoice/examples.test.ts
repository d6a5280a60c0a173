import { type Invoice as ToolkitInvoice, exampleInvoice, PeppolToolkit } from "@pixeldrive/peppol-toolkit";
import { expect } from "chai";
import fc from "fast-check";

import { formatAmount } from "../../../src/invoice/amount.js";
import { validateInvoice } from "../../../src/invoice/rules.js";
import { chainErrors } from "../../../src/invoice/tax-lines.js";
import { completeInvoice, computeTotals, lineNet } from "../../../src/invoice/totals.js";
import { fromUbl, PEPPOL_BILLING, toUbl } from "../../../src/invoice/ubl.js";
import { examples, faultyExamples } from "./examples.js";
import { everything, RIDE } from "./samples.js";

describe("invoices that others wrote", () => {
  for (const { source, xml } of examples()) {
    it(`${source}: read whole, valid, added up alike, and nothing lost on the way back`, () => {
      const { invoice, warnings } = fromUbl(xml);
      expect(warnings).to.deep.equal([]);
      expect(validateInvoice(invoice)).to.deep.equal([]);
      expect(validateInvoice(invoice, "peppol")).to.deep.equal([]);
      const { breakdown, totals } = computeTotals(invoice);
      expect({ breakdown, totals }).to.deep.equal({ breakdown: invoice.breakdown, totals: invoice.totals });
      for (const line of invoice.lines) expect(lineNet(line, 2)).to.equal(line.net);
      expect(fromUbl(toUbl(invoice))).to.deep.equal({ invoice, warnings: [] });

      const onChain = {
        ...invoice,
        kind: "VatOrdinary" as const,
        payments: [{ provider: "bank", reference: "1", amount: invoice.totals.gross }],
      };
      expect(chainErrors(onChain)).to.deep.equal([]);
    });
  }

  it("name their source", () => {
    expect(examples().map(({ source }) => source)[0]).to.match(
      /^@pixeldrive\/peppol-toolkit \d+\.\d+\.\d+, exampleInvoice$/,
    );
  });

  for (const { name, xml, breaks } of faultyExamples()) {
    it(name, () => {
      const found = new Set(validateInvoice(fromUbl(xml).invoice).map(({ rule }) => rule));
      for (const rule of breaks) expect([...found]).to.include(rule);
    });
  }
});

describe("another implementation", () => {
  const amount = fc.integer({ min: 0, max: 10_000_000 });
  const item = fc.record({
    cents: amount,
    quantity: fc.integer({ min: 1, max: 50 }),
    rate: fc.constantFrom(2100, 1200, 600, 300),
  });
  const items = fc.array(item, { minLength: 1, maxLength: 8 });
  const draftOf = (lines: { cents: number; quantity: number; rate: number }[]) =>
    completeInvoice({
      ...RIDE,
      number: "F-1",
      numberScheme: "Own",
      prices: "exclusive",
      currency: "EUR",
      payments: [],
      dueDate: "2024-06-01",
      buyerReference: "b",
      businessProcess: "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
      specification: PEPPOL_BILLING,
      lines: lines.map(({ cents, quantity, rate }) => ({
        name: "item",
        unit: "C62",
        quantity: String(quantity),
        price: formatAmount(BigInt(cents), 2),
        category: "S",
        rate,
      })),
    });

  it("computes the same totals", () => {
    fc.assert(
      fc.property(items, (lines) => {
        const { totals } = draftOf(lines);
        const theirs = PeppolToolkit.computeTotals(
          lines.map(({ cents, quantity, rate }) => ({
            price: formatAmount(BigInt(cents), 2),
            quantity,
            taxPercent: rate / 100,
          })),
        );
        expect(formatAmount(totals.net, 2)).to.equal(theirs.baseAmount.toFixed(2));
        expect(formatAmount(totals.tax, 2)).to.equal(theirs.taxAmount.toFixed(2));
        expect(formatAmount(totals.gross, 2)).to.equal(theirs.totalAmount.toFixed(2));
      }),
    );
  });

  it("writes what is read here, figure by figure", () => {
    fc.assert(
      fc.property(items, (lines) => {
        const { breakdown, totals, lines: made } = draftOf(lines);
        const euros = (value: bigint) => Number(value) / 100;
        const theirs: ToolkitInvoice = {
          ...exampleInvoice,
          taxTotal: [
            {
              taxAmountCurrency: "EUR",
              taxAmount: euros(totals.tax),
              subTotals: breakdown.map(({ net, tax, rate = 0 }) => ({
                taxableAmount: euros(net),
                taxAmount: euros(tax),
                taxCategory: { categoryCode: "S", percent: rate / 100 },
              })),
            },
          ],
          legalMonetaryTotal: {
            currency: "EUR",
            lineExtensionAmount: euros(totals.lines),
            taxExclusiveAmount: euros(totals.net),
            taxInclusiveAmount: euros(totals.gross),
            payableAmount: euros(totals.due),
          },
          invoiceLines: made.map(({ id, name, quantity, net, price, rate = 0 }) => ({
            id,
            name,
            currency: "EUR",
            unitCode: "C62",
            invoicedQuantity: Number(quantity),
            lineExtensionAmount: euros(net),
            price: Number(price),
            taxCategory: { categoryCode: "S", percent: rate / 100 },
          })),
        };
        const { invoice, warnings } = fromUbl(new PeppolToolkit().invoiceToPeppolUBL(theirs));
        expect(warnings).to.deep.equal([]);
        expect(invoice.breakdown).to.deep.equal(breakdown);
        expect(invoice.totals).to.deep.equal(totals);
        expect(invoice.lines.map(({ net }) => net)).to.deep.equal(made.map(({ net }) => net));
        expect(validateInvoice(invoice, "peppol")).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });

  it("reads what is written here", () => {
    const { seller, buyer, ...rest } = everything();
    const invoice = draftOf([{ cents: 12345, quantity: 3, rate: 2100 }]);
    const theirs = new PeppolToolkit().peppolUBLToInvoice(
      toUbl({ ...invoice, seller, buyer, paymentTerms: rest.paymentTerms! }),
    );
    expect(theirs.ID).to.equal("F-1");
    expect(theirs.legalMonetaryTotal).to.deep.include({
      lineExtensionAmount: 370.35,
      taxExclusiveAmount: 370.35,
      taxInclusiveAmount: 448.12,
      payableAmount: 448.12,
    });
    expect(theirs.seller.legalEntity.registrationName).to.equal('Official <GB> "Ltd"');
    expect(theirs.invoiceLines.map(({ price, invoicedQuantity }) => [price, invoicedQuantity])).to.deep.equal([
      [123.45, 3],
    ]);
  });
});
