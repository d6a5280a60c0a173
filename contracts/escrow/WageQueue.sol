// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Page} from "../common/Page.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageStore} from "./WageStore.sol";

/// @title What is owed, in the order in which it became so.
/// @notice The part of WageAccount that sets money apart for what is owed.
abstract contract WageQueue is WageStore {
    /// @dev How much an act on something else covers at most.
    uint256 internal constant COVERED_ALONG = 4;

    /// @inheritdoc IWageAccount
    function owe(ProjectId project, TaxPeriod period, bytes32 key, uint128 amount) external nonReentrant {
        require(msg.sender == address(payrolls), NotPayrollRegistry(msg.sender));
        Due storage due = _dues[key];
        (due.project, due.period, due.total) = (project, period, amount);
        _ledgers[project].books.owed += amount;
        _ledgers[project].queue.push(key);
    }

    /// @inheritdoc IWageAccount
    function reserve(ProjectId project, uint256 count) external nonReentrant {
        _reserve(project, _projectOf(project), count);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    // All that moves or sets apart money is nonReentrant, and FundEscrow calls nothing else in between.
    // slither-disable-start reentrancy-no-eth
    /// @notice Covers the oldest of what is owed, `count` at most, as far as money is there.
    /// @return short Whether all money that is there was not enough for them.
    function _reserve(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint256 count
    ) internal returns (bool short) {
        Ledger storage ledger = _ledgers[project];
        uint256 next = ledger.covered;
        uint256 end = next + Page.length(ledger.queue.length, next, count);
        uint128 works = _advance(project, p, next, end);
        while (next < end && !short) {
            (short, works) = _cover(project, ledger, ledger.queue[next], works);
            if (!short) ++next;
        }
        ledger.covered = uint64(next);
    }

    /// @dev Draw works money for what wages and deposit do not cover of a part of the queue.
    function _advance(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint256 next,
        uint256 end
    ) private returns (uint128 given) {
        Ledger storage ledger = _ledgers[project];
        uint128 missing = 0;
        for (; next < end; ++next) missing += _missing(ledger.queue[next]);
        uint128 there = ledger.books.free + ledger.books.deposit;
        if (missing <= there) return 0;
        // a token that refuses one of the two contracts does not stop what is here
        try _escrow().advance(project, missing - there) returns (uint128 sent) {
            given = sent;
        } catch {
            return 0;
        }
        // slither-disable-next-line incorrect-equality
        if (given == 0) return 0;
        ledger.books.advanced += given;
        _receive(p.token, _tokens(given, p.unit));
    }
    // slither-disable-end reentrancy-no-eth

    /// @notice Sets apart for one of what is owed: from wages, then from the deposit, then from the works money that was drawn.
    /// @return short Whether something is still missing of it.
    /// @return left How much works money is left.
    function _cover(
        ProjectId project,
        Ledger storage ledger,
        bytes32 key,
        uint128 works
    ) private returns (bool short, uint128 left) {
        WageBooks storage books = ledger.books;
        uint128 missing = _missing(key);
        uint128 fromWages = _min(missing, books.free);
        uint128 fromDeposit = _min(missing - fromWages, books.deposit);
        uint128 fromWorks = _min(missing - fromWages - fromDeposit, works);
        // slither-disable-next-line incorrect-equality
        if (fromWages + fromDeposit + fromWorks == 0) return (true, 0);
        books.free -= fromWages;
        books.deposit -= fromDeposit;
        books.depositOwed += fromDeposit;
        ledger.borne += fromDeposit;
        _setApart(project, key, fromWages, fromDeposit, fromWorks);
        return (_missing(key) != 0, works - fromWorks);
    }

    function _setApart(
        ProjectId project,
        bytes32 key,
        uint128 fromWages,
        uint128 fromDeposit,
        uint128 fromWorks
    ) private {
        WageBooks storage books = _ledgers[project].books;
        Due storage due = _dues[key];
        uint128 sum = fromWages + fromDeposit + fromWorks;
        books.owed -= sum;
        books.reserved += sum;
        due.reserved += sum;
        due.coveredAt = uint40(block.timestamp);
        reservedFor[project][due.period] += sum;
        emit WagesReserved(project, key, fromWages, fromDeposit, fromWorks, _touch(project));
    }

    function _missing(bytes32 key) private view returns (uint128) {
        return _dues[key].total - _dues[key].reserved;
    }
}
