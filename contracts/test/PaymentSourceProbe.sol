// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPaymentSource} from "../invoice/IPaymentSource.sol";

/// @title PaymentSourceProbe
/// @notice States whatever facts a test gives it.
contract PaymentSourceProbe is IPaymentSource {
    mapping(bytes32 transactionId => PaymentFacts) private _facts;

    /// @notice State these facts from now on.
    function set(bytes32 transactionId, PaymentFacts calldata facts) external {
        _facts[transactionId] = facts;
    }

    /// @inheritdoc IPaymentSource
    function paymentOf(bytes32 transactionId) external view returns (PaymentFacts memory) {
        return _facts[transactionId];
    }
}
