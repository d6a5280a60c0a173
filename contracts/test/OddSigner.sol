// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title OddSigner
/// @notice A wallet or verifier that gives one answer to whatever it is asked, for tests: too short, too long, or in a revert.
contract OddSigner {
    /// @param Returns Returns the answer.
    /// @param Reverts Reverts with the answer.
    /// @param Writes Writes to its storage before it returns the answer.
    /// @param Burns Uses all gas it is given.
    enum Manner {
        Returns,
        Reverts,
        Writes,
        Burns
    }

    Manner private immutable _manner;
    bytes private _answer;

    constructor(Manner manner, bytes memory answer) {
        _manner = manner;
        _answer = answer;
    }

    /// @notice The answer, to whatever is asked.
    fallback(bytes calldata) external returns (bytes memory) {
        // solhint-disable-previous-line no-complex-fallback
        bytes memory answer = _answer;
        if (_manner == Manner.Burns) {
            // solhint-disable-next-line no-inline-assembly
            assembly {
                invalid()
            }
        }
        if (_manner == Manner.Writes) _answer = answer;
        if (_manner == Manner.Reverts) {
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }
}
