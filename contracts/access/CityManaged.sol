// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ICityAccessManager} from "./ICityAccessManager.sol";

/// @title A contract of the suite: its manager is fixed for ever.
/// @notice The network's own functions are `restricted` (AccessManager, with its delays and guardians); acts for a city ask the guard.
abstract contract CityManaged is AccessManaged {
    /// @notice Who may act for which city.
    ICityAccessManager public immutable manager;

    /// @notice The manager of this contract cannot be replaced.
    error AuthorityIsFixed();

    constructor(ICityAccessManager manager_) AccessManaged(address(manager_)) {
        manager = manager_;
    }

    /// @notice The manager, under the name OpenZeppelin's tools look for.
    function authority() public view override returns (address) {
        return address(manager);
    }

    /// @notice Always reverts.
    function setAuthority(address) public pure override {
        revert AuthorityIsFixed();
    }
}
