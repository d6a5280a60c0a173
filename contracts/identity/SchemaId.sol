// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Capability} from "../access/CityRole.sol";

/// @title The number of a schema of claims, from 1, below 2^31. Given once and never reused.
type SchemaId is uint32;

using {equal as ==, issuing} for SchemaId global;

function equal(SchemaId a, SchemaId b) pure returns (bool) {
    return SchemaId.unwrap(a) == SchemaId.unwrap(b);
}

/// @notice The capability to issue under the schema.
function issuing(SchemaId schema) pure returns (Capability) {
    return Capability.wrap(0x8000_0000 | SchemaId.unwrap(schema));
}
