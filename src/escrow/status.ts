/** States of projects and wages, each list in the order of its Solidity enum (tested equal). */

/** What a project is: IProjectRegistry.ProjectStatus. */
export const PROJECT_STATUSES = ["None", "Open", "Closed", "Terminated"] as const;
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

/** What has become of a milestone, silence counted: IMilestoneRegistry.MilestoneStatus. */
export const MILESTONE_STATUSES = [
  "Planned",
  "Requested",
  "Returned",
  "Approved",
  "Disputed",
  "Ruled",
  "Settled",
] as const;
export type MilestoneStatus = (typeof MILESTONE_STATUSES)[number];

/** Why works money left: IFundEscrow.PaymentKind. */
export const WORKS_PAYMENT_KINDS = ["Payout", "HandOver", "Refund"] as const;
export type WorksPaymentKind = (typeof WORKS_PAYMENT_KINDS)[number];

/** What is due next: IProjectBooks.DueKind. */
export const DUE_KINDS = [
  "Nothing",
  "Answer",
  "Settlement",
  "Release",
  "Ruling",
  "DefectRuling",
  "Retention",
  "ArrearsEnd",
  "Petition",
  "ProjectEnd",
  "CloseOut",
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

/** What has become of a payroll: IPayrollRegistry.PayrollStatus. */
export const PAYROLL_STATUSES = ["Unknown", "Filed", "Approved", "Lapsed"] as const;
export type PayrollStatus = (typeof PAYROLL_STATUSES)[number];

/** What became of a row of a payroll: IPayrollRegistry.RowStatus. */
export const ROW_STATUSES = ["Standing", "Aside", "Admitted", "Paid"] as const;
export type RowStatus = (typeof ROW_STATUSES)[number];

/** Where wages came from: IWageAccount.Inflow. */
export const INFLOWS = ["Share", "Withheld"] as const;
export type Inflow = (typeof INFLOWS)[number];

/** What has become of a redemption: ISettlementToken.RedemptionStatus. */
export const REDEMPTION_STATUSES = ["Unknown", "Requested", "Paid", "Returned", "Withdrawn"] as const;
export type RedemptionStatus = (typeof REDEMPTION_STATUSES)[number];
