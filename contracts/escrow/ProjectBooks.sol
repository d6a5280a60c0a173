// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFundEscrow} from "./IFundEscrow.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectBooks} from "./IProjectBooks.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {CLAIM_WINDOW} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title ProjectBooks
/// @notice The books of a project in one view.
contract ProjectBooks is IProjectBooks {
    /// @inheritdoc IProjectBooks
    IProjectRegistry public immutable projects;

    constructor(IProjectRegistry projects_) {
        projects = projects_;
    }

    /// @inheritdoc IProjectBooks
    function statementOf(ProjectId project) external view returns (Statement memory statement) {
        IFundEscrow escrow = IFundEscrow(projects.escrow());
        IWageAccount wages = IWageAccount(projects.wages());
        statement.project = projects.projectOf(project);
        statement.works = escrow.booksOf(project);
        statement.wages = wages.booksOf(project);
        statement.undecided = wages.payrolls().undecidedOf(project);
        statement.seats = _seatsOf(project, statement.project.seats);
        statement.milestones = _milestonesOf(project, statement.project.milestones);
        statement.payments = escrow.paymentCount(project);
        statement.next = _nextOf(project, statement);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _seatsOf(ProjectId project, uint16 count) private view returns (SeatStatement[] memory seats) {
        seats = new SeatStatement[](count);
        for (uint16 i = 0; i < count; ++i) {
            seats[i].seat = projects.seatOf(project, i);
            seats[i].books = IFundEscrow(projects.escrow()).seatBooksOf(project, i);
            seats[i].defect = IMilestoneRegistry(projects.milestones()).defectOf(project, i);
        }
    }

    function _milestonesOf(
        ProjectId project,
        uint16 count
    ) private view returns (MilestoneStatement[] memory milestones) {
        milestones = new MilestoneStatement[](count);
        for (uint16 i = 0; i < count; ++i) {
            uint128 amount = projects.milestoneOf(project, i);
            milestones[i].amount = amount;
            if (amount == 0) continue; // dropped
            milestones[i].state = IMilestoneRegistry(projects.milestones()).milestoneStateOf(project, i);
        }
    }

    /// @dev The earliest of all that time brings.
    function _nextOf(ProjectId project, Statement memory statement) private view returns (Due memory next) {
        IProjectRegistry.Project memory p = statement.project;
        for (uint16 i = 0; i < statement.milestones.length; ++i) {
            next = _earlier(next, _dueOf(p, i, statement.milestones[i].state));
        }
        for (uint16 i = 0; i < statement.seats.length; ++i) {
            SeatStatement memory seat = statement.seats[i];
            if (seat.defect.amount != 0) next = _earlier(next, Due(DueKind.DefectRuling, i, seat.defect.until));
            else if (seat.books.retained != 0) next = _earlier(next, Due(DueKind.Retention, i, p.retentionUntil));
        }
        IWorkerRegistry workers = IWageAccount(projects.wages()).workers();
        if (workers.inArrears(project)) {
            next = _earlier(next, Due(DueKind.ArrearsEnd, 0, workers.arrearsOf(project).until + 1));
        }
        if (p.status == IProjectRegistry.ProjectStatus.Open) {
            IProjectRegistry.Petition memory petition = projects.petitionOf(project);
            if (block.timestamp <= petition.until) next = _earlier(next, Due(DueKind.Petition, 0, petition.until));
            next = _earlier(next, Due(DueKind.ProjectEnd, 0, p.endsAt));
        } else if (IWageAccount(projects.wages()).closedOutAt(project) == 0) {
            next = _earlier(next, Due(DueKind.CloseOut, 0, p.endedAt + CLAIM_WINDOW + 1));
        }
    }

    function _dueOf(
        IProjectRegistry.Project memory p,
        uint16 milestone,
        IMilestoneRegistry.MilestoneState memory state
    ) private pure returns (Due memory) {
        if (state.status == IMilestoneRegistry.MilestoneStatus.Requested) {
            return Due(DueKind.Answer, milestone, state.since + p.answer);
        }
        if (state.status == IMilestoneRegistry.MilestoneStatus.Approved) {
            return Due(DueKind.Settlement, milestone, state.since + p.contest + 1);
        }
        if (state.status == IMilestoneRegistry.MilestoneStatus.Returned && state.committed) {
            return Due(DueKind.Release, milestone, state.since + p.contest + 1);
        }
        if (state.status == IMilestoneRegistry.MilestoneStatus.Disputed) {
            return Due(DueKind.Ruling, milestone, state.since + p.ruling);
        }
        if (state.status == IMilestoneRegistry.MilestoneStatus.Ruled) {
            return Due(DueKind.Settlement, milestone, state.since + p.contest + 1);
        }
        return Due(DueKind.Nothing, 0, 0);
    }

    function _earlier(Due memory a, Due memory b) private pure returns (Due memory) {
        if (a.kind == DueKind.Nothing) return b;
        return b.kind == DueKind.Nothing || a.dueAt <= b.dueAt ? a : b;
    }
}
