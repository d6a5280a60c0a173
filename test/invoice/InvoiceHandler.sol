// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IInvoiceLedger} from "../../contracts/invoice/IInvoiceLedger.sol";
import {Content, Draw, Invoice, TaxLine} from "../../contracts/invoice/Invoice.sol";
import {InvoiceId} from "../../contracts/invoice/InvoiceId.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {IssueHandler} from "./IssueHandler.sol";

/// @title Random acts on documents, each compared with the plain model: held, booked and reversed in every way.
contract InvoiceHandler is IssueHandler {
    bytes32 private constant CONFIRM = keccak256("ConfirmOrder(bytes32 invoice,uint32 changes,uint40 deadline)");
    bytes32 private constant HAND_ON = keccak256(
        "HandOnOrder(bytes32 invoice,bytes32 holder,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant BOOK = keccak256(
        "BookOrder(bytes32 invoice,uint32 city,uint24 period,bool deductible,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant UNBOOK = keccak256(
        "UnbookOrder(bytes32 invoice,uint16 reason,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant PROPOSAL = keccak256(
        "ReversalProposal(bytes32 invoice,bytes32 reversing,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant ANSWER = keccak256(
        "ReversalAnswer(bytes32 invoice,bytes32 reversing,bool confirmed,uint32 changes,uint40 deadline)"
    );

    // -------------------------------------------------------------------------------------------------------- the holder

    function confirm(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        Hold memory hold = _anyHold(index);
        IInvoiceLedger.Held memory held = _held(
            hold,
            keccak256(abi.encode(CONFIRM, _docs[index].id, hold.changes, hold.deadline))
        );
        bytes memory call = abi.encodeCall(ledger.confirm, (_paper(index), held));
        _signed("confirm", call, abi.encodeCall(this.ruleConfirm, (index, hold)));
    }

    function handOn(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        Hold memory hold = _anyHold(index);
        Opening memory next = Opening(_newKey(), _newThing(), 0);
        bytes32 holder = _random(30) == 0 ? bytes32(0) : _commitment(next.key, next.salt, next.title);
        _openings[holder] = next;
        IInvoiceLedger.Held memory held = _held(
            hold,
            keccak256(abi.encode(HAND_ON, _docs[index].id, holder, hold.changes, hold.deadline))
        );
        bytes memory call = abi.encodeCall(ledger.handOn, (_paper(index), holder, held));
        _signed("handOn", call, abi.encodeCall(this.ruleHandOn, (index, holder, hold)));
    }

    function book(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        Hold memory hold = _anyHold(index);
        uint32 city = _anyCity();
        if (_random(24) == 0) city = uint32(_random(8));
        IInvoiceLedger.Booking memory booking = IInvoiceLedger.Booking(
            CityId.wrap(city),
            TaxPeriod.wrap(_anyMonth(city)),
            _random(2) == 0
        );
        IInvoiceLedger.Held memory held = _held(
            hold,
            keccak256(abi.encode(BOOK, _docs[index].id, booking, hold.changes, hold.deadline))
        );
        bytes memory call = abi.encodeCall(ledger.book, (_paper(index), booking, held));
        _signed("book", call, abi.encodeCall(this.ruleBook, (index, booking, hold)));
    }

    function unbook(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        index = _booked(index);
        if (_random(3) == 0) {
            (address by, uint32 acting) = _anyStanding(_docs[index].bookedAt, TAX_BUREAU);
            bytes memory undo = abi.encodeCall(ledger.unbookByBureau, (_docs[index].id, 1, _lineage(acting)));
            bytes memory rule = abi.encodeCall(this.ruleUnbookByBureau, (by, index, acting));
            _play(Play("unbookByBureau", address(ledger), by, undo, rule, false));
            return;
        }
        Hold memory hold = _anyHold(index);
        IInvoiceLedger.Held memory held = _held(
            hold,
            keccak256(abi.encode(UNBOOK, _docs[index].id, uint16(1), hold.changes, hold.deadline))
        );
        bytes memory call = abi.encodeCall(ledger.unbook, (_paper(index), 1, held));
        _signed("unbook", call, abi.encodeCall(this.ruleUnbook, (index, hold)));
    }

    // ---------------------------------------------------------------------------------------------------------- reversal

    function reverse(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        address by = _anyOperator(_sellerIndex(index));
        uint256 reversing = _anyReversing(index);
        bytes memory call = abi.encodeCall(ledger.reverse, (_paper(index), _paper(reversing).content));
        bytes memory rule = abi.encodeCall(this.ruleReverse, (by, index, reversing));
        _play(Play("reverse", address(ledger), by, call, rule, false));
    }

    function propose(uint256 seed) external {
        (bool some, uint256 index) = _pick(seed);
        if (!some) return;
        // Sometimes one that had a proposal before.
        for (uint256 i = 0; i < 4 && _reversals[index].proposedAt == 0 && _random(2) == 0; ++i) (, index) = _anyDoc();
        _perhapsAtTheEdge(index);
        uint256 reversing = _anyReversing(index);
        Hold memory hold;
        if (_random(2) == 0) hold = _anyHold(index);
        bytes32 order = keccak256(
            abi.encode(PROPOSAL, _docs[index].id, _docs[reversing].id, hold.changes, hold.deadline)
        );
        address by = hold.key == 0 ? _anyOperator(_sellerIndex(index)) : RELAYER;
        IInvoiceLedger.Held memory held = _held(hold, order);
        bytes memory call = abi.encodeCall(ledger.proposeReversal, (_paper(index), _paper(reversing).content, held));
        bytes memory rule = abi.encodeCall(this.rulePropose, (by, index, reversing, hold));
        _play(Play("propose", address(ledger), by, call, rule, hold.key != 0));
    }

    function confirmReversal(uint256 seed) external {
        (bool some, uint256 index) = _pickProposed(seed);
        if (!some) return;
        Reversals memory reversals = _reversals[index];
        uint256 reversing = reversals.document == 0 || _random(24) == 0 ? _anyReversing(index) : reversals.document - 1;
        Hold memory hold;
        if (_random(8) == 0 ? reversals.side == HOLDER : reversals.side == SELLER) hold = _anyHold(index);
        bytes32 order = keccak256(
            abi.encode(ANSWER, _docs[index].id, _docs[reversing].id, true, hold.changes, hold.deadline)
        );
        address by = hold.key == 0 ? _anyOperator(_sellerIndex(index)) : RELAYER;
        IInvoiceLedger.Held memory held = _held(hold, order);
        bytes memory call = abi.encodeCall(ledger.confirmReversal, (_paper(index), _paper(reversing).content, held));
        bytes memory rule = abi.encodeCall(this.ruleConfirmReversal, (by, index, reversing, hold));
        _play(Play("confirmReversal", address(ledger), by, call, rule, hold.key != 0));
    }

    function reject(uint256 seed) external {
        (bool some, uint256 index) = _pickProposed(seed);
        if (!some || _random(2) == 0) return;
        uint256 document = _reversals[index].document;
        Hold memory hold;
        if (_random(2) == 0) hold = _anyHold(index);
        bytes32 proposed = document == 0 ? bytes32(0) : InvoiceId.unwrap(_docs[document - 1].id);
        bytes32 order = keccak256(abi.encode(ANSWER, _docs[index].id, proposed, false, hold.changes, hold.deadline));
        address by = hold.key == 0 ? _anyOperator(_sellerIndex(index)) : RELAYER;
        bytes memory call = abi.encodeCall(ledger.rejectReversal, (_paper(index), _held(hold, order)));
        bytes memory rule = abi.encodeCall(this.ruleReject, (by, index, hold));
        _play(Play("reject", address(ledger), by, call, rule, hold.key != 0));
    }

    /// @dev For a party that let a proposal lapse; or for one that did not.
    function confirmByBureau(uint256 seed) external {
        (bool some, uint256 index) = _pickProposed(seed);
        if (!some) return;
        Reversals memory reversals = _reversals[index];
        if (!reversals.lapsed[reversals.side] && _random(3) != 0) return;
        uint256 reversing = reversals.document == 0 ? _anyReversing(index) : reversals.document - 1;
        uint32 capability = _bureauOf(uint8(_paper(index).terms.kind));
        (address by, uint32 acting) = _anyStanding(_docs[index].city, capability);
        bytes memory call = abi.encodeCall(
            ledger.confirmReversalByBureau,
            (_paper(index), _paper(reversing).content, _lineage(acting))
        );
        bytes memory rule = abi.encodeCall(this.ruleConfirmByBureau, (by, index, reversing, acting));
        _play(Play("confirmByBureau", address(ledger), by, call, rule, false));
    }

    // ------------------------------------------------------------------------------------------------------ internal: choosing

    function _pick(uint256 seed) private returns (bool some, uint256 index) {
        _begin(seed);
        (some, index) = _anyDoc();
        if (some) _perhapsAtTheEdge(index);
    }

    /// @dev Mostly one with an open proposal.
    function _pickProposed(uint256 seed) private returns (bool some, uint256 index) {
        _begin(seed);
        (some, index) = _anyDoc();
        uint256 start = index;
        for (uint256 i = 0; i < _docs.length && _reversals[index].document == 0; ++i) {
            index = (start + i) % _docs.length;
        }
        if (some) _perhapsAtTheEdge(index);
    }

    /// @dev Mostly one that was issued, and can still change.
    function _anyDoc() private returns (bool some, uint256 index) {
        if (_docs.length == 0) return (false, 0);
        index = _random(_docs.length);
        if (_random(30) == 0) return (true, index);
        uint256 start = index;
        for (uint256 i = 0; i < _docs.length; ++i) {
            index = (start + i) % _docs.length;
            Doc storage doc = _docs[index];
            if (doc.issued && !doc.reversing && (!doc.reversed || i % 8 == 7)) return (true, index);
        }
        return (_random(8) == 0, start);
    }

    function _booked(uint256 start) private view returns (uint256 index) {
        for (uint256 i = 0; i < _docs.length; ++i) {
            index = (start + i) % _docs.length;
            if (_docs[index].booked && !_docs[index].reversed) return index;
        }
        return start;
    }

    /// @dev To the last second of a proposal, or the first one after it; or to when its side may propose again.
    function _perhapsAtTheEdge(uint256 index) private {
        if (_random(5) != 0) return;
        Reversals memory reversals = _reversals[index];
        uint256 mayAt = reversals.mayAt[_random(2)];
        uint256 time = reversals.proposedAt + PERIOD * (1 + _random(2)) + _random(2);
        if (reversals.document == 0) time = mayAt - (mayAt == 0 ? 0 : _random(2));
        if (time > block.timestamp) vm.warp(time);
    }

    function _sellerIndex(uint256 index) private view returns (uint256 seller) {
        seller = _docs[index].seller;
        return seller == SELLERS ? 0 : seller;
    }

    // ------------------------------------------------------------------------------------------------------ internal: orders

    function _signed(string memory name, bytes memory call, bytes memory rule) private {
        Play memory play = Play(name, address(ledger), RELAYER, call, rule, true);
        if (_random(6) == 0) _keep(play);
        else _play(play);
    }

    /// @dev The holder's signature, mostly as it should be; sometimes an earlier holder's.
    function _anyHold(uint256 index) private returns (Hold memory hold) {
        bytes32 holder = _random(16) == 0 ? _paper(index).content.buyer : holderOf(index);
        Opening memory opening = _openings[holder];
        (hold.key, hold.salt, hold.title) = (opening.key == 0 ? 1 : opening.key, opening.salt, opening.title);
        (hold.signing, hold.changes, hold.deadline) = (hold.key, _docs[index].changes, _anyDeadline());
        uint256 fault = _random(40);
        if (fault == 0) (hold.key, hold.signing) = (hold.key + 1, hold.key + 1); // who copied the document
        if (fault == 1) hold.signing += 1;
        if (fault == 2) hold.salt = _newThing();
        if (fault == 3) hold.title = _newThing();
        if (fault < 7 && fault > 3) hold.changes += 1; // good later
        if (fault == 7 && hold.changes != 0) hold.changes -= 1;
    }

    function _held(Hold memory hold, bytes32 order) private view returns (IInvoiceLedger.Held memory held) {
        if (hold.key == 0) return held;
        (held.signer, held.salt, held.title, held.deadline) = (_signer(hold.key), hold.salt, hold.title, hold.deadline);
        held.signature = _signDigest(hold.signing, _digestOf(address(ledger), order));
    }

    // -------------------------------------------------------------------------------------------- internal: reversing documents

    /// @dev The whole of what is left, or a part of it; mostly right.
    function _anyReversing(uint256 index) private returns (uint256) {
        Invoice memory paper = _paper(index);
        Content memory content;
        (content.number, content.buyer) = (_anyNumber(paper.terms.scheme, _sellerIndex(index)), paper.content.buyer);
        (content.time, content.root) = (uint40(block.timestamp), _newThing());
        _takeLines(index, paper.content, content, _random(2) == 0);
        _takeDraws(index, paper.content, content);
        if (_random(5) == 0 && content.lines.length != 0 && content.draws.length != 0) _breakReversing(index, content);
        Invoice memory reversing;
        (reversing.terms, reversing.reverses, reversing.content) = (paper.terms, _docs[index].id, content);
        return _trackDoc(reversing);
    }

    function _takeLines(uint256 index, Content memory content, Content memory taken, bool whole) private {
        taken.lines = new TaxLine[](content.lines.length);
        uint256 count = 0;
        for (uint256 i = 0; i < content.lines.length; ++i) {
            TaxLine memory line = content.lines[i];
            (uint256 net, uint256 tax) = (line.net - _netBack[index][i], line.tax - _taxBack[index][i]);
            if (!whole && net != 0) {
                if (_random(3) == 0) continue;
                uint256 rest = _random(net + 1);
                uint256 restTax = (rest * line.rate + 5_000) / 10_000; // what is left adds up
                if (restTax <= tax) (net, tax) = (net - rest, tax - restTax);
            }
            if (net == 0 && tax == 0) continue;
            taken.lines[count++] = TaxLine(line.category, line.rate, line.items, uint128(net), uint128(tax));
            (taken.net, taken.tax) = (taken.net + uint128(net), taken.tax + uint128(tax));
        }
        taken.gross = taken.net + taken.tax;
        _cut(taken, count);
    }

    function _takeDraws(uint256 index, Content memory content, Content memory taken) private view {
        Draw[] memory draws = new Draw[](content.draws.length);
        (uint256 rest, uint256 count) = (taken.gross, 0);
        for (uint256 i = 0; i < content.draws.length; ++i) {
            uint256 amount = content.draws[i].amount - _drawBack[index][i];
            if (amount > rest) amount = rest;
            if (amount == 0) continue;
            draws[count++] = Draw(content.draws[i].payment, uint128(amount));
            rest -= amount;
        }
        taken.draws = new Draw[](count);
        for (uint256 i = 0; i < count; ++i) taken.draws[i] = draws[i];
    }

    function _cut(Content memory content, uint256 count) private pure {
        TaxLine[] memory lines = new TaxLine[](count);
        for (uint256 i = 0; i < count; ++i) lines[i] = content.lines[i];
        content.lines = lines;
    }

    function _breakReversing(uint256 index, Content memory content) private {
        uint256 fault = _random(12);
        (TaxLine memory line, Draw memory draw) = (content.lines[0], content.draws[0]);
        if (fault < 3) return _break(content);
        if (fault == 3) content.buyer = _newThing();
        if (fault == 4) line.items += 1;
        if (fault == 5) line.category = "L";
        if (fault == 6) draw.payment = PaymentId.wrap(_newThing());
        if (fault == 7) draw.payment = _paid[_random(_paid.length)].id;
        if (fault == 8) {
            // More than is left, in all sums.
            (line.net, content.net, content.gross) = (line.net + 1, content.net + 1, content.gross + 1);
            draw.amount += 1;
        }
        if (fault == 9 && line.tax != 0) {
            // Tax without net: what is left is not the tax of its net.
            uint128 more = line.tax;
            (content.net, content.gross) = (content.net - line.net, content.gross - line.net);
            (line.net, line.tax) = (0, more);
        }
        if (fault == 10 && line.net > 1) {
            // Net without tax.
            (content.tax, content.gross) = (content.tax - line.tax, content.gross - line.tax);
            line.tax = 0;
            _takeDraws(index, _paper(index).content, content);
        }
        if (fault == 11 && content.draws.length > 1)
            (content.draws[0], content.draws[1]) = (content.draws[1], content.draws[0]);
    }
}
