// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of an identity's registration: bound to chain and contract, and never used twice.
type IdentityId is bytes32;

using {differ as !=} for IdentityId global;

function differ(IdentityId a, IdentityId b) pure returns (bool) {
    return IdentityId.unwrap(a) != IdentityId.unwrap(b);
}
