// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {IDENTITY} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {Page} from "../common/Page.sol";
import {Signer} from "../common/Signer.sol";
import {IdentityId} from "./IdentityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {StateWord, newIdentity, pack} from "./StateWord.sol";

/// @title IdentityRegistry
/// @notice Residents and legal persons, one identity each in the whole network.
/// @dev
/// ```
///   register             suspend                       close
///  ──────────► Active ◄───────────► Suspended    any ────────► Closed
///               │  ▲    reinstate                (not while Recovering)
///       propose │  │ veto (once), withdraw, complete: the new key
///               ▼  │
///            Recovering      (a registrar's suspension stays through it)
/// ```
contract IdentityRegistry is CityManaged, EIP712, IIdentityRegistry {
    using EnumerableSet for EnumerableSet.AddressSet;
    using Signer for bytes;
    using Signer for address;

    /// @notice How long the present key can veto a recovery, in seconds.
    uint40 public constant RECOVERY_WAIT = 7 days;

    /// @notice How long a veto leaves it to an ancestor to propose again, in seconds.
    uint40 public constant VETO_PERIOD = 90 days;

    /// @notice How long the recovery by an ancestor waits, after a veto, in seconds.
    uint40 public constant FINAL_RECOVERY_WAIT = 30 days;

    bytes32 private constant IDENTITY_TYPEHASH = keccak256(
        "Identity(uint8 kind,uint32 city,uint32 tagVersion,bytes32[] tags,bytes32 code,bytes signer,bytes32 guardian,uint40 guardianUntil,uint40 deadline)"
    );
    bytes32 private constant ROTATION_TYPEHASH = keccak256(
        "Rotation(bytes32 identity,bytes newSigner,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant RECOVERY_TYPEHASH = keccak256(
        "Recovery(bytes32 identity,bytes newSigner,bytes32 guardian,uint40 guardianUntil,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant VETO_TYPEHASH = keccak256("Veto(bytes32 identity,uint32 changes,uint40 deadline)");
    bytes32 private constant MOVE_TYPEHASH = keccak256(
        "Move(bytes32 identity,uint32 to,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant OPERATOR_TYPEHASH = keccak256(
        "Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant PRESENCE_TYPEHASH = keccak256(
        "Presence(bytes32 identity,string verifier,string purpose,bytes32 challenge,uint40 expires)"
    );

    /// @dev Public codes of legal persons are unique like tags, under a version that no tag key has.
    uint32 private constant PUBLIC_CODE = 0;

    /// @dev Living versions of the tag key, one slot.
    uint32 private _firstTagVersion = 1;
    uint32 private _lastTagVersion = 1;

    mapping(IdentityId identity => StateWord) private _words;
    mapping(IdentityId identity => bytes32) private _signers; // keccak-256: the signer itself is in the events
    mapping(IdentityId identity => bytes32) private _guardians;
    mapping(IdentityId identity => Recovery) private _recoveries;
    mapping(uint32 version => mapping(bytes32 tag => IdentityId)) private _holders;
    mapping(IdentityId identity => mapping(uint32 recoveries => EnumerableSet.AddressSet)) private _operators;

    constructor(ICityAccessManager manager_) CityManaged(manager_) EIP712("Civitas IdentityRegistry", "1") {}

    // -------------------------------------------------------------------------------------------------------- registering

    /// @inheritdoc IIdentityRegistry
    function register(Identity calldata identity, bytes calldata signature) external returns (IdentityId id) {
        manager.checkCan(msg.sender, identity.city, IDENTITY);
        _checkDeadline(identity.deadline);
        require(identity.kind != Kind.None, KindInvalid());
        require(identity.kind == Kind.Legal || identity.code == 0, NotLegalPerson());
        _checkControl(identity.kind, identity.signer, identity.guardian, identity.guardianUntil, block.timestamp);
        id = idOf(identity);
        require(StateWord.unwrap(_words[id]) == 0, IdentityExists(id));
        _checkSignature(identity.signer, IdentityId.unwrap(id), signature);

        uint32 tagVersion = _claimTags(id, identity);
        _words[id] = newIdentity(identity.kind, identity.city, tagVersion, identity.guardianUntil);
        _signers[id] = keccak256(identity.signer);
        if (identity.guardian != 0) _guardians[id] = identity.guardian;
        _emitRegistered(id, identity);
    }

    /// @inheritdoc IIdentityRegistry
    function addTag(IdentityId id, bytes32 tag, CityId[] calldata lineage) external {
        State memory state = _existing(id);
        require(!state.closed, IdentityNotReady(id, IdentityStatus.Closed));
        // slither-disable-next-line unused-return
        _checkActing(state.city, IDENTITY, lineage);
        uint32 version = _lastTagVersion;
        require(state.tagVersion < version, TagVersionHeld(id, version));
        _claimTag(id, version, tag);
        state.tagVersion = version;
        emit TagAdded(id, version, tag, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function beginTagVersion() external restricted {
        _setTagVersions(_firstTagVersion, _lastTagVersion + 1);
    }

    /// @inheritdoc IIdentityRegistry
    function retireTagVersion() external restricted {
        _setTagVersions(_firstTagVersion + 1, _lastTagVersion);
    }

    // -------------------------------------------------------------------------------------------------------- the key

    /// @inheritdoc IIdentityRegistry
    function rotate(
        IdentityId id,
        bytes calldata newSigner,
        bytes calldata newSignature,
        Signed calldata signed
    ) external {
        State memory state = _active(id);
        require(newSigner.length >= Signer.ACCOUNT_LENGTH, SignerInvalid(newSigner));
        bytes32 order = _checkSigned(
            id,
            state,
            signed,
            abi.encode(ROTATION_TYPEHASH, id, keccak256(newSigner), state.changes, signed.deadline)
        );
        _checkSignature(newSigner, order, newSignature);
        _signers[id] = keccak256(newSigner);
        emit KeyRotated(id, newSigner, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function proposeRecovery(IdentityId id, Proposal calldata proposal, CityId[] calldata lineage) external {
        State memory state = _unbound(id);
        state.vetoed = _isContested(id, state);
        CityId acting =
            state.vetoed ? _checkAncestor(state.city, lineage) : _checkActing(state.city, IDENTITY, lineage);
        if (state.vetoed) manager.checkOpen(acting);
        uint40 dueAt = uint40(block.timestamp) + (state.vetoed ? FINAL_RECOVERY_WAIT : RECOVERY_WAIT);
        _checkProposal(id, state, proposal, dueAt);
        state.recovering = true;
        _recoveries[id] = Recovery(_controlHash(proposal.control), acting, dueAt, state.vetoed, state.changes + 1);
        emit RecoveryProposed(id, acting, proposal.control, proposal.evidence, dueAt, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function vetoRecovery(IdentityId id, Signed calldata signed) external {
        State memory state = _recovering(id);
        Recovery memory recovery = _recoveries[id];
        require(!recovery.isFinal, RecoveryFinal(id));
        // The count is the proposal's: what a registrar does meanwhile does not spoil the veto.
        _checkSigned(id, state, signed, abi.encode(VETO_TYPEHASH, id, recovery.changes, signed.deadline));
        state.vetoed = true;
        uint40 previousBlock = _endRecovery(id, state);
        _recoveries[id].dueAt = uint40(block.timestamp) + VETO_PERIOD;
        emit RecoveryVetoed(id, previousBlock);
    }

    /// @inheritdoc IIdentityRegistry
    function withdrawRecovery(IdentityId id, CityId[] calldata lineage) external {
        State memory state = _recovering(id);
        _checkStanding(_recoveries[id].acting, IDENTITY, lineage);
        state.vetoed = false; // stands only where an ancestor proposed, and thinks better of it
        emit RecoveryWithdrawn(id, msg.sender, _endRecovery(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function completeRecovery(IdentityId id, Control calldata control) external {
        State memory state = _recovering(id);
        Recovery memory recovery = _recoveries[id];
        require(recovery.control == _controlHash(control), RecoveryDiffers(id));
        require(block.timestamp >= recovery.dueAt, RecoveryNotDue(id, recovery.dueAt));
        manager.checkOpen(recovery.acting);
        _signers[id] = keccak256(control.signer);
        _guardians[id] = control.guardian;
        state.guardianUntil = control.guardianUntil;
        state.vetoed = false;
        ++state.recoveries;
        emit Recovered(id, control, _endRecovery(id, state));
    }

    // -------------------------------------------------------------------------------------------------------- registrar

    /// @inheritdoc IIdentityRegistry
    function suspend(IdentityId id, uint16 reason, CityId[] calldata lineage) external {
        State memory state = _existing(id);
        require(!state.suspended && !state.closed, IdentityNotReady(id, _statusOf(state)));
        _checkStanding(state.city, IDENTITY, lineage);
        state.suspended = true;
        emit IdentitySuspended(id, reason, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function reinstate(IdentityId id, uint16 reason, CityId[] calldata lineage) external {
        State memory state = _existing(id);
        require(state.suspended && !state.closed, IdentityNotReady(id, _statusOf(state)));
        // slither-disable-next-line unused-return
        _checkActing(state.city, IDENTITY, lineage);
        state.suspended = false;
        emit IdentityReinstated(id, reason, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function close(IdentityId id, uint16 reason, CityId[] calldata lineage) external {
        State memory state = _unbound(id);
        if (_isContested(id, state)) _checkAncestor(state.city, lineage);
        else _checkStanding(state.city, IDENTITY, lineage);
        state.closed = true;
        emit IdentityClosed(id, reason, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function move(IdentityId id, CityId to, Signed calldata signed, Release calldata release) external {
        State memory state = _active(id);
        CityId from = state.city;
        require(from != to, CityUnchanged(to));
        manager.checkCan(msg.sender, to, IDENTITY);
        bytes32 order = _checkSigned(
            id,
            state,
            signed,
            abi.encode(MOVE_TYPEHASH, id, to, state.changes, signed.deadline)
        );
        require(
            manager.hasStanding(release.officer, from, IDENTITY, release.lineage) &&
                release.officer.isValid(order, release.signature),
            ReleaseInvalid(release.officer, from)
        );
        state.city = to;
        emit IdentityMoved(id, from, to, release.officer, msg.sender, _touch(id, state));
    }

    // -------------------------------------------------------------------------------------------------------- operators

    /// @inheritdoc IIdentityRegistry
    function setOperator(IdentityId id, address operator, bool authorized, Signed calldata signed) external {
        State memory state = authorized ? _active(id) : _existing(id);
        require(state.kind == Kind.Legal, NotLegalPerson());
        if (authorized) manager.checkOpen(state.city);
        _checkSigned(
            id,
            state,
            signed,
            abi.encode(OPERATOR_TYPEHASH, id, operator, authorized, state.changes, signed.deadline)
        );
        EnumerableSet.AddressSet storage operators = _operators[id][state.recoveries];
        bool changed = authorized ? operators.add(operator) : operators.remove(operator);
        require(changed, OperatorUnchanged(id, operator));
        if (authorized) emit OperatorAuthorized(id, operator, _touch(id, state));
        else emit OperatorRevoked(id, operator, _touch(id, state));
    }

    /// @inheritdoc IIdentityRegistry
    function renounceOperator(IdentityId id) external {
        State memory state = _existing(id);
        require(_operators[id][state.recoveries].remove(msg.sender), OperatorUnchanged(id, msg.sender));
        emit OperatorRevoked(id, msg.sender, _touch(id, state));
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IIdentityRegistry
    function statusOf(IdentityId id) external view returns (IdentityStatus) {
        return _statusOf(_words[id].unpack());
    }

    /// @inheritdoc IIdentityRegistry
    function stateOf(IdentityId id) external view returns (State memory state, bytes32 signerHash) {
        return (_words[id].unpack(), _signers[id]);
    }

    /// @inheritdoc IIdentityRegistry
    function recoveryOf(IdentityId id) external view returns (Recovery memory) {
        return _recoveries[id];
    }

    /// @inheritdoc IIdentityRegistry
    function guardianOf(IdentityId id) external view returns (bytes32) {
        return _guardians[id];
    }

    /// @inheritdoc IIdentityRegistry
    function holderOf(uint32 version, bytes32 tag) external view returns (IdentityId) {
        return _holders[version][tag];
    }

    /// @inheritdoc IIdentityRegistry
    function tagVersions() external view returns (uint32 first, uint32 last) {
        return (_firstTagVersion, _lastTagVersion);
    }

    /// @inheritdoc IIdentityRegistry
    function idOf(Identity calldata identity) public view returns (IdentityId) {
        bytes32 structHash = keccak256(
            abi.encode(
                IDENTITY_TYPEHASH,
                identity.kind,
                identity.city,
                identity.tagVersion,
                keccak256(abi.encodePacked(identity.tags)),
                identity.code,
                keccak256(identity.signer),
                identity.guardian,
                identity.guardianUntil,
                identity.deadline
            )
        );
        return IdentityId.wrap(_hashTypedDataV4(structHash));
    }

    /// @inheritdoc IIdentityRegistry
    function isSignedBy(
        IdentityId id,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) public view returns (bool) {
        State memory state = _words[id].unpack();
        return
            _statusOf(state) == IdentityStatus.Active &&
            _isCurrent(id, state, signer) &&
            signer.isValid(digest, signature);
    }

    /// @inheritdoc IIdentityRegistry
    function presenceStatus(
        Presence calldata presence,
        bytes calldata signer,
        bytes calldata signature
    ) external view returns (PresenceStatus) {
        if (block.timestamp > presence.expires) return PresenceStatus.Expired;
        if (_statusOf(_words[presence.identity].unpack()) != IdentityStatus.Active)
            return PresenceStatus.IdentityNotActive;
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    PRESENCE_TYPEHASH,
                    presence.identity,
                    keccak256(bytes(presence.verifier)),
                    keccak256(bytes(presence.purpose)),
                    presence.challenge,
                    presence.expires
                )
            )
        );
        bool signed = isSignedBy(presence.identity, digest, signer, signature);
        return signed ? PresenceStatus.Valid : PresenceStatus.SignatureInvalid;
    }

    /// @inheritdoc IIdentityRegistry
    function isOperator(IdentityId id, address account) external view returns (bool) {
        State memory state = _words[id].unpack();
        return _statusOf(state) == IdentityStatus.Active && _operators[id][state.recoveries].contains(account);
    }

    /// @inheritdoc IIdentityRegistry
    function operatorsOf(
        IdentityId id,
        uint256 start,
        uint256 count
    ) external view returns (address[] memory operators) {
        EnumerableSet.AddressSet storage all = _operators[id][_words[id].unpack().recoveries];
        operators = new address[](Page.length(all.length(), start, count));
        for (uint256 i = 0; i < operators.length; ++i) operators[i] = all.at(start + i);
    }

    /// @inheritdoc IIdentityRegistry
    function operatorCount(IdentityId id) external view returns (uint256) {
        return _operators[id][_words[id].unpack().recoveries].length();
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _claimTags(IdentityId id, Identity calldata identity) private returns (uint32 last) {
        uint32 first = _firstTagVersion;
        last = _lastTagVersion;
        uint256 count = identity.tags.length;
        require(identity.tagVersion == first && count == last - first + 1, TagsInvalid(first, last));
        for (uint32 i = 0; i < count; ++i) _claimTag(id, first + i, identity.tags[i]);
        if (identity.code != 0) _claimTag(id, PUBLIC_CODE, identity.code);
    }

    /// @dev One tag, one open identity.
    function _claimTag(IdentityId id, uint32 version, bytes32 tag) private {
        require(tag != 0, TagsInvalid(_firstTagVersion, _lastTagVersion));
        mapping(bytes32 => IdentityId) storage holders = _holders[version];
        IdentityId holder = holders[tag];
        bool free = IdentityId.unwrap(holder) == 0 || _words[holder].unpack().closed;
        require(free, TagTaken(version, tag, holder));
        holders[tag] = id;
    }

    function _setTagVersions(uint32 first, uint32 last) private {
        require(first == last || first + 1 == last, TagVersionsInvalid(first, last));
        (_firstTagVersion, _lastTagVersion) = (first, last);
        emit TagVersionsChanged(first, last);
    }

    /// @dev Apart, for the stack.
    function _emitRegistered(IdentityId id, Identity calldata identity) private {
        emit IdentityRegistered(
            id,
            identity.city,
            identity.kind,
            identity.signer,
            identity.guardian,
            identity.guardianUntil,
            msg.sender
        );
        if (identity.code != 0) emit PublicCodeRegistered(id, identity.code);
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(IdentityId id, State memory state) private returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _words[id] = pack(state);
    }

    function _endRecovery(IdentityId id, State memory state) private returns (uint40 previousBlock) {
        state.recovering = false;
        delete _recoveries[id];
        return _touch(id, state);
    }

    function _existing(IdentityId id) private view returns (State memory state) {
        state = _words[id].unpack();
        require(state.kind != Kind.None, IdentityUnknown(id));
    }

    function _active(IdentityId id) private view returns (State memory state) {
        state = _existing(id);
        IdentityStatus status = _statusOf(state);
        require(status == IdentityStatus.Active, IdentityNotReady(id, status));
    }

    /// @dev Open, and no recovery is proposed.
    function _unbound(IdentityId id) private view returns (State memory state) {
        state = _existing(id);
        require(!state.closed && !state.recovering, IdentityNotReady(id, _statusOf(state)));
    }

    function _recovering(IdentityId id) private view returns (State memory state) {
        state = _existing(id);
        require(state.recovering, IdentityNotReady(id, _statusOf(state)));
    }

    /// @dev A veto counts still: the city's own registrar has no say.
    function _isContested(IdentityId id, State memory state) private view returns (bool) {
        return state.vetoed && block.timestamp < _recoveries[id].dueAt;
    }

    /// @dev The caller is a registrar of an ancestor, the one entry of `lineage`. The network is its own.
    function _checkAncestor(CityId city, CityId[] calldata lineage) private view returns (CityId acting) {
        require(lineage.length == 1, AncestorRequired(city));
        acting = lineage[0];
        bool isAncestor = (acting != city || city == NETWORK) && manager.isAncestorOrSelf(acting, city);
        require(isAncestor && manager.holds(msg.sender, acting, IDENTITY), AncestorRequired(city));
    }

    function _checkControl(
        Kind kind,
        bytes calldata signer,
        bytes32 guardian,
        uint40 until,
        uint256 begin
    ) private pure {
        require(signer.length >= Signer.ACCOUNT_LENGTH, SignerInvalid(signer));
        bool isValid = guardian == 0 ? until == 0 : until > begin && kind == Kind.Natural;
        require(isValid, GuardianInvalid(guardian, until));
    }

    /// @dev An order of the identity's current key.
    /// @return order Its digest.
    function _checkSigned(
        IdentityId id,
        State memory state,
        Signed calldata signed,
        bytes memory encoded
    ) private view returns (bytes32 order) {
        _checkDeadline(signed.deadline);
        require(_isCurrent(id, state, signed.signer), NotCurrentSigner(id, signed.signer));
        order = _hashTypedDataV4(keccak256(encoded));
        _checkSignature(signed.signer, order, signed.signature);
    }

    function _isCurrent(IdentityId id, State memory state, bytes calldata signer) private view returns (bool) {
        bool guarded = state.guardianUntil == 0 || block.timestamp < state.guardianUntil;
        return guarded && keccak256(signer) == _signers[id];
    }

    function _checkSignature(bytes calldata signer, bytes32 order, bytes calldata signature) private view {
        require(signer.isValid(order, signature), SignatureInvalid(signer));
    }

    function _checkDeadline(uint40 deadline) private view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    /// @dev The new key agrees to the proposal, and will be good when it is due.
    function _checkProposal(IdentityId id, State memory state, Proposal calldata proposal, uint40 dueAt) private view {
        Control calldata control = proposal.control;
        _checkControl(state.kind, control.signer, control.guardian, control.guardianUntil, dueAt);
        _checkDeadline(proposal.deadline);
        bytes32 structHash = keccak256(
            abi.encode(
                RECOVERY_TYPEHASH,
                id,
                keccak256(control.signer),
                control.guardian,
                control.guardianUntil,
                state.changes,
                proposal.deadline
            )
        );
        _checkSignature(control.signer, _hashTypedDataV4(structHash), proposal.signature);
    }

    function _controlHash(Control calldata control) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(control.signer), control.guardian, control.guardianUntil));
    }

    function _statusOf(State memory state) private pure returns (IdentityStatus) {
        if (state.kind == Kind.None) return IdentityStatus.Unknown;
        if (state.closed) return IdentityStatus.Closed;
        if (state.recovering) return IdentityStatus.Recovering;
        return state.suspended ? IdentityStatus.Suspended : IdentityStatus.Active;
    }
}
