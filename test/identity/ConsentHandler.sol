// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Capability, SCHEMA} from "../../contracts/access/CityRole.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {Claim} from "../../contracts/identity/Claim.sol";
import {ClaimId} from "../../contracts/identity/ClaimId.sol";
import {ClaimRegistry} from "../../contracts/identity/ClaimRegistry.sol";
import {ConsentId} from "../../contracts/identity/ConsentId.sol";
import {ConsentRegistry} from "../../contracts/identity/ConsentRegistry.sol";
import {IClaimRegistry} from "../../contracts/identity/IClaimRegistry.sol";
import {IConsentRegistry} from "../../contracts/identity/IConsentRegistry.sol";
import {ISchemaRegistry} from "../../contracts/identity/ISchemaRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {TownModel} from "./TownModel.sol";

/// @title Random acts on consents, each compared with a plain model: a list of what was signed, and what became of it.
/// @dev Schemas 1 and 2 are the country's; the second asks for the provider. Each of four keys holds three claims: two of one schema, one
/// of the other, by towns 3, 4 and province 5.
contract ConsentHandler is TownModel {
    uint32 internal constant DESK = 9;
    uint256 private constant HOLDERS = 4;
    uint256 private constant EACH = 3;
    bytes32 private constant WITHDRAWAL = keccak256("Withdrawal(bytes32 consent)");
    bytes32 private constant HOLDER = keccak256("Holder(uint8 party,bytes32 salt,bytes32 signer)");

    /// @dev A consent that somebody signed, sent here or not.
    struct Signed {
        ConsentId id;
        uint256 holder;
        bool wellSigned;
        bool given;
        bool withdrawn;
        bool authorized;
        uint32 used;
    }

    ClaimRegistry public immutable claims;
    ConsentRegistry public immutable consents;
    ConsentRegistry private immutable _second;

    Claim[] private _claims;
    IClaimRegistry.Standing[] private _standings;
    IConsentRegistry.Consent[] private _consents;
    bytes[] private _signatures;
    Signed[] private _signed;

    constructor() TownModel(_capabilityList()) {
        claims = new ClaimRegistry(manager);
        consents = new ConsentRegistry(manager, claims);
        _second = new ConsentRegistry(manager, claims);
        (_guarded, _name) = (address(consents), "Civitas ConsentRegistry");
        manager.grantRole(_role(1, Capability.unwrap(SCHEMA)), address(this), 0);
        _createSchema(false);
        _createSchema(true);
        for (uint32 city = 3; city <= CITIES; ++city) {
            for (uint32 schema = 1; schema <= 2; ++schema) {
                manager.grantRole(_role(city, _cap(schema)), address(this), 0);
            }
        }
        for (uint256 holder = 0; holder < HOLDERS; ++holder) {
            for (uint256 i = 0; i < EACH; ++i) _issue(holder, i);
        }
    }

    function consentCount() external view returns (uint256) {
        return _consents.length;
    }

    function consentAt(uint256 index) external view returns (IConsentRegistry.Consent memory, Signed memory) {
        return (_consents[index], _signed[index]);
    }

    /// @dev By the sentences of IConsentRegistry.ConsentStatus.
    function statusOf(uint256 index) public view returns (IConsentRegistry.ConsentStatus) {
        (IConsentRegistry.Consent memory consent, Signed memory signed) = (_consents[index], _signed[index]);
        if (signed.withdrawn) return IConsentRegistry.ConsentStatus.Withdrawn;
        if (!signed.given) return IConsentRegistry.ConsentStatus.Unknown;
        if (consent.validUntil <= block.timestamp) return IConsentRegistry.ConsentStatus.Expired;
        if (signed.used == consent.uses) return IConsentRegistry.ConsentStatus.Exhausted;
        if (consent.validFrom > block.timestamp) return IConsentRegistry.ConsentStatus.NotYetValid;
        bool asks = SchemaId.unwrap(consent.schema) == 2;
        if (asks && !signed.authorized) return IConsentRegistry.ConsentStatus.AwaitingProvider;
        return IConsentRegistry.ConsentStatus.Active;
    }

    // ------------------------------------------------------------------------------------------------------------------ acts

    /// @dev A new one, or one that was signed before: kept, given, refused or withdrawn since.
    function give(uint256 seed) external {
        _begin(seed);
        bool again = _consents.length != 0 && _random(4) == 0;
        uint256 index = again ? _anySigned(true) : _signAny();
        if (!again && _random(3) == 0) return;
        IConsentRegistry.Consent memory consent = _consents[index];
        Signed storage signed = _signed[index];
        bool right =
            signed.wellSigned &&
                !closed &&
                !signed.given &&
                !signed.withdrawn &&
                consent.deadline >= block.timestamp &&
                _isSound(consent) &&
                _isFree(signed.holder, consent);
        _order("give", address(0xCAFE), abi.encodeCall(consents.give, (consent, _signatures[index])), right);
        if (right) signed.given = true;
    }

    function withdraw(uint256 seed) external {
        _begin(seed);
        if (_consents.length == 0 || _random(3) != 0) return;
        uint256 index = _anySigned(false);
        Signed storage signed = _signed[index];
        uint256 signing = _random(4) == 0 ? _random(HOLDERS) : signed.holder;
        bytes memory signature = _sign(_holderKey(signing), keccak256(abi.encode(WITHDRAWAL, signed.id)));
        bool right = signing == signed.holder && !signed.withdrawn;
        _order("withdraw", address(0xCAFE), abi.encodeCall(consents.withdraw, (_consents[index], signature)), right);
        if (right) signed.withdrawn = true;
    }

    function authorize(uint256 seed) external {
        _begin(seed);
        if (_consents.length == 0) return;
        uint256 index = _anyGiven(true, _random(3) == 0);
        Signed storage signed = _signed[index];
        IConsentRegistry.Consent memory consent = _consents[index];
        uint32 capability = _cap(SchemaId.unwrap(consent.schema));
        uint32 provider = CityId.unwrap(consent.provider);
        bool open = signed.given && !signed.withdrawn;
        (address by, uint32 acting) = _anyStanding(provider, capability);
        if (signed.authorized && _random(4) != 0) {
            bool may = open && _stands(by, provider, capability, acting);
            bytes memory call = abi.encodeCall(consents.withdrawAuthorization, (consent, _lineage(acting)));
            _act("withdrawAuthorization", by, call, may);
            if (may) signed.authorized = false;
        } else {
            bool may = open && provider != 0 && !signed.authorized;
            may = may && _mayActing(by, provider, capability, acting);
            _act("authorize", by, abi.encodeCall(consents.authorize, (consent, _lineage(acting))), may);
            if (may) signed.authorized = true;
        }
    }

    function use(uint256 seed) external {
        _begin(seed);
        if (_consents.length == 0) return;
        _perhapsClose();
        uint256 index = _anyGiven(_random(3) == 0, true);
        Signed storage signed = _signed[index];
        IConsentRegistry.Consent memory consent = _consents[index];
        address by = _random(6) == 0 ? _officers[_random(OFFICERS)] : _anyGrantee(consent);
        uint256 claim = _anyClaim(signed.holder, consent);
        uint256 salted = _random(12) == 0 ? (claim + 1) % _claims.length : claim;
        bytes32 purpose = _random(12) == 0 ? keccak256("another") : consent.purpose;
        bool right =
            statusOf(index) == IConsentRegistry.ConsentStatus.Active &&
                purpose == consent.purpose &&
                salted == claim &&
                _isGrantee(by, consent) &&
                _covers(consent, signed.holder, claim);
        IConsentRegistry.UsedClaim memory used = IConsentRegistry.UsedClaim(
            _claims[claim],
            new bytes32[](0),
            _saltOf(salted),
            0,
            0
        );
        _act("use", by, abi.encodeCall(consents.use, (consent, used, purpose, keccak256("file"))), right);
        if (right) ++signed.used;
    }

    /// @dev The claims themselves are suspended, reinstated and revoked.
    function changeClaim(uint256 seed) external {
        _begin(seed);
        if (_random(3) != 0) return;
        uint256 index = _random(_claims.length);
        ClaimId[] memory ids = new ClaimId[](1);
        ids[0] = claims.idOf(_claims[index]);
        if (_standings[index] == IClaimRegistry.Standing.Suspended) {
            if (!isActive(CityId.unwrap(_claims[index].city))) return;
            claims.reinstate(ids, 1, new CityId[](0));
            _standings[index] = IClaimRegistry.Standing.Standing;
        } else if (_standings[index] == IClaimRegistry.Standing.Standing) {
            if (_random(3) != 0) return;
            bool revoke = _random(10) == 0;
            if (revoke) claims.revoke(ids, 1, new CityId[](0));
            else claims.suspend(ids, 1, new CityId[](0));
            _standings[index] = revoke ? IClaimRegistry.Standing.Revoked : IClaimRegistry.Standing.Suspended;
        }
    }

    // ---------------------------------------------------------------------------------------------------------------- internal

    function _signAny() private returns (uint256 index) {
        uint256 holder = _random(HOLDERS);
        index = _consents.length;
        // A key mostly stays with what it consented for before.
        IConsentRegistry.Consent memory consent = _anyTerms(holder * EACH + (_random(4) == 0 ? _random(EACH) : 0));
        consent.holder = abi.encodePacked(vm.addr(_holderKey(holder)));
        consent.scope = keccak256(abi.encode("scope", index));
        bool well = _random(10) != 0;
        bytes32 digest = ConsentId.unwrap(consents.idOf(consent));
        _consents.push(consent);
        _signatures.push(_signDigest(_holderKey(well ? holder : holder + 1), digest));
        _signed.push(Signed(consents.idOf(consent), holder, well, false, false, false, 0));
    }

    function _anyTerms(uint256 index) private returns (IConsentRegistry.Consent memory consent) {
        Claim memory claim = _claims[index];
        if (_random(8) != 0) consent.claim = claims.idOf(claim);
        consent.schema = claim.schema;
        if (SchemaId.unwrap(claim.schema) == 2 && _random(12) != 0) consent.provider = claim.city;
        if (_random(16) == 0) consent.provider = CityId.wrap(5);
        consent.purpose = keccak256("purpose");
        if (_random(2) == 0) {
            (consent.granteeCity, consent.granteeCapability) = (CityId.wrap(_anyCity()), Capability.wrap(DESK));
        }
        if (CityId.unwrap(consent.granteeCity) == 0 || _random(24) == 0) {
            consent.grantee = _random(24) == 0 ? address(0) : _officers[_random(OFFICERS)];
        }
        consent.validFrom = uint40(block.timestamp + _random(10 days) - 7 days);
        consent.validUntil = consent.validFrom + uint40(_random(16) == 0 ? 0 : 1 + _random(100 days));
        consent.uses = uint32(_random(24) == 0 ? 0 : 1 + _random(3));
        consent.deadline = _anyDeadline();
    }

    function _isSound(IConsentRegistry.Consent memory consent) private pure returns (bool) {
        bool role = CityId.unwrap(consent.granteeCity) != 0;
        return role != (consent.grantee != address(0)) && consent.uses > 0 && consent.validFrom < consent.validUntil;
    }

    /// @dev The key has consented for nothing else.
    function _isFree(uint256 holder, IConsentRegistry.Consent memory consent) private view returns (bool) {
        for (uint256 i = 0; i < _consents.length; ++i) {
            if (_signed[i].holder != holder || !_signed[i].given) continue;
            if (!(_consents[i].claim == consent.claim)) return false;
            if (ClaimId.unwrap(consent.claim) == 0 && !(_consents[i].schema == consent.schema)) return false;
        }
        return true;
    }

    function _isGrantee(address by, IConsentRegistry.Consent memory consent) private view returns (bool) {
        if (consent.grantee != address(0)) return by == consent.grantee && !closed;
        return _may(by, CityId.unwrap(consent.granteeCity), Capability.unwrap(consent.granteeCapability));
    }

    function _covers(
        IConsentRegistry.Consent memory consent,
        uint256 holder,
        uint256 index
    ) private view returns (bool) {
        Claim memory claim = _claims[index];
        return
            _standings[index] == IClaimRegistry.Standing.Standing &&
            index / EACH == holder &&
            claim.schema == consent.schema &&
            (ClaimId.unwrap(consent.claim) == 0 || consent.claim == claims.idOf(claim)) &&
            (CityId.unwrap(consent.provider) == 0 || CityId.unwrap(consent.provider) == CityId.unwrap(claim.city));
    }

    /// @dev Often one that was not given, and withdrawn already or not.
    function _anySigned(bool withdrawn) private returns (uint256 index) {
        index = _random(_consents.length);
        if (_random(2) == 0) return index;
        for (
            uint256 i = 0;
            i < _consents.length && (_signed[index].given || _signed[index].withdrawn != withdrawn);
            ++i
        ) {
            index = (index + 1) % _consents.length;
        }
    }

    /// @dev Mostly one that was given and not withdrawn; and authorised, or of the schema that asks for it, if that is sought.
    function _anyGiven(bool asks, bool authorized) private returns (uint256 index) {
        index = _random(_consents.length);
        if (_random(6) == 0) return index;
        for (uint256 i = 0; i < _consents.length; ++i) {
            Signed storage signed = _signed[index];
            bool fits = !asks || (SchemaId.unwrap(_consents[index].schema) == 2 && signed.authorized == authorized);
            if (fits && signed.given && !signed.withdrawn) break;
            index = (index + 1) % _consents.length;
        }
    }

    function _anyGrantee(IConsentRegistry.Consent memory consent) private returns (address) {
        if (consent.grantee != address(0)) return consent.grantee;
        return _officers[_anyOfficer(CityId.unwrap(consent.granteeCity), DESK)];
    }

    /// @dev Mostly one that the consent covers.
    function _anyClaim(uint256 holder, IConsentRegistry.Consent memory consent) private returns (uint256 index) {
        for (uint256 i = 0; i < 6; ++i) {
            index = _random(8) == 0 ? _random(_claims.length) : holder * EACH + _random(EACH);
            if (_covers(consent, holder, index)) break;
        }
    }

    function _issue(uint256 holder, uint256 number) private {
        Claim memory claim;
        (claim.issuer, claim.city) = (address(this), CityId.wrap(uint32(3 + number)));
        claim.schema = SchemaId.wrap(uint32(1 + ((number == 1 ? holder + 1 : holder) % 2)));
        claim.validFrom = 1;
        bytes32 signer = keccak256(abi.encodePacked(vm.addr(_holderKey(holder))));
        claim.holder = keccak256(abi.encode(HOLDER, 0, _saltOf(_claims.length), signer));
        (claim.root, claim.subject) = (claim.holder, claim.holder);
        IClaimRegistry.Terms memory terms = IClaimRegistry.Terms(claim.city, claim.schema, 1, 0);
        claims.issue(terms, IClaimRegistry.Content(claim.root, claim.subject, claim.holder));
        _claims.push(claim);
        _standings.push(IClaimRegistry.Standing.Standing);
    }

    function _createSchema(bool providerConsent) private {
        ISchemaRegistry.SchemaTerms memory terms;
        (terms.city, terms.name, terms.parties, terms.content) = (CityId.wrap(1), "s", 1, keccak256("{}"));
        terms.providerConsent = providerConsent;
        terms.fields = new ISchemaRegistry.SchemaField[](1);
        claims.createSchema(terms);
    }

    function _saltOf(uint256 claim) private pure returns (bytes32) {
        return keccak256(abi.encode("salt", claim));
    }

    function _holderKey(uint256 holder) private pure returns (uint256) {
        return 0x501DE200 + holder;
    }

    function _cap(uint32 schema) private pure returns (uint32) {
        return 0x8000_0000 | schema;
    }

    function _capabilityList() private pure returns (uint32[] memory list) {
        list = new uint32[](3);
        (list[0], list[1], list[2]) = (DESK, _cap(1), _cap(2));
    }

    function _twin() internal view override returns (address) {
        return address(_second);
    }
}
