// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title FloorProbe
/// @notice The least that an act can cost, for the benchmark: whatever it is called with, it writes one word and emits one event.
contract FloorProbe {
    uint256 private immutable _topics;
    uint256 private immutable _dataLength;
    uint256 private immutable _times;

    /// @notice What the act leaves behind.
    /// @param topics How many topics the event has, 1 to 4.
    /// @param dataLength How many bytes of data the event has.
    /// @param times How many words and events: that of one act, or of many in one call.
    /// @param creates Whether the words are new, or change.
    constructor(uint256 topics, uint256 dataLength, uint256 times, bool creates) {
        (_topics, _dataLength, _times) = (topics, dataLength, times);
        for (uint256 i = 0; !creates && i < times; ++i) _write(i, 1);
    }

    /// @notice The act.
    fallback() external {
        _leaveTraces();
    }

    function _leaveTraces() private {
        (uint256 topics, uint256 length) = (_topics, _dataLength);
        for (uint256 i = 0; i < _times; ++i) {
            _write(i, 2);
            // solhint-disable-next-line no-inline-assembly
            assembly {
                switch topics
                case 1 {
                    log1(0, length, 1)
                }
                case 2 {
                    log2(0, length, 1, 2)
                }
                case 3 {
                    log3(0, length, 1, 2, 3)
                }
                default {
                    log4(0, length, 1, 2, 3, 4)
                }
            }
        }
    }

    function _write(uint256 slot, uint256 word) private {
        // solhint-disable-next-line no-inline-assembly
        assembly {
            sstore(slot, word)
        }
    }
}
