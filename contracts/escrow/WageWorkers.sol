// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BANKING, LABOUR} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {Commitments} from "../identity/Commitments.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod, periodAt} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageRules} from "./IWageRules.sol";
import {CONTRACTOR, FIRST_SUBCONTRACTOR} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageStore} from "./WageStore.sol";

/// @title Workers: who they are, where they are paid, and what they can declare.
/// @notice The part of WageRules about workers.
abstract contract WageWorkers is WageStore, IWageRules {
    using Signer for bytes;

    bytes32 private constant ACCOUNT_TYPEHASH = keccak256(
        "WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant ARREARS_TYPEHASH = keccak256(
        "ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline)"
    );

    // -------------------------------------------------------------------------------------------------------- workers

    /// @inheritdoc IWageRules
    function enrol(
        Enrolment calldata enrolment,
        Employment calldata employment,
        CityId[] calldata lineage
    ) external returns (uint32 worker) {
        ProjectId project = enrolment.project;
        IProjectRegistry.Project memory p = _projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        // slither-disable-next-line incorrect-equality
        bool claimable = p.endedAt == 0 || block.timestamp <= p.endedAt + CLAIM_WINDOW;
        require(claimable, ProjectNotReady(project, p.status));
        _checkDeadline(enrolment.deadline);
        _checkEmployer(project, p.seats, enrolment.employer);
        worker = _numberOf(enrolment);
        _checkAccount(project, enrolment.employer, enrolment.account, worker);
        ClaimId claim = _checkEmployment(p, enrolment, employment);
        bytes32 digest = _digestOf(enrolment);
        _checkSigned(employment.holder, digest, employment.signature);
        _checkSigned(enrolment.signer, digest, employment.ownSignature);
        _useKey(project, keccak256(employment.holder), claim);
        worker = _enrol(enrolment, claim, worker);
    }

    /// @inheritdoc IWageRules
    function changeAccount(
        ProjectId project,
        uint32 worker,
        address account,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external {
        _checkDeadline(deadline);
        Worker storage known = _workers[project][worker];
        uint32 changes = known.changes;
        require(known.enrolledAt != 0, WorkerInvalid(project, worker));
        bytes32 order = keccak256(abi.encode(ACCOUNT_TYPEHASH, project, worker, account, changes, deadline));
        _checkOrder(project, worker, signer, signature, order);
        _checkAccount(project, known.employer, account, 0);
        delete _workerByAccount[project][known.account];
        _workerByAccount[project][account] = worker;
        known.account = account;
        known.changes = changes + 1;
        emit WorkerAccountChanged(project, worker, account);
    }

    /// @inheritdoc IWageRules
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external {
        manager.checkCan(msg.sender, _projectOf(project).city, BANKING);
        _ledgers[project].guarantee = amount;
        _ledgers[project].guaranteedUntil = until;
        emit GuaranteeAttested(project, amount, until, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------------- arrears

    /// @inheritdoc IWageRules
    function declareArrears(ProjectId project, TaxPeriod period, uint128 amount, CityId[] calldata lineage) external {
        IProjectRegistry.Project memory p = _projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        _declare(project, p, period, amount, msg.sender);
    }

    /// @inheritdoc IWageRules
    function declareArrearsByWorkers(
        ProjectId project,
        TaxPeriod period,
        uint128 amount,
        uint40 deadline,
        WorkerSignature[] calldata signatures
    ) external {
        _checkDeadline(deadline);
        uint32 count = _ledgers[project].arrears.count;
        bytes32 order = keccak256(abi.encode(ARREARS_TYPEHASH, project, period, amount, count, deadline));
        _checkQuorum(project, order, signatures);
        require(!_declaredByWorkers[project][period], ArrearsNotReady(project, _ledgers[project].arrears.until));
        _declaredByWorkers[project][period] = true;
        _declare(project, _projectOf(project), period, amount, address(0));
    }

    /// @inheritdoc IWageRules
    function dismissArrears(ProjectId project, CityId[] calldata lineage) external {
        _checkStanding(_projectOf(project).city, LABOUR, lineage);
        _endArrears(project, msg.sender);
    }

    /// @inheritdoc IWageRules
    function endArrears(ProjectId project) external {
        Arrears memory arrears = _ledgers[project].arrears;
        uint256 needed = uint256(arrears.baseline) + arrears.amount;
        require(_reservedFor[project][arrears.period] >= needed, ArrearsNotReady(project, arrears.until));
        _endArrears(project, address(0));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Whether the seat is taken, and of a company that employs.
    function _checkEmployer(ProjectId project, uint16 seats, uint16 seat) internal pure {
        bool employs = seat == CONTRACTOR || seat >= FIRST_SUBCONTRACTOR;
        require(employs && seat < seats, NotEmployer(project, seat));
    }

    function _checkOpen(ProjectId project, IProjectRegistry.ProjectStatus status) internal pure {
        // slither-disable-next-line incorrect-equality
        require(status == IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, status));
    }

    /// @dev An order of a worker, signed with its own key.
    function _checkOrder(
        ProjectId project,
        uint32 worker,
        bytes calldata signer,
        bytes calldata signature,
        bytes32 structHash
    ) internal view {
        require(keccak256(signer) == _workers[project][worker].key, NotWorkerKey(project, worker));
        _checkSigned(signer, _hashTypedDataV4(structHash), signature);
    }

    function _checkSigned(bytes calldata signer, bytes32 digest, bytes calldata signature) internal view {
        require(signer.isValid(digest, signature), SignatureInvalid(signer));
    }

    function _checkDeadline(uint40 deadline) internal view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    /// @notice A person who is enrolled already goes to another employer, with the same key.
    /// @return The person's number; 0 if it is new.
    function _numberOf(Enrolment calldata enrolment) private view returns (uint32) {
        uint32 known = _workerByTag[enrolment.project][enrolment.tag];
        bool isSame = known == 0 || _workers[enrolment.project][known].key == keccak256(enrolment.signer);
        require(enrolment.tag != 0 && isSame, TagEnrolled(enrolment.project, enrolment.tag, known));
        return known;
    }

    /// @dev No key signs for two workers, and no claim enrols twice.
    function _useKey(ProjectId project, bytes32 key, ClaimId claim) private {
        require(!_usedKeys[project][key], EmploymentInvalid(claim));
        _usedKeys[project][key] = true;
    }

    function _enrol(Enrolment calldata enrolment, ClaimId claim, uint32 known) private returns (uint32 worker) {
        ProjectId project = enrolment.project;
        bytes32 key = keccak256(enrolment.signer);
        worker = known;
        if (worker == 0) {
            _useKey(project, key, claim);
            worker = ++_ledgers[project].workers;
            _workers[project][worker].enrolledAt = uint40(block.timestamp);
            _workers[project][worker].key = key;
        } else {
            delete _workerByAccount[project][_workers[project][worker].account];
        }
        _workers[project][worker].account = enrolment.account;
        _workers[project][worker].employer = enrolment.employer;
        _workerByTag[project][enrolment.tag] = worker;
        _workerByAccount[project][enrolment.account] = worker;
        emit WorkerEnrolled(
            project,
            worker,
            enrolment.employer,
            enrolment.account,
            enrolment.signer,
            enrolment.tag,
            claim,
            msg.sender
        );
    }

    /// @dev Where a worker can be paid: a payment to this contract would leave nothing to measure, one to FundEscrow would be stray.
    function _checkAccount(ProjectId project, uint16 employer, address account, uint32 worker) private view {
        uint32 known = _workerByAccount[project][account];
        require(
            account != address(0) &&
                account != address(this) &&
                account != _escrow() &&
                (known == 0 || known == worker) &&
                account != _seatOf(project, employer).account &&
                !_isActing(project, employer, account),
            AccountInvalid(project, account)
        );
    }

    /// @dev An active claim of the project's schema about employer and worker, of whom the worker's key signs.
    function _checkEmployment(
        IProjectRegistry.Project memory p,
        Enrolment calldata enrolment,
        Employment calldata employment
    ) private view returns (ClaimId claim) {
        IClaimRegistry.ClaimStatus status;
        (status, claim) = _claims.statusOf(employment.claim, employment.path);
        require(status == IClaimRegistry.ClaimStatus.Active, ClaimNotActive(claim, status));
        // slither-disable-next-line incorrect-equality
        require(
            employment.party < 2 &&
                employment.claim.schema == p.employment &&
                _claims.schemaOf(p.employment).parties == 2 &&
                employment.claim.subject == _subjectOf(enrolment, employment) &&
                employment.claim.holder == _holderOf(employment),
            EmploymentInvalid(claim)
        );
    }

    function _subjectOf(Enrolment calldata enrolment, Employment calldata employment) private view returns (bytes32) {
        bytes32 employer = Commitments.subject(
            1 - employment.party,
            employment.employerSalt,
            _seatOf(enrolment.project, enrolment.employer).party
        );
        return _pair(employment.party, employment.subject, employer);
    }

    function _holderOf(Employment calldata employment) private pure returns (bytes32) {
        bytes32 own = Commitments.holder(employment.party, employment.holderSalt, employment.holder);
        return _pair(employment.party, own, employment.employerHolder);
    }

    function _pair(uint8 party, bytes32 worker, bytes32 employer) private pure returns (bytes32) {
        return party == 0 ? Commitments.pair(worker, employer) : Commitments.pair(employer, worker);
    }

    function _declare(
        ProjectId project,
        IProjectRegistry.Project memory p,
        TaxPeriod period,
        uint128 amount,
        address by
    ) private {
        _checkOpen(project, p.status);
        Arrears storage arrears = _ledgers[project].arrears;
        require(!_inArrears(project), ArrearsNotReady(project, arrears.until));
        require(period.isMonth() && period < periodAt(block.timestamp, 0), WagePeriodInvalid(period));
        require(amount != 0 && amount <= p.budget, AmountInvalid(amount, p.budget));
        uint40 until = uint40(block.timestamp) + ARREARS_TIME;
        arrears.period = period;
        arrears.amount = amount;
        arrears.baseline = _reservedFor[project][period];
        arrears.until = until;
        ++arrears.count;
        emit ArrearsDeclared(project, period, amount, until, by);
    }

    function _endArrears(ProjectId project, address by) private {
        Arrears storage arrears = _ledgers[project].arrears;
        require(_inArrears(project), ArrearsNotReady(project, arrears.until));
        arrears.until = 0;
        emit ArrearsEnded(project, by);
    }

    /// @dev Enough workers who have been there long enough, each once.
    function _checkQuorum(ProjectId project, bytes32 order, WorkerSignature[] calldata signatures) private view {
        uint256 needed = _quorumOf(project);
        require(signatures.length >= needed, QuorumInvalid(project, signatures.length, needed));
        uint32 previous = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            WorkerSignature calldata one = signatures[i];
            uint40 enrolledAt = _workers[project][one.worker].enrolledAt;
            require(enrolledAt != 0, WorkerInvalid(project, one.worker));
            bool counts = one.worker > previous && block.timestamp >= enrolledAt + QUORUM_TENURE;
            require(counts, QuorumInvalid(project, i, needed));
            _checkOrder(project, one.worker, one.signer, one.signature, order);
            previous = one.worker;
        }
    }
}
