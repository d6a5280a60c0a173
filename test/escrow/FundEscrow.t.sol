// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IProjectBooks} from "../../contracts/escrow/IProjectBooks.sol";
import {IWages} from "../../contracts/escrow/IWages.sol";
import {EscrowActList} from "./EscrowActList.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {WageModel} from "./WageModel.sol";

/// @title Invariants of works money and wages under random acts (design.md, section 7)
/// @notice
/// 2. What ends, restricts or pays is never stopped by a suspended or retired city, or by closed contracts. (The handler compares.)
/// 8. FundEscrow and WageAccount, each: for every token, balance >= what is held == the sum of all buckets of all projects. Every payment left
///    one bucket: both books add up, they agree with each other, and the seats' sums are the project's.
/// 9. Each token that left a wage bucket is where the model says: with enrolled workers of the project, with the labour office after its
///    waits, with the contractor (deposit), or back in FundEscrow. A worker has at most what it was owed.
/// 10. A signed order works on one chain, and once. (The handler tries each on another chain, and again whenever it likes.)
/// And: the statement of each project equals the plain model after each act, which changed that project alone.
contract FundEscrowInvariants is Test {
    EscrowHandler private _handler;

    function setUp() public {
        vm.warp(1_000_000_000);
        _handler = new EscrowHandler();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), EscrowActList.all(_handler)));
        for (uint256 i = 0; i < 8; ++i) {
            _handler.fund(i);
            _handler.file(i);
            _handler.payDeposit(i);
        }
    }

    function invariant_eachVaultHoldsTheSumOfItsBuckets() public view {
        for (uint256 t = 0; t < 3; ++t) {
            address token = _handler.tokens(t);
            uint256 works = 0;
            uint256 wage = 0;
            for (uint256 p = 0; p < _handler.PROJECTS(); ++p) {
                if (_handler.tokenOf(p) != token) continue;
                IFundEscrow.Books memory books = _handler.escrow().booksOf(_handler.projectIds(p));
                IWages.WageBooks memory wages = _handler.wages().booksOf(_handler.projectIds(p));
                uint256 unit = _handler.unitOf(p);
                works += unit * (uint256(books.available) + books.committed + books.credit + books.retained);
                wage += unit * (uint256(wages.free) + wages.deposit + wages.reserved);
            }
            assertEq(_handler.escrow().heldOf(token), works);
            assertEq(_handler.wages().heldOf(token), wage);
            assertGe(IERC20(token).balanceOf(address(_handler.escrow())), works);
            assertGe(IERC20(token).balanceOf(address(_handler.wages())), wage);
        }
    }

    function invariant_theBooksAddUp() public view {
        for (uint256 p = 0; p < _handler.PROJECTS(); ++p) {
            IFundEscrow.Books memory works = _handler.escrow().booksOf(_handler.projectIds(p));
            IWages.WageBooks memory wage = _handler.wages().booksOf(_handler.projectIds(p));
            uint256 buckets = uint256(works.available) + works.committed + works.credit + works.retained;
            uint256 left = uint256(works.toWages) + works.advanced + works.withheld + works.paid;
            left += uint256(works.handedOver) + works.refunded;
            assertEq(uint256(works.funded) + works.surplus + works.repaid, left + buckets);
            left = uint256(wage.paid) + wage.custody + wage.depositReturned + wage.surplus;
            buckets = uint256(wage.free) + wage.deposit + wage.reserved;
            uint256 came = uint256(wage.fed) + wage.advanced + wage.withheld + wage.covered + wage.deposited;
            assertEq(came, left + buckets);
            assertEq(uint256(works.toWages) + works.advanced, uint256(wage.fed) + wage.advanced);
            assertEq(works.withheld, wage.withheld);
            assertEq(works.surplus, wage.surplus);
            assertLe(works.recovered, works.advanced);
            _assertSeats(p, works);
        }
    }

    function invariant_theStatementEqualsTheModel() public view {
        for (uint256 p = 0; p < _handler.PROJECTS(); ++p) {
            IProjectBooks.Statement memory statement = _handler.books().statementOf(_handler.projectIds(p));
            assertEq(abi.encode(statement.works), abi.encode(_handler.worksOf(p)));
            assertEq(abi.encode(statement.wages), abi.encode(_handler.wagesOf(p)));
            for (uint256 i = 0; i < _handler.SEATS(); ++i) {
                assertEq(abi.encode(statement.seats[i].books), abi.encode(_handler.seatOf(p, i)));
                assertEq(abi.encode(statement.seats[i].defect), abi.encode(_handler.defectOf(p, i)));
            }
            assertEq(statement.milestones.length, _handler.mileCount(p));
            for (uint256 i = 0; i < statement.milestones.length; ++i) {
                EscrowHandler.Mile memory mile = _handler.mileOf(p, i);
                assertEq(statement.milestones[i].amount, mile.amount);
                assertEq(uint8(statement.milestones[i].state.status), uint8(mile.status));
                assertEq(statement.milestones[i].state.since, mile.since);
                assertEq(statement.milestones[i].state.committed, mile.committed);
                assertEq(statement.milestones[i].state.award, mile.award);
            }
            assertEq(statement.payments, _handler.paymentCount(p));
            assertEq(statement.project.endedAt, _handler.factsOf(p).endedAt);
            assertEq(_handler.wages().closedOutAt(_handler.projectIds(p)), _handler.factsOf(p).closedOutAt);
            assertEq(_handler.wages().undecidedOf(_handler.projectIds(p)), _handler.factsOf(p).undecided);
        }
    }

    /// @dev Nobody has a token that the model does not give it; so nobody else was paid.
    function invariant_everyTokenIsWhereTheModelSays() public view {
        uint256 count = _handler.knownCount();
        for (uint256 t = 0; t < 3; ++t) {
            address token = _handler.tokens(t);
            uint256 sum = IERC20(token).balanceOf(address(_handler.escrow()));
            sum += IERC20(token).balanceOf(address(_handler.wages()));
            for (uint256 i = 0; i < count; ++i) {
                address account = _handler.known(i);
                uint256 balance = IERC20(token).balanceOf(account);
                assertEq(balance, _handler.balanceOf(token, account));
                sum += balance;
            }
            assertEq(sum, IERC20(token).totalSupply());
        }
    }

    function invariant_aWorkerHasAtMostWhatItWasOwed() public view {
        for (uint256 i = 0; i < _handler.payrollCount(); ++i) {
            (EscrowHandler.PayrollFile memory payroll, EscrowHandler.Row[] memory rows) = _handler.payrollAt(i);
            assertEq(uint8(_handler.wages().payrollOf(payroll.id).status), uint8(payroll.status));
            for (uint32 at = 0; at < rows.length; ++at) {
                EscrowHandler.Owing memory owing = _handler.owingOf(_handler.keyOf(i, at));
                uint128 owed = rows[at].state == WageModel.RowState.Admitted ? owing.total : rows[at].amount;
                assertLe(rows[at].paid, owing.total == 0 ? 0 : owed);
                (IWages.RowStatus status, , ) = _handler.wages().rowOf(payroll.id, at);
                bool isPaid = rows[at].paid == owed && owed != 0;
                assertEq(status == IWages.RowStatus.Paid, isPaid);
            }
        }
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _assertSeats(uint256 p, IFundEscrow.Books memory works) private view {
        uint256 credit = 0;
        uint256 retained = 0;
        uint256 paid = 0;
        for (uint16 seat = 0; seat < _handler.SEATS(); ++seat) {
            IFundEscrow.SeatBooks memory books = _handler.escrow().seatBooksOf(_handler.projectIds(p), seat);
            (credit, retained, paid) = (credit + books.credit, retained + books.retained, paid + books.paid);
        }
        assertEq(credit, works.credit);
        assertEq(retained, works.retained);
        assertEq(paid, works.paid);
    }
}

