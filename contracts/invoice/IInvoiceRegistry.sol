// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {Content, Invoice, NumberScheme, Terms} from "./Invoice.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {InvoiceKind} from "./InvoiceKind.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {ITaxpayerRegistry} from "./ITaxpayerRegistry.sol";
import {Payment} from "./Payment.sol";
import {PaymentId} from "./PaymentId.sol";
import {TaxPeriod} from "./TaxPeriod.sol";

/// @title Invoices and receipts: bound to payments, within a quota, numbered once.
/// @notice A document is issued by an operator of its seller, within the seller's quota, and takes its gross total from payments to the
/// seller. Its buyer is a salted commitment to a key and a title. Nothing about a natural person is readable. Who holds it, books
/// it or reverses it is in the InvoiceLedger.
///
/// A reversal is a document of its own that points back, with its own number. It gives back what it reverses: to the payments, and to
/// the quota of the month of issue.
///
/// Trust assumptions
/// - A seller's operator can issue only what was paid and, in retail, requested by the payer.
/// - A bureau can neither issue nor reverse.
/// - Reversing is for holders of (network, REVERSING), which is for InvoiceLedger alone.
/// - The content is known to those who have the document. The chain shows seller, kind, amounts, times and payments of single documents.
interface IInvoiceRegistry {
    /// @notice What a document is worth as a record; who booked it is in the InvoiceLedger, whose statusOf answers in full.
    /// @param Unknown Never issued here; or anchored, and cannot be what the batch holds.
    /// @param Anchored In a batch, by its seller's word; nothing has happened to it. Number and payment are its own once it
    /// materialises.
    /// @param Issued It stands, perhaps partly reversed.
    /// @param PaymentWithdrawn A payment was refunded; it must be reversed.
    /// @param Reversing A reversing document: it points to the one it reverses.
    /// @param Reversed Wholly reversed.
    enum InvoiceStanding {
        Unknown,
        Anchored,
        Issued,
        PaymentWithdrawn,
        Reversing,
        Reversed
    }

    /// @notice The signature of a retail payment's payer: names the buyer, who may be another.
    /// @param signer The payer's one-time key (ERC-7913).
    /// @param deadline Last moment, UTC seconds.
    /// @param signature Over InvoiceRequest(bytes32 payment,bytes32 buyer,uint32 changes,uint40 deadline), with the payment's count of
    /// changes.
    struct Request {
        bytes signer;
        uint40 deadline;
        bytes signature;
    }

    /// @notice A payment that a document takes from.
    /// @param proof If the payment is in a batch; else empty.
    /// @param request If the payment has a payer's key; else empty.
    struct Evidence {
        Payment payment;
        bytes32[] proof;
        Request request;
    }

    /// @notice A document to be issued.
    /// @param evidence One for each of the content's draws.
    struct Submission {
        Content content;
        Evidence[] evidence;
    }

    /// @notice The signature of a seller's operator under IssueOrder(bytes32[] invoices,uint40 deadline).
    struct Order {
        address operator;
        uint40 deadline;
        bytes signature;
    }

    /// @notice Many documents under one root. The leaf of each is its id, in the manner of OpenZeppelin's MerkleProof.
    /// @param serial The seller's number of the batch, not zero, used once.
    /// @param count How many; positions are below it.
    /// @param firstNumber The document at position n has the number firstNumber + n. The range is used by this batch alone.
    /// @param net Sum of all net totals, minor units.
    /// @param tax Sum of all taxes.
    /// @param payments The batch of payments: the document at position n takes the whole payment at position n.
    struct Batch {
        Terms terms;
        uint64 serial;
        uint32 count;
        uint256 firstNumber;
        uint128 net;
        uint128 tax;
        PaymentId payments;
        bytes32 root;
    }

