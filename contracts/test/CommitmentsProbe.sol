// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Commitments} from "../identity/Commitments.sol";
import {IdentityId} from "../identity/IdentityId.sol";

/// @title CommitmentsProbe
/// @notice Shows what the library computes, for tests.
contract CommitmentsProbe {
    /// @notice Commitments.field.
    function field(string calldata name, bytes32 salt, bytes calldata value) external pure returns (bytes32) {
        return Commitments.field(name, salt, value);
    }

    /// @notice Commitments.subject.
    function subject(uint8 party, bytes32 salt, IdentityId identity) external pure returns (bytes32) {
        return Commitments.subject(party, salt, identity);
    }

    /// @notice Commitments.holder.
    function holder(uint8 party, bytes32 salt, bytes calldata signer) external pure returns (bytes32) {
        return Commitments.holder(party, salt, signer);
    }

    /// @notice Commitments.pair.
    function pair(bytes32 first, bytes32 second) external pure returns (bytes32) {
        return Commitments.pair(first, second);
    }

    /// @notice Commitments.guardian.
    function guardian(bytes32 salt, IdentityId identity) external pure returns (bytes32) {
        return Commitments.guardian(salt, identity);
    }
}
