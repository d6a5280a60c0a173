// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IProjectRegistry} from "../../contracts/escrow/IProjectRegistry.sol";
import {IWorkerRegistry} from "../../contracts/escrow/IWorkerRegistry.sol";
import {Share, Subcontract, Terms} from "../../contracts/escrow/Project.sol";
import {ProjectId} from "../../contracts/escrow/ProjectId.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {Commitments} from "../../contracts/identity/Commitments.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {WorksModel} from "./WorksModel.sol";

/// @title How an act is tried; who sits where; and the four projects with their subcontract and their workers.
abstract contract EscrowActs is WorksModel {
    mapping(uint256 project => mapping(uint16 seat => uint256)) internal _seatedBy;
    mapping(uint256 project => mapping(uint16 seat => address)) internal _accountOf;
    mapping(uint256 person => bool) internal _lost; // nobody acts for it any more
    mapping(uint256 project => address) internal _custodian;

    constructor() {
        for (uint256 p = 0; p < PROJECTS; ++p) {
            _open(p);
            _subcontract(p);
            for (uint16 i = 0; i < 4; ++i) _enrolFirst(p, i);
            _custodian[p] = address(uint160(0xC057_0D1A + p));
            _know(_custodian[p]);
        }
        for (uint256 i = 0; i < FUNDERS; ++i) {
            _know(funders[i]);
            for (uint256 t = 0; t < 3; ++t) _balance[tokens[t]][funders[i]] = IERC20(tokens[t]).balanceOf(funders[i]);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------- acting

    /// @dev Mostly hours after the last act, as periods are days; now and then in the same second.
    function _start(uint256 seed) internal {
        uint256 before = block.timestamp;
        _begin(seed);
        if (_random(5) != 0) vm.warp(before + _random(3) * _random(8 hours));
    }

    /// @dev An act that may be refused.
    function _do(string memory name, address target, address by, bytes memory call) internal returns (bool done) {
        vm.recordLogs();
        (done, ) = _try(target, by, call);
        if (done) _followEvents();
        ++(done ? allowed : refused)[name];
    }

    /// @dev An act that is refused if it is not right.
    function _doIf(
        string memory name,
        address target,
        address by,
        bytes memory call,
        bool right
    ) internal returns (bool done) {
        done = _do(name, target, by, call);
        require(right || !done, string.concat(name, ": done against the rules"));
    }

    /// @dev An act that somebody else than the sender has signed: on no other chain, and once.
    function _relay(string memory name, address target, bytes memory call) internal returns (bool done) {
        vm.chainId(31338);
        (done, ) = _try(target, RELAYER, call);
        require(!done, string.concat(name, ": done on another chain"));
        vm.chainId(31337);
        done = _do(name, target, RELAYER, call);
        if (done) _done.push(Done(target, RELAYER, call));
    }

    /// @dev Mostly the operator of the seat, sometimes another; nobody acts for who is lost.
    function _actorOf(uint256 project, uint16 seat) internal returns (address by, bool right) {
        uint256 person = _random(12) == 0 ? _random(PERSONS) : _seatedBy[project][seat];
        if (_lost[person]) return (address(0xDEAD), false);
        return (_operators[person], person == _seatedBy[project][seat]);
    }

    function _operatorOf(uint256 project, uint16 seat) internal view returns (address) {
        return _operators[_seatedBy[project][seat]];
    }

    /// @dev Mostly who holds the capability for the city, or for the one that acts for it.
    function _officerOf(
        uint256 project,
        uint32 capability
    ) internal returns (address by, CityId[] memory lineage, bool right) {
        uint32 acting;
        (by, acting) = _anyStanding(cityOf(project), capability);
        right = _stands(by, cityOf(project), capability, acting);
        return (by, _lineage(acting), right);
    }

    /// @dev Whether the project has not ended.
    function _isOpen(uint256 project) internal view returns (bool) {
        return _facts[project].endedAt == 0;
    }

    function _anyProject() internal returns (uint256) {
        return _random(PROJECTS);
    }

    function _company() internal returns (uint16) {
        return _random(2) == 0 ? CONTRACTOR : SUB;
    }

    /// @dev Part of an amount; sometimes one fen, nothing, or too much.
    function _partOf(uint128 amount) internal returns (uint128) {
        uint256 dice = _random(12);
        if (dice == 0) return uint128(1);
        if (dice == 1) return amount + 1;
        if (dice < 6 || amount == 0) return amount;
        return uint128(1 + _random(amount));
    }

    // --------------------------------------------------------------------------------------------------------------- workers

    /// @dev A claim of this contract as the issuer says who works for whom and since when; the worker signs with the claim's key and its own.
    /// @param worker Who goes to another employer; 0 for a new one.
    function _enrol(
        uint256 project,
        uint32 worker,
        uint16 employer,
        uint256 since,
        address by,
        CityId[] memory lineage
    ) internal returns (bool done) {
        Hand memory hand =
            worker == 0 ? Hand(_newKey(), 0, address(0), 0, block.timestamp, _newThing()) : _hands[project][worker - 1];
        if (worker == 0 || _random(2) == 0) hand.account = _newAccount();
        bytes memory call = _enrolmentCall(project, employer, since, hand, lineage);
        done = _do(worker == 0 ? "enrol" : "move", address(workers), by, call);
        if (!done) return false;
        _done.push(Done(address(workers), by, call));
        if (worker == 0) {
            _hands[project].push(hand);
            worker = uint32(_hands[project].length);
        } else {
            _hands[project][worker - 1].account = hand.account;
            ++_hands[project][worker - 1].changes;
        }
        if (since + 365 days < block.timestamp) since = block.timestamp - 365 days;
        _employed(project, worker, employer, _month(since));
        _know(hand.account);
    }

    function _enrolmentCall(
        uint256 project,
        uint16 employer,
        uint256 since,
        Hand memory hand,
        CityId[] memory lineage
    ) private returns (bytes memory) {
        uint256 holder = _newKey();
        IWorkerRegistry.Enrolment memory enrolment = IWorkerRegistry.Enrolment(
            projectIds[project],
            employer,
            _signer(hand.key),
            hand.account,
            hand.tag,
            type(uint40).max
        );
        IWorkerRegistry.Employment memory employment = _employment(project, employer, since, _signer(holder));
        bytes32 digest = workers.digestOf(enrolment);
        employment.signature = _signDigest(holder, digest);
        employment.ownSignature = _signDigest(hand.key, digest);
        return abi.encodeCall(workers.enrol, (enrolment, employment, lineage));
    }

    function _employment(
        uint256 project,
        uint16 employer,
        uint256 since,
        bytes memory holder
    ) private returns (IWorkerRegistry.Employment memory employment) {
        (employment.subject, employment.employerSalt) = (_newThing(), _newThing());
        (employment.holder, employment.holderSalt, employment.employerHolder) = (holder, _newThing(), _newThing());
        bytes32 party = IdentityId.unwrap(_persons[_seatedBy[project][employer]]);
        bytes32 other = keccak256(abi.encode(Commitments.SUBJECT_TYPEHASH, uint8(1), employment.employerSalt, party));
        bytes32 own = keccak256(
            abi.encode(Commitments.HOLDER_TYPEHASH, uint8(0), employment.holderSalt, keccak256(holder))
        );
        employment.claim = _issue(
            EMPLOYMENT,
            since,
            _newThing(),
            Commitments.pair(employment.subject, other),
            Commitments.pair(own, employment.employerHolder)
        );
    }

    function _issue(
        uint32 schema,
        uint256 since,
        bytes32 root,
        bytes32 subject,
        bytes32 holder
    ) internal returns (Claim memory claim) {
        (claim.issuer, claim.city, claim.schema) = (address(this), CityId.wrap(1), SchemaId.wrap(schema));
        (claim.validFrom, claim.root, claim.subject, claim.holder) = (uint40(since), root, subject, holder);
        if (!isActive(1)) return claim; // is not issued
        IClaimRegistry.Terms memory terms = IClaimRegistry.Terms(claim.city, claim.schema, claim.validFrom, 0);
        claims.issue(terms, IClaimRegistry.Content(root, subject, holder));
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _open(uint256 p) private {
        Terms memory terms = _termsOf(p);
        ProjectId id = projects.idOf(terms);
        IProjectRegistry.PartySignature[3] memory signatures = _signedByAll(p, ProjectId.unwrap(id), true);
        require(_relay("open", address(projects), abi.encodeCall(projects.open, (terms, signatures))));
        projectIds[p] = id;
        Facts storage facts = _facts[p];
        (facts.wageShare, facts.retention) = (terms.money.wageShare, terms.money.retention);
        (facts.defaultSplit, facts.silenceApproves) = (terms.money.defaultSplit, terms.periods.silenceApproves);
        (facts.budget, facts.wageDeposit) = (terms.money.budget, terms.money.wageDeposit);
        (facts.retentionUntil, facts.endsAt) = (terms.periods.retentionUntil, terms.periods.endsAt);
        for (uint16 seat = 0; seat < SEATS; ++seat) _seatedBy[p][seat] = seat;
        _accountOf[p][CONTRACTOR] = terms.parties.contractorAccount;
        _know(terms.parties.contractorAccount);
        for (uint256 i = 0; i < terms.milestones.length; ++i) {
            _miles[p].push();
            _miles[p][i].amount = terms.milestones[i].amount;
        }
    }

    /// @dev Owner, contractor and supervisor of today sign; those at first sit in their own places.
    function _signedByAll(
        uint256 p,
        bytes32 digest,
        bool first
    ) internal view returns (IProjectRegistry.PartySignature[3] memory signatures) {
        for (uint16 seat = 0; seat < 3; ++seat) {
            signatures[seat] = _signedBy(first ? seat : _seatedBy[p][seat], digest);
        }
    }

    function _subcontract(uint256 p) private {
        Subcontract memory contract_;
        (contract_.project, contract_.subcontractor) = (projectIds[p], _persons[SUB]);
        (contract_.account, contract_.deadline) = (_newAccount(), type(uint40).max);
        contract_.shares = new Share[](2);
        (contract_.shares[0], contract_.shares[1]) = (Share(0, 3_337), Share(1, uint16(1 + 2_500 * p)));
        bytes32 digest = projects.digestOfSubcontract(contract_);
        IProjectRegistry.PartySignature[2] memory signatures = [_signedBy(CONTRACTOR, digest), _signedBy(SUB, digest)];
        require(
            _relay("subcontract", address(projects), abi.encodeCall(projects.subcontract, (contract_, signatures)))
        );
        (_subShares[p][0], _subShares[p][1]) = (3_337, uint16(1 + 2_500 * p));
        _accountOf[p][SUB] = contract_.account;
        _know(contract_.account);
    }

    /// @dev By this contract, as it is an officer at first. In the last project nobody has worked for long.
    function _enrolFirst(uint256 p, uint16 i) private {
        uint64 office = _role(cityOf(p), LABOUR);
        uint256 since = block.timestamp - (p == PROJECTS - 1 ? 10 days : 25 days) * i;
        if (i < 2 && p != PROJECTS - 1) since = 1;
        manager.grantRole(office, address(this), 0);
        require(_enrol(p, 0, i % 2 == 0 ? CONTRACTOR : SUB, since, address(this), new CityId[](0)));
        manager.revokeRole(office, address(this));
    }
}
