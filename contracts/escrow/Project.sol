// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityId} from "../city/CityId.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {SchemaId} from "../identity/SchemaId.sol";
import {ProjectId} from "./ProjectId.sol";

/// @title The terms of a project, signed by owner, contractor and supervisor. Their EIP-712 digest is the project's id.
/// @param city The city whose courts, labour office and banks act in the project.
/// @param parties Who is who.
/// @param money The sums and shares.
/// @param periods The times.
/// @param milestones In order; their sums are what the budget leaves after wages.
/// @param funders The accounts that may fund it; anyone may, if there are none.
/// @param content Salted hash of the contract's text.
/// @param deadline Last moment to open the project, UTC seconds.
struct Terms {
    CityId city;
    Parties parties;
    Money money;
    Periods periods;
    Milestone[] milestones;
    address[] funders;
    bytes32 content;
    uint40 deadline;
}

/// @notice The parties: legal persons, all different. Their operators (IdentityRegistry) act for them.
/// @param owner For whom it is built.
/// @param contractor Who builds it, and answers for everybody's wages.
/// @param supervisor Who approves what was built.
/// @param arbiter Who rules where they differ.
/// @param contractorAccount Where the contractor is paid.
struct Parties {
    IdentityId owner;
    IdentityId contractor;
    IdentityId supervisor;
    IdentityId arbiter;
    address contractorAccount;
}

/// @notice Sums in minor units of the currency, shares in basis points.
/// @param token The ERC-20 it is paid in.
/// @param unit How much of the token, in its smallest parts, one minor unit of the currency is; below 2^96.
/// @param currency ISO 4217 numeric.
/// @param budget The whole price, wages included; below 2^96.
/// @param wageShare Of all that is put in, for wages.
/// @param wageDeposit What the contractor deposits for wages before the first milestone is requested.
/// @param retention Of each company's earnings, kept until `retentionUntil`.
/// @param defaultSplit Of what is disputed, for the company that did the work, if nobody rules.
/// @param strayTo Where stray tokens go.
struct Money {
    address token;
    uint128 unit;
    uint16 currency;
    uint128 budget;
    uint16 wageShare;
    uint128 wageDeposit;
    uint16 retention;
    uint16 defaultSplit;
    address strayTo;
}

/// @notice Periods in seconds, times in UTC seconds.
/// @param answer For the supervisor to answer a request.
/// @param contest After an answer, for contesting it, before anything is paid.
/// @param ruling For the arbiter to rule.
/// @param invoicing How long the next milestone waits at most until the contractor's last payment is invoiced; 0 for not at all.
/// @param retentionUntil When retention is due.
/// @param endsAt From when on anyone may end the project.
/// @param payday Days after a month's end until its payrolls are due.
/// @param silenceApproves What the supervisor's silence means: approval, or return for mending.
/// @param employment Schema of the claims under which workers are enrolled; about two, the employer and the worker.
/// @param evidence Schema of the claims that milestones are requested with.
struct Periods {
    uint32 answer;
    uint32 contest;
    uint32 ruling;
    uint32 invoicing;
    uint40 retentionUntil;
    uint40 endsAt;
    uint8 payday;
    bool silenceApproves;
    SchemaId employment;
    SchemaId evidence;
}

/// @notice A part of the works.
/// @param amount In minor units; not zero.
/// @param content Salted hash of what it is.
struct Milestone {
    uint128 amount;
    bytes32 content;
}

/// @notice A change order: signed by owner, contractor and supervisor, and by the labour office where it lowers anything that wages
/// are paid from.
/// @param project The project.
/// @param changes The project's count of changes: what is signed is good once.
/// @param budget The new budget; never below what was put in.
/// @param wageShare The new share; of all that is put in from the beginning.
/// @param wageDeposit The new deposit.
/// @param endsAt The new end.
/// @param arbiter A new arbiter; zero for the present one.
/// @param milestones Planned ones that change, and new ones.
/// @param deadline Last moment to make the change, UTC seconds.
struct Amendment {
    ProjectId project;
    uint32 changes;
    uint128 budget;
    uint16 wageShare;
    uint128 wageDeposit;
    uint40 endsAt;
    IdentityId arbiter;
    MilestoneChange[] milestones;
    uint40 deadline;
}

