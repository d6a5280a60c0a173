// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {IDENTITY} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {IdentityId} from "./IdentityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {IdentityStore} from "./IdentityStore.sol";
import {StateWord, newIdentity} from "./StateWord.sol";

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
contract IdentityRegistry is IdentityStore {
    using EnumerableSet for EnumerableSet.AddressSet;
    using Signer for address;

    bytes32 private constant ROTATION_TYPEHASH = keccak256(
        "Rotation(bytes32 identity,bytes newSigner,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant VETO_TYPEHASH = keccak256("Veto(bytes32 identity,uint32 changes,uint40 deadline)");
    bytes32 private constant MOVE_TYPEHASH = keccak256(
        "Move(bytes32 identity,uint32 to,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant OPERATOR_TYPEHASH = keccak256(
        "Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)"
    );

    constructor(ICityAccessManager manager_) CityManaged(manager_) EIP712("Civitas IdentityRegistry", "1") {}

    // -------------------------------------------------------------------------------------------------------- registering

    /// @inheritdoc IIdentityRegistry
    function register(Identity calldata identity, bytes calldata signature) external returns (IdentityId id) {
        (Kind kind, CityId city) = (identity.kind, identity.city);
        manager.checkCan(msg.sender, city, IDENTITY);
        _checkDeadline(identity.deadline);
        require(kind != Kind.None, KindInvalid());
        require(kind == Kind.Legal || identity.code == 0, NotLegalPerson());
        _checkControl(kind, identity.signer, identity.guardian, identity.guardianUntil, block.timestamp);
        id = idOf(identity);
        require(StateWord.unwrap(_words[id]) == 0, IdentityExists(id));
        _checkSignature(identity.signer, IdentityId.unwrap(id), signature);

        uint32 tagVersion = _claimTags(id, identity);
        _words[id] = newIdentity(kind, city, tagVersion, identity.guardianUntil);
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
}
