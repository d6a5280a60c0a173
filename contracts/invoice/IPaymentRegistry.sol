// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {Payment} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";

/// @title Payments, and what is left of each to be invoiced.
/// @notice An accredited provider attests a payment, or an IPaymentSource counts it. Documents take from it and give back what they
/// reverse; refunds lower it. What is left is one number, which falls below zero when a refund comes after the document.
///
/// A payment counts once: by the provider's identification, and by the payee's order, whichever provider attests it. Inside of a batch
/// the two are checked when the payment is first used, as nobody can see them before; and what is used never exceeds the batch's total.
///
/// Trust assumptions
/// - A provider, (city, PAYMENT), says what was paid, by whom, to whom; it cannot invoice, nor take back more than it attested.
/// - A provider that colludes with a payee can attest what was never paid. Its city dismisses it; auditors compare with the bank.
/// - Taking and giving back are for holders of (network, INVOICING), which is for InvoiceRegistry alone.
interface IPaymentRegistry {
    /// @notice The one answer to "what is this payment good for?".
    /// @param Unknown Nobody attested it.
    /// @param Reserved Anchored; the documents of a batch take it.
    /// @param Available Something is left to be invoiced.
    /// @param Exhausted All of it is invoiced, or refunded.
    /// @param Withdrawn Refunded after it was invoiced: its documents are too large.
    enum PaymentStatus {
        Unknown,
        Reserved,
        Available,
        Exhausted,
        Withdrawn
    }

    /// @notice Who may take from the payments of a batch.
    /// @param Free Nobody has, yet.
    /// @param Singles Single documents.
    /// @param Batch A batch of documents, position by position; others only what that gave back.
    enum BatchUse {
        Free,
        Singles,
        Batch
    }

    /// @notice State of a payment, one slot.
    /// @param settled In a batch that documents reserved: the document at its position has taken it.
    /// @param left What is left to be invoiced, in minor units; below zero when withdrawn.
    /// @param changes How often something was taken, given back, refunded or requested: what the payer's next request binds.
    /// @param changedIn Block of its last event.
    struct State {
        bool exists;
        bool settled;
        int136 left;
        uint32 changes;
        uint40 changedIn;
    }

    /// @notice Many payments under one root. The leaf of each is its id, in the manner of OpenZeppelin's MerkleProof.
    /// @param city The city that accredits the provider.
    /// @param serial The provider's number of the batch, not zero, used once.
    /// @param count How many; positions are below it.
    /// @param payee The one identity that all were paid to.
    /// @param currency ISO 4217 numeric, of all.
    /// @param total Sum of all amounts, minor units.
    struct PaymentBatch {
        CityId city;
        uint64 serial;
        uint32 count;
        IdentityId payee;
        uint16 currency;
        uint128 total;
        bytes32 root;
    }

    /// @notice State of a batch.
    struct BatchState {
        bytes32 root;
        IdentityId payee;
        uint128 total;
        uint32 count;
        CityId city;
        uint16 currency;
        BatchUse use;
        uint40 changedIn;
    }

    /// @notice A refund.
    /// @param proof Of the payment, if it is in a batch; else empty.
    /// @param refunded How much of the payment was refunded in all, so that saying it twice is saying it once.
    struct Refund {
        Payment payment;
        bytes32[] proof;
        uint128 refunded;
    }

