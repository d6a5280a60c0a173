// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title Schemas of claims: what may be stated, for how long, and under which rules.
/// @notice A schema belongs to a city and is usable in its subtree. Its number is part of the capability to issue under it
/// (0x8000_0000 | number), so departments are entitled, and listed, as roles of CityAccessManager.
interface ISchemaRegistry {
    /// @notice Whose acceptance a claim needs to be presented: a signature of that party's holder key over the claim's id.
    /// @param None The issuer's word is enough.
    /// @param First The first party's.
    /// @param Second The second party's.
    /// @param Both Both parties'.
    enum Acceptance {
        None,
        First,
        Second,
        Both
    }

    /// @notice A named field of a claim's content.
    /// @param valueType `string`, `date` (ISO 8601), `integer`, `decimal`, `boolean` or `bytes`, as docs/identity.md tells.
    struct SchemaField {
        string name;
        string valueType;
    }

    /// @notice What a schema says; all of it is in the event.
    /// @param city The city it belongs to.
    /// @param name What it is called.
    /// @param parties 1, or 2 for a relation.
    /// @param acceptance Whose acceptance is needed.
    /// @param providerConsent Whether a use of a consent also needs the issuing department's authorisation.
    /// @param maxValidity Longest validity of a claim in seconds; 0 for no limit, and claims without end.
    /// @param content keccak-256 of the full definition (canonical JSON, RFC 8785).
    /// @param fields The fields, 1 to 64.
    struct SchemaTerms {
        CityId city;
        string name;
        uint8 parties;
        Acceptance acceptance;
        bool providerConsent;
        uint40 maxValidity;
        bytes32 content;
        SchemaField[] fields;
    }

    /// @notice What the chain keeps of a schema; two slots.
    struct Schema {
        CityId city;
        uint8 parties;
        Acceptance acceptance;
        bool providerConsent;
        bool closed;
        uint40 maxValidity;
        uint40 changedIn;
        bytes32 content;
    }

    /// @notice A schema was made.
    event SchemaCreated(SchemaId indexed schema, CityId indexed city, SchemaTerms terms, address by);
    /// @notice A schema was closed for new claims; those issued stay.
    event SchemaRetired(SchemaId indexed schema, address by, uint40 previousBlock);

    /// @notice There is no schema of this number.
    error SchemaUnknown(SchemaId schema);
    /// @notice A schema has a name, a content hash and 1 to 64 named fields.
    error SchemaIncomplete();
    /// @notice A schema has one or two parties, and one of one party cannot ask for a second one's acceptance.
    error PartiesInvalid(uint8 parties, Acceptance acceptance);
    /// @notice The schema was closed before.
    error SchemaRetiredBefore(SchemaId schema);

    /// @notice Make a schema. By (city, SCHEMA) under the guard.
    function createSchema(SchemaTerms calldata terms) external returns (SchemaId schema);

    /// @notice Close a schema for new claims, for ever. By (its city, SCHEMA), or that of the city that acts for it, with the role alone.
    function retireSchema(SchemaId schema, CityId[] calldata lineage) external;

    /// @notice A schema by its number; all zero if unknown.
    function schemaOf(SchemaId schema) external view returns (Schema memory);

    /// @notice How many schemas there are: their numbers go from 1 to this.
    function schemaCount() external view returns (uint32);
}
