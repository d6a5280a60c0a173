// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IWages} from "../../contracts/escrow/IWages.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {PayrollRows} from "../../contracts/escrow/PayrollRows.sol";
import {TaxPeriod, periodAt} from "../../contracts/invoice/TaxPeriod.sol";
import {PlainTree} from "../invoice/PlainTree.sol";
import {WorksHandler} from "./WorksHandler.sol";

/// @title Random acts on workers and payrolls: of employers, the contractor, the owner, the labour office, the arbiter and the workers.
abstract contract PayrollHandler is WorksHandler {
    bytes32 private constant ACCOUNT_TYPEHASH = keccak256(
        "WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant OBJECTION_TYPEHASH = keccak256(
        "Objection(bytes32 payroll,uint32 position,uint40 deadline)"
    );
    bytes32 private constant ARREARS_TYPEHASH = keccak256(
        "ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline)"
    );
    mapping(uint256 project => mapping(uint24 period => mapping(uint32 worker => bool))) private _filed;

    // --------------------------------------------------------------------------------------------------------------- workers

    function enrol(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        if (_hands[p].length == 8) return;
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, LABOUR);
        right = right && (_isOpen(p) || block.timestamp <= _facts[p].endedAt + 30 days);
        bool done = _enrol(p, _company(), by, lineage);
        require(right || !done, "enrol: done against the rules");
    }

    /// @dev Mostly with the worker's own key, sometimes another's.
    function changeAccount(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        uint32 worker = uint32(1 + _random(_hands[p].length));
        _changeAccount(p, worker, _random(6) == 0 ? uint32(1 + _random(_hands[p].length)) : worker);
    }

    function declareArrears(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        TaxPeriod period = periodAt(block.timestamp - 40 days, 0);
        uint128 amount = uint128(1 + _random(50_000));
        if (_random(2) == 0) return _declareByWorkers(p, period, amount);
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, LABOUR);
        right = right && _isOpen(p);
        bytes memory call = abi.encodeCall(wages.declareArrears, (projectIds[p], period, amount, lineage));
        _doIf("declareArrears", address(wages), by, call, right);
    }

    function endArrears(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && !wages.inArrears(projectIds[p]); ++i) p = (p + 1) % PROJECTS;
        if (_random(2) == 0) {
            _do("endArrears", address(wages), RELAYER, abi.encodeCall(wages.endArrears, (projectIds[p])));
            return;
        }
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, LABOUR);
        bytes memory call = abi.encodeCall(wages.dismissArrears, (projectIds[p], lineage));
        _doIf("dismissArrears", address(wages), by, call, right);
    }

    // -------------------------------------------------------------------------------------------------------------- payrolls

    function file(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 employer) = (_anyProject(), _company());
        IWages.Payroll memory header;
        (header.project, header.employer) = (projectIds[p], employer);
        header.period = periodAt(block.timestamp - _random(100 days), 0);
        header.serial = uint32(_payrolls.length + 1);
        if (_random(4) == 0) header.predecessor = _anyPredecessor(p, employer, header.period);
        IWages.Row[] memory rows = _anyRows(p, employer);
        if (rows.length != 0) _file(p, header, rows, _random(4) == 0);
    }

    function _file(uint256 p, IWages.Payroll memory header, IWages.Row[] memory rows, bool byOffice) private {
        (address by, bool right) = _actorOf(p, header.employer);
        CityId[] memory lineage;
        if (byOffice) (by, lineage, right) = _officerOf(p, LABOUR);
        right = right && (_isOpen(p) || block.timestamp <= _facts[p].endedAt + 30 days);
        for (uint256 i = 0; i < rows.length && PayrollId.unwrap(header.predecessor) == 0; ++i) {
            right = right && !_filed[p][TaxPeriod.unwrap(header.period)][rows[i].worker];
        }
        bytes memory call = abi.encodeCall(wages.file, (header, rows, lineage));
        if (_doIf("file", address(wages), by, call, right)) _keep(p, header, rows, byOffice);
    }

    function oppose(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(IWages.PayrollStatus.Filed, RowState.Standing);
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        (address by, bool right) = _actorOf(payroll.project, _random(2) == 0 ? OWNER : CONTRACTOR);
        right = right || by == _operatorOf(payroll.project, OWNER) || by == _operatorOf(payroll.project, CONTRACTOR);
        right = right && payroll.status == IWages.PayrollStatus.Filed && _rows[i][at].state == RowState.Standing;
        right = right && block.timestamp <= payroll.filedAt + 5 days;
        IWages.ProvenRow[] memory rows = new IWages.ProvenRow[](1);
        rows[0] = _proven(i, at);
        bytes memory call = abi.encodeCall(wages.oppose, (payroll.id, rows));
        if (_doIf("oppose", address(wages), by, call, right)) _setAside(i, at);
    }

    /// @dev Mostly with the worker's own key, sometimes another's.
    function object(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(IWages.PayrollStatus.Filed, RowState.Standing);
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        uint256 worker = _rows[i][at].worker - 1;
        bool right = payroll.status == IWages.PayrollStatus.Filed && _rows[i][at].state == RowState.Standing;
        right = right && block.timestamp <= payroll.filedAt + 5 days;
        uint256 key = _hands[payroll.project][worker].key;
        if (_random(6) == 0) (key, right) = (_hands[payroll.project][(worker + 1) % 4].key, false);
        bool done = _relay("object", address(wages), _objectCall(i, at, key));
        require(right == done, "object: against the rules");
        if (done) _setAside(i, at);
    }

    /// @dev By the office; by the arbiter, of what the office filed.
    function ruleRow(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(IWages.PayrollStatus.Approved, RowState.Aside);
        if (!any) return;
        PayrollFile storage payroll = _payrolls[i];
        (address by, CityId[] memory lineage, bool right) = _officerOf(payroll.project, LABOUR);
        if (payroll.byOffice) (by, right) = _actorOf(payroll.project, ARBITER);
        uint128 amount = _partOf(_rows[i][at].amount);
        if (_random(6) == 0) amount = 0;
        right = right && _rows[i][at].state == RowState.Aside && block.timestamp <= _rows[i][at].until;
        right = right && amount <= _rows[i][at].amount && payroll.status != IWages.PayrollStatus.Lapsed;
        right = right && amount <= _owable(payroll.project) && block.timestamp > payroll.filedAt + 5 days;
        bytes memory call = abi.encodeCall(wages.rule, (payroll.id, _proven(i, at), amount, lineage));
        if (_doIf("ruleRow", address(wages), by, call, right)) _admitted(i, at, amount);
    }

    function admit(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(IWages.PayrollStatus.Approved, RowState.Aside);
        if (any) _admit(i, at);
    }

    function approvePayroll(uint256 seed) external {
        _start(seed);
        (uint256 i, bool any) = _anyPayroll(IWages.PayrollStatus.Filed);
        if (!any) return;
        (address by, bool right) = _actorOf(_payrolls[i].project, CONTRACTOR);
        _approve(i, by, right);
    }

    function lapse(uint256 seed) external {
        _start(seed);
        (uint256 i, bool any) = _anyPayroll(IWages.PayrollStatus.Filed);
        if (any) _lapse(i);
    }

    // ------------------------------------------------------------------------------------------------- internal: acts of anyone

    /// @dev Silence is approval of all but supplementary ones.
    function _approve(uint256 i, address by, bool byContractor) internal {
        PayrollFile storage payroll = _payrolls[i];
        uint128 amount = _standingOf(i);
        bool right = payroll.status == IWages.PayrollStatus.Filed && amount <= _owable(payroll.project);
        right = right && block.timestamp >= payroll.filedAt + 3 days;
        right = right && (byContractor || (!payroll.supplementary && block.timestamp > payroll.filedAt + 5 days));
        if (payroll.supplementary) right = right && block.timestamp <= payroll.filedAt + 14 days;
        bytes memory call = abi.encodeCall(wages.approve, (payroll.id, new CityId[](0)));
        if (!_doIf("approvePayroll", address(wages), by, call, right)) {
            return require(!right || _isBroken(payroll.project), "approvePayroll: refused against the rules");
        }
        payroll.status = IWages.PayrollStatus.Approved;
        --_facts[payroll.project].undecided;
        _owe(payroll.project, payroll.period, PayrollId.unwrap(payroll.id), amount);
        _reserved(payroll.project, 4);
    }

    function _admit(uint256 i, uint256 at) internal {
        PayrollFile storage payroll = _payrolls[i];
        bool right = _rows[i][at].state == RowState.Aside && block.timestamp > _rows[i][at].until;
        right = right && payroll.status != IWages.PayrollStatus.Lapsed;
        right = right && (!payroll.supplementary || payroll.status == IWages.PayrollStatus.Approved);
        IWages.ProvenRow[] memory rows = new IWages.ProvenRow[](1);
        rows[0] = _proven(i, at);
        bytes memory call = abi.encodeCall(wages.admit, (payroll.id, rows));
        if (!_doIf("admit", address(wages), RELAYER, call, right)) return require(!right, "admit: refused");
        _admitted(i, at, _min(_rows[i][at].amount, _owable(payroll.project)));
    }

    function _lapse(uint256 i) internal {
        PayrollFile storage payroll = _payrolls[i];
        bool right = payroll.status == IWages.PayrollStatus.Filed && block.timestamp > payroll.filedAt + 14 days;
        right = right && (payroll.supplementary || _standingOf(i) > _owable(payroll.project));
        bytes memory call = abi.encodeCall(wages.lapse, (payroll.id));
        if (!_doIf("lapse", address(wages), RELAYER, call, right)) return require(!right, "lapse: refused");
        payroll.status = IWages.PayrollStatus.Lapsed;
        --_facts[payroll.project].undecided;
        for (uint256 at = 0; at < _rows[i].length; ++at) {
            if (_rows[i][at].state == RowState.Aside) --_facts[payroll.project].undecided;
        }
    }

    function _changeAccount(uint256 p, uint32 worker, uint32 signer) internal returns (bool done) {
        address account = _newAccount();
        done = _relay("changeAccount", address(wages), _accountCall(p, worker, account, _hands[p][signer - 1].key));
        require(done == (worker == signer), "changeAccount: against the rules");
        if (!done) return false;
        _isWorkers[p][account] = true;
        _hands[p][worker - 1].account = account;
        ++_hands[p][worker - 1].changes;
        _know(account);
    }

    function _accountCall(uint256 p, uint32 worker, address account, uint256 key) private view returns (bytes memory) {
        uint40 deadline = uint40(block.timestamp + 1 days);
        uint32 changes = _hands[p][worker - 1].changes;
        bytes32 order = keccak256(abi.encode(ACCOUNT_TYPEHASH, projectIds[p], worker, account, changes, deadline));
        bytes memory signature = _signDigest(key, _digestOf(address(wages), "Civitas WageAccount", order));
        return abi.encodeCall(wages.changeAccount, (projectIds[p], worker, account, deadline, _signer(key), signature));
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _declareByWorkers(uint256 p, TaxPeriod period, uint128 amount) private {
        IWages.WorkerSignature[] memory signatures = new IWages.WorkerSignature[](3);
        uint40 deadline = uint40(block.timestamp);
        bytes32 digest = _arrearsDigest(p, period, amount, deadline);
        bool right = _isOpen(p);
        for (uint32 i = 0; i < 3; ++i) {
            Hand storage hand = _hands[p][i];
            signatures[i] = IWages.WorkerSignature(i + 1, _signer(hand.key), _signDigest(hand.key, digest));
            right = right && block.timestamp >= hand.enrolledAt + 30 days;
        }
        bool done = _relay(
            "declareByWorkers",
            address(wages),
            abi.encodeCall(wages.declareArrearsByWorkers, (projectIds[p], period, amount, deadline, signatures))
        );
        require(!done || right, "declareByWorkers: against the rules");
    }

    function _arrearsDigest(
        uint256 p,
        TaxPeriod period,
        uint128 amount,
        uint40 deadline
    ) private view returns (bytes32) {
        uint32 count = wages.arrearsOf(projectIds[p]).count;
        bytes32 order = keccak256(abi.encode(ARREARS_TYPEHASH, projectIds[p], period, amount, count, deadline));
        return _digestOf(address(wages), "Civitas WageAccount", order);
    }

    function _objectCall(uint256 i, uint256 at, uint256 key) private view returns (bytes memory) {
        uint40 deadline = uint40(block.timestamp);
        PayrollId id = _payrolls[i].id;
        bytes32 order = keccak256(abi.encode(OBJECTION_TYPEHASH, id, uint32(at), deadline));
        bytes memory signature = _signDigest(key, _digestOf(address(wages), "Civitas WageAccount", order));
        return abi.encodeCall(wages.object, (id, _proven(i, at), deadline, _signer(key), signature));
    }

    function _anyPredecessor(uint256 p, uint16 employer, TaxPeriod period) private view returns (PayrollId id) {
        for (uint256 i = 0; i < _payrolls.length; ++i) {
            PayrollFile storage payroll = _payrolls[i];
            bool same = payroll.project == p && payroll.employer == employer;
            if (same && payroll.period == TaxPeriod.unwrap(period)) id = payroll.id;
        }
    }

    /// @dev Some of the employer's workers; now and then more than the budget.
    function _anyRows(uint256 p, uint16 employer) private returns (IWages.Row[] memory rows) {
        rows = new IWages.Row[](_hands[p].length);
        uint256 length = 0;
        uint256 limit = _random(12) == 0 ? _facts[p].budget : _facts[p].budget / 10;
        for (uint32 worker = 1; worker <= _hands[p].length; ++worker) {
            if (_hands[p][worker - 1].employer != employer || _random(4) == 0) continue;
            rows[length++] = IWages.Row(worker, uint128(1 + _random(limit)));
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(rows, length)
        }
    }

    function _keep(uint256 p, IWages.Payroll memory header, IWages.Row[] memory rows, bool byOffice) private {
        PayrollFile storage payroll = _payrolls.push();
        uint256 i = _payrolls.length - 1;
        (payroll.id, payroll.project, payroll.employer) = (wages.idOf(header), p, header.employer);
        (payroll.period, payroll.status) = (TaxPeriod.unwrap(header.period), IWages.PayrollStatus.Filed);
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

    function _anyPayroll(IWages.PayrollStatus status) internal returns (uint256 i, bool any) {
        if (_payrolls.length == 0) return (0, false);
        i = _random(_payrolls.length);
        for (uint256 tries = 0; tries < _payrolls.length && _payrolls[i].status != status; ++tries) {
            i = (i + 1) % _payrolls.length;
        }
        return (i, true);
    }

    /// @dev Mostly one of a payroll in this status, in this state.
    function _anyRow(IWages.PayrollStatus status, RowState state) internal returns (uint256 i, uint256 at, bool any) {
        (i, any) = _anyPayroll(status);
        if (!any) return (0, 0, false);
        for (uint256 tries = 0; tries < 8; ++tries) {
            at = _random(_rows[i].length);
            if (_rows[i][at].state == state) break;
            if (tries % 2 == 1) i = (i + 1) % _payrolls.length;
            at = at % _rows[i].length;
        }
    }

    function _proven(uint256 i, uint256 at) internal view returns (IWages.ProvenRow memory row) {
        bytes32[] memory leaves = new bytes32[](_rows[i].length);
        for (uint256 j = 0; j < leaves.length; ++j) {
            leaves[j] = PayrollRows.leaf(_payrolls[i].id, uint32(j), _rows[i][j].worker, _rows[i][j].amount);
        }
        (row.position, row.worker, row.amount) = (uint32(at), _rows[i][at].worker, _rows[i][at].amount);
        row.proof = PlainTree.proof(leaves, at);
    }
}
