// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Capability, FISCAL, TAX} from "../access/CityRole.sol";

/// @title Kinds of documents.
/// @param VatSpecial Special VAT invoice: the buyer may deduct the tax.
/// @param VatOrdinary Ordinary VAT invoice.
/// @param Transport Ticket of a metro, bus, railway or airline.
/// @param Scenic Ticket of a park or museum.
/// @param Medical Receipt of a hospital; fiscal.
/// @param FiscalReceipt Other receipt of a fiscal unit, such as for a traffic fine.
enum InvoiceKind {
    None,
    VatSpecial,
    VatOrdinary,
    Transport,
    Scenic,
    Medical,
    FiscalReceipt
}

/// @notice The bureau that admits who issues documents of this kind: TAX for taxpayers, FISCAL for fiscal units.
function bureauOf(InvoiceKind kind) pure returns (Capability) {
    return kind < InvoiceKind.Medical ? TAX : FISCAL;
}

/// @notice Kinds as a set: bit n is the kind of number n.
function setOf(InvoiceKind kind) pure returns (uint16) {
    return uint16(1 << uint8(kind));
}

/// @dev All kinds of a bureau.
uint16 constant TAX_KINDS = 0x001e;
uint16 constant FISCAL_KINDS = 0x0060;
