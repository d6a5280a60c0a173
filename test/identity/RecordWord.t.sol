// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Capability} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {RecordWord, newRecord, pack} from "../../contracts/identity/RecordWord.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";

/// @title A claim's state in one word, and the numbers it is made of
/// @notice
/// 1. What is packed is unpacked, to the last bit of each field, and no field reaches into another.
/// 2. A word is zero only where no record exists.
/// 3. Ids are equal where their bits are, and a schema's capability leads back to the schema.
contract RecordWordTest is Test {
    function testFuzz_whatIsPackedIsUnpacked(
        uint8 standing,
        uint32 city,
        uint32 schema,
        uint32 changes,
        uint32 count,
        uint40 issuedAt,
        uint40 changedIn
    ) public pure {
        IClaimRegistry.RecordState memory state = IClaimRegistry.RecordState({
            exists: true,
            standing: IClaimRegistry.Standing(standing % 4),
            city: CityId.wrap(city),
            schema: SchemaId.wrap(schema),
            changes: changes,
            count: count,
            issuedAt: issuedAt,
            changedIn: changedIn
        });
        RecordWord word = pack(state);
        assertNotEq(RecordWord.unwrap(word), 0);
        assertEq(abi.encode(word.unpack()), abi.encode(state));
    }

    /// Each field alone, full: all others stay zero.
    function test_noFieldReachesIntoAnother() public pure {
        for (uint256 field = 0; field < 8; ++field) {
            IClaimRegistry.RecordState memory state;
            state.exists = true;
            if (field == 1) state.standing = IClaimRegistry.Standing.Revoked;
            if (field == 2) state.city = CityId.wrap(type(uint32).max);
            if (field == 3) state.schema = SchemaId.wrap(type(uint32).max);
            if (field == 4) state.changes = type(uint32).max;
            if (field == 5) state.count = type(uint32).max;
            if (field == 6) state.issuedAt = type(uint40).max;
            if (field == 7) state.changedIn = type(uint40).max;
            assertEq(abi.encode(pack(state).unpack()), abi.encode(state));
        }
    }

    function test_noRecordIsTheZeroWord() public pure {
        IClaimRegistry.RecordState memory none;
        assertEq(abi.encode(RecordWord.wrap(0).unpack()), abi.encode(none));
    }

    function testFuzz_aNewRecordIsOfNow(uint32 city, uint32 schema, uint32 count, uint40 time, uint40 number) public {
        vm.warp(time);
        vm.roll(number);
        IClaimRegistry.RecordState memory state = newRecord(CityId.wrap(city), SchemaId.wrap(schema), count).unpack();
        IClaimRegistry.RecordState memory expected = IClaimRegistry.RecordState({
            exists: true,
            standing: IClaimRegistry.Standing.Standing,
            city: CityId.wrap(city),
            schema: SchemaId.wrap(schema),
            changes: 0,
            count: count,
            issuedAt: time,
            changedIn: number
        });
        assertEq(abi.encode(state), abi.encode(expected));
    }

    function testFuzz_idsAreEqualWhereTheirBitsAre(bytes32 a, bytes32 b) public pure {
        _compare(a, b);
        _compare(a, a);
    }

    function testFuzz_aCapabilityLeadsBackToItsSchema(uint32 schema) public pure {
        schema = uint32(bound(schema, 1, type(uint32).max >> 1));
        uint32 capability = Capability.unwrap(SchemaId.wrap(schema).issuing());
        assertEq(capability, uint256(schema) + 2 ** 31);
    }

    function _compare(bytes32 a, bytes32 b) private pure {
        bool same = a == b;
        assertEq(ClaimId.wrap(a) == ClaimId.wrap(b), same);
        assertEq(IdentityId.wrap(a) != IdentityId.wrap(b), !same);
        (uint32 c, uint32 d) = (uint32(uint256(a)), uint32(uint256(b)));
        assertEq(SchemaId.wrap(c) == SchemaId.wrap(d), c == d);
    }
}
