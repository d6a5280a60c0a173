// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityCode} from "./CityCode.sol";
import {CityId} from "./CityId.sol";
import {ICityRegistry} from "./ICityRegistry.sol";

/// @title From a text to a city, and to what the city says of itself.
/// @notice Reads any printed form of a code, keeps the cities' resolution records (endpoints, public keys, content hashes), and tells
/// what a signed code is worth.
///
/// Records are read whatever the state of the city: ask CityAccessManager.isActive whether it may act.
interface ICityResolver {
    /// @notice What a signed code is worth.
    /// @param Valid Signed by an account that is a controller of the city now and was one at the stated time.
    /// @param FormerController Signed by an account that was a controller at the stated time and is none now: true, unless that
    /// account's key was lost since, which the chain cannot know.
    /// @param NotController The account was no controller at the stated time, or is one with an execution delay, which signs nothing.
    /// @param SignatureInvalid The signature is not the account's.
    /// @param CodeNotOfCity The city did not hold the code's root at the stated time.
    /// @param InFuture The stated time has not come.
    enum SignedCodeStatus {
        Valid,
        FormerController,
        NotController,
        SignatureInvalid,
        CodeNotOfCity,
        InFuture
    }

    /// @notice A code a city held, `[from, until)` in UTC seconds; `until` 0 means "still".
    struct CodePeriod {
        CityCode code;
        uint40 from;
        uint40 until;
    }

    /// @notice A city that held a code, `[from, until)` in UTC seconds; `until` 0 means "still".
    struct CodeHolder {
        CityId city;
        uint40 from;
        uint40 until;
    }

    /// @notice A record was set, or deleted where the value is empty. `previousBlock` is that of the city's previous event here.
    event RecordChanged(
        CityId indexed city,
        bytes32 indexed key,
        uint32 indexed version,
        bytes value,
        address by,
        uint40 previousBlock
    );

    /// @notice All records of the city were cleared; `version` is the new one.
    event RecordsCleared(CityId indexed city, uint32 indexed version, address by, uint40 previousBlock);

    /// @notice The caller does not hold (city, RESOLUTION).
    error NotResolutionOfficer(address caller, CityId city);

    /// @notice Set a record; an empty value deletes it. By (city, RESOLUTION), under the guard to set, with the role alone to delete.
    /// @param key ASCII, left-aligned; the names in use are listed in docs/city.md.
    function setRecord(CityId city, bytes32 key, bytes calldata value) external;

    /// @notice Clear all records at once. By (city, RESOLUTION) with the role alone.
    function clearRecords(CityId city) external;

    /// @notice A record in the city's present version; empty if none.
    function recordOf(CityId city, bytes32 key) external view returns (bytes memory value);

    /// @notice How often the city's records were cleared, and the block of its last event here.
    function recordsOf(CityId city) external view returns (uint32 version, uint40 changedIn);

    /// @notice The city that a text means at a time: a code (`MA.156.1301`), a printed code with check characters (`MA.156.1301-FQ`),
    /// or a full IDcode (`MA.156.1003.1629/73.10000000.6`), which resolves through its root city. Letters in either case.
    /// @dev Reverts with CityCodeInvalid for a text that is none of them.
    /// @return code The canonical code of the root.
    /// @return city The city that held it then, 0 if none.
    function resolve(string calldata text, uint40 time) external view returns (CityCode code, CityId city);

    /// @notice The codes of a city, oldest first, by page.
    function codesOf(CityId city, uint256 start, uint256 count) external view returns (CodePeriod[] memory periods);

    /// @notice The cities that held a code, oldest first, by page.
    function holdersOf(CityCode code, uint256 start, uint256 count) external view returns (CodeHolder[] memory holders);

    /// @notice A code for print and typing, with its check characters: `MA.156.1301-FQ`.
    /// @dev Reverts with CityCodeInvalid for a code that is not canonical.
    function format(CityCode code) external pure returns (string memory);

    /// @notice The EIP-712 digest a controller signs to make a signed code: SignedCode(string code,uint32 city,uint40 time).
    /// @param code A code or a full IDcode, as it stands in the QR.
    function signedCodeDigest(string calldata code, CityId city, uint40 time) external view returns (bytes32);

    /// @notice What a signed code is worth: check characters stop typing errors, signatures stop forgers.
    /// @param code A code or a full IDcode; its root must have been the city's code at `time`.
    /// @param time When it was signed, UTC seconds.
    /// @param signer The controller: an account, or an ERC-1271 contract.
    function signedCodeStatus(
        string calldata code,
        CityId city,
        uint40 time,
        address signer,
        bytes calldata signature
    ) external view returns (SignedCodeStatus);

    /// @notice The registry whose cities these are.
    function registry() external view returns (ICityRegistry);
}
