// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Content, Draw, TaxLine} from "./Invoice.sol";

/// @title The arithmetic of a document, after EN 16931-1.
/// @notice Sums are exact. The tax of a line may differ from net times rate by one minor unit for each item that it sums, as prices
/// with tax included need; at most by 100, the 1.00 that the standard's own check of BR-CO-17 allows, and by the net amount.
library InvoiceArithmetic {
    uint256 internal constant MAX_LINES = 16;
    uint256 internal constant MAX_DRAWS = 64;

    /// @dev 100 % in basis points.
    uint256 private constant WHOLE = 10_000;
    uint256 private constant MAX_TOLERANCE = 100;

    /// @notice The rule of EN 16931 that the document breaks, or nothing.
    /// @return rule Its name in ASCII, such as "BR-CO-17"; zero if the document adds up.
    /// @return index Of the tax line, if the rule is about one; without a rule it says nothing.
    function faultOf(Content calldata content) internal pure returns (bytes16 rule, uint256 index) {
        uint256 net;
        uint256 tax;
        (net, tax, rule, index) = _sum(content.lines);
        if (rule != 0) return (rule, index);
        if (net != content.net) return ("BR-CO-13", 0);
        if (tax != content.tax) return ("BR-CO-14", 0);
        if (net + tax != content.gross || content.gross == 0) return ("BR-CO-15", 0);
        if (!_isSum(content.draws, content.gross)) return ("BR-CO-16", 0);
    }

    /// @notice Whether the tax is within the tolerance of net times rate; of nothing, there is no tax.
    function isTaxOf(uint256 net, uint256 tax, uint256 rate, uint256 items) internal pure returns (bool) {
        if (net == 0) return tax == 0;
        (uint256 due, uint256 stated) = (net * rate, tax * WHOLE);
        uint256 tolerance = items < MAX_TOLERANCE ? items : MAX_TOLERANCE;
        if (net < tolerance) tolerance = net;
        return (due > stated ? due - stated : stated - due) <= tolerance * WHOLE;
    }

    /// @notice Lines are ordered by this.
    function keyOf(TaxLine calldata line) internal pure returns (uint256) {
        return (uint256(uint16(line.category)) << 16) | line.rate;
    }

    function _sum(
        TaxLine[] calldata lines
    ) private pure returns (uint256 net, uint256 tax, bytes16 rule, uint256 index) {
        uint256 count = lines.length;
        if (count == 0 || count > MAX_LINES) return (0, 0, "BR-CO-18", count);
        uint256 previous = 0;
        for (; index < count; ++index) {
            TaxLine calldata line = lines[index];
            uint256 key = keyOf(line);
            if (key <= previous) return (0, 0, "BR-S-08", index);
            previous = key;
            rule = _faultOf(line);
            if (rule != 0) return (0, 0, rule, index);
            net += line.net;
            tax += line.tax;
        }
    }

    function _isSum(Draw[] calldata draws, uint256 amount) private pure returns (bool) {
        if (draws.length > MAX_DRAWS) return false;
        uint256 sum = 0;
        for (uint256 i = 0; i < draws.length; ++i) {
            if (draws[i].amount == 0) return false;
            sum += draws[i].amount;
        }
        return sum == amount;
    }

    function _faultOf(TaxLine calldata line) private pure returns (bytes16) {
        bytes2 category = line.category;
        if (line.rate > WHOLE) return "BR-CO-17";
        if (category == "S") {
            if (line.rate == 0) return "BR-S-05";
        } else if (category != "L" && category != "M") {
            bytes2 family = _untaxed(category);
            if (family == 0) return "BR-CL-18";
            if (line.rate != 0) return _ruleOf(family, "-05");
            if (line.tax != 0) return _ruleOf(family, "-09");
        }
        return isTaxOf(line.net, line.tax, line.rate, line.items) ? bytes16(0) : bytes16("BR-CO-17");
    }

    /// @dev The name of the category's rules, if it is one without tax.
    function _untaxed(bytes2 category) private pure returns (bytes2) {
        if (category == "K") return "IC";
        bool known = category == "Z" || category == "E" || category == "AE" || category == "G" || category == "O";
        return known ? category : bytes2(0);
    }

    function _ruleOf(bytes2 family, bytes3 rule) private pure returns (bytes16) {
        if (family[1] == 0) return bytes16(bytes.concat("BR-", family[0], rule));
        return bytes16(bytes.concat("BR-", family, rule));
    }
}
