// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {LABOUR} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {Signer} from "../common/Signer.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {Commitments} from "../identity/Commitments.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod, periodAt} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {IWageAccount} from "./IWageAccount.sol";
import {IWorkerRegistry} from "./IWorkerRegistry.sol";
import {CLAIM_WINDOW, CONTRACTOR, FIRST_SUBCONTRACTOR} from "./Project.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title WorkerRegistry
/// @notice Who works in a project, for whom, and where they are paid; and what workers say is missing.
contract WorkerRegistry is CityManaged, EIP712, IWorkerRegistry {
    using Signer for bytes;

    bytes32 private constant ENROLMENT_TYPEHASH = keccak256(
        "Enrolment(bytes32 project,uint16 employer,bytes signer,address account,bytes32 tag,uint40 deadline)"
    );
    bytes32 private constant ACCOUNT_TYPEHASH = keccak256(
        "WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline)"
    );
    bytes32 private constant ARREARS_TYPEHASH = keccak256(
        "ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline)"
    );

    /// @notice How long a worker is enrolled before it declares arrears, in seconds.
    uint40 public constant QUORUM_TENURE = 30 days;
    /// @notice How long arrears are open at most, in seconds.
    uint40 public constant ARREARS_TIME = 60 days;
    /// @notice How long before its enrolment a worker's first month lies at most, in seconds: claims can be of any date.
    uint40 public constant BACK_PAY = 365 days;

    uint256 private constant MIN_QUORUM = 3;
    uint256 private constant MAX_QUORUM = 50;

    /// @dev Workers of a project.
    /// @param workers How many.
    /// @param first The first month anybody was employed in.
    struct Register {
        uint32 workers;
        TaxPeriod first;
        uint40 changedIn;
        Arrears arrears;
    }

    /// @dev For which months a company employed a worker, who then went to another.
    struct Tenure {
        TaxPeriod since;
        TaxPeriod until;
    }

    /// @inheritdoc IWorkerRegistry
    IProjectRegistry public immutable projects;
    /// @inheritdoc IWorkerRegistry
    IClaimRegistry public immutable claims;

    /// @inheritdoc IWorkerRegistry
    mapping(ProjectId project => mapping(bytes32 tag => uint32)) public workerByTag;
    /// @inheritdoc IWorkerRegistry
    mapping(ProjectId project => mapping(address account => uint32)) public workerByAccount;

    mapping(ProjectId project => Register) private _registers;
    mapping(ProjectId project => mapping(uint32 worker => Worker)) private _workers;
    mapping(ProjectId project => mapping(uint32 worker => mapping(uint16 employer => Tenure))) private _tenures;
    /// @dev Hashes of the workers' own keys, and of the holder keys of their claims: each once in a project.
    mapping(ProjectId project => mapping(bytes32 key => bool)) private _usedKeys;
    /// @dev Months for which workers have declared arrears.
    mapping(ProjectId project => mapping(TaxPeriod period => bool)) private _declaredByWorkers;

    constructor(
        ICityAccessManager manager_,
        IProjectRegistry projects_,
        IClaimRegistry claims_
    ) CityManaged(manager_) EIP712("Civitas WorkerRegistry", "1") {
        projects = projects_;
        claims = claims_;
    }

    // -------------------------------------------------------------------------------------------------------- workers

    /// @inheritdoc IWorkerRegistry
    function enrol(
        Enrolment calldata enrolment,
        Employment calldata employment,
        CityId[] calldata lineage
    ) external returns (uint32 worker) {
        ProjectId project = enrolment.project;
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        // slither-disable-next-line incorrect-equality
        bool claimable = p.endedAt == 0 || block.timestamp <= p.endedAt + CLAIM_WINDOW;
        require(claimable, ProjectNotReady(project, p.status));
        _checkDeadline(enrolment.deadline);
        _checkEmployer(project, p.seats, enrolment.employer);
        worker = _numberOf(enrolment);
        _checkAccount(project, enrolment.employer, enrolment.account, worker);
        ClaimId claim = _checkEmployment(p, enrolment, employment);
        bytes32 digest = digestOf(enrolment);
        _checkSignature(employment.holder, digest, employment.signature);
        _checkSignature(enrolment.signer, digest, employment.ownSignature);
        _useKey(project, keccak256(employment.holder), claim);
        if (worker == 0) worker = _add(enrolment, claim);
        else ++_workers[project][worker].changes; // orders from before do not redirect what was just signed
        uint256 since = employment.claim.validFrom;
        if (since + BACK_PAY < block.timestamp) since = block.timestamp - BACK_PAY;
        _employ(enrolment, worker, periodAt(since, 0));
        _emitEnrolled(enrolment, worker, claim);
    }

    /// @inheritdoc IWorkerRegistry
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
        uint16 changes = known.changes;
        require(known.enrolledAt != 0, WorkerInvalid(project, worker));
        bytes32 order = keccak256(abi.encode(ACCOUNT_TYPEHASH, project, worker, account, changes, deadline));
        checkSigned(project, worker, _hashTypedDataV4(order), signer, signature);
        _checkAccount(project, known.employer, account, 0);
        known.changes = changes + 1;
        _setAccount(project, worker, account);
        emit WorkerAccountChanged(project, worker, account, _touch(project));
    }

    // -------------------------------------------------------------------------------------------------------- arrears

    /// @inheritdoc IWorkerRegistry
    function declareArrears(ProjectId project, TaxPeriod period, uint128 amount, CityId[] calldata lineage) external {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, LABOUR, lineage);
        _declare(project, p, period, amount, msg.sender);
    }

    /// @inheritdoc IWorkerRegistry
    function declareArrearsByWorkers(
        ProjectId project,
        TaxPeriod period,
        uint128 amount,
        uint40 deadline,
        WorkerSignature[] calldata signatures
    ) external {
        _checkDeadline(deadline);
        Arrears storage arrears = _registers[project].arrears;
        bytes32 order = keccak256(abi.encode(ARREARS_TYPEHASH, project, period, amount, arrears.count, deadline));
        _checkQuorum(project, _hashTypedDataV4(order), signatures);
        TaxPeriod first = _registers[project].first;
        require(!(period < first), WagePeriodInvalid(period)); // each month that anybody worked in, and no other
        require(!_declaredByWorkers[project][period], ArrearsNotReady(project, arrears.until));
        _declaredByWorkers[project][period] = true;
        _declare(project, projects.projectOf(project), period, amount, address(0));
    }

    /// @inheritdoc IWorkerRegistry
    function dismissArrears(ProjectId project, CityId[] calldata lineage) external {
        _checkStanding(projects.projectOf(project).city, LABOUR, lineage);
        _endArrears(project, msg.sender);
    }

    /// @inheritdoc IWorkerRegistry
    function endArrears(ProjectId project) external {
        Arrears memory arrears = _registers[project].arrears;
        uint256 needed = uint256(arrears.baseline) + arrears.amount;
        require(_reservedFor(project, arrears.period) >= needed, ArrearsNotReady(project, arrears.until));
        _endArrears(project, address(0));
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IWorkerRegistry
    function workerOf(ProjectId project, uint32 worker) external view returns (Worker memory) {
        return _workers[project][worker];
    }

    /// @inheritdoc IWorkerRegistry
    function workerCount(ProjectId project) external view returns (uint32) {
        return _registers[project].workers;
    }

    /// @inheritdoc IWorkerRegistry
    function accountsOf(
        ProjectId project,
        uint32[] calldata workers
    ) external view returns (address[] memory accounts) {
        accounts = new address[](workers.length);
        for (uint256 i = 0; i < workers.length; ++i) accounts[i] = _workers[project][workers[i]].account;
    }

    /// @inheritdoc IWorkerRegistry
    function isEmployed(
        ProjectId project,
        uint32 worker,
        uint16 employer,
        TaxPeriod period
    ) public view returns (bool) {
        Worker storage known = _workers[project][worker];
        if (known.employer == employer) return known.enrolledAt != 0 && !(period < known.since);
        Tenure storage tenure = _tenures[project][worker][employer];
        bool left = TaxPeriod.unwrap(tenure.until) != 0;
        return left && !(period < tenure.since) && !(tenure.until < period);
    }

    /// @inheritdoc IWorkerRegistry
    function checkEmployed(
        ProjectId project,
        uint32[] calldata workers,
        uint16 employer,
        TaxPeriod period,
        bool alone
    ) external view {
        for (uint256 i = 0; i < workers.length; ++i) {
            Worker storage known = _workers[project][workers[i]];
            bool first = !alone || known.employer == employer || period < known.since;
            bool employed = first && isEmployed(project, workers[i], employer, period);
            require(employed, WorkerInvalid(project, workers[i]));
        }
    }

    /// @inheritdoc IWorkerRegistry
    function checkSigned(
        ProjectId project,
        uint32 worker,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) public view {
        require(keccak256(signer) == _workers[project][worker].key, NotWorkerKey(project, worker));
        _checkSignature(signer, digest, signature);
    }

    /// @inheritdoc IWorkerRegistry
    function inArrears(ProjectId project) public view returns (bool) {
        uint40 until = _registers[project].arrears.until;
        return until != 0 && block.timestamp <= until;
    }

    /// @inheritdoc IWorkerRegistry
    function arrearsOf(ProjectId project) external view returns (Arrears memory) {
        return _registers[project].arrears;
    }

    /// @inheritdoc IWorkerRegistry
    function quorumOf(ProjectId project) public view returns (uint256) {
        uint256 tenth = (uint256(_registers[project].workers) + 9) / 10;
        if (tenth > MAX_QUORUM) return MAX_QUORUM;
        return tenth < MIN_QUORUM ? MIN_QUORUM : tenth;
    }

    /// @inheritdoc IWorkerRegistry
    function digestOf(Enrolment calldata enrolment) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        ENROLMENT_TYPEHASH,
                        enrolment.project,
                        enrolment.employer,
                        keccak256(enrolment.signer),
                        enrolment.account,
                        enrolment.tag,
                        enrolment.deadline
                    )
                )
            );
    }

    /// @inheritdoc IWorkerRegistry
    function changedIn(ProjectId project) external view returns (uint40) {
        return _registers[project].changedIn;
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @notice A person who is enrolled already goes to another employer, with the same key.
    /// @return The person's number; 0 if it is new.
    function _numberOf(Enrolment calldata enrolment) private view returns (uint32) {
        uint32 known = workerByTag[enrolment.project][enrolment.tag];
        bool isSame = known == 0 || _workers[enrolment.project][known].key == keccak256(enrolment.signer);
        require(enrolment.tag != 0 && isSame, TagEnrolled(enrolment.project, enrolment.tag, known));
        return known;
    }

    /// @dev No key signs for two workers, and no claim enrols twice.
    function _useKey(ProjectId project, bytes32 key, ClaimId claim) private {
        require(!_usedKeys[project][key], EmploymentInvalid(claim));
        _usedKeys[project][key] = true;
    }

    function _add(Enrolment calldata enrolment, ClaimId claim) private returns (uint32 worker) {
        ProjectId project = enrolment.project;
        bytes32 key = keccak256(enrolment.signer);
        _useKey(project, key, claim);
        worker = ++_registers[project].workers;
        workerByTag[project][enrolment.tag] = worker;
        _workers[project][worker].enrolledAt = uint40(block.timestamp);
        _workers[project][worker].key = key;
    }

    /// @dev From `since` on the worker is the employer's; until the present month it stays one of the former employer.
    function _employ(Enrolment calldata enrolment, uint32 worker, TaxPeriod since) private {
        ProjectId project = enrolment.project;
        Worker storage known = _workers[project][worker];
        if (known.employer != 0 && known.employer != enrolment.employer) {
            _tenures[project][worker][known.employer] = Tenure(known.since, periodAt(block.timestamp, 0));
            known.since = _tenures[project][worker][enrolment.employer].since;
        }
        known.employer = enrolment.employer;
        if (_isEarlier(since, known.since)) known.since = since;
        Register storage register = _registers[project];
        if (_isEarlier(since, register.first)) register.first = since;
        _setAccount(project, worker, enrolment.account);
    }

    function _emitEnrolled(Enrolment calldata enrolment, uint32 worker, ClaimId claim) private {
        emit WorkerEnrolled(
            enrolment.project,
            worker,
            enrolment.employer,
            enrolment.account,
            enrolment.signer,
            enrolment.tag,
            claim,
            msg.sender,
            _touch(enrolment.project)
        );
    }

    function _setAccount(ProjectId project, uint32 worker, address account) private {
        delete workerByAccount[project][_workers[project][worker].account];
        workerByAccount[project][account] = worker;
        _workers[project][worker].account = account;
    }

    function _declare(
        ProjectId project,
        IProjectRegistry.Project memory p,
        TaxPeriod period,
        uint128 amount,
        address by
    ) private {
        _checkDeclaration(project, p, period, amount);
        Arrears storage arrears = _registers[project].arrears;
        uint40 until = uint40(block.timestamp) + ARREARS_TIME;
        (arrears.period, arrears.amount, arrears.until) = (period, amount, until);
        arrears.baseline = _reservedFor(project, period);
        ++arrears.count;
        emit ArrearsDeclared(project, period, amount, until, by, _touch(project));
    }

    function _endArrears(ProjectId project, address by) private {
        Arrears storage arrears = _registers[project].arrears;
        require(inArrears(project), ArrearsNotReady(project, arrears.until));
        arrears.until = 0;
        emit ArrearsEnded(project, by, _touch(project));
    }

    // -------------------------------------------------------------------------------------------------------- checks

    /// @dev Whether the seat is taken, and of a company that employs.
    function _checkEmployer(ProjectId project, uint16 seats, uint16 seat) private pure {
        bool employs = seat == CONTRACTOR || seat >= FIRST_SUBCONTRACTOR;
        require(employs && seat < seats, NotEmployer(project, seat));
    }

    /// @dev Where a worker can be paid: a payment to WageAccount would leave nothing to measure, one to FundEscrow would be stray.
    function _checkAccount(ProjectId project, uint16 employer, address account, uint32 worker) private view {
        uint32 known = workerByAccount[project][account];
        require(
            account != address(0) &&
                account != projects.wages() &&
                account != projects.escrow() &&
                (known == 0 || known == worker) &&
                account != projects.seatOf(project, employer).account &&
                !projects.isActing(project, employer, account),
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
        (status, claim) = claims.statusOf(employment.claim, employment.path);
        require(status == IClaimRegistry.ClaimStatus.Active, ClaimNotActive(claim, status));
        // slither-disable-next-line incorrect-equality
        require(
            employment.party < 2 &&
                employment.claim.schema == p.employment &&
                claims.schemaOf(p.employment).parties == 2 &&
                employment.claim.subject == _subjectOf(enrolment, employment) &&
                employment.claim.holder == _holderOf(employment),
            EmploymentInvalid(claim)
        );
    }

    function _subjectOf(Enrolment calldata enrolment, Employment calldata employment) private view returns (bytes32) {
        bytes32 employer = Commitments.subject(
            1 - employment.party,
            employment.employerSalt,
            projects.seatOf(enrolment.project, enrolment.employer).party
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

    /// @dev A month that is over, while no other arrears are open.
    function _checkDeclaration(
        ProjectId project,
        IProjectRegistry.Project memory p,
        TaxPeriod period,
        uint128 amount
    ) private view {
        require(p.status == IProjectRegistry.ProjectStatus.Open, ProjectNotReady(project, p.status));
        Register storage register = _registers[project];
        require(!inArrears(project), ArrearsNotReady(project, register.arrears.until));
        bool over = period < periodAt(block.timestamp, 0);
        require(period.isMonth() && over, WagePeriodInvalid(period));
        require(amount != 0 && amount <= p.budget, AmountInvalid(amount, p.budget));
    }

    /// @dev Enough workers who have been there long enough, each once.
    function _checkQuorum(ProjectId project, bytes32 digest, WorkerSignature[] calldata signatures) private view {
        uint256 needed = quorumOf(project);
        require(signatures.length >= needed, QuorumInvalid(project, signatures.length, needed));
        uint32 previous = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            WorkerSignature calldata one = signatures[i];
            uint40 enrolledAt = _workers[project][one.worker].enrolledAt;
            require(enrolledAt != 0, WorkerInvalid(project, one.worker));
            bool counts = one.worker > previous && block.timestamp >= enrolledAt + QUORUM_TENURE;
            require(counts, QuorumInvalid(project, i, needed));
            checkSigned(project, one.worker, digest, one.signer, one.signature);
            previous = one.worker;
        }
    }

    function _checkSignature(bytes calldata signer, bytes32 digest, bytes calldata signature) private view {
        require(signer.isValid(digest, signature), SignatureInvalid(signer));
    }

    function _checkDeadline(uint40 deadline) private view {
        require(block.timestamp <= deadline, OrderExpired(deadline));
    }

    function _reservedFor(ProjectId project, TaxPeriod period) private view returns (uint128) {
        return IWageAccount(projects.wages()).reservedFor(project, period);
    }

    /// @dev The project changed; its previous event here was in the block returned.
    function _touch(ProjectId project) private returns (uint40 previousBlock) {
        previousBlock = _registers[project].changedIn;
        _registers[project].changedIn = uint40(block.number);
    }

    /// @dev Zero is no month yet.
    function _isEarlier(TaxPeriod period, TaxPeriod than) private pure returns (bool) {
        return TaxPeriod.unwrap(than) == 0 || period < than;
    }
}
