// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {PayrollId} from "./PayrollId.sol";
import {ProjectId} from "./ProjectId.sol";
import {IWages} from "./IWages.sol";

/// @title Who works in a project, what is filed for them, and what is decided on it; no money moves here.
/// @notice See IWageAccount, which has all of it.
interface IWageRules is IWages {
    // -------------------------------------------------------------------------------------------------------------- workers

    /// @notice Enrol a worker; or, under the same tag and own key, let an enrolled one go to another employer. By the labour office, also
    /// while the
    /// city is suspended, and until CLAIM_WINDOW after the project's end: whoever works is paid. Each claim's holder key enrols once.
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

    /// @notice Attest that a bank guarantees the deposit until a date. By (city, BANKING), under the guard. Replaces an earlier one.
    function attestGuarantee(ProjectId project, uint128 amount, uint40 until) external;

    // -------------------------------------------------------------------------------------------------------------- payrolls

    /// @notice File a payroll with all its rows. By an operator of the employer; by the labour office, once it is due, or the project is
    /// over. Until CLAIM_WINDOW after the project's end.
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId);

    /// @notice Set rows aside. By an operator of the contractor or the owner, whose money may be drawn, within OPPOSITION_WINDOW of
    /// filing, before approval. Rows that are aside are skipped.
    function oppose(PayrollId payroll, ProvenRow[] calldata rows) external;

    /// @notice Set one's own row aside. By anyone, in the same time, with the worker's own key's signature over
    /// Objection(bytes32 payroll,uint32 position,uint40 deadline).
    function object(
        PayrollId payroll,
        ProvenRow calldata row,
        uint40 deadline,
        bytes calldata signer,
        bytes calldata signature
    ) external;

    /// @notice Rule what is owed of a row that is aside, from nothing to all, once the time for opposing is over, and within
    /// RULING_PERIOD of its being set aside. By the labour office; of a payroll that the office filed, by an operator of the arbiter.
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Admit rows as filed, where no ruling came in time; of a supplementary payroll only if it was approved. By anyone. What is
    /// beyond the budget is not owed.
    function admit(PayrollId payroll, ProvenRow[] calldata rows) external;

    /// @notice End a supplementary payroll that nobody approved, or any that exceeds what the budget leaves, RULING_PERIOD after it was
    /// filed. By anyone.
    function lapse(PayrollId payroll) external;

    // -------------------------------------------------------------------------------------------------------------- arrears

    /// @notice Declare arrears. By the labour office.
    function declareArrears(ProjectId project, TaxPeriod period, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Declare arrears. By anyone, with the signatures, in the order of their numbers, of quorumOf workers enrolled for
    /// QUORUM_TENURE, over ArrearsDeclaration(bytes32 project,uint24 period,uint128 amount,uint32 count,uint40 deadline).
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
}
