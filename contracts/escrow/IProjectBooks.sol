// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFundEscrow} from "./IFundEscrow.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title The books of a project in one view: what came in, what each bucket holds, what went out to whom, what is owed, and what is due
/// next.
/// @notice Reads the other contracts, and keeps nothing.
interface IProjectBooks {
    /// @notice What is due next.
    /// @param Nothing Nothing that time brings.
    /// @param Answer The supervisor's answer to a requested milestone.
    /// @param Settlement The end of an approved milestone's contest window.
    /// @param Release The end of a returned milestone's contest window, when its money is free again.
    /// @param Ruling The arbiter's ruling on a milestone.
    /// @param DefectRuling The arbiter's ruling on defects.
    /// @param Retention The release of retention.
    /// @param ArrearsEnd The end of declared arrears.
    /// @param Petition The arbiter's ruling on a termination.
    /// @param ProjectEnd The end of the project's time.
    /// @param CloseOut The close-out of wages.
    enum DueKind {
        Nothing,
        Answer,
        Settlement,
        Release,
        Ruling,
        DefectRuling,
        Retention,
        ArrearsEnd,
        Petition,
        ProjectEnd,
        CloseOut
    }

    /// @notice Something that is due.
    /// @param kind What.
    /// @param index Of which milestone or seat; 0 where it is of the project.
    /// @param dueAt When, UTC seconds; may lie in the past, where anyone can act on it.
    struct Due {
        DueKind kind;
        uint16 index;
        uint40 dueAt;
    }

    /// @notice A seat with its books.
    struct SeatStatement {
        IProjectRegistry.Seat seat;
        IFundEscrow.SeatBooks books;
        IMilestoneRegistry.Defect defect;
    }

    /// @notice A milestone as of now.
    struct MilestoneStatement {
        uint128 amount;
        IMilestoneRegistry.MilestoneState state;
    }

    /// @notice A project as of now.
    /// @param project What was agreed.
    /// @param works Books of FundEscrow.
    /// @param wages Books of WageAccount.
    /// @param undecided How many payrolls and rows wait for a decision.
    /// @param seats By seat.
    /// @param milestones By place.
    /// @param payments How many FundEscrow made: see IFundEscrow.paymentsOf.
    /// @param next What is due next.
    struct Statement {
        IProjectRegistry.Project project;
        IFundEscrow.Books works;
        IWageAccount.WageBooks wages;
        uint32 undecided;
        SeatStatement[] seats;
        MilestoneStatement[] milestones;
        uint256 payments;
        Due next;
    }

    /// @notice The statement of a project, as of the block that is asked for. Reverts with ProjectUnknown.
    function statementOf(ProjectId project) external view returns (Statement memory);

    /// @notice The registry of the projects.
    function projects() external view returns (IProjectRegistry);
}
