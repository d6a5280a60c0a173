// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of a Payment; or, for a batch of payments, that of its BatchKey.
type PaymentId is bytes32;

using {equal as ==} for PaymentId global;

function equal(PaymentId a, PaymentId b) pure returns (bool) {
    return PaymentId.unwrap(a) == PaymentId.unwrap(b);
}
