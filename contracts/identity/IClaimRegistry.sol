// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {Claim} from "./Claim.sol";
import {ClaimId} from "./ClaimId.sol";
import {ISchemaRegistry} from "./ISchemaRegistry.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title Claims about persons, without the persons.
/// @notice A department of a city states something about somebody. The chain keeps that it was stated, by whom, when, and whether it still
/// stands; whom and what it is about are salted commitments, opened by the holder to whom they choose (see IClaimVerifier).
///
/// Three sizes: one claim; many in one call, of one city, schema and validity; millions under one root, each with its position.
/// A status is two bits for a claim in a batch, one word for a single one, and statusOf answers alike.
///
/// Trust assumptions
/// - An issuer, an account with the capability to issue under the schema for the city, states what it likes under its name.
/// - The same capability, held today, suspends and ends what the city issued under the schema; so does the one of the nearest active
///   ancestor of a city that cannot act, or of its successor. Nobody brings back what was revoked or superseded.
/// - A controller of the city, or of the one that acts for it, may distrust one of its issuers from a moment on, for ever.
interface IClaimRegistry is ISchemaRegistry {
    /// @notice The one answer to "what is this claim worth now?".
    /// @param Unknown Not issued here, not in the batch it names, or valid for longer than its schema allows.
    /// @param NotYetValid Its validity has not begun.
    /// @param Active Issued by an entitled issuer, and in force.
    /// @param Suspended Suspended, itself or with its batch.
    /// @param Expired Its validity has ended.
    /// @param Superseded Another claim took its place.
    /// @param Revoked Revoked for ever, itself or with its batch.
    /// @param Distrusted Its issuer was found untrustworthy, from a moment at or before it was issued.
    enum ClaimStatus {
        Unknown,
        NotYetValid,
        Active,
        Suspended,
        Expired,
        Superseded,
        Revoked,
        Distrusted
    }

    /// @notice What was done to a record, apart from the passing of time. Two bits for a claim in a batch, Standing being zero.
    enum Standing {
        Standing,
        Suspended,
        Superseded,
        Revoked
    }

    /// @notice What many claims share.
    /// @param validFrom Begin of validity, UTC seconds.
    /// @param validUntil End of validity, UTC seconds; 0 for none, where the schema allows.
    struct Terms {
        CityId city;
        SchemaId schema;
        uint40 validFrom;
        uint40 validUntil;
    }

    /// @notice What each claim has of its own; see Claim.
    struct Content {
        bytes32 root;
        bytes32 subject;
        bytes32 holder;
    }

    /// @notice Claims under one root.
    /// @param serial The issuer's number for the batch, from 1, never used again.
    /// @param count How many positions it has.
    /// @param root Root of the tree of the claims' ids.
    struct Batch {
        CityId city;
        SchemaId schema;
        uint64 serial;
        uint32 count;
        bytes32 root;
    }

    /// @notice An issuer's signature under an order, which anyone may relay.
    /// @param issuer An account: a key pair's, or an ERC-1271 contract.
    /// @param deadline Last moment to relay the order, UTC seconds; part of what is signed.
    struct Order {
        address issuer;
        uint40 deadline;
        bytes signature;
    }

