// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A calendar month as YYYYMM, such as 202611: for quotas, and as the period of a booking.
type TaxPeriod is uint24;

using {equal as ==, isBefore as <, isMonth} for TaxPeriod global;

function equal(TaxPeriod a, TaxPeriod b) pure returns (bool) {
    return TaxPeriod.unwrap(a) == TaxPeriod.unwrap(b);
}

function isBefore(TaxPeriod a, TaxPeriod b) pure returns (bool) {
    return TaxPeriod.unwrap(a) < TaxPeriod.unwrap(b);
}

/// @notice Whether its last two digits are a month.
function isMonth(TaxPeriod period) pure returns (bool) {
    uint24 month = TaxPeriod.unwrap(period) % 100;
    return month != 0 && month <= 12;
}

/// @notice The month of a moment, in the proleptic Gregorian calendar.
/// @param timestamp UTC seconds, from 1970 on, and not later than the clock of a chain can say (2^40).
/// @param utcOffset Of the clock on the wall, in minutes.
function periodAt(uint256 timestamp, int16 utcOffset) pure returns (TaxPeriod) {
    // Years begin in March here, so that the leap day is a year's last; eras are the calendar's cycle of 400 years.
    unchecked {
        uint256 day = uint256(int256(timestamp) + int256(utcOffset) * 60) / 1 days + 719_468;
        uint256 dayOfEra = day % 146_097;
        uint256 yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint256 month = (5 * dayOfYear + 2) / 153; // from 0, March
        uint256 year = (day / 146_097) * 400 + yearOfEra;
        return TaxPeriod.wrap(uint24(month < 10 ? year * 100 + month + 3 : (year + 1) * 100 + month - 9));
    }
}
