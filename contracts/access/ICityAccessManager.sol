// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {Capability} from "./CityRole.sol";

/// @title Who may act for which city: OpenZeppelin's AccessManager over the tree of cities.
/// @notice A role is (city, capability), packed into 64 bits: 32 bits of city, 32 bits of capability. Role admins are computed
/// from the tree: (city, ADMIN) administers every (city, *), and (parent, ADMIN) administers (city, ADMIN). City 0 is the network;
/// (0, ADMIN) is AccessManager's ADMIN_ROLE.
///
/// Trust assumptions
/// - The network's administrators may close and open contracts, set delays, admit and suspend countries, and act for what a suspended
///   country can no longer decide; as the ancestor of all they may also move a city from one country to another. They appoint a
///   country's controllers, and grant no role below a country without first making themselves its controller. Everyone sees all of it.
/// - The tree is written by the CityRegistry alone, bound once.
/// - AccessManager's delays serve the network's own functions and the granting of roles. The guard is immediate: a member with an
///   execution delay does not pass it. Guardians are roles of the network.
interface ICityAccessManager is IAccessManager {
    /// @notice The answer to "may this account use this capability for this city, in this contract, now?".
    /// @param Allowed The guard passes.
    /// @param NotMember The account does not hold the role, or not yet.
    /// @param Delayed The account holds the role with an execution delay; the guard is immediate.
    /// @param CityInactive The city, or one of its ancestors, is not active.
    /// @param ContractClosed The network closed the contract for new acts.
    enum Verdict {
        Allowed,
        NotMember,
        Delayed,
        CityInactive,
        ContractClosed
    }

    /// @notice A member of a role, as listed.
    /// @param account The member.
    /// @param since UTC seconds from which the membership counts; may lie in the future when the role has a grant delay.
    /// @param delay Execution delay in seconds; with one, the member does not pass the guard.
    struct Member {
        address account;
        uint48 since;
        uint32 delay;
    }

    /// @notice A past membership of a role, `[since, until)` in UTC seconds.
    struct Tenure {
        uint48 since;
        uint48 until;
    }

    /// @notice A controller's offer of the city to another account.
    struct ControllerOffer {
        address to;
        uint48 offeredAt;
        uint48 deadline;
    }

    /// @notice `by` had the manager call `target`, which sees the manager as its caller (AccessManager's `execute`).
    event CallExecuted(address indexed by, address indexed target, bytes4 indexed selector);

    /// @notice The CityRegistry was bound.
    event CityRegistryBound(address indexed registry, address by);

    /// @notice The tree was written: the parent of `city`, and whether the city itself is active.
    event CityPlaced(CityId indexed city, CityId indexed parent, bool active);

    /// @notice A controller offered the city to another account.
    event ControllerOffered(CityId indexed city, address indexed from, address indexed to, uint48 deadline);
    /// @notice A controller took its offer back.
    event ControllerOfferWithdrawn(CityId indexed city, address indexed from);
    /// @notice The offer was accepted: `to` is a controller, `from` is none any more.
    event ControllerChanged(CityId indexed city, address indexed from, address indexed to);

    /// @notice The caller is not the bound CityRegistry.
    error NotCityRegistry(address caller);
    /// @notice The CityRegistry is bound already, and for ever.
    error CityRegistryAlreadyBound(address registry);
    /// @notice The address holds no contract.
    error NotAContract(address account);
    /// @notice The city does not exist: the registry never issued this number.
    error CityUnknown(CityId city);
    /// @notice `city` cannot act or be given roles, because it or its ancestor `inactive` is suspended, retired or still being loaded.
    error CityNotActive(CityId city, CityId inactive);
    /// @notice `city` is not `ancestor`, and does not lie below it.
    error CityNotBelow(CityId city, CityId ancestor);
    /// @notice The account does not hold (city, capability) now, or only with an execution delay.
    error CityUnauthorized(address account, CityId city, Capability capability);
    /// @notice The network closed this contract for whatever creates or widens.
    error ContractClosed(address target);
    /// @notice Role admins follow from the tree of cities and cannot be set.
    error RoleAdminIsComputed(uint64 role);
    /// @notice Only a role of the network (city 0) may be used here: as guardian, or to call a function of the network's own.
    error NotNetworkRole(uint64 role);
    /// @notice The network's last administrator cannot be removed: nobody could be appointed any more.
    error LastNetworkAdministrator(address account);

    /// @notice There is no offer that is still good: made to the caller, not past its deadline, its maker not dismissed since.
    error OfferNotGood(CityId city, address from, address to);
    /// @notice The deadline has passed.
    error DeadlinePassed(uint48 deadline);
    /// @notice A city is offered to another account than one's own, and not to nobody.
    error RecipientInvalid(address to);

    // ------------------------------------------------------------------------------------------------------------- the guard

