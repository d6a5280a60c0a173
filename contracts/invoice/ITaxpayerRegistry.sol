// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Capability} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceNumbers} from "./IInvoiceNumbers.sol";
import {Terms} from "./Invoice.sol";
import {TaxPeriod} from "./TaxPeriod.sol";

/// @title Who may issue documents, of which kinds, under which numbers, and how much in a month.
/// @notice A city's tax bureau, (city, TAX), admits legal persons as taxpayers; its finance bureau, (city, FISCAL), admits fiscal
/// units such as hospitals and police. One person has one admission under each of the two, in one city at a time.
///
/// A quota is per currency and calendar month of the bureau's clock, on net amounts. It is charged when a document is issued, and given
/// back to the month of issue when it is reversed. Lowering it blocks only what is new.
///
/// Who issues is an account that is an operator twice: of the legal person (IdentityRegistry), and of the bureau's admission. Either
/// side alone ends it.
///
/// Trust assumptions
/// - A bureau decides who issues, and how much; it cannot issue, nor undo what was issued.
/// - Charging, giving back and using numbers are for holders of (network, INVOICING), which is for InvoiceRegistry alone.
interface ITaxpayerRegistry is IInvoiceNumbers {
    /// @notice A bureau's clock and books, shared by both bureaus of a city.
    /// @param utcOffset Of its clock, minutes; it never changes, so that no month has two quotas.
    /// @param closedThrough The last period that is closed for bookings; 0 for none.
    struct Bureau {
        bool opened;
        int16 utcOffset;
        TaxPeriod closedThrough;
    }

