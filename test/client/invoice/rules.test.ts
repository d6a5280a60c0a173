import { expect } from "chai";

import type { Invoice } from "../../../src/invoice/model.js";
import { assertInvoice, InvoiceRuleError, type Tolerance, validateInvoice } from "../../../src/invoice/rules.js";
import { completeInvoice } from "../../../src/invoice/totals.js";
import { everything, RIDE, ride, shown, without } from "./samples.js";

const broken = (invoice: Invoice, tolerance?: Tolerance) => validateInvoice(invoice, tolerance).map(({ rule }) => rule);

/** A change of the invoice that has everything, and the rules that it then breaks, all of them. */
type Case = [rules: string, change: (invoice: Invoice) => unknown];

const CONTENT: Case[] = [
  ["BR-01", (i) => (i.specification = "")],
  ["BR-02", (i) => (i.number = "")],
  ["BR-03", (i) => (i.issueDate = "")],
  ["BR-04", (i) => (i.typeCode = "")],
  ["BR-05", (i) => (i.currency = "")],
  ["BR-06", (i) => (i.seller.name = " ")],
  ["BR-07", (i) => (i.buyer.name = "")],
  ["BR-08", (i) => delete i.seller.address],
  ["BR-09", (i) => (i.seller.address!.country = "")],
  ["BR-10", (i) => delete i.buyer.address],
  ["BR-11", (i) => (i.buyer.address!.country = "")],
  ["BR-17", (i) => (i.payee!.name = "")],
  ["BR-18", (i) => (i.taxRepresentative!.name = "")],
  ["BR-19", (i) => delete i.taxRepresentative!.address],
  ["BR-20", (i) => (i.taxRepresentative!.address!.country = "")],
  ["BR-56", (i) => (i.taxRepresentative!.vatId = "")],
  ["BR-21", (i) => (i.lines[0]!.id = "")],
  ["BR-22", (i) => (i.lines[0]!.quantity = "")],
  ["BR-22", (i) => (i.lines[0]!.quantity = "1,5")],
  ["BR-23", (i) => (i.lines[0]!.unit = "")],
  ["BR-25", (i) => (i.lines[0]!.name = "")],
  ["BR-26", (i) => (i.lines[0]!.price = "")],
  ["BR-27", (i) => (i.lines[0]!.price = "-1")],
  ["BR-28", (i) => (i.lines[0]!.grossPrice = "-0.01")],
  ["BR-29", (i) => (i.period!.end = "2024-01-31")],
  ["BR-30", (i) => (i.lines[0]!.period!.end = "2024-01-31")],
  ["BR-32", (i) => (i.allowances![0]!.category = "")],
  ["BR-33 BR-CO-21", (i) => ((i.allowances![0]!.reason = ""), delete i.allowances![0]!.reasonCode)],
  ["BR-37", (i) => (i.charges![0]!.category = "")],
  ["BR-38 BR-CO-22", (i) => (delete i.charges![0]!.reason, delete i.charges![0]!.reasonCode)],
  ["BR-42 BR-CO-23", (i) => (delete i.lines[0]!.allowances![0]!.reason, delete i.lines[0]!.allowances![0]!.reasonCode)],
  ["BR-44 BR-CO-24", (i) => (delete i.lines[0]!.charges![0]!.reason, delete i.lines[0]!.charges![0]!.reasonCode)],
  ["BR-47", (i) => i.breakdown.push({ category: "", rate: 0, net: 0n, tax: 0n })],
  ["BR-49", (i) => (i.paymentInstructions![0]!.means = "")],
  ["BR-50", (i) => (i.paymentInstructions![0]!.account!.id = "")],
  ["BR-51", (i) => (i.paymentInstructions![1]!.card!.number = "4111111111111111")],
  ["BR-61", (i) => delete i.paymentInstructions![0]!.account],
  ["BR-52", (i) => (i.supportingDocuments![0]!.id = "")],
  ["BR-53", (i) => delete i.totals.taxInTaxCurrency],
  ["BR-54", (i) => (i.lines[0]!.attributes![0]!.value = "")],
  ["BR-55", (i) => (i.precedingInvoices![0]!.number = "")],
  ["BR-57", (i) => (i.delivery!.address!.country = "")],
  ["BR-62", (i) => delete i.seller.electronicAddress!.scheme],
  ["BR-63", (i) => delete i.buyer.electronicAddress!.scheme],
  ["BR-64", (i) => delete i.lines[0]!.standardItemId!.scheme],
  ["BR-65", (i) => (i.lines[0]!.classifications![0]!.list = "")],
  ["BR-CO-03", (i) => (i.taxPointCode = "3")],
  ["BR-CO-04", (i) => (i.lines[2]!.category = "")],
  ["BR-CO-09", (i) => (i.seller.vatId = "1232434")],
  ["BR-CO-19", (i) => (i.period = {})],
  ["BR-CO-20", (i) => (i.lines[0]!.period = {})],
  ["BR-CO-25", (i) => (delete i.dueDate, delete i.paymentTerms)],
  ["PEPPOL-EN16931-F001", (i) => (i.issueDate = "2023-02-29")],
  ["PEPPOL-EN16931-F001", (i) => (i.dueDate = "29.2.2024")],
  ["BR-CL-01", (i) => (i.typeCode = "999")],
  ["BR-CL-04", (i) => (i.currency = "eur")],
  ["BR-CL-04", (i) => (i.currency = "156")],
  ["BR-CL-05", (i) => (i.taxCurrency = "XYZ")],
  ["BR-CL-06", (i) => ((i.taxPointCode = "4"), delete i.taxPointDate)],
  ["BR-CL-14", (i) => (i.buyer.address!.country = "ZZ")],
  ["BR-CL-15", (i) => (i.lines[0]!.origin = "no")],
  ["BR-CL-16", (i) => (i.paymentInstructions![2]!.means = "100")],
  ["BR-CL-17", (i) => (i.charges![0]!.category = "X")],
  ["BR-CL-18", (i) => (i.lines[2]!.category = "toString")],
  ["BR-CL-19", (i) => (i.allowances![0]!.reasonCode = "CG")],
  ["BR-CL-19", (i) => (i.lines[0]!.allowances![0]!.reasonCode = "1")],
];

