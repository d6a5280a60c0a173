// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ADMIN, CityRole, RESOLUTION} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {Page} from "../common/Page.sol";
import {CityCode, CityCodes} from "./CityCode.sol";
import {CityId, NETWORK} from "./CityId.sol";
import {ICityRegistry} from "./ICityRegistry.sol";
import {ICityResolver} from "./ICityResolver.sol";

/// @title CityResolver
/// @notice From a text to a city, and to what the city says of itself.
contract CityResolver is CityManaged, EIP712, ICityResolver {
    bytes32 private constant SIGNED_CODE_TYPEHASH = keccak256("SignedCode(string code,uint32 city,uint40 time)");

    /// @dev One slot per city.
    struct State {
        uint32 version;
        uint40 changedIn;
    }

    /// @inheritdoc ICityResolver
    ICityRegistry public immutable registry;

    mapping(CityId city => State) private _states;
    mapping(CityId city => mapping(uint32 version => mapping(bytes32 key => bytes))) private _records;

    constructor(
        ICityAccessManager manager_,
        ICityRegistry registry_
    ) CityManaged(manager_) EIP712("Civitas CityResolver", "1") {
        registry = registry_;
    }

    /// @inheritdoc ICityResolver
    function setRecord(CityId city, bytes32 key, bytes calldata value) external {
        if (value.length != 0) manager.checkCan(msg.sender, city, RESOLUTION);
        else _checkOfficer(city);
        uint32 version = _states[city].version;
        _records[city][version][key] = value;
        emit RecordChanged(city, key, version, value, msg.sender, _touch(city, version));
    }

    /// @inheritdoc ICityResolver
    function clearRecords(CityId city) external {
        _checkOfficer(city);
        uint32 version = _states[city].version + 1;
        emit RecordsCleared(city, version, msg.sender, _touch(city, version));
    }

    /// @inheritdoc ICityResolver
    function recordOf(CityId city, bytes32 key) external view returns (bytes memory) {
        return _records[city][_states[city].version][key];
    }

    /// @inheritdoc ICityResolver
    function recordsOf(CityId city) external view returns (uint32 version, uint40 changedIn) {
        State memory state = _states[city];
        return (state.version, state.changedIn);
    }

    /// @inheritdoc ICityResolver
    function resolve(string calldata text, uint40 time) public view returns (CityCode code, CityId city) {
        code = CityCodes.parse(text);
        city = registry.cityAt(code, time);
    }

    /// @inheritdoc ICityResolver
    function codesOf(CityId city, uint256 start, uint256 count) external view returns (CodePeriod[] memory periods) {
        ICityRegistry.City memory present = registry.cityOf(city);
        uint256 former = registry.formerCodeCount(city);
        // No last one for a city that does not exist, or whose last code it never held for a moment.
        uint256 total = present.codeFrom == present.retiredAt ? former : former + 1;
        periods = new CodePeriod[](Page.length(total, start, count));
        if (periods.length == 0) return periods;
        // From the page's last one back: each period ends where the next one begins.
        uint256 index = start + periods.length;
        uint40 until = present.retiredAt;
        if (index == former) {
            until = present.codeFrom;
        } else if (index < former) {
            // slither-disable-next-line unused-return
            (, until) = registry.formerCode(city, index);
        }
        while (index > start) {
            --index;
            (CityCode code, uint40 from) = index == former
                ? (present.code, present.codeFrom)
                : registry.formerCode(city, index);
            periods[index - start] = CodePeriod(code, from, until);
            until = from;
        }
    }

    /// @inheritdoc ICityResolver
    function holdersOf(
        CityCode code,
        uint256 start,
        uint256 count
    ) external view returns (CodeHolder[] memory holders) {
        // slither-disable-next-line unused-return
        (CityId city, uint40 from, uint40 until, ) = registry.holdingOf(code);
        uint256 former = registry.formerHolderCount(code);
        uint256 total = former + (from == until ? 0 : 1);
        holders = new CodeHolder[](Page.length(total, start, count));
        for (uint256 i = 0; i < holders.length; ++i) {
            holders[i] = CodeHolder(city, from, until);
            if (start + i == former) continue;
            (holders[i].city, holders[i].from, holders[i].until) = registry.formerHolder(code, start + i);
        }
    }

    /// @inheritdoc ICityResolver
    function format(CityCode code) external pure returns (string memory) {
        return code.format();
    }

    /// @inheritdoc ICityResolver
    function signedCodeDigest(string calldata code, CityId city, uint40 time) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(SIGNED_CODE_TYPEHASH, keccak256(bytes(code)), city, time)));
    }

    /// @inheritdoc ICityResolver
    function signedCodeStatus(
        string calldata code,
        CityId city,
        uint40 time,
        address signer,
        bytes calldata signature
    ) external view returns (SignedCodeStatus) {
        if (time > block.timestamp) return SignedCodeStatus.InFuture;
        (, CityId holder) = resolve(code, time);
        if (holder != city || city == NETWORK) return SignedCodeStatus.CodeNotOfCity;
        if (!SignatureChecker.isValidSignatureNow(signer, signedCodeDigest(code, city, time), signature)) {
            return SignedCodeStatus.SignatureInvalid;
        }
        uint64 role = CityRole.pack(city, ADMIN);
        if (!manager.heldAt(role, signer, time)) return SignedCodeStatus.NotController;
        (bool isMember, uint32 delay) = manager.hasRole(role, signer);
        if (!isMember) return SignedCodeStatus.FormerController;
        // With an execution delay the account acts for the city only through the manager, and signs nothing.
        return delay == 0 ? SignedCodeStatus.Valid : SignedCodeStatus.NotController;
    }

    /// @dev The city's previous event here was in the block returned.
    function _touch(CityId city, uint32 version) private returns (uint40 previousBlock) {
        previousBlock = _states[city].changedIn;
        _states[city] = State(version, uint40(block.number));
    }

    function _checkOfficer(CityId city) private view {
        require(manager.holds(msg.sender, city, RESOLUTION), NotResolutionOfficer(msg.sender, city));
    }
}
