import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";
import fc from "fast-check";

import { textCommitment } from "../../../src/common/commitment.js";
import { BUDGET_SCHEMA, draftTerms, draftTermsFromCsv } from "../../../src/escrow/budget.js";
import {
  divideBudget,
  parseTermsDocument,
  PROJECT_LIMITS,
  projectId,
  sumFault,
  TERMS_DOCUMENT_SCHEMA,
  type TermsDocument,
  TermsError,
  termsFaults,
  textHash,
} from "../../../src/escrow/terms.js";
import { budgetOf, headerOf, NETWORK, TODAY } from "./samples.js";

const faultsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof TermsError) return error.faults;
    throw error;
  }
  return [];
};
const copyOf = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const draft = (changes: Parameters<typeof budgetOf>[0] = {}) => draftTerms(NETWORK, budgetOf(changes), TODAY);
const faultsWith = (changes: Record<string, unknown>) => faultsOf(() => draft(changes));

describe("terms from a budget", () => {
  it("are what the budget says, in minor units, basis points and seconds", () => {
    const budget = budgetOf();
    const { terms } = draftTerms(NETWORK, budget, TODAY);
    expect(terms.city).to.equal(3);
    expect(terms.parties.owner).to.equal(budget.owner);
    expect(terms.money).to.deep.equal({
      ...{ token: budget.token, unit: "1", currency: 156, budget: "100000000", wageShare: 2000 },
      ...{ wageDeposit: "3000000", retention: 300, defaultSplit: 5000, strayTo: budget.strayTo },
    });
    expect(terms.periods).to.deep.equal({
      ...{ answer: 604_800, contest: 432_000, ruling: 2_592_000, invoicing: 0 },
      ...{ retentionUntil: Date.parse("2028-06-30T00:00Z") / 1000, endsAt: Date.parse("2027-06-29T16:00Z") / 1000 },
      ...{ payday: 15, silenceApproves: false, employment: 7, evidence: 9 },
    });
    expect(terms.milestones.map(({ amount }) => amount)).to.deep.equal(["30000000", "50000000"]);
    expect(terms.funders).to.deep.equal([]);
    expect(terms.deadline).to.equal(Date.parse("2026-04-01T00:00Z") / 1000);
    expect(termsFaults(terms, TODAY)).to.deep.equal([]);
  });

  it("keep titles and texts, with salts, beside the terms and never in them", () => {
    const document = draft();
    expect(JSON.stringify(document.terms)).to.not.match(/[^\x20-\x7e]/);
    const [first, second] = document.milestones;
    expect(document.terms.milestones[0]?.content).to.equal(textCommitment(first!.salt, '{"title":"地基与基础"}'));
    expect(document.terms.milestones[1]?.content).to.equal(
      textCommitment(second!.salt, '{"text":"三层框架","title":"主体结构"}'),
    );
    expect(document.terms.content).to.equal(textHash(document.contract));
    const salts = [document.contract, ...document.milestones].map(({ salt }) => salt);
    expect(new Set(salts).size).to.equal(3);
    expect(draft().terms.content).to.not.equal(document.terms.content);
  });

  it("have the digits of the token, the wish of silence, the invoice gate and the funders of the budget", () => {
    const { token } = budgetOf();
    const { terms } = draft({ tokenDigits: 18, silence: "approves", invoicingDays: 14, funders: [token] });
    expect(terms.money.unit).to.equal(`${10n ** 16n}`);
    expect(terms.periods.silenceApproves).to.equal(true);
    expect(terms.periods.invoicing).to.equal(14 * 86_400);
    expect(terms.funders).to.deep.equal([token]);
    const yen = { currency: "JPY", budget: "1000", wageDeposit: "10", milestones: [{ title: "壁", amount: "800" }] };
    expect(draft(yen).terms.money).to.include({ currency: 392, unit: "1", budget: "1000" });
  });

  it("round the wages up, to the fen", () => {
    expect(divideBudget(1n, 1)).to.deep.equal({ wages: 1n, works: 0n });
    expect(divideBudget(10_001n, 2000)).to.deep.equal({ wages: 2001n, works: 8000n });
    expect(sumFault(8000n, 10_001n, 2000, 2)).to.equal(undefined);
    expect(sumFault(7999n, 10_001n, 2000, 2)).to.equal(
      "the milestones come to 79.99, but a budget of 100.01 leaves 80.00 after wages of 20.01 (20 %); add 0.01",
    );
    expect(sumFault(8002n, 10_001n, 2000, 2)).to.include("take off 0.02");
    fc.assert(
      fc.property(fc.bigInt(1n, 1n << 96n), fc.integer({ min: 0, max: 10_000 }), (budget, share) => {
        const { wages, works } = divideBudget(budget, share);
        expect(wages + works).to.equal(budget);
        expect(wages * 10_000n >= budget * BigInt(share)).to.equal(true);
        expect((wages - 1n) * 10_000n < budget * BigInt(share)).to.equal(true);
      }),
    );
  });

  it("tell all faults of a budget at once, each with its place and what to do", () => {
    expect(
      faultsWith({
        ...{ budget: "1,000,000.00", wageShare: "101", retention: "x", wageDeposit: "-1", currency: "XYZ" },
        ...{ endsAt: "2027-02-30", tokenDigits: 1 },
        milestones: [
          { title: "地基", amount: "0.001" },
          { title: "屋顶", amount: "0" },
        ],
      }),
    ).to.deep.equal([
      "currency: XYZ is no currency of ISO 4217; write three capital letters like CNY",
      "tokenDigits: the token has 1 digits after the point, and the currency needs 2; take another token",
      'budget: "1,000,000.00" is no number like 12 or -3.50',
      "wageShare: a rate is between 0 and 100 %, not 101",
      "wageDeposit: -1 is below zero; state what is paid",
      'retention: "x" is no number like 12 or -3.50',
      "endsAt: 2027-02-30 is no time of the calendar",
      "milestones[0]: 0.001 has more than 2 digits after the point",
      "milestones[1]: a milestone is worth something; state an amount, or leave it out",
    ]);
    const { owner } = budgetOf();
    expect(faultsWith({ owner, arbiter: owner, wageDeposit: "1000000.01", openBy: "2026-03-01" })).to.deep.equal([
      "owner and arbiter are the same; each seat needs a legal person of its own",
      "the wage deposit is above the budget; lower it",
      "the last moment to open the project is 2026-03-01, which is over; take a later time",
    ]);
    expect(faultsWith({ endsAt: "2047-03-01", retentionUntil: "2025-01-01" })).to.deep.equal([
      "the end of the project is 2047-03-01, which is too far away; take an earlier time",
      "the date of the retention is 2025-01-01, which is over; take a later time",
    ]);
    expect(faultsWith({ budget: `${1n << 96n}`, milestones: [{ title: "一", amount: "1" }] })[0]).to.equal(
      "the budget is above what the registry can hold",
    );
    expect(faultsWith({ wageShare: "21" })).to.deep.equal([
      "the milestones come to 800000.00, but a budget of 1000000.00 leaves 790000.00 after wages of 210000.00 (21 %); " +
        "take off 10000.00",
    ]);
  });

  it("are refused by the shape of the budget too, all faults at once", () => {
    const { owner, ...without } = budgetOf({ payday: 32, answerDays: 0 });
    expect(owner).to.match(/^0x/);
    const faults = faultsOf(() => draftTerms(NETWORK, { ...without, colour: "red" }, TODAY));
    expect(faults).to.include.members([
      'the budget lacks "owner"',
      'the budget has "colour", which does not belong there',
      "payday must be <= 31",
      "answerDays must be >= 1",
    ]);
    expect(BUDGET_SCHEMA).to.have.property("$id", "urn:civitas:budget:1");
    expect(TERMS_DOCUMENT_SCHEMA).to.have.property("$id", "urn:civitas:terms-document:1");
  });

  it("know the limits of the contract", () => {
    const sources = globSync("contracts/escrow/Project*.sol").map((file) => readFileSync(file, "utf8"));
    const number = (name: string): number => {
      const written = new RegExp(`constant ${name} = ([^;]+);`).exec(sources.join("\n"))?.[1] ?? "";
      const [value = "", ...others] = written.replace(/ days/, " * 86400").split("*");
      return others.reduce((product, factor) => product * Number(factor), Number(value));
    };
    expect(PROJECT_LIMITS).to.deep.equal({
      milestones: number("MAX_MILESTONES"),
      funders: number("MAX_FUNDERS"),
      subcontractors: number("MAX_SUBCONTRACTORS"),
      shares: number("MAX_SHARES"),
      minPeriod: number("MIN_PERIOD"),
      maxPeriod: number("MAX_PERIOD"),
      duration: number("MAX_DURATION"),
      retention: number("MAX_RETENTION"),
    });
  });
});

