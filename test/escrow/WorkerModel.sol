// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TaxPeriod, periodAt} from "../../contracts/invoice/TaxPeriod.sol";
import {EventChains} from "./EventChains.sol";

/// @title The rules of workers and arrears as a plain model: who worked for whom, from which month to which, and what workers say is missing.
abstract contract WorkerModel is EventChains {
    struct Hand {
        uint256 key; // its own
        uint16 employer;
        address account;
        uint16 changes;
        uint256 enrolledAt;
        bytes32 tag;
    }

    struct Arrears {
        uint24 period;
        uint128 amount;
        uint128 baseline;
        uint256 until;
        uint32 count;
    }

    mapping(uint256 project => Hand[]) internal _hands; // the first is worker 1
    /// @dev The first month a worker was employed in by a company, and the one in which it last left.
    mapping(uint256 project => mapping(uint32 worker => mapping(uint16 employer => uint24))) private _since;
    mapping(uint256 project => mapping(uint32 worker => mapping(uint16 employer => uint24))) private _leftIn;
    mapping(uint256 project => uint24) private _firstMonth;
    mapping(uint256 project => Arrears) internal _arrears;
    mapping(uint256 project => mapping(uint24 period => bool)) internal _declaredByWorkers;

    // -------------------------------------------------------------------------------------------------------------- reading

    function handCount(uint256 project) external view returns (uint256) {
        return _hands[project].length;
    }

    function handOf(uint256 project, uint32 worker) external view returns (Hand memory) {
        return _hands[project][worker - 1];
    }

    /// @dev Of the present employer.
    function sinceOf(uint256 project, uint32 worker) external view returns (uint24) {
        return _since[project][worker][_hands[project][worker - 1].employer];
    }

    function arrearsOf(uint256 project) external view returns (Arrears memory) {
        return _arrears[project];
    }

    function _month(uint256 time) internal pure returns (uint24) {
        return TaxPeriod.unwrap(periodAt(time, 0));
    }

    function _isEmployed(uint256 project, uint32 worker, uint16 employer, uint24 period) internal view returns (bool) {
        uint24 since = _since[project][worker][employer];
        bool stays = _hands[project][worker - 1].employer == employer;
        return since != 0 && since <= period && (stays || period <= _leftIn[project][worker][employer]);
    }

    /// @dev Now or once.
    function _wasEmployed(uint256 project, uint32 worker, uint16 employer) internal view returns (bool) {
        return _since[project][worker][employer] != 0;
    }

    /// @dev In a payroll that is not supplementary, the months that a worker shares with its present employer are that one's.
    function _isAlone(uint256 project, uint32 worker, uint16 employer, uint24 period) internal view returns (bool) {
        uint16 present = _hands[project][worker - 1].employer;
        return present == employer || period < _since[project][worker][present];
    }

    function _inArrears(uint256 project) internal view returns (bool) {
        return block.timestamp <= _arrears[project].until;
    }

    /// @dev Of a month that is over.
    function _isDeclarable(uint256 project, uint24 period) internal view returns (bool) {
        return !_inArrears(project) && period < _month(block.timestamp);
    }

    /// @dev Once for each month since anybody worked.
    function _isDeclarableByWorkers(uint256 project, uint24 period) internal view returns (bool) {
        bool worked = _firstMonth[project] <= period;
        return worked && !_declaredByWorkers[project][period] && _isDeclarable(project, period);
    }

    // --------------------------------------------------------------------------------------------------------------- rules

    function _employed(uint256 project, uint32 worker, uint16 employer, uint24 since) internal {
        Hand storage hand = _hands[project][worker - 1];
        if (hand.employer != employer) _leftIn[project][worker][hand.employer] = _month(block.timestamp);
        hand.employer = employer;
        uint24 before = _since[project][worker][employer];
        if (before == 0 || since < before) _since[project][worker][employer] = since;
        if (_firstMonth[project] == 0 || since < _firstMonth[project]) _firstMonth[project] = since;
    }

    function _declared(uint256 project, uint24 period, uint128 amount, uint128 baseline) internal {
        uint32 count = _arrears[project].count + 1;
        _arrears[project] = Arrears(period, amount, baseline, block.timestamp + 60 days, count);
    }
}
