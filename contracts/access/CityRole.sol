// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";

/// @title What an account may do for a city. Numbers from 0x8000_0000 on are "issue under schema n" (0x8000_0000 | n).
type Capability is uint32;

using {equal as ==} for Capability global;

function equal(Capability a, Capability b) pure returns (bool) {
    return Capability.unwrap(a) == Capability.unwrap(b);
}

/// @dev Administers every role of the city; its holder is the city's controller. With city 0 it is AccessManager's ADMIN_ROLE.
Capability constant ADMIN = Capability.wrap(0);

/// @dev Writes the city's resolution records.
Capability constant RESOLUTION = Capability.wrap(1);

/// @dev Registers the city's residents and legal persons, and keeps their identities.
Capability constant IDENTITY = Capability.wrap(2);

/// @dev Makes and closes the city's schemas of claims.
Capability constant SCHEMA = Capability.wrap(3);

/// @dev The city's tax bureau: admits taxpayers, sets their quotas, and keeps its tax periods.
Capability constant TAX = Capability.wrap(4);

/// @dev The city's finance bureau: the same for fiscal units (hospitals, police).
Capability constant FISCAL = Capability.wrap(5);

/// @dev Attests payments and refunds: an accredited payment provider, or a contract that is an IPaymentSource.
Capability constant PAYMENT = Capability.wrap(6);

/// @dev Of the network alone, for an InvoiceRegistry: charges quotas and takes payments.
Capability constant INVOICING = Capability.wrap(7);

/// @dev Of the network alone, for an InvoiceLedger: has documents reversed.
Capability constant REVERSING = Capability.wrap(8);

/// @dev The city's court: freezes a company's works money.
Capability constant JUSTICE = Capability.wrap(9);

/// @dev The city's labour office: enrols workers, files and rules on wages, sets the city's floors.
Capability constant LABOUR = Capability.wrap(10);

/// @dev A bank of the city: issues the SettlementToken, and redeems it.
Capability constant BANKING = Capability.wrap(11);

/// @title Roles of AccessManager.
/// @notice A role is (city, capability), packed as 32 bits of city and 32 bits of capability.
library CityRole {
    function pack(CityId city, Capability capability) internal pure returns (uint64) {
        return (uint64(CityId.unwrap(city)) << 32) | Capability.unwrap(capability);
    }

    function cityOf(uint64 role) internal pure returns (CityId) {
        return CityId.wrap(uint32(role >> 32));
    }
}
