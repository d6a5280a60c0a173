// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BANKING, LABOUR} from "../access/CityRole.sol";
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
        IClaimRegistry claims_
    ) CityManaged(manager_) TokenVault(projects_) WageStore(claims_) {}

    // -------------------------------------------------------------------------------------------------------- money in

    /// @inheritdoc IWageAccount
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external nonReentrant {
        require(msg.sender == projects.escrow(), NotEscrow(msg.sender));
        IProjectRegistry.Project memory p = projects.projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        uint128 toDeposit = 0;
        if (inflow == Inflow.Share) {
            books.fed += amount;
        } else {
            books.withheld += amount;
            toDeposit = _min(amount - _min(amount, _uncovered(books)), books.depositOwed);
            books.deposit += toDeposit;
            books.depositOwed -= toDeposit;
        }
        books.free += amount - toDeposit;
        emit WagesFed(project, inflow, amount);
        _receive(p.token, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function payDeposit(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        Ledger storage ledger = _ledgers[project];
        bool acts =
            msg.sender == projects.seatOf(project, CONTRACTOR).account ||
                projects.isActing(project, CONTRACTOR, msg.sender);
        require(acts, NotContractor(project, msg.sender));
        require(ledger.closedOutAt == 0, CloseOutInvalid(project, true));
        uint128 missing = p.wageDeposit - _min(p.wageDeposit, ledger.books.deposit);
        require(amount != 0 && amount <= missing, AmountInvalid(amount, missing));
        ledger.books.deposited += amount;
        ledger.books.deposit += amount;
        ledger.books.depositOwed -= _min(amount, ledger.books.depositOwed);
        emit WageDepositPaid(project, msg.sender, amount);
        _pull(p.token, msg.sender, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external {
        manager.checkCan(msg.sender, projects.projectOf(project).city, BANKING);
        _ledgers[project].guarantee = amount;
        _ledgers[project].guaranteedUntil = until;
        emit GuaranteeAttested(project, amount, until, msg.sender);
    }

    /// @inheritdoc IWageAccount
    function cover(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        uint128 uncovered = _uncovered(books);
        require(amount != 0 && amount <= uncovered, AmountInvalid(amount, uncovered));
        books.covered += amount;
        books.free += amount;
        emit WagesCovered(project, msg.sender, amount);
        _pull(p.token, msg.sender, _tokens(amount, p.unit));
        _reserve(project, p, COVERED_ALONG);
    }

    // -------------------------------------------------------------------------------------------------------- the end

    /// @inheritdoc IWageAccount
    function closeOut(ProjectId project) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        Ledger storage ledger = _ledgers[project];
        require(p.status != IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, p.status));
        uint40 until = p.endedAt + CLAIM_WINDOW;
        require(block.timestamp > until, NotYet(until + 1));
        require(ledger.closedOutAt == 0, CloseOutInvalid(project, true));
        _reserve(project, p, COVERED_ALONG);
        require(
            ledger.undecided == 0 && (ledger.books.owed == 0 || _isEmpty(project, ledger.books)),
            StillOpen(project, ledger.undecided, ledger.books.owed)
        );
        uint128 surplus = ledger.books.free;
        ledger.books.free = 0;
        ledger.books.surplus += surplus;
        ledger.closedOutAt = uint40(block.timestamp);
        emit WagesClosedOut(project, surplus, msg.sender);
        if (surplus == 0) return;
        _push(p.token, projects.escrow(), _tokens(surplus, p.unit));
        IFundEscrow(projects.escrow()).returnSurplus(project, surplus);
    }

    /// @inheritdoc IWageAccount
    function returnDeposit(ProjectId project) external nonReentrant {
        Ledger storage ledger = _ledgers[project];
        require(ledger.closedOutAt != 0, CloseOutInvalid(project, false));
        uint128 amount = ledger.books.deposit;
        require(amount != 0, NothingToDo());
        IProjectRegistry.Project memory p = projects.projectOf(project);
        address account = projects.seatOf(project, CONTRACTOR).account;
        ledger.books.deposit = 0;
        ledger.books.depositReturned += amount;
        emit WageDepositReturned(project, account, amount);
        _push(p.token, account, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function takeIntoCustody(
        ProjectId project,
        bytes32 key,
        address account,
        CityId[] calldata lineage
    ) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        uint40 from = _ledgers[project].closedOutAt;
        require(from != 0, CloseOutInvalid(project, false));
        from += CUSTODY_WAIT;
        require(block.timestamp >= from, NotYet(from));
        require(account != address(0), AccountInvalid(project, account));
        uint128 amount = _toCustody(project, key);
        emit WagesTakenIntoCustody(project, key, account, amount, msg.sender);
        _push(p.token, account, _tokens(amount, p.unit));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Whether no money is left that what is owed could be covered with.
    function _isEmpty(ProjectId project, WageBooks storage books) private view returns (bool) {
        return books.free == 0 && books.deposit == 0 && IFundEscrow(projects.escrow()).booksOf(project).available == 0;
    }

    /// @dev What is left under a key leaves; what may still come for it can only follow.
    function _toCustody(ProjectId project, bytes32 key) private returns (uint128 amount) {
        Due storage due = _dues[key];
        require(due.project == project, PayrollNotReady(PayrollId.wrap(key), PayrollStatus.Unknown));
        amount = due.reserved - due.paid;
        require(amount != 0, NothingToDo());
        due.paid = due.reserved;
        due.inCustody = true;
        WageBooks storage books = _ledgers[project].books;
        books.reserved -= amount;
        books.custody += amount;
    }
}