    /// @notice A refund inside of an anchored batch of refunds.
    /// @param serial The provider's number of the batch of refunds.
    /// @param position Its place there.
    /// @param path Its proof there; the leaf is the EIP-712 digest of
    /// Refund(address provider,uint64 serial,uint32 position,bytes32 payment,uint128 refunded).
    struct AnchoredRefund {
        Refund refund;
        uint64 serial;
        uint32 position;
        bytes32[] path;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A payment was attested, or counted.
    event PaymentAttested(PaymentId indexed payment, IdentityId indexed payee, Payment terms, address by);
    /// @notice A payment of a batch was used for the first time.
    event PaymentMaterialised(PaymentId indexed payment, PaymentId indexed batch, Payment terms);
    /// @notice Many payments were anchored.
    event PaymentsAnchored(
        PaymentId indexed batch,
        address indexed provider,
        IdentityId indexed payee,
        PaymentBatch terms
    );
    /// @notice A batch of documents takes the payments of this one.
    event PaymentsReserved(PaymentId indexed batch, address by, uint40 previousBlock);
    /// @notice The batch of documents was cancelled; anyone may take the payments of this one.
    event PaymentsReleased(PaymentId indexed batch, address by, uint40 previousBlock);
    /// @notice A document took from the payment.
    event PaymentTaken(PaymentId indexed payment, uint128 amount, int136 left, uint40 previousBlock);
    /// @notice A reversing document gave back to the payment.
    event PaymentGivenBack(PaymentId indexed payment, uint128 amount, int136 left, uint40 previousBlock);
    /// @notice The payment was refunded, in all, by `refunded`.
    event PaymentRefunded(PaymentId indexed payment, uint128 refunded, int136 left, address by, uint40 previousBlock);
    /// @notice Many refunds were anchored.
    event RefundsAnchored(address indexed provider, uint64 indexed serial, CityId city, uint32 count, bytes32 root);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice A call names at least one payment.
    error Empty();
    /// @notice A provider attests its own payments.
    error NotProvider(address provider, address caller);
    /// @notice All payments of one call are of one city.
    error CitiesMixed(CityId first, CityId other);
    /// @notice A payment has an identification, an order, a payee, a currency, an amount, and a time that has come; a single one has no
    /// place in a batch, and one of a batch was paid before it was anchored and is within its total.
    error PaymentInvalid(PaymentId payment);
    /// @notice The payer's key, or account, is the payee's own.
    error PaymentToOneself(IdentityId payee);
    /// @notice The very same payment was attested before.
    error PaymentExists(PaymentId payment);
    /// @notice The provider's identification, or the payee's order, counts as another payment.
    error PaymentCounted(PaymentId known);
    /// @notice The payment is not known, or the proof is not one.
    error PaymentUnknown(PaymentId payment);
    /// @notice Too little is left of the payment.
    error PaymentExceeded(PaymentId payment, int136 left, uint128 amount);
    /// @notice A batch of documents takes this payment.
    error PaymentReserved(PaymentId payment);
    /// @notice The provider has used this serial.
    error SerialUsed(address issuer, uint64 serial);
    /// @notice A batch has a serial, a count, a payee, a currency, a total and a root.
    error BatchInvalid(uint64 serial, uint32 count, bytes32 root);
    /// @notice The batch is not known, was used, or is not what the batch of documents says.
    error BatchNotReady(PaymentId batch);
    /// @notice The total refunded only grows, and up to the amount.
    error RefundInvalid(PaymentId payment, uint128 known, uint128 refunded);
    /// @notice Not the provider that attested the payment, and not its city's controller.
    error NotRefunder(address caller);

    // -------------------------------------------------------------------------------------------------------- attesting

    /// @notice Attest a payment. By its provider, (city, PAYMENT), under the guard.
    function attest(Payment calldata payment) external returns (PaymentId);

    /// @notice Attest many payments of one city; those known are skipped.
    /// @return attested How many were new.
    function attestMany(Payment[] calldata payments) external returns (uint256 attested);

    /// @notice Anchor many payments. By their provider under the guard.
    function anchor(PaymentBatch calldata batch) external returns (PaymentId);

    /// @notice Count a payment made on chain, or what was refunded of it since. By anyone; the source needs (city, PAYMENT).
    function count(address source, CityId city, bytes32 transactionId) external returns (PaymentId);

    // -------------------------------------------------------------------------------------------------------- refunds

