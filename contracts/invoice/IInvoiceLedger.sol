// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Content, Invoice} from "./Invoice.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {TaxPeriod} from "./TaxPeriod.sol";

/// @title Who holds a document, who booked it, and how it is reversed.
/// @notice Whoever holds the key that the document's buyer commits to signs, and anyone relays: to confirm, to hand the document on, to
/// book it, to propose a reversal and to answer one. A seller acts through its operators, with transactions.
///
/// Trust assumptions
/// - A seller reverses alone only what is neither confirmed nor booked.
/// - A tax bureau can end a booking made at it; and the bureau that admitted the seller can confirm a reversal after the other party
///   let one lapse. Neither can book.
interface IInvoiceLedger {
    /// @notice The one answer to "what is this document worth now?". The gravest counts.
    /// @param Unknown Never issued here; or anchored, and cannot be what the batch holds.
    /// @param Anchored In a batch; nothing has happened to it.
    /// @param Issued Neither confirmed nor booked.
    /// @param Confirmed Confirmed by its holder.
    /// @param Booked Booked for a tax period; see bookingOf.
    /// @param ReversalProposed A reversal is open, and booking waits.
    /// @param PaymentWithdrawn A payment was refunded; it must be reversed, and cannot be booked.
    /// @param Reversing A reversing document: it points to the one it reverses.
    /// @param Reversed Wholly reversed.
    /// @param ReversedAfterBooking Wholly reversed while it was booked.
    enum InvoiceStatus {
        Unknown,
        Anchored,
        Issued,
        Confirmed,
        Booked,
        ReversalProposed,
        PaymentWithdrawn,
        Reversing,
        Reversed,
        ReversedAfterBooking
    }

    /// @notice Who proposes a reversal, or answers.
    enum Side {
        Seller,
        Holder
    }

    /// @notice What happened to a document, one slot.
    /// @param confirmed Its holder confirmed it.
    /// @param booked It is booked, or was when it was wholly reversed.
    /// @param changes How often it changed here: what the next signed order binds.
    /// @param changedIn Block of its last event in this contract; 0 without one.
    struct State {
        bool confirmed;
        bool booked;
        uint32 changes;
        uint40 changedIn;
    }

    /// @notice A booking.
    /// @param city Whose tax bureau the holder books at.
    /// @param period The tax period.
    /// @param deductible Whether the holder deducts the tax.
    struct Booking {
        CityId city;
        TaxPeriod period;
        bool deductible;
    }

    /// @notice A holder's signature; all empty when the seller acts, through an operator that sends the transaction.
    /// @param signer The holder's key for this document.
    /// @param salt Opens the holder's commitment, with `title`.
    /// @param title See HolderCommitment.
    /// @param deadline Last moment to relay it, UTC seconds; part of what is signed.
    /// @param signature Over the order's EIP-712 digest, with the document's count of changes.
    struct Held {
        bytes signer;
        bytes32 salt;
        bytes32 title;
        uint40 deadline;
        bytes signature;
    }

