// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {ISettlementToken} from "../../contracts/escrow/ISettlementToken.sol";
import {RedemptionId} from "../../contracts/escrow/RedemptionId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IPaymentSource} from "../../contracts/invoice/IPaymentSource.sol";
import {SettlementHandler} from "./SettlementHandler.sol";

/// @title Invariants of the settlement token under random acts (design.md, section 7)
/// @notice
/// - There is as much as was minted and not redeemed; it is where the model says.
/// - The contract itself holds the sum of the open redemptions, to the fen.
/// - A bank mints once under each reference, and pays one redemption under it.
/// - What a payment says was refunded went back, and never exceeds it.
/// 2. Nothing is minted in a closed contract, or for a city that is not active along its whole path; redeeming, transferring, paying and
///    refunding are never stopped by that. (The handler compares every act's outcome with the model's.)
/// 10. A permit works once, on one chain, in one contract, before its deadline. (The handler tries each elsewhere, and again.)
contract SettlementTokenInvariants is Test {
    SettlementHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new SettlementHandler();
        bytes4[] memory acts = new bytes4[](13);
        acts[0] = SettlementHandler.mint.selector;
        acts[1] = SettlementHandler.mintMany.selector;
        acts[2] = SettlementHandler.payRedemption.selector;
        acts[3] = SettlementHandler.returnRedemption.selector;
        acts[4] = SettlementHandler.requestRedemption.selector;
        acts[5] = SettlementHandler.withdrawRedemption.selector;
        acts[6] = SettlementHandler.transfer.selector;
        acts[7] = SettlementHandler.fetch.selector;
        acts[8] = SettlementHandler.pay.selector;
        acts[9] = SettlementHandler.refund.selector;
        acts[10] = _handler.rule.selector;
        acts[11] = _handler.replay.selector;
        acts[12] = acts[4]; // twice as often
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
    }

    function invariant_thereIsWhatWasMintedAndNotRedeemed() public view {
        uint256 sum = _handler.token().balanceOf(address(_handler.token()));
        for (uint256 i = 0; i < _handler.HOLDERS(); ++i) {
            address holder = _handler.holders(i);
            uint256 balance = _handler.token().balanceOf(holder);
            assertEq(balance, _handler.balanceOf(holder));
            sum += balance;
        }
        assertEq(_handler.token().totalSupply(), _handler.minted() - _handler.redeemed());
        assertEq(sum, _handler.token().totalSupply());
    }

    function invariant_theContractHoldsTheOpenRedemptions() public view {
        uint256 count = _handler.token().redemptionCount();
        assertEq(count, _handler.redemptionCount());
        ISettlementToken.Redemption[] memory page = _handler.token().redemptionsOf(0, count);
        uint256 open = 0;
        for (uint256 i = 0; i < count; ++i) {
            SettlementHandler.Redeeming memory expected = _handler.redemptionAt(i);
            assertEq(uint8(page[i].status), uint8(expected.status));
            assertEq(page[i].holder, expected.holder);
            assertEq(page[i].amount, expected.amount);
            assertEq(page[i].account, expected.account);
            assertEq(page[i].requestedAt, expected.requestedAt);
            if (page[i].status == ISettlementToken.RedemptionStatus.Requested) open += page[i].amount;
        }
        assertEq(_handler.token().balanceOf(address(_handler.token())), open);
    }

    function invariant_aBankUsesAReferenceOnce() public view {
        uint256 minted = 0;
        uint256 redeemed = 0;
        for (uint256 bank = 0; bank < 4; ++bank) {
            address account = _handler.bankAt(bank);
            for (uint256 i = 0; i < _handler.referenceCount(); ++i) {
                (bytes32 ref, SettlementHandler.Kept memory kept) = _handler.keptOf(account, i);
                bytes32 instruction = kept.amount == 0 ? bytes32(0) : keccak256(abi.encode(kept.to, kept.amount));
                assertEq(_handler.token().mintedBy(account, ref), instruction);
                RedemptionId paid = _handler.token().paidBy(account, ref);
                assertEq(RedemptionId.unwrap(paid), kept.redemption);
                minted += kept.amount;
                redeemed += _handler.token().redemptionOf(paid).amount;
            }
        }
        // Each fen that was minted or redeemed has its one reference.
        assertEq(minted, _handler.minted());
        assertEq(redeemed, _handler.redeemed());
    }

    function invariant_paymentsAreWhatWasPaid() public view {
        for (uint256 i = 0; i < _handler.paymentCount(); ++i) {
            SettlementHandler.Payment memory expected = _handler.paymentAt(i);
            IdentityId payee = _handler.payees(expected.payee);
            bytes32 id = _handler.token().transactionOf(payee, expected.order);
            IPaymentSource.PaymentFacts memory facts = _handler.token().paymentOf(id);
            assertEq(IdentityId.unwrap(facts.payee), IdentityId.unwrap(payee));
            assertEq(facts.from, expected.from);
            assertEq(facts.order, expected.order);
            assertEq(facts.payer, expected.payer);
            assertEq(facts.currency, 156);
            assertEq(facts.amount, expected.amount);
            assertEq(facts.refunded, expected.refunded);
            assertLe(facts.refunded, facts.amount);
            assertEq(_handler.token().receiverOf(id), expected.to);
        }
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused, and a redemption has every status.
contract SettlementHandlerTest is Test {
    string[10] private _acts = [
        "mint",
        "mintMany",
        "payRedemption",
        "returnRedemption",
        "requestRedemption",
        "withdrawRedemption",
        "transfer",
        "transferFrom",
        "permit",
        "payWithReference"
    ];

    function test_everyActIsAllowedAndRefused() public {
        vm.warp(1_000_000_000);
        SettlementHandler handler = new SettlementHandler();
        for (uint256 i = 0; i < 1500 && !(_reached(handler) && _statuses(handler) == 30); ++i) {
            _play(handler, i % 12, uint256(keccak256(abi.encode(i))));
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            assertGt(handler.allowed(_acts[i]), 0, string.concat(_acts[i], " is never allowed"));
            assertGt(handler.refused(_acts[i]), 0, string.concat(_acts[i], " is never refused"));
        }
        assertGt(handler.allowed("refundPayment"), 0);
        assertGt(handler.refused("refundPayment"), 0);
        assertEq(_statuses(handler), 30);
    }

    function _play(SettlementHandler handler, uint256 dice, uint256 seed) private {
        if (dice == 0) handler.mint(seed);
        else if (dice == 1) handler.mintMany(seed);
        else if (dice == 2) handler.payRedemption(seed);
        else if (dice == 3) handler.returnRedemption(seed);
        else if (dice == 4) handler.requestRedemption(seed);
        else if (dice == 5) handler.withdrawRedemption(seed);
        else if (dice == 6) handler.transfer(seed);
        else if (dice == 7) handler.fetch(seed);
        else if (dice == 8) handler.pay(seed);
        else if (dice == 9) handler.refund(seed);
        else if (dice == 10) handler.rule(seed);
        else handler.replay(seed);
    }

    /// @dev One bit for each status that a redemption has.
    function _statuses(SettlementHandler handler) private view returns (uint256 seen) {
        for (uint256 i = 0; i < handler.redemptionCount(); ++i) seen |= 1 << uint8(handler.redemptionAt(i).status);
    }

    function _reached(SettlementHandler handler) private view returns (bool) {
        for (uint256 i = 0; i < _acts.length; ++i) {
            if (handler.allowed(_acts[i]) == 0 || handler.refused(_acts[i]) == 0) return false;
        }
        return handler.allowed("refundPayment") != 0 && handler.refused("refundPayment") != 0;
    }
}
