// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A city's number: given once, in order of registration, and never reused.
/// @dev 0 is the network itself; 0xFFFFFFFF is never issued (its roles are AccessManager's PUBLIC_ROLE).
type CityId is uint32;

using {equal as ==, different as !=} for CityId global;

/// @dev The network of cities itself.
CityId constant NETWORK = CityId.wrap(0);

function equal(CityId a, CityId b) pure returns (bool) {
    return CityId.unwrap(a) == CityId.unwrap(b);
}

function different(CityId a, CityId b) pure returns (bool) {
    return CityId.unwrap(a) != CityId.unwrap(b);
}
