// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CityId} from "../../contracts/city/CityId.sol";
import {SuiteDirectory} from "../../contracts/directory/SuiteDirectory.sol";
import {FundEscrow} from "../../contracts/escrow/FundEscrow.sol";
import {MilestoneRegistry} from "../../contracts/escrow/MilestoneRegistry.sol";
import {Milestone, Terms} from "../../contracts/escrow/Project.sol";
import {PayrollRegistry} from "../../contracts/escrow/PayrollRegistry.sol";
import {ProjectBooks} from "../../contracts/escrow/ProjectBooks.sol";
import {ProjectId} from "../../contracts/escrow/ProjectId.sol";
import {IProjectRegistry} from "../../contracts/escrow/IProjectRegistry.sol";
import {ProjectRegistry} from "../../contracts/escrow/ProjectRegistry.sol";
import {SettlementToken} from "../../contracts/escrow/SettlementToken.sol";
import {WageAccount} from "../../contracts/escrow/WageAccount.sol";
import {WorkerRegistry} from "../../contracts/escrow/WorkerRegistry.sol";
import {ClaimRegistry} from "../../contracts/identity/ClaimRegistry.sol";
import {ClaimVerifier} from "../../contracts/identity/ClaimVerifier.sol";
import {IdentityId} from "../../contracts/identity/IdentityId.sol";
import {IdentityRegistry} from "../../contracts/identity/IdentityRegistry.sol";
import {IIdentityRegistry} from "../../contracts/identity/IIdentityRegistry.sol";
import {ISchemaRegistry} from "../../contracts/identity/ISchemaRegistry.sol";
import {SchemaId} from "../../contracts/identity/SchemaId.sol";
import {HostileToken} from "../../contracts/test/HostileToken.sol";
import {TownModel} from "../identity/TownModel.sol";

