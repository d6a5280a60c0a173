// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Capability} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {Claim} from "./Claim.sol";
import {ClaimId} from "./ClaimId.sol";
import {ConsentId} from "./ConsentId.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title Consents to use what a claim says, and a receipt for each use.
/// @notice The holder of a claim lets a department, or an account, use it: for a purpose, in a period, a number of times. It is
/// signed with the
/// claim's holder key alone, which appears under no other claim, so that nobody else learns whose it is. Scope and purpose are
/// salted commitments. Each use is recorded, for the holder and for auditors; a withdrawal works at once.
///
/// Trust assumptions
/// - The chain records uses; it does not move the data. A department that uses data without recording it breaks the law unseen by
/// this contract.
/// - The grantee opens scope and purpose commitments with what the holder gave it.
interface IConsentRegistry {
    /// @notice The one answer to "may this consent be used now?".
    /// @param Unknown Not given here.
    /// @param NotYetValid Its period has not begun.
    /// @param Active It may be used.
    /// @param AwaitingProvider The schema asks for the issuing department's authorisation, which it has not given, or has withdrawn.
    /// @param Expired Its period has ended.
    /// @param Exhausted It was used as often as it allows.
    /// @param Withdrawn The holder withdrew it.
    enum ConsentStatus {
        Unknown,
        NotYetValid,
        Active,
        AwaitingProvider,
        Expired,
        Exhausted,
        Withdrawn
    }

    /// @notice A consent: its EIP-712 digest is its id, and what the holder key signs.
    /// @param holder The holder key of the claim (ERC-7913).
    /// @param claim The claim; zero for any claim of the schema under this holder key.
    /// @param schema The claim's schema.
    /// @param provider City whose department must authorise too, the one that issued the claim, where the schema asks for it; else 0.
    /// @param scope Salted commitment to what may be used: names of fields, documents.
    /// @param purpose Salted commitment to what for.
    /// @param granteeCity City of the department that may use it, with the capability that its officers hold; 0 and 0 for an account.
    /// @param grantee The account that may use it, or zero.
    /// @param validFrom Begin of the period, UTC seconds.
    /// @param validUntil End of the period, UTC seconds.
    /// @param uses How often it may be used.
    /// @param deadline Last moment to give it, UTC seconds.
    struct Consent {
        bytes holder;
        ClaimId claim;
        SchemaId schema;
        CityId provider;
        bytes32 scope;
        bytes32 purpose;
        CityId granteeCity;
        Capability granteeCapability;
        address grantee;
        uint40 validFrom;
        uint40 validUntil;
        uint32 uses;
        uint40 deadline;
    }

    /// @notice The claim that is used.
    /// @param path Of a claim in a batch, the path to the root.
    /// @param holderSalt Salt of the commitment to the holder key (Commitments.holder).
    /// @param party Of a claim about two, which party the holder is.
    /// @param otherHolder Of a claim about two, the commitment to the other party's holder key.
    struct UsedClaim {
        Claim claim;
        bytes32[] path;
        bytes32 holderSalt;
        uint8 party;
        bytes32 otherHolder;
    }

    /// @notice State of a consent, one slot.
    /// @param authorized The provider agrees.
    /// @param used How often it was used.
    /// @param changedIn Block of its last event.
    struct State {
        bool given;
        bool withdrawn;
        bool authorized;
        uint32 used;
        uint40 changedIn;
    }

    /// @notice A consent was given.
    event ConsentGiven(ConsentId indexed consent, CityId indexed granteeCity, address indexed grantee, Consent terms);
    /// @notice The holder withdrew a consent, perhaps before it was given here.
    event ConsentWithdrawn(ConsentId indexed consent, uint40 previousBlock);
    /// @notice The department that issued the claim agrees to its use.
    event ConsentAuthorized(ConsentId indexed consent, CityId indexed provider, address by, uint40 previousBlock);
    /// @notice It does so no more.
    event AuthorizationWithdrawn(ConsentId indexed consent, CityId indexed provider, address by, uint40 previousBlock);
    /// @notice Receipt of a use, the `use`th, from 1. `file` is a salted commitment to the file it was used for.
    event ConsentUsed(
        ConsentId indexed consent,
        address indexed by,
        uint32 use,
        ClaimId claim,
        bytes32 file,
        uint40 previousBlock
    );

    /// @notice This very consent was given, or withdrawn, already.
    error ConsentKnown(ConsentId consent);
    /// @notice The consent is withdrawn already.
    error ConsentWithdrawnBefore(ConsentId consent);
    /// @notice The consent cannot be used, or acted on, as it is.
    error ConsentNotReady(ConsentId consent, ConsentStatus status);
    /// @notice A consent names one grantee, a period and at least one use.
    error ConsentInvalid();
    /// @notice The holder key has consented for another claim or schema: no key signs under two.
    error HolderKeyReused(bytes holder);
    /// @notice The signature is not the holder key's over this order.
    error SignatureInvalid(bytes signer);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice Not whom the consent names.
    error NotGrantee(address account);
    /// @notice The consent is for another purpose.
    error PurposeDiffers(ConsentId consent, bytes32 purpose);
    /// @notice The consent is not for this claim: another claim, schema or holder key, or not from the provider it names.
    error ClaimDiffers(ConsentId consent, ClaimId claim);
    /// @notice The claim is not active.
    error ClaimNotActive(ClaimId claim, IClaimRegistry.ClaimStatus status);
    /// @notice The consent names no provider, or it agrees, or does not, already.
    error AuthorizationUnchanged(ConsentId consent, CityId provider);

    /// @notice Give a consent: the holder key signs its digest. By anyone, while the contract is open.
    function give(Consent calldata consent, bytes calldata signature) external returns (ConsentId);

    /// @notice Withdraw a consent, at once and for ever, also one not yet given here: the holder key signs
    /// Withdrawal(bytes32 consent). By anyone; it has no deadline, as nobody may run it down.
    function withdraw(Consent calldata consent, bytes calldata signature) external;

    /// @notice Agree to the use of what a department provides. By the issuing capability of the provider, or of the city that acts
    /// for it, under the guard.
    function authorize(Consent calldata consent, CityId[] calldata lineage) external;

    /// @notice Agree no more. By the issuing capability with the role alone.
    function withdrawAuthorization(Consent calldata consent, CityId[] calldata lineage) external;

    /// @notice Use a consent, and leave a receipt. By the grantee: the account, or who passes the guard with the capability.
    /// @param purpose The commitment to the purpose it is used for.
    /// @param file Salted commitment to the file it is used for.
    /// @return use Which use it is, from 1.
    function use(
        Consent calldata consent,
        UsedClaim calldata used,
        bytes32 purpose,
        bytes32 file
    ) external returns (uint32);

    /// @notice Whether a consent may be used now, as far as time, number, provider and withdrawal go.
    function statusOf(Consent calldata consent) external view returns (ConsentStatus status, ConsentId id);

    /// @notice The id of a consent: its EIP-712 digest.
    function idOf(Consent calldata consent) external view returns (ConsentId);

    /// @notice State of a consent; all zero if unknown.
    function stateOf(ConsentId consent) external view returns (State memory);

    /// @notice The registry whose claims these are.
    function claims() external view returns (IClaimRegistry);
}
