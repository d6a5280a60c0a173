// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {IDENTITY} from "../access/CityRole.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {Page} from "../common/Page.sol";
import {Signer} from "../common/Signer.sol";
import {IdentityId} from "./IdentityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {StateWord, pack} from "./StateWord.sol";

/// @title The records of identities, and the checks that acts on them share.
/// @notice The part of IdentityRegistry that keeps and reads.
abstract contract IdentityStore is CityManaged, EIP712, IIdentityRegistry {
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
        "Identity(uint8 kind,uint32 city,uint32 tagVersion,bytes32[] tags,bytes32 code,bytes signer,bytes32 guardian,"
        "uint40 guardianUntil,uint40 deadline)"
    );
    bytes32 private constant RECOVERY_TYPEHASH = keccak256(
        "Recovery(bytes32 identity,bytes newSigner,bytes32 guardian,uint40 guardianUntil,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant PRESENCE_TYPEHASH = keccak256(
        "Presence(bytes32 identity,string verifier,string purpose,bytes32 challenge,uint40 expires)"
    );

    /// @dev Public codes of legal persons are unique like tags, under a version that no tag key has.
    uint32 private constant PUBLIC_CODE = 0;

    /// @dev Living versions of the tag key, one slot.
    uint32 internal _firstTagVersion = 1;
    uint32 internal _lastTagVersion = 1;

    mapping(IdentityId identity => StateWord) internal _words;
    mapping(IdentityId identity => bytes32) internal _signers; // keccak-256: the signer itself is in the events
    mapping(IdentityId identity => bytes32) internal _guardians;
    mapping(IdentityId identity => Recovery) internal _recoveries;
    mapping(uint32 version => mapping(bytes32 tag => IdentityId)) internal _holders;
    mapping(IdentityId identity => mapping(uint32 recoveries => EnumerableSet.AddressSet)) internal _operators;

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

    function _claimTags(IdentityId id, Identity calldata identity) internal returns (uint32 last) {
        uint32 first = _firstTagVersion;
        last = _lastTagVersion;
        uint256 count = identity.tags.length;
        require(identity.tagVersion == first && count == last - first + 1, TagsInvalid(first, last));
        for (uint32 i = 0; i < count; ++i) _claimTag(id, first + i, identity.tags[i]);
        if (identity.code != 0) _claimTag(id, PUBLIC_CODE, identity.code);
    }

    /// @dev One tag, one open identity.
    function _claimTag(IdentityId id, uint32 version, bytes32 tag) internal {
        require(tag != 0, TagsInvalid(_firstTagVersion, _lastTagVersion));
        mapping(bytes32 => IdentityId) storage holders = _holders[version];
        IdentityId holder = holders[tag];
        bool free = IdentityId.unwrap(holder) == 0 || _words[holder].unpack().closed;
        require(free, TagTaken(version, tag, holder));
        holders[tag] = id;
    }

    function _setTagVersions(uint32 first, uint32 last) internal {
        require(first == last || first + 1 == last, TagVersionsInvalid(first, last));
        (_firstTagVersion, _lastTagVersion) = (first, last);
        emit TagVersionsChanged(first, last);
    }

    /// @dev Apart, for the stack.
    function _emitRegistered(IdentityId id, Identity calldata identity) internal {
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
    function _touch(IdentityId id, State memory state) internal returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _words[id] = pack(state);
    }

    function _endRecovery(IdentityId id, State memory state) internal returns (uint40 previousBlock) {
        state.recovering = false;
        // The count stays: what the next proposal binds.
        _recoveries[id] = Recovery(0, NETWORK, 0, false, _recoveries[id].changes);
        return _touch(id, state);
    }

    function _existing(IdentityId id) internal view returns (State memory state) {
        state = _words[id].unpack();
        require(state.kind != Kind.None, IdentityUnknown(id));
    }

    function _active(IdentityId id) internal view returns (State memory state) {
        state = _existing(id);
        IdentityStatus status = _statusOf(state);
        require(status == IdentityStatus.Active, IdentityNotReady(id, status));
    }

    /// @dev Open, and no recovery is proposed.
    function _unbound(IdentityId id) internal view returns (State memory state) {
        state = _existing(id);
        require(!state.closed && !state.recovering, IdentityNotReady(id, _statusOf(state)));
    }

    function _recovering(IdentityId id) internal view returns (State memory state) {
        state = _existing(id);
        require(state.recovering, IdentityNotReady(id, _statusOf(state)));
    }

    /// @dev A veto counts still: the city's own registrar has no say.
    function _isContested(IdentityId id, State memory state) internal view returns (bool) {
        return state.vetoed && block.timestamp < _recoveries[id].dueAt;
    }

    /// @dev The caller is a registrar of an ancestor, the one entry of `lineage`. The network is its own.
    function _checkAncestor(CityId city, CityId[] calldata lineage) internal view returns (CityId acting) {
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
    ) internal pure {
        require(signer.length >= Signer.ACCOUNT_LENGTH, SignerInvalid(signer));
        bool isValid = guardian == 0 ? until == 0 : until > begin && kind != Kind.Legal;
        require(isValid, GuardianInvalid(guardian, until));
    }

    /// @notice An order of the identity's current key.
    /// @return order Its digest.
    function _checkSigned(
        IdentityId id,
        State memory state,
        Signed calldata signed,
        bytes memory encoded
    ) internal view returns (bytes32 order) {
        _checkDeadline(signed.deadline);
        require(_isCurrent(id, state, signed.signer), NotCurrentSigner(id, signed.signer));
        order = _hashTypedDataV4(keccak256(encoded));
        _checkSignature(signed.signer, order, signed.signature);
    }

    function _isCurrent(IdentityId id, State memory state, bytes calldata signer) private view returns (bool) {
        bool guarded = state.guardianUntil == 0 || block.timestamp < state.guardianUntil;
        return guarded && keccak256(signer) == _signers[id];
    }

    function _checkSignature(bytes calldata signer, bytes32 order, bytes calldata signature) internal view {
        require(signer.isValid(order, signature), SignatureInvalid(signer));
    }

    function _checkDeadline(uint40 deadline) internal view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    /// @dev The new key agrees to the proposal, and will be good when it is due.
    function _checkProposal(IdentityId id, State memory state, Proposal calldata proposal, uint40 dueAt) internal view {
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
                _recoveries[id].changes,
                proposal.deadline
            )
        );
        _checkSignature(control.signer, _hashTypedDataV4(structHash), proposal.signature);
    }

    function _controlHash(Control calldata control) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(control.signer), control.guardian, control.guardianUntil));
    }

    function _statusOf(State memory state) internal pure returns (IdentityStatus) {
        if (state.kind == Kind.None) return IdentityStatus.Unknown;
        if (state.closed) return IdentityStatus.Closed;
        if (state.recovering) return IdentityStatus.Recovering;
        return state.suspended ? IdentityStatus.Suspended : IdentityStatus.Active;
    }
}
