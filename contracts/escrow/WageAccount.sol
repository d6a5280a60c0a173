// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {LABOUR} from "../access/CityRole.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {PayrollId} from "./PayrollId.sol";
import {CONTRACTOR} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";
import {WagePayments} from "./WagePayments.sol";
import {WageRules} from "./WageRules.sol";
import {WageForwarding} from "./WageForwarding.sol";
import {WageStore} from "./WageStore.sol";

/// @title WageAccount
/// @notice Wages of projects: fed first, owed by payroll, paid to the workers' own accounts.
/// @dev
/// ```
///   file            approve (contractor), or nobody opposed       reserve, pay
///  ──────► Filed ─────────────────────────────────────────► Approved ────────► row by row Paid
///            │ │      lapse: supplementary, nobody approved
///            │ └──────────────────────────────────────────► Lapsed
///   oppose   │                         rule, or admit without a ruling              reserve, pay
///   object   └► row by row Aside ──────────────────────────────────────► Admitted ────────► Paid
///
///   free ──► reserved ──► paid | custody            free ──► surplus, back to FundEscrow, at the close-out
///   deposit ──► reserved | back to the contractor, after the close-out
/// ```
contract WageAccount is WagePayments {
    constructor(
        ICityAccessManager manager_,
        IProjectRegistry projects_,
        IClaimRegistry claims_,
        WageRules rules_
    ) CityManaged(manager_) TokenVault(projects_) WageStore(projects_, claims_) WageForwarding(rules_) {}

    // -------------------------------------------------------------------------------------------------------- money in

    /// @inheritdoc IWageAccount
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external nonReentrant {
        require(msg.sender == _escrow(), NotEscrow(msg.sender));
        IProjectRegistry.Project memory p = _projectOf(project);
        uint128[14] storage books = _ledgers[project].books;
        uint128 toDeposit = 0;
        if (inflow == Inflow.Share) {
            _add(books, Book.Fed, amount);
        } else {
            _add(books, Book.Withheld, amount);
            toDeposit = _min(amount - _min(amount, _uncovered(books)), _of(books, Book.DepositOwed));
            _add(books, Book.Deposit, toDeposit);
            _deduct(books, Book.DepositOwed, toDeposit);
            _ledgers[project].borne += amount - toDeposit;
        }
        _add(books, Book.Free, amount - toDeposit);
        emit WagesFed(project, inflow, amount);
        _receive(p.token, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function payDeposit(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        uint128[14] storage books = _ledgers[project].books;
        bool acts = msg.sender == _seatOf(project, CONTRACTOR).account || _isActing(project, CONTRACTOR, msg.sender);
        require(acts, NotContractor(project, msg.sender));
        require(_ledgers[project].closedOutAt == 0, CloseOutInvalid(project, true));
        uint128 missing = p.wageDeposit - _min(p.wageDeposit, _of(books, Book.Deposit));
        _checkAmount(amount, missing);
        _add(books, Book.Deposited, amount);
        _add(books, Book.Deposit, amount);
        _deduct(books, Book.DepositOwed, _min(amount, _of(books, Book.DepositOwed)));
        emit WageDepositPaid(project, msg.sender, amount);
        _pull(p.token, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function cover(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        uint128[14] storage books = _ledgers[project].books;
        _checkAmount(amount, _uncovered(books));
        _add(books, Book.Covered, amount);
        _add(books, Book.Free, amount);
        emit WagesCovered(project, msg.sender, amount);
        _pull(p.token, _tokens(amount, p.unit));
        _reserve(project, p, COVERED_ALONG);
    }

    // -------------------------------------------------------------------------------------------------------- the end

    // As WageQueue says.
    // slither-disable-start reentrancy-no-eth
    /// @inheritdoc IWageAccount
    function closeOut(ProjectId project) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        Ledger storage ledger = _ledgers[project];
        require(p.status != IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, p.status));
        _checkReached(p.endedAt + CLAIM_WINDOW + 1);
        require(ledger.closedOutAt == 0, CloseOutInvalid(project, true));
        bool short = _reserve(project, p, COVERED_ALONG);
        uint128 owed = _of(ledger.books, Book.Owed);
        short = short && IFundEscrow(_escrow()).availableOf(project) == 0; // drawing on it may have failed
        require(ledger.undecided == 0 && (owed == 0 || short), StillOpen(project, ledger.undecided, owed));
        uint128 surplus = _of(ledger.books, Book.Free);
        uint128 toDeposit = _min(surplus, ledger.borne);
        _deduct(ledger.books, Book.Free, toDeposit);
        _add(ledger.books, Book.Deposit, toDeposit);
        surplus -= toDeposit;
        ledger.closedOutAt = uint40(block.timestamp);
        emit WagesClosedOut(project, surplus, msg.sender);
        if (surplus == 0) return;
        address escrow = _escrow();
        _leave(project, p, Book.Free, Book.Surplus, escrow, surplus);
        IFundEscrow(escrow).returnSurplus(project, surplus);
    }
    // slither-disable-end reentrancy-no-eth

    /// @inheritdoc IWageAccount
    function returnDeposit(ProjectId project) external nonReentrant {
        Ledger storage ledger = _ledgers[project];
        require(ledger.closedOutAt != 0, CloseOutInvalid(project, false));
        uint128 amount = _of(ledger.books, Book.Deposit);
        require(amount != 0, NothingToDo());
        address account = _seatOf(project, CONTRACTOR).account;
        emit WageDepositReturned(project, account, amount);
        _leave(project, _projectOf(project), Book.Deposit, Book.DepositReturned, account, amount);
    }

    /// @inheritdoc IWageAccount
    function takeIntoCustody(
        ProjectId project,
        bytes32 key,
        address account,
        CityId[] calldata lineage
    ) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        uint40 since = _ledgers[project].closedOutAt;
        require(since != 0, CloseOutInvalid(project, false));
        uint40 coveredAt = _dues[key].coveredAt;
        _checkReached((coveredAt > since ? coveredAt : since) + CUSTODY_WAIT);
        require(account != address(0), AccountInvalid(project, account));
        Due storage due = _dues[key];
        require(due.project == project, PayrollNotReady(PayrollId.wrap(key), PayrollStatus.Unknown));
        uint128 amount = due.reserved - due.paid;
        require(amount != 0, NothingToDo());
        due.paid = due.reserved;
        due.inCustody = true; // what may still come under the key can only follow
        emit WagesTakenIntoCustody(project, key, account, amount, msg.sender);
        _leave(project, p, Book.Reserved, Book.Custody, account, amount);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev An amount leaves a bucket, and is counted under what it left for.
    function _leave(
        ProjectId project,
        IProjectRegistry.Project memory p,
        Book bucket,
        Book counted,
        address to,
        uint128 amount
    ) private {
        _deduct(_ledgers[project].books, bucket, amount);
        _add(_ledgers[project].books, counted, amount);
        _push(p.token, to, _tokens(amount, p.unit));
    }

    function _checkReached(uint40 from) private view {
        require(block.timestamp >= from, NotYet(from));
    }

    function _checkAmount(uint128 amount, uint128 limit) private pure {
        require(amount != 0 && amount <= limit, AmountInvalid(amount, limit));
    }
}