/// @notice What becomes of a milestone.
/// @param index Its place, from 0; of a new one, how many there are already.
/// @param amount In minor units; 0 to drop it.
/// @param content Salted hash of what it is.
struct MilestoneChange {
    uint16 index;
    uint128 amount;
    bytes32 content;
}

/// @notice A subcontract, signed by contractor and subcontractor.
/// @param project The project.
/// @param subcontractor A legal person that has no part in the project yet.
/// @param account Where it is paid.
/// @param shares Its shares of milestones that are still planned; may be none.
/// @param content Salted hash of the contract's text.
/// @param deadline Last moment to register it, UTC seconds.
struct Subcontract {
    ProjectId project;
    IdentityId subcontractor;
    address account;
    Share[] shares;
    bytes32 content;
    uint40 deadline;
}

/// @notice A share of a milestone.
/// @param milestone Its place, from 0; in ascending order.
/// @param share In basis points.
struct Share {
    uint16 milestone;
    uint16 share;
}

/// @dev The parties in the order of their seats; subcontractors follow in the order of their contracts.
uint16 constant OWNER = 0;
uint16 constant CONTRACTOR = 1;
uint16 constant SUPERVISOR = 2;
uint16 constant ARBITER = 3;
uint16 constant FIRST_SUBCONTRACTOR = 4;

/// @dev How long after a project's end wages can be claimed: workers enrolled, and payrolls filed; in seconds.
uint40 constant CLAIM_WINDOW = 30 days;

/// @dev How long after a project's end works money waits for wages at most, in seconds.
uint40 constant REFUND_WAIT = 365 days;

/// @dev A whole, in basis points.
uint16 constant WHOLE = 10_000;

