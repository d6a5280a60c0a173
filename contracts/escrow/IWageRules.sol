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

    /// @notice Enrol a worker. By (city, LABOUR), under the guard.
    /// @return worker The worker's number in the project, from 1.
    function enrol(Enrolment calldata enrolment, Employment calldata employment) external returns (uint32 worker);

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

    // -------------------------------------------------------------------------------------------------------------- payrolls

    /// @notice File a payroll with all its rows. By an operator of the employer; once it is due, by the labour office. Until CLAIM_WINDOW
    /// after the project's end.
    function file(
        Payroll calldata payroll,
        Row[] calldata rows,
        CityId[] calldata lineage
    ) external returns (PayrollId);

    /// @notice Set rows aside. By an operator of the contractor, within OPPOSITION_WINDOW of filing, before approval. Rows that are aside
    /// are skipped.
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

    /// @notice Rule what is owed of a row that is aside, from nothing to all, within RULING_PERIOD of its being set aside. By the labour
    /// office.
    function rule(PayrollId payroll, ProvenRow calldata row, uint128 amount, CityId[] calldata lineage) external;

    /// @notice Admit a row as filed, where no ruling came in time. By anyone.
    function admit(PayrollId payroll, ProvenRow calldata row) external;

    /// @notice End a supplementary payroll that nobody approved within RULING_PERIOD. By anyone.
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
