// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ISuiteDirectory} from "../directory/ISuiteDirectory.sol";
import {Claim} from "../identity/Claim.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {IClaimVerifier} from "../identity/IClaimVerifier.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Which milestones of a project are due, and which defects: decisions, and no money.
/// @notice FundEscrow keeps the money, and moves it as is decided here. Everything has a deadline: where somebody is silent, the terms
/// say what that means, from the moment it means it.
///
/// Trust assumptions
/// - Two of owner, contractor and supervisor together cannot take what is not due: what they approve waits out the contest window, in which
///   the third can contest. All three together can.
/// - The arbiter rules only on what is contested, within its amount and its time; without a ruling the terms' default holds.
/// - Issuers of the terms' schema say what was built.
interface IMilestoneRegistry {
    /// @notice What has become of a milestone.
    /// @param Planned Nothing yet.
    /// @param Requested The supervisor can answer.
    /// @param Returned For mending; it can be requested again.
    /// @param Approved By the supervisor, or by silence: it can be contested.
    /// @param Disputed The arbiter can rule.
    /// @param Ruled The arbiter has, or the time for it is over: it can be settled as long after as the contest window is.
    /// @param Settled Its money is earned, or back.
    enum MilestoneStatus {
        Planned,
        Requested,
        Returned,
        Approved,
        Disputed,
        Ruled,
        Settled
    }

    /// @notice State of a milestone.
    /// @param status As of now, silence counted.
    /// @param since Since when, UTC seconds.
    /// @param committed Whether its money is set apart.
    /// @param award What of it the companies get, once that is known.
    struct MilestoneState {
        MilestoneStatus status;
        uint40 since;
        bool committed;
        uint128 award;
    }

    /// @notice What a milestone is requested with.
    /// @param claim An active claim of the terms' schema about this milestone.
    /// @param path Of a claim in a batch, the path to the root.
    /// @param fields Exactly `project`, the project's id as 0x and 64 lower-case hexadecimal digits, and `milestone`, its place in
    /// decimal digits; in the order of the proof.
    /// @param proof Multiproof of the fields.
    /// @param proofFlags Flags of the multiproof.
    /// @param content Salted hash of the papers.
    /// @param paymentsVersion Which version of PaymentRegistry in the SuiteDirectory knows the contractor's last payment as invoiced; 0
    /// where that is not asked.
    struct Evidence {
        Claim claim;
        bytes32[] path;
        IClaimVerifier.Field[] fields;
        bytes32[] proof;
        bool[] proofFlags;
        bytes32 content;
        uint256 paymentsVersion;
    }

