// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {SchemaId} from "../identity/SchemaId.sol";
import {Amendment, Subcontract, Terms} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title What was agreed about a project, and by whom: no money is here.
/// @notice Owner, contractor and supervisor sign the terms; FundEscrow and WageAccount keep the money under them. The terms are stored, as
/// every act on the money asks for them, for years, and whoever calls may have lost the paper.
///
/// Every party has a seat: 0 owner, 1 contractor, 2 supervisor, 3 arbiter, from 4 on subcontractors. A seat is of one legal person,
/// whose operators act for it.
///
/// Trust assumptions
/// - The three who sign the terms choose the token, and answer for it: FundEscrow refuses what it can see (fees, false promises).
/// - The city, or its court, can give a seat whose party is lost to another legal person, after a wait in which the party, if it is
///   there, can veto.
/// - The labour office, (city, LABOUR), sets the floors of wage share and deposit, and must agree to whatever lowers wages.
/// - Nobody else can change anything: neither the network nor the city.
interface IProjectRegistry {
    /// @notice What a project is.
    /// @param None There is no such project.
    /// @param Open Milestones can be requested.
    /// @param Closed All milestones were paid.
    /// @param Terminated It was ended before.
    enum ProjectStatus {
        None,
        Open,
        Closed,
        Terminated
    }

    /// @notice A project: see Terms for what is not explained here.
    /// @param seats How many seats are taken.
    /// @param milestones How many milestones there are, dropped ones included.
    /// @param limited Only listed accounts may fund it.
    /// @param changes How often the terms were changed: what the next order binds.
    /// @param changedIn Block of the last event.
    /// @param works Sum of the milestones.
    /// @param endedAt When it was closed or terminated; 0 while open.
    struct Project {
        CityId city;
        ProjectStatus status;
        uint16 wageShare;
        uint16 retention;
        uint16 defaultSplit;
        uint16 currency;
        uint16 seats;
        uint16 milestones;
        uint8 payday;
        bool silenceApproves;
        bool limited;
        SchemaId employment;
        SchemaId evidence;
        address token;
        uint32 changes;
        uint40 changedIn;
        uint128 unit;
        uint128 budget;
        uint128 wageDeposit;
        uint128 works;
        uint32 answer;
        uint32 contest;
        uint32 ruling;
        uint32 invoicing;
        uint40 retentionUntil;
        uint40 endsAt;
        uint40 endedAt;
        address strayTo;
    }

    /// @notice A seat.
    /// @param party Whose it is.
    /// @param account Where it is paid; zero for owner, supervisor and arbiter, who are not.
    struct Seat {
        IdentityId party;
        address account;
    }

    /// @notice A change of a seat that waits.
    /// @param party Whose the seat shall be; zero if only the account changes.
    /// @param account Where it shall be paid.
    /// @param dueAt When it can be completed, UTC seconds; 0 if none waits.
    struct SeatChange {
        IdentityId party;
        address account;
        uint40 dueAt;
    }

    /// @notice Least shares of a city, in basis points: of the budget, for wages and for the deposit.
    struct Floors {
        uint16 wageShare;
        uint16 wageDeposit;
    }

    /// @notice A request to terminate that waits for the arbiter.
    /// @param seat Who asks.
    /// @param until Last moment to grant it, UTC seconds; 0 if there is none.
    struct Petition {
        uint16 seat;
        uint40 until;
    }

    /// @notice The signature of a party's current key (IdentityRegistry).
    struct PartySignature {
        bytes signer;
        bytes signature;
    }