    /// @notice State of a claim or a batch, one slot.
    /// @param exists It was issued or anchored.
    /// @param changes How often it changed since.
    /// @param issuedAt When, UTC seconds.
    /// @param changedIn Block of its last event; of a batch, also of the events of its positions.
    /// @param count Positions of a batch; 0 for a single claim.
    struct RecordState {
        bool exists;
        Standing standing;
        CityId city;
        SchemaId schema;
        uint32 changes;
        uint32 count;
        uint40 issuedAt;
        uint40 changedIn;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A claim was issued, under a role: (city, issue under the schema), packed as CityRole does.
    event ClaimIssued(
        ClaimId indexed claim,
        uint64 indexed role,
        address indexed issuer,
        uint40 validFrom,
        uint40 validUntil,
        bytes32 root,
        bytes32 subject,
        bytes32 holder
    );
    /// @notice A batch of claims was anchored, under a role.
    event BatchAnchored(
        ClaimId indexed batch,
        uint64 indexed role,
        address indexed issuer,
        uint64 serial,
        uint32 count,
        bytes32 root
    );
    /// @notice A claim, or a whole batch, was suspended, reinstated or revoked: `standing` is what it is now.
    event StandingChanged(
        ClaimId indexed record,
        Standing indexed standing,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice The same of one claim in a batch. `previousBlock` is that of the batch's previous event.
    event PositionStandingChanged(
        ClaimId indexed batch,
        uint32 indexed position,
        Standing indexed standing,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice Another claim took the place of a claim.
    event ClaimSuperseded(ClaimId indexed claim, ClaimId indexed successor, address by, uint40 previousBlock);
    /// @notice Another claim took the place of a claim in a batch.
    event PositionSuperseded(
        ClaimId indexed batch,
        uint32 indexed position,
        ClaimId indexed successor,
        address by,
        uint40 previousBlock
    );
    /// @notice Whatever `issuer` issued for the city from `since` on is not to be trusted.
    event IssuerDistrusted(CityId indexed city, address indexed issuer, uint40 since, address by);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The schema is closed for new claims.
    error SchemaClosed(SchemaId schema);
    /// @notice A claim's validity ends after it begins and after now, and is not longer than the schema allows.
    error ValidityInvalid(uint40 validFrom, uint40 validUntil, uint40 maxValidity);
    /// @notice This very claim was issued already.
    error ClaimExists(ClaimId claim);
    /// @notice The issuer has used this serial already.
    error SerialUsed(address issuer, uint64 serial);
    /// @notice A batch has a serial, at least one position, and a root.
    error BatchInvalid(uint64 serial, uint32 count, bytes32 root);
    /// @notice No claim or batch has this id.
    error ClaimUnknown(ClaimId record);
    /// @notice The record is not in a state for this act.
    error StandingInvalid(ClaimId record, Standing standing);
    /// @notice The batch has no such position.
    error PositionInvalid(ClaimId batch, uint32 position);
    /// @notice The records of one call are of one city and schema.
    error RecordsMixed(ClaimId record);
    /// @notice A claim is superseded by one of the same schema.
    error SchemaDiffers(SchemaId schema, SchemaId successor);
    /// @notice Whole batches are revoked, not superseded.
    error NotSingleClaim(ClaimId record);
    /// @notice The signature is not the issuer's over this order.
    error OrderInvalid(address issuer);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice An issuer is distrusted from a moment on that has come, and is earlier than the one known.
    error DistrustInvalid(uint40 since, uint40 known);
    /// @notice Nothing to do.
    error Empty();

    // -------------------------------------------------------------------------------------------------------- issuing

    /// @notice Issue a claim. By an issuer under the guard, in the subtree of the schema's city.
    function issue(Terms calldata terms, Content calldata content) external returns (ClaimId claim);

    /// @notice Issue many. Those that exist already are skipped.
    /// @return issued How many are new.
    function issueMany(Terms calldata terms, Content[] calldata contents) external returns (uint256 issued);

    /// @notice Issue claims that an issuer has signed off line. By anyone; the guard is asked about the issuer, now. The order is
    /// IssueOrder(bytes32[] claims,uint40 deadline), over the claims' ids in their order. One that exists already is refused, of
    /// many it is skipped.
    function relay(
        Terms calldata terms,
        Content[] calldata contents,
        Order calldata order
    ) external returns (uint256 issued);

    /// @notice Issue up to 2^32 - 1 claims under one root. By an issuer under the guard, in the subtree of the schema's city.
    /// @return The id of the batch, as batchOf gives it beforehand.
    function anchor(Batch calldata batch) external returns (ClaimId);

    /// @notice Anchor a batch that an issuer has signed off line:
    /// AnchorOrder(address issuer,uint32 city,uint32 schema,uint64 serial,uint32 count,bytes32 root,uint40 deadline).
    function relayAnchor(Batch calldata batch, Order calldata order) external returns (ClaimId);

    // -------------------------------------------------------------------------------------------------------- ending

    /// @notice Suspend claims, or whole batches, of one city and schema. By the issuing capability alone, held today.
    /// Of many, those that cannot change (suspended, revoked or superseded already) are skipped.
    /// @param reason A code; src/identity/reason.ts lists those in use.
    /// @param lineage Empty for the city itself; see ICityAccessManager.hasStanding.
    function suspend(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external;

    /// @notice End their suspension. By the issuing capability under the guard.
    function reinstate(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Revoke them for ever. By the issuing capability alone, held today.
    function revoke(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Suspend claims in a batch by their positions; otherwise like suspend.
    function suspendAt(ClaimId batch, uint32[] calldata positions, uint16 reason, CityId[] calldata lineage) external;

    /// @notice End the suspension of claims in a batch; otherwise like reinstate.
    function reinstateAt(ClaimId batch, uint32[] calldata positions, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Revoke claims in a batch for ever; otherwise like revoke.
    function revokeAt(ClaimId batch, uint32[] calldata positions, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Issue a claim in place of another of the same schema and city, or of a city that the new one's city acts for.
    function supersede(
        ClaimId claim,
        Terms calldata terms,
        Content calldata content,
        CityId[] calldata lineage
    ) external returns (ClaimId successor);

    /// @notice Issue a claim in place of one in a batch; otherwise like supersede.
    function supersedeAt(
        ClaimId batch,
        uint32 position,
        Terms calldata terms,
        Content calldata content,
        CityId[] calldata lineage
    ) external returns (ClaimId successor);

    /// @notice Distrust whatever an issuer issued for a city from a moment on. By the city's controller, or that of the city that acts
    /// for it, with the role alone; for ever.
    /// @param since UTC seconds, not in the future; earlier than what is known, if anything is.
    function distrust(CityId city, address issuer, uint40 since, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice What a claim is worth now. Of several that are so, the first of: unknown, revoked, superseded, distrusted, expired,
    /// suspended, not yet valid.
    /// @param proof Of a claim in a batch, the path from its id to the root (MerkleProof of OpenZeppelin); empty of a single one.
    /// @return status The one answer.
    /// @return id The claim's id.
    function statusOf(
        Claim calldata claim,
        bytes32[] calldata proof
    ) external view returns (ClaimStatus status, ClaimId id);

    /// @notice The id of a claim: its EIP-712 digest.
    function idOf(Claim calldata claim) external view returns (ClaimId);

    /// @notice The id of an issuer's batch, the EIP-712 digest of BatchKey(address issuer,uint64 serial); anchored or not yet.
    function batchOf(address issuer, uint64 serial) external view returns (ClaimId);

    /// @notice State of a claim or a batch; all zero if unknown.
    function stateOf(ClaimId record) external view returns (RecordState memory);

    /// @notice What was done to a claim in a batch, apart from what was done to the batch.
    function standingAt(ClaimId batch, uint32 position) external view returns (Standing);

    /// @notice Root of a batch; zero if unknown.
    function rootOf(ClaimId batch) external view returns (bytes32);

    /// @notice From when on an issuer is distrusted, UTC seconds; 0 if it is not.
    function distrustedSince(CityId city, address issuer) external view returns (uint40);
}
