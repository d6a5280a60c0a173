// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";

/// @title A city's place in the tree, one word: the guard reads one for each city on the path.
/// @dev 32 bits of parent, one that the city is active itself, one that it exists. Zero for a city that does not exist.
type Place is uint64;

using {parent, isActive, exists} for Place global;

uint64 constant ACTIVE_BIT = 1 << 32;
uint64 constant EXISTS_BIT = 1 << 33;

function placeOf(CityId parent_, bool active) pure returns (Place) {
    return Place.wrap(CityId.unwrap(parent_) | (active ? ACTIVE_BIT : 0) | EXISTS_BIT);
}

function parent(Place place) pure returns (CityId) {
    return CityId.wrap(uint32(Place.unwrap(place)));
}

function isActive(Place place) pure returns (bool) {
    return Place.unwrap(place) & ACTIVE_BIT != 0;
}

function exists(Place place) pure returns (bool) {
    return Place.unwrap(place) & EXISTS_BIT != 0;
}
