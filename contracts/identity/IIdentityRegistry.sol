// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "./IdentityId.sol";

/// @title Residents and legal persons, one identity each in the whole network.
/// @notice An identity is registered by an officer of a city, with the person's own signature. The chain knows it by its key and by
/// keyed tags, which only the tag service can compute; nothing here is derived from a document number. Whoever presents something
/// proves it with the identity's current key; the network's records of a natural person never name the identity.
///
/// Persons sign, and anyone relays: every act of a person is an EIP-712 order with the identity's count of changes and a deadline.
///
/// Trust assumptions
/// - A registrar, (city, IDENTITY), decides who somebody is. Alone it can register no key without that key's signature, replace no key
///   against the person's veto (but that of an ancestor, or of the network, can), and move no one. It can suspend and
///   close the identities of its city, and register a person anew under
///   another id, which inherits nothing; everyone sees that.
/// - The tags are as unique as the tag service makes them.
/// - A signer's verifier, or contract, decides what its signatures are. Whoever deals with the person must know that code (the suite's
///   P256Verifier); a person may rotate to any.
interface IIdentityRegistry {
    /// @notice What kind of person an identity is of.
    enum Kind {
        None,
        Natural,
        Legal
    }

    /// @notice The one answer to "what is this identity worth now?".
    /// @param Unknown Nothing was registered under this id.
    /// @param Active Its current key speaks for the person.
    /// @param Suspended Suspended by a registrar.
    /// @param Recovering A recovery is proposed; nothing the present key signs counts, but its veto.
    /// @param Closed Closed for ever; the person may be registered anew.
    enum IdentityStatus {
        Unknown,
        Active,
        Suspended,
        Recovering,
        Closed
    }

    /// @notice What a signature of presence is worth.
    /// @param Valid The identity's current key signed it, and it has not expired.
    /// @param Expired Past its time.
    /// @param IdentityNotActive See statusOf.
    /// @param SignatureInvalid The signature is not that of the identity's current key.
    enum PresenceStatus {
        Valid,
        Expired,
        IdentityNotActive,
        SignatureInvalid
    }

    /// @notice A registration: its EIP-712 digest is the identity's id, and what the person signs.
    /// @param kind Natural or legal person.
    /// @param city The city that registers.
    /// @param tagVersion Version of the tag key of the first of `tags`.
    /// @param tags The person's uniqueness tag under each living version of the tag key, oldest first: HMACs, computed by the tag service.
    /// @param code A legal person's public code (Unified Social Credit Code, GB 32100-2015), ASCII left-aligned, if it is to be public;
    /// else zero, as always for a natural person.
    /// @param signer The key: 20 bytes of an account, or a verifier and a key (ERC-7913).
    /// @param guardian Zero, or the salted commitment to the guardian's identity (see Commitments.guardian). The key is then one that
    /// the guardian holds, and uses for nobody else.
    /// @param guardianUntil End of the guardianship, UTC seconds; from then on the key is worth nothing. 0 without a guardian.
    /// @param deadline Last moment to register, UTC seconds.
    struct Identity {
        Kind kind;
        CityId city;
        uint32 tagVersion;
        bytes32[] tags;
        bytes32 code;
        bytes signer;
        bytes32 guardian;
        uint40 guardianUntil;
        uint40 deadline;
    }

    /// @notice Who signs for an identity; see Identity for the fields.
    struct Control {
        bytes signer;
        bytes32 guardian;
        uint40 guardianUntil;
    }

    /// @notice What a registrar proposes, and the new key agrees to.
    /// @param control What shall replace the present control.
    /// @param evidence Salted commitment to what the registrar saw.
    /// @param deadline Last moment to propose it, UTC seconds.
    /// @param signature The new key's, over
    /// Recovery(bytes32 identity,bytes newSigner,bytes32 guardian,uint40 guardianUntil,uint32 changes,uint40 deadline), with the
    /// count of changes of recoveryOf.
    struct Proposal {
        Control control;
        bytes32 evidence;
        uint40 deadline;
        bytes signature;
    }

