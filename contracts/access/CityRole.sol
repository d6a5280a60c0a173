// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";

/// @title What an account may do for a city. Numbers from 0x8000_0000 on are "issue under schema n" (0x8000_0000 | n).
type Capability is uint32;

/// @dev Administers every role of the city; its holder is the city's controller. With city 0 it is AccessManager's ADMIN_ROLE.
Capability constant ADMIN = Capability.wrap(0);

/// @dev Writes the city's resolution records.
Capability constant RESOLUTION = Capability.wrap(1);

/// @dev Registers the city's residents and legal persons, and keeps their identities.
Capability constant IDENTITY = Capability.wrap(2);

/// @dev Makes and closes the city's schemas of claims.
Capability constant SCHEMA = Capability.wrap(3);

/// @title Roles of AccessManager.
/// @notice A role is (city, capability), packed as 32 bits of city and 32 bits of capability.
library CityRole {
    function pack(CityId city, Capability capability) internal pure returns (uint64) {
        return (uint64(CityId.unwrap(city)) << 32) | Capability.unwrap(capability);
    }

    function cityOf(uint64 role) internal pure returns (CityId) {
        return CityId.wrap(uint32(role >> 32));
    }
}
