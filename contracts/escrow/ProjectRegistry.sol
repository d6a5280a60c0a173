// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {LABOUR} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IFirstMember} from "./IFirstMember.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ITokenVault} from "./ITokenVault.sol";
import {
    Amendment,
    ARBITER,
    CONTRACTOR,
    FIRST_SUBCONTRACTOR,
    Milestone,
    MilestoneChange,
    Money,
    OWNER,
    Parties,
    Periods,
    Share,
    Subcontract,
    SUPERVISOR,
    Terms,
    WHOLE
} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {ProjectSeats} from "./ProjectSeats.sol";
import {ProjectStore} from "./ProjectStore.sol";

/// @title ProjectRegistry
/// @notice What was agreed about projects, and by whom.
/// @dev
/// ```
///          open           close (all milestones paid)
///  None ──────────► Open ─────────────────────────────► Closed
///                  ▲    │ terminate (all agree), grantTermination (the arbiter), expire (its time is over)
///            amend └────┼─────────────────────────────► Terminated
/// ```
contract ProjectRegistry is ProjectSeats {
    /// @notice How many milestones a project has at most, dropped ones included.
    uint256 public constant MAX_MILESTONES = 64;
    /// @dev How many accounts the terms list at most that may fund it.
    uint256 private constant MAX_FUNDERS = 64;
    /// @notice How many subcontractors a project has at most.
    uint256 public constant MAX_SUBCONTRACTORS = 64;
    /// @dev How many subcontractors share a milestone at most.
    uint256 private constant MAX_SHARES = 8;
    /// @notice The shortest period of the terms, in seconds.
    uint256 public constant MIN_PERIOD = 1 days;
    /// @notice The longest period of the terms, in seconds.
    uint256 public constant MAX_PERIOD = 180 days;
    /// @notice How far ahead a project ends at most, in seconds.
    uint256 public constant MAX_DURATION = 20 * 365 days;
    /// @notice How far ahead retention is due at most, in seconds.
    uint256 public constant MAX_RETENTION = 30 * 365 days;

    uint256 private constant SUM_LIMIT = 1 << 96;

    /// @dev Digests of the subcontracts that were registered: a party whose seat another has got could register its own again otherwise.
    mapping(bytes32 digest => bool) private _subcontracts;

    constructor(
        ICityAccessManager manager_,
        IIdentityRegistry identities_
    ) CityManaged(manager_) EIP712("Civitas ProjectRegistry", "1") ProjectStore(identities_) {}

    // -------------------------------------------------------------------------------------------------------- the network

    /// @inheritdoc IProjectRegistry
    function bindEscrow(address escrow_, address wages_, address milestones_) external restricted {
        require(escrow == address(0), EscrowAlreadyBound(escrow));
        require(_isOurs(escrow_) && _isOurs(wages_) && _isOurs(milestones_), EscrowNotBound());
        (escrow, wages, milestones) = (escrow_, wages_, milestones_);
        emit EscrowBound(escrow_, wages_, milestones_, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------------- agreeing

    /// @inheritdoc IProjectRegistry
    function open(Terms calldata terms, PartySignature[3] calldata signatures) external returns (ProjectId project) {
        require(terms.city != NETWORK, ICityAccessManager.CityUnknown(NETWORK));
        _checkOpen(terms.city);
        require(escrow != address(0), EscrowNotBound());
        _checkDeadline(terms.deadline);
        project = idOf(terms);
        Project storage p = _projects[project];
        require(p.status == ProjectStatus.None, ProjectExists(project));

        (p.city, p.status) = (terms.city, ProjectStatus.Open);
        p.changedIn = uint40(block.number);
        _setMoney(p, terms.city, terms.money);
        _setPeriods(p, terms.periods);
        _setMilestones(project, p, terms.milestones);
        _setFunders(project, p, terms.funders);
        _setParties(project, p, terms.parties);
        _checkAllSigned(project, ProjectId.unwrap(project), signatures);
        emit ProjectOpened(project, terms.city, terms.money.token, terms, msg.sender);
    }

    /// @inheritdoc IProjectRegistry
    function amend(
        Amendment calldata amendment,
        PartySignature[3] calldata signatures,
        OfficeSignature calldata office
    ) external {
        ProjectId project = amendment.project;
        Project storage p = _running(project);
        _checkOpen(p.city);
        _checkDeadline(amendment.deadline);
        require(amendment.changes == p.changes, ChangesDiffer(amendment.changes, p.changes));
        bytes32 digest = digestOf(amendment);
        _checkAllSigned(project, digest, signatures);
        if (_lowersWages(p, amendment)) _checkOffice(p.city, digest, office);
        _checkFunded(project, amendment);

        _setBudget(p, p.city, amendment.budget, amendment.wageShare, amendment.wageDeposit);
        _setEnd(p, amendment.endsAt);
        _changeMilestones(project, p, amendment.milestones);
        _changeArbiter(project, amendment.arbiter);
        ++p.changes;
        emit ProjectAmended(project, amendment, p.works, msg.sender, _touch(p));
    }

    /// @inheritdoc IProjectRegistry
    function subcontract(
        Subcontract calldata contract_,
        PartySignature[2] calldata signatures
    ) external returns (uint16 seat) {
        ProjectId project = contract_.project;
        Project storage p = _running(project);
        _checkOpen(p.city);
        _checkDeadline(contract_.deadline);
        bytes32 digest = digestOfSubcontract(contract_);
        IdentityId subcontractor = contract_.subcontractor;
        require(!_subcontracts[digest], SubcontractExists(project, subcontractor));
        _subcontracts[digest] = true;
        _checkLegalPerson(subcontractor);
        _checkSigned(_seats[project][CONTRACTOR].party, digest, signatures[0]);
        _checkSigned(subcontractor, digest, signatures[1]);
        _checkAccount(contract_.account);

        seat = p.seats++;
        require(seat < FIRST_SUBCONTRACTOR + MAX_SUBCONTRACTORS, SharesInvalid(project, 0));
        _take(project, seat, subcontractor, contract_.account);
        _addShares(project, seat, contract_.shares);
        emit SubcontractRegistered(project, seat, subcontractor, contract_, msg.sender, _touch(p));
    }

    /// @inheritdoc IProjectRegistry
    function setFloors(CityId city, Floors calldata floors) external {
        manager.checkCan(msg.sender, city, LABOUR);
        require(floors.wageShare <= WHOLE, ShareInvalid(floors.wageShare));
        require(floors.wageDeposit <= WHOLE, ShareInvalid(floors.wageDeposit));
        _floors[city] = floors;
        emit FloorsSet(city, floors.wageShare, floors.wageDeposit, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------------- terms

    function _setMoney(Project storage p, CityId city, Money calldata money) private {
        require(
            money.token.code.length != 0 &&
                money.unit != 0 &&
                money.unit < SUM_LIMIT &&
                money.currency != 0 &&
                money.retention <= WHOLE &&
                money.defaultSplit <= WHOLE &&
                money.strayTo != address(0),
            MoneyInvalid()
        );
        (p.token, p.unit, p.currency) = (money.token, money.unit, money.currency);
        (p.retention, p.defaultSplit, p.strayTo) = (money.retention, money.defaultSplit, money.strayTo);
        _setBudget(p, city, money.budget, money.wageShare, money.wageDeposit);
    }

    /// @dev What remains for the works must be what the milestones come to: see _checkWorks.
    function _setBudget(Project storage p, CityId city, uint128 budget, uint16 wageShare, uint128 wageDeposit) private {
        require(budget != 0 && budget < SUM_LIMIT && wageShare <= WHOLE && wageDeposit <= budget, MoneyInvalid());
        Floors memory floors = floorsOf(city);
        require(
            wageShare >= floors.wageShare && wageDeposit >= _shareOf(budget, floors.wageDeposit),
            BelowFloor(floors.wageShare, floors.wageDeposit)
        );
        (p.budget, p.wageShare, p.wageDeposit) = (budget, wageShare, wageDeposit);
    }

    function _setPeriods(Project storage p, Periods calldata periods) private {
        require(
            _isPeriod(periods.answer) &&
                _isPeriod(periods.contest) &&
                _isPeriod(periods.ruling) &&
                (periods.invoicing == 0 || _isPeriod(periods.invoicing)) &&
                periods.retentionUntil > block.timestamp &&
                periods.retentionUntil <= block.timestamp + MAX_RETENTION &&
                periods.payday != 0 &&
                periods.payday <= 31,
            PeriodsInvalid()
        );
        (p.answer, p.contest, p.ruling) = (periods.answer, periods.contest, periods.ruling);
        (p.invoicing, p.retentionUntil, p.payday) = (periods.invoicing, periods.retentionUntil, periods.payday);
        p.silenceApproves = periods.silenceApproves;
        (p.employment, p.evidence) = (periods.employment, periods.evidence);
        _setEnd(p, periods.endsAt);
    }

    function _setEnd(Project storage p, uint40 endsAt) private {
        require(endsAt > block.timestamp && endsAt <= block.timestamp + MAX_DURATION, PeriodsInvalid());
        p.endsAt = endsAt;
    }

    function _setMilestones(ProjectId project, Project storage p, Milestone[] calldata agreed) private {
        uint256 sum = 0;
        for (uint256 i = 0; i < agreed.length; ++i) sum += _addMilestone(project, p, agreed[i].amount);
        _checkWorks(p, sum);
    }

    function _addMilestone(ProjectId project, Project storage p, uint128 amount) private returns (uint128) {
        require(amount != 0 && p.milestones < MAX_MILESTONES, MilestonesInvalid(0, _worksOf(p)));
        ++p.milestones;
        _milestones[project].push(amount);
        return amount;
    }

    function _setFunders(ProjectId project, Project storage p, address[] calldata funders) private {
        require(funders.length <= MAX_FUNDERS, MoneyInvalid());
        p.limited = funders.length != 0;
        for (uint256 i = 0; i < funders.length; ++i) _funders[project][funders[i]] = true;
    }

    function _setParties(ProjectId project, Project storage p, Parties calldata parties) private {
        _checkAccount(parties.contractorAccount);
        _enter(project, OWNER, parties.owner, address(0));
        _enter(project, CONTRACTOR, parties.contractor, parties.contractorAccount);
        _enter(project, SUPERVISOR, parties.supervisor, address(0));
        _enter(project, ARBITER, parties.arbiter, address(0));
        p.seats = FIRST_SUBCONTRACTOR;
    }

    function _enter(ProjectId project, uint16 seat, IdentityId party, address account) private {
        _checkLegalPerson(party);
        _take(project, seat, party, account);
    }

    // -------------------------------------------------------------------------------------------------------- changes

    function _lowersWages(Project storage p, Amendment calldata amendment) private view returns (bool) {
        return
            amendment.wageShare < p.wageShare || amendment.wageDeposit < p.wageDeposit || amendment.budget < p.budget;
    }

    /// @dev The money that is there already fits: in all, and for wages.
    function _checkFunded(ProjectId project, Amendment calldata amendment) private view {
        // slither-disable-next-line unused-return
        (uint128 funded, , , uint128 toWages) = IFirstMember(escrow).booksOf(project);
        require(
            amendment.budget >= funded && _shareOf(amendment.budget, amendment.wageShare) >= toWages,
            MoneyInvalid()
        );
    }

    function _checkOffice(CityId city, bytes32 digest, OfficeSignature calldata office) private view {
        require(
            Signer.isValid(office.officer, digest, office.signature) &&
                _hasStanding(office.officer, city, LABOUR, office.lineage),
            LabourOfficeNotSigned(city)
        );
    }

    /// @dev Planned milestones and new ones, in ascending order; shares of subcontractors stay.
    function _changeMilestones(ProjectId project, Project storage p, MilestoneChange[] calldata changes) private {
        uint256 sum = p.works;
        uint256 next = 0;
        for (uint256 i = 0; i < changes.length; ++i) {
            (uint16 index, uint128 amount) = (changes[i].index, changes[i].amount);
            require(index >= next, MilestoneNotPlanned(project, index));
            next = uint256(index) + 1;
            if (index == p.milestones) {
                sum += _addMilestone(project, p, amount);
            } else {
                _checkPlanned(project, index);
                uint128 known = _milestones[project][index];
                // what a subcontractor has a share in does not shrink behind its back
                require(amount >= known || _shares[project][index].length == 0, SharesInvalid(project, index));
                sum = sum - known + amount;
                _milestones[project][index] = amount;
            }
        }
        _checkWorks(p, sum);
    }

    function _changeArbiter(ProjectId project, IdentityId arbiter) private {
        if (IdentityId.unwrap(arbiter) == 0) return;
        _checkLegalPerson(arbiter);
        _handOver(project, ARBITER, arbiter, address(0));
        delete _seatChanges[project][ARBITER]; // what waited was to replace the one who is gone
    }

    function _addShares(ProjectId project, uint16 seat, Share[] calldata shares) private {
        uint256 next = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            (uint16 milestone, uint256 sum) = (shares[i].milestone, shares[i].share);
            require(sum != 0 && milestone >= next, SharesInvalid(project, milestone));
            next = uint256(milestone) + 1;
            _checkPlanned(project, milestone);
            SeatShare[] storage known = _shares[project][milestone];
            for (uint256 j = 0; j < known.length; ++j) sum += known[j].share;
            require(sum <= WHOLE && known.length < MAX_SHARES, SharesInvalid(project, milestone));
            known.push(SeatShare(seat, shares[i].share));
        }
    }

    // -------------------------------------------------------------------------------------------------------- checks

    /// @dev The milestones come to what the budget leaves after wages.
    function _checkWorks(Project storage p, uint256 sum) private {
        uint256 works = _worksOf(p);
        require(sum == works && p.milestones != 0, MilestonesInvalid(sum, works));
        p.works = uint128(works);
    }

    function _checkPlanned(ProjectId project, uint16 milestone) private view {
        uint128[] storage amounts = _milestones[project];
        require(
            milestone < amounts.length &&
                amounts[milestone] != 0 &&
                IFirstMember(milestones).milestoneStateOf(project, milestone) ==
                    IMilestoneRegistry.MilestoneStatus.Planned,
            MilestoneNotPlanned(project, milestone)
        );
    }

    function _worksOf(Project storage p) private view returns (uint256) {
        return p.budget - _shareOf(p.budget, p.wageShare);
    }

    function _isOurs(address vault) private view returns (bool) {
        return vault.code.length != 0 && address(ITokenVault(vault).projects()) == address(this);
    }

    function _isPeriod(uint32 period) private pure returns (bool) {
        return period >= MIN_PERIOD && period <= MAX_PERIOD;
    }
}
