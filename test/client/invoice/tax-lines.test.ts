import { expect } from "chai";

import type { Invoice } from "../../../src/invoice/model.js";
import { chainErrors, taxLines } from "../../../src/invoice/tax-lines.js";
import { completeInvoice } from "../../../src/invoice/totals.js";
import { RIDE, ride, shown, without } from "./samples.js";

const broken = (change: (invoice: Invoice) => unknown) => {
  const invoice = structuredClone(ride());
  change(invoice);
  return chainErrors(invoice).map(({ rule }) => rule);
};

describe("what goes on chain", () => {
  it("is a row for each category and rate, ascending, with its items", () => {
    const line = (category: string, rate?: number) => {
      return { ...without(RIDE.lines[0]!, "rate"), category, ...(rate === undefined ? {} : { rate }) };
    };
    const invoice = completeInvoice({
      ...RIDE,
      lines: [line("S", 600), line("Z", 0), line("O"), line("S", 300), line("S", 600), line("AE", 0)],
      charges: [{ amount: 100n, reason: "r", category: "S", rate: 600 }],
    });
    invoice.breakdown.reverse();
    expect(taxLines(invoice)).to.deep.equal([
      { category: "AE", rate: 0, items: 1, net: 600n, tax: 0n },
      { category: "O", rate: 0, items: 1, net: 600n, tax: 0n },
      { category: "S", rate: 300, items: 1, net: 583n, tax: 17n },
      { category: "S", rate: 600, items: 3, net: 1226n, tax: 74n },
      { category: "Z", rate: 0, items: 1, net: 600n, tax: 0n },
    ]);
  });

  it("passes where the chain takes it", () => {
    expect(chainErrors(ride())).to.deep.equal([]);
    expect(chainErrors(ride({ typeCode: "381" }))).to.deep.equal([]);
  });

  const cases: [rules: string[], change: (invoice: Invoice) => unknown][] = [
    [["CHAIN-TYPE"], (i) => (i.typeCode = "384")],
    [["CHAIN-KIND"], (i) => delete i.kind],
    [["CHAIN-NUMBER"], (i) => (i.number = "1")],
    [["CHAIN-NUMBER"], (i) => ((i.number = "发"), delete i.numberScheme)],
    [["BR-CO-18", "BR-CO-13", "BR-CO-14"], (i) => (i.breakdown = [])],
    [["BR-CL-18"], (i) => (i.lines[0]!.category = i.breakdown[0]!.category = "X")],
    [["BR-S-05", "BR-CO-17"], (i) => (i.lines[0]!.rate = i.breakdown[0]!.rate = 0)],
    [["BR-Z-05", "BR-Z-09"], (i) => (i.lines[0]!.category = i.breakdown[0]!.category = "Z")],
    [["BR-IC-05", "BR-IC-09"], (i) => (i.lines[0]!.category = i.breakdown[0]!.category = "K")],
    [["BR-S-08", "BR-CO-13", "BR-CO-14"], (i) => i.breakdown.push(i.breakdown[0]!)],
    [["CHAIN-ITEMS"], (i) => i.breakdown.push({ category: "Z", rate: 0, net: 0n, tax: 0n })],
    [["BR-CO-17", "BR-CO-14"], (i) => (i.breakdown[0]!.tax += 2n)],
    [["BR-CO-17", "BR-CO-13", "BR-CO-14"], (i) => Object.assign(i.breakdown[0]!, { net: 0n, tax: 1n })],
    [["BR-CO-13", "BR-CO-15"], (i) => (i.totals.net += 1n)],
    [["BR-CO-14", "BR-CO-15"], (i) => (i.totals.tax += 1n)],
    [["BR-CO-15", "BR-CO-16"], (i) => (i.totals.gross += 1n)],
    [["BR-CO-16"], (i) => delete i.payments],
    [["BR-CO-16"], (i) => (i.payments = [i.payments![0]!, { ...i.payments![0]!, amount: 0n }])],
    [
      ["CHAIN-NEGATIVE", "BR-CO-13"],
      (i) => (
        (i.breakdown[0]!.net = -1n),
        (i.breakdown[0]!.tax = 0n),
        (i.totals.tax = 0n),
        (i.totals.gross = 583n),
        (i.payments![0]!.amount = 583n)
      ),
    ],
  ];
  for (const [rules, change] of cases) {
    it(`is refused by ${rules.join(", ")}: ${shown(change)}`, () => {
      expect(broken(change)).to.deep.equal(rules);
    });
  }

  it("is more than nothing, and has an end", () => {
    const nothing = completeInvoice({ ...RIDE, payments: [], lines: [{ ...RIDE.lines[0]!, price: "0" }] });
    expect(chainErrors(nothing).map(({ rule }) => rule)).to.deep.equal(["BR-CO-15"]);
    const whole = (price: string) => {
      const invoice = completeInvoice({ ...RIDE, payments: [], lines: [{ ...RIDE.lines[0]!, price }] });
      return chainErrors({ ...invoice, payments: [{ provider: "p", reference: "r", amount: invoice.totals.gross }] });
    };
    expect(whole("3402823669209384634633746074317682114.55")).to.deep.equal([]);
    expect(whole("3402823669209384634633746074317682114.56").map(({ rule }) => rule)).to.deep.equal(["CHAIN-SIZE"]);
  });

  it("has an end of rounding: 200 equal rides on one invoice pass, 300 do not", () => {
    const rides = (count: number) =>
      chainErrors(
        ride({
          lines: Array.from({ length: count }, () => RIDE.lines[0]!),
          payments: [{ provider: "p", reference: "r", amount: 600n * BigInt(count) }],
        }),
      ).map(({ rule }) => rule);
    expect(rides(200)).to.deep.equal([]);
    expect(rides(300)).to.deep.equal(["BR-CO-17"]);
  });

  it("has at most 16 rows and 64 payments", () => {
    const lines = Array.from({ length: 17 }, (_, i) => ({ ...RIDE.lines[0]!, rate: 100 * (i + 1) }));
    const paid = (count: number, total: bigint) =>
      Array.from({ length: count }, (_, i) => ({
        provider: "p",
        reference: String(i),
        amount: i === 0 ? total - BigInt(count - 1) : 1n,
      }));
    const rules = (rows: number, payments: number) =>
      chainErrors(
        completeInvoice({ ...RIDE, lines: lines.slice(0, rows), payments: paid(payments, 600n * BigInt(rows)) }),
      ).map(({ rule }) => rule);
    expect(rules(16, 64)).to.deep.equal([]);
    expect(rules(17, 64)).to.deep.equal(["BR-CO-18"]);
    expect(rules(16, 65)).to.deep.equal(["BR-CO-16"]);
  });
});
