// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CityCode} from "./CityCode.sol";
import {CityId} from "./CityId.sol";

/// @title Which cities exist, under which code, since when.
/// @notice A city is a number given once; codes and names are attributes with a date. Codes form a tree, and so do cities, and both
/// are the same tree: a city's code lengthens its parent's code by one step of its country's scheme, or adds one node.
///
/// Who may do what
/// - The network (AccessManager's `restricted`): admit countries, set their schemes, load their history once.
/// - The parent's controller, holder of (parent, ADMIN): everything about a child but what follows. Acts that create or widen ask the
///   guard; those that end or restrict need the role alone, and where the parent cannot act, its nearest active ancestor has it.
/// - Anyone: applies, and withdraws the own application.
///
/// Times are UTC seconds; intervals are `[from, until)`, and `until` 0 means "still". Reasons are codes, listed in docs/city.md.
interface ICityRegistry {
    // --------------------------------------------------------------------------------------------------------------- types

    /// @notice Where a city stands.
    /// @param None Never allocated.
    /// @param Loading A country whose history is being loaded: nobody but the network acts below it until the history is sealed.
    /// @param Active It may act, if its ancestors are active too.
    /// @param Suspended By its parent, until reinstated.
    /// @param Retired For ever: merged, split or abolished.
    enum CityStatus {
        None,
        Loading,
        Active,
        Suspended,
        Retired
    }

    /// @notice Where an application stands.
    enum ApplicationStatus {
        None,
        Applied,
        Approved,
        Rejected,
        Withdrawn
    }

    /// @notice An application for a code. Its id is its EIP-712 digest.
    /// @param parent The city that decides.
    /// @param code The code applied for.
    /// @param name The city's name, 1 to 128 bytes of UTF-8.
    /// @param applicant The account that applies, and becomes the city's controller.
    /// @param salt Tells apart applications that are otherwise the same, e.g. after a rejection.
    struct CityApplication {
        CityId parent;
        CityCode code;
        string name;
        address applicant;
        bytes32 salt;
    }

    /// @notice One of several children allocated in one act.
    /// @param controller Gets (city, ADMIN); zero for none, then the parent can appoint one later.
    struct Allocation {
        CityCode code;
        string name;
        address controller;
    }

    /// @notice A city as it stands.
    /// @param code Its code; of a retired city the last one.
    /// @param codeFrom Since when it holds that code.
    /// @param retiredAt When it retired, 0 if it did not.
    /// @param changedIn Block of its last event.
    /// @param namedIn Block of the event that gave it its name.
    /// @param changes How many events it has had; signed and two-step acts bind it.
    /// @param children How many live children it has.
    struct City {
        CityCode code;
        CityId parent;
        CityStatus status;
        uint40 codeFrom;
        uint40 retiredAt;
        uint40 changedIn;
        uint40 namedIn;
        uint32 changes;
        uint32 children;
    }

    // -------------------------------------------------------------------------------------------------------------- events
    // Every event of a city carries the block of the city's previous event, 0 for its first, and who did it.

    /// @notice An application stands open; the whole of it is here, to be passed back in later acts.
    event ApplicationSubmitted(
        bytes32 indexed id,
        CityId indexed parent,
        address indexed applicant,
        CityCode code,
        string name,
        bytes32 salt
    );
    /// @notice The applicant withdrew it.
    event ApplicationWithdrawn(bytes32 indexed id, uint40 previousBlock);
    /// @notice The parent approved it: `city` was allocated.
    event ApplicationApproved(bytes32 indexed id, CityId indexed city, address by, uint40 previousBlock);
    /// @notice It was rejected, with a reason code.
    event ApplicationRejected(bytes32 indexed id, uint16 reason, address by, uint40 previousBlock);

