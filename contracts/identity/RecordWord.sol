// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IClaimRegistry} from "./IClaimRegistry.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title The state of a claim or a batch in one word, made once for all claims of a call.
/// @dev From the lowest bit: 8 exists, 8 standing, 32 city, 32 schema, 32 changes, 32 count, 40 issuedAt, 40 changedIn.
type RecordWord is uint256;

using {unpack} for RecordWord global;

function pack(IClaimRegistry.RecordState memory state) pure returns (RecordWord) {
    uint256 word = 1; // only what exists is written
    word |= uint256(state.standing) << 8;
    word |= uint256(CityId.unwrap(state.city)) << 16;
    word |= uint256(SchemaId.unwrap(state.schema)) << 48;
    word |= uint256(state.changes) << 80;
    word |= uint256(state.count) << 112;
    word |= uint256(state.issuedAt) << 144;
    word |= uint256(state.changedIn) << 184;
    return RecordWord.wrap(word);
}

/// @notice The word of a record that was just made.
function newRecord(CityId city, SchemaId schema, uint32 count) view returns (RecordWord) {
    uint256 word = 1;
    word |= uint256(CityId.unwrap(city)) << 16;
    word |= uint256(SchemaId.unwrap(schema)) << 48;
    word |= uint256(count) << 112;
    word |= block.timestamp << 144;
    word |= block.number << 184;
    return RecordWord.wrap(word);
}

function unpack(RecordWord packed) pure returns (IClaimRegistry.RecordState memory state) {
    uint256 word = RecordWord.unwrap(packed);
    state.exists = word != 0;
    state.standing = IClaimRegistry.Standing(uint8(word >> 8));
    state.city = CityId.wrap(uint32(word >> 16));
    state.schema = SchemaId.wrap(uint32(word >> 48));
    state.changes = uint32(word >> 80);
    state.count = uint32(word >> 112);
    state.issuedAt = uint40(word >> 144);
    state.changedIn = uint40(word >> 184);
}
