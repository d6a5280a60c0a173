// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {PayrollId} from "./PayrollId.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Wages of a project, from the account that is fed first to the workers' own accounts.
/// @notice Everything here is in minor units of the project's currency. It moves money as PayrollRegistry says, to the accounts that
/// WorkerRegistry says, and has no opinion.
///
/// What is owed is reserved, in the order in which it became so: from the wages put in, then from the deposit, then from works money that
/// is not committed; the rest is the contractor's debt, withheld from its next payments. Anyone pushes the payments of what is reserved.
///
/// No court, no dispute, no freeze and no suspension reaches this contract; money here leaves to the workers of the project or, when they
/// are paid and the project is over, to who put it in. What nobody could be paid after the end, the labour office takes into custody.
interface IWageAccount {
    /// @notice Where money came from.
    /// @param Share Of what was put into the project.
    /// @param Withheld From payments of the contractor.
    enum Inflow {
        Share,
        Withheld
    }

    /// @notice What is owed under an approved payroll, or a row that was set aside and then admitted.
    /// @param total What is owed.
    /// @param reserved What of it is set apart.
    /// @param paid What of that has left.
    struct Reservation {
        uint128 total;
        uint128 reserved;
        uint128 paid;
    }

    /// @notice The books of a project, in minor units. Always: fed + advanced + withheld + covered + deposited
    /// == paid + custody + depositReturned + surplus + free + deposit + reserved.
    /// @param fed Wage shares of what was put in.
    /// @param advanced Works money drawn for wages.
    /// @param withheld Kept from the contractor's payments.
    /// @param covered Paid in by anyone for what was owed.
    /// @param deposited Paid in as deposit.
    /// @param paid To workers.
    /// @param custody To the labour office's custody.
    /// @param depositReturned To the contractor.
    /// @param surplus Back to FundEscrow, for who put it in.
    /// @param free Bucket: wages nobody has a claim on yet.
    /// @param deposit Bucket: the deposit.
    /// @param reserved Bucket: set apart for rows, and not paid yet.
    /// @param owed What is approved and not covered: the contractor's debt.
    /// @param depositOwed What of the deposit was used, and the contractor must replace.
    struct WageBooks {
        uint128 fed;
        uint128 advanced;
        uint128 withheld;
        uint128 covered;
        uint128 deposited;
        uint128 paid;
        uint128 custody;
        uint128 depositReturned;
        uint128 surplus;
        uint128 free;
        uint128 deposit;
        uint128 reserved;
        uint128 owed;
        uint128 depositOwed;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice Money came from FundEscrow.
    event WagesFed(ProjectId indexed project, Inflow inflow, uint128 amount, uint40 previousBlock);
    /// @notice Somebody paid what was owed.
    event WagesCovered(ProjectId indexed project, address indexed by, uint128 amount, uint40 previousBlock);
    /// @notice The contractor paid into the deposit.
    event WageDepositPaid(ProjectId indexed project, address indexed by, uint128 amount, uint40 previousBlock);
    /// @notice The deposit went back to the contractor.
    event WageDepositReturned(ProjectId indexed project, address indexed account, uint128 amount, uint40 previousBlock);
    /// @notice A bank attests that it guarantees the deposit.
    event GuaranteeAttested(ProjectId indexed project, uint128 amount, uint40 until, address by, uint40 previousBlock);
    /// @notice Money was set apart for what is owed under `key`: the payroll's id, or a row's key.
    event WagesReserved(
        ProjectId indexed project,
        bytes32 indexed key,
        uint128 fromWages,
        uint128 fromDeposit,
        uint128 fromWorks,
        uint40 previousBlock
    );
    /// @notice A worker was paid.
    event WagePaid(
        PayrollId indexed payroll,
        uint32 indexed worker,
        address indexed account,
        uint32 position,
        uint128 amount
    );
    /// @notice A payment failed and changed nothing: it can be pushed again.
    event WageNotPaid(PayrollId indexed payroll, uint32 indexed worker, address indexed account, uint32 position);
    /// @notice Workers were paid, as the WagePaid of the same transaction say one by one.
    event WagesPaid(
        ProjectId indexed project,
        PayrollId indexed payroll,
        uint256 count,
        uint128 amount,
        uint40 previousBlock
    );
    /// @notice All payrolls are decided and the project is over: what is free went back.
    event WagesClosedOut(ProjectId indexed project, uint128 surplus, address by, uint40 previousBlock);
    /// @notice The labour office took into custody what could not be paid under `key`.
    event WagesTakenIntoCustody(
        ProjectId indexed project,
        bytes32 indexed key,
        address indexed account,
        uint128 amount,
        address by,
        uint40 previousBlock
    );

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The registries of payrolls, workers and projects do not belong together.
    error RegistriesDiffer();
    /// @notice Only the project's FundEscrow.
    error NotEscrow(address caller);
    /// @notice Only the PayrollRegistry.
    error NotPayrollRegistry(address caller);
    /// @notice There is nothing in the list, or nothing to do.
    error NothingToDo();
    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, IProjectRegistry.ProjectStatus status);
    /// @notice The account is none.
    error AccountInvalid(ProjectId project, address account);
    /// @notice The payroll is not in a state for this.
    error PayrollNotReady(PayrollId payroll, IPayrollRegistry.PayrollStatus status);
    /// @notice Nothing of the project is owed under the key.
    error KeyUnknown(ProjectId project, bytes32 key);
    /// @notice It can be done from then on.
    error NotYet(uint40 from);
    /// @notice The row is not in a state for this.
    error RowNotReady(PayrollId payroll, uint32 position, IPayrollRegistry.RowStatus status);
    /// @notice The payment of the only row failed: the token refuses the account.
    error PaymentFailed(uint32 worker, address account);
    /// @notice The amount is nothing, or more than this.
    error AmountInvalid(uint128 amount, uint128 limit);
    /// @notice Only an operator of the contractor, or its account.
    error NotContractor(ProjectId project, address caller);
    /// @notice Wages were closed out, or are not yet.
    error CloseOutInvalid(ProjectId project, bool closedOut);
    /// @notice Payrolls, or rows, wait for a decision, or wages for money that is there.
    error StillOpen(ProjectId project, uint32 undecided, uint128 owed);

