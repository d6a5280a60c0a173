import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { FIRST_SUBCONTRACTOR, SEATS } from "../../../src/escrow/seat.js";
import * as status from "../../../src/escrow/status.js";

const SOURCES = globSync("contracts/escrow/*.sol").map((file) => readFileSync(file, "utf8"));

/** The members of a Solidity enum, in their order. */
function membersOf(name: string): string[] {
  const [members = "", ...others] = SOURCES.flatMap(
    (source) => new RegExp(`enum ${name} \\{([^}]+)\\}`).exec(source)?.[1] ?? [],
  );
  expect(others, name).to.deep.equal([]);
  return members.split(",").map((member) => member.trim());
}

describe("states of projects and wages", () => {
  it("have the names and the order of the contracts' enums", () => {
    for (const [name, names] of [
      ["ProjectStatus", status.PROJECT_STATUSES],
      ["MilestoneStatus", status.MILESTONE_STATUSES],
      ["PaymentKind", status.WORKS_PAYMENT_KINDS],
      ["DueKind", status.DUE_KINDS],
      ["PayrollStatus", status.PAYROLL_STATUSES],
      ["RowStatus", status.ROW_STATUSES],
      ["Inflow", status.INFLOWS],
      ["RedemptionStatus", status.REDEMPTION_STATUSES],
    ] as const) {
      expect(membersOf(name), name).to.deep.equal([...names]);
    }
  });

  it("have the numbers of the contracts' seats", () => {
    const source = readFileSync("contracts/escrow/Project.sol", "utf8");
    const numbers = { ...SEATS, FIRST_SUBCONTRACTOR };
    for (const [name, number] of Object.entries(numbers)) {
      expect(source).to.include(`uint16 constant ${name.toUpperCase()} = ${number};`);
    }
  });
});
