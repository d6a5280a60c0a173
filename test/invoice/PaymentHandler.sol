// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {Payment} from "../../contracts/invoice/Payment.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {BureauHandler} from "./BureauHandler.sol";
import {PlainTree} from "./PlainTree.sol";

/// @title Random acts of providers, each compared with the plain model: payments attested and anchored, honestly and not; and refunds.
abstract contract PaymentHandler is BureauHandler {
    struct Tree {
        address by;
        IPaymentRegistry.PaymentBatch batch;
        bytes32[] leaves;
        uint256[] items;
    }

    struct Refunds {
        address by;
        uint64 serial;
        uint256[] items;
        uint128[] refunded;
        bytes32[] leaves;
    }

    bytes[] private _refunds;

    // ---------------------------------------------------------------------------------------------------------------- acts

    function attest(uint256 seed) external {
        _begin(seed);
        uint32 city = _anyCity();
        address by = _officers[_anyOfficer(city, PROVIDER)];
        uint256[] memory items = new uint256[](1 + _random(3));
        for (uint256 i = 0; i < items.length; ++i) items[i] = _anyAttested(by, city);
        if (items.length == 1) {
            bytes memory one = abi.encodeCall(payments.attest, (_payments[items[0]]));
            bytes memory rule = abi.encodeCall(this.ruleAttest, (by, items[0]));
            _play(Play("attest", address(payments), by, one, rule, false));
            return;
        }
        Payment[] memory list = new Payment[](items.length);
        for (uint256 i = 0; i < items.length; ++i) list[i] = _payments[items[i]];
        bytes memory many = abi.encodeCall(payments.attestMany, (list));
        bytes memory ruleOfMany = abi.encodeCall(this.ruleAttestMany, (by, items));
        _play(Play("attestMany", address(payments), by, many, ruleOfMany, false));
    }

    function anchorPayments(uint256 seed) external {
        _begin(seed);
        Tree memory tree = _anyPaymentTree();
        bytes memory call = abi.encodeCall(payments.anchor, (tree.batch));
        bytes memory rule = abi.encodeCall(this.ruleAnchorPayments, (tree.by, tree.batch, tree.leaves, tree.items));
        _play(Play("anchorPayments", address(payments), tree.by, call, rule, false));
    }

    function refund(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        uint256[] memory items = new uint256[](1 + _random(2));
        for (uint256 i = 0; i < items.length; ++i) items[i] = _anyPayment(items[0], i != 0);
        uint32 city = CityId.unwrap(_payments[items[0]].city);
        uint32 acting = DIRECTLY;
        address by = _payments[items[0]].provider;
        uint256 dice = _random(6);
        if (dice == 0) by = _officers[_random(OFFICERS)];
        if (dice == 1) (by, acting) = (address(this), _random(3) == 0 ? city : DIRECTLY);
        if (dice == 2) by = address(this);
        if (dice == 2) (, acting) = _anyStanding(city, PROVIDER);
        uint128[] memory refunded = new uint128[](items.length);
        IPaymentRegistry.Refund[] memory list = new IPaymentRegistry.Refund[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            refunded[i] = _anyRefunded(items[i]);
            list[i] = IPaymentRegistry.Refund(_payments[items[i]], paymentProof(items[i]), refunded[i]);
        }
        bytes memory call = abi.encodeCall(payments.refund, (list, _lineage(acting)));
        bytes memory rule = abi.encodeCall(this.ruleRefund, (by, items, refunded, acting));
        _play(Play("refund", address(payments), by, call, rule, false));
    }

    /// @dev The provider of a payment anchors that it and others were refunded; anybody proves it, soon or later.
    function refundAnchored(uint256 seed) external {
        _begin(seed);
        if (_payments.length == 0) return;
        if (_refunds.length == 0 || _random(2) == 0) _anchorRefunds();
        if (_refunds.length != 0) _proveRefund(abi.decode(_refunds[_random(_refunds.length)], (Refunds)));
    }

    // --------------------------------------------------------------------------------------------------- internal: payments

    /// @dev Mostly a new payment, sometimes one that is known, or faulty.
    function _anyAttested(address by, uint32 city) private returns (uint256) {
        if (_payments.length != 0 && _random(8) == 0) return _anyPayment(0, false);
        (Payment memory payment, uint256 key) = _anyPaid(by, city, _sellers[_anySeller()]);
        uint256 fault = _random(60);
        if (fault == 0) payment.amount = 0;
        if (fault == 1) payment.payee = IdentityId.wrap(0);
        if (fault == 2) payment.paidAt = uint40(block.timestamp + 1);
        if (fault == 3) payment.provider = _officers[_random(OFFICERS)];
        if (fault == 4) payment.serial = 1;
        if (fault == 5) payment.position = 1;
        if (fault == 6) payment.city = CityId.wrap(uint32(1 + _random(CITIES)));
        if (fault == 7) payment.transactionId = 0;
        if (fault == 8) payment.order = 0;
        if (fault == 9) payment.currency = 0;
        return _track(payment, key);
    }

    function _anyPaid(address by, uint32 city, IdentityId payee) private returns (Payment memory payment, uint256 key) {
        (payment.provider, payment.city, payment.payee) = (by, CityId.wrap(city), payee);
        (payment.transactionId, payment.order) = (_newThing(), _newThing());
        // Now and then what was counted before, by this provider or another.
        if (_payments.length != 0 && _random(20) == 0)
            payment.transactionId = _payments[_random(_payments.length)].transactionId;
        if (_payments.length != 0 && _random(20) == 0) {
            Payment storage other = _payments[_random(_payments.length)];
            (payment.order, payment.payee) = (other.order, _random(2) == 0 ? payee : other.payee);
        }
        if (_random(2) == 0) {
            key = _random(40) == 0 ? _sellerKey(_random(SELLERS)) : _newKey();
            payment.payer = keccak256(_signer(key));
        }
        payment.currency = _random(12) == 0 ? HKD : CNY;
        payment.amount = uint128(1 + _random(_random(3) == 0 ? 60_000 : 600));
        payment.paidAt = uint40(block.timestamp - _random(10 days));
    }

    /// @dev Mostly one that was attested; with `near`, mostly of the same provider and city.
    function _anyPayment(uint256 beside, bool near) internal returns (uint256 item) {
        item = _random(_payments.length);
        for (uint256 i = 0; i < 4; ++i) {
            bool fits =
                !near ||
                    (_payments[item].provider == _payments[beside].provider &&
                        CityId.unwrap(_payments[item].city) == CityId.unwrap(_payments[beside].city));
            if ((_paid[item].exists || _paid[item].batch != NONE) && fits) return item;
            item = _random(_payments.length);
        }
    }

    /// @dev 4 to 8 payments under one root, some of which do not belong there, or are there twice.
    function _anyPaymentTree() private returns (Tree memory tree) {
        uint32 city = _anyCity();
        tree.by = _officers[_anyOfficer(city, PROVIDER)];
        IPaymentRegistry.PaymentBatch memory batch = tree.batch;
        (batch.city, batch.payee) = (CityId.wrap(city), _sellers[_anySeller()]);
        (batch.serial, batch.count) = (
            uint64(_random(20) == 0 ? _random(4) : 10 + _paymentTrees.length),
            uint32(4 + _random(5))
        );
        (batch.currency, tree.leaves, tree.items) = (CNY, new bytes32[](batch.count), new uint256[](batch.count));
        bool retail = _random(2) == 0;
        for (uint32 i = 0; i < batch.count; ++i) {
            _plant(tree, i, retail);
            batch.total += _payments[tree.items[i]].amount;
        }
        batch.root = PlainTree.root(tree.leaves);
        uint256 fault = _random(40);
        if (fault == 0) batch.count = 0;
        if (fault == 1) batch.root = 0;
        if (fault == 2) batch.total = 0;
        if (fault == 3) batch.payee = IdentityId.wrap(0);
        if (fault == 4) batch.currency = 0;
        if (fault < 10 && fault > 4) batch.total -= batch.total / 4; // less than is in it
        if (fault == 10) batch.count -= 1;
    }

    function _plant(Tree memory tree, uint32 at, bool retail) private {
        (Payment memory payment, uint256 key) = _anyPaid(tree.by, CityId.unwrap(tree.batch.city), tree.batch.payee);
        (payment.serial, payment.position, payment.currency) = (tree.batch.serial, at, CNY);
        if (!retail) (key, payment.payer) = (0, 0);
        uint256 fault = _random(50);
        if (fault == 0) payment.provider = _officers[_random(OFFICERS)];
        if (fault == 1) payment.city = CityId.wrap((CityId.unwrap(payment.city) % CITIES) + 1);
        if (fault == 2) payment.currency = HKD;
        if (fault == 3) payment.payee = _sellers[_random(SELLERS)];
        if (fault == 4) payment.serial += 1;
        if (fault == 5) payment.position += tree.batch.count;
        if (fault > 5 && fault < 10) payment.position = uint32(_random(tree.batch.count)); // another's place
        if (fault == 10) payment.amount = 0;
        tree.items[at] = _track(payment, key);
        tree.leaves[at] = PaymentId.unwrap(_paid[tree.items[at]].id);
    }

    // ---------------------------------------------------------------------------------------------------- internal: refunds

    /// @dev Mostly a part of what was not refunded before.
    function _anyRefunded(uint256 item) private returns (uint128) {
        (uint256 amount, uint256 known) = (_payments[item].amount, _paid[item].refunded);
        uint256 dice = _random(8);
        if (dice == 0) return uint128(known);
        if (dice == 1) return uint128(amount + 1);
        if (dice == 2 && known != 0) return uint128(known - 1);
        if (dice == 3 || known >= amount) return uint128(amount);
        return uint128(known + 1 + _random(amount - known));
    }

    function _anchorRefunds() private {
        Refunds memory refunds;
        refunds.items = new uint256[](2);
        refunds.items[0] = _anyPayment(0, false);
        refunds.items[1] = _anyPayment(refunds.items[0], true);
        Payment storage first = _payments[refunds.items[0]];
        refunds.by = _random(8) == 0 ? _officers[_random(OFFICERS)] : first.provider;
        refunds.serial = uint64(_random(10) == 0 ? _random(3) : 5 + _refunds.length);
        (refunds.refunded, refunds.leaves) = (new uint128[](2), new bytes32[](2));
        for (uint32 i = 0; i < 2; ++i) {
            refunds.refunded[i] = _anyRefunded(refunds.items[i]);
            refunds.leaves[i] = _refundLeaf(refunds, i);
        }
        bytes memory call = abi.encodeCall(
            payments.anchorRefunds,
            (first.city, refunds.serial, 2, PlainTree.root(refunds.leaves))
        );
        bytes memory rule = abi.encodeCall(
            this.ruleAnchorRefunds,
            (refunds.by, CityId.unwrap(first.city), refunds.serial, 2)
        );
        if (_play(Play("anchorRefunds", address(payments), refunds.by, call, rule, false))) {
            _refunds.push(abi.encode(refunds));
        }
    }

    function _proveRefund(Refunds memory refunds) private {
        uint256 at = _random(2);
        uint256 item = refunds.items[at];
        IPaymentRegistry.AnchoredRefund memory anchored;
        anchored.refund = IPaymentRegistry.Refund(_payments[item], paymentProof(item), refunds.refunded[at]);
        (anchored.serial, anchored.position) = (refunds.serial, uint32(at));
        anchored.path = PlainTree.proof(refunds.leaves, at);
        bool said = refunds.by == _payments[item].provider;
        uint256 fault = _random(16);
        if (fault == 0) (anchored.refund.refunded, said) = (anchored.refund.refunded + 1, false);
        if (fault == 1) (anchored.position, said) = (anchored.position ^ 1, false);
        bytes memory call = abi.encodeCall(payments.proveRefund, (anchored));
        bytes memory rule = abi.encodeCall(
            this.ruleProveRefund,
            (item, refunds.serial, anchored.position, anchored.refund.refunded, said)
        );
        _play(Play("proveRefund", address(payments), RELAYER, call, rule, false));
    }

    function _refundLeaf(Refunds memory refunds, uint32 at) private view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Refund(address provider,uint64 serial,uint32 position,bytes32 payment,uint128 refunded)"
        );
        bytes32 hashed = keccak256(
            abi.encode(typehash, refunds.by, refunds.serial, at, _paid[refunds.items[at]].id, refunds.refunded[at])
        );
        return _digestOf(address(payments), hashed);
    }
}
