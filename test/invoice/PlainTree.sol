// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Merkle trees in the manner of OpenZeppelin's MerkleProof: pairs in order of their hashes, a last one without pair as it is.
library PlainTree {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        while (leaves.length > 1) leaves = _above(leaves);
        return leaves[0];
    }

    function proof(bytes32[] memory leaves, uint256 at) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](8);
        uint256 length = 0;
        while (leaves.length > 1) {
            if (at ^ 1 < leaves.length) path[length++] = leaves[at ^ 1];
            (leaves, at) = (_above(leaves), at / 2);
        }
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            mstore(path, length)
        }
    }

    function _above(bytes32[] memory layer) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((layer.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            (bytes32 a, bytes32 b) = (layer[2 * i], 2 * i + 1 == layer.length ? bytes32(0) : layer[2 * i + 1]);
            if (2 * i + 1 == layer.length) above[i] = a;
            else above[i] = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
        }
    }
}
