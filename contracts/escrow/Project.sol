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

/// @dev A whole, in basis points.
uint16 constant WHOLE = 10_000;

bytes constant PARTIES_TYPE =
    "Parties(bytes32 owner,bytes32 contractor,bytes32 supervisor,bytes32 arbiter,address contractorAccount)";
bytes constant MONEY_TYPE =
    "Money(address token,uint128 unit,uint16 currency,uint128 budget,uint16 wageShare,uint128 wageDeposit,"
    "uint16 retention,uint16 defaultSplit,address strayTo)";
bytes constant PERIODS_TYPE =
    "Periods(uint32 answer,uint32 contest,uint32 ruling,uint32 invoicing,uint40 retentionUntil,"
    "uint40 endsAt,uint8 payday,bool silenceApproves,uint32 employment,uint32 evidence)";
bytes constant MILESTONE_TYPE = "Milestone(uint128 amount,bytes32 content)";
bytes constant CHANGE_TYPE = "MilestoneChange(uint16 index,uint128 amount,bytes32 content)";
bytes constant SHARE_TYPE = "Share(uint16 milestone,uint16 share)";

/// @title ProjectHash
/// @notice EIP-712 hashes of what the parties of a project sign.
library ProjectHash {
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        abi.encodePacked(
            "Terms(uint32 city,Parties parties,Money money,Periods periods,Milestone[] milestones,address[] funders,"
            "bytes32 content,uint40 deadline)",
            MILESTONE_TYPE,
            MONEY_TYPE,
            PARTIES_TYPE,
            PERIODS_TYPE
        )
    );
    bytes32 internal constant AMENDMENT_TYPEHASH = keccak256(
        abi.encodePacked(
            "Amendment(bytes32 project,uint32 changes,uint128 budget,uint16 wageShare,uint128 wageDeposit,uint40 endsAt,"
            "bytes32 arbiter,MilestoneChange[] milestones,uint40 deadline)",
            CHANGE_TYPE
        )
    );
    bytes32 internal constant SUBCONTRACT_TYPEHASH = keccak256(
        abi.encodePacked(
            "Subcontract(bytes32 project,bytes32 subcontractor,address account,Share[] shares,bytes32 content,uint40 deadline)",
            SHARE_TYPE
        )
    );

    function hash(Terms calldata terms) internal pure returns (bytes32) {
        bytes32[] memory milestones = new bytes32[](terms.milestones.length);
        for (uint256 i = 0; i < milestones.length; ++i) {
            milestones[i] = keccak256(abi.encode(keccak256(MILESTONE_TYPE), terms.milestones[i]));
        }
        return
            keccak256(
                abi.encode(
                    TERMS_TYPEHASH,
                    terms.city,
                    keccak256(abi.encode(keccak256(PARTIES_TYPE), terms.parties)),
                    keccak256(abi.encode(keccak256(MONEY_TYPE), terms.money)),
                    keccak256(abi.encode(keccak256(PERIODS_TYPE), terms.periods)),
                    keccak256(abi.encodePacked(milestones)),
                    keccak256(abi.encodePacked(terms.funders)),
                    terms.content,
                    terms.deadline
                )
            );
    }

    function hash(Amendment calldata amendment) internal pure returns (bytes32) {
        bytes32[] memory milestones = new bytes32[](amendment.milestones.length);
        for (uint256 i = 0; i < milestones.length; ++i) {
            milestones[i] = keccak256(abi.encode(keccak256(CHANGE_TYPE), amendment.milestones[i]));
        }
        return
            keccak256(
                abi.encode(
                    AMENDMENT_TYPEHASH,
                    amendment.project,
                    amendment.changes,
                    amendment.budget,
                    amendment.wageShare,
                    amendment.wageDeposit,
                    amendment.endsAt,
                    amendment.arbiter,
                    keccak256(abi.encodePacked(milestones)),
                    amendment.deadline
                )
            );
    }

    function hash(Subcontract calldata subcontract) internal pure returns (bytes32) {
        bytes32[] memory shares = new bytes32[](subcontract.shares.length);
        for (uint256 i = 0; i < shares.length; ++i) {
            shares[i] = keccak256(abi.encode(keccak256(SHARE_TYPE), subcontract.shares[i]));
        }
        return
            keccak256(
                abi.encode(
                    SUBCONTRACT_TYPEHASH,
                    subcontract.project,
                    subcontract.subcontractor,
                    subcontract.account,
                    keccak256(abi.encodePacked(shares)),
                    subcontract.content,
                    subcontract.deadline
                )
            );
    }
}
