// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {StateWord, newIdentity, pack} from "../../contracts/identity/StateWord.sol";

/// @title An identity's state in one word
/// @notice Whatever a state says comes back from its word; the word of a new identity is that of its state; nothing packs into zero.
contract StateWordTest is Test {
    function testFuzz_newIdentityIsThatOfItsState(
        bool legal,
        uint32 city,
        uint32 tagVersion,
        uint40 guardianUntil,
        uint40 number
    ) public {
        vm.roll(number);
        IIdentityRegistry.State memory state;
        state.kind = legal ? IIdentityRegistry.Kind.Legal : IIdentityRegistry.Kind.Natural;
        (state.city, state.tagVersion) = (CityId.wrap(city), tagVersion);
        (state.guardianUntil, state.changedIn) = (guardianUntil, number);
        StateWord word = newIdentity(state.kind, state.city, tagVersion, guardianUntil);
        assertEq(StateWord.unwrap(word), StateWord.unwrap(pack(state)));
    }

    function testFuzz_identityComesBack(uint256 bits, uint40 changedIn, uint40 guardianUntil) public pure {
        IIdentityRegistry.State memory state;
        state.kind = IIdentityRegistry.Kind(1 + (bits & 1));
        (state.suspended, state.closed) = (bits & 2 != 0, bits & 4 != 0);
        (state.recovering, state.vetoed) = (bits & 8 != 0, bits & 16 != 0);
        (state.city, state.tagVersion) = (CityId.wrap(uint32(bits >> 8)), uint32(bits >> 40));
        (state.changes, state.recoveries) = (uint32(bits >> 72), uint32(bits >> 104));
        (state.changedIn, state.guardianUntil) = (changedIn, guardianUntil);
        StateWord word = pack(state);
        assertNotEq(StateWord.unwrap(word), 0);
        assertEq(keccak256(abi.encode(word.unpack())), keccak256(abi.encode(state)));
    }

    function test_zeroIsNothing() public pure {
        IIdentityRegistry.State memory state;
        assertEq(keccak256(abi.encode(StateWord.wrap(0).unpack())), keccak256(abi.encode(state)));
        assertEq(StateWord.unwrap(pack(state)), 0);
    }
}
