// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IdentityId} from "../identity/IdentityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title IFirstMember
/// @notice Functions of other contracts, of whose answers only the first members are read: decoding the rest would cost code that
/// ProjectRegistry has no room for.
interface IFirstMember {
    /// @notice IIdentityRegistry.stateOf
    function stateOf(IdentityId identity) external view returns (IIdentityRegistry.Kind kind);

    /// @notice IFundEscrow.booksOf
    function booksOf(
        ProjectId project
    ) external view returns (uint128 funded, uint128 surplus, uint128 repaid, uint128 toWages);

    /// @notice IMilestoneRegistry.milestoneStateOf
    function milestoneStateOf(
        ProjectId project,
        uint16 milestone
    ) external view returns (IMilestoneRegistry.MilestoneStatus status);
}
