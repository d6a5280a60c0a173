// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The EIP-712 digest of a Payroll.
type PayrollId is bytes32;
