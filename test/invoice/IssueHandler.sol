// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IInvoiceRegistry} from "../../contracts/invoice/IInvoiceRegistry.sol";
import {Content, Draw, Invoice, NumberScheme, Terms} from "../../contracts/invoice/Invoice.sol";
import {InvoiceId} from "../../contracts/invoice/InvoiceId.sol";
import {InvoiceKind} from "../../contracts/invoice/InvoiceKind.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {DocumentHandler} from "./DocumentHandler.sol";
import {PlainTree} from "./PlainTree.sol";

/// @title Random documents issued in every way, each compared with the plain model.
abstract contract IssueHandler is DocumentHandler {
    bytes32 private constant ISSUE_ORDER = keccak256("IssueOrder(bytes32[] invoices,uint40 deadline)");

    struct Planted {
        uint256 seller;
        uint256 paymentTree;
        IInvoiceRegistry.Batch batch;
        bytes32[] leaves;
        uint256[] items;
        uint256 net;
        uint256 tax;
    }

    bytes[] private _drafts;

    // ---------------------------------------------------------------------------------------------------------------- acts

    function issue(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        Draft memory draft = _anyDraft(1);
        (address by, bool signed) = (_anyOperator(draft.seller), false);
        for (uint256 i = 0; i < draft.asks[0].length; ++i) {
            signed = signed || _paid[draft.asks[0][i].payment].payerKey != 0;
        }
        bytes memory call = abi.encodeCall(invoices.issue, (draft.terms, _submissions(draft)[0]));
        _play(Play("issue", address(invoices), by, call, abi.encodeCall(this.ruleIssue, (by, draft)), signed));
    }

    function issueMany(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        Draft memory draft = _anyDraft(1 + _random(3));
        address by = _anyOperator(draft.seller);
        IInvoiceRegistry.Order memory order;
        bytes memory call = abi.encodeCall(invoices.issueMany, (draft.terms, _submissions(draft), order));
        bytes memory rule = abi.encodeCall(this.ruleIssueMany, (by, draft, false, false, 0));
        _play(Play("issueMany", address(invoices), by, call, rule, false));
    }

    /// @dev What an operator signed: relayed now, or later.
    function relay(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        Draft memory draft = _anyDraft(1 + _random(3));
        uint256 signing = _random(12) == 0 ? 0xBAD : _operatorKeys[draft.seller];
        bytes32[] memory ids = new bytes32[](draft.docs.length);
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = InvoiceId.unwrap(_docs[draft.docs[i]].id);
        bool well = signing != 0xBAD;
        if (_random(16) == 0) (ids[0], well) = (keccak256("other"), false);
        IInvoiceRegistry.Order memory order;
        (order.operator, order.deadline) = (_operators[draft.seller], _anyDeadline());
        bytes32 list = keccak256(abi.encode(ISSUE_ORDER, keccak256(abi.encodePacked(ids)), order.deadline));
        order.signature = _signDigest(signing, _digestOf(address(invoices), list));
        bytes memory call = abi.encodeCall(invoices.issueMany, (draft.terms, _submissions(draft), order));
        bytes memory rule = abi.encodeCall(this.ruleIssueMany, (order.operator, draft, true, well, order.deadline));
        Play memory play = Play("relay", address(invoices), RELAYER, call, rule, ids.length == 1);
        if (_random(5) == 0) return _keep(play);
        // Of many, those known are skipped: the second time all are.
        if (!play.signed) _use(address(invoices));
        if (!play.signed) _refuseElsewhere("relay", RELAYER, call);
        if (!_play(play) || play.signed) return;
        vm.prank(RELAYER);
        (bool again, bytes memory nothing) = address(invoices).call(call);
        if (again) require(abi.decode(nothing, (uint256)) == 0, "an order was carried out twice");
    }

    function anchorDocuments(uint256 seed) external {
        _begin(seed);
        if (_paymentTrees.length == 0) return;
        Planted memory planted = _anyDocTree();
        address by = _anyOperator(planted.seller);
        bytes memory call = abi.encodeCall(invoices.anchor, (planted.batch));
        bytes memory rule = abi.encodeCall(this.ruleAnchor, (by, planted.batch, planted.leaves, planted.items));
        _play(Play("anchorDocuments", address(invoices), by, call, rule, false));
    }

    /// @dev A document of a batch gets its state, and the payer names the buyer, at once or later.
    function materialise(uint256 seed) external {
        _begin(seed);
        if (_docs.length == 0) return;
        uint256 index = _anyAnchored();
        Invoice memory paper = _paper(index);
        Ask[] memory asks = new Ask[](1);
        Ask memory ask = asks[0];
        uint256 drawn = paper.content.draws.length == 0 ? 0 : _paymentOf[paper.content.draws[0].payment];
        ask.payment = drawn == 0 || _random(40) == 0 ? _random(_payments.length) : drawn - 1;
        bytes32 buyer;
        if (_paid[ask.payment].payerKey != 0 ? _random(4) != 0 : _random(16) == 0) {
            buyer = paper.content.buyer != 0 && _random(3) != 0 ? paper.content.buyer : _anyBuyer();
            if (_random(10) == 0 && _reuse(asks, 0)) buyer = asks[0].buyer;
        }
        ask = asks[0];
        _fill(ask, buyer);
        bytes32[] memory proof = docProof(index);
        bool badProof = _random(30) == 0;
        if (badProof) proof = new bytes32[](1);
        bytes memory call = abi.encodeCall(invoices.materialise, (paper, proof, _evidence(ask), buyer));
        bytes memory rule = abi.encodeCall(this.ruleMaterialise, (index, badProof, ask, buyer));
        string memory name = buyer == 0 ? "materialise" : "name";
        _play(Play(name, address(invoices), RELAYER, call, rule, buyer != 0));
    }

    /// @dev Mostly a batch that nothing came out of yet.
    function cancel(uint256 seed) external {
        _begin(seed);
        if (_docTrees.length == 0 || _random(2) == 0) return;
        DocTree storage tree = _docTrees[_random(_docTrees.length)];
        (uint256 seller, uint64 serial, address by) = (tree.seller, tree.serial, _anyOperator(tree.seller));
        if (_random(16) == 0) serial += 1;
        bytes memory call = abi.encodeCall(invoices.cancel, (_sellers[seller], serial));
        bytes memory rule = abi.encodeCall(this.ruleCancel, (by, seller, serial));
        _play(Play("cancel", address(invoices), by, call, rule, false));
    }

    // ------------------------------------------------------------------------------------------------------- internal: issuing

    /// @dev New documents; now and then with one of an earlier call, or twice the same.
    function _anyDraft(uint256 count) private returns (Draft memory draft) {
        draft.seller = _anySeller();
        draft.terms = _anyTerms(draft.seller);
        (draft.docs, draft.contents, draft.asks) = (new uint256[](count), new Content[](count), new Ask[][](count));
        uint256 at = 0;
        if (_drafts.length != 0 && _random(5) == 0) {
            Draft memory old = abi.decode(_drafts[_random(_drafts.length)], (Draft));
            (draft.seller, draft.terms) = (old.seller, old.terms);
            (draft.docs[0], draft.contents[0], draft.asks[0]) = (old.docs[0], old.contents[0], old.asks[0]);
            at = 1;
        }
        for (; at < count; ++at) {
            (draft.contents[at], draft.asks[at]) = _anyContent(draft.seller, draft.terms);
            Invoice memory paper;
            (paper.terms, paper.content) = (draft.terms, draft.contents[at]);
            draft.docs[at] = _trackDoc(paper);
        }
        if (count > 1 && _random(16) == 0) {
            (draft.docs[1], draft.contents[1], draft.asks[1]) = (draft.docs[0], draft.contents[0], draft.asks[0]);
        }
        _drafts.push(abi.encode(draft));
    }

    function _submissions(Draft memory draft) private returns (IInvoiceRegistry.Submission[] memory submissions) {
        submissions = new IInvoiceRegistry.Submission[](draft.docs.length);
        for (uint256 i = 0; i < submissions.length; ++i) {
            if (draft.asks[i].length > 1 && _random(30) == 0) _drop(draft, i); // evidence for one payment less
            submissions[i].content = draft.contents[i];
            submissions[i].evidence = new IInvoiceRegistry.Evidence[](draft.asks[i].length);
            for (uint256 j = 0; j < draft.asks[i].length; ++j) {
                submissions[i].evidence[j] = _evidence(draft.asks[i][j]);
            }
        }
    }

    function _drop(Draft memory draft, uint256 at) private pure {
        Ask memory first = draft.asks[at][0];
        draft.asks[at] = new Ask[](1);
        draft.asks[at][0] = first;
    }

    function _anyOperator(uint256 seller) internal returns (address) {
        return _operators[_random(16) == 0 ? _random(SELLERS) : seller];
    }

    // ----------------------------------------------------------------------------------------------------- internal: anchoring

    /// @dev Mostly one that has no state yet, or whose payer has not named anybody.
    function _anyAnchored() private returns (uint256 index) {
        index = _random(_docs.length);
        if (_random(30) == 0) return index;
        uint256 start = index;
        for (uint256 i = 0; i < _docs.length; ++i) {
            index = (start + i) % _docs.length;
            Doc storage doc = _docs[index];
            if (doc.batch != NONE && (!doc.issued || (doc.named == 0 && _random(2) == 0))) return index;
        }
    }

    /// @dev A document for each payment of a batch, some of which do not belong there.
    function _anyDocTree() private returns (Planted memory planted) {
        planted.paymentTree = _random(_paymentTrees.length);
        for (uint256 i = 0; i < 8 && !_isFreeTree(planted.paymentTree); ++i) {
            planted.paymentTree = _random(_paymentTrees.length);
        }
        PaymentTree memory payment = _paymentTrees[planted.paymentTree];
        planted.seller = _random(20) == 0 ? _random(SELLERS) : _sellerOf(payment.payee);
        if (planted.seller == SELLERS) planted.seller = 0;
        uint32 count = uint32(payment.items.length);
        (planted.leaves, planted.items) = (new bytes32[](count), new uint256[](count));
        IInvoiceRegistry.Batch memory batch = planted.batch;
        batch.terms = _anyTerms(planted.seller);
        if (_random(4) != 0) batch.terms.currency = CNY;
        if (batch.terms.scheme == NumberScheme.Own && _random(10) != 0) batch.terms.scheme = NumberScheme.Digital;
        (batch.serial, batch.payments) = (uint64(_random(20) == 0 ? _random(3) : 10 + _docTrees.length), payment.id);
        (batch.count, batch.firstNumber) = (count, _anyRange(batch.terms.scheme, count));
        for (uint32 i = 0; i < count; ++i) _plant(planted, i, payment.items[i]);
        batch.root = PlainTree.root(planted.leaves);
        _total(planted, payment.total);
        uint256 fault = _random(40);
        if (fault == 0) batch.root = 0;
        if (fault == 1) batch.count = 0;
        if (fault == 2) batch.count = 1_000_001;
        if (fault == 3) batch.count -= 1;
        if (fault == 4) batch.net += 1;
    }

    /// @dev What the payments sum to; where that is less than the documents', some of them will not materialise.
    function _total(Planted memory planted, uint128 total) private {
        if (planted.tax > total) planted.tax = total;
        if (_random(10) == 0) planted.tax -= planted.tax / 2;
        (planted.batch.net, planted.batch.tax) = (total - uint128(planted.tax), uint128(planted.tax));
    }

    function _plant(Planted memory planted, uint32 at, uint256 item) private {
        Invoice memory paper;
        (paper.terms, paper.serial, paper.position) = (planted.batch.terms, planted.batch.serial, at);
        Content memory content = paper.content;
        (content.draws, content.gross) = (new Draw[](1), _payments[item].amount);
        content.draws[0] = Draw(_paid[item].id, content.gross);
        if (content.gross == 0) content.gross = 1;
        _fillContent(content, paper.terms.scheme, planted.seller);
        content.number = planted.batch.firstNumber + at;
        if (_paid[item].payerKey == 0 ? _random(20) != 0 : _random(6) == 0) content.buyer = _anyBuyer();
        planted.net += content.net;
        planted.tax += content.tax;
        uint256 fault = _random(60);
        if (fault == 0) paper.position += planted.batch.count;
        if (fault == 1) content.number += 1;
        if (fault == 2) paper.terms.kind = InvoiceKind.Scenic;
        if (fault == 3) paper.serial += 1;
        if (fault == 4) paper.terms.currency = HKD;
        if (fault == 5) paper.reverses = InvoiceId.wrap(_newThing());
        if (fault == 6) paper.terms.scheme = NumberScheme.CodeAndNumber;
        if (fault == 7) content.time = uint40(block.timestamp + 1);
        if (fault == 8) paper.terms.seller = _sellers[_random(SELLERS)];
        if (fault > 8 && fault < 14) {
            paper.position = uint32(_random(planted.batch.count)); // another's place, and its number
            content.number = planted.batch.firstNumber + paper.position;
        }
        if (fault > 13 && fault < 20) _break(content);
        planted.items[at] = _trackDoc(paper);
        planted.leaves[at] = InvoiceId.unwrap(_docs[planted.items[at]].id);
    }

    function _isFreeTree(uint256 tree) private view returns (bool) {
        uint256 seller = _sellerOf(_paymentTrees[tree].payee);
        bool can = seller < SELLERS && _canIssue(seller);
        return can && _paymentTrees[tree].use == IPaymentRegistry.BatchUse.Free;
    }
}
