// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {JUSTICE} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {FundStore} from "./FundStore.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {CONTRACTOR, OWNER, REFUND_WAIT, WHOLE} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";

/// @title FundEscrow
/// @notice Works money of a project.
/// @dev
/// ```
///   fund ──► wages (WageAccount)           request              settle            payOut
///     └────► available ──────────► committed ────► credit ─────────► company
///               ▲  │  ◄──── returned, not awarded ───┘   │  └► retained ──► credit, or (defects) available
///               │  └──► advanced for wages              └► withheld for wages, recovered to available
///               └──── surplus of wages             at the end: available ──► refund, to who put it in
/// ```
contract FundEscrow is FundStore {
    /// @notice The longest freeze, in seconds; a court may freeze again.
    uint40 public constant MAX_FREEZE = 730 days;

    /// @notice How long a court waits before it hands frozen money over, in seconds.
    uint40 public constant HAND_OVER_WAIT = 30 days;

    /// @notice How long a funder can veto that its money goes elsewhere, in seconds.
    uint40 public constant REDIRECTION_WAIT = 30 days;

    mapping(ProjectId project => mapping(uint16 seat => mapping(bytes32 courtCase => Freeze))) private _freezes;
    mapping(ProjectId project => mapping(address funder => Redirection)) private _redirections;
    /// @dev Sum of the contributions whose funders have had all that will come.
    mapping(ProjectId project => uint128) private _settledPut;

    constructor(ICityAccessManager manager_, IProjectRegistry projects_) CityManaged(manager_) TokenVault(projects_) {}

    // -------------------------------------------------------------------------------------------------------- money in

    /// @inheritdoc IFundEscrow
    function fund(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _open(project);
        require(projects.mayFund(project, msg.sender), NotFunder(project, msg.sender));
        Books storage books = _books[project];
        _checkAmount(amount, p.budget - books.funded);

        books.funded += amount;
        books.available += amount;
        _contributions[project][msg.sender].put += amount;
        emit ProjectFunded(project, msg.sender, amount, _touch(project));
        uint128 forWages = _splitOff(project, p);
        _pull(p.token, uint256(amount) * p.unit);
        _sendToWages(project, p, forWages, IWageAccount.Inflow.Share);
    }

    /// @inheritdoc IFundEscrow
    function feedWages(ProjectId project) external nonReentrant {
        IProjectRegistry.Project memory p = _open(project);
        uint128 before = _books[project].toWages;
        uint128 forWages = _splitOff(project, p);
        require(_books[project].toWages != before, AmountInvalid(0, 0));
        _sendToWages(project, p, forWages, IWageAccount.Inflow.Share);
    }

    /// @inheritdoc IFundEscrow
    function repayAdvance(ProjectId project, uint128 amount) external nonReentrant {
        IProjectRegistry.Project memory p = _open(project);
        Books storage books = _books[project];
        _checkAmount(amount, books.advanced - books.recovered);
        books.repaid += amount;
        books.recovered += amount;
        books.available += amount;
        emit AdvanceRepaid(project, msg.sender, amount, _touch(project));
        _pull(p.token, uint256(amount) * p.unit);
    }

    // -------------------------------------------------------------------------------------------------------- companies

    // slither-disable-start reentrancy-no-eth
    /// @inheritdoc IFundEscrow
    function payOut(ProjectId project, uint16 seat) external nonReentrant returns (bytes32 transactionId) {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        SeatBooks storage books = _seats[project][seat];
        require(books.credit > books.frozen, NothingToPay(project, seat));
        uint128 amount = books.credit - books.frozen;
        uint128 forWages = 0;
        books.credit = books.frozen;
        _books[project].credit -= amount;
        if (seat == CONTRACTOR) (amount, forWages) = _charge(project, amount, 0);
        books.paid += amount;
        _books[project].paid += amount;
        _sendToWages(project, p, forWages, IWageAccount.Inflow.Withheld);
        if (amount == 0) return 0;
        if (seat == CONTRACTOR) _payouts[project] = _payments[project].length + 1;
        IProjectRegistry.Seat memory company = projects.seatOf(project, seat);
        return _pay(project, p, PaymentRecord(company.party, company.account, seat, PaymentKind.Payout, amount, 0));
    }

    // slither-disable-end reentrancy-no-eth

    /// @inheritdoc IFundEscrow
    function releaseRetention(ProjectId project, uint16 seat) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkFrom(p.retentionUntil);
        IMilestoneRegistry.Defect memory defect = IMilestoneRegistry(projects.milestones()).defectOf(project, seat);
        require(defect.amount == 0, DefectNotReady(project, seat, defect.until));
        uint128 amount = _seats[project][seat].retained;
        require(amount != 0, NothingToPay(project, seat));
        _seats[project][seat].retained = 0;
        _books[project].retained -= amount;
        emit RetentionReleased(project, seat, amount, _touch(project));
        uint128 forWages = _credit(project, seat, amount, 0);
        _sendToWages(project, p, forWages, IWageAccount.Inflow.Withheld);
    }

    // -------------------------------------------------------------------------------------------------------- courts

    /// @inheritdoc IFundEscrow
    function freeze(
        ProjectId project,
        uint16 seat,
        uint128 amount,
        uint40 until,
        bytes32 courtCase,
        CityId[] calldata lineage
    ) external {
        _checkFreeze(project, seat, amount, lineage);
        require(until > block.timestamp && until <= block.timestamp + MAX_FREEZE, FreezePeriodInvalid(until));
        Freeze storage order = _freezes[project][seat][courtCase];
        require(order.amount == 0, FreezeNotReady(project, seat, courtCase));
        (order.amount, order.frozenAt, order.until) = (amount, uint40(block.timestamp), until);
        _seats[project][seat].frozen += amount;
        emit WorksFrozen(project, seat, courtCase, amount, until, msg.sender, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function liftFreeze(ProjectId project, uint16 seat, bytes32 courtCase, CityId[] calldata lineage) external {
        Freeze memory order = _openFreeze(project, seat, courtCase);
        bool expired = block.timestamp > order.until;
        if (!expired) _checkStanding(projects.projectOf(project).city, JUSTICE, lineage);
        delete _freezes[project][seat][courtCase];
        _seats[project][seat].frozen -= order.amount;
        emit FreezeLifted(project, seat, courtCase, expired ? address(0) : msg.sender, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function handOver(
        ProjectId project,
        uint16 seat,
        bytes32 courtCase,
        uint128 amount,
        address to,
        CityId[] calldata lineage
    ) external nonReentrant returns (bytes32 transactionId) {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, JUSTICE, lineage);
        _takeFrozen(project, seat, courtCase, amount);
        IdentityId payee = projects.seatOf(project, seat).party;
        return _pay(project, p, PaymentRecord(payee, to, seat, PaymentKind.HandOver, amount, 0));
    }

    // -------------------------------------------------------------------------------------------------------- what is left

    /// @inheritdoc IFundEscrow
    function refund(ProjectId project, address funder) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        require(_isRefundable(project, p), WagesOpen(project));
        Contribution storage contribution = _contributions[project][funder];
        require(contribution.put != 0 && !contribution.settled, NotFunder(project, funder));
        uint128 amount = _dueTo(project, contribution);
        if (_isFinal(project)) {
            contribution.settled = true;
            _settledPut[project] += contribution.put;
        } else {
            require(amount != 0, AmountInvalid(0, 0));
        }
        if (amount == 0) return;
        contribution.taken += amount;
        _books[project].available -= amount;
        _books[project].refunded += amount;
        address to = contribution.to == address(0) ? funder : contribution.to;
        // slither-disable-next-line unused-return
        _pay(project, p, PaymentRecord(IdentityId.wrap(0), to, OWNER, PaymentKind.Refund, amount, 0));
    }

    /// @inheritdoc IFundEscrow
    function redirectRefund(ProjectId project, address to) external {
        delete _redirections[project][msg.sender];
        _redirect(project, msg.sender, to);
    }

    /// @inheritdoc IFundEscrow
    function proposeRedirection(ProjectId project, address funder, address to, CityId[] calldata lineage) external {
        _checkStanding(projects.projectOf(project).city, JUSTICE, lineage);
        _checkRedirection(project, funder, to);
        uint40 dueAt = uint40(block.timestamp) + REDIRECTION_WAIT;
        _redirections[project][funder] = Redirection(to, dueAt);
        emit RedirectionProposed(project, funder, to, dueAt, msg.sender, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function vetoRedirection(ProjectId project) external {
        require(_redirections[project][msg.sender].dueAt != 0, NotFunder(project, msg.sender));
        delete _redirections[project][msg.sender];
        emit RedirectionVetoed(project, msg.sender, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function completeRedirection(ProjectId project, address funder) external {
        Redirection memory redirection = _redirections[project][funder];
        require(redirection.dueAt != 0, NotFunder(project, funder));
        _checkFrom(redirection.dueAt);
        delete _redirections[project][funder];
        _redirect(project, funder, redirection.to);
    }

    // -------------------------------------------------------------------------------------------------------- for the MilestoneRegistry

    /// @inheritdoc IFundEscrow
    function commit(ProjectId project, uint128 amount) external {
        _checkMilestoneRegistry();
        Books storage books = _books[project];
        require(amount <= books.available, FundsShort(project, amount, books.available));
        books.available -= amount;
        books.committed += amount;
        emit FundsCommitted(project, amount, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function release(ProjectId project, uint128 amount) external {
        _checkMilestoneRegistry();
        _books[project].committed -= amount;
        _books[project].available += amount;
        emit FundsReleased(project, amount, _touch(project));
    }

    /// @inheritdoc IFundEscrow
    function earn(ProjectId project, uint16 milestone, uint128 amount, uint128 award) external nonReentrant {
        _checkMilestoneRegistry();
        _books[project].committed -= amount;
        _books[project].available += amount - award;
        emit MilestoneEarned(project, milestone, amount, award, _touch(project));
        IProjectRegistry.Project memory p = projects.projectOf(project);
        uint128 forWages = _distribute(project, p, milestone, award);
        _sendToWages(project, p, forWages, IWageAccount.Inflow.Withheld);
    }

    /// @inheritdoc IFundEscrow
    function forfeit(ProjectId project, uint16 seat, uint128 amount) external {
        _checkMilestoneRegistry();
        _seats[project][seat].retained -= amount;
        _books[project].retained -= amount;
        _books[project].available += amount;
        emit RetentionForfeited(project, seat, amount, _touch(project));
    }

    // -------------------------------------------------------------------------------------------------------- for the WageAccount

    /// @inheritdoc IFundEscrow
    function advance(ProjectId project, uint128 amount) external nonReentrant returns (uint128 given) {
        _checkWageAccount();
        Books storage books = _books[project];
        given = _min(amount, books.available);
        if (given == 0) return 0;
        books.available -= given;
        books.advanced += given;
        emit WagesAdvanced(project, given, _touch(project));
        IProjectRegistry.Project memory p = projects.projectOf(project);
        uint256 tokens = uint256(given) * p.unit;
        uint256 before = IERC20(p.token).balanceOf(msg.sender);
        _push(p.token, msg.sender, tokens);
        _checkMoved(p.token, tokens, IERC20(p.token).balanceOf(msg.sender) - before); // or WageAccount does without it
    }

    /// @inheritdoc IFundEscrow
    function returnSurplus(ProjectId project, uint128 amount) external nonReentrant {
        _checkWageAccount();
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _books[project].surplus += amount;
        _books[project].available += amount;
        emit SurplusReturned(project, amount, _touch(project));
        _receive(p.token, uint256(amount) * p.unit);
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IFundEscrow
    function freezeOf(ProjectId project, uint16 seat, bytes32 courtCase) external view returns (Freeze memory) {
        return _freezes[project][seat][courtCase];
    }

    /// @inheritdoc IFundEscrow
    function redirectionOf(ProjectId project, address funder) external view returns (Redirection memory) {
        return _redirections[project][funder];
    }

    /// @inheritdoc IFundEscrow
    function refundableOf(ProjectId project, address funder) external view returns (uint128) {
        Contribution storage contribution = _contributions[project][funder];
        bool open = _isRefundable(project, projects.projectOf(project)) && !contribution.settled;
        return open && contribution.put != 0 ? _dueTo(project, contribution) : 0;
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @notice Split the share of wages off: of all that was ever put in, rounded up, so that a million fundings of one fen give wages as
    /// much as one of a million. What they drew of the works money before is theirs already.
    /// @return forWages How much is to be sent to WageAccount.
    function _splitOff(ProjectId project, IProjectRegistry.Project memory p) private returns (uint128 forWages) {
        Books storage books = _books[project];
        uint128 target = books.funded - _partOf(books.funded, WHOLE - p.wageShare);
        if (target <= books.toWages) return 0;
        uint128 drawn = _min(target - books.toWages, books.advanced - books.recovered);
        books.advanced -= drawn;
        forWages = _min(target - books.toWages - drawn, books.available);
        books.toWages += drawn + forWages;
        books.available -= forWages;
        emit WageShareSplitOff(project, forWages, drawn, _touch(project));
    }

    function _open(ProjectId project) private view returns (IProjectRegistry.Project memory p) {
        p = projects.projectOf(project);
        require(p.status == IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, p.status));
    }

    function _checkFreeze(ProjectId project, uint16 seat, uint128 amount, CityId[] calldata lineage) private view {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, JUSTICE, lineage);
        _checkCompany(project, p, seat);
        _checkAmount(amount, p.budget);
    }

    function _openFreeze(ProjectId project, uint16 seat, bytes32 courtCase) private view returns (Freeze memory order) {
        order = _freezes[project][seat][courtCase];
        require(order.amount != 0, FreezeNotReady(project, seat, courtCase));
    }

    function _takeFrozen(ProjectId project, uint16 seat, bytes32 courtCase, uint128 amount) private {
        Freeze memory order = _openFreeze(project, seat, courtCase);
        _checkFrom(uint256(order.frozenAt) + HAND_OVER_WAIT);
        _checkUntil(order.until);
        SeatBooks storage books = _seats[project][seat];
        _checkAmount(amount, _min(order.amount, books.credit));
        _freezes[project][seat][courtCase].amount = order.amount - amount;
        books.frozen -= amount;
        books.credit -= amount;
        _books[project].credit -= amount;
        _books[project].handedOver += amount;
    }

    /// @dev Works money may be needed for wages until these are closed out and covered; but not for ever.
    function _isRefundable(ProjectId project, IProjectRegistry.Project memory p) private view returns (bool) {
        if (p.status == IProjectRegistry.ProjectStatus.Open) return false;
        if (block.timestamp > uint256(p.endedAt) + REFUND_WAIT) return true;
        return _wages().closedOutAt(project) != 0 && _wages().owedOf(project) == 0;
    }

    /// @dev Nothing will be available any more that is not now: neither from milestones, nor from retention, wages
    /// or the contractor's debt.
    function _isFinal(ProjectId project) private view returns (bool) {
        Books storage books = _books[project];
        bool isRecovered = books.advanced == books.recovered || _seats[project][CONTRACTOR].credit == 0;
        return books.committed == 0 && books.retained == 0 && isRecovered && _wages().closedOutAt(project) != 0;
    }

    /// @dev In proportion to what was put in, of all that ever went or can go back; the last takes what rounding left.
    function _dueTo(ProjectId project, Contribution storage contribution) private view returns (uint128) {
        Books storage books = _books[project];
        bool isLast = _isFinal(project) && _settledPut[project] + contribution.put == books.funded;
        if (isLast) return books.available;
        uint256 whole = uint256(books.refunded) + books.available;
        uint128 part = uint128((whole * contribution.put) / books.funded);
        return part > contribution.taken ? _min(part - contribution.taken, books.available) : 0;
    }

    function _checkRedirection(ProjectId project, address funder, address to) private view {
        require(_contributions[project][funder].put != 0, NotFunder(project, funder));
        require(to != address(0), AccountInvalid(project, to));
    }

    function _redirect(ProjectId project, address funder, address to) private {
        _checkRedirection(project, funder, to);
        _contributions[project][funder].to = to;
        emit RefundRedirected(project, funder, to, _touch(project));
    }

    function _checkMilestoneRegistry() private view {
        require(msg.sender == projects.milestones(), NotMilestoneRegistry(msg.sender));
    }

    function _checkWageAccount() private view {
        require(msg.sender == projects.wages(), NotWageAccount(msg.sender));
    }
}
