// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Capability} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {NumberScheme} from "../../contracts/invoice/Invoice.sol";
import {TaxPeriod} from "../../contracts/invoice/TaxPeriod.sol";
import {InvoiceTown} from "./InvoiceTown.sol";
import {PlainRules} from "./PlainRules.sol";

/// @title The rules of bureaus as a plain model: who may issue, how much in which month, under which numbers.
/// @dev A quota's use is the sum of a list of all that was charged and given back. Bureaus of cities 2 to 5 are open, each with a clock of
/// its own. Sellers 0, 1 and 2 are taxpayers of cities 3, 5 and 4; seller 2 is a fiscal unit of city 2 too.
abstract contract QuotaModel is InvoiceTown {
    uint256 internal constant PAGE = 100_000;
    uint8 internal constant SINGLES = 1;
    uint8 internal constant RANGES = 2;

    struct Admission {
        bool admitted;
        bool frozen;
        uint32 city;
        uint16 kinds;
        int16 utcOffset;
        uint256 round;
    }

    struct Charge {
        uint256 seller;
        uint32 bureau;
        uint16 currency;
        uint24 period;
        int256 net;
    }

    struct Page {
        uint8 use;
        uint256 next;
        uint256 owner; // seller + 1
    }

    mapping(uint256 seller => mapping(uint32 bureau => Admission)) internal _admissions;
    mapping(bytes32 admissionAndCurrency => uint256) private _limits;
    mapping(bytes32 admission => bool) private _operating;
    Charge[] private _charges;
    mapping(NumberScheme scheme => mapping(uint256 page => Page)) internal _pages;
    mapping(bytes32 number => bool) private _used;
    mapping(uint32 city => bool) internal _opened;
    mapping(uint32 city => int16) internal _clock;
    mapping(uint32 city => uint24) internal _closedThrough;

    constructor() {
        _open(2, -720);
        _open(3, 480);
        _open(4, 0);
        _open(5, 840);
        _admit(0, TAX_BUREAU, 3, 0x1e);
        _admit(1, TAX_BUREAU, 5, 0x1e);
        _admit(2, TAX_BUREAU, 4, 0x1e);
        _admit(2, FISCAL_BUREAU, 2, 0x60);
    }

    // -------------------------------------------------------------------------------------------------------------- reading

    function usedOf(uint256 seller, uint32 bureau, uint16 currency, uint24 period) public view returns (uint256) {
        int256 sum = 0;
        for (uint256 i = 0; i < _charges.length; ++i) {
            Charge storage charge = _charges[i];
            bool same = charge.seller == seller && charge.bureau == bureau;
            if (same && charge.currency == currency && charge.period == period) sum += charge.net;
        }
        require(sum >= 0, "more was given back than charged");
        return uint256(sum);
    }

    function limitOf(uint256 seller, uint32 bureau, uint16 currency) public view returns (uint256) {
        return _limits[_limitKey(seller, bureau, currency)];
    }

    function chargeCount() external view returns (uint256) {
        return _charges.length;
    }

    function chargeAt(uint256 index) external view returns (Charge memory) {
        return _charges[index];
    }

    function sellerAt(uint256 seller) external view returns (IdentityId) {
        return _sellers[seller];
    }

    function isUsed(NumberScheme scheme, uint256 seller, uint256 number) public view returns (bool) {
        return _used[_numberKey(scheme, seller, number)];
    }

    // -------------------------------------------------------------------------------------------------------------- the bureau

    function ruleQuota(
        address by,
        uint256 seller,
        uint32 bureau,
        uint16 currency,
        uint128 limit,
        uint32 acting
    ) external asRule {
        _mayChange(by, seller, bureau, acting, limit > limitOf(seller, bureau, currency));
        _limits[_limitKey(seller, bureau, currency)] = limit;
    }

    function ruleFreeze(address by, uint256 seller, uint32 bureau, bool frozen, uint32 acting) external asRule {
        Admission storage admission = _mayChange(by, seller, bureau, acting, !frozen);
        require(admission.frozen != frozen);
        admission.frozen = frozen;
    }

    function ruleKinds(address by, uint256 seller, uint32 bureau, uint16 kinds, uint32 acting) external asRule {
        require(_areKinds(bureau, kinds));
        bool more = kinds | _admissions[seller][bureau].kinds != _admissions[seller][bureau].kinds;
        _mayChange(by, seller, bureau, acting, more).kinds = kinds;
    }

    function ruleOperator(address by, uint256 seller, uint32 bureau, bool named, uint32 acting) external asRule {
        Admission storage admission = _mayChange(by, seller, bureau, acting, named);
        bytes32 key = _admissionKey(seller, bureau, admission.round);
        require(_operating[key] != named);
        _operating[key] = named;
    }

    function ruleDismiss(address by, uint256 seller, uint32 bureau, uint32 acting) external asRule {
        _mayChange(by, seller, bureau, acting, false).admitted = false;
    }

    function ruleAdmit(address by, uint256 seller, uint32 bureau, uint32 city, uint16 kinds) external asRule {
        Admission storage admission = _admissions[seller][bureau];
        require(_may(by, city, bureau) && _opened[city] && !_idle[seller] && _areKinds(bureau, kinds));
        require(!admission.admitted && _isAncestorOrSelf(city, _home(seller)));
        (admission.admitted, admission.frozen, admission.city, admission.kinds) = (true, false, city, kinds);
        (admission.utcOffset, admission.round) = (_clock[city], admission.round + 1);
    }

    function ruleClosePeriods(address by, uint32 city, uint24 through, uint32 acting) external asRule {
        require(_stands(by, city, TAX_BUREAU, acting) && _opened[city] && PlainRules.isMonth(through));
        require(through < PlainRules.monthAt(block.timestamp, _clock[city]) && through > _closedThrough[city]);
        _closedThrough[city] = through;
    }

    function ruleAllot(address by, NumberScheme scheme, uint256 index, uint256 seller, uint32 bureau) external asRule {
        Admission storage admission = _admissions[seller][bureau];
        require(admission.admitted && _may(by, admission.city, bureau) && scheme != NumberScheme.Own);
        require(index < _limitOf(scheme) / PAGE);
        Page storage page = _pages[scheme][index];
        require(page.use == 0 && page.owner == 0);
        page.owner = seller + 1;
    }

    // -------------------------------------------------------------------------------------------------------------- issuing

    /// @dev Who may issue, and in which month: the rest is for each document.
    function _issuer(
        address by,
        uint256 seller,
        uint8 kind,
        uint16 currency
    ) internal view returns (uint32 city, uint24 period) {
        uint32 bureau = _bureauOf(kind);
        Admission storage admission = _admissions[seller][bureau];
        require(admission.admitted && !admission.frozen && (admission.kinds >> kind) % 2 == 1);
        require(_isOperator(by, seller, bureau));
        require(isActive(admission.city) && !closed);
        (city, period) = (admission.city, PlainRules.monthAt(block.timestamp, admission.utcOffset));
        require(limitOf(seller, bureau, currency) != 0);
        require(usedOf(seller, bureau, currency, period) <= limitOf(seller, bureau, currency));
    }

    function _charge(uint256 seller, uint8 kind, uint16 currency, uint24 period, uint256 net) internal {
        uint32 bureau = _bureauOf(kind);
        require(usedOf(seller, bureau, currency, period) + net <= limitOf(seller, bureau, currency));
        _charges.push(Charge(seller, bureau, currency, period, int256(net)));
    }

    /// @dev To the month of issue, whatever happened to the admission since.
    function _uncharge(uint256 seller, uint8 kind, uint16 currency, uint24 period, uint256 net) internal {
        _charges.push(Charge(seller, _bureauOf(kind), currency, period, -int256(net)));
    }

    function _isOperator(address by, uint256 seller, uint32 bureau) internal view returns (bool) {
        bytes32 key = _admissionKey(seller, bureau, _admissions[seller][bureau].round);
        return seller < SELLERS && by == _operators[seller] && !_idle[seller] && _operating[key];
    }

    /// @dev Nothing stands in the way of its documents, except their own faults and the quota.
    function _canIssue(uint256 seller) internal view returns (bool) {
        Admission storage admission = _admissions[seller][TAX_BUREAU];
        bool free = admission.admitted && !admission.frozen && isActive(admission.city);
        return free && _isOperator(_operators[seller], seller, TAX_BUREAU);
    }

    /// @dev Mostly one who can issue.
    function _anySeller() internal returns (uint256 seller) {
        seller = _random(SELLERS);
        if (_random(10) == 0) return seller;
        for (uint256 i = 0; i < SELLERS && !_canIssue(seller); ++i) seller = (seller + 1) % SELLERS;
    }

    // -------------------------------------------------------------------------------------------------------------- numbers

    function _useNumber(NumberScheme scheme, uint256 seller, uint256 number) internal {
        require(number != 0 && number < _limitOf(scheme));
        if (scheme == NumberScheme.Own) require(_isPrintable(number));
        if (scheme != NumberScheme.Own) _pageFor(scheme, seller, number / PAGE, SINGLES).use = SINGLES;
        _useReserved(scheme, seller, number);
    }

    function _useReserved(NumberScheme scheme, uint256 seller, uint256 number) internal {
        require(!isUsed(scheme, seller, number));
        _used[_numberKey(scheme, seller, number)] = true;
    }

    /// @dev Number by number: each is after all that were reserved in its page.
    function _reserve(NumberScheme scheme, uint256 seller, uint256 first, uint256 count) internal {
        require(scheme != NumberScheme.Own && first != 0 && first + count <= _limitOf(scheme));
        for (uint256 number = first; number < first + count; ++number) {
            Page storage page = _pageFor(scheme, seller, number / PAGE, RANGES);
            require(number % PAGE >= page.next);
            (page.use, page.next) = (RANGES, (number % PAGE) + 1);
        }
    }

    function _pageFor(
        NumberScheme scheme,
        uint256 seller,
        uint256 index,
        uint8 use
    ) private view returns (Page storage page) {
        page = _pages[scheme][index];
        require((page.use == 0 || page.use == use) && (page.owner == 0 || page.owner == seller + 1));
    }

    /// @dev 1 to 31 characters of ASCII, from a space to a tilde.
    function _isPrintable(uint256 number) private pure returns (bool) {
        for (; number != 0; number /= 256) if (number % 256 < 32 || number % 256 > 126) return false;
        return true;
    }

    function _limitOf(NumberScheme scheme) internal pure returns (uint256) {
        if (scheme == NumberScheme.Own) return 256 ** 31;
        return scheme == NumberScheme.FiscalBill ? 1e18 : 1e20;
    }

    function _numberKey(NumberScheme scheme, uint256 seller, uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode(scheme, scheme == NumberScheme.Own ? seller : SELLERS, number));
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _bureauOf(uint8 kind) internal pure returns (uint32) {
        return kind == 5 || kind == 6 ? FISCAL_BUREAU : TAX_BUREAU;
    }

    function _areKinds(uint32 bureau, uint16 kinds) private pure returns (bool) {
        return bureau == TAX_BUREAU ? kinds & 0x1e == kinds : kinds & 0x60 == kinds;
    }

    /// @dev To widen asks the guard, to restrict the role alone.
    function _mayChange(
        address by,
        uint256 seller,
        uint32 bureau,
        uint32 acting,
        bool widens
    ) private view returns (Admission storage admission) {
        admission = _admissions[seller][bureau];
        require(admission.admitted);
        require(widens ? _mayActing(by, admission.city, bureau, acting) : _stands(by, admission.city, bureau, acting));
    }

    function _limitKey(uint256 seller, uint32 bureau, uint16 currency) private view returns (bytes32) {
        return keccak256(abi.encode(_admissionKey(seller, bureau, _admissions[seller][bureau].round), currency));
    }

    function _admissionKey(uint256 seller, uint32 bureau, uint256 round) private pure returns (bytes32) {
        return keccak256(abi.encode(seller, bureau, round));
    }

    function _open(uint32 city, int16 utcOffset) private {
        vm.prank(_officers[city % OFFICERS]);
        taxpayers.openBureau(CityId.wrap(city), Capability.wrap(TAX_BUREAU), utcOffset);
        (_opened[city], _clock[city]) = (true, utcOffset);
    }

    function _admit(uint256 seller, uint32 bureau, uint32 city, uint16 kinds) private {
        (address by, IdentityId id, Capability capability) = (
            _officers[city % OFFICERS],
            _sellers[seller],
            Capability.wrap(bureau)
        );
        CityId[] memory none = new CityId[](0);
        vm.prank(by);
        taxpayers.admit(id, capability, CityId.wrap(city), kinds);
        vm.prank(by);
        taxpayers.nameOperator(id, capability, _operators[seller], none);
        vm.prank(by);
        taxpayers.setQuota(id, capability, CNY, 300_000, none);
        _admissions[seller][bureau] = Admission(true, false, city, kinds, _clock[city], 1);
        _limits[_limitKey(seller, bureau, CNY)] = 300_000;
        _operating[_admissionKey(seller, bureau, 1)] = true;
    }
}
