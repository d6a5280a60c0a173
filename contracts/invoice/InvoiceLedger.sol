// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {TAX} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {IInvoiceLedger} from "./IInvoiceLedger.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Invoice} from "./Invoice.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {InvoiceProposals} from "./InvoiceProposals.sol";

/// @title InvoiceLedger
/// @notice Who holds a document, who booked it, and how it is reversed.
/// @dev
/// ```
///            confirm                book
///   Issued ───────────► Confirmed ◄───────► Booked       book, handOn: from Issued too; whoever does either has confirmed it
///                                  unbook                 handOn: while not booked
///                                                         reversal: see InvoiceProposals; wholly reversed is the end
/// ```
contract InvoiceLedger is InvoiceProposals {
    bytes32 private constant CONFIRM_TYPEHASH = keccak256(
        "ConfirmOrder(bytes32 invoice,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant HAND_ON_TYPEHASH = keccak256(
        "HandOnOrder(bytes32 invoice,bytes32 holder,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant BOOK_TYPEHASH = keccak256(
        "BookOrder(bytes32 invoice,uint32 city,uint24 period,bool deductible,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant UNBOOK_TYPEHASH = keccak256(
        "UnbookOrder(bytes32 invoice,uint16 reason,uint32 changes,uint40 deadline)"
    );

    constructor(
        ICityAccessManager manager_,
        IInvoiceRegistry invoices_
    ) CityManaged(manager_) InvoiceProposals(invoices_) {}

    // -------------------------------------------------------------------------------------------------------- the holder

    /// @inheritdoc IInvoiceLedger
    function confirm(Invoice calldata invoice, Held calldata held) external {
        (InvoiceId id, State memory state) = _live(invoice);
        require(!state.confirmed, InvoiceNotReady(id, InvoiceStatus.Confirmed));
        _checkHolder(invoice, id, held, abi.encode(CONFIRM_TYPEHASH, id, state.changes, held.deadline));
        _hear(id, Side.Holder);
        state.confirmed = true;
        emit InvoiceConfirmed(id, _touch(id, state));
    }

    /// @inheritdoc IInvoiceLedger
    function handOn(Invoice calldata invoice, bytes32 holder, Held calldata held) external {
        manager.checkOpen(NETWORK);
        (InvoiceId id, State memory state) = _unbooked(invoice);
        _checkHolder(invoice, id, held, abi.encode(HAND_ON_TYPEHASH, id, holder, state.changes, held.deadline));
        require(holder != 0, NotHolder(id));
        _hear(id, Side.Holder);
        _handedOn[id] = holder;
        state.confirmed = true;
        emit InvoiceHandedOn(id, holder, _touch(id, state));
    }

    /// @inheritdoc IInvoiceLedger
    function book(Invoice calldata invoice, Booking calldata booking, Held calldata held) external {
        (InvoiceId id, State memory state) = _unbooked(invoice);
        manager.checkOpen(booking.city);
        _taxpayers.checkBookable(booking.city, booking.period);
        require(!(booking.period < invoices.stateOf(id).period), PeriodBeforeIssue(id, booking.period));
        bool withdrawn = _recordOf(invoice) == IInvoiceRegistry.InvoiceStanding.PaymentWithdrawn;
        require(!withdrawn, InvoiceNotReady(id, InvoiceStatus.PaymentWithdrawn));
        _checkHolder(invoice, id, held, abi.encode(BOOK_TYPEHASH, id, booking, state.changes, held.deadline));
        _hear(id, Side.Holder);
        (state.booked, state.confirmed) = (true, true);
        _bookings[id] = booking;
        emit InvoiceBooked(id, booking.city, booking.period, booking.deductible, _touch(id, state));
    }

    /// @inheritdoc IInvoiceLedger
    function unbook(Invoice calldata invoice, uint16 reason, Held calldata held) external {
        (InvoiceId id, State memory state) = _live(invoice);
        Booking memory booking = _bookings[id];
        require(state.booked, NotBooked(id));
        require(!_taxpayers.isClosed(booking.city, booking.period), BookingClosed(id, booking.period));
        _checkHolder(invoice, id, held, abi.encode(UNBOOK_TYPEHASH, id, reason, state.changes, held.deadline));
        _hear(id, Side.Holder);
        _unbook(id, state, booking, reason, address(0));
    }

    /// @inheritdoc IInvoiceLedger
    function unbookByBureau(InvoiceId id, uint16 reason, CityId[] calldata lineage) external {
        State memory state = _states[id];
        require(state.booked && !invoices.stateOf(id).reversed, NotBooked(id));
        Booking memory booking = _bookings[id];
        _checkStanding(booking.city, TAX, lineage);
        _unbook(id, state, booking, reason, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IInvoiceLedger
    function statusOf(
        Invoice calldata invoice,
        bytes32[] calldata proof
    ) external view returns (InvoiceStatus status, InvoiceId id) {
        IInvoiceRegistry.InvoiceStanding standing;
        (standing, id) = invoices.standingOf(invoice, proof);
        State memory state = _states[id];
        if (standing == IInvoiceRegistry.InvoiceStanding.Unknown) status = InvoiceStatus.Unknown;
        else if (standing == IInvoiceRegistry.InvoiceStanding.Anchored) status = InvoiceStatus.Anchored;
        else if (standing == IInvoiceRegistry.InvoiceStanding.Reversing) status = InvoiceStatus.Reversing;
        else if (standing == IInvoiceRegistry.InvoiceStanding.Reversed) {
            status = state.booked ? InvoiceStatus.ReversedAfterBooking : InvoiceStatus.Reversed;
        } else if (standing == IInvoiceRegistry.InvoiceStanding.PaymentWithdrawn) {
            status = InvoiceStatus.PaymentWithdrawn;
        } else if (_isOpen(_reversals[id])) status = InvoiceStatus.ReversalProposed;
        else if (state.booked) status = InvoiceStatus.Booked;
        else status = state.confirmed ? InvoiceStatus.Confirmed : InvoiceStatus.Issued;
    }

    /// @inheritdoc IInvoiceLedger
    function stateOf(InvoiceId id) external view returns (State memory) {
        return _states[id];
    }

    /// @inheritdoc IInvoiceLedger
    function bookingOf(InvoiceId id) external view returns (Booking memory booking, uint128 transferOut) {
        return (_bookings[id], _transfersOut[id]);
    }

    /// @inheritdoc IInvoiceLedger
    function holderOf(Invoice calldata invoice) external view returns (bytes32) {
        return _holderOf(invoice, _idOf(invoice));
    }

    /// @inheritdoc IInvoiceLedger
    function reversalOf(InvoiceId id) external view returns (Reversal memory) {
        return _reversals[id];
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _unbooked(Invoice calldata invoice) private view returns (InvoiceId id, State memory state) {
        (id, state) = _live(invoice);
        require(!state.booked, InvoiceNotReady(id, InvoiceStatus.Booked));
        require(!_isOpen(_reversals[id]), ReversalOpen(id));
    }

    function _recordOf(Invoice calldata invoice) private view returns (IInvoiceRegistry.InvoiceStanding standing) {
        // slither-disable-next-line unused-return
        (standing, ) = invoices.standingOf(invoice, new bytes32[](0));
    }

    function _unbook(InvoiceId id, State memory state, Booking memory booking, uint16 reason, address by) private {
        state.booked = false;
        delete _bookings[id];
        delete _transfersOut[id];
        emit InvoiceUnbooked(id, booking.city, booking.period, reason, by, _touch(id, state));
    }
}
