// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {IConsentRegistry} from "../../contracts/identity/IConsentRegistry.sol";
import {ConsentHandler} from "./ConsentHandler.sol";

/// @title Invariants of the consent registry under random acts (design.md, section 7)
/// @notice
/// 2. Nothing is given, authorised or used in a closed contract, or for a city that is not active along its whole path; withdrawing, by
///    holder or provider, is never stopped by that. (The handler compares every act's outcome with the model's.)
/// 10. Every signed order works once, on one chain, in one contract, and a consent before its deadline. (The handler tries each on another
///     chain, in another contract, a second time at once, and again whenever it likes.)
/// And: a consent is used as often as it says at most, and only while it is active; no key consents for two claims.
contract ConsentRegistryInvariants is Test {
    ConsentHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new ConsentHandler();
        bytes4[] memory acts = new bytes4[](9);
        acts[0] = ConsentHandler.give.selector;
        acts[1] = ConsentHandler.withdraw.selector;
        acts[2] = ConsentHandler.authorize.selector;
        acts[3] = ConsentHandler.use.selector;
        acts[4] = ConsentHandler.changeClaim.selector;
        acts[5] = _handler.rule.selector;
        acts[6] = _handler.replay.selector;
        (acts[7], acts[8]) = (acts[0], acts[3]); // twice as often
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
    }

    function invariant_statesEqualTheModel() public view {
        for (uint256 i = 0; i < _handler.consentCount(); ++i) {
            (IConsentRegistry.Consent memory consent, ConsentHandler.Signed memory signed) = _handler.consentAt(i);
            (IConsentRegistry.ConsentStatus status, ) = _handler.consents().statusOf(consent);
            IConsentRegistry.State memory state = _handler.consents().stateOf(signed.id);
            assertEq(uint8(status), uint8(_handler.statusOf(i)));
            assertEq(state.given, signed.given);
            assertEq(state.withdrawn, signed.withdrawn);
            assertEq(state.authorized, signed.authorized);
            assertEq(state.used, signed.used);
            assertLe(state.used, consent.uses);
        }
    }

    function invariant_noKeyConsentsForTwoClaims() public view {
        uint256 count = _handler.consentCount();
        for (uint256 i = 0; i < count; ++i) {
            (IConsentRegistry.Consent memory one, ConsentHandler.Signed memory first) = _handler.consentAt(i);
            if (!_handler.consents().stateOf(first.id).given) continue;
            for (uint256 j = 0; j < i; ++j) {
                (IConsentRegistry.Consent memory other, ConsentHandler.Signed memory second) = _handler.consentAt(j);
                if (first.holder != second.holder || !_handler.consents().stateOf(second.id).given) continue;
                assertEq(ClaimId.unwrap(one.claim), ClaimId.unwrap(other.claim));
            }
        }
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused, and a consent has every status.
contract ConsentHandlerTest is Test {
    string[5] private _acts = ["give", "withdraw", "authorize", "withdrawAuthorization", "use"];

    function test_everyActIsAllowedAndRefused() public {
        vm.warp(1_000_000_000);
        ConsentHandler handler = new ConsentHandler();
        uint256 seen = 0;
        for (uint256 i = 0; i < 800 && !(_reached(handler) && seen == 127); ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            uint256 dice = i % 9;
            if (dice < 2) handler.give(seed);
            else if (dice == 2) handler.withdraw(seed);
            else if (dice == 3) handler.authorize(seed);
            else if (dice < 6) handler.use(seed);
            else if (dice == 6) handler.changeClaim(seed);
            else if (dice == 7) handler.rule(seed);
            else handler.replay(seed);
            uint256 count = handler.consentCount();
            for (uint256 j = 0; i % 8 == 0 && j < count; ++j) seen |= 1 << uint8(handler.statusOf(j));
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            assertNotEq(handler.allowed(_acts[i]), 0, string.concat(_acts[i], " was never allowed"));
            assertNotEq(handler.refused(_acts[i]), 0, string.concat(_acts[i], " was never refused"));
        }
        assertEq(seen, 127);
    }

    function _reached(ConsentHandler handler) private view returns (bool) {
        for (uint256 i = 0; i < _acts.length; ++i) {
            if (handler.allowed(_acts[i]) == 0 || handler.refused(_acts[i]) == 0) return false;
        }
        return true;
    }
}
