// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Capability} from "../access/CityRole.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {NumberScheme} from "./Invoice.sol";

/// @title The numbers of documents: each is used once, and never again, whichever InvoiceRegistry uses it.
/// @notice Numbers of digits are unique in their scheme; they lie in pages of 100,000, and a page serves either single documents or the
/// ranges of batches. A seller's own numbers are unique to the seller.
interface IInvoiceNumbers {
    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A bureau allotted a page of 100,000 numbers to a seller.
    event NumbersAllotted(NumberScheme indexed scheme, uint256 indexed page, IdentityId indexed seller, address by);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice The number does not fit its scheme.
    error NumberInvalid(NumberScheme scheme, uint256 number);
    /// @notice The number was used.
    error NumberUsed(NumberScheme scheme, uint256 number);
    /// @notice The number is in a page that is another seller's, or that is numbered the other way: singly, or by batches.
    error NumberReserved(NumberScheme scheme, uint256 page);
    /// @notice The page is in use, or allotted.
    error PageTaken(NumberScheme scheme, uint256 page);

    // -------------------------------------------------------------------------------------------------------- the bureau

    /// @notice Allot a page of numbers to a seller: no other uses them. By the bureau that admitted the seller, under the guard.
    /// @param page number / 100,000.
    function allotNumbers(NumberScheme scheme, uint256 page, IdentityId seller, Capability bureau) external;

    // -------------------------------------------------------------------------------------------------- for an InvoiceRegistry

    /// @notice Reserve the numbers of a batch. By (network, INVOICING) with the role alone.
    function reserveNumbers(NumberScheme scheme, IdentityId seller, uint256 first, uint256 count) external;

    /// @notice Use a reserved number. By (network, INVOICING) with the role alone.
    function useReserved(NumberScheme scheme, IdentityId seller, uint256 number) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice Whether the number was used.
    function isUsed(NumberScheme scheme, IdentityId seller, uint256 number) external view returns (bool);
}
