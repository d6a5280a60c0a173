// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {StdCheats} from "forge-std/StdCheats.sol";
import {Vm} from "forge-std/Vm.sol";
import {CityAccessManager} from "../../contracts/access/CityAccessManager.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityRegistry} from "../../contracts/city/CityRegistry.sol";
import {ICityRegistry} from "../../contracts/city/ICityRegistry.sol";
import {CityModel} from "./CityModel.sol";

/// @title Random acts on a random tree, each compared with the plain model: the registry allows what the model allows, and nothing else.
contract CityHandler is CityModel, StdCheats {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant CODES = 1 + 2 * 14;
    uint256 private constant TRIES = 5;

    struct Move {
        uint32[] cities;
        bytes[] codes;
        uint32 parent;
        uint32 authority;
        uint32 acting;
        bool recode;
    }

    error Imagined(bool holds);

    CityAccessManager public immutable manager;
    CityRegistry public immutable registry;

    uint40[] public times;
    bool public closed;
    mapping(string act => uint256) public allowed;
    mapping(string act => uint256) public refused;

    uint256 private _seed;

    constructor() {
        manager = new CityAccessManager(address(this));
        registry = new CityRegistry(manager);
        manager.bindCityRegistry(address(registry));
        registry.admitCountry(_toCode("MA.156"), "C", 0x54, controllerOf(1), 0);
        _add(0, "MA.156", uint40(block.timestamp));
        times.push(uint40(block.timestamp));
    }

    function controllerOf(uint32 city) public view returns (address) {
        return city == 0 ? address(this) : address(uint160(0xC170000 + uint256(city)));
    }

    function timeCount() external view returns (uint256) {
        return times.length;
    }

    /// @dev The universe of codes: the country, and below it every local part of 1 to 3 pairs "11" or "12", with or without a node "X".
    function codeNumber(uint256 index) public pure returns (bytes memory code) {
        if (index == 0) return "MA.156";
        bool node = index > 14;
        uint256 path = node ? index - 14 : index; // 1..14, a heap: 1-2 one pair, 3-6 two, 7-14 three
        code = "";
        while (path > 0) {
            code = bytes.concat(path % 2 == 1 ? bytes("11") : bytes("12"), code);
            path = (path - 1) / 2;
        }
        code = bytes.concat("MA.156.", code, node ? bytes(".X") : bytes(""));
    }

    function codeCount() external pure returns (uint256) {
        return CODES;
    }

    // --------------------------------------------------------------------------------------------------------------- acts

    function allocate(uint256 seed) external {
        _begin(seed);
        uint32 parent;
        bytes memory code;
        uint32[] memory below;
        bool right = false;
        // Mostly an act that is right but for who does it; of any kind now and then.
        for (uint256 tries = 0; tries < TRIES && !right; ++tries) {
            parent = _anyCity();
            code = _anyCode(parent);
            below = _random(16) == 0 ? children(parent) : _childrenUnder(parent, code);
            right =
                isActive(parent) &&
                parent != 0 &&
                _wouldHold(abi.encodeCall(this.applyAllocation, (parent, code, below)));
            if (_random(8) == 0) break;
        }
        (uint32 acting, bool may) = _widening(parent);
        right = right && may && !closed;
        uint32 expected = cityCount();
        vm.prank(controllerOf(acting));
        try
            registry.allocate(
                CityId.wrap(parent),
                ICityRegistry.Allocation(_toCode(code), "n", controllerOf(expected)),
                _ids(below)
            )
        returns (CityId city) {
            require(right && CityId.unwrap(city) == expected, "allocated against the rules");
            applyAllocation(parent, code, below);
            ++allowed["allocate"];
        } catch {
            require(!right, "allocation refused against the rules");
            ++refused["allocate"];
        }
    }

    function recodeOrMove(uint256 seed) external {
        _begin(seed);
        Move memory act;
        bool right = false;
        for (uint256 tries = 0; tries < TRIES && !right; ++tries) {
            act = _anyMove();
            if (act.cities[0] == 0) return;
            right = _isRight(act);
            if (_random(8) == 0) break;
        }
        if (_random(3) == 0) {
            bytes memory target = act.codes[0];
            act.cities = _disturb(act.cities);
            act.codes = _translate(act.cities, target);
            right = _isRight(act);
        }
        bool may;
        (act.acting, may) = _widening(act.authority);
        right = right && may;

        bool done = _callMove(act);
        require(done == right, done ? "moved against the rules" : "move refused against the rules");
        if (done) applyMove(act);
        ++(done ? allowed : refused)[act.recode ? "recode" : "move"];
    }

    function retire(uint256 seed) external {
        _begin(seed);
        uint32 city = _anyCity();
        if (city <= 1 || _random(3) != 0) return; // without the country, nothing more would happen
        uint32[] memory below = _random(2) == 0 ? children(city) : new uint32[](0);
        uint32 successor = _random(2) == 0 ? 0 : _anyCity();
        uint32[] memory successors = new uint32[](successor == 0 ? 0 : 1);
        if (successor != 0) successors[0] = successor;
        uint32 parent = _parentOf(city);
        (uint32 acting, bool may) = _ending(parent);

        bool right =
            may &&
                isLive(city) &&
                (successor == 0 || _maySucceed(successor, city, acting)) &&
                _wouldHold(abi.encodeCall(this.applyRetirement, (city, parent, below)));
        vm.prank(controllerOf(acting));
        try registry.retire(CityId.wrap(city), _ids(successors), _ids(below)) {
            require(right, "retired against the rules");
            applyRetirement(city, parent, below);
            ++allowed["retire"];
        } catch {
            require(!right, "retirement refused against the rules");
            ++refused["retire"];
        }
    }

    function suspendOrReinstate(uint256 seed) external {
        _begin(seed);
        uint32 city = _anyCity();
        if (city == 0 || (city == 1 && isActive(1) && _random(8) != 0)) return;
        bool suspend = _statusOf(city) == ICityRegistry.CityStatus.Active;
        if (suspend && _random(4) != 0) return;
        uint32 parent = _parentOf(city);
        (uint32 acting, bool may) = suspend ? _ending(parent) : _widening(parent);
        bool right = may && (suspend || (_statusOf(city) == ICityRegistry.CityStatus.Suspended && !closed));
        if (!suspend) right = right && isActive(parent);
        vm.prank(controllerOf(acting));
        (bool done, ) = address(registry).call(
            suspend
                ? abi.encodeCall(registry.suspend, (CityId.wrap(city), 1))
                : abi.encodeCall(registry.reinstate, (CityId.wrap(city)))
        );
        require(done == right, "suspension or reinstatement against the rules");
        if (done) {
            _setStatus(
                city,
                suspend ? ICityRegistry.CityStatus.Suspended : ICityRegistry.CityStatus.Active,
                uint40(block.timestamp)
            );
        }
        ++(done ? allowed : refused)[suspend ? "suspend" : "reinstate"];
    }

    function closeOrOpen(uint256 seed) external {
        _begin(seed);
        closed = !closed && _random(8) == 0;
        manager.setTargetClosed(address(registry), closed);
    }

    // --------------------------------------------------------------------------------------------- what the model makes of it

    function applyAllocation(uint32 parent, bytes memory code, uint32[] memory below) public {
        uint32 city = _add(parent, code, uint40(block.timestamp));
        for (uint256 i = 0; i < below.length; ++i) _setParent(below[i], city);
    }

    function applyMove(Move memory act) public {
        _setParent(act.cities[0], act.parent);
        for (uint256 i = 0; i < act.cities.length; ++i) {
            _setCode(act.cities[i], act.codes[i], uint40(block.timestamp));
        }
    }

    function applyRetirement(uint32 city, uint32 parent, uint32[] memory below) public {
        _setStatus(city, ICityRegistry.CityStatus.Retired, uint40(block.timestamp));
        for (uint256 i = 0; i < below.length; ++i) _setParent(below[i], parent);
    }

    /// @dev Apply an act to the model, ask whether its rules hold, and undo it.
    function imagine(bytes calldata act) external {
        (bool done, ) = address(this).delegatecall(act);
        revert Imagined(done && holds());
    }

    // ------------------------------------------------------------------------------------------------------------- internal

    function _wouldHold(bytes memory act) private returns (bool) {
        try this.imagine(act) {
            revert("imagine reverts");
        } catch (bytes memory answer) {
            return keccak256(answer) == keccak256(abi.encodeWithSelector(Imagined.selector, true));
        }
    }

    function _begin(uint256 seed) private {
        _seed = seed;
        // Now and then several acts in one second.
        if (_random(3) != 0) {
            vm.warp(block.timestamp + 1 + _random(3 days));
            vm.roll(block.number + 1);
            times.push(uint40(block.timestamp));
        }
    }

    function _anyMove() private returns (Move memory act) {
        act.cities = subtree(_anyCity());
        uint32 oldParent = _parentOf(act.cities[0]);
        act.parent = _random(2) == 0 ? oldParent : _anyCity();
        act.authority = _random(2) == 0 ? act.parent : (_random(4) != 0 ? 1 : _anyCity());
        act.recode = act.parent == oldParent && _random(2) == 0;
        if (act.recode) act.authority = oldParent;
        act.codes = _translate(act.cities, _anyCode(act.parent));
    }

    function _isRight(Move memory act) private returns (bool) {
        return _mayMove(act, _parentOf(act.cities[0])) && _wouldHold(abi.encodeCall(this.applyMove, (act)));
    }

    /// @dev Mostly the city that may, sometimes another.
    function _widening(uint32 city) private returns (uint32 acting, bool may) {
        acting = _random(10) == 0 ? _anyCity() : city;
        may = acting == city;
    }

    function _ending(uint32 city) private returns (uint32 acting, bool may) {
        uint32 nearest = nearestActive(city);
        uint256 dice = _random(6);
        acting = dice == 0 ? _anyCity() : (dice < 3 ? nearest : city);
        may = acting == city || acting == nearest;
    }

    function _mayMove(Move memory act, uint32 oldParent) private view returns (bool) {
        uint32 city = act.cities[0];
        return
            !closed &&
            _isSubtreeInOrder(act.cities) &&
            isActive(act.authority) &&
            isActive(act.parent) &&
            isAncestorOrSelf(act.authority, act.parent) &&
            isAncestorOrSelf(act.authority, oldParent) &&
            isLive(city) &&
            (act.parent == 0) == (city == 1) &&
            !isAncestorOrSelf(city, act.parent) &&
            keccak256(act.codes[0]) != keccak256(codeOf(city));
    }

    function _callMove(Move memory act) private returns (bool done) {
        CityCode[] memory codes = new CityCode[](act.codes.length);
        for (uint256 i = 0; i < codes.length; ++i) codes[i] = _toCode(act.codes[i]);
        CityId[] memory cities = _ids(act.cities);
        bytes memory call =
            act.recode
                ? abi.encodeCall(registry.recode, (cities, codes))
                : abi.encodeCall(registry.move, (CityId.wrap(act.authority), CityId.wrap(act.parent), cities, codes));
        vm.prank(controllerOf(act.acting));
        (done, ) = address(registry).call(call);
    }

    /// @dev Naming a successor widens: the acting city is active, the contract open, and the successor lies below.
    function _maySucceed(uint32 successor, uint32 city, uint32 acting) private view returns (bool) {
        return
            isLive(successor) &&
            successor != city &&
            !closed &&
            isActive(acting) &&
            isAncestorOrSelf(acting, successor);
    }

    /// @dev Make something of a list of cities that may be no subtree in order: one forgotten, foreign, named twice, or out of order.
    function _disturb(uint32[] memory cities) private returns (uint32[] memory) {
        uint256 dice = _random(4);
        if (dice < 2) {
            uint32[] memory more = new uint32[](cities.length + 1);
            for (uint256 i = 0; i < cities.length; ++i) more[i] = cities[i];
            more[cities.length] = _anyCity();
            return more;
        }
        if (dice == 2 && cities.length > 1) {
            assembly {
                mstore(cities, sub(mload(cities), 1))
            }
        } else {
            uint256 a = _random(cities.length);
            uint256 b = _random(cities.length);
            (cities[a], cities[b]) = (cities[b], cities[a]);
        }
        return cities;
    }

    /// @dev The first city with all below it, each once, parents before children.
    function _isSubtreeInOrder(uint32[] memory cities) private view returns (bool) {
        if (cities.length != subtree(cities[0]).length) return false;
        for (uint256 i = 1; i < cities.length; ++i) {
            uint256 parents = 0;
            for (uint256 j = 0; j < cities.length; ++j) {
                if (j != i && cities[j] == cities[i]) return false;
                if (j < i && cities[j] == _parentOf(cities[i])) ++parents;
            }
            if (parents == 0) return false;
        }
        return true;
    }

    /// @dev Each code of the subtree with the root's old code replaced by the target; cut to what a code can be.
    function _translate(uint32[] memory all, bytes memory target) private view returns (bytes[] memory codes) {
        codes = new bytes[](all.length);
        uint256 root = codeOf(all[0]).length;
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory old = codeOf(all[i]);
            bytes memory tail = new bytes(old.length > root ? old.length - root : 0);
            for (uint256 j = 0; j < tail.length; ++j) tail[j] = old[root + j];
            // Of a foreign city any code will do: its present one, or a free one.
            codes[i] = isAncestorOrSelf(all[0], all[i]) ? bytes.concat(target, tail) : _foreignCode(all[i], old);
        }
    }

    function _foreignCode(uint32 city, bytes memory old) private view returns (bytes memory) {
        for (uint256 i = 1; i < CODES; ++i) {
            if (isChildCode(codeOf(_parentOf(city)), codeNumber(i)) && cityAt(codeNumber(i), type(uint40).max) == 0) {
                return codeNumber(i);
            }
        }
        return old;
    }

    function _childrenUnder(uint32 parent, bytes memory code) private view returns (uint32[] memory list) {
        uint32[] memory all = children(parent);
        uint256 length = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            if (isPrefix(code, codeOf(all[i]))) all[length++] = all[i];
        }
        list = new uint32[](length);
        for (uint256 i = 0; i < length; ++i) list[i] = all[i];
    }

    function _statusOf(uint32 city) private view returns (ICityRegistry.CityStatus status) {
        status = cities[city].status;
    }

    function _parentOf(uint32 city) private view returns (uint32 parent) {
        parent = cities[city].parent;
    }

    /// @dev Mostly a live city, sometimes the network or a retired one.
    function _anyCity() private returns (uint32 city) {
        for (uint256 tries = 0; tries < 4 && !isLive(city); ++tries) city = uint32(_random(cityCount()));
    }

    /// @dev Mostly a code for a child of the city, sometimes any.
    function _anyCode(uint32 parent) private returns (bytes memory) {
        bytes memory above = codeOf(parent);
        uint256[] memory below = new uint256[](CODES);
        uint256 length = 0;
        for (uint256 i = 1; i < CODES; ++i) {
            if (isChildCode(above, codeNumber(i))) below[length++] = i;
        }
        return length == 0 || _random(8) == 0 ? codeNumber(_random(CODES)) : codeNumber(below[_random(length)]);
    }

    function _random(uint256 bound) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound;
    }

    function _ids(uint32[] memory list) private pure returns (CityId[] memory ids) {
        assembly {
            ids := list
        }
    }

    function _toCode(bytes memory code) private pure returns (CityCode) {
        return CityCode.wrap(bytes32(code));
    }
}
