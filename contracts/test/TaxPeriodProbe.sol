// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TaxPeriod, periodAt} from "../invoice/TaxPeriod.sol";

/// @title TaxPeriodProbe
/// @notice Shows what the type's functions compute, for tests.
contract TaxPeriodProbe {
    /// @notice periodAt, of many moments.
    function periodsAt(
        uint256[] calldata timestamps,
        int16 utcOffset
    ) external pure returns (TaxPeriod[] memory periods) {
        periods = new TaxPeriod[](timestamps.length);
        for (uint256 i = 0; i < timestamps.length; ++i) periods[i] = periodAt(timestamps[i], utcOffset);
    }

    /// @notice a == b.
    function equal(TaxPeriod a, TaxPeriod b) external pure returns (bool) {
        return a == b;
    }

    /// @notice TaxPeriod.isMonth.
    function isMonth(TaxPeriod period) external pure returns (bool) {
        return period.isMonth();
    }
}
