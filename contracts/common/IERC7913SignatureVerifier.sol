// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A verifier of signatures by keys that have no address (ERC-7913).
/// @notice One contract per kind of key; the key itself is passed with every question.
interface IERC7913SignatureVerifier {
    /// @notice Whether `signature` is the key's over `hash`.
    /// @param key The public key, in the verifier's own encoding.
    /// @return The function's own selector if it is; anything else, or a revert, if not.
    function verify(bytes calldata key, bytes32 hash, bytes calldata signature) external view returns (bytes4);
}
