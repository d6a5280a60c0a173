import { expect } from "chai";
import fc from "fast-check";

import {
  AmountError,
  amountOf,
  currencyOf,
  divideRounded,
  findCurrency,
  formatAmount,
  formatRate,
  parseAmount,
  parseDecimal,
  parseRate,
  priceOf,
  splitGross,
  taxOn,
  trimDecimal,
} from "../../../src/invoice/amount.js";

describe("amounts of invoices", () => {
  it("are read from decimal texts, exactly", () => {
    expect(parseAmount("198.00", 2)).to.equal(19800n);
    expect(parseAmount("198", 2)).to.equal(19800n);
    expect(parseAmount("+0.5", 2)).to.equal(50n);
    expect(parseAmount(".05", 2)).to.equal(5n);
    expect(parseAmount("-7.", 2)).to.equal(-700n);
    expect(parseAmount("1.23000", 2)).to.equal(123n);
    expect(parseAmount("90071992547409931234.56", 2)).to.equal(9007199254740993123456n);
    expect(parseAmount("12.000", 0)).to.equal(12n);
    expect(parseAmount("1.234", 3)).to.equal(1234n);
    expect(() => parseAmount("0.001", 2)).to.throw(AmountError, "more than 2 digits");
    for (const text of ["", ".", "1e3", "1,000.00", "1 000", "0x10", "--1", "１２", "NaN", "1".repeat(65)]) {
      expect(() => parseDecimal(text), text).to.throw(AmountError, "is no number");
    }
  });

  it("are written with all digits of the minor unit", () => {
    expect(formatAmount(19800n, 2)).to.equal("198.00");
    expect(formatAmount(-5n, 2)).to.equal("-0.05");
    expect(formatAmount(12n, 0)).to.equal("12");
    expect(formatAmount(-1n, 3)).to.equal("-0.001");
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
        fc.integer({ min: 0, max: 4 }),
        (amount, digits) => {
          expect(parseAmount(formatAmount(amount, digits), digits)).to.equal(amount);
        },
      ),
    );
  });

  it("are rounded half up on the absolute value", () => {
    const cases = [
      [1n, 2n, 1n],
      [-1n, 2n, -1n],
      [3n, 2n, 2n],
      [-5n, 2n, -3n],
      [5n, -2n, -3n],
      [-5n, -2n, 3n],
      [49n, 100n, 0n],
      [-49n, 100n, 0n],
      [0n, 7n, 0n],
    ] as const;
    for (const [top, bottom, expected] of cases)
      expect(divideRounded(top, bottom), `${top}/${bottom}`).to.equal(expected);
    expect(() => divideRounded(1n, 0n)).to.throw(AmountError);
    expect(amountOf("1", "0.005", 2)).to.equal(1n);
    expect(amountOf("-1", "0.005", 2)).to.equal(-1n);
    expect(amountOf("3", "1.115", 2)).to.equal(335n); // 3.345
    expect(amountOf("10.5", "410.12345", 2, "2")).to.equal(215315n); // 2153.1481125
    expect(amountOf("1", "10", 2, "0.3")).to.equal(3333n);
  });

  it("take tax out as the first blockchain invoice of 2018 did: 198.00 with 6 or 3 per cent", () => {
    expect(splitGross(19800n, 600)).to.deep.equal({ net: 18679n, tax: 1121n });
    expect(splitGross(19800n, 300)).to.deep.equal({ net: 19223n, tax: 577n });
    expect(taxOn(18323n, 600)).to.equal(1099n); // ubl-tc434-example1 of the European Commission
    expect(taxOn(4637n, 2100)).to.equal(974n);
  });

  it("give a price back from an amount", () => {
    expect(priceOf(583n, "1", 2)).to.equal("5.83");
    expect(priceOf(1000n, "3", 2)).to.equal("3.3333333333333");
    expect(priceOf(1000n, "3", 2, "100")).to.equal("333.3333333333333");
    expect(priceOf(1000n, "0.0", 2)).to.equal("0");
    expect(trimDecimal("100")).to.equal("100");
    expect(trimDecimal("100.10")).to.equal("100.1");
  });

  it("have rates in basis points", () => {
    expect(parseRate("6")).to.equal(600);
    expect(parseRate("1.50")).to.equal(150);
    expect(parseRate("0.0")).to.equal(0);
    expect(parseRate("100")).to.equal(10_000);
    expect([600, 150, 0, 1300, 5].map(formatRate)).to.deep.equal(["6", "1.5", "0", "13", "0.05"]);
    expect(() => parseRate("-1")).to.throw(AmountError, "between 0 and 100");
    expect(() => parseRate("100.01")).to.throw(AmountError, "between 0 and 100");
    expect(() => parseRate("5.125")).to.throw(AmountError, "more than 2 digits");
  });

  it("know the currencies of ISO 4217", () => {
    expect(currencyOf("CNY")).to.deep.equal({ code: "CNY", numeric: 156, digits: 2 });
    expect(currencyOf(156n)).to.deep.equal(currencyOf("156"));
    expect(currencyOf(8)).to.deep.equal({ code: "ALL", numeric: 8, digits: 2 });
    expect(currencyOf("JPY").digits).to.equal(0);
    expect(currencyOf("KWD").digits).to.equal(3);
    for (const none of ["cny", "XYZ", "", "CN", 0, 1000]) {
      expect(findCurrency(none), String(none)).to.equal(undefined);
      expect(() => currencyOf(none)).to.throw(AmountError, "no currency");
    }
  });
});
