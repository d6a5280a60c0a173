// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IdentityRegistry} from "../../contracts/identity/IdentityRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {TownModel} from "./TownModel.sol";

/// @title The rules of identities as a plain model, lists and full scans and no index; and random things to do with them.
abstract contract IdentityModel is TownModel {
    uint32 internal constant REGISTRAR = 2; // IDENTITY
    uint256 private constant TAGS = 8;
    bytes32 private constant RECOVERY = keccak256(
        "Recovery(bytes32 identity,bytes newSigner,bytes32 guardian,uint40 guardianUntil,uint32 changes,uint40 deadline)"
    );

    struct Tag {
        uint32 version; // 0 for a public code
        bytes32 value;
    }

    struct Person {
        IdentityId id;
        uint256 key;
        uint40 guardianUntil;
        bool legal;
        uint32 city;
        uint32 tagVersion;
        uint32 changes;
        uint32 recoveries;
        bool suspended;
        bool closed;
        bool recovering;
        bool vetoed;
    }

    struct Recovery {
        uint256 key;
        uint40 guardianUntil;
        uint32 acting;
        uint40 dueAt;
        bool isFinal;
        uint32 changes; // what a veto binds
    }

    struct Registration {
        IIdentityRegistry.Identity identity;
        uint256 key;
        address by;
        bytes signature;
        bool right;
    }

    /// @dev What a person signs, mostly as it should be.
    struct Draft {
        uint256 key;
        uint32 changes;
        uint40 deadline;
        bool good;
    }

    IdentityRegistry public immutable identities;
    IdentityRegistry private immutable _second;

    Person[] internal _persons;
    uint32 public firstVersion = 1;
    uint32 public lastVersion = 1;
    mapping(uint256 person => Tag[]) internal _tags;
    mapping(uint256 person => Recovery) internal _recoveries;
    mapping(uint256 person => uint256) internal _registrations; // place in _done
    mapping(uint256 person => mapping(uint32 recoveries => mapping(address => bool))) internal _operators;
    uint256 private _keys;

    constructor() TownModel(_only(REGISTRAR)) {
        identities = new IdentityRegistry(manager);
        _second = new IdentityRegistry(manager);
        (_guarded, _name) = (address(identities), "Civitas IdentityRegistry");
    }

    function personCount() external view returns (uint256) {
        return _persons.length;
    }

    function personAt(uint256 index) external view returns (Person memory) {
        return _persons[index];
    }

    function tagsOf(uint256 index) external view returns (Tag[] memory) {
        return _tags[index];
    }

    function signerOf(uint256 index) external view returns (bytes memory) {
        return _signer(_persons[index].key);
    }

    // ---------------------------------------------------------------------------------------------------------------- internal

    function _anyRegistration() internal returns (Registration memory made) {
        IIdentityRegistry.Identity memory identity = made.identity;
        uint32 city = _anyCity();
        made.by = _officers[_anyOfficer(city, REGISTRAR)];
        made.key = _persons.length != 0 && _random(8) == 0 ? _persons[_random(_persons.length)].key : _newKey();
        identity.city = CityId.wrap(city);
        identity.kind = IIdentityRegistry.Kind(_random(24) == 0 ? 0 : 1 + _random(2));
        identity.signer = _signer(made.key);
        identity.deadline = _anyDeadline();
        identity.tagVersion = _random(12) == 0 ? lastVersion : firstVersion;
        identity.tags = new bytes32[](_random(12) == 0 ? 1 + _random(2) : lastVersion - firstVersion + 1);
        bool free = true;
        for (uint32 i = 0; i < identity.tags.length; ++i) {
            identity.tags[i] = _anyTag(firstVersion + i);
            free = free && _isFree(firstVersion + i, identity.tags[i]);
        }
        bool legal = identity.kind == IIdentityRegistry.Kind.Legal;
        if (_random(legal ? 2 : 16) == 0) identity.code = _anyTag(0);
        if (identity.code != 0) free = free && legal && _isFree(0, identity.code);
        if (_random(legal ? 16 : 6) == 0) {
            identity.guardian = keccak256("guardian");
            identity.guardianUntil = uint40(block.timestamp + _random(20 days));
        }
        bool guarded = identity.guardian == 0 || (!legal && identity.guardianUntil > block.timestamp);
        bytes32 digest = IdentityId.unwrap(identities.idOf(identity));
        bool signed = _random(10) != 0;
        made.signature = _signDigest(signed ? made.key : _newKey(), digest);
        made.right =
            _may(made.by, city, REGISTRAR) &&
            identity.deadline >= block.timestamp &&
            identity.kind != IIdentityRegistry.Kind.None &&
            identity.tagVersion == firstVersion &&
            identity.tags.length == lastVersion - firstVersion + 1 &&
            free &&
            guarded &&
            signed;
    }

    /// @dev The new key signs; the old one is not asked.
    function _proposal(
        Person storage person,
        Recovery memory recovery,
        uint32 last
    ) internal returns (IIdentityRegistry.Proposal memory proposal, bool good) {
        Draft memory draft = _draft(person);
        uint32 changes = last + (draft.changes - person.changes); // it binds the last proposal, whatever a thief does meanwhile
        uint256 signing = _random(10) == 0 ? person.key : recovery.key;
        proposal.control = _control(recovery.key, recovery.guardianUntil);
        proposal.evidence = keccak256("seen");
        proposal.deadline = draft.deadline;
        bytes32 order = keccak256(
            abi.encode(
                RECOVERY,
                person.id,
                keccak256(proposal.control.signer),
                proposal.control.guardian,
                recovery.guardianUntil,
                changes,
                draft.deadline
            )
        );
        proposal.signature = _sign(signing, order);
        good =
            signing == recovery.key &&
            draft.changes == person.changes &&
            draft.deadline >= block.timestamp &&
            (recovery.guardianUntil == 0 || (!person.legal && recovery.guardianUntil > recovery.dueAt));
    }

    /// @dev A veto counts: the city's own registrar has no say, one of an ancestor has.
    function _isContested(uint256 index) internal view returns (bool) {
        return _persons[index].vetoed && block.timestamp < _recoveries[index].dueAt;
    }

    function _isAncestors(uint256 index, address by, uint32 acting) internal view returns (bool) {
        uint32 city = _persons[index].city;
        if (acting == DIRECTLY || acting == city || !_isAncestorOrSelf(acting, city)) return false;
        return _member[by][acting][REGISTRAR];
    }

    function _mayRecover(uint256 index, address by, uint32 acting) internal view returns (bool) {
        if (!_isContested(index)) return _mayActing(by, _persons[index].city, REGISTRAR, acting);
        return _isAncestors(index, by, acting) && isActive(acting) && !closed;
    }

    /// @dev Mostly who may: of the city or of the one that acts for it; after a veto, of an ancestor.
    function _anyRegistrar(uint256 index) internal returns (address by, uint32 acting) {
        uint32 city = _persons[index].city;
        if (!_isContested(index) || _random(6) == 0) return _anyStanding(city, REGISTRAR);
        acting = _random(4) == 0 ? city : _parentOf(city); // its own is no ancestor
        if (!isActive(acting) || _random(3) == 0) acting = _parentOf(acting);
        by = _officers[_anyOfficer(acting, REGISTRAR)];
    }

    /// @dev No open identity has it.
    function _isFree(uint32 version, bytes32 tag) internal view returns (bool) {
        if (tag == 0) return false;
        for (uint256 i = 0; i < _persons.length; ++i) {
            if (_persons[i].closed) continue;
            for (uint256 j = 0; j < _tags[i].length; ++j) {
                if (_tags[i][j].version == version && _tags[i][j].value == tag) return false;
            }
        }
        return true;
    }

    /// @dev Mostly a free one, now and then one of an open identity.
    function _anyTag(uint32 version) internal returns (bytes32 tag) {
        if (_random(40) == 0) return 0;
        if (_persons.length != 0 && _random(4) == 0) {
            Tag[] storage tags = _tags[_anyPerson()];
            for (uint256 i = 0; i < tags.length; ++i) if (tags[i].version == version) return tags[i].value;
        }
        tag = bytes32(1 + _random(TAGS));
        for (uint256 i = 0; i < 3 && !_isFree(version, tag); ++i) tag = bytes32(1 + _random(TAGS));
    }

    /// @dev Mostly an open one.
    function _anyPerson() internal returns (uint256 index) {
        index = _random(_persons.length);
        for (uint256 i = 0; i < 3 && _persons[index].closed; ++i) index = _random(_persons.length);
    }

    function _draft(Person storage person) internal returns (Draft memory draft) {
        draft.key = _random(12) == 0 ? _newKey() : person.key;
        draft.changes = _random(12) == 0 ? person.changes + 1 : person.changes;
        draft.deadline = _anyDeadline();
        bool guarded = person.guardianUntil == 0 || block.timestamp < person.guardianUntil;
        draft.good =
            guarded &&
            draft.key == person.key &&
            draft.changes == person.changes &&
            draft.deadline >= block.timestamp;
    }

    function _signed(Draft memory draft, bytes32 order) internal view returns (IIdentityRegistry.Signed memory) {
        return IIdentityRegistry.Signed(_signer(draft.key), draft.deadline, _sign(draft.key, order));
    }

    function _control(uint256 key, uint40 until) internal pure returns (IIdentityRegistry.Control memory) {
        return IIdentityRegistry.Control(_signer(key), until == 0 ? bytes32(0) : keccak256("guardian"), until);
    }

    function _isActive(Person storage person) internal view returns (bool) {
        return !person.closed && !person.suspended && !person.recovering;
    }

    function _newKey() internal returns (uint256) {
        return 0xA11CE000 + ++_keys;
    }

    function _keyOf(address officer) internal view returns (uint256) {
        for (uint256 i = 0; i < OFFICERS; ++i) if (_officers[i] == officer) return _officerKeys[i];
        revert("no officer");
    }

    function _signer(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    function _only(uint32 capability) internal pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = capability;
    }

    function _twin() internal view override returns (address) {
        return address(_second);
    }
}
