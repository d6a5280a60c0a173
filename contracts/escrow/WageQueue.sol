// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../city/CityId.sol";
import {Page} from "../common/Page.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {PayrollId} from "./PayrollId.sol";
import {CONTRACTOR} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageForwarding} from "./WageForwarding.sol";

/// @title What is owed, in the order in which it became so.
/// @notice The part of WageAccount that sets money apart for what is owed.
abstract contract WageQueue is WageForwarding {
    /// @dev How many an act on something else covers at most.
    uint256 internal constant COVERED_ALONG = 4;

    /// @inheritdoc IWageAccount
    function reserve(ProjectId project, uint256 count) external nonReentrant {
        _reserve(project, _projectOf(project), count);
    }

    /// @inheritdoc IWageAccount
    function approve(PayrollId payroll, CityId[] calldata lineage) external nonReentrant {
        PayrollState storage state = _payrolls[payroll];
        require(state.status == PayrollStatus.Filed, PayrollNotReady(payroll, state.status));
        ProjectId project = state.project;
        IProjectRegistry.Project memory p = _projectOf(project);
        bool silent = _checkApproval(payroll, state, p.city, lineage);
        uint128 amount = state.total - state.aside;
        uint128 owable = _owable(project, p.budget);
        require(amount <= owable, AmountInvalid(amount, owable));
        state.status = PayrollStatus.Approved;
        --_ledgers[project].undecided;
        _owe(project, state.period, PayrollId.unwrap(payroll), amount);
        emit PayrollApproved(payroll, project, amount, silent, msg.sender, _touch(state));
        _reserve(project, p, COVERED_ALONG);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Who may approve, and since when. Silence is no approval of a supplementary payroll.
    function _checkApproval(
        PayrollId payroll,
        PayrollState storage state,
        CityId city,
        CityId[] calldata lineage
    ) private view returns (bool silent) {
        uint40 filedAt = state.filedAt;
        bool supplementary = state.supplementary;
        silent =
            !_isActing(state.project, CONTRACTOR, msg.sender) &&
            !(supplementary && !state.byOffice && _isOffice(city, lineage));
        bool unopposed = !supplementary && block.timestamp > filedAt + OPPOSITION_WINDOW;
        require(!silent || unopposed, NotAuthorized(payroll, msg.sender));
        require(block.timestamp >= filedAt + OBJECTION_TIME, NotYet(filedAt + OBJECTION_TIME));
        uint40 until = filedAt + RULING_PERIOD;
        require(!supplementary || block.timestamp <= until, TooLate(until));
    }

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
    // slither-disable-end reentrancy-no-eth

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
        uint128 there = _of(ledger.books, Book.Free) + _of(ledger.books, Book.Deposit);
        if (missing <= there) return 0;
        // a token that refuses one of the two contracts does not stop what is here
        try IFundEscrow(_escrow()).advance(project, missing - there) returns (uint128 sent) {
            given = sent;
        } catch {
            return 0;
        }
        _add(ledger.books, Book.Advanced, given);
        _receive(p.token, _tokens(given, p.unit));
    }

    /// @notice Sets apart for one of what is owed: from wages, then from the deposit, then from the works money that was drawn.
    /// @return short Whether something is still missing of it.
    /// @return left How much works money is left.
    function _cover(
        ProjectId project,
        Ledger storage ledger,
        bytes32 key,
        uint128 works
    ) private returns (bool short, uint128 left) {
        uint128[14] storage books = ledger.books;
        uint128 missing = _missing(key);
        uint128 fromWages = _min(missing, _of(books, Book.Free));
        uint128 fromDeposit = _min(missing - fromWages, _of(books, Book.Deposit));
        uint128 fromWorks = _min(missing - fromWages - fromDeposit, works);
        uint128 sum = fromWages + fromDeposit + fromWorks;
        if (sum == 0) return (true, 0);
        _deduct(books, Book.Free, fromWages);
        _deduct(books, Book.Deposit, fromDeposit);
        _add(books, Book.DepositOwed, fromDeposit);
        _deduct(books, Book.Owed, sum);
        _add(books, Book.Reserved, sum);
        _dues[key].reserved += sum;
        _dues[key].coveredAt = uint40(block.timestamp);
        ledger.borne += fromDeposit;
        _reservedFor[project][_dues[key].period] += sum;
        emit WagesReserved(project, key, fromWages, fromDeposit, fromWorks);
        return (sum != missing, works - fromWorks);
    }

    function _missing(bytes32 key) private view returns (uint128) {
        return _dues[key].total - _dues[key].reserved;
    }
}
