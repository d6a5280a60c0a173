// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ADMIN, INVOICING, PAYMENT} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {IPaymentSource} from "./IPaymentSource.sol";
import {PAYMENT_TYPEHASH, Payment, hashOf} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";

/// @title PaymentRegistry
/// @notice Payments, and what is left of each to be invoiced.
/// @dev
/// ```
///   attest, count                       take ──► left falls         refund ──► left falls, below 0: Withdrawn
///  ───────────────► left = amount       giveBack ──► left grows
///
///   anchor            take (one)             ──► Singles: as above, from then on
///  ────────► Free ────────────────────────►
///                     reserve (the batch)    ──► Batch: takeReserved, once for each position; take only what was given back
///                     release (the batch)    ──► Free again, while nothing was taken
/// ```
contract PaymentRegistry is CityManaged, EIP712, IPaymentRegistry {
    bytes32 private constant BATCH_KEY_TYPEHASH = keccak256("BatchKey(address provider,uint64 serial)");
    bytes32 private constant TRANSACTION_KEY_TYPEHASH = keccak256(
        "TransactionKey(address provider,bytes32 transactionId)"
    );
    bytes32 private constant ORDER_KEY_TYPEHASH = keccak256("OrderKey(bytes32 payee,bytes32 order)");
    bytes32 private constant REFUND_TYPEHASH = keccak256(
        "Refund(address provider,uint64 serial,uint32 position,bytes32 payment,uint128 refunded)"
    );

    /// @dev What of a batch has a state: never more than its total, and nothing that was paid later than it was anchored.
    struct Materialised {
        uint128 amount;
        uint40 anchoredAt;
    }

    /// @dev Where a batch of refunds was anchored.
    struct RefundBatch {
        bytes32 root;
        uint32 count;
        CityId city;
    }

    /// @inheritdoc IPaymentRegistry
    IIdentityRegistry public immutable identities;

    mapping(PaymentId payment => State) private _states;
    mapping(PaymentId payment => uint128) private _refunded;
    mapping(bytes32 transactionOrOrder => PaymentId) private _counted;
    mapping(PaymentId batch => BatchState) private _batches;
    mapping(PaymentId batch => Materialised) private _materialised;
    mapping(PaymentId batch => RefundBatch) private _refundBatches;

    constructor(
        ICityAccessManager manager_,
        IIdentityRegistry identities_
    ) CityManaged(manager_) EIP712("Civitas PaymentRegistry", "1") {
        identities = identities_;
    }

    // -------------------------------------------------------------------------------------------------------- attesting

    /// @inheritdoc IPaymentRegistry
    function attest(Payment calldata payment) external returns (PaymentId id) {
        manager.checkCan(msg.sender, payment.city, PAYMENT);
        id = idOf(payment);
        require(_attestIfNew(id, payment), PaymentExists(id));
    }

    /// @inheritdoc IPaymentRegistry
    function attestMany(Payment[] calldata payments) external returns (uint256 attested) {
        require(payments.length != 0, Empty());
        CityId city = payments[0].city;
        manager.checkCan(msg.sender, city, PAYMENT);
        for (uint256 i = 0; i < payments.length; ++i) {
            require(payments[i].city == city, CitiesMixed(city, payments[i].city));
            if (_attestIfNew(idOf(payments[i]), payments[i])) ++attested;
        }
    }

    /// @inheritdoc IPaymentRegistry
    function anchor(PaymentBatch calldata batch) external returns (PaymentId id) {
        manager.checkCan(msg.sender, batch.city, PAYMENT);
        require(
            batch.serial != 0 &&
                batch.count != 0 &&
                IdentityId.unwrap(batch.payee) != 0 &&
                batch.currency != 0 &&
                batch.total != 0 &&
                batch.root != 0,
            BatchInvalid(batch.serial, batch.count, batch.root)
        );
        id = batchOf(msg.sender, batch.serial);
        require(_batches[id].count == 0, SerialUsed(msg.sender, batch.serial));
        _batches[id] = BatchState({
            root: batch.root,
            payee: batch.payee,
            total: batch.total,
            count: batch.count,
            city: batch.city,
            currency: batch.currency,
            use: BatchUse.Free,
            changedIn: uint40(block.number)
        });
        _materialised[id].anchoredAt = uint40(block.timestamp);
        emit PaymentsAnchored(id, msg.sender, batch.payee, batch);
    }

    /// @inheritdoc IPaymentRegistry
    function count(address source, CityId city, bytes32 transactionId) external returns (PaymentId id) {
        IPaymentSource.PaymentFacts memory facts = IPaymentSource(source).paymentOf(transactionId);
        Payment memory payment = Payment({
            provider: source,
            city: city,
            transactionId: transactionId,
            order: facts.order,
            payee: facts.payee,
            payer: facts.payer,
            currency: facts.currency,
            amount: facts.amount,
            paidAt: facts.paidAt,
            serial: 0,
            position: 0
        });
        id = _idOf(payment);
        if (!_states[id].exists) {
            manager.checkCan(source, city, PAYMENT);
            require(!_isOwn(facts.payee, facts.from), PaymentToOneself(facts.payee));
            _checkPayment(id, payment);
            _create(id, payment);
            emit PaymentAttested(id, payment.payee, payment, msg.sender);
            if (facts.refunded == 0) return id;
        }
        _refund(id, payment.amount, facts.refunded, false);
    }

    // -------------------------------------------------------------------------------------------------------- refunds

    /// @inheritdoc IPaymentRegistry
    function refund(Refund[] calldata refunds, CityId[] calldata lineage) external {
        require(refunds.length != 0, Empty());
        for (uint256 i = 0; i < refunds.length; ++i) {
            Payment calldata payment = refunds[i].payment;
            _checkRefunder(payment, lineage);
            PaymentId id = _known(payment, refunds[i].proof);
            _refund(id, payment.amount, refunds[i].refunded, refunds.length != 1);
        }
    }

    /// @inheritdoc IPaymentRegistry
    function anchorRefunds(CityId city, uint64 serial, uint32 count_, bytes32 root) external {
        require(manager.holds(msg.sender, city, PAYMENT), NotRefunder(msg.sender));
        require(serial != 0 && count_ != 0 && root != 0, BatchInvalid(serial, count_, root));
        RefundBatch storage batch = _refundBatches[batchOf(msg.sender, serial)];
        require(batch.count == 0, SerialUsed(msg.sender, serial));
        (batch.root, batch.count, batch.city) = (root, count_, city);
        emit RefundsAnchored(msg.sender, serial, city, count_, root);
    }

    /// @inheritdoc IPaymentRegistry
    function proveRefund(AnchoredRefund calldata anchored) external {
        Payment calldata payment = anchored.refund.payment;
        RefundBatch memory batch = _refundBatches[batchOf(payment.provider, anchored.serial)];
        PaymentId id = _known(payment, anchored.refund.proof);
        bytes32 leaf = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REFUND_TYPEHASH,
                    payment.provider,
                    anchored.serial,
                    anchored.position,
                    id,
                    anchored.refund.refunded
                )
            )
        );
        require(
            anchored.position < batch.count &&
                payment.city == batch.city &&
                MerkleProof.verifyCalldata(anchored.path, batch.root, leaf),
            PaymentUnknown(id)
        );
        _refund(id, payment.amount, anchored.refund.refunded, false);
    }

    // -------------------------------------------------------------------------------------------------- for an InvoiceRegistry

    /// @inheritdoc IPaymentRegistry
    function take(
        Payment calldata payment,
        bytes32[] calldata proof,
        uint128 amount
    ) external returns (PaymentId id, uint32 changes) {
        _checkInvoicing();
        id = _known(payment, proof);
        State memory state = _states[id];
        if (payment.serial != 0) _useSingly(id, state, batchOf(payment.provider, payment.serial));
        require(state.left >= int136(uint136(amount)), PaymentExceeded(id, state.left, amount));
        changes = state.changes;
        _take(id, state, amount);
    }

    /// @inheritdoc IPaymentRegistry
    function reserve(PaymentId batch, IdentityId payee, uint16 currency, uint32 count_, uint128 total) external {
        _checkInvoicing();
        BatchState memory state = _batches[batch];
        require(
            state.use == BatchUse.Free &&
                state.count == count_ &&
                state.currency == currency &&
                state.total == total &&
                !(state.payee != payee),
            BatchNotReady(batch)
        );
        _batches[batch].use = BatchUse.Batch;
        _batches[batch].changedIn = uint40(block.number);
        emit PaymentsReserved(batch, msg.sender, state.changedIn);
    }

    /// @inheritdoc IPaymentRegistry
    function release(PaymentId batch) external {
        _checkInvoicing();
        BatchState memory state = _batches[batch];
        require(state.use == BatchUse.Batch, BatchNotReady(batch));
        _batches[batch].use = BatchUse.Free;
        _batches[batch].changedIn = uint40(block.number);
        emit PaymentsReleased(batch, msg.sender, state.changedIn);
    }

    /// @inheritdoc IPaymentRegistry
    function takeReserved(
        PaymentId batch,
        Payment calldata payment,
        bytes32[] calldata proof
    ) external returns (PaymentId id) {
        _checkInvoicing();
        require(
            batchOf(payment.provider, payment.serial) == batch && _batches[batch].use == BatchUse.Batch,
            BatchNotReady(batch)
        );
        id = _known(payment, proof);
        State memory state = _states[id];
        require(!state.settled, PaymentExceeded(id, state.left, payment.amount));
        state.settled = true;
        uint32 changes = state.changes; // the batch took it long ago: for the payer's request, nothing has changed
        _take(id, state, payment.amount);
        _states[id].changes = changes;
    }

    /// @inheritdoc IPaymentRegistry
    function useRequest(Payment calldata payment) external returns (PaymentId id, uint32 changes) {
        _checkInvoicing();
        id = idOf(payment);
        changes = _states[id].changes++;
    }

    /// @inheritdoc IPaymentRegistry
    function giveBack(PaymentId id, uint128 amount) external {
        _checkInvoicing();
        State memory state = _states[id];
        state.left += int136(uint136(amount));
        emit PaymentGivenBack(id, amount, state.left, _touch(id, state));
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

    function _attestIfNew(PaymentId id, Payment calldata payment) private returns (bool) {
        require(payment.provider == msg.sender, NotProvider(payment.provider, msg.sender));
        if (_states[id].exists) return false;
        require(payment.serial == 0 && payment.position == 0, PaymentInvalid(id));
        _checkPayment(id, payment);
        _create(id, payment);
        emit PaymentAttested(id, payment.payee, payment, msg.sender);
        return true;
    }

    /// @dev One transaction of a provider, one order of a payee: one payment.
    function _create(PaymentId id, Payment memory payment) private {
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

    /// @dev Whether its transaction, or its order, counts as another payment.
    function _isCounted(Payment calldata payment) private view returns (bool) {
        return
            PaymentId.unwrap(paymentByTransaction(payment.provider, payment.transactionId)) != 0 ||
            PaymentId.unwrap(paymentByOrder(payment.payee, payment.order)) != 0;
    }

    function _countOnce(bytes32 key, PaymentId id) private {
        PaymentId known = _counted[key];
        require(PaymentId.unwrap(known) == 0, PaymentCounted(known));
        _counted[key] = id;
    }

    /// @notice A payment that has a state; one of a batch gets it now.
    /// @return id Its id.
    function _known(Payment calldata payment, bytes32[] calldata proof) private returns (PaymentId id) {
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

    /// @dev A single document takes from a batch that none has reserved, or what was given back.
    function _useSingly(PaymentId id, State memory state, PaymentId batch) private {
        if (state.settled) return;
        BatchUse use = _batches[batch].use;
        require(use != BatchUse.Batch, PaymentReserved(id));
        if (use == BatchUse.Free) _batches[batch].use = BatchUse.Singles;
    }

    function _take(PaymentId id, State memory state, uint128 amount) private {
        state.left -= int136(uint136(amount));
        emit PaymentTaken(id, amount, state.left, _touch(id, state));
    }

    function _refund(PaymentId id, uint128 amount, uint128 refunded, bool skip) private {
        uint128 known = _refunded[id];
        if (skip && refunded <= known) return;
        require(refunded > known && refunded <= amount, RefundInvalid(id, known, refunded));
        _refunded[id] = refunded;
        State memory state = _states[id];
        state.left -= int136(uint136(refunded - known));
        emit PaymentRefunded(id, refunded, state.left, msg.sender, _touch(id, state));
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(PaymentId id, State memory state) private returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _states[id] = state;
    }

    function _checkInvoicing() private view {
        require(manager.holds(msg.sender, NETWORK, INVOICING), NoStanding(msg.sender, NETWORK));
    }

    function _checkRefunder(Payment calldata payment, CityId[] calldata lineage) private view {
        bool isProvider = msg.sender == payment.provider && manager.holds(msg.sender, payment.city, PAYMENT);
        require(isProvider || manager.hasStanding(msg.sender, payment.city, ADMIN, lineage), NotRefunder(msg.sender));
    }

    function _checkPayment(PaymentId id, Payment memory payment) private view {
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

    /// @dev Whether an account is the payee's own: its key, or one of its operators.
    function _isOwn(IdentityId payee, address account) private view returns (bool) {
        // slither-disable-next-line unused-return
        (, bytes32 signerHash) = identities.stateOf(payee);
        return signerHash == keccak256(abi.encodePacked(account)) || identities.isOperator(payee, account);
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

    function _idOf(Payment memory payment) private view returns (PaymentId) {
        return PaymentId.wrap(_hashTypedDataV4(keccak256(abi.encode(PAYMENT_TYPEHASH, payment))));
    }

    function _transactionKey(address provider, bytes32 transactionId) private pure returns (bytes32) {
        return keccak256(abi.encode(TRANSACTION_KEY_TYPEHASH, provider, transactionId));
    }

    function _orderKey(IdentityId payee, bytes32 order) private pure returns (bytes32) {
        return keccak256(abi.encode(ORDER_KEY_TYPEHASH, payee, order));
    }
}
