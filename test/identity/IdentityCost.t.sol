// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityAccessManager} from "../../contracts/access/CityAccessManager.sol";
import {Capability, CityRole, IDENTITY, SCHEMA} from "../../contracts/access/CityRole.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityRegistry} from "../../contracts/city/CityRegistry.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {ClaimRegistry} from "../../contracts/identity/ClaimRegistry.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IdentityRegistry} from "../../contracts/identity/IdentityRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {ISchemaRegistry} from "../../contracts/identity/ISchemaRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";

/// @title The cost of an act does not depend on how many schemas, issuers, claims or persons exist (design.md, invariant 11)
/// @notice Two networks alike; in one of them any number of others lies beside the ones that are measured.
contract IdentityCostTest is Test {
    uint256 private constant MOST = 40;
    CityId private constant COUNTRY = CityId.wrap(1);

    struct Network {
        CityAccessManager manager;
        ClaimRegistry claims;
        IdentityRegistry identities;
        SchemaId schema;
    }

    struct Costs {
        uint256 issue;
        uint256 issueMany;
        uint256 revoke;
        uint256 register;
        uint256 close;
    }

    function setUp() public {
        vm.warp(1_000_000_000);
    }

    /// hardhat-config: fuzz.runs = 16
    function testFuzz_costOfAnActIsTheSame(uint256 others) public {
        Network memory small = _network(0);
        Network memory large = _network(bound(others, 1, MOST));
        _cool(small);
        _cool(large);
        Costs memory few = _costs(small);
        Costs memory many = _costs(large);
        // Within 1 %: the memory of this test, which calls, is not the same each time.
        assertApproxEqRel(many.issue, few.issue, 0.01e18, "issue");
        assertApproxEqRel(many.issueMany, few.issueMany, 0.01e18, "issueMany");
        assertApproxEqRel(many.revoke, few.revoke, 0.01e18, "revoke");
        assertApproxEqRel(many.register, few.register, 0.01e18, "register");
        assertApproxEqRel(many.close, few.close, 0.01e18, "close");
    }

    function _costs(Network memory network) private returns (Costs memory costs) {
        IClaimRegistry.Terms memory terms = IClaimRegistry.Terms(COUNTRY, network.schema, 1, 0);
        IClaimRegistry.Content[] memory contents = new IClaimRegistry.Content[](3);
        for (uint256 i = 0; i < 3; ++i) contents[i] = _content("many", i);
        IClaimRegistry.Content memory content = _content("one", 0);
        ClaimId[] memory ids = new ClaimId[](1);
        CityId[] memory none = new CityId[](0);
        uint256 before = gasleft();
        ids[0] = network.claims.issue(terms, content);
        costs.issue = before - gasleft();
        before = gasleft();
        network.claims.issueMany(terms, contents);
        costs.issueMany = before - gasleft();
        before = gasleft();
        network.claims.revoke(ids, 1, none);
        costs.revoke = before - gasleft();

        (IIdentityRegistry.Identity memory identity, bytes memory signature) = _person(network, 9999);
        before = gasleft();
        IdentityId id = network.identities.register(identity, signature);
        costs.register = before - gasleft();
        before = gasleft();
        network.identities.close(id, 1, none);
        costs.close = before - gasleft();
    }

    /// @dev The schema and the issuer that are measured come last, after the others.
    function _network(uint256 others) private returns (Network memory network) {
        network.manager = new CityAccessManager(address(this));
        CityRegistry registry = new CityRegistry(network.manager);
        network.manager.bindCityRegistry(address(registry));
        registry.admitCountry(CityCode.wrap("MA.156"), "C", 0x54, address(this), 0);
        network.claims = new ClaimRegistry(network.manager);
        network.identities = new IdentityRegistry(network.manager);
        _grant(network, SCHEMA, address(this));
        _grant(network, IDENTITY, address(this));
        for (uint256 i = 0; i <= others; ++i) {
            network.schema = _schema(network.claims);
            Capability issuing = network.schema.issuing();
            _grant(network, issuing, address(uint160(0x15500 + i)));
            _grant(network, issuing, address(this));
            if (i == others) break;
            network.claims.issue(IClaimRegistry.Terms(COUNTRY, network.schema, 1, 0), _content("other", i));
            (IIdentityRegistry.Identity memory identity, bytes memory signature) = _person(network, i);
            network.identities.register(identity, signature);
        }
    }

    function _cool(Network memory network) private {
        vm.cool(address(network.manager));
        vm.cool(address(network.claims));
        vm.cool(address(network.identities));
    }

    function _grant(Network memory network, Capability capability, address to) private {
        network.manager.grantRole(CityRole.pack(COUNTRY, capability), to, 0);
    }

    function _schema(ClaimRegistry claims) private returns (SchemaId) {
        ISchemaRegistry.SchemaTerms memory terms;
        (terms.city, terms.name, terms.parties, terms.content) = (COUNTRY, "s", 1, keccak256("{}"));
        terms.fields = new ISchemaRegistry.SchemaField[](1);
        return claims.createSchema(terms);
    }

    function _person(
        Network memory network,
        uint256 number
    ) private view returns (IIdentityRegistry.Identity memory identity, bytes memory signature) {
        (identity.kind, identity.city, identity.tagVersion) = (IIdentityRegistry.Kind.Natural, COUNTRY, 1);
        identity.tags = new bytes32[](1);
        identity.tags[0] = keccak256(abi.encode("tag", number));
        identity.signer = abi.encodePacked(vm.addr(0xA11CE + number));
        identity.deadline = type(uint40).max;
        bytes32 digest = IdentityId.unwrap(network.identities.idOf(identity));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xA11CE + number, digest);
        signature = abi.encodePacked(r, s, v);
    }

    function _content(string memory kind, uint256 number) private pure returns (IClaimRegistry.Content memory) {
        bytes32 salt = keccak256(abi.encode(kind, number));
        return IClaimRegistry.Content(salt, salt, salt);
    }
}
