// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Page} from "../common/Page.sol";
import {Signer} from "../common/Signer.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {CONTRACTOR, FIRST_SUBCONTRACTOR} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";

/// @title The records of wages, and what they say.
/// @notice The part of WageAccount that keeps and reads.
abstract contract WageStore is TokenVault, EIP712, IWageAccount {
    using Signer for bytes;

    bytes32 private constant ENROLMENT_TYPEHASH = keccak256(
        "Enrolment(bytes32 project,uint16 employer,bytes signer,address account,bytes32 tag,uint40 deadline)"
    );
    bytes32 private constant PAYROLL_TYPEHASH = keccak256(
        "Payroll(bytes32 project,uint16 employer,uint24 period,uint32 serial,bytes32 predecessor)"
    );

    /// @notice How long after filing the contractor waits with its approval, so that workers can object.
    uint40 public constant OBJECTION_TIME = 1 days;
    /// @notice How long after filing rows can be set aside.
    uint40 public constant OPPOSITION_WINDOW = 5 days;
    /// @notice For the labour office to rule on a row; for a supplementary payroll to be approved.
    uint40 public constant RULING_PERIOD = 14 days;
    /// @notice How long after the project's end payrolls can be filed.
    uint40 public constant CLAIM_WINDOW = 30 days;
    /// @notice How long a worker is enrolled before it declares arrears.
    uint40 public constant QUORUM_TENURE = 30 days;
    /// @notice How long arrears are open at most.
    uint40 public constant ARREARS_TIME = 60 days;
    /// @notice From the close-out until what could not be paid is taken into custody.
    uint40 public constant CUSTODY_WAIT = 90 days;
    /// @notice How many rows a payroll has at most.
    uint256 public constant MAX_ROWS = 500;
    /// @notice How much a row is at most: a budget is below 2^96.
    uint128 public constant MAX_WAGE = type(uint96).max;

    /// @dev Wages of a project.
    /// @param covered How many of the queue are wholly covered.
    struct Ledger {
        WageBooks books; // slots 0 to 6
        uint32 workers; // slot 7
        uint32 undecided;
        uint40 closedOutAt;
        uint40 guaranteedUntil;
        uint64 covered;
        uint128 guarantee; // slot 8
        Arrears arrears; // slots 9 and 10
        bytes32[] queue;
    }

    /// @dev A Reservation, and what it is for.
    /// @param period The month it is for.
    /// @param inParts Whether anything was paid while it was short, so that _paidInPart counts.
    /// @param inCustody Whether the labour office pays what is left.
    struct Due {
        uint128 total; // slot 0
        uint128 reserved;
        uint128 paid; // slot 1
        TaxPeriod period;
        bool inParts;
        bool inCustody;
        ProjectId project; // slot 2
    }

    /// @dev A row that was set aside.
    struct Aside {
        uint40 until;
        bool admitted;
    }

    /// @inheritdoc IWageAccount
    IClaimRegistry public immutable claims;

    mapping(ProjectId project => Ledger) internal _ledgers;
    mapping(ProjectId project => mapping(uint32 worker => Worker)) internal _workers;
    /// @inheritdoc IWageAccount
    mapping(ProjectId project => mapping(bytes32 tag => uint32)) public workerByTag;
    /// @inheritdoc IWageAccount
    mapping(ProjectId project => mapping(address account => uint32)) public workerByAccount;
    /// @dev 256 workers to a word.
    mapping(ProjectId project => mapping(TaxPeriod period => mapping(uint256 word => uint256))) internal _filed;
    /// @dev What was reserved for payrolls of a month.
    mapping(ProjectId project => mapping(TaxPeriod period => uint128)) internal _reservedFor;
    mapping(PayrollId payroll => PayrollState) internal _payrolls;
    /// @dev How many rows of a payroll wait for a decision.
    mapping(PayrollId payroll => uint32) internal _rowsAside;
    /// @dev 256 rows to a word: whether they were ever set aside, and whether they are wholly paid.
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) internal _asideBits;
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) internal _paidBits;
    mapping(bytes32 rowKey => Aside) internal _asides;
    mapping(bytes32 rowKey => uint128) internal _paidInPart;
    /// @dev Under payrolls' ids and rows' keys.
    mapping(bytes32 key => Due) internal _dues;

    constructor(IClaimRegistry claims_) EIP712("Civitas WageAccount", "1") {
        claims = claims_;
    }

    // -------------------------------------------------------------------------------------------------------- reading: money

    /// @inheritdoc IWageAccount
    function booksOf(ProjectId project) external view returns (WageBooks memory) {
        return _ledgers[project].books;
    }

    /// @inheritdoc IWageAccount
    function owedOf(ProjectId project) external view returns (uint128) {
        Ledger storage ledger = _ledgers[project];
        return _uncovered(ledger.books) + (ledger.closedOutAt == 0 ? ledger.books.depositOwed : 0);
    }

    /// @inheritdoc IWageAccount
    function isSecured(ProjectId project) external view returns (bool) {
        Ledger storage ledger = _ledgers[project];
        uint256 guarantee = ledger.guaranteedUntil > block.timestamp ? ledger.guarantee : 0;
        return ledger.books.deposit + guarantee >= projects.projectOf(project).wageDeposit;
    }

    /// @inheritdoc IWageAccount
    function guaranteeOf(ProjectId project) external view returns (uint128 amount, uint40 until) {
        return (_ledgers[project].guarantee, _ledgers[project].guaranteedUntil);
    }

    /// @inheritdoc IWageAccount
    function closedOutAt(ProjectId project) external view returns (uint40) {
        return _ledgers[project].closedOutAt;
    }

    /// @inheritdoc IWageAccount
    function undecidedOf(ProjectId project) external view returns (uint32) {
        return _ledgers[project].undecided;
    }

    /// @inheritdoc IWageAccount
    function reservationOf(bytes32 key) external view returns (Reservation memory) {
        Due storage due = _dues[key];
        return Reservation(due.total, due.reserved, due.paid);
    }

    /// @inheritdoc IWageAccount
    function queueOf(ProjectId project, uint256 start, uint256 count) external view returns (bytes32[] memory keys) {
        bytes32[] storage queue = _ledgers[project].queue;
        uint256 covered = _ledgers[project].covered;
        keys = new bytes32[](Page.length(queue.length - covered, start, count));
        for (uint256 i = 0; i < keys.length; ++i) keys[i] = queue[covered + start + i];
    }

    /// @inheritdoc IWageAccount
    function queueLength(ProjectId project) external view returns (uint256 queued, uint256 covered) {
        return (_ledgers[project].queue.length, _ledgers[project].covered);
    }

    // -------------------------------------------------------------------------------------------------------- reading: workers

    /// @inheritdoc IWageAccount
    function workerOf(ProjectId project, uint32 worker) external view returns (Worker memory) {
        return _workers[project][worker];
    }

    /// @inheritdoc IWageAccount
    function workerCount(ProjectId project) external view returns (uint32) {
        return _ledgers[project].workers;
    }

    /// @inheritdoc IWageAccount
    function isFiled(ProjectId project, TaxPeriod period, uint32 worker) external view returns (bool) {
        return _has(_filed[project][period][worker / 256], worker);
    }

    /// @inheritdoc IWageAccount
    function arrearsOf(ProjectId project) external view returns (Arrears memory) {
        return _ledgers[project].arrears;
    }

    /// @inheritdoc IWageAccount
    function inArrears(ProjectId project) public view returns (bool) {
        uint40 until = _ledgers[project].arrears.until;
        return until != 0 && block.timestamp <= until;
    }

    /// @inheritdoc IWageAccount
    function digestOf(Enrolment calldata enrolment) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        ENROLMENT_TYPEHASH,
                        enrolment.project,
                        enrolment.employer,
                        keccak256(enrolment.signer),
                        enrolment.account,
                        enrolment.tag,
                        enrolment.deadline
                    )
                )
            );
    }

    // -------------------------------------------------------------------------------------------------------- reading: payrolls

    /// @inheritdoc IWageAccount
    function payrollOf(PayrollId payroll) external view returns (PayrollState memory) {
        return _payrolls[payroll];
    }

    /// @inheritdoc IWageAccount
    function rowOf(
        PayrollId payroll,
        uint32 position
    ) external view returns (RowStatus status, uint40 until, uint128 paidInPart) {
        bytes32 key = PayrollRows.keyOf(payroll, position);
        return (_statusOf(payroll, position), _asides[key].until, _paidInPart[key]);
    }

    /// @inheritdoc IWageAccount
    function rowKeyOf(PayrollId payroll, uint32 position) external pure returns (bytes32) {
        return PayrollRows.keyOf(payroll, position);
    }

    /// @inheritdoc IWageAccount
    function idOf(Payroll calldata payroll) public view returns (PayrollId) {
        return PayrollId.wrap(_hashTypedDataV4(keccak256(abi.encode(PAYROLL_TYPEHASH, payroll))));
    }

    /// @inheritdoc IWageAccount
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root) {
        return PayrollRows.rootOf(payroll, rows);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _statusOf(PayrollId payroll, uint32 position) internal view returns (RowStatus) {
        if (_has(_paidBits[payroll][position / 256], position)) return RowStatus.Paid;
        if (!_has(_asideBits[payroll][position / 256], position)) return RowStatus.Standing;
        return _asides[PayrollRows.keyOf(payroll, position)].admitted ? RowStatus.Admitted : RowStatus.Aside;
    }

    /// @dev What is owed to workers, and for which nothing is there yet.
    function _uncovered(WageBooks storage books) internal view returns (uint128) {
        (uint128 owed, uint128 free) = (books.owed, books.free);
        return owed > free ? owed - free : 0;
    }

    /// @dev Whether the seat is taken, and of a company that employs.
    function _checkEmployer(ProjectId project, uint16 seats, uint16 seat) internal pure {
        bool employs = seat == CONTRACTOR || seat >= FIRST_SUBCONTRACTOR;
        require(employs && seat < seats, NotEmployer(project, seat));
    }

    function _checkOpen(ProjectId project, IProjectRegistry.ProjectStatus status) internal pure {
        require(status == IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, status));
    }

    /// @dev An order of a worker, signed with its own key.
    function _checkOrder(
        ProjectId project,
        uint32 worker,
        bytes calldata signer,
        bytes calldata signature,
        bytes32 structHash
    ) internal view {
        require(keccak256(signer) == _workers[project][worker].key, NotWorkerKey(project, worker));
        _checkSigned(signer, _hashTypedDataV4(structHash), signature);
    }

    function _checkSigned(bytes calldata signer, bytes32 digest, bytes calldata signature) internal view {
        require(signer.isValid(digest, signature), SignatureInvalid(signer));
    }

    function _checkDeadline(uint40 deadline) internal view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    /// @dev Tokens of an amount in minor units, in their smallest parts.
    function _tokens(uint128 amount, uint128 unit) internal pure returns (uint256) {
        return uint256(amount) * unit;
    }

    /// @dev A number's place in its word.
    function _bit(uint256 number) internal pure returns (uint256) {
        return 1 << (number % 256);
    }

    function _has(uint256 word, uint256 number) internal pure returns (bool) {
        return word & _bit(number) != 0;
    }

    function _min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }
}
