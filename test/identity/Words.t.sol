// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {RecordWord, newRecord, pack as packRecord} from "../../contracts/identity/RecordWord.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {StateWord, pack as packState} from "../../contracts/identity/StateWord.sol";

/// @title Words hold the states of claims and identities, whole and apart
/// @notice Whatever a state says comes back from its word; the word of a new record is that of its state; nothing packs into zero.
contract WordsTest is Test {
    function testFuzz_recordComesBack(uint256 bits, uint40 issuedAt, uint40 changedIn) public pure {
        IClaimRegistry.RecordState memory state;
        state.exists = true;
        state.standing = IClaimRegistry.Standing(bits % 4);
        state.city = CityId.wrap(uint32(bits >> 8));
        state.schema = SchemaId.wrap(uint32(bits >> 40));
        (state.changes, state.count) = (uint32(bits >> 72), uint32(bits >> 104));
        (state.issuedAt, state.changedIn) = (issuedAt, changedIn);
        RecordWord word = packRecord(state);
        assertNotEq(RecordWord.unwrap(word), 0);
        assertEq(keccak256(abi.encode(word.unpack())), keccak256(abi.encode(state)));
    }

    function testFuzz_newRecordIsThatOfItsState(
        uint32 city,
        uint32 schema,
        uint32 count,
        uint40 time,
        uint40 number
    ) public {
        vm.warp(time);
        vm.roll(number);
        IClaimRegistry.RecordState memory state;
        state.exists = true;
        (state.city, state.schema, state.count) = (CityId.wrap(city), SchemaId.wrap(schema), count);
        (state.issuedAt, state.changedIn) = (time, number);
        RecordWord word = newRecord(state.city, state.schema, count);
        assertEq(RecordWord.unwrap(word), RecordWord.unwrap(packRecord(state)));
    }

    function testFuzz_identityComesBack(uint256 bits, uint40 changedIn, uint40 guardianUntil) public pure {
        IIdentityRegistry.State memory state;
        state.kind = IIdentityRegistry.Kind(1 + (bits & 1));
        (state.suspended, state.closed) = (bits & 2 != 0, bits & 4 != 0);
        (state.recovering, state.vetoed) = (bits & 8 != 0, bits & 16 != 0);
        (state.city, state.tagVersion) = (CityId.wrap(uint32(bits >> 8)), uint32(bits >> 40));
        (state.changes, state.recoveries) = (uint32(bits >> 72), uint32(bits >> 104));
        (state.changedIn, state.guardianUntil) = (changedIn, guardianUntil);
        StateWord word = packState(state);
        assertNotEq(StateWord.unwrap(word), 0);
        assertEq(keccak256(abi.encode(word.unpack())), keccak256(abi.encode(state)));
    }

    function test_zeroIsNothing() public pure {
        IClaimRegistry.RecordState memory record;
        IIdentityRegistry.State memory state;
        assertEq(keccak256(abi.encode(RecordWord.wrap(0).unpack())), keccak256(abi.encode(record)));
        assertEq(keccak256(abi.encode(StateWord.wrap(0).unpack())), keccak256(abi.encode(state)));
        assertEq(RecordWord.unwrap(packRecord(record)), 0);
        assertEq(StateWord.unwrap(packState(state)), 0);
    }
}
