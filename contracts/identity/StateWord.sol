// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IIdentityRegistry} from "./IIdentityRegistry.sol";

/// @title The state of an identity in one word, written at once.
/// @dev From the lowest bit: 8 kind, 8 each of suspended, closed, recovering, vetoed, 32 city, 32 tagVersion, 32 changes, 40 changedIn,
/// 32 recoveries, 40 guardianUntil.
type StateWord is uint256;

using {unpack} for StateWord global;

function pack(IIdentityRegistry.State memory state) pure returns (StateWord) {
    uint256 word = uint256(state.kind);
    if (state.suspended) word |= 1 << 8;
    if (state.closed) word |= 1 << 16;
    if (state.recovering) word |= 1 << 24;
    if (state.vetoed) word |= 1 << 32;
    word |= uint256(CityId.unwrap(state.city)) << 40;
    word |= uint256(state.tagVersion) << 72;
    word |= uint256(state.changes) << 104;
    word |= uint256(state.changedIn) << 136;
    word |= uint256(state.recoveries) << 176;
    word |= uint256(state.guardianUntil) << 208;
    return StateWord.wrap(word);
}

/// @notice The word of an identity that was just registered.
function newIdentity(
    IIdentityRegistry.Kind kind,
    CityId city,
    uint32 tagVersion,
    uint40 guardianUntil
) view returns (StateWord) {
    uint256 word = uint256(kind);
    word |= uint256(CityId.unwrap(city)) << 40;
    word |= uint256(tagVersion) << 72;
    word |= block.number << 136;
    word |= uint256(guardianUntil) << 208;
    return StateWord.wrap(word);
}

function unpack(StateWord packed) pure returns (IIdentityRegistry.State memory state) {
    uint256 word = StateWord.unwrap(packed);
    state.kind = IIdentityRegistry.Kind(uint8(word));
    state.suspended = uint8(word >> 8) != 0;
    state.closed = uint8(word >> 16) != 0;
    state.recovering = uint8(word >> 24) != 0;
    state.vetoed = uint8(word >> 32) != 0;
    state.city = CityId.wrap(uint32(word >> 40));
    state.tagVersion = uint32(word >> 72);
    state.changes = uint32(word >> 104);
    state.changedIn = uint40(word >> 136);
    state.recoveries = uint32(word >> 176);
    state.guardianUntil = uint40(word >> 208);
}
