// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Page} from "../common/Page.sol";
import {IPaymentSource} from "../invoice/IPaymentSource.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {CONTRACTOR, FIRST_SUBCONTRACTOR, WHOLE} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {TokenVault} from "./TokenVault.sol";

/// @title The books of works money.
/// @notice The part of FundEscrow that keeps, reads and pays. Each function that moves money leaves the books adding up: see Books.
abstract contract FundStore is TokenVault, IFundEscrow, IPaymentSource {
    bytes32 private constant TRANSACTION_TYPEHASH = keccak256("Transaction(bytes32 project,uint256 index)");

    /// @dev Where a payment stands in the lists.
    struct Place {
        ProjectId project;
        uint256 index;
    }

    // slither-disable-start uninitialized-state
    mapping(ProjectId project => Books) internal _books;
    mapping(ProjectId project => mapping(uint16 seat => SeatBooks)) internal _seats;
    mapping(ProjectId project => mapping(address funder => Contribution)) internal _contributions;
    mapping(ProjectId project => PaymentRecord[]) internal _payments;
    mapping(bytes32 transactionId => Place) private _places;
    /// @dev One more than the place of the contractor's last payment.
    mapping(ProjectId project => uint256) internal _payouts;
    // slither-disable-end uninitialized-state

    /// @inheritdoc IFundEscrow
    mapping(ProjectId project => uint40) public changedIn;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IFundEscrow
    function booksOf(ProjectId project) external view returns (Books memory) {
        return _books[project];
    }

    /// @inheritdoc IFundEscrow
    function availableOf(ProjectId project) external view returns (uint128) {
        return _books[project].available;
    }

    /// @inheritdoc IFundEscrow
    function seatBooksOf(ProjectId project, uint16 seat) external view returns (SeatBooks memory) {
        return _seats[project][seat];
    }

    /// @inheritdoc IFundEscrow
    function contributionOf(ProjectId project, address funder) external view returns (Contribution memory) {
        return _contributions[project][funder];
    }

    /// @inheritdoc IFundEscrow
    function paymentsOf(
        ProjectId project,
        uint256 start,
        uint256 count
    ) external view returns (PaymentRecord[] memory page) {
        PaymentRecord[] storage all = _payments[project];
        page = new PaymentRecord[](Page.length(all.length, start, count));
        for (uint256 i = 0; i < page.length; ++i) page[i] = all[start + i];
    }

    /// @inheritdoc IFundEscrow
    function paymentCount(ProjectId project) external view returns (uint256) {
        return _payments[project].length;
    }

    /// @inheritdoc IFundEscrow
    function lastPayout(ProjectId project) external view returns (uint40 paidAt, bytes32 transactionId) {
        uint256 next = _payouts[project];
        if (next != 0) return (_payments[project][next - 1].paidAt, transactionIdOf(project, next - 1));
    }

    /// @inheritdoc IFundEscrow
    function transactionIdOf(ProjectId project, uint256 index) public pure returns (bytes32) {
        return keccak256(abi.encode(TRANSACTION_TYPEHASH, project, index));
    }

    /// @inheritdoc IPaymentSource
    function paymentOf(bytes32 transactionId) external view returns (PaymentFacts memory facts) {
        Place memory place = _places[transactionId];
        if (ProjectId.unwrap(place.project) == 0) return facts;
        PaymentRecord memory payment = _payments[place.project][place.index];
        if (payment.kind == PaymentKind.Refund) return facts;
        (facts.payee, facts.from, facts.order) = (payment.payee, address(this), transactionId);
        (facts.amount, facts.paidAt) = (payment.amount, payment.paidAt);
        facts.currency = projects.projectOf(place.project).currency;
    }

    // -------------------------------------------------------------------------------------------------------- earning

    /// @notice A milestone's award is earned. Wages that are owed come first; then subcontractors earn their shares, rounded down, and the
    /// contractor the rest.
    /// @return forWages How much of it is to be sent to WageAccount.
    function _distribute(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint16 milestone,
        uint128 award
    ) internal returns (uint128 forWages) {
        (uint16[] memory seats, uint16[] memory shares) = projects.sharesOf(project, milestone);
        if (seats.length != 0) (award, forWages) = _withhold(project, award, _wages().uncoveredOf(project));
        uint128 left = award;
        for (uint256 i = 0; i < seats.length; ++i) {
            uint128 part = _partOf(award, shares[i]);
            left -= part;
            // slither-disable-next-line unused-return
            _earn(project, p, seats[i], part, 0);
        }
        forWages += _earn(project, p, CONTRACTOR, left, forWages);
    }

    /// @notice A company earned money. Retention is of all it ever earned, so that parts of a fen are never lost or made.
    /// @param withheld What of the debt for wages is on its way there.
    /// @return forWages How much of it is to be sent to WageAccount.
    function _earn(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint16 seat,
        uint128 amount,
        uint128 withheld
    ) private returns (uint128 forWages) {
        SeatBooks storage books = _seats[project][seat];
        uint128 kept = 0;
        books.earned += amount;
        if (block.timestamp < p.retentionUntil) {
            uint128 target = _partOf(books.earned, p.retention);
            kept = _min(target - books.kept, amount);
            books.kept += kept;
            books.retained += kept;
            _books[project].retained += kept;
        }
        emit Earned(project, seat, amount, kept, _touch(project));
        return _credit(project, seat, amount - kept, withheld);
    }

    /// @notice Money is payable to a company.
    /// @return forWages How much of it is to be sent to WageAccount.
    function _credit(
        ProjectId project,
        uint16 seat,
        uint128 amount,
        uint128 withheld
    ) internal returns (uint128 forWages) {
        if (seat == CONTRACTOR) (amount, forWages) = _charge(project, amount, withheld);
        _seats[project][seat].credit += amount;
        _books[project].credit += amount;
    }

    /// @notice Of what the contractor is to get, what it owes for wages goes there, and what wages drew of the works money goes back.
    /// @return left What it gets.
    /// @return forWages How much is to be sent to WageAccount.
    function _charge(
        ProjectId project,
        uint128 amount,
        uint128 withheld
    ) internal returns (uint128 left, uint128 forWages) {
        Books storage books = _books[project];
        (left, forWages) = _withhold(project, amount, _wages().owedOf(project) - withheld);
        uint128 recovered = _min(left, books.advanced - books.recovered);
        if (recovered == 0) return (left, forWages);
        books.recovered += recovered;
        books.available += recovered;
        emit AdvanceRecovered(project, recovered, _touch(project));
        return (left - recovered, forWages);
    }

    function _withhold(
        ProjectId project,
        uint128 amount,
        uint128 owed
    ) private returns (uint128 left, uint128 withheld) {
        withheld = _min(amount, owed);
        if (withheld == 0) return (amount, 0);
        _books[project].withheld += withheld;
        emit Withheld(project, withheld, _touch(project));
        return (amount - withheld, withheld);
    }

    // -------------------------------------------------------------------------------------------------------- paying

    /// @dev After the books: wages are sent to the contract that keeps them.
    function _sendToWages(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint128 amount,
        IWageAccount.Inflow inflow
    ) internal {
        if (amount == 0) return;
        IWageAccount wages = _wages();
        _push(p.token, address(wages), uint256(amount) * p.unit);
        wages.receiveFunds(project, amount, inflow);
    }

    /// @dev After the books: a payment is recorded and made.
    function _pay(
        ProjectId project,
        IProjectRegistry.Project memory p,
        PaymentRecord memory payment
    ) internal returns (bytes32 transactionId) {
        uint256 index = _payments[project].length;
        transactionId = transactionIdOf(project, index);
        payment.paidAt = uint40(block.timestamp);
        _payments[project].push(payment);
        _places[transactionId] = Place(project, index);
        emit PaymentMade(project, index, transactionId, payment, _touch(project));
        _push(p.token, payment.to, uint256(payment.amount) * p.unit);
    }

    // -------------------------------------------------------------------------------------------------------- checks

    function _wages() internal view returns (IWageAccount) {
        return IWageAccount(projects.wages());
    }

    /// @dev Contractor, or a subcontractor.
    function _checkCompany(ProjectId project, IProjectRegistry.Project memory p, uint16 seat) internal pure {
        require(seat == CONTRACTOR || (seat >= FIRST_SUBCONTRACTOR && seat < p.seats), SeatInvalid(project, seat));
    }

    function _checkAmount(uint128 amount, uint128 limit) internal pure {
        require(amount != 0 && amount <= limit, AmountInvalid(amount, limit));
    }

    function _checkFrom(uint256 from) internal view {
        require(block.timestamp >= from, NotYet(uint40(from)));
    }

    function _checkUntil(uint256 until) internal view {
        require(block.timestamp <= until, TooLate(uint40(until)));
    }

    /// @dev The project changed; its previous event here was in the block returned.
    function _touch(ProjectId project) internal returns (uint40 previousBlock) {
        previousBlock = changedIn[project];
        changedIn[project] = uint40(block.number);
    }

    /// @dev Rounded down.
    function _partOf(uint128 amount, uint256 share) internal pure returns (uint128) {
        return uint128((uint256(amount) * share) / WHOLE);
    }

    function _min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }
}
