// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IInvoiceRegistry} from "../../contracts/invoice/IInvoiceRegistry.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {Content, Invoice, NumberScheme, Terms} from "../../contracts/invoice/Invoice.sol";
import {InvoiceId} from "../../contracts/invoice/InvoiceId.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {PaymentModel} from "./PaymentModel.sol";
import {PlainRules} from "./PlainRules.sol";
import {PlainTree} from "./PlainTree.sol";

/// @title The rules of documents as a plain model: what was issued, out of what, and what is left of it.
abstract contract InvoiceModel is PaymentModel {
    /// @dev What is known of a document, issued or not.
    struct Doc {
        InvoiceId id;
        uint256 seller;
        uint256 batch; // its number from 1, where it is a leaf; 0 of a single one
        uint256 leaf;
        bool issued;
        bool reversing;
        bool reversed;
        uint32 city;
        uint24 period;
        uint40 issuedAt;
        uint256 original; // of a reversing one, its number from 1
        bytes32 named;
        bytes32 handedOn;
        bool confirmed;
        bool booked;
        uint32 bookedAt;
        uint24 bookedFor;
        bool deductible;
        uint256 transferOut;
        uint32 changes;
    }

    struct DocTree {
        InvoiceId id;
        uint256 seller;
        uint64 serial;
        uint32 count;
        uint256 firstNumber;
        uint256 net;
        uint256 tax;
        uint256 netLeft;
        uint256 taxLeft;
        uint256 paymentTree;
        uint32 city;
        uint24 period;
        uint40 issuedAt;
        bool touched;
        bool cancelled;
        Terms terms;
        bytes32[] leaves;
        uint256[] items;
    }

    /// @dev A payment that a document draws on, and what its payer signed, if anybody did.
    struct Ask {
        uint256 payment;
        bool badProof;
        uint256 key; // 0 for no request
        uint256 signing; // the key that signed
        uint256 signedFor; // the payment that was signed for
        bytes32 buyer;
        uint32 changes;
        uint40 deadline;
    }

    /// @dev The issuing of documents, as it is asked for.
    struct Draft {
        uint256 seller;
        Terms terms;
        uint256[] docs;
        Content[] contents;
        Ask[][] asks;
    }

    Doc[] internal _docs;
    bytes[] internal _papers; // the documents themselves
    DocTree[] internal _docTrees;
    mapping(InvoiceId id => uint256) internal _docOf; // its number from 1
    mapping(uint256 doc => mapping(uint256 line => uint256)) internal _netBack;
    mapping(uint256 doc => mapping(uint256 line => uint256)) internal _taxBack;
    mapping(uint256 doc => mapping(uint256 draw => uint256)) internal _drawBack;

    // -------------------------------------------------------------------------------------------------------------- reading

    function docCount() external view returns (uint256) {
        return _docs.length;
    }

    function docAt(uint256 index) external view returns (Invoice memory, Doc memory) {
        return (_paper(index), _docs[index]);
    }

    function backOf(uint256 doc, uint256 at) external view returns (uint256 net, uint256 tax, uint256 draw) {
        return (_netBack[doc][at], _taxBack[doc][at], _drawBack[doc][at]);
    }

    function docProof(uint256 index) public view returns (bytes32[] memory) {
        Doc storage doc = _docs[index];
        if (doc.batch == NONE) return new bytes32[](0);
        return PlainTree.proof(_docTrees[doc.batch - 1].leaves, doc.leaf);
    }

    function docTreeCount() external view returns (uint256) {
        return _docTrees.length;
    }

    function docTreeAt(uint256 index) external view returns (DocTree memory) {
        return _docTrees[index];
    }

    // --------------------------------------------------------------------------------------------------------------- rules

    function ruleIssue(address by, Draft calldata draft) external asRule returns (InvoiceId) {
        require(!_docs[draft.docs[0]].issued);
        _issueAll(by, draft);
        return _docs[draft.docs[0]].id;
    }

    /// @param signed Somebody signed for it: well, and until when.
    function ruleIssueMany(
        address by,
        Draft calldata draft,
        bool signed,
        bool well,
        uint40 deadline
    ) external asRule returns (uint256 issued) {
        if (signed) require(well && block.timestamp <= deadline);
        issued = _issueAll(by, draft);
        require(issued != 0 || draft.docs.length != 1);
    }

    function ruleAnchor(
        address by,
        IInvoiceRegistry.Batch calldata batch,
        bytes32[] calldata leaves,
        uint256[] calldata items
    ) external asRule returns (InvoiceId id) {
        uint256 seller = _sellerOf(batch.terms.seller);
        require(batch.serial != 0 && batch.count != 0 && batch.count <= 1_000_000 && batch.root != 0);
        for (uint256 i = 0; i < _docTrees.length; ++i) {
            require(_docTrees[i].seller != seller || _docTrees[i].serial != batch.serial);
        }
        DocTree storage tree = _docTrees.push();
        (tree.seller, tree.serial, tree.count, tree.terms) = (seller, batch.serial, batch.count, batch.terms);
        (tree.firstNumber, tree.issuedAt) = (batch.firstNumber, uint40(block.timestamp));
        (tree.net, tree.tax, tree.netLeft, tree.taxLeft) = (batch.net, batch.tax, batch.net, batch.tax);
        (tree.city, tree.period) = _chargeFor(by, seller, batch.terms, batch.net);
        _reserve(batch.terms.scheme, seller, batch.firstNumber, batch.count);
        tree.paymentTree = _reservePayments(batch);
        (tree.leaves, tree.items) = (leaves, items);
        id = invoices.batchOf(batch.terms.seller, batch.serial);
        tree.id = id;
        for (uint256 i = 0; i < items.length; ++i) {
            if (_docs[items[i]].seller != seller || _paper(items[i]).serial != batch.serial) continue; // of another tree
            (_docs[items[i]].batch, _docs[items[i]].leaf) = (_docTrees.length, i);
        }
    }

    function ruleMaterialise(
        uint256 index,
        bool badProof,
        Ask calldata ask,
        bytes32 buyer
    ) external asRule returns (InvoiceId) {
        Doc storage doc = _docs[index];
        Invoice memory paper = _paper(index);
        bool known = doc.issued;
        if (!known) {
            require(_isAnchored(index) && !badProof);
            _materialise(doc, paper, ask);
        }
        if (buyer == 0) {
            require(!known);
        } else {
            require(!closed && !doc.reversed && !doc.reversing && paper.serial != 0 && doc.named == 0);
            require(paper.content.buyer == 0 || paper.content.buyer == buyer);
            require(paper.content.draws[0].payment == _paid[ask.payment].id);
            require(_isAsked(ask, buyer, _paid[ask.payment].changes));
            ++_paid[ask.payment].changes;
            doc.named = buyer;
        }
        return doc.id;
    }

    /// @dev Nothing is in the batch any more: its payments are free, and its quota is given back.
    function ruleCancel(address by, uint256 seller, uint64 serial) external asRule {
        for (uint256 i = 0; i < _docTrees.length; ++i) {
            DocTree storage tree = _docTrees[i];
            if (tree.seller != seller || tree.serial != serial) continue;
            uint8 kind = uint8(tree.terms.kind);
            require(!tree.touched && !tree.cancelled && _isOperator(by, seller, _bureauOf(kind)));
            tree.cancelled = true;
            _paymentTrees[tree.paymentTree].use = IPaymentRegistry.BatchUse.Free;
            return _uncharge(seller, kind, tree.terms.currency, tree.period, tree.net);
        }
        revert("no such batch");
    }

    // -------------------------------------------------------------------------------------------------------- internal: issuing

    function _issueAll(address by, Draft calldata draft) private returns (uint256 issued) {
        bool[] memory isNew = new bool[](draft.docs.length);
        for (uint256 i = 0; i < isNew.length; ++i) isNew[i] = !_docs[draft.docs[i]].issued;
        (uint32 city, uint24 period) = _chargeFor(by, draft.seller, draft.terms, 0);
        for (uint256 i = 0; i < isNew.length; ++i) {
            if (!isNew[i]) continue; // of many, what is known is skipped
            _chargeFor(by, draft.seller, draft.terms, draft.contents[i].net);
            _useNumber(draft.terms.scheme, draft.seller, draft.contents[i].number);
            require(draft.contents[i].buyer != 0);
            _create(draft.docs[i], draft.contents[i], city, period);
            _drawAll(draft.seller, draft.terms, draft.contents[i], draft.asks[i]);
            ++issued;
        }
    }

    function _chargeFor(
        address by,
        uint256 seller,
        Terms calldata terms,
        uint256 net
    ) private returns (uint32 city, uint24 period) {
        uint8 kind = uint8(terms.kind);
        require(kind != 0 && terms.currency != 0);
        (city, period) = _issuer(by, seller, kind, terms.currency);
        _charge(seller, kind, terms.currency, period, net);
    }

    function _create(uint256 index, Content memory content, uint32 city, uint24 period) internal {
        Doc storage doc = _docs[index];
        require(!doc.issued && _isContent(content));
        (doc.issued, doc.city, doc.period, doc.issuedAt) = (true, city, period, uint40(block.timestamp));
    }

    function _isContent(Content memory content) internal view returns (bool) {
        bool said = content.number != 0 && content.root != 0 && content.time <= block.timestamp;
        return said && PlainRules.addsUp(content);
    }

    function _drawAll(uint256 seller, Terms calldata terms, Content calldata content, Ask[] calldata asks) private {
        require(asks.length == content.draws.length);
        PaymentId last = PaymentId.wrap(0);
        for (uint256 i = 0; i < asks.length; ++i) {
            uint256 item = asks[i].payment;
            PaymentId id = content.draws[i].payment;
            uint32 changes = _take(item, asks[i].badProof, content.draws[i].amount);
            require(_paid[item].id == id && PaymentId.unwrap(id) > PaymentId.unwrap(last));
            require(_sellerOf(_payments[item].payee) == seller && _payments[item].currency == terms.currency);
            require(_paid[item].payerKey == 0 || _isAsked(asks[i], content.buyer, changes));
            last = id;
        }
    }

    /// @dev The payer of the payment asked for this buyer, since the payment last changed.
    function _isAsked(Ask memory ask, bytes32 buyer, uint32 changes) private view returns (bool) {
        uint256 key = _paid[ask.payment].payerKey;
        bool payers = key != 0 && ask.key == key && ask.signing == key && ask.signedFor == ask.payment;
        return payers && ask.buyer == buyer && ask.changes == changes && block.timestamp <= ask.deadline;
    }

    function _reservePayments(IInvoiceRegistry.Batch calldata batch) private returns (uint256 index) {
        while (index < _paymentTrees.length && !(_paymentTrees[index].id == batch.payments)) ++index;
        require(index < _paymentTrees.length);
        PaymentTree storage tree = _paymentTrees[index];
        require(tree.use == IPaymentRegistry.BatchUse.Free && tree.count == batch.count);
        require(!(tree.payee != batch.terms.seller) && tree.currency == batch.terms.currency);
        require(tree.total == uint256(batch.net) + batch.tax);
        tree.use = IPaymentRegistry.BatchUse.Batch;
    }

    function _materialise(Doc storage doc, Invoice memory paper, Ask calldata ask) private {
        DocTree storage tree = _docTrees[doc.batch - 1];
        Content memory content = paper.content;
        tree.netLeft -= content.net;
        tree.taxLeft -= content.tax;
        tree.touched = true;
        _useReserved(paper.terms.scheme, tree.seller, content.number);
        (doc.issued, doc.city, doc.period, doc.issuedAt) = (true, tree.city, tree.period, tree.issuedAt);
        if (_paid[ask.payment].payerKey == 0) {
            require(content.buyer != 0);
            doc.named = content.buyer;
        }
        _takeReserved(tree.paymentTree, ask.payment, ask.badProof);
        require(_paid[ask.payment].id == content.draws[0].payment);
        require(_payments[ask.payment].position == paper.position && _payments[ask.payment].amount == content.gross);
    }

    /// @dev It is in a batch that says the same, and what is left of the batch still holds it.
    function _isAnchored(uint256 index) internal view returns (bool) {
        Doc storage doc = _docs[index];
        if (doc.batch == NONE) return false;
        DocTree storage tree = _docTrees[doc.batch - 1];
        Invoice memory paper = _paper(index);
        if (tree.cancelled || doc.seller != tree.seller || paper.serial != tree.serial || paper.position >= tree.count)
            return false;
        if (paper.terms.kind != tree.terms.kind || paper.terms.scheme != tree.terms.scheme) return false;
        if (paper.terms.currency != tree.terms.currency || InvoiceId.unwrap(paper.reverses) != 0) return false;
        Content memory content = paper.content;
        if (content.number != tree.firstNumber + paper.position || content.time > tree.issuedAt) return false;
        if (isUsed(paper.terms.scheme, tree.seller, content.number)) return false;
        bool fits = content.net <= tree.netLeft && content.tax <= tree.taxLeft;
        return fits && content.root != 0 && content.draws.length == 1 && PlainRules.addsUp(content);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Keep a document in mind, issued or not.
    function _trackDoc(Invoice memory paper) internal returns (uint256 index) {
        InvoiceId id = invoices.idOf(paper);
        if (_docOf[id] != 0) return _docOf[id] - 1;
        index = _docs.length;
        _papers.push(abi.encode(paper));
        Doc storage doc = _docs.push();
        (doc.id, doc.seller) = (id, _sellerOf(paper.terms.seller));
        _docOf[id] = index + 1;
    }

    function _paper(uint256 index) internal view returns (Invoice memory) {
        return abi.decode(_papers[index], (Invoice));
    }

    function _isWithdrawn(Content memory content) internal view returns (bool) {
        for (uint256 i = 0; i < content.draws.length; ++i) {
            uint256 item = _paymentOf[content.draws[i].payment];
            if (item != 0 && _paid[item - 1].exists && leftOf(item - 1) < 0) return true;
        }
        return false;
    }
}
