// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {IdentityModel} from "./IdentityModel.sol";

/// @title Random acts on identities, each compared with the plain model.
contract IdentityHandler is IdentityModel {
    bytes32 private constant ROTATION = keccak256(
        "Rotation(bytes32 identity,bytes newSigner,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant VETO = keccak256("Veto(bytes32 identity,uint32 changes,uint40 deadline)");
    bytes32 private constant MOVE = keccak256("Move(bytes32 identity,uint32 to,uint32 changes,uint40 deadline)");
    bytes32 private constant OPERATOR = keccak256(
        "Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)"
    );

    // ------------------------------------------------------------------------------------------------------------- registering

    function register(uint256 seed) external {
        _begin(seed);
        Registration memory made = _anyRegistration();
        bytes memory call = abi.encodeCall(identities.register, (made.identity, made.signature));
        bytes memory result = _order("register", made.by, call, made.right);
        if (!made.right) return;
        uint256 index = _persons.length;
        Person storage person = _persons.push();
        person.id = abi.decode(result, (IdentityId));
        (person.key, person.guardianUntil) = (made.key, made.identity.guardianUntil);
        person.legal = made.identity.kind == IIdentityRegistry.Kind.Legal;
        person.city = CityId.unwrap(made.identity.city);
        person.tagVersion = lastVersion;
        for (uint256 i = 0; i < made.identity.tags.length; ++i) {
            _tags[index].push(Tag(firstVersion + uint32(i), made.identity.tags[i]));
        }
        if (made.identity.code != 0) _tags[index].push(Tag(0, made.identity.code));
        _registrations[index] = _done.length - 1;
    }

    function addTag(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        for (uint256 i = 0; i < 3 && _persons[index].tagVersion == lastVersion; ++i) index = _anyPerson();
        Person storage person = _persons[index];
        bytes32 tag = _anyTag(lastVersion);
        (address by, uint32 acting) = _anyStanding(person.city, REGISTRAR);
        bool right = !person.closed && person.tagVersion < lastVersion;
        right = right && _mayActing(by, person.city, REGISTRAR, acting);
        right = right && _isFree(lastVersion, tag);
        _act("addTag", by, abi.encodeCall(identities.addTag, (person.id, tag, _lineage(acting))), right);
        if (!right) return;
        _tags[index].push(Tag(lastVersion, tag));
        person.tagVersion = lastVersion;
        ++person.changes;
    }

    function turnTagVersion(uint256 seed) external {
        _begin(seed);
        if (_random(2) == 0) return;
        bool begin = _random(2) == 0;
        bool network = _random(4) != 0;
        // Restricted to the network, while the contract is open.
        bool right = network && !closed && (firstVersion == lastVersion) == begin;
        address by = network ? address(this) : _officers[_random(OFFICERS)];
        bytes memory call =
            begin ? abi.encodeCall(identities.beginTagVersion, ()) : abi.encodeCall(identities.retireTagVersion, ());
        _act("turnTagVersion", by, call, right);
        if (right && begin) ++lastVersion;
        else if (right) ++firstVersion;
    }

    // ------------------------------------------------------------------------------------------------------------- the person

    function rotate(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        Person storage person = _persons[_anyPerson()];
        Draft memory draft = _draft(person);
        uint256 key = _newKey();
        bytes memory newSigner = _signer(key);
        bytes32 order = keccak256(abi.encode(ROTATION, person.id, keccak256(newSigner), draft.changes, draft.deadline));
        uint256 newSigned = _random(10) == 0 ? draft.key : key;
        bool right = draft.good && _isActive(person) && newSigned == key;
        bytes memory call = abi.encodeCall(
            identities.rotate,
            (person.id, newSigner, _sign(newSigned, order), _signed(draft, order))
        );
        _order("rotate", address(0xCAFE), call, right);
        if (right) (person.key, person.changes) = (key, person.changes + 1);
    }

    function veto(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        for (uint256 i = 0; i < 3 && !_persons[index].recovering; ++i) index = _anyPerson();
        Person storage person = _persons[index];
        Draft memory draft = _draft(person);
        // It binds the proposal, whatever a registrar does meanwhile.
        bool right = draft.good && person.recovering && !_recoveries[index].isFinal;
        uint32 changes = _recoveries[index].changes + (draft.changes - person.changes);
        bytes32 order = keccak256(abi.encode(VETO, person.id, changes, draft.deadline));
        bytes memory call = abi.encodeCall(identities.vetoRecovery, (person.id, _signed(draft, order)));
        _order("veto", address(0xCAFE), call, right);
        if (!right) return;
        (person.recovering, person.vetoed, person.changes) = (false, true, person.changes + 1);
        _recoveries[index].dueAt = uint40(block.timestamp) + 90 days;
    }

    function move(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        Person storage person = _persons[_anyPerson()];
        uint32 to = _anyCity();
        Draft memory draft = _draft(person);
        bytes32 order = keccak256(abi.encode(MOVE, person.id, to, draft.changes, draft.deadline));
        (address officer, uint32 acting) = _anyStanding(person.city, REGISTRAR);
        uint256 signing = _random(10) == 0 ? draft.key : _keyOf(officer);
        address by = _officers[_anyOfficer(to, REGISTRAR)];
        bool right = draft.good && _isActive(person) && to != person.city && _may(by, to, REGISTRAR);
        right = right && signing == _keyOf(officer) && _stands(officer, person.city, REGISTRAR, acting);
        IIdentityRegistry.Release memory release = IIdentityRegistry.Release(
            officer,
            _sign(signing, order),
            _lineage(acting)
        );
        bytes memory call = abi.encodeCall(
            identities.move,
            (person.id, CityId.wrap(to), _signed(draft, order), release)
        );
        _order("move", by, call, right);
        if (right) (person.city, person.changes) = (to, person.changes + 1);
    }

    function operate(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        for (uint256 i = 0; i < 3 && !_persons[index].legal; ++i) index = _anyPerson();
        Person storage person = _persons[index];
        mapping(address => bool) storage operators = _operators[index][person.recoveries];
        address operator = address(uint160(0x09E8A708 + _random(2)));
        bool authorized = _random(8) == 0 ? operators[operator] : !operators[operator];
        Draft memory draft = _draft(person);
        bytes32 order = keccak256(abi.encode(OPERATOR, person.id, operator, authorized, draft.changes, draft.deadline));
        bool right = draft.good && person.legal && operators[operator] != authorized;
        if (authorized) right = right && _isActive(person) && isActive(person.city) && !closed;
        bytes memory call = abi.encodeCall(
            identities.setOperator,
            (person.id, operator, authorized, _signed(draft, order))
        );
        _order("operate", address(0xCAFE), call, right);
        if (right) (operators[operator], person.changes) = (authorized, person.changes + 1);
        require(identities.isOperator(person.id, operator) == (operators[operator] && _isActive(person)), "operator");
    }

    // --------------------------------------------------------------------------------------------------------------- recovery

    function proposeRecovery(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        Person storage person = _persons[index];
        (address by, uint32 acting) = _anyRegistrar(index);
        Recovery memory recovery;
        recovery.isFinal = _isContested(index);
        recovery.key = _newKey();
        recovery.guardianUntil = _random(4) == 0 ? uint40(block.timestamp + 1 + _random(40 days)) : 0;
        recovery.acting = acting == DIRECTLY ? person.city : acting;
        recovery.dueAt = uint40(block.timestamp) + (recovery.isFinal ? 30 days : 7 days);
        recovery.changes = person.changes + 1;
        (IIdentityRegistry.Proposal memory proposal, bool good) = _proposal(
            person,
            recovery,
            _recoveries[index].changes
        );
        bool right = good && !person.closed && !person.recovering && _mayRecover(index, by, acting);
        _order(
            "proposeRecovery",
            by,
            abi.encodeCall(identities.proposeRecovery, (person.id, proposal, _lineage(acting))),
            right
        );
        if (!right) return;
        _recoveries[index] = recovery;
        (person.recovering, person.vetoed, person.changes) = (true, recovery.isFinal, person.changes + 1);
    }

    function decideRecovery(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        for (uint256 i = 0; i < 4 && !_persons[index].recovering; ++i) index = _anyPerson();
        Person storage person = _persons[index];
        Recovery memory recovery = _recoveries[index];
        if (_random(3) == 0) {
            (address by, uint32 acting) = _anyStanding(recovery.acting, REGISTRAR);
            bool may = person.recovering && _stands(by, recovery.acting, REGISTRAR, acting);
            _act(
                "withdrawRecovery",
                by,
                abi.encodeCall(identities.withdrawRecovery, (person.id, _lineage(acting))),
                may
            );
            if (may) (person.recovering, person.vetoed, person.changes) = (false, false, person.changes + 1);
            return;
        }
        if (person.recovering && _random(2) == 0 && block.timestamp < recovery.dueAt) vm.warp(recovery.dueAt);
        _perhapsClose();
        uint256 key = recovery.key == 0 || _random(10) == 0 ? person.key : recovery.key;
        bool right = person.recovering && key == recovery.key && block.timestamp >= recovery.dueAt;
        right = right && isActive(recovery.acting) && !closed;
        bytes memory call = abi.encodeCall(
            identities.completeRecovery,
            (person.id, _control(key, recovery.guardianUntil))
        );
        _act("completeRecovery", address(0xCAFE), call, right);
        if (!right) return;
        (person.key, person.guardianUntil) = (recovery.key, recovery.guardianUntil);
        (person.recovering, person.vetoed) = (false, false);
        (person.changes, person.recoveries) = (person.changes + 1, person.recoveries + 1);
    }

    // --------------------------------------------------------------------------------------------------------------- registrar

    function suspendOrReinstate(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        Person storage person = _persons[_anyPerson()];
        (address by, uint32 acting) = _anyStanding(person.city, REGISTRAR);
        bool suspend = _random(8) == 0 ? person.suspended : !person.suspended;
        bool right = !person.closed && person.suspended != suspend && _stands(by, person.city, REGISTRAR, acting);
        if (!suspend) right = right && _mayActing(by, person.city, REGISTRAR, acting);
        CityId[] memory lineage = _lineage(acting);
        bytes memory call =
            suspend
                ? abi.encodeCall(identities.suspend, (person.id, 1, lineage))
                : abi.encodeCall(identities.reinstate, (person.id, 1, lineage));
        _act(suspend ? "suspend" : "reinstate", by, call, right);
        if (right) (person.suspended, person.changes) = (suspend, person.changes + 1);
    }

    function close(uint256 seed) external {
        _begin(seed);
        if (_persons.length == 0) return;
        uint256 index = _anyPerson();
        Person storage person = _persons[index];
        (address by, uint32 acting) = _anyRegistrar(index);
        bool right = !person.closed && !person.recovering;
        if (_isContested(index)) right = right && _isAncestors(index, by, acting);
        else right = right && _stands(by, person.city, REGISTRAR, acting);
        _act("close", by, abi.encodeCall(identities.close, (person.id, 1, _lineage(acting))), right);
        if (!right) return;
        (person.closed, person.changes) = (true, person.changes + 1);
        // The tags are free, and yet the old registration is no good.
        Done memory registration = _done[_registrations[index]];
        (bool again, ) = _try(registration.target, registration.by, registration.call);
        require(!again, "registered again by the order of a closed identity");
    }
}
