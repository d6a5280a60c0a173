// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IPaymentRegistry} from "../../contracts/invoice/IPaymentRegistry.sol";
import {Payment} from "../../contracts/invoice/Payment.sol";
import {PaymentId} from "../../contracts/invoice/PaymentId.sol";
import {PlainTree} from "./PlainTree.sol";
import {QuotaModel} from "./QuotaModel.sol";

/// @title The rules of payments as a plain model: what was paid, refunded, taken and given back, each summed apart.
abstract contract PaymentModel is QuotaModel {
    uint256 internal constant NONE = 0;

    /// @dev What is known of a payment, attested or not.
    struct Paid {
        PaymentId id;
        uint256 batch; // its number from 1, where it is a leaf; 0 of a single one
        uint256 leaf;
        uint256 payerKey; // 0 without a payer
        bool exists;
        bool settled;
        uint256 refunded;
        uint256 taken;
        uint256 givenBack;
        uint32 changes;
    }

    struct PaymentTree {
        PaymentId id;
        address provider;
        uint64 serial;
        uint32 city;
        uint32 count;
        IdentityId payee;
        uint16 currency;
        uint128 total;
        uint256 seen; // of the total, what has a state
        uint40 anchoredAt;
        IPaymentRegistry.BatchUse use;
        bytes32[] leaves;
        uint256[] items;
    }

    struct RefundTree {
        address provider;
        uint64 serial;
        uint32 city;
        uint32 count;
    }

    Payment[] internal _payments;
    Paid[] internal _paid;
    PaymentTree[] internal _paymentTrees;
    RefundTree[] internal _refundTrees;
    mapping(PaymentId id => uint256) internal _paymentOf; // its number from 1
    mapping(bytes32 transactionOrOrder => uint256) private _counted;

    // -------------------------------------------------------------------------------------------------------------- reading

    function paymentCount() external view returns (uint256) {
        return _paid.length;
    }

    function paymentAt(uint256 index) external view returns (Payment memory, Paid memory) {
        return (_payments[index], _paid[index]);
    }

    function leftOf(uint256 index) public view returns (int256) {
        Paid storage paid = _paid[index];
        return
            int256(uint256(_payments[index].amount)) -
            int256(paid.refunded) -
            int256(paid.taken) +
            int256(paid.givenBack);
    }

    function paymentProof(uint256 index) public view returns (bytes32[] memory) {
        Paid storage paid = _paid[index];
        if (paid.batch == NONE) return new bytes32[](0);
        return PlainTree.proof(_paymentTrees[paid.batch - 1].leaves, paid.leaf);
    }

    function paymentStatus(uint256 index) external view returns (IPaymentRegistry.PaymentStatus, int256 left) {
        Paid storage paid = _paid[index];
        if (!paid.exists && (_isCounted(index) || !_isLeaf(index))) return (IPaymentRegistry.PaymentStatus.Unknown, 0);
        left = leftOf(index);
        bool reserved =
            paid.batch != NONE && _paymentTrees[paid.batch - 1].use == IPaymentRegistry.BatchUse.Batch && !paid.settled;
        if (reserved) left -= int256(uint256(_payments[index].amount));
        if (left < 0) return (IPaymentRegistry.PaymentStatus.Withdrawn, left);
        if (reserved) return (IPaymentRegistry.PaymentStatus.Reserved, left);
        return (left == 0 ? IPaymentRegistry.PaymentStatus.Exhausted : IPaymentRegistry.PaymentStatus.Available, left);
    }

    // --------------------------------------------------------------------------------------------------------------- rules

    /// @return attested How many were new.
    function ruleAttestMany(address by, uint256[] calldata items) external asRule returns (uint256 attested) {
        uint32 city = CityId.unwrap(_payments[items[0]].city);
        require(_may(by, city, PROVIDER));
        for (uint256 i = 0; i < items.length; ++i) {
            Payment storage payment = _payments[items[i]];
            require(CityId.unwrap(payment.city) == city && payment.provider == by);
            if (_paid[items[i]].exists) continue;
            require(payment.serial == 0 && payment.position == 0);
            _enter(items[i]);
            ++attested;
        }
    }

    function ruleAttest(address by, uint256 item) external asRule returns (PaymentId) {
        uint256[] memory items = new uint256[](1);
        items[0] = item;
        require(this.ruleAttestMany(by, items) == 1);
        return _paid[item].id;
    }

    function ruleAnchorPayments(
        address by,
        IPaymentRegistry.PaymentBatch calldata batch,
        bytes32[] calldata leaves,
        uint256[] calldata items
    ) external asRule {
        require(_may(by, CityId.unwrap(batch.city), PROVIDER));
        require(batch.serial != 0 && batch.count != 0 && batch.total != 0 && batch.root != 0 && batch.currency != 0);
        require(IdentityId.unwrap(batch.payee) != 0);
        for (uint256 i = 0; i < _paymentTrees.length; ++i) {
            require(_paymentTrees[i].provider != by || _paymentTrees[i].serial != batch.serial);
        }
        PaymentTree storage tree = _paymentTrees.push();
        (tree.provider, tree.serial, tree.city) = (by, batch.serial, CityId.unwrap(batch.city));
        (tree.count, tree.payee, tree.currency, tree.total) = (batch.count, batch.payee, batch.currency, batch.total);
        tree.anchoredAt = uint40(block.timestamp);
        (tree.leaves, tree.items, tree.id) = (leaves, items, payments.batchOf(by, batch.serial));
        for (uint256 i = 0; i < items.length; ++i) {
            Payment storage payment = _payments[items[i]];
            if (payment.provider != by || payment.serial != batch.serial) continue; // a leaf of another tree
            (_paid[items[i]].batch, _paid[items[i]].leaf) = (_paymentTrees.length, i);
        }
    }

    /// @param refunded In all, of each.
    function ruleRefund(
        address by,
        uint256[] calldata items,
        uint128[] calldata refunded,
        uint32 acting
    ) external asRule {
        for (uint256 i = 0; i < items.length; ++i) {
            Payment storage payment = _payments[items[i]];
            uint32 city = CityId.unwrap(payment.city);
            bool provides = by == payment.provider && _member[by][city][PROVIDER];
            require(provides || (by == address(this) && _isController(city, acting)));
            _known(items[i], false);
            if (items.length == 1 || refunded[i] > _paid[items[i]].refunded) _refund(items[i], refunded[i]);
        }
    }

    function ruleAnchorRefunds(address by, uint32 city, uint64 serial, uint32 count) external asRule {
        require(_member[by][city][PROVIDER] && serial != 0 && count != 0);
        for (uint256 i = 0; i < _refundTrees.length; ++i) {
            require(_refundTrees[i].provider != by || _refundTrees[i].serial != serial);
        }
        _refundTrees.push(RefundTree(by, serial, city, count));
    }

    /// @param said The refund is what the provider's batch of this serial says at this position.
    function ruleProveRefund(
        uint256 item,
        uint64 serial,
        uint32 position,
        uint128 refunded,
        bool said
    ) external asRule {
        bool found = false;
        for (uint256 i = 0; i < _refundTrees.length; ++i) {
            RefundTree storage tree = _refundTrees[i];
            if (tree.provider != _payments[item].provider || tree.serial != serial) continue;
            found = position < tree.count && tree.city == CityId.unwrap(_payments[item].city);
        }
        require(found && said);
        _known(item, false);
        _refund(item, refunded);
    }

    // ------------------------------------------------------------------------------------------------- for the rules of invoices

    /// @return changes Its count of changes before.
    function _take(uint256 item, bool badProof, uint256 amount) internal returns (uint32 changes) {
        _known(item, badProof);
        Paid storage paid = _paid[item];
        if (_payments[item].serial != 0 && !paid.settled) {
            PaymentTree storage tree = _paymentTrees[paid.batch - 1];
            require(tree.use != IPaymentRegistry.BatchUse.Batch);
            tree.use = IPaymentRegistry.BatchUse.Singles;
        }
        require(leftOf(item) >= int256(amount));
        paid.taken += amount;
        changes = paid.changes++;
    }

    /// @dev The batch of documents took it when it was anchored: nothing changes for the payer's request.
    function _takeReserved(uint256 tree, uint256 item, bool badProof) internal {
        Payment storage payment = _payments[item];
        require(payment.provider == _paymentTrees[tree].provider && payment.serial == _paymentTrees[tree].serial);
        require(_paymentTrees[tree].use == IPaymentRegistry.BatchUse.Batch);
        _known(item, badProof);
        require(!_paid[item].settled);
        _paid[item].settled = true;
        _paid[item].taken += payment.amount;
    }

    function _giveBack(uint256 item, uint256 amount) internal {
        _paid[item].givenBack += amount;
        ++_paid[item].changes;
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev Keep a payment in mind, attested or not.
    function _track(Payment memory payment, uint256 payerKey) internal returns (uint256 index) {
        PaymentId id = payments.idOf(payment);
        if (_paymentOf[id] != 0) return _paymentOf[id] - 1;
        index = _payments.length;
        _payments.push(payment);
        Paid storage paid = _paid.push();
        (paid.id, paid.payerKey) = (id, payerKey);
        _paymentOf[id] = index + 1;
    }

    /// @dev A payment that has a state; one of a batch gets it now.
    function _known(uint256 item, bool badProof) private {
        if (_paid[item].exists) return;
        require(_isLeaf(item) && !badProof);
        PaymentTree storage tree = _paymentTrees[_paid[item].batch - 1];
        require(_payments[item].paidAt <= tree.anchoredAt);
        tree.seen += _payments[item].amount;
        require(tree.seen <= tree.total);
        _enter(item);
    }

    /// @dev Whether it is in a batch, and says so.
    function _isLeaf(uint256 item) private view returns (bool) {
        Payment storage payment = _payments[item];
        if (_paid[item].batch == NONE) return false;
        PaymentTree storage tree = _paymentTrees[_paid[item].batch - 1];
        return
            payment.provider == tree.provider &&
            payment.serial == tree.serial &&
            payment.position < tree.count &&
            CityId.unwrap(payment.city) == tree.city &&
            payment.currency == tree.currency &&
            !(payment.payee != tree.payee);
    }

    /// @dev One transaction of a provider, one order of a payee: one payment.
    function _enter(uint256 item) private {
        Payment storage payment = _payments[item];
        require(payment.transactionId != 0 && payment.order != 0 && payment.amount != 0 && payment.currency != 0);
        require(IdentityId.unwrap(payment.payee) != 0 && payment.paidAt <= block.timestamp);
        uint256 seller = _sellerOf(payment.payee);
        require(payment.payer == 0 || seller == SELLERS || _paid[item].payerKey != _sellerKey(seller));
        require(!_isCounted(item));
        _counted[_transactionKey(item)] = item + 1;
        _counted[_orderKey(item)] = item + 1;
        _paid[item].exists = true;
    }

    function _isCounted(uint256 item) private view returns (bool) {
        return _counted[_transactionKey(item)] != 0 || _counted[_orderKey(item)] != 0;
    }

    function _transactionKey(uint256 item) private view returns (bytes32) {
        return keccak256(abi.encode("transaction", _payments[item].provider, _payments[item].transactionId));
    }

    function _orderKey(uint256 item) private view returns (bytes32) {
        return keccak256(abi.encode("order", _payments[item].payee, _payments[item].order));
    }

    function _refund(uint256 item, uint256 refunded) private {
        require(refunded > _paid[item].refunded && refunded <= _payments[item].amount);
        _paid[item].refunded = refunded;
        ++_paid[item].changes;
    }

    /// @dev This contract controls all cities.
    function _isController(uint32 city, uint32 acting) private view returns (bool) {
        if (acting == DIRECTLY || (city == TOWN && _retired && acting == SUCCESSOR)) return true;
        while (!isActive(city)) city = _parentOf(city);
        return acting == city;
    }
}
