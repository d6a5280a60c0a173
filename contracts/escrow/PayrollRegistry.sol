// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {LABOUR} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {TaxPeriod, periodAt} from "../invoice/TaxPeriod.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ARBITER, CLAIM_WINDOW, CONTRACTOR, OWNER} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title PayrollRegistry
/// @notice What wages are owed.
/// @dev
/// ```
///   file            approve (contractor), or nobody opposed
///  ──────► Filed ─────────────────────────────────────────► Approved ──► row by row paid (WageAccount)
///            │ │      lapse: supplementary and approved by nobody, or beyond the budget
///            │ └──────────────────────────────────────────► Lapsed
///   oppose   │                         rule, or admit without a ruling
///   object   └► row by row Aside ──────────────────────────────────────► Admitted ──► paid (WageAccount)
/// ```
contract PayrollRegistry is CityManaged, EIP712, IPayrollRegistry {
    bytes32 private constant PAYROLL_TYPEHASH = keccak256(
        "Payroll(bytes32 project,uint16 employer,uint24 period,uint32 serial,bytes32 predecessor)"
    );
    bytes32 private constant OBJECTION_TYPEHASH = keccak256(
        "Objection(bytes32 payroll,uint32 position,uint40 deadline)"
    );

    /// @notice How long after filing the contractor waits with its approval, so that workers and the owner can object, in seconds.
    uint40 public constant OBJECTION_TIME = 3 days;
    /// @notice How long after filing rows can be set aside, in seconds.
    uint40 public constant OPPOSITION_WINDOW = 5 days;
    /// @notice For a ruling on a row; for a supplementary payroll to be approved; in seconds.
    uint40 public constant RULING_PERIOD = 14 days;
    /// @notice How many rows a payroll has at most.
    uint256 public constant MAX_ROWS = 500;
    /// @notice How much a row is at most: a budget is below 2^96.
    uint128 public constant MAX_WAGE = type(uint96).max;

    /// @dev How many of what waits for money an approval has covered.
    uint256 private constant COVERED_ALONG = 4;

    /// @dev Payrolls of a project.
    struct Ledger {
        uint128 everOwed;
        uint32 undecided;
        uint40 filedIn;
    }

    /// @dev A row that was set aside.
    struct Aside {
        uint40 until;
        bool admitted;
    }

    /// @inheritdoc IPayrollRegistry
    IProjectRegistry public immutable projects;
    /// @inheritdoc IPayrollRegistry
    IWorkerRegistry public immutable workers;

    /// @inheritdoc IPayrollRegistry
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) public asideBits;

    mapping(ProjectId project => Ledger) private _ledgers;
    mapping(PayrollId payroll => PayrollState) private _payrolls;
    mapping(bytes32 rowKey => Aside) private _asides;
    /// @dev 256 workers to a word.
    mapping(ProjectId project => mapping(TaxPeriod period => mapping(uint256 word => uint256))) private _filed;

    constructor(
        ICityAccessManager manager_,
        IProjectRegistry projects_,
        IWorkerRegistry workers_
    ) CityManaged(manager_) EIP712("Civitas PayrollRegistry", "1") {
        projects = projects_;
        workers = workers_;
    }

    // -------------------------------------------------------------------------------------------------------- filing

    /// @inheritdoc IPayrollRegistry
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId id) {
        id = idOf(payroll);
        require(_payrolls[id].status == PayrollStatus.Unknown, PayrollExists(id));
        IProjectRegistry.Project memory p = projects.projectOf(payroll.project);
        bool byOffice = _checkFiler(id, payroll, p, lineage);
        _checkPeriod(payroll, p, byOffice);
        _checkPredecessor(payroll);
        _checkRows(payroll, rows);
        _file(id, payroll, rows, byOffice);
    }

    // -------------------------------------------------------------------------------------------------------- setting rows aside

    /// @inheritdoc IPayrollRegistry
    function oppose(PayrollId payroll, ProvenRow[] calldata rows) external {
        PayrollState storage state = _contestable(payroll);
        bool acts = _isActing(state.project, CONTRACTOR) || _isActing(state.project, OWNER);
        require(acts, NotAuthorized(payroll, msg.sender));
        bool any = false;
        for (uint256 i = 0; i < rows.length; ++i) {
            PayrollRows.check(payroll, state.root, rows[i]);
            if (_isAside(payroll, rows[i].position)) continue;
            _setAside(payroll, state, rows[i], false);
            any = true;
        }
        require(any, NothingToDo());
    }

    /// @inheritdoc IPayrollRegistry
    function object(
        PayrollId payroll,
        ProvenRow calldata row,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external {
        require(block.timestamp <= deadline, OrderExpired(deadline));
        PayrollState storage state = _contestable(payroll);
        PayrollRows.check(payroll, state.root, row);
        _checkStatus(payroll, row.position, RowStatus.Standing);
        bytes32 order = keccak256(abi.encode(OBJECTION_TYPEHASH, payroll, row.position, deadline));
        workers.checkSigned(state.project, row.worker, _hashTypedDataV4(order), signer, signature);
        _setAside(payroll, state, row, true);
    }

    /// @inheritdoc IPayrollRegistry
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external {
        uint40 until = _checkAside(payroll, row);
        PayrollState storage state = _payrolls[payroll];
        IProjectRegistry.Project memory p = projects.projectOf(state.project);
        require(_rules(state, p.city, lineage), NotAuthorized(payroll, msg.sender));
        require(block.timestamp <= until, TooLate(until));
        _checkReached(state.filedAt + OPPOSITION_WINDOW + 1);
        require(amount <= row.amount, AboveFiled(amount, row.amount));
        _checkOwable(state.project, p, amount);
        _admit(payroll, row.position, amount, msg.sender);
    }

    // What it calls between two rows, WageAccount.owe, calls nobody.
    // slither-disable-start reentrancy-no-eth
    /// @inheritdoc IPayrollRegistry
    function admit(PayrollId payroll, ProvenRow[] calldata rows) external {
        PayrollState storage state = _payrolls[payroll];
        bool approved = !state.supplementary || state.status == PayrollStatus.Approved;
        require(approved, PayrollNotReady(payroll, state.status));
        require(rows.length != 0, NothingToDo());
        for (uint256 i = 0; i < rows.length; ++i) {
            _checkReached(_checkAside(payroll, rows[i]) + 1);
            uint128 owable = _owableOf(state.project, projects.projectOf(state.project));
            _admit(payroll, rows[i].position, rows[i].amount < owable ? rows[i].amount : owable, address(0));
        }
    }
    // slither-disable-end reentrancy-no-eth

    // -------------------------------------------------------------------------------------------------------- deciding

    /// @inheritdoc IPayrollRegistry
    function approve(PayrollId payroll, CityId[] calldata lineage) external {
        PayrollState storage state = _filedOf(payroll);
        ProjectId project = state.project;
        IProjectRegistry.Project memory p = projects.projectOf(project);
        bool silent = _checkApproval(payroll, state, p.city, lineage);
        uint128 amount = state.total - state.aside;
        _checkOwable(project, p, amount);
        state.status = PayrollStatus.Approved;
        --_ledgers[project].undecided;
        emit PayrollApproved(payroll, project, amount, silent, msg.sender, _touch(state));
        _owe(project, state.period, PayrollId.unwrap(payroll), amount);
        // a token that refuses does not stop a decision
        try _wages().reserve(project, COVERED_ALONG) {} catch {} // solhint-disable-line no-empty-blocks
    }

    /// @inheritdoc IPayrollRegistry
    function lapse(PayrollId payroll) external {
        PayrollState storage state = _filedOf(payroll);
        ProjectId project = state.project;
        bool mayEnd =
            state.supplementary || state.total - state.aside > _owableOf(project, projects.projectOf(project));
        require(mayEnd, PayrollNotReady(payroll, state.status));
        _checkReached(state.filedAt + RULING_PERIOD + 1);
        state.status = PayrollStatus.Lapsed;
        _ledgers[project].undecided -= 1 + uint32(state.rowsAside); // nothing more is decided of its rows
        emit PayrollLapsed(payroll, _touch(state));
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IPayrollRegistry
    function payrollOf(PayrollId payroll) external view returns (PayrollState memory) {
        return _payrolls[payroll];
    }

    /// @inheritdoc IPayrollRegistry
    function decisionOf(PayrollId payroll, uint32 position) public view returns (RowStatus status, uint40 until) {
        if (!_isAside(payroll, position)) return (RowStatus.Standing, 0);
        Aside storage aside = _asides[PayrollRows.keyOf(payroll, position)];
        return (aside.admitted ? RowStatus.Admitted : RowStatus.Aside, aside.until);
    }

    /// @inheritdoc IPayrollRegistry
    function isFiled(ProjectId project, TaxPeriod period, uint32 worker) external view returns (bool) {
        return _filed[project][period][worker / 256] & PayrollRows.bit(worker) != 0;
    }

    /// @inheritdoc IPayrollRegistry
    function undecidedOf(ProjectId project) external view returns (uint32) {
        return _ledgers[project].undecided;
    }

    /// @inheritdoc IPayrollRegistry
    function everOwedOf(ProjectId project) external view returns (uint128) {
        return _ledgers[project].everOwed;
    }

    /// @inheritdoc IPayrollRegistry
    function filedIn(ProjectId project) external view returns (uint40) {
        return _ledgers[project].filedIn;
    }

    /// @inheritdoc IPayrollRegistry
    function rowKeyOf(PayrollId payroll, uint32 position) external pure returns (bytes32) {
        return PayrollRows.keyOf(payroll, position);
    }

    /// @inheritdoc IPayrollRegistry
    function idOf(Payroll calldata payroll) public view returns (PayrollId) {
        return PayrollId.wrap(_hashTypedDataV4(keccak256(abi.encode(PAYROLL_TYPEHASH, payroll))));
    }

    /// @inheritdoc IPayrollRegistry
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root) {
        return PayrollRows.rootOf(payroll, rows);
    }

    // -------------------------------------------------------------------------------------------------------- internal: filing

    /// @notice The employer; or the labour office, once the payroll is due.
    /// @return byOffice Whether it is the office.
    function _checkFiler(
        PayrollId id,
        Payroll calldata payroll,
        IProjectRegistry.Project memory p,
        CityId[] calldata lineage
    ) private view returns (bool byOffice) {
        if (_isActing(payroll.project, payroll.employer)) return false;
        require(_isOffice(p.city, lineage), NotAuthorized(id, msg.sender));
        bool due =
            p.status != IProjectRegistry.ProjectStatus.Open ||
                payroll.period < periodAt(block.timestamp - uint256(p.payday) * 1 days, 0);
        require(due, WagePeriodInvalid(payroll.period));
        return true;
    }

    /// @dev A month that has begun, while wages of the project can be claimed. An employer's own payrolls come early enough for the labour
    /// office to add what they lack.
    function _checkPeriod(Payroll calldata payroll, IProjectRegistry.Project memory p, bool byOffice) private view {
        bool begun = !(periodAt(block.timestamp, 0) < payroll.period);
        require(payroll.period.isMonth() && begun, WagePeriodInvalid(payroll.period));
        if (p.status != IProjectRegistry.ProjectStatus.Open) {
            bool early = !byOffice && PayrollId.unwrap(payroll.predecessor) == 0;
            uint40 until = p.endedAt + CLAIM_WINDOW - (early ? RULING_PERIOD : 0);
            require(block.timestamp <= until, TooLate(until));
        }
    }

    function _checkPredecessor(Payroll calldata payroll) private view {
        if (PayrollId.unwrap(payroll.predecessor) == 0) return;
        PayrollState storage state = _payrolls[payroll.predecessor];
        require(
            state.project == payroll.project && state.period == payroll.period,
            PredecessorInvalid(payroll.predecessor)
        );
    }

    /// @dev Workers of the employer, each once, and once in a month but for supplementary payrolls.
    function _checkRows(Payroll calldata payroll, Row[] calldata rows) private {
        require(rows.length != 0 && rows.length <= MAX_ROWS, RowsInvalid(rows.length));
        uint32[] memory numbers = new uint32[](rows.length);
        uint32 previous = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            uint32 worker = rows[i].worker;
            bool inOrder = worker > previous && rows[i].amount != 0 && rows[i].amount <= MAX_WAGE;
            require(inOrder, RowsInvalid(i));
            numbers[i] = previous = worker;
        }
        bool once = PayrollId.unwrap(payroll.predecessor) == 0;
        workers.checkEmployed(payroll.project, numbers, payroll.employer, payroll.period, once);
        if (once) _fileOnce(payroll, numbers);
    }

    /// @dev Each word of 256 workers is read and written once.
    function _fileOnce(Payroll calldata payroll, uint32[] memory numbers) private {
        mapping(uint256 => uint256) storage filed = _filed[payroll.project][payroll.period];
        uint256 word = numbers[0] / 256;
        uint256 bits = filed[word];
        for (uint256 i = 0; i < numbers.length; ++i) {
            if (numbers[i] / 256 != word) {
                filed[word] = bits;
                word = numbers[i] / 256;
                bits = filed[word];
            }
            uint256 bit = PayrollRows.bit(numbers[i]);
            require(bits & bit == 0, WorkerPaidTwice(payroll.project, numbers[i], payroll.period));
            bits |= bit;
        }
        filed[word] = bits;
    }

    function _file(PayrollId id, Payroll calldata payroll, Row[] calldata rows, bool byOffice) private {
        (uint128 total, bytes32 root) = PayrollRows.rootOf(id, rows);
        _payrolls[id] = PayrollState({
            project: payroll.project,
            status: PayrollStatus.Filed,
            employer: payroll.employer,
            period: payroll.period,
            supplementary: PayrollId.unwrap(payroll.predecessor) != 0,
            byOffice: byOffice,
            rows: uint16(rows.length),
            rowsAside: 0,
            filedAt: uint40(block.timestamp),
            changedIn: uint40(block.number),
            total: total,
            aside: 0,
            root: root
        });
        ++_ledgers[payroll.project].undecided;
        _emitFiled(id, payroll, rows);
    }

    function _emitFiled(PayrollId id, Payroll calldata payroll, Row[] calldata rows) private {
        PayrollState storage state = _payrolls[id];
        Ledger storage ledger = _ledgers[payroll.project];
        uint40 previousBlock = ledger.filedIn;
        ledger.filedIn = uint40(block.number);
        emit PayrollFiled(
            id,
            payroll.project,
            payroll.employer,
            payroll,
            state.total,
            state.root,
            rows,
            msg.sender,
            previousBlock
        );
    }

    // -------------------------------------------------------------------------------------------------------- internal: rows

    function _setAside(PayrollId payroll, PayrollState storage state, ProvenRow calldata row, bool byWorker) private {
        uint40 until = uint40(block.timestamp) + RULING_PERIOD;
        asideBits[payroll][row.position / 256] |= PayrollRows.bit(row.position);
        _asides[PayrollRows.keyOf(payroll, row.position)].until = until;
        state.aside += row.amount;
        ++state.rowsAside;
        ++_ledgers[state.project].undecided;
        emit RowSetAside(payroll, row.position, byWorker, until, _touch(state));
    }

    function _admit(PayrollId payroll, uint32 position, uint128 amount, address by) private {
        PayrollState storage state = _payrolls[payroll];
        bytes32 key = PayrollRows.keyOf(payroll, position);
        _asides[key].admitted = true;
        --state.rowsAside;
        --_ledgers[state.project].undecided;
        emit RowAdmitted(payroll, position, amount, by, _touch(state));
        _owe(state.project, state.period, key, amount);
    }

    /// @dev An amount is owed from now on; nothing is nothing to wait for.
    function _owe(ProjectId project, TaxPeriod period, bytes32 key, uint128 amount) private {
        // slither-disable-next-line incorrect-equality
        if (amount == 0) return;
        _ledgers[project].everOwed += amount;
        _wages().owe(project, period, key, amount);
    }

    // -------------------------------------------------------------------------------------------------------- internal: checks

    /// @notice Who may approve, and since when. Silence is no approval of a supplementary payroll.
    /// @return silent Whether the caller has no say, and nobody opposed.
    function _checkApproval(
        PayrollId payroll,
        PayrollState storage state,
        CityId city,
        CityId[] calldata lineage
    ) private view returns (bool silent) {
        uint40 filedAt = state.filedAt;
        bool supplementary = state.supplementary;
        bool answers = _isActing(state.project, CONTRACTOR);
        silent = !answers && !(supplementary && _rules(state, city, lineage));
        require(!silent || !supplementary, NotAuthorized(payroll, msg.sender));
        _checkReached(filedAt + (answers ? OBJECTION_TIME : OPPOSITION_WINDOW + 1));
        uint40 until = filedAt + RULING_PERIOD;
        require(!supplementary || block.timestamp <= until, TooLate(until));
    }

    /// @dev Whether the caller rules on the payroll: the labour office; on what it filed itself, the arbiter.
    function _rules(PayrollState storage state, CityId city, CityId[] calldata lineage) private view returns (bool) {
        return state.byOffice ? _isActing(state.project, ARBITER) : _isOffice(city, lineage);
    }

    function _filedOf(PayrollId payroll) private view returns (PayrollState storage state) {
        state = _payrolls[payroll];
        require(state.status == PayrollStatus.Filed, PayrollNotReady(payroll, state.status));
    }

    /// @dev A payroll whose rows can be set aside now.
    function _contestable(PayrollId payroll) private view returns (PayrollState storage state) {
        state = _filedOf(payroll);
        uint40 until = state.filedAt + OPPOSITION_WINDOW;
        require(block.timestamp <= until, TooLate(until));
    }

    /// @notice A row that waits for a decision, of a payroll that has not lapsed.
    /// @return until The time for a ruling.
    function _checkAside(PayrollId payroll, ProvenRow calldata row) private view returns (uint40 until) {
        PayrollState storage state = _payrolls[payroll];
        bool live = state.status == PayrollStatus.Filed || state.status == PayrollStatus.Approved;
        require(live, PayrollNotReady(payroll, state.status));
        PayrollRows.check(payroll, state.root, row);
        return _checkStatus(payroll, row.position, RowStatus.Aside);
    }

    function _checkStatus(PayrollId payroll, uint32 position, RowStatus expected) private view returns (uint40 until) {
        RowStatus status;
        (status, until) = decisionOf(payroll, position);
        require(status == expected, RowNotReady(payroll, position, status));
    }

    function _checkOwable(ProjectId project, IProjectRegistry.Project memory p, uint128 amount) private view {
        uint128 owable = _owableOf(project, p);
        require(amount <= owable, AmountInvalid(amount, owable));
    }

    /// @dev How much more can be owed: wages are a part of the budget, and no more than all of it.
    function _owableOf(ProjectId project, IProjectRegistry.Project memory p) private view returns (uint128) {
        uint128 everOwed = _ledgers[project].everOwed;
        return p.budget > everOwed ? p.budget - everOwed : 0;
    }

    function _checkReached(uint40 from) private view {
        require(block.timestamp >= from, NotYet(from));
    }

    function _isAside(PayrollId payroll, uint32 position) private view returns (bool) {
        return asideBits[payroll][position / 256] & PayrollRows.bit(position) != 0;
    }

    function _isActing(ProjectId project, uint16 seat) private view returns (bool) {
        return projects.isActing(project, seat, msg.sender);
    }

    function _isOffice(CityId city, CityId[] calldata lineage) private view returns (bool) {
        return manager.hasStanding(msg.sender, city, LABOUR, lineage);
    }

    function _wages() private view returns (IWageAccount) {
        return IWageAccount(projects.wages());
    }

    /// @dev The payroll changed; its previous event was in the block returned.
    function _touch(PayrollState storage state) private returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
    }
}
