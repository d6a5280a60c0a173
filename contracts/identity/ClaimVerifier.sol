// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Signer} from "../common/Signer.sol";
import {ClaimId} from "./ClaimId.sol";
import {Commitments} from "./Commitments.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {IClaimVerifier} from "./IClaimVerifier.sol";
import {IdentityId} from "./IdentityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";
import {ISchemaRegistry} from "./ISchemaRegistry.sol";

/// @title ClaimVerifier
/// @notice What a presentation of claims proves.
contract ClaimVerifier is EIP712, IClaimVerifier {
    using Signer for bytes;

    bytes32 private constant DISCLOSURE_TYPEHASH = keccak256("Disclosure(bytes32 claim,string[] fields)");
    bytes32 private constant PRESENTATION_TYPEHASH = keccak256(
        "Presentation(bytes32 identity,Disclosure[] claims,string verifier,string purpose,bytes32 challenge,"
        "uint40 expires)Disclosure(bytes32 claim,string[] fields)"
    );

    /// @inheritdoc IClaimVerifier
    IClaimRegistry public immutable claims;
    /// @inheritdoc IClaimVerifier
    IIdentityRegistry public immutable identities;

    constructor(IClaimRegistry claims_, IIdentityRegistry identities_) EIP712("Civitas ClaimVerifier", "1") {
        claims = claims_;
        identities = identities_;
    }

    /// @inheritdoc IClaimVerifier
    function presentationStatus(
        Presentation calldata presentation,
        ShownClaim[] calldata shown,
        bytes calldata signer,
        bytes calldata signature
    ) external view returns (PresentationStatus status, uint256 index, IClaimRegistry.ClaimStatus claimStatus) {
        if (block.timestamp > presentation.expires) return (PresentationStatus.Expired, 0, claimStatus);
        if (shown.length == 0) return (PresentationStatus.Empty, 0, claimStatus);
        bytes32 digest = presentationDigest(presentation, shown);
        for (; index < shown.length; ++index) {
            (status, claimStatus) = _check(shown[index], presentation.identity, digest);
            if (status != PresentationStatus.Valid) return (status, index, claimStatus);
        }
        index = 0;
        if (identities.statusOf(presentation.identity) != IIdentityRegistry.IdentityStatus.Active) {
            status = PresentationStatus.IdentityNotActive;
        } else if (!identities.isSignedBy(presentation.identity, digest, signer, signature)) {
            status = PresentationStatus.IdentitySignatureInvalid;
        }
    }

    /// @inheritdoc IClaimVerifier
    function presentationDigest(
        Presentation calldata presentation,
        ShownClaim[] calldata shown
    ) public view returns (bytes32) {
        bytes32[] memory disclosures = new bytes32[](shown.length);
        for (uint256 i = 0; i < shown.length; ++i) disclosures[i] = _hashDisclosure(shown[i]);
        bytes32 structHash = keccak256(
            abi.encode(
                PRESENTATION_TYPEHASH,
                presentation.identity,
                keccak256(abi.encodePacked(disclosures)),
                keccak256(bytes(presentation.verifier)),
                keccak256(bytes(presentation.purpose)),
                presentation.challenge,
                presentation.expires
            )
        );
        return _hashTypedDataV4(structHash);
    }

    /// @inheritdoc IClaimVerifier
    function isDisclosed(
        bytes32 root,
        Field[] calldata fields,
        bytes32[] calldata proof,
        bool[] calldata proofFlags
    ) public view returns (bool) {
        if (fields.length == 0) return false;
        bytes32[] memory leaves = new bytes32[](fields.length);
        for (uint256 i = 0; i < fields.length; ++i) {
            bytes32 name = keccak256(bytes(fields[i].name));
            for (uint256 j = 0; j < i; ++j) if (keccak256(bytes(fields[j].name)) == name) return false;
            leaves[i] = Commitments.field(fields[i].name, fields[i].salt, fields[i].value);
        }
        try this.processMultiProof(leaves, proof, proofFlags) returns (bytes32 found) {
            return found == root;
        } catch {
            return false;
        }
    }

    /// @inheritdoc IClaimVerifier
    function processMultiProof(
        bytes32[] calldata leaves,
        bytes32[] calldata proof,
        bool[] calldata proofFlags
    ) external pure returns (bytes32) {
        return MerkleProof.processMultiProof(proof, proofFlags, leaves);
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev One of the shown claims, in the order of PresentationStatus.
    function _check(
        ShownClaim calldata shown,
        IdentityId identity,
        bytes32 digest
    ) private view returns (PresentationStatus, IClaimRegistry.ClaimStatus) {
        (IClaimRegistry.ClaimStatus status, ClaimId id) = claims.statusOf(shown.claim, shown.path);
        if (status != IClaimRegistry.ClaimStatus.Active) return (PresentationStatus.ClaimNotActive, status);
        if (!_isFieldsProven(shown)) return (PresentationStatus.FieldsNotProven, status);
        ISchemaRegistry.Schema memory schema = claims.schemaOf(shown.claim.schema);
        if (
            shown.party >= schema.parties || shown.own.identity != identity || !_isSubjectProven(shown, schema.parties)
        ) {
            return (PresentationStatus.SubjectNotProven, status);
        }
        if (!_isHolderProven(shown, schema.parties)) return (PresentationStatus.HolderNotProven, status);
        if (!_isAccepted(shown, schema.acceptance, id)) return (PresentationStatus.AcceptanceMissing, status);
        if (!shown.own.holder.isValid(digest, shown.signature)) {
            return (PresentationStatus.HolderSignatureInvalid, status);
        }
        return (PresentationStatus.Valid, status);
    }

    /// @dev A claim may be shown without any field; then there is nothing to prove.
    function _isFieldsProven(ShownClaim calldata shown) private view returns (bool) {
        if (shown.fields.length == 0) return true;
        return isDisclosed(shown.claim.root, shown.fields, shown.proof, shown.proofFlags);
    }

    function _isSubjectProven(ShownClaim calldata shown, uint8 parties) private pure returns (bool) {
        uint8 party = shown.party;
        bytes32 own = Commitments.subject(party, shown.own.subjectSalt, shown.own.identity);
        if (parties == 1) return shown.claim.subject == own && IdentityId.unwrap(shown.other.identity) == 0;
        if (shown.claim.subject != _pair(party, own, shown.otherSubject)) return false;
        if (IdentityId.unwrap(shown.other.identity) == 0) return true;
        return shown.otherSubject == Commitments.subject(1 - party, shown.other.subjectSalt, shown.other.identity);
    }

    function _isHolderProven(ShownClaim calldata shown, uint8 parties) private pure returns (bool) {
        uint8 party = shown.party;
        bytes32 own = Commitments.holder(party, shown.own.holderSalt, shown.own.holder);
        if (parties == 1) return shown.claim.holder == own;
        if (shown.claim.holder != _pair(party, own, shown.otherHolder)) return false;
        if (shown.other.holder.length == 0) return true;
        return shown.otherHolder == Commitments.holder(1 - party, shown.other.holderSalt, shown.other.holder);
    }

    function _isAccepted(
        ShownClaim calldata shown,
        ISchemaRegistry.Acceptance acceptance,
        ClaimId id
    ) private view returns (bool) {
        bool both = acceptance == ISchemaRegistry.Acceptance.Both;
        bool first = both || acceptance == ISchemaRegistry.Acceptance.First;
        bool second = both || acceptance == ISchemaRegistry.Acceptance.Second;
        (bool own, bool other) = shown.party == 0 ? (first, second) : (second, first);
        return
            (!own || shown.own.holder.isValid(ClaimId.unwrap(id), shown.own.acceptance)) &&
            (!other || shown.other.holder.isValid(ClaimId.unwrap(id), shown.other.acceptance));
    }

    function _hashDisclosure(ShownClaim calldata shown) private view returns (bytes32) {
        bytes32[] memory names = new bytes32[](shown.fields.length);
        for (uint256 i = 0; i < names.length; ++i) names[i] = keccak256(bytes(shown.fields[i].name));
        return keccak256(abi.encode(DISCLOSURE_TYPEHASH, claims.idOf(shown.claim), keccak256(abi.encodePacked(names))));
    }

    function _pair(uint8 party, bytes32 own, bytes32 other) private pure returns (bytes32) {
        return party == 0 ? Commitments.pair(own, other) : Commitments.pair(other, own);
    }
}
