// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Content} from "../invoice/Invoice.sol";
import {InvoiceArithmetic} from "../invoice/InvoiceArithmetic.sol";

/// @title InvoiceArithmeticProbe
/// @notice Shows what the library answers, for tests.
contract InvoiceArithmeticProbe {
    /// @notice InvoiceArithmetic.faultOf.
    function faultOf(Content calldata content) external pure returns (bytes16 rule, uint256 index) {
        return InvoiceArithmetic.faultOf(content);
    }
}
