// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IdentityId} from "./IdentityId.sol";

/// @title Salted commitments: what the chain keeps in place of persons and contents.
/// @notice A commitment tells nothing without its salt, and opens to one thing only. Each kind has a type hash of its own, so
/// that none can be
/// taken for another. A salt has 16 random bytes or more, and is used once.
library Commitments {
    bytes32 internal constant FIELD_TYPEHASH = keccak256("Field(bytes32 name,bytes32 salt,bytes32 value)");
    bytes32 internal constant SUBJECT_TYPEHASH = keccak256("Subject(uint8 party,bytes32 salt,bytes32 identity)");
    bytes32 internal constant HOLDER_TYPEHASH = keccak256("Holder(uint8 party,bytes32 salt,bytes32 signer)");
    bytes32 internal constant PAIR_TYPEHASH = keccak256("Pair(bytes32 first,bytes32 second)");
    bytes32 internal constant GUARDIAN_TYPEHASH = keccak256("Guardian(bytes32 salt,bytes32 identity)");

    /// @notice The leaf of a field in the tree of a claim's content; hashed twice, so that no node of the tree passes for one.
    /// @param name UTF-8, as in the schema.
    /// @param value UTF-8, in the form that the field's type prescribes.
    function field(string calldata name, bytes32 salt, bytes calldata value) internal pure returns (bytes32) {
        bytes32 inner = keccak256(abi.encode(FIELD_TYPEHASH, keccak256(bytes(name)), salt, keccak256(value)));
        return keccak256(bytes.concat(inner));
    }

    /// @notice Whom a claim is about.
    /// @param party 0; or 1 for the second one of a claim about two.
    function subject(uint8 party, bytes32 salt, IdentityId identity) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUBJECT_TYPEHASH, party, salt, identity));
    }

    /// @notice Which key signs for a claim.
    /// @param party As of the subject.
    /// @param signer As in ERC-7913.
    function holder(uint8 party, bytes32 salt, bytes calldata signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(HOLDER_TYPEHASH, party, salt, keccak256(signer)));
    }

    /// @notice The subjects, or holders, of a claim about two.
    function pair(bytes32 first, bytes32 second) internal pure returns (bytes32) {
        return keccak256(abi.encode(PAIR_TYPEHASH, first, second));
    }

    /// @notice Who holds the key of an identity under guardianship.
    function guardian(bytes32 salt, IdentityId identity) internal pure returns (bytes32) {
        return keccak256(abi.encode(GUARDIAN_TYPEHASH, salt, identity));
    }
}
