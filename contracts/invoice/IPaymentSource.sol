// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IdentityId} from "../identity/IdentityId.sol";

/// @title A contract that counts payments itself: a token's payments with a reference, an escrow's payouts.
/// @notice A city accredits it like any provider, with (city, PAYMENT); it then states facts, and attests nothing.
interface IPaymentSource {
    /// @notice A payment that was made on chain.
    /// @param payee The identity that was paid.
    /// @param from The account that paid; never one of the payee's own.
    /// @param order The payee's keyed reference of what was paid for; not zero.
    /// @param payer In retail, keccak-256 of the payer's one-time signer; otherwise zero.
    /// @param currency ISO 4217 numeric.
    /// @param amount In minor units; zero for a payment that was not made.
    /// @param refunded How much of it went back so far.
    /// @param paidAt UTC seconds.
    struct PaymentFacts {
        IdentityId payee;
        address from;
        bytes32 order;
        bytes32 payer;
        uint16 currency;
        uint128 amount;
        uint128 refunded;
        uint40 paidAt;
    }

    /// @notice The payment with this identification, all zero if there is none. Only `refunded` ever changes, and only grows.
    function paymentOf(bytes32 transactionId) external view returns (PaymentFacts memory);
}
