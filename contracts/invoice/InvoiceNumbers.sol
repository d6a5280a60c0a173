// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceNumbers} from "./IInvoiceNumbers.sol";
import {NumberScheme} from "./Invoice.sol";

/// @title The numbers of documents: each is used once, and never again.
/// @notice The part of TaxpayerRegistry that keeps them.
/// @dev Numbers of digits lie in pages of 100,000. A page serves single documents, a bit each, or ranges of batches, in ascending order; a
/// document of a batch sets its bit when it materialises. A bureau may keep a page for one seller. A seller's own numbers have no pages.
abstract contract InvoiceNumbers is IInvoiceNumbers {
    uint256 internal constant NUMBERS_IN_PAGE = 100_000;

    /// @dev A word has a bit for each of 250 numbers, so that it lies in one page; and says by another that the page serves single
    /// documents of everyone, so that it need not be asked again.
    uint256 private constant NUMBERS_IN_WORD = 250;
    uint256 private constant COMMON = 1 << 255;

    /// @dev A page serves one of the two.
    enum PageUse {
        None,
        Singles,
        Ranges
    }

    /// @dev One slot. `next` is where the next range may begin. Of the owner's identity the first 128 bits: another would have to find a
    /// second preimage of them.
    struct NumberPage {
        PageUse use;
        uint24 next;
        bytes16 owner;
    }

    mapping(NumberScheme scheme => mapping(uint256 page => NumberPage)) private _pages;
    mapping(bytes32 series => mapping(uint256 word => uint256)) private _words;

    /// @inheritdoc IInvoiceNumbers
    function isUsed(NumberScheme scheme, IdentityId seller, uint256 number) public view returns (bool) {
        (uint256 index, uint256 bit) = _placeOf(number);
        return _words[_seriesOf(scheme, seller)][index] & bit != 0;
    }

    /// @dev Use the number of a single document.
    function _useNumber(NumberScheme scheme, IdentityId seller, uint256 number) internal {
        require(number != 0 && number < _limitOf(scheme), NumberInvalid(scheme, number));
        if (scheme == NumberScheme.Own) require(_isPrintable(number), NumberInvalid(scheme, number));
        (uint256 index, uint256 bit) = _placeOf(number);
        mapping(uint256 => uint256) storage words = _words[_seriesOf(scheme, seller)];
        uint256 word = words[index];
        if (word & COMMON == 0 && scheme != NumberScheme.Own) {
            NumberPage storage page = _pageFor(scheme, seller, number / NUMBERS_IN_PAGE, PageUse.Singles);
            if (page.use == PageUse.None) page.use = PageUse.Singles;
            if (page.owner == 0) word |= COMMON;
        }
        require(word & bit == 0, NumberUsed(scheme, number));
        words[index] = word | bit;
    }

    /// @dev Use a number that a batch has reserved.
    function _useReserved(NumberScheme scheme, IdentityId seller, uint256 number) internal {
        (uint256 index, uint256 bit) = _placeOf(number);
        mapping(uint256 => uint256) storage words = _words[_seriesOf(scheme, seller)];
        require(words[index] & bit == 0, NumberUsed(scheme, number));
        words[index] |= bit;
    }

    /// @dev Reserve the range of a batch.
    function _reserveNumbers(NumberScheme scheme, IdentityId seller, uint256 first, uint256 count) internal {
        uint256 end = first + count;
        require(scheme != NumberScheme.Own && first != 0 && end <= _limitOf(scheme), NumberInvalid(scheme, first));
        while (first < end) {
            uint256 index = first / NUMBERS_IN_PAGE;
            NumberPage storage page = _pageFor(scheme, seller, index, PageUse.Ranges);
            require(first % NUMBERS_IN_PAGE >= page.next, NumberUsed(scheme, first));
            // slither-disable-next-line divide-before-multiply
            first = (index + 1) * NUMBERS_IN_PAGE; // the next page
            // slither-disable-next-line divide-before-multiply
            uint256 next = first < end ? NUMBERS_IN_PAGE : end - index * NUMBERS_IN_PAGE;
            (page.use, page.next) = (PageUse.Ranges, uint24(next));
        }
    }

    function _allot(NumberScheme scheme, uint256 index, IdentityId seller) internal {
        require(scheme != NumberScheme.Own && index < _limitOf(scheme) / NUMBERS_IN_PAGE, NumberInvalid(scheme, index));
        NumberPage storage page = _pages[scheme][index];
        require(page.use == PageUse.None && page.owner == 0, PageTaken(scheme, index));
        page.owner = bytes16(IdentityId.unwrap(seller));
    }

    /// @dev A page that serves this use, for this seller.
    function _pageFor(
        NumberScheme scheme,
        IdentityId seller,
        uint256 index,
        PageUse use
    ) private view returns (NumberPage storage page) {
        page = _pages[scheme][index];
        require(
            (page.use == PageUse.None || page.use == use) &&
                (page.owner == 0 || page.owner == bytes16(IdentityId.unwrap(seller))),
            NumberReserved(scheme, index)
        );
    }

    function _placeOf(uint256 number) private pure returns (uint256 index, uint256 bit) {
        return (number / NUMBERS_IN_WORD, 1 << (number % NUMBERS_IN_WORD));
    }

    /// @dev Printable characters of ASCII, and nothing else.
    function _isPrintable(uint256 text) private pure returns (bool) {
        for (; text != 0; text >>= 8) {
            uint256 character = text & 0xff;
            if (character < 0x20 || character > 0x7e) return false;
        }
        return true;
    }

    function _limitOf(NumberScheme scheme) private pure returns (uint256) {
        if (scheme == NumberScheme.Own) return 1 << 248; // 31 characters
        return scheme == NumberScheme.FiscalBill ? 10 ** 18 : 10 ** 20;
    }

    /// @dev Chinese numbers are unique in their scheme, others per seller.
    function _seriesOf(NumberScheme scheme, IdentityId seller) private pure returns (bytes32) {
        return scheme == NumberScheme.Own ? IdentityId.unwrap(seller) : bytes32(uint256(scheme));
    }
}
