// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {TaxPeriod, periodAt} from "../../contracts/invoice/TaxPeriod.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title Months against a calendar that is counted out
contract TaxPeriodTest is Test {
    uint256 private constant DAYS = 170_000; // into the year 2435, so past one that is no leap year and one that is
    int16 private constant WEST = -720;
    int16 private constant EAST = 840;

    /// @dev Day by day from 1970-01-01: the first and the last second of each month, and those beside them.
    function test_everyMonthBeginsAndEndsWhereTheCalendarSays() public pure {
        (uint256 day, uint256 year, uint256 month) = (0, 1970, 1);
        while (day < DAYS) {
            uint24 expected = uint24(year * 100 + month);
            uint256 next = day + PlainRules.daysOf(year, month);
            _check(day * 1 days, expected);
            _check(day * 1 days + 1, expected);
            _check(next * 1 days - 1, expected);
            (day, year, month) = (next, month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1);
        }
    }

    function testFuzz_anyMomentIsInTheMonthOfTheCalendar(uint256 seed, int16 utcOffset) public pure {
        utcOffset = int16(bound(utcOffset, WEST, EAST));
        uint256 timestamp = 1 days + (seed % (DAYS * 1 days));
        uint24 period = TaxPeriod.unwrap(periodAt(timestamp, utcOffset));
        assertEq(period, PlainRules.monthAt(timestamp, utcOffset));
        assertTrue(PlainRules.isMonth(period));
    }

    function testFuzz_anOffsetMovesTheClock(uint256 seed, int16 utcOffset) public pure {
        utcOffset = int16(bound(utcOffset, WEST, EAST));
        uint256 timestamp = 1 days + (seed % type(uint40).max);
        uint256 moved = uint256(int256(timestamp) + int256(utcOffset) * 60);
        assertTrue(periodAt(timestamp, utcOffset) == periodAt(moved, 0));
    }

    function testFuzz_theLastTwoDigitsAreAMonth(uint24 period) public pure {
        assertEq(TaxPeriod.wrap(period).isMonth(), PlainRules.isMonth(period));
        uint24 near = 202_600 + (period % 20);
        assertEq(TaxPeriod.wrap(near).isMonth(), PlainRules.isMonth(near));
    }

    function testFuzz_laterIsNotBefore(uint40 one, uint40 other) public pure {
        (one, other) = one < other ? (one, other) : (other, one);
        assertFalse(periodAt(other, 0) < periodAt(one, 0));
    }

    function _check(uint256 timestamp, uint24 expected) private pure {
        require(TaxPeriod.unwrap(periodAt(timestamp, 0)) == expected, "another month");
        if (timestamp < 1 days) return; // the clock of the west is still before 1970
        // The same second on a clock in the east, and one in the west.
        require(TaxPeriod.unwrap(periodAt(timestamp - 840 * 60, EAST)) == expected, "another month in the east");
        require(TaxPeriod.unwrap(periodAt(timestamp + 720 * 60, WEST)) == expected, "another month in the west");
    }
}
