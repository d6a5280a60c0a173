// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
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

    // What is compared are places and booked sums, none of them a balance that somebody could shift.
    // slither-disable-start incorrect-equality

    /// @dev What is to be transferred for a row; an amount of 0 for nothing.
    struct Payment {
        address account;
        uint128 amount;
    }

    /// @dev A call of pay. Words of 256 rows and the payroll's due are read and written once, not once for each row.
    struct Run {
        PayrollId payroll;
        IPayrollRegistry.PayrollState state;
        uint256 word;
        uint256 asideBits;
        uint256 paidBits;
        Due due;
    }

    /// @inheritdoc IWageAccount
    function pay(
        PayrollId payroll,
        IPayrollRegistry.ProvenRow[] calldata rows
    ) external nonReentrant returns (uint256 paid) {
        require(rows.length != 0, NothingToDo());
        IPayrollRegistry.PayrollState memory state = payrolls.payrollOf(payroll);
        require(state.status != IPayrollRegistry.PayrollStatus.Unknown, PayrollNotReady(payroll, state.status));
        (Payment[] memory payments, uint128 sum) = _book(payroll, state, rows);
        ProjectId project = state.project;
        IProjectRegistry.Project memory p = _projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        books.paid += sum;
        books.reserved -= sum;
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
        books.paid -= sum - sent;
        books.reserved += sum - sent;
        heldOf[p.token] += _tokens(sum - sent, p.unit);
        _checkMoved(p.token, _tokens(sent, p.unit), before - _balanceOf(p.token));
        if (paid != 0) emit WagesPaid(project, payroll, paid, sent, _touch(project));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Transfer what was booked for a row; what the token refuses is as if the row had not been pushed.
    function _send(
        PayrollId payroll,
        IPayrollRegistry.ProvenRow calldata row,
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
        IPayrollRegistry.PayrollState memory state,
        IPayrollRegistry.ProvenRow[] calldata rows
    ) private returns (Payment[] memory payments, uint128 sum) {
        address[] memory accounts = _accountsOf(state.project, rows);
        Run memory run = _begin(payroll, state, rows[0].position / 256);
        payments = new Payment[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            payments[i] = Payment(accounts[i], _bookRow(run, rows[i]));
            sum += payments[i].amount;
        }
        if (rows.length == 1 && sum == 0) _revertRow(payroll, rows[0].position);
        _paidBits[payroll][run.word] = run.paidBits;
        _store(PayrollId.unwrap(payroll), run.due);
    }

    function _accountsOf(
        ProjectId project,
        IPayrollRegistry.ProvenRow[] calldata rows
    ) private view returns (address[] memory) {
        uint32[] memory numbers = new uint32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) numbers[i] = rows[i].worker;
        return workers.accountsOf(project, numbers);
    }

    function _begin(
        PayrollId payroll,
        IPayrollRegistry.PayrollState memory state,
        uint256 word
    ) private view returns (Run memory run) {
        (run.payroll, run.state, run.word) = (payroll, state, word);
        run.asideBits = payrolls.asideBits(payroll, word);
        run.paidBits = _paidBits[payroll][word];
        run.due = _dues[PayrollId.unwrap(payroll)];
    }

    /// @notice Books what a row has coming to it.
    /// @return amount What the row is paid now; 0 if it is paid already, or not decided, or nothing more is there.
    function _bookRow(Run memory run, IPayrollRegistry.ProvenRow calldata row) private returns (uint128 amount) {
        PayrollRows.check(run.payroll, run.state.root, row);
        _turnTo(run, row.position / 256);
        uint256 bit = PayrollRows.bit(row.position);
        if (run.paidBits & bit != 0) return 0;
        bool whole;
        if (run.asideBits & bit != 0) {
            bytes32 key = PayrollRows.keyOf(run.payroll, row.position);
            Due memory due = _dues[key];
            (amount, whole) = _take(due, run.payroll, row.position, due.total);
            _store(key, due);
        } else {
            require(
                run.state.status == IPayrollRegistry.PayrollStatus.Approved,
                PayrollNotReady(run.payroll, run.state.status)
            );
            (amount, whole) = _take(run.due, run.payroll, row.position, row.amount);
        }
        if (whole && amount != 0) run.paidBits |= bit;
    }

    /// @dev Go to another word of rows.
    function _turnTo(Run memory run, uint256 word) private {
        if (word == run.word) return;
        _paidBits[run.payroll][run.word] = run.paidBits;
        run.word = word;
        run.asideBits = payrolls.asideBits(run.payroll, word);
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
        // what is owed by itself was set aside before; all else is the payroll's
        _dues[_dues[rowKey].total != 0 ? rowKey : PayrollId.unwrap(payroll)].paid -= amount;
        if (_isPaid(payroll, position)) _paidBits[payroll][position / 256] ^= PayrollRows.bit(position);
        else _paidInPart[rowKey] -= amount;
    }

    function _revertRow(PayrollId payroll, uint32 position) private view {
        (IPayrollRegistry.RowStatus status, , ) = rowOf(payroll, position);
        revert RowNotReady(payroll, position, status);
    }
    // slither-disable-end incorrect-equality
}
