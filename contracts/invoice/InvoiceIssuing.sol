// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId, NETWORK} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Content, Draw, Invoice, InvoiceHash, Terms} from "./Invoice.sol";
import {InvoiceArithmetic} from "./InvoiceArithmetic.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {InvoiceKind, bureauOf} from "./InvoiceKind.sol";
import {InvoiceStore} from "./InvoiceStore.sol";
import {Payment} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";
import {TaxPeriod} from "./TaxPeriod.sol";

/// @title How documents come to be.
/// @notice The part of InvoiceRegistry that issues, one by one and by batches.
abstract contract InvoiceIssuing is InvoiceStore {
    using InvoiceArithmetic for Content;
    using Signer for address;
    using Signer for bytes;

    bytes32 private constant ISSUE_ORDER_TYPEHASH = keccak256("IssueOrder(bytes32[] invoices,uint40 deadline)");
    bytes32 private constant REQUEST_TYPEHASH = keccak256(
        "InvoiceRequest(bytes32 payment,bytes32 buyer,uint32 changes,uint40 deadline)"
    );

    /// @dev The size of a batch, so that reserving its numbers has an end.
    uint256 private constant MAX_BATCH = 1_000_000;

    /// @dev What the documents of a call share: who issues, where, charged to which month.
    struct Run {
        address operator;
        CityId city;
        TaxPeriod period;
    }

    // The registries of taxpayers and payments are the suite's own and call nobody back: nothing re-enters where acts write after
    // asking them.
    // slither-disable-start reentrancy-no-eth

    // -------------------------------------------------------------------------------------------------------- one and many

    /// @inheritdoc IInvoiceRegistry
    function issue(Terms calldata terms, Submission calldata submission) external returns (InvoiceId id) {
        id = _idOf(InvoiceHash.hash(terms), 0, 0, InvoiceId.wrap(0), submission.content);
        require(_states[id].issuedAt == 0, InvoiceExists(id));
        uint256[] memory numbers = new uint256[](1);
        numbers[0] = submission.content.number;
        _issue(id, _charge(msg.sender, terms, submission.content.net, numbers), terms, submission);
    }

    /// @inheritdoc IInvoiceRegistry
    function issueMany(
        Terms calldata terms,
        Submission[] calldata submissions,
        Order calldata order
    ) external returns (uint256 issued) {
        InvoiceId[] memory ids = _idsOf(terms, submissions);
        address operator = order.signature.length == 0 ? msg.sender : _checkOrder(order, ids);
        issued = _issueNew(operator, terms, submissions, ids);
        require(issued != 0 || ids.length != 1, InvoiceExists(ids[0]));
    }

    // -------------------------------------------------------------------------------------------------------- batches

    /// @inheritdoc IInvoiceRegistry
    function anchor(Batch calldata batch) external returns (InvoiceId id) {
        Terms calldata terms = batch.terms;
        uint256 gross = uint256(batch.net) + batch.tax;
        require(
            batch.serial != 0 &&
                batch.count != 0 &&
                batch.count <= MAX_BATCH &&
                batch.root != 0 &&
                gross <= type(uint128).max,
            BatchInvalid(batch.serial, batch.count, batch.root)
        );
        id = batchOf(terms.seller, batch.serial);
        require(_batches[id].count == 0, SerialUsed(terms.seller, batch.serial));
        Run memory run = _charge(msg.sender, terms, batch.net, new uint256[](0));
        taxpayers.reserveNumbers(terms.scheme, terms.seller, batch.firstNumber, batch.count);
        _batches[id] = BatchState({
            root: batch.root,
            payments: batch.payments,
            net: batch.net,
            tax: batch.tax,
            firstNumber: uint72(batch.firstNumber),
            count: batch.count,
            city: run.city,
            period: run.period,
            issuedAt: uint40(block.timestamp),
            kind: terms.kind,
            scheme: terms.scheme,
            currency: terms.currency,
            touched: false
        });
        payments.reserve(batch.payments, terms.seller, terms.currency, batch.count, uint128(gross));
        emit InvoicesAnchored(id, terms.seller, run.city, batch, msg.sender);
    }

    /// @inheritdoc IInvoiceRegistry
    function cancel(IdentityId seller, uint64 serial) external {
        InvoiceId id = batchOf(seller, serial);
        BatchState memory batch = _batches[id];
        require(batch.root != 0 && !batch.touched, BatchNotOpen(id));
        require(taxpayers.isOperator(seller, bureauOf(batch.kind), msg.sender), NotSeller(seller, msg.sender));
        _batches[id].root = 0;
        emit BatchCancelled(id, seller, msg.sender);
        payments.release(batch.payments);
        taxpayers.giveBack(Terms(seller, batch.kind, batch.scheme, batch.currency), batch.period, batch.net, 0);
    }

    /// @inheritdoc IInvoiceRegistry
    function materialise(
        Invoice calldata invoice,
        bytes32[] calldata proof,
        Evidence calldata evidence,
        bytes32 buyer
    ) external returns (InvoiceId id) {
        id = idOf(invoice);
        bool known = _states[id].issuedAt != 0;
        if (!known) _materialise(id, invoice, proof, evidence);
        if (buyer == 0) require(!known, InvoiceExists(id));
        else _name(id, invoice, evidence, buyer);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _checkOrder(Order calldata order, InvoiceId[] memory ids) private view returns (address) {
        require(block.timestamp <= order.deadline, OrderExpired(order.deadline));
        bytes32 list = keccak256(abi.encodePacked(ids));
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ISSUE_ORDER_TYPEHASH, list, order.deadline)));
        require(order.operator.isValid(digest, order.signature), OrderInvalid(order.operator));
        return order.operator;
    }

    function _idsOf(
        Terms calldata terms,
        Submission[] calldata submissions
    ) private view returns (InvoiceId[] memory ids) {
        require(submissions.length != 0, Empty());
        bytes32 termsHash = InvoiceHash.hash(terms);
        ids = new InvoiceId[](submissions.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = _idOf(termsHash, 0, 0, InvoiceId.wrap(0), submissions[i].content);
        }
    }

    /// @dev Charges the sum of those that are new, then issues them.
    function _issueNew(
        address operator,
        Terms calldata terms,
        Submission[] calldata submissions,
        InvoiceId[] memory ids
    ) private returns (uint256 issued) {
        uint256 net = 0;
        uint256[] memory numbers = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_states[ids[i]].issuedAt != 0) continue;
            net += submissions[i].content.net;
            numbers[issued++] = submissions[i].content.number;
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(numbers, issued)
        }
        // A document that is there twice uses its number twice, which is refused; so what is new now is new below.
        Run memory run = _charge(operator, terms, net, numbers);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_states[ids[i]].issuedAt == 0) _issue(ids[i], run, terms, submissions[i]);
        }
    }

    /// @dev The seller may issue such documents, of this sum, through this operator, now.
    function _charge(
        address operator,
        Terms calldata terms,
        uint256 net,
        uint256[] memory numbers
    ) private returns (Run memory run) {
        require(terms.kind != InvoiceKind.None && terms.currency != 0, InvoiceInvalid(InvoiceId.wrap(0)));
        run.operator = operator;
        (run.city, run.period) = taxpayers.charge(terms, operator, net, numbers);
        manager.checkOpen(run.city);
    }

    function _issue(InvoiceId id, Run memory run, Terms calldata terms, Submission calldata submission) private {
        Content calldata content = submission.content;
        require(content.buyer != 0, InvoiceInvalid(id));
        _checkContent(id, content);
        _create(id, run.city, run.period, false);
        _draw(id, terms, submission);
        _emitIssued(id, run.city, terms, content, run.operator);
    }

    function _checkContent(InvoiceId id, Content calldata content) internal view {
        require(content.number != 0 && content.root != 0 && content.time <= block.timestamp, InvoiceInvalid(id));
        (bytes16 rule, uint256 index) = content.faultOf();
        require(rule == 0, ArithmeticInvalid(rule, index));
    }

    function _create(InvoiceId id, CityId city, TaxPeriod period, bool reversing) internal {
        _states[id] = State({
            reversing: reversing,
            reversed: false,
            city: city,
            period: period,
            issuedAt: uint40(block.timestamp),
            changedIn: uint40(block.number)
        });
    }

    /// @dev emit InvoiceIssued(id, terms.seller, city, terms, content, by): its data lie in calldata, if the arrays follow the members in
    /// their order, as every encoder writes them. Each member was read as its type before.
    function _emitIssued(
        InvoiceId id,
        CityId city,
        Terms calldata terms,
        Content calldata content,
        address by
    ) internal {
        (uint256 lines, uint256 draws) = (content.lines.length * 0xa0, content.draws.length * 0x40);
        (bytes32 topic, IdentityId seller) = (InvoiceIssued.selector, terms.seller);
        bool inOrder;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            inOrder := and(
                eq(calldataload(add(content, 0x100)), 0x140),
                eq(calldataload(add(content, 0x120)), add(0x160, lines))
            )
            let data := mload(0x40)
            let length := add(0x180, add(lines, draws))
            calldatacopy(data, terms, 0x80)
            mstore(add(data, 0x80), 0xc0)
            mstore(add(data, 0xa0), by)
            calldatacopy(add(data, 0xc0), content, length)
            log4(data, add(0xc0, length), topic, id, seller, city)
        }
        require(inOrder, InvoiceInvalid(id));
    }

    /// @dev Take what the document takes from each payment.
    function _draw(InvoiceId id, Terms calldata terms, Submission calldata submission) private {
        (Content calldata content, Evidence[] calldata evidence) = (submission.content, submission.evidence);
        Draw[] calldata draws = content.draws;
        bytes32 buyer = content.buyer;
        require(evidence.length == draws.length, DrawInvalid(id, draws.length));
        PaymentId previous = PaymentId.wrap(0);
        for (uint256 i = 0; i < draws.length; ++i) {
            bool ascending = PaymentId.unwrap(previous) < PaymentId.unwrap(draws[i].payment);
            require(ascending && _take(terms, buyer, draws[i], evidence[i]), DrawInvalid(id, i));
            previous = draws[i].payment;
        }
    }

    /// @notice Take from a payment, with its payer's request where it has one.
    /// @return Whether it is the payment of the draw, to the seller, in the document's currency.
    function _take(
        Terms calldata terms,
        bytes32 buyer,
        Draw calldata draw,
        Evidence calldata evidence
    ) private returns (bool) {
        Payment calldata payment = evidence.payment;
        (PaymentId paid, uint32 changes) = payments.take(payment, evidence.proof, draw.amount);
        bytes32 payer = payment.payer;
        if (payer != 0) _checkRequest(evidence.request, paid, payer, buyer, changes);
        return paid == draw.payment && !(payment.payee != terms.seller) && payment.currency == terms.currency;
    }

    function _checkRequest(
        Request calldata signed,
        PaymentId payment,
        bytes32 payer,
        bytes32 buyer,
        uint32 changes
    ) private view {
        require(block.timestamp <= signed.deadline, OrderExpired(signed.deadline));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(REQUEST_TYPEHASH, payment, buyer, changes, signed.deadline))
        );
        require(
            keccak256(signed.signer) == payer && signed.signer.isValid(digest, signed.signature),
            RequestInvalid(payment)
        );
    }

    function _materialise(
        InvoiceId id,
        Invoice calldata invoice,
        bytes32[] calldata proof,
        Evidence calldata evidence
    ) private {
        require(_isAnchored(invoice, id, proof), InvoiceUnknown(id));
        Content calldata content = invoice.content;
        InvoiceId batchId = batchOf(invoice.terms.seller, invoice.serial);
        BatchState storage batch = _batches[batchId];
        (batch.net, batch.tax, batch.touched) = (batch.net - content.net, batch.tax - content.tax, true);
        taxpayers.useReserved(invoice.terms.scheme, invoice.terms.seller, content.number);
        _create(id, batch.city, batch.period, false);
        _states[id].issuedAt = batch.issuedAt;
        Payment calldata payment = evidence.payment;
        if (payment.payer == 0) {
            require(content.buyer != 0, InvoiceInvalid(id));
            _named[id] = content.buyer;
        }
        PaymentId drawn = payments.takeReserved(batch.payments, payment, evidence.proof);
        require(
            drawn == content.draws[0].payment &&
                payment.position == invoice.position &&
                payment.amount == content.gross,
            DrawInvalid(id, 0)
        );
        emit InvoiceMaterialised(id, batchId, invoice.position, content);
    }

    /// @dev The payer names the buyer, who holds the document from now on.
    function _name(InvoiceId id, Invoice calldata invoice, Evidence calldata evidence, bytes32 buyer) private {
        manager.checkOpen(NETWORK);
        // slither-disable-next-line unused-return
        (, State memory state) = _live(invoice);
        bytes32 stated = invoice.content.buyer;
        bool needed = invoice.serial != 0 && _named[id] == 0 && (stated == 0 || stated == buyer);
        require(needed, RequestNotNeeded(id));
        (PaymentId payment, uint32 changes) = payments.useRequest(evidence.payment);
        require(payment == invoice.content.draws[0].payment, DrawInvalid(id, 0));
        _checkRequest(evidence.request, payment, evidence.payment.payer, buyer, changes);
        _named[id] = buyer;
        emit InvoiceRequested(id, buyer, _touch(id, state));
    }

    // slither-disable-end reentrancy-no-eth
}