    // -------------------------------------------------------------------------------------------------------------- money in

    /// @notice Book what FundEscrow has just sent. By the FundEscrow.
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external;

    /// @notice Pay into the deposit, up to what is missing of it. By an operator of the contractor, or its account.
    function payDeposit(ProjectId project, uint128 amount) external;

    /// @notice Attest that a bank guarantees the deposit until a date. By (city, BANKING), under the guard. Replaces an earlier one.
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external;

    /// @notice Pay what is owed to workers and what is free does not cover: a bank that honours its guarantee, the contractor, the owner.
    /// By anyone.
    function cover(ProjectId project, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- what is owed

    /// @notice From now on an amount is owed for a month. By the PayrollRegistry, once for a key.
    /// @param key The payroll's id; or, of a row that was set aside, its key (IPayrollRegistry.rowKeyOf).
    function owe(ProjectId project, TaxPeriod period, bytes32 key, uint128 amount) external;

    /// @notice Reserve for what is owed, oldest first, as far as money is there. By anyone.
    /// @param count How many payrolls or rows at most.
    function reserve(ProjectId project, uint256 count) external;

    /// @notice Pay rows of an approved payroll as far as they are covered: wholly, or if its total is not covered, in proportion, rounded
    /// down, and the rest once it is. By anyone. Of many, what cannot be paid is skipped. Reverts with RowUnknown
    /// (IPayrollRegistry) if a row is not the payroll's.
    /// @return paid How many rows were paid something.
    function pay(PayrollId payroll, IPayrollRegistry.ProvenRow[] calldata rows) external returns (uint256 paid);

    // -------------------------------------------------------------------------------------------------------------- the end

    /// @notice Send what is free back to FundEscrow, once the project is over, the claim window has passed, all payrolls and rows are
    /// decided, and what is owed is covered as far as money is there, or a year has passed; first to the deposit, as much as the
    /// contractor has borne. By anyone.
    function closeOut(ProjectId project) external;

    /// @notice Return the deposit, after the close-out. By anyone, to the contractor's account.
    function returnDeposit(ProjectId project) external;

    /// @notice Take what is reserved under a payroll or an admitted row and could not be paid, CUSTODY_WAIT after the close-out. By the
    /// labour office, which pays it for the workers' signatures. Rows under the key are not paid here any more.
    /// @param key The payroll's id, or the row's key.
    function takeIntoCustody(ProjectId project, bytes32 key, address account, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of what is owed.
    function payrolls() external view returns (IPayrollRegistry);

    /// @notice The registry of who is paid where.
    function workers() external view returns (IWorkerRegistry);

    /// @notice The books of a project.
    function booksOf(ProjectId project) external view returns (WageBooks memory);

    /// @notice What the contractor owes: wages that are not covered, nor could be from what is free, and, until the close-out, what was
    /// used of the deposit.
    function owedOf(ProjectId project) external view returns (uint128);

    /// @notice What is owed to workers, and neither covered, nor could be from what is free.
    function uncoveredOf(ProjectId project) external view returns (uint128);

    /// @notice Whether deposit and guarantee are as the terms ask.
    function isSecured(ProjectId project) external view returns (bool);

    /// @notice The guarantee: how much, and until when.
    function guaranteeOf(ProjectId project) external view returns (uint128 amount, uint40 until);

    /// @notice When wages were closed out, UTC seconds; 0 if they were not.
    function closedOutAt(ProjectId project) external view returns (uint40);

    /// @notice What is owed under a payroll's id, or a row's key.
    function reservationOf(bytes32 key) external view returns (Reservation memory);

    /// @notice What was reserved so far for payrolls of a month.
    function reservedFor(ProjectId project, TaxPeriod period) external view returns (uint128);

    /// @notice What waits for money, oldest first, by page: payrolls' ids and rows' keys.
    function queueOf(ProjectId project, uint256 start, uint256 count) external view returns (bytes32[] memory keys);

    /// @notice How many were queued, and how many of them are wholly covered.
    function queueLength(ProjectId project) external view returns (uint256 queued, uint256 covered);

    /// @notice What became of a row, until when it waits for a ruling while it is aside, and what of it was paid in parts.
    function rowOf(
        PayrollId payroll,
        uint32 position
    ) external view returns (IPayrollRegistry.RowStatus status, uint40 until, uint128 paidInPart);

    /// @notice Block of the project's last event here; 0 for none.
    function changedIn(ProjectId project) external view returns (uint40);
}
