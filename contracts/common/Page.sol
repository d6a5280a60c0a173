// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Pages of lists.
/// @notice Lists are read by page, straight from storage.
library Page {
    /// @notice How many entries a page of a list holds.
    /// @param total Entries in the list.
    /// @param start Index of the page's first entry.
    /// @param count Entries wanted at most.
    function length(uint256 total, uint256 start, uint256 count) internal pure returns (uint256) {
        if (start >= total) return 0;
        return count < total - start ? count : total - start;
    }
}