    /// @notice Refund payments. By their provider while it holds (city, PAYMENT), or by the city's controller, with the role alone. Of
    /// one, what says nothing new is refused; of many it is skipped.
    /// @param lineage Empty, or for a controller that acts for the city; see ICityAccessManager.hasStanding.
    function refund(Refund[] calldata refunds, CityId[] calldata lineage) external;

    /// @notice Anchor many refunds. By a provider with (city, PAYMENT). They count when they are proven.
    /// @param root The leaf of each is a digest; see AnchoredRefund.
    function anchorRefunds(CityId city, uint64 serial, uint32 count_, bytes32 root) external;

    /// @notice Prove an anchored refund. By anyone.
    function proveRefund(AnchoredRefund calldata anchored) external;

    // -------------------------------------------------------------------------------------------------- for an InvoiceRegistry

    /// @notice Take from a payment. By (network, INVOICING) with the role alone; who calls has asked the guard.
    /// @param proof If it is in a batch; else empty.
    /// @return id The payment's id.
    /// @return changes Its count of changes before.
    function take(
        Payment calldata payment,
        bytes32[] calldata proof,
        uint128 amount
    ) external returns (PaymentId id, uint32 changes);

    /// @notice Reserve all payments of a batch for a batch of documents of their payee. By (network, INVOICING) with the role alone; who
    /// calls has asked the guard.
    function reserve(PaymentId batch, IdentityId payee, uint16 currency, uint32 count_, uint128 total) external;

    /// @notice Take the whole of a reserved payment. By (network, INVOICING) with the role alone.
    /// @param batch The batch that was reserved.
    function takeReserved(
        PaymentId batch,
        Payment calldata payment,
        bytes32[] calldata proof
    ) external returns (PaymentId id);

    /// @notice Free a reserved batch of which nothing was taken. By (network, INVOICING) with the role alone.
    function release(PaymentId batch) external;

    /// @notice Use the payer's request for a payment: the next one names the next count of changes. By (network, INVOICING) with the role
    /// alone.
    /// @return id The payment's id.
    /// @return changes Its count of changes before.
    function useRequest(Payment calldata payment) external returns (PaymentId id, uint32 changes);

    /// @notice Give back to a payment. By (network, INVOICING) with the role alone.
    function giveBack(PaymentId payment, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice Where the payees are registered.
    function identities() external view returns (IIdentityRegistry);

    /// @notice What a payment is good for, and what is left of it in minor units.
    function statusOf(
        Payment calldata payment,
        bytes32[] calldata proof
    ) external view returns (PaymentStatus status, PaymentId id, int136 left);

    /// @notice The id of a payment and its count of changes: what the payer's request names.
    function changesOf(Payment calldata payment) external view returns (PaymentId id, uint32 changes);

    /// @notice Whether any of these payments is withdrawn: less is left than nothing.
    function anyWithdrawn(PaymentId[] calldata payments) external view returns (bool);

    /// @notice The state of a single payment, or of one of a batch once it was used.
    function stateOf(PaymentId payment) external view returns (State memory);

    /// @notice How much of the payment was refunded, minor units.
    function refundedOf(PaymentId payment) external view returns (uint128);

    /// @notice The state of a batch.
    function batchStateOf(PaymentId batch) external view returns (BatchState memory);

    /// @notice The payment that counts under the provider's identification, or zero.
    function paymentByTransaction(address provider, bytes32 transactionId) external view returns (PaymentId);

    /// @notice The payment that counts for the payee's order, or zero.
    function paymentByOrder(IdentityId payee, bytes32 order) external view returns (PaymentId);

    /// @notice The id of a payment: its EIP-712 digest.
    function idOf(Payment calldata payment) external view returns (PaymentId);

    /// @notice The id of a batch: the EIP-712 digest of BatchKey(address provider,uint64 serial).
    function batchOf(address provider, uint64 serial) external view returns (PaymentId);
}
