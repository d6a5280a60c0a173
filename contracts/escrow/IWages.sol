// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claim} from "../identity/Claim.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {PayrollId} from "./PayrollId.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title What wages are: workers, payrolls, what is owed, and what became of it.
/// @notice Everything here is in minor units of the project's currency. See IWageAccount.
interface IWages {
    /// @notice A worker, as registered; signed as EIP-712 by the holder key of the employment claim and by the worker's own key.
    /// @param project The project.
    /// @param employer Seat of the company that employs the worker: the contractor, or a subcontractor.
    /// @param signer The worker's own key for this project (ERC-7913), which appears nowhere else.
    /// @param account Where the worker is paid; nobody else's in the project.
    /// @param tag Keyed tag of the person, by the tag service: no person twice in a project.
    /// @param deadline Last moment to enrol, UTC seconds.
    struct Enrolment {
        ProjectId project;
        uint16 employer;
        bytes signer;
        address account;
        bytes32 tag;
        uint40 deadline;
    }

    /// @notice The employment claim: about two, the employer and the worker.
    /// @param claim The claim, of the project's schema, active.
    /// @param path Of a claim in a batch, the path to the root.
    /// @param party Which party the worker is: 0 or 1; the employer is the other.
    /// @param subject Commitment to the worker (Commitments.subject), unopened.
    /// @param employerSalt Opens the commitment to the employer.
    /// @param holder The worker's holder key.
    /// @param holderSalt Opens the commitment to it.
    /// @param employerHolder Commitment to the employer's holder key.
    /// @param signature The holder key's, over the enrolment.
    /// @param ownSignature The worker's own key's, over the enrolment.
    struct Employment {
        Claim claim;
        bytes32[] path;
        uint8 party;
        bytes32 subject;
        bytes32 employerSalt;
        bytes holder;
        bytes32 holderSalt;
        bytes32 employerHolder;
        bytes signature;
        bytes ownSignature;
    }

    /// @notice An enrolled worker.
    /// @param account Where it is paid.
    /// @param employer Seat of the employer.
    /// @param enrolledAt UTC seconds; 0 for none.
    /// @param changes How often the account changed: what the next order binds.
    /// @param key keccak-256 of the worker's own key.
    struct Worker {
        address account;
        uint16 employer;
        uint40 enrolledAt;
        uint32 changes;
        bytes32 key;
    }

    /// @notice A payroll. Its EIP-712 digest is its id.
    /// @param project The project.
    /// @param employer Seat of the employer of all its workers.
    /// @param period The month.
    /// @param serial The employer's number of it.
    /// @param predecessor Zero; or, of a supplementary one, the payroll of the same employer and month that it supplements: workers may
    /// then have a payment of the month already, and silence is no approval.
    struct Payroll {
        ProjectId project;
        uint16 employer;
        TaxPeriod period;
        uint32 serial;
        PayrollId predecessor;
    }

    /// @notice A row of a payroll.
    /// @param worker The worker's number in the project, ascending.
    /// @param amount What is paid; not zero.
    struct Row {
        uint32 worker;
        uint128 amount;
    }

    /// @notice A row of a filed payroll, proven.
    /// @param position Its place, from 0.
    /// @param proof Path to the payroll's root (MerkleProof of OpenZeppelin), in the tree that rootOf computes.
    struct ProvenRow {
        uint32 position;
        uint32 worker;
        uint128 amount;
        bytes32[] proof;
    }

    /// @notice What has become of a payroll.
    /// @param Unknown Nothing was filed under this id.
    /// @param Filed Rows can be set aside.
    /// @param Approved By the contractor, or by silence: its total is reserved as money comes.
    /// @param Lapsed A supplementary one that nobody approved.
    enum PayrollStatus {
        Unknown,
        Filed,
        Approved,
        Lapsed
    }

