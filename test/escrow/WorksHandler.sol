// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IMilestoneRegistry} from "../../contracts/escrow/IMilestoneRegistry.sol";
import {ProjectId} from "../../contracts/escrow/ProjectId.sol";
import {Commitments} from "../../contracts/identity/Commitments.sol";
import {IClaimVerifier} from "../../contracts/identity/IClaimVerifier.sol";
import {EscrowActs} from "./EscrowActs.sol";

/// @title Random acts on works money: of funders, the parties, courts and anyone.
abstract contract WorksHandler is EscrowActs {
    struct Case {
        uint256 project;
        uint16 seat;
        bytes32 id;
        uint128 amount;
        uint256 frozenAt;
        uint256 until;
    }

    Case[] internal _cases;

    // ----------------------------------------------------------------------------------------------------------------- money

    function fund(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        uint128 rest = _facts[p].budget - _works[p].funded;
        uint128 amount = _partOf(_random(2) == 0 ? rest : rest / 2);
        address by = _random(20) == 0 ? RELAYER : funders[_random(FUNDERS)];
        bool right = _isOpen(p) && amount != 0 && amount <= rest && by != RELAYER;
        bytes memory call = abi.encodeCall(escrow.fund, (projectIds[p], amount));
        if (_doIf("fund", address(escrow), by, call, right)) _funded(p, by, amount);
        else require(!right || _isBroken(p), "fund: refused against the rules");
    }

    function feedOrRepay(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        if (_random(2) == 0) {
            for (uint256 i = 0; i < PROJECTS && !_isUnderfed(p); ++i) p = (p + 1) % PROJECTS;
            bytes memory feed = abi.encodeCall(escrow.feedWages, (projectIds[p]));
            uint128 before = _works[p].toWages;
            bool fed = _doIf("feedWages", address(escrow), RELAYER, feed, _isOpen(p));
            if (fed) _split(p);
            return require(!fed || _works[p].toWages != before, "feedWages: done for nothing");
        }
        for (uint256 i = 0; i < PROJECTS && _works[p].advanced == _works[p].recovered; ++i) p = (p + 1) % PROJECTS;
        uint128 open = _works[p].advanced - _works[p].recovered;
        (uint128 amount, address by) = (_partOf(open), funders[_random(FUNDERS)]);
        bytes memory call = abi.encodeCall(escrow.repayAdvance, (projectIds[p], amount));
        if (_doIf("repayAdvance", address(escrow), by, call, _isOpen(p) && amount != 0 && amount <= open))
            _repaid(p, by, amount);
    }

    function payOut(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        for (uint256 i = 0; i < 8 && _seatBooks[p][seat].credit == 0; ++i) {
            (p, seat) = seat == SUB ? ((p + 1) % PROJECTS, CONTRACTOR) : (p, SUB);
        }
        _payOut(p, seat);
    }

    function releaseRetention(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        for (uint256 i = 0; i < 8 && _seatBooks[p][seat].retained == 0; ++i) {
            (p, seat) = seat == SUB ? ((p + 1) % PROJECTS, CONTRACTOR) : (p, SUB);
        }
        _releaseRetention(p, seat);
    }

    function refund(uint256 seed) external {
        _start(seed);
        _refund(_anyProject(), funders[_random(FUNDERS)]);
    }

    // ------------------------------------------------------------------------------------------------------------ milestones

    function request(uint256 seed) external {
        _start(seed);
        _requestAny();
    }

    function _requestAny() private {
        (uint256 p, uint16 m) = _anyMile();
        // Mostly one that can be requested.
        for (uint256 i = 0; i < 24 && _random(16) != 0 && !_isRequestable(p, m); ++i) {
            if (++m >= _miles[p].length) (p, m) = ((p + 1) % PROJECTS, 0);
        }
        (address by, bool right) = _actorOf(p, CONTRACTOR);
        right = right && _isRequestable(p, m);
        IMilestoneRegistry.Evidence memory evidence = _evidenceOf(p, m);
        bytes memory call = abi.encodeCall(milestones.request, (projectIds[p], m, evidence));
        if (!_doIf("request", address(milestones), by, call, right)) return;
        _setMile(p, m, IMilestoneRegistry.MilestoneStatus.Requested);
        _committed(p, m);
    }

    function answer(uint256 seed) external {
        _start(seed);
        if (_random(2) == 0) _requestAny(); // as the time is short
        (uint256 p, uint16 m) = _anyMileIn(IMilestoneRegistry.MilestoneStatus.Requested);
        (address by, bool right) = _actorOf(p, SUPERVISOR);
        right = right && mileOf(p, m).status == IMilestoneRegistry.MilestoneStatus.Requested;
        bool approved = _random(3) != 0;
        bytes memory call =
            approved
                ? abi.encodeCall(milestones.approve, (projectIds[p], m))
                : abi.encodeCall(milestones.returnForMending, (projectIds[p], m, bytes32(seed)));
        if (!_doIf(approved ? "approveMilestone" : "return", address(milestones), by, call, right)) return;
        _setMile(
            p,
            m,
            approved ? IMilestoneRegistry.MilestoneStatus.Approved : IMilestoneRegistry.MilestoneStatus.Returned
        );
    }

    function contest(uint256 seed) external {
        _start(seed);
        uint16 seat = uint16(_random(3));
        IMilestoneRegistry.MilestoneStatus status = IMilestoneRegistry.MilestoneStatus.Returned;
        if (seat != CONTRACTOR) status = IMilestoneRegistry.MilestoneStatus.Approved;
        if (seat != CONTRACTOR && _random(2) == 0) status = IMilestoneRegistry.MilestoneStatus.Requested;
        (uint256 p, uint16 m) = _anyMileIn(status);
        (address by, bool right) = _actorOf(p, seat);
        bytes memory call = abi.encodeCall(milestones.contest, (projectIds[p], m, seat, bytes32(seed)));
        if (!_doIf("contest", address(milestones), by, call, right)) return;
        _setMile(p, m, IMilestoneRegistry.MilestoneStatus.Disputed);
        _committed(p, m);
    }

    function ruleMilestone(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 m) = _anyMileIn(IMilestoneRegistry.MilestoneStatus.Disputed);
        (address by, bool right) = _actorOf(p, ARBITER);
        uint128 award = _partOf(_miles[p][m].amount);
        right = right && award <= _miles[p][m].amount;
        right = right && mileOf(p, m).status == IMilestoneRegistry.MilestoneStatus.Disputed;
        bytes memory call = abi.encodeCall(milestones.rule, (projectIds[p], m, award));
        if (!_doIf("ruleMilestone", address(milestones), by, call, right)) return;
        _setMile(p, m, IMilestoneRegistry.MilestoneStatus.Ruled);
        _miles[p][m].award = award;
    }

    function settle(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 m) = _anyMileIn(
            _random(2) == 0 ? IMilestoneRegistry.MilestoneStatus.Approved : IMilestoneRegistry.MilestoneStatus.Ruled
        );
        _settle(p, m);
    }

    // --------------------------------------------------------------------------------------------------------------- defects

    function claimDefect(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        for (uint256 i = 0; i < 8 && _roomForDefects(p, seat) == 0; ++i) {
            (p, seat) = seat == SUB ? ((p + 1) % PROJECTS, CONTRACTOR) : (p, SUB);
        }
        uint16 claimant = _random(2) == 0 ? OWNER : SUPERVISOR;
        (address by, bool right) = _actorOf(p, claimant);
        uint128 limit = _roomForDefects(p, seat);
        uint128 amount = _partOf(limit);
        right = right && amount != 0 && amount <= limit && !_isOverdue(p, seat);
        bytes memory call = abi.encodeCall(milestones.claimDefect, (projectIds[p], seat, amount, claimant, 0));
        if (!_doIf("claimDefect", address(milestones), by, call, right)) return;
        _unruled[p][seat] += amount;
        _defects[p][seat] = IMilestoneRegistry.Defect(
            _defects[p][seat].amount + amount,
            uint40(block.timestamp + 20 days)
        );
    }

    function endDefect(uint256 seed) external {
        _start(seed);
        (uint256 p, uint16 seat) = (_anyProject(), _company());
        for (uint256 i = 0; i < 8 && _defects[p][seat].amount == 0; ++i) {
            (p, seat) = seat == SUB ? ((p + 1) % PROJECTS, CONTRACTOR) : (p, SUB);
        }
        uint256 dice = _random(3);
        bool waits = dice == 0 && _defects[p][seat].amount != 0 && _random(2) == 0;
        if (waits && !_isOverdue(p, seat)) vm.warp(uint256(_defects[p][seat].until) + 1); // for a ruling that does not come
        if (dice == 0 || _isOverdue(p, seat)) return _settleDefect(p, seat);
        (address by, bool right) = _actorOf(p, dice == 1 ? seat : ARBITER);
        uint128 amount = dice == 1 ? _defects[p][seat].amount : _partOf(_defects[p][seat].amount);
        right = right && _defects[p][seat].amount != 0 && amount <= _defects[p][seat].amount;
        bytes memory call =
            dice == 1
                ? abi.encodeCall(milestones.acceptDefect, (projectIds[p], seat))
                : abi.encodeCall(milestones.ruleDefect, (projectIds[p], seat, amount));
        if (_doIf(dice == 1 ? "acceptDefect" : "ruleDefect", address(milestones), by, call, right)) {
            if (dice == 2) _unruled[p][seat] -= _defects[p][seat].amount;
            _forfeited(p, seat, amount);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------- courts

    function freeze(uint256 seed) external {
        _start(seed);
        Case memory order;
        (order.project, order.seat, order.id) = (_anyProject(), _company(), _newThing());
        (order.frozenAt, order.until) = (block.timestamp, block.timestamp + 1 + _random(200 days));
        order.amount = 1 + uint128(_random(_facts[order.project].budget / 5));
        (address by, CityId[] memory lineage, bool right) = _officerOf(order.project, JUSTICE);
        ProjectId id = projectIds[order.project];
        bytes memory call = abi.encodeCall(
            escrow.freeze,
            (id, order.seat, order.amount, uint40(order.until), order.id, lineage)
        );
        if (!_doIf("freeze", address(escrow), by, call, right)) return;
        _seatBooks[order.project][order.seat].frozen += order.amount;
        _cases.push(order);
    }

    function liftFreeze(uint256 seed) external {
        _start(seed);
        if (_cases.length != 0) _liftFreeze(_random(_cases.length));
    }

    function handOver(uint256 seed) external {
        _start(seed);
        if (_cases.length == 0) return;
        _handOver(_cases[_random(_cases.length)]);
    }

    function _handOver(Case storage order) private {
        (address by, CityId[] memory lineage, bool right) = _officerOf(order.project, JUSTICE);
        uint128 limit = _min(order.amount, _seatBooks[order.project][order.seat].credit);
        uint128 amount = _partOf(limit);
        right = right && amount != 0 && amount <= limit && block.timestamp <= order.until;
        right = right && block.timestamp >= order.frozenAt + 30 days;
        ProjectId id = projectIds[order.project];
        bytes memory call = abi.encodeCall(escrow.handOver, (id, order.seat, order.id, amount, funders[0], lineage));
        if (!_doIf("handOver", address(escrow), by, call, right)) return;
        order.amount -= amount;
        _handedOver(order.project, order.seat, amount, funders[0]);
    }

    // ------------------------------------------------------------------------------------------------- internal: acts of anyone

    function _payOut(uint256 p, uint16 seat) internal {
        bool right = _seatBooks[p][seat].credit > _seatBooks[p][seat].frozen;
        bytes memory call = abi.encodeCall(escrow.payOut, (projectIds[p], seat));
        if (_doIf("payOut", address(escrow), RELAYER, call, right)) _paidOut(p, seat, _accountOf[p][seat]);
        else require(!right || _isBroken(p), "payOut: refused against the rules");
    }

    function _releaseRetention(uint256 p, uint16 seat) internal {
        bool right = _seatBooks[p][seat].retained != 0 && block.timestamp >= _facts[p].retentionUntil;
        right = right && _defects[p][seat].amount == 0;
        bytes memory call = abi.encodeCall(escrow.releaseRetention, (projectIds[p], seat));
        if (_doIf("releaseRetention", address(escrow), RELAYER, call, right)) _released(p, seat);
        else require(!right || _isBroken(p), "releaseRetention: refused against the rules");
    }

    function _refund(uint256 p, address funder) internal {
        bool right = _puts[p][funder].put != 0 && !_puts[p][funder].settled && !_isOpen(p);
        bool covered = _facts[p].closedOutAt != 0 && owedOf(p) == 0;
        right = right && (covered || block.timestamp > _facts[p].endedAt + 365 days);
        bytes memory call = abi.encodeCall(escrow.refund, (projectIds[p], funder));
        if (_doIf("refund", address(escrow), RELAYER, call, right)) _refunded(p, funder);
    }

    function _settle(uint256 p, uint16 m) internal {
        Mile memory mile = mileOf(p, m);
        bool approved = mile.status == IMilestoneRegistry.MilestoneStatus.Approved;
        bool returned = mile.status == IMilestoneRegistry.MilestoneStatus.Returned && mile.committed;
        bool right = approved || returned || mile.status == IMilestoneRegistry.MilestoneStatus.Ruled;
        right = right && block.timestamp > mile.since + 5 days;
        bytes memory call = abi.encodeCall(milestones.settle, (projectIds[p], m));
        if (_doIf("settle", address(milestones), RELAYER, call, right)) _settled(p, m);
        else require(!right || _isBroken(p) || _inArrears(p), "settle: refused against the rules");
    }

    function _settleDefect(uint256 p, uint16 seat) internal {
        IMilestoneRegistry.Defect memory defect = _defects[p][seat];
        bool right = defect.amount != 0 && block.timestamp > defect.until;
        bytes memory call = abi.encodeCall(milestones.settleDefect, (projectIds[p], seat));
        if (!_doIf("settleDefect", address(milestones), RELAYER, call, right)) {
            return require(!right, "settleDefect: refused against the rules");
        }
        uint128 forCompany = uint128((uint256(defect.amount) * _facts[p].defaultSplit) / 10_000);
        _forfeited(p, seat, defect.amount - forCompany);
    }

    function _liftFreeze(uint256 at) internal {
        Case storage order = _cases[at];
        (address by, CityId[] memory lineage, bool right) = _officerOf(order.project, JUSTICE);
        right = order.amount != 0 && (right || block.timestamp > order.until);
        ProjectId id = projectIds[order.project];
        bytes memory call = abi.encodeCall(escrow.liftFreeze, (id, order.seat, order.id, lineage));
        if (!_doIf("liftFreeze", address(escrow), by, call, right)) return require(!right, "liftFreeze: refused");
        _seatBooks[order.project][order.seat].frozen -= order.amount;
        order.amount = 0;
    }

    /// @dev Whether the token breaks its promises now, or blocks somebody.
    function _isBroken(uint256 p) internal view virtual returns (bool);

    // -------------------------------------------------------------------------------------------------------------- choosing

    function _anyMile() internal returns (uint256 p, uint16 m) {
        p = _anyProject();
        m = uint16(_random(_miles[p].length));
    }

    /// @dev What can be claimed, on top of what is.
    function _roomForDefects(uint256 p, uint16 seat) private view returns (uint128) {
        IFundEscrow.SeatBooks storage seatBooks = _seatBooks[p][seat];
        if (block.timestamp >= _facts[p].retentionUntil) return 0;
        return _min(seatBooks.kept - _unruled[p][seat], seatBooks.retained - _defects[p][seat].amount);
    }

    function _isOverdue(uint256 p, uint16 seat) private view returns (bool) {
        return _defects[p][seat].amount != 0 && block.timestamp > _defects[p][seat].until;
    }

    function _isUnderfed(uint256 p) private view returns (bool) {
        return _ceil(_works[p].funded, _facts[p].wageShare) > _works[p].toWages && _works[p].available != 0;
    }

    function _isRequestable(uint256 p, uint16 m) private view returns (bool) {
        Mile memory mile = mileOf(p, m);
        bool waits = mile.status == IMilestoneRegistry.MilestoneStatus.Returned;
        waits = waits || mile.status == IMilestoneRegistry.MilestoneStatus.Planned;
        bool there = mile.committed || mile.amount <= _works[p].available;
        return waits && there && _isOpen(p) && _wages[p].deposit >= _facts[p].wageDeposit && !_inArrears(p);
    }

    /// @dev Mostly one in this status.
    function _anyMileIn(IMilestoneRegistry.MilestoneStatus status) internal returns (uint256 p, uint16 m) {
        (p, m) = _anyMile();
        for (uint256 i = 0; i < 24 && mileOf(p, m).status != status; ++i) {
            if (++m >= _miles[p].length) (p, m) = ((p + 1) % PROJECTS, 0);
        }
    }

    function _evidenceOf(uint256 p, uint16 m) private returns (IMilestoneRegistry.Evidence memory evidence) {
        evidence.fields = new IClaimVerifier.Field[](2);
        bytes memory id = bytes(Strings.toHexString(uint256(ProjectId.unwrap(projectIds[p])), 32));
        evidence.fields[0] = IClaimVerifier.Field("project", _newThing(), id);
        evidence.fields[1] = IClaimVerifier.Field("milestone", _newThing(), bytes(Strings.toString(m)));
        (bytes32 a, bytes32 b) = (_leafOf(evidence.fields[0]), _leafOf(evidence.fields[1]));
        evidence.proofFlags = new bool[](1);
        evidence.proofFlags[0] = true;
        bytes32 root = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
        evidence.claim = _issue(EVIDENCE, 1, root, _newThing(), _newThing());
    }

    function _leafOf(IClaimVerifier.Field memory field) private pure returns (bytes32) {
        bytes32 inner = keccak256(
            abi.encode(Commitments.FIELD_TYPEHASH, keccak256(bytes(field.name)), field.salt, keccak256(field.value))
        );
        return keccak256(bytes.concat(inner));
    }
}
