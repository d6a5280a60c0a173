// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Vm} from "forge-std/Vm.sol";
import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {ITokenVault} from "../../contracts/escrow/ITokenVault.sol";
import {IWageAccount} from "../../contracts/escrow/IWageAccount.sol";
import {IWorkerRegistry} from "../../contracts/escrow/IWorkerRegistry.sol";
import {EscrowTown} from "./EscrowTown.sol";

/// @title The events of projects' money, milestones and wages, followed as they come: each names the block of the one before it, so that who reads backwards misses none.
/// @dev Workers, milestones and money are chains of a project; payrolls are one of the project, and each is one of its own.
abstract contract EventChains is EscrowTown {
    mapping(address emitter => mapping(bytes32 id => uint256)) private _lastBlock;

    /// @dev Block of the last event of a project, or payroll; 0 for none.
    function lastBlockOf(address emitter, bytes32 id) external view returns (uint256) {
        return _lastBlock[emitter][id];
    }

    /// @dev What was recorded since vm.recordLogs, of an act that was done.
    function _followEvents() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IFundEscrow.WagesAdvanced.selector && !_hasComeThrough(logs, i)) continue;
            if (logs[i].emitter == address(payrolls)) _followPayroll(logs[i]);
            else if (logs[i].emitter == address(workers)) _followWorker(logs[i]);
            else if (_isVault(logs[i].emitter) || logs[i].emitter == address(milestones)) _followMoney(logs[i]);
        }
    }

    /// @dev Records keep what a call has logged that was undone, such as an advance in a token that cheats: nothing is reserved from it.
    function _hasComeThrough(Vm.Log[] memory logs, uint256 i) private pure returns (bool reserved) {
        for (uint256 j = i + 1; j < logs.length; ++j) {
            bool reserves = logs[j].topics[0] == IWageAccount.WagesReserved.selector;
            reserved = reserved || (reserves && _word(logs[j].data, 2) != 0);
        }
    }

    function _isVault(address emitter) private view returns (bool) {
        return emitter == address(wages) || emitter == address(escrow);
    }

    function _followPayroll(Vm.Log memory log) private {
        bytes32 payroll = log.topics[1];
        if (log.topics[0] != IPayrollRegistry.PayrollFiled.selector) {
            return _follow(log.emitter, payroll, _lastWord(log.data));
        }
        require(_lastBlock[log.emitter][payroll] == 0, "a payroll was filed twice");
        _lastBlock[log.emitter][payroll] = block.number;
        _follow(log.emitter, log.topics[2], _word(log.data, 9));
    }

    function _followWorker(Vm.Log memory log) private {
        bool enrols = log.topics[0] == IWorkerRegistry.WorkerEnrolled.selector;
        _follow(log.emitter, log.topics[1], enrols ? _word(log.data, 5) : _lastWord(log.data));
    }

    /// @dev Single payments of wages are found by the WagesPaid of their transaction; what is stray is no project's.
    function _followMoney(Vm.Log memory log) private {
        bytes32 kind = log.topics[0];
        if (kind == IWageAccount.WagePaid.selector || kind == IWageAccount.WageNotPaid.selector) return;
        if (kind == ITokenVault.StraySwept.selector) return;
        _follow(log.emitter, log.topics[1], _lastWord(log.data));
    }

    function _follow(address emitter, bytes32 id, uint256 previousBlock) private {
        require(previousBlock == _lastBlock[emitter][id], "an event is not chained to the one before");
        require(previousBlock <= block.number, "a chain goes backwards");
        _lastBlock[emitter][id] = block.number;
    }

    function _lastWord(bytes memory data) private pure returns (uint256) {
        return _word(data, data.length / 32 - 1);
    }

    function _word(bytes memory data, uint256 index) private pure returns (uint256 word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := mload(add(data, mul(32, add(index, 1))))
        }
    }
}
