// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../city/CityId.sol";
import {TaxPeriod} from "../invoice/TaxPeriod.sol";
import {IWageRules} from "./IWageRules.sol";
import {PayrollId} from "./PayrollId.sol";
import {ProjectId} from "./ProjectId.sol";
import {WageRules} from "./WageRules.sol";
import {WageViews} from "./WageViews.sol";

/// @title What WageAccount has WageRules do.
/// @notice The part of WageAccount about workers, payrolls and arrears. A contract has 24,576 bytes at most, and this one needs more: so
/// part of its code is in a second contract, fixed for ever like it, which it runs on its own records.
abstract contract WageForwarding is WageViews {
    /// @notice Where that code is.
    WageRules public immutable rules;

    constructor(WageRules rules_) {
        rules = rules_;
    }

    // -------------------------------------------------------------------------------------------------------- workers

    /// @inheritdoc IWageRules
    function enrol(Enrolment calldata, Employment calldata, CityId[] calldata) external returns (uint32) {
        _forward();
    }

    /// @inheritdoc IWageRules
    function changeAccount(ProjectId, uint32, address, uint40, bytes calldata, bytes calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function attestGuarantee(ProjectId, uint128, uint40) external {
        _forward();
    }

    // -------------------------------------------------------------------------------------------------------- payrolls

    /// @inheritdoc IWageRules
    function file(Payroll calldata, Row[] calldata, CityId[] calldata) external returns (PayrollId) {
        _forward();
    }

    /// @inheritdoc IWageRules
    function oppose(PayrollId, ProvenRow[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function object(PayrollId, ProvenRow calldata, uint40, bytes calldata, bytes calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function rule(PayrollId, ProvenRow calldata, uint128, CityId[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function admit(PayrollId, ProvenRow[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function lapse(PayrollId) external {
        _forward();
    }

    // -------------------------------------------------------------------------------------------------------- arrears

    /// @inheritdoc IWageRules
    function declareArrears(ProjectId, TaxPeriod, uint128, CityId[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function declareArrearsByWorkers(ProjectId, TaxPeriod, uint128, uint40, WorkerSignature[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function dismissArrears(ProjectId, CityId[] calldata) external {
        _forward();
    }

    /// @inheritdoc IWageRules
    function endArrears(ProjectId) external {
        _forward();
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Run the same call in the code of WageRules, and answer what it answers.
    function _forward() private {
        address code = address(rules);
        // solhint-disable-next-line no-inline-assembly
        assembly {
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if success {
                return(0, returndatasize())
            }
            revert(0, returndatasize())
        }
    }
}
