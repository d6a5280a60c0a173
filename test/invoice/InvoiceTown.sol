// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CityId} from "../../contracts/city/CityId.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IdentityRegistry} from "../../contracts/identity/IdentityRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {InvoiceLedger} from "../../contracts/invoice/InvoiceLedger.sol";
import {InvoiceRegistry} from "../../contracts/invoice/InvoiceRegistry.sol";
import {PaymentRegistry} from "../../contracts/invoice/PaymentRegistry.sol";
import {TaxpayerRegistry} from "../../contracts/invoice/TaxpayerRegistry.sol";
import {TownModel} from "../identity/TownModel.sol";

/// @title The towns with the contracts of invoices, three sellers with an operator each; and how an act is tried.
/// @dev The rules are functions of this contract too: each reverts where an act must be refused, so that a refused act leaves nothing
/// behind in the model either. The officers are tax and finance bureaus, and providers of payments.
abstract contract InvoiceTown is TownModel {
    uint32 internal constant REGISTRAR = 2;
    uint32 internal constant TAX_BUREAU = 4;
    uint32 internal constant FISCAL_BUREAU = 5;
    uint32 internal constant PROVIDER = 6;
    uint32 private constant INVOICING_CONTRACT = 7;
    uint32 private constant REVERSING_CONTRACT = 8;
    uint256 internal constant SELLERS = 3;
    uint16 internal constant CNY = 156;
    uint16 internal constant HKD = 344;
    address internal constant RELAYER = address(0xCAFE);

    /// @dev An act that is tried, with the rule that says whether it is right.
    struct Play {
        string name;
        address target;
        address by;
        bytes call;
        bytes rule;
        bool signed; // somebody else than the sender signs it
    }

    IdentityRegistry public immutable identities;
    TaxpayerRegistry public immutable taxpayers;
    PaymentRegistry public immutable payments;
    InvoiceRegistry public immutable invoices;
    InvoiceLedger public immutable ledger;
    InvoiceRegistry private immutable _secondInvoices;
    InvoiceLedger private immutable _secondLedger;

    IdentityId[SELLERS] internal _sellers;
    uint256[SELLERS] internal _operatorKeys;
    address[SELLERS] internal _operators;
    bool[SELLERS] internal _idle; // the identity is suspended

    mapping(address target => bool) private _closedOf;
    mapping(address target => string) private _names;
    Play[] private _plays;
    uint256 private _things;

    error NotARule();

    constructor() TownModel(_roles()) {
        identities = new IdentityRegistry(manager);
        taxpayers = new TaxpayerRegistry(manager, identities);
        payments = new PaymentRegistry(manager, identities);
        invoices = new InvoiceRegistry(manager, taxpayers, payments);
        ledger = new InvoiceLedger(manager, invoices);
        // The twins may do all that the first ones may: only what was signed tells them apart.
        _secondInvoices = new InvoiceRegistry(manager, taxpayers, payments);
        _secondLedger = new InvoiceLedger(manager, invoices);
        manager.grantRole(_role(0, INVOICING_CONTRACT), address(invoices), 0);
        manager.grantRole(_role(0, INVOICING_CONTRACT), address(_secondInvoices), 0);
        manager.grantRole(_role(0, REVERSING_CONTRACT), address(ledger), 0);
        manager.grantRole(_role(0, REVERSING_CONTRACT), address(_secondLedger), 0);
        for (uint32 city = 1; city <= CITIES; ++city) manager.grantRole(_role(city, REGISTRAR), address(this), 0);
        _names[address(invoices)] = "Civitas InvoiceRegistry";
        _names[address(ledger)] = "Civitas InvoiceLedger";
        _names[address(payments)] = "Civitas PaymentRegistry";
        _names[address(identities)] = "Civitas IdentityRegistry";
        for (uint256 i = 0; i < SELLERS; ++i) _register(i);
        _guarded = address(invoices);
    }

    // ---------------------------------------------------------------------------------------------------------------- acts

    /// @dev The network's acts, on any of the contracts.
    function govern(uint256 seed) external {
        _begin(seed);
        _use(_anyContract());
        // The country is not suspended for long: all would wait.
        for (uint256 i = 0; i < 4 && !isActive(1); ++i) this.rule(_random(type(uint256).max));
        this.rule(_random(type(uint256).max));
    }

    /// @dev What was tried before is tried again, right then or not, relayed then or not.
    function again(uint256 seed) external {
        _begin(seed);
        if (_plays.length == 0) return;
        Play memory play = _plays[_random(_plays.length)];
        for (uint256 i = 0; i < 2 && !play.signed; ++i) play = _plays[_random(_plays.length)];
        _try(play);
    }

    /// @dev Of an identity that is suspended, nobody acts as an operator.
    function idle(uint256 seed) external {
        _begin(seed);
        uint256 seller = _random(SELLERS);
        for (uint256 i = 0; i < SELLERS; ++i) if (_idle[i]) seller = i;
        if (!_idle[seller] && _random(6) != 0) return;
        CityId[] memory none = new CityId[](0);
        if (_idle[seller] && !isActive(_home(seller))) return;
        if (_idle[seller]) identities.reinstate(_sellers[seller], 1, none);
        else identities.suspend(_sellers[seller], 1, none);
        _idle[seller] = !_idle[seller];
    }

    // ---------------------------------------------------------------------------------------------------------------- acting

    /// @dev Tried now, and perhaps again later.
    function _play(Play memory play) internal returns (bool right) {
        _plays.push(play);
        return _try(play);
    }

    /// @dev Kept, and perhaps tried later.
    function _keep(Play memory play) internal {
        _plays.push(play);
    }

    function _try(Play memory play) private returns (bool right) {
        _use(play.target);
        bytes memory said;
        (right, said) = address(this).call(play.rule);
        bytes memory result =
            play.signed ? _order(play.name, play.by, play.call, right) : _act(play.name, play.by, play.call, right);
        if (right && said.length != 0) {
            require(keccak256(said) == keccak256(result), string.concat(play.name, ": another answer"));
        }
    }

    /// @dev Acts are on this contract from now on.
    function _use(address target) internal {
        _closedOf[_guarded] = closed;
        (_guarded, _name, closed) = (target, _names[target], _closedOf[target]);
        if (closed && _random(4) == 0) {
            closed = false;
            manager.setTargetClosed(target, false);
        }
    }

    /// @dev Only as a rule of an act.
    modifier asRule() {
        require(msg.sender == address(this), NotARule());
        _;
    }

    // -------------------------------------------------------------------------------------------------------------- choosing

    function _anyContract() private returns (address) {
        uint256 dice = _random(4);
        if (dice == 0) return address(taxpayers);
        if (dice == 1) return address(payments);
        return dice == 2 ? address(invoices) : address(ledger);
    }

    /// @dev Never the same twice.
    function _newThing() internal returns (bytes32) {
        return keccak256(abi.encode("thing", ++_things));
    }

    function _newKey() internal returns (uint256) {
        return 0xA11CE000 + ++_things;
    }

    function _sellerOf(IdentityId id) internal view returns (uint256 seller) {
        while (seller < SELLERS && _sellers[seller] != id) ++seller;
    }

    function _signer(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _register(uint256 seller) private {
        uint256 key = _sellerKey(seller);
        (_operatorKeys[seller], _operators[seller]) = (0x09E8A700 + seller, vm.addr(0x09E8A700 + seller));
        (, uint32 version) = identities.tagVersions();
        IIdentityRegistry.Identity memory person;
        (person.kind, person.city, person.tagVersion) = (
            IIdentityRegistry.Kind.Legal,
            CityId.wrap(_home(seller)),
            version
        );
        person.tags = new bytes32[](1);
        (person.tags[0], person.signer, person.deadline) = (_newThing(), _signer(key), type(uint40).max);
        IdentityId id = identities.idOf(person);
        identities.register(person, _signDigest(key, IdentityId.unwrap(id)));
        _sellers[seller] = id;
        _authorize(id, _operators[seller], key);
    }

    function _authorize(IdentityId id, address operator, uint256 key) private {
        bytes32 order = keccak256(
            abi.encode(
                keccak256("Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)"),
                id,
                operator,
                true,
                uint32(0),
                type(uint40).max
            )
        );
        (_guarded, _name) = (address(identities), _names[address(identities)]);
        IIdentityRegistry.Signed memory signed = IIdentityRegistry.Signed(
            _signer(key),
            type(uint40).max,
            _sign(key, order)
        );
        identities.setOperator(id, operator, true, signed);
    }

    /// @dev The EIP-712 digest of a struct of one of the contracts.
    function _digestOf(address target, bytes32 structHash) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 name = keccak256(bytes(_names[target]));
        bytes32 domain = keccak256(abi.encode(typehash, name, keccak256("1"), uint256(31337), target));
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    /// @dev The city of the seller's identity.
    function _home(uint256 seller) internal pure returns (uint32) {
        if (seller == 0) return 3;
        return seller == 1 ? 5 : 4;
    }

    function _sellerKey(uint256 seller) internal pure returns (uint256) {
        return 0x5E11E000 + seller;
    }

    function _roles() private pure returns (uint32[] memory list) {
        list = new uint32[](3);
        (list[0], list[1], list[2]) = (TAX_BUREAU, FISCAL_BUREAU, PROVIDER);
    }

    function _twin() internal view override returns (address) {
        return _guarded == address(ledger) ? address(_secondLedger) : address(_secondInvoices);
    }
}
