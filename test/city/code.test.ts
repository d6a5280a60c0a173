import { readFileSync } from "node:fs";

import { expect } from "chai";
import { mod1271_36 } from "cdigit";
import fc from "fast-check";

import {
  checkCharacters,
  CITY_CODE_FAULTS,
  CityCodeError,
  type CityCodeFault,
  codeOfGbt2260,
  decodeCityCode,
  encodeCityCode,
  formatCityCode,
  gbt2260Of,
  lengthsOf,
  parseCityCode,
  schemeOf,
} from "../../src/city/code.js";
import { decodeError } from "../../src/errors.js";
import { type CityResolver, type TryAll, TryAll__factory } from "../../typechain/index.js";
import { deploy } from "../client/world.js";

// The same inputs each time; fast-check prints the seed and the smallest input that fails. Set both for a longer search.
const SEED = Number(process.env["CIVITAS_TEST_SEED"] ?? 15459);
const TIMES = Number(process.env["CIVITAS_TEST_TIMES"] ?? 1);
/** Time to look for the smallest text, and to report the seed, before the test is stopped. */
const IN_TIME = { interruptAfterTimeLimit: 60_000 * TIMES, markInterruptAsFailure: true };
const numRuns = (runs: number) => ({ seed: SEED, numRuns: runs * TIMES });

const ALPHANUMERIC = Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
/** Of domain.md, section 1. */
const VECTORS: Record<string, string> = {
  "MA.156.1301": "FQ",
  "MA.156.4403": "SH",
  "MA.156.4406": "QE",
  "MA.156.440604": "KS",
  "MA.156.3201": "IS",
  "MA.156.4313": "KU",
};

