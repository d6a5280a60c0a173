// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title TryAll
/// @notice Many view calls in one, each with its outcome, for tests that compare thousands.
contract TryAll {
    struct Outcome {
        bool success;
        bytes data;
    }

    /// @notice The outcome of each call, in order.
    function tryAll(address target, bytes[] calldata calls) external view returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (outcomes[i].success, outcomes[i].data) = target.staticcall(calls[i]);
        }
    }
}
