import { expect } from "chai";
import { stdnum } from "stdnum";

import {
  checkResidentNumber,
  checkSocialCreditCode,
  maskNumber,
  NumberError,
  normalizeNumber,
} from "../../src/identity/number.js";

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

describe("numbers of persons", () => {
  it("are brought to one form", () => {
    expect(normalizeNumber(" 110105 1949-1231 002x\n")).to.equal("11010519491231002X");
    expect(normalizeNumber("11010519491231002ｘ")).to.equal("11010519491231002X");
    expect(normalizeNumber("１１０\u200b1")).to.equal("1101");
    expect(checkResidentNumber("110105 19491231 002x")).to.equal("11010519491231002X");
    expect(checkSocialCreditCode("91350100 m000100y43")).to.deep.equal({ code: "91350100M000100Y43", warning: null });
  });

  describe("resident numbers", () => {
    const wrong: [string, string, RegExp][] = [
      ["one digit mistyped", "11010519491231012X", /check character/],
      ["two digits swapped", "11010519492131002X", /no birth date/],
      ["another check character", "110105194912310021", /check character/],
      ["a day that does not exist", "110105194902300026", /no birth date/],
      ["15 digits", "110105491231002", /has 15 characters/],
      ["a letter within", "1101051949123100XX", /neither a digit nor a last X/],
      ["nothing", "", /has 0 characters/],
    ];
    for (const [what, number, message] of wrong) {
      it(`refuses ${what}, and does not show it`, () => {
        const refuse = () => checkResidentNumber(number);
        expect(refuse).to.throw(NumberError, message);
        try {
          refuse();
        } catch (error) {
          const text = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
          for (let i = 0; i + 4 <= number.length; i++) expect(text).not.to.include(number.slice(i, i + 4));
        }
      });
    }

    it("finds every single wrong digit", () => {
      const number = "11010519491231002X";
      for (let i = 0; i < 17; i++) {
        for (const digit of "0123456789") {
          if (digit === number[i]) continue;
          expect(() => checkResidentNumber(number.slice(0, i) + digit + number.slice(i + 1))).to.throw(NumberError);
        }
      }
    });

    it("are masked", () => {
      expect(maskNumber("11010519491231002X")).to.equal("1****************X");
      expect(maskNumber("12345")).to.equal("*****");
      expect(maskNumber("")).to.equal("");
    });
  });

  describe("social credit codes", () => {
    for (const code of ["91350100M000100Y43", "91110000600037341L"]) {
      it(`takes ${code}`, () => {
        expect(checkSocialCreditCode(code)).to.deep.equal({ code, warning: null });
      });
    }

    it("warns of a code in real use that fails the check", () => {
      const { code, warning } = checkSocialCreditCode("91350211M0000XUF46");
      expect(code).to.equal("91350211M0000XUF46");
      expect(warning).to.match(
        /^the social credit code 91350211M0000XUF46 ends with 6 where its check character is \w;/,
      );
    });

    it("refuses what cannot be one", () => {
      expect(() => checkSocialCreditCode("91350100M000100Y4")).to.throw(NumberError, /has 17 characters/);
      for (const letter of "IOSVZ") {
        expect(() => checkSocialCreditCode(`91350100M000100Y4${letter}`)).to.throw(
          NumberError,
          `the character ${letter}`,
        );
      }
    });

    it("agrees with stdnum, but where that has no check character for a sum of zero", () => {
      let zeros = 0;
      for (let i = 0; i < 2000; i++) {
        const body = `91${String(100000 + i * 37)}${[...Array(9).keys()].map((j) => ALPHABET[(i * (7 + j) + j * j) % 31]).join("")}`;
        const codes = Array.from(ALPHABET).map((last) => body + last);
        const ours = codes.filter((code) => checkSocialCreditCode(code).warning === null);
        const theirs = codes.filter((code) => stdnum["CN"]!["uscc"]!.validate(code).isValid);
        expect(ours).to.have.length(1);
        if (ours[0]!.endsWith("0")) zeros++;
        else expect(theirs).to.deep.equal(ours);
      }
      expect(zeros).to.be.above(20);
    });
  });
});