describe("CityCode", () => {
  let resolver: CityResolver;
  let all: TryAll;
  before(async () => {
    const suite = await deploy();
    resolver = suite.resolver;
    all = await new TryAll__factory(suite.administrator).deploy();
  });

  describe("reading a text", () => {
    it("takes a code, a printed code and a full IDcode, letters in either case", () => {
      for (const text of ["MA.156.1301", "MA.156.1301-FQ", "ma.156.1301", "mA.156.1301-fq"]) {
        expect(parseCityCode(text)).to.deep.equal({
          code: "MA.156.1301",
          printed: "MA.156.1301-FQ",
          idcode: "MA.156.1301",
          country: "MA.156",
          local: "1301",
          extra: null,
          category: null,
          custom: null,
        });
      }
      expect(parseCityCode("ma.156.1003.1629/73.10000000.6")).to.deep.equal({
        code: "MA.156.1003.1629",
        printed: "MA.156.1003.1629-0D",
        idcode: "MA.156.1003.1629/73.10000000.6",
        country: "MA.156",
        local: "1003",
        extra: "1629",
        category: "73.10000000.6",
        custom: null,
      });
      expect(parseCityCode("MA.784/1.2.3/lamp.7")).to.deep.equal({
        code: "MA.784",
        printed: "MA.784-BR",
        idcode: "MA.784/1.2.3/LAMP.7",
        country: "MA.784",
        local: null,
        extra: null,
        category: "1.2.3",
        custom: "LAMP.7",
      });
      expect(parseCityCode("MA.156.1234567890123456789").code).to.have.length(26);
    });

    const FAULTS: [text: string, fault: CityCodeFault, position: number, sentence: RegExp][] = [
      ["", "Empty", 0, /^an empty text: there is no city code/],
      ["-FQ", "Empty", 0, /^-FQ: there is no city code/],
      ["MA.156.13 01", "Character", 9, /the character " " cannot stand there/],
      ["ſA.156", "Character", 0, /"ſ"/],
      ["MA.156.é1", "Character", 7, /"é"/],
      ["MA.156/é.é.1/é", "Character", 7, /"é"/],
      ["MA.156.13\u001b[2J", "Character", 9, /^MA\.156\.13\\u\{1b\}\[2J: the character "\\u\{1b\}"/],
      ["MA.156\u202e", "Character", 6, /^MA\.156\\u\{202e\}: /],
      ["MA.156..1301", "EmptyNode", 7, /a part is missing at character 8/],
      ["MA.156.1301.", "EmptyNode", 12, /a part is missing at character 13/],
      [".MA", "EmptyNode", 0, /a part is missing at character 1/],
      ["MA.156.13.XA.9", "TooManyNodes", 12, /more than 4 parts/],
      ["MA.156.12345678901234567890", "TooLong", 26, /longer than 26/],
      ["MB.156.1301", "Issuer", 0, /begins with MA/],
      ["MAX.156", "Issuer", 0, /begins with MA/],
      ["M", "Issuer", 0, /begins with MA/],
      ["MA", "Country", 3, /exactly 3 digits/],
      ["MA.15.61301", "Country", 5, /exactly 3 digits/],
      ["MA.15A", "Country", 5, /exactly 3 digits/],
      ["MA.1560.13", "Country", 6, /exactly 3 digits/],
      ["MA.156.1301/73.6", "Category", 16, /exactly 3 parts/],
      ["MA.156.1301/1.2.3.4", "Category", 19, /exactly 3 parts/],
      ["MA.156.1301/73.6/1", "Category", 16, /exactly 3 parts/],
      ["MA.156.1301/1.2.3/4/5", "Character", 19, /the character "\/"/],
      ["MA.156.1301/", "EmptyNode", 12, /a part is missing/],
      ["MA.156.1301/1..3", "EmptyNode", 14, /a part is missing/],
      ["MA.156.1301/1.2.3/", "EmptyNode", 18, /a part is missing/],
      [
        "MA.156.1310-FQ",
        "CheckCharacters",
        12,
        /^MA\.156\.1310-FQ: the check characters FQ do not belong to MA\.156\.1310; a character was mistyped$/,
      ],
      ["ma.156.1301-f", "CheckCharacters", 12, /exactly 2 check characters/],
      ["MA.156.1301-", "CheckCharacters", 12, /exactly 2 check characters/],
      ["MA.156.1301-FQX", "CheckCharacters", 12, /exactly 2 check characters/],
      ["MA.156.1301-é", "CheckCharacters", 12, /exactly 2 check characters/],
    ];
    for (const [text, fault, position, sentence] of FAULTS) {
      it(`refuses ${JSON.stringify(text)}: ${fault}`, () => {
        const error = errorOf(() => parseCityCode(text));
        expect([error.fault, error.position, error.text]).to.deep.equal([fault, position, text]);
        expect(error.message).to.match(sentence);
      });
    }

    it("is not upset by a very long text", () => {
      expect(errorOf(() => parseCityCode("x".repeat(1_000_000))).message).to.have.length.below(200);
      expect(errorOf(() => parseCityCode(`MA.156-${"é".repeat(1_000_000)}`)).fault).to.equal("CheckCharacters");
      expect(errorOf(() => parseCityCode(`MA.156/1.2.3/${"é".repeat(1_000_000)}`)).fault).to.equal("Character");
    });

    it("has the faults of the contract, in its order", () => {
      const [, members = ""] = /enum Fault \{([^}]*)\}/.exec(readFileSync("contracts/city/CityCode.sol", "utf8")) ?? [];
      expect(members.replace(/\/\/.*/g, "").match(/\w+/g)).to.deep.equal([...CITY_CODE_FAULTS]);
    });
  });

  describe("check characters", () => {
    it("are those of the vectors", () => {
      for (const [code, check] of Object.entries(VECTORS)) {
        expect(checkCharacters(code)).to.equal(check);
        expect(checkCharacters(code.replaceAll(".", ""))).to.equal(check);
        expect(formatCityCode(code.toLowerCase())).to.equal(`${code}-${check}`);
      }
      expect(checkCharacters("MA.156.4418"), "1271, not 0").to.equal("ZB");
      expect(checkCharacters("MA.156.3303"), "1272, not 1").to.equal("ZC");
      expect(checkCharacters("MA.15.61301"), "the dots are checked by the chain").to.equal("FQ");
      expect(errorOf(() => checkCharacters("MA.é")).position).to.equal(3);
    });

    it("are those of the package cdigit, for 20,000 random bodies", () => {
      const body = fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength: 1, maxLength: 26 });
      const equal = (text: string) => {
        expect(checkCharacters(text)).to.equal(mod1271_36.compute(text));
      };
      fc.assert(fc.property(body, equal), numRuns(20_000));
    });

    it("give away every single substitution and every adjacent swap", () => {
      const random = fc.sample(fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength: 12, maxLength: 12 }), {
        seed: SEED,
        numRuns: 100,
      });
      const bodies = [...Object.keys(VECTORS).map((code) => code.replaceAll(".", "")), ...random];
      let tried = 0;
      for (const body of bodies) {
        const text = body + checkCharacters(body);
        for (const [i, character] of Array.from(text).entries()) {
          const others = ALPHANUMERIC.filter((other) => other !== character);
          const changed = others.map((other) => text.slice(0, i) + other + text.slice(i + 1));
          const next = text[i + 1];
          if (next !== undefined && next !== character) {
            changed.push(text.slice(0, i) + next + character + text.slice(i + 2));
          }
          tried += changed.length;
          expect(changed.filter((one) => checkCharacters(one.slice(0, -2)) === one.slice(-2))).to.deep.equal([]);
        }
      }
      expect(tried).to.be.above(50_000);
    });
  });

  describe("for the contracts", () => {
    it("encodes a code as 32 bytes, and back", () => {
      const word = `0x${Buffer.from("MA.156.1301").toString("hex")}${"00".repeat(21)}`;
      for (const text of ["MA.156.1301", "ma.156.1301-fq", "MA.156.1301/1.2.3"])
        expect(encodeCityCode(text)).to.equal(word);
      expect(decodeCityCode(word)).to.equal("MA.156.1301");
      expect(() => decodeCityCode("0x4d41")).to.throw(RangeError, "32 bytes");
      expect(() => encodeCityCode("MA.15")).to.throw(CityCodeError);
    });

    it("refuses 32 bytes that are no code, as the contract does", async () => {
      const words = [
        ...["", "ma.156", "MA.156\0A", "MA.156.12345678901234567890", "x".repeat(32), "A".repeat(32)],
        ...["MA.15é", "MA..156", "MA.156.", "MA.1.2.3.4", "MA.1567", "MA", "MA.156.A"],
      ].map((text) => `0x${Buffer.from(text).toString("hex").padEnd(64, "0")}`);
      const here = words.map((word) => outcome(() => formatCityCode(decodeCityCode(word))));
      expect(here).to.deep.equal(await onChain(all, resolver, "format", words));
      expect(here.filter((one) => one.startsWith("code"))).to.have.length(1);
    });

    it("makes codes of GB/T 2260 numbers, and back", () => {
      const pairs: Record<string, string> = {
        130000: "MA.156.13",
        130100: "MA.156.1301",
        440604: "MA.156.440604",
        130001: "MA.156.130001",
        100000: "MA.156.10",
        101000: "MA.156.1010",
      };
      for (const [number, code] of Object.entries(pairs)) {
        expect(codeOfGbt2260(number)).to.equal(code);
        expect(gbt2260Of(code)).to.equal(number);
      }
      for (const number of ["", "13", "1301000", "000000", "001300", "13010a", "１３０１００"]) {
        expect(() => codeOfGbt2260(number), number).to.throw(RangeError, "no GB/T 2260 number");
      }
      for (const code of [
        "MA.156",
        "MA.156.1300",
        "MA.156.130",
        "MA.156.13.XA",
        "MA.784.13",
        "MA.156.00",
        "MA.156.1301-FQ",
      ]) {
        expect(gbt2260Of(code), code).to.equal(undefined);
      }
    });

    it("makes schemes of lengths, and back", () => {
      expect(schemeOf([2, 4, 6])).to.equal(0x54);
      expect(schemeOf([19])).to.equal(1 << 19);
      expect(lengthsOf(0x54n)).to.deep.equal([2, 4, 6]);
      expect(lengthsOf(schemeOf([6, 2, 4]))).to.deep.equal([2, 4, 6]);
      expect(lengthsOf(0xffff_ffff)).to.have.length(32);
      expect(lengthsOf(0)).to.deep.equal([]);
      for (const lengths of [[], [0], [20], [1.5], [2, 2], [1, 2, 3, 4, 5, 6]]) {
        expect(() => schemeOf(lengths), String(lengths)).to.throw(RangeError, "1 to 5 different lengths");
      }
    });
  });

  describe("on chain and in TypeScript", function () {
    this.timeout(120_000 * TIMES);
    // Characters with a place in codes, and those that look like them or become them in another case.
    const CHARACTER = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...ALPHANUMERIC) },
      { weight: 3, arbitrary: fc.constantFrom(...Array.from(".../-")) },
      { weight: 2, arbitrary: fc.constantFrom(...Array.from("abcmz")) },
      { weight: 1, arbitrary: fc.constantFrom(...Array.from(" \0@[`{:é１ＭıſK𝟘石\u00ad\u202e")) },
    );
    const node = (minLength: number, maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength, maxLength });
    const code = fc
      .tuple(fc.stringMatching(/^[0-9]{3}$/), fc.option(fc.tuple(node(1, 9), fc.option(node(1, 9)))))
      .map(([country, below]) => ["MA", country, ...(below ?? [])].filter((part) => part !== null).join("."));
    const idcode = fc
      .tuple(code, fc.array(node(1, 8), { minLength: 3, maxLength: 3 }), fc.array(node(1, 8), { maxLength: 3 }))
      .map(([root, category, custom]) =>
        [root, category.join("."), ...(custom.length ? [custom.join(".")] : [])].join("/"),
      );
    const valid = fc
      .tuple(fc.oneof(code, code.map(formatCityCode), idcode), fc.boolean())
      .map(([text, lower]) => (lower ? text.toLowerCase() : text));
    const mutated = fc
      .tuple(valid, fc.array(fc.tuple(fc.nat(40), fc.nat(3), CHARACTER), { minLength: 1, maxLength: 3 }))
      .map(([text, changes]) => changes.reduce((changing, change) => mutate(changing, ...change), text));
    const any = fc.oneof(
      fc.string({ unit: CHARACTER, maxLength: 40 }),
      fc.string({ unit: "grapheme", maxLength: 10 }),
      node(27, 27),
    );

    const compare = (text: fc.Arbitrary<string>, runs: number) => {
      const kinds = new Map<string, number>();
      // Many at a time, because the chain answers many at a time.
      const texts = fc.array(text, { minLength: 200, maxLength: 200, size: "max" });
      const equal = fc.asyncProperty(texts, async (batch) => {
        const there = await onChain(all, resolver, "resolve", batch);
        const here = batch.map((one) => outcome(() => parseCityCode(one).code));
        for (const one of here) {
          const kind = one.split(" ")[0] ?? "";
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
        expect(here.map((one, i) => `${JSON.stringify(batch[i])} ${one}`)).to.deep.equal(
          there.map((one, i) => `${JSON.stringify(batch[i])} ${one}`),
        );
      });
      return fc.assert(equal, { ...numRuns(runs), ...IN_TIME }).then(() => kinds);
    };

    it("read 2,000 valid texts alike", async () => {
      const kinds = await compare(valid, 10);
      expect([...kinds.keys()]).to.deep.equal(["code"]);
    });

    it("read 4,000 damaged texts alike, with every fault among them", async () => {
      const kinds = await compare(mutated, 20);
      const faults = CITY_CODE_FAULTS.filter((fault) => fault !== "Padding");
      expect([...kinds.keys()]).to.include.members(["code", ...faults.filter((fault) => fault !== "Empty")]);
    });

    it("read 2,000 arbitrary texts alike", async () => {
      const kinds = await compare(any, 10);
      expect([...kinds.keys()]).to.include.members(["Empty", "Character", "TooLong"]);
    });

    it("print 1,000 codes alike", async () => {
      const codes = fc.sample(code, { seed: SEED, numRuns: 1000 });
      const there = await onChain(all, resolver, "format", codes.map(encodeCityCode));
      expect(codes.map((one) => `code ${formatCityCode(one)}`)).to.deep.equal(there);
    });
  });
});