    /// @notice State of an identity, one slot.
    /// @param vetoed The key has vetoed a recovery: for a time, see Recovery, only an ancestor may propose one, and close the identity.
    /// @param tagVersion Newest version of the tag key under which the identity has a tag.
    /// @param changes How often it changed: what the next signed order binds.
    /// @param changedIn Block of its last event.
    /// @param recoveries How often control was recovered; operators named before count no more.
    struct State {
        Kind kind;
        bool suspended;
        bool closed;
        bool recovering;
        bool vetoed;
        CityId city;
        uint32 tagVersion;
        uint32 changes;
        uint40 changedIn;
        uint32 recoveries;
        uint40 guardianUntil;
    }

    /// @notice A proposed recovery; or, while none is proposed, what a veto left: until when only an ancestor may propose one.
    /// @param control keccak-256 of the Control that shall replace the present one; zero after a veto.
    /// @param acting The city whose registrar proposed it.
    /// @param dueAt From when on it can be completed; after a veto, until when that counts. UTC seconds.
    /// @param isFinal No veto stands against it.
    /// @param changes The identity's count of changes at the last proposal, 0 if there was none: what a veto of it binds, and the new key's
    /// agreement to the next one, whatever else happens meanwhile.
    struct Recovery {
        bytes32 control;
        CityId acting;
        uint40 dueAt;
        bool isFinal;
        uint32 changes;
    }

    /// @notice The signature of a person under an order, which anyone may relay.
    /// @param signer The identity's current key.
    /// @param deadline Last moment to relay the order, UTC seconds; part of what is signed.
    /// @param signature Over the order's EIP-712 digest.
    struct Signed {
        bytes signer;
        uint40 deadline;
        bytes signature;
    }

    /// @notice A registrar's signature that lets a person move away.
    /// @param officer A registrar of the present city, or of the city that acts for it.
    /// @param signature Over the same order that the person signs.
    /// @param lineage Empty for the present city's own registrar; see ICityAccessManager.hasStanding.
    struct Release {
        address officer;
        bytes signature;
        CityId[] lineage;
    }

