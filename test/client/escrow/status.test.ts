import { readFileSync } from "node:fs";

import { expect } from "chai";

import * as status from "../../../src/escrow/status.js";

/** The members of a Solidity enum, in their order. */
function membersOf(contract: string, name: string): string[] {
  const source = readFileSync(`contracts/escrow/${contract}.sol`, "utf8");
  const members = new RegExp(`enum ${name} \\{([^}]+)\\}`).exec(source)?.[1] ?? "";
  return members.split(",").map((member) => member.trim());
}

describe("states of projects and wages", () => {
  it("have the names and the order of the contracts' enums", () => {
    for (const [contract, name, names] of [
      ["IProjectRegistry", "ProjectStatus", status.PROJECT_STATUSES],
      ["IMilestoneRegistry", "MilestoneStatus", status.MILESTONE_STATUSES],
      ["IFundEscrow", "PaymentKind", status.WORKS_PAYMENT_KINDS],
      ["IProjectBooks", "DueKind", status.DUE_KINDS],
      ["IWageAccount", "PayrollStatus", status.PAYROLL_STATUSES],
      ["IWageAccount", "RowStatus", status.ROW_STATUSES],
      ["IWageAccount", "Inflow", status.INFLOWS],
      ["ISettlementToken", "RedemptionStatus", status.REDEMPTION_STATUSES],
    ] as const) {
      expect(membersOf(contract, name), name).to.deep.equal([...names]);
    }
  });
});