/** Replace, insert, delete or double a character. */
function mutate(text: string, position: number, kind: number, character: string): string {
  const characters = Array.from(text);
  const at = characters.length === 0 ? 0 : position % characters.length;
  if (kind === 0) characters.splice(at, 1, character);
  else if (kind === 1) characters.splice(at, 0, character);
  else if (kind === 2) characters.splice(at, 1);
  else characters.splice(at, 0, ...characters.slice(at));
  return characters.join("");
}

/** `code MA.156.1301`, or the fault and its position. */
function outcome(read: () => string): string {
  try {
    return `code ${read()}`;
  } catch (error) {
    if (error instanceof CityCodeError) return `${error.fault} ${error.position}`;
    throw error;
  }
}

/** What the contract makes of many inputs of one of its functions, written as `outcome` does. */
async function onChain(
  all: TryAll,
  resolver: CityResolver,
  act: "resolve" | "format",
  inputs: string[],
): Promise<string[]> {
  const { interface: coder } = resolver;
  const calls = inputs.map((input) =>
    coder.encodeFunctionData(act as "resolve", act === "resolve" ? [input, 0] : ([input] as never)),
  );
  const AT_ONCE = 20;
  const chunks = Array.from({ length: Math.ceil(calls.length / AT_ONCE) }, (_, i) =>
    all.tryAll(resolver, calls.slice(i * AT_ONCE, (i + 1) * AT_ONCE)),
  );
  return (await Promise.all(chunks)).flat().map(({ success, data }) => {
    if (!success) {
      const { name, args } = decodeError(data);
      expect(name).to.equal("CityCodeInvalid");
      return `${CITY_CODE_FAULTS[Number(args["fault"])] ?? "?"} ${String(args["position"])}`;
    }
    const [result] = coder.decodeFunctionResult(act as "resolve", data).toArray() as [string];
    return `code ${act === "resolve" ? decodeCityCode(result) : result}`;
  });
}

function errorOf(act: () => unknown): CityCodeError {
  try {
    act();
  } catch (error) {
    if (error instanceof CityCodeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
