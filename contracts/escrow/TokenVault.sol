// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {JUSTICE} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {IProjectRegistry} from "./IProjectRegistry.sol";
import {ITokenVault} from "./ITokenVault.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title Tokens of projects, and nothing else.
/// @notice The part of FundEscrow and WageAccount that moves tokens. What moves is measured: a token that takes a fee, or says it moved
/// what it did not, is refused with all that was to happen.
abstract contract TokenVault is CityManaged, ReentrancyGuard, ITokenVault {
    using SafeERC20 for IERC20;

    /// @inheritdoc ITokenVault
    IProjectRegistry public immutable projects;

    /// @inheritdoc ITokenVault
    mapping(address token => uint256) public heldOf;

    constructor(IProjectRegistry projects_) {
        projects = projects_;
    }

    /// @inheritdoc ITokenVault
    function sweep(ProjectId project, address token, CityId[] calldata lineage) external nonReentrant {
        IProjectRegistry.Project memory p = projects.projectOf(project);
        _checkStanding(p.city, JUSTICE, lineage);
        uint256 stray = _balanceOf(token) - heldOf[token];
        require(stray != 0, NothingStray(token));
        emit StraySwept(project, token, p.strayTo, stray, msg.sender);
        IERC20(token).safeTransfer(p.strayTo, stray);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev Take tokens from the caller, who approved them.
    function _pull(address token, uint256 amount) internal {
        heldOf[token] += amount;
        uint256 before = _balanceOf(token);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        _checkMoved(token, amount, _balanceOf(token) - before);
    }

    /// @dev Send tokens that belong to a project.
    function _push(address token, address to, uint256 amount) internal {
        heldOf[token] -= amount;
        uint256 before = _balanceOf(token);
        IERC20(token).safeTransfer(to, amount);
        _checkMoved(token, amount, before - _balanceOf(token));
    }

    /// @dev Tokens that the other vault has just sent.
    function _receive(address token, uint256 amount) internal {
        heldOf[token] += amount;
        uint256 balance = _balanceOf(token);
        require(balance >= heldOf[token], TokenUntrue(token, heldOf[token], balance));
    }

    function _balanceOf(address token) internal view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    function _checkMoved(address token, uint256 asked, uint256 moved) internal pure {
        // slither-disable-next-line incorrect-equality
        require(asked == moved, TokenUntrue(token, asked, moved));
    }
}