    /// @notice The guard: reverts unless `account` holds (city, capability) without delay, the city and all its ancestors are active,
    /// and the calling contract is open. Every registry asks this one question for whatever creates or widens.
    /// @dev The contract asked about is the caller. Errors: CityUnauthorized, CityNotActive, ContractClosed.
    function checkCan(address account, CityId city, Capability capability) external view;

    /// @notice The guard, of a city that must also lie below `ancestor` or be it.
    /// @dev Errors: those of checkCan, and CityNotBelow.
    function checkCanBelow(address account, CityId city, Capability capability, CityId ancestor) external view;

    /// @notice The guard without a member: reverts unless the city and its ancestors are active and the calling contract is open.
    /// @dev For acts whose author is authorised otherwise, by a signature or an offer. Errors: CityNotActive, ContractClosed.
    function checkOpen(CityId city) external view;

    /// @notice The same question as checkCan, about any contract, answered instead of reverted.
    function can(
        address account,
        CityId city,
        Capability capability,
        address target
    ) external view returns (Verdict verdict);

    /// @notice Whether `account` holds (city, capability) now and without delay, whatever the state of city or contract.
    /// @dev The question for acts that end, restrict, veto, oppose, withdraw or pay what is owed.
    function holds(address account, CityId city, Capability capability) external view returns (bool);

    /// @notice Whether an account may end or restrict what belongs to a city: it holds (acting, capability), where `acting` is the last
    /// of `lineage`.
    /// @param lineage Empty for the city itself; otherwise either the nearest active ancestor of a city that cannot act, or a chain of
    /// successors, each taking over the retired one before it.
    function hasStanding(
        address account,
        CityId city,
        Capability capability,
        CityId[] calldata lineage
    ) external view returns (bool);

    /// @notice Whether `account` held the role at `time` (UTC seconds, not in the future), judged from its present and past memberships.
    function heldAt(uint64 role, address account, uint48 time) external view returns (bool);

    // ------------------------------------------------------------------------------------------------------------- reading

    /// @notice The members of a role by page, in no particular order; those whose membership starts later are listed too.
    /// @param start Index of the first one, from 0.
    /// @param count How many at most.
    function membersOf(uint64 role, uint256 start, uint256 count) external view returns (Member[] memory members);

    /// @notice How many members the role has.
    function memberCount(uint64 role) external view returns (uint256);

    /// @notice The ended memberships of an account, oldest first, by page.
    function tenuresOf(
        uint64 role,
        address account,
        uint256 start,
        uint256 count
    ) external view returns (Tenure[] memory tenures);

    /// @notice Parent of a city (0 for a country), whether it is active itself, and whether it exists. City 0 exists and is active.
    function placeOf(CityId city) external view returns (CityId parent, bool active, bool exists);

    /// @notice The first city that is not active on the path from `city` up to its country, or city 0 where all are.
    /// @dev Reverts with CityUnknown for a city that does not exist.
    function firstInactive(CityId city) external view returns (CityId);

    /// @notice Whether the city and all its ancestors are active; false for a city that does not exist.
    function isActive(CityId city) external view returns (bool);

    /// @notice The nearest city on the path, the city itself included, that is active along its whole path; city 0 where none is.
    /// @dev Reverts with CityUnknown for a city that does not exist.
    function nearestActive(CityId city) external view returns (CityId);

    /// @notice Whether `city` is `ancestor`, or lies below it; city 0 is the ancestor of all.
    function isAncestorOrSelf(CityId ancestor, CityId city) external view returns (bool);

    /// @notice The cities from `city` up to its country. Reverts with CityUnknown for a city that does not exist.
    function pathOf(CityId city) external view returns (CityId[] memory path);

    /// @notice The offer of the city by a controller, all zero if none.
    function controllerOffer(CityId city, address from) external view returns (ControllerOffer memory);

    /// @notice The registry that writes the tree; zero until bound.
    function cityRegistry() external view returns (address);

    // ------------------------------------------------------------------------------------------------------------- writing

    /// @notice Bind the CityRegistry, once. By the network.
    function bindCityRegistry(address registry) external;

    /// @notice Write the tree. By the CityRegistry.
    function place(CityId city, CityId parent, bool active) external;

    /// @notice Make `account` a controller of the city. By the CityRegistry, which has asked the guard.
    function appoint(CityId city, address account) external;

    // --------------------------------------------------------------------------------------------------- controller hand-over

    /// @notice Offer the city to another account, in place of an earlier offer of the same controller. By a controller, without delay,
    /// of an active city. The network has no controller: its administrators are granted and revoked as roles, with their delays.
    /// @param deadline UTC seconds, the last moment to accept.
    function offerController(CityId city, address to, uint48 deadline) external;

    /// @notice Withdraw one's offer.
    function withdrawController(CityId city) external;

    /// @notice Accept the offer of the controller `from`, who must have been one without a break since making it, and ceases to be one.
    /// The role's grant delay applies.
    function acceptController(CityId city, address from) external;
}
