// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityHandler} from "./CityHandler.sol";

/// @title Invariants of the city registry under random acts (design.md, section 7)
/// @notice
/// 1. Two cities never hold one code at one moment; codeAt and cityAt are inverse at every moment; no live code lies under another live
///    city that is not its ancestor.
/// 2. Nothing is created or widened for a city that is not active along its whole path, or in a closed contract; nothing that ends or
///    restricts is ever stopped by that. (The handler compares every act's outcome with the model's.)
contract CityRegistryInvariants is Test {
    CityHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new CityHandler();
        bytes4[] memory acts = new bytes4[](5);
        acts[0] = CityHandler.allocate.selector;
        acts[1] = CityHandler.recodeOrMove.selector;
        acts[2] = CityHandler.retire.selector;
        acts[3] = CityHandler.suspendOrReinstate.selector;
        acts[4] = CityHandler.closeOrOpen.selector;
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), acts));
    }

    function invariant_historyEqualsTheModel() public view {
        uint256 times = _handler.timeCount();
        // The last moments, where the acts were, and a stride through the others.
        for (uint256 i = 0; i < times; i += (i + 4 < times ? 1 + times / 4 : 1)) {
            uint40 time = _handler.times(i);
            _compareCodes(time);
            _compareCities(time);
        }
        _compareCodes(type(uint40).max);
        _compareCities(0);
    }

    function invariant_treeEqualsTheModel() public view {
        assertTrue(_handler.holds());
        for (uint32 city = 1; city < _handler.cityCount(); ++city) {
            CityId id = CityId.wrap(city);
            assertEq(_handler.manager().isActive(id), _handler.isActive(city));
            CityId[] memory children = _handler.registry().childrenOf(id, 0, type(uint256).max);
            assertEq(children.length, _handler.children(city).length);
            for (uint256 i = 0; i < children.length; ++i) {
                (uint32 parent, , ) = _handler.cities(CityId.unwrap(children[i]));
                assertEq(parent, city);
            }
        }
    }

    function _compareCodes(uint40 time) private view {
        for (uint256 i = 0; i < _handler.codeCount(); ++i) {
            bytes memory code = _handler.codeNumber(i);
            CityId city = _handler.registry().cityAt(CityCode.wrap(bytes32(code)), time);
            assertEq(CityId.unwrap(city), _handler.cityAt(code, time));
            if (CityId.unwrap(city) != 0) {
                assertEq(CityCode.unwrap(_handler.registry().codeAt(city, time)), bytes32(code));
            }
        }
    }

    function _compareCities(uint40 time) private view {
        for (uint32 city = 1; city < _handler.cityCount(); ++city) {
            CityCode code = _handler.registry().codeAt(CityId.wrap(city), time);
            assertEq(CityCode.unwrap(code), bytes32(_handler.codeAt(city, time)));
            if (CityCode.unwrap(code) != 0) {
                assertEq(CityId.unwrap(_handler.registry().cityAt(code, time)), city);
            }
        }
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused, so the invariants see real histories.
contract CityHandlerTest is Test {
    string[6] private _acts = ["allocate", "recode", "move", "retire", "suspend", "reinstate"];

    function test_everyActIsAllowedAndRefused() public {
        vm.warp(1_000_000_000);
        CityHandler handler = new CityHandler();
        for (uint256 i = 0; i < 500 && !_reached(handler); ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            if (i % 8 < 3) handler.allocate(seed);
            else if (i % 8 < 5) handler.recodeOrMove(seed);
            else if (i % 8 == 5) handler.retire(seed);
            else if (i % 8 == 6) handler.suspendOrReinstate(seed);
            else handler.closeOrOpen(seed);
        }
        assertTrue(_reached(handler));
    }

    function _reached(CityHandler handler) private view returns (bool) {
        for (uint256 i = 0; i < _acts.length; ++i) {
            if (handler.allowed(_acts[i]) == 0 || handler.refused(_acts[i]) == 0) return false;
        }
        return true;
    }
}
