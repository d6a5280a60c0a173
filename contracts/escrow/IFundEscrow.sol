// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Works money of a project: it leaves only when what was agreed has happened.
/// @notice Everything here is in minor units of the project's currency. What is put in is split by the terms: wages first, to WageAccount.
/// A milestone's money is committed when it is requested, waits out the contest window after it was approved, and is then earned by the
/// companies, less retention; anyone pushes what a company has earned to its account. Each such payment is one that the company can invoice
/// (IPaymentSource).
///
/// Trust assumptions
/// - MilestoneRegistry, bound once, says what is committed and earned; see there whom that trusts.
/// - The city's court, (city, JUSTICE), can set a company's earnings aside, and hand them over after HAND_OVER_WAIT: never wages, never
///   the deposit, never what nobody has earned.
/// - The token: see IProjectRegistry. One that refuses an account stops the payments to that account only.
interface IFundEscrow {
    /// @notice The books of a project, in minor units. Always: funded + surplus + repaid == toWages + advanced + withheld + paid +
    /// handedOver + refunded + available + committed + credit + retained.
    /// @param funded Put in.
    /// @param surplus Back from WageAccount.
    /// @param repaid Works money that wages had drawn, paid back by anyone.
    /// @param toWages Wage shares of what was put in.
    /// @param advanced Works money drawn for wages.
    /// @param recovered What of that was made good: from the contractor's earnings, or repaid.
    /// @param withheld From companies' earnings, for wages and deposit.
    /// @param paid To companies.
    /// @param handedOver By courts.
    /// @param refunded To those who put it in.
    /// @param available Bucket: nobody has a claim on it yet.
    /// @param committed Bucket: for milestones that were requested.
    /// @param credit Bucket: earned, to be paid out.
    /// @param retained Bucket: earned, kept until retention is due.
    struct Books {
        uint128 funded;
        uint128 surplus;
        uint128 repaid;
        uint128 toWages;
        uint128 advanced;
        uint128 recovered;
        uint128 withheld;
        uint128 paid;
        uint128 handedOver;
        uint128 refunded;
        uint128 available;
        uint128 committed;
        uint128 credit;
        uint128 retained;
    }

    /// @notice The books of a company's seat, in minor units.
    /// @param earned Awarded, retention and what was withheld included.
    /// @param kept Ever retained.
    /// @param retained Bucket: retained now.
    /// @param credit Bucket: to be paid out.
    /// @param frozen How much a court has frozen of what is, or will be, to be paid out.
    /// @param paid Paid out.
    struct SeatBooks {
        uint128 earned;
        uint128 kept;
        uint128 retained;
        uint128 credit;
        uint128 frozen;
        uint128 paid;
    }

    /// @notice A court's order on a company's works money.
    /// @param amount What of it is in force, in minor units; 0 if none is.
    /// @param frozenAt UTC seconds.
    /// @param until When it ends, UTC seconds.
    struct Freeze {
        uint128 amount;
        uint40 frozenAt;
        uint40 until;
    }

    /// @notice What somebody put in.
    /// @param put How much.
    /// @param taken How much went back.
    /// @param settled Nothing more will come.
    /// @param to Where it goes back to; zero for the funder itself.
    struct Contribution {
        uint128 put;
        uint128 taken;
        bool settled;
        address to;
    }

    /// @notice A court's order that a lost funder's money goes back elsewhere.
    struct Redirection {
        address to;
        uint40 dueAt;
    }

    /// @notice Why money left.
    enum PaymentKind {
        Payout,
        HandOver,
        Refund
    }

