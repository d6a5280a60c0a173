// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Signer} from "../common/Signer.sol";

/// @title SignerProbe
/// @notice Shows what the library answers, for tests.
contract SignerProbe {
    /// @notice Signer.isValid of a signer as bytes.
    function isValid(bytes calldata signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signer.isValid(signer, digest, signature);
    }

    /// @notice Signer.isValid of an account.
    function isValidOf(address account, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signer.isValid(account, digest, signature);
    }
}
