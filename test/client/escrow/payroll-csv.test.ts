import { expect } from "chai";

import { PAYROLL_FAULTS, PayrollFileError, readPayrollCsv } from "../../../src/escrow/payroll-csv.js";

const ACCOUNT = "0x8ba1f109551bD432803012645Ac136ddd64DBA72";

describe("the file of a payroll", () => {
  it("shows no private key that stands in the place of a worker", () => {
    const { faults } = readPayrollCsv(`worker,amount\n0x${"4c".repeat(32)},1.00\n`, 2);
    expect(faults.map(({ fault }) => fault)).to.deep.equal(["WorkerInvalid"]);
    expect(faults[0]?.message)
      .to.match(/^what looks like a private key/)
      .and.not.to.contain("4c4c");
  });

  it("names its columns in any order, and keeps others for the office", () => {
    const csv = `\ufeff"姓名, 工种",Amount,worker\r\n张三,6500.00,1\r\n"李四\n(夜班)", 7200.5 ,${ACCOUNT}\r\n\r\n,,\r\n王五,0.01,4294967295\r\n`;
    expect(readPayrollCsv(csv, 2)).to.deep.equal({
      faults: [],
      lines: [
        { line: 2, worker: 1, amount: 650_000n },
        { line: 4, account: ACCOUNT, amount: 720_050n },
        { line: 7, worker: 4_294_967_295, amount: 1n },
      ],
    });
    expect(readPayrollCsv(`worker,amount\n1,${ACCOUNT.length}`, 0).lines).to.deep.equal([
      { line: 2, worker: 1, amount: 42n },
    ]);
  });

  it("says all that is wrong at once, with its lines", () => {
    const lines = [
      ...["worker,amount", "1,6500.00", "0,6500.00", "-2,6500.00", "3,6500.005", "4,0", "5,-1.00", "6,", ",1.00"],
      ...["7,6 500", '8,"6,500.00"', "9,1e3", `${ACCOUNT.replace("b", "B")},1`, "4294967296,1", "10"],
      ...["张三,abc", "11,792281625142643375935439503.36"],
    ];
    const { lines: read, faults } = readPayrollCsv(lines.join("\n"), 2);
    expect(faults.map(({ line, fault }) => [line, fault])).to.deep.equal([
      [3, "WorkerInvalid"],
      [4, "WorkerInvalid"],
      [5, "AmountInvalid"],
      [6, "AmountInvalid"],
      [7, "AmountInvalid"],
      [8, "AmountInvalid"],
      [9, "WorkerInvalid"],
      [10, "AmountInvalid"],
      [11, "AmountInvalid"],
      [12, "AmountInvalid"],
      [13, "WorkerInvalid"],
      [14, "WorkerInvalid"],
      [15, "AmountInvalid"],
      [16, "WorkerInvalid"],
      [16, "AmountInvalid"],
      [17, "AmountInvalid"],
    ]);
    expect(read).to.have.length(16);
    const messages = new Map(faults.map(({ line, message }) => [line, message]));
    expect(messages.get(5)).to.equal("6500.005 has more than 2 digits after the point");
    expect(messages.get(6)).to.equal("0 is no wage: it is above zero");
    expect(messages.get(9)).to.equal("nothing is neither a worker's number nor an account");
    expect(messages.get(13)).to.match(/mistyped: its capital letters do not fit/);
    expect(messages.get(17)).to.match(/more than a wage can be/);
    const error = new PayrollFileError(faults);
    for (const { line, message } of faults) expect(error.message).to.include(`line ${line}: ${message}`);
    for (const { fault } of faults) expect(PAYROLL_FAULTS).to.include(fault);
  });

  it("is none without rows, without a column, or that is no CSV", () => {
    for (const [csv, fault, message] of [
      ["", "ColumnMissing", /no column worker and no column amount/],
      ["worker;amount\n1;2", "ColumnMissing", /no column worker and no column amount/],
      ["worker,name\n1,2", "ColumnMissing", /^the heading has no column amount; it is worker,amount$/],
      ["worker,amount\n", "Empty", /no rows/],
      ["worker,amount\n\n , \n", "Empty", /no rows/],
      ['worker,amount\n1,"2\n', "Unreadable", /this is no CSV/],
    ] as const) {
      const { lines, faults } = readPayrollCsv(csv, 2);
      expect(lines).to.deep.equal([]);
      expect(faults.map((one) => one.fault)).to.deep.equal([fault]);
      expect(faults[0]!.message).to.match(message);
      expect(faults[0]!.line).to.be.greaterThan(0);
    }
  });
});
