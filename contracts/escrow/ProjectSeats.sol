// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ADMIN, JUSTICE} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ARBITER, CONTRACTOR, OWNER} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {ProjectStore} from "./ProjectStore.sol";

/// @title Who sits where, and how a project ends.
/// @notice The part of ProjectRegistry that works in suspended cities and closed contracts, and, as far as seats go, in projects that have
/// ended: it ends, or pays what is owed.
abstract contract ProjectSeats is ProjectStore {
    /// @notice How long a company's new account waits, in seconds.
    uint40 public constant ACCOUNT_WAIT = 7 days;
    /// @notice How long the replacement of a party waits, in seconds.
    uint40 public constant REPLACEMENT_WAIT = 30 days;

    bytes32 private constant TERMINATION_TYPEHASH = keccak256(
        "Termination(bytes32 project,uint32 changes,uint40 deadline)"
    );

    // -------------------------------------------------------------------------------------------------------- seats

    /// @inheritdoc IProjectRegistry
    function proposeAccount(ProjectId project, uint16 seat, address account) external {
        Project storage p = _known(project);
        require(_isPaid(seat) && seat < p.seats, SeatInvalid(project, seat));
        _checkParty(project, seat);
        _checkAccount(account);
        require(IdentityId.unwrap(_seatChanges[project][seat].party) == 0, SeatChangeWaits(project, seat));
        _propose(project, seat, SeatChange(IdentityId.wrap(0), account, uint40(block.timestamp) + ACCOUNT_WAIT));
    }

    /// @inheritdoc IProjectRegistry
    function proposeReplacement(
        ProjectId project,
        uint16 seat,
        IdentityId party,
        address account,
        CityId[] calldata lineage
    ) external {
        Project storage p = _known(project);
        require(
            _hasStanding(msg.sender, p.city, ADMIN, lineage) || _hasStanding(msg.sender, p.city, JUSTICE, lineage),
            NoStanding(msg.sender, p.city)
        );
        require(seat < p.seats, SeatInvalid(project, seat));
        _checkLegalPerson(party);
        if (party != _seats[project][seat].party) _checkFree(project, party); // the same party may get another account
        if (_isPaid(seat)) _checkAccount(account);
        else account = address(0);
        _propose(project, seat, SeatChange(party, account, uint40(block.timestamp) + REPLACEMENT_WAIT));
    }

    /// @inheritdoc IProjectRegistry
    function vetoSeatChange(ProjectId project, uint16 seat) external {
        SeatChange storage change = _seatChanges[project][seat];
        require(change.dueAt != 0, SeatChangeNotDue(project, seat, 0));
        // The account may be a thief's by now: it has no say in what an authority proposes.
        bool isReplacement = IdentityId.unwrap(change.party) != 0;
        if (isReplacement || msg.sender != _seats[project][seat].account) _checkParty(project, seat);
        delete _seatChanges[project][seat];
        emit SeatChangeVetoed(project, seat, msg.sender, _touch(_projects[project]));
    }

    /// @inheritdoc IProjectRegistry
    function completeSeatChange(ProjectId project, uint16 seat) external {
        SeatChange memory change = _seatChanges[project][seat];
        require(change.dueAt != 0 && block.timestamp >= change.dueAt, SeatChangeNotDue(project, seat, change.dueAt));
        delete _seatChanges[project][seat];
        if (IdentityId.unwrap(change.party) == 0) _seats[project][seat].account = change.account;
        else _handOver(project, seat, change.party, change.account);
        emit SeatChanged(project, seat, change.party, change.account, _touch(_projects[project]));
    }

    // -------------------------------------------------------------------------------------------------------- ending

    /// @inheritdoc IProjectRegistry
    function terminate(ProjectId project, uint40 deadline, PartySignature[3] calldata signatures) external {
        Project storage p = _running(project);
        _checkDeadline(deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(TERMINATION_TYPEHASH, project, p.changes, deadline)));
        _checkAllSigned(project, digest, signatures);
        _end(project, p, ProjectStatus.Terminated);
    }

    /// @inheritdoc IProjectRegistry
    function petition(ProjectId project, bytes32 grounds) external {
        Project storage p = _running(project);
        uint16 seat = isActing(project, OWNER, msg.sender) ? OWNER : CONTRACTOR;
        if (seat == CONTRACTOR) _checkParty(project, CONTRACTOR);
        uint40 until = _petitions[project].until;
        require(block.timestamp > until, PetitionNotReady(project, until));
        until = uint40(block.timestamp) + p.ruling;
        _petitions[project] = Petition(seat, until);
        emit TerminationPetitioned(project, seat, grounds, until, msg.sender, _touch(p));
    }

    /// @inheritdoc IProjectRegistry
    function grantTermination(ProjectId project) external {
        Project storage p = _running(project);
        _checkParty(project, ARBITER);
        uint40 until = _petitions[project].until;
        require(block.timestamp <= until, PetitionNotReady(project, until));
        _end(project, p, ProjectStatus.Terminated);
    }

    /// @inheritdoc IProjectRegistry
    function expire(ProjectId project) external {
        Project storage p = _running(project);
        require(block.timestamp >= p.endsAt, NotEnded(project, p.endsAt));
        _end(project, p, ProjectStatus.Terminated);
    }

    /// @inheritdoc IProjectRegistry
    function close(ProjectId project) external {
        Project storage p = _running(project);
        require(IMilestoneRegistry(milestones).isComplete(project), ProjectNotReady(project, ProjectStatus.Open));
        _end(project, p, ProjectStatus.Closed);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _propose(ProjectId project, uint16 seat, SeatChange memory change) private {
        _seatChanges[project][seat] = change;
        emit SeatChangeProposed(
            project,
            seat,
            change.party,
            change.account,
            change.dueAt,
            msg.sender,
            _touch(_projects[project])
        );
    }

    function _end(ProjectId project, Project storage p, ProjectStatus status) private {
        p.status = status;
        p.endedAt = uint40(block.timestamp);
        ++p.changes;
        delete _petitions[project];
        emit ProjectEnded(project, status, msg.sender, _touch(p));
    }
}
