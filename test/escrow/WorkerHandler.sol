// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IWorkerRegistry} from "../../contracts/escrow/IWorkerRegistry.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {WorksHandler} from "./WorksHandler.sol";

/// @title Random acts on workers: of the labour office and of the workers.
abstract contract WorkerHandler is WorksHandler {
    bytes32 private constant ACCOUNT_TYPEHASH = keccak256(
        "WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant ARREARS_TYPEHASH = keccak256(
        "ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline)"
    );

    // --------------------------------------------------------------------------------------------------------------- workers

    function enrol(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        _perhapsLate(p);
        if (_hands[p].length < 8) _enrolSomebody(p, 0);
    }

    /// @dev A worker goes to another employer; now and then the same one with an earlier claim.
    function move(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        _enrolSomebody(p, uint32(1 + _random(_hands[p].length)));
    }

    /// @dev Mostly with the worker's own key, sometimes another's.
    function changeAccount(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        uint32 worker = uint32(1 + _random(_hands[p].length));
        _changeAccount(p, worker, _random(3) == 0 ? uint32(1 + _random(_hands[p].length)) : worker);
    }

    // --------------------------------------------------------------------------------------------------------------- arrears

    /// @dev Mostly of a month that is over, and in which somebody worked.
    function declareArrears(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        uint24 period = _month(block.timestamp - 20 days - _random(_random(3) == 0 ? 500 days : 50 days));
        uint128 amount = uint128(1 + _random(50_000));
        if (_random(2) == 0) return _declareByWorkers(p, period, amount);
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, LABOUR);
        right = right && _isOpen(p) && _isDeclarable(p, period);
        bytes memory call = abi.encodeCall(
            workers.declareArrears,
            (projectIds[p], TaxPeriod.wrap(period), amount, lineage)
        );
        bool done = _do("declareArrears", address(workers), by, call);
        require(done == right, "declareArrears: against the rules");
        if (done) _declared(p, period, amount, _coveredFor[p][period]);
    }

    function endArrears(uint256 seed) external {
        _start(seed);
        uint256 p = _anyProject();
        for (uint256 i = 0; i < PROJECTS && !_inArrears(p); ++i) p = (p + 1) % PROJECTS;
        Arrears storage arrears = _arrears[p];
        bool paid = _coveredFor[p][arrears.period] >= arrears.baseline + arrears.amount;
        bool right = _inArrears(p) && paid;
        (string memory name, address by) = ("endArrears", RELAYER);
        bytes memory call = abi.encodeCall(workers.endArrears, (projectIds[p]));
        if (_random(2) == 0) {
            CityId[] memory lineage;
            (by, lineage, right) = _officerOf(p, LABOUR);
            (name, right) = ("dismissArrears", right && _inArrears(p));
            call = abi.encodeCall(workers.dismissArrears, (projectIds[p], lineage));
        }
        bool done = _do(name, address(workers), by, call);
        require(done == right, string.concat(name, ": against the rules"));
        if (done) arrears.until = 0;
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev Whoever works is enrolled, also where the contracts are closed; but the issuer of its claim must be able to act.
    function _enrolSomebody(uint256 p, uint32 worker) private {
        (address by, CityId[] memory lineage, bool right) = _officerOf(p, LABOUR);
        right = right && _isClaimable(p) && isActive(1);
        uint256 since = block.timestamp - _random(_random(4) == 0 ? 500 days : 90 days);
        bool done = _enrol(p, worker, _company(), since, by, lineage);
        require(done == right, "enrol: against the rules");
    }

    /// @dev About the end of the claim window.
    function _perhapsLate(uint256 p) internal {
        uint256 from = _facts[p].endedAt + 10 days;
        if (!_isOpen(p) && block.timestamp <= from && _random(2) == 0) vm.warp(from + _random(25 days));
    }

    /// @dev Until the claim window after the project's end is over.
    function _isClaimable(uint256 p) internal view returns (bool) {
        return _isOpen(p) || block.timestamp <= _facts[p].endedAt + 30 days;
    }

    function _changeAccount(uint256 p, uint32 worker, uint32 signer) internal returns (bool done) {
        address account = _newAccount();
        done = _relay("changeAccount", address(workers), _accountCall(p, worker, account, _hands[p][signer - 1].key));
        require(done == (worker == signer), "changeAccount: against the rules");
        if (!done) return false;
        _hands[p][worker - 1].account = account;
        ++_hands[p][worker - 1].changes;
        _know(account);
    }

    function _accountCall(uint256 p, uint32 worker, address account, uint256 key) private view returns (bytes memory) {
        uint40 deadline = uint40(block.timestamp + 1 days);
        uint32 changes = _hands[p][worker - 1].changes;
        bytes32 order = keccak256(abi.encode(ACCOUNT_TYPEHASH, projectIds[p], worker, account, changes, deadline));
        bytes memory signature = _signDigest(key, _digestOf(address(workers), "Civitas WorkerRegistry", order));
        return
            abi.encodeCall(workers.changeAccount, (projectIds[p], worker, account, deadline, _signer(key), signature));
    }

    /// @dev Three of those who were there first.
    function _declareByWorkers(uint256 p, uint24 period, uint128 amount) private {
        IWorkerRegistry.WorkerSignature[] memory signatures = new IWorkerRegistry.WorkerSignature[](3);
        uint40 deadline = uint40(block.timestamp);
        bytes32 digest = _arrearsDigest(p, period, amount, deadline);
        bool right = _isOpen(p) && _isDeclarableByWorkers(p, period);
        for (uint32 i = 0; i < 3; ++i) {
            Hand storage hand = _hands[p][i];
            signatures[i] = IWorkerRegistry.WorkerSignature(i + 1, _signer(hand.key), _signDigest(hand.key, digest));
            right = right && block.timestamp >= hand.enrolledAt + 30 days;
        }
        bytes memory call = abi.encodeCall(
            workers.declareArrearsByWorkers,
            (projectIds[p], TaxPeriod.wrap(period), amount, deadline, signatures)
        );
        bool done = _relay("declareByWorkers", address(workers), call);
        require(done == right, "declareByWorkers: against the rules");
        if (!done) return;
        _declaredByWorkers[p][period] = true;
        _declared(p, period, amount, _coveredFor[p][period]);
    }

    function _arrearsDigest(uint256 p, uint24 period, uint128 amount, uint40 deadline) private view returns (bytes32) {
        uint32 count = _arrears[p].count;
        bytes32 order = keccak256(abi.encode(ARREARS_TYPEHASH, projectIds[p], period, amount, count, deadline));
        return _digestOf(address(workers), "Civitas WorkerRegistry", order);
    }
}
