// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ADMIN} from "../access/CityRole.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityCode} from "./CityCode.sol";
import {CityId, NETWORK} from "./CityId.sol";
import {CityTree} from "./CityTree.sol";
import {ICityRegistry} from "./ICityRegistry.sol";

/// @title CityRegistry
/// @notice Which cities exist, under which code, since when.
/// @dev
/// ```
///   submit                 approve                suspend
///  ────────► Applied ─────────────────► Active ◄───────────► Suspended
///               │  │      allocate        ▲  │    reinstate      │
///     withdraw  │  │  reject     ─────────┘  │ retire            │ retire
///               ▼  ▼                         ▼                   ▼
///       Withdrawn  Rejected               Retired ◄──────────────┘
///
///   A country admitted with a past date: Loading ── sealHistory ──► Active
/// ```
contract CityRegistry is CityTree, EIP712, Multicall {
    bytes32 private constant APPLICATION_TYPEHASH = keccak256(
        "CityApplication(uint32 parent,bytes32 code,string name,address applicant,bytes32 salt)"
    );

    /// @dev One slot.
    struct ApplicationState {
        ApplicationStatus status;
        uint40 changedIn;
    }

    /// @dev An offer of a child to another parent. Good while the child's count of changes is the same.
    struct MoveOffer {
        CityId to;
        uint40 deadline;
        uint32 changes;
    }

    mapping(bytes32 id => ApplicationState) private _applications;
    mapping(CityId city => MoveOffer) private _moveOffers;

    constructor(ICityAccessManager manager_) CityManaged(manager_) EIP712("Civitas CityRegistry", "1") {}

    // ---------------------------------------------------------------------------------------------- the network's own acts

    /// @inheritdoc ICityRegistry
    function admitCountry(
        CityCode code,
        string calldata name,
        uint32 scheme,
        address controller,
        uint40 historyFrom
    ) external restricted returns (CityId city) {
        bool loading = historyFrom != 0;
        require(historyFrom < block.timestamp, HistoryOutOfOrder(historyFrom, 0));
        uint40 time = loading ? historyFrom : _now();
        CityStatus status = loading ? CityStatus.Loading : CityStatus.Active;
        _schemes[CityId.wrap(cityCount + 1)] = Scheme(_checkScheme(scheme), historyFrom);
        city = _create(NETWORK, code, name, controller, status, new CityId[](0), time);
        emit SchemeChanged(city, scheme, msg.sender, _touch(city));
    }

    /// @inheritdoc ICityRegistry
    function setScheme(CityId country, uint32 scheme) external restricted {
        _checkCountry(country);
        uint256 children = _childCount(country);
        require(children == 0, SchemeInUse(country, children));
        _schemes[country].lengths = _checkScheme(scheme);
        emit SchemeChanged(country, scheme, msg.sender, _touch(country));
    }

    /// @inheritdoc ICityRegistry
    function allocateAt(
        uint40 time,
        CityId parent,
        CityCode code,
        string calldata name,
        CityId[] calldata children
    ) external restricted returns (CityId) {
        _checkHistory(code, time);
        return _create(parent, code, name, address(0), CityStatus.Active, children, time);
    }

    /// @inheritdoc ICityRegistry
    function renameAt(uint40 time, CityId city, string calldata name) external restricted {
        _checkHistory(_nodes[city].code, time);
        _rename(city, name, time);
    }

    /// @inheritdoc ICityRegistry
    function moveAt(
        uint40 time,
        CityId parent,
        CityId[] calldata cities,
        CityCode[] calldata codes
    ) external restricted {
        _checkBatch(cities, codes);
        _checkHistory(_nodes[cities[0]].code, time);
        require(_countryOf(codes[0]) == _countryOf(_nodes[cities[0]].code), NotInCountry(codes[0]));
        _move(parent, cities, codes, time);
    }

    /// @inheritdoc ICityRegistry
    function retireAt(
        uint40 time,
        CityId city,
        CityId[] calldata successors,
        CityId[] calldata children
    ) external restricted {
        _checkHistory(_nodes[city].code, time);
        _retire(_countryOf(_nodes[city].code), city, successors, children, time);
    }

    /// @inheritdoc ICityRegistry
    function sealHistory(CityId country) external restricted {
        _checkStatus(country, CityStatus.Loading);
        _schemes[country].historyTime = 0;
        emit HistorySealed(country, msg.sender, _touch(country));
        _setStatus(country, CityStatus.Active);
    }

    // ------------------------------------------------------------------------------------------------- applying, allocating

    /// @inheritdoc ICityRegistry
    function submit(CityApplication calldata application) external returns (bytes32 id) {
        require(msg.sender == application.applicant, NotApplicant(msg.sender, application.applicant));
        id = applicationId(application);
        require(_applications[id].status == ApplicationStatus.None, ApplicationKnown(id));
        manager.checkOpen(application.parent);
        // What could never be approved is refused at once.
        // slither-disable-next-line unused-return
        _checkBelow(NETWORK, application.parent, application.code);
        _checkName(application.name);
        _setApplication(id, ApplicationStatus.Applied);
        emit ApplicationSubmitted(
            id,
            application.parent,
            msg.sender,
            application.code,
            application.name,
            application.salt
        );
    }

    /// @inheritdoc ICityRegistry
    function withdraw(CityApplication calldata application) external {
        require(msg.sender == application.applicant, NotApplicant(msg.sender, application.applicant));
        (bytes32 id, uint40 previousBlock) = _decide(application, ApplicationStatus.Withdrawn);
        emit ApplicationWithdrawn(id, previousBlock);
    }

    /// @inheritdoc ICityRegistry
    function approve(CityApplication calldata application) external returns (CityId city) {
        manager.checkCan(msg.sender, application.parent, ADMIN);
        (bytes32 id, uint40 previousBlock) = _decide(application, ApplicationStatus.Approved);
        city = _create(
            application.parent,
            application.code,
            application.name,
            application.applicant,
            CityStatus.Active,
            new CityId[](0),
            _now()
        );
        emit ApplicationApproved(id, city, msg.sender, previousBlock);
    }

    /// @inheritdoc ICityRegistry
    function reject(CityApplication calldata application, uint16 reason) external {
        // slither-disable-next-line unused-return
        _checkStanding(application.parent);
        (bytes32 id, uint40 previousBlock) = _decide(application, ApplicationStatus.Rejected);
        emit ApplicationRejected(id, reason, msg.sender, previousBlock);
    }

    /// @inheritdoc ICityRegistry
    function allocate(
        CityId parent,
        Allocation calldata allocation,
        CityId[] calldata children
    ) external returns (CityId) {
        manager.checkCan(msg.sender, parent, ADMIN);
        return _allocate(parent, allocation, children);
    }

    /// @inheritdoc ICityRegistry
    function allocateMany(CityId parent, Allocation[] calldata allocations) external returns (CityId[] memory cities) {
        manager.checkCan(msg.sender, parent, ADMIN);
        cities = new CityId[](allocations.length);
        CityId[] memory children = new CityId[](0);
        for (uint256 i = 0; i < allocations.length; ++i) {
            CityId holder = cityAt(allocations[i].code, _now());
            if (holder != NETWORK && _parentOf(holder) == parent) continue;
            cities[i] = _allocate(parent, allocations[i], children);
        }
    }

    // -------------------------------------------------------------------------------------------------- a city's later life

    /// @inheritdoc ICityRegistry
    function suspend(CityId city, uint16 reason) external {
        // slither-disable-next-line unused-return
        _checkStanding(_parentOf(city));
        _checkStatus(city, CityStatus.Active);
        emit CitySuspended(city, reason, msg.sender, _touch(city));
        _setStatus(city, CityStatus.Suspended);
    }

    /// @inheritdoc ICityRegistry
    function reinstate(CityId city) external {
        manager.checkCan(msg.sender, _parentOf(city), ADMIN);
        _checkStatus(city, CityStatus.Suspended);
        emit CityReinstated(city, msg.sender, _touch(city));
        _setStatus(city, CityStatus.Active);
    }

    /// @inheritdoc ICityRegistry
    function rename(CityId city, string calldata name) external {
        manager.checkCan(msg.sender, _parentOf(city), ADMIN);
        _rename(city, name, _now());
    }

    /// @inheritdoc ICityRegistry
    function recode(CityId[] calldata cities, CityCode[] calldata codes) external {
        _checkBatch(cities, codes);
        CityId parent = _parentOf(cities[0]);
        manager.checkCan(msg.sender, parent, ADMIN);
        _move(parent, cities, codes, _now());
    }

    /// @inheritdoc ICityRegistry
    function offerMove(CityId city, CityId to, uint40 deadline) external {
        manager.checkCan(msg.sender, _parentOf(city), ADMIN);
        _checkLive(city);
        require(deadline >= block.timestamp, DeadlinePassed(deadline));
        emit MoveOffered(city, to, deadline, msg.sender, _touch(city));
        _moveOffers[city] = MoveOffer(to, deadline, _nodes[city].changes);
    }

    /// @inheritdoc ICityRegistry
    function withdrawMove(CityId city) external {
        // slither-disable-next-line unused-return
        _checkStanding(_parentOf(city));
        require(_moveOffers[city].deadline != 0, NothingToDo());
        delete _moveOffers[city];
        emit MoveWithdrawn(city, msg.sender, _touch(city));
    }

    /// @inheritdoc ICityRegistry
    function move(CityId authority, CityId parent, CityId[] calldata cities, CityCode[] calldata codes) external {
        _checkBatch(cities, codes);
        manager.checkCan(msg.sender, authority, ADMIN);
        manager.checkOpen(parent);
        CityId city = cities[0];
        CityId from = _parentOf(city);
        if (!manager.isAncestorOrSelf(authority, parent) || !manager.isAncestorOrSelf(authority, from)) {
            require(authority == parent && _isMoveOffered(city, parent), MoveNotAgreed(city, parent, authority));
            manager.checkOpen(from);
        }
        _move(parent, cities, codes, _now());
    }

    /// @inheritdoc ICityRegistry
    function retire(CityId city, CityId[] calldata successors, CityId[] calldata children) external {
        CityId acting = _checkStanding(_parentOf(city));
        // Ending needs the role alone; giving others its standing widens.
        if (successors.length != 0) manager.checkCan(msg.sender, acting, ADMIN);
        _retire(acting, city, successors, children, _now());
    }

    // -------------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc ICityRegistry
    function applicationId(CityApplication calldata application) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        APPLICATION_TYPEHASH,
                        application.parent,
                        application.code,
                        keccak256(bytes(application.name)),
                        application.applicant,
                        application.salt
                    )
                )
            );
    }

    /// @inheritdoc ICityRegistry
    function applicationOf(bytes32 id) external view returns (ApplicationStatus status, uint40 changedIn) {
        ApplicationState memory state = _applications[id];
        return (state.status, state.changedIn);
    }

    // ------------------------------------------------------------------------------------------------------------- internal

    function _allocate(
        CityId parent,
        Allocation calldata allocation,
        CityId[] memory children
    ) private returns (CityId) {
        return
            _create(
                parent,
                allocation.code,
                allocation.name,
                allocation.controller,
                CityStatus.Active,
                children,
                _now()
            );
    }

    function _rename(CityId city, string calldata name, uint40 time) private {
        _checkLive(city);
        _setName(city, name);
        emit CityRenamed(city, name, time, msg.sender, _touch(city));
    }

    function _retire(
        CityId acting,
        CityId city,
        CityId[] calldata successors,
        CityId[] calldata children,
        uint40 time
    ) private {
        _checkLive(city);
        uint32 previous = 0;
        for (uint256 i = 0; i < successors.length; ++i) {
            CityId successor = successors[i];
            uint32 number = CityId.unwrap(successor);
            require(
                number > previous && successor != city && manager.isAncestorOrSelf(acting, successor),
                SuccessorInvalid(successor)
            );
            previous = number;
            _checkLive(successor);
            _predecessors[successor].push(city);
        }
        _successors[city] = successors;
        emit CityRetired(city, successors, time, msg.sender, _touch(city));
        _remove(city, children, time);
    }

    function _setStatus(CityId city, CityStatus status) private {
        _nodes[city].status = status;
        manager.place(city, _parentOf(city), status == CityStatus.Active);
    }

    /// @dev An open application is decided: it is none any more.
    function _decide(
        CityApplication calldata application,
        ApplicationStatus status
    ) private returns (bytes32 id, uint40 previousBlock) {
        id = applicationId(application);
        ApplicationState memory state = _applications[id];
        require(state.status == ApplicationStatus.Applied, ApplicationNotOpen(id, state.status));
        _setApplication(id, status);
        return (id, state.changedIn);
    }

    function _setApplication(bytes32 id, ApplicationStatus status) private {
        _applications[id] = ApplicationState(status, uint40(block.number));
    }

    function _isMoveOffered(CityId city, CityId to) private view returns (bool) {
        MoveOffer memory offer = _moveOffers[city];
        // slither-disable-next-line incorrect-equality
        return offer.to == to && offer.changes == _nodes[city].changes && block.timestamp <= offer.deadline;
    }

    function _checkScheme(uint32 scheme) private pure returns (uint32) {
        uint256 count = 0;
        for (uint256 length = 1; length < 20; ++length) count += (scheme >> length) & 1;
        // Five steps, with the country above and one more node below, make a path of at most seven cities.
        require(scheme & 1 == 0 && scheme >> 20 == 0 && count != 0 && count <= 5, SchemeInvalid(scheme));
        return scheme;
    }

    function _checkBatch(CityId[] calldata cities, CityCode[] calldata codes) private pure {
        require(cities.length != 0, NothingToDo());
        require(cities.length == codes.length, LengthsDiffer(cities.length, codes.length));
    }

    function _checkCountry(CityId country) private view {
        require(_schemes[country].lengths != 0 && _nodes[country].status != CityStatus.Retired, NotCountry(country));
    }

    /// @dev History is loaded in order, while it is open.
    function _checkHistory(CityCode code, uint40 time) private {
        CityId country = _countryOf(code);
        uint40 loaded = _schemes[country].historyTime;
        require(loaded != 0, HistorySealedAlready(country));
        require(time >= loaded && time <= block.timestamp, HistoryOutOfOrder(time, loaded));
        _schemes[country].historyTime = time;
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }
}
