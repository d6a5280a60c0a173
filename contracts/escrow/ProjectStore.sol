// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {Capability} from "../access/CityRole.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IFirstMember} from "./IFirstMember.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {
    Amendment,
    FIRST_SUBCONTRACTOR,
    CONTRACTOR,
    ProjectHash,
    Subcontract,
    SUPERVISOR,
    Terms,
    WHOLE
} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title What ProjectRegistry keeps, and how it is read.
/// @notice The part of ProjectRegistry that agrees to nothing.
abstract contract ProjectStore is CityManaged, EIP712, IProjectRegistry {
    /// @dev Of a milestone; eight are one word.
    struct SeatShare {
        uint16 seat;
        uint16 share;
    }

    /// @inheritdoc IProjectRegistry
    IIdentityRegistry public immutable identities;

    // slither-disable-start uninitialized-state
    /// @inheritdoc IProjectRegistry
    address public escrow;
    /// @inheritdoc IProjectRegistry
    address public wages;
    /// @inheritdoc IProjectRegistry
    address public milestones;

    mapping(ProjectId project => Project) internal _projects;
    mapping(ProjectId project => uint128[]) internal _milestones;
    mapping(ProjectId project => mapping(uint16 milestone => SeatShare[])) internal _shares;
    mapping(ProjectId project => mapping(address funder => bool)) internal _funders;
    mapping(ProjectId project => mapping(uint16 seat => Seat)) internal _seats;
    mapping(ProjectId project => mapping(uint16 seat => SeatChange)) internal _seatChanges;
    mapping(ProjectId project => Petition) internal _petitions;
    mapping(CityId city => Floors) internal _floors;
    // slither-disable-end uninitialized-state

    /// @dev A party's seat, plus one; 0 for none.
    mapping(ProjectId project => mapping(IdentityId party => uint256)) private _seatedAs;

    constructor(IIdentityRegistry identities_) {
        identities = identities_;
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IProjectRegistry
    function projectOf(ProjectId project) external view returns (Project memory) {
        return _known(project);
    }

    /// @inheritdoc IProjectRegistry
    function milestoneOf(ProjectId project, uint16 milestone) external view returns (uint128 amount) {
        uint128[] storage amounts = _milestones[project];
        require(milestone < amounts.length, MilestoneNotPlanned(project, milestone));
        return amounts[milestone];
    }

    /// @inheritdoc IProjectRegistry
    function sharesOf(
        ProjectId project,
        uint16 milestone
    ) external view returns (uint16[] memory seats, uint16[] memory shares) {
        SeatShare[] memory all = _shares[project][milestone];
        (seats, shares) = (new uint16[](all.length), new uint16[](all.length));
        for (uint256 i = 0; i < all.length; ++i) (seats[i], shares[i]) = (all[i].seat, all[i].share);
    }

    /// @inheritdoc IProjectRegistry
    function seatOf(ProjectId project, uint16 seat) external view returns (Seat memory) {
        require(seat < _projects[project].seats, SeatInvalid(project, seat));
        return _seats[project][seat];
    }

    /// @inheritdoc IProjectRegistry
    function seatOfParty(ProjectId project, IdentityId party) external view returns (bool seated, uint16 seat) {
        uint256 seatedAs = _seatedAs[project][party];
        return seatedAs == 0 ? (false, 0) : (true, uint16(seatedAs - 1));
    }

    /// @inheritdoc IProjectRegistry
    function seatChangeOf(ProjectId project, uint16 seat) external view returns (SeatChange memory) {
        return _seatChanges[project][seat];
    }

    /// @inheritdoc IProjectRegistry
    function petitionOf(ProjectId project) external view returns (Petition memory) {
        return _petitions[project];
    }

    /// @inheritdoc IProjectRegistry
    function isActing(ProjectId project, uint16 seat, address account) public view returns (bool) {
        return identities.isOperator(_seats[project][seat].party, account);
    }

    /// @inheritdoc IProjectRegistry
    function mayFund(ProjectId project, address account) external view returns (bool) {
        Project storage p = _projects[project];
        return p.status == ProjectStatus.Open && (!p.limited || _funders[project][account]);
    }

    /// @inheritdoc IProjectRegistry
    function floorsOf(CityId city) public view returns (Floors memory highest) {
        highest = _floors[NETWORK];
        CityId[] memory path = manager.pathOf(city);
        for (uint256 i = 0; i < path.length; ++i) {
            Floors memory floors = _floors[path[i]];
            if (floors.wageShare > highest.wageShare) highest.wageShare = floors.wageShare;
            if (floors.wageDeposit > highest.wageDeposit) highest.wageDeposit = floors.wageDeposit;
        }
    }

    /// @inheritdoc IProjectRegistry
    function idOf(Terms calldata terms) public view returns (ProjectId) {
        return ProjectId.wrap(_hashTypedDataV4(ProjectHash.hash(terms)));
    }

    /// @inheritdoc IProjectRegistry
    function digestOf(Amendment calldata amendment) public view returns (bytes32) {
        return _hashTypedDataV4(ProjectHash.hash(amendment));
    }

    /// @inheritdoc IProjectRegistry
    function digestOfSubcontract(Subcontract calldata contract_) public view returns (bytes32) {
        return _hashTypedDataV4(ProjectHash.hash(contract_));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev A project that there is.
    function _known(ProjectId project) internal view returns (Project storage p) {
        p = _projects[project];
        require(p.status != ProjectStatus.None, ProjectUnknown(project));
    }

    /// @dev A project that has not ended.
    function _running(ProjectId project) internal view returns (Project storage p) {
        p = _known(project);
        require(p.status == ProjectStatus.Open, ProjectNotReady(project, p.status));
    }

    /// @notice Notes that the project changes in this block.
    /// @return previous Block of its last change.
    function _touch(Project storage p) internal returns (uint40 previous) {
        previous = p.changedIn;
        p.changedIn = uint40(block.number);
    }

    /// @dev Give a seat to a legal person that has none.
    function _take(ProjectId project, uint16 seat, IdentityId party, address account) internal {
        _checkFree(project, party);
        _seatedAs[project][party] = uint256(seat) + 1;
        _seats[project][seat] = Seat(party, account);
    }

    /// @dev Give a taken seat to another.
    function _handOver(ProjectId project, uint16 seat, IdentityId party, address account) internal {
        delete _seatedAs[project][_seats[project][seat].party];
        _take(project, seat, party, account);
    }

    function _checkFree(ProjectId project, IdentityId party) internal view {
        uint256 seatedAs = _seatedAs[project][party];
        if (seatedAs != 0) revert PartySeated(party, uint16(seatedAs - 1));
    }

    function _checkLegalPerson(IdentityId person) internal view {
        require(
            IFirstMember(address(identities)).stateOf(person) == IIdentityRegistry.Kind.Legal &&
                identities.statusOf(person) == IIdentityRegistry.IdentityStatus.Active,
            NotActiveLegalPerson(person)
        );
    }

    /// @dev The caller acts for a seat.
    function _checkParty(ProjectId project, uint16 seat) internal view {
        require(isActing(project, seat, msg.sender), NotParty(project, seat, msg.sender));
    }

    function _checkOpen(CityId city) internal view {
        manager.checkOpen(city);
    }

    function _hasStanding(
        address account,
        CityId city,
        Capability capability,
        CityId[] calldata lineage
    ) internal view returns (bool) {
        return manager.hasStanding(account, city, capability, lineage);
    }

    /// @dev A company is paid to an account of its own.
    function _checkAccount(address account) internal view {
        require(
            account != address(0) && account != escrow && account != wages && account != milestones,
            MoneyInvalid()
        );
    }

    function _checkSigned(IdentityId party, bytes32 digest, PartySignature calldata signature) internal view {
        require(identities.isSignedBy(party, digest, signature.signer, signature.signature), PartyNotSigned(party));
    }

    /// @dev Owner, contractor and supervisor of today have signed.
    function _checkAllSigned(ProjectId project, bytes32 digest, PartySignature[3] calldata signatures) internal view {
        for (uint16 seat = 0; seat <= SUPERVISOR; ++seat) {
            _checkSigned(_seats[project][seat].party, digest, signatures[seat]);
        }
    }

    function _checkDeadline(uint40 deadline) internal view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    /// @dev Whether a seat is paid.
    function _isPaid(uint16 seat) internal pure returns (bool) {
        return seat == CONTRACTOR || seat >= FIRST_SUBCONTRACTOR;
    }

    /// @dev A share of a sum, rounded up.
    function _shareOf(uint256 sum, uint16 share) internal pure returns (uint256) {
        return (sum * share + WHOLE - 1) / WHOLE;
    }
}
