// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {ClaimHandler} from "./ClaimHandler.sol";

/// @title Invariants of the claim registry under random acts (design.md, section 7)
/// @notice
/// 2. Nothing is created or widened for a city that is not active along its whole path, or in a closed contract; nothing that ends or
///    restricts is ever stopped by that. (The handler compares every act's outcome with the model's.)
/// 4. A revoked claim never becomes active again, nor does a superseded one, whatever signature, proof, position, batch or order is used.
/// 5. A claim is active only if its issuer was entitled when it was issued.
/// 10. Every signed order works once, on one chain, in one contract, before its deadline. (The handler tries each on another chain, in
///     another contract, a second time at once, and again whenever it likes.)
contract ClaimRegistryInvariants is Test {
    uint256 private constant LATEST = 6;
    uint256 private constant OTHERS = 10;

    ClaimHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new ClaimHandler();
        bytes4[] memory acts = new bytes4[](12);
        acts[0] = _handler.issue.selector;
        acts[1] = _handler.issueMany.selector;
        acts[2] = _handler.relay.selector;
        acts[3] = _handler.anchor.selector;
        acts[4] = _handler.change.selector;
        acts[5] = _handler.changeAt.selector;
        acts[6] = _handler.supersede.selector;
        acts[7] = _handler.distrust.selector;
        acts[8] = _handler.retireSchema.selector;
        acts[9] = _handler.rule.selector;
        acts[10] = _handler.replay.selector;
        acts[11] = _handler.anchor.selector; // twice as often
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
    }

    function invariant_deadClaimsStayDead() public view {
        uint256 count = _handler.itemCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) {
            (Claim memory claim, ClaimHandler.Item memory item) = _handler.itemAt(i);
            if (!item.dead) continue;
            IClaimRegistry.ClaimStatus status = _statusOf(claim, _handler.proofOf(i));
            assertTrue(status == IClaimRegistry.ClaimStatus.Revoked || status == IClaimRegistry.ClaimStatus.Superseded);
            // Nor does another path, or none, another place or another batch bring it back.
            _assertNotActive(claim, new bytes32[](0));
            _assertNotActive(claim, _handler.proofOf((i + 1) % count));
            claim.position += 1;
            _assertUnknown(claim, _handler.proofOf(i));
            claim.position -= 1;
            claim.serial += 1;
            _assertUnknown(claim, _handler.proofOf(i));
            claim.serial = 0;
            if (item.batch != 0) _assertUnknown(claim, _handler.proofOf(i));
        }
    }

    function invariant_activeOnlyIfTheIssuerWasEntitled() public view {
        uint256 count = _handler.itemCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) {
            (Claim memory claim, ClaimHandler.Item memory item) = _handler.itemAt(i);
            IClaimRegistry.ClaimStatus status = _statusOf(claim, _handler.proofOf(i));
            if (status == IClaimRegistry.ClaimStatus.Active) assertTrue(item.entitled);
        }
    }

    function invariant_statusEqualsTheModel() public view {
        uint256 count = _handler.itemCount();
        for (uint256 i = 0; i < count; i = _next(i, count)) {
            (Claim memory claim, ) = _handler.itemAt(i);
            IClaimRegistry.ClaimStatus status = _statusOf(claim, _handler.proofOf(i));
            assertEq(uint8(status), uint8(_handler.statusOf(i)));
        }
    }

    /// @dev The latest, where the acts were, and a stride through the others.
    function _next(uint256 i, uint256 count) private pure returns (uint256) {
        return i + (i + LATEST < count ? 1 + count / OTHERS : 1);
    }

    function _assertNotActive(Claim memory claim, bytes32[] memory proof) private view {
        assertTrue(_statusOf(claim, proof) != IClaimRegistry.ClaimStatus.Active);
    }

    /// @dev Unless another claim was issued that says the same.
    function _assertUnknown(Claim memory claim, bytes32[] memory proof) private view {
        if (_handler.isIssued(claim)) return;
        assertTrue(_statusOf(claim, proof) == IClaimRegistry.ClaimStatus.Unknown);
    }

    function _statusOf(
        Claim memory claim,
        bytes32[] memory proof
    ) private view returns (IClaimRegistry.ClaimStatus status) {
        (status, ) = _handler.claims().statusOf(claim, proof);
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused, and a claim has every status.
contract ClaimHandlerTest is Test {
    string[14] private _acts = [
        "issue",
        "issueMany",
        "relay",
        "anchor",
        "relayAnchor",
        "suspend",
        "reinstate",
        "revoke",
        "suspendAt",
        "reinstateAt",
        "revokeAt",
        "supersede",
        "supersedeAt",
        "distrust"
    ];

    function test_everyActIsAllowedAndRefused() public {
        vm.warp(1_000_000_000);
        ClaimHandler handler = new ClaimHandler();
        uint256 seen = 0;
        for (uint256 i = 0; i < 1000 && !(_reached(handler) && seen == 255); ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            uint256 dice = i % 11;
            if (dice == 0) handler.issue(seed);
            else if (dice == 1) handler.issueMany(seed);
            else if (dice == 2) handler.relay(seed);
            else if (dice == 3) handler.anchor(seed);
            else if (dice == 4) handler.change(seed);
            else if (dice == 5) handler.changeAt(seed);
            else if (dice == 6) handler.supersede(seed);
            else if (dice == 7) handler.distrust(seed);
            else if (dice == 8) handler.retireSchema(seed);
            else if (dice == 9) handler.rule(seed);
            else handler.replay(seed);
            uint256 count = handler.itemCount();
            if (count == 0) continue;
            seen |= 1 << uint8(handler.statusOf(seed % count));
            seen |= 1 << uint8(handler.statusOf(count - 1));
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            assertNotEq(handler.allowed(_acts[i]), 0, string.concat(_acts[i], " was never allowed"));
            assertNotEq(handler.refused(_acts[i]), 0, string.concat(_acts[i], " was never refused"));
        }
        assertEq(seen, 255);
    }

    function _reached(ClaimHandler handler) private view returns (bool) {
        for (uint256 i = 0; i < _acts.length; ++i) {
            if (handler.allowed(_acts[i]) == 0 || handler.refused(_acts[i]) == 0) return false;
        }
        return true;
    }
}
