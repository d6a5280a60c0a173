// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Page} from "../common/Page.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageWorkers} from "./WageWorkers.sol";

/// @title What is owed, in the order in which it became so.
/// @notice The part of WageAccount that sets money apart for what is owed.
abstract contract WageQueue is WageWorkers {
    /// @dev How many an act on something else covers at most.
    uint256 internal constant COVERED_ALONG = 4;

    /// @inheritdoc IWageAccount
    function reserve(ProjectId project, uint256 count) external nonReentrant {
        _reserve(project, projects.projectOf(project), count);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev An amount is owed from now on; nothing is nothing to wait for.
    function _owe(ProjectId project, TaxPeriod period, bytes32 key, uint128 amount) internal {
        if (amount == 0) return;
        Ledger storage ledger = _ledgers[project];
        Due storage due = _dues[key];
        due.project = project;
        due.period = period;
        due.total = amount;
        ledger.books.owed += amount;
        ledger.queue.push(key);
    }

    /// @dev Cover the oldest of what is owed, `count` at most, as far as money is there.
    function _reserve(ProjectId project, IProjectRegistry.Project memory p, uint256 count) internal {
        Ledger storage ledger = _ledgers[project];
        uint256 next = ledger.covered;
        uint256 end = next + Page.length(ledger.queue.length, next, count);
        if (next == end) return;
        uint128 works = _advance(project, p, next, end);
        bool covered = true;
        for (; covered && next < end; ++next) {
            (covered, works) = _cover(project, ledger, ledger.queue[next], works);
        }
        ledger.covered = uint64(covered ? next : next - 1);
    }

    /// @dev Draw works money for what wages and deposit do not cover of a part of the queue.
    function _advance(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint256 next,
        uint256 end
    ) private returns (uint128 given) {
        WageBooks storage books = _ledgers[project].books;
        uint128 missing = 0;
        for (; next < end; ++next) {
            Due storage due = _dues[_ledgers[project].queue[next]];
            missing += due.total - due.reserved;
        }
        uint128 there = books.free + books.deposit;
        if (missing <= there) return 0;
        given = IFundEscrow(projects.escrow()).advance(project, missing - there);
        books.advanced += given;
        _receive(p.token, _tokens(given, p.unit));
    }

    /// @dev Set apart for one of what is owed: from wages, then from the deposit, then from the works money that was drawn.
    /// @return covered Whether nothing is missing of it any more.
    /// @return left How much works money is left.
    function _cover(
        ProjectId project,
        Ledger storage ledger,
        bytes32 key,
        uint128 works
    ) private returns (bool covered, uint128 left) {
        Due storage due = _dues[key];
        uint128 missing = due.total - due.reserved;
        uint128 fromWages = _min(missing, ledger.books.free);
        uint128 fromDeposit = _min(missing - fromWages, ledger.books.deposit);
        uint128 fromWorks = _min(missing - fromWages - fromDeposit, works);
        uint128 sum = fromWages + fromDeposit + fromWorks;
        if (sum != 0) {
            ledger.books.free -= fromWages;
            ledger.books.deposit -= fromDeposit;
            ledger.books.depositOwed += fromDeposit;
            ledger.books.owed -= sum;
            ledger.books.reserved += sum;
            due.reserved += sum;
            _reservedFor[project][due.period] += sum;
            emit WagesReserved(project, key, fromWages, fromDeposit, fromWorks);
        }
        return (sum == missing, works - fromWorks);
    }
}
