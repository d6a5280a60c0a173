import { expect } from "chai";
import { parse } from "csv-parse/sync";

import { columnsOf, textTable } from "../../../src/common/text-table.js";
import { FIRST_SUBCONTRACTOR, isCompany, roleOfSeat, seatInWords } from "../../../src/escrow/seat.js";
import { checkStatement, type SeatStatement, type Statement } from "../../../src/escrow/statement.js";
import { dueInWords, statementCsv, statementLines, statementTable } from "../../../src/escrow/statement-text.js";
import { account, word } from "./samples.js";

const ACCOUNT = account();
const NOTHING = { earned: 0n, kept: 0n, retained: 0n, credit: 0n, frozen: 0n, paid: 0n, defect: null };
const seatOf = (seat: number, changes: Partial<SeatStatement> = {}): SeatStatement => ({
  ...{ seat, role: roleOfSeat(seat), party: word(), account: isCompany(seat) ? ACCOUNT : null },
  ...NOTHING,
  ...changes,
});

/** A project of 10,000.00: 5,000.00 put in, a milestone of 3,000.00 settled and partly paid, another of 5,000.00 dropped in part. */
function sample(): Statement {
  const at = new Date("2026-05-01T08:00:00Z");
  return {
    project: `0x${"ab".repeat(32)}`,
    ...{ block: 42, at, city: 3, status: "Open" },
    currency: { code: "CNY", numeric: 156, digits: 2 },
    token: account(),
    ...{ budget: 1_000_000n, planned: 800_000n },
    undecided: 0,
    works: {
      ...{
        funded: 500_000n,
        surplus: 0n,
        repaid: 0n,
        toWages: 100_000n,
        advanced: 5_000n,
        recovered: 0n,
        withheld: 1_000n,
      },
      ...{ paid: 200_000n, handedOver: 10_000n, refunded: 0n },
      ...{ available: 95_000n, committed: 0n, credit: 80_000n, retained: 9_000n },
    },
    wages: {
      ...{ fed: 100_000n, advanced: 5_000n, withheld: 1_000n, covered: 500n, deposited: 30_000n },
      ...{ paid: 60_000n, custody: 0n, depositReturned: 0n, surplus: 0n },
      ...{ free: 46_500n, deposit: 30_000n, reserved: 0n, owed: 700n, depositOwed: 0n },
    },
    seats: [
      seatOf(0),
      seatOf(1, { earned: 200_000n, kept: 6_000n, retained: 6_000n, credit: 80_000n, frozen: 20_000n, paid: 103_000n }),
      seatOf(2),
      seatOf(3),
      seatOf(4, {
        earned: 100_000n,
        kept: 3_000n,
        retained: 3_000n,
        paid: 97_000n,
        defect: { amount: 1_000n, until: at },
      }),
    ],
    milestones: [
      { milestone: 0, amount: 300_000n, status: "Settled", since: at, committed: false, award: 300_000n },
      { milestone: 1, amount: 500_000n, status: "Planned", since: null, committed: false, award: 0n },
      { milestone: 2, amount: 0n, status: "Dropped", since: null, committed: false, award: 0n },
    ],
    payments: [
      paymentAt(0, { kind: "Payout", seat: 1, amount: 103_000n }),
      paymentAt(1, { kind: "Payout", seat: 4, amount: 97_000n }),
      paymentAt(2, { kind: "HandOver", seat: 1, amount: 10_000n }),
    ],
    next: { kind: "DefectRuling", index: 4, at },
  };
}

function paymentAt(index: number, changes: Partial<Statement["payments"][number]>): Statement["payments"][number] {
  return {
    ...{ index, kind: "Payout", seat: 1, payee: word(), to: ACCOUNT, amount: 0n },
    ...{ at: new Date("2026-05-01T00:00:00Z"), transactionId: word(), ...changes },
  };
}

const TITLES = { milestones: ["地基与基础", "=HYPERLINK(1)", "门"].map((title) => ({ title, salt: word() })) };

describe("text tables", () => {
  it("align by the columns of a terminal, whatever the script", () => {
    expect(columnsOf("地基 ab（1）")).to.equal(4 + 3 + 5);
    expect(columnsOf("e\u0301\u200b")).to.equal(1);
    expect(
      textTable(
        [
          ["地基", "1.00", "x"],
          ["roof", "10.00"],
          ["", "", "yy"],
        ],
        [1],
      ),
    ).to.deep.equal(["地基   1.00  x", "roof  10.00", "             yy"]);
    expect(textTable([])).to.deep.equal([]);
  });
});

