// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Content, Draw, TaxLine} from "./Invoice.sol";

/// @title The arithmetic of a document, after EN 16931-1.
/// @notice Sums are exact. The tax of a line may differ from net times rate by one minor unit for each item that it sums, as prices
/// with tax included need; at most by 100, the 1.00 that the standard's own check of BR-CO-17 allows.
library InvoiceArithmetic {
    uint256 internal constant MAX_LINES = 16;
    uint256 internal constant MAX_DRAWS = 64;

    /// @dev 100 % in basis points.
    uint256 private constant WHOLE = 10_000;
    uint256 private constant MAX_TOLERANCE = 100;

    /// @notice The document breaks a rule of EN 16931 (its name in ASCII); `line` is the index of the tax line or payment, if it is of one.
    error ArithmeticInvalid(bytes16 rule, uint256 line);

    /// @notice Reverts unless the document adds up.
    function check(Content calldata content) internal pure {
        (uint256 net, uint256 tax) = _sum(content.lines);
        require(net == content.net, ArithmeticInvalid("BR-CO-13", 0));
        require(tax == content.tax, ArithmeticInvalid("BR-CO-14", 0));
        require(net + tax == content.gross && content.gross != 0, ArithmeticInvalid("BR-CO-15", 0));
        require(_sum(content.draws) == content.gross, ArithmeticInvalid("BR-CO-16", 0));
    }

    /// @notice Whether the tax is within the tolerance of net times rate; of nothing, there is no tax.
    function isTaxOf(uint256 net, uint256 tax, uint256 rate, uint256 items) internal pure returns (bool) {
        if (net == 0) return tax == 0;
        (uint256 due, uint256 stated) = (net * rate, tax * WHOLE);
        uint256 tolerance = items < MAX_TOLERANCE ? items : MAX_TOLERANCE;
        return (due > stated ? due - stated : stated - due) <= tolerance * WHOLE;
    }

    /// @notice Lines are ordered by this.
    function keyOf(TaxLine calldata line) internal pure returns (uint256) {
        return (uint256(uint16(line.category)) << 16) | line.rate;
    }

    function _sum(TaxLine[] calldata lines) private pure returns (uint256 net, uint256 tax) {
        uint256 count = lines.length;
        require(count != 0 && count <= MAX_LINES, ArithmeticInvalid("BR-CO-18", count));
        uint256 previous = 0;
        for (uint256 i = 0; i < count; ++i) {
            TaxLine calldata line = lines[i];
            uint256 key = keyOf(line);
            require(key > previous, ArithmeticInvalid("BR-S-08", i));
            previous = key;
            _checkCategory(line, i);
            require(isTaxOf(line.net, line.tax, line.rate, line.items), ArithmeticInvalid("BR-CO-17", i));
            net += line.net;
            tax += line.tax;
        }
    }

    function _sum(Draw[] calldata draws) private pure returns (uint256 amount) {
        require(draws.length <= MAX_DRAWS, ArithmeticInvalid("BR-CO-16", draws.length));
        for (uint256 i = 0; i < draws.length; ++i) {
            require(draws[i].amount != 0, ArithmeticInvalid("BR-CO-16", i));
            amount += draws[i].amount;
        }
    }

    function _checkCategory(TaxLine calldata line, uint256 index) private pure {
        bytes2 category = line.category;
        if (category == "S") {
            require(line.rate != 0, ArithmeticInvalid("BR-S-05", index));
        } else if (category != "L" && category != "M") {
            bytes2 family = _untaxed(category);
            require(family != 0, ArithmeticInvalid("BR-CL-18", index));
            require(line.rate == 0, ArithmeticInvalid(_ruleOf(family, "-05"), index));
            require(line.tax == 0, ArithmeticInvalid(_ruleOf(family, "-09"), index));
        }
    }

    /// @dev The name of the category's rules, if it is one without tax.
    function _untaxed(bytes2 category) private pure returns (bytes2) {
        if (category == "K") return "IC";
        if (category == "Z" || category == "E" || category == "AE" || category == "G" || category == "O") return category;
        return 0;
    }

    function _ruleOf(bytes2 family, bytes3 rule) private pure returns (bytes16) {
        if (family[1] == 0) return bytes16(bytes.concat("BR-", family[0], rule));
        return bytes16(bytes.concat("BR-", family, rule));
    }
}
