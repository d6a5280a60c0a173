// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IProjectBooks} from "../../contracts/escrow/IProjectBooks.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {IWageAccount} from "../../contracts/escrow/IWageAccount.sol";
import {IWorkerRegistry} from "../../contracts/escrow/IWorkerRegistry.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {ProjectId} from "../../contracts/escrow/ProjectId.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {EscrowActList} from "./EscrowActList.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {WageModel} from "./WageModel.sol";
import {WorkerModel} from "./WorkerModel.sol";

/// @title Invariants of works money and wages under random acts (design.md, section 7)
/// @notice
/// 2. What ends, restricts or pays is never stopped by a suspended or retired city, or by closed contracts. (The handler compares.)
/// 8. FundEscrow and WageAccount, each: for every token, balance >= what is held == the sum of all buckets of all projects. Every payment left
///    one bucket: both books add up, they agree with each other, and the seats' sums are the project's.
/// 9. Each token that left a wage bucket is where the model says: with enrolled workers of the project, with the labour office after its
///    waits, with the contractor (deposit), or back in FundEscrow. A worker has at most what it was owed.
/// 10. A signed order works on one chain, and once. (The handler tries each on another chain, and again whenever it likes.)
/// 11. Each event of wages names the block of the one before it, and no chain of them goes backwards. (The handler follows them.)
/// And: what is ever owed in a project is at most its budget; the statement of each project equals the plain model after each act, which changed that project alone.
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
                IWageAccount.WageBooks memory wages = _handler.wages().booksOf(_handler.projectIds(p));
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
            IWageAccount.WageBooks memory wage = _handler.wages().booksOf(_handler.projectIds(p));
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
            uint128 uncovered = _handler.wages().uncoveredOf(_handler.projectIds(p));
            assertEq(uncovered, _handler.uncoveredOf(p));
            assertEq(statement.undecided, _handler.factsOf(p).undecided);
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
            _assertPayroll(payroll);
            for (uint32 at = 0; at < rows.length; ++at) {
                EscrowHandler.Owing memory owing = _handler.owingOf(_handler.keyOf(i, at));
                _assertOwing(_handler.keyOf(i, at), owing);
                uint128 owed = rows[at].state == WageModel.RowState.Admitted ? owing.total : rows[at].amount;
                assertLe(rows[at].paid, owing.total == 0 ? 0 : owed);
                (IPayrollRegistry.RowStatus status, uint40 until, ) = _handler.wages().rowOf(payroll.id, at);
                bool isPaid = rows[at].paid == owed && owed != 0;
                assertEq(uint8(status), isPaid ? uint8(IPayrollRegistry.RowStatus.Paid) : uint8(rows[at].state));
                assertEq(until, rows[at].until);
            }
        }
    }

    function invariant_workersAreAsTheModelSays() public view {
        for (uint256 p = 0; p < _handler.PROJECTS(); ++p) {
            ProjectId project = _handler.projectIds(p);
            IWorkerRegistry workers = _handler.workers();
            assertEq(workers.workerCount(project), _handler.handCount(p));
            for (uint32 worker = 1; worker <= _handler.handCount(p); ++worker) {
                WorkerModel.Hand memory hand = _handler.handOf(p, worker);
                IWorkerRegistry.Worker memory known = workers.workerOf(project, worker);
                assertEq(known.account, hand.account);
                assertEq(known.employer, hand.employer);
                assertEq(TaxPeriod.unwrap(known.since), _handler.sinceOf(p, worker));
                assertEq(known.enrolledAt, hand.enrolledAt);
                assertEq(known.changes, hand.changes);
                assertEq(workers.workerByAccount(project, hand.account), worker);
                assertEq(workers.workerByTag(project, hand.tag), worker);
            }
            assertEq(keccak256(abi.encode(workers.arrearsOf(project))), keccak256(abi.encode(_handler.arrearsOf(p))));
        }
    }

    function invariant_whatIsOwedIsWithinTheBudget() public view {
        for (uint256 p = 0; p < _handler.PROJECTS(); ++p) {
            ProjectId project = _handler.projectIds(p);
            EscrowHandler.Facts memory facts = _handler.factsOf(p);
            IWageAccount.WageBooks memory wage = _handler.wages().booksOf(project);
            uint256 owed = _handler.payrolls().everOwedOf(project);
            assertEq(owed, facts.everOwed);
            assertLe(owed, facts.budget);
            assertEq(owed, uint256(wage.owed) + wage.reserved + wage.paid + wage.custody);
            _assertLastBlocks(ProjectId.unwrap(project));
        }
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    /// @dev Where a reader of events begins.
    function _assertLastBlocks(bytes32 id) private view {
        ProjectId project = ProjectId.wrap(id);
        IWorkerRegistry workers = _handler.workers();
        assertEq(workers.changedIn(project), _handler.lastBlockOf(address(workers), id));
        IWageAccount wages = _handler.wages();
        assertEq(wages.changedIn(project), _handler.lastBlockOf(address(wages), id));
        assertEq(_handler.escrow().changedIn(project), _handler.lastBlockOf(address(_handler.escrow()), id));
        assertEq(_handler.milestones().changedIn(project), _handler.lastBlockOf(address(_handler.milestones()), id));
        IPayrollRegistry payrolls = _handler.payrolls();
        assertEq(payrolls.filedIn(project), _handler.lastBlockOf(address(payrolls), id));
    }

    function _assertPayroll(EscrowHandler.PayrollFile memory payroll) private view {
        ProjectId project = _handler.projectIds(payroll.project);
        IPayrollRegistry.PayrollState memory state = _handler.payrolls().payrollOf(payroll.id);
        assertEq(uint8(state.status), uint8(payroll.status));
        assertEq(state.changedIn, _handler.lastBlockOf(address(_handler.payrolls()), PayrollId.unwrap(payroll.id)));
        uint128 reserved = _handler.wages().reservedFor(project, TaxPeriod.wrap(payroll.period));
        assertEq(reserved, _handler.coveredFor(payroll.project, payroll.period));
    }

    /// @dev What is owed under a key, and what was reserved of it and paid.
    function _assertOwing(bytes32 key, EscrowHandler.Owing memory owing) private view {
        IWageAccount.Reservation memory reservation = _handler.wages().reservationOf(key);
        assertEq(reservation.total, owing.total);
        assertEq(reservation.reserved, owing.reserved);
        assertEq(reservation.paid, owing.paid);
    }

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
    uint256 private constant ACTS = 230;

    mapping(string act => uint256) private _allowed;
    mapping(string act => uint256) private _refused;

    /// @dev In several towns, as projects end.
    function test_everyActIsAllowedAndRefused() public {
        for (uint256 town = 0; town < TOWNS; ++town) _play(town);
        string[35] memory names = EscrowActList.names();
        for (uint256 i = 0; i < names.length; ++i) {
            assertGt(_allowed[names[i]], 0, string.concat(names[i], " is never allowed"));
            assertGt(_refused[names[i]], 0, string.concat(names[i], " is never refused"));
        }
    }

    function _play(uint256 town) private {
        vm.warp(1_000_000_000);
        EscrowHandler handler = new EscrowHandler();
        bytes4[] memory acts = EscrowActList.all(handler);
        uint8[TOWNS] memory strides = [5, 11, 13, 17, 19]; // each act as often as the list has it, in another order
        for (uint256 i = 0; i < 12; ++i) {
            handler.fund(town + i);
            handler.file(town + i);
            handler.payDeposit(town + i);
        }
        for (uint256 i = 0; i < ACTS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(town, i)));
            bytes memory call = abi.encodeWithSelector(acts[(i * strides[town]) % acts.length], seed);
            (bool done, bytes memory why) = address(handler).call(call);
            assertTrue(done, string(why));
        }
        string[35] memory names = EscrowActList.names();
        for (uint256 i = 0; i < names.length; ++i) {
            _allowed[names[i]] += handler.allowed(names[i]);
            _refused[names[i]] += handler.refused(names[i]);
        }
    }
}
