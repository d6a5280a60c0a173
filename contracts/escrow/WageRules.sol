// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {WagePayrolls} from "./WagePayrolls.sol";
import {WageStore} from "./WageStore.sol";

/// @title WageRules
/// @notice Code of WageAccount that did not fit into it: it runs there, on the records and under the address of WageAccount, and moves no
/// money. Called by itself, it has nothing to say.
contract WageRules is WagePayrolls {
    constructor(
        ICityAccessManager manager_,
        IProjectRegistry projects_,
        IClaimRegistry claims_
    ) CityManaged(manager_) WageStore(projects_, claims_) {}
}
