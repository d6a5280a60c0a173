// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title GasProbe
/// @notice What a view costs the contract that asks it, for the benchmark: execution alone, with everything it touches cold.
contract GasProbe {
    /// @notice The view reverted.
    error ViewReverted();

    /// @notice The gas that a call of a view takes; its answer is not copied.
    function gasOf(address target, bytes calldata data) external view returns (uint256 used) {
        bool success = false;
        bytes memory input = data;
        used = gasleft();
        // solhint-disable-next-line no-inline-assembly
        assembly {
            success := staticcall(gas(), target, add(input, 32), mload(input), 0, 0)
        }
        used -= gasleft();
        require(success, ViewReverted());
    }
}
