// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {Claim} from "../identity/Claim.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {PayrollId} from "./PayrollId.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

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
interface IWageAccount {
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

    /// @notice Where money came from.
    /// @param Share Of what was put into the project.
    /// @param Withheld From payments of the contractor.
    enum Inflow {
        Share,
        Withheld
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

    /// @notice Money came from FundEscrow.
    event WagesFed(ProjectId indexed project, Inflow inflow, uint128 amount);
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
    error PeriodInvalid(TaxPeriod period);
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

    // -------------------------------------------------------------------------------------------------------------- money in

    /// @notice Book what FundEscrow has just sent. By the FundEscrow.
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external;

    /// @notice Pay into the deposit, up to what is missing of it. By an operator of the contractor, or its account.
    function payDeposit(ProjectId project, uint128 amount) external;

    /// @notice Attest that a bank guarantees the deposit until a date. By (city, BANKING), under the guard. Replaces an earlier one.
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external;

    /// @notice Pay what is owed to workers: a bank that honours its guarantee, the contractor, the owner. By anyone.
    function cover(ProjectId project, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- workers

    /// @notice Enrol a worker. By (city, LABOUR), under the guard.
    /// @return worker The worker's number in the project, from 1.
    function enrol(Enrolment calldata enrolment, Employment calldata employment) external returns (uint32 worker);

    /// @notice Have a worker paid elsewhere. By anyone, with the worker's own key's signature over
    /// WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline).
    function changeAccount(
        ProjectId project,
        uint32 worker,
        address account,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external;

    // -------------------------------------------------------------------------------------------------------------- payrolls

    /// @notice File a payroll with all its rows. By an operator of the employer; once it is due, by the labour office. Until CLAIM_WINDOW
    /// after the project's end.
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId);

    /// @notice Set rows aside. By an operator of the contractor, within OPPOSITION_WINDOW of filing, before approval. Rows that are aside
    /// are skipped.
    function oppose(PayrollId payroll, ProvenRow[] calldata rows) external;

    /// @notice Set one's own row aside. By anyone, in the same time, with the worker's own key's signature over
    /// Objection(bytes32 payroll,uint32 position,uint40 deadline).
    function object(
        PayrollId payroll,
        ProvenRow calldata row,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external;

    /// @notice Rule what is owed of a row that is aside, from nothing to all, within RULING_PERIOD of its being set aside. By the labour office.
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Admit a row as filed, where no ruling came in time. By anyone.
    function admit(PayrollId payroll, ProvenRow calldata row) external;

    /// @notice Approve a payroll: its total without rows aside is owed, and reserved as far as money is there. By an operator of the
    /// contractor, from OBJECTION_TIME after filing on, or of a supplementary one by the labour office; by anyone, once nobody opposed the
    /// whole window, if it is not supplementary.
    function approve(PayrollId payroll, CityId[] calldata lineage) external;

    /// @notice End a supplementary payroll that nobody approved within RULING_PERIOD. By anyone.
    function lapse(PayrollId payroll) external;

    /// @notice Reserve for what is owed, oldest first, as far as money is there. By anyone.
    /// @param count How many payrolls or rows at most.
    function reserve(ProjectId project, uint256 count) external;

    /// @notice Pay rows of an approved payroll as far as they are covered: wholly, or if its total is not covered, in proportion, rounded
    /// down, and the rest once it is. By anyone. Of many, what cannot be paid is skipped.
    /// @return paid How many rows were paid something.
    function pay(PayrollId payroll, ProvenRow[] calldata rows) external returns (uint256 paid);

    // -------------------------------------------------------------------------------------------------------------- arrears

    /// @notice Declare arrears. By the labour office.
    function declareArrears(ProjectId project, TaxPeriod period, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Declare arrears. By anyone, with the signatures, in the order of their numbers, of quorumOf workers enrolled for
    /// QUORUM_TENURE, over ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline).
    function declareArrearsByWorkers(
        ProjectId project,
        TaxPeriod period,
        uint128 amount,
        uint40 deadline,
        WorkerSignature[] calldata signatures
    ) external;

    /// @notice Dismiss arrears. By the labour office.
    function dismissArrears(ProjectId project, CityId[] calldata lineage) external;

    /// @notice End arrears that were paid: payrolls of the month were covered by the amount since. By anyone.
    function endArrears(ProjectId project) external;

    // -------------------------------------------------------------------------------------------------------------- the end

    /// @notice Send what is free back to FundEscrow, once the project is over, CLAIM_WINDOW has passed, all payrolls and rows are decided, and
    /// what is owed is covered as far as money is there. By anyone.
    function closeOut(ProjectId project) external;

    /// @notice Return the deposit, after the close-out. By anyone, to the contractor's account.
    function returnDeposit(ProjectId project) external;

    /// @notice Take what is reserved under a payroll or an admitted row and could not be paid, CUSTODY_WAIT after the close-out. By the labour
    /// office, which pays it for the workers' signatures.
    /// @param key The payroll's id, or the row's key (rowKeyOf).
    function takeIntoCustody(ProjectId project, bytes32 key, address account, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the employment claims.
    function claims() external view returns (IClaimRegistry);

    /// @notice The books of a project.
    function booksOf(ProjectId project) external view returns (WageBooks memory);

    /// @notice What the contractor owes: wages that are not covered and, until the close-out, what was used of the deposit.
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

    /// @notice Sum and Merkle root of rows. A leaf is keccak(bytes.concat(keccak(abi.encode(ROW_TYPEHASH, payroll, position, worker, amount)))), of
    /// WageRow(bytes32 payroll,uint32 position,uint32 worker,uint128 amount); pairs are hashed smaller first, and an odd one moves up.
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root);
}