    /// @notice State of a payroll.
    /// @param project Its project.
    /// @param employer Seat of the employer.
    /// @param period The month.
    /// @param supplementary Whether it has a predecessor.
    /// @param byOffice Whether the labour office filed it.
    /// @param rows How many.
    /// @param filedAt UTC seconds.
    /// @param changedIn Block of its last event.
    /// @param total Sum of the rows.
    /// @param aside Sum of the rows that were set aside.
    /// @param root Of the tree of rows.
    struct PayrollState {
        ProjectId project;
        PayrollStatus status;
        uint16 employer;
        TaxPeriod period;
        bool supplementary;
        bool byOffice;
        uint32 rows;
        uint40 filedAt;
        uint40 changedIn;
        uint128 total;
        uint128 aside;
        bytes32 root;
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

    /// @notice What became of a row.
    /// @param Standing As the payroll.
    /// @param Aside Opposed by the contractor, or objected to by the worker.
    /// @param Admitted Was aside; owed by itself, as ruled or as filed.
    /// @param Paid Wholly.
    enum RowStatus {
        Standing,
        Aside,
        Admitted,
        Paid
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

    /// @notice Declared arrears of a project; the last ones.
    /// @param period The month.
    /// @param amount What is missing.
    /// @param baseline What payrolls of the month had been covered when they were declared.
    /// @param until When they end by themselves, UTC seconds; 0 for none.
    /// @param count How many were declared so far: what the next declaration by workers binds.
    struct Arrears {
        TaxPeriod period;
        uint128 amount;
        uint128 baseline;
        uint40 until;
        uint32 count;
    }