    /// @notice A claim of defects on a company's retention.
    /// @param amount How much; 0 if there is none.
    /// @param until Last moment for the arbiter to rule.
    struct Defect {
        uint128 amount;
        uint40 until;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice The contractor requests a milestone; its money is committed.
    event MilestoneRequested(
        ProjectId indexed project,
        uint16 indexed milestone,
        ClaimId indexed claim,
        bytes32 content,
        address by,
        uint40 previousBlock
    );
    /// @notice The supervisor approved it; it can be contested until `until`.
    event MilestoneApproved(
        ProjectId indexed project,
        uint16 indexed milestone,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice The money of a returned milestone that the contractor did not contest in time is available again.
    event MilestoneReleased(ProjectId indexed project, uint16 indexed milestone, uint40 previousBlock);
    /// @notice It was returned for mending by the supervisor.
    event MilestoneReturned(
        ProjectId indexed project,
        uint16 indexed milestone,
        bytes32 findings,
        address by,
        uint40 previousBlock
    );
    /// @notice It is contested; the arbiter can rule until `until`.
    event MilestoneContested(
        ProjectId indexed project,
        uint16 indexed milestone,
        uint16 seat,
        bytes32 grounds,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice The arbiter ruled.
    event MilestoneRuled(
        ProjectId indexed project,
        uint16 indexed milestone,
        uint128 award,
        address by,
        uint40 previousBlock
    );
    /// @notice It is settled: the companies earn `award`.
    event MilestoneSettled(ProjectId indexed project, uint16 indexed milestone, uint128 award, uint40 previousBlock);
    /// @notice Defects of `amount` are claimed, or claimed on top, on a company's retention; the arbiter can rule until `until`.
    event DefectClaimed(
        ProjectId indexed project,
        uint16 indexed seat,
        uint128 amount,
        bytes32 grounds,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice So much of the retention goes back to the project. `by` is zero where the terms' default holds.
    event DefectSettled(
        ProjectId indexed project,
        uint16 indexed seat,
        uint128 amount,
        address by,
        uint40 previousBlock
    );

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, IProjectRegistry.ProjectStatus status);
    /// @notice The caller is not an operator of a party that may do this.
    error NotParty(ProjectId project, uint16 seat, address caller);
    /// @notice The amount is nothing, or more than this.
    error AmountInvalid(uint128 amount, uint128 limit);
    /// @notice The seat may not do this.
    error SeatInvalid(ProjectId project, uint16 seat);
    /// @notice No claim of defects is open on the seat's retention; or one is, whose time is over, or while the retention is released.
    error DefectNotReady(ProjectId project, uint16 seat, uint40 until);
    /// @notice It can be done from then on.
    error NotYet(uint40 from);
    /// @notice It could be done until then.
    error TooLate(uint40 until);
    /// @notice There is no such milestone, or it was dropped.
    error MilestoneInvalid(ProjectId project, uint16 milestone);
    /// @notice The milestone is not in a state for this.
    error MilestoneNotReady(ProjectId project, uint16 milestone, MilestoneStatus status);
    /// @notice Neither deposit nor guarantee is as the terms ask.
    error DepositShort(ProjectId project);
    /// @notice Wages are in arrears; milestones wait.
    error WagesInArrears(ProjectId project);
    /// @notice The contractor's last payment is not invoiced, and can be waited for until then.
    error NotInvoiced(ProjectId project, uint40 until);
    /// @notice The claim is not active.
    error ClaimNotActive(ClaimId claim, IClaimRegistry.ClaimStatus status);
    /// @notice The claim is not of the terms' schema, or not about this milestone of this project.
    error EvidenceInvalid(ClaimId claim);

    // -------------------------------------------------------------------------------------------------------------- milestones

    /// @notice Request a milestone. By an operator of the contractor; with the wage deposit in place, no arrears, and the last payment
    /// invoiced if the terms say so. In suspended cities too: the money stays under the terms it was signed for.
    function request(ProjectId project, uint16 milestone, Evidence calldata evidence) external;

    /// @notice Approve a requested milestone. By an operator of the supervisor.
    function approve(ProjectId project, uint16 milestone) external;

    /// @notice Return a requested milestone for mending. By an operator of the supervisor.
    /// @param findings Salted hash of what is to be mended.
    function returnForMending(ProjectId project, uint16 milestone, bytes32 findings) external;

    /// @notice Contest a milestone: a requested or approved one by owner or supervisor, a returned one by the contractor; by an operator.
    /// @param seat Who contests.
    /// @param grounds Salted hash of why.
    function contest(ProjectId project, uint16 milestone, uint16 seat, bytes32 grounds) external;

    /// @notice Rule what of a disputed milestone the companies get; the rest is available again. By an operator of the arbiter.
    function rule(ProjectId project, uint16 milestone, uint128 award) external;

    /// @notice Do what is due: an approved milestone that nobody contested, or a ruled one, is earned; one that was returned, by the
    /// supervisor or by silence, and not contested, is not committed any more. By anyone, once the contest window after that is over.
    function settle(ProjectId project, uint16 milestone) external;

    // -------------------------------------------------------------------------------------------------------------- defects

    /// @notice Claim defects on a company's retention, before it is due; on top of a claim that is open, and with it ruled on. Claims
    /// that the arbiter does not rule on come to no more than was ever kept. By an operator of owner or supervisor.
    /// @param by The seat of who claims.
    /// @param grounds Salted hash of what is wrong.
    function claimDefect(ProjectId project, uint16 seat, uint128 amount, uint16 by, bytes32 grounds) external;

    /// @notice Accept a claim of defects. By an operator of the company.
    function acceptDefect(ProjectId project, uint16 seat) external;

    /// @notice Rule on a claim of defects: how much goes back to the project. By an operator of the arbiter.
    function ruleDefect(ProjectId project, uint16 seat, uint128 amount) external;

    /// @notice End a claim of defects on which nobody ruled: the terms' default split holds. By anyone.
    function settleDefect(ProjectId project, uint16 seat) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the projects.
    function projects() external view returns (IProjectRegistry);

    /// @notice Which checks the claims of evidence.
    function verifier() external view returns (IClaimVerifier);

    /// @notice Where versions of PaymentRegistry are found.
    function directory() external view returns (ISuiteDirectory);

    /// @notice A milestone, as of now.
    function milestoneStateOf(ProjectId project, uint16 milestone) external view returns (MilestoneState memory);

    /// @notice Whether all milestones that were not dropped are settled.
    function isComplete(ProjectId project) external view returns (bool);

    /// @notice The claim of defects on a seat's retention.
    function defectOf(ProjectId project, uint16 seat) external view returns (Defect memory);

    /// @notice Block of the project's last event here.
    function changedIn(ProjectId project) external view returns (uint40);
}
