// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of a claim, or of a batch of claims: bound to chain and contract.
type ClaimId is bytes32;

using {equal as ==} for ClaimId global;

function equal(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) == ClaimId.unwrap(b);
}
