// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {CityAccessManager} from "../../contracts/access/CityAccessManager.sol";
import {Capability, CityRole, SCHEMA} from "../../contracts/access/CityRole.sol";
import {CityCode} from "../../contracts/city/CityCode.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {CityRegistry} from "../../contracts/city/CityRegistry.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {ClaimRegistry} from "../../contracts/identity/ClaimRegistry.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {ISchemaRegistry} from "../../contracts/identity/ISchemaRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";

/// @title statusOf against its sentences, for any period, moment, distrust, and standing of claim and batch
contract ClaimStatusTest is Test {
    uint40 private constant ISSUED_AT = 1_000_000_000;
    CityId private constant COUNTRY = CityId.wrap(1);
    SchemaId private constant ONLY = SchemaId.wrap(1);

    struct Case {
        uint40 validFrom;
        uint40 validUntil;
        uint40 distrustedSince; // 0 for never
        IClaimRegistry.Standing own;
        IClaimRegistry.Standing shared; // of the batch
        uint40 time;
    }

    ClaimRegistry private _claims;
    CityId[] private _none;

    function setUp() public {
        vm.warp(ISSUED_AT);
        CityAccessManager manager = new CityAccessManager(address(this));
        CityRegistry registry = new CityRegistry(manager);
        manager.bindCityRegistry(address(registry));
        registry.admitCountry(CityCode.wrap("MA.156"), "C", 0x54, address(this), 0);
        manager.grantRole(CityRole.pack(COUNTRY, SCHEMA), address(this), 0);
        manager.grantRole(CityRole.pack(COUNTRY, Capability.wrap(0x8000_0001)), address(this), 0);
        _claims = new ClaimRegistry(manager);
        ISchemaRegistry.SchemaTerms memory terms;
        (terms.city, terms.name, terms.parties, terms.content) = (COUNTRY, "s", 1, keccak256("{}"));
        terms.fields = new ISchemaRegistry.SchemaField[](1);
        _claims.createSchema(terms);
    }

    function testFuzz_singleClaim(uint256 seed) public {
        Case memory one = _anyCase(seed);
        if (one.validUntil != 0 && one.validUntil <= ISSUED_AT) one.validUntil = ISSUED_AT + 1;
        if (one.validUntil != 0 && one.validFrom >= one.validUntil) one.validFrom = one.validUntil - 1;
        one.shared = IClaimRegistry.Standing.Standing;
        IClaimRegistry.Terms memory terms = IClaimRegistry.Terms(COUNTRY, ONLY, one.validFrom, one.validUntil);
        ClaimId id = _claims.issue(terms, IClaimRegistry.Content("r", "s", "h"));
        if (one.own == IClaimRegistry.Standing.Superseded) {
            _claims.supersede(id, terms, IClaimRegistry.Content("r", "s", "other"), _none);
        }
        _change(id, one.own);
        _check(_claim(one, 0, 0), new bytes32[](0), one);
    }

    function testFuzz_anchoredClaim(uint256 seed, uint32 position) public {
        Case memory one = _anyCase(seed);
        position %= type(uint32).max;
        Claim memory claim = _claim(one, 7, position);
        bytes32 root = ClaimId.unwrap(_claims.idOf(claim));
        ClaimId batch = _claims.anchor(IClaimRegistry.Batch(COUNTRY, ONLY, 7, position + 1, root));
        IClaimRegistry.Terms memory terms = IClaimRegistry.Terms(COUNTRY, ONLY, ISSUED_AT, 0);
        uint32[] memory positions = new uint32[](1);
        positions[0] = position;
        if (one.own == IClaimRegistry.Standing.Superseded) {
            _claims.supersedeAt(batch, position, terms, IClaimRegistry.Content("r", "s", "other"), _none);
        }
        if (one.own == IClaimRegistry.Standing.Suspended) _claims.suspendAt(batch, positions, 1, _none);
        if (one.own == IClaimRegistry.Standing.Revoked) _claims.revokeAt(batch, positions, 1, _none);
        if (one.shared == IClaimRegistry.Standing.Superseded) one.shared = IClaimRegistry.Standing.Standing;
        _change(batch, one.shared);
        _check(claim, new bytes32[](0), one);
        // Its neighbours in the same word have nothing of it.
        assertEq(uint8(_claims.standingAt(batch, position ^ 1)), 0);
        assertEq(uint8(_claims.standingAt(batch, position ^ 64)), 0);
        assertEq(uint8(_claims.standingAt(batch, position ^ 128)), 0);
    }

    /// @dev By the sentences of IClaimRegistry.ClaimStatus, the gravest first.
    function _expected(Case memory one) private pure returns (IClaimRegistry.ClaimStatus) {
        bool revoked = one.own == IClaimRegistry.Standing.Revoked || one.shared == IClaimRegistry.Standing.Revoked;
        bool suspended =
            one.own == IClaimRegistry.Standing.Suspended || one.shared == IClaimRegistry.Standing.Suspended;
        if (revoked) return IClaimRegistry.ClaimStatus.Revoked;
        if (one.own == IClaimRegistry.Standing.Superseded) return IClaimRegistry.ClaimStatus.Superseded;
        if (one.distrustedSince != 0 && one.distrustedSince <= ISSUED_AT) return IClaimRegistry.ClaimStatus.Distrusted;
        if (one.validUntil != 0 && one.validUntil <= one.time) return IClaimRegistry.ClaimStatus.Expired;
        if (suspended) return IClaimRegistry.ClaimStatus.Suspended;
        if (one.validFrom > one.time) return IClaimRegistry.ClaimStatus.NotYetValid;
        return IClaimRegistry.ClaimStatus.Active;
    }

    function _check(Claim memory claim, bytes32[] memory proof, Case memory one) private {
        if (one.distrustedSince > ISSUED_AT) vm.warp(one.distrustedSince);
        if (one.distrustedSince != 0) _claims.distrust(COUNTRY, address(this), one.distrustedSince, _none);
        vm.warp(one.time);
        (IClaimRegistry.ClaimStatus status, ) = _claims.statusOf(claim, proof);
        assertEq(uint8(status), uint8(_expected(one)));
    }

    /// @dev Moments at, just before and just after the ends of the period, and any other.
    function _anyCase(uint256 seed) private pure returns (Case memory one) {
        one.validFrom = ISSUED_AT - 500 + uint40(seed % 1000);
        one.validUntil = (seed >> 16) % 4 == 0 ? 0 : one.validFrom + 1 + uint40((seed >> 24) % 1000);
        uint256 dice = (seed >> 40) % 4;
        if (dice == 0) one.distrustedSince = ISSUED_AT;
        if (dice == 1) one.distrustedSince = ISSUED_AT - 2 + uint40((seed >> 48) % 5);
        one.own = IClaimRegistry.Standing((seed >> 56) % 8 < 4 ? 0 : (seed >> 56) % 4);
        one.shared = IClaimRegistry.Standing((seed >> 64) % 8 < 4 ? 0 : (seed >> 64) % 4);
        dice = (seed >> 72) % 6;
        if (dice == 0) one.time = one.validFrom - 1;
        if (dice == 1) one.time = one.validFrom;
        if (dice == 2) one.time = one.validUntil == 0 ? type(uint40).max : one.validUntil - 1;
        if (dice == 3) one.time = one.validUntil == 0 ? type(uint40).max : one.validUntil;
        if (dice > 3) one.time = ISSUED_AT + uint40((seed >> 80) % 2000);
    }

    function _claim(Case memory one, uint64 serial, uint32 position) private view returns (Claim memory claim) {
        (claim.issuer, claim.city, claim.schema) = (address(this), COUNTRY, ONLY);
        (claim.serial, claim.position) = (serial, position);
        (claim.validFrom, claim.validUntil) = (one.validFrom, one.validUntil);
        (claim.root, claim.subject, claim.holder) = ("r", "s", "h");
    }

    function _change(ClaimId id, IClaimRegistry.Standing standing) private {
        ClaimId[] memory ids = new ClaimId[](1);
        ids[0] = id;
        if (standing == IClaimRegistry.Standing.Suspended) _claims.suspend(ids, 1, _none);
        if (standing == IClaimRegistry.Standing.Revoked) _claims.revoke(ids, 1, _none);
    }
}
