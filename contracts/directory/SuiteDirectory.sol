// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {Page} from "../common/Page.sol";
import {ISuiteDirectory} from "./ISuiteDirectory.sol";

/// @title SuiteDirectory
/// @notice Where the suite's contracts are.
contract SuiteDirectory is CityManaged, ISuiteDirectory {
    /// @inheritdoc ISuiteDirectory
    mapping(bytes32 name => uint256) public currentVersion;

    bytes32[] private _names;
    mapping(bytes32 name => Entry[]) private _versions;

    constructor(ICityAccessManager manager_) CityManaged(manager_) {}

    /// @inheritdoc ISuiteDirectory
    function publish(bytes32 name, address location, uint64 startBlock) external restricted returns (uint256 version) {
        // Check
        require(name != 0, NameEmpty());
        require(location.code.length != 0, NoCode(location));
        require(startBlock <= block.number, StartBlockInFuture(startBlock, block.number));
        Entry[] storage versions = _versions[name];
        version = versions.length;

        // Effect
        if (version == 0) {
            _names.push(name);
        } else {
            Entry storage previous = versions[version - 1];
            require(previous.location != location, AlreadyPublished(name, version));
        }
        versions.push(Entry(location, startBlock, Status.Current, location.codehash));
        ++version;
        _makeCurrent(name, version);
        emit Published(name, version, location, location.codehash, startBlock, msg.sender);
    }

    /// @inheritdoc ISuiteDirectory
    function setStatus(bytes32 name, uint256 version, Status status) external restricted {
        Entry memory entry = entryOf(name, version);
        require(entry.status != Status.None, VersionUnknown(name, version));
        require(status != entry.status && status != Status.None, StatusUnchanged(status));
        if (status == Status.Current) _makeCurrent(name, version);
        else if (entry.status == Status.Current) currentVersion[name] = 0;
        _setStatus(name, version, status);
    }

    /// @inheritdoc ISuiteDirectory
    function entryOf(bytes32 name, uint256 version) public view returns (Entry memory entry) {
        if (version != 0 && version <= _versions[name].length) entry = _versions[name][version - 1];
    }

    /// @inheritdoc ISuiteDirectory
    function versionCount(bytes32 name) external view returns (uint256) {
        return _versions[name].length;
    }

    /// @inheritdoc ISuiteDirectory
    function names(uint256 start, uint256 count) external view returns (bytes32[] memory page) {
        uint256 length = Page.length(_names.length, start, count);
        page = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) page[i] = _names[start + i];
    }

    function _makeCurrent(bytes32 name, uint256 version) private {
        uint256 previous = currentVersion[name];
        if (previous != 0) _setStatus(name, previous, Status.Superseded);
        currentVersion[name] = version;
    }

    function _setStatus(bytes32 name, uint256 version, Status status) private {
        _versions[name][version - 1].status = status;
        emit StatusChanged(name, version, status, msg.sender);
    }
}