    /// @notice An admission.
    /// @param city The city of the bureau.
    /// @param kinds The documents that may be issued; bit n is the kind of number n.
    /// @param utcOffset The bureau's.
    /// @param admissions How often the person was admitted under this capability: quotas and operators of an earlier one count no more.
    /// @param changes How often the admission changed.
    /// @param changedIn Block of its last event.
    struct Taxpayer {
        bool admitted;
        bool frozen;
        CityId city;
        uint16 kinds;
        int16 utcOffset;
        uint32 admissions;
        uint32 changes;
        uint40 changedIn;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A city's bureau was opened.
    event BureauOpened(CityId indexed city, int16 utcOffset, address by);
    /// @notice Nothing more is booked for periods up to `through`.
    event PeriodsClosed(CityId indexed city, TaxPeriod through, address by);
    /// @notice A legal person was admitted.
    event TaxpayerAdmitted(
        IdentityId indexed person,
        Capability indexed bureau,
        CityId indexed city,
        uint16 kinds,
        address by,
        uint40 previousBlock
    );
    /// @notice An admission ended.
    event TaxpayerDismissed(
        IdentityId indexed person,
        Capability indexed bureau,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice The kinds of documents changed.
    event KindsChanged(
        IdentityId indexed person,
        Capability indexed bureau,
        uint16 kinds,
        address by,
        uint40 previousBlock
    );
    /// @notice A monthly quota changed.
    event QuotaChanged(
        IdentityId indexed person,
        Capability indexed bureau,
        uint16 indexed currency,
        uint128 limit,
        address by,
        uint40 previousBlock
    );
    /// @notice Nothing more is issued until it is unfrozen.
    event QuotaFrozen(
        IdentityId indexed person,
        Capability indexed bureau,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice The quotas count again.
    event QuotaUnfrozen(
        IdentityId indexed person,
        Capability indexed bureau,
        uint16 reason,
        address by,
        uint40 previousBlock
    );
    /// @notice An account may issue.
    event OperatorNamed(
        IdentityId indexed person,
        Capability indexed bureau,
        address indexed operator,
        address by,
        uint40 previousBlock
    );
    /// @notice An account may issue no more.
    event OperatorDropped(
        IdentityId indexed person,
        Capability indexed bureau,
        address indexed operator,
        address by,
        uint40 previousBlock
    );

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice Only tax and finance bureaus admit.
    error NotBureau(Capability capability);
    /// @notice The bureaus of this city were not opened, or are already.
    error BureauNotReady(CityId city);
    /// @notice A clock is at most 14 hours from UTC.
    error UtcOffsetInvalid(int16 utcOffset);
    /// @notice Not a month that this bureau can close, or that a booking can name.
    error PeriodInvalid(CityId city, TaxPeriod period);
    /// @notice The bureau has closed this period.
    error PeriodClosed(CityId city, TaxPeriod period);
    /// @notice Only an active legal person is admitted.
    error NotActiveLegalPerson(IdentityId person);
    /// @notice A bureau admits persons of its city, or of one below it.
    error NotOfCity(IdentityId person, CityId city);
    /// @notice The person is admitted already.
    error TaxpayerExists(IdentityId person, Capability bureau);
    /// @notice The person is not admitted.
    error TaxpayerUnknown(IdentityId person, Capability bureau);
    /// @notice The quotas are frozen.
    error TaxpayerFrozen(IdentityId person, Capability bureau);
    /// @notice The quotas are frozen already, or are not.
    error FreezeUnchanged(IdentityId person, Capability bureau);
    /// @notice The bureau does not admit for these kinds, or the person was not admitted for this one.
    error KindNotAdmitted(uint16 kinds);
    /// @notice The month's quota does not allow it.
    error QuotaExceeded(uint128 limit, uint128 used, uint256 wanted);
    /// @notice The account is named already, or is not.
    error OperatorUnchanged(IdentityId identity, address operator);
    /// @notice The account does not issue for this person.
    error NotIssuingOperator(IdentityId person, address account);

    // -------------------------------------------------------------------------------------------------------- the bureau

    /// @notice Open a city's bureaus, once. By (city, `bureau`) under the guard.
    /// @param bureau TAX or FISCAL.
    /// @param utcOffset Minutes from UTC, -720 to 840.
    function openBureau(CityId city, Capability bureau, int16 utcOffset) external;

    /// @notice Close the tax periods up to a month that has ended. By (city, TAX) with the role alone.
    /// @param lineage Empty for the city's own bureau; see ICityAccessManager.hasStanding.
    function closePeriods(CityId city, TaxPeriod through, CityId[] calldata lineage) external;

    /// @notice Admit a legal person of the city, or of one below it. By (city, `bureau`) under the guard. Without a quota it issues
    /// nothing yet.
    function admit(IdentityId person, Capability bureau, CityId city, uint16 kinds) external;

    /// @notice End an admission. By the bureau with the role alone.
    /// @param reason A code; src/invoice/reason.ts lists those in use.
    function dismiss(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Set the kinds of documents. By the bureau: more of them under the guard, fewer with the role alone.
    function setKinds(IdentityId person, Capability bureau, uint16 kinds, CityId[] calldata lineage) external;

    /// @notice Set the monthly quota. By the bureau: raised under the guard, lowered with the role alone.
    /// @param currency ISO 4217 numeric.
    /// @param limit Net amount in minor units.
    function setQuota(
        IdentityId person,
        Capability bureau,
        uint16 currency,
        uint128 limit,
        CityId[] calldata lineage
    ) external;

    /// @notice Freeze all quotas. By the bureau with the role alone.
    function freeze(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Unfreeze the quotas. By the bureau under the guard.
    function unfreeze(IdentityId person, Capability bureau, uint16 reason, CityId[] calldata lineage) external;

    /// @notice Name an account that may issue. By the bureau under the guard. It must be the legal person's own operator whenever it acts.
    function nameOperator(IdentityId person, Capability bureau, address operator, CityId[] calldata lineage) external;

    /// @notice The account issues no more. By the bureau with the role alone, also after a dismissal.
    function dropOperator(IdentityId person, Capability bureau, address operator, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------- for an InvoiceRegistry

    /// @notice Charge the month's quota, and use the numbers of documents. By (network, INVOICING) with the role alone; who calls has asked
    /// the guard.
    /// @param operator Who issues.
    /// @param net Net amount of all, in minor units.
    /// @param numbers Of single documents; none for a batch.
    /// @return city The bureau's city.
    /// @return period The month that was charged.
    function charge(
        Terms calldata terms,
        address operator,
        uint256 net,
        uint256[] calldata numbers
    ) external returns (CityId city, TaxPeriod period);

    /// @notice Give back to the month of issue, and use the number of the reversing document, if there is one. By (network, INVOICING)
    /// with the role alone.
    /// @param number Zero for none.
    function giveBack(Terms calldata terms, TaxPeriod period, uint128 net, uint256 number) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice Where the legal persons are registered.
    function identities() external view returns (IIdentityRegistry);

    /// @notice The admission of a person; all zero where there never was one.
    function taxpayerOf(IdentityId person, Capability bureau) external view returns (Taxpayer memory);

    /// @notice The bureau's clock and books.
    function bureauAt(CityId city) external view returns (Bureau memory);

    /// @notice A month's quota, and how much of it is used, in minor units.
    function quotaOf(
        IdentityId person,
        Capability bureau,
        uint16 currency,
        TaxPeriod period
    ) external view returns (uint128 limit, uint128 used);

    /// @notice Whether the account acts for the person before this bureau now: both named it, and the person is active.
    function isOperator(IdentityId person, Capability bureau, address account) external view returns (bool);

    /// @notice The accounts that the bureau names, by page.
    function operatorsOf(
        IdentityId person,
        Capability bureau,
        uint256 start,
        uint256 count
    ) external view returns (address[] memory);

    /// @notice How many accounts the bureau names.
    function operatorCount(IdentityId person, Capability bureau) external view returns (uint256);

    /// @notice The present month of the bureau's clock. Errors: BureauNotReady.
    function currentPeriod(CityId city) external view returns (TaxPeriod);

    /// @notice Whether the bureau has closed the period.
    function isClosed(CityId city, TaxPeriod period) external view returns (bool);

    /// @notice Reverts unless a document can be booked for the period at this bureau: a month, not closed, not to come.
    /// @dev Errors: BureauNotReady, PeriodInvalid, PeriodClosed.
    function checkBookable(CityId city, TaxPeriod period) external view;
}
