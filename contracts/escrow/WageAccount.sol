// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {BANKING, LABOUR} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {CLAIM_WINDOW, CONTRACTOR, REFUND_WAIT} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";
import {WagePayments} from "./WagePayments.sol";
import {WageStore} from "./WageStore.sol";

/// @title WageAccount
/// @notice Wages of projects: fed first, owed as PayrollRegistry says, paid to the workers' own accounts.
/// @dev
/// ```
///   free ──► reserved ──► paid | custody            free ──► surplus, back to FundEscrow, at the close-out
///   deposit ──► reserved | back to the contractor, after the close-out
/// ```
contract WageAccount is WagePayments {
    /// @notice From the close-out until what could not be paid is taken into custody, in seconds.
    uint40 public constant CUSTODY_WAIT = 90 days;

    constructor(
        ICityAccessManager manager_,
        IProjectRegistry projects_,
        IPayrollRegistry payrolls_
    ) CityManaged(manager_) TokenVault(projects_) WageStore(payrolls_) {}

    // -------------------------------------------------------------------------------------------------------- money in

    /// @inheritdoc IWageAccount
    function receiveFunds(ProjectId project, uint128 amount, Inflow inflow) external nonReentrant {
        require(msg.sender == address(_escrow()), NotEscrow(msg.sender));
        IProjectRegistry.Project memory p = _projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        uint128 toDeposit = 0;
        if (inflow == Inflow.Share) {
            books.fed += amount;
        } else {
            books.withheld += amount;
            toDeposit = _min(amount - _min(amount, _uncovered(books)), books.depositOwed);
            books.deposit += toDeposit;
            books.depositOwed -= toDeposit;
            _ledgers[project].borne += amount - toDeposit;
        }
        books.free += amount - toDeposit;
        emit WagesFed(project, inflow, amount, _touch(project));
        _receive(p.token, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function payDeposit(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        bool acts =
            msg.sender == projects.seatOf(project, CONTRACTOR).account ||
                projects.isActing(project, CONTRACTOR, msg.sender);
        require(acts, NotContractor(project, msg.sender));
        // slither-disable-next-line incorrect-equality
        require(_ledgers[project].closedOutAt == 0, CloseOutInvalid(project, true));
        uint128 missing = p.wageDeposit - _min(p.wageDeposit, books.deposit);
        _checkAmount(amount, missing);
        books.deposited += amount;
        books.deposit += amount;
        books.depositOwed -= _min(amount, books.depositOwed);
        emit WageDepositPaid(project, msg.sender, amount, _touch(project));
        _pull(p.token, _tokens(amount, p.unit));
    }

    /// @inheritdoc IWageAccount
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external {
        manager.checkCan(msg.sender, _projectOf(project).city, BANKING);
        (_ledgers[project].guarantee, _ledgers[project].guaranteedUntil) = (amount, until);
        emit GuaranteeAttested(project, amount, until, msg.sender, _touch(project));
    }

    /// @inheritdoc IWageAccount
    function cover(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _projectOf(project);
        WageBooks storage books = _ledgers[project].books;
        _checkAmount(amount, _uncovered(books));
        books.covered += amount;
        books.free += amount;
        emit WagesCovered(project, msg.sender, amount, _touch(project));
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
        uint128 owed = ledger.books.owed;
        // drawing on works money may have failed; it is not waited for longer than refunds are
        short = short && (_escrow().availableOf(project) == 0 || block.timestamp > p.endedAt + REFUND_WAIT);
        uint32 undecided = payrolls.undecidedOf(project);
        require(undecided == 0 && (owed == 0 || short), StillOpen(project, undecided, owed));
        uint128 surplus = ledger.books.free;
        uint128 toDeposit = _min(surplus, ledger.borne);
        ledger.books.free -= toDeposit;
        ledger.books.deposit += toDeposit;
        surplus -= toDeposit;
        ledger.books.free -= surplus;
        ledger.books.surplus += surplus;
        emit WagesClosedOut(project, surplus, msg.sender, _touch(project));
        if (surplus != 0) {
            IFundEscrow escrow = _escrow();
            _push(p.token, address(escrow), _tokens(surplus, p.unit));
            escrow.returnSurplus(project, surplus);
        }
        ledger.closedOutAt = uint40(block.timestamp); // last: FundEscrow refunds nobody while the surplus is on its way
    }
    // slither-disable-end reentrancy-no-eth

    /// @inheritdoc IWageAccount
    function returnDeposit(ProjectId project) external nonReentrant {
        Ledger storage ledger = _ledgers[project];
        require(ledger.closedOutAt != 0, CloseOutInvalid(project, false));
        uint128 amount = ledger.books.deposit;
        require(amount != 0, NothingToDo());
        IProjectRegistry.Project memory p = _projectOf(project);
        address account = projects.seatOf(project, CONTRACTOR).account;
        ledger.books.deposit = 0;
        ledger.books.depositReturned += amount;
        emit WageDepositReturned(project, account, amount, _touch(project));
        _push(p.token, account, _tokens(amount, p.unit));
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
        require(account != address(0), AccountInvalid(project, account));
        uint128 amount = _leaveToOffice(project, key);
        WageBooks storage books = _ledgers[project].books;
        books.reserved -= amount;
        books.custody += amount;
        emit WagesTakenIntoCustody(project, key, account, amount, msg.sender, _touch(project));
        _push(p.token, account, _tokens(amount, p.unit));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev What is left under a key is the labour office's to pay, and so is what may still come under it.
    function _leaveToOffice(ProjectId project, bytes32 key) private returns (uint128 amount) {
        Due storage due = _dues[key];
        uint40 since = _ledgers[project].closedOutAt;
        require(since != 0, CloseOutInvalid(project, false));
        require(due.project == project, KeyUnknown(project, key));
        _checkReached((due.coveredAt > since ? due.coveredAt : since) + CUSTODY_WAIT);
        amount = due.reserved - due.paid;
        require(amount != 0, NothingToDo());
        due.paid = due.reserved;
        due.inCustody = true;
    }

    function _checkReached(uint40 from) private view {
        require(block.timestamp >= from, NotYet(from));
    }

    function _checkAmount(uint128 amount, uint128 limit) private pure {
        require(amount != 0 && amount <= limit, AmountInvalid(amount, limit));
    }
}
