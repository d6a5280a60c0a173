// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {SettlementToken} from "../../contracts/escrow/SettlementToken.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IdentityRegistry} from "../../contracts/identity/IdentityRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {TownModel} from "../identity/TownModel.sol";

/// @title The towns with a settlement token, six holders, and two payees: of the first, holder 3 is the key and holder 4 an operator;
/// of the second, holder 5 is the key, and it has no operator.
abstract contract SettlementTown is TownModel {
    uint32 internal constant BANK = 11;
    uint32 private constant REGISTRAR = 2;
    uint256 public constant HOLDERS = 6;
    uint256 internal constant PAYEES = 2;
    string internal constant TOKEN = "Civitas Settlement Yuan";

    SettlementToken public immutable token;
    SettlementToken private immutable _second;
    IdentityRegistry private immutable _identities;

    address[HOLDERS] public holders;
    IdentityId[PAYEES] public payees;

    constructor() TownModel(_roles()) {
        _identities = new IdentityRegistry(manager);
        token = new SettlementToken(manager, _identities, CityId.wrap(TOWN), TOKEN, "CSY", 156);
        _second = new SettlementToken(manager, _identities, CityId.wrap(TOWN), TOKEN, "CSY", 156);
        for (uint256 i = 0; i < HOLDERS; ++i) holders[i] = vm.addr(_holderKey(i));
        manager.grantRole(_role(5, REGISTRAR), address(this), 0);
        (payees[0], payees[1]) = (_register(3), _register(5));
        _authorize(payees[0], holders[4], _holderKey(3));
        (_guarded, _name) = (address(token), TOKEN);
    }

    function bankAt(uint256 index) external view returns (address) {
        return _officers[index % OFFICERS];
    }

    /// @dev Of the first payee the key or the operator; of the second the key, or what is not its own.
    function ownAccount(uint256 payee, uint256 index) public view returns (address) {
        return payee == 0 ? holders[3 + index] : holders[5 - index];
    }

    function isOwn(uint256 payee, address account) public view returns (bool) {
        return payee == 0 ? account == holders[3] || account == holders[4] : account == holders[5];
    }

    function _anyHolder() internal returns (address) {
        return holders[_random(HOLDERS)];
    }

    function _holderKey(uint256 index) internal pure returns (uint256) {
        return 0x401DE200 + index;
    }

    function _register(uint256 holder) private returns (IdentityId id) {
        (, uint32 version) = _identities.tagVersions();
        IIdentityRegistry.Identity memory person;
        (person.kind, person.city, person.tagVersion) = (IIdentityRegistry.Kind.Legal, CityId.wrap(5), version);
        person.tags = new bytes32[](1);
        (person.tags[0], person.signer) = (bytes32(1 + holder), abi.encodePacked(holders[holder]));
        person.deadline = type(uint40).max;
        id = _identities.idOf(person);
        _identities.register(person, _signDigest(_holderKey(holder), IdentityId.unwrap(id)));
    }

    function _authorize(IdentityId id, address operator, uint256 key) private {
        bytes32 typehash = keccak256(
            "Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)"
        );
        bytes32 order = keccak256(abi.encode(typehash, id, operator, true, uint32(0), type(uint40).max));
        (_guarded, _name) = (address(_identities), "Civitas IdentityRegistry");
        IIdentityRegistry.Signed memory signed = IIdentityRegistry.Signed(
            abi.encodePacked(vm.addr(key)),
            type(uint40).max,
            _sign(key, order)
        );
        _identities.setOperator(id, operator, true, signed);
    }

    function _roles() private pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = BANK;
    }

    function _twin() internal view override returns (address) {
        return address(_second);
    }
}
