// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HostileToken
/// @notice An ERC-20 of 18 decimals that keeps its promises until a test has it do otherwise.
contract HostileToken is ERC20 {
    /// @notice How it transfers.
    /// @param Honest What was asked, and says so.
    /// @param Mute What was asked, and returns nothing.
    /// @param Refusing Nothing, and returns false.
    /// @param Lying Nothing, and returns true.
    /// @param TakingFee A hundredth less arrives.
    /// @param AddingFee A hundredth more leaves.
    enum Manner {
        Honest,
        Mute,
        Refusing,
        Lying,
        TakingFee,
        AddingFee
    }

    /// @notice How it transfers from now on.
    Manner public manner;
    /// @notice Accounts that can neither send nor receive.
    mapping(address account => bool) public isBlocked;
    /// @notice Whom it calls during each transfer; zero for nobody.
    address public callee;
    /// @notice Whether it calls before it moves anything, or after.
    bool public callsBefore;
    bytes private _data;
    bool private _calling;

    /// @notice It called `callee` during a transfer, which goes on whatever came of it.
    event CalledBack(address indexed callee, bool success, bytes result);

    /// @notice The account is blocked.
    error Blocked(address account);

    constructor() ERC20("Hostile", "HOST") {}

    // -------------------------------------------------------------------------------------------------------- what a test says

    /// @notice Give tokens to an account.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Take tokens from an account, without its consent.
    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }

    /// @notice Transfer in this manner from now on.
    function setManner(Manner manner_) external {
        manner = manner_;
    }

    /// @notice Block an account, or unblock it.
    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    /// @notice Call `callee_` with `data` once during each transfer from now on, as the token itself; zero to stop.
    function setCall(address callee_, bytes calldata data, bool callsBefore_) external {
        (callee, _data, callsBefore) = (callee_, data, callsBefore_);
    }

    /// @notice Approve as the token itself, which may be a party too.
    function approveAsSelf(address spender) external {
        _approve(address(this), spender, type(uint256).max);
    }

    // -------------------------------------------------------------------------------------------------------- ERC-20

    /// @inheritdoc ERC20
    function transfer(address to, uint256 amount) public override returns (bool) {
        return _moveAs(msg.sender, to, amount);
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _spendAllowance(from, msg.sender, amount);
        return _moveAs(from, to, amount);
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _moveAs(address from, address to, uint256 amount) private returns (bool) {
        require(!isBlocked[from], Blocked(from));
        require(!isBlocked[to], Blocked(to));
        if (manner == Manner.Refusing) return false;
        if (manner == Manner.Lying) return true;
        if (callsBefore) _callBack();
        _transfer(from, to, amount);
        if (manner == Manner.TakingFee) _burn(to, amount / 100);
        if (manner == Manner.AddingFee) _burn(from, amount / 100);
        if (!callsBefore) _callBack();
        if (manner == Manner.Mute) {
            // solhint-disable-next-line no-inline-assembly
            assembly {
                return(0, 0)
            }
        }
        return true;
    }

    function _callBack() private {
        if (callee == address(0) || _calling) return;
        _calling = true;
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory result) = callee.call(_data);
        _calling = false;
        emit CalledBack(callee, success, result);
    }
}
