// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IPayrollRegistry} from "./IPayrollRegistry.sol";
import {PayrollId} from "./PayrollId.sol";

/// @title The tree of a payroll's rows.
/// @notice A leaf is hashed twice, so that no node of the tree passes for one, and names its payroll and place, so that it is proven for
/// no other.
library PayrollRows {
    bytes32 internal constant ROW_TYPEHASH = keccak256(
        "WageRow(bytes32 payroll,uint32 position,uint32 worker,uint128 amount)"
    );
    bytes32 internal constant KEY_TYPEHASH = keccak256("WageRowKey(bytes32 payroll,uint32 position)");

    /// @notice The leaf of a row.
    function leaf(PayrollId payroll, uint32 position, uint32 worker, uint128 amount) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(ROW_TYPEHASH, payroll, position, worker, amount))));
    }

    /// @notice The key under which a row that was set aside is owed.
    function keyOf(PayrollId payroll, uint32 position) internal pure returns (bytes32) {
        return keccak256(abi.encode(KEY_TYPEHASH, payroll, position));
    }

    /// @notice Sum and root of rows; both zero of none.
    function rootOf(
        PayrollId payroll,
        IPayrollRegistry.Row[] calldata rows
    ) internal pure returns (uint128 total, bytes32 root) {
        bytes32[] memory nodes = new bytes32[](rows.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            total += rows[i].amount;
            nodes[i] = leaf(payroll, uint32(i), rows[i].worker, rows[i].amount);
        }
        for (uint256 count = nodes.length; count > 1; count = (count + 1) / 2) {
            for (uint256 i = 0; i < count; i += 2) {
                nodes[i / 2] = i + 1 == count ? nodes[i] : Hashes.commutativeKeccak256(nodes[i], nodes[i + 1]);
            }
        }
        if (nodes.length != 0) root = nodes[0];
    }

    /// @notice Reverts, with RowUnknown, unless the row is the payroll's.
    function check(PayrollId payroll, bytes32 root, IPayrollRegistry.ProvenRow calldata row) internal pure {
        bytes32 hashed = leaf(payroll, row.position, row.worker, row.amount);
        require(
            MerkleProof.verifyCalldata(row.proof, root, hashed),
            IPayrollRegistry.RowUnknown(payroll, row.position)
        );
    }

    /// @notice The place of a row, or of a worker, in its word of 256.
    function bit(uint256 number) internal pure returns (uint256) {
        return 1 << (number % 256);
    }
}