describe("terms from a CSV of milestones", () => {
  const fromCsv = (csv: string, changes = {}) => draftTermsFromCsv(NETWORK, csv, headerOf(changes), TODAY);
  const faultsIn = (csv: string, changes = {}) => faultsOf(() => fromCsv(csv, changes));

  it("are those of the same budget in JSON", () => {
    const csv =
      '\uFEFFMilestone, Title,text,amount\r\n0,地基与基础,,300000.00\r\n\r\n1,"主体, 结构","三层\n框架",500000\r\n';
    const { terms, milestones } = fromCsv(csv);
    expect(terms.milestones.map(({ amount }) => amount)).to.deep.equal(["30000000", "50000000"]);
    expect(milestones.map(({ title, text }) => ({ title, text }))).to.deep.equal([
      { title: "地基与基础", text: undefined },
      { title: "主体, 结构", text: "三层\n框架" },
    ]);
    expect(fromCsv("amount,title\n800000,全部").terms.milestones).to.have.length(1);
  });

  it("tell all faults at once, with their lines", () => {
    expect(
      faultsIn("milestone,title,amount\n0,地基,300000.001\n2,,500000\n2,屋顶,1,000\n\n3,门,0\n", { budget: "x" }),
    ).to.deep.equal([
      'line 3: milestones are numbered from 0 in their order; write 1 instead of "2"',
      "line 3: the title is missing; say what is built",
      "line 4: it has 4 cells, and there are 3 columns; quote texts with commas",
      'budget: "x" is no number like 12 or -3.50',
      "line 2: 300000.001 has more than 2 digits after the point",
      "line 6: a milestone is worth something; state an amount, or leave it out",
    ]);
    expect(faultsIn("title,amount\n地基,abc\n", { payday: 0 })).to.deep.equal([
      "payday must be >= 1",
      'line 2: "abc" is no number like 12 or -3.50',
    ]);
    expect(faultsIn("title,amount\n地基,1\n")[0]).to.include("add 799999.00");
  });

  it("say what is wrong with the columns, or that it is no CSV at all", () => {
    expect(faultsIn("title,price,title\n地基,1,2\n")).to.deep.equal([
      'line 1: there is no column "amount"; name the columns in the first line',
      'line 1: "price" is no column of a budget; use milestone, title, text, amount',
      'line 1: the column "title" is there twice; keep one',
    ]);
    expect(faultsIn('title,amount\n"地基,1\n')[0]).to.match(/^this is no CSV: .*line \d/);
    expect(faultsIn("title,amount\n")).to.include("there are no milestones; write one in each line below the columns");
    expect(faultsIn("")).to.have.length(2);
  });
});

