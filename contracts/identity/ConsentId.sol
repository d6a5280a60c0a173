// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of a consent: bound to chain and contract.
type ConsentId is bytes32;