/// @title The random acts reach every outcome: each kind of act is both allowed and refused.
/// @dev Few acts, as a failure is run again with all its steps kept in memory.
contract EscrowHandlerTest is Test {
    uint256 private constant TOWNS = 5;
    uint256 private constant ACTS = 180;

    mapping(string act => uint256) private _allowed;
    mapping(string act => uint256) private _refused;

    /// @dev In several towns, as projects end.
    function test_everyActIsAllowedAndRefused() public {
        for (uint256 town = 0; town < TOWNS; ++town) _play(town);
        string[33] memory names = EscrowActList.names();
        for (uint256 i = 0; i < names.length; ++i) {
            assertGt(_allowed[names[i]], 0, string.concat(names[i], " is never allowed"));
            assertGt(_refused[names[i]], 0, string.concat(names[i], " is never refused"));
        }
    }

    function _play(uint256 town) private {
        vm.warp(1_000_000_000);
        EscrowHandler handler = new EscrowHandler();
        bytes4[] memory acts = EscrowActList.all(handler);
        for (uint256 i = 0; i < 12; ++i) {
            handler.fund(town + i);
            handler.payDeposit(town + i);
        }
        for (uint256 i = 0; i < ACTS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(town, i)));
            bytes memory call = abi.encodeWithSelector(acts[(seed >> 128) % acts.length], seed);
            (bool done, bytes memory why) = address(handler).call(call);
            assertTrue(done, string(why));
        }
        string[33] memory names = EscrowActList.names();
        for (uint256 i = 0; i < names.length; ++i) {
            _allowed[names[i]] += handler.allowed(names[i]);
            _refused[names[i]] += handler.refused(names[i]);
        }
    }
}
