// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The number of a redemption: counted from 1, and good in the SettlementToken that gave it alone.
type RedemptionId is uint256;
