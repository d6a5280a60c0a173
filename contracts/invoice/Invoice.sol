// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IdentityId} from "../identity/IdentityId.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {InvoiceKind} from "./InvoiceKind.sol";
import {PaymentId} from "./PaymentId.sol";

/// @notice How a document is numbered. The first three are unique in their scheme, the last per seller.
/// @param Digital 20 digits of the fully digital invoice: 2 year, 2 provincial bureau, 1 channel, 15 sequence.
/// @param CodeAndNumber 12-digit code and 8-digit number.
/// @param FiscalBill 8-digit code and 10-digit number.
/// @param Own The seller's own: 1 to 31 characters of ASCII, as a big-endian number.
enum NumberScheme {
    Digital,
    CodeAndNumber,
    FiscalBill,
    Own
}

/// @notice What the documents of one call share.
/// @param seller The issuer's identity, a legal person's.
/// @param currency ISO 4217 numeric.
struct Terms {
    IdentityId seller;
    InvoiceKind kind;
    NumberScheme scheme;
    uint16 currency;
}

/// @notice A tax category and rate (EN 16931 BG-23). All amounts are in minor units.
/// @param category Code of UNTDID 5305: S, Z, E, AE, K, G, O, L or M; ASCII, left-aligned.
/// @param rate In basis points (BT-119), at most 10,000.
/// @param items How many lines, allowances and charges of the document it sums.
/// @param net Taxable amount (BT-116).
/// @param tax Tax amount (BT-117).
struct TaxLine {
    bytes2 category;
    uint16 rate;
    uint16 items;
    uint128 net;
    uint128 tax;
}

/// @notice What a document takes from a payment, or a reversing document gives back.
struct Draw {
    PaymentId payment;
    uint128 amount;
}

/// @notice The document itself.
/// @param number See NumberScheme; leading zeros are implied.
/// @param time Of the document, UTC seconds.
/// @param buyer Salted commitment to the buyer's key and title (see HolderCommitment); zero in a batch, where the payer requests it.
/// @param invoicedObject Salted commitment to what it is about (BT-18), such as a fine's violation; or zero.
/// @param root Root of the tree of salted fields: seller, buyer, items, notes (see Commitments.field).
/// @param net Sum without tax (BT-109).
/// @param tax Sum of taxes (BT-110).
/// @param gross Sum with tax (BT-112): what it takes from the payments.
/// @param lines Strictly ascending by category and rate.
/// @param draws Strictly ascending by payment.
struct Content {
    uint256 number;
    uint40 time;
    bytes32 buyer;
    bytes32 invoicedObject;
    bytes32 root;
    uint128 net;
    uint128 tax;
    uint128 gross;
    TaxLine[] lines;
    Draw[] draws;
}

/// @title A document, single or inside of an anchored batch. Its EIP-712 digest is its id.
/// @param serial The seller's number of the batch it is anchored in; 0 for a single one.
/// @param position Its place in the batch, from 0; 0 for a single one.
/// @param reverses The document that this one reverses, or zero.
struct Invoice {
    Terms terms;
    uint64 serial;
    uint32 position;
    InvoiceId reverses;
    Content content;
}

/// @title InvoiceHash
/// @notice EIP-712 hashes of documents.
library InvoiceHash {
    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "Terms(bytes32 seller,uint8 kind,uint8 scheme,uint16 currency)"
    );
    bytes32 private constant LINE_TYPEHASH = keccak256(
        "TaxLine(bytes2 category,uint16 rate,uint16 items,uint128 net,uint128 tax)"
    );
    bytes32 private constant DRAW_TYPEHASH = keccak256("Draw(bytes32 payment,uint128 amount)");
    bytes32 private constant CONTENT_TYPEHASH = keccak256(
        "Content(uint256 number,uint40 time,bytes32 buyer,bytes32 invoicedObject,bytes32 root,uint128 net,uint128 tax,"
        "uint128 gross,TaxLine[] lines,Draw[] draws)Draw(bytes32 payment,uint128 amount)"
        "TaxLine(bytes2 category,uint16 rate,uint16 items,uint128 net,uint128 tax)"
    );
    bytes32 private constant INVOICE_TYPEHASH = keccak256(
        "Invoice(Terms terms,uint64 serial,uint32 position,bytes32 reverses,Content content)"
        "Content(uint256 number,uint40 time,bytes32 buyer,bytes32 invoicedObject,bytes32 root,uint128 net,uint128 tax,"
        "uint128 gross,TaxLine[] lines,Draw[] draws)Draw(bytes32 payment,uint128 amount)"
        "TaxLine(bytes2 category,uint16 rate,uint16 items,uint128 net,uint128 tax)"
        "Terms(bytes32 seller,uint8 kind,uint8 scheme,uint16 currency)"
    );

    function hash(Terms calldata terms) internal pure returns (bytes32 hashed) {
        bytes32 typehash = TERMS_TYPEHASH;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            calldatacopy(add(start, 0x20), terms, 0x80)
            hashed := keccak256(start, 0xa0)
        }
    }

    /// @notice The hash of a document with these parts.
    /// @param terms Hash of its Terms.
    function hash(
        bytes32 terms,
        uint64 serial,
        uint32 position,
        InvoiceId reverses,
        Content calldata content
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(INVOICE_TYPEHASH, terms, serial, position, reverses, _hash(content)));
    }

    /// @dev The members before the arrays lie in calldata as EIP-712 encodes them. Whoever uses one of them reads it as its type, which
    /// refuses stray bits; a document with any has an id that nobody knows.
    function _hash(Content calldata content) private pure returns (bytes32 hashed) {
        (bytes32 typehash, bytes32 lines, bytes32 draws) = (
            CONTENT_TYPEHASH,
            _hash(content.lines),
            _hash(content.draws)
        );
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            calldatacopy(add(start, 0x20), content, 0x100)
            mstore(add(start, 0x120), lines)
            mstore(add(start, 0x140), draws)
            hashed := keccak256(start, 0x160)
        }
    }

    function _hash(TaxLine[] calldata lines) private pure returns (bytes32) {
        uint256 offset;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            offset := lines.offset
        }
        return _hashAll(LINE_TYPEHASH, offset, lines.length, 0xa0);
    }

    function _hash(Draw[] calldata draws) private pure returns (bytes32) {
        uint256 offset;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            offset := draws.offset
        }
        return _hashAll(DRAW_TYPEHASH, offset, draws.length, 0x40);
    }

    /// @notice The hash of an array of structs of `size` bytes each, which lie in calldata from `offset` on.
    function _hashAll(
        bytes32 typehash,
        uint256 offset,
        uint256 count,
        uint256 size
    ) private pure returns (bytes32 hashed) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40) // one struct with its type hash, then the hashes of all
            let hashes := add(add(start, 0x20), size)
            mstore(start, typehash)
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                calldatacopy(add(start, 0x20), add(offset, mul(i, size)), size)
                mstore(add(hashes, mul(i, 0x20)), keccak256(start, add(size, 0x20)))
            }
            hashed := keccak256(hashes, mul(count, 0x20))
        }
    }
}