const SUMS: Case[] = [
  ["BR-16", (i) => (i.lines = [])],
  ["BR-CO-10 BR-CO-13", (i) => (i.totals.lines += 1n)],
  ["BR-CO-11 BR-CO-13", (i) => (i.totals.allowances += 1n)],
  ["BR-CO-12 BR-CO-13", (i) => (i.totals.charges += 1n)],
  ["BR-CO-13 BR-CO-15", (i) => (i.totals.net += 1n)],
  ["BR-CO-14 BR-CO-15", (i) => (i.totals.tax += 1n)],
  ["BR-CO-15 BR-CO-16", (i) => (i.totals.gross += 1n)],
  ["BR-CO-16", (i) => (i.totals.paid += 1n)],
  ["BR-CO-16", (i) => (i.totals.rounding += 1n)],
  ["BR-CO-16", (i) => (i.totals.due += 1n)],
  ["BR-48 BR-S-08", (i) => delete i.breakdown[1]!.rate],
  ["BR-CO-14 BR-CO-18 BR-E-01 BR-S-01", (i) => (i.breakdown = [])],
  ["BR-CO-14 BR-CO-17", (i) => (i.breakdown[1]!.tax += 100n)],
  ["BR-CO-14", (i) => (i.breakdown[1]!.tax += 98n)],
];

