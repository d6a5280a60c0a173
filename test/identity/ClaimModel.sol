// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Capability, SCHEMA} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {ClaimRegistry} from "../../contracts/identity/ClaimRegistry.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {ISchemaRegistry} from "../../contracts/identity/ISchemaRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {TownModel} from "./TownModel.sol";

/// @title The rules of claims as a plain model: what was issued, by whom, whether they were entitled, and what became of it.
/// @dev Schema 1 is the country's, without limit of validity; schema 2 that of province 2, of at most 30 days; 3 does not exist.
abstract contract ClaimModel is TownModel {
    uint40 internal constant MAX_VALIDITY = 30 days;

    struct Batch {
        ClaimId id;
        address issuer;
        uint32 city;
        uint32 schema;
        uint32 count;
        uint40 issuedAt;
        bool dead;
        IClaimRegistry.Standing standing;
        bytes32[] leaves;
    }

    /// @dev A claim that was issued, or was meant to be.
    struct Item {
        ClaimId id;
        uint256 batch; // its number from 1; 0 of a single claim
        uint256 leaf;
        bool issued;
        bool entitled; // the issuer was, at that time
        bool dead; // revoked or superseded, ever
        uint40 issuedAt;
        IClaimRegistry.Standing standing; // of a single claim
    }

    ClaimRegistry public immutable claims;
    ClaimRegistry private immutable _second;

    Claim[] internal _claims;
    Item[] internal _items;
    Batch[] internal _batches;
    mapping(ClaimId id => uint256) internal _itemOf; // its number from 1
    mapping(uint256 batch => mapping(uint32 position => IClaimRegistry.Standing)) internal _at;
    mapping(address issuer => mapping(uint64 serial => bool)) internal _serialUsed;
    mapping(uint32 city => mapping(address issuer => uint40)) internal _distrustedSince;
    mapping(uint32 schema => bool) internal _schemaClosed;

    constructor() TownModel(_issuing()) {
        claims = new ClaimRegistry(manager);
        _second = new ClaimRegistry(manager);
        (_guarded, _name) = (address(claims), "Civitas ClaimRegistry");
        for (uint32 schema = 1; schema <= 2; ++schema) {
            manager.grantRole(_role(_schemaCity(schema), Capability.unwrap(SCHEMA)), address(this), 0);
            claims.createSchema(_schema(schema));
            _second.createSchema(_schema(schema));
        }
    }

    // -------------------------------------------------------------------------------------------------------------- reading

    function itemCount() external view returns (uint256) {
        return _items.length;
    }

    function itemAt(uint256 index) external view returns (Claim memory, Item memory) {
        return (_claims[index], _items[index]);
    }

    function isIssued(Claim calldata claim) external view returns (bool) {
        return _isIssued(claims.idOf(claim));
    }

    /// @dev The path of a claim in its batch.
    function proofOf(uint256 index) public view returns (bytes32[] memory) {
        Item memory item = _items[index];
        if (item.batch == 0) return new bytes32[](0);
        return _proof(_batches[item.batch - 1].leaves, item.leaf);
    }

    /// @dev What a claim is worth now, by the sentences of IClaimRegistry.ClaimStatus.
    function statusOf(uint256 index) public view returns (IClaimRegistry.ClaimStatus) {
        (Claim memory claim, Item memory item) = (_claims[index], _items[index]);
        if (!item.issued) return IClaimRegistry.ClaimStatus.Unknown;
        IClaimRegistry.Standing own = item.standing;
        IClaimRegistry.Standing shared = IClaimRegistry.Standing.Standing;
        if (item.batch != 0) {
            (own, shared) = (_at[item.batch - 1][claim.position], _batches[item.batch - 1].standing);
        }
        if (_either(own, shared, IClaimRegistry.Standing.Revoked)) return IClaimRegistry.ClaimStatus.Revoked;
        if (_either(own, shared, IClaimRegistry.Standing.Superseded)) return IClaimRegistry.ClaimStatus.Superseded;
        uint40 since = _distrustedSince[CityId.unwrap(claim.city)][claim.issuer];
        if (since != 0 && item.issuedAt >= since) return IClaimRegistry.ClaimStatus.Distrusted;
        if (claim.validUntil != 0 && block.timestamp >= claim.validUntil) return IClaimRegistry.ClaimStatus.Expired;
        if (_either(own, shared, IClaimRegistry.Standing.Suspended)) return IClaimRegistry.ClaimStatus.Suspended;
        if (block.timestamp < claim.validFrom) return IClaimRegistry.ClaimStatus.NotYetValid;
        return IClaimRegistry.ClaimStatus.Active;
    }

    // ------------------------------------------------------------------------------------------------------------- questions

    /// @dev Entitled, for a city that can act, below the city of a schema that is open.
    function _mayIssue(address issuer, uint32 city, uint32 schema) internal view returns (bool) {
        return
            (schema == 1 || schema == 2) &&
            !_schemaClosed[schema] &&
            _may(issuer, city, _cap(schema)) &&
            _isAncestorOrSelf(_schemaCity(schema), city);
    }

    function _isValidity(uint32 schema, uint40 from, uint40 until) internal pure returns (bool) {
        if (until == 0) return schema == 1;
        return from < until && (schema == 1 || until - from <= MAX_VALIDITY);
    }

    function _mayIssue(address issuer, IClaimRegistry.Terms memory terms) internal view returns (bool) {
        (uint32 city, uint32 schema) = (CityId.unwrap(terms.city), SchemaId.unwrap(terms.schema));
        bool ahead = terms.validUntil == 0 || terms.validUntil > block.timestamp;
        return _mayIssue(issuer, city, schema) && _isValidity(schema, terms.validFrom, terms.validUntil) && ahead;
    }

    function _isOpen(IClaimRegistry.Standing standing) internal pure returns (bool) {
        return standing == IClaimRegistry.Standing.Standing || standing == IClaimRegistry.Standing.Suspended;
    }

    function _isIssued(ClaimId id) internal view returns (bool) {
        return _itemOf[id] != 0 && _items[_itemOf[id] - 1].issued;
    }

    // ------------------------------------------------------------------------------------------------------------------ acts

    /// @dev Keep a claim in mind, issued or not.
    function _track(Claim memory claim) internal returns (uint256 index) {
        ClaimId id = claims.idOf(claim);
        if (_itemOf[id] != 0) return _itemOf[id] - 1;
        index = _items.length;
        _claims.push(claim);
        _items.push().id = id;
        _itemOf[id] = index + 1;
    }

    function _setIssued(uint256 index, bool entitled) internal {
        Item storage item = _items[index];
        (item.issued, item.entitled, item.issuedAt) = (true, entitled, uint40(block.timestamp));
    }

    /// @dev What dies once is dead for ever.
    function _bury() internal {
        for (uint256 i = 0; i < _items.length; ++i) {
            IClaimRegistry.ClaimStatus status = statusOf(i);
            if (status == IClaimRegistry.ClaimStatus.Revoked || status == IClaimRegistry.ClaimStatus.Superseded) {
                _items[i].dead = true;
            }
        }
    }

    // ----------------------------------------------------------------------------------------------------------------- trees

    function _root(bytes32[] memory leaves) internal pure returns (bytes32) {
        while (leaves.length > 1) leaves = _above(leaves);
        return leaves[0];
    }

    function _proof(bytes32[] memory leaves, uint256 at) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](8);
        uint256 length = 0;
        while (leaves.length > 1) {
            if (at ^ 1 < leaves.length) proof[length++] = leaves[at ^ 1];
            (leaves, at) = (_above(leaves), at / 2);
        }
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            mstore(proof, length)
        }
    }

    /// @dev The next layer: pairs in order of their hashes, and a last one without pair as it is.
    function _above(bytes32[] memory layer) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((layer.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            if (2 * i + 1 == layer.length) {
                above[i] = layer[2 * i];
            } else {
                (bytes32 a, bytes32 b) = (layer[2 * i], layer[2 * i + 1]);
                above[i] = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _cap(uint32 schema) internal pure returns (uint32) {
        return 0x8000_0000 | schema;
    }

    function _schemaCity(uint32 schema) internal pure returns (uint32) {
        return schema == 1 ? 1 : 2;
    }

    function _either(
        IClaimRegistry.Standing a,
        IClaimRegistry.Standing b,
        IClaimRegistry.Standing standing
    ) private pure returns (bool) {
        return a == standing || b == standing;
    }

    function _schema(uint32 schema) private pure returns (ISchemaRegistry.SchemaTerms memory terms) {
        terms.city = CityId.wrap(_schemaCity(schema));
        (terms.name, terms.parties, terms.content) = ("s", 1, keccak256("{}"));
        if (schema == 2) terms.maxValidity = MAX_VALIDITY;
        terms.fields = new ISchemaRegistry.SchemaField[](1);
        terms.fields[0] = ISchemaRegistry.SchemaField("name", "string");
    }

    function _issuing() private pure returns (uint32[] memory list) {
        list = new uint32[](2);
        (list[0], list[1]) = (_cap(1), _cap(2));
    }

    function _twin() internal view override returns (address) {
        return address(_second);
    }
}