    /// @notice A signed proof of presence; signed as EIP-712, seen by the verifier alone.
    /// @param verifier For whom, in words: a department's name, domain or DID.
    /// @param purpose For what, in words.
    /// @param challenge The verifier's random number.
    /// @param expires Until when, UTC seconds.
    struct Presence {
        IdentityId identity;
        string verifier;
        string purpose;
        bytes32 challenge;
        uint40 expires;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice An identity was registered.
    event IdentityRegistered(
        IdentityId indexed identity,
        CityId indexed city,
        Kind kind,
        bytes signer,
        bytes32 guardian,
        uint40 guardianUntil,
        address by
    );
    /// @notice A legal person was registered with its public code.
    event PublicCodeRegistered(IdentityId indexed identity, bytes32 indexed code);
    /// @notice A tag under the newest tag key was added.
    event TagAdded(
        IdentityId indexed identity,
        uint32 indexed version,
        bytes32 indexed tag,
        address by,
        uint40 previousBlock
    );
    /// @notice The person replaced the key.
    event KeyRotated(IdentityId indexed identity, bytes signer, uint40 previousBlock);
    /// @notice A registrar proposed to replace the key.
    event RecoveryProposed(
        IdentityId indexed identity,
        CityId indexed acting,
        Control control,
        bytes32 evidence,
        uint40 dueAt,
        address by,
        uint40 previousBlock
    );
    /// @notice The present key vetoed the recovery.
    event RecoveryVetoed(IdentityId indexed identity, uint40 previousBlock);
    /// @notice A registrar withdrew the recovery.
    event RecoveryWithdrawn(IdentityId indexed identity, address by, uint40 previousBlock);
    /// @notice The recovery is complete: what was proposed is in force.
    event Recovered(IdentityId indexed identity, Control control, uint40 previousBlock);
    /// @notice A registrar suspended the identity.
    event IdentitySuspended(IdentityId indexed identity, uint16 reason, address by, uint40 previousBlock);
    /// @notice A registrar ended the suspension.
    event IdentityReinstated(IdentityId indexed identity, uint16 reason, address by, uint40 previousBlock);
    /// @notice A registrar closed the identity, for ever.
    event IdentityClosed(IdentityId indexed identity, uint16 reason, address by, uint40 previousBlock);
    /// @notice The person moved to another city.
    event IdentityMoved(
        IdentityId indexed identity,
        CityId indexed from,
        CityId indexed to,
        address releasedBy,
        address by,
        uint40 previousBlock
    );
    /// @notice A legal person named an account that acts for it.
    event OperatorAuthorized(IdentityId indexed identity, address indexed operator, uint40 previousBlock);
    /// @notice An account acts for the legal person no more.
    event OperatorRevoked(IdentityId indexed identity, address indexed operator, uint40 previousBlock);
    /// @notice Tags under these versions of the tag key, first to last, are needed to register.
    event TagVersionsChanged(uint32 first, uint32 last);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice Nothing was registered under this id.
    error IdentityUnknown(IdentityId identity);
    /// @notice The very same registration was made already.
    error IdentityExists(IdentityId identity);
    /// @notice The identity is not in a state for this act.
    error IdentityNotReady(IdentityId identity, IdentityStatus status);
    /// @notice The tag, or public code, belongs to an open identity.
    error TagTaken(uint32 version, bytes32 tag, IdentityId holder);
    /// @notice Tags are needed under the versions `first` to `last`, and zero is none.
    error TagsInvalid(uint32 first, uint32 last);
    /// @notice The identity has a tag under this version of the tag key.
    error TagVersionHeld(IdentityId identity, uint32 version);
    /// @notice At most two versions of the tag key live at once, and at least one.
    error TagVersionsInvalid(uint32 first, uint32 last);
    /// @notice Only a legal person has a public code and operators.
    error NotLegalPerson();
    /// @notice Neither a natural nor a legal person.
    error KindInvalid();
    /// @notice A signer has 20 bytes, or more.
    error SignerInvalid(bytes signer);
    /// @notice A guardianship has a guardian and an end, after it begins, or neither; and a legal person has none.
    error GuardianInvalid(bytes32 guardian, uint40 until);
    /// @notice Not the identity's current key, or one whose guardianship has ended.
    error NotCurrentSigner(IdentityId identity, bytes signer);
    /// @notice The signature is not the signer's over this order.
    error SignatureInvalid(bytes signer);
    /// @notice The releasing registrar's signature is not good, or it is no registrar of that city.
    error ReleaseInvalid(address officer, CityId city);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice For a time after a veto, only a registrar of an ancestor of the city may propose a recovery, and close the identity.
    error AncestorRequired(CityId city);
    /// @notice No veto stands against this recovery.
    error RecoveryFinal(IdentityId identity);
    /// @notice The recovery can be completed from `dueAt` on.
    error RecoveryNotDue(IdentityId identity, uint40 dueAt);
    /// @notice This is not what was proposed.
    error RecoveryDiffers(IdentityId identity);
    /// @notice A person moves to another city than the present one.
    error CityUnchanged(CityId city);
    /// @notice The account is an operator already, or is none.
    error OperatorUnchanged(IdentityId identity, address operator);

    // -------------------------------------------------------------------------------------------------------- registering

    /// @notice Register a person. By (city, IDENTITY), under the guard, with the signature of `identity.signer` over its digest.
    /// @return The identity's id.
    function register(Identity calldata identity, bytes calldata signature) external returns (IdentityId);

    /// @notice Give an identity its tag under the newest version of the tag key. By a registrar under the guard.
    function addTag(IdentityId identity, bytes32 tag, CityId[] calldata lineage) external;

    /// @notice Begin a new version of the tag key: from now on registration presents the tag under both. By the network.
    function beginTagVersion() external;

    /// @notice End the older version of the tag key: only after the identities it knows were given their new tags. By the network.
    function retireTagVersion() external;

    // -------------------------------------------------------------------------------------------------------- the key

    /// @notice Replace the key: the old and the new one sign Rotation(bytes32 identity,bytes newSigner,uint32 changes,uint40 deadline).
    /// By anyone. A guardianship stays as it is.
    function rotate(
        IdentityId identity,
        bytes calldata newSigner,
        bytes calldata newSignature,
        Signed calldata signed
    ) external;

