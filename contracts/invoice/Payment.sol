// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";

/// @title A payment, single or inside of an anchored batch. Its EIP-712 digest is its id.
/// @param provider Who attests it: an accredited provider's account, or the IPaymentSource that counted it.
/// @param city The city that accredits the provider.
/// @param transactionId The provider's unique identification of it (ISO 20022 TxId), salted or keyed so that nobody can guess
/// it; not zero.
/// @param order The payee's reference of what was paid for, keyed by the payee; not zero. One order counts once, whoever attests it.
/// @param payee The identity that was paid, which alone invoices it.
/// @param payer In retail, keccak-256 of the payer's one-time signer (ERC-7913), which signs for the invoice; otherwise zero.
/// @param currency ISO 4217 numeric.
/// @param amount In minor units, not zero.
/// @param paidAt UTC seconds.
/// @param serial The provider's number of the batch it is anchored in; 0 for a single payment.
/// @param position Its place in the batch, from 0; 0 for a single payment.
struct Payment {
    address provider;
    CityId city;
    bytes32 transactionId;
    bytes32 order;
    IdentityId payee;
    bytes32 payer;
    uint16 currency;
    uint128 amount;
    uint40 paidAt;
    uint64 serial;
    uint32 position;
}

/// @dev EIP-712 type of Payment.
bytes32 constant PAYMENT_TYPEHASH = keccak256(
    "Payment(address provider,uint32 city,bytes32 transactionId,bytes32 order,bytes32 payee,bytes32 payer,uint16 currency,"
    "uint128 amount,uint40 paidAt,uint64 serial,uint32 position)"
);

/// @notice The EIP-712 hash of a payment, whose members lie in calldata as EIP-712 encodes them.
/// @dev Attesting, and using a payment of a batch for the first time, reads each member as its type, which refuses stray bits; a payment
/// with any has an id that nobody knows.
function hashOf(Payment calldata payment) pure returns (bytes32 hashed) {
    bytes32 typehash = PAYMENT_TYPEHASH;
    // solhint-disable-next-line no-inline-assembly
    assembly ("memory-safe") {
        let start := mload(0x40)
        mstore(start, typehash)
        calldatacopy(add(start, 0x20), payment, 0x160)
        hashed := keccak256(start, 0x180)
    }
}
