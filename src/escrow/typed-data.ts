/** The EIP-712 types that contracts/escrow hashes and verifies (tested equal). */
import { members, type Types } from "../common/typed-data.js";

export { digestIn, domainAt, domainOf, type SigningContract } from "../common/typed-data.js";

/** The terms of a project, which owner, contractor and supervisor sign; the digest is the project's id. */
export const TERMS_TYPES: Types = {
  Terms: members(
    "uint32 city,Parties parties,Money money,Periods periods,Milestone[] milestones,address[] funders,bytes32 content,uint40 deadline",
  ),
  Parties: members("bytes32 owner,bytes32 contractor,bytes32 supervisor,bytes32 arbiter,address contractorAccount"),
  Money: members(
    "address token,uint128 unit,uint16 currency,uint128 budget,uint16 wageShare,uint128 wageDeposit,uint16 retention,uint16 defaultSplit,address strayTo",
  ),
  Periods: members(
    "uint32 answer,uint32 contest,uint32 ruling,uint32 invoicing,uint40 retentionUntil,uint40 endsAt,uint8 payday,bool silenceApproves,uint32 employment,uint32 evidence",
  ),
  Milestone: members("uint128 amount,bytes32 content"),
};

/** A change of the terms, which the same sign, and the labour office where it lowers wages. */
export const AMENDMENT_TYPES: Types = {
  Amendment: members(
    "bytes32 project,uint32 changes,uint128 budget,uint16 wageShare,uint128 wageDeposit,uint40 endsAt,bytes32 arbiter,MilestoneChange[] milestones,uint40 deadline",
  ),
  MilestoneChange: members("uint16 index,uint128 amount,bytes32 content"),
};

/** A subcontract, which contractor and subcontractor sign. */
export const SUBCONTRACT_TYPES: Types = {
  Subcontract: members(
    "bytes32 project,bytes32 subcontractor,address account,Share[] shares,bytes32 content,uint40 deadline",
  ),
  Share: members("uint16 milestone,uint16 share"),
};

/** Owner, contractor and supervisor end a project. */
export const TERMINATION_TYPES: Types = { Termination: members("bytes32 project,uint32 changes,uint40 deadline") };

/** A worker joins a project; signed by the holder key of the employment claim and by the worker's own key. */
export const ENROLMENT_TYPES: Types = {
  Enrolment: members("bytes32 project,uint16 employer,bytes signer,address account,bytes32 tag,uint40 deadline"),
};

/** A worker is paid elsewhere; signed by the worker's own key. */
export const WORKER_ACCOUNT_TYPES: Types = {
  WorkerAccount: members("bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline"),
};

/** A payroll; the digest is its id. */
export const PAYROLL_TYPES: Types = {
  Payroll: members("bytes32 project,uint16 employer,uint24 period,uint32 serial,bytes32 predecessor"),
};

/** A worker objects to its row; signed by the worker's own key. */
export const OBJECTION_TYPES: Types = { Objection: members("bytes32 payroll,uint32 position,uint40 deadline") };

/** Workers declare arrears; signed by each one's own key. */
export const ARREARS_DECLARATION_TYPES: Types = {
  ArrearsDeclaration: members("bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline"),
};

/** The type of a payroll's rows: the leaves of its tree are hashes of it, hashed twice. */
export const WAGE_ROW_TYPE = "WageRow(bytes32 payroll,uint32 position,uint32 worker,uint128 amount)";