    /// @notice The labour office's signature under a change that lowers what wages are paid from; empty where none is needed.
    /// @param officer Holds (city, LABOUR), or that of the city that acts for it.
    struct OfficeSignature {
        address officer;
        bytes signature;
        CityId[] lineage;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice Escrow, wage account and milestones were bound.
    event EscrowBound(address indexed escrow, address indexed wages, address indexed milestones, address by);
    /// @notice A project was opened.
    event ProjectOpened(ProjectId indexed project, CityId indexed city, address indexed token, Terms terms, address by);
    /// @notice The terms were changed.
    event ProjectAmended(
        ProjectId indexed project,
        Amendment amendment,
        uint128 works,
        address by,
        uint40 previousBlock
    );
    /// @notice A subcontractor took a seat.
    event SubcontractRegistered(
        ProjectId indexed project,
        uint16 indexed seat,
        IdentityId indexed subcontractor,
        Subcontract subcontract,
        address by,
        uint40 previousBlock
    );
    /// @notice A change of a seat was proposed. `party` is zero if only the account changes.
    event SeatChangeProposed(
        ProjectId indexed project,
        uint16 indexed seat,
        IdentityId party,
        address account,
        uint40 dueAt,
        address by,
        uint40 previousBlock
    );
    /// @notice It was vetoed.
    event SeatChangeVetoed(ProjectId indexed project, uint16 indexed seat, address by, uint40 previousBlock);
    /// @notice It is in force.
    event SeatChanged(
        ProjectId indexed project,
        uint16 indexed seat,
        IdentityId party,
        address account,
        uint40 previousBlock
    );
    /// @notice Owner or contractor asks the arbiter to terminate the project.
    event TerminationPetitioned(
        ProjectId indexed project,
        uint16 seat,
        bytes32 grounds,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice The project ended.
    event ProjectEnded(ProjectId indexed project, ProjectStatus status, address by, uint40 previousBlock);
    /// @notice A city's floors were set.
    event FloorsSet(CityId indexed city, uint16 wageShare, uint16 wageDeposit, address by);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice Escrow, wage account and milestones are bound already, and for ever.
    error EscrowAlreadyBound(address escrow);
    /// @notice Escrow, wage account and milestones are not bound yet, or do not belong to this registry.
    error EscrowNotBound();
    /// @notice There is no such project.
    error ProjectUnknown(ProjectId project);
    /// @notice The very same terms were opened already.
    error ProjectExists(ProjectId project);
    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, ProjectStatus status);
    /// @notice The sums, shares or account are not possible: see Money.
    error MoneyInvalid();
    /// @notice A period is between one day and 180 days; the end within 20 years, retention within 30; payday on 1 to 31.
    error PeriodsInvalid();
    /// @notice There are 1 to 64 milestones, none of nothing, and what their sums should come to.
    error MilestonesInvalid(uint256 sum, uint256 works);
    /// @notice A milestone that is not planned any more, was dropped, is none, or is out of order.
    error MilestoneNotPlanned(ProjectId project, uint16 milestone);
    /// @notice Less than the city, or one above it, asks for.
    error BelowFloor(uint16 wageShare, uint16 wageDeposit);
    /// @notice The party has a seat already.
    error PartySeated(IdentityId party, uint16 seat);
    /// @notice Not an active legal person.
    error NotActiveLegalPerson(IdentityId person);
    /// @notice The signature of the party's current key is missing.
    error PartyNotSigned(IdentityId party);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice The order binds another count of changes.
    error ChangesDiffer(uint32 changes, uint32 known);
    /// @notice It lowers what wages are paid from, and the labour office has not signed.
    error LabourOfficeNotSigned(CityId city);
    /// @notice More than the project can hold: 64 subcontractors, 8 of a milestone, and no more than the whole of it.
    error SharesInvalid(ProjectId project, uint16 milestone);
    /// @notice The seat is not taken, or not one that is paid.
    error SeatInvalid(ProjectId project, uint16 seat);
    /// @notice The caller is not an operator of the seat's party.
    error NotParty(ProjectId project, uint16 seat, address caller);
    /// @notice No change waits, or not yet.
    error SeatChangeNotDue(ProjectId project, uint16 seat, uint40 dueAt);
    /// @notice A change by the authorities waits, and must be vetoed first.
    error SeatChangeWaits(ProjectId project, uint16 seat);
    /// @notice There is no petition that the arbiter could grant now; or one waits already.
    error PetitionNotReady(ProjectId project, uint40 until);
    /// @notice The project ends from then on.
    error NotEnded(ProjectId project, uint40 endsAt);
    /// @notice The very same subcontract was registered already.
    error SubcontractExists(ProjectId project, IdentityId subcontractor);
    /// @notice A share is at most 10,000 basis points.
    error ShareInvalid(uint16 share);

    // -------------------------------------------------------------------------------------------------------------- the network

    /// @notice Bind the contracts that keep the money and decide on milestones, once. By the network.
    function bindEscrow(address escrow, address wages, address milestones) external;

    // -------------------------------------------------------------------------------------------------------------- agreeing

    /// @notice Open a project. By anyone, with the signatures of owner, contractor and supervisor over the terms, in this order; in an
    /// active city and while the contract is open.
    function open(Terms calldata terms, PartySignature[3] calldata signatures) external returns (ProjectId);

    /// @notice Change the terms. By anyone, with the signatures of owner, contractor and supervisor over the amendment, and of the
    /// labour office over the same where it lowers the wage share, the deposit, or the wages of the whole budget.
    function amend(
        Amendment calldata amendment,
        PartySignature[3] calldata signatures,
        OfficeSignature calldata office
    ) external;

