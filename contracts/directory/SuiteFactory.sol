// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {ISuiteFactory} from "./ISuiteFactory.sol";

/// @title SuiteFactory
/// @notice Deploys the suite's contracts to addresses that follow from their code alone.
contract SuiteFactory is ISuiteFactory {
    /// @inheritdoc ISuiteFactory
    function deploy(bytes32 salt, bytes calldata initCode) external returns (address deployed) {
        deployed = addressOf(salt, keccak256(initCode));
        if (deployed.code.length != 0) return deployed;
        emit Deployed(deployed, salt, msg.sender);
        return Create2.deploy(0, salt, initCode);
    }

    /// @inheritdoc ISuiteFactory
    function addressOf(bytes32 salt, bytes32 initCodeHash) public view returns (address) {
        return Create2.computeAddress(salt, initCodeHash);
    }
}
