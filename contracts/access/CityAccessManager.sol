// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {Page} from "../common/Page.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {ICityRegistry} from "../city/ICityRegistry.sol";
import {ADMIN, Capability, CityRole} from "./CityRole.sol";
import {ICityAccessManager} from "./ICityAccessManager.sol";
import {Place, placeOf as packPlace} from "./Place.sol";

/// @title CityAccessManager
/// @notice Who may act for which city.
contract CityAccessManager is AccessManager, ICityAccessManager {
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @inheritdoc ICityAccessManager
    address public cityRegistry;

    mapping(CityId city => Place) private _places;
    mapping(uint64 role => EnumerableSet.AddressSet) private _members;
    mapping(uint64 role => mapping(address account => Tenure[])) private _tenures;
    mapping(CityId city => mapping(address from => ControllerOffer)) private _controllerOffers;

    modifier onlyCityRegistry() {
        require(msg.sender == cityRegistry, NotCityRegistry(msg.sender));
        _;
    }

    /// @notice The network begins with one administrator.
    /// @param administrator The network's first administrator: the only account with a role.
    constructor(address administrator) AccessManager(administrator) {}

    // ------------------------------------------------------------------------------------------------------------- the guard

    /// @inheritdoc ICityAccessManager
    function checkCan(address account, CityId city, Capability capability) external view {
        require(holds(account, city, capability), CityUnauthorized(account, city, capability));
        checkOpen(city);
    }

    /// @inheritdoc ICityAccessManager
    function checkCanBelow(address account, CityId city, Capability capability, CityId ancestor) external view {
        require(holds(account, city, capability), CityUnauthorized(account, city, capability));
        (CityId inactive, bool below) = _walk(city, ancestor);
        require(inactive == NETWORK, CityNotActive(city, inactive));
        require(below, CityNotBelow(city, ancestor));
        require(!isTargetClosed(msg.sender), ContractClosed(msg.sender));
    }

    /// @inheritdoc ICityAccessManager
    function checkOpen(CityId city) public view {
        _checkActive(city);
        require(!isTargetClosed(msg.sender), ContractClosed(msg.sender));
    }

    /// @inheritdoc ICityAccessManager
    function can(
        address account,
        CityId city,
        Capability capability,
        address target
    ) external view returns (Verdict verdict) {
        if (!_exists(city)) return Verdict.NotMember;
        (bool isMember, uint32 delay) = hasRole(CityRole.pack(city, capability), account);
        if (!isMember) return Verdict.NotMember;
        if (delay != 0) return Verdict.Delayed;
        if (firstInactive(city) != NETWORK) return Verdict.CityInactive;
        if (isTargetClosed(target)) return Verdict.ContractClosed;
        return Verdict.Allowed;
    }

    /// @inheritdoc ICityAccessManager
    function holds(address account, CityId city, Capability capability) public view returns (bool) {
        // slither-disable-next-line unused-return
        (uint48 since, uint32 delay, , ) = getAccess(CityRole.pack(city, capability), account);
        return since != 0 && since <= block.timestamp && delay == 0;
    }

    /// @inheritdoc ICityAccessManager
    function hasStanding(
        address account,
        CityId city,
        Capability capability,
        CityId[] calldata lineage
    ) external view returns (bool) {
        if (lineage.length == 0) return holds(account, city, capability);
        CityId acting = lineage[lineage.length - 1];
        if (!holds(account, acting, capability)) return false;
        if (lineage.length == 1 && acting == nearestActive(city)) return true;
        for (uint256 i = 0; i < lineage.length; ++i) {
            if (!ICityRegistry(cityRegistry).isSuccessor(city, lineage[i])) return false;
            city = lineage[i];
        }
        return true;
    }

    /// @inheritdoc ICityAccessManager
    function heldAt(uint64 role, address account, uint48 time) external view returns (bool) {
        (uint48 since, , , ) = getAccess(role, account);
        if (since != 0 && since <= time) return time <= Time.timestamp();
        // Memberships end in order: find the last one that began by `time`.
        Tenure[] storage tenures = _tenures[role][account];
        uint256 low = 0;
        uint256 high = tenures.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (tenures[middle].since <= time) low = middle + 1;
            else high = middle;
        }
        return low != 0 && time < tenures[low - 1].until;
    }

    // ------------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc ICityAccessManager
    function membersOf(uint64 role, uint256 start, uint256 count) external view returns (Member[] memory members) {
        EnumerableSet.AddressSet storage all = _members[role];
        uint256 length = Page.length(all.length(), start, count);
        members = new Member[](length);
        for (uint256 i = 0; i < length; ++i) {
            address account = all.at(start + i);
            (uint48 since, uint32 delay, , ) = getAccess(role, account);
            members[i] = Member(account, since, delay);
        }
    }

    /// @inheritdoc ICityAccessManager
    function memberCount(uint64 role) external view returns (uint256) {
        return _members[role].length();
    }

    /// @inheritdoc ICityAccessManager
    function tenuresOf(
        uint64 role,
        address account,
        uint256 start,
        uint256 count
    ) external view returns (Tenure[] memory tenures) {
        Tenure[] storage all = _tenures[role][account];
        uint256 length = Page.length(all.length, start, count);
        tenures = new Tenure[](length);
        for (uint256 i = 0; i < length; ++i) tenures[i] = all[start + i];
    }

    /// @inheritdoc ICityAccessManager
    function placeOf(CityId city) external view returns (CityId parent, bool active, bool exists) {
        if (city == NETWORK) return (NETWORK, true, true);
        Place here = _places[city];
        return (here.parent(), here.isActive(), here.exists());
    }

    /// @inheritdoc ICityAccessManager
    function firstInactive(CityId city) public view returns (CityId inactive) {
        // slither-disable-next-line unused-return
        (inactive, ) = _walk(city, NETWORK);
    }

    /// @inheritdoc ICityAccessManager
    function isActive(CityId city) external view returns (bool) {
        return _exists(city) && firstInactive(city) == NETWORK;
    }

    /// @inheritdoc ICityAccessManager
    function nearestActive(CityId city) public view returns (CityId) {
        CityId inactive = firstInactive(city);
        while (inactive != NETWORK) {
            city = _places[inactive].parent();
            inactive = firstInactive(city);
        }
        return city;
    }

    /// @inheritdoc ICityAccessManager
    function isAncestorOrSelf(CityId ancestor, CityId city) public view returns (bool) {
        while (city != ancestor && city != NETWORK) city = _places[city].parent();
        return city == ancestor;
    }

    /// @inheritdoc ICityAccessManager
    function pathOf(CityId city) external view returns (CityId[] memory path) {
        require(_exists(city), CityUnknown(city));
        uint256 length = 0;
        for (CityId at = city; at != NETWORK; at = _places[at].parent()) ++length;
        path = new CityId[](length);
        for (uint256 i = 0; i < length; ++i) {
            path[i] = city;
            city = _places[city].parent();
        }
    }

    /// @inheritdoc ICityAccessManager
    function controllerOffer(CityId city, address from) external view returns (ControllerOffer memory) {
        return _controllerOffers[city][from];
    }

    /// @inheritdoc IAccessManager
    /// @dev Computed from the tree. Roles of a city that does not exist answer to the network, and cannot be granted.
    function getRoleAdmin(uint64 role) public view override(AccessManager, IAccessManager) returns (uint64) {
        CityId city = CityRole.cityOf(role);
        uint64 admin = CityRole.pack(city, ADMIN);
        return role == admin ? CityRole.pack(_places[city].parent(), ADMIN) : admin;
    }

    // ------------------------------------------------------------------------------------------------------------- writing

    /// @inheritdoc ICityAccessManager
    function bindCityRegistry(address registry) external onlyAuthorized {
        require(cityRegistry == address(0), CityRegistryAlreadyBound(cityRegistry));
        require(registry.code.length != 0, NotAContract(registry));
        cityRegistry = registry;
        emit CityRegistryBound(registry, _msgSender());
    }

    /// @inheritdoc ICityAccessManager
    function place(CityId city, CityId parent, bool active) external onlyCityRegistry {
        _places[city] = packPlace(parent, active);
        emit CityPlaced(city, parent, active);
    }

    /// @inheritdoc ICityAccessManager
    function appoint(CityId city, address account) external onlyCityRegistry {
        uint64 role = CityRole.pack(city, ADMIN);
        _grantRole(role, account, getRoleGrantDelay(role), 0);
    }

    /// @inheritdoc IAccessManager
    /// @dev A city that cannot act is cleared of its officers by the nearest active ancestor too.
    function revokeRole(uint64 role, address account) public override(AccessManager, IAccessManager) {
        CityId city = CityRole.cityOf(role);
        bool isInactive = _exists(city) && firstInactive(city) != NETWORK;
        if (isInactive && holds(_msgSender(), nearestActive(city), ADMIN)) _revokeRole(role, account);
        else super.revokeRole(role, account);
    }

    /// @inheritdoc IAccessManager
    /// @dev The target sees the manager as its caller; who it was is said here.
    function execute(
        address target,
        bytes calldata data
    ) public payable override(AccessManager, IAccessManager) returns (uint32) {
        emit CallExecuted(_msgSender(), target, bytes4(data));
        return super.execute(target, data);
    }

    // --------------------------------------------------------------------------------------------------- controller hand-over

    /// @inheritdoc ICityAccessManager
    function offerController(CityId city, address to, uint48 deadline) external {
        _checkController(msg.sender, city);
        require(to != address(0) && to != msg.sender, RecipientInvalid(to));
        require(deadline >= block.timestamp, DeadlinePassed(deadline));
        _controllerOffers[city][msg.sender] = ControllerOffer(to, Time.timestamp(), deadline);
        emit ControllerOffered(city, msg.sender, to, deadline);
    }

    /// @inheritdoc ICityAccessManager
    function withdrawController(CityId city) external {
        address to = _controllerOffers[city][msg.sender].to;
        require(to != address(0), OfferNotGood(city, msg.sender, to));
        delete _controllerOffers[city][msg.sender];
        emit ControllerOfferWithdrawn(city, msg.sender);
    }

    /// @inheritdoc ICityAccessManager
    function acceptController(CityId city, address from) external {
        uint64 role = CityRole.pack(city, ADMIN);
        ControllerOffer memory offer = _controllerOffers[city][from];
        _checkController(from, city);
        require(offer.to == msg.sender && block.timestamp <= offer.deadline, OfferNotGood(city, from, msg.sender));
        _revokeRole(role, from); // and the offer with it
        _grantRole(role, msg.sender, getRoleGrantDelay(role), 0);
        emit ControllerChanged(city, from, msg.sender);
    }

    // ------------------------------------------------------------------------------------------------------------- internal

    function _checkController(address account, CityId city) private view {
        require(city != NETWORK, CityUnknown(city));
        require(holds(account, city, ADMIN), CityUnauthorized(account, city, ADMIN));
        _checkActive(city);
    }

    /// @dev A role widens what can be done for its city: the city must exist and be active along its path.
    function _grantRole(
        uint64 role,
        address account,
        uint32 grantDelay,
        uint32 executionDelay
    ) internal override returns (bool) {
        _checkActive(CityRole.cityOf(role));
        // slither-disable-next-line unused-return
        _members[role].add(account);
        return super._grantRole(role, account, grantDelay, executionDelay);
    }

    function _revokeRole(uint64 role, address account) internal override returns (bool) {
        (uint48 since, , , ) = getAccess(role, account);
        if (!super._revokeRole(role, account)) return false;
        // slither-disable-next-line unused-return
        _members[role].remove(account);
        require(role != ADMIN_ROLE || _members[role].length() != 0, LastNetworkAdministrator(account));
        // An offer made before its maker's dismissal is gone, even if they are appointed again.
        CityId city = CityRole.cityOf(role);
        if (role == CityRole.pack(city, ADMIN)) delete _controllerOffers[city][account];
        uint48 until = Time.timestamp();
        if (since < until) _tenures[role][account].push(Tenure(since, until));
        return true;
    }

    function _setRoleAdmin(uint64 role, uint64) internal pure override {
        revert RoleAdminIsComputed(role);
    }

    function _setRoleGuardian(uint64 role, uint64 guardian) internal override {
        _checkNetworkRole(guardian);
        super._setRoleGuardian(role, guardian);
    }

    function _setTargetFunctionRole(address target, bytes4 selector, uint64 role) internal override {
        _checkNetworkRole(role);
        super._setTargetFunctionRole(target, selector, role);
    }

    /// @notice One walk from a city up to its country.
    /// @return inactive The first city on the path that is not active, or city 0.
    /// @return below Whether `ancestor` was met, where all are active.
    function _walk(CityId city, CityId ancestor) private view returns (CityId inactive, bool below) {
        below = ancestor == NETWORK;
        CityId at = city;
        while (at != NETWORK) {
            Place here = _places[at];
            if (!here.isActive()) {
                require(here.exists(), CityUnknown(at));
                return (at, false);
            }
            if (at == ancestor) below = true;
            at = here.parent();
        }
    }

    function _checkActive(CityId city) private view {
        CityId inactive = firstInactive(city);
        require(inactive == NETWORK, CityNotActive(city, inactive));
    }

    function _exists(CityId city) private view returns (bool) {
        return city == NETWORK || _places[city].exists();
    }

    function _checkNetworkRole(uint64 role) private pure {
        require(CityRole.cityOf(role) == NETWORK, NotNetworkRole(role));
    }
}