describe("the rules of EN 16931", () => {
  it("let a good invoice pass", () => {
    for (const invoice of [ride(), good()]) {
      for (const tolerance of ["standard", "peppol", "chain"] as const) {
        expect(validateInvoice(invoice, tolerance)).to.deep.equal([]);
      }
      assertInvoice(invoice);
    }
  });

  for (const [rules, change] of CONTENT) {
    it(`${rules}: ${shown(change)}`, () => {
      const invoice = good();
      change(invoice);
      const found = new Set(broken(invoice));
      for (const rule of rules.split(" ")) expect([...found]).to.include(rule);
      // what else is told follows from the change of a category, a currency or a number of lines
      const others = [...found].filter((rule) => !rules.split(" ").includes(rule));
      expect(others.filter((rule) => !/^BR-(S|E|O|CL)-|^BR-CO-(04|17|26)$|^BR-53$/.test(rule))).to.deep.equal([]);
    });
  }

  for (const [rules, change] of SUMS) {
    it(`${rules}: ${shown(change)}`, () => {
      const invoice = good();
      change(invoice);
      const found = [...new Set(broken(invoice))].sort();
      if (rules === "BR-16") expect(found).to.include(rules);
      else expect(found).to.deep.equal(rules.split(" "));
    });
  }

  it("BR-CO-26: a seller without any number", () => {
    const invoice = good();
    const seller = without(invoice.seller, "vatId", "legalId", "taxId", "ids");
    expect(broken({ ...invoice, seller })).to.include("BR-CO-26");
  });

  it("BR-CO-17 within 1.00, 0.02, or a minor unit for each line", () => {
    const off = (tax: bigint, lines = 3) => {
      const invoice = ride({
        prices: "exclusive",
        payments: [],
        lines: Array.from({ length: lines }, () => ({ ...RIDE.lines[0]!, price: "100" })),
      });
      invoice.breakdown[0]!.tax += tax;
      return (["standard", "peppol", "chain"] as const).filter((tolerance) =>
        broken(invoice, tolerance).includes("BR-CO-17"),
      );
    };
    expect(off(0n)).to.deep.equal([]);
    expect(off(2n)).to.deep.equal([]);
    expect(off(-2n)).to.deep.equal([]);
    expect(off(3n)).to.deep.equal(["peppol"]);
    expect(off(-4n)).to.deep.equal(["peppol", "chain"]);
    expect(off(99n)).to.deep.equal(["peppol", "chain"]);
    expect(off(100n)).to.deep.equal(["standard", "peppol", "chain"]);
    expect(off(100n, 150)).to.deep.equal(["standard", "peppol"]);
    expect(off(101n, 150)).to.deep.equal(["standard", "peppol", "chain"]);
  });

  it("BR-CO-17 counts in hundredths of the currency, whatever its minor unit is", () => {
    const yen = (price: string) =>
      validateInvoice(
        ride({
          currency: "JPY",
          payments: [],
          dueDate: "2024-06-01",
          lines: [{ ...RIDE.lines[0]!, price, rate: 1300 }],
        }),
      );
    expect(yen("24317")).to.deep.equal([]); // 21519 and 2798; exactly 2797.47
    const invoice = ride({ currency: "JPY" });
    invoice.breakdown[0]!.tax += 2n;
    expect(broken(invoice)).to.include("BR-CO-17");
    const dinars = ride({ currency: "KWD", prices: "exclusive" });
    dinars.breakdown[0]!.tax += 999n;
    expect(broken(dinars)).to.not.include("BR-CO-17");
    dinars.breakdown[0]!.tax += 1n;
    expect(broken(dinars)).to.include("BR-CO-17");
  });

  it("tell all errors at once, where they are and what to do", () => {
    const invoice = good();
    invoice.number = "";
    invoice.totals.gross += 5n;
    expect(validateInvoice(invoice)).to.deep.equal([
      { rule: "BR-02", where: "number (BT-1)", message: "is missing; add it" },
      {
        rule: "BR-CO-15",
        where: "totals.gross (BT-112)",
        message: "is 2680.42, but net plus tax is 2680.37; correct it",
      },
      {
        rule: "BR-CO-16",
        where: "totals.due (BT-115)",
        message: "is 2670.33, but gross less paid plus rounding is 2670.38; correct it",
      },
    ]);
    expect(() => {
      assertInvoice(invoice);
    })
      .to.throw(InvoiceRuleError, "[BR-CO-15] totals.gross")
      .with.property("errors")
      .that.has.length(3);
  });
});

