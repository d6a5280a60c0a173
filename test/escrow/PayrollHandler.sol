// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {PayrollRows} from "../../contracts/escrow/PayrollRows.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {PlainTree} from "../invoice/PlainTree.sol";
import {WorkerHandler} from "./WorkerHandler.sol";

/// @title Random acts on payrolls: of employers, the contractor, the owner, the labour office, the arbiter and the workers.
abstract contract PayrollHandler is WorkerHandler {
    bytes32 private constant OBJECTION_TYPEHASH = keccak256(
        "Objection(bytes32 payroll,uint32 position,uint40 deadline)"
    );
    mapping(uint256 project => mapping(uint24 period => mapping(uint32 worker => bool))) private _filed;

    // -------------------------------------------------------------------------------------------------------------- payrolls

    function file(uint256 seed) external {
        _start(seed);
        _fileAny();
    }

    /// @dev Mostly of a month in which the workers were the employer's, also where they have left it since.
    function _fileAny() private {
        (uint256 p, uint16 employer) = (_anyProject(), _company());
        _perhapsLate(p);
        uint24 period = _month(block.timestamp - _random(100 days));
        if (_random(16) == 0) period = _month(block.timestamp + 20 days);
        IPayrollRegistry.Payroll memory header = IPayrollRegistry.Payroll(
            projectIds[p],
            employer,
            TaxPeriod.wrap(period),
            uint32(_payrolls.length + 1),
            PayrollId.wrap(0)
        );
        if (_random(3) == 0) header.predecessor = _anyPredecessor(p, period);
        IPayrollRegistry.Row[] memory rows = _anyRows(p, employer, period);
        if (rows.length != 0) _file(p, header, rows, _random(3) == 0);
    }

    function _file(
        uint256 p,
        IPayrollRegistry.Payroll memory header,
        IPayrollRegistry.Row[] memory rows,
        bool byOffice
    ) private {
        (address by, bool right) = _actorOf(p, header.employer);
        CityId[] memory lineage;
        if (byOffice) {
            (by, lineage, right) = _officerOf(p, LABOUR);
            right = right && (!_isOpen(p) || TaxPeriod.unwrap(header.period) < _month(block.timestamp - 15 days));
        }
        bool early = !byOffice && PayrollId.unwrap(header.predecessor) == 0;
        right = right && (_isOpen(p) || block.timestamp <= _facts[p].endedAt + (early ? 16 days : 30 days));
        right = right && _isRight(p, header, rows);
        bool done = _do("file", address(payrolls), by, abi.encodeCall(payrolls.file, (header, rows, lineage)));
        require(done == right, "file: against the rules");
        if (done) _keep(p, header, rows, byOffice);
    }

    /// @dev Of a month that has begun; workers of the employer in that month, and once in it but for supplementary payrolls.
    function _isRight(
        uint256 p,
        IPayrollRegistry.Payroll memory header,
        IPayrollRegistry.Row[] memory rows
    ) private view returns (bool right) {
        uint24 period = TaxPeriod.unwrap(header.period);
        bool first = PayrollId.unwrap(header.predecessor) == 0;
        right = period <= _month(block.timestamp) && (first || _isOf(header.predecessor, p, period));
        for (uint256 i = 0; i < rows.length; ++i) {
            right = right && _isEmployed(p, rows[i].worker, header.employer, period);
            right = right && !(first && _filed[p][period][rows[i].worker]);
            right = right && (!first || _isAlone(p, rows[i].worker, header.employer, period));
        }
    }

    function oppose(uint256 seed) external {
        _start(seed);
        if (_random(4) != 0) _fileAny(); // as the time is short
        (uint256 i, uint256 at, bool any) = _anyRow(IPayrollRegistry.PayrollStatus.Filed, RowState.Standing);
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        (address by, bool right) = _actorOf(payroll.project, _random(2) == 0 ? OWNER : CONTRACTOR);
        right = right || by == _operatorOf(payroll.project, OWNER) || by == _operatorOf(payroll.project, CONTRACTOR);
        right =
            right &&
            payroll.status == IPayrollRegistry.PayrollStatus.Filed &&
            _rows[i][at].state == RowState.Standing;
        right = right && block.timestamp <= payroll.filedAt + 5 days;
        IPayrollRegistry.ProvenRow[] memory rows = new IPayrollRegistry.ProvenRow[](1);
        rows[0] = _proven(i, at);
        bytes memory call = abi.encodeCall(payrolls.oppose, (payroll.id, rows));
        if (_doIf("oppose", address(payrolls), by, call, right)) _setAside(i, at);
    }

    /// @dev Mostly with the worker's own key, sometimes another's.
    function object(uint256 seed) external {
        _start(seed);
        if (_random(4) != 0) _fileAny();
        (uint256 i, uint256 at, bool any) = _anyRow(IPayrollRegistry.PayrollStatus.Filed, RowState.Standing);
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        uint256 worker = _rows[i][at].worker - 1;
        bool right = payroll.status == IPayrollRegistry.PayrollStatus.Filed && _rows[i][at].state == RowState.Standing;
        right = right && block.timestamp <= payroll.filedAt + 5 days;
        uint256 key = _hands[payroll.project][worker].key;
        if (_random(6) == 0) (key, right) = (_hands[payroll.project][(worker + 1) % 4].key, false);
        bool done = _relay("object", address(payrolls), _objectCall(i, at, key));
        require(right == done, "object: against the rules");
        if (done) _setAside(i, at);
    }

    /// @dev By the office; by the arbiter, of what the office filed.
    function ruleRow(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyAside();
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        (address by, CityId[] memory lineage, bool right) = _anyRuler(i);
        uint128 amount = _partOf(_rows[i][at].amount);
        if (_random(6) == 0) amount = 0;
        right = right && _rows[i][at].state == RowState.Aside && block.timestamp <= _rows[i][at].until;
        right = right && amount <= _rows[i][at].amount && payroll.status != IPayrollRegistry.PayrollStatus.Lapsed;
        right = right && amount <= _owable(payroll.project) && block.timestamp > payroll.filedAt + 5 days;
        bytes memory call = abi.encodeCall(payrolls.rule, (payroll.id, _proven(i, at), amount, lineage));
        if (_doIf("ruleRow", address(payrolls), by, call, right)) _admitted(i, at, amount);
    }

    function admit(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyAside();
        if (!any) return;
        uint256 until = _rows[i][at].until;
        if (block.timestamp <= until && _random(2) == 0) vm.warp(until + 1); // for a ruling that does not come
        _admit(i, at);
    }

    /// @dev Of supplementary ones mostly by who rules on them.
    function approvePayroll(uint256 seed) external {
        _start(seed);
        (uint256 i, bool any) = _anyPayroll(IPayrollRegistry.PayrollStatus.Filed);
        if (!any) return;
        if (_random(4) < (_payrolls[i].supplementary ? 3 : 1)) {
            (address by, CityId[] memory lineage, bool right) = _anyRuler(i);
            right = right && _payrolls[i].supplementary;
            right = right || by == _operatorOf(_payrolls[i].project, CONTRACTOR);
            return _approve("approveByRuler", i, by, lineage, right);
        }
        (address actor, bool acts) = _actorOf(_payrolls[i].project, CONTRACTOR);
        acts = acts || (_payrolls[i].supplementary && _isRuler(i, actor, false));
        _approve("approvePayroll", i, actor, new CityId[](0), acts);
    }

    function lapse(uint256 seed) external {
        _start(seed);
        (uint256 i, bool any) = _anyPayroll(IPayrollRegistry.PayrollStatus.Filed);
        if (any) _lapse(i);
    }

    // ------------------------------------------------------------------------------------------------- internal: acts of anyone

    /// @dev Silence is approval of all but supplementary ones.
    function _approve(string memory name, uint256 i, address by, CityId[] memory lineage, bool says) internal {
        PayrollFile storage payroll = _payrolls[i];
        uint128 amount = _standingOf(i);
        bool right = payroll.status == IPayrollRegistry.PayrollStatus.Filed && amount <= _owable(payroll.project);
        right = right && (says || !payroll.supplementary);
        bool answers = by == _operatorOf(payroll.project, CONTRACTOR);
        right = right && block.timestamp >= payroll.filedAt + (answers ? 3 days : 5 days + 1);
        if (payroll.supplementary) right = right && block.timestamp <= payroll.filedAt + 14 days;
        bytes memory call = abi.encodeCall(payrolls.approve, (payroll.id, lineage));
        bool done = _do(name, address(payrolls), by, call);
        require(done == right, string.concat(name, ": against the rules")); // also where a token refuses
        if (!done) return;
        payroll.status = IPayrollRegistry.PayrollStatus.Approved;
        --_facts[payroll.project].undecided;
        _owe(payroll.project, payroll.period, PayrollId.unwrap(payroll.id), amount);
        _reserved(payroll.project, 4);
    }

    function _admit(uint256 i, uint256 at) internal {
        PayrollFile storage payroll = _payrolls[i];
        bool right = _rows[i][at].state == RowState.Aside && block.timestamp > _rows[i][at].until;
        right = right && payroll.status != IPayrollRegistry.PayrollStatus.Lapsed;
        right = right && (!payroll.supplementary || payroll.status == IPayrollRegistry.PayrollStatus.Approved);
        IPayrollRegistry.ProvenRow[] memory rows = new IPayrollRegistry.ProvenRow[](1);
        rows[0] = _proven(i, at);
        bytes memory call = abi.encodeCall(payrolls.admit, (payroll.id, rows));
        if (!_doIf("admit", address(payrolls), RELAYER, call, right)) return require(!right, "admit: refused");
        _admitted(i, at, _min(_rows[i][at].amount, _owable(payroll.project)));
    }

    function _lapse(uint256 i) internal {
        PayrollFile storage payroll = _payrolls[i];
        bool right =
            payroll.status == IPayrollRegistry.PayrollStatus.Filed && block.timestamp > payroll.filedAt + 14 days;
        right = right && (payroll.supplementary || _standingOf(i) > _owable(payroll.project));
        bytes memory call = abi.encodeCall(payrolls.lapse, (payroll.id));
        if (!_doIf("lapse", address(payrolls), RELAYER, call, right)) return require(!right, "lapse: refused");
        payroll.status = IPayrollRegistry.PayrollStatus.Lapsed;
        --_facts[payroll.project].undecided;
        for (uint256 at = 0; at < _rows[i].length; ++at) {
            if (_rows[i][at].state == RowState.Aside) --_facts[payroll.project].undecided;
        }
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _objectCall(uint256 i, uint256 at, uint256 key) private view returns (bytes memory) {
        uint40 deadline = uint40(block.timestamp);
        PayrollId id = _payrolls[i].id;
        bytes32 order = keccak256(abi.encode(OBJECTION_TYPEHASH, id, uint32(at), deadline));
        bytes memory signature = _signDigest(key, _digestOf(address(payrolls), "Civitas PayrollRegistry", order));
        return abi.encodeCall(payrolls.object, (id, _proven(i, at), deadline, _signer(key), signature));
    }

    /// @dev Mostly who rules on a payroll: the office; on what it filed itself, the arbiter. Sometimes the other one.
    function _anyRuler(uint256 i) private returns (address by, CityId[] memory lineage, bool right) {
        bool byArbiter = _payrolls[i].byOffice != (_random(6) == 0);
        if (byArbiter) (by, right) = _actorOf(_payrolls[i].project, ARBITER);
        else (by, lineage, right) = _officerOf(_payrolls[i].project, LABOUR);
        right = _isRuler(i, by, right && !byArbiter);
    }

    function _isRuler(uint256 i, address by, bool isOffice) private view returns (bool) {
        return _payrolls[i].byOffice ? by == _operatorOf(_payrolls[i].project, ARBITER) : isOffice;
    }

    /// @dev Mostly one of the project and month, whoever its employer and whatever became of it.
    function _anyPredecessor(uint256 p, uint24 period) private returns (PayrollId id) {
        if (_payrolls.length != 0 && _random(8) == 0) return _payrolls[_random(_payrolls.length)].id;
        for (uint256 i = 0; i < _payrolls.length; ++i) {
            if (_isAt(i, p, period)) id = _payrolls[i].id;
        }
    }

    function _isOf(PayrollId id, uint256 p, uint24 period) private view returns (bool) {
        for (uint256 i = 0; i < _payrolls.length; ++i) {
            if (PayrollId.unwrap(_payrolls[i].id) == PayrollId.unwrap(id)) return _isAt(i, p, period);
        }
        return false;
    }

    function _isAt(uint256 i, uint256 p, uint24 period) private view returns (bool) {
        return _payrolls[i].project == p && _payrolls[i].period == period;
    }

    /// @dev Mostly those whom the employer employed in the month, or in another; now and then more than the budget.
    function _anyRows(uint256 p, uint16 employer, uint24 period) private returns (IPayrollRegistry.Row[] memory rows) {
        rows = new IPayrollRegistry.Row[](_hands[p].length);
        uint256 length = 0;
        uint256 limit = _random(12) == 0 ? _facts[p].budget : _facts[p].budget / 10;
        uint256 dice = _random(12);
        for (uint32 worker = 1; worker <= _hands[p].length; ++worker) {
            bool fits = dice < 3 ? _wasEmployed(p, worker, employer) : _isEmployed(p, worker, employer, period);
            if (_random(4) == 0 || !(fits || dice == 3)) continue;
            rows[length++] = IPayrollRegistry.Row(worker, uint128(1 + _random(limit)));
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(rows, length)
        }
    }

    function _keep(
        uint256 p,
        IPayrollRegistry.Payroll memory header,
        IPayrollRegistry.Row[] memory rows,
        bool byOffice
    ) private {
        PayrollFile storage payroll = _payrolls.push();
        uint256 i = _payrolls.length - 1;
        (payroll.id, payroll.project, payroll.employer) = (payrolls.idOf(header), p, header.employer);
        (payroll.period, payroll.status) = (TaxPeriod.unwrap(header.period), IPayrollRegistry.PayrollStatus.Filed);
        (payroll.supplementary, payroll.byOffice) = (PayrollId.unwrap(header.predecessor) != 0, byOffice);
        payroll.filedAt = block.timestamp;
        ++_facts[p].undecided;
        for (uint256 at = 0; at < rows.length; ++at) {
            _rows[i].push(Row(rows[at].worker, rows[at].amount, RowState.Standing, 0, 0));
            if (!payroll.supplementary) _filed[p][payroll.period][rows[at].worker] = true;
        }
    }

    function _setAside(uint256 i, uint256 at) private {
        (_rows[i][at].state, _rows[i][at].until) = (RowState.Aside, block.timestamp + 14 days);
        ++_facts[_payrolls[i].project].undecided;
    }

    function _admitted(uint256 i, uint256 at, uint128 amount) private {
        _rows[i][at].state = RowState.Admitted;
        --_facts[_payrolls[i].project].undecided;
        _owe(_payrolls[i].project, _payrolls[i].period, keyOf(i, at), amount);
    }

    /// @dev Sum of the rows that were never aside.
    function _standingOf(uint256 i) internal view returns (uint128 sum) {
        for (uint256 at = 0; at < _rows[i].length; ++at) {
            if (_rows[i][at].state == RowState.Standing) sum += _rows[i][at].amount;
        }
    }

    function _anyPayroll(IPayrollRegistry.PayrollStatus status) internal returns (uint256 i, bool any) {
        if (_payrolls.length == 0) return (0, false);
        i = _random(_payrolls.length);
        for (uint256 tries = 0; tries < _payrolls.length && _payrolls[i].status != status; ++tries) {
            i = (i + 1) % _payrolls.length;
        }
        return (i, true);
    }

    /// @dev Mostly one of a payroll in this status, in this state; often of the last such payroll, as times are short.
    function _anyRow(
        IPayrollRegistry.PayrollStatus status,
        RowState state
    ) internal returns (uint256 i, uint256 at, bool any) {
        uint256 count = _payrolls.length;
        if (count == 0) return (0, 0, false);
        uint256 first = _random(4) != 0 ? count - 1 : _random(count);
        uint256 from = _random(8);
        for (uint256 tries = 0; tries < count && _random(12) != 0; ++tries) {
            i = (first + count - tries) % count;
            for (uint256 j = 0; j < _rows[i].length && _payrolls[i].status == status; ++j) {
                at = (from + j) % _rows[i].length;
                if (_rows[i][at].state == state) return (i, at, true);
            }
        }
        return (first, from % _rows[first].length, true);
    }

    /// @dev Mostly the last one that waits for a decision.
    function _anyAside() private returns (uint256 i, uint256 at, bool any) {
        for (uint256 j = _payrolls.length; j > 0 && _random(12) != 0; --j) {
            if (_payrolls[j - 1].status == IPayrollRegistry.PayrollStatus.Lapsed) continue;
            for (at = 0; at < _rows[j - 1].length; ++at) {
                if (_rows[j - 1][at].state == RowState.Aside) return (j - 1, at, true);
            }
        }
        return _anyRow(IPayrollRegistry.PayrollStatus.Approved, RowState.Aside);
    }

    function _proven(uint256 i, uint256 at) internal view returns (IPayrollRegistry.ProvenRow memory row) {
        bytes32[] memory leaves = new bytes32[](_rows[i].length);
        for (uint256 j = 0; j < leaves.length; ++j) {
            leaves[j] = PayrollRows.leaf(_payrolls[i].id, uint32(j), _rows[i][j].worker, _rows[i][j].amount);
        }
        (row.position, row.worker, row.amount) = (uint32(at), _rows[i][at].worker, _rows[i][at].amount);
        row.proof = PlainTree.proof(leaves, at);
    }
}
