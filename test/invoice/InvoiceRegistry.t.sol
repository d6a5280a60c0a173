// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Capability} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IInvoiceLedger} from "../../contracts/invoice/IInvoiceLedger.sol";
import {IInvoiceRegistry} from "../../contracts/invoice/IInvoiceRegistry.sol";
import {Content, Invoice, NumberScheme} from "../../contracts/invoice/Invoice.sol";
import {InvoiceId} from "../../contracts/invoice/InvoiceId.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {Payment} from "../../contracts/invoice/Payment.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {InvoiceHandler} from "./InvoiceHandler.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title Invariants of payments, quotas, documents and their holders under random acts (design.md, section 7)
/// @notice
/// 2. Nothing is attested, issued, anchored, requested, handed on or booked in a closed contract, or for a city that is not active
///    along its whole path; refunding, confirming, reversing, rejecting, unbooking, freezing and lowering are never stopped by that. (The handler
///    compares every act's outcome with the model's.)
/// 6. For every payment: what is left is what was paid, less what was refunded and taken, and what was given back; taking never makes it
///    negative. For every document: reversed <= issued, per category and rate, and what is left of each line still adds up. For every
///    batch: what was materialised <= its totals. For every quota: used in a month is what was issued in it, less what was reversed of that,
///    and never beyond the limit when something is issued.
/// 7. A document is booked by at most one holder at a time, and a wholly reversed one by none; each has the status that the model says.
/// 10. Every signed order works once, on one chain, in one contract, before its deadline. (The handler tries each on another chain, in
///     another contract with the same powers, a second time at once, and again whenever it likes; orders not relayed at once, later.)
/// And: no two documents of one scheme, or of one seller for its own numbers, have one number.
contract InvoiceRegistryInvariants is Test {
    uint256 private constant LATEST = 3;
    uint256 private constant OTHERS = 6;
    uint256 private constant SELDOM = 6;

    InvoiceHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new InvoiceHandler();
        bytes4[] memory acts = new bytes4[](31);
        acts[0] = _handler.attest.selector;
        acts[1] = _handler.anchorPayments.selector;
        acts[2] = _handler.refund.selector;
        acts[3] = _handler.refundAnchored.selector;
        acts[4] = _handler.issue.selector;
        acts[5] = _handler.issueMany.selector;
        acts[6] = _handler.relay.selector;
        acts[7] = _handler.anchorDocuments.selector;
        acts[8] = _handler.materialise.selector;
        acts[9] = _handler.confirm.selector;
        acts[10] = _handler.handOn.selector;
        acts[11] = _handler.book.selector;
        acts[12] = _handler.unbook.selector;
        acts[13] = _handler.reverse.selector;
        acts[14] = _handler.propose.selector;
        acts[15] = _handler.confirmReversal.selector;
        acts[16] = _handler.reject.selector;
        acts[17] = _handler.confirmByBureau.selector;
        acts[18] = _handler.bureau.selector;
        acts[19] = _handler.closePeriods.selector;
        acts[20] = _handler.govern.selector;
        acts[21] = _handler.again.selector;
        acts[22] = _handler.replay.selector;
        acts[23] = _handler.idle.selector;
        acts[30] = _handler.cancel.selector;
        // Some twice as often.
        (acts[24], acts[25], acts[26], acts[27]) = (acts[0], acts[1], acts[4], acts[7]);
        (acts[28], acts[29]) = (acts[14], acts[15]);
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
        // So that there is something to act on.
        for (uint256 i = 0; i < 4; ++i) {
            _handler.attest(i);
            _handler.anchorPayments(i);
            _handler.issueMany(i);
            _handler.anchorDocuments(i);
            _handler.materialise(i);
        }
    }

    function invariant_documentsEqualTheModel() public view {
        uint256 count = _handler.docCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) {
            (Invoice memory invoice, InvoiceHandler.Doc memory doc) = _handler.docAt(i);
            (IInvoiceLedger.InvoiceStatus status, InvoiceId id) = _handler.ledger().statusOf(
                invoice,
                _handler.docProof(i)
            );
            assertTrue(id == doc.id);
            assertEq(uint8(status), uint8(_handler.statusOf(i)));
            _assertRecord(doc);
            _assertHolder(i, invoice, doc);
            _assertLines(i, invoice.content, doc);
            _assertReversals(i, doc.id);
        }
    }

    function invariant_paymentsAndQuotasEqualTheModel() public view {
        uint256 count = _handler.paymentCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) _assertPayment(i);
        count = _handler.chargeCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) {
            InvoiceHandler.Charge memory charge = _handler.chargeAt(i);
            (uint128 limit, uint128 used) = _handler.taxpayers().quotaOf(
                _handler.sellerAt(charge.seller),
                Capability.wrap(charge.bureau),
                charge.currency,
                TaxPeriod.wrap(charge.period)
            );
            assertEq(used, _handler.usedOf(charge.seller, charge.bureau, charge.currency, charge.period));
            assertEq(limit, _handler.limitOf(charge.seller, charge.bureau, charge.currency));
        }
        count = _handler.docTreeCount();
        for (uint256 i = 0; i < count; ++i) {
            InvoiceHandler.DocTree memory tree = _handler.docTreeAt(i);
            IInvoiceRegistry.BatchState memory state = _handler.invoices().batchStateOf(tree.id);
            assertEq(state.net, tree.netLeft);
            assertEq(state.tax, tree.taxLeft);
        }
    }

    /// @dev Summed over all documents, now and then: of one payment, one quota and one batch; and all numbers.
    function invariant_sumsOverAllDocuments() public view {
        uint256 seed = block.timestamp / SELDOM;
        uint256 count = _handler.docCount();
        if (block.timestamp % SELDOM != 0 || count == 0 || _handler.chargeCount() == 0) return;
        Sums memory sums;
        sums.item = seed % _handler.paymentCount();
        (, InvoiceHandler.Paid memory paid) = _handler.paymentAt(sums.item);
        (sums.payment, sums.charge) = (paid.id, _handler.chargeAt(seed % _handler.chargeCount()));
        sums.tree = _handler.docTreeCount() == 0 ? 0 : 1 + (seed % _handler.docTreeCount());
        bytes32[] memory numbers = new bytes32[](count);
        uint256 used = 0;
        for (uint256 i = 0; i < count; ++i) {
            (Invoice memory invoice, InvoiceHandler.Doc memory doc) = _handler.docAt(i);
            if (!doc.issued) continue;
            _add(sums, invoice, doc);
            bool own = invoice.terms.scheme == NumberScheme.Own;
            numbers[used++] = keccak256(
                abi.encode(invoice.terms.scheme, own ? doc.seller : 99, invoice.content.number)
            );
        }
        for (uint256 i = 0; i < used; ++i) for (uint256 j = 0; j < i; ++j) assertNotEq(numbers[i], numbers[j]);
        _assertSums(sums);
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    struct Sums {
        uint256 item;
        PaymentId payment;
        int256 drawn;
        InvoiceHandler.Charge charge;
        int256 net;
        uint256 tree; // its number from 1
        uint256 netOfTree;
        uint256 taxOfTree;
    }

    function _add(Sums memory sums, Invoice memory invoice, InvoiceHandler.Doc memory doc) private pure {
        Content memory content = invoice.content;
        for (uint256 i = 0; i < content.draws.length; ++i) {
            if (!(content.draws[i].payment == sums.payment)) continue;
            int256 amount = int256(uint256(content.draws[i].amount));
            sums.drawn += doc.reversing ? -amount : amount;
        }
        uint32 bureau = uint8(invoice.terms.kind) > 4 ? 5 : 4;
        bool same = doc.seller == sums.charge.seller && bureau == sums.charge.bureau;
        same = same && invoice.terms.currency == sums.charge.currency && doc.period == sums.charge.period;
        if (same && doc.reversing) sums.net -= int256(uint256(content.net));
        if (same && !doc.reversing && invoice.serial == 0) sums.net += int256(uint256(content.net));
        if (doc.batch == sums.tree && sums.tree != 0 && invoice.serial != 0) {
            sums.netOfTree += content.net;
            sums.taxOfTree += content.tax;
        }
    }

    function _assertSums(Sums memory sums) private view {
        (Payment memory payment, InvoiceHandler.Paid memory paid) = _handler.paymentAt(sums.item);
        IPaymentRegistry.State memory state = _handler.payments().stateOf(sums.payment);
        int256 amount = int256(uint256(payment.amount));
        if (state.exists) assertEq(state.left, amount - int256(paid.refunded) - sums.drawn);
        assertTrue(sums.drawn >= 0 && sums.drawn <= amount);
        for (uint256 i = 0; i < _handler.docTreeCount(); ++i) {
            InvoiceHandler.DocTree memory tree = _handler.docTreeAt(i);
            uint32 bureau = uint8(tree.terms.kind) > 4 ? 5 : 4;
            bool same = tree.seller == sums.charge.seller && bureau == sums.charge.bureau;
            same = same && tree.terms.currency == sums.charge.currency && tree.period == sums.charge.period;
            if (same && !tree.cancelled) sums.net += int256(tree.net);
            if (i + 1 != sums.tree) continue;
            assertLe(sums.netOfTree, tree.net);
            assertLe(sums.taxOfTree, tree.tax);
            IInvoiceRegistry.BatchState memory batch = _handler.invoices().batchStateOf(tree.id);
            assertEq(batch.net, tree.net - sums.netOfTree);
            assertEq(batch.tax, tree.tax - sums.taxOfTree);
        }
        (, uint128 used) = _handler.taxpayers().quotaOf(
            _handler.sellerAt(sums.charge.seller),
            Capability.wrap(sums.charge.bureau),
            sums.charge.currency,
            TaxPeriod.wrap(sums.charge.period)
        );
        assertEq(int256(uint256(used)), sums.net);
    }

    function _assertPayment(uint256 i) private view {
        (Payment memory payment, InvoiceHandler.Paid memory paid) = _handler.paymentAt(i);
        IPaymentRegistry.State memory state = _handler.payments().stateOf(paid.id);
        assertEq(state.exists, paid.exists);
        (IPaymentRegistry.PaymentStatus status, , int136 left) = _handler.payments().statusOf(
            payment,
            _handler.paymentProof(i)
        );
        (IPaymentRegistry.PaymentStatus expected, int256 expectedLeft) = _handler.paymentStatus(i);
        assertEq(uint8(status), uint8(expected));
        assertEq(left, expectedLeft);
        if (!paid.exists) return;
        assertEq(state.left, _handler.leftOf(i));
        assertEq(state.settled, paid.settled);
        assertEq(state.changes, paid.changes);
        assertEq(_handler.payments().refundedOf(paid.id), paid.refunded);
        // Only a refund brings it below zero.
        assertGe(int256(state.left) + int256(paid.refunded), 0);
    }

    function _assertRecord(InvoiceHandler.Doc memory doc) private view {
        IInvoiceRegistry.State memory record = _handler.invoices().stateOf(doc.id);
        assertEq(record.issuedAt, doc.issuedAt);
        assertEq(record.reversing, doc.reversing);
        assertEq(record.reversed, doc.reversed);
        assertEq(CityId.unwrap(record.city), doc.city);
        assertEq(TaxPeriod.unwrap(record.period), doc.period);
    }

    function _assertHolder(uint256 i, Invoice memory invoice, InvoiceHandler.Doc memory doc) private view {
        IInvoiceLedger.State memory state = _handler.ledger().stateOf(doc.id);
        assertEq(state.confirmed, doc.confirmed);
        assertEq(state.booked, doc.booked);
        assertEq(state.changes, doc.changes);
        (IInvoiceLedger.Booking memory booking, uint128 transferOut) = _handler.ledger().bookingOf(doc.id);
        assertEq(CityId.unwrap(booking.city), doc.bookedAt);
        assertEq(TaxPeriod.unwrap(booking.period), doc.bookedFor);
        assertEq(booking.deductible, doc.deductible);
        assertEq(transferOut, doc.transferOut);
        if (doc.issued) assertEq(_handler.ledger().holderOf(invoice), _handler.holderOf(i));
    }

    function _assertLines(uint256 i, Content memory content, InvoiceHandler.Doc memory doc) private view {
        if (!doc.issued || doc.reversing) return;
        bool left = false;
        for (uint256 at = 0; at < content.lines.length; ++at) {
            (uint256 netBack, uint256 taxBack, ) = _handler.backOf(i, at);
            (uint128 net, uint128 tax) = _handler.invoices().reversedOf(doc.id, at);
            assertEq(net, netBack);
            assertEq(tax, taxBack);
            (netBack, taxBack) = (content.lines[at].net - netBack, content.lines[at].tax - taxBack);
            left = left || netBack != 0 || taxBack != 0;
            assertTrue(PlainRules.isTaxOf(netBack, taxBack, content.lines[at].rate, content.lines[at].items));
        }
        assertEq(doc.reversed, !left);
        for (uint256 at = 0; at < content.draws.length; ++at) {
            (, , uint256 drawBack) = _handler.backOf(i, at);
            uint128 back = _handler.invoices().givenBackOf(doc.id, content.draws[at].payment);
            assertEq(back, drawBack);
            assertLe(back, content.draws[at].amount);
            if (doc.reversed) assertEq(back, content.draws[at].amount); // comes back exactly
        }
    }

    function _assertReversals(uint256 i, InvoiceId id) private view {
        InvoiceHandler.Reversals memory expected = _handler.reversalsOf(i);
        IInvoiceLedger.Reversal memory reversal = _handler.ledger().reversalOf(id);
        assertEq(InvoiceId.unwrap(reversal.document) != 0, expected.document != 0);
        assertEq(reversal.sellerMayAt, expected.mayAt[0]);
        assertEq(reversal.holderMayAt, expected.mayAt[1]);
        assertEq(reversal.sellerLapsed, expected.lapsed[0]);
        assertEq(reversal.holderLapsed, expected.lapsed[1]);
    }

    /// @dev The latest, where the acts were, and a stride through the others.
    function _next(uint256 i, uint256 count) private pure returns (uint256) {
        return i + (i + LATEST < count ? 1 + count / OTHERS : 1);
    }
}
