// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ADMIN, CityRole} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {CLAIM_TYPEHASH} from "./Claim.sol";
import {ClaimId} from "./ClaimId.sol";
import {ClaimStore} from "./ClaimStore.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {RecordWord, newRecord, pack} from "./RecordWord.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title ClaimRegistry
/// @notice Claims about persons, without the persons.
/// @dev
/// ```
///   issue, anchor              suspend                  revoke
///  ───────────────► Standing ◄─────────► Suspended     either ────► Revoked
///                              reinstate               supersede ─► Superseded (by a new one)
///
///   A batch has a standing, and two bits for each position; of the two the graver counts.
///   By time: not yet valid, expired. By issuer: distrusted since.
/// ```
contract ClaimRegistry is ClaimStore {
    using Signer for address;

    bytes32 private constant ISSUE_ORDER_TYPEHASH = keccak256("IssueOrder(bytes32[] claims,uint40 deadline)");
    bytes32 private constant ANCHOR_ORDER_TYPEHASH = keccak256(
        "AnchorOrder(address issuer,uint32 city,uint32 schema,uint64 serial,uint32 count,bytes32 root,uint40 deadline)"
    );

    /// @dev What the claims of one call share; `encoded` ends with the place of their contents.
    struct Draft {
        address issuer;
        uint64 role;
        RecordWord word;
        bytes32 domain;
        bytes encoded;
    }

    /// @dev A claim encoded for hashing: type hash and ten members, the last five of which are the data of ClaimIssued, and the last three
    /// its content. Offsets count from the beginning of the bytes, with their length.
    uint256 private constant ENCODED_LENGTH = 0x160;
    uint256 private constant ISSUED_OFFSET = 0xe0;
    uint256 private constant CONTENT_OFFSET = 0x120;

    constructor(ICityAccessManager manager_) CityManaged(manager_) EIP712("Civitas ClaimRegistry", "1") {}

    // -------------------------------------------------------------------------------------------------------- issuing

    /// @inheritdoc IClaimRegistry
    function issue(Terms calldata terms, Content calldata content) external returns (ClaimId) {
        return _issueNew(terms, content);
    }

    /// @inheritdoc IClaimRegistry
    function issueMany(Terms calldata terms, Content[] calldata contents) external returns (uint256 issued) {
        require(contents.length != 0, Empty());
        Draft memory draft = _draft(msg.sender, terms);
        for (uint256 i = 0; i < contents.length; ++i) {
            if (_issueIfNew(_idOf(draft, contents[i]), draft)) ++issued;
        }
    }

    /// @inheritdoc IClaimRegistry
    function relay(
        Terms calldata terms,
        Content[] calldata contents,
        Order calldata order
    ) external returns (uint256 issued) {
        require(contents.length != 0, Empty());
        Draft memory draft = _draft(order.issuer, terms);
        bytes32[] memory claims = new bytes32[](contents.length);
        for (uint256 i = 0; i < contents.length; ++i) {
            claims[i] = ClaimId.unwrap(_idOf(draft, contents[i]));
        }
        _checkOrder(order, abi.encode(ISSUE_ORDER_TYPEHASH, keccak256(abi.encodePacked(claims)), order.deadline));
        for (uint256 i = 0; i < contents.length; ++i) {
            if (_issueIfNew(_idOf(draft, contents[i]), draft)) ++issued;
        }
        require(issued != 0 || contents.length != 1, ClaimExists(ClaimId.wrap(claims[0])));
    }

    /// @inheritdoc IClaimRegistry
    function anchor(Batch calldata batch) external returns (ClaimId) {
        return _anchor(msg.sender, batch);
    }

    /// @inheritdoc IClaimRegistry
    function relayAnchor(Batch calldata batch, Order calldata order) external returns (ClaimId) {
        _checkOrder(
            order,
            abi.encode(
                ANCHOR_ORDER_TYPEHASH,
                order.issuer,
                batch.city,
                batch.schema,
                batch.serial,
                batch.count,
                batch.root,
                order.deadline
            )
        );
        return _anchor(order.issuer, batch);
    }

    // -------------------------------------------------------------------------------------------------------- ending

    /// @inheritdoc IClaimRegistry
    function suspend(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external {
        _change(records, Standing.Suspended, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function reinstate(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external {
        _change(records, Standing.Standing, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function revoke(ClaimId[] calldata records, uint16 reason, CityId[] calldata lineage) external {
        _change(records, Standing.Revoked, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function suspendAt(ClaimId batch, uint32[] calldata positions, uint16 reason, CityId[] calldata lineage) external {
        _changeAt(batch, positions, Standing.Suspended, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function reinstateAt(
        ClaimId batch,
        uint32[] calldata positions,
        uint16 reason,
        CityId[] calldata lineage
    ) external {
        _changeAt(batch, positions, Standing.Standing, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function revokeAt(ClaimId batch, uint32[] calldata positions, uint16 reason, CityId[] calldata lineage) external {
        _changeAt(batch, positions, Standing.Revoked, reason, lineage);
    }

    /// @inheritdoc IClaimRegistry
    function supersede(
        ClaimId id,
        Terms calldata terms,
        Content calldata content,
        CityId[] calldata lineage
    ) external returns (ClaimId successor) {
        RecordState memory state = _existing(id);
        require(state.count == 0, NotSingleClaim(id));
        _checkOpen(id, state.standing);
        _checkSuccession(state, terms, lineage);
        successor = _issueNew(terms, content);
        state.standing = Standing.Superseded;
        emit ClaimSuperseded(id, successor, msg.sender, _touch(id, state));
    }

    /// @inheritdoc IClaimRegistry
    function supersedeAt(
        ClaimId batch,
        uint32 position,
        Terms calldata terms,
        Content calldata content,
        CityId[] calldata lineage
    ) external returns (ClaimId successor) {
        RecordState memory state = _existing(batch);
        require(position < state.count, PositionInvalid(batch, position));
        _checkOpen(batch, state.standing);
        _checkOpen(batch, standingAt(batch, position));
        _checkSuccession(state, terms, lineage);
        successor = _issueNew(terms, content);
        _setStandingAt(batch, position, Standing.Superseded);
        emit PositionSuperseded(batch, position, successor, msg.sender, _touch(batch, state));
    }

    /// @inheritdoc IClaimRegistry
    function distrust(CityId city, address issuer, uint40 since, CityId[] calldata lineage) external {
        _checkStanding(city, ADMIN, lineage);
        uint40 known = _distrustedSince[city][issuer];
        bool earlier = known == 0 || since < known;
        require(since != 0 && since <= block.timestamp && earlier, DistrustInvalid(since, known));
        _distrustedSince[city][issuer] = since;
        emit IssuerDistrusted(city, issuer, since, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------------- internal: issuing

    /// @dev The guard, in the subtree of an open schema.
    function _checkIssuer(address issuer, CityId city, SchemaId schema) private view returns (uint40 maxValidity) {
        Schema storage record = _schemas[schema];
        (uint8 parties, bool closed, CityId root) = (record.parties, record.closed, record.city);
        require(parties != 0, SchemaUnknown(schema));
        require(!closed, SchemaClosed(schema));
        manager.checkCanBelow(issuer, city, schema.issuing(), root);
        return record.maxValidity;
    }

    function _checkTerms(
        address issuer,
        Terms calldata terms
    ) private view returns (CityId city, SchemaId schema, uint40 from, uint40 until) {
        (city, schema, from, until) = (terms.city, terms.schema, terms.validFrom, terms.validUntil);
        uint40 maxValidity = _checkIssuer(issuer, city, schema);
        require(
            _isAllowed(from, until, maxValidity) && (until == 0 || until > block.timestamp),
            ValidityInvalid(from, until, maxValidity)
        );
    }

    function _issueNew(Terms calldata terms, Content calldata content) private returns (ClaimId id) {
        Draft memory draft = _draft(msg.sender, terms);
        id = _idOf(draft, content);
        require(_issueIfNew(id, draft), ClaimExists(id));
    }

    /// @dev Issue the claim that stands in the draft.
    function _issueIfNew(ClaimId id, Draft memory draft) private returns (bool) {
        if (RecordWord.unwrap(_words[id]) != 0) return false;
        _words[id] = draft.word;
        (bytes memory encoded, uint64 role, address issuer) = (draft.encoded, draft.role, draft.issuer);
        bytes32 topic = ClaimIssued.selector;
        // emit ClaimIssued(id, role, issuer, validFrom, validUntil, root, subject, holder): its data are the end of the encoded claim.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            log4(add(encoded, ISSUED_OFFSET), 0xa0, topic, id, role, issuer)
        }
        return true;
    }

    /// @dev What the claims of one call share, after the check that they may be issued.
    function _draft(address issuer, Terms calldata terms) private view returns (Draft memory draft) {
        (CityId city, SchemaId schema, uint40 from, uint40 until) = _checkTerms(issuer, terms);
        draft.issuer = issuer;
        draft.role = CityRole.pack(city, schema.issuing());
        draft.word = newRecord(city, schema, 0);
        draft.domain = _domainSeparatorV4();
        // serial and position are 0, and so are root, subject and holder until a content is there
        draft.encoded = abi.encode(CLAIM_TYPEHASH, issuer, city, schema, 0, 0, from, until, 0, 0, 0);
    }

    /// @notice Put a content into the draft.
    /// @return The id of the claim that then stands there.
    function _idOf(Draft memory draft, Content calldata content) private pure returns (ClaimId) {
        bytes memory encoded = draft.encoded;
        bytes32 structHash;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            calldatacopy(add(encoded, CONTENT_OFFSET), content, 0x60)
            structHash := keccak256(add(encoded, 0x20), ENCODED_LENGTH)
        }
        return ClaimId.wrap(MessageHashUtils.toTypedDataHash(draft.domain, structHash));
    }

    function _anchor(address issuer, Batch calldata batch) private returns (ClaimId id) {
        // slither-disable-next-line unused-return
        _checkIssuer(issuer, batch.city, batch.schema);
        require(
            batch.serial != 0 && batch.count != 0 && batch.root != 0,
            BatchInvalid(batch.serial, batch.count, batch.root)
        );
        id = batchOf(issuer, batch.serial);
        require(RecordWord.unwrap(_words[id]) == 0, SerialUsed(issuer, batch.serial));
        _words[id] = newRecord(batch.city, batch.schema, batch.count);
        _roots[id] = batch.root;
        uint64 role = CityRole.pack(batch.city, batch.schema.issuing());
        emit BatchAnchored(id, role, issuer, batch.serial, batch.count, batch.root);
    }

    function _checkOrder(Order calldata order, bytes memory encoded) private view {
        require(block.timestamp <= order.deadline, OrderExpired(order.deadline));
        bytes32 digest = _hashTypedDataV4(keccak256(encoded));
        require(order.issuer.isValid(digest, order.signature), OrderInvalid(order.issuer));
    }

    // -------------------------------------------------------------------------------------------------------- internal: ending

    function _change(ClaimId[] calldata records, Standing standing, uint16 reason, CityId[] calldata lineage) private {
        require(records.length != 0, Empty());
        RecordState memory first = _existing(records[0]);
        _checkMayChange(first, standing, lineage);
        for (uint256 i = 0; i < records.length; ++i) {
            ClaimId id = records[i];
            RecordState memory state = _existing(id);
            require(state.city == first.city && state.schema == first.schema, RecordsMixed(id));
            if (!_mayChange(id, state.standing, standing, records.length)) continue;
            state.standing = standing;
            emit StandingChanged(id, standing, reason, msg.sender, _touch(id, state));
        }
    }

    function _changeAt(
        ClaimId batch,
        uint32[] calldata positions,
        Standing standing,
        uint16 reason,
        CityId[] calldata lineage
    ) private {
        require(positions.length != 0, Empty());
        RecordState memory state = _existing(batch);
        _checkMayChange(state, standing, lineage);
        for (uint256 i = 0; i < positions.length; ++i) {
            uint32 position = positions[i];
            require(position < state.count, PositionInvalid(batch, position));
            Standing present = standingAt(batch, position);
            if (!_mayChange(batch, present, standing, positions.length)) continue;
            _setStandingAt(batch, position, standing);
            uint40 previousBlock = _touch(batch, state);
            emit PositionStandingChanged(batch, position, standing, reason, msg.sender, previousBlock);
        }
    }

    /// @dev Reinstating widens, and asks the guard; the rest does not.
    function _checkMayChange(RecordState memory state, Standing standing, CityId[] calldata lineage) private view {
        if (standing != Standing.Standing) return _checkStanding(state.city, state.schema.issuing(), lineage);
        // slither-disable-next-line unused-return
        _checkActing(state.city, state.schema.issuing(), lineage);
    }

    /// @dev Of one, what cannot change is refused; of many it is skipped, so that one does not sink the rest.
    function _mayChange(ClaimId record, Standing from, Standing to, uint256 count) private pure returns (bool may) {
        if (to == Standing.Suspended) may = from == Standing.Standing;
        else if (to == Standing.Standing) may = from == Standing.Suspended;
        else may = from == Standing.Standing || from == Standing.Suspended;
        require(may || count != 1, StandingInvalid(record, from));
    }

    /// @dev Neither revoked nor superseded, which are for ever.
    function _checkOpen(ClaimId record, Standing standing) private pure {
        require(standing <= Standing.Suspended, StandingInvalid(record, standing));
    }

    function _checkSuccession(RecordState memory state, Terms calldata terms, CityId[] calldata lineage) private view {
        require(state.schema == terms.schema, SchemaDiffers(state.schema, terms.schema));
        if (lineage.length != 0) _checkStanding(state.city, state.schema.issuing(), lineage);
        CityId acting = lineage.length == 0 ? state.city : lineage[lineage.length - 1];
        require(acting == terms.city, NoStanding(msg.sender, state.city));
    }

    function _setStandingAt(ClaimId batch, uint32 position, Standing standing) private {
        uint256 shift = _shiftOf(position);
        uint256 word = _positions[batch][position / POSITIONS_IN_WORD] & ~(3 << shift);
        _positions[batch][position / POSITIONS_IN_WORD] = word | (uint256(standing) << shift);
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(ClaimId id, RecordState memory state) private returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        ++state.changes;
        _words[id] = pack(state);
    }
}
