// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ADMIN, INVOICING, PAYMENT} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {IPaymentSource} from "./IPaymentSource.sol";
import {PAYMENT_TYPEHASH, Payment} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";
import {PaymentStore} from "./PaymentStore.sol";

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
contract PaymentRegistry is PaymentStore {
    bytes32 private constant REFUND_TYPEHASH = keccak256(
        "Refund(address provider,uint64 serial,uint32 position,bytes32 payment,uint128 refunded)"
    );

    /// @dev Where a batch of refunds was anchored.
    struct RefundBatch {
        bytes32 root;
        uint32 count;
        CityId city;
    }

    mapping(PaymentId batch => RefundBatch) private _refundBatches;

    constructor(
        ICityAccessManager manager_,
        IIdentityRegistry identities_
    ) CityManaged(manager_) PaymentStore(identities_) {}

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

    /// @dev A single document takes from a batch that none has reserved, or what was given back.
    function _useSingly(PaymentId id, State memory state, PaymentId batch) private {
        if (state.settled) return;
        BatchUse use = _batches[batch].use;
        require(use != BatchUse.Batch, PaymentReserved(id));
        // slither-disable-next-line incorrect-equality
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

    function _checkInvoicing() private view {
        require(manager.holds(msg.sender, NETWORK, INVOICING), NoStanding(msg.sender, NETWORK));
    }

    function _checkRefunder(Payment calldata payment, CityId[] calldata lineage) private view {
        bool isProvider = msg.sender == payment.provider && manager.holds(msg.sender, payment.city, PAYMENT);
        require(isProvider || manager.hasStanding(msg.sender, payment.city, ADMIN, lineage), NotRefunder(msg.sender));
    }

    /// @dev Whether an account is the payee's own: its key, or one of its operators.
    function _isOwn(IdentityId payee, address account) private view returns (bool) {
        // slither-disable-next-line unused-return
        (, bytes32 signerHash) = identities.stateOf(payee);
        return signerHash == keccak256(abi.encodePacked(account)) || identities.isOperator(payee, account);
    }

    function _idOf(Payment memory payment) private view returns (PaymentId) {
        return PaymentId.wrap(_hashTypedDataV4(keccak256(abi.encode(PAYMENT_TYPEHASH, payment))));
    }
}
