// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IERC7913SignatureVerifier} from "./IERC7913SignatureVerifier.sol";

/// @title P256Verifier
/// @notice Verifies ECDSA signatures on the curve P-256 (secp256r1), the keys that phones keep in their secure hardware.
///
/// Key: the public point, 32 bytes x, 32 bytes y. Signature: 32 bytes r, 32 bytes s, with s in the lower half of the order.
contract P256Verifier is IERC7913SignatureVerifier {
    /// @inheritdoc IERC7913SignatureVerifier
    function verify(bytes calldata key, bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (key.length != 64 || signature.length != 64) return 0xffffffff;
        bool valid = P256.verify(
            hash,
            bytes32(signature[:32]),
            bytes32(signature[32:]),
            bytes32(key[:32]),
            bytes32(key[32:])
        );
        return valid ? IERC7913SignatureVerifier.verify.selector : bytes4(0xffffffff);
    }
}
