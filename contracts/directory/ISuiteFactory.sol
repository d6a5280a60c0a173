// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Deploys the suite's contracts to addresses that follow from their code alone (CREATE2, EIP-1014).
/// @notice Anyone may call it: the address commits to the creation code and its arguments, so nobody can put anything else there.
/// The constructors of the suite never read their deployer.
interface ISuiteFactory {
    /// @notice A contract was deployed.
    event Deployed(address indexed deployed, bytes32 indexed salt, address by);

    /// @notice Deploy a contract, or do nothing where it is there already.
    /// @param salt Tells apart several deployments of the same creation code.
    /// @param initCode Creation code followed by the ABI-encoded constructor arguments.
    /// @return deployed Where it is. Errors of the constructor are passed on; `Errors.FailedDeployment` if it gave none.
    function deploy(bytes32 salt, bytes calldata initCode) external returns (address deployed);

    /// @notice Where `deploy` puts creation code of this keccak-256 hash.
    function addressOf(bytes32 salt, bytes32 initCodeHash) external view returns (address);
}