/// @title ProjectHash
/// @notice EIP-712 hashes of what the parties of a project sign.
library ProjectHash {
    bytes32 private constant PARTIES_TYPEHASH = keccak256(
        "Parties(bytes32 owner,bytes32 contractor,bytes32 supervisor,bytes32 arbiter,address contractorAccount)"
    );
    bytes32 private constant MONEY_TYPEHASH = keccak256(
        "Money(address token,uint128 unit,uint16 currency,uint128 budget,uint16 wageShare,uint128 wageDeposit,"
        "uint16 retention,uint16 defaultSplit,address strayTo)"
    );
    bytes32 private constant PERIODS_TYPEHASH = keccak256(
        "Periods(uint32 answer,uint32 contest,uint32 ruling,uint32 invoicing,uint40 retentionUntil,uint40 endsAt,"
        "uint8 payday,bool silenceApproves,uint32 employment,uint32 evidence)"
    );
    bytes32 private constant MILESTONE_TYPEHASH = keccak256("Milestone(uint128 amount,bytes32 content)");
    bytes32 private constant CHANGE_TYPEHASH = keccak256(
        "MilestoneChange(uint16 index,uint128 amount,bytes32 content)"
    );
    bytes32 private constant SHARE_TYPEHASH = keccak256("Share(uint16 milestone,uint16 share)");
    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "Terms(uint32 city,Parties parties,Money money,Periods periods,Milestone[] milestones,address[] funders,"
        "bytes32 content,uint40 deadline)Milestone(uint128 amount,bytes32 content)"
        "Money(address token,uint128 unit,uint16 currency,uint128 budget,uint16 wageShare,uint128 wageDeposit,"
        "uint16 retention,uint16 defaultSplit,address strayTo)"
        "Parties(bytes32 owner,bytes32 contractor,bytes32 supervisor,bytes32 arbiter,address contractorAccount)"
        "Periods(uint32 answer,uint32 contest,uint32 ruling,uint32 invoicing,uint40 retentionUntil,uint40 endsAt,"
        "uint8 payday,bool silenceApproves,uint32 employment,uint32 evidence)"
    );
    bytes32 private constant AMENDMENT_TYPEHASH = keccak256(
        "Amendment(bytes32 project,uint32 changes,uint128 budget,uint16 wageShare,uint128 wageDeposit,uint40 endsAt,"
        "bytes32 arbiter,MilestoneChange[] milestones,uint40 deadline)"
        "MilestoneChange(uint16 index,uint128 amount,bytes32 content)"
    );
    bytes32 private constant SUBCONTRACT_TYPEHASH = keccak256(
        "Subcontract(bytes32 project,bytes32 subcontractor,address account,Share[] shares,bytes32 content,"
        "uint40 deadline)Share(uint16 milestone,uint16 share)"
    );

    function hash(Terms calldata terms) internal pure returns (bytes32) {
        Milestone[] calldata milestones = terms.milestones;
        (uint256 start, uint256 all) = (0, 0);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            start := terms
            all := milestones.offset
        }
        return
            keccak256(
                abi.encode(
                    TERMS_TYPEHASH,
                    terms.city,
                    _hashAt(PARTIES_TYPEHASH, start + 0x20, 0xa0),
                    _hashAt(MONEY_TYPEHASH, start + 0xc0, 0x120),
                    _hashAt(PERIODS_TYPEHASH, start + 0x1e0, 0x140),
                    _hashAll(MILESTONE_TYPEHASH, all, milestones.length, 0x40),
                    keccak256(abi.encodePacked(terms.funders)),
                    terms.content,
                    terms.deadline
                )
            );
    }

    function hash(Amendment calldata amendment) internal pure returns (bytes32) {
        MilestoneChange[] calldata milestones = amendment.milestones;
        (uint256 start, uint256 all) = (0, 0);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            start := amendment
            all := milestones.offset
        }
        return
            _hashWith(AMENDMENT_TYPEHASH, start, 0x120, 0xe0, _hashAll(CHANGE_TYPEHASH, all, milestones.length, 0x60));
    }

    function hash(Subcontract calldata subcontract) internal pure returns (bytes32) {
        Share[] calldata shares = subcontract.shares;
        (uint256 start, uint256 all) = (0, 0);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            start := subcontract
            all := shares.offset
        }
        return _hashWith(SUBCONTRACT_TYPEHASH, start, 0xc0, 0x60, _hashAll(SHARE_TYPEHASH, all, shares.length, 0x40));
    }

    /// @notice The hash of an array of structs of `size` bytes each, which lie in calldata from `offset` on.
    function _hashAll(
        bytes32 typehash,
        uint256 offset,
        uint256 count,
        uint256 size
    ) private pure returns (bytes32 hashed) {
        bytes32[] memory hashes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) hashes[i] = _hashAt(typehash, offset + i * size, size);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            hashed := keccak256(add(hashes, 0x20), mul(count, 0x20))
        }
    }

    /// @notice The hash of a struct of `size` bytes without arrays, which lies in calldata from `offset` on.
    function _hashAt(bytes32 typehash, uint256 offset, uint256 size) private pure returns (bytes32) {
        return _hashWith(typehash, offset, size, size, 0);
    }

    /// @notice The same of a struct with an array, whose hash stands at `at` in it.
    /// @dev Members that are no arrays lie in calldata as EIP-712 encodes them. Whoever uses one of them reads it as its type, which
    /// refuses stray bits.
    function _hashWith(
        bytes32 typehash,
        uint256 offset,
        uint256 size,
        uint256 at,
        bytes32 inner
    ) private pure returns (bytes32 hashed) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            calldatacopy(add(start, 0x20), offset, size)
            mstore(add(add(start, 0x20), at), inner)
            hashed := keccak256(start, add(size, 0x20))
        }
    }
}