    /// @notice State of a document, one slot.
    /// @param reversing It is a reversing document.
    /// @param reversed It is wholly reversed.
    /// @param city The city of the bureau that admitted the seller.
    /// @param period The month whose quota it is charged to.
    /// @param issuedAt UTC seconds; 0 for a document without a state.
    /// @param changedIn Block of its last event in this contract.
    struct State {
        bool reversing;
        bool reversed;
        CityId city;
        TaxPeriod period;
        uint40 issuedAt;
        uint40 changedIn;
    }

    /// @notice State of a batch.
    /// @param touched A document of it has materialised; it is cancelled no more.
    /// @param net What is left for documents yet to materialise.
    /// @param tax The same of the taxes.
    struct BatchState {
        bytes32 root;
        PaymentId payments;
        uint128 net;
        uint128 tax;
        uint72 firstNumber;
        uint32 count;
        CityId city;
        TaxPeriod period;
        uint40 issuedAt;
        InvoiceKind kind;
        NumberScheme scheme;
        uint16 currency;
        bool touched;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A document was issued.
    event InvoiceIssued(
        InvoiceId indexed invoice,
        IdentityId indexed seller,
        CityId indexed city,
        Terms terms,
        Content content,
        address by
    );
    /// @notice Many documents were anchored.
    event InvoicesAnchored(
        InvoiceId indexed batch,
        IdentityId indexed seller,
        CityId indexed city,
        Batch terms,
        address by
    );
    /// @notice A batch was cancelled: nothing is in it any more.
    event BatchCancelled(InvoiceId indexed batch, IdentityId indexed seller, address by);
    /// @notice A document of a batch has a state from now on.
    event InvoiceMaterialised(InvoiceId indexed invoice, InvoiceId indexed batch, uint32 position, Content content);
    /// @notice The payer named the buyer of a document of a batch.
    event InvoiceRequested(InvoiceId indexed invoice, bytes32 buyer, uint40 previousBlock);
    /// @notice The document was reversed by another.
    /// @param whole Nothing of it is left.
    event InvoiceReversed(InvoiceId indexed invoice, InvoiceId indexed document, bool whole, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice A call names at least one document.
    error Empty();
    /// @notice The document breaks a rule of EN 16931 (its name in ASCII); `index` is that of the tax line, if it is about one.
    error ArithmeticInvalid(bytes16 rule, uint256 index);
    /// @notice A document has a kind, a currency, a number, a root, a time that has come, and a buyer.
    error InvoiceInvalid(InvoiceId invoice);
    /// @notice There is one payment for each draw, in ascending order, to the seller, in the document's currency.
    error DrawInvalid(InvoiceId invoice, uint256 index);
    /// @notice The very same document was issued before.
    error InvoiceExists(InvoiceId invoice);
    /// @notice The document has no state here, or the proof is not one.
    error InvoiceUnknown(InvoiceId invoice);
    /// @notice There is no such batch, it is cancelled, or documents of it have materialised.
    error BatchNotOpen(InvoiceId batch);
    /// @notice The caller is not an operator of the seller.
    error NotSeller(IdentityId seller, address caller);
    /// @notice The seller has used this serial.
    error SerialUsed(IdentityId issuer, uint64 serial);
    /// @notice A batch has a serial, a kind, a root, at most a million documents, and a total that fits.
    error BatchInvalid(uint64 serial, uint32 count, bytes32 root);
    /// @notice The operator's signature is not good.
    error OrderInvalid(address issuer);
    /// @notice The deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice The signature is not that of the payment's payer for this buyer.
    error RequestInvalid(PaymentId payment);
    /// @notice The payer has named the buyer already; or the document needs no request.
    error RequestNotNeeded(InvoiceId invoice);
    /// @notice The reversing document does not fit: another buyer, a tax line that the document does not have, or more than is
    /// left of it; or what would be left does not add up. `index` is that of the reversing document's line.
    error ReversalInvalid(InvoiceId invoice, uint256 index);
    /// @notice The document is a reversing one, or is wholly reversed.
    error InvoiceReversedBefore(InvoiceId invoice);

    // -------------------------------------------------------------------------------------------------------- issuing

    /// @notice Issue a document. By an operator of the seller, while the bureau's city may act.
    function issue(Terms calldata terms, Submission calldata submission) external returns (InvoiceId);

    /// @notice Issue many documents: by an operator of the seller; or by anyone, with an operator's order. Of one, a known document is
    /// refused; of many it is skipped.
    /// @param order All empty when the operator sends the transaction.
    /// @return issued How many were new.
    function issueMany(
        Terms calldata terms,
        Submission[] calldata submissions,
        Order calldata order
    ) external returns (uint256 issued);

    /// @notice Anchor many documents. By an operator of the seller, while the bureau's city may act.
    function anchor(Batch calldata batch) external returns (InvoiceId);

    /// @notice Cancel a batch of which no document has materialised, such as one with a wrong root: its payments are free, and its quota is
    /// given back; its numbers and serial stay used. By an operator of the seller.
    function cancel(IdentityId seller, uint64 serial) external;

    /// @notice Give a document of a batch its state, and name its buyer. By anyone who has it.
    /// @param proof Of the document.
    /// @param evidence The payment at its position, with the payer's request if a buyer is named.
    /// @param buyer See Content; zero to name nobody. If the document has its state already, the buyer is named then.
    function materialise(
        Invoice calldata invoice,
        bytes32[] calldata proof,
        Evidence calldata evidence,
        bytes32 buyer
    ) external returns (InvoiceId);

    // -------------------------------------------------------------------------------------------------------- for an InvoiceLedger

    /// @notice Reverse a document, or a part of it. By (network, REVERSING) with the role alone.
    /// @param reversing The reversing document: of the same terms and buyer, single, with `reverses` set; its lines and draws are
    /// what it takes off and gives back.
    /// @param by Who sent the act that confirms it.
    /// @return document The reversing document.
    /// @return whole Whether nothing is left.
    function reverse(
        Invoice calldata invoice,
        Content calldata reversing,
        address by
    ) external returns (InvoiceId document, bool whole);

    /// @notice Reverts unless `reversing` fits what is left of the document.
    /// @return document The reversing document.
    function checkReversal(
        Invoice calldata invoice,
        Content calldata reversing
    ) external view returns (InvoiceId document);

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice Who may issue.
    function taxpayers() external view returns (ITaxpayerRegistry);

    /// @notice What was paid.
    function payments() external view returns (IPaymentRegistry);

    /// @notice What a document is worth as a record; the same answer for a single one and one of a batch.
    /// @param proof If it is in a batch; else empty.
    function standingOf(
        Invoice calldata invoice,
        bytes32[] calldata proof
    ) external view returns (InvoiceStanding standing, InvoiceId id);

    /// @notice State of a document; all zero without one.
    function stateOf(InvoiceId invoice) external view returns (State memory);

    /// @notice State of a batch; all zero if there is none.
    function batchStateOf(InvoiceId batch) external view returns (BatchState memory);

    /// @notice The commitment of whom the payer of a document of a batch named, or the seller where no request is needed; else zero.
    function namedOf(InvoiceId invoice) external view returns (bytes32);

    /// @notice What was given back to a payment by documents that reverse this one.
    function givenBackOf(InvoiceId invoice, PaymentId payment) external view returns (uint128);

    /// @notice The EIP-712 domain separator, so that others compute ids.
    function domainSeparator() external view returns (bytes32);

    /// @notice What was reversed of a tax line.
    function reversedOf(InvoiceId invoice, uint256 line) external view returns (uint128 net, uint128 tax);

    /// @notice The id of a document: its EIP-712 digest.
    function idOf(Invoice calldata invoice) external view returns (InvoiceId);

    /// @notice The id of a batch: the EIP-712 digest of BatchKey(bytes32 seller,uint64 serial).
    function batchOf(IdentityId seller, uint64 serial) external view returns (InvoiceId);
}
