// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IInvoiceRegistry} from "../../contracts/invoice/IInvoiceRegistry.sol";
import {Content, Draw, NumberScheme, TaxLine, Terms} from "../../contracts/invoice/Invoice.sol";
import {InvoiceKind} from "../../contracts/invoice/InvoiceKind.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {PaymentHandler} from "./PaymentHandler.sol";

/// @title Random documents: mostly right ones, over payments that have something left; and what payers sign for them.
abstract contract DocumentHandler is PaymentHandler {
    bytes32 private constant REQUEST = keccak256(
        "InvoiceRequest(bytes32 payment,bytes32 buyer,uint32 changes,uint40 deadline)"
    );

    Ask[] private _asks; // all that were ever signed
    bytes32[] private _buyers;
    uint256 private _numbers;
    mapping(NumberScheme scheme => uint256[]) private _tried;

    // ------------------------------------------------------------------------------------------------------------- documents

    function _anyTerms(uint256 seller) internal returns (Terms memory terms) {
        uint256 kind = seller == 2 && _random(3) == 0 ? 5 + _random(2) : 1 + _random(4);
        if (_random(30) == 0) kind = _random(7);
        terms = Terms(_sellers[seller], InvoiceKind(kind), NumberScheme(_random(4)), _random(16) == 0 ? HKD : CNY);
        if (_random(40) == 0) terms.currency = 0;
    }

    /// @dev A document over 1 to 3 payments to the seller, with what their payers signed.
    function _anyContent(
        uint256 seller,
        Terms memory terms
    ) internal returns (Content memory content, Ask[] memory asks) {
        content.buyer = _anyBuyer();
        asks = _anyAsks(seller, terms.currency);
        content.draws = new Draw[](asks.length);
        for (uint256 i = 0; i < asks.length; ++i) {
            int256 left = leftOf(asks[i].payment);
            uint256 amount = left <= 0 ? 1 : uint256(left);
            if (_random(3) == 0) amount = 1 + _random(amount);
            if (_random(30) == 0) amount += 1;
            content.draws[i] = Draw(_paid[asks[i].payment].id, uint128(amount));
            content.gross += uint128(amount);
            if (_random(12) == 0 && _reuse(asks, i)) content.buyer = asks[i].buyer;
        }
        for (uint256 i = 0; i < asks.length; ++i) _fill(asks[i], content.buyer);
        _fillContent(content, terms.scheme, seller);
        if (_random(5) == 0) _break(content);
    }

    /// @dev Number, time, root, and lines over the gross total.
    function _fillContent(Content memory content, NumberScheme scheme, uint256 seller) internal {
        content.number = _anyNumber(scheme, seller);
        (content.time, content.root) = (uint40(block.timestamp - _random(3 days)), _newThing());
        content.lines = new TaxLine[](content.gross > 10 ? 1 + _random(3) : 1);
        uint128 rest = content.gross;
        for (uint256 i = 0; i < content.lines.length; ++i) {
            uint128 part = i + 1 == content.lines.length ? rest : uint128(1 + _random(rest / 2));
            // E < S at 3 % < S at 9 %
            TaxLine memory line = content.lines[i];
            (line.category, line.rate) =
                i == 0 && _random(3) == 0 ? (bytes2("E"), uint16(0)) : (bytes2("S"), uint16(300 + 600 * i));
            line.items = uint16(1 + _random(3));
            line.net = uint128((uint256(part) * 20_000 + 10_000 + line.rate) / (20_000 + 2 * uint256(line.rate)));
            if (line.net == 0) line.net = part;
            line.tax = part - line.net;
            (content.net, content.tax, rest) = (content.net + line.net, content.tax + line.tax, rest - part);
        }
    }

    function _break(Content memory content) internal {
        uint256 fault = _random(17);
        TaxLine memory line = content.lines[_random(content.lines.length)];
        if (fault == 0) content.root = 0;
        if (fault == 1) content.time = uint40(block.timestamp + 1);
        if (fault == 2) content.buyer = 0;
        if (fault == 3) (content.net, content.gross) = (content.net + 1, content.gross + 1);
        if (fault == 4) (content.tax, content.gross) = (content.tax + 1, content.gross + 1);
        if (fault == 5) line.category = "X";
        if (fault == 6) line.rate = 0;
        if (fault == 7) line.items = 0;
        if (fault == 8) content.lines = new TaxLine[](0);
        if (fault == 9) content.lines[content.lines.length - 1] = content.lines[0];
        if (fault == 10 && content.draws.length > 1)
            (content.draws[0], content.draws[1]) = (content.draws[1], content.draws[0]);
        if (fault == 11) content.draws[0].amount += 1;
        if (fault == 12) content.draws[0].payment = PaymentId.wrap(_newThing());
        if (fault == 13) content.draws = new Draw[](0);
        if (fault == 14 && line.net > 3 && line.tax != 0) {
            // Tax at or beyond the tolerance, with sums that say so.
            uint128 more = uint128(2 + _random(3));
            (line.net, line.tax) = (line.net - more, line.tax + more);
            (content.net, content.tax) = (content.net - more, content.tax + more);
        }
        if (fault == 15) line.tax += 1;
        if (fault == 16 && content.draws.length > 1) content.draws[1] = content.draws[0];
    }

    /// @dev Mostly a new number; singles and batches mostly in pages apart.
    function _anyNumber(NumberScheme scheme, uint256 seller) internal returns (uint256 number) {
        uint256 dice = _random(40);
        if (dice == 0) return _random(2) == 0 ? 0 : _limitOf(scheme);
        if (dice == 1) return 10 * PAGE + _random(100); // mostly in a page of batches
        if (dice < 4 && _tried[scheme].length != 0) return _tried[scheme][_random(_tried[scheme].length)];
        // A few pages for each seller, which others may have been allotted.
        number = scheme == NumberScheme.Own ? _anyText() : (_random(2) + 3 * seller) * PAGE + ++_numbers;
        _tried[scheme].push(number);
    }

    /// @dev Three digits, or rarely what is no text.
    function _anyText() private returns (uint256) {
        if (_random(30) == 0) return 1 + _random(400);
        return ((48 + _random(10)) << 16) | ((48 + _random(10)) << 8) | (48 + _random(10));
    }

    /// @dev Mostly the next range of a page; sometimes one that runs over into the next page.
    function _anyRange(NumberScheme scheme, uint256 count) internal returns (uint256 first) {
        uint256 index = 10 + _random(4);
        uint256 next = _pages[scheme][index].next;
        first = index * PAGE + next + _random(3);
        uint256 dice = _random(24);
        if (dice == 0) first = (index + 1) * PAGE - 1 - _random(count);
        if (dice == 1 && next != 0) first = index * PAGE + next - 1;
        if (dice == 2) first = _random(3) * PAGE; // where single documents are
        if (dice == 3) first = _limitOf(scheme) - _random(2 * count);
    }

    /// @dev A salted commitment to a new key.
    function _anyBuyer() internal returns (bytes32 commitment) {
        Opening memory opening = Opening(_newKey(), _newThing(), _newThing());
        commitment = _commitment(opening.key, opening.salt, opening.title);
        _openings[commitment] = opening;
    }

    // -------------------------------------------------------------------------------------------------------------- payments

    /// @dev 1 to 3 payments in ascending order, mostly of the seller and with something left.
    function _anyAsks(uint256 seller, uint16 currency) private returns (Ask[] memory asks) {
        asks = new Ask[](1 + (_random(3) == 0 ? _random(3) : 0));
        for (uint256 i = 0; i < asks.length; ++i) {
            asks[i].payment = _anyPaymentTo(seller, currency);
            for (uint256 j = i; j != 0 && _idAt(asks[j - 1]) > _idAt(asks[j]); --j) {
                (asks[j - 1].payment, asks[j].payment) = (asks[j].payment, asks[j - 1].payment);
            }
        }
        if (asks.length > 1 && _idAt(asks[0]) == _idAt(asks[1]) && _random(8) != 0) {
            Ask memory only = asks[0];
            asks = new Ask[](1);
            asks[0] = only;
        }
    }

    function _anyPaymentTo(uint256 seller, uint16 currency) private returns (uint256 item) {
        item = _random(_payments.length);
        if (_random(25) == 0) return item;
        uint256 start = item;
        bool tree = _random(4) == 0; // not often out of a batch that a batch of documents may take
        for (uint256 i = 0; i < _payments.length; ++i) {
            item = (start + i) % _payments.length;
            bool fits = !(_payments[item].payee != _sellers[seller]) && _payments[item].currency == currency;
            if (fits && leftOf(item) > 0 && (_paid[item].exists || (tree && _isFree(item)))) return item;
        }
    }

    function _isFree(uint256 item) private view returns (bool) {
        uint256 batch = _paid[item].batch;
        return batch != NONE && _paymentTrees[batch - 1].use != IPaymentRegistry.BatchUse.Batch;
    }

    function _idAt(Ask memory ask) private view returns (uint256) {
        return uint256(PaymentId.unwrap(_paid[ask.payment].id));
    }

    // -------------------------------------------------------------------------------------------------------------- requests

    /// @dev What the payer signs, mostly as it should be.
    function _fill(Ask memory ask, bytes32 buyer) internal {
        if (_random(40) == 0) ask.badProof = true;
        if (ask.key != 0) return; // an old one
        uint256 key = _paid[ask.payment].payerKey;
        if (key == 0 || _random(30) == 0) return;
        (ask.key, ask.signing, ask.signedFor, ask.buyer) = (key, key, ask.payment, buyer);
        (ask.changes, ask.deadline) = (_paid[ask.payment].changes, _anyDeadline());
        uint256 fault = _random(40);
        if (fault == 0) (ask.key, ask.signing) = (key + 1, key + 1);
        if (fault == 1) ask.signing = key + 1;
        if (fault == 2) ask.signedFor = _random(_payments.length);
        if (fault == 3) ask.buyer = _anyBuyer();
        if (fault == 4) ask.changes += 1;
        _asks.push(ask);
    }

    /// @dev What the payer signed once, for the same buyer.
    function _reuse(Ask[] memory asks, uint256 at) internal view returns (bool) {
        for (uint256 i = 0; i < _asks.length; ++i) {
            if (_asks[i].payment != asks[at].payment) continue;
            asks[at] = _asks[i];
            return true;
        }
        return false;
    }

    function _evidence(Ask memory ask) internal view returns (IInvoiceRegistry.Evidence memory evidence) {
        (evidence.payment, evidence.proof) = (_payments[ask.payment], paymentProof(ask.payment));
        if (ask.badProof) {
            evidence.proof = new bytes32[](1);
            evidence.proof[0] = keccak256("elsewhere");
        }
        if (ask.key == 0) return evidence;
        bytes32 hashed = keccak256(abi.encode(REQUEST, _paid[ask.signedFor].id, ask.buyer, ask.changes, ask.deadline));
        bytes memory signature = _signDigest(ask.signing, _digestOf(address(invoices), hashed));
        evidence.request = IInvoiceRegistry.Request(_signer(ask.key), ask.deadline, signature);
    }
}
