// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {PayrollId} from "./PayrollId.sol";
import {ProjectId} from "./ProjectId.sol";
import {IWageRules} from "./IWageRules.sol";

/// @title Wages of a project, from the account that is fed first to the workers' own accounts.
/// @notice Everything here is in minor units of the project's currency.
///
/// A payroll is filed with all its rows, and the contract computes sum and root; what is approved is reserved, in the order of approval:
/// from the wages put in, then from the deposit, then from works money that is not committed; the rest is the contractor's debt,
/// withheld from its next payments. Anyone pushes the payments of what is reserved.
///
/// Trust assumptions
/// - The labour office, (city, LABOUR), says who is a worker, with the employment claim that an issuer of the project's schema made; alone
///   it enrols nobody. It rules on rows, within what was filed, and takes into custody what nobody could be paid after the end.
/// - The contractor approves payrolls, and answers for them: what it approves is paid from its deposit, and withheld from its payments.
/// - No court, no dispute, no freeze and no suspension reaches this contract; money here leaves to the workers of the project or, when they
///   are paid and the project is over, to who put it in.
interface IWageAccount is IWageRules {
    /// @notice Where money came from.
    /// @param Share Of what was put into the project.
    /// @param Withheld From payments of the contractor.
    enum Inflow {
        Share,
        Withheld
    }

    /// @notice Money came from FundEscrow.
    event WagesFed(ProjectId indexed project, Inflow inflow, uint128 amount);

    // -------------------------------------------------------------------------------------------------------------- money in

    /// @notice Book what FundEscrow has just sent. By the FundEscrow.
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external;

    /// @notice Pay into the deposit, up to what is missing of it. By an operator of the contractor, or its account.
    function payDeposit(ProjectId project, uint128 amount) external;

    /// @notice Pay what is owed to workers and what is free does not cover: a bank that honours its guarantee, the contractor, the owner.
    /// By anyone.
    function cover(ProjectId project, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- what is owed

    /// @notice Approve a payroll: its total without rows aside is owed, and reserved as far as money is there. By an operator of the
    /// contractor, from OBJECTION_TIME after filing on, or of a supplementary one that it did not file by the labour office; by anyone,
    /// once nobody opposed the whole window, if it is not supplementary. Refused if more would be owed than the budget is.
    function approve(PayrollId payroll, CityId[] calldata lineage) external;

    /// @notice Reserve for what is owed, oldest first, as far as money is there. By anyone.
    /// @param count How many payrolls or rows at most.
    function reserve(ProjectId project, uint256 count) external;

    /// @notice Pay rows of an approved payroll as far as they are covered: wholly, or if its total is not covered, in proportion, rounded
    /// down, and the rest once it is. By anyone. Of many, what cannot be paid is skipped.
    /// @return paid How many rows were paid something.
    function pay(PayrollId payroll, ProvenRow[] calldata rows) external returns (uint256 paid);

    // -------------------------------------------------------------------------------------------------------------- the end

    /// @notice Send what is free back to FundEscrow, once the project is over, CLAIM_WINDOW has passed, all payrolls and rows are decided,
    /// and what is owed is covered as far as money is there; first to the deposit, as much as the contractor has borne. By anyone.
    function closeOut(ProjectId project) external;

    /// @notice Return the deposit, after the close-out. By anyone, to the contractor's account.
    function returnDeposit(ProjectId project) external;

    /// @notice Take what is reserved under a payroll or an admitted row and could not be paid, CUSTODY_WAIT after the close-out. By the
    /// labour office, which pays it for the workers' signatures. Rows under the key are not paid here any more.
    /// @param key The payroll's id, or the row's key (rowKeyOf).
    function takeIntoCustody(ProjectId project, bytes32 key, address account, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the employment claims.
    function claims() external view returns (IClaimRegistry);

    /// @notice The books of a project.
    function booksOf(ProjectId project) external view returns (WageBooks memory);

    /// @notice What the contractor owes: wages that are not covered, nor could be from what is free, and, until the close-out, what was
    /// used of the deposit.
    function owedOf(ProjectId project) external view returns (uint128);

    /// @notice Whether deposit and guarantee are as the terms ask.
    function isSecured(ProjectId project) external view returns (bool);

    /// @notice Whether arrears are open, so that milestones wait.
    function inArrears(ProjectId project) external view returns (bool);

    /// @notice The last declared arrears.
    function arrearsOf(ProjectId project) external view returns (Arrears memory);

    /// @notice How many workers must sign to declare arrears: a tenth, at least 3 and at most 50.
    function quorumOf(ProjectId project) external view returns (uint256);

    /// @notice The guarantee: how much, and until when.
    function guaranteeOf(ProjectId project) external view returns (uint128 amount, uint40 until);

    /// @notice When wages were closed out, UTC seconds; 0 if they were not.
    function closedOutAt(ProjectId project) external view returns (uint40);

    /// @notice How many payrolls and rows wait for a decision.
    function undecidedOf(ProjectId project) external view returns (uint32);

    /// @notice A worker; all zero for none.
    function workerOf(ProjectId project, uint32 worker) external view returns (Worker memory);

    /// @notice How many workers were enrolled.
    function workerCount(ProjectId project) external view returns (uint32);

    /// @notice The number of the worker with this tag; 0 for none.
    function workerByTag(ProjectId project, bytes32 tag) external view returns (uint32);

    /// @notice The number of the worker who is paid to this account; 0 for none.
    function workerByAccount(ProjectId project, address account) external view returns (uint32);

    /// @notice Whether the worker is in a payroll of the month.
    function isFiled(ProjectId project, TaxPeriod period, uint32 worker) external view returns (bool);

    /// @notice State of a payroll.
    function payrollOf(PayrollId payroll) external view returns (PayrollState memory);

    /// @notice What is owed under a payroll's id, or a row's key.
    function reservationOf(bytes32 key) external view returns (Reservation memory);

    /// @notice What waits for money, oldest first, by page: payrolls' ids and rows' keys.
    function queueOf(ProjectId project, uint256 start, uint256 count) external view returns (bytes32[] memory keys);

    /// @notice How many were queued, and how many of them are wholly covered.
    function queueLength(ProjectId project) external view returns (uint256 queued, uint256 covered);

    /// @notice What became of a row, until when it waits for a ruling while it is aside, and what of it was paid in parts.
    function rowOf(
        PayrollId payroll,
        uint32 position
    ) external view returns (RowStatus status, uint40 until, uint128 paidInPart);

    /// @notice The key of a row that was set aside.
    function rowKeyOf(PayrollId payroll, uint32 position) external pure returns (bytes32);

    /// @notice The payroll's id.
    function idOf(Payroll calldata payroll) external view returns (PayrollId);

    /// @notice What is signed to enrol.
    function digestOf(Enrolment calldata enrolment) external view returns (bytes32);

    /// @notice Sum and Merkle root of rows. A leaf is keccak(bytes.concat(keccak(abi.encode(ROW_TYPEHASH, payroll, position, worker,
    /// amount)))), of WageRow(bytes32 payroll,uint32 position,uint32 worker,uint128 amount); pairs are hashed smaller first, and an odd
    /// one moves up.
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root);
}
