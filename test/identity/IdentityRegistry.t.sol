// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {IdentityHandler} from "./IdentityHandler.sol";

/// @title Invariants of the identity registry under random acts (design.md, section 7)
/// @notice
/// 2. Nothing is created or widened for a city that is not active along its whole path, or in a closed contract; nothing that ends or
///    restricts is ever stopped by that. (The handler compares every act's outcome with the model's.)
/// 3. A uniqueness tag has at most one open identity.
/// 10. Every signed order works once, on one chain, in one contract, before its deadline. (The handler tries each on another chain, in
///    another contract, a second time at once, and again whenever it likes.)
contract IdentityRegistryInvariants is Test {
    IdentityHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new IdentityHandler();
        bytes4[] memory acts = new bytes4[](14);
        acts[0] = IdentityHandler.register.selector;
        acts[1] = IdentityHandler.addTag.selector;
        acts[2] = IdentityHandler.turnTagVersion.selector;
        acts[3] = IdentityHandler.rotate.selector;
        acts[4] = IdentityHandler.veto.selector;
        acts[5] = IdentityHandler.move.selector;
        acts[6] = IdentityHandler.operate.selector;
        acts[7] = IdentityHandler.proposeRecovery.selector;
        acts[8] = IdentityHandler.decideRecovery.selector;
        acts[9] = IdentityHandler.suspendOrReinstate.selector;
        acts[10] = IdentityHandler.close.selector;
        acts[11] = _handler.rule.selector;
        acts[12] = _handler.replay.selector;
        acts[13] = acts[0]; // twice as often
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
    }

    function invariant_aTagHasOneOpenIdentity() public view {
        uint256 count = _handler.personCount();
        for (uint256 i = 0; i < count; ++i) {
            if (!_isOpen(i)) continue;
            IdentityId id = _handler.personAt(i).id;
            IdentityHandler.Tag[] memory tags = _handler.tagsOf(i);
            for (uint256 j = 0; j < tags.length; ++j) {
                // Whoever else claimed the tag later, while this one is open, would be its holder now.
                IdentityId holder = _handler.identities().holderOf(tags[j].version, tags[j].value);
                assertEq(IdentityId.unwrap(holder), IdentityId.unwrap(id));
            }
        }
    }

    function invariant_statesEqualTheModel() public view {
        uint256 count = _handler.personCount();
        for (uint256 i = 0; i < count; ++i) {
            IdentityHandler.Person memory person = _handler.personAt(i);
            (IIdentityRegistry.State memory state, bytes32 signer) = _handler.identities().stateOf(person.id);
            assertEq(CityId.unwrap(state.city), person.city);
            assertEq(state.tagVersion, person.tagVersion);
            assertEq(state.changes, person.changes);
            assertEq(state.recoveries, person.recoveries);
            assertEq(state.guardianUntil, person.guardianUntil);
            assertEq(state.suspended, person.suspended);
            assertEq(state.closed, person.closed);
            assertEq(state.recovering, person.recovering);
            assertEq(state.vetoed, person.vetoed);
            assertEq(signer, keccak256(_handler.signerOf(i)));
        }
    }

    function _isOpen(uint256 index) private view returns (bool) {
        IIdentityRegistry.IdentityStatus status = _handler.identities().statusOf(_handler.personAt(index).id);
        return status != IIdentityRegistry.IdentityStatus.Closed && status != IIdentityRegistry.IdentityStatus.Unknown;
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused, so the invariants see real histories.
contract IdentityHandlerTest is Test {
    string[13] private _acts = [
        "register",
        "addTag",
        "turnTagVersion",
        "rotate",
        "veto",
        "move",
        "operate",
        "proposeRecovery",
        "withdrawRecovery",
        "completeRecovery",
        "suspend",
        "reinstate",
        "close"
    ];

    function test_everyActIsAllowedAndRefused() public {
        vm.warp(1_000_000_000);
        IdentityHandler handler = new IdentityHandler();
        for (uint256 i = 0; i < 1500 && !_reached(handler); ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            uint256 dice = i % 13;
            if (dice == 0) handler.register(seed);
            else if (dice == 1) handler.addTag(seed);
            else if (dice == 2) handler.turnTagVersion(seed);
            else if (dice == 3) handler.rotate(seed);
            else if (dice == 4) handler.veto(seed);
            else if (dice == 5) handler.move(seed);
            else if (dice == 6) handler.operate(seed);
            else if (dice == 7) handler.proposeRecovery(seed);
            else if (dice == 8) handler.decideRecovery(seed);
            else if (dice == 9) handler.suspendOrReinstate(seed);
            else if (dice == 10) handler.close(seed);
            else if (dice == 11) handler.rule(seed);
            else handler.replay(seed);
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            assertNotEq(handler.allowed(_acts[i]), 0, string.concat(_acts[i], " was never allowed"));
            assertNotEq(handler.refused(_acts[i]), 0, string.concat(_acts[i], " was never refused"));
        }
    }

    function _reached(IdentityHandler handler) private view returns (bool) {
        for (uint256 i = 0; i < _acts.length; ++i) {
            if (handler.allowed(_acts[i]) == 0 || handler.refused(_acts[i]) == 0) return false;
        }
        return true;
    }
}
