// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {ClaimIssuing} from "./ClaimIssuing.sol";

/// @title Random acts on claims, each compared with the plain model: issued, and ended in every way.
contract ClaimHandler is ClaimIssuing {
    // --------------------------------------------------------------------------------------------------------------- ending

    /// @dev Of single claims and whole batches together.
    function change(uint256 seed) external {
        _begin(seed);
        if (_items.length == 0) return;
        uint256[] memory records = _anyRecords();
        IClaimRegistry.Standing to = _anyChange(_standingOf(records[0]));
        (uint32 city, uint32 schema) = _placeOf(records[0]);
        (address by, uint32 acting) = _anyStanding(city, _cap(schema));
        bool right = _exists(records[0]) && _mayChange(by, city, _cap(schema), to, acting);
        ClaimId[] memory ids = new ClaimId[](records.length);
        for (uint256 i = 0; i < records.length; ++i) {
            ids[i] = _recordId(records[i]);
            (uint32 otherCity, uint32 otherSchema) = _placeOf(records[i]);
            right = right && _exists(records[i]) && otherCity == city && otherSchema == schema;
            right = right && (records.length != 1 || _isChange(_standingOf(records[i]), to));
        }
        _act(_nameOf(to), by, _changeCall(ids, to, acting), right);
        if (!right) return;
        // Of many, those that cannot change are skipped.
        for (uint256 i = 0; i < records.length; ++i) {
            if (_isChange(_standingOf(records[i]), to)) _setStanding(records[i], to);
        }
        _bury();
    }

    function changeAt(uint256 seed) external {
        _begin(seed);
        if (_batches.length == 0) return;
        uint256 index = _random(_batches.length);
        Batch memory batch = _batches[index];
        uint32[] memory positions = new uint32[](1 + _random(3));
        for (uint256 i = 0; i < positions.length; ++i) {
            positions[i] = uint32(_random(_random(8) == 0 ? batch.count + 2 : batch.count));
        }
        IClaimRegistry.Standing to = _anyChange(_at[index][positions[0]]);
        (address by, uint32 acting) = _anyStanding(batch.city, _cap(batch.schema));
        bool right = _mayChange(by, batch.city, _cap(batch.schema), to, acting);
        for (uint256 i = 0; i < positions.length; ++i) {
            bool fits = positions.length != 1 || _isChange(_at[index][positions[i]], to);
            right = right && positions[i] < batch.count && fits;
        }
        _act(string.concat(_nameOf(to), "At"), by, _changeAtCall(batch.id, positions, to, acting), right);
        if (!right) return;
        for (uint256 i = 0; i < positions.length; ++i) {
            if (_isChange(_at[index][positions[i]], to)) _at[index][positions[i]] = to;
        }
        _bury();
    }

    function supersede(uint256 seed) external {
        _begin(seed);
        if (_items.length == 0) return;
        uint256 old = _random(_items.length);
        for (uint256 i = 0; i < 4 && !_items[old].issued; ++i) old = _random(_items.length);
        Item memory item = _items[old];
        (uint32 city, uint32 schema) = _placeOf(item.batch == 0 ? 2 * old : 2 * item.batch - 1);
        (address by, uint32 acting) = _anyStanding(city, _cap(schema));
        Draft memory draft = _anyDraft(1);
        if (_random(8) != 0) (draft.terms.city, draft.terms.schema) = (CityId.wrap(city), SchemaId.wrap(schema));
        if (acting != DIRECTLY && _random(4) != 0) draft.terms.city = CityId.wrap(acting);
        draft.officer = _numberOf(by);
        // By the city itself, or by the one that acts for it and gives the new claim.
        bool right =
            SchemaId.unwrap(draft.terms.schema) == schema &&
                CityId.unwrap(draft.terms.city) == (acting == DIRECTLY ? city : acting) &&
                _stands(by, city, _cap(schema), acting) &&
                _mayIssue(by, draft.terms) &&
                !_isIssued(_idOf(draft, 0));
        if (item.batch == 0) {
            right = right && item.issued && _isOpen(item.standing);
            bytes memory call = abi.encodeCall(
                claims.supersede,
                (item.id, draft.terms, draft.contents[0], _lineage(acting))
            );
            _act("supersede", by, call, right);
            if (right) _items[old].standing = IClaimRegistry.Standing.Superseded;
        } else {
            right = _supersedeAt(item.batch - 1, _claims[old].position, draft, by, acting, right);
        }
        _settle(draft, right);
        if (right) _bury();
    }

    function distrust(uint256 seed) external {
        _begin(seed);
        if (_random(2) == 0) return;
        uint32 city = uint32(1 + _random(CITIES));
        address issuer = _officers[_random(OFFICERS)];
        uint40 since = uint40(block.timestamp - _random(4 days));
        if (_random(8) == 0) since = uint40(block.timestamp + 1);
        address by = _random(6) == 0 ? issuer : address(this);
        uint40 known = _distrustedSince[city][issuer];
        bool right = by == address(this) && since <= block.timestamp && (known == 0 || since < known);
        CityId[] memory none = new CityId[](0);
        _act("distrust", by, abi.encodeCall(claims.distrust, (CityId.wrap(city), issuer, since, none)), right);
        if (right) _distrustedSince[city][issuer] = since;
    }

    function retireSchema(uint256 seed) external {
        _begin(seed);
        if (_schemaClosed[2] || _random(30) != 0) return;
        claims.retireSchema(SchemaId.wrap(2), new CityId[](0));
        _schemaClosed[2] = true;
    }

    // ------------------------------------------------------------------------------------------------------ internal: records

    /// @dev 1 to 3 records: single claims (even numbers) and batches (odd ones), mostly of one city and schema.
    function _anyRecords() private returns (uint256[] memory records) {
        records = new uint256[](1 + _random(3));
        for (uint256 i = 0; i < records.length; ++i) {
            for (uint256 tries = 0; tries < 6; ++tries) {
                records[i] =
                    _batches.length != 0 && _random(3) == 0
                        ? 2 * _random(_batches.length) + 1
                        : 2 * _random(_items.length);
                (uint32 city, uint32 schema) = _placeOf(records[0]);
                (uint32 otherCity, uint32 otherSchema) = _placeOf(records[i]);
                if (_exists(records[i]) && city == otherCity && schema == otherSchema) break;
            }
        }
    }

    function _exists(uint256 record) private view returns (bool) {
        if (record % 2 == 1) return true;
        return _items[record / 2].issued && _items[record / 2].batch == 0;
    }

    function _recordId(uint256 record) private view returns (ClaimId) {
        return record % 2 == 1 ? _batches[record / 2].id : _items[record / 2].id;
    }

    function _placeOf(uint256 record) private view returns (uint32 city, uint32 schema) {
        if (record % 2 == 1) return (_batches[record / 2].city, _batches[record / 2].schema);
        Claim storage claim = _claims[record / 2];
        return (CityId.unwrap(claim.city), SchemaId.unwrap(claim.schema));
    }

    function _standingOf(uint256 record) private view returns (IClaimRegistry.Standing) {
        return record % 2 == 1 ? _batches[record / 2].standing : _items[record / 2].standing;
    }

    function _setStanding(uint256 record, IClaimRegistry.Standing to) private {
        if (record % 2 == 1) _batches[record / 2].standing = to;
        else _items[record / 2].standing = to;
    }

    function _isChange(IClaimRegistry.Standing from, IClaimRegistry.Standing to) private pure returns (bool) {
        if (to == IClaimRegistry.Standing.Revoked) return _isOpen(from);
        if (to == IClaimRegistry.Standing.Suspended) return from == IClaimRegistry.Standing.Standing;
        return from == IClaimRegistry.Standing.Suspended;
    }

    /// @dev Mostly one that is possible.
    function _anyChange(IClaimRegistry.Standing from) private returns (IClaimRegistry.Standing to) {
        uint256 dice = _random(3);
        to =
            dice == 0
                ? IClaimRegistry.Standing.Revoked
                : (dice == 1 ? IClaimRegistry.Standing.Suspended : IClaimRegistry.Standing.Standing);
        if (!_isChange(from, to) && _random(2) == 0) return _anyChange(from);
    }

    function _mayChange(
        address by,
        uint32 city,
        uint32 capability,
        IClaimRegistry.Standing to,
        uint32 acting
    ) private view returns (bool) {
        if (to == IClaimRegistry.Standing.Standing) return _mayActing(by, city, capability, acting);
        return _stands(by, city, capability, acting);
    }

    function _nameOf(IClaimRegistry.Standing to) private pure returns (string memory) {
        if (to == IClaimRegistry.Standing.Revoked) return "revoke";
        return to == IClaimRegistry.Standing.Suspended ? "suspend" : "reinstate";
    }

    function _changeCall(
        ClaimId[] memory ids,
        IClaimRegistry.Standing to,
        uint32 acting
    ) private view returns (bytes memory) {
        CityId[] memory lineage = _lineage(acting);
        if (to == IClaimRegistry.Standing.Revoked) return abi.encodeCall(claims.revoke, (ids, 1, lineage));
        if (to == IClaimRegistry.Standing.Suspended) return abi.encodeCall(claims.suspend, (ids, 1, lineage));
        return abi.encodeCall(claims.reinstate, (ids, 1, lineage));
    }

    function _changeAtCall(
        ClaimId batch,
        uint32[] memory positions,
        IClaimRegistry.Standing to,
        uint32 acting
    ) private view returns (bytes memory) {
        CityId[] memory lineage = _lineage(acting);
        if (to == IClaimRegistry.Standing.Revoked) {
            return abi.encodeCall(claims.revokeAt, (batch, positions, 1, lineage));
        }
        if (to == IClaimRegistry.Standing.Suspended) {
            return abi.encodeCall(claims.suspendAt, (batch, positions, 1, lineage));
        }
        return abi.encodeCall(claims.reinstateAt, (batch, positions, 1, lineage));
    }

    function _supersedeAt(
        uint256 index,
        uint32 position,
        Draft memory draft,
        address by,
        uint32 acting,
        bool right
    ) private returns (bool) {
        Batch memory batch = _batches[index];
        right = right && position < batch.count && _isOpen(batch.standing) && _isOpen(_at[index][position]);
        bytes memory call = abi.encodeCall(
            claims.supersedeAt,
            (batch.id, position, draft.terms, draft.contents[0], _lineage(acting))
        );
        _act("supersedeAt", by, call, right);
        if (right) _at[index][position] = IClaimRegistry.Standing.Superseded;
        return right;
    }
}
