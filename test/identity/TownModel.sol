// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Vm} from "forge-std/Vm.sol";
import {CityAccessManager} from "../../contracts/access/CityAccessManager.sol";
import {Capability, CityRole} from "../../contracts/access/CityRole.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityRegistry} from "../../contracts/city/CityRegistry.sol";
import {ICityRegistry} from "../../contracts/city/ICityRegistry.sol";

/// @title Five cities and four officers, with a plain model of who may act for which city, and how orders are tried.
/// @dev Country 1; provinces 2 and 5 below it; towns 3 and 4 below 2. Town 4 may be retired, with 3 as its successor. City 0 is the network.
/// This contract administers the network and controls each city, so that its own acts are right; the officers' may not be.
abstract contract TownModel {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint32 internal constant CITIES = 5;
    uint32 internal constant TOWN = 4;
    uint32 internal constant SUCCESSOR = 3;
    uint256 internal constant OFFICERS = 4;
    uint32 internal constant DIRECTLY = type(uint32).max; // no lineage
    uint256 private constant HOME = 31337;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    struct Done {
        address target;
        address by;
        bytes call;
    }

    CityAccessManager public immutable manager;
    CityRegistry public immutable registry;

    bool public closed;
    mapping(string act => uint256) public allowed;
    mapping(string act => uint256) public refused;

    uint32[] internal _capabilities;
    address internal _guarded; // the contract that is closed and opened
    string internal _name; // its EIP-712 name
    address[OFFICERS] internal _officers;
    uint256[OFFICERS] internal _officerKeys;
    mapping(uint32 city => bool) internal _suspended;
    bool internal _retired;
    mapping(address account => mapping(uint32 city => mapping(uint32 capability => bool))) internal _member;
    Done[] internal _done;

    uint256 private _seed;

    constructor(uint32[] memory capabilities) {
        manager = new CityAccessManager(address(this));
        registry = new CityRegistry(manager);
        manager.bindCityRegistry(address(registry));
        registry.admitCountry(_code("MA.156"), "C", 0x54, address(this), 0);
        _allocate(1, "MA.156.13");
        _allocate(2, "MA.156.1301");
        _allocate(2, "MA.156.1302");
        _allocate(1, "MA.156.43");
        _capabilities = capabilities;
        for (uint256 i = 0; i < OFFICERS; ++i) {
            _officerKeys[i] = 0x0FF1CE00 + i;
            _officers[i] = vm.addr(_officerKeys[i]);
        }
        for (uint32 city = 1; city <= CITIES; ++city) {
            for (uint256 i = 0; i < capabilities.length; ++i) {
                _appoint(_officers[city % OFFICERS], city, capabilities[i]);
                _appoint(_officers[(city + 1) % OFFICERS], city, capabilities[i]);
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------- the network's acts

    /// @dev Cities are suspended and reinstated, officers dismissed and appointed, the contract closed and opened, a town retired.
    function rule(uint256 seed) external {
        _begin(seed);
        uint256 dice = closed && _random(2) == 0 ? 3 : _random(8); // not closed for long
        if (dice < 3) _toggleCity(uint32(1 + _random(CITIES)));
        else if (dice == 3) _toggleContract();
        else if (dice == 4) _retireTown();
        else _toggleOfficer(_officers[_random(OFFICERS)], uint32(_random(CITIES + 1)));
    }

    /// @dev An order that was carried out is so no more, whatever has happened since.
    function replay(uint256 seed) external {
        _begin(seed);
        if (_done.length == 0) return;
        _refuseAgain(_done[_random(_done.length)]);
    }

    function _toggleCity(uint32 city) private {
        while (!_suspended[city] && !isActive(city) && !(city == TOWN && _retired)) city = _parentOf(city);
        if (city == TOWN && _retired) return;
        if (_suspended[city]) {
            if (!isActive(_parentOf(city))) return;
            registry.reinstate(CityId.wrap(city));
            _suspended[city] = false;
        } else if (_random(city == 1 ? 8 : 2) == 0) {
            registry.suspend(CityId.wrap(city), 1);
            _suspended[city] = true;
        }
    }

    function _toggleContract() private {
        closed = !closed && _random(3) == 0;
        manager.setTargetClosed(_guarded, closed);
    }

    /// @dev Now and then the contract is closed just before an act that would be right.
    function _perhapsClose() internal {
        if (closed || _random(20) != 0) return;
        closed = true;
        manager.setTargetClosed(_guarded, true);
    }

    function _retireTown() private {
        if (_retired || !isActive(2) || _random(6) != 0) return;
        CityId[] memory successors = new CityId[](1);
        successors[0] = CityId.wrap(SUCCESSOR);
        registry.retire(CityId.wrap(TOWN), successors, new CityId[](0));
        _retired = true;
    }

    function _toggleOfficer(address officer, uint32 city) private {
        uint32 capability = _capabilities[_random(_capabilities.length)];
        if (_member[officer][city][capability]) {
            if (_random(3) != 0) return;
            manager.revokeRole(_role(city, capability), officer);
            _member[officer][city][capability] = false;
        } else if (isActive(city)) {
            _appoint(officer, city, capability);
        }
    }

    function _appoint(address officer, uint32 city, uint32 capability) private {
        manager.grantRole(_role(city, capability), officer, 0);
        _member[officer][city][capability] = true;
    }

    // --------------------------------------------------------------------------------------------------------------- questions

    /// @dev Active itself and along its whole path.
    function isActive(uint32 city) public view returns (bool) {
        for (; city != 0; city = _parentOf(city)) {
            if (_suspended[city] || (city == TOWN && _retired)) return false;
        }
        return true;
    }

    function _parentOf(uint32 city) internal pure returns (uint32) {
        if (city <= 1) return 0;
        return city == 3 || city == 4 ? 2 : 1;
    }

    function _isAncestorOrSelf(uint32 ancestor, uint32 city) internal pure returns (bool) {
        for (; city != ancestor; city = _parentOf(city)) if (city == 0) return false;
        return true;
    }

    /// @dev The guard.
    function _may(address account, uint32 city, uint32 capability) internal view returns (bool) {
        return _member[account][city][capability] && isActive(city) && !closed;
    }

    /// @dev For whatever ends or restricts: the role of the city, of the nearest active ancestor of one that cannot act, or of a successor.
    function _stands(address account, uint32 city, uint32 capability, uint32 acting) internal view returns (bool) {
        if (acting == DIRECTLY) return _member[account][city][capability];
        uint32 nearest = city;
        while (!isActive(nearest)) nearest = _parentOf(nearest);
        bool succeeds = city == TOWN && _retired && acting == SUCCESSOR;
        return (acting == nearest || succeeds) && _member[account][acting][capability];
    }

    /// @dev For what widens, for a city that may be unable to act.
    function _mayActing(address account, uint32 city, uint32 capability, uint32 acting) internal view returns (bool) {
        return _stands(account, city, capability, acting) && isActive(acting == DIRECTLY ? city : acting) && !closed;
    }

    // ---------------------------------------------------------------------------------------------------------------- choosing

    function _begin(uint256 seed) internal {
        _seed = seed;
        // Now and then several acts in one second.
        if (_random(3) != 0) {
            vm.warp(block.timestamp + 1 + _random(3 days));
            vm.roll(block.number + 1);
        }
    }

    function _random(uint256 bound) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound;
    }

    /// @dev Mostly a city that can act.
    function _anyCity() internal returns (uint32 city) {
        city = uint32(1 + _random(CITIES));
        for (uint256 tries = 0; tries < 3 && !isActive(city); ++tries) city = uint32(1 + _random(CITIES));
    }

    /// @dev Mostly an officer with the capability, sometimes another.
    function _anyOfficer(uint32 city, uint32 capability) internal returns (uint256 officer) {
        officer = _random(OFFICERS);
        if (_random(8) == 0) return officer;
        for (uint256 i = 0; i < OFFICERS && !_member[_officers[officer]][city][capability]; ++i) {
            officer = (officer + 1) % OFFICERS;
        }
    }

    /// @dev Mostly whom the model allows to end something of the city: its own officer, or one of the city that acts for it.
    function _anyStanding(uint32 city, uint32 capability) internal returns (address account, uint32 acting) {
        uint256 dice = _random(8);
        acting = DIRECTLY;
        if (dice == 0) acting = uint32(_random(CITIES + 1));
        else if (dice < 4 && !isActive(city)) {
            acting = city;
            while (!isActive(acting)) acting = _parentOf(acting);
            if (city == TOWN && _retired && dice == 1) acting = SUCCESSOR;
        }
        account = _officers[_anyOfficer(acting == DIRECTLY ? city : acting, capability)];
    }

    /// @dev Mostly a deadline ahead, sometimes one past.
    function _anyDeadline() internal returns (uint40) {
        if (_random(10) == 0) return uint40(block.timestamp - 1 - _random(1 days));
        return uint40(block.timestamp + _random(30 days));
    }

    function _lineage(uint32 acting) internal pure returns (CityId[] memory lineage) {
        lineage = new CityId[](acting == DIRECTLY ? 0 : 1);
        if (acting != DIRECTLY) lineage[0] = CityId.wrap(acting);
    }

    // ------------------------------------------------------------------------------------------------------------------ acting

    /// @dev An act, compared with the model.
    function _act(
        string memory name,
        address by,
        bytes memory call,
        bool right
    ) internal returns (bytes memory result) {
        bool done;
        (done, result) = _try(_guarded, by, call);
        require(done == right, string.concat(name, done ? ": done against the rules" : ": refused against the rules"));
        ++(done ? allowed : refused)[name];
    }

    /// @dev An act that needs a signature: on no other chain, in no other contract, and once.
    function _order(
        string memory name,
        address by,
        bytes memory call,
        bool right
    ) internal returns (bytes memory result) {
        _refuseElsewhere(name, by, call);
        result = _act(name, by, call, right);
        if (!right) return result;
        _done.push(Done(_guarded, by, call));
        _refuseAgain(_done[_done.length - 1]);
    }

    function _refuseElsewhere(string memory name, address by, bytes memory call) internal {
        vm.chainId(HOME + 1);
        (bool done, ) = _try(_guarded, by, call);
        require(!done, string.concat(name, ": done on another chain"));
        vm.chainId(HOME);
        (done, ) = _try(_twin(), by, call);
        require(!done, string.concat(name, ": done in another contract"));
    }

    function _refuseAgain(Done memory order) private {
        (bool done, ) = _try(order.target, order.by, order.call);
        require(!done, "an order was carried out twice");
    }

    function _try(address target, address by, bytes memory call) internal returns (bool done, bytes memory result) {
        vm.prank(by);
        (done, result) = target.call(call);
    }

    /// @dev A second contract of the same kind, under the same manager.
    function _twin() internal view virtual returns (address);

    // ----------------------------------------------------------------------------------------------------------------- signing

    function _sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(_name)), keccak256("1"), HOME, _guarded)
        );
        return _signDigest(key, keccak256(bytes.concat(hex"1901", domain, structHash)));
    }

    function _signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _role(uint32 city, uint32 capability) internal pure returns (uint64) {
        return CityRole.pack(CityId.wrap(city), Capability.wrap(capability));
    }

    function _allocate(uint32 parent, bytes memory code) private {
        ICityRegistry.Allocation memory allocation = ICityRegistry.Allocation(_code(code), "n", address(this));
        registry.allocate(CityId.wrap(parent), allocation, new CityId[](0));
    }

    function _code(bytes memory code) private pure returns (CityCode) {
        return CityCode.wrap(bytes32(code));
    }
}
