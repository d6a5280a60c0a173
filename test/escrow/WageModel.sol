// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IPayrollRegistry} from "../../contracts/escrow/IPayrollRegistry.sol";
import {IWageAccount} from "../../contracts/escrow/IWageAccount.sol";
import {PayrollId} from "../../contracts/escrow/PayrollId.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {WorkerModel} from "./WorkerModel.sol";

/// @title The rules of wages as a plain model: each row has what it was filed with, what is owed of it, and what it was paid.
abstract contract WageModel is WorkerModel {
    enum RowState {
        Standing,
        Aside,
        Admitted
    }

    /// @dev What was agreed, and what time it is for.
    struct Facts {
        uint16 wageShare;
        uint16 retention;
        uint16 defaultSplit;
        bool silenceApproves;
        uint128 budget;
        uint128 wageDeposit;
        uint256 retentionUntil;
        uint256 endsAt;
        uint256 endedAt;
        uint256 closedOutAt;
        uint128 borne;
        uint128 everOwed;
        uint256 undecided;
        uint256 covered; // how many of the queue
    }

    struct Row {
        uint32 worker;
        uint128 amount;
        RowState state;
        uint256 until;
        uint128 paid;
    }

    struct PayrollFile {
        PayrollId id;
        uint256 project;
        uint16 employer;
        uint24 period;
        IPayrollRegistry.PayrollStatus status;
        bool supplementary;
        bool byOffice;
        uint256 filedAt;
    }

    /// @dev What is owed under a key: of a payroll without the rows that were aside, or of such a row.
    struct Owing {
        uint128 total;
        uint128 reserved;
        uint128 paid;
        bool inCustody;
        uint256 coveredAt;
        uint256 project;
        uint24 period;
    }

    mapping(uint256 project => IFundEscrow.Books) internal _works;
    mapping(uint256 project => IWageAccount.WageBooks) internal _wages;
    mapping(uint256 project => Facts) internal _facts;
    mapping(uint256 project => bytes32[]) internal _queue;
    mapping(bytes32 key => Owing) internal _owing;
    mapping(uint256 project => mapping(uint24 period => uint128)) internal _coveredFor;
    PayrollFile[] internal _payrolls;
    mapping(uint256 payroll => Row[]) internal _rows;
    /// @dev What each account should have of each token.
    mapping(address token => mapping(address account => uint256)) internal _balance;
    address[] public known;
    mapping(address account => bool) private _isKnown;

    // -------------------------------------------------------------------------------------------------------------- reading

    function wagesOf(uint256 project) external view returns (IWageAccount.WageBooks memory) {
        return _wages[project];
    }

    function factsOf(uint256 project) external view returns (Facts memory) {
        return _facts[project];
    }

    function payrollCount() external view returns (uint256) {
        return _payrolls.length;
    }

    function payrollAt(uint256 index) external view returns (PayrollFile memory, Row[] memory) {
        return (_payrolls[index], _rows[index]);
    }

    function owingOf(bytes32 key) external view returns (Owing memory) {
        return _owing[key];
    }

    function coveredFor(uint256 project, uint24 period) external view returns (uint128) {
        return _coveredFor[project][period];
    }

    function knownCount() external view returns (uint256) {
        return known.length;
    }

    function balanceOf(address token, address account) external view returns (uint256) {
        return _balance[token][account];
    }

    function owedOf(uint256 project) public view returns (uint128) {
        return _uncovered(project) + (_facts[project].closedOutAt == 0 ? _wages[project].depositOwed : 0);
    }

    function uncoveredOf(uint256 project) external view returns (uint128) {
        return _uncovered(project);
    }

    function keyOf(uint256 payroll, uint256 position) public view returns (bytes32) {
        bytes32 id = PayrollId.unwrap(_payrolls[payroll].id);
        if (_rows[payroll][position].state == RowState.Standing) return id;
        return keccak256(abi.encode(keccak256("WageRowKey(bytes32 payroll,uint32 position)"), id, position));
    }

    function _uncovered(uint256 project) internal view returns (uint128) {
        (uint128 owed, uint128 free) = (_wages[project].owed, _wages[project].free);
        return owed > free ? owed - free : 0;
    }

    function _owable(uint256 project) internal view returns (uint128) {
        return _facts[project].budget - _min(_facts[project].budget, _facts[project].everOwed);
    }

    // ------------------------------------------------------------------------------------------------------------- accounts

    function _mannerOf(uint256 project) internal view returns (HostileToken.Manner) {
        return project < 2 ? HostileToken.Manner.Honest : HostileToken(tokenOf(project)).manner();
    }

    /// @dev Whether what is sent leaves, and only that.
    function _leaves(uint256 project) internal view returns (bool) {
        HostileToken.Manner manner = _mannerOf(project);
        return uint8(manner) < 2 || manner == HostileToken.Manner.TakingFee;
    }

    function _know(address account) internal {
        if (_isKnown[account]) return;
        _isKnown[account] = true;
        known.push(account);
    }

    function _got(uint256 project, address account, uint128 amount) internal {
        _know(account);
        uint256 all = amount * unitOf(project);
        if (_mannerOf(project) == HostileToken.Manner.TakingFee) all -= all / 100;
        _balance[tokenOf(project)][account] += all;
    }

    function _spent(uint256 project, address account, uint128 amount) internal {
        uint256 all = amount * unitOf(project);
        if (_mannerOf(project) == HostileToken.Manner.AddingFee) all += all / 100;
        _balance[tokenOf(project)][account] -= all;
    }

    // --------------------------------------------------------------------------------------------------------------- rules

    /// @dev What is owed comes first, then what was used of the deposit.
    function _withheld(uint256 project, uint128 amount) internal {
        if (amount == 0) return;
        IWageAccount.WageBooks storage wage = _wages[project];
        uint128 lacking = _min(amount, _uncovered(project));
        uint128 toDeposit = _min(amount - lacking, wage.depositOwed);
        wage.withheld += amount;
        wage.deposit += toDeposit;
        wage.depositOwed -= toDeposit;
        wage.free += amount - toDeposit;
        _facts[project].borne += amount - toDeposit;
    }

    function _deposited(uint256 project, address by, uint128 amount) internal {
        IWageAccount.WageBooks storage wage = _wages[project];
        wage.deposited += amount;
        wage.deposit += amount;
        wage.depositOwed -= _min(amount, wage.depositOwed);
        _spent(project, by, amount);
    }

    function _coveredBy(uint256 project, address by, uint128 amount) internal {
        _wages[project].covered += amount;
        _wages[project].free += amount;
        _spent(project, by, amount);
        _reserved(project, 4);
    }

    function _owe(uint256 project, uint24 period, bytes32 key, uint128 amount) internal {
        if (amount == 0) return;
        _owing[key] = Owing(amount, 0, 0, false, 0, project, period);
        _queue[project].push(key);
        _wages[project].owed += amount;
        _facts[project].everOwed += amount;
    }

    /// @dev The oldest first: from wages, then the deposit, then works money that is drawn once for all of them.
    function _reserved(uint256 project, uint256 count) internal {
        bytes32[] storage queue = _queue[project];
        uint256 next = _facts[project].covered;
        uint256 end = queue.length - next < count ? queue.length : next + count;
        uint128 drawn = _drawn(project, next, end);
        for (; next < end; ++next) {
            Owing storage owing = _owing[queue[next]];
            uint128 missing = owing.total - owing.reserved;
            uint128 sum = _min(missing, _wages[project].free);
            _wages[project].free -= sum;
            uint128 part = _min(missing - sum, _wages[project].deposit);
            _wages[project].deposit -= part;
            _wages[project].depositOwed += part;
            _facts[project].borne += part;
            sum += part;
            part = _min(missing - sum, drawn);
            drawn -= part;
            sum += part;
            owing.reserved += sum;
            if (sum != 0) owing.coveredAt = block.timestamp;
            _wages[project].owed -= sum;
            _wages[project].reserved += sum;
            _coveredFor[project][owing.period] += sum;
            if (sum != missing) break;
        }
        _facts[project].covered = next;
    }

    function _drawn(uint256 project, uint256 next, uint256 end) private returns (uint128 drawn) {
        uint128 missing = 0;
        for (; next < end; ++next)
            missing += _owing[_queue[project][next]].total - _owing[_queue[project][next]].reserved;
        uint128 there = _wages[project].free + _wages[project].deposit;
        if (missing <= there || uint8(_mannerOf(project)) > 1) return 0; // all that is sent must leave, and arrive
        drawn = _min(missing - there, _works[project].available);
        _works[project].available -= drawn;
        _works[project].advanced += drawn;
        _wages[project].advanced += drawn;
    }

    /// @dev A row has its part of what is reserved under its key.
    function _dueOf(uint256 payroll, uint256 position) internal view returns (uint128) {
        Row storage row = _rows[payroll][position];
        Owing storage owing = _owing[keyOf(payroll, position)];
        bool decided =
            row.state == RowState.Admitted || _payrolls[payroll].status == IPayrollRegistry.PayrollStatus.Approved;
        if (row.state == RowState.Aside || !decided || owing.inCustody || owing.total == 0) return 0;
        uint128 amount = row.state == RowState.Admitted ? owing.total : row.amount;
        return uint128((uint256(amount) * owing.reserved) / owing.total) - row.paid;
    }

    function _paid(uint256 payroll, uint256 position, address account, uint128 amount) internal {
        uint256 project = _payrolls[payroll].project;
        _rows[payroll][position].paid += amount;
        _owing[keyOf(payroll, position)].paid += amount;
        _wages[project].reserved -= amount;
        _wages[project].paid += amount;
        _got(project, account, amount);
    }

    function _closedOut(uint256 project) internal {
        _reserved(project, 4);
        IWageAccount.WageBooks storage wage = _wages[project];
        uint128 borne = _min(wage.free, _facts[project].borne);
        uint128 surplus = wage.free - borne;
        wage.free = 0;
        wage.deposit += borne;
        wage.surplus += surplus;
        _works[project].surplus += surplus;
        _works[project].available += surplus;
        _facts[project].closedOutAt = block.timestamp;
    }

    function _depositBack(uint256 project, address account) internal {
        uint128 amount = _wages[project].deposit;
        _wages[project].deposit = 0;
        _wages[project].depositReturned += amount;
        _got(project, account, amount);
    }

    function _intoCustody(bytes32 key, address account) internal {
        Owing storage owing = _owing[key];
        uint128 amount = owing.reserved - owing.paid;
        (owing.paid, owing.inCustody) = (owing.reserved, true);
        _wages[owing.project].reserved -= amount;
        _wages[owing.project].custody += amount;
        _got(owing.project, account, amount);
    }
}