    /// @notice A city got its number, its code and its name as of `from`. Its first event: no previous block.
    event CityAllocated(
        CityId indexed city,
        CityId indexed parent,
        CityCode indexed code,
        string name,
        address controller,
        uint40 from,
        address by
    );
    /// @notice The city has another code, another parent, or both.
    event CityMoved(
        CityId indexed city,
        CityId indexed parent,
        CityCode indexed code,
        uint40 from,
        address by,
        uint40 previousBlock
    );
    /// @notice The city has another name as of `from`.
    event CityRenamed(CityId indexed city, string name, uint40 from, address by, uint40 previousBlock);
    /// @notice The city was suspended, with a reason code.
    event CitySuspended(CityId indexed city, uint16 reason, address by, uint40 previousBlock);
    /// @notice The city was reinstated.
    event CityReinstated(CityId indexed city, address by, uint40 previousBlock);
    /// @notice The city retired as of `from`; its successors take over.
    event CityRetired(CityId indexed city, CityId[] successors, uint40 from, address by, uint40 previousBlock);
    /// @notice The city's parent offered it to another parent.
    event MoveOffered(CityId indexed city, CityId indexed to, uint40 deadline, address by, uint40 previousBlock);
    /// @notice The offer was withdrawn.
    event MoveWithdrawn(CityId indexed city, address by, uint40 previousBlock);
    /// @notice A country's scheme was set.
    event SchemeChanged(CityId indexed city, uint32 lengths, address by, uint40 previousBlock);
    /// @notice A country's history was sealed: it is active.
    event HistorySealed(CityId indexed city, address by, uint40 previousBlock);

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice No application of this content stands open.
    error ApplicationNotOpen(bytes32 id, ApplicationStatus status);
    /// @notice This very application was submitted before; change its salt.
    error ApplicationKnown(bytes32 id);
    /// @notice Only the applicant may apply and withdraw for itself.
    error NotApplicant(address caller, address applicant);
    /// @notice The city's status does not allow this act.
    error CityStatusInvalid(CityId city, CityStatus status);
    /// @notice A name has 1 to 128 bytes.
    error NameLengthInvalid(uint256 length);
    /// @notice `code` is no code for a child of the city with code `parent`: it must lengthen it by a step of the scheme, or add a node.
    error CodeNotBelow(CityCode code, CityCode parent);
    /// @notice The local part has a length that the country's scheme does not have.
    error CodeLengthNotInScheme(CityCode code, uint32 lengths);
    /// @notice A country's code has two nodes, `MA.156`.
    error NotCountryCode(CityCode code);
    /// @notice The city is no country, or none any more; countries are admitted, not allocated.
    error NotCountry(CityId city);
    /// @notice History is loaded within one country.
    error NotInCountry(CityCode code);
    /// @notice A live city holds this code.
    error CodeTaken(CityCode code, CityId holder);
    /// @notice A code below that of a live city is allocated only by that city.
    error CodeBelongsBelow(CityCode code, CityId holder);
    /// @notice Cities that are not named as its children hold codes below this one: so many.
    error CodeAboveLiveCities(CityCode code, uint256 cities);
    /// @notice The code was held by another city until later than the given time.
    error CodePeriodsOverlap(CityCode code, uint40 until, uint40 from);
    /// @notice The city has this code already.
    error CodeUnchanged(CityCode code);
    /// @notice Not all children of the city are named in the act: so many are left.
    error ChildrenLeft(CityId city, uint256 children);
    /// @notice The city is not a child of that parent, does not lie below the city that is moved, or was named before in the act.
    error NotChild(CityId city, CityId parent);
    /// @notice The lists of one act differ in length.
    error LengthsDiffer(uint256 a, uint256 b);
    /// @notice At least one city must be named; there must be an offer to withdraw.
    error NothingToDo();
    /// @notice Successors are live cities below the one that retires it, in ascending order, without the retired one.
    error SuccessorInvalid(CityId successor);
    /// @notice `authority` is no ancestor of both the old and the new parent, and the old parent has not offered this move.
    error MoveNotAgreed(CityId city, CityId to, CityId authority);
    /// @notice The deadline has passed.
    error DeadlinePassed(uint40 deadline);
    /// @notice A scheme has 1 to 5 lengths, each between 1 and 19 characters.
    error SchemeInvalid(uint32 lengths);
    /// @notice A scheme changes only while nothing lies below the country.
    error SchemeInUse(CityId country, uint256 children);
    /// @notice History is loaded in order: not before the last date loaded, and not into the future.
    error HistoryOutOfOrder(uint40 time, uint40 notBefore);
    /// @notice The country's history is sealed, or was never opened.
    error HistorySealedAlready(CityId country);

