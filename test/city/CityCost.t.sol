// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityAccessManager} from "../../contracts/access/CityAccessManager.sol";
import {ADMIN} from "../../contracts/access/CityRole.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityRegistry} from "../../contracts/city/CityRegistry.sol";
import {ICityRegistry} from "../../contracts/city/ICityRegistry.sol";

/// @title The cost of an act does not depend on how many cities exist (design.md, invariant 11)
/// @notice Two networks with the same path of four cities; in one of them any number of other cities lies beside it.
contract CityCostTest is Test {
    uint256 private constant MOST = 60;

    struct Network {
        CityAccessManager manager;
        CityRegistry registry;
    }

    function setUp() public {
        vm.warp(1_000_000_000);
    }

    /// hardhat-config: fuzz.runs = 16
    function testFuzz_costOfGuardAndResolutionIsTheSame(uint256 others) public {
        Network memory small = _network(0);
        Network memory large = _network(bound(others, 1, MOST));
        vm.cool(address(small.manager));
        vm.cool(address(small.registry));
        vm.cool(address(large.manager));
        vm.cool(address(large.registry));

        // Within 1 %: the memory of this test, which calls, is not the same each time.
        (uint256 guard, uint256 cityAt, uint256 codeAt, uint256 suspend) = _costs(small);
        (uint256 guardLarge, uint256 cityAtLarge, uint256 codeAtLarge, uint256 suspendLarge) = _costs(large);
        assertApproxEqRel(guardLarge, guard, 0.01e18);
        assertApproxEqRel(cityAtLarge, cityAt, 0.01e18);
        assertApproxEqRel(codeAtLarge, codeAt, 0.01e18);
        assertApproxEqRel(suspendLarge, suspend, 0.01e18);
    }

    function _costs(
        Network memory network
    ) private returns (uint256 guard, uint256 cityAt, uint256 codeAt, uint256 suspend) {
        CityAccessManager manager = network.manager;
        CityRegistry registry = network.registry;
        uint256 before = gasleft();
        manager.checkCan(address(this), CityId.wrap(4), ADMIN);
        guard = before - gasleft();
        before = gasleft();
        registry.cityAt(_code("MA.156.130102"), uint40(block.timestamp));
        cityAt = before - gasleft();
        before = gasleft();
        registry.codeAt(CityId.wrap(4), uint40(block.timestamp));
        codeAt = before - gasleft();
        before = gasleft();
        registry.suspend(CityId.wrap(4), 1);
        suspend = before - gasleft();
    }

    /// @dev Country 1, province 2, prefecture 3, county 4, each under this contract; then the others, below the province.
    function _network(uint256 others) private returns (Network memory network) {
        network.manager = new CityAccessManager(address(this));
        network.registry = new CityRegistry(network.manager);
        network.manager.bindCityRegistry(address(network.registry));
        network.registry.admitCountry(_code("MA.156"), "country", 0x54, address(this), 0);
        _allocate(network.registry, 1, "MA.156.13");
        _allocate(network.registry, 2, "MA.156.1301");
        _allocate(network.registry, 3, "MA.156.130102");
        for (uint256 i = 0; i < others; ++i) {
            // 131000, 131001, ...: counties directly below the province
            _allocate(network.registry, 2, string.concat("MA.156.13", vm.toString(1000 + i)));
        }
    }

    function _allocate(CityRegistry registry, uint32 parent, string memory code) private {
        CityId[] memory none = new CityId[](0);
        registry.allocate(CityId.wrap(parent), ICityRegistry.Allocation(_code(code), "city", address(this)), none);
    }

    function _code(string memory text) private pure returns (CityCode) {
        return CityCode.wrap(bytes32(bytes(text)));
    }
}
