// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claim} from "./Claim.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {IdentityId} from "./IdentityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";

/// @title What a presentation of claims proves.
/// @notice Views only: nothing is sent, stored or left behind. A holder discloses chosen fields of their claims to one verifier, for one
/// purpose and time, and signs that with each claim's holder key and with the identity's current key. So a stolen phone is useless
/// after recovery, and a verifier can show the presentation to nobody else as if it were made for them.
///
/// A claim about two (kinship, marriage, employment, tenancy) shows the other party too, where the presenter opens its commitment.
interface IClaimVerifier {
    /// @notice What a presentation is worth; the first fault found.
    /// @param Valid All of it is proven.
    /// @param Expired Past its time.
    /// @param Empty It shows no claim.
    /// @param ClaimNotActive A claim is not active: see its status.
    /// @param FieldsNotProven The fields are not those of the claim, or name one twice.
    /// @param SubjectNotProven The claim is not about this identity, or not about the other party that is named.
    /// @param HolderNotProven The key is not the claim's holder key.
    /// @param AcceptanceMissing A party that the schema asks has not accepted the claim.
    /// @param HolderSignatureInvalid The claim's holder key has not signed this presentation.
    /// @param IdentityNotActive See IIdentityRegistry.statusOf.
    /// @param IdentitySignatureInvalid The identity's current key has not signed this presentation.
    enum PresentationStatus {
        Valid,
        Expired,
        Empty,
        ClaimNotActive,
        FieldsNotProven,
        SubjectNotProven,
        HolderNotProven,
        AcceptanceMissing,
        HolderSignatureInvalid,
        IdentityNotActive,
        IdentitySignatureInvalid
    }

    /// @notice A disclosed field; see Commitments.field.
    struct Field {
        string name;
        bytes32 salt;
        bytes value;
    }

    /// @notice What opens the commitments of one party of a claim.
    /// @param identity The party; zero where it is not shown.
    /// @param subjectSalt Salt of the commitment to it.
    /// @param holder The party's holder key; empty where it is not shown.
    /// @param holderSalt Salt of the commitment to that.
    /// @param acceptance The holder key's signature over the claim's id, where the schema asks for it; else empty.
    struct Party {
        IdentityId identity;
        bytes32 subjectSalt;
        bytes holder;
        bytes32 holderSalt;
        bytes acceptance;
    }

    /// @notice A claim as it is shown.
    /// @param claim The claim.
    /// @param path Of a claim in a batch, the path to the root.
    /// @param fields The disclosed fields, in the order of the multiproof; may be none.
    /// @param proof Multiproof of the fields (MerkleProof of OpenZeppelin).
    /// @param proofFlags Flags of the multiproof.
    /// @param party Which party the presenter is: 0, or 1 for the second of two.
    /// @param own The presenter.
    /// @param other The other party of two; what is not shown of it stays empty.
    /// @param otherSubject Commitment to the other party of two.
    /// @param otherHolder Commitment to its holder key.
    /// @param signature The presenter's holder key's, over the presentation.
    struct ShownClaim {
        Claim claim;
        bytes32[] path;
        Field[] fields;
        bytes32[] proof;
        bool[] proofFlags;
        uint8 party;
        Party own;
        Party other;
        bytes32 otherSubject;
        bytes32 otherHolder;
        bytes signature;
    }

    /// @notice For whom, for what and until when; see IIdentityRegistry.Presence. What is signed is
    /// Presentation(bytes32 identity,Disclosure[] claims,string verifier,string purpose,bytes32 challenge,uint40 expires)
    /// Disclosure(bytes32 claim,string[] fields), with the ids of the claims and the names of their fields.
    struct Presentation {
        IdentityId identity;
        string verifier;
        string purpose;
        bytes32 challenge;
        uint40 expires;
    }

    /// @notice What a presentation is worth now.
    /// @param signer The identity's current key.
    /// @param signature Its signature over the presentation.
    /// @return status The one answer.
    /// @return index Which of the shown claims has the fault.
    /// @return claimStatus Status of that claim, where it is not active.
    function presentationStatus(
        Presentation calldata presentation,
        ShownClaim[] calldata shown,
        bytes calldata signer,
        bytes calldata signature
    ) external view returns (PresentationStatus status, uint256 index, IClaimRegistry.ClaimStatus claimStatus);

    /// @notice What the presenter signs, with the identity's key and each holder key: the presentation's EIP-712 digest.
    function presentationDigest(
        Presentation calldata presentation,
        ShownClaim[] calldata shown
    ) external view returns (bytes32);

    /// @notice Whether fields, at least one and none twice, are those of a content root.
    function isDisclosed(
        bytes32 root,
        Field[] calldata fields,
        bytes32[] calldata proof,
        bool[] calldata proofFlags
    ) external view returns (bool);

    /// @notice The root that a multiproof leads to. Reverts where it leads to none.
    function processMultiProof(
        bytes32[] calldata leaves,
        bytes32[] calldata proof,
        bool[] calldata proofFlags
    ) external pure returns (bytes32);

    /// @notice The registry whose claims these are.
    function claims() external view returns (IClaimRegistry);

    /// @notice The registry whose identities these are.
    function identities() external view returns (IIdentityRegistry);
}
