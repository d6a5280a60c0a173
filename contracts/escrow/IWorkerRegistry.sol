// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {Claim} from "../identity/Claim.sol";
import {ClaimId} from "../identity/ClaimId.sol";
import {IClaimRegistry} from "../identity/IClaimRegistry.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Who works in a project, for whom, and where they are paid; and what workers say is missing.
/// @notice Decides, and keeps no money.
///
/// Trust assumptions
/// - The labour office, (city, LABOUR), says who is a worker, with the employment claim that an issuer of the project's schema made; alone
///   it enrols nobody. The claim is looked at when the worker is enrolled, and never again: what was earned stays payable.
/// - A worker is a number, an account, a key and a tag that appear in no other project.
interface IWorkerRegistry {
    /// @notice A worker, as registered; signed as EIP-712 by the holder key of the employment claim and by the worker's own key.
    /// @param project The project.
    /// @param employer Seat of the company that employs the worker: the contractor, or a subcontractor.
    /// @param signer The worker's own key for this project (ERC-7913), which appears nowhere else.
    /// @param account Where the worker is paid; nobody else's in the project.
    /// @param tag Keyed tag of the person, by the tag service: no person twice in a project.
    /// @param deadline Last moment to enrol, UTC seconds.
    struct Enrolment {
        ProjectId project;
        uint16 employer;
        bytes signer;
        address account;
        bytes32 tag;
        uint40 deadline;
    }

    /// @notice The employment claim: about two, the employer and the worker.
    /// @param claim The claim, of the project's schema, active.
    /// @param path Of a claim in a batch, the path to the root.
    /// @param party Which party the worker is: 0 or 1; the employer is the other.
    /// @param subject Commitment to the worker (Commitments.subject), unopened.
    /// @param employerSalt Opens the commitment to the employer.
    /// @param holder The worker's holder key.
    /// @param holderSalt Opens the commitment to it.
    /// @param employerHolder Commitment to the employer's holder key.
    /// @param signature The holder key's, over the enrolment.
    /// @param ownSignature The worker's own key's, over the enrolment.
    struct Employment {
        Claim claim;
        bytes32[] path;
        uint8 party;
        bytes32 subject;
        bytes32 employerSalt;
        bytes holder;
        bytes32 holderSalt;
        bytes32 employerHolder;
        bytes signature;
        bytes ownSignature;
    }

    /// @notice An enrolled worker.
    /// @param account Where it is paid.
    /// @param employer Seat of the employer.
    /// @param since The first month it can be paid for by this employer: the one in which its employment claim begins, a year before the
    /// enrolment at most.
    /// @param enrolledAt UTC seconds; 0 for none.
    /// @param changes How often the account was changed, or the employer: what the next order binds.
    /// @param key keccak-256 of the worker's own key.
    struct Worker {
        address account;
        uint16 employer;
        TaxPeriod since;
        uint40 enrolledAt;
        uint16 changes;
        bytes32 key;
    }

    /// @notice Declared arrears of a project; the last ones.
    /// @param period The month.
    /// @param amount What is missing.
    /// @param baseline What payrolls of the month had been covered when they were declared.
    /// @param until When they end by themselves, UTC seconds; 0 for none.
    /// @param count How many were declared so far: what the next declaration by workers binds.
    struct Arrears {
        TaxPeriod period;
        uint128 amount;
        uint128 baseline;
        uint40 until;
        uint32 count;
    }

