// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityManaged} from "../access/CityManaged.sol";
import {SCHEMA} from "../access/CityRole.sol";
import {CityId} from "../city/CityId.sol";
import {ISchemaRegistry} from "./ISchemaRegistry.sol";
import {SchemaId} from "./SchemaId.sol";

/// @title SchemaRegistry
/// @notice Schemas of claims; the part of ClaimRegistry that keeps them.
abstract contract SchemaRegistry is CityManaged, ISchemaRegistry {
    uint256 private constant MAX_FIELDS = 64;

    /// @inheritdoc ISchemaRegistry
    uint32 public schemaCount;

    mapping(SchemaId schema => Schema) internal _schemas;

    /// @inheritdoc ISchemaRegistry
    function createSchema(SchemaTerms calldata terms) external returns (SchemaId schema) {
        manager.checkCan(msg.sender, terms.city, SCHEMA);
        require(
            bytes(terms.name).length != 0 &&
                terms.content != 0 &&
                terms.fields.length != 0 &&
                terms.fields.length <= MAX_FIELDS,
            SchemaIncomplete()
        );
        bool asksSecond = terms.acceptance == Acceptance.Second || terms.acceptance == Acceptance.Both;
        require(
            terms.parties == 2 || (terms.parties == 1 && !asksSecond),
            PartiesInvalid(terms.parties, terms.acceptance)
        );
        schema = SchemaId.wrap(++schemaCount);
        _schemas[schema] = Schema({
            city: terms.city,
            parties: terms.parties,
            acceptance: terms.acceptance,
            providerConsent: terms.providerConsent,
            closed: false,
            maxValidity: terms.maxValidity,
            changedIn: uint40(block.number),
            content: terms.content
        });
        emit SchemaCreated(schema, terms.city, terms, msg.sender);
    }

    /// @inheritdoc ISchemaRegistry
    function retireSchema(SchemaId schema, CityId[] calldata lineage) external {
        Schema storage record = _schemas[schema];
        require(record.parties != 0, SchemaUnknown(schema));
        require(!record.closed, SchemaRetiredBefore(schema));
        _checkStanding(record.city, SCHEMA, lineage);
        uint40 previousBlock = record.changedIn;
        (record.closed, record.changedIn) = (true, uint40(block.number));
        emit SchemaRetired(schema, msg.sender, previousBlock);
    }

    /// @inheritdoc ISchemaRegistry
    function schemaOf(SchemaId schema) external view returns (Schema memory) {
        return _schemas[schema];
    }
}
