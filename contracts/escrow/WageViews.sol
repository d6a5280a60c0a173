// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Page} from "../common/Page.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";
import {WageStore} from "./WageStore.sol";

/// @title What the records of wages say.
/// @notice The part of WageAccount that reads.
abstract contract WageViews is WageStore, TokenVault, IWageAccount {
    // -------------------------------------------------------------------------------------------------------- reading: money

    /// @inheritdoc IWageAccount
    function booksOf(ProjectId project) external view returns (WageBooks memory books) {
        uint128[14] memory all = _ledgers[project].books;
        // The same words in the same order.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            books := all
        }
    }

    /// @inheritdoc IWageAccount
    function owedOf(ProjectId project) external view returns (uint128) {
        Ledger storage ledger = _ledgers[project];
        uint128 uncovered = _uncovered(ledger.books);
        return ledger.closedOutAt == 0 ? uncovered + _of(ledger.books, Book.DepositOwed) : uncovered;
    }

    /// @inheritdoc IWageAccount
    function isSecured(ProjectId project) external view returns (bool) {
        Ledger storage ledger = _ledgers[project];
        uint256 guarantee = ledger.guaranteedUntil > block.timestamp ? ledger.guarantee : 0;
        return _of(ledger.books, Book.Deposit) + guarantee >= _projectOf(project).wageDeposit;
    }

    /// @inheritdoc IWageAccount
    function guaranteeOf(ProjectId project) external view returns (uint128 amount, uint40 until) {
        return (_ledgers[project].guarantee, _ledgers[project].guaranteedUntil);
    }

    /// @inheritdoc IWageAccount
    function closedOutAt(ProjectId project) external view returns (uint40) {
        return _ledgers[project].closedOutAt;
    }

    /// @inheritdoc IWageAccount
    function undecidedOf(ProjectId project) external view returns (uint32) {
        return _ledgers[project].undecided;
    }

    /// @inheritdoc IWageAccount
    function reservationOf(bytes32 key) external view returns (Reservation memory) {
        Due storage due = _dues[key];
        return Reservation(due.total, due.reserved, due.paid);
    }

    /// @inheritdoc IWageAccount
    function queueOf(ProjectId project, uint256 start, uint256 count) external view returns (bytes32[] memory keys) {
        bytes32[] storage queue = _ledgers[project].queue;
        uint256 covered = _ledgers[project].covered;
        keys = new bytes32[](Page.length(queue.length - covered, start, count));
        for (uint256 i = 0; i < keys.length; ++i) keys[i] = queue[covered + start + i];
    }

    /// @inheritdoc IWageAccount
    function queueLength(ProjectId project) external view returns (uint256 queued, uint256 covered) {
        return (_ledgers[project].queue.length, _ledgers[project].covered);
    }

    // -------------------------------------------------------------------------------------------------------- reading: workers

    /// @inheritdoc IWageAccount
    function claims() external view returns (IClaimRegistry) {
        return _claims;
    }

    /// @inheritdoc IWageAccount
    function workerOf(ProjectId project, uint32 worker) external view returns (Worker memory) {
        return _workers[project][worker];
    }

    /// @inheritdoc IWageAccount
    function workerCount(ProjectId project) external view returns (uint32) {
        return _ledgers[project].workers;
    }

    /// @inheritdoc IWageAccount
    function isFiled(ProjectId project, TaxPeriod period, uint32 worker) external view returns (bool) {
        return _has(_filed[project][period][worker / 256], worker);
    }

    /// @inheritdoc IWageAccount
    function arrearsOf(ProjectId project) external view returns (Arrears memory) {
        return _ledgers[project].arrears;
    }

    /// @inheritdoc IWageAccount
    function inArrears(ProjectId project) external view returns (bool) {
        return _inArrears(project);
    }

    /// @inheritdoc IWageAccount
    function quorumOf(ProjectId project) external view returns (uint256) {
        return _quorumOf(project);
    }

    /// @inheritdoc IWageAccount
    function workerByTag(ProjectId project, bytes32 tag) external view returns (uint32) {
        return _workerByTag[project][tag];
    }

    /// @inheritdoc IWageAccount
    function workerByAccount(ProjectId project, address account) external view returns (uint32) {
        return _workerByAccount[project][account];
    }

    /// @inheritdoc IWageAccount
    function digestOf(Enrolment calldata enrolment) external view returns (bytes32) {
        return _digestOf(enrolment);
    }

    // -------------------------------------------------------------------------------------------------------- reading: payrolls

    /// @inheritdoc IWageAccount
    function payrollOf(PayrollId payroll) external view returns (PayrollState memory) {
        return _payrolls[payroll];
    }

    /// @inheritdoc IWageAccount
    function rowOf(
        PayrollId payroll,
        uint32 position
    ) external view returns (RowStatus status, uint40 until, uint128 paidInPart) {
        bytes32 key = PayrollRows.keyOf(payroll, position);
        return (_statusOf(payroll, position), _asides[key].until, _paidInPart[key]);
    }

    /// @inheritdoc IWageAccount
    function rowKeyOf(PayrollId payroll, uint32 position) external pure returns (bytes32) {
        return PayrollRows.keyOf(payroll, position);
    }

    /// @inheritdoc IWageAccount
    function idOf(Payroll calldata payroll) external view returns (PayrollId) {
        return _idOf(payroll);
    }

    /// @inheritdoc IWageAccount
    function rootOf(PayrollId payroll, Row[] calldata rows) external pure returns (uint128 total, bytes32 root) {
        return PayrollRows.rootOf(payroll, rows);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _of(uint128[14] storage books, Book book) internal view returns (uint128) {
        return books[uint256(book)];
    }

    /// @dev What is owed to workers, and for which nothing is there yet.
    function _uncovered(uint128[14] storage books) internal view returns (uint128) {
        uint128 owed = _of(books, Book.Owed);
        return owed - _min(owed, _of(books, Book.Free));
    }

    function _min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }

    /// @dev Tokens of an amount in minor units, in their smallest parts.
    function _tokens(uint128 amount, uint128 unit) internal pure returns (uint256) {
        return uint256(amount) * unit;
    }
}
