// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {LABOUR} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {periodAt} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageRules} from "./IWageRules.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ARBITER, CONTRACTOR, OWNER} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageWorkers} from "./WageWorkers.sol";

/// @title Payrolls: filed with all their rows, and decided.
/// @notice The part of WageRules about payrolls and their rows.
abstract contract WagePayrolls is WageWorkers {
    bytes32 private constant OBJECTION_TYPEHASH = keccak256(
        "Objection(bytes32 payroll,uint32 position,uint40 deadline)"
    );

    // -------------------------------------------------------------------------------------------------------- filing

    /// @inheritdoc IWageRules
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId id) {
        id = _idOf(payroll);
        require(_payrolls[id].status == PayrollStatus.Unknown, PayrollExists(id));
        IProjectRegistry.Project memory p = _projectOf(payroll.project);
        _checkEmployer(payroll.project, p.seats, payroll.employer);
        _checkFiler(id, payroll, p, lineage);
        _checkPeriod(payroll, p);
        _checkPredecessor(payroll);
        _checkRows(payroll, rows);
        _file(id, payroll, rows, !_isActing(payroll.project, payroll.employer, msg.sender));
    }

    // -------------------------------------------------------------------------------------------------------- setting rows aside

    /// @inheritdoc IWageRules
    function oppose(PayrollId payroll, ProvenRow[] calldata rows) external {
        PayrollState storage state = _contestable(payroll);
        bool acts = _isActing(state.project, CONTRACTOR, msg.sender) || _isActing(state.project, OWNER, msg.sender);
        require(acts, NotAuthorized(payroll, msg.sender));
        bool any = false;
        for (uint256 i = 0; i < rows.length; ++i) {
            _checkRow(payroll, state.root, rows[i]);
            if (_has(_asideBits[payroll][rows[i].position / 256], rows[i].position)) continue;
            _setAside(payroll, state, rows[i], false);
            any = true;
        }
        require(any, NothingToDo());
    }

    /// @inheritdoc IWageRules
    function object(
        PayrollId payroll,
        ProvenRow calldata row,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external {
        _checkDeadline(deadline);
        PayrollState storage state = _contestable(payroll);
        _checkRow(payroll, state.root, row);
        RowStatus status = _statusOf(payroll, row.position);
        require(status == RowStatus.Standing, RowNotReady(payroll, row.position, status));
        bytes32 order = keccak256(abi.encode(OBJECTION_TYPEHASH, payroll, row.position, deadline));
        _checkOrder(state.project, row.worker, signer, signature, order);
        _setAside(payroll, state, row, true);
    }

    /// @inheritdoc IWageRules
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external {
        uint40 until = _checkAside(payroll, row);
        _checkRuler(payroll, lineage);
        require(block.timestamp <= until, TooLate(until));
        uint40 from = _payrolls[payroll].filedAt + OPPOSITION_WINDOW + 1;
        require(block.timestamp >= from, NotYet(from));
        require(amount <= row.amount, AboveFiled(amount, row.amount));
        uint128 owable = _owableOf(payroll);
        require(amount <= owable, AmountInvalid(amount, owable));
        _admit(payroll, row.position, amount, msg.sender);
    }

    /// @inheritdoc IWageRules
    function admit(PayrollId payroll, ProvenRow[] calldata rows) external {
        PayrollState storage state = _payrolls[payroll];
        bool approved = !state.supplementary || state.status == PayrollStatus.Approved;
        require(approved, PayrollNotReady(payroll, state.status));
        require(rows.length != 0, NothingToDo());
        for (uint256 i = 0; i < rows.length; ++i) {
            uint40 until = _checkAside(payroll, rows[i]);
            require(block.timestamp > until, NotYet(until + 1));
            uint128 owable = _owableOf(payroll);
            _admit(payroll, rows[i].position, rows[i].amount < owable ? rows[i].amount : owable, address(0));
        }
    }

    // -------------------------------------------------------------------------------------------------------- deciding

    /// @inheritdoc IWageRules
    function lapse(PayrollId payroll) external {
        PayrollState storage state = _payrolls[payroll];
        bool mayEnd = state.supplementary || state.total - state.aside > _owableOf(payroll);
        require(state.status == PayrollStatus.Filed && mayEnd, PayrollNotReady(payroll, state.status));
        uint40 until = state.filedAt + RULING_PERIOD;
        require(block.timestamp > until, NotYet(until + 1));
        state.status = PayrollStatus.Lapsed;
        _ledgers[state.project].undecided -= 1 + _rowsAside[payroll]; // nothing more is decided of its rows
        emit PayrollLapsed(payroll, _touch(state));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev The employer; or the labour office, once the payroll is due.
    function _checkFiler(
        PayrollId id,
        Payroll calldata payroll,
        IProjectRegistry.Project memory p,
        CityId[] calldata lineage
    ) private view {
        if (_isActing(payroll.project, payroll.employer, msg.sender)) return;
        require(_isOffice(p.city, lineage), NotAuthorized(id, msg.sender));
        bool due =
            p.status != IProjectRegistry.ProjectStatus.Open ||
                payroll.period < periodAt(block.timestamp - uint256(p.payday) * 1 days, 0);
        require(due, WagePeriodInvalid(payroll.period));
    }

    /// @dev A month that has begun, while wages of the project can be claimed.
    function _checkPeriod(Payroll calldata payroll, IProjectRegistry.Project memory p) private view {
        bool begun = !(periodAt(block.timestamp, 0) < payroll.period);
        require(payroll.period.isMonth() && begun, WagePeriodInvalid(payroll.period));
        if (p.status != IProjectRegistry.ProjectStatus.Open) {
            uint40 until = p.endedAt + CLAIM_WINDOW;
            require(block.timestamp <= until, TooLate(until));
        }
    }

    function _checkPredecessor(Payroll calldata payroll) private view {
        if (PayrollId.unwrap(payroll.predecessor) == 0) return;
        PayrollState storage state = _payrolls[payroll.predecessor];
        require(
            state.project == payroll.project && state.employer == payroll.employer && state.period == payroll.period,
            PredecessorInvalid(payroll.predecessor)
        );
    }

    /// @dev Workers of the employer, each once, and once in a month but for supplementary payrolls.
    function _checkRows(Payroll calldata payroll, Row[] calldata rows) private {
        require(rows.length != 0 && rows.length <= MAX_ROWS, RowsInvalid(rows.length));
        mapping(uint256 => uint256) storage filed = _filed[payroll.project][payroll.period];
        bool once = PayrollId.unwrap(payroll.predecessor) == 0;
        uint256 word = rows[0].worker / 256;
        uint256 bits = filed[word];
        uint32 previous = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            uint32 worker = rows[i].worker;
            bool inOrder = worker > previous && rows[i].amount != 0 && rows[i].amount <= MAX_WAGE;
            require(inOrder, RowsInvalid(i));
            _checkEmployed(payroll, worker);
            previous = worker;
            if (!once) continue;
            if (worker / 256 != word) {
                filed[word] = bits;
                word = worker / 256;
                bits = filed[word];
            }
            require(!_has(bits, worker), WorkerPaidTwice(payroll.project, worker, payroll.period));
            bits |= _bit(worker);
        }
        if (once) filed[word] = bits;
    }

    function _checkEmployed(Payroll calldata payroll, uint32 worker) private view {
        Worker storage known = _workers[payroll.project][worker];
        bool employed = known.enrolledAt != 0 && known.employer == payroll.employer;
        require(employed, WorkerInvalid(payroll.project, worker));
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
            rows: uint32(rows.length),
            filedAt: uint40(block.timestamp),
            changedIn: uint40(block.number),
            total: total,
            aside: 0,
            root: root
        });
        ++_ledgers[payroll.project].undecided;
        emit PayrollFiled(id, payroll.project, payroll.employer, payroll, total, root, rows, msg.sender);
    }

    /// @dev The labour office; of what it filed itself, the arbiter.
    function _checkRuler(PayrollId payroll, CityId[] calldata lineage) private view {
        PayrollState storage state = _payrolls[payroll];
        if (!state.byOffice) return _checkStanding(_projectOf(state.project).city, LABOUR, lineage);
        require(_isActing(state.project, ARBITER, msg.sender), NotAuthorized(payroll, msg.sender));
    }

    function _owableOf(PayrollId payroll) private view returns (uint128) {
        ProjectId project = _payrolls[payroll].project;
        return _owable(project, _projectOf(project).budget);
    }

    /// @dev A payroll whose rows can be set aside now.
    function _contestable(PayrollId payroll) private view returns (PayrollState storage state) {
        state = _payrolls[payroll];
        require(state.status == PayrollStatus.Filed, PayrollNotReady(payroll, state.status));
        uint40 until = state.filedAt + OPPOSITION_WINDOW;
        require(block.timestamp <= until, TooLate(until));
    }

    function _setAside(PayrollId payroll, PayrollState storage state, ProvenRow calldata row, bool byWorker) private {
        uint40 until = uint40(block.timestamp) + RULING_PERIOD;
        _asideBits[payroll][row.position / 256] |= _bit(row.position);
        _asides[PayrollRows.keyOf(payroll, row.position)].until = until;
        state.aside += row.amount;
        ++_rowsAside[payroll];
        ++_ledgers[state.project].undecided;
        emit RowSetAside(payroll, row.position, byWorker, until, _touch(state));
    }

    /// @dev A row that waits for a decision, of a payroll that has not lapsed.
    function _checkAside(PayrollId payroll, ProvenRow calldata row) private view returns (uint40 until) {
        PayrollState storage state = _payrolls[payroll];
        bool live = state.status == PayrollStatus.Filed || state.status == PayrollStatus.Approved;
        require(live, PayrollNotReady(payroll, state.status));
        _checkRow(payroll, state.root, row);
        RowStatus status = _statusOf(payroll, row.position);
        require(status == RowStatus.Aside, RowNotReady(payroll, row.position, status));
        return _asides[PayrollRows.keyOf(payroll, row.position)].until;
    }

    function _admit(PayrollId payroll, uint32 position, uint128 amount, address by) private {
        PayrollState storage state = _payrolls[payroll];
        bytes32 key = PayrollRows.keyOf(payroll, position);
        _asides[key].admitted = true;
        --_rowsAside[payroll];
        --_ledgers[state.project].undecided;
        _owe(state.project, state.period, key, amount);
        emit RowAdmitted(payroll, position, amount, by, _touch(state));
    }
}
