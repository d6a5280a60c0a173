// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title A claim, single or inside of an anchored batch. Its EIP-712 digest is its id.
/// @param issuer The officer's account.
/// @param city The city that the officer acts for.
/// @param schema What is claimed.
/// @param serial The issuer's number of the batch it is anchored in; 0 for a single claim.
/// @param position Its place in the batch, from 0; 0 for a single claim.
/// @param validFrom Begin of validity, UTC seconds.
/// @param validUntil End of validity, UTC seconds; 0 for none.
/// @param root Root of the tree of salted fields (see Commitments.field).
/// @param subject Salted commitment to the identity that the claim is about (Commitments.subject); of two, their pair.
/// @param holder Salted commitment to the key that signs for the claim (Commitments.holder); of two, their pair.
struct Claim {
    address issuer;
    CityId city;
    SchemaId schema;
    uint64 serial;
    uint32 position;
    uint40 validFrom;
    uint40 validUntil;
    bytes32 root;
    bytes32 subject;
    bytes32 holder;
}

/// @dev EIP-712 type of Claim.
bytes32 constant CLAIM_TYPEHASH = keccak256(
    "Claim(address issuer,uint32 city,uint32 schema,uint64 serial,uint32 position,uint40 validFrom,"
    "uint40 validUntil,bytes32 root,bytes32 subject,bytes32 holder)"
);
