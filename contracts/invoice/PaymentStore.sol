// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {Payment, hashOf} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";

/// @title The records of payments, and what is left of them.
/// @notice The part of PaymentRegistry that keeps and reads.
abstract contract PaymentStore is CityManaged, EIP712, IPaymentRegistry {
    bytes32 private constant BATCH_KEY_TYPEHASH = keccak256("BatchKey(address provider,uint64 serial)");
    bytes32 private constant TRANSACTION_KEY_TYPEHASH = keccak256(
        "TransactionKey(address provider,bytes32 transactionId)"
    );
    bytes32 private constant ORDER_KEY_TYPEHASH = keccak256("OrderKey(bytes32 payee,bytes32 order)");
    /// @dev What of a batch has a state: never more than its total, and nothing that was paid later than it was anchored.
    struct Materialised {
        uint128 amount;
        uint40 anchoredAt;
    }

    /// @inheritdoc IPaymentRegistry
    IIdentityRegistry public immutable identities;

    mapping(PaymentId payment => State) internal _states;
    mapping(PaymentId payment => uint128) internal _refunded;
    mapping(bytes32 transactionOrOrder => PaymentId) private _counted;
    mapping(PaymentId batch => BatchState) internal _batches;
    mapping(PaymentId batch => Materialised) internal _materialised;

    constructor(IIdentityRegistry identities_) EIP712("Civitas PaymentRegistry", "1") {
        identities = identities_;
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IPaymentRegistry
    function statusOf(
        Payment calldata payment,
        bytes32[] calldata proof
    ) external view returns (PaymentStatus status, PaymentId id, int136 left) {
        id = idOf(payment);
        State memory state = _states[id];
        if (!state.exists && (_isCounted(payment) || !_isAnchored(id, payment, proof))) {
            return (PaymentStatus.Unknown, id, 0);
        }
        int136 amount = int136(uint136(payment.amount));
        left = state.exists ? state.left : amount;
        bool reserved = _batches[batchOf(payment.provider, payment.serial)].use == BatchUse.Batch && !state.settled;
        if (reserved) left -= amount;
        if (left < 0) status = PaymentStatus.Withdrawn;
        else if (reserved) status = PaymentStatus.Reserved;
        else status = left == 0 ? PaymentStatus.Exhausted : PaymentStatus.Available;
    }

    /// @inheritdoc IPaymentRegistry
    function changesOf(Payment calldata payment) external view returns (PaymentId id, uint32 changes) {
        id = idOf(payment);
        changes = _states[id].changes;
    }

    /// @inheritdoc IPaymentRegistry
    function anyWithdrawn(PaymentId[] calldata payments) external view returns (bool) {
        for (uint256 i = 0; i < payments.length; ++i) {
            if (_states[payments[i]].left < 0) return true;
        }
        return false;
    }

    /// @inheritdoc IPaymentRegistry
    function stateOf(PaymentId id) external view returns (State memory) {
        return _states[id];
    }

    /// @inheritdoc IPaymentRegistry
    function refundedOf(PaymentId id) external view returns (uint128) {
        return _refunded[id];
    }

    /// @inheritdoc IPaymentRegistry
    function batchStateOf(PaymentId batch) external view returns (BatchState memory) {
        return _batches[batch];
    }

    /// @inheritdoc IPaymentRegistry
    function paymentByTransaction(address provider, bytes32 transactionId) public view returns (PaymentId) {
        return _counted[_transactionKey(provider, transactionId)];
    }

    /// @inheritdoc IPaymentRegistry
    function paymentByOrder(IdentityId payee, bytes32 order) public view returns (PaymentId) {
        return _counted[_orderKey(payee, order)];
    }

    /// @inheritdoc IPaymentRegistry
    function idOf(Payment calldata payment) public view returns (PaymentId) {
        return PaymentId.wrap(_hashTypedDataV4(hashOf(payment)));
    }

    /// @inheritdoc IPaymentRegistry
    function batchOf(address provider, uint64 serial) public view returns (PaymentId) {
        return PaymentId.wrap(_hashTypedDataV4(keccak256(abi.encode(BATCH_KEY_TYPEHASH, provider, serial))));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @notice A payment that has a state; one of a batch gets it now.
    /// @return id Its id.
    function _known(Payment calldata payment, bytes32[] calldata proof) internal returns (PaymentId id) {
        id = idOf(payment);
        if (_states[id].exists) return id;
        require(_isAnchored(id, payment, proof), PaymentUnknown(id));
        _checkPayment(id, payment);
        PaymentId batch = batchOf(payment.provider, payment.serial);
        Materialised memory before = _materialised[batch];
        require(
            payment.amount <= _batches[batch].total - before.amount && payment.paidAt <= before.anchoredAt,
            PaymentInvalid(id)
        );
        _materialised[batch].amount = before.amount + payment.amount;
        _create(id, payment);
        emit PaymentMaterialised(id, batch, payment);
    }

    /// @dev One transaction of a provider, one order of a payee: one payment.
    function _create(PaymentId id, Payment memory payment) internal {
        _countOnce(_transactionKey(payment.provider, payment.transactionId), id);
        _countOnce(_orderKey(payment.payee, payment.order), id);
        _states[id] = State({
            exists: true,
            settled: false,
            left: int136(uint136(payment.amount)),
            changes: 0,
            changedIn: uint40(block.number)
        });
    }

    function _countOnce(bytes32 key, PaymentId id) private {
        PaymentId known = _counted[key];
        require(PaymentId.unwrap(known) == 0, PaymentCounted(known));
        _counted[key] = id;
    }

    /// @dev Whether its transaction, or its order, counts as another payment.
    function _isCounted(Payment calldata payment) private view returns (bool) {
        return
            PaymentId.unwrap(paymentByTransaction(payment.provider, payment.transactionId)) != 0 ||
            PaymentId.unwrap(paymentByOrder(payment.payee, payment.order)) != 0;
    }

    function _isAnchored(PaymentId id, Payment calldata payment, bytes32[] calldata proof) private view returns (bool) {
        BatchState memory batch = _batches[batchOf(payment.provider, payment.serial)];
        return
            payment.position < batch.count &&
            payment.city == batch.city &&
            payment.currency == batch.currency &&
            !(payment.payee != batch.payee) &&
            MerkleProof.verifyCalldata(proof, batch.root, PaymentId.unwrap(id));
    }

    function _checkPayment(PaymentId id, Payment memory payment) internal view {
        require(
            payment.transactionId != 0 &&
                payment.order != 0 &&
                IdentityId.unwrap(payment.payee) != 0 &&
                payment.currency != 0 &&
                payment.amount != 0 &&
                payment.paidAt <= block.timestamp,
            PaymentInvalid(id)
        );
        if (payment.payer == 0) return;
        // slither-disable-next-line unused-return
        (, bytes32 signerHash) = identities.stateOf(payment.payee);
        require(payment.payer != signerHash, PaymentToOneself(payment.payee));
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(PaymentId id, State memory state) internal returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _states[id] = state;
    }

    function _transactionKey(address provider, bytes32 transactionId) private pure returns (bytes32) {
        return keccak256(abi.encode(TRANSACTION_KEY_TYPEHASH, provider, transactionId));
    }

    function _orderKey(IdentityId payee, bytes32 order) private pure returns (bytes32) {
        return keccak256(abi.encode(ORDER_KEY_TYPEHASH, payee, order));
    }
}
