// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {ADMIN} from "../access/CityRole.sol";
import {Page} from "../common/Page.sol";
import {CityCode, CityCodes} from "./CityCode.sol";
import {CityId, NETWORK} from "./CityId.sol";
import {ICityRegistry} from "./ICityRegistry.sol";

/// @title The tree of cities and the history of their codes: storage, the rules of placing, and what can be read.
/// @notice The tree of codes is the tree of cities: a live city's code lengthens that of its parent, and a city's parent is the live city
/// with the longest code that is a prefix of its own. So no live code ever lies under a live city that is not its ancestor.
///
/// A code may skip a length of the scheme (a county directly under its province). Every code skipped that way counts the live codes
/// that skip it, and is not allocated while any of them would end up beside the new city instead of below it.
abstract contract CityTree is CityManaged, ICityRegistry {
    /// @dev slot 0: code; slot 1: 232 bits of state.
    struct Node {
        CityCode code;
        uint40 codeFrom;
        uint40 retiredAt;
        uint40 changedIn;
        uint40 namedIn;
        uint32 changes;
        uint32 childIndex;
        CityStatus status;
    }

    /// @dev One slot: who holds a code, or held it last, and how many live codes skip it.
    struct Holding {
        CityId city;
        uint40 from;
        uint40 until;
        uint32 skippedBy;
    }

    /// @dev A city that held a code before its last holder.
    struct FormerHolder {
        CityId city;
        uint40 from;
        uint40 until;
    }

    /// @dev Two slots: a code a city held before its present one. It ended where the next one began.
    struct FormerCode {
        CityCode code;
        uint40 from;
    }

    /// @dev A country's scheme, and the last date of history loaded while that is open.
    struct Scheme {
        uint32 lengths;
        uint40 historyTime;
    }

    /// @inheritdoc ICityRegistry
    uint32 public cityCount;

    mapping(CityId city => Node) internal _nodes;
    mapping(CityId city => CityId[]) private _children;

    /// @inheritdoc ICityRegistry
    mapping(CityId city => FormerCode[]) public formerCode;

    /// @inheritdoc ICityRegistry
    mapping(CityCode code => Holding) public holdingOf;

    /// @inheritdoc ICityRegistry
    mapping(CityCode code => FormerHolder[]) public formerHolder;

    mapping(CityId city => CityId[]) internal _successors;
    mapping(CityId city => CityId[]) internal _predecessors;
    // slither-disable-next-line uninitialized-state
    mapping(CityId country => Scheme) internal _schemes; // CityRegistry writes it

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc ICityRegistry
    function cityOf(CityId city) external view returns (City memory) {
        Node storage node = _nodes[city];
        return
            City(
                node.code,
                _parentOf(city),
                node.status,
                node.codeFrom,
                node.retiredAt,
                node.changedIn,
                node.namedIn,
                node.changes,
                uint32(_children[city].length)
            );
    }

    /// @inheritdoc ICityRegistry
    function codeAt(CityId city, uint40 time) external view returns (CityCode) {
        Node storage node = _nodes[city];
        if (node.retiredAt != 0 && time >= node.retiredAt) return CityCode.wrap(0);
        if (time >= node.codeFrom) return node.code;
        // Periods are in order: find the last one that began by `time`.
        FormerCode[] storage periods = formerCode[city];
        uint256 low = 0;
        uint256 high = periods.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (periods[middle].from <= time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? CityCode.wrap(0) : periods[low - 1].code;
    }

    /// @inheritdoc ICityRegistry
    function cityAt(CityCode code, uint40 time) public view returns (CityId) {
        Holding storage holding = holdingOf[code];
        if (time >= holding.from) {
            return holding.until == 0 || time < holding.until ? holding.city : NETWORK;
        }
        FormerHolder[] storage holders = formerHolder[code];
        uint256 low = 0;
        uint256 high = holders.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (holders[middle].from <= time) low = middle + 1;
            else high = middle;
        }
        return low == 0 || time >= holders[low - 1].until ? NETWORK : holders[low - 1].city;
    }

    /// @inheritdoc ICityRegistry
    function formerCodeCount(CityId city) external view returns (uint256) {
        return formerCode[city].length;
    }

    /// @inheritdoc ICityRegistry
    function formerHolderCount(CityCode code) external view returns (uint256) {
        return formerHolder[code].length;
    }

    /// @inheritdoc ICityRegistry
    function childrenOf(CityId city, uint256 start, uint256 count) external view returns (CityId[] memory) {
        return _page(_children[city], start, count);
    }

    /// @inheritdoc ICityRegistry
    function successorsOf(CityId city, uint256 start, uint256 count) external view returns (CityId[] memory) {
        return _page(_successors[city], start, count);
    }

    /// @inheritdoc ICityRegistry
    function predecessorsOf(CityId city, uint256 start, uint256 count) external view returns (CityId[] memory) {
        return _page(_predecessors[city], start, count);
    }

    /// @inheritdoc ICityRegistry
    function schemeOf(CityId country) external view returns (uint32 lengths, uint40 historyTime) {
        Scheme memory scheme = _schemes[country];
        return (scheme.lengths, scheme.historyTime);
    }

    /// @inheritdoc ICityRegistry
    function isSuccessor(CityId city, CityId candidate) external view returns (bool) {
        // In ascending order.
        CityId[] storage all = _successors[city];
        uint256 low = 0;
        uint256 high = all.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (CityId.unwrap(all[middle]) < CityId.unwrap(candidate)) low = middle + 1;
            else high = middle;
        }
        return low < all.length && all[low] == candidate;
    }

    // -------------------------------------------------------------------------------------------------------------- placing

    // The manager is the suite's own and calls nobody, so nothing re-enters where acts below write after writing the tree.
    // slither-disable-start reentrancy-no-eth

    /// @dev Give a new number to a city, below `parent` and with this code; `children` are children of the same parent that pass below.
    function _create(
        CityId parent,
        CityCode code,
        string calldata name,
        address controller,
        CityStatus status,
        CityId[] memory children,
        uint40 time
    ) internal returns (CityId city) {
        city = CityId.wrap(++cityCount);
        Node storage node = _nodes[city];
        node.status = status;
        node.codeFrom = time;
        for (uint256 i = 0; i < children.length; ++i) _detachChild(children[i], parent);
        _hold(city, code, time);
        _attach(city, parent);
        _setName(city, name);
        // slither-disable-next-line unused-return
        _touch(city);
        if (controller != address(0)) manager.appoint(city, controller);
        emit CityAllocated(city, parent, code, name, controller, time, msg.sender);
        for (uint256 i = 0; i < children.length; ++i) _pass(children[i], city, time);
    }

    /// @dev Give the first of `cities` another parent and code, and all those below it their new codes.
    function _move(CityId parent, CityId[] calldata cities, CityCode[] calldata codes, uint40 time) internal {
        CityId[] memory parents = new CityId[](cities.length);
        for (uint256 i = 0; i < cities.length; ++i) {
            CityId city = cities[i];
            _checkLive(city);
            require(manager.isAncestorOrSelf(cities[0], city), NotChild(city, cities[0]));
            parents[i] = i == 0 ? parent : _parentOf(city);
            _detach(city);
            _release(_nodes[city].code, time);
        }
        for (uint256 i = 0; i < cities.length; ++i) {
            CityId city = cities[i];
            // All its children were detached with it, or they would be left behind under the old code.
            require(_children[city].length == 0, ChildrenLeft(city, _children[city].length));
        }
        for (uint256 i = 0; i < cities.length; ++i) {
            CityId city = cities[i];
            Node storage node = _nodes[city];
            require(!(node.code == codes[i]), CodeUnchanged(codes[i]));
            if (node.codeFrom != time) formerCode[city].push(FormerCode(node.code, node.codeFrom));
            node.codeFrom = time;
            _hold(city, codes[i], time);
            _attach(city, parents[i]);
            emit CityMoved(city, parents[i], codes[i], time, msg.sender, _touch(city));
        }
    }

    /// @dev Take a city out of the tree; `children`, all it has, pass to its parent with the codes they have.
    function _remove(CityId city, CityId[] calldata children, uint40 time) internal {
        CityId parent = _parentOf(city);
        for (uint256 i = 0; i < children.length; ++i) _detachChild(children[i], city);
        require(_children[city].length == 0, ChildrenLeft(city, _children[city].length));
        _detach(city);
        _release(_nodes[city].code, time);
        _nodes[city].status = CityStatus.Retired;
        _nodes[city].retiredAt = time;
        manager.place(city, parent, false);
        for (uint256 i = 0; i < children.length; ++i) _pass(children[i], parent, time);
    }

    /// @dev The city's previous event was in the block returned; the present one is counted.
    function _touch(CityId city) internal returns (uint40 previousBlock) {
        Node storage node = _nodes[city];
        previousBlock = node.changedIn;
        node.changedIn = uint40(block.number);
        ++node.changes;
    }

    /// @dev A city takes a code that nobody holds, and that no city skips.
    function _hold(CityId city, CityCode code, uint40 time) private {
        Holding storage holding = holdingOf[code];
        require(!_isHeld(holding), CodeTaken(code, holding.city));
        require(time >= holding.until, CodePeriodsOverlap(code, holding.until, time));
        require(holding.skippedBy == 0, CodeAboveLiveCities(code, holding.skippedBy));
        if (holding.from < holding.until) {
            formerHolder[code].push(FormerHolder(holding.city, holding.from, holding.until));
        }
        holding.city = city;
        holding.from = time;
        holding.until = 0;
        _nodes[city].code = code;
    }

    function _release(CityCode code, uint40 time) private {
        holdingOf[code].until = time;
    }

    /// @dev Put a city that holds its code below a parent.
    function _attach(CityId city, CityId parent) private {
        Node storage node = _nodes[city];
        CityCode code = node.code;
        uint256 skipped = _checkBelow(city, parent, code);
        _countSkips(code, skipped, true);
        node.childIndex = uint32(_children[parent].length);
        _children[parent].push(city);
        manager.place(city, parent, node.status == CityStatus.Active);
    }

    /// @dev Take a city from below its parent, to be attached again or retired.
    function _detach(CityId city) private {
        CityId parent = _parentOf(city);
        CityId[] storage siblings = _children[parent];
        uint32 index = _nodes[city].childIndex;
        // A city named twice in one act is found missing here.
        require(index < siblings.length && siblings[index] == city, NotChild(city, parent));
        CityId last = siblings[siblings.length - 1];
        siblings[index] = last;
        _nodes[last].childIndex = index;
        siblings.pop();

        CityCode code = _nodes[city].code;
        uint256 skipped = _skipped(_nodes[parent].code, code);
        _countSkips(code, skipped, false);
    }

    /// @dev Each code that `code` skips, at the lengths set in `skipped`, has one live code more, or less, that skips it.
    function _countSkips(CityCode code, uint256 skipped, bool more) private {
        for (uint256 length = 1; skipped >> length != 0; ++length) {
            if ((skipped >> length) & 1 == 0) continue;
            Holding storage holding = holdingOf[code.localPrefix(length)];
            holding.skippedBy = more ? holding.skippedBy + 1 : holding.skippedBy - 1;
        }
    }

    function _detachChild(CityId child, CityId parent) private {
        _checkChild(child, parent);
        _detach(child);
    }

    /// @dev A detached city passes below another parent with the code it has.
    function _pass(CityId city, CityId parent, uint40 time) private {
        _attach(city, parent);
        emit CityMoved(city, parent, _nodes[city].code, time, msg.sender, _touch(city));
    }

    // slither-disable-end reentrancy-no-eth

    // --------------------------------------------------------------------------------------------------------------- checks

    /// @dev Whether `code` is one for `city` as a child of `parent`, which must hold its own code. Returns the lengths it skips.
    function _checkBelow(CityId city, CityId parent, CityCode code) internal view returns (uint256 skipped) {
        (uint256 length, uint256 localLength) = code.validate();
        if (parent == NETWORK) {
            require(_schemes[city].lengths != 0, NotCountry(city));
            require(localLength == 0, NotCountryCode(code));
            return 0;
        }
        CityCode parentCode = _nodes[parent].code;
        Holding storage above = holdingOf[parentCode];
        require(_isHeld(above) && above.city == parent, CityStatusInvalid(parent, _nodes[parent].status));
        (uint256 parentLength, uint256 parentLocal) = parentCode.validate();
        require(code.prefix(parentLength) == parentCode && length != parentLength, CodeNotBelow(code, parentCode));
        if (length != CityCodes.COUNTRY_LENGTH + 1 + localLength) {
            // One node more: below the city whose code is all the others.
            require(parentLength == CityCodes.COUNTRY_LENGTH + 1 + localLength, CodeNotBelow(code, parentCode));
            return 0;
        }
        uint32 lengths = _schemes[_countryOf(code)].lengths;
        require((lengths >> localLength) & 1 == 1, CodeLengthNotInScheme(code, lengths));
        skipped = _between(lengths, parentLocal, localLength);
        for (uint256 step = 1; skipped >> step != 0; ++step) {
            if ((skipped >> step) & 1 == 0) continue;
            Holding storage holding = holdingOf[code.localPrefix(step)];
            require(!_isHeld(holding), CodeBelongsBelow(code, holding.city));
        }
    }

    /// @dev The lengths of the scheme that a placed city's code skips below its parent's.
    function _skipped(CityCode parentCode, CityCode code) private view returns (uint256) {
        (uint256 length, uint256 localLength) = code.validate();
        if (length != CityCodes.COUNTRY_LENGTH + 1 + localLength) return 0;
        // slither-disable-next-line unused-return
        (, uint256 parentLocal) = parentCode.validate();
        return _between(_schemes[_countryOf(code)].lengths, parentLocal, localLength);
    }

    function _between(uint32 lengths, uint256 low, uint256 high) private pure returns (uint256) {
        return lengths & ((1 << high) - 1) & ~((1 << (low + 1)) - 1);
    }

    /// @dev The country a code belongs to, by the code alone.
    function _countryOf(CityCode code) internal view returns (CityId) {
        return holdingOf[code.prefix(CityCodes.COUNTRY_LENGTH)].city;
    }

    function _isHeld(Holding storage holding) private view returns (bool) {
        return holding.city != NETWORK && holding.until == 0;
    }

    function _checkLive(CityId city) internal view {
        CityStatus status = _nodes[city].status;
        // slither-disable-next-line incorrect-equality
        require(status == CityStatus.Active || status == CityStatus.Suspended, CityStatusInvalid(city, status));
    }

    function _checkStatus(CityId city, CityStatus status) internal view {
        // slither-disable-next-line incorrect-equality
        require(_nodes[city].status == status, CityStatusInvalid(city, _nodes[city].status));
    }

    function _checkChild(CityId child, CityId parent) internal view {
        _checkLive(child);
        require(_parentOf(child) == parent, NotChild(child, parent));
    }

    /// @dev The caller may end or restrict: (city, ADMIN), or where that city cannot act, its nearest active ancestor's. Returns the city
    /// that the caller acts for.
    function _checkStanding(CityId city) internal view returns (CityId acting) {
        if (manager.holds(msg.sender, city, ADMIN)) return city;
        acting = manager.nearestActive(city);
        require(manager.holds(msg.sender, acting, ADMIN), NoStanding(msg.sender, city));
    }

    function _childCount(CityId city) internal view returns (uint256) {
        return _children[city].length;
    }

    function _parentOf(CityId city) internal view returns (CityId parent) {
        // slither-disable-next-line unused-return
        (parent, , ) = manager.placeOf(city);
    }

    function _page(CityId[] storage all, uint256 start, uint256 count) private view returns (CityId[] memory page) {
        page = new CityId[](Page.length(all.length, start, count));
        for (uint256 i = 0; i < page.length; ++i) page[i] = all[start + i];
    }

    function _setName(CityId city, string calldata name) internal {
        _checkName(name);
        _nodes[city].namedIn = uint40(block.number);
    }

    function _checkName(string calldata name) internal pure {
        uint256 length = bytes(name).length;
        require(length != 0 && length <= 128, NameLengthInvalid(length));
    }
}
