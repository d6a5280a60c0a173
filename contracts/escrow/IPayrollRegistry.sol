// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {PayrollId} from "./PayrollId.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Payrolls: filed with all their rows, and decided row by row.
/// @notice Decides what is owed, and keeps no money. Amounts are in minor units of the project's currency.
///
/// Trust assumptions
/// - The contractor approves payrolls, and answers for them: what it approves is paid from its deposit, and withheld from its payments.
/// - The labour office, (city, LABOUR), files what an employer did not, and rules on rows, within what was filed; on what it filed itself,
///   the arbiter rules.
/// - What is ever owed in a project is at most its budget.
interface IPayrollRegistry {
    /// @notice A payroll. Its EIP-712 digest is its id.
    /// @param project The project.
    /// @param employer Seat of the employer of all its workers.
    /// @param period The month.
    /// @param serial The employer's number of it.
    /// @param predecessor Zero; or, of a supplementary one, the payroll of the same project and month that it supplements: workers may
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
    /// @param Lapsed A supplementary one that nobody approved, or one beyond the budget.
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
    /// @param rowsAside How many of them wait for a decision.
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
        uint16 rows;
        uint16 rowsAside;
        uint40 filedAt;
        uint40 changedIn;
        uint128 total;
        uint128 aside;
        bytes32 root;
    }

    /// @notice What became of a row.
    /// @param Standing As the payroll.
    /// @param Aside Opposed by the contractor, or objected to by the worker.
    /// @param Admitted Was aside; owed by itself, as ruled or as filed.
    /// @param Paid Wholly. Said by WageAccount, which pays; here it is what it was before.
    enum RowStatus {
        Standing,
        Aside,
        Admitted,
        Paid
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A payroll was filed; the project's one before in `previousBlock`.
    event PayrollFiled(
        PayrollId indexed payroll,
        ProjectId indexed project,
        uint16 indexed employer,
        Payroll header,
        uint128 total,
        bytes32 root,
        Row[] rows,
        address by,
        uint40 previousBlock
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
    /// @notice A payroll will not be approved any more.
    event PayrollLapsed(PayrollId indexed payroll, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice There is nothing in the list, or nothing to do with what is in it.
    error NothingToDo();
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
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
    /// @notice The predecessor is not a payroll of this project and month.
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
    /// @notice The amount is more than this, which is what the budget leaves.
    error AmountInvalid(uint128 amount, uint128 limit);

    // -------------------------------------------------------------------------------------------------------------- filing

    /// @notice File a payroll with all its rows, of workers whom the employer employed in that month. By an operator of the employer; by
    /// the labour office, once it is due, or the project is over. Until the claim window (30 days) after the project's end is over; an
    /// employer's own, if it is not supplementary, until RULING_PERIOD before that.
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId);

    // -------------------------------------------------------------------------------------------------------------- setting rows aside

    /// @notice Set rows aside. By an operator of the contractor or the owner, whose money may be drawn, within OPPOSITION_WINDOW of
    /// filing, before approval. Rows that are aside are skipped.
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

    /// @notice Rule what is owed of a row that is aside, from nothing to all, once the time for opposing is over, and within
    /// RULING_PERIOD of its being set aside. By the labour office; of a payroll that the office filed, by an operator of the arbiter.
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Admit rows as filed, where no ruling came in time; of a supplementary payroll only if it was approved. By anyone. What is
    /// beyond the budget is not owed.
    function admit(PayrollId payroll, ProvenRow[] calldata rows) external;

    // -------------------------------------------------------------------------------------------------------------- deciding

    /// @notice Approve a payroll: its total without rows aside is owed, and reserved as far as money is there. From OBJECTION_TIME after
    /// filing on by an operator of the contractor; once the time for opposing is over, by anyone, or of a supplementary one by whoever
    /// rules on it. Refused if more would be owed than the budget is.
    function approve(PayrollId payroll, CityId[] calldata lineage) external;

    /// @notice End a supplementary payroll that nobody approved, or any that exceeds what the budget leaves, RULING_PERIOD after it was
    /// filed; what is right in it can be filed again as a supplementary one. By anyone.
    function lapse(PayrollId payroll) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the projects.
    function projects() external view returns (IProjectRegistry);

    /// @notice The registry of the workers.
    function workers() external view returns (IWorkerRegistry);

    /// @notice State of a payroll.
    function payrollOf(PayrollId payroll) external view returns (PayrollState memory);

    /// @notice What was decided on a row, and until when it waits for a ruling while it is aside. Whether it was paid, and what of it,
    /// WageAccount says (rowOf).
    function decisionOf(PayrollId payroll, uint32 position) external view returns (RowStatus status, uint40 until);

    /// @notice Which of 256 rows were ever set aside: bit i of word w is row 256 w + i.
    function asideBits(PayrollId payroll, uint256 word) external view returns (uint256);

    /// @notice Whether the worker is in a payroll of the month that is not supplementary.
    function isFiled(ProjectId project, TaxPeriod period, uint32 worker) external view returns (bool);

    /// @notice How many payrolls and rows wait for a decision.
    function undecidedOf(ProjectId project) external view returns (uint32);

    /// @notice Sum of all that was ever owed in the project; at most its budget.
    function everOwedOf(ProjectId project) external view returns (uint128);

    /// @notice Block in which the project's last payroll was filed; 0 for none.
    function filedIn(ProjectId project) external view returns (uint40);

    /// @notice The key under which a row that was set aside is owed.
    function rowKeyOf(PayrollId payroll, uint32 position) external pure returns (bytes32);

    /// @notice The payroll's id.
    function idOf(Payroll calldata payroll) external view returns (PayrollId);

    /// @notice Sum and Merkle root of rows. A leaf is keccak(bytes.concat(keccak(abi.encode(ROW_TYPEHASH, payroll, position, worker,
    /// amount)))), of WageRow(bytes32 payroll,uint32 position,uint32 worker,uint128 amount); pairs are hashed smaller first, and an odd
    /// one moves up.
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root);
}
