import { expect } from "chai";
import fc from "fast-check";

import { formatNumber, InvoiceNumberError, joinNumber, numberFault, parseNumber } from "../../../src/invoice/number.js";

describe("numbers of documents", () => {
  it("are taken apart by their scheme", () => {
    expect(parseNumber("Digital", "24442000000000000123")).to.deep.equal({
      scheme: "Digital",
      text: "24442000000000000123",
      value: 24442000000000000123n,
      year: "24",
      bureau: "44",
      channel: "2",
      sequence: "000000000000123",
    });
    expect(joinNumber("CodeAndNumber", "044031900111", "01234567")).to.deep.include({
      text: "04403190011101234567",
      value: 4403190011101234567n,
      code: "044031900111",
      number: "01234567",
    });
    expect(joinNumber("FiscalBill", "44030122", "0000000001")).to.deep.include({
      text: "440301220000000001",
      code: "44030122",
      number: "0000000001",
    });
    expect(parseNumber("Own", "A1")).to.deep.equal({ scheme: "Own", text: "A1", value: 0x4131n });
  });

  it("come back from the chain with their leading zeros", () => {
    expect(formatNumber("CodeAndNumber", 4403190011101234567n)).to.equal("04403190011101234567");
    expect(formatNumber("Digital", 1n)).to.equal("00000000000000000001");
    expect(formatNumber("FiscalBill", 10n ** 17n)).to.equal("100000000000000000");
    expect(formatNumber("Own", 0x4131n)).to.equal("A1");
    expect(formatNumber("Own", parseNumber("Own", "~".repeat(31)).value)).to.equal("~".repeat(31));
  });

  it("are the same both ways", () => {
    const printable = fc.string({ minLength: 1, maxLength: 31, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(printable, (text) => {
        expect(formatNumber("Own", parseNumber("Own", text).value)).to.equal(text);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), (value) => {
        for (const scheme of ["Digital", "CodeAndNumber", "FiscalBill"] as const) {
          expect(parseNumber(scheme, formatNumber(scheme, value)).value).to.equal(value);
        }
      }),
    );
  });

  it("are refused in words", () => {
    const refused = (act: () => unknown, why: string) => expect(act).to.throw(InvoiceNumberError, why);
    refused(() => parseNumber("Digital", "123"), "has 3 digits");
    refused(() => parseNumber("Digital", "2444200000000000012X"), "other characters than digits");
    refused(() => parseNumber("Digital", "２4442000000000000123"), "other characters than digits");
    refused(() => parseNumber("FiscalBill", "1".repeat(20)), "make 18");
    refused(() => parseNumber("FiscalBill", "0".repeat(18)), "zeros only");
    refused(() => joinNumber("CodeAndNumber", "44031900111", "001234567"), "it has 12 digits");
    refused(() => parseNumber("Own", ""), "1 to 31");
    refused(() => parseNumber("Own", "x".repeat(32)), "1 to 31");
    refused(() => parseNumber("Own", "发票1"), "1 to 31");
    refused(() => parseNumber("Own", "a\nb"), "1 to 31");
    refused(() => formatNumber("Digital", 10n ** 20n), "has 21 digits");
    refused(() => formatNumber("Digital", -1n), "not negative");
    refused(() => formatNumber("Own", 0n), "1 to 31");
    refused(() => formatNumber("Own", 0x4100n), "1 to 31");
    refused(() => formatNumber("Own", 2n ** 256n - 1n), "1 to 31");
    expect(numberFault("Own", "ok")).to.equal(undefined);
    expect(numberFault("Digital", "1")).to.include("has 1 digits");
  });
});
