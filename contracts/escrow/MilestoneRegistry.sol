// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ISuiteDirectory} from "../directory/ISuiteDirectory.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {IClaimVerifier} from "../identity/IClaimVerifier.sol";
import {IPaymentRegistry} from "../invoice/IPaymentRegistry.sol";
import {IFundEscrow} from "./IFundEscrow.sol";
import {IMilestoneRegistry} from "./IMilestoneRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {ARBITER, CONTRACTOR, OWNER, SUPERVISOR, WHOLE} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title MilestoneRegistry
/// @notice Which milestones are due, and which defects.
/// @dev
/// ```
///            request              approve, or silence          contest window over
///  Planned ──────────► Requested ─────────────────────► Approved ─────────────────► Settled
///                        │  ▲ │ return, or silence        │                            ▲
///                request │  │ ▼                           │ contest                    │ settle
///                        │ Returned ── contest ──► Disputed ◄── contest (Requested)    │
///                        └────┘                      └── rule, or the time is over ──► Ruled
/// ```
contract MilestoneRegistry is IMilestoneRegistry {
    bytes32 private constant PAYMENT_REGISTRY = "PaymentRegistry";

    /// @inheritdoc IMilestoneRegistry
    IProjectRegistry public immutable projects;
    /// @inheritdoc IMilestoneRegistry
    IClaimVerifier public immutable verifier;
    /// @inheritdoc IMilestoneRegistry
    ISuiteDirectory public immutable directory;

    /// @inheritdoc IMilestoneRegistry
    mapping(ProjectId project => uint40) public changedIn;

    mapping(ProjectId project => mapping(uint16 milestone => MilestoneState)) private _milestones;
    /// @dev Sum of the milestones that are settled.
    mapping(ProjectId project => uint128) private _settled;
    mapping(ProjectId project => mapping(uint16 seat => Defect)) private _defects;
    /// @dev Sum of all claims of defects that the arbiter did not rule on.
    mapping(ProjectId project => mapping(uint16 seat => uint128)) private _unruled;

    constructor(IProjectRegistry projects_, IClaimVerifier verifier_, ISuiteDirectory directory_) {
        projects = projects_;
        verifier = verifier_;
        directory = directory_;
    }

    // -------------------------------------------------------------------------------------------------------- acts

    /// @inheritdoc IMilestoneRegistry
    function request(ProjectId project, uint16 milestone, Evidence calldata evidence) external {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        require(p.status == IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, p.status));
        _checkParty(project, CONTRACTOR);
        (MilestoneState memory state, uint128 amount) = _current(project, p, milestone);
        require(
            state.status == MilestoneStatus.Planned || state.status == MilestoneStatus.Returned,
            MilestoneNotReady(project, milestone, state.status)
        );
        require(IWageAccount(projects.wages()).isSecured(project), DepositShort(project));
        _checkNoArrears(project);
        _checkInvoiced(project, p, evidence.paymentsVersion);
        ClaimId claim = _checkEvidence(project, p, milestone, evidence);

        _commit(project, milestone, state, MilestoneStatus.Requested, amount);
        emit MilestoneRequested(project, milestone, claim, evidence.content, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function approve(ProjectId project, uint16 milestone) external {
        (IProjectRegistry.Project memory p, MilestoneState memory state) = _requested(project, milestone);
        _set(project, milestone, state, MilestoneStatus.Approved);
        uint40 until = uint40(block.timestamp) + p.contest;
        emit MilestoneApproved(project, milestone, until, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function returnForMending(ProjectId project, uint16 milestone, bytes32 findings) external {
        (, MilestoneState memory state) = _requested(project, milestone);
        _set(project, milestone, state, MilestoneStatus.Returned);
        emit MilestoneReturned(project, milestone, findings, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function contest(ProjectId project, uint16 milestone, uint16 seat, bytes32 grounds) external {
        uint40 until = _dispute(project, milestone, seat);
        emit MilestoneContested(project, milestone, seat, grounds, until, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function rule(ProjectId project, uint16 milestone, uint128 award) external {
        _checkParty(project, ARBITER);
        IProjectRegistry.Project memory p = projects.projectOf(project);
        (MilestoneState memory state, uint128 amount) = _current(project, p, milestone);
        require(state.status == MilestoneStatus.Disputed, MilestoneNotReady(project, milestone, state.status));
        require(award <= amount, AmountInvalid(award, amount));
        state.award = award;
        _set(project, milestone, state, MilestoneStatus.Ruled);
        emit MilestoneRuled(project, milestone, award, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function settle(ProjectId project, uint16 milestone) external {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        (MilestoneState memory state, uint128 amount) = _current(project, p, milestone);
        if (state.status == MilestoneStatus.Returned && state.committed) {
            _checkFrom(uint256(state.since) + p.contest + 1); // until then the contractor can contest
            state.committed = false;
            _milestones[project][milestone] = state;
            emit MilestoneReleased(project, milestone, _touch(project));
            return _escrow().release(project, amount);
        }
        bool decided = state.status == MilestoneStatus.Approved || state.status == MilestoneStatus.Ruled;
        require(decided, MilestoneNotReady(project, milestone, state.status));
        _checkFrom(uint256(state.since) + p.contest + 1); // whoever decided: no two parties empty a project in one block
        if (state.status == MilestoneStatus.Approved) state.award = amount;
        _checkNoArrears(project);
        state.committed = false;
        _settled[project] += amount;
        _set(project, milestone, state, MilestoneStatus.Settled);
        emit MilestoneSettled(project, milestone, state.award, _touch(project));
        _escrow().earn(project, milestone, amount, state.award);
    }

    // -------------------------------------------------------------------------------------------------------- defects

    /// @inheritdoc IMilestoneRegistry
    function claimDefect(ProjectId project, uint16 seat, uint128 amount, uint16 by, bytes32 grounds) external {
        uint40 until = _openDefectClaim(project, seat, amount, by);
        emit DefectClaimed(project, seat, amount, grounds, until, msg.sender, _touch(project));
    }

    /// @inheritdoc IMilestoneRegistry
    function acceptDefect(ProjectId project, uint16 seat) external {
        _checkParty(project, seat);
        _endDefect(project, seat, _openDefect(project, seat).amount, msg.sender);
    }

    /// @inheritdoc IMilestoneRegistry
    function ruleDefect(ProjectId project, uint16 seat, uint128 amount) external {
        _checkParty(project, ARBITER);
        Defect memory defect = _openDefect(project, seat);
        _checkUntil(defect.until);
        require(amount <= defect.amount, AmountInvalid(amount, defect.amount));
        _unruled[project][seat] -= defect.amount;
        _endDefect(project, seat, amount, msg.sender);
    }

    /// @inheritdoc IMilestoneRegistry
    function settleDefect(ProjectId project, uint16 seat) external {
        Defect memory defect = _openDefect(project, seat);
        _checkFrom(uint256(defect.until) + 1);
        uint128 forCompany = _partOf(defect.amount, projects.projectOf(project).defaultSplit);
        _endDefect(project, seat, defect.amount - forCompany, address(0));
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IMilestoneRegistry
    function milestoneStateOf(ProjectId project, uint16 milestone) external view returns (MilestoneState memory state) {
        (state, ) = _current(project, projects.projectOf(project), milestone);
    }

    /// @inheritdoc IMilestoneRegistry
    function isComplete(ProjectId project) external view returns (bool) {
        return _settled[project] == projects.projectOf(project).works;
    }

    /// @inheritdoc IMilestoneRegistry
    function defectOf(ProjectId project, uint16 seat) external view returns (Defect memory) {
        return _defects[project][seat];
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev A milestone as of now: what silence means is counted, from the moment it meant it.
    function _current(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint16 milestone
    ) private view returns (MilestoneState memory state, uint128 amount) {
        amount = projects.milestoneOf(project, milestone);
        require(amount != 0, MilestoneInvalid(project, milestone));
        state = _milestones[project][milestone];
        if (state.status == MilestoneStatus.Requested && block.timestamp > uint256(state.since) + p.answer) {
            state.status = p.silenceApproves ? MilestoneStatus.Approved : MilestoneStatus.Returned;
            state.since += p.answer;
        } else if (state.status == MilestoneStatus.Disputed && block.timestamp > uint256(state.since) + p.ruling) {
            state.status = MilestoneStatus.Ruled;
            state.since += p.ruling;
            state.award = _partOf(amount, p.defaultSplit);
        }
    }

    /// @dev A milestone that the calling supervisor can answer.
    function _requested(
        ProjectId project,
        uint16 milestone
    ) private view returns (IProjectRegistry.Project memory p, MilestoneState memory state) {
        _checkParty(project, SUPERVISOR);
        p = projects.projectOf(project);
        (state, ) = _current(project, p, milestone);
        require(state.status == MilestoneStatus.Requested, MilestoneNotReady(project, milestone, state.status));
    }

    /// @notice Owner and supervisor contest what may be paid, the contractor what was returned.
    /// @return until When the time for a ruling is over.
    function _dispute(ProjectId project, uint16 milestone, uint16 seat) private returns (uint40 until) {
        _checkParty(project, seat);
        IProjectRegistry.Project memory p = projects.projectOf(project);
        (MilestoneState memory state, uint128 amount) = _current(project, p, milestone);
        bool mayContest =
            seat == CONTRACTOR
                ? state.status == MilestoneStatus.Returned
                : (seat == OWNER || seat == SUPERVISOR) &&
                    (state.status == MilestoneStatus.Requested || state.status == MilestoneStatus.Approved);
        require(mayContest, MilestoneNotReady(project, milestone, state.status));
        if (state.status != MilestoneStatus.Requested) _checkUntil(uint256(state.since) + p.contest);
        _commit(project, milestone, state, MilestoneStatus.Disputed, amount);
        return uint40(block.timestamp) + p.ruling;
    }

    function _set(ProjectId project, uint16 milestone, MilestoneState memory state, MilestoneStatus status) private {
        state.status = status;
        state.since = uint40(block.timestamp);
        _milestones[project][milestone] = state;
    }

    /// @dev From now on the milestone's money is set apart, if it was not before.
    function _commit(
        ProjectId project,
        uint16 milestone,
        MilestoneState memory state,
        MilestoneStatus status,
        uint128 amount
    ) private {
        bool before = state.committed;
        state.committed = true;
        _set(project, milestone, state, status);
        if (!before) _escrow().commit(project, amount);
    }

    /// @notice Owner and supervisor claim, while there is retention that is not due.
    /// @return until When the time for a ruling is over.
    function _openDefectClaim(
        ProjectId project,
        uint16 seat,
        uint128 amount,
        uint16 by
    ) private returns (uint40 until) {
        require(by == OWNER || by == SUPERVISOR, SeatInvalid(project, by));
        _checkParty(project, by);
        IProjectRegistry.Project memory p = projects.projectOf(project);
        require(block.timestamp < p.retentionUntil, TooLate(p.retentionUntil - 1));
        // A claim adds to one that is open, so that a small one keeps no other out.
        Defect storage defect = _defects[project][seat];
        bool over = defect.amount != 0 && block.timestamp > defect.until; // what silence meant is settled first
        require(!over, DefectNotReady(project, seat, defect.until));
        uint128 limit = _claimable(project, seat) - defect.amount;
        require(amount != 0 && amount <= limit, AmountInvalid(amount, limit));
        _unruled[project][seat] += amount;
        until = uint40(block.timestamp) + p.ruling;
        (defect.amount, defect.until) = (defect.amount + amount, until);
    }

    /// @dev Claims that nobody rules on are together on what was ever kept, so that one after another does not eat it all by the terms'
    /// default. An open one is part of them, and of what is retained.
    function _claimable(ProjectId project, uint16 seat) private view returns (uint128) {
        IFundEscrow.SeatBooks memory books = _escrow().seatBooksOf(project, seat);
        uint128 left = books.kept - _unruled[project][seat] + _defects[project][seat].amount;
        return left < books.retained ? left : books.retained;
    }

    function _openDefect(ProjectId project, uint16 seat) private view returns (Defect memory defect) {
        defect = _defects[project][seat];
        require(defect.amount != 0, DefectNotReady(project, seat, 0));
    }

    function _endDefect(ProjectId project, uint16 seat, uint128 amount, address by) private {
        delete _defects[project][seat];
        emit DefectSettled(project, seat, amount, by, _touch(project));
        if (amount != 0) _escrow().forfeit(project, seat, amount);
    }

    function _checkNoArrears(ProjectId project) private view {
        require(!IWageAccount(projects.wages()).workers().inArrears(project), WagesInArrears(project));
    }

    /// @dev The contractor's last payment is wholly invoiced, in any version of PaymentRegistry, or was waited for long enough.
    function _checkInvoiced(ProjectId project, IProjectRegistry.Project memory p, uint256 version) private view {
        if (p.invoicing == 0) return;
        (uint40 paidAt, bytes32 transactionId) = _escrow().lastPayout(project);
        uint256 until = uint256(paidAt) + p.invoicing;
        if (paidAt == 0 || block.timestamp > until) return;
        address registry = directory.entryOf(PAYMENT_REGISTRY, version).location;
        require(registry != address(0), NotInvoiced(project, uint40(until)));
        IPaymentRegistry payments = IPaymentRegistry(registry);
        IPaymentRegistry.State memory state = payments.stateOf(
            payments.paymentByTransaction(address(_escrow()), transactionId)
        );
        require(state.exists && state.left <= 0, NotInvoiced(project, uint40(until)));
    }

    /// @dev An active claim of the terms' schema that says it is about this milestone of this project.
    function _checkEvidence(
        ProjectId project,
        IProjectRegistry.Project memory p,
        uint16 milestone,
        Evidence calldata evidence
    ) private view returns (ClaimId claim) {
        IClaimRegistry.ClaimStatus status;
        (status, claim) = verifier.claims().statusOf(evidence.claim, evidence.path);
        require(status == IClaimRegistry.ClaimStatus.Active, ClaimNotActive(claim, status));
        require(
            evidence.claim.schema == p.evidence &&
                _isAbout(evidence.fields, project, milestone) &&
                verifier.isDisclosed(evidence.claim.root, evidence.fields, evidence.proof, evidence.proofFlags),
            EvidenceInvalid(claim)
        );
    }

    /// @dev In either order: a multiproof takes its fields in the order of their leaves, which their salts decide.
    function _isAbout(
        IClaimVerifier.Field[] calldata fields,
        ProjectId project,
        uint16 milestone
    ) private pure returns (bool) {
        if (fields.length != 2) return false;
        (uint256 first, uint256 second) = keccak256(bytes(fields[0].name)) == keccak256("project") ? (0, 1) : (1, 0);
        return
            _says(fields[first], "project", Strings.toHexString(uint256(ProjectId.unwrap(project)), 32)) &&
            _says(fields[second], "milestone", Strings.toString(milestone));
    }

    function _says(
        IClaimVerifier.Field calldata field,
        string memory name,
        string memory value
    ) private pure returns (bool) {
        return
            keccak256(bytes(field.name)) == keccak256(bytes(name)) && keccak256(field.value) == keccak256(bytes(value));
    }

    function _escrow() private view returns (IFundEscrow) {
        return IFundEscrow(projects.escrow());
    }

    function _checkParty(ProjectId project, uint16 seat) private view {
        require(projects.isActing(project, seat, msg.sender), NotParty(project, seat, msg.sender));
    }

    function _checkFrom(uint256 from) private view {
        require(block.timestamp >= from, NotYet(uint40(from)));
    }

    function _checkUntil(uint256 until) private view {
        require(block.timestamp <= until, TooLate(uint40(until)));
    }

    /// @dev The project changed; its previous event here was in the block returned.
    function _touch(ProjectId project) private returns (uint40 previousBlock) {
        previousBlock = changedIn[project];
        changedIn[project] = uint40(block.number);
    }

    /// @dev Rounded down.
    function _partOf(uint128 amount, uint256 share) private pure returns (uint128) {
        return uint128((uint256(amount) * share) / WHOLE);
    }
}
