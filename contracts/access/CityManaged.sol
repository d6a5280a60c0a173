// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {CityId} from "../city/CityId.sol";
import {Capability} from "./CityRole.sol";
import {ICityAccessManager} from "./ICityAccessManager.sol";

/// @title A contract of the suite: its manager is fixed for ever.
/// @notice The network's own functions are `restricted` (AccessManager, with its delays and guardians); acts for a city ask the guard.
abstract contract CityManaged is AccessManaged {
    /// @notice Who may act for which city.
    ICityAccessManager public immutable manager;

    /// @notice The manager of this contract cannot be replaced.
    error AuthorityIsFixed();
    /// @notice The caller may not act for what belongs to the city: it does not hold the capability, without delay, for the city itself
    /// or for the one that acts for it.
    error NoStanding(address caller, CityId city);

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

    /// @dev For whatever ends or restricts: the caller's role alone, whatever the state of city and contract.
    function _checkStanding(CityId city, Capability capability, CityId[] calldata lineage) internal view {
        require(manager.hasStanding(msg.sender, city, capability, lineage), NoStanding(msg.sender, city));
    }

    /// @notice For what widens, for a city that may be unable to act: the guard, of the city that acts for it.
    /// @return acting The last of the lineage, or the city itself.
    function _checkActing(
        CityId city,
        Capability capability,
        CityId[] calldata lineage
    ) internal view returns (CityId acting) {
        _checkStanding(city, capability, lineage);
        acting = lineage.length == 0 ? city : lineage[lineage.length - 1];
        manager.checkOpen(acting);
    }
}
