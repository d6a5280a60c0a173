// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IWageAccount} from "../../contracts/escrow/IWageAccount.sol";
import {DeadEndHandler} from "./DeadEndHandler.sol";

/// @title No money is ever stuck
/// @notice Projects go on at random, and come to a dead end: all companies lose their keys, the arbiter and the supervisor are silent,
/// workers vanish, milestones are in every state, payrolls undecided or short, money frozen, arrears open, cities suspended or retired,
/// contracts closed, accounts blocked. Then time passes, and anyone, the labour office and the court do what the rules let them: every
/// bucket of both contracts is empty in the end, and every token with whom the model says.
contract DeadEndTest is Test {
    DeadEndHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new DeadEndHandler();
    }

    function testFuzz_noMoneyIsEverStuck(uint256 seed) public {
        _comeToADeadEnd(seed);
    }

    /// @dev What a dead end leaves is reached: each way out of it is taken.
    function test_everyWayOutIsTaken() public {
        string[11] memory ways = [
            "settle",
            "settleDefect",
            "releaseRetention",
            "liftFreeze",
            "lapse",
            "admit",
            "complete",
            "closeOut",
            "returnDeposit",
            "takeIntoCustody",
            "refund"
        ];
        uint256[11] memory taken;
        for (uint256 seed = 0; seed < 3; ++seed) {
            vm.warp(1_000_000_000);
            _handler = new DeadEndHandler();
            _comeToADeadEnd(seed);
            for (uint256 i = 0; i < ways.length; ++i) taken[i] += _handler.allowed(ways[i]);
        }
        for (uint256 i = 0; i < ways.length; ++i) assertGt(taken[i], 0, ways[i]);
    }

    function _comeToADeadEnd(uint256 seed) private {
        for (uint256 i = 0; i < 12; ++i) _handler.fund(uint256(keccak256(abi.encode(seed, "fund", i))));
        for (uint256 i = 0; i < 8; ++i) _handler.payDeposit(uint256(keccak256(abi.encode(seed, "deposit", i))));
        for (uint256 i = 0; i < 100; ++i) _play(uint256(keccak256(abi.encode(seed, i))));
        _handler.abandon(seed);
        _handler.waitForDecisions();
        _handler.pushAll();
        _handler.pushAll();
        _handler.takeTheRest();
        for (uint256 p = 0; p < _handler.PROJECTS(); ++p) _assertEmpty(p);
        assertEq(_handler.held(), 0);
        _assertEveryTokenIsSomebodys();
    }

    /// @dev Of the model's accounts, who are funders, companies, workers of the projects and the labour offices.
    function _assertEveryTokenIsSomebodys() private view {
        for (uint256 t = 0; t < 3; ++t) {
            IERC20 token = IERC20(_handler.tokens(t));
            uint256 sum = 0;
            for (uint256 i = 0; i < _handler.knownCount(); ++i) {
                address account = _handler.known(i);
                assertEq(token.balanceOf(account), _handler.balanceOf(address(token), account));
                sum += token.balanceOf(account);
            }
            assertEq(sum, token.totalSupply());
        }
    }

    function _assertEmpty(uint256 p) private view {
        IFundEscrow.Books memory works = _handler.escrow().booksOf(_handler.projectIds(p));
        IWageAccount.WageBooks memory wage = _handler.wages().booksOf(_handler.projectIds(p));
        assertEq(abi.encode(works), abi.encode(_handler.worksOf(p)));
        assertEq(abi.encode(wage), abi.encode(_handler.wagesOf(p)));
        assertEq(works.available, 0, "available");
        assertEq(works.committed, 0, "committed");
        assertEq(works.credit, 0, "credit");
        assertEq(works.retained, 0, "retained");
        assertEq(wage.free, 0, "free");
        assertEq(wage.deposit, 0, "deposit");
        assertEq(wage.reserved, 0, "reserved");
    }

    function _play(uint256 seed) private {
        uint256 dice = (seed >> 128) % 43;
        if (dice < 3) _handler.fund(seed);
        else if (dice < 6) _handler.request(seed);
        else if (dice < 8) _handler.answer(seed);
        else if (dice == 8) _handler.contest(seed);
        else if (dice == 9) _handler.ruleMilestone(seed);
        else if (dice < 12) _handler.settle(seed);
        else if (dice == 12) _handler.claimDefect(seed);
        else if (dice == 13) _handler.endDefect(seed);
        else if (dice == 14) _handler.freeze(seed);
        else if (dice == 15) _handler.handOver(seed);
        else if (dice < 20) _handler.file(seed);
        else if (dice == 20) _handler.oppose(seed);
        else if (dice == 21) _handler.object(seed);
        else if (dice == 22) _handler.ruleRow(seed);
        else if (dice < 25) _handler.approvePayroll(seed);
        else if (dice == 25) _handler.payAll(seed);
        else if (dice == 26) _handler.payOne(seed);
        else if (dice == 27) _handler.changeAccount(seed);
        else if (dice == 28) _handler.declareArrears(seed);
        else if (dice == 29) _handler.govern(seed);
        else if (dice < 32) _handler.mischief(seed);
        else if (dice == 32) _handler.amend(seed);
        else if (dice == 33) _handler.wait(seed);
        else if (dice == 34) _handler.payOut(seed);
        else if (dice == 35) _handler.replaceParty(seed);
        else if (dice == 36) _handler.proposeAccount(seed);
        else if (dice == 37) _handler.cover(seed);
        else if (dice == 38) _handler.petition(seed);
        else if (dice == 39) _handler.move(seed);
        else if (dice == 40) _handler.enrol(seed);
        else if (dice == 41) _handler.claimDefect(seed);
        else _handler.payDeposit(seed);
    }
}
