// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Where the suite's contracts are: name -> version -> address, code hash, start block, status.
/// @notice A client is configured with this one address, finds all others here, and checks that the code at each is the code that was
/// published. Only the network writes here, and nothing published is ever changed but its status.
interface ISuiteDirectory {
    /// @notice The standing of one version.
    /// @param None Never published.
    /// @param Current Acts are meant to go here.
    /// @param Superseded A newer version took over; this one stays readable, and what it holds stays under its rules.
    /// @param Withdrawn Published by mistake, or found to be unsafe: do not use it.
    enum Status {
        None,
        Current,
        Superseded,
        Withdrawn
    }

    /// @notice One version of one contract.
    /// @param location Its address.
    /// @param startBlock The block to read its events from.
    /// @param status Its standing.
    /// @param codeHash keccak-256 of its runtime code (EXTCODEHASH) when it was published.
    struct Entry {
        address location;
        uint64 startBlock;
        Status status;
        bytes32 codeHash;
    }

    /// @notice A version was published.
    event Published(
        bytes32 indexed name,
        uint256 indexed version,
        address indexed location,
        bytes32 codeHash,
        uint64 startBlock,
        address by
    );

    /// @notice A version's status changed.
    event StatusChanged(bytes32 indexed name, uint256 indexed version, Status status, address by);

    /// @notice A name is 1 to 32 bytes of ASCII, left-aligned.
    error NameEmpty();
    /// @notice There is no contract at this address.
    error NoCode(address location);
    /// @notice The start block lies in the future.
    error StartBlockInFuture(uint64 startBlock, uint256 current);
    /// @notice This address is the latest version already.
    error AlreadyPublished(bytes32 name, uint256 version);
    /// @notice This version was never published.
    error VersionUnknown(bytes32 name, uint256 version);
    /// @notice The version has this status already, or `None` was asked for.
    error StatusUnchanged(Status status);

    /// @notice Publish a contract as the next version of a name; the version before it, if current, becomes Superseded. By the network.
    /// @param name ASCII, left-aligned, e.g. "CityRegistry".
    /// @param location Its address; the code hash is read from the chain.
    /// @param startBlock The block to read its events from, not in the future.
    /// @return version Counted from 1.
    function publish(bytes32 name, address location, uint64 startBlock) external returns (uint256 version);

    /// @notice Change the status of a version; one that becomes Current supersedes the one that was. By the network.
    function setStatus(bytes32 name, uint256 version, Status status) external;

    /// @notice One version; all zero where it was never published.
    function entryOf(bytes32 name, uint256 version) external view returns (Entry memory);

    /// @notice The one version of a name that is Current; 0 if none is.
    function currentVersion(bytes32 name) external view returns (uint256);

    /// @notice The number of versions of a name, which is the latest version's number; 0 for an unknown name.
    function versionCount(bytes32 name) external view returns (uint256);

    /// @notice All names by page, in the order of their first publication.
    function names(uint256 start, uint256 count) external view returns (bytes32[] memory page);
}
