// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {REVERSING} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {NETWORK} from "../city/CityId.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Content, Draw, Invoice, InvoiceHash, TaxLine} from "./Invoice.sol";
import {InvoiceArithmetic} from "./InvoiceArithmetic.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {InvoiceIssuing} from "./InvoiceIssuing.sol";
import {InvoiceStore} from "./InvoiceStore.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {ITaxpayerRegistry} from "./ITaxpayerRegistry.sol";
import {PaymentId} from "./PaymentId.sol";

/// @title InvoiceRegistry
/// @notice Invoices and receipts: bound to payments, within a quota, numbered once, reversed by documents of their own.
/// @dev
/// ```
///   issue               reverse, in parts
///  ──────► Issued ────────────────────────► Issued, with less left ───► Reversed
///            ▲  materialise
///   anchor   │  (request: in retail, names the holder)
///  ──────► Anchored
/// ```
contract InvoiceRegistry is InvoiceIssuing {
    using InvoiceArithmetic for TaxLine;

    constructor(
        ICityAccessManager manager_,
        ITaxpayerRegistry taxpayers_,
        IPaymentRegistry payments_
    ) CityManaged(manager_) InvoiceStore(taxpayers_, payments_) {}

    /// @inheritdoc IInvoiceRegistry
    function reverse(
        Invoice calldata invoice,
        Content calldata reversing,
        address by
    ) external returns (InvoiceId document, bool whole) {
        require(manager.holds(msg.sender, NETWORK, REVERSING), NoStanding(msg.sender, NETWORK));
        (InvoiceId id, State memory state) = _live(invoice);
        document = _checkReversal(invoice, id, reversing);
        _create(document, state.city, state.period, true);
        whole = _takeOff(invoice.content.lines, id, reversing.lines);
        state.reversed = whole;
        emit InvoiceReversed(id, document, whole, _touch(id, state));
        _emitIssued(document, state.city, invoice.terms, reversing, by);
        _giveBack(invoice, id, state, reversing);
    }

    /// @inheritdoc IInvoiceRegistry
    function checkReversal(
        Invoice calldata invoice,
        Content calldata reversing
    ) external view returns (InvoiceId document) {
        // slither-disable-next-line unused-return
        (InvoiceId id, ) = _live(invoice);
        return _checkReversal(invoice, id, reversing);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @notice Whether the reversing document fits; reverts otherwise.
    /// @return document Its id.
    function _checkReversal(
        Invoice calldata invoice,
        InvoiceId id,
        Content calldata reversing
    ) private view returns (InvoiceId document) {
        document = _idOf(InvoiceHash.hash(invoice.terms), 0, 0, id, reversing);
        _checkContent(document, reversing);
        require(reversing.buyer == invoice.content.buyer, InvoiceInvalid(document));
        _checkLines(invoice.content.lines, id, reversing.lines);
        _checkDraws(invoice.content.draws, id, reversing.draws);
    }

    /// @dev No more than is left of each line, and what is left then adds up.
    function _checkLines(TaxLine[] calldata lines, InvoiceId id, TaxLine[] calldata taken) private view {
        uint256 next = 0;
        for (uint256 i = 0; i < taken.length; ++i) {
            while (next < lines.length && lines[next].keyOf() != taken[i].keyOf()) ++next;
            require(next < lines.length, ReversalInvalid(id, i));
            TaxLine calldata line = lines[next];
            Reversed memory before = _reversed[id][next];
            (uint256 net, uint256 tax) = (line.net - before.net, line.tax - before.tax);
            require(
                taken[i].items <= line.items &&
                    taken[i].net <= net &&
                    taken[i].tax <= tax &&
                    InvoiceArithmetic.isTaxOf(net - taken[i].net, tax - taken[i].tax, line.rate, line.items),
                ReversalInvalid(id, i)
            );
            ++next;
        }
    }

    /// @dev To each payment no more than was taken from it.
    function _checkDraws(Draw[] calldata draws, InvoiceId id, Draw[] calldata returned) private view {
        uint256 next = 0;
        for (uint256 i = 0; i < returned.length; ++i) {
            PaymentId payment = returned[i].payment;
            while (next < draws.length && !(draws[next].payment == payment)) ++next;
            require(
                next < draws.length && returned[i].amount <= draws[next].amount - _givenBack[id][payment],
                DrawInvalid(id, i)
            );
            ++next;
        }
    }

    /// @notice Note what is reversed.
    /// @return whole Whether nothing is left of any line.
    function _takeOff(TaxLine[] calldata lines, InvoiceId id, TaxLine[] calldata taken) private returns (bool whole) {
        uint256 next = 0;
        whole = true;
        for (uint256 i = 0; i < lines.length; ++i) {
            Reversed memory reversed = _reversed[id][i];
            if (next < taken.length && taken[next].keyOf() == lines[i].keyOf()) {
                reversed.net += taken[next].net;
                reversed.tax += taken[next].tax;
                _reversed[id][i] = reversed;
                ++next;
            }
            if (reversed.net != lines[i].net) whole = false; // without net there is no tax left
        }
    }

    // As in InvoiceIssuing, nothing re-enters.
    // slither-disable-start reentrancy-no-eth
    function _giveBack(Invoice calldata invoice, InvoiceId id, State memory state, Content calldata reversing) private {
        for (uint256 i = 0; i < reversing.draws.length; ++i) {
            Draw calldata draw = reversing.draws[i];
            _givenBack[id][draw.payment] += draw.amount;
            payments.giveBack(draw.payment, draw.amount);
        }
        taxpayers.giveBack(invoice.terms, state.period, reversing.net, reversing.number);
    }
    // slither-disable-end reentrancy-no-eth
}