    /// @notice A payment that was made.
    /// @param payee The company; zero for a refund.
    /// @param to The account.
    /// @param seat The company's seat.
    /// @param kind Why.
    /// @param amount In minor units.
    /// @param paidAt UTC seconds.
    struct PaymentRecord {
        IdentityId payee;
        address to;
        uint16 seat;
        PaymentKind kind;
        uint128 amount;
        uint40 paidAt;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice Money was put in.
    event ProjectFunded(ProjectId indexed project, address indexed funder, uint128 amount, uint40 previousBlock);
    /// @notice The share of wages was split off: `forWages` is sent to WageAccount, `drawn` had been drawn for wages before.
    event WageShareSplitOff(ProjectId indexed project, uint128 forWages, uint128 drawn, uint40 previousBlock);
    /// @notice Somebody paid works money back that wages had drawn.
    event AdvanceRepaid(ProjectId indexed project, address indexed by, uint128 amount, uint40 previousBlock);
    /// @notice Money is set apart for a milestone that was requested.
    event FundsCommitted(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice Money that was committed is available again.
    event FundsReleased(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice Of a milestone's money, `award` is earned by the companies; the rest is available again.
    event MilestoneEarned(
        ProjectId indexed project,
        uint16 indexed milestone,
        uint128 amount,
        uint128 award,
        uint40 previousBlock
    );
    /// @notice Part of a company's retention is available again, for defects.
    event RetentionForfeited(ProjectId indexed project, uint16 indexed seat, uint128 amount, uint40 previousBlock);
    /// @notice A company earned money.
    event Earned(
        ProjectId indexed project,
        uint16 indexed seat,
        uint128 amount,
        uint128 retained,
        uint40 previousBlock
    );
    /// @notice Of what companies were to get, so much goes to wages and deposit instead.
    event Withheld(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice Of what the contractor was to get, so much goes back for works money that wages had drawn.
    event AdvanceRecovered(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice A payment was made; its place in the project's list, and its identification as an IPaymentSource.
    event PaymentMade(
        ProjectId indexed project,
        uint256 indexed index,
        bytes32 indexed transactionId,
        PaymentRecord payment,
        uint40 previousBlock
    );
    /// @notice Works money was drawn for wages.
    event WagesAdvanced(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice Wages that nobody needed came back.
    event SurplusReturned(ProjectId indexed project, uint128 amount, uint40 previousBlock);
    /// @notice A company's retention is due.
    event RetentionReleased(ProjectId indexed project, uint16 indexed seat, uint128 amount, uint40 previousBlock);
    /// @notice A court froze a company's works money.
    event WorksFrozen(
        ProjectId indexed project,
        uint16 indexed seat,
        bytes32 indexed courtCase,
        uint128 amount,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice The freeze is over. `by` is zero if by time.
    event FreezeLifted(
        ProjectId indexed project,
        uint16 indexed seat,
        bytes32 indexed courtCase,
        address by,
        uint40 previousBlock
    );
    /// @notice A funder's money goes back to another account.
    event RefundRedirected(ProjectId indexed project, address indexed funder, address to, uint40 previousBlock);
    /// @notice A court proposes that a lost funder's money goes back to another account.
    event RedirectionProposed(
        ProjectId indexed project,
        address indexed funder,
        address to,
        uint40 dueAt,
        address by,
        uint40 previousBlock
    );
    /// @notice The funder vetoed it.
    event RedirectionVetoed(ProjectId indexed project, address indexed funder, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice Only the bound MilestoneRegistry.
    error NotMilestoneRegistry(address caller);
    /// @notice Only the bound WageAccount.
    error NotWageAccount(address caller);
    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, IProjectRegistry.ProjectStatus status);
    /// @notice The account may not fund the project.
    error NotFunder(ProjectId project, address account);
    /// @notice The amount is nothing, or more than this.
    error AmountInvalid(uint128 amount, uint128 limit);
    /// @notice Not enough money is available: the owner puts in more first.
    error FundsShort(ProjectId project, uint128 needed, uint128 available);
    /// @notice It can be done from then on.
    error NotYet(uint40 from);
    /// @notice It could be done until then.
    error TooLate(uint40 until);
    /// @notice The seat is not one that is paid.
    error SeatInvalid(ProjectId project, uint16 seat);
    /// @notice There is nothing to pay out that is not frozen.
    error NothingToPay(ProjectId project, uint16 seat);
    /// @notice A claim of defects is open on the seat's retention.
    error DefectNotReady(ProjectId project, uint16 seat, uint40 until);
    /// @notice There is such a freeze already, or none.
    error FreezeNotReady(ProjectId project, uint16 seat, bytes32 courtCase);
    /// @notice The freeze is longer than MAX_FREEZE, or over.
    error FreezePeriodInvalid(uint40 until);
    /// @notice Nothing goes back before the project has ended, and its wages are closed out and covered, or a year has passed since.
    error WagesOpen(ProjectId project);
    /// @notice The account is none.
    error AccountInvalid(ProjectId project, address account);

    // -------------------------------------------------------------------------------------------------------------- money in

    /// @notice Split off what wages are due by the terms and did not get yet, after a change of the terms, as far as money is available. By
    /// anyone, while the project is open.
    function feedWages(ProjectId project) external;

    /// @notice Pay works money back that wages have drawn, so that the last milestones can be requested. By anyone, while the project is
    /// open: it is the contractor's debt.
    function repayAdvance(ProjectId project, uint128 amount) external;

    /// @notice Put money into a project, which must have been approved to this contract. By any account that may fund it, up to the budget.
    function fund(ProjectId project, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- companies

    /// @notice Pay what a company has earned, and no court has frozen, to its account; of the contractor's, less what it owes. By anyone.
    /// @return transactionId Of the payment, for PaymentRegistry.count; zero if all of it was owed.
    function payOut(ProjectId project, uint16 seat) external returns (bytes32 transactionId);

    /// @notice Make a company's retention payable, once it is due and no claim of defects is open. By anyone.
    function releaseRetention(ProjectId project, uint16 seat) external;

    // -------------------------------------------------------------------------------------------------------------- courts

    /// @notice Freeze what a company has earned or will earn, up to an amount. By (city, JUSTICE), or that of the city that acts for it.
    /// @param courtCase Salted hash of the case.
    function freeze(
        ProjectId project,
        uint16 seat,
        uint128 amount,
        uint40 until,
        bytes32 courtCase,
        CityId[] calldata lineage
    ) external;

    /// @notice End a freeze. By the court; by anyone, once its time is over.
    function liftFreeze(ProjectId project, uint16 seat, bytes32 courtCase, CityId[] calldata lineage) external;

    /// @notice Hand frozen money over, from HAND_OVER_WAIT after the freeze on. By the court.
    function handOver(
        ProjectId project,
        uint16 seat,
        bytes32 courtCase,
        uint128 amount,
        address to,
        CityId[] calldata lineage
    ) external returns (bytes32 transactionId);

    // -------------------------------------------------------------------------------------------------------------- what is left

    /// @notice Give a funder back its part of what is left, once the project has ended, and its wages are closed out and covered, or
    /// a year after its end; may be repeated as more comes back. By anyone, to the account that the funder, or a court, named.
    function refund(ProjectId project, address funder) external;

    /// @notice Have one's own part go back to another account. By the funder.
    function redirectRefund(ProjectId project, address to) external;

    /// @notice Have a lost funder's part go back to another account, after REDIRECTION_WAIT. By the court.
    function proposeRedirection(ProjectId project, address funder, address to, CityId[] calldata lineage) external;

    /// @notice Veto that. By the funder.
    function vetoRedirection(ProjectId project) external;

    /// @notice Put it into force. By anyone.
    function completeRedirection(ProjectId project, address funder) external;

    // ------------------------------------------------------------------------------------------------- for the MilestoneRegistry

    /// @notice Set money apart for a milestone. By the MilestoneRegistry.
    function commit(ProjectId project, uint128 amount) external;

    /// @notice Make money that was committed available again. By the MilestoneRegistry.
    function release(ProjectId project, uint128 amount) external;

    /// @notice Give the companies, by their shares, `award` of the milestone's committed `amount`. By the MilestoneRegistry.
    function earn(ProjectId project, uint16 milestone, uint128 amount, uint128 award) external;

    /// @notice Make part of a company's retention available again. By the MilestoneRegistry.
    function forfeit(ProjectId project, uint16 seat, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- for the WageAccount

    /// @notice Send works money that is not committed for wages, as much as there is up to `amount`. By the WageAccount.
    /// @return given How much was sent.
    function advance(ProjectId project, uint128 amount) external returns (uint128 given);

    /// @notice Book wages that nobody needed, which the WageAccount has just sent. By the WageAccount.
    function returnSurplus(ProjectId project, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The contractor's last payment: when it was made, and its identification; zero if there was none.
    function lastPayout(ProjectId project) external view returns (uint40 paidAt, bytes32 transactionId);

    /// @notice The books of a project.
    function booksOf(ProjectId project) external view returns (Books memory);

    /// @notice What of works money nobody has a claim on yet.
    function availableOf(ProjectId project) external view returns (uint128);

    /// @notice The books of a seat.
    function seatBooksOf(ProjectId project, uint16 seat) external view returns (SeatBooks memory);

    /// @notice A court's freeze.
    function freezeOf(ProjectId project, uint16 seat, bytes32 courtCase) external view returns (Freeze memory);

    /// @notice What a funder put in.
    function contributionOf(ProjectId project, address funder) external view returns (Contribution memory);

    /// @notice A redirection that waits.
    function redirectionOf(ProjectId project, address funder) external view returns (Redirection memory);

    /// @notice What a funder could take back now.
    function refundableOf(ProjectId project, address funder) external view returns (uint128);

    /// @notice The payments of a project by page, oldest first.
    function paymentsOf(
        ProjectId project,
        uint256 start,
        uint256 count
    ) external view returns (PaymentRecord[] memory page);

    /// @notice How many payments a project has made.
    function paymentCount(ProjectId project) external view returns (uint256);

    /// @notice The identification of a project's payment as an IPaymentSource.
    function transactionIdOf(ProjectId project, uint256 index) external view returns (bytes32);

    /// @notice Block of the project's last event here.
    function changedIn(ProjectId project) external view returns (uint40);
}