describe("terms documents", () => {
  it("come back from JSON as they were", () => {
    const document = draft();
    expect(parseTermsDocument(copyOf(document))).to.deep.equal(document);
    expect(projectId(document, document.terms)).to.equal(document.id);
    expect(projectId({ ...NETWORK, chainId: "1" }, document.terms)).to.not.equal(document.id);
  });

  it("are refused once anything in them was changed", () => {
    const document = draft();
    const changed = (change: (copy: TermsDocument) => unknown) => {
      const copy = copyOf(document);
      change(copy);
      return faultsOf(() => parseTermsDocument(copy));
    };
    const id = "its id is not that of its terms: something was changed after it was drafted";
    expect(changed((copy) => (copy.terms.city = 4))).to.deep.equal([id]);
    expect(changed((copy) => (copy.terms.money.budget = "200000000"))).to.have.length(2);
    expect(changed((copy) => (copy.chainId = "1"))).to.deep.equal([id]);
    expect(changed((copy) => (copy.contract.title = "另一所学校"))).to.deep.equal([
      "the contract's text is not that of the terms",
    ]);
    expect(changed((copy) => (copy.milestones[1]!.text = "五层框架"))).to.deep.equal([
      "the text of milestone 1 is not that of the terms",
    ]);
    expect(changed((copy) => copy.milestones.pop())).to.deep.equal(["there is not one text for each milestone"]);
    const { strayTo } = document.terms.money;
    const swapped = strayTo
      .slice(2)
      .replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
    expect(changed((copy) => (copy.terms.money.strayTo = `0x${swapped}`))).to.deep.equal([
      "the address strayTo is mistyped: its capital letters do not fit",
    ]);
    expect(changed((copy) => Object.assign(copy, { type: "CivitasInvoice" }))).to.deep.equal([
      'type is not "CivitasTerms"',
    ]);
  });

  it("say what the registry would refuse of terms from elsewhere", () => {
    const { terms } = draft();
    const faults = (change: (copy: typeof terms) => unknown) => {
      const copy = copyOf(terms);
      change(copy);
      return termsFaults(copy);
    };
    expect(faults(({ periods }) => (periods.answer = 86_399))).to.deep.equal([
      'the period "answer" is not between 1 and 180 days',
    ]);
    expect(faults(({ periods }) => (periods.invoicing = 180 * 86_400 + 1))).to.have.length(1);
    expect(faults(({ periods }) => (periods.payday = 0))[0]).to.include("1 to 31");
    expect(faults(({ money }) => Object.assign(money, { unit: "0", currency: 1, retention: 10_001 }))).to.have.length(
      3,
    );
    expect(faults(({ money }) => (money.budget = "0"))).to.include("the budget is nothing; state the whole price");
    expect(faults((copy) => (copy.milestones = []))).to.include("there are 0 milestones; plan 1 to 64");
    expect(faults((copy) => (copy.milestones[0]!.amount = "0"))[0]).to.include("milestone 0 is worth nothing");
    expect(faults((copy) => (copy.funders = Array<string>(65).fill(copy.money.token)))[0]).to.include("65 funders");
  });
});