describe("the rules of VAT categories", () => {
  /** One line of a category, sold by one who shows all numbers to one who does. */
  const sale = (category: string, rate: number | undefined, changes: Partial<Invoice> = {}): Invoice => {
    const line = without(RIDE.lines[0]!, "rate");
    const exemptions = { [category]: { exemptionReason: "because" } };
    const invoice = completeInvoice({
      ...structuredClone(RIDE),
      prices: "exclusive",
      payments: [],
      dueDate: "2024-06-01",
      lines: [{ ...line, category, ...(rate === undefined ? {} : { rate }) }],
      delivery: { date: "2024-05-05", address: { country: "DE" } },
      ...(["S", "Z", "L", "M"].includes(category) ? {} : { exemptions }),
    });
    if (category === "O") {
      delete invoice.seller.vatId;
      delete invoice.buyer.vatId;
      invoice.seller.legalId = { id: "1" };
    }
    return { ...invoice, ...changes };
  };
  const RATES = { S: 600, Z: 0, E: 0, AE: 0, K: 0, G: 0, O: undefined, L: 700, M: 0 };
  const NAMES: Record<string, string> = { K: "IC", L: "IG", M: "IP" };

  for (const [category, rate] of Object.entries(RATES)) {
    const name = NAMES[category] ?? category;
    const numbers = (invoice: Invoice) => [...new Set(broken(invoice))].sort();

    it(`BR-${name}: base, tax, rate, reason and rows`, () => {
      expect(numbers(sale(category, rate))).to.deep.equal([]);

      const base = sale(category, rate);
      base.breakdown[0]!.net += 1n;
      expect(numbers(base)).to.deep.equal([`BR-${name}-08`]);

      const without = sale(category, rate);
      without.breakdown[0]!.category = category === "S" ? "L" : "S";
      expect(numbers(without)).to.include(`BR-${name}-01`);

      const reason = sale(category, rate);
      if (["S", "Z", "L", "M"].includes(category)) reason.breakdown[0]!.exemptionCode = "VATEX-1";
      else delete reason.breakdown[0]!.exemptionReason;
      expect(numbers(reason)).to.deep.equal([`BR-${name}-10`]);

      if (["Z", "E", "AE", "K", "G", "O"].includes(category)) {
        const taxed = sale(category, rate);
        taxed.breakdown[0]!.tax += 1n;
        expect(numbers(taxed)).to.have.members(["BR-CO-14", `BR-${name}-09`]);
      }
      const wrong = category === "S" ? 0 : category === "L" || category === "M" ? -100 : 100;
      const odd = sale(category, wrong);
      expect(numbers(odd)).to.include(`BR-${name}-05`);
      const adjusted = sale(category, rate);
      const adjustment = { amount: 0n, reason: "r", category, rate: wrong };
      adjusted.allowances = [adjustment];
      adjusted.charges = [adjustment];
      expect(numbers(adjusted)).to.include.members([`BR-${name}-06`, `BR-${name}-07`]);
    });
  }

  it("need the parties' numbers", () => {
    const found = (category: string, rate: number, change: (invoice: Invoice) => void) => {
      const invoice = sale(category, rate);
      const adjustment = { amount: 0n, reason: "r", category, rate };
      invoice.allowances = [adjustment];
      invoice.charges = [adjustment];
      change(invoice);
      return [...new Set(broken(invoice))].sort();
    };
    const noSeller = (invoice: Invoice) => {
      delete invoice.seller.vatId;
      invoice.seller.legalId = { id: "1" };
    };
    const noBuyer = (invoice: Invoice) => {
      delete invoice.buyer.vatId;
    };
    const all = (name: string) => ["02", "03", "04"].map((number) => `BR-${name}-${number}`);
    expect(found("S", 600, noSeller)).to.deep.equal(all("S"));
    expect(found("S", 600, noBuyer)).to.deep.equal([]);
    expect(found("Z", 0, noSeller)).to.deep.equal(all("Z"));
    expect(found("AE", 0, noSeller)).to.deep.equal(all("AE"));
    expect(found("AE", 0, noBuyer)).to.deep.equal(all("AE"));
    expect(found("K", 0, noSeller)).to.deep.equal(all("IC"));
    expect(found("K", 0, noBuyer)).to.deep.equal(all("IC"));
    expect(found("G", 0, noSeller)).to.deep.equal(all("G"));
    expect(found("G", 0, noBuyer)).to.deep.equal([]);
    const local = (invoice: Invoice) => {
      noSeller(invoice);
      invoice.seller.taxId = "1";
    };
    expect(found("E", 0, local)).to.deep.equal([]);
    expect(found("G", 0, local)).to.deep.equal(all("G"));
  });

  it("outside of VAT: no VAT numbers, and nothing else beside it", () => {
    const numbered = sale("O", undefined);
    numbered.seller.vatId = "CN1";
    const adjustment = { amount: 0n, reason: "r", category: "O" };
    numbered.allowances = [adjustment];
    numbered.charges = [adjustment];
    expect(new Set(broken(numbered))).to.deep.equal(new Set(["BR-O-02", "BR-O-03", "BR-O-04"]));

    const mixed = sale("O", undefined);
    mixed.seller.taxId = "1";
    const other = { amount: 0n, reason: "r", category: "Z", rate: 0 };
    mixed.lines.push({ ...mixed.lines[0]!, net: 0n, category: "Z", rate: 0 });
    mixed.allowances = [other];
    mixed.charges = [other];
    mixed.breakdown.push({ category: "Z", rate: 0, net: 0n, tax: 0n });
    expect(broken(mixed).sort()).to.deep.equal(["BR-O-11", "BR-O-12", "BR-O-13", "BR-O-14"]);
  });

  it("within the EU: when and where to", () => {
    const nowhere = sale("K", 0);
    delete nowhere.delivery;
    expect(broken(nowhere)).to.deep.equal(["BR-IC-11", "BR-IC-12"]);
    expect(broken({ ...nowhere, period: { start: "2024-05-01" } })).to.deep.equal(["BR-IC-12"]);
  });

  it("rows once for each rate, and a row for each rate", () => {
    const twice = sale("S", 600);
    twice.breakdown.push({ category: "S", rate: 600, net: 0n, tax: 0n });
    expect(new Set(broken(twice))).to.deep.equal(new Set(["BR-S-08"]));
    const other = sale("S", 600);
    other.lines.push({ ...other.lines[0]!, net: 0n, rate: 300 });
    expect(broken(other)).to.deep.equal(["BR-S-08"]);
    const apart = sale("E", 0);
    apart.breakdown.push({ category: "E", rate: 0, net: 0n, tax: 0n, exemptionReason: "another" });
    expect(broken(apart)).to.include("BR-E-01");
    const idle = sale("S", 600);
    idle.breakdown.push({ category: "E", rate: 0, net: 0n, tax: 0n, exemptionReason: "r" });
    expect(broken(idle)).to.deep.equal(["BR-E-01"]);
  });
});

/** Every term, and the VAT in the tax currency too. */
function good(): Invoice {
  const invoice = everything();
  invoice.totals.taxInTaxCurrency = 500_000n;
  return invoice;
}
