// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IMilestoneRegistry} from "../../contracts/escrow/IMilestoneRegistry.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {EscrowHandler} from "./EscrowHandler.sol";

/// @title The end of projects when nobody of the parties does anything any more: only time, anyone, labour office and court.
/// @dev An office that has nobody is the nearest active city's; one that a city dismissed altogether is appointed again.
contract DeadEndHandler is EscrowHandler {
    /// @dev All companies have lost their keys; some accounts stay blocked for ever.
    function abandon(uint256 seed) external {
        _start(seed);
        for (uint256 person = 0; person < PERSONS; ++person) _lost[person] = true;
        HostileToken(tokens[2]).setManner(HostileToken.Manner.Honest);
        for (uint256 i = 0; i < _blocked.length; ++i) {
            if (_random(2) != 0) continue;
            for (uint256 t = 1; t < 3; ++t) HostileToken(tokens[t]).setBlocked(_blocked[i], false);
        }
    }

    /// @dev Milestones, defects and payrolls are decided by silence, freezes and arrears are over, projects end.
    function waitForDecisions() external {
        vm.warp(block.timestamp + 1_000 days);
        for (uint256 p = 0; p < PROJECTS; ++p) {
            for (uint16 m = 0; m < _miles[p].length; ++m) _settleIfDecided(p, m);
            if (_isOpen(p)) _expireOrClose(p);
            for (uint16 seat = CONTRACTOR; seat <= SUB; ++seat)
                if (_defects[p][seat].amount != 0) _settleDefect(p, seat);
        }
        for (uint256 i = 0; i < _cases.length; ++i) if (_cases[i].amount != 0) _liftFreeze(i);
        for (uint256 i = 0; i < _payrolls.length; ++i) _decide(i);
        for (uint256 p = 0; p < PROJECTS; ++p) {
            for (uint16 seat = 0; seat < SEATS; ++seat) if (_changes[p][seat].dueAt != 0) _complete(p, seat);
            _replaceBlocked(p, CONTRACTOR);
            _replaceBlocked(p, SUB);
        }
    }

    /// @dev Anyone pushes all that can be pushed; the rest of the wages goes into custody, a lost funder's part where the court says.
    function pushAll() external {
        vm.warp(block.timestamp + 31 days);
        for (uint256 p = 0; p < PROJECTS; ++p) {
            for (uint16 seat = CONTRACTOR; seat <= SUB; ++seat) {
                _complete(p, seat);
                if (_seatBooks[p][seat].retained != 0) _releaseRetention(p, seat);
            }
            _pushSeats(p);
            for (uint256 i = 0; i < 4; ++i) _reserve(p, 50);
        }
        for (uint256 i = 0; i < _payrolls.length; ++i) _payRows(i);
        for (uint256 p = 0; p < PROJECTS; ++p) {
            if (_facts[p].closedOutAt == 0) _closeOut(p);
            if (_wages[p].deposit != 0) _returnDeposit(p);
        }
    }

    /// @dev After the waits.
    function takeTheRest() external {
        vm.warp(block.timestamp + 91 days);
        for (uint256 i = 0; i < _payrolls.length; ++i) {
            _custodyOf(_payrolls[i].project, PayrollId.unwrap(_payrolls[i].id));
            for (uint256 at = 0; at < _rows[i].length; ++at) _custodyOf(_payrolls[i].project, keyOf(i, at));
            for (uint256 at = 0; at < _rows[i].length; ++at) if (_dueOf(i, at) == 0) _payOne(i, at); // is refused
        }
        vm.warp(block.timestamp + 365 days);
        for (uint256 f = 0; f < FUNDERS; ++f) {
            for (uint256 p = 0; p < PROJECTS; ++p) _returnTo(p, funders[f]);
        }
    }

    function held() external view returns (uint256 sum) {
        for (uint256 t = 0; t < 3; ++t) sum += escrow.heldOf(tokens[t]) + wages.heldOf(tokens[t]);
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev A returned milestone releases its money; an approved, disputed or ruled one is settled.
    function _settleIfDecided(uint256 p, uint16 m) private {
        Mile memory mile = mileOf(p, m);
        bool rests = mile.status == IMilestoneRegistry.MilestoneStatus.Planned;
        rests = rests || mile.status == IMilestoneRegistry.MilestoneStatus.Settled;
        rests = rests || (mile.status == IMilestoneRegistry.MilestoneStatus.Returned && !mile.committed);
        if (!rests) _settle(p, m);
    }

    function _decide(uint256 i) private {
        if (_payrolls[i].status == IPayrollRegistry.PayrollStatus.Filed) {
            bool lapses = _payrolls[i].supplementary || _standingOf(i) > _owable(_payrolls[i].project);
            if (lapses) return _lapse(i);
            _approve("approvePayroll", i, RELAYER, new CityId[](0), false);
        }
        if (_payrolls[i].status != IPayrollRegistry.PayrollStatus.Approved) return;
        for (uint256 at = 0; at < _rows[i].length; ++at) if (_rows[i][at].state == RowState.Aside) _admit(i, at);
    }

    function _replaceBlocked(uint256 p, uint16 seat) private {
        if (!_isBlocked(p, _accountOf[p][seat])) return;
        (address court, CityId[] memory lineage) = _office(p, JUSTICE);
        _replace(p, seat, _seatedBy[p][seat], court, lineage, true);
    }

    function _pushSeats(uint256 p) private {
        for (uint16 seat = CONTRACTOR; seat <= SUB; ++seat) {
            if (_seatBooks[p][seat].credit != 0) _payOut(p, seat);
        }
    }

    /// @dev Some workers have gone; one of those who are blocked names another account.
    function _payRows(uint256 i) private {
        if (_payrolls[i].status != IPayrollRegistry.PayrollStatus.Approved) return;
        uint256 p = _payrolls[i].project;
        for (uint256 at = 0; at < _rows[i].length; ++at) {
            uint32 worker = _rows[i][at].worker;
            if (worker == 1 && _isBlocked(p, _hands[p][0].account)) require(_changeAccount(p, 1, 1));
            if (_dueOf(i, at) != 0 && (worker + i) % 4 != 0) _payOne(i, at);
        }
    }

    function _custodyOf(uint256 p, bytes32 key) private {
        if (_owing[key].reserved == _owing[key].paid) return;
        (address office, CityId[] memory lineage) = _office(p, LABOUR);
        _takeIntoCustody(key, office, lineage, true);
    }

    function _returnTo(uint256 p, address funder) private {
        if (_puts[p][funder].put == 0 || _puts[p][funder].settled) return;
        if (_isBlocked(p, funder)) {
            address heir = _newAccount();
            (address court, CityId[] memory lineage) = _office(p, JUSTICE);
            vm.prank(court);
            escrow.proposeRedirection(projectIds[p], funder, heir, lineage);
            vm.warp(block.timestamp + 30 days);
            escrow.completeRedirection(projectIds[p], funder);
            _puts[p][funder].to = heir;
        }
        _refund(p, funder);
    }

    /// @dev Who acts for the city now: itself, or the nearest active city above it.
    function _office(uint256 p, uint32 capability) private returns (address officer, CityId[] memory lineage) {
        uint32 city = cityOf(p);
        if (!isActive(city)) {
            while (!isActive(city)) city = _parentOf(city);
            lineage = _lineage(city);
        }
        for (uint256 i = 0; i < OFFICERS; ++i) if (_member[_officers[i]][city][capability]) officer = _officers[i];
        if (officer != address(0)) return (officer, lineage);
        officer = _officers[0];
        manager.grantRole(_role(city, capability), officer, 0);
        _member[officer][city][capability] = true;
    }
}
