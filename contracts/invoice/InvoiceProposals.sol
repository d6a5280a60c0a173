// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {CityId} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {holderCommitment} from "./HolderCommitment.sol";
import {IInvoiceLedger} from "./IInvoiceLedger.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Content, Invoice, InvoiceHash} from "./Invoice.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {bureauOf} from "./InvoiceKind.sol";
import {ITaxpayerRegistry} from "./ITaxpayerRegistry.sol";

/// @title How the reversal of a document is agreed.
/// @notice The part of InvoiceLedger that checks who acts, and keeps proposals.
/// @dev
/// ```
///            propose                        confirm, by the other side
///  (none) ──────────────► open (72 hours) ─────────────────────────────► the registry reverses it, in part or wholly
///     ▲                       │     │      by the bureau, after a lapse
///     │   72 hours later      │     └── reject, or take back
///     └───────────────────────┴──────── lapse
///
///   The seller alone, without a proposal: while neither confirmed nor booked.
/// ```
abstract contract InvoiceProposals is CityManaged, EIP712, IInvoiceLedger {
    using Signer for bytes;

    /// @notice How long a proposed reversal can be confirmed, and how long who let one end without effect waits, in seconds.
    uint40 public constant REVERSAL_PERIOD = 72 hours;

    bytes32 private constant PROPOSAL_TYPEHASH = keccak256(
        "ReversalProposal(bytes32 invoice,bytes32 reversing,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant ANSWER_TYPEHASH = keccak256(
        "ReversalAnswer(bytes32 invoice,bytes32 reversing,bool confirmed,uint32 changes,uint40 deadline)"
    );

    /// @inheritdoc IInvoiceLedger
    IInvoiceRegistry public immutable invoices;
    ITaxpayerRegistry internal immutable _taxpayers;
    IIdentityRegistry private immutable _identities;
    bytes32 private immutable _invoiceDomain;

    mapping(InvoiceId invoice => State) internal _states;
    mapping(InvoiceId invoice => bytes32) internal _handedOn;
    mapping(InvoiceId invoice => Booking) internal _bookings;
    mapping(InvoiceId invoice => uint128) internal _transfersOut;
    mapping(InvoiceId invoice => Reversal) internal _reversals;

    constructor(IInvoiceRegistry invoices_) EIP712("Civitas InvoiceLedger", "1") {
        invoices = invoices_;
        _taxpayers = invoices_.taxpayers();
        _identities = _taxpayers.identities();
        _invoiceDomain = invoices_.domainSeparator();
    }

    // -------------------------------------------------------------------------------------------------------- reversal

    /// @inheritdoc IInvoiceLedger
    function reverse(Invoice calldata invoice, Content calldata reversing) external returns (InvoiceId document) {
        (InvoiceId id, State memory state) = _live(invoice);
        require(!_isOpen(_reversals[id]), ReversalOpen(id));
        require(!state.booked, InvoiceNotReady(id, InvoiceStatus.Booked));
        require(!state.confirmed, InvoiceNotReady(id, InvoiceStatus.Confirmed));
        _checkSeller(invoice);
        _hear(id, Side.Seller);
        return _reverse(invoice, id, state, reversing);
    }

    /// @inheritdoc IInvoiceLedger
    function proposeReversal(Invoice calldata invoice, Content calldata reversing, Held calldata held) external {
        (InvoiceId id, State memory state) = _live(invoice);
        require(!_isOpen(_reversals[id]), ReversalOpen(id));
        InvoiceId document = invoices.checkReversal(invoice, reversing);
        bytes memory order = abi.encode(PROPOSAL_TYPEHASH, id, document, state.changes, held.deadline);
        Side side = _checkSide(invoice, id, held, order);
        Reversal memory reversal = _hear(id, side);
        uint40 mayAt = side == Side.Seller ? reversal.sellerMayAt : reversal.holderMayAt;
        require(block.timestamp >= mayAt, ReversalTooEarly(id, mayAt));
        (reversal.document, reversal.proposedAt, reversal.side) = (document, uint40(block.timestamp), side);
        _reversals[id] = reversal;
        emit ReversalProposed(id, document, side, reversing, _touch(id, state));
    }

    /// @inheritdoc IInvoiceLedger
    function confirmReversal(
        Invoice calldata invoice,
        Content calldata reversing,
        Held calldata held
    ) external returns (InvoiceId document) {
        (InvoiceId id, State memory state) = _live(invoice);
        Reversal memory reversal = _open(invoice, id, reversing);
        document = reversal.document;
        bytes memory order = abi.encode(ANSWER_TYPEHASH, id, document, true, state.changes, held.deadline);
        require(_checkSide(invoice, id, held, order) != reversal.side, OwnProposal(id));
        _reverse(invoice, id, state, reversing);
    }

    /// @inheritdoc IInvoiceLedger
    function rejectReversal(Invoice calldata invoice, Held calldata held) external {
        (InvoiceId id, State memory state) = _live(invoice);
        Reversal memory reversal = _reversals[id];
        require(_isOpen(reversal), ReversalNotOpen(id));
        InvoiceId document = reversal.document;
        bytes memory order = abi.encode(ANSWER_TYPEHASH, id, document, false, state.changes, held.deadline);
        Side by = Side.Seller;
        if (held.signer.length != 0 || !_identities.isOperator(invoice.terms.seller, msg.sender)) {
            by = _checkSide(invoice, id, held, order);
        }
        reversal = _hear(id, by);
        _end(reversal, uint40(block.timestamp), false);
        _reversals[id] = reversal;
        emit ReversalRejected(id, document, by, _touch(id, state));
    }

    /// @inheritdoc IInvoiceLedger
    function confirmReversalByBureau(
        Invoice calldata invoice,
        Content calldata reversing,
        CityId[] calldata lineage
    ) external returns (InvoiceId document) {
        (InvoiceId id, State memory state) = _live(invoice);
        Reversal memory reversal = _open(invoice, id, reversing);
        _checkStanding(invoices.stateOf(id).city, bureauOf(invoice.terms.kind), lineage);
        require(reversal.side == Side.Seller ? reversal.sellerLapsed : reversal.holderLapsed, NotLapsed(id));
        return _reverse(invoice, id, state, reversing);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev A proposal ended without effect: who made it waits.
    function _end(Reversal memory reversal, uint40 time, bool lapsed) private pure {
        reversal.document = InvoiceId.wrap(0);
        if (reversal.side == Side.Seller) {
            reversal.sellerMayAt = time + REVERSAL_PERIOD;
            if (lapsed) reversal.sellerLapsed = true;
        } else {
            reversal.holderMayAt = time + REVERSAL_PERIOD;
            if (lapsed) reversal.holderLapsed = true;
        }
    }

    /// @notice A side acts, so it has not vanished; and a proposal that nobody answered in time has ended.
    function _hear(InvoiceId id, Side side) internal returns (Reversal memory reversal) {
        reversal = _reversals[id];
        if (InvoiceId.unwrap(reversal.document) != 0 && !_isOpen(reversal)) {
            _end(reversal, reversal.proposedAt + REVERSAL_PERIOD, true);
        }
        if (side == Side.Holder) reversal.sellerLapsed = false;
        else reversal.holderLapsed = false;
        _reversals[id] = reversal;
    }

    function _isOpen(Reversal memory reversal) internal view returns (bool) {
        return InvoiceId.unwrap(reversal.document) != 0 && block.timestamp <= reversal.proposedAt + REVERSAL_PERIOD;
    }

    /// @notice The open reversal, which is by this document.
    function _open(
        Invoice calldata invoice,
        InvoiceId id,
        Content calldata reversing
    ) private view returns (Reversal memory reversal) {
        reversal = _reversals[id];
        InvoiceId document = _idOf(InvoiceHash.hash(InvoiceHash.hash(invoice.terms), 0, 0, id, reversing));
        require(_isOpen(reversal) && reversal.document == document, ReversalNotOpen(id));
    }

    function _reverse(
        Invoice calldata invoice,
        InvoiceId id,
        State memory state,
        Content calldata reversing
    ) private returns (InvoiceId document) {
        Reversal storage reversal = _reversals[id];
        (reversal.document, reversal.sellerLapsed, reversal.holderLapsed) = (InvoiceId.wrap(0), false, false);
        uint128 transferOut = state.booked && _bookings[id].deductible ? reversing.tax : 0;
        _transfersOut[id] += transferOut;
        uint40 previousBlock = _touch(id, state);
        bool whole;
        (document, whole) = invoices.reverse(invoice, reversing, msg.sender);
        emit ReversalConfirmed(id, document, whole, transferOut, msg.sender, previousBlock);
    }

    function _idOf(Invoice calldata invoice) internal view returns (InvoiceId) {
        return
            _idOf(
                InvoiceHash.hash(
                    InvoiceHash.hash(invoice.terms),
                    invoice.serial,
                    invoice.position,
                    invoice.reverses,
                    invoice.content
                )
            );
    }

    function _idOf(bytes32 structHash) private view returns (InvoiceId) {
        return InvoiceId.wrap(MessageHashUtils.toTypedDataHash(_invoiceDomain, structHash));
    }

    /// @notice A document that acts change: neither reversing nor wholly reversed.
    function _live(Invoice calldata invoice) internal view returns (InvoiceId id, State memory state) {
        id = _idOf(invoice);
        IInvoiceRegistry.State memory record = invoices.stateOf(id);
        require(record.issuedAt != 0, InvoiceUnknown(id));
        require(!record.reversing, InvoiceNotReady(id, InvoiceStatus.Reversing));
        require(!record.reversed, InvoiceNotReady(id, InvoiceStatus.Reversed));
        state = _states[id];
    }

    /// @notice Who holds the document: to whom it was handed on, or whom the payer named, or the buyer. In a batch, that is
    /// noted when the payer names it or, without a payer's key, when it materialises.
    function _holderOf(Invoice calldata invoice, InvoiceId id) internal view returns (bytes32 holder) {
        holder = _handedOn[id];
        if (holder == 0) holder = invoice.serial == 0 ? invoice.content.buyer : invoices.namedOf(id);
    }

    /// @dev `encoded`: the order's type hash and members, with count of changes and deadline at the end.
    function _checkHolder(
        Invoice calldata invoice,
        InvoiceId id,
        Held calldata held,
        bytes memory encoded
    ) internal view {
        require(block.timestamp <= held.deadline, OrderExpired(held.deadline));
        bytes32 holder = _holderOf(invoice, id);
        require(holder != 0, NotRequested(id));
        // slither-disable-next-line incorrect-equality
        require(holderCommitment(held.salt, held.signer, held.title) == holder, NotHolder(id));
        bytes32 digest = _hashTypedDataV4(keccak256(encoded));
        require(held.signer.isValid(digest, held.signature), SignatureInvalid(held.signer));
    }

    /// @notice Who acts: the holder with a signature, or the seller with a transaction.
    function _checkSide(
        Invoice calldata invoice,
        InvoiceId id,
        Held calldata held,
        bytes memory encoded
    ) private view returns (Side) {
        if (held.signer.length == 0) {
            _checkSeller(invoice);
            return Side.Seller;
        }
        _checkHolder(invoice, id, held, encoded);
        return Side.Holder;
    }

    function _checkSeller(Invoice calldata invoice) private view {
        IdentityId seller = invoice.terms.seller;
        require(_taxpayers.isOperator(seller, bureauOf(invoice.terms.kind), msg.sender), NotSeller(seller, msg.sender));
    }

    /// @dev What is here changed; the previous event was in the block returned.
    function _touch(InvoiceId id, State memory state) internal returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _states[id] = state;
    }
}
