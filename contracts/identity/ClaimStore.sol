// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityId} from "../city/CityId.sol";
import {CLAIM_TYPEHASH, Claim} from "./Claim.sol";
import {ClaimId} from "./ClaimId.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {RecordWord} from "./RecordWord.sol";
import {SchemaRegistry} from "./SchemaRegistry.sol";

/// @title The records of claims, and what they are worth.
/// @notice The part of ClaimRegistry that keeps and reads.
abstract contract ClaimStore is SchemaRegistry, EIP712, IClaimRegistry {
    bytes32 private constant BATCH_KEY_TYPEHASH = keccak256("BatchKey(address issuer,uint64 serial)");

    /// @dev Two bits each.
    uint32 internal constant POSITIONS_IN_WORD = 128;

    mapping(ClaimId record => RecordWord) internal _words;
    mapping(ClaimId batch => bytes32) internal _roots;
    mapping(ClaimId batch => mapping(uint32 word => uint256)) internal _positions;
    mapping(CityId city => mapping(address issuer => uint40)) internal _distrustedSince;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IClaimRegistry
    function statusOf(
        Claim calldata claim,
        bytes32[] calldata proof
    ) external view returns (ClaimStatus status, ClaimId id) {
        id = idOf(claim);
        if (claim.serial == 0) {
            RecordState memory state = _words[id].unpack();
            if (state.exists) status = _statusOf(claim, state.issuedAt, state.standing);
        } else {
            ClaimId batch = batchOf(claim.issuer, claim.serial);
            RecordState memory state = _words[batch].unpack();
            if (_isIn(state, claim) && MerkleProof.verifyCalldata(proof, _roots[batch], ClaimId.unwrap(id))) {
                Standing own = standingAt(batch, claim.position);
                status = _statusOf(claim, state.issuedAt, own > state.standing ? own : state.standing);
            }
        }
    }

    /// @inheritdoc IClaimRegistry
    function idOf(Claim calldata claim) public view returns (ClaimId) {
        return ClaimId.wrap(_hashTypedDataV4(keccak256(abi.encode(CLAIM_TYPEHASH, claim))));
    }

    /// @inheritdoc IClaimRegistry
    function batchOf(address issuer, uint64 serial) public view returns (ClaimId) {
        return ClaimId.wrap(_hashTypedDataV4(keccak256(abi.encode(BATCH_KEY_TYPEHASH, issuer, serial))));
    }

    /// @inheritdoc IClaimRegistry
    function stateOf(ClaimId record) external view returns (RecordState memory) {
        return _words[record].unpack();
    }

    /// @inheritdoc IClaimRegistry
    function standingAt(ClaimId batch, uint32 position) public view returns (Standing) {
        uint256 word = _positions[batch][position / POSITIONS_IN_WORD];
        return Standing((word >> _shiftOf(position)) & 3);
    }

    /// @inheritdoc IClaimRegistry
    function rootOf(ClaimId batch) external view returns (bytes32) {
        return _roots[batch];
    }

    /// @inheritdoc IClaimRegistry
    function distrustedSince(CityId city, address issuer) external view returns (uint40) {
        return _distrustedSince[city][issuer];
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _existing(ClaimId id) internal view returns (RecordState memory state) {
        state = _words[id].unpack();
        require(state.exists, ClaimUnknown(id));
    }

    /// @dev What the root does not say: that the batch may hold such a claim.
    function _isIn(RecordState memory state, Claim calldata claim) private view returns (bool) {
        return
            state.exists &&
            claim.position < state.count &&
            claim.city == state.city &&
            claim.schema == state.schema &&
            _isAllowed(claim.validFrom, claim.validUntil, _schemas[claim.schema].maxValidity);
    }

    function _statusOf(Claim calldata claim, uint40 issuedAt, Standing standing) private view returns (ClaimStatus) {
        if (standing == Standing.Revoked) return ClaimStatus.Revoked;
        if (standing == Standing.Superseded) return ClaimStatus.Superseded;
        uint40 since = _distrustedSince[claim.city][claim.issuer];
        if (since != 0 && issuedAt >= since) return ClaimStatus.Distrusted;
        if (claim.validUntil != 0 && block.timestamp >= claim.validUntil) return ClaimStatus.Expired;
        if (standing == Standing.Suspended) return ClaimStatus.Suspended;
        return block.timestamp < claim.validFrom ? ClaimStatus.NotYetValid : ClaimStatus.Active;
    }

    function _isAllowed(uint40 from, uint40 until, uint40 maxValidity) internal pure returns (bool) {
        if (until == 0) return maxValidity == 0;
        return from < until && (maxValidity == 0 || until - from <= maxValidity);
    }

    function _shiftOf(uint32 position) internal pure returns (uint256) {
        return (position % POSITIONS_IN_WORD) * 2;
    }
}
