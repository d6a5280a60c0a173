// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Capability} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {NumberScheme} from "../../contracts/invoice/Invoice.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {LedgerModel} from "./LedgerModel.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title Random acts of bureaus, each compared with the plain model.
abstract contract BureauHandler is LedgerModel {
    /// @dev Who acts on whose admission.
    struct Office {
        address by;
        uint256 seller;
        uint32 bureau;
        uint32 acting;
    }

    function bureau(uint256 seed) external {
        _begin(seed);
        Office memory office = _anyOffice();
        Admission storage admission = _admissions[office.seller][office.bureau];
        if (!admission.admitted && _random(4) != 0) return _readmit(office);
        uint256 dice = _random(16);
        // What stands in the way of issuing is mostly undone.
        if (admission.frozen && _random(3) != 0) return _freeze(office, false);
        if (!_isOperator(_operators[office.seller], office.seller, office.bureau) && _random(3) != 0) {
            return _operate(office);
        }
        if (dice < 5) _setQuota(office);
        else if (dice < 8) _freeze(office, !admission.frozen);
        else if (dice < 11) _operate(office);
        else if (dice < 13) _setKinds(office);
        else if (dice < 15) _allot(office);
        else if (_random(3) == 0) _dismiss(office);
        else _readmit(office);
    }

    function closePeriods(uint256 seed) external {
        _begin(seed);
        uint32 city = _random(12) == 0 ? 1 : uint32(2 + _random(CITIES - 1));
        (address by, uint32 acting) = _anyStanding(city, TAX_BUREAU);
        uint24 through = _anyMonth(city);
        bytes memory call = abi.encodeCall(
            taxpayers.closePeriods,
            (CityId.wrap(city), TaxPeriod.wrap(through), _lineage(acting))
        );
        bytes memory rule = abi.encodeCall(this.ruleClosePeriods, (by, city, through, acting));
        _play(Play("closePeriods", address(taxpayers), by, call, rule, false));
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _setQuota(Office memory office) private {
        uint16 currency = _random(5) == 0 ? HKD : CNY;
        uint256 dice = _random(8);
        uint128 limit = uint128(
            dice == 0
                ? 0
                : dice == 1
                    ? type(uint128).max
                    : 20_000 * _random(30)
        );
        bytes memory call = abi.encodeCall(
            taxpayers.setQuota,
            (_sellers[office.seller], Capability.wrap(office.bureau), currency, limit, _lineage(office.acting))
        );
        bytes memory rule = abi.encodeCall(
            this.ruleQuota,
            (office.by, office.seller, office.bureau, currency, limit, office.acting)
        );
        _play(Play("setQuota", address(taxpayers), office.by, call, rule, false));
    }

    function _freeze(Office memory office, bool frozen) private {
        if (frozen && _random(3) != 0) return; // not frozen for long
        if (_random(6) == 0) frozen = !frozen;
        (Capability capability, CityId[] memory lineage) = (Capability.wrap(office.bureau), _lineage(office.acting));
        bytes memory call =
            frozen
                ? abi.encodeCall(taxpayers.freeze, (_sellers[office.seller], capability, 1, lineage))
                : abi.encodeCall(taxpayers.unfreeze, (_sellers[office.seller], capability, 1, lineage));
        bytes memory rule = abi.encodeCall(
            this.ruleFreeze,
            (office.by, office.seller, office.bureau, frozen, office.acting)
        );
        _play(Play(frozen ? "freeze" : "unfreeze", address(taxpayers), office.by, call, rule, false));
    }

    function _operate(Office memory office) private {
        address operator = _operators[office.seller];
        bool named = !_isOperator(operator, office.seller, office.bureau) || _random(8) == 0;
        if (!named && _random(3) != 0) return; // not without one for long
        (Capability capability, CityId[] memory lineage) = (Capability.wrap(office.bureau), _lineage(office.acting));
        bytes memory call =
            named
                ? abi.encodeCall(taxpayers.nameOperator, (_sellers[office.seller], capability, operator, lineage))
                : abi.encodeCall(taxpayers.dropOperator, (_sellers[office.seller], capability, operator, lineage));
        bytes memory rule = abi.encodeCall(
            this.ruleOperator,
            (office.by, office.seller, office.bureau, named, office.acting)
        );
        _play(Play(named ? "nameOperator" : "dropOperator", address(taxpayers), office.by, call, rule, false));
    }

    function _setKinds(Office memory office) private {
        uint16 all = office.bureau == TAX_BUREAU ? 0x1e : 0x60;
        uint256 dice = _random(8);
        uint16 kinds =
            dice == 0
                ? uint16(_random(256))
                : dice == 1
                    ? all & ~uint16(2 << _random(6))
                    : all;
        bytes memory call = abi.encodeCall(
            taxpayers.setKinds,
            (_sellers[office.seller], Capability.wrap(office.bureau), kinds, _lineage(office.acting))
        );
        bytes memory rule = abi.encodeCall(
            this.ruleKinds,
            (office.by, office.seller, office.bureau, kinds, office.acting)
        );
        _play(Play("setKinds", address(taxpayers), office.by, call, rule, false));
    }

    function _dismiss(Office memory office) private {
        bytes memory call = abi.encodeCall(
            taxpayers.dismiss,
            (_sellers[office.seller], Capability.wrap(office.bureau), 1, _lineage(office.acting))
        );
        bytes memory rule = abi.encodeCall(this.ruleDismiss, (office.by, office.seller, office.bureau, office.acting));
        _play(Play("dismiss", address(taxpayers), office.by, call, rule, false));
    }

    /// @dev Mostly in another city, whose clock is another; then an operator and a quota are needed again.
    function _readmit(Office memory office) private {
        uint32 city = _home(office.seller);
        if (_random(2) == 0) city = _parentOf(city);
        if (_random(8) == 0) city = _anyCity();
        if (_random(8) != 0) office.by = _officers[_anyOfficer(city, office.bureau)];
        uint16 kinds = office.bureau == TAX_BUREAU ? 0x1e : 0x60;
        if (_random(12) == 0) kinds = 0x7e;
        bytes memory call = abi.encodeCall(
            taxpayers.admit,
            (_sellers[office.seller], Capability.wrap(office.bureau), CityId.wrap(city), kinds)
        );
        bytes memory rule = abi.encodeCall(this.ruleAdmit, (office.by, office.seller, office.bureau, city, kinds));
        if (!_play(Play("admit", address(taxpayers), office.by, call, rule, false))) return;
        _operate(office);
        _setQuota(office);
    }

    function _allot(Office memory office) private {
        NumberScheme scheme = NumberScheme(_random(12) == 0 ? 3 : _random(3));
        uint256 page = _random(16) == 0 ? _limitOf(scheme) / PAGE : _random(30);
        bytes memory call = abi.encodeCall(
            taxpayers.allotNumbers,
            (scheme, page, _sellers[office.seller], Capability.wrap(office.bureau))
        );
        bytes memory rule = abi.encodeCall(this.ruleAllot, (office.by, scheme, page, office.seller, office.bureau));
        _play(Play("allot", address(taxpayers), office.by, call, rule, false));
    }

    /// @dev Mostly an admission there is, and who may change it.
    function _anyOffice() private returns (Office memory office) {
        office.seller = _random(SELLERS);
        for (uint256 i = 0; i < SELLERS && _random(3) != 0; ++i) if (!_canIssue(i)) office.seller = i;
        bool fiscal = office.seller == 2 ? _random(2) == 0 : _random(10) == 0;
        office.bureau = fiscal ? FISCAL_BUREAU : TAX_BUREAU;
        uint32 city = _admissions[office.seller][office.bureau].city;
        (office.by, office.acting) = _anyStanding(city == 0 ? 3 : city, office.bureau);
    }

    /// @dev Mostly one of the last months; sometimes this one, one to come, or none.
    function _anyMonth(uint32 city) internal returns (uint24) {
        if (_random(16) == 0) return uint24(200_100 + _random(14));
        uint256 back = _random(4) * 31 days;
        uint256 time = _random(12) == 0 ? block.timestamp + 31 days : block.timestamp - back;
        return PlainRules.monthAt(time, _clock[city]);
    }
}
