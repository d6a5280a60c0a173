// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {PayrollHandler} from "./PayrollHandler.sol";

/// @title Random acts on wages money: paying, covering, and the end.
abstract contract WageHandler is PayrollHandler {
    function payOne(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(
            IPayrollRegistry.PayrollStatus.Approved,
            _random(2) == 0 ? RowState.Standing : RowState.Admitted
        );
        if (any) _payOne(i, at);
    }

    function payAll(uint256 seed) external {
        _start(seed);
        (uint256 i, bool any) = _anyPayroll(IPayrollRegistry.PayrollStatus.Approved);
        if (!any) return;
        for (uint256 tries = 0; tries < _payrolls.length && !_isDue(i); ++tries) i = (i + 1) % _payrolls.length;
        uint256 p = _payrolls[i].project;
        address payee = _payeeOf(i, _random(_rows[i].length));
        bool blocks = p >= 2 && !_isBlocked(p, payee) && _random(2) == 0;
        if (blocks) HostileToken(tokenOf(p)).setBlocked(payee, true);
        _payAll(i);
        if (blocks) HostileToken(tokenOf(p)).setBlocked(payee, false);
    }

    /// @dev Now and then with a token that cheats meanwhile.
    function reserve(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && _wages[p].owed == 0; ++i) p = (p + 1) % PROJECTS;
        HostileToken.Manner manner = _mannerOf(p);
        bool cheats = p >= 2 && _random(2) == 0;
        if (cheats) HostileToken(tokenOf(p)).setManner(HostileToken.Manner(1 + _random(5)));
        _reserve(p, _random(6));
        if (cheats) HostileToken(tokenOf(p)).setManner(manner);
    }

    function cover(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && _uncovered(p) == 0; ++i) p = (p + 1) % PROJECTS;
        (uint128 amount, address by) = (_partOf(_uncovered(p)), funders[_random(FUNDERS)]);
        bool right = amount != 0 && amount <= _uncovered(p);
        bytes memory call = abi.encodeCall(wages.cover, (projectIds[p], amount));
        if (_doIf("cover", address(wages), by, call, right)) _coveredBy(p, by, amount);
    }

    /// @dev An operator of the contractor that funder 0 has given tokens; a stranger may not.
    function payDeposit(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && _wages[p].deposit >= _facts[p].wageDeposit; ++i) p = (p + 1) % PROJECTS;
        uint128 missing = _facts[p].wageDeposit - _min(_facts[p].wageDeposit, _wages[p].deposit);
        (uint128 amount, bool right) = (_partOf(missing), false);
        address by = funders[0];
        if (_random(6) != 0) (by, right) = _actorOf(p, CONTRACTOR);
        right = right && amount != 0 && amount <= missing && _facts[p].closedOutAt == 0;
        if (by != funders[0]) _lend(p, by, amount);
        bytes memory call = abi.encodeCall(wages.payDeposit, (projectIds[p], amount));
        if (_doIf("payDeposit", address(wages), by, call, right)) _deposited(p, by, amount);
        else require(!right || _isBroken(p) || _mannerOf(p) != HostileToken.Manner.Honest, "payDeposit: refused");
    }

    function closeOut(uint256 seed) external {
        _start(seed);
        uint256 p = _anyEnded();
        uint256 from = _facts[p].endedAt + 30 days;
        if (!_isOpen(p) && block.timestamp <= from && _random(2) == 0) vm.warp(from + 1);
        _closeOut(p);
    }

    function returnDeposit(uint256 seed) external {
        _start(seed);
        _returnDeposit(_anyEnded());
    }

    function takeIntoCustody(uint256 seed) external {
        _start(seed);
        (uint256 i, uint256 at, bool any) = _anyRow(IPayrollRegistry.PayrollStatus.Approved, RowState.Admitted);
        if (!any) return;
        (address by, CityId[] memory lineage, bool right) = _officerOf(_payrolls[i].project, LABOUR);
        _takeIntoCustody(keyOf(i, at), by, lineage, right);
    }

    // ---------------------------------------------------------------------------------------------------------------- internal

    function _payOne(uint256 i, uint256 at) internal {
        uint256 p = _payrolls[i].project;
        uint128 amount = _dueOf(i, at);
        address account = _hands[p][_rows[i][at].worker - 1].account;
        IPayrollRegistry.ProvenRow[] memory rows = new IPayrollRegistry.ProvenRow[](1);
        rows[0] = _proven(i, at);
        bytes memory call = abi.encodeCall(wages.pay, (_payrolls[i].id, rows));
        bool right = amount != 0 && _leaves(p) && !_isBlocked(p, account);
        bool done = _doIf("payOne", address(wages), RELAYER, call, right);
        require(done == right, "payOne: refused against the rules");
        if (done) _paid(i, at, account, amount);
    }

    /// @dev Rows of a payroll, in any order; what the token refuses is as before.
    function _payAll(uint256 i) internal {
        uint256 p = _payrolls[i].project;
        if (_payrolls[i].status != IPayrollRegistry.PayrollStatus.Approved || _rows[i].length < 2) return;
        (IPayrollRegistry.ProvenRow[] memory rows, bool[] memory pays, bool any) = _pushed(i, _random(_rows[i].length));
        HostileToken.Manner manner = _mannerOf(p);
        bool right = !any || _leaves(p) || manner == HostileToken.Manner.Refusing;
        bool done = _do("payAll", address(wages), RELAYER, abi.encodeCall(wages.pay, (_payrolls[i].id, rows)));
        // A fee that is not there makes the token refuse all.
        require(done == right || manner == HostileToken.Manner.AddingFee, "payAll: against the rules");
        if (!done || !_leaves(p)) return;
        for (uint256 at = 0; at < pays.length; ++at) {
            if (pays[at]) _paid(i, at, _payeeOf(i, at), _dueOf(i, at));
        }
    }

    /// @return rows All, from one on.
    /// @return pays Which of them the token pays, if it pays.
    function _pushed(
        uint256 i,
        uint256 first
    ) private view returns (IPayrollRegistry.ProvenRow[] memory rows, bool[] memory pays, bool any) {
        (rows, pays) = (new IPayrollRegistry.ProvenRow[](_rows[i].length), new bool[](_rows[i].length));
        for (uint256 j = 0; j < rows.length; ++j) {
            uint256 at = (first + j) % rows.length;
            rows[j] = _proven(i, at);
            pays[at] = _dueOf(i, at) != 0 && !_isBlocked(_payrolls[i].project, _payeeOf(i, at));
            any = any || pays[at];
        }
    }

    function _isDue(uint256 i) private view returns (bool) {
        Owing storage owing = _owing[PayrollId.unwrap(_payrolls[i].id)];
        return owing.reserved != owing.paid;
    }

    function _payeeOf(uint256 i, uint256 at) private view returns (address) {
        return _hands[_payrolls[i].project][_rows[i][at].worker - 1].account;
    }

    function _reserve(uint256 p, uint256 count) internal {
        bytes memory call = abi.encodeCall(wages.reserve, (projectIds[p], count));
        require(_do("reserve", address(wages), RELAYER, call), "reserve: refused against the rules");
        _reserved(p, count);
    }

    function _closeOut(uint256 p) internal {
        bool right = !_isOpen(p) && block.timestamp > _facts[p].endedAt + 30 days;
        right = right && _facts[p].closedOutAt == 0 && _facts[p].undecided == 0;
        bytes memory call = abi.encodeCall(wages.closeOut, (projectIds[p]));
        if (_doIf("closeOut", address(wages), RELAYER, call, right)) _closedOut(p);
    }

    function _returnDeposit(uint256 p) internal {
        bool right = _facts[p].closedOutAt != 0 && _wages[p].deposit != 0;
        bytes memory call = abi.encodeCall(wages.returnDeposit, (projectIds[p]));
        address account = _accountOf[p][CONTRACTOR];
        if (_doIf("returnDeposit", address(wages), RELAYER, call, right)) _depositBack(p, account);
        else require(!right || _isBroken(p), "returnDeposit: refused against the rules");
    }

    /// @dev Only after the waits, and what could not be paid.
    function _takeIntoCustody(bytes32 key, address by, CityId[] memory lineage, bool right) internal {
        Owing storage owing = _owing[key];
        uint256 p = owing.project;
        uint256 since = _facts[p].closedOutAt;
        right = right && since != 0 && owing.reserved > owing.paid;
        if (owing.coveredAt > since) since = owing.coveredAt;
        right = right && block.timestamp >= since + 90 days;
        bytes memory call = abi.encodeCall(wages.takeIntoCustody, (projectIds[p], key, _custodian[p], lineage));
        if (_doIf("takeIntoCustody", address(wages), by, call, right)) _intoCustody(key, _custodian[p]);
        else require(!right || _isBroken(p), "takeIntoCustody: refused against the rules");
    }

    function _isBlocked(uint256 p, address account) internal view returns (bool) {
        return p >= 2 && HostileToken(tokenOf(p)).isBlocked(account);
    }

    /// @dev An operator has no money of its own.
    function _lend(uint256 p, address to, uint128 amount) internal virtual;

    function _anyEnded() private returns (uint256 p) {
        p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && _isOpen(p); ++i) p = (p + 1) % PROJECTS;
    }
}