    /// @notice Propose to replace a key that is lost, stolen or out of date, or to set or end a guardianship. The identity is
    /// suspended until it is
    /// decided. By a registrar of the city, or of the city that acts for it, under the guard, with the new key's signature.
    /// After a veto, by the registrar of an ancestor of the city, with the longer wait, and without veto.
    /// @param lineage Empty for the city's own registrar; see ICityAccessManager.hasStanding. After a veto: the one ancestor.
    function proposeRecovery(IdentityId identity, Proposal calldata proposal, CityId[] calldata lineage) external;

    /// @notice Veto a recovery, once: the present key signs Veto(bytes32 identity,uint32 changes,uint40 deadline), with the count of
    /// changes of recoveryOf. By anyone. For VETO_PERIOD only an ancestor may propose again.
    function vetoRecovery(IdentityId identity, Signed calldata signed) external;

    /// @notice Withdraw a recovery; the present key stays. By a registrar of the city that proposed it, or of the one that acts for that.
    function withdrawRecovery(IdentityId identity, CityId[] calldata lineage) external;

    /// @notice Complete a recovery whose time has come. By anyone, while the city that proposed it may act.
    function completeRecovery(IdentityId identity, Control calldata control) external;

    // -------------------------------------------------------------------------------------------------------- registrar

    /// @notice Suspend an identity. By a registrar with the role alone.
    /// @param reason A code; src/identity/reason.ts lists those in use.
    function suspend(IdentityId identity, uint16 reason, CityId[] calldata lineage) external;

    /// @notice End a registrar's suspension. By a registrar under the guard.
    function reinstate(IdentityId identity, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Close an identity, for ever: its tags are free. By a registrar with the role alone; not during a recovery; for a time
    /// after a veto, by an ancestor's registrar.
    function close(IdentityId identity, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Move an identity to another city. By a registrar of that city, under the guard; the person and a registrar of the
    /// present city
    /// sign Move(bytes32 identity,uint32 to,uint32 changes,uint40 deadline).
    function move(IdentityId identity, CityId to, Signed calldata signed, Release calldata release) external;

    // -------------------------------------------------------------------------------------------------------- operators

    /// @notice Name an account that acts for a legal person, or name it no more: the legal person's key signs
    /// Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline). By anyone. Naming one needs an active
    /// identity, of a city that may act, in an open contract.
    function setOperator(IdentityId identity, address operator, bool authorized, Signed calldata signed) external;

    /// @notice Act for a legal person no more. By the operator.
    function renounceOperator(IdentityId identity) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice What the identity is worth now.
    function statusOf(IdentityId identity) external view returns (IdentityStatus);

    /// @notice The identity's state, and the keccak-256 of its current signer.
    function stateOf(IdentityId identity) external view returns (State memory state, bytes32 signerHash);

    /// @notice The proposed recovery, or what is left of the last one; all zero if there never was one.
    function recoveryOf(IdentityId identity) external view returns (Recovery memory);

    /// @notice The salted commitment to the guardian; zero without one.
    function guardianOf(IdentityId identity) external view returns (bytes32);

    /// @notice The identity that last held a tag; ask statusOf whether it is open. Version 0 are the public codes of legal persons.
    function holderOf(uint32 version, bytes32 tag) external view returns (IdentityId);

    /// @notice The living versions of the tag key, `first` to `last`.
    function tagVersions() external view returns (uint32 first, uint32 last);

    /// @notice The id of a registration: its EIP-712 digest.
    function idOf(Identity calldata identity) external view returns (IdentityId);

    /// @notice Whether the identity is active, and `signature` over `digest` that of its current key.
    function isSignedBy(
        IdentityId identity,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) external view returns (bool);

    /// @notice What a signed presence is worth, without any transaction.
    function presenceStatus(
        Presence calldata presence,
        bytes calldata signer,
        bytes calldata signature
    ) external view returns (PresenceStatus);

    /// @notice Whether an account acts for a legal person, whose identity is active.
    function isOperator(IdentityId identity, address account) external view returns (bool);

    /// @notice The accounts named by a legal person, by page, in no particular order.
    function operatorsOf(IdentityId identity, uint256 start, uint256 count) external view returns (address[] memory);

    /// @notice How many accounts a legal person has named.
    function operatorCount(IdentityId identity) external view returns (uint256);
}
