// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageQueue} from "./WageQueue.sol";

/// @title Payments to workers.
/// @notice The part of WageAccount that pays. All of a call is booked before the first transfer; what a token then refuses is booked back.
///
/// While what is owed is short, a row has its part of what is reserved, rounded down: amount * reserved / total. The parts of all rows are
/// never more than what is reserved, and as more comes each part only grows, so it does not matter who is pushed first or how often. What
/// the rounding leaves, less than one minor unit for each row, is paid with the rest, or goes into custody.
abstract contract WagePayments is WageQueue {
    using SafeERC20 for IERC20;

    /// @dev What is to be transferred for a row; an amount of 0 for nothing.
    struct Payment {
        address account;
        uint128 amount;
    }

    /// @dev A call of pay. Words of 256 rows and the payroll's due are read and written once, not once for each row.
    struct Run {
        PayrollId payroll;
        ProjectId project;
        PayrollStatus status;
        bytes32 root;
        uint256 word;
        uint256 asideBits;
        uint256 paidBits;
        uint128 sum;
        Due due;
    }

    /// @inheritdoc IWageAccount
    function pay(PayrollId payroll, ProvenRow[] calldata rows) external nonReentrant returns (uint256 paid) {
        require(rows.length != 0, NothingToDo());
        ProjectId project = _payrolls[payroll].project;
        PayrollStatus status = _payrolls[payroll].status;
        require(status != PayrollStatus.Unknown, PayrollNotReady(payroll, status));
        (Payment[] memory payments, uint128 sum) = _book(payroll, rows);
        IProjectRegistry.Project memory p = _projectOf(project);
        _add(_ledgers[project].books, Book.Paid, sum);
        _deduct(_ledgers[project].books, Book.Reserved, sum);
        heldOf[p.token] -= _tokens(sum, p.unit);
        uint256 before = _balanceOf(p.token);
        uint128 sent = 0;
        for (uint256 i = 0; i < payments.length; ++i) {
            uint128 amount = payments[i].amount;
            if (amount == 0 || !_send(payroll, rows[i], payments[i], p)) continue;
            sent += amount;
            ++paid;
        }
        require(paid != 0 || rows.length != 1, PaymentFailed(rows[0].worker, payments[0].account));
        _deduct(_ledgers[project].books, Book.Paid, sum - sent);
        _add(_ledgers[project].books, Book.Reserved, sum - sent);
        heldOf[p.token] += _tokens(sum - sent, p.unit);
        _checkMoved(p.token, _tokens(sent, p.unit), before - _balanceOf(p.token));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Transfer what was booked for a row; what the token refuses is as if the row had not been pushed.
    function _send(
        PayrollId payroll,
        ProvenRow calldata row,
        Payment memory payment,
        IProjectRegistry.Project memory p
    ) private returns (bool sent) {
        sent = IERC20(p.token).trySafeTransfer(payment.account, _tokens(payment.amount, p.unit));
        if (sent) {
            emit WagePaid(payroll, row.worker, payment.account, row.position, payment.amount);
        } else {
            _bookBack(payroll, row.position, payment.amount);
            emit WageNotPaid(payroll, row.worker, payment.account, row.position);
        }
    }

    /// @dev Book what rows have coming to them now.
    function _book(
        PayrollId payroll,
        ProvenRow[] calldata rows
    ) private returns (Payment[] memory payments, uint128 sum) {
        Run memory run = _begin(payroll, rows[0].position / 256);
        payments = new Payment[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            uint128 amount = _bookRow(run, rows[i]);
            if (amount == 0) continue;
            payments[i] = Payment(_workers[run.project][rows[i].worker].account, amount);
            run.sum += amount;
        }
        if (rows.length == 1 && run.sum == 0) _revertRow(payroll, rows[0].position);
        _paidBits[payroll][run.word] = run.paidBits;
        _store(PayrollId.unwrap(payroll), run.due);
        return (payments, run.sum);
    }

    function _begin(PayrollId payroll, uint256 word) private view returns (Run memory run) {
        PayrollState storage state = _payrolls[payroll];
        run.payroll = payroll;
        run.project = state.project;
        run.status = state.status;
        run.root = state.root;
        run.word = word;
        run.asideBits = _asideBits[payroll][word];
        run.paidBits = _paidBits[payroll][word];
        run.due = _dues[PayrollId.unwrap(payroll)];
    }

    /// @notice Books what a row has coming to it.
    /// @return amount What the row is paid now; 0 if it is paid already, or not decided, or nothing more is there.
    function _bookRow(Run memory run, ProvenRow calldata row) private returns (uint128 amount) {
        _checkRow(run.payroll, run.root, row);
        _turnTo(run, row.position / 256);
        if (_has(run.paidBits, row.position)) return 0;
        bool whole;
        if (_has(run.asideBits, row.position)) {
            bytes32 key = PayrollRows.keyOf(run.payroll, row.position);
            Due memory due = _dues[key];
            (amount, whole) = _take(due, run.payroll, row.position, due.total);
            _store(key, due);
        } else {
            require(run.status == PayrollStatus.Approved, PayrollNotReady(run.payroll, run.status));
            (amount, whole) = _take(run.due, run.payroll, row.position, row.amount);
        }
        if (whole && amount != 0) run.paidBits |= _bit(row.position);
    }

    /// @dev Go to another word of rows.
    function _turnTo(Run memory run, uint256 word) private {
        if (word == run.word) return;
        _paidBits[run.payroll][run.word] = run.paidBits;
        run.word = word;
        run.asideBits = _asideBits[run.payroll][word];
        run.paidBits = _paidBits[run.payroll][word];
    }

    /// @notice Takes from what is due what a row has coming to it.
    /// @param amount The row's, of due.total.
    /// @return taken How much that is now.
    /// @return whole Whether nothing is missing of the row then.
    function _take(
        Due memory due,
        PayrollId payroll,
        uint32 position,
        uint128 amount
    ) private returns (uint128 taken, bool whole) {
        if (due.inCustody) return (0, false);
        whole = due.reserved == due.total;
        if (whole && !due.inParts) {
            taken = amount;
        } else {
            bytes32 key = PayrollRows.keyOf(payroll, position);
            uint128 before = _paidInPart[key];
            uint256 part = whole ? amount : (uint256(amount) * due.reserved) / due.total;
            taken = uint128(part) - before;
            if (!whole && taken != 0) {
                due.inParts = true;
                _paidInPart[key] = uint128(part);
            }
        }
        due.paid += taken;
    }

    function _store(bytes32 key, Due memory due) private {
        _dues[key].paid = due.paid;
        _dues[key].inParts = due.inParts;
    }

    function _bookBack(PayrollId payroll, uint32 position, uint128 amount) private {
        bytes32 rowKey = PayrollRows.keyOf(payroll, position);
        bool aside = _has(_asideBits[payroll][position / 256], position);
        _dues[aside ? rowKey : PayrollId.unwrap(payroll)].paid -= amount;
        if (_has(_paidBits[payroll][position / 256], position)) _paidBits[payroll][position / 256] ^= _bit(position);
        else _paidInPart[rowKey] -= amount;
    }

    function _revertRow(PayrollId payroll, uint32 position) private view {
        revert RowNotReady(payroll, position, _statusOf(payroll, position));
    }
}
