// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of a project's first Terms.
type ProjectId is bytes32;

using {equal as ==} for ProjectId global;

function equal(ProjectId a, ProjectId b) pure returns (bool) {
    return ProjectId.unwrap(a) == ProjectId.unwrap(b);
}
