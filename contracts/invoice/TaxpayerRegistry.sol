// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {Capability, FISCAL, INVOICING, TAX} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId, NETWORK} from "../city/CityId.sol";
import {Page} from "../common/Page.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceNumbers} from "./IInvoiceNumbers.sol";
import {NumberScheme, Terms} from "./Invoice.sol";
import {FISCAL_KINDS, TAX_KINDS, bureauOf, setOf} from "./InvoiceKind.sol";
import {InvoiceNumbers} from "./InvoiceNumbers.sol";
import {ITaxpayerRegistry} from "./ITaxpayerRegistry.sol";
import {TaxPeriod, periodAt} from "./TaxPeriod.sol";

/// @title TaxpayerRegistry
/// @notice Who may issue documents, and how much in a month.
/// @dev
/// ```
///   admit                freeze
///  ──────► Admitted ◄──────────────► Frozen       either ── dismiss ──► not admitted (and may be admitted again, elsewhere)
///                      unfreeze
/// ```
contract TaxpayerRegistry is CityManaged, InvoiceNumbers, ITaxpayerRegistry {
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @inheritdoc ITaxpayerRegistry
    IIdentityRegistry public immutable identities;

    mapping(CityId city => Bureau) private _bureaus;
    mapping(bytes32 person => Taxpayer) private _taxpayers;
    mapping(bytes32 admission => mapping(uint16 currency => uint128)) private _limits;
    mapping(bytes32 admission => EnumerableSet.AddressSet) private _operators;
    mapping(bytes32 person => mapping(uint16 currency => mapping(TaxPeriod period => uint128))) private _used;

    constructor(ICityAccessManager manager_, IIdentityRegistry identities_) CityManaged(manager_) {
        identities = identities_;
    }

    // -------------------------------------------------------------------------------------------------------- the bureau

    /// @inheritdoc ITaxpayerRegistry
    function openBureau(CityId city, Capability bureau, int16 utcOffset) external {
        _checkBureau(bureau);
        manager.checkCan(msg.sender, city, bureau);
        require(!_bureaus[city].opened, BureauNotReady(city));
        require(utcOffset >= -720 && utcOffset <= 840, UtcOffsetInvalid(utcOffset));
        _bureaus[city] = Bureau(true, utcOffset, TaxPeriod.wrap(0));
        emit BureauOpened(city, utcOffset, msg.sender);
    }

    /// @inheritdoc ITaxpayerRegistry
    function closePeriods(CityId city, TaxPeriod through, CityId[] calldata lineage) external {
        _checkStanding(city, TAX, lineage);
        require(
            through.isMonth() && through < currentPeriod(city) && _bureaus[city].closedThrough < through,
            PeriodInvalid(city, through)
        );
        _bureaus[city].closedThrough = through;
        emit PeriodsClosed(city, through, msg.sender);
    }

    /// @inheritdoc ITaxpayerRegistry
    function admit(IdentityId person, Capability bureau, CityId city, uint16 kinds) external {
        _checkKinds(bureau, kinds);
        manager.checkCan(msg.sender, city, bureau);
        Bureau memory office = _bureaus[city];
        require(office.opened, BureauNotReady(city));
        _checkPerson(person, city);
        Taxpayer memory taxpayer = _taxpayers[_keyOf(person, bureau)];
        require(!taxpayer.admitted, TaxpayerExists(person, bureau));
        (taxpayer.admitted, taxpayer.frozen) = (true, false);
        (taxpayer.city, taxpayer.utcOffset, taxpayer.kinds) = (city, office.utcOffset, kinds);
        ++taxpayer.admissions;
        emit TaxpayerAdmitted(person, bureau, city, kinds, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function dismiss(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external {
        Taxpayer memory taxpayer = _restricted(person, bureau, lineage);
        taxpayer.admitted = false;
        emit TaxpayerDismissed(person, bureau, reason, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function setKinds(IdentityId person, Capability bureau, uint16 kinds, CityId[] calldata lineage) external {
        _checkKinds(bureau, kinds);
        Taxpayer memory taxpayer = _restricted(person, bureau, lineage);
        // slither-disable-next-line unused-return
        if (kinds & ~taxpayer.kinds != 0) _checkActing(taxpayer.city, bureau, lineage);
        taxpayer.kinds = kinds;
        emit KindsChanged(person, bureau, kinds, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function setQuota(
        IdentityId person,
        Capability bureau,
        uint16 currency,
        uint128 limit,
        CityId[] calldata lineage
    ) external {
        Taxpayer memory taxpayer = _restricted(person, bureau, lineage);
        bytes32 admission = _admissionOf(person, bureau, taxpayer);
        // slither-disable-next-line unused-return
        if (limit > _limits[admission][currency]) _checkActing(taxpayer.city, bureau, lineage);
        _limits[admission][currency] = limit;
        emit QuotaChanged(person, bureau, currency, limit, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function freeze(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external {
        Taxpayer memory taxpayer = _restricted(person, bureau, lineage);
        require(!taxpayer.frozen, FreezeUnchanged(person, bureau));
        taxpayer.frozen = true;
        emit QuotaFrozen(person, bureau, reason, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function unfreeze(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external {
        Taxpayer memory taxpayer = _widened(person, bureau, lineage);
        require(taxpayer.frozen, FreezeUnchanged(person, bureau));
        taxpayer.frozen = false;
        emit QuotaUnfrozen(person, bureau, reason, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function nameOperator(IdentityId person, Capability bureau, address operator, CityId[] calldata lineage) external {
        Taxpayer memory taxpayer = _widened(person, bureau, lineage);
        bool added = _operators[_admissionOf(person, bureau, taxpayer)].add(operator);
        require(added, OperatorUnchanged(person, operator));
        emit OperatorNamed(person, bureau, operator, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc ITaxpayerRegistry
    function dropOperator(IdentityId person, Capability bureau, address operator, CityId[] calldata lineage) external {
        Taxpayer memory taxpayer = _taxpayers[_keyOf(person, bureau)]; // a dismissed one's too, who still cancels and reverses
        require(taxpayer.admissions != 0, TaxpayerUnknown(person, bureau));
        _checkStanding(taxpayer.city, bureau, lineage);
        bool removed = _operators[_admissionOf(person, bureau, taxpayer)].remove(operator);
        require(removed, OperatorUnchanged(person, operator));
        emit OperatorDropped(person, bureau, operator, msg.sender, _touch(person, bureau, taxpayer));
    }

    /// @inheritdoc IInvoiceNumbers
    function allotNumbers(NumberScheme scheme, uint256 page, IdentityId seller, Capability bureau) external {
        manager.checkCan(msg.sender, _existing(seller, bureau).city, bureau);
        _allot(scheme, page, seller);
        emit NumbersAllotted(scheme, page, seller, msg.sender);
    }

    // -------------------------------------------------------------------------------------------------- for an InvoiceRegistry

    /// @inheritdoc ITaxpayerRegistry
    function charge(
        Terms calldata terms,
        address operator,
        uint256 net,
        uint256[] calldata numbers
    ) external returns (CityId city, TaxPeriod period) {
        _checkInvoicing();
        (IdentityId person, Capability bureau) = (terms.seller, bureauOf(terms.kind));
        Taxpayer memory taxpayer = _existing(person, bureau);
        require(!taxpayer.frozen, TaxpayerFrozen(person, bureau));
        require(taxpayer.kinds & setOf(terms.kind) != 0, KindNotAdmitted(setOf(terms.kind)));
        bytes32 admission = _admissionOf(person, bureau, taxpayer);
        require(_isOperator(person, admission, operator), NotIssuingOperator(person, operator));
        (city, period) = (taxpayer.city, periodAt(block.timestamp, taxpayer.utcOffset));
        uint16 currency = terms.currency;
        _useQuota(_limits[admission][currency], _used[_keyOf(person, bureau)][currency], period, net);
        for (uint256 i = 0; i < numbers.length; ++i) _useNumber(terms.scheme, person, numbers[i]);
    }

    /// @inheritdoc ITaxpayerRegistry
    function giveBack(Terms calldata terms, TaxPeriod period, uint128 net, uint256 number) external {
        _checkInvoicing();
        _used[_keyOf(terms.seller, bureauOf(terms.kind))][terms.currency][period] -= net;
        if (number != 0) _useNumber(terms.scheme, terms.seller, number);
    }

    /// @inheritdoc IInvoiceNumbers
    function reserveNumbers(NumberScheme scheme, IdentityId seller, uint256 first, uint256 count) external {
        _checkInvoicing();
        _reserveNumbers(scheme, seller, first, count);
    }

    /// @inheritdoc IInvoiceNumbers
    function useReserved(NumberScheme scheme, IdentityId seller, uint256 number) external {
        _checkInvoicing();
        _useReserved(scheme, seller, number);
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc ITaxpayerRegistry
    function taxpayerOf(IdentityId person, Capability bureau) external view returns (Taxpayer memory) {
        return _taxpayers[_keyOf(person, bureau)];
    }

    /// @inheritdoc ITaxpayerRegistry
    function bureauAt(CityId city) external view returns (Bureau memory) {
        return _bureaus[city];
    }

    /// @inheritdoc ITaxpayerRegistry
    function quotaOf(
        IdentityId person,
        Capability bureau,
        uint16 currency,
        TaxPeriod period
    ) external view returns (uint128 limit, uint128 used) {
        bytes32 key = _keyOf(person, bureau);
        limit = _limits[_admissionOf(person, bureau, _taxpayers[key])][currency];
        used = _used[key][currency][period];
    }

    /// @inheritdoc ITaxpayerRegistry
    function isOperator(IdentityId person, Capability bureau, address account) external view returns (bool) {
        return _isOperator(person, _presentAdmission(person, bureau), account);
    }

    /// @inheritdoc ITaxpayerRegistry
    function operatorsOf(
        IdentityId person,
        Capability bureau,
        uint256 start,
        uint256 count
    ) external view returns (address[] memory operators) {
        EnumerableSet.AddressSet storage all = _operators[_presentAdmission(person, bureau)];
        operators = new address[](Page.length(all.length(), start, count));
        for (uint256 i = 0; i < operators.length; ++i) operators[i] = all.at(start + i);
    }

    /// @inheritdoc ITaxpayerRegistry
    function operatorCount(IdentityId person, Capability bureau) external view returns (uint256) {
        return _operators[_presentAdmission(person, bureau)].length();
    }

    /// @inheritdoc ITaxpayerRegistry
    function currentPeriod(CityId city) public view returns (TaxPeriod) {
        Bureau memory office = _bureaus[city];
        require(office.opened, BureauNotReady(city));
        return periodAt(block.timestamp, office.utcOffset);
    }

    /// @inheritdoc ITaxpayerRegistry
    function isClosed(CityId city, TaxPeriod period) public view returns (bool) {
        return !(_bureaus[city].closedThrough < period);
    }

    /// @inheritdoc ITaxpayerRegistry
    function checkBookable(CityId city, TaxPeriod period) external view {
        require(period.isMonth() && !(currentPeriod(city) < period), PeriodInvalid(city, period));
        require(!isClosed(city, period), PeriodClosed(city, period));
    }

    // -------------------------------------------------------------------------------------------------------- internal

    function _useQuota(
        uint128 limit,
        mapping(TaxPeriod => uint128) storage used,
        TaxPeriod period,
        uint256 net
    ) private {
        uint128 before = used[period];
        require(limit != 0 && before <= limit && net <= limit - before, QuotaExceeded(limit, before, net));
        used[period] = before + uint128(net);
    }

    function _checkInvoicing() private view {
        require(manager.holds(msg.sender, NETWORK, INVOICING), NoStanding(msg.sender, NETWORK));
    }

    function _checkBureau(Capability bureau) private pure {
        require(bureau == TAX || bureau == FISCAL, NotBureau(bureau));
    }

    function _checkKinds(Capability bureau, uint16 kinds) private pure {
        _checkBureau(bureau);
        uint16 allowed = bureau == TAX ? TAX_KINDS : FISCAL_KINDS;
        require(kinds & ~allowed == 0, KindNotAdmitted(kinds));
    }

    function _checkPerson(IdentityId person, CityId city) private view {
        // slither-disable-next-line unused-return
        (IIdentityRegistry.State memory state, ) = identities.stateOf(person);
        require(
            state.kind == IIdentityRegistry.Kind.Legal &&
                identities.statusOf(person) == IIdentityRegistry.IdentityStatus.Active,
            NotActiveLegalPerson(person)
        );
        require(manager.isAncestorOrSelf(city, state.city), NotOfCity(person, city));
    }

    /// @dev An admission that the caller may restrict.
    function _restricted(
        IdentityId person,
        Capability bureau,
        CityId[] calldata lineage
    ) private view returns (Taxpayer memory taxpayer) {
        taxpayer = _existing(person, bureau);
        _checkStanding(taxpayer.city, bureau, lineage);
    }

    /// @dev An admission that the caller may widen.
    function _widened(
        IdentityId person,
        Capability bureau,
        CityId[] calldata lineage
    ) private view returns (Taxpayer memory taxpayer) {
        taxpayer = _existing(person, bureau);
        // slither-disable-next-line unused-return
        _checkActing(taxpayer.city, bureau, lineage);
    }

    function _existing(IdentityId person, Capability bureau) private view returns (Taxpayer memory taxpayer) {
        taxpayer = _taxpayers[_keyOf(person, bureau)];
        require(taxpayer.admitted, TaxpayerUnknown(person, bureau));
    }

    function _isOperator(IdentityId person, bytes32 admission, address account) private view returns (bool) {
        return _operators[admission].contains(account) && identities.isOperator(person, account);
    }

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(
        IdentityId person,
        Capability bureau,
        Taxpayer memory taxpayer
    ) private returns (uint40 previousBlock) {
        previousBlock = taxpayer.changedIn;
        taxpayer.changedIn = uint40(block.number);
        ++taxpayer.changes;
        _taxpayers[_keyOf(person, bureau)] = taxpayer;
    }

    function _presentAdmission(IdentityId person, Capability bureau) private view returns (bytes32) {
        return _admissionOf(person, bureau, _taxpayers[_keyOf(person, bureau)]);
    }

    function _keyOf(IdentityId person, Capability bureau) private pure returns (bytes32) {
        return keccak256(abi.encode(person, bureau));
    }

    function _admissionOf(
        IdentityId person,
        Capability bureau,
        Taxpayer memory taxpayer
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(person, bureau, taxpayer.admissions));
    }
}
