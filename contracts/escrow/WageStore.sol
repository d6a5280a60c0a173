// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {LABOUR} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWages} from "./IWages.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title The records of wages.
/// @notice What WageAccount and WageRules have in common: what is kept, and how.
abstract contract WageStore is CityManaged, EIP712, IWages {
    bytes32 private constant ENROLMENT_TYPEHASH = keccak256(
        "Enrolment(bytes32 project,uint16 employer,bytes signer,address account,bytes32 tag,uint40 deadline)"
    );
    bytes32 private constant PAYROLL_TYPEHASH = keccak256(
        "Payroll(bytes32 project,uint16 employer,uint24 period,uint32 serial,bytes32 predecessor)"
    );

    /// @notice How long after filing the contractor waits with its approval, so that workers and the owner can object.
    uint40 public constant OBJECTION_TIME = 3 days;
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

    uint256 private constant MIN_QUORUM = 3;
    uint256 private constant MAX_QUORUM = 50;

    /// @dev The books of a project: the members of WageBooks.
    enum Book {
        Fed,
        Advanced,
        Withheld,
        Covered,
        Deposited,
        Paid,
        Custody,
        DepositReturned,
        Surplus,
        Free,
        Deposit,
        Reserved,
        Owed,
        DepositOwed
    }

    /// @dev Wages of a project.
    /// @param covered How many of the queue are wholly covered.
    /// @param everOwed Sum of all that was ever owed: no more than the budget.
    /// @param borne What the contractor paid for wages, from its deposit and by what was withheld: what is left over at the end is its own
    /// first.
    struct Ledger {
        uint128[14] books; // slots 0 to 6, in the order of WageBooks
        uint32 workers; // slot 7
        uint32 undecided;
        uint40 closedOutAt;
        uint40 guaranteedUntil;
        uint64 covered;
        uint128 guarantee; // slot 8
        uint128 everOwed;
        uint128 borne; // slot 9
        Arrears arrears; // slots 10 and 11
        bytes32[] queue;
    }

    /// @dev A Reservation, and what it is for.
    /// @param period The month it is for.
    /// @param inParts Whether anything was paid while it was short, so that _paidInPart counts.
    /// @param inCustody Whether the labour office pays what is left.
    /// @param coveredAt When money was last set apart for it, UTC seconds.
    struct Due {
        uint128 total; // slot 0
        uint128 reserved;
        uint128 paid; // slot 1
        TaxPeriod period;
        bool inParts;
        bool inCustody;
        uint40 coveredAt;
        ProjectId project; // slot 2
    }

    /// @dev A row that was set aside.
    struct Aside {
        uint40 until;
        bool admitted;
    }

    IProjectRegistry internal immutable _projects;
    IClaimRegistry internal immutable _claims;

    // Of some, one of WageAccount and WageRules writes, and the other reads.
    // slither-disable-start uninitialized-state
    mapping(ProjectId project => Ledger) internal _ledgers;
    mapping(ProjectId project => mapping(uint32 worker => Worker)) internal _workers;
    mapping(ProjectId project => mapping(bytes32 tag => uint32)) internal _workerByTag;
    mapping(ProjectId project => mapping(address account => uint32)) internal _workerByAccount;
    /// @dev 256 workers to a word.
    mapping(ProjectId project => mapping(TaxPeriod period => mapping(uint256 word => uint256))) internal _filed;
    /// @dev What was reserved for payrolls of a month.
    mapping(ProjectId project => mapping(TaxPeriod period => uint128)) internal _reservedFor;
    mapping(PayrollId payroll => PayrollState) internal _payrolls;
    /// @dev Hashes of the workers' own keys, and of the holder keys of their claims: each once in a project.
    mapping(ProjectId project => mapping(bytes32 key => bool)) internal _usedKeys;
    /// @dev Months for which workers have declared arrears.
    mapping(ProjectId project => mapping(TaxPeriod period => bool)) internal _declaredByWorkers;
    /// @dev How many rows of a payroll wait for a decision.
    mapping(PayrollId payroll => uint32) internal _rowsAside;
    /// @dev 256 rows to a word: whether they were ever set aside, and whether they are wholly paid.
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) internal _asideBits;
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) internal _paidBits;
    mapping(bytes32 rowKey => Aside) internal _asides;
    mapping(bytes32 rowKey => uint128) internal _paidInPart;
    /// @dev Under payrolls' ids and rows' keys.
    mapping(bytes32 key => Due) internal _dues;
    // slither-disable-end uninitialized-state

    constructor(IProjectRegistry projects_, IClaimRegistry claims_) EIP712("Civitas WageAccount", "1") {
        _projects = projects_;
        _claims = claims_;
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _digestOf(Enrolment calldata enrolment) internal view returns (bytes32) {
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

    function _idOf(Payroll calldata payroll) internal view returns (PayrollId) {
        return PayrollId.wrap(_hashTypedDataV4(keccak256(abi.encode(PAYROLL_TYPEHASH, payroll))));
    }

    function _inArrears(ProjectId project) internal view returns (bool) {
        uint40 until = _ledgers[project].arrears.until;
        return until != 0 && block.timestamp <= until;
    }

    function _quorumOf(ProjectId project) internal view returns (uint256) {
        uint256 tenth = (uint256(_ledgers[project].workers) + 9) / 10;
        if (tenth > MAX_QUORUM) return MAX_QUORUM;
        return tenth < MIN_QUORUM ? MIN_QUORUM : tenth;
    }

    /// @dev An amount is owed from now on; nothing is nothing to wait for.
    function _owe(ProjectId project, TaxPeriod period, bytes32 key, uint128 amount) internal {
        // slither-disable-next-line incorrect-equality
        if (amount == 0) return;
        Ledger storage ledger = _ledgers[project];
        ledger.everOwed += amount;
        Due storage due = _dues[key];
        due.project = project;
        due.period = period;
        due.total = amount;
        _add(ledger.books, Book.Owed, amount);
        ledger.queue.push(key);
    }

    /// @dev How much more can be owed: wages are a part of the budget, and no more than all of it.
    function _owable(ProjectId project, uint128 budget) internal view returns (uint128) {
        uint128 everOwed = _ledgers[project].everOwed;
        return budget > everOwed ? budget - everOwed : 0;
    }

    function _projectOf(ProjectId project) internal view returns (IProjectRegistry.Project memory) {
        return _projects.projectOf(project);
    }

    function _isActing(ProjectId project, uint16 seat, address account) internal view returns (bool) {
        return _projects.isActing(project, seat, account);
    }

    function _seatOf(ProjectId project, uint16 seat) internal view returns (IProjectRegistry.Seat memory) {
        return _projects.seatOf(project, seat);
    }

    function _escrow() internal view returns (address) {
        return _projects.escrow();
    }

    function _add(uint128[14] storage books, Book book, uint128 amount) internal {
        books[uint256(book)] += amount;
    }

    function _deduct(uint128[14] storage books, Book book, uint128 amount) internal {
        books[uint256(book)] -= amount;
    }

    /// @dev Whether the caller acts for the labour office.
    function _isOffice(CityId city, CityId[] calldata lineage) internal view returns (bool) {
        return manager.hasStanding(msg.sender, city, LABOUR, lineage);
    }

    /// @dev The payroll changed; its previous event was in the block returned.
    function _touch(PayrollState storage state) internal returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
    }

    function _statusOf(PayrollId payroll, uint32 position) internal view returns (RowStatus) {
        if (_has(_paidBits[payroll][position / 256], position)) return RowStatus.Paid;
        if (!_has(_asideBits[payroll][position / 256], position)) return RowStatus.Standing;
        return _asides[PayrollRows.keyOf(payroll, position)].admitted ? RowStatus.Admitted : RowStatus.Aside;
    }

    /// @dev The row is the payroll's.
    function _checkRow(PayrollId payroll, bytes32 root, ProvenRow calldata row) internal pure {
        bytes32 leaf = PayrollRows.leaf(payroll, row.position, row.worker, row.amount);
        require(MerkleProof.verifyCalldata(row.proof, root, leaf), RowUnknown(payroll, row.position));
    }

    /// @dev A number's place in its word.
    function _bit(uint256 number) internal pure returns (uint256) {
        return 1 << (number % 256);
    }

    function _has(uint256 word, uint256 number) internal pure returns (bool) {
        return word & _bit(number) != 0;
    }
}