    /// @notice Register a subcontract. By anyone, with the signatures of contractor and subcontractor over it; in an active city and
    /// while the contract is open.
    /// @return seat The subcontractor's seat.
    function subcontract(
        Subcontract calldata contract_,
        PartySignature[2] calldata signatures
    ) external returns (uint16 seat);

    /// @notice Set the least wage share and wage deposit of projects of a city and those below it. By (city, LABOUR), under the guard.
    function setFloors(CityId city, Floors calldata floors) external;

    // -------------------------------------------------------------------------------------------------------------- seats

    /// @notice Have a company paid elsewhere, after ACCOUNT_WAIT. By an operator of its party.
    function proposeAccount(ProjectId project, uint16 seat, address account) external;

    /// @notice Give a lost party's seat, with all it is owed, to another legal person, or the same one another account, after
    /// REPLACEMENT_WAIT. By (city, ADMIN) or (city, JUSTICE), or those of the city that acts for it. Takes the place of any change that
    /// waits.
    function proposeReplacement(
        ProjectId project,
        uint16 seat,
        IdentityId party,
        address account,
        CityId[] calldata lineage
    ) external;

    /// @notice Veto a change that waits. By an operator of the seat's party; a change that the party proposed by its present account too.
    function vetoSeatChange(ProjectId project, uint16 seat) external;

    /// @notice Put a change into force that is due. By anyone.
    function completeSeatChange(ProjectId project, uint16 seat) external;

    // -------------------------------------------------------------------------------------------------------------- ending

    /// @notice End the project by agreement of owner, contractor and supervisor. By anyone, with their signatures over
    /// Termination(bytes32 project,uint32 changes,uint40 deadline).
    function terminate(ProjectId project, uint40 deadline, PartySignature[3] calldata signatures) external;

    /// @notice Ask the arbiter to terminate the project, within its period. By an operator of owner or contractor.
    /// @param grounds Salted hash of why.
    function petition(ProjectId project, bytes32 grounds) external;

    /// @notice Grant the petition. By an operator of the arbiter.
    function grantTermination(ProjectId project) external;

    /// @notice End a project whose time is over. By anyone.
    function expire(ProjectId project) external;

    /// @notice Close a project all of whose milestones were paid. By anyone.
    function close(ProjectId project) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the parties.
    function identities() external view returns (IIdentityRegistry);

    /// @notice The FundEscrow; zero until bound.
    function escrow() external view returns (address);

    /// @notice The WageAccount; zero until bound.
    function wages() external view returns (address);

    /// @notice The MilestoneRegistry; zero until bound.
    function milestones() external view returns (address);

    /// @notice The project. Reverts with ProjectUnknown.
    function projectOf(ProjectId project) external view returns (Project memory);

    /// @notice How much a milestone is worth, in minor units; 0 for a dropped one. Reverts with MilestoneNotPlanned if there is none.
    function milestoneOf(ProjectId project, uint16 milestone) external view returns (uint128 amount);

    /// @notice The subcontractors' shares of a milestone: seats and basis points.
    function sharesOf(
        ProjectId project,
        uint16 milestone
    ) external view returns (uint16[] memory seats, uint16[] memory shares);

    /// @notice A seat. Reverts with SeatInvalid.
    function seatOf(ProjectId project, uint16 seat) external view returns (Seat memory);

    /// @notice The seat of a party, if it has one.
    function seatOfParty(ProjectId project, IdentityId party) external view returns (bool seated, uint16 seat);

    /// @notice The change of a seat that waits.
    function seatChangeOf(ProjectId project, uint16 seat) external view returns (SeatChange memory);

    /// @notice The petition that waits.
    function petitionOf(ProjectId project) external view returns (Petition memory);

    /// @notice Whether an account acts for a seat now: an operator of its party, whose identity is active.
    function isActing(ProjectId project, uint16 seat, address account) external view returns (bool);

    /// @notice Whether an account may fund the project.
    function mayFund(ProjectId project, address account) external view returns (bool);

    /// @notice The floors that bind projects of a city: the highest of it and those above it.
    function floorsOf(CityId city) external view returns (Floors memory);

    /// @notice The project's id, which is what is signed to open it.
    function idOf(Terms calldata terms) external view returns (ProjectId);

    /// @notice What is signed to change the terms.
    function digestOf(Amendment calldata amendment) external view returns (bytes32);

    /// @notice What is signed under a subcontract.
    function digestOfSubcontract(Subcontract calldata contract_) external view returns (bytes32);
}
