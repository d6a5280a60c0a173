// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title What a view costs the contract that asks it, for the benchmark: execution alone, with everything it touches cold.
contract GasProbe {
    function gasOf(address target, bytes memory data) external view returns (uint256 used) {
        bool success = false;
        used = gasleft();
        // solhint-disable-next-line no-inline-assembly
        assembly {
            success := staticcall(gas(), target, add(data, 32), mload(data), 0, 0) // the answer is not copied
        }
        used -= gasleft();
        require(success, "the view reverted");
    }
}