describe("a statement on paper", () => {
  it("shows what came in, is there, went out and is owed; the first is the second and the third", () => {
    const lines = statementLines(sample());
    const total = (section: string) =>
      lines.filter((line) => line.section === section).reduce((sum, { amount }) => sum + amount, 0n);
    expect(total("in")).to.equal(530_500n);
    expect(total("in")).to.equal(total("held") + total("out"));
    expect(total("owed")).to.equal(700n);
  });

  it("is a table whose amounts stand under each other, with the titles of the document", () => {
    const text = statementTable(sample(), { document: TITLES });
    expect(text).to.include("City 3, Open, budget 10000.00 CNY; as of 2026-05-01T08:00:00Z, block 42");
    const lines = text.split("\n");
    const end = (what: string) => {
      const line = lines.find((one) => one.startsWith(what)) ?? "";
      return columnsOf(line);
    };
    expect(end("Came in")).to.equal(end("  put in by funders"));
    expect(end("Came in")).to.equal(end("  works: for milestones that were requested"));
    expect(lines.find((line) => line.startsWith("Came in"))).to.match(/ 5305\.00$/);
    const status = ["0          地基", "1          =HYP", "2          门"].map((start) => {
      const line = lines.find((one) => one.startsWith(start)) ?? "";
      return columnsOf(line.slice(0, line.search(/Settled|Planned|Dropped/)));
    });
    expect(new Set(status).size).to.equal(1);
    expect(text).to.include("Defects claimed of the subcontractor at seat 4: 10.00, until 2026-05-01T08:00:00Z");
    expect(text).to.match(/\n2 +2026-05-01 +by a court's order +1 +100\.00 +0x/);
    expect(text).to.include(
      "Due next: the arbiter's ruling on defects of the subcontractor at seat 4, 2026-05-01T08:00:00Z",
    );
    const empty = statementTable({ ...sample(), payments: [], next: null });
    expect(empty).to.include("No works money was paid yet.").and.include("Nothing is due.");
  });

  it("is a CSV that reads back, with no formula in it", () => {
    const statement = sample();
    const csv = statementCsv(statement, { document: TITLES });
    const rows = parse(csv, { columns: true }) as unknown as Record<string, string>[];
    const find = (section: string, item: string, what?: string) =>
      rows.find((row) => row["section"] === section && row["item"] === item && (what ?? row["what"]) === row["what"]);
    expect(find("in", "", "put in by funders")).to.include({ amount: "5000.00", currency: "CNY" });
    expect(find("seat", "4", "paid")).to.include({ amount: "970.00", account: ACCOUNT });
    expect(find("seat", "0")).to.equal(undefined);
    expect(find("milestone", "0")).to.include({ what: "Settled", at: "2026-05-01T08:00:00Z", reference: "地基与基础" });
    expect(find("milestone", "1")?.["reference"]).to.equal("'=HYPERLINK(1)");
    const [payment] = statement.payments;
    expect(find("payment", "0")).to.include({
      what: "Payout",
      party: payment!.payee,
      reference: payment!.transactionId,
    });
    expect(statementCsv(statement)).to.include("milestone,2,Dropped,0.00,CNY,,,,\n");
  });

  it("says what is due in words", () => {
    const at = new Date("2026-05-01T00:00:00Z");
    const words = (
      ["Answer", "Settlement", "Ruling", "DefectRuling", "Retention", "ProjectEnd", "CloseOut"] as const
    ).map((kind) => dueInWords({ kind, index: 1, at }));
    expect(words).to.deep.equal([
      "the supervisor's answer to milestone 1, 2026-05-01",
      "the settlement of milestone 1, 2026-05-01",
      "the arbiter's ruling on milestone 1, 2026-05-01",
      "the arbiter's ruling on defects of the contractor, 2026-05-01",
      "the retention of the contractor, 2026-05-01",
      "the end of the project, 2026-05-01",
      "the close-out of wages, 2026-05-01",
    ]);
    expect(seatInWords(FIRST_SUBCONTRACTOR)).to.equal("the subcontractor at seat 4");
  });
});

describe("the check of a statement", () => {
  it("finds nothing in books that add up, and each sum that does not", () => {
    expect(checkStatement(sample())).to.deep.equal([]);
    const wrong = (change: (statement: Statement) => unknown) => {
      const statement = sample();
      change(statement);
      return checkStatement(statement);
    };
    expect(wrong(({ works }) => works.available++)).to.deep.equal([
      "works money that came in, and that left or is there differ: 5000.00 and 5000.01; tell the network",
    ]);
    expect(wrong(({ wages }) => wages.free++)).to.have.length(1);
    expect(wrong(({ wages }) => (wages.fed++, wages.free++))).to.have.length(1);
    expect(wrong(({ wages }) => (wages.advanced++, wages.free++))).to.have.length(1);
    expect(wrong(({ wages }) => (wages.advanced++, wages.fed--))).to.deep.equal([]);
    expect(wrong(({ wages }) => (wages.withheld++, wages.free++))).to.have.length(1);
    expect(wrong(({ wages }) => (wages.surplus++, wages.free--))).to.have.length(1);
    expect(wrong(({ seats }) => seats[1]!.credit++)).to.have.length(1);
    expect(wrong(({ seats }) => seats[4]!.retained++)).to.have.length(1);
    expect(wrong(({ seats }) => seats[4]!.earned++)).to.have.length(1);
    expect(wrong(({ seats }) => seats[4]!.paid++)).to.have.length(2);
    expect(wrong(({ milestones }) => milestones[0]!.award--)).to.have.length(1);
    expect(wrong(({ milestones }) => (milestones[0]!.award += 1_001n))).to.have.length(1);
    expect(wrong(({ milestones }) => (milestones[0]!.award += 1_000n))).to.deep.equal([]);
    expect(wrong(({ milestones }) => (milestones[1]!.committed = true))).to.have.length(1);
    expect(wrong(({ milestones }) => milestones[1]!.amount--)).to.have.length(1);
    expect(wrong(({ payments }) => (payments[1]!.kind = "Refund"))).to.have.length(3);
    expect(wrong(({ payments }) => (payments[1]!.seat = 1))).to.have.length(2);
    expect(wrong(({ payments }) => payments.pop())).to.have.length(1);
    expect(wrong((statement) => (statement.budget = 499_999n))[0]).to.include("more was put in than the budget");
  });
});