    // ---------------------------------------------------------------------------------------------- the network's own acts

    /// @notice Admit a country. By the network.
    /// @param code Its code, `MA.` and the ISO 3166-1 numeric code.
    /// @param scheme The lengths its local part may have: bit n for n characters. China: 2, 4 and 6, which is 0x54.
    /// @param controller Gets (country, ADMIN); zero for none; must be zero while history is loaded.
    /// @param historyFrom 0 to begin now; a past date to load history from then on first.
    /// @return city The country's number.
    function admitCountry(
        CityCode code,
        string calldata name,
        uint32 scheme,
        address controller,
        uint40 historyFrom
    ) external returns (CityId city);

    /// @notice Change a country's scheme, while it has no children. By the network.
    function setScheme(CityId country, uint32 scheme) external;

    /// @notice `allocate`, as of a past date. By the network, while the country's history is open, in order of time.
    function allocateAt(
        uint40 time,
        CityId parent,
        CityCode code,
        string calldata name,
        CityId[] calldata children
    ) external returns (CityId city);

    /// @notice `rename`, as of a past date. By the network, while the country's history is open, in order of time.
    function renameAt(uint40 time, CityId city, string calldata name) external;

    /// @notice `move`, as of a past date. By the network, while the country's history is open, in order of time.
    function moveAt(uint40 time, CityId parent, CityId[] calldata cities, CityCode[] calldata codes) external;

    /// @notice `retire`, as of a past date. By the network, while the country's history is open, in order of time.
    function retireAt(uint40 time, CityId city, CityId[] calldata successors, CityId[] calldata children) external;

    /// @notice End the loading of history, for ever: the country becomes active. By the network.
    function sealHistory(CityId country) external;

    // ------------------------------------------------------------------------------------------------- applying, allocating

    /// @notice Apply for a code. The caller is the applicant.
    /// @return id The application's EIP-712 digest.
    function submit(CityApplication calldata application) external returns (bytes32 id);

    /// @notice Withdraw one's application.
    function withdraw(CityApplication calldata application) external;

    /// @notice Approve an application: the city is allocated, its applicant becomes its controller. By the parent, under the guard.
    function approve(CityApplication calldata application) external returns (CityId city);

    /// @notice Reject an application with a reason code. By the parent or its nearest active ancestor.
    function reject(CityApplication calldata application, uint16 reason) external;

    /// @notice Allocate a code without an application. By the parent, under the guard.
    /// @param children Cities whose codes lie below the new one: children of the same parent, which become children of the new city.
    function allocate(
        CityId parent,
        Allocation calldata allocation,
        CityId[] calldata children
    ) external returns (CityId city);

    /// @notice Allocate many children of one parent. Codes that a child of this parent holds already are skipped, so a repeated call
    /// completes one that was cut short. By the parent, under the guard.
    /// @return cities The new cities' numbers, 0 where skipped.
    function allocateMany(CityId parent, Allocation[] calldata allocations) external returns (CityId[] memory cities);

    // -------------------------------------------------------------------------------------------------- a city's later life

    /// @notice Suspend a city with a reason code. By its parent or that one's nearest active ancestor.
    function suspend(CityId city, uint16 reason) external;

    /// @notice Reinstate a suspended city. By its parent, under the guard.
    function reinstate(CityId city) external;

    /// @notice Give a city another name. By its parent, under the guard.
    function rename(CityId city, string calldata name) external;

    /// @notice Give a city another code under the same parent. By its parent, under the guard.
    /// @param cities The city first, then every city below it, parents before their children.
    /// @param codes The new code of each.
    function recode(CityId[] calldata cities, CityCode[] calldata codes) external;

