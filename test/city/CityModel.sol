// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICityRegistry} from "../../contracts/city/ICityRegistry.sol";

/// @title The rules of cities as a plain model: lists, full scans, and no index.
/// @dev An act is applied first; whether it was allowed is asked of the whole result, by the sentences of design.md and rules.md.
abstract contract CityModel {
    struct City {
        uint32 parent;
        bytes code;
        ICityRegistry.CityStatus status;
    }

    struct Period {
        uint32 city;
        bytes code;
        uint40 from;
        uint40 until;
    }

    City[] public cities; // index 0 is the network
    Period[] public periods;

    constructor() {
        cities.push(City(0, "", ICityRegistry.CityStatus.Active));
    }

    // --------------------------------------------------------------------------------------------------------------- acts

    function _add(uint32 parent, bytes memory code, uint40 time) internal returns (uint32 city) {
        city = uint32(cities.length);
        cities.push(City(parent, code, ICityRegistry.CityStatus.Active));
        periods.push(Period(city, code, time, 0));
    }

    function _setParent(uint32 city, uint32 parent) internal {
        cities[city].parent = parent;
    }

    function _setCode(uint32 city, bytes memory code, uint40 time) internal {
        _end(city, time);
        cities[city].code = code;
        periods.push(Period(city, code, time, 0));
    }

    function _setStatus(uint32 city, ICityRegistry.CityStatus status, uint40 time) internal {
        cities[city].status = status;
        if (status == ICityRegistry.CityStatus.Retired) _end(city, time);
    }

    // ------------------------------------------------------------------------------------------------------------ questions

    function cityCount() public view returns (uint32) {
        return uint32(cities.length);
    }

    function codeOf(uint32 city) public view returns (bytes memory) {
        return cities[city].code;
    }

    function isLive(uint32 city) public view returns (bool) {
        ICityRegistry.CityStatus status = cities[city].status;
        return city != 0 && (status == ICityRegistry.CityStatus.Active || status == ICityRegistry.CityStatus.Suspended);
    }

    /// @dev Active itself and along its whole path.
    function isActive(uint32 city) public view returns (bool) {
        for (; city != 0; city = cities[city].parent) {
            if (cities[city].status != ICityRegistry.CityStatus.Active) return false;
        }
        return true;
    }

    function nearestActive(uint32 city) public view returns (uint32) {
        while (!isActive(city)) city = cities[city].parent;
        return city;
    }

    function isAncestorOrSelf(uint32 ancestor, uint32 city) public view returns (bool) {
        for (; city != ancestor; city = cities[city].parent) if (city == 0) return false;
        return true;
    }

    function children(uint32 parent) public view returns (uint32[] memory list) {
        uint256 length = 0;
        for (uint32 i = 1; i < cities.length; ++i) if (isLive(i) && cities[i].parent == parent) ++length;
        list = new uint32[](length);
        for (uint32 i = uint32(cities.length) - 1; i > 0; --i) {
            if (isLive(i) && cities[i].parent == parent) list[--length] = i;
        }
    }

    /// @dev The city and all below it, parents before children.
    function subtree(uint32 city) public view returns (uint32[] memory list) {
        uint32[] memory all = new uint32[](cities.length);
        all[0] = city;
        uint256 length = 1;
        for (uint256 i = 0; i < length; ++i) {
            uint32[] memory below = children(all[i]);
            for (uint256 j = 0; j < below.length; ++j) all[length++] = below[j];
        }
        list = new uint32[](length);
        for (uint256 i = 0; i < length; ++i) list[i] = all[i];
    }

    function codeAt(uint32 city, uint40 time) public view returns (bytes memory) {
        for (uint256 i = 0; i < periods.length; ++i) {
            if (periods[i].city == city && _covers(periods[i], time)) return periods[i].code;
        }
        return "";
    }

    function cityAt(bytes memory code, uint40 time) public view returns (uint32) {
        for (uint256 i = 0; i < periods.length; ++i) {
            if (keccak256(periods[i].code) == keccak256(code) && _covers(periods[i], time)) return periods[i].city;
        }
        return 0;
    }

    /// @dev Invariant 1 of design.md, and the rule for a child's code, asked of every live city.
    function holds() public view returns (bool) {
        for (uint32 a = 1; a < cities.length; ++a) {
            if (!isLive(a)) continue;
            if (!isChildCode(cities[cities[a].parent].code, cities[a].code)) return false;
            if (cities[a].parent != 0 && !isLive(cities[a].parent)) return false;
            for (uint32 b = 1; b < cities.length; ++b) {
                if (b == a || !isLive(b) || !isPrefix(cities[a].code, cities[b].code)) continue;
                if (cities[a].code.length == cities[b].code.length || !isAncestorOrSelf(a, b)) return false;
            }
        }
        return true;
    }

    /// @dev Codes here have a local part of 2, 4 or 6 characters, and perhaps one node more: any prefix is one at a scheme length.
    function isChildCode(bytes memory parent, bytes memory code) public pure returns (bool) {
        if (parent.length == 0) return code.length == 6;
        if (code.length <= parent.length || !isPrefix(parent, code) || hasNode(parent)) return false;
        if (code.length > (hasNode(code) ? 15 : 13)) return false;
        if (hasNode(code)) return parent.length == code.length - 2 && parent.length > 6;
        return true;
    }

    function hasNode(bytes memory code) public pure returns (bool) {
        return code.length > 8 && code[code.length - 2] == ".";
    }

    function isPrefix(bytes memory a, bytes memory b) public pure returns (bool) {
        if (a.length > b.length) return false;
        for (uint256 i = 0; i < a.length; ++i) if (a[i] != b[i]) return false;
        return true;
    }

    function _covers(Period storage period, uint40 time) private view returns (bool) {
        return period.from <= time && (period.until == 0 || time < period.until);
    }

    function _end(uint32 city, uint40 time) private {
        for (uint256 i = 0; i < periods.length; ++i) {
            if (periods[i].city == city && periods[i].until == 0) periods[i].until = time;
        }
    }
}
