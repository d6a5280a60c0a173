// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Content, TaxLine} from "../../contracts/invoice/Invoice.sol";

/// @title The calendar and the arithmetic of documents, counted out plainly.
library PlainRules {
    uint256 internal constant MAX_LINES = 16;
    uint256 internal constant MAX_DRAWS = 64;

    // --------------------------------------------------------------------------------------------------------------- calendar

    /// @dev YYYYMM of a moment: years, then months, are counted off from 1970.
    function monthAt(uint256 timestamp, int256 utcOffset) internal pure returns (uint24) {
        uint256 day = uint256(int256(timestamp) + utcOffset * 60) / 1 days;
        uint256 year = 1970;
        for (; day >= (isLeap(year) ? 366 : 365); ++year) day -= isLeap(year) ? 366 : 365;
        uint256 month = 1;
        for (; day >= daysOf(year, month); ++month) day -= daysOf(year, month);
        return uint24(year * 100 + month);
    }

    function daysOf(uint256 year, uint256 month) internal pure returns (uint256) {
        if (month == 2) return isLeap(year) ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }

    function isLeap(uint256 year) internal pure returns (bool) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    function isMonth(uint24 period) internal pure returns (bool) {
        for (uint24 month = 1; month <= 12; ++month) if (period % 100 == month) return true;
        return false;
    }

    // ------------------------------------------------------------------------------------------------------------- arithmetic

    /// @dev Between net times rate rounded up, less the tolerance, and the same rounded down, plus the tolerance.
    function isTaxOf(uint256 net, uint256 tax, uint256 rate, uint256 items) internal pure returns (bool) {
        uint256 tolerance = _tolerance(items, net);
        if (net == 0 || tax == 0) return tax == 0 && (net == 0 || net * rate <= 10_000 * tolerance);
        return tax + tolerance >= (net * rate + 9_999) / 10_000 && tax <= (net * rate) / 10_000 + tolerance;
    }

    /// @dev The rules that the contract checks, in any order.
    function addsUp(Content memory content) internal pure returns (bool) {
        (uint256 net, uint256 tax, uint256 drawn) = (0, 0, 0);
        if (content.lines.length == 0 || content.lines.length > MAX_LINES) return false;
        for (uint256 i = 0; i < content.lines.length; ++i) {
            TaxLine memory line = content.lines[i];
            if (!_isLine(line) || (i != 0 && !_isBefore(content.lines[i - 1], line))) return false;
            net += line.net;
            tax += line.tax;
        }
        if (content.draws.length > MAX_DRAWS) return false;
        for (uint256 i = 0; i < content.draws.length; ++i) {
            if (content.draws[i].amount == 0) return false;
            drawn += content.draws[i].amount;
        }
        uint256 gross = content.gross;
        return net == content.net && tax == content.tax && net + tax == gross && gross == drawn && gross != 0;
    }

    function _isLine(TaxLine memory line) private pure returns (bool) {
        bytes2 category = line.category;
        bool taxed = category == "S" || category == "L" || category == "M";
        bool untaxed =
            category == "Z" ||
                category == "E" ||
                category == "AE" ||
                category == "K" ||
                category == "G" ||
                category == "O";
        if (untaxed) return line.rate == 0 && line.tax == 0;
        if (!taxed || (category == "S" && line.rate == 0) || line.rate > 10_000) return false;
        return isTaxOf(line.net, line.tax, line.rate, line.items);
    }

    function _isBefore(TaxLine memory one, TaxLine memory other) private pure returns (bool) {
        return one.category < other.category || (one.category == other.category && one.rate < other.rate);
    }

    /// @dev One minor unit for each item, at most 100, and never more than the net amount.
    function _tolerance(uint256 items, uint256 net) private pure returns (uint256) {
        if (items > 100) items = 100;
        return items > net ? net : items;
    }
}
