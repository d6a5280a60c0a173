// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFundEscrow} from "../escrow/IFundEscrow.sol";
import {IMilestoneRegistry} from "../escrow/IMilestoneRegistry.sol";
import {IProjectRegistry} from "../escrow/IProjectRegistry.sol";
import {ProjectId} from "../escrow/ProjectId.sol";

/// @title VaultProbe
/// @notice What a ProjectRegistry asks escrow and milestones, answered as a test says.
contract VaultProbe {
    /// @notice The registry it belongs to.
    IProjectRegistry public immutable projects;

    /// @notice What isComplete answers.
    bool public complete;

    mapping(uint16 milestone => IMilestoneRegistry.MilestoneStatus) private _statuses;

    constructor(IProjectRegistry projects_) {
        projects = projects_;
    }

    /// @notice Says what has become of a milestone of every project.
    function setStatus(uint16 milestone, IMilestoneRegistry.MilestoneStatus status) external {
        _statuses[milestone] = status;
    }

    /// @notice Says that all milestones of every project are settled.
    function setComplete() external {
        complete = true;
    }

    /// @notice IFundEscrow.booksOf
    function booksOf(ProjectId) external pure returns (IFundEscrow.Books memory books) {
        books.available = type(uint128).max;
    }

    /// @notice IMilestoneRegistry.milestoneStateOf
    function milestoneStateOf(
        ProjectId,
        uint16 milestone
    ) external view returns (IMilestoneRegistry.MilestoneState memory state) {
        state.status = _statuses[milestone];
        state.since = uint40(block.timestamp);
        state.award = 1;
    }

    /// @notice IMilestoneRegistry.isComplete
    function isComplete(ProjectId) external view returns (bool) {
        return complete;
    }
}