    /// @notice The reversals of a document.
    /// @param document The reversing document that is proposed; zero if none is, and of no effect after 72 hours.
    /// @param proposedAt UTC seconds.
    /// @param side Who proposed it.
    /// @param sellerMayAt From when on the seller may propose again.
    /// @param holderMayAt The same of the holder.
    /// @param sellerLapsed A proposal of the seller was left unanswered, and the holder has not been heard of since: the bureau may confirm
    /// the next.
    /// @param holderLapsed The same of the holder's, and the seller.
    struct Reversal {
        InvoiceId document;
        uint40 proposedAt;
        Side side;
        uint40 sellerMayAt;
        uint40 holderMayAt;
        bool sellerLapsed;
        bool holderLapsed;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice The holder confirmed the document.
    event InvoiceConfirmed(InvoiceId indexed invoice, uint40 previousBlock);
    /// @notice The holder handed the document on.
    event InvoiceHandedOn(InvoiceId indexed invoice, bytes32 holder, uint40 previousBlock);
    /// @notice The holder booked the document.
    event InvoiceBooked(
        InvoiceId indexed invoice,
        CityId indexed city,
        TaxPeriod indexed period,
        bool deductible,
        uint40 previousBlock
    );
    /// @notice The booking was undone: by the holder (`by` is zero), or by the bureau.
    event InvoiceUnbooked(
        InvoiceId indexed invoice,
        CityId indexed city,
        TaxPeriod indexed period,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice A reversal was proposed. It is void after 72 hours.
    event ReversalProposed(
        InvoiceId indexed invoice,
        InvoiceId indexed document,
        Side side,
        Content content,
        uint40 previousBlock
    );
    /// @notice A reversal was confirmed: see the InvoiceReversed of the registry.
    /// @param transferOut The tax of it that who deducted it must transfer out.
    event ReversalConfirmed(
        InvoiceId indexed invoice,
        InvoiceId indexed document,
        bool whole,
        uint128 transferOut,
        address by,
        uint40 previousBlock
    );
    /// @notice A proposed reversal was rejected, or taken back by whom proposed it.
    event ReversalRejected(InvoiceId indexed invoice, InvoiceId indexed document, Side by, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The document has no state in the registry; one of a batch must materialise first.
    error InvoiceUnknown(InvoiceId invoice);
    /// @notice The deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice The payer has not named the buyer yet.
    error NotRequested(InvoiceId invoice);
    /// @notice The key does not open the document's present holder.
    error NotHolder(InvoiceId invoice);
    /// @notice The signature is not the signer's over this order.
    error SignatureInvalid(bytes signer);
    /// @notice The caller is not an operator of the seller.
    error NotSeller(IdentityId seller, address caller);
    /// @notice The document is not in a state for this act.
    error InvoiceNotReady(InvoiceId invoice, InvoiceStatus status);
    /// @notice A document is booked for the month it was issued in, or a later one.
    error PeriodBeforeIssue(InvoiceId invoice, TaxPeriod period);
    /// @notice The document is not booked.
    error NotBooked(InvoiceId invoice);
    /// @notice The booked period is closed: only the bureau undoes it.
    error BookingClosed(InvoiceId invoice, TaxPeriod period);
    /// @notice A reversal is open.
    error ReversalOpen(InvoiceId invoice);
    /// @notice No reversal is open, or another one.
    error ReversalNotOpen(InvoiceId invoice);
    /// @notice Whose proposal ended without effect waits.
    error ReversalTooEarly(InvoiceId invoice, uint40 mayAt);
    /// @notice Who proposed does not confirm.
    error OwnProposal(InvoiceId invoice);
    /// @notice The bureau confirms only after the other party let a proposal lapse.
    error NotLapsed(InvoiceId invoice);

    // -------------------------------------------------------------------------------------------------------- the holder

    /// @notice Confirm a document, which its seller then no longer reverses alone; handing it on and booking it confirm it too:
    /// ConfirmOrder(bytes32 invoice,uint32 changes,uint40 deadline).
    function confirm(Invoice calldata invoice, Held calldata held) external;

    /// @notice Hand a document on, while it is not booked and no reversal is open:
    /// HandOnOrder(bytes32 invoice,bytes32 holder,uint32 changes,uint40 deadline).
    /// @param holder The new holder's commitment, with a zero title; see HolderCommitment.
    function handOn(Invoice calldata invoice, bytes32 holder, Held calldata held) external;

    /// @notice Book a document:
    /// BookOrder(bytes32 invoice,uint32 city,uint24 period,bool deductible,uint32 changes,uint40 deadline).
    function book(Invoice calldata invoice, Booking calldata booking, Held calldata held) external;

    /// @notice Undo a booking, until its period is closed: UnbookOrder(bytes32 invoice,uint16 reason,uint32 changes,uint40 deadline).
    /// @param reason A code; src/invoice/reason.ts lists those in use.
    function unbook(Invoice calldata invoice, uint16 reason, Held calldata held) external;

    /// @notice Undo a booking. By the tax bureau it was made at, with the role alone.
    /// @param lineage Empty for the city's own bureau; see ICityAccessManager.hasStanding.
    function unbookByBureau(InvoiceId invoice, uint16 reason, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------- reversal

    /// @notice Reverse a document, or a part of it, alone. By an operator of the seller, while it is neither confirmed nor booked and no
    /// reversal is open.
    /// @param reversing See IInvoiceRegistry.reverse.
    function reverse(Invoice calldata invoice, Content calldata reversing) external returns (InvoiceId);

    /// @notice Propose a reversal: by the holder,
    /// ReversalProposal(bytes32 invoice,bytes32 reversing,uint32 changes,uint40 deadline), or by an operator of the seller.
    function proposeReversal(Invoice calldata invoice, Content calldata reversing, Held calldata held) external;

    /// @notice Confirm the open reversal, by the other side: the holder,
    /// ReversalAnswer(bytes32 invoice,bytes32 reversing,bool confirmed,uint32 changes,uint40 deadline), or an operator of the seller.
    function confirmReversal(
        Invoice calldata invoice,
        Content calldata reversing,
        Held calldata held
    ) external returns (InvoiceId);

    /// @notice Reject the open reversal, or take it back; who proposed it waits 72 hours. The seller rejects through any operator that the
    /// legal person names, also one that the bureau does not.
    function rejectReversal(Invoice calldata invoice, Held calldata held) external;

    /// @notice Confirm the open reversal for a party that vanished. By the bureau that admitted the seller, with the role alone, after
    /// that party let an earlier proposal lapse, and was not heard of since.
    function confirmReversalByBureau(
        Invoice calldata invoice,
        Content calldata reversing,
        CityId[] calldata lineage
    ) external returns (InvoiceId);

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice Where the documents are issued.
    function invoices() external view returns (IInvoiceRegistry);

    /// @notice What a document is worth now; the same answer for a single one and one of a batch.
    /// @param proof If it is in a batch; else empty.
    function statusOf(
        Invoice calldata invoice,
        bytes32[] calldata proof
    ) external view returns (InvoiceStatus status, InvoiceId id);

    /// @notice What happened to a document; all zero if nothing has.
    function stateOf(InvoiceId invoice) external view returns (State memory);

    /// @notice The booking of a document, if it is booked, and the tax to be transferred out since.
    function bookingOf(InvoiceId invoice) external view returns (Booking memory booking, uint128 transferOut);

    /// @notice The commitment of who holds a document that has a state; zero while the payer has not named anyone.
    function holderOf(Invoice calldata invoice) external view returns (bytes32);

    /// @notice The reversals of a document.
    function reversalOf(InvoiceId invoice) external view returns (Reversal memory);
}
