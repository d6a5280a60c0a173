// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title A contract that keeps tokens of projects, and knows how many.
/// @notice What FundEscrow and WageAccount have in common.
interface ITokenVault {
    /// @notice Tokens that belong to no project were sent to where the terms say.
    event StraySwept(ProjectId indexed project, address indexed token, address indexed to, uint256 amount, address by);

    /// @notice The token moved another sum than it was asked to: it takes a fee, or does not tell the truth.
    error TokenUntrue(address token, uint256 asked, uint256 moved);
    /// @notice There are no stray tokens.
    error NothingStray(address token);

    /// @notice Send tokens above all buckets to where the project's terms say. By (city, JUSTICE) of the project's city, or of the
    /// one that acts for it.
    function sweep(ProjectId project, address token, CityId[] calldata lineage) external;

    /// @notice The registry of the projects.
    function projects() external view returns (IProjectRegistry);

    /// @notice How much of a token belongs to projects, in its smallest parts.
    function heldOf(address token) external view returns (uint256);
}