    /// @notice A worker's signature under a declaration of arrears.
    struct WorkerSignature {
        uint32 worker;
        bytes signer;
        bytes signature;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice Somebody paid what was owed.
    event WagesCovered(ProjectId indexed project, address indexed by, uint128 amount);
    /// @notice The contractor paid into the deposit.
    event WageDepositPaid(ProjectId indexed project, address indexed by, uint128 amount);
    /// @notice A bank attests that it guarantees the deposit.
    event GuaranteeAttested(ProjectId indexed project, uint128 amount, uint40 until, address by);
    /// @notice A worker was enrolled.
    event WorkerEnrolled(
        ProjectId indexed project,
        uint32 indexed worker,
        uint16 indexed employer,
        address account,
        bytes signer,
        bytes32 tag,
        ClaimId claim,
        address by
    );
    /// @notice A worker is paid elsewhere.
    event WorkerAccountChanged(ProjectId indexed project, uint32 indexed worker, address account);
    /// @notice A payroll was filed.
    event PayrollFiled(
        PayrollId indexed payroll,
        ProjectId indexed project,
        uint16 indexed employer,
        Payroll header,
        uint128 total,
        bytes32 root,
        Row[] rows,
        address by
    );
    /// @notice A row was set aside until `until`: by the contractor, or (`byWorker`) by its worker.
    event RowSetAside(
        PayrollId indexed payroll,
        uint32 indexed position,
        bool byWorker,
        uint40 until,
        uint40 previousBlock
    );
    /// @notice A row that was aside is owed by itself, or with an amount of 0 not at all. `by` is zero where no ruling came.
    event RowAdmitted(
        PayrollId indexed payroll,
        uint32 indexed position,
        uint128 amount,
        address by,
        uint40 previousBlock
    );
    /// @notice A payroll was approved; `silent` if nobody had opposed it in time.
    event PayrollApproved(
        PayrollId indexed payroll,
        ProjectId indexed project,
        uint128 amount,
        bool silent,
        address by,
        uint40 previousBlock
    );
    /// @notice A supplementary payroll was approved by nobody.
    event PayrollLapsed(PayrollId indexed payroll, uint40 previousBlock);
    /// @notice Money was set apart for what is owed under `key`: the payroll's id, or a row's key.
    event WagesReserved(
        ProjectId indexed project,
        bytes32 indexed key,
        uint128 fromWages,
        uint128 fromDeposit,
        uint128 fromWorks
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
    /// @notice Arrears were declared. `by` is the labour office's officer, or zero where workers did.
    event ArrearsDeclared(ProjectId indexed project, TaxPeriod period, uint128 amount, uint40 until, address by);
    /// @notice They are over. `by` is the labour office's officer who dismissed them, or zero where they were paid.
    event ArrearsEnded(ProjectId indexed project, address by);
    /// @notice All payrolls are decided and the project is over: what is free went back.
    event WagesClosedOut(ProjectId indexed project, uint128 surplus, address by);
    /// @notice The deposit went back to the contractor.
    event WageDepositReturned(ProjectId indexed project, address indexed account, uint128 amount);
    /// @notice The labour office took into custody what could not be paid under `key`.
    event WagesTakenIntoCustody(
        ProjectId indexed project,
        bytes32 indexed key,
        address indexed account,
        uint128 amount,
        address by
    );

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice Only the project's FundEscrow.
    error NotEscrow(address caller);
    /// @notice There is nothing in the list, or nothing to do with what is in it.
    error NothingToDo();
    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, IProjectRegistry.ProjectStatus status);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice The signature is not the signer's over this order.
    error SignatureInvalid(bytes signer);
    /// @notice The seat is none of a company that employs: the contractor, or a subcontractor.
    error NotEmployer(ProjectId project, uint16 seat);
    /// @notice The person is enrolled in the project under another number.
    error TagEnrolled(ProjectId project, bytes32 tag, uint32 worker);
    /// @notice The account is another worker's, the employer's, one of the contracts that keep the money, or none.
    error AccountInvalid(ProjectId project, address account);
    /// @notice The claim is not active.
    error ClaimNotActive(ClaimId claim, IClaimRegistry.ClaimStatus status);
    /// @notice The claim is not one of the project's schema, between this employer and this key.
    error EmploymentInvalid(ClaimId claim);
    /// @notice There is no such worker, or it is employed by another company.
    error WorkerInvalid(ProjectId project, uint32 worker);
    /// @notice The key is not the worker's.
    error NotWorkerKey(ProjectId project, uint32 worker);
    /// @notice The very same payroll was filed already.
    error PayrollExists(PayrollId payroll);
    /// @notice The payroll is not in a state for this.
    error PayrollNotReady(PayrollId payroll, PayrollStatus status);
    /// @notice The month is none, has not begun, or its payroll is not due yet, where the labour office files.
    error WagePeriodInvalid(TaxPeriod period);
    /// @notice A payroll has 1 to MAX_ROWS rows, workers ascending, none of nothing.
    error RowsInvalid(uint256 position);
    /// @notice The worker is in a payroll of this month already.
    error WorkerPaidTwice(ProjectId project, uint32 worker, TaxPeriod period);
    /// @notice The predecessor is not a payroll of this employer and month.
    error PredecessorInvalid(PayrollId predecessor);
    /// @notice The caller may not do this for the payroll.
    error NotAuthorized(PayrollId payroll, address caller);
    /// @notice It can be done from then on.
    error NotYet(uint40 from);
    /// @notice It could be done until then.
    error TooLate(uint40 until);
    /// @notice The row is not of this payroll.
    error RowUnknown(PayrollId payroll, uint32 position);
    /// @notice The row is not in a state for this.
    error RowNotReady(PayrollId payroll, uint32 position, RowStatus status);
    /// @notice A ruling is within what was filed.
    error AboveFiled(uint128 amount, uint128 filed);
    /// @notice The payment of the only row failed: the token refuses the account.
    error PaymentFailed(uint32 worker, address account);
    /// @notice The amount is nothing, or more than this.
    error AmountInvalid(uint128 amount, uint128 limit);
    /// @notice Only an operator of the contractor, or its account.
    error NotContractor(ProjectId project, address caller);
    /// @notice Arrears are open already, or none are.
    error ArrearsNotReady(ProjectId project, uint40 until);
    /// @notice Too few workers have signed, one of them twice, or one enrolled less than 30 days ago.
    error QuorumInvalid(ProjectId project, uint256 signed, uint256 needed);
    /// @notice Wages were closed out, or are not yet.
    error CloseOutInvalid(ProjectId project, bool closedOut);
    /// @notice Payrolls, or rows, wait for a decision, or wages for money that is there.
    error StillOpen(ProjectId project, uint32 undecided, uint128 owed);
}