    /// @notice A worker's signature under a declaration of arrears.
    struct WorkerSignature {
        uint32 worker;
        bytes signer;
        bytes signature;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A worker was enrolled, or goes to another employer.
    event WorkerEnrolled(
        ProjectId indexed project,
        uint32 indexed worker,
        uint16 indexed employer,
        address account,
        bytes signer,
        bytes32 tag,
        ClaimId claim,
        address by,
        uint40 previousBlock
    );
    /// @notice A worker is paid elsewhere.
    event WorkerAccountChanged(ProjectId indexed project, uint32 indexed worker, address account, uint40 previousBlock);
    /// @notice Arrears were declared. `by` is the labour office's officer, or zero where workers did.
    event ArrearsDeclared(
        ProjectId indexed project,
        TaxPeriod period,
        uint128 amount,
        uint40 until,
        address by,
        uint40 previousBlock
    );
    /// @notice They are over. `by` is the labour office's officer who dismissed them, or zero where they were paid.
    event ArrearsEnded(ProjectId indexed project, address by, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The project is not in a state for this.
    error ProjectNotReady(ProjectId project, IProjectRegistry.ProjectStatus status);
    /// @notice The order's deadline has passed.
    error OrderExpired(uint40 deadline);
    /// @notice The signature is not the signer's over this order.
    error SignatureInvalid(bytes signer);
    /// @notice The seat is none of a company that employs: the contractor, or a subcontractor.
    error NotEmployer(ProjectId project, uint16 seat);
    /// @notice The person is enrolled in the project under another number.
    error TagEnrolled(ProjectId project, bytes32 tag, uint32 worker);
    /// @notice The account is another worker's, the employer's, one of the contracts that keep the money, or none.
    error AccountInvalid(ProjectId project, address account);
    /// @notice The claim is not active.
    error ClaimNotActive(ClaimId claim, IClaimRegistry.ClaimStatus status);
    /// @notice The claim is not one of the project's schema, between this employer and this key; or the key has signed for a worker
    /// already.
    error EmploymentInvalid(ClaimId claim);
    /// @notice There is no such worker, or it was not employed by the company in that month.
    error WorkerInvalid(ProjectId project, uint32 worker);
    /// @notice The key is not the worker's.
    error NotWorkerKey(ProjectId project, uint32 worker);
    /// @notice The month is none, is not over, or, where workers declare, lies before the first one anybody was employed in.
    error WagePeriodInvalid(TaxPeriod period);
    /// @notice The amount is nothing, or more than this.
    error AmountInvalid(uint128 amount, uint128 limit);
    /// @notice Arrears are open already, or none are.
    error ArrearsNotReady(ProjectId project, uint40 until);
    /// @notice Too few workers have signed, one of them twice, or one enrolled less than 30 days ago.
    error QuorumInvalid(ProjectId project, uint256 signed, uint256 needed);

    // -------------------------------------------------------------------------------------------------------------- workers

    /// @notice Enrol a worker; or, under the same tag and own key, let an enrolled one go to another employer, while the former one can
    /// still file for the months until then: in a payroll for the months before the present employer's, in a supplementary one for those
    /// they share. By the labour office, also while the city is suspended, and until the claim window after the
    /// project's end is over (IPayrollRegistry): whoever works is paid. Each claim's holder key enrols once.
    /// @return worker The worker's number in the project, from 1.
    function enrol(
        Enrolment calldata enrolment,
        Employment calldata employment,
        CityId[] calldata lineage
    ) external returns (uint32 worker);

    /// @notice Have a worker paid elsewhere. By anyone, with the worker's own key's signature over
    /// WorkerAccount(bytes32 project,uint32 worker,address account,uint32 changes,uint40 deadline).
    function changeAccount(
        ProjectId project,
        uint32 worker,
        address account,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external;

    // -------------------------------------------------------------------------------------------------------------- arrears

    /// @notice Declare arrears, of a month that is over. By the labour office.
    function declareArrears(ProjectId project, TaxPeriod period, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Declare arrears, once for each month since the first one anybody was employed in. By anyone, with the signatures, in the
    /// order of their numbers, of quorumOf workers enrolled for QUORUM_TENURE, over
    /// ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline).
    function declareArrearsByWorkers(
        ProjectId project,
        TaxPeriod period,
        uint128 amount,
        uint40 deadline,
        WorkerSignature[] calldata signatures
    ) external;

    /// @notice Dismiss arrears. By the labour office.
    function dismissArrears(ProjectId project, CityId[] calldata lineage) external;

    /// @notice End arrears that were paid: payrolls of the month were covered by the amount since. By anyone.
    function endArrears(ProjectId project) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The registry of the projects.
    function projects() external view returns (IProjectRegistry);

    /// @notice The registry of the employment claims.
    function claims() external view returns (IClaimRegistry);

    /// @notice A worker; all zero for none.
    function workerOf(ProjectId project, uint32 worker) external view returns (Worker memory);

    /// @notice How many workers were enrolled.
    function workerCount(ProjectId project) external view returns (uint32);

    /// @notice The number of the worker with this tag; 0 for none.
    function workerByTag(ProjectId project, bytes32 tag) external view returns (uint32);

    /// @notice The number of the worker who is paid to this account; 0 for none.
    function workerByAccount(ProjectId project, address account) external view returns (uint32);

    /// @notice Where workers are paid; zero for none.
    function accountsOf(ProjectId project, uint32[] calldata workers) external view returns (address[] memory accounts);

    /// @notice Whether a worker was employed by the company in a month.
    function isEmployed(
        ProjectId project,
        uint32 worker,
        uint16 employer,
        TaxPeriod period
    ) external view returns (bool);

    /// @notice Reverts, with WorkerInvalid, if one of them was not employed by the company in the month.
    /// @param alone Months that a worker shares with its present employer are not a former one's.
    function checkEmployed(
        ProjectId project,
        uint32[] calldata workers,
        uint16 employer,
        TaxPeriod period,
        bool alone
    ) external view;

    /// @notice Reverts, with NotWorkerKey or SignatureInvalid, if a digest is not signed with the worker's own key.
    function checkSigned(
        ProjectId project,
        uint32 worker,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) external view;

    /// @notice Whether arrears are open, so that milestones wait.
    function inArrears(ProjectId project) external view returns (bool);

    /// @notice The last declared arrears.
    function arrearsOf(ProjectId project) external view returns (Arrears memory);

    /// @notice How many workers must sign to declare arrears: a tenth, at least 3 and at most 50.
    function quorumOf(ProjectId project) external view returns (uint256);

    /// @notice What is signed to enrol.
    function digestOf(Enrolment calldata enrolment) external view returns (bytes32);

    /// @notice Block of the project's last event here; 0 for none.
    function changedIn(ProjectId project) external view returns (uint40);
}
