// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Page} from "../common/Page.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {PayrollId} from "./PayrollId.sol";
import {PayrollRows} from "./PayrollRows.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";

/// @title The books of wages.
/// @notice The part of WageAccount that keeps and reads.
abstract contract WageStore is TokenVault, IWageAccount {
    /// @dev Wages of a project.
    /// @param covered How many of the queue are wholly covered.
    /// @param borne What the contractor paid for wages, from its deposit and by what was withheld: what is left over at the end is its own
    /// first.
    struct Ledger {
        WageBooks books; // slots 0 to 6
        uint128 guarantee; // slot 7
        uint40 guaranteedUntil;
        uint40 closedOutAt;
        uint128 borne; // slot 8
        uint64 covered;
        uint40 changedIn;
        bytes32[] queue;
    }

    /// @dev A Reservation, and what it is for.
    /// @param period The month it is for.
    /// @param inParts Whether anything was paid while it was short, so that _paidInPart counts.
    /// @param inCustody Whether the labour office pays what is left.
    /// @param coveredAt When money was last set apart for it, UTC seconds.
    struct Due {
        uint128 total; // slot 0
        uint128 reserved;
        uint128 paid; // slot 1
        TaxPeriod period;
        bool inParts;
        bool inCustody;
        uint40 coveredAt;
        ProjectId project; // slot 2
    }

    /// @inheritdoc IWageAccount
    IPayrollRegistry public immutable payrolls;
    /// @inheritdoc IWageAccount
    IWorkerRegistry public immutable workers;

    /// @inheritdoc IWageAccount
    mapping(ProjectId project => mapping(TaxPeriod period => uint128)) public reservedFor;

    // slither-disable-start uninitialized-state
    mapping(ProjectId project => Ledger) internal _ledgers;
    /// @dev Under payrolls' ids and rows' keys.
    mapping(bytes32 key => Due) internal _dues;
    /// @dev 256 rows to a word: whether they are wholly paid.
    mapping(PayrollId payroll => mapping(uint256 word => uint256)) internal _paidBits;
    mapping(bytes32 rowKey => uint128) internal _paidInPart;
    // slither-disable-end uninitialized-state

    constructor(IPayrollRegistry payrolls_) {
        payrolls = payrolls_;
        workers = payrolls_.workers();
        require(payrolls.projects() == projects && workers.projects() == projects, RegistriesDiffer());
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IWageAccount
    function booksOf(ProjectId project) external view returns (WageBooks memory) {
        return _ledgers[project].books;
    }

    /// @inheritdoc IWageAccount
    function owedOf(ProjectId project) external view returns (uint128) {
        Ledger storage ledger = _ledgers[project];
        uint128 uncovered = _uncovered(ledger.books);
        return ledger.closedOutAt == 0 ? uncovered + ledger.books.depositOwed : uncovered;
    }

    /// @inheritdoc IWageAccount
    function uncoveredOf(ProjectId project) external view returns (uint128) {
        return _uncovered(_ledgers[project].books);
    }

    /// @inheritdoc IWageAccount
    function isSecured(ProjectId project) external view returns (bool) {
        Ledger storage ledger = _ledgers[project];
        uint256 guarantee = ledger.guaranteedUntil > block.timestamp ? ledger.guarantee : 0;
        return ledger.books.deposit + guarantee >= projects.projectOf(project).wageDeposit;
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

    /// @inheritdoc IWageAccount
    function rowOf(
        PayrollId payroll,
        uint32 position
    ) public view returns (IPayrollRegistry.RowStatus status, uint40 until, uint128 paidInPart) {
        (status, until) = payrolls.decisionOf(payroll, position);
        if (_isPaid(payroll, position)) status = IPayrollRegistry.RowStatus.Paid;
        paidInPart = _paidInPart[PayrollRows.keyOf(payroll, position)];
    }

    /// @inheritdoc IWageAccount
    function changedIn(ProjectId project) external view returns (uint40) {
        return _ledgers[project].changedIn;
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev What is owed to workers, and for which nothing is there yet.
    function _uncovered(WageBooks storage books) internal view returns (uint128) {
        uint128 owed = books.owed;
        return owed - _min(owed, books.free);
    }

    function _isPaid(PayrollId payroll, uint32 position) internal view returns (bool) {
        return _paidBits[payroll][position / 256] & PayrollRows.bit(position) != 0;
    }

    function _escrow() internal view returns (IFundEscrow) {
        return IFundEscrow(projects.escrow());
    }

    function _projectOf(ProjectId project) internal view returns (IProjectRegistry.Project memory) {
        return projects.projectOf(project);
    }

    /// @dev The project changed; its previous event here was in the block returned.
    function _touch(ProjectId project) internal returns (uint40 previousBlock) {
        previousBlock = _ledgers[project].changedIn;
        _ledgers[project].changedIn = uint40(block.number);
    }

    function _min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }

    /// @dev Tokens of an amount in minor units, in their smallest parts.
    function _tokens(uint128 amount, uint128 unit) internal pure returns (uint256) {
        return uint256(amount) * unit;
    }
}
