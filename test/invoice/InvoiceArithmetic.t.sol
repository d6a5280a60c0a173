// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Content, Draw, TaxLine} from "../../contracts/invoice/Invoice.sol";
import {InvoiceArithmetic} from "../../contracts/invoice/InvoiceArithmetic.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title The arithmetic of documents against plain rules
contract InvoiceArithmeticTest is Test {
    bytes2[12] private _categories = [bytes2("S"), "Z", "E", "AE", "K", "G", "O", "L", "M", "B", "s", bytes2(0)];
    uint256 private _seed;

    function faultOf(Content calldata content) external pure returns (bytes16 rule, uint256 index) {
        return InvoiceArithmetic.faultOf(content);
    }

    // ------------------------------------------------------------------------------------------------------------------- tax

    function testFuzz_anyTaxIsJudgedAsByThePlainRule(uint128 net, uint128 tax, uint16 rate, uint16 items) public pure {
        assertEq(InvoiceArithmetic.isTaxOf(net, tax, rate, items), PlainRules.isTaxOf(net, tax, rate, items));
    }

    /// @dev Taxes at, just inside and just outside of the tolerance.
    function testFuzz_theEdgesOfTheTolerance(uint128 net, uint16 rate, uint16 items, uint8 away) public pure {
        if (net % 3 == 0) net %= 10_000;
        items %= 130;
        uint256 due = (uint256(net) * rate) / 10_000;
        uint256 distance = (items > 100 ? 100 : items) + (away % 4);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 above = due + distance + i;
            assertEq(InvoiceArithmetic.isTaxOf(net, above, rate, items), PlainRules.isTaxOf(net, above, rate, items));
            if (due + i < distance) continue;
            uint256 below = due + i - distance;
            assertEq(InvoiceArithmetic.isTaxOf(net, below, rate, items), PlainRules.isTaxOf(net, below, rate, items));
        }
    }

    function testFuzz_theRoundedTaxOfOneItemIsRight(uint128 net, uint16 rate) public pure {
        rate %= 10_001;
        if (net < 3) net += 3;
        uint256 product = uint256(net) * rate;
        assertTrue(InvoiceArithmetic.isTaxOf(net, product / 10_000, rate, 1)); // down
        assertTrue(InvoiceArithmetic.isTaxOf(net, (product + 5_000) / 10_000, rate, 1)); // half up
        assertTrue(InvoiceArithmetic.isTaxOf(net, (product + 9_999) / 10_000, rate, 1)); // up
        assertFalse(InvoiceArithmetic.isTaxOf(net, product / 10_000 + 2, rate, 1));
        assertEq(InvoiceArithmetic.isTaxOf(net, product / 10_000, rate, 0), product % 10_000 == 0);
    }

    function testFuzz_ofNothingThereIsNoTax(uint128 tax, uint16 rate, uint16 items) public pure {
        assertEq(InvoiceArithmetic.isTaxOf(0, tax, rate, items), tax == 0);
    }

    // -------------------------------------------------------------------------------------------------------------- documents

    function testFuzz_documentsThatAddUpPass(uint256 seed) public {
        _seed = seed;
        Content memory content = _content();
        (bytes16 rule, ) = this.faultOf(content);
        assertEq(rule, bytes16(0));
        assertTrue(PlainRules.addsUp(content));
    }

    /// @dev Each fault breaks one thing; what else it breaks, both sides must see.
    function testFuzz_brokenDocumentsAreRefusedExactlyWhenTheyDoNotAddUp(uint256 seed) public {
        _seed = seed;
        Content memory content = _content();
        for (uint256 i = 0; i < 1 + (seed % 2); ++i) _break(content);
        (bytes16 rule, uint256 index) = this.faultOf(content);
        assertEq(rule == 0, PlainRules.addsUp(content));
        assertTrue(rule == 0 || rule == "BR-CO-18" || index == 0 || index < content.lines.length);
    }

    function _content() private returns (Content memory content) {
        uint256 count = _random(8) == 0 ? 16 : 1 + _random(4);
        content.lines = new TaxLine[](count);
        for (uint16 i = 0; i < count; ++i) {
            TaxLine memory line = content.lines[i];
            // AE < E < G < K < L < M < O < S < Z: one of the first kinds at most, then ascending rates of S.
            (line.category, line.rate) = i == 0 && _random(2) == 0 ? (bytes2("AE"), uint16(0)) : (bytes2("S"), 100 + i);
            line.items = uint16(_random(150));
            line.net = uint128(_random(4) == 0 ? type(uint120).max - _random(9) : _random(1_000_000));
            uint256 due = (uint256(line.net) * line.rate) / 10_000;
            if (line.rate == 0) line.items = 0;
            else if (line.net == 0) line.tax = 0;
            else line.tax = uint128(due + (line.items == 0 ? 0 : _random(line.items > 100 ? 100 : line.items)));
            if (line.rate != 0 && line.items == 0) (line.net, line.tax) = (10_000, line.rate);
            (content.net, content.tax) = (content.net + line.net, content.tax + line.tax);
        }
        if (content.net == 0)
            (content.lines[0].net, content.lines[0].tax, content.net, content.tax) = (
                10_000,
                content.lines[0].rate,
                10_000,
                content.tax + content.lines[0].rate - content.lines[0].tax
            );
        content.gross = content.net + content.tax;
        content.draws = new Draw[](1 + _random(_random(8) == 0 ? 64 : 3));
        uint128 left = content.gross;
        for (uint256 i = 0; i < content.draws.length; ++i) {
            bool last = i + 1 == content.draws.length;
            uint128 amount = last ? left : uint128(1 + _random(left / 100 + 1));
            if (amount >= left && !last) return _content();
            content.draws[i] = Draw(PaymentId.wrap(bytes32(i)), amount);
            left -= amount;
        }
    }

    function _break(Content memory content) private {
        if (content.lines.length == 0) return;
        uint256 fault = _random(18);
        TaxLine memory line = content.lines[_random(content.lines.length)];
        uint256 draw = _random(content.draws.length == 0 ? 1 : content.draws.length);
        if (fault == 0) content.net += 1;
        if (fault == 1) content.tax += 1;
        if (fault == 2) content.gross += 1;
        if (fault == 3) (content.net, content.tax, content.gross) = (0, 0, 0);
        if (fault == 4) line.net += 1;
        if (fault == 5) line.tax += 1;
        if (fault == 6) line.rate = 0;
        if (fault == 7) line.category = _categories[_random(12)];
        if (fault == 8) line.items = uint16(_random(3));
        if (fault == 9) content.lines = new TaxLine[](0);
        if (fault == 10) content.lines = _repeat(content.lines, 17);
        if (fault == 11) content.lines = _repeat(content.lines, content.lines.length + 1);
        if (fault == 12 && content.draws.length != 0) content.draws[draw].amount += 1;
        if (fault == 13 && content.draws.length != 0) content.draws[draw].amount = 0;
        if (fault == 14) content.draws = new Draw[](0);
        if (fault == 15) content.draws = _many(content.gross);
        if (fault == 16) (line.net, line.tax) = (line.net + 1, line.tax == 0 ? 0 : line.tax - 1);
        if (fault == 17) (line.category, line.rate, line.tax) = (_categories[_random(12)], uint16(_random(2)), 0);
    }

    function _repeat(TaxLine[] memory lines, uint256 count) private pure returns (TaxLine[] memory more) {
        more = new TaxLine[](count);
        for (uint256 i = 0; i < count; ++i) more[i] = lines.length == 0 ? more[i] : lines[i % lines.length];
    }

    /// @dev 65 payments of the right sum.
    function _many(uint128 gross) private pure returns (Draw[] memory draws) {
        draws = new Draw[](65);
        for (uint256 i = 0; i < 64; ++i) draws[i].amount = 1;
        if (gross > 64) draws[64].amount = gross - 64;
    }

    function _random(uint256 bound_) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound_;
    }
}
