// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFundEscrow} from "../../contracts/escrow/IFundEscrow.sol";
import {IMilestoneRegistry} from "../../contracts/escrow/IMilestoneRegistry.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {WageModel} from "./WageModel.sol";

/// @title The rules of works money as a plain model: what was put in, what it is set apart for, and what it became.
abstract contract WorksModel is WageModel {
    struct Mile {
        IMilestoneRegistry.MilestoneStatus status;
        uint256 since;
        bool committed;
        uint128 award;
        uint128 amount;
    }

    struct Put {
        uint128 put;
        uint128 taken;
        bool settled;
        address to;
    }

    mapping(uint256 project => IFundEscrow.SeatBooks[SEATS]) internal _seatBooks;
    mapping(uint256 project => Mile[]) internal _miles;
    mapping(uint256 project => IMilestoneRegistry.Defect[SEATS]) internal _defects;
    mapping(uint256 project => uint128[SEATS]) internal _unruled; // claims of defects
    mapping(uint256 project => mapping(address funder => Put)) internal _puts;
    mapping(uint256 project => mapping(uint256 milestone => uint16)) internal _subShares;
    mapping(uint256 project => uint128) private _settledPut;
    mapping(uint256 project => uint256) public paymentCount;

    // -------------------------------------------------------------------------------------------------------------- reading

    function worksOf(uint256 project) external view returns (IFundEscrow.Books memory) {
        return _works[project];
    }

    function seatOf(uint256 project, uint256 seat) external view returns (IFundEscrow.SeatBooks memory) {
        return _seatBooks[project][seat];
    }

    function mileCount(uint256 project) external view returns (uint256) {
        return _miles[project].length;
    }

    /// @dev Silence counted.
    function mileOf(uint256 project, uint256 milestone) public view returns (Mile memory mile) {
        mile = _miles[project][milestone];
        Facts storage facts = _facts[project];
        if (mile.status == IMilestoneRegistry.MilestoneStatus.Requested && block.timestamp > mile.since + 7 days) {
            mile.status =
                facts.silenceApproves
                    ? IMilestoneRegistry.MilestoneStatus.Approved
                    : IMilestoneRegistry.MilestoneStatus.Returned;
            mile.since += 7 days;
        } else if (
            mile.status == IMilestoneRegistry.MilestoneStatus.Disputed && block.timestamp > mile.since + 20 days
        ) {
            (mile.status, mile.since) = (IMilestoneRegistry.MilestoneStatus.Ruled, mile.since + 20 days);
            mile.award = uint128((uint256(mile.amount) * facts.defaultSplit) / 10_000);
        }
    }

    function defectOf(uint256 project, uint256 seat) external view returns (IMilestoneRegistry.Defect memory) {
        return _defects[project][seat];
    }

    function putOf(uint256 project, address funder) external view returns (Put memory) {
        return _puts[project][funder];
    }

    // --------------------------------------------------------------------------------------------------------------- rules

    function _funded(uint256 project, address funder, uint128 amount) internal {
        _works[project].funded += amount;
        _works[project].available += amount;
        _puts[project][funder].put += amount;
        _spent(project, funder, amount);
        _split(project);
    }

    /// @dev Wages have their share of all that was put in; what they drew before is a part of it.
    function _split(uint256 project) internal returns (uint128 fed) {
        IFundEscrow.Books storage works = _works[project];
        uint128 share = _ceil(works.funded, _facts[project].wageShare);
        if (share <= works.toWages) return 0;
        uint128 drawn = _min(share - works.toWages, works.advanced - works.recovered);
        fed = _min(share - works.toWages - drawn, works.available);
        works.advanced -= drawn;
        works.toWages += drawn + fed;
        works.available -= fed;
        _wages[project].fed += fed;
        _wages[project].free += fed;
    }

    function _repaid(uint256 project, address by, uint128 amount) internal {
        _works[project].repaid += amount;
        _works[project].recovered += amount;
        _works[project].available += amount;
        _spent(project, by, amount);
    }

    function _setMile(uint256 project, uint256 milestone, IMilestoneRegistry.MilestoneStatus status) internal {
        Mile memory mile = mileOf(project, milestone);
        (mile.status, mile.since) = (status, block.timestamp);
        _miles[project][milestone] = mile;
    }

    function _committed(uint256 project, uint256 milestone) internal {
        Mile storage mile = _miles[project][milestone];
        if (mile.committed) return;
        mile.committed = true;
        _works[project].available -= mile.amount;
        _works[project].committed += mile.amount;
    }

    function _settled(uint256 project, uint256 milestone) internal {
        Mile memory mile = mileOf(project, milestone);
        if (mile.committed) _works[project].committed -= mile.amount;
        mile.committed = false;
        if (mile.status == IMilestoneRegistry.MilestoneStatus.Returned) {
            _works[project].available += mile.amount;
            _miles[project][milestone] = mile;
            return;
        }
        if (mile.status == IMilestoneRegistry.MilestoneStatus.Approved) mile.award = mile.amount;
        (mile.status, mile.since) = (IMilestoneRegistry.MilestoneStatus.Settled, block.timestamp);
        _miles[project][milestone] = mile;
        _works[project].available += mile.amount - mile.award;
        _earned(project, milestone, mile.award);
    }

    /// @dev What is owed to workers comes before the subcontractor's share; the rest is the contractor's.
    function _earned(uint256 project, uint256 milestone, uint128 award) private {
        uint128 forWages = 0;
        uint128 forSub = 0;
        uint16 share = _subShares[project][milestone];
        if (share != 0) {
            forWages = _min(award, _uncovered(project));
            forSub = uint128((uint256(award - forWages) * share) / 10_000);
            _works[project].withheld += forWages;
            _earnedBy(project, SUB, forSub, 0);
        }
        uint128 more = _earnedBy(project, CONTRACTOR, award - forWages - forSub, forWages);
        _withheld(project, forWages + more);
    }

    /// @dev Of what is owed, `onItsWay` is on its way to wages already.
    function _earnedBy(
        uint256 project,
        uint16 seat,
        uint128 amount,
        uint128 onItsWay
    ) private returns (uint128 forWages) {
        IFundEscrow.SeatBooks storage seatBooks = _seatBooks[project][seat];
        seatBooks.earned += amount;
        uint128 kept = 0;
        if (block.timestamp < _facts[project].retentionUntil) {
            kept = uint128((uint256(seatBooks.earned) * _facts[project].retention) / 10_000) - seatBooks.kept;
            kept = _min(kept, amount);
        }
        seatBooks.kept += kept;
        seatBooks.retained += kept;
        _works[project].retained += kept;
        return _credited(project, seat, amount - kept, onItsWay);
    }

    function _credited(
        uint256 project,
        uint16 seat,
        uint128 amount,
        uint128 onItsWay
    ) private returns (uint128 forWages) {
        if (seat == CONTRACTOR) (amount, forWages) = _charged(project, amount, onItsWay);
        _seatBooks[project][seat].credit += amount;
        _works[project].credit += amount;
    }

    /// @dev What the contractor is to get goes to wages and deposit first, then to what wages drew.
    function _charged(
        uint256 project,
        uint128 amount,
        uint128 onItsWay
    ) private returns (uint128 left, uint128 forWages) {
        IFundEscrow.Books storage works = _works[project];
        forWages = _min(amount, owedOf(project) - onItsWay);
        uint128 back = _min(amount - forWages, works.advanced - works.recovered);
        works.withheld += forWages;
        works.recovered += back;
        works.available += back;
        return (amount - forWages - back, forWages);
    }

    function _released(uint256 project, uint16 seat) internal {
        uint128 amount = _seatBooks[project][seat].retained;
        _seatBooks[project][seat].retained = 0;
        _works[project].retained -= amount;
        _withheld(project, _credited(project, seat, amount, 0));
    }

    function _paidOut(uint256 project, uint16 seat, address to) internal {
        IFundEscrow.SeatBooks storage seatBooks = _seatBooks[project][seat];
        uint128 amount = seatBooks.credit - seatBooks.frozen;
        uint128 forWages = 0;
        seatBooks.credit = seatBooks.frozen;
        _works[project].credit -= amount;
        if (seat == CONTRACTOR) (amount, forWages) = _charged(project, amount, 0);
        seatBooks.paid += amount;
        _works[project].paid += amount;
        _withheld(project, forWages);
        if (amount != 0) _got(project, to, amount);
        if (amount != 0) ++paymentCount[project];
    }

    function _forfeited(uint256 project, uint16 seat, uint128 amount) internal {
        delete _defects[project][seat];
        _seatBooks[project][seat].retained -= amount;
        _works[project].retained -= amount;
        _works[project].available += amount;
    }

    function _handedOver(uint256 project, uint16 seat, uint128 amount, address to) internal {
        _seatBooks[project][seat].frozen -= amount;
        _seatBooks[project][seat].credit -= amount;
        _works[project].credit -= amount;
        _works[project].handedOver += amount;
        ++paymentCount[project];
        _got(project, to, amount);
    }

    /// @dev In proportion to what was put in; the last takes the rest.
    function _refunded(uint256 project, address funder) internal {
        IFundEscrow.Books storage works = _works[project];
        Put storage put = _puts[project][funder];
        bool last = works.committed == 0 && works.retained == 0 && _facts[project].closedOutAt != 0;
        last = last && (works.advanced == works.recovered || _seatBooks[project][CONTRACTOR].credit == 0);
        if (last) _settledPut[project] += put.put;
        put.settled = last;
        uint256 whole = uint256(works.refunded) + works.available;
        uint128 part = uint128((whole * put.put) / works.funded);
        part = part > put.taken ? _min(part - put.taken, works.available) : 0;
        if (last && _settledPut[project] == works.funded) part = works.available;
        if (part == 0) return;
        put.taken += part;
        works.available -= part;
        works.refunded += part;
        ++paymentCount[project];
        _got(project, put.to == address(0) ? funder : put.to, part);
    }
}
