// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IERC7913SignatureVerifier} from "./IERC7913SignatureVerifier.sol";

/// @title Signers as bytes, in the manner of ERC-7913.
/// @notice 20 bytes are an account: a key pair's address, or an ERC-1271 contract. More are the address of a verifier, and a key.
///
/// A signer answers for its verifier, as for its contract: whoever admits one must know that code.
library Signer {
    uint256 internal constant ACCOUNT_LENGTH = 20;

    /// @notice Whether `signature` is the signer's over `digest`. Never reverts: a broken signer has signed nothing.
    function isValid(bytes calldata signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signer.length < ACCOUNT_LENGTH) return false;
        address account = address(bytes20(signer));
        if (signer.length > ACCOUNT_LENGTH) return _isVerified(account, signer[ACCOUNT_LENGTH:], digest, signature);
        return isValid(account, digest, signature);
    }

    /// @notice The same of an account.
    function isValid(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        // A key pair first, as most are: it needs no look at the account's code.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError fault, ) = ECDSA.tryRecover(digest, signature);
        if (fault == ECDSA.RecoverError.NoError && recovered == account) return true;
        return
            _confirms(
                account,
                abi.encodeCall(IERC1271.isValidSignature, (digest, signature)),
                IERC1271.isValidSignature.selector
            );
    }

    function _isVerified(
        address verifier,
        bytes calldata key,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        return
            _confirms(
                verifier,
                abi.encodeCall(IERC7913SignatureVerifier.verify, (key, digest, signature)),
                IERC7913SignatureVerifier.verify.selector
            );
    }

    /// @dev Whether a contract answers with the magic value. A precompile is none, though one may echo it; and no more than a word of an
    /// answer is read, however long it is.
    function _confirms(address target, bytes memory question, bytes4 magic) private view returns (bool) {
        if (target.code.length == 0) return false;
        bool success;
        bytes32 answer;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            success := staticcall(gas(), target, add(question, 0x20), mload(question), 0, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            answer := mload(0)
        }
        return success && answer == bytes32(magic);
    }
}
