// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IMilestoneRegistry} from "../../contracts/escrow/IMilestoneRegistry.sol";
import {IProjectRegistry} from "../../contracts/escrow/IProjectRegistry.sol";
import {ITokenVault} from "../../contracts/escrow/ITokenVault.sol";
import {Amendment, MilestoneChange} from "../../contracts/escrow/Project.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {WageHandler} from "./WageHandler.sol";

/// @title Random acts on projects: changed terms and seats, their ends, what cities and tokens do, and what is tried again.
contract EscrowHandler is WageHandler {
    bytes32 private constant TERMINATION_TYPEHASH = keccak256(
        "Termination(bytes32 project,uint32 changes,uint40 deadline)"
    );

    struct Change {
        uint256 person;
        address account;
        bool replaces;
        uint256 dueAt;
    }

    mapping(uint256 project => mapping(uint16 seat => Change)) internal _changes;
    address[] internal _blocked;

    // ------------------------------------------------------------------------------------------------------------- the world

    /// @dev The network's and the cities' acts; closing concerns all contracts of projects.
    function govern(uint256 seed) external {
        _start(seed);
        // The country is not suspended for long: all would wait.
        for (uint256 i = 0; i < 4 && !isActive(1); ++i) this.rule(_random(type(uint256).max));
        this.rule(_random(type(uint256).max));
        manager.setTargetClosed(address(escrow), closed);
        manager.setTargetClosed(address(workers), closed);
        manager.setTargetClosed(address(payrolls), closed);
        manager.setTargetClosed(address(wages), closed);
    }

    function wait(uint256 seed) external {
        _start(seed);
        vm.warp(block.timestamp + _random(_random(4) == 0 ? 150 days : 9 days));
    }

    /// @dev A token breaks its promises, mostly not for long, and blocks accounts for longer.
    function mischief(uint256 seed) external {
        _start(seed);
        HostileToken token = HostileToken(tokens[2]);
        if (_random(2) == 0) {
            bool honest = token.manner() != HostileToken.Manner.Honest;
            return token.setManner(honest ? HostileToken.Manner.Honest : HostileToken.Manner(1 + _random(5)));
        }
        uint256 p = 2 + _random(2);
        address account = _random(3) == 0 ? funders[_random(FUNDERS)] : _accountOf[p][_company()];
        if (_random(2) == 0) account = _hands[p][_random(_hands[p].length)].account;
        bool isBlocked = HostileToken(tokenOf(p)).isBlocked(account);
        HostileToken(tokenOf(p)).setBlocked(account, !isBlocked);
        if (!isBlocked) _blocked.push(account);
    }

    /// @dev A company loses its keys.
    function lose(uint256 seed) external {
        _start(seed);
        if (_random(6) == 0) _lost[_random(PERSONS)] = true;
    }

    /// @dev Tokens come that nobody booked, and a court sweeps no more than those.
    function stray(uint256 seed) external {
        _start(seed);
        (uint256 p, address vault) = (_anyProject(), _random(2) == 0 ? address(escrow) : address(wages));
        address token = tokenOf(p);
        uint256 there = IERC20(token).balanceOf(vault) - ITokenVault(vault).heldOf(token);
        bool honest = _mannerOf(p) == HostileToken.Manner.Honest;
        if (there == 0 && honest && !_isBroken(p)) {
            uint256 amount = 1 + _random(1_000);
            vm.prank(funders[0]);
            IERC20(token).transfer(vault, amount);
            _balance[token][funders[0]] -= amount;
            return;
        }
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, JUSTICE);
        bytes memory call = abi.encodeCall(escrow.sweep, (projectIds[p], token, lineage));
        if (!honest || !_doIf("sweep", vault, by, call, right && there != 0)) return;
        _know(address(0x57));
        _balance[token][address(0x57)] += there;
    }

    // ----------------------------------------------------------------------------------------------------------------- terms

    /// @dev A new milestone, and perhaps more for wages; lower wages need the labour office, which does not sign here.
    function amend(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        Facts storage facts = _facts[p];
        if (_miles[p].length == 6 || _lost[_seatedBy[p][0]] || _lost[_seatedBy[p][1]] || _lost[_seatedBy[p][2]]) return;
        Amendment memory amendment;
        (amendment.project, amendment.changes) = (projectIds[p], projects.projectOf(projectIds[p]).changes);
        amendment.budget = facts.budget + uint128(100_000 + _random(100_000));
        amendment.wageShare = facts.wageShare + uint16(_random(400));
        amendment.wageDeposit = facts.wageDeposit + uint128(_random(100));
        bool lowers = _random(6) == 0 && amendment.wageDeposit != 0;
        if (lowers) amendment.wageDeposit = facts.wageDeposit - _min(1, facts.wageDeposit);
        lowers = amendment.wageDeposit < facts.wageDeposit;
        (amendment.endsAt, amendment.deadline) = (uint40(facts.endsAt), uint40(block.timestamp));
        uint128 before = facts.budget - _ceil(facts.budget, facts.wageShare);
        uint128 works = amendment.budget - _ceil(amendment.budget, amendment.wageShare);
        if (works <= before) return;
        amendment.milestones = new MilestoneChange[](1);
        amendment.milestones[0] = MilestoneChange(uint16(_miles[p].length), works - before, _newThing());
        IProjectRegistry.OfficeSignature memory none;
        bytes memory call = abi.encodeCall(
            projects.amend,
            (amendment, _signedByAll(p, projects.digestOf(amendment), false), none)
        );
        bool done = _relay("amend", address(projects), call);
        require(!done || (_isOpen(p) && !lowers && isActive(cityOf(p)) && !closed), "amend: done against the rules");
        if (!done) return;
        (facts.budget, facts.wageShare) = (amendment.budget, amendment.wageShare);
        facts.wageDeposit = amendment.wageDeposit;
        _miles[p].push();
        _miles[p][_miles[p].length - 1].amount = works - before;
    }

    function terminate(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        bool lost = _lost[_seatedBy[p][0]] || _lost[_seatedBy[p][1]] || _lost[_seatedBy[p][2]];
        if (lost || _random(6) != 0) return;
        uint32 changes = projects.projectOf(projectIds[p]).changes;
        uint40 deadline = uint40(block.timestamp);
        bytes32 order = keccak256(abi.encode(TERMINATION_TYPEHASH, projectIds[p], changes, deadline));
        bytes32 digest = _digestOf(address(projects), "Civitas ProjectRegistry", order);
        bytes memory call = abi.encodeCall(
            projects.terminate,
            (projectIds[p], deadline, _signedByAll(p, digest, false))
        );
        bool done = _relay("terminate", address(projects), call);
        require(done == _isOpen(p), "terminate: against the rules");
        if (done) _facts[p].endedAt = block.timestamp;
    }

    /// @dev Owner or contractor asks, the arbiter grants.
    function petition(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        if (_random(8) != 0) return;
        (address by, bool right) = _actorOf(p, OWNER);
        bytes memory call = abi.encodeCall(projects.petition, (projectIds[p], bytes32(seed)));
        _do("petition", address(projects), by, call);
        (by, right) = _actorOf(p, ARBITER);
        call = abi.encodeCall(projects.grantTermination, (projectIds[p]));
        if (_doIf("grant", address(projects), by, call, right && _isOpen(p))) _facts[p].endedAt = block.timestamp;
    }

    function expireOrClose(uint256 seed) external {
        _start(seed);
        _expireOrClose(_anyProject());
    }

    // ----------------------------------------------------------------------------------------------------------------- seats

    function proposeAccount(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        (address by, bool right) = _actorOf(p, seat);
        address account = _newAccount();
        right = right && (_changes[p][seat].dueAt == 0 || !_changes[p][seat].replaces);
        bytes memory call = abi.encodeCall(projects.proposeAccount, (projectIds[p], seat, account));
        if (!_doIf("proposeAccount", address(projects), by, call, right)) return;
        _changes[p][seat] = Change(_seatedBy[p][seat], account, false, block.timestamp + 7 days);
    }

    function replaceParty(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), uint16(_random(SEATS)));
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, JUSTICE);
        uint256 person = _random(2) == 0 ? _seatedBy[p][seat] : SEATS + _random(PERSONS - SEATS);
        _replace(p, seat, person, by, lineage, right);
    }

    function vetoChange(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        (address by, bool right) = _actorOf(p, seat);
        bytes memory call = abi.encodeCall(projects.vetoSeatChange, (projectIds[p], seat));
        if (_doIf("veto", address(projects), by, call, right && _changes[p][seat].dueAt != 0)) delete _changes[p][seat];
    }

    function completeChange(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), uint16(_random(SEATS)));
        for (uint256 i = 0; i < SEATS && _changes[p][seat].dueAt == 0; ++i) seat = (seat + 1) % SEATS;
        _complete(p, seat);
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _expireOrClose(uint256 p) internal {
        uint128 settled = 0;
        uint128 all = 0;
        for (uint256 m = 0; m < _miles[p].length; ++m) {
            all += _miles[p][m].amount;
            if (_miles[p][m].status == IMilestoneRegistry.MilestoneStatus.Settled) settled += _miles[p][m].amount;
        }
        bool close = all == settled;
        bytes memory call =
            close ? abi.encodeCall(projects.close, (projectIds[p])) : abi.encodeCall(projects.expire, (projectIds[p]));
        bool right = _isOpen(p) && (close || block.timestamp >= _facts[p].endsAt);
        bool done = _do(close ? "close" : "expire", address(projects), RELAYER, call);
        require(done == right, "expire or close: against the rules");
        if (done) _facts[p].endedAt = block.timestamp;
    }

    function _replace(
        uint256 p,
        uint16 seat,
        uint256 person,
        address by,
        CityId[] memory lineage,
        bool right
    ) internal {
        address account = _newAccount();
        bool paid = seat == CONTRACTOR || seat == SUB;
        bytes memory call = abi.encodeCall(
            projects.proposeReplacement,
            (projectIds[p], seat, _persons[person], account, lineage)
        );
        if (!_doIf("replace", address(projects), by, call, right)) return;
        _changes[p][seat] = Change(person, paid ? account : address(0), true, block.timestamp + 30 days);
    }

    function _complete(uint256 p, uint16 seat) internal {
        Change memory change = _changes[p][seat];
        bytes memory call = abi.encodeCall(projects.completeSeatChange, (projectIds[p], seat));
        bool right = change.dueAt != 0 && block.timestamp >= change.dueAt;
        if (!_doIf("complete", address(projects), RELAYER, call, right)) return;
        delete _changes[p][seat];
        (_seatedBy[p][seat], _accountOf[p][seat]) = (change.person, change.account);
        if (change.account != address(0)) _know(change.account);
    }

    function _isBroken(uint256 p) internal view override returns (bool) {
        return p >= 2 && (uint8(_mannerOf(p)) > 1 || _blocked.length != 0);
    }

    /// @dev From the first funder, as tokens that are not in the books of projects.
    function _lend(uint256 p, address to, uint128 amount) internal override {
        if (amount == 0 || _isBroken(p) || _mannerOf(p) != HostileToken.Manner.Honest) return; // it may have none
        uint256 all = amount * unitOf(p);
        address token = tokenOf(p);
        vm.startPrank(funders[0]);
        IERC20(token).transfer(to, all);
        vm.stopPrank();
        vm.prank(to);
        IERC20(token).approve(address(wages), type(uint256).max);
        _know(to);
        _balance[token][funders[0]] -= all;
        _balance[token][to] += all;
    }
}
