// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of an Invoice; or, for a batch of invoices, that of its BatchKey.
type InvoiceId is bytes32;

using {equal as ==} for InvoiceId global;

function equal(InvoiceId a, InvoiceId b) pure returns (bool) {
    return InvoiceId.unwrap(a) == InvoiceId.unwrap(b);
}
