// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IInvoiceLedger} from "../../contracts/invoice/IInvoiceLedger.sol";
import {Content, Draw, Invoice, TaxLine} from "../../contracts/invoice/Invoice.sol";
import {InvoiceId} from "../../contracts/invoice/InvoiceId.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {InvoiceModel} from "./InvoiceModel.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title The rules of holders, bookings and reversals as a plain model.
abstract contract LedgerModel is InvoiceModel {
    uint40 internal constant PERIOD = 72 hours;
    uint8 internal constant SELLER = 0;
    uint8 internal constant HOLDER = 1;

    /// @dev What a holder signed.
    struct Hold {
        uint256 key; // 0 when the seller acts
        uint256 signing; // the key that signed
        bytes32 salt;
        bytes32 title;
        uint32 changes;
        uint40 deadline;
    }

    struct Opening {
        uint256 key;
        bytes32 salt;
        bytes32 title;
    }

    /// @dev A document's reversals: the last proposal, and what became of those of each side.
    struct Reversals {
        uint256 document; // the proposed one, its number from 1
        uint40 proposedAt;
        uint8 side;
        uint40[2] mayAt;
        bool[2] lapsed;
    }

    mapping(uint256 doc => Reversals) internal _reversals;
    mapping(bytes32 commitment => Opening) internal _openings;

    // -------------------------------------------------------------------------------------------------------------- reading

    function reversalsOf(uint256 doc) external view returns (Reversals memory) {
        return _reversals[doc];
    }

    function holderOf(uint256 index) public view returns (bytes32) {
        Doc storage doc = _docs[index];
        if (doc.handedOn != 0) return doc.handedOn;
        Invoice memory paper = _paper(index);
        return paper.serial == 0 ? paper.content.buyer : doc.named;
    }

    /// @dev What a document is worth now, by the sentences of IInvoiceLedger.InvoiceStatus, the gravest first.
    function statusOf(uint256 index) public view returns (IInvoiceLedger.InvoiceStatus) {
        Doc storage doc = _docs[index];
        if (doc.reversed && doc.booked) return IInvoiceLedger.InvoiceStatus.ReversedAfterBooking;
        if (doc.reversed) return IInvoiceLedger.InvoiceStatus.Reversed;
        if (doc.reversing) return IInvoiceLedger.InvoiceStatus.Reversing;
        Content memory content = _paper(index).content;
        if (!doc.issued) {
            if (!_isAnchored(index)) return IInvoiceLedger.InvoiceStatus.Unknown;
            uint256 item = _paymentOf[content.draws[0].payment];
            bool refunded = item != 0 && _paid[item - 1].refunded != 0;
            return refunded ? IInvoiceLedger.InvoiceStatus.PaymentWithdrawn : IInvoiceLedger.InvoiceStatus.Anchored;
        }
        if (_isWithdrawn(content)) return IInvoiceLedger.InvoiceStatus.PaymentWithdrawn;
        if (_isOpen(index)) return IInvoiceLedger.InvoiceStatus.ReversalProposed;
        if (doc.booked) return IInvoiceLedger.InvoiceStatus.Booked;
        return doc.confirmed ? IInvoiceLedger.InvoiceStatus.Confirmed : IInvoiceLedger.InvoiceStatus.Issued;
    }

    // ---------------------------------------------------------------------------------------------------- rules: the holder

    function ruleConfirm(uint256 index, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        require(!doc.confirmed);
        _checkHolder(index, hold);
        _hear(index, HOLDER);
        doc.confirmed = true;
        ++doc.changes;
    }

    function ruleHandOn(uint256 index, bytes32 holder, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        require(!closed && !doc.booked && !_isOpen(index) && holder != 0);
        _checkHolder(index, hold);
        _hear(index, HOLDER);
        (doc.handedOn, doc.confirmed) = (holder, true);
        ++doc.changes;
    }

    function ruleBook(uint256 index, IInvoiceLedger.Booking calldata booking, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        (uint32 city, uint24 period) = (CityId.unwrap(booking.city), TaxPeriod.unwrap(booking.period));
        require(!doc.booked && !_isOpen(index) && city <= CITIES && isActive(city) && !closed && _opened[city]);
        require(PlainRules.isMonth(period) && period <= PlainRules.monthAt(block.timestamp, _clock[city]));
        require(period > _closedThrough[city] && period >= doc.period);
        require(!_isWithdrawn(_paper(index).content));
        _checkHolder(index, hold);
        _hear(index, HOLDER);
        (doc.booked, doc.bookedAt, doc.bookedFor, doc.deductible) = (true, city, period, booking.deductible);
        doc.confirmed = true;
        ++doc.changes;
    }

    function ruleUnbook(uint256 index, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        require(doc.booked && doc.bookedFor > _closedThrough[doc.bookedAt]);
        _checkHolder(index, hold);
        _hear(index, HOLDER);
        _unbook(doc);
    }

    function ruleUnbookByBureau(address by, uint256 index, uint32 acting) external asRule {
        Doc storage doc = _live(index);
        require(doc.booked && _stands(by, doc.bookedAt, TAX_BUREAU, acting));
        _unbook(doc);
    }

    // ------------------------------------------------------------------------------------------------------ rules: reversal

    /// @param reversing The document that reverses.
    function ruleReverse(address by, uint256 index, uint256 reversing) external asRule returns (InvoiceId) {
        Doc storage doc = _live(index);
        require(!_isOpen(index) && !doc.booked && !doc.confirmed && _isSeller(by, index));
        _hear(index, SELLER);
        return _reverse(index, reversing);
    }

    function rulePropose(address by, uint256 index, uint256 reversing, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        Reversals storage reversals = _reversals[index];
        require(!_isOpen(index));
        _checkReversal(index, _paper(reversing).content);
        uint8 side = _sideOf(by, index, hold);
        _hear(index, side);
        require(block.timestamp >= reversals.mayAt[side]);
        (reversals.document, reversals.proposedAt, reversals.side) = (reversing + 1, uint40(block.timestamp), side);
        ++doc.changes;
    }

    function ruleConfirmReversal(
        address by,
        uint256 index,
        uint256 reversing,
        Hold calldata hold
    ) external asRule returns (InvoiceId) {
        _live(index);
        require(_isOpen(index) && _reversals[index].document == reversing + 1);
        require(_sideOf(by, index, hold) != _reversals[index].side);
        return _reverse(index, reversing);
    }

    function ruleReject(address by, uint256 index, Hold calldata hold) external asRule {
        Doc storage doc = _live(index);
        Reversals storage reversals = _reversals[index];
        require(_isOpen(index));
        bool persons = hold.key == 0 && _isPersons(by, _docs[index].seller);
        _hear(index, persons ? SELLER : _sideOf(by, index, hold));
        reversals.document = 0;
        reversals.mayAt[reversals.side] = uint40(block.timestamp) + PERIOD;
        ++doc.changes;
    }

    function ruleConfirmByBureau(
        address by,
        uint256 index,
        uint256 reversing,
        uint32 acting
    ) external asRule returns (InvoiceId) {
        Doc storage doc = _live(index);
        Reversals storage reversals = _reversals[index];
        require(_isOpen(index) && reversals.document == reversing + 1 && reversals.lapsed[reversals.side]);
        require(_stands(by, doc.city, _bureauOf(uint8(_paper(index).terms.kind)), acting));
        return _reverse(index, reversing);
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _live(uint256 index) private view returns (Doc storage doc) {
        doc = _docs[index];
        require(doc.issued && !doc.reversing && !doc.reversed);
    }

    function _isOpen(uint256 index) internal view returns (bool) {
        Reversals storage reversals = _reversals[index];
        return reversals.document != 0 && block.timestamp - reversals.proposedAt <= PERIOD;
    }

    /// @dev A side acts, so it has not vanished: what the other let lapse counts no more. A proposal that nobody answered has ended.
    function _hear(uint256 index, uint8 side) private {
        Reversals storage reversals = _reversals[index];
        if (reversals.document != 0 && !_isOpen(index)) {
            reversals.lapsed[reversals.side] = true;
            reversals.mayAt[reversals.side] = reversals.proposedAt + 2 * PERIOD;
            reversals.document = 0;
        }
        reversals.lapsed[1 - side] = false;
    }

    /// @dev The legal person's operator, whatever the bureau says.
    function _isPersons(address by, uint256 seller) private view returns (bool) {
        return seller < SELLERS && by == _operators[seller] && !_idle[seller];
    }

    function _unbook(Doc storage doc) private {
        (doc.booked, doc.bookedAt, doc.bookedFor, doc.deductible) = (false, 0, 0, false);
        doc.transferOut = 0;
        ++doc.changes;
    }

    function _isSeller(address by, uint256 index) private view returns (bool) {
        return _isOperator(by, _docs[index].seller, _bureauOf(uint8(_paper(index).terms.kind)));
    }

    function _sideOf(address by, uint256 index, Hold calldata hold) private view returns (uint8) {
        if (hold.key == 0) require(_isSeller(by, index));
        else _checkHolder(index, hold);
        return hold.key == 0 ? SELLER : HOLDER;
    }

    /// @dev Who holds the document signed for it as it is now.
    function _checkHolder(uint256 index, Hold calldata hold) private view {
        bytes32 holder = holderOf(index);
        require(holder != 0 && _commitment(hold.key, hold.salt, hold.title) == holder);
        require(hold.signing == hold.key && hold.changes == _docs[index].changes && block.timestamp <= hold.deadline);
    }

    function _commitment(uint256 key, bytes32 salt, bytes32 title) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("InvoiceHolder(bytes32 salt,bytes32 signer,bytes32 title)");
        return keccak256(abi.encode(typehash, salt, keccak256(_signer(key)), title));
    }

    function _checkReversal(uint256 index, Content memory reversing) private view {
        Content memory content = _paper(index).content;
        require(_isContent(reversing) && reversing.buyer == content.buyer);
        for (uint256 i = 0; i < reversing.lines.length; ++i) {
            TaxLine memory taken = reversing.lines[i];
            uint256 at = _lineOf(content, taken);
            require(at < content.lines.length && taken.items <= content.lines[at].items);
            uint256 net = content.lines[at].net - _netBack[index][at];
            uint256 tax = content.lines[at].tax - _taxBack[index][at];
            require(taken.net <= net && taken.tax <= tax);
            require(PlainRules.isTaxOf(net - taken.net, tax - taken.tax, taken.rate, content.lines[at].items));
        }
        uint256 last = 0;
        for (uint256 i = 0; i < reversing.draws.length; ++i) {
            uint256 at = _drawOf(content, reversing.draws[i]);
            require(at < content.draws.length && (i == 0 || at > last));
            require(reversing.draws[i].amount <= content.draws[at].amount - _drawBack[index][at]);
            last = at;
        }
    }

    function _reverse(uint256 index, uint256 reversing) private returns (InvoiceId) {
        Doc storage doc = _docs[index];
        (Invoice memory paper, Content memory content) = (_paper(index), _paper(reversing).content);
        _checkReversal(index, content);
        _create(reversing, content, doc.city, doc.period);
        (_docs[reversing].reversing, _docs[reversing].original) = (true, index + 1);
        doc.reversed = _takeOff(index, paper.content, content);
        for (uint256 i = 0; i < content.draws.length; ++i) {
            _drawBack[index][_drawOf(paper.content, content.draws[i])] += content.draws[i].amount;
            _giveBack(_paymentOf[content.draws[i].payment] - 1, content.draws[i].amount);
        }
        _uncharge(doc.seller, uint8(paper.terms.kind), paper.terms.currency, doc.period, content.net);
        _useNumber(paper.terms.scheme, doc.seller, content.number);
        if (doc.booked && doc.deductible) doc.transferOut += content.tax;
        _reversals[index].document = 0;
        _reversals[index].lapsed = [false, false];
        ++doc.changes;
        return _docs[reversing].id;
    }

    function _takeOff(uint256 index, Content memory content, Content memory taken) private returns (bool whole) {
        for (uint256 i = 0; i < taken.lines.length; ++i) {
            uint256 at = _lineOf(content, taken.lines[i]);
            _netBack[index][at] += taken.lines[i].net;
            _taxBack[index][at] += taken.lines[i].tax;
        }
        whole = true;
        for (uint256 i = 0; i < content.lines.length; ++i) {
            bool gone = _netBack[index][i] == content.lines[i].net && _taxBack[index][i] == content.lines[i].tax;
            whole = whole && gone;
        }
    }

    /// @dev The line of this category and rate.
    function _lineOf(Content memory content, TaxLine memory line) internal pure returns (uint256 at) {
        for (; at < content.lines.length; ++at) {
            TaxLine memory own = content.lines[at];
            if (own.category == line.category && own.rate == line.rate) return at;
        }
    }

    function _drawOf(Content memory content, Draw memory draw) internal pure returns (uint256 at) {
        while (at < content.draws.length && !(content.draws[at].payment == draw.payment)) ++at;
    }
}