/// @title The towns with the contracts of projects, and four projects: two in a token of 2 decimals, one in a token of 18, one in a token
/// that breaks its promises now and then. The parties are the same in all of them.
/// @dev This contract registers the parties and issues the claims. The officers are labour offices and courts.
abstract contract EscrowTown is TownModel {
    uint32 private constant REGISTRAR = 2;
    uint32 private constant SCHEMA = 3;
    uint32 internal constant JUSTICE = 9;
    uint32 internal constant LABOUR = 10;
    uint32 private constant BANK = 11;
    uint32 internal constant EMPLOYMENT = 1;
    uint32 internal constant EVIDENCE = 2;
    uint256 public constant PROJECTS = 4;
    uint256 public constant FUNDERS = 3;
    uint256 internal constant PERSONS = 8; // of which five have a seat at first
    uint16 public constant SEATS = 5;
    uint16 internal constant OWNER = 0;
    uint16 internal constant CONTRACTOR = 1;
    uint16 internal constant SUPERVISOR = 2;
    uint16 internal constant ARBITER = 3;
    uint16 internal constant SUB = 4;
    uint256 internal constant UNIT = 1e16;
    address internal constant RELAYER = address(0xCAFE);

    IdentityRegistry public identities;
    ClaimRegistry public claims;
    ProjectRegistry public projects;
    FundEscrow public escrow;
    WorkerRegistry public workers;
    PayrollRegistry public payrolls;
    WageAccount public wages;
    MilestoneRegistry public milestones;
    ProjectBooks public books;

    address[3] public tokens;
    ProjectId[PROJECTS] public projectIds;
    address[FUNDERS] public funders;
    IdentityId[PERSONS] internal _persons;
    address[PERSONS] internal _operators;
    uint256 internal _things;

    constructor() TownModel(_roles()) {
        identities = new IdentityRegistry(manager);
        claims = new ClaimRegistry(manager);
        projects = new ProjectRegistry(manager, identities);
        escrow = new FundEscrow(manager, projects);
        workers = new WorkerRegistry(manager, projects, claims);
        payrolls = new PayrollRegistry(manager, projects, workers);
        wages = new WageAccount(manager, projects, payrolls);
        ClaimVerifier verifier = new ClaimVerifier(claims, identities);
        milestones = new MilestoneRegistry(projects, verifier, new SuiteDirectory(manager));
        books = new ProjectBooks(projects);
        projects.bindEscrow(address(escrow), address(wages), address(milestones));
        for (uint256 i = 0; i < FUNDERS; ++i) funders[i] = address(uint160(0xF00D00 + i));
        _makeTokens();
        manager.grantRole(_role(1, REGISTRAR), address(this), 0);
        manager.grantRole(_role(1, SCHEMA), address(this), 0);
        _createSchema(2);
        _createSchema(1);
        for (uint32 schema = 1; schema <= 2; ++schema) {
            manager.grantRole(_role(1, 0x8000_0000 | schema), address(this), 0);
        }
        for (uint256 i = 0; i < PERSONS; ++i) _register(i);
        (_guarded, _name) = (address(projects), "Civitas ProjectRegistry");
    }

    // -------------------------------------------------------------------------------------------------------------- projects

    function cityOf(uint256 project) public pure returns (uint32) {
        if (project == 1) return 3;
        return project == 2 ? 5 : TOWN;
    }

    function tokenOf(uint256 project) public view returns (address) {
        return tokens[project < 2 ? 0 : project - 1];
    }

    function unitOf(uint256 project) public pure returns (uint256) {
        return project < 2 ? 1 : UNIT;
    }

    /// @dev Numbers that do not divide.
    function _termsOf(uint256 project) internal returns (Terms memory terms) {
        uint40 now_ = uint40(block.timestamp);
        terms.city = CityId.wrap(cityOf(project));
        (terms.parties.owner, terms.parties.contractor) = (_persons[OWNER], _persons[CONTRACTOR]);
        (terms.parties.supervisor, terms.parties.arbiter) = (_persons[SUPERVISOR], _persons[ARBITER]);
        terms.parties.contractorAccount = _newAccount();
        (terms.money.token, terms.money.unit) = (tokenOf(project), uint128(unitOf(project)));
        (terms.money.currency, terms.money.budget) = (156, uint128(999_983 + project));
        terms.money.wageShare = uint16(project * 1_111);
        terms.money.wageDeposit = uint128(20_011 * project);
        terms.money.retention = uint16(333 * (3 - project));
        terms.money.defaultSplit = uint16(3_333 + 1_000 * project);
        terms.money.strayTo = address(0x57);
        (terms.periods.answer, terms.periods.contest, terms.periods.ruling) = (7 days, 5 days, 20 days);
        (terms.periods.retentionUntil, terms.periods.endsAt) = (now_ + 400 days, now_ + 200 days);
        if (project == 2) terms.periods.retentionUntil = now_ + 100 days;
        (terms.periods.payday, terms.periods.silenceApproves) = (15, project % 2 == 0);
        (terms.periods.employment, terms.periods.evidence) = (SchemaId.wrap(EMPLOYMENT), SchemaId.wrap(EVIDENCE));
        uint128 works = terms.money.budget - _ceil(terms.money.budget, terms.money.wageShare);
        terms.milestones = new Milestone[](3);
        for (uint256 i = 0; i < 3; ++i) terms.milestones[i] = Milestone(works / 3, _newThing());
        terms.milestones[2].amount += works % 3;
        (terms.content, terms.deadline) = (_newThing(), now_ + 1);
    }

    // -------------------------------------------------------------------------------------------------------------- choosing

    /// @dev Never the same twice.
    function _newThing() internal returns (bytes32) {
        return keccak256(abi.encode("thing", ++_things));
    }

    function _newAccount() internal returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("account", ++_things)))));
    }

    function _newKey() internal returns (uint256) {
        return 0xA11CE000 + ++_things;
    }

    function _signer(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    /// @dev A share of a sum, rounded up.
    function _ceil(uint128 sum, uint256 share) internal pure returns (uint128) {
        return uint128((uint256(sum) * share + 9_999) / 10_000);
    }

    function _min(uint128 a, uint128 b) internal pure returns (uint128) {
        return a < b ? a : b;
    }

    // --------------------------------------------------------------------------------------------------------------- signing

    /// @dev The EIP-712 digest of a struct of one of the contracts.
    function _digestOf(address target, string memory name, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 domain = keccak256(
            abi.encode(typehash, keccak256(bytes(name)), keccak256("1"), uint256(31337), target)
        );
        return keccak256(bytes.concat(hex"1901", domain, structHash));
    }

    function _signedBy(uint256 person, bytes32 digest) internal pure returns (IProjectRegistry.PartySignature memory) {
        return IProjectRegistry.PartySignature(_signer(_personKey(person)), _signDigest(_personKey(person), digest));
    }

    function _personKey(uint256 person) internal pure returns (uint256) {
        return 0xBA5E00 + person;
    }

    // -------------------------------------------------------------------------------------------------------------- internal

    function _makeTokens() private {
        manager.grantRole(_role(1, BANK), address(this), 0);
        SettlementToken settlement = new SettlementToken(manager, identities, CityId.wrap(1), "Yuan", "CSY", 156);
        (tokens[0], tokens[1], tokens[2]) = (
            address(settlement),
            address(new HostileToken()),
            address(new HostileToken())
        );
        for (uint256 i = 0; i < FUNDERS; ++i) {
            settlement.mint(funders[i], 10_000_000_000, bytes32(i + 1));
            for (uint256 t = 0; t < 3; ++t) {
                if (t != 0) HostileToken(tokens[t]).mint(funders[i], 10_000_000_000 * UNIT);
                vm.startPrank(funders[i]);
                IERC20(tokens[t]).approve(address(escrow), type(uint256).max);
                IERC20(tokens[t]).approve(address(wages), type(uint256).max);
                vm.stopPrank();
            }
        }
    }

    function _createSchema(uint8 parties) private {
        ISchemaRegistry.SchemaTerms memory terms;
        (terms.city, terms.name, terms.parties, terms.content) = (CityId.wrap(1), "s", parties, keccak256("{}"));
        terms.fields = new ISchemaRegistry.SchemaField[](1);
        claims.createSchema(terms);
    }

    function _register(uint256 person) private {
        (uint256 key, bytes32 typehash) = (
            _personKey(person),
            keccak256("Operator(bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline)")
        );
        _operators[person] = address(uint160(0x09E800 + person));
        (, uint32 version) = identities.tagVersions();
        IIdentityRegistry.Identity memory legal;
        (legal.kind, legal.city, legal.tagVersion) = (IIdentityRegistry.Kind.Legal, CityId.wrap(1), version);
        legal.tags = new bytes32[](1);
        (legal.tags[0], legal.signer, legal.deadline) = (_newThing(), _signer(key), type(uint40).max);
        IdentityId id = identities.idOf(legal);
        identities.register(legal, _signDigest(key, IdentityId.unwrap(id)));
        _persons[person] = id;
        bytes32 order = keccak256(abi.encode(typehash, id, _operators[person], true, uint32(0), type(uint40).max));
        bytes32 digest = _digestOf(address(identities), "Civitas IdentityRegistry", order);
        IIdentityRegistry.Signed memory signed;
        (signed.signer, signed.deadline, signed.signature) = (_signer(key), type(uint40).max, _signDigest(key, digest));
        identities.setOperator(id, _operators[person], true, signed);
    }

    function _roles() private pure returns (uint32[] memory list) {
        list = new uint32[](2);
        (list[0], list[1]) = (LABOUR, JUSTICE);
    }

    function _twin() internal view override returns (address) {
        return address(projects);
    }
}