    /// @notice Offer a child to another parent. By its parent, under the guard. Whatever happens to the child ends the offer.
    function offerMove(CityId city, CityId to, uint40 deadline) external;

    /// @notice Withdraw the offer of a child to another parent. By its parent or that one's nearest active ancestor.
    function withdrawMove(CityId city) external;

    /// @notice Give a city another parent and another code. By a controller of `authority`, under the guard: a common ancestor of the
    /// old and the new parent (either of them, or the network, may be it), or the new parent, accepting an offer of the old one, which
    /// is active still.
    /// @param authority The city on whose behalf the caller acts.
    /// @param parent The new parent.
    /// @param cities The city first, then every city below it, parents before their children; those keep their parents.
    /// @param codes The new code of each.
    function move(CityId authority, CityId parent, CityId[] calldata cities, CityCode[] calldata codes) external;

    /// @notice Retire a city for ever: merger (others retire into the same successor), split (several successors), abolition (none).
    /// By its parent or that one's nearest active ancestor.
    /// @param successors Live cities that take over, in ascending order, all below the city that the caller acts for; they get the
    /// retired city's standing for its old records. Naming any asks the guard: abolition needs the role alone.
    /// @param children All its children, which pass to its parent with the codes they have; none if they were moved before.
    function retire(CityId city, CityId[] calldata successors, CityId[] calldata children) external;

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @notice The last number given to a city.
    function cityCount() external view returns (uint32);

    /// @notice A city as it stands; status None where the number was never given.
    function cityOf(CityId city) external view returns (City memory);

    /// @notice The code a city held at a time; 0 if none.
    function codeAt(CityId city, uint40 time) external view returns (CityCode);

    /// @notice The city that held a code at a time; 0 if none. The inverse of codeAt.
    function cityAt(CityCode code, uint40 time) external view returns (CityId);

    /// @notice A code the city held before its present one, and since when; it ended where the next one began.
    /// @param index From 0, oldest first. CityResolver.codesOf reads them by page.
    function formerCode(CityId city, uint256 index) external view returns (CityCode code, uint40 from);

    /// @notice How many codes the city held before its present one.
    function formerCodeCount(CityId city) external view returns (uint256);

    /// @notice The city that holds a code, or held it last (`until` is not 0), and how many live codes skip it in the scheme.
    function holdingOf(CityCode code) external view returns (CityId city, uint40 from, uint40 until, uint32 skippedBy);

    /// @notice A city that held the code before the one in holdingOf.
    /// @param index From 0, oldest first. CityResolver.holdersOf reads them by page.
    function formerHolder(CityCode code, uint256 index) external view returns (CityId city, uint40 from, uint40 until);

    /// @notice How many cities held the code before the one in holdingOf.
    function formerHolderCount(CityCode code) external view returns (uint256);

    /// @notice The live children of a city (of city 0: the countries) by page, in no particular order.
    function childrenOf(CityId city, uint256 start, uint256 count) external view returns (CityId[] memory children);

    /// @notice The cities that took over a retired one, ascending, by page.
    function successorsOf(CityId city, uint256 start, uint256 count) external view returns (CityId[] memory successors);

    /// @notice The retired cities that a city took over, by page.
    function predecessorsOf(
        CityId city,
        uint256 start,
        uint256 count
    ) external view returns (CityId[] memory predecessors);

    /// @notice Whether `candidate` took over the retired `city`.
    function isSuccessor(CityId city, CityId candidate) external view returns (bool);

    /// @notice A country's scheme (bit n: n characters) and, while its history is open, the last date loaded; 0 when sealed.
    function schemeOf(CityId country) external view returns (uint32 lengths, uint40 historyTime);

    /// @notice An application's id, its EIP-712 digest.
    function applicationId(CityApplication calldata application) external view returns (bytes32);

    /// @notice Where an application stands, and the block of its last event.
    function applicationOf(bytes32 id) external view returns (ApplicationStatus status, uint40 changedIn);
}
