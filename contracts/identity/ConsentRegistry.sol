// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {Capability} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {ClaimId} from "./ClaimId.sol";
import {Commitments} from "./Commitments.sol";
import {ConsentId} from "./ConsentId.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {IConsentRegistry} from "./IConsentRegistry.sol";

/// @title ConsentRegistry
/// @notice Consents to use what a claim says, and a receipt for each use.
/// @dev
/// ```
///   give                use (a number of times)
///  ──────► Active ◄──────────────────────────► Active ──► Exhausted | Expired
///            │  ▲  the provider authorises, or no more, where the schema asks for it
///            ▼  │
///     AwaitingProvider                       withdraw: from anywhere ──► Withdrawn
/// ```
contract ConsentRegistry is CityManaged, EIP712, IConsentRegistry {
    using Signer for bytes;

    bytes32 private constant CONSENT_TYPEHASH = keccak256(
        "Consent(bytes holder,bytes32 claim,uint32 schema,uint32 provider,bytes32 scope,bytes32 purpose,"
        "uint32 granteeCity,uint32 granteeCapability,address grantee,uint40 validFrom,uint40 validUntil,uint32 uses,"
        "uint40 deadline)"
    );
    bytes32 private constant WITHDRAWAL_TYPEHASH = keccak256("Withdrawal(bytes32 consent)");

    /// @inheritdoc IConsentRegistry
    IClaimRegistry public immutable claims;

    mapping(ConsentId consent => State) private _states;
    mapping(bytes32 holderHash => bytes32 claimOrSchema) private _consentedFor;

    constructor(
        ICityAccessManager manager_,
        IClaimRegistry claims_
    ) CityManaged(manager_) EIP712("Civitas ConsentRegistry", "1") {
        claims = claims_;
    }

    /// @inheritdoc IConsentRegistry
    function give(Consent calldata consent, bytes calldata signature) external returns (ConsentId id) {
        manager.checkOpen(NETWORK);
        require(block.timestamp <= consent.deadline, OrderExpired(consent.deadline));
        _checkTerms(consent);
        id = idOf(consent);
        State memory state = _states[id];
        require(!state.given && !state.withdrawn, ConsentKnown(id));
        _checkSignature(consent.holder, ConsentId.unwrap(id), signature);
        _bindHolder(consent);
        state.given = true;
        // slither-disable-next-line unused-return
        _touch(id, state);
        emit ConsentGiven(id, consent.granteeCity, consent.grantee, consent);
    }

    /// @inheritdoc IConsentRegistry
    function withdraw(Consent calldata consent, bytes calldata signature) external {
        ConsentId id = idOf(consent);
        State memory state = _states[id];
        require(!state.withdrawn, ConsentWithdrawnBefore(id));
        bytes32 order = _hashTypedDataV4(keccak256(abi.encode(WITHDRAWAL_TYPEHASH, id)));
        _checkSignature(consent.holder, order, signature);
        state.withdrawn = true;
        emit ConsentWithdrawn(id, _touch(id, state));
    }

    /// @inheritdoc IConsentRegistry
    function authorize(Consent calldata consent, CityId[] calldata lineage) external {
        (State memory state, ConsentId id) = _given(consent);
        CityId provider = consent.provider;
        require(provider != NETWORK && !state.authorized, AuthorizationUnchanged(id, provider));
        // slither-disable-next-line unused-return
        _checkActing(provider, consent.schema.issuing(), lineage);
        state.authorized = true;
        emit ConsentAuthorized(id, provider, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IConsentRegistry
    function withdrawAuthorization(Consent calldata consent, CityId[] calldata lineage) external {
        (State memory state, ConsentId id) = _given(consent);
        CityId provider = consent.provider;
        require(state.authorized, AuthorizationUnchanged(id, provider));
        _checkStanding(provider, consent.schema.issuing(), lineage);
        state.authorized = false;
        emit AuthorizationWithdrawn(id, provider, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IConsentRegistry
    function use(
        Consent calldata consent,
        UsedClaim calldata used,
        bytes32 purpose,
        bytes32 file
    ) external returns (uint32) {
        _checkGrantee(consent);
        (ConsentStatus status, ConsentId id) = statusOf(consent);
        require(status == ConsentStatus.Active, ConsentNotReady(id, status));
        require(purpose == consent.purpose, PurposeDiffers(id, purpose));
        State memory state = _states[id];
        ClaimId claim = _checkClaim(id, consent, used);
        ++state.used;
        emit ConsentUsed(id, msg.sender, state.used, claim, file, _touch(id, state));
        return state.used;
    }

    /// @inheritdoc IConsentRegistry
    function statusOf(Consent calldata consent) public view returns (ConsentStatus status, ConsentId id) {
        id = idOf(consent);
        State memory state = _states[id];
        if (state.withdrawn) status = ConsentStatus.Withdrawn;
        else if (!state.given) status = ConsentStatus.Unknown;
        else if (block.timestamp >= consent.validUntil) status = ConsentStatus.Expired;
        else if (state.used >= consent.uses) status = ConsentStatus.Exhausted;
        else if (block.timestamp < consent.validFrom) status = ConsentStatus.NotYetValid;
        else if (!state.authorized && claims.schemaOf(consent.schema).providerConsent) {
            status = ConsentStatus.AwaitingProvider;
        } else status = ConsentStatus.Active;
    }

    /// @inheritdoc IConsentRegistry
    function idOf(Consent calldata consent) public view returns (ConsentId) {
        // In two parts, for the stack: all are static, so that their encodings can be joined.
        bytes memory what = abi.encode(
            CONSENT_TYPEHASH,
            keccak256(consent.holder),
            consent.claim,
            consent.schema,
            consent.provider,
            consent.scope,
            consent.purpose
        );
        bytes memory whom = abi.encode(
            consent.granteeCity,
            consent.granteeCapability,
            consent.grantee,
            consent.validFrom,
            consent.validUntil,
            consent.uses,
            consent.deadline
        );
        return ConsentId.wrap(_hashTypedDataV4(keccak256(bytes.concat(what, whom))));
    }

    /// @inheritdoc IConsentRegistry
    function stateOf(ConsentId consent) external view returns (State memory) {
        return _states[consent];
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev One claim, or one schema, for a holder key.
    function _bindHolder(Consent calldata consent) private {
        bytes32 target = ClaimId.unwrap(consent.claim);
        if (target == 0) target = bytes32(uint256(Capability.unwrap(consent.schema.issuing())));
        bytes32 holderHash = keccak256(consent.holder);
        bytes32 known = _consentedFor[holderHash];
        if (known == target) return;
        require(known == 0, HolderKeyReused(consent.holder));
        _consentedFor[holderHash] = target;
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(ConsentId id, State memory state) private returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        _states[id] = state;
    }

    function _given(Consent calldata consent) private view returns (State memory state, ConsentId id) {
        id = idOf(consent);
        state = _states[id];
        require(!state.withdrawn, ConsentNotReady(id, ConsentStatus.Withdrawn));
        require(state.given, ConsentNotReady(id, ConsentStatus.Unknown));
    }

    function _checkTerms(Consent calldata consent) private pure {
        bool toRole = consent.granteeCity != NETWORK && consent.grantee == address(0);
        bool toAccount = consent.granteeCity == NETWORK && consent.grantee != address(0);
        require((toRole || toAccount) && consent.uses != 0 && consent.validFrom < consent.validUntil, ConsentInvalid());
    }

    function _checkGrantee(Consent calldata consent) private view {
        if (consent.grantee == address(0)) {
            return manager.checkCan(msg.sender, consent.granteeCity, consent.granteeCapability);
        }
        require(msg.sender == consent.grantee, NotGrantee(msg.sender));
        manager.checkOpen(NETWORK);
    }

    /// @dev An active claim of this holder key, which the consent covers, from the provider that agreed.
    function _checkClaim(
        ConsentId id,
        Consent calldata consent,
        UsedClaim calldata used
    ) private view returns (ClaimId claim) {
        IClaimRegistry.ClaimStatus status;
        (status, claim) = claims.statusOf(used.claim, used.path);
        require(status == IClaimRegistry.ClaimStatus.Active, ClaimNotActive(claim, status));
        require(
            (ClaimId.unwrap(consent.claim) == 0 || consent.claim == claim) &&
                consent.schema == used.claim.schema &&
                (consent.provider == NETWORK || consent.provider == used.claim.city) &&
                used.claim.holder == _holderOf(consent.holder, used),
            ClaimDiffers(id, claim)
        );
    }

    function _holderOf(bytes calldata holder, UsedClaim calldata used) private view returns (bytes32) {
        bytes32 own = Commitments.holder(used.party, used.holderSalt, holder);
        if (claims.schemaOf(used.claim.schema).parties == 1) return own;
        return used.party == 0 ? Commitments.pair(own, used.otherHolder) : Commitments.pair(used.otherHolder, own);
    }

    function _checkSignature(bytes calldata signer, bytes32 order, bytes calldata signature) private view {
        require(signer.isValid(order, signature), SignatureInvalid(signer));
    }
}
