// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {ClaimModel} from "./ClaimModel.sol";

/// @title Random claims issued in every way, each compared with the plain model.
abstract contract ClaimIssuing is ClaimModel {
    bytes32 private constant ISSUE_ORDER = keccak256("IssueOrder(bytes32[] claims,uint40 deadline)");
    bytes32 private constant ANCHOR_ORDER = keccak256(
        "AnchorOrder(address issuer,uint32 city,uint32 schema,uint64 serial,uint32 count,bytes32 root,uint40 deadline)"
    );

    /// @dev Claims to be issued in one call, with the order of who signed for them.
    struct Draft {
        uint256 officer;
        IClaimRegistry.Terms terms;
        IClaimRegistry.Content[] contents;
        IClaimRegistry.Order order;
        bool signed;
    }

    struct Tree {
        uint256 officer;
        IClaimRegistry.Batch batch;
        bytes32[] leaves;
        uint256[] items;
        bool[] belongs;
    }

    /// @dev Orders that were signed and wait for somebody to relay them, again and again.
    bytes[] private _held;
    uint256 private _contents;

    // -------------------------------------------------------------------------------------------------------------- issuing

    function issue(uint256 seed) external {
        _begin(seed);
        Draft memory draft = _anyDraft(1);
        address by = _officers[draft.officer];
        bool right = _mayIssue(by, draft.terms) && !_isIssued(_idOf(draft, 0));
        bytes memory call = abi.encodeCall(claims.issue, (draft.terms, draft.contents[0]));
        bytes memory result = _act("issue", by, call, right);
        if (right) require(abi.decode(result, (ClaimId)) == _idOf(draft, 0), "issue: another id");
        _settle(draft, right);
    }

    function issueMany(uint256 seed) external {
        _begin(seed);
        Draft memory draft = _anyDraft(1 + _random(4));
        address by = _officers[draft.officer];
        bool right = _mayIssue(by, draft.terms);
        bytes memory call = abi.encodeCall(claims.issueMany, (draft.terms, draft.contents));
        bytes memory result = _act("issueMany", by, call, right);
        uint256 issued = _settle(draft, right);
        if (right) require(abi.decode(result, (uint256)) == issued, "issueMany: another number");
    }

    /// @dev What an officer signed now, or long ago: entitled then or not, dismissed since, or relayed before.
    function relay(uint256 seed) external {
        _begin(seed);
        Draft memory draft;
        if (_held.length != 0 && _random(3) == 0) {
            draft = abi.decode(_held[_random(_held.length)], (Draft));
        } else {
            draft = _anyDraft(1 + _random(3));
            _signIssue(draft);
            _held.push(abi.encode(draft));
            if (_random(4) == 0) return;
        }
        bool right =
            draft.signed && draft.order.deadline >= block.timestamp && _mayIssue(draft.order.issuer, draft.terms);
        bool one = draft.contents.length == 1;
        if (one) right = right && !_isIssued(_idOf(draft, 0));
        bytes memory call = abi.encodeCall(claims.relay, (draft.terms, draft.contents, draft.order));
        bytes memory result;
        if (one) {
            result = _order("relay", address(0xCAFE), call, right);
        } else {
            _refuseElsewhere("relay", address(0xCAFE), call);
            result = _act("relay", address(0xCAFE), call, right);
        }
        uint256 issued = _settle(draft, right);
        if (!right) return;
        require(abi.decode(result, (uint256)) == issued, "relay: another number");
        if (one) return;
        // Of many, those known are skipped: the second time all are.
        (bool again, bytes memory nothing) = _try(address(claims), address(0xCAFE), call);
        require(again && abi.decode(nothing, (uint256)) == 0, "an order was carried out twice");
    }

    function anchor(uint256 seed) external {
        _begin(seed);
        Tree memory tree = _anyTree();
        address by = _officers[tree.officer];
        bool right = _mayAnchor(by, tree.batch);
        if (_random(2) == 0) {
            bytes memory result = _act("anchor", by, abi.encodeCall(claims.anchor, (tree.batch)), right);
            if (right) require(abi.decode(result, (ClaimId)) == claims.batchOf(by, tree.batch.serial), "anchor: id");
        } else {
            uint40 deadline = _anyDeadline();
            uint256 signing = _random(10) == 0 ? (tree.officer + 1) % OFFICERS : tree.officer;
            right = right && deadline >= block.timestamp && signing == tree.officer;
            IClaimRegistry.Order memory order = IClaimRegistry.Order(
                by,
                deadline,
                _sign(_officerKeys[signing], _anchorOrder(by, tree.batch, deadline))
            );
            _order("relayAnchor", address(0xCAFE), abi.encodeCall(claims.relayAnchor, (tree.batch, order)), right);
        }
        if (right) _addBatch(tree);
    }

    // ------------------------------------------------------------------------------------------------------ internal: issuing

    /// @dev Mostly new claims; now and then with one that was issued before, or twice the same.
    function _anyDraft(uint256 count) internal returns (Draft memory draft) {
        draft.contents = new IClaimRegistry.Content[](count);
        for (uint256 i = 0; i < count; ++i) draft.contents[i] = _newContent();
        if (count > 1 && _random(8) == 0) draft.contents[count - 1] = draft.contents[0];
        if (_items.length != 0 && _random(4) == 0) {
            Claim memory claim = _claims[_random(_items.length)];
            draft.terms = IClaimRegistry.Terms(claim.city, claim.schema, claim.validFrom, claim.validUntil);
            draft.contents[0] = IClaimRegistry.Content(claim.root, claim.subject, claim.holder);
            draft.officer = _numberOf(claim.issuer);
            return draft;
        }
        (uint32 city, uint32 schema) = _anyPlace();
        draft.officer = _anyOfficer(city, _cap(schema));
        (uint40 from, uint40 until) = _anyValidity(schema);
        draft.terms = IClaimRegistry.Terms(CityId.wrap(city), SchemaId.wrap(schema), from, until);
    }

    function _signIssue(Draft memory draft) private {
        bytes32[] memory ids = new bytes32[](draft.contents.length);
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = ClaimId.unwrap(_idOf(draft, i));
        uint40 deadline = _anyDeadline();
        uint256 signing = _random(10) == 0 ? (draft.officer + 1) % OFFICERS : draft.officer;
        draft.signed = signing == draft.officer;
        bytes32 order = keccak256(abi.encode(ISSUE_ORDER, keccak256(abi.encodePacked(ids)), deadline));
        bytes memory signature = _sign(_officerKeys[signing], order);
        draft.order = IClaimRegistry.Order(_officers[draft.officer], deadline, signature);
    }

    /// @dev Take the claims of a call into the model; those issued before stay what they are.
    function _settle(Draft memory draft, bool done) internal returns (uint256 issued) {
        for (uint256 i = 0; i < draft.contents.length; ++i) {
            uint256 index = _track(_claimOf(draft, i));
            if (!done || _items[index].issued) continue;
            Item storage item = _items[index];
            _setIssued(index, _mayIssue(_officers[draft.officer], draft.terms));
            (item.batch, item.leaf) = (0, 0);
            ++issued;
        }
    }

    function _idOf(Draft memory draft, uint256 index) internal view returns (ClaimId) {
        return claims.idOf(_claimOf(draft, index));
    }

    function _claimOf(Draft memory draft, uint256 index) private view returns (Claim memory claim) {
        claim.issuer = _officers[draft.officer];
        (claim.city, claim.schema) = (draft.terms.city, draft.terms.schema);
        (claim.validFrom, claim.validUntil) = (draft.terms.validFrom, draft.terms.validUntil);
        IClaimRegistry.Content memory content = draft.contents[index];
        (claim.root, claim.subject, claim.holder) = (content.root, content.subject, content.holder);
    }

    // ----------------------------------------------------------------------------------------------------- internal: anchoring

    /// @dev A tree of 1 to 5 claims, some of which do not belong there; or the tree of another batch once more.
    function _anyTree() private returns (Tree memory tree) {
        (uint32 city, uint32 schema) = _anyPlace();
        tree.officer = _anyOfficer(city, _cap(schema));
        uint64 serial = uint64(_random(16) == 0 ? _random(3) : 10 + _batches.length);
        uint32 count = uint32(1 + _random(5));
        tree.batch = IClaimRegistry.Batch(CityId.wrap(city), SchemaId.wrap(schema), serial, count, 0);
        if (_batches.length != 0 && _random(8) == 0) {
            tree.leaves = _batches[_random(_batches.length)].leaves;
        } else {
            (tree.leaves, tree.items) = (new bytes32[](count), new uint256[](count));
            tree.belongs = new bool[](count);
            for (uint32 i = 0; i < count; ++i) _plant(tree, i);
        }
        tree.batch.root = _root(tree.leaves);
        if (_random(24) == 0) tree.batch.count = 0;
        if (_random(24) == 0) tree.batch.root = 0;
    }

    function _plant(Tree memory tree, uint32 at) private {
        Claim memory claim;
        claim.issuer = _officers[tree.officer];
        (claim.city, claim.schema) = (tree.batch.city, tree.batch.schema);
        (claim.serial, claim.position) = (tree.batch.serial, at);
        uint32 schema = SchemaId.unwrap(claim.schema);
        (claim.validFrom, claim.validUntil) = _anyValidity(schema);
        IClaimRegistry.Content memory content = _newContent();
        (claim.root, claim.subject, claim.holder) = (content.root, content.subject, content.holder);
        bool belongs = _isValidity(schema, claim.validFrom, claim.validUntil);
        uint256 fault = _random(30);
        if (fault == 0) claim.issuer = _officers[(tree.officer + 1) % OFFICERS];
        if (fault == 1) claim.city = CityId.wrap((CityId.unwrap(claim.city) % CITIES) + 1);
        if (fault == 2) claim.schema = SchemaId.wrap(3 - schema);
        if (fault == 3) claim.serial += 1 << 32; // of no batch: the next one may have these leaves once more
        if (fault == 4) claim.serial = 0;
        if (fault == 5) claim.position = tree.batch.count + uint32(_random(300));
        if (fault == 6) claim.position = uint32(_random(tree.batch.count)); // shares its standing with another
        tree.items[at] = _track(claim);
        tree.leaves[at] = ClaimId.unwrap(_items[tree.items[at]].id);
        tree.belongs[at] = belongs && fault > 5;
    }

    function _mayAnchor(address by, IClaimRegistry.Batch memory batch) private view returns (bool) {
        return
            _mayIssue(by, CityId.unwrap(batch.city), SchemaId.unwrap(batch.schema)) &&
            batch.serial != 0 &&
            batch.count != 0 &&
            batch.root != 0 &&
            !_serialUsed[by][batch.serial];
    }

    function _addBatch(Tree memory tree) private {
        Batch storage batch = _batches.push();
        batch.issuer = _officers[tree.officer];
        batch.id = claims.batchOf(batch.issuer, tree.batch.serial);
        (batch.city, batch.schema) = (CityId.unwrap(tree.batch.city), SchemaId.unwrap(tree.batch.schema));
        (batch.count, batch.issuedAt, batch.leaves) = (tree.batch.count, uint40(block.timestamp), tree.leaves);
        _serialUsed[batch.issuer][tree.batch.serial] = true;
        for (uint256 i = 0; i < tree.items.length; ++i) {
            Item storage item = _items[tree.items[i]];
            (item.batch, item.leaf) = (_batches.length, i);
            if (tree.belongs[i]) _setIssued(tree.items[i], _mayIssue(batch.issuer, batch.city, batch.schema));
        }
    }

    function _anchorOrder(
        address issuer,
        IClaimRegistry.Batch memory batch,
        uint40 deadline
    ) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    ANCHOR_ORDER,
                    issuer,
                    batch.city,
                    batch.schema,
                    batch.serial,
                    batch.count,
                    batch.root,
                    deadline
                )
            );
    }

    // ----------------------------------------------------------------------------------------------------- internal: choosing

    /// @dev Mostly a city and a schema of its own path.
    function _anyPlace() private returns (uint32 city, uint32 schema) {
        city = _anyCity();
        schema = uint32(1 + _random(2));
        if (city == 1 || city == 5) schema = _random(8) == 0 ? 2 : 1;
        if (_random(32) == 0) schema = 3;
    }

    function _anyValidity(uint32 schema) private returns (uint40 from, uint40 until) {
        from = uint40(block.timestamp + _random(5 days) - 4 days);
        until = from + uint40(1 + _random(MAX_VALIDITY));
        uint256 dice = _random(10);
        if (dice == 0) until = from;
        if (dice == 1) until = from + MAX_VALIDITY + 1;
        if (dice == 2 || (dice < 5 && schema == 1)) until = 0;
    }

    function _newContent() private returns (IClaimRegistry.Content memory content) {
        content.root = keccak256(abi.encode("root", ++_contents));
        content.subject = keccak256(abi.encode("subject", _contents));
        content.holder = keccak256(abi.encode("holder", _contents));
    }

    function _numberOf(address officer) internal view returns (uint256) {
        for (uint256 i = 0; i < OFFICERS; ++i) if (_officers[i] == officer) return i;
        revert("no officer");
    }
}
