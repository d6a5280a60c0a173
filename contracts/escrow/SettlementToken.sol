// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {BANKING} from "../access/CityRole.sol";
import {ICityAccessManager} from "../access/ICityAccessManager.sol";
import {CityId} from "../city/CityId.sol";
import {Page} from "../common/Page.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IPaymentSource} from "../invoice/IPaymentSource.sol";
import {ISettlementToken} from "./ISettlementToken.sol";
import {RedemptionId} from "./RedemptionId.sol";

/// @title SettlementToken
/// @notice A deposit token that a city's banks issue.
/// @dev
/// ```
///                            payRedemption (bank)           ──► Paid        tokens burnt
///   requestRedemption        returnRedemption (bank)        ──► Returned    tokens with the holder again
///  ──────────────────► Requested ────────────────────────►
///   tokens with this         withdrawRedemption (holder),   ──► Withdrawn   tokens with the holder again
///   contract                 after REDEMPTION_WAIT
/// ```
contract SettlementToken is ERC20Permit, CityManaged, ISettlementToken {
    bytes32 private constant ORDER_PAYMENT_TYPEHASH = keccak256("OrderPayment(bytes32 payee,bytes32 order)");

    /// @inheritdoc ISettlementToken
    uint40 public constant REDEMPTION_WAIT = 10 days;

    /// @dev What paymentOf tells, but for the currency.
    struct Paid {
        IdentityId payee; // slot 0
        bytes32 order; // slot 1
        bytes32 payer; // slot 2
        address from; // slot 3
        uint40 paidAt;
        uint40 changedIn;
        address to; // slot 4
        uint128 amount; // slot 5
        uint128 refunded;
    }

    /// @inheritdoc ISettlementToken
    CityId public immutable city;
    /// @inheritdoc ISettlementToken
    uint16 public immutable currency;
    /// @inheritdoc ISettlementToken
    IIdentityRegistry public immutable identities;

    /// @inheritdoc ISettlementToken
    mapping(address bank => mapping(bytes32 endToEndId => bytes32)) public mintedBy;
    /// @inheritdoc ISettlementToken
    mapping(address bank => mapping(bytes32 endToEndId => RedemptionId)) public paidBy;
    /// @dev Redemption n is at n - 1.
    Redemption[] private _redemptions;
    mapping(bytes32 transactionId => Paid) private _payments;

    /// @notice Issues nothing yet.
    /// @param manager_ Who may act for which city.
    /// @param identities_ Where payees are registered.
    /// @param city_ Whose banks issue it; 0 for banks of the network.
    /// @param name_ Of the token, and of its EIP-712 domain.
    /// @param currency_ ISO 4217 numeric.
    constructor(
        ICityAccessManager manager_,
        IIdentityRegistry identities_,
        CityId city_,
        string memory name_,
        string memory symbol_,
        uint16 currency_
    ) ERC20(name_, symbol_) ERC20Permit(name_) CityManaged(manager_) {
        identities = identities_;
        city = city_;
        currency = currency_;
    }

    // -------------------------------------------------------------------------------------------------------- the bank

    /// @inheritdoc ISettlementToken
    function mint(address to, uint256 amount, bytes32 endToEndId) external {
        manager.checkCan(msg.sender, city, BANKING);
        require(mintedBy[msg.sender][endToEndId] == 0, EndToEndIdUsed(msg.sender, endToEndId));
        _mintIfNew(to, amount, endToEndId);
    }

    /// @inheritdoc ISettlementToken
    function mintMany(Mint[] calldata mints) external returns (uint256 minted) {
        require(mints.length != 0, Empty());
        manager.checkCan(msg.sender, city, BANKING);
        for (uint256 i = 0; i < mints.length; ++i) {
            if (_mintIfNew(mints[i].to, mints[i].amount, mints[i].endToEndId)) ++minted;
        }
    }

    /// @inheritdoc ISettlementToken
    function payRedemption(RedemptionId id, bytes32 endToEndId, CityId[] calldata lineage) external {
        _checkStanding(city, BANKING, lineage);
        require(endToEndId != 0, EndToEndIdMissing(id));
        require(RedemptionId.unwrap(paidBy[msg.sender][endToEndId]) == 0, EndToEndIdUsed(msg.sender, endToEndId));
        paidBy[msg.sender][endToEndId] = id;
        (Redemption storage redemption, uint40 previousBlock) = _end(id, RedemptionStatus.Paid);
        _burn(address(this), redemption.amount);
        emit RedemptionPaid(id, msg.sender, endToEndId, redemption.holder, redemption.amount, previousBlock);
    }

    /// @inheritdoc ISettlementToken
    function returnRedemption(RedemptionId id, uint16 reason, CityId[] calldata lineage) external {
        _checkStanding(city, BANKING, lineage);
        (Redemption storage redemption, uint40 previousBlock) = _end(id, RedemptionStatus.Returned);
        _update(address(this), redemption.holder, redemption.amount);
        emit RedemptionReturned(id, msg.sender, reason, redemption.holder, redemption.amount, previousBlock);
    }

    // -------------------------------------------------------------------------------------------------------- the holder

    /// @inheritdoc ISettlementToken
    function requestRedemption(uint256 amount, bytes32 account) external returns (RedemptionId id) {
        require(amount != 0 && account != 0, RedemptionInvalid(amount, account));
        _redemptions.push(
            Redemption({
                holder: msg.sender,
                status: RedemptionStatus.Requested,
                requestedAt: uint40(block.timestamp),
                changedIn: uint40(block.number),
                amount: amount,
                account: account
            })
        );
        id = RedemptionId.wrap(_redemptions.length);
        super._update(msg.sender, address(this), amount); // the only way to this contract
        emit RedemptionRequested(id, msg.sender, amount, account, uint40(block.timestamp) + REDEMPTION_WAIT);
    }

    /// @inheritdoc ISettlementToken
    function withdrawRedemption(RedemptionId id) external {
        (Redemption storage redemption, uint40 previousBlock) = _end(id, RedemptionStatus.Withdrawn);
        require(redemption.holder == msg.sender, NotRedeemer(id, msg.sender));
        uint40 dueAt = redemption.requestedAt + REDEMPTION_WAIT;
        require(block.timestamp >= dueAt, RedemptionNotDue(id, dueAt));
        _update(address(this), msg.sender, redemption.amount);
        emit RedemptionWithdrawn(id, msg.sender, redemption.amount, previousBlock);
    }

    /// @inheritdoc ISettlementToken
    function payWithReference(
        IdentityId payee,
        address to,
        uint128 amount,
        bytes32 order,
        bytes32 payer
    ) external returns (bytes32 transactionId) {
        require(order != 0 && amount != 0, OrderPaymentInvalid(payee, order, amount));
        transactionId = transactionOf(payee, order);
        require(_payments[transactionId].amount == 0, OrderCounted(payee, order));
        _checkParties(payee, to, payer);
        _payments[transactionId] = Paid({
            payee: payee,
            order: order,
            payer: payer,
            from: msg.sender,
            paidAt: uint40(block.timestamp),
            changedIn: uint40(block.number),
            to: to,
            amount: amount,
            refunded: 0
        });
        _transfer(msg.sender, to, amount);
        emit OrderPaid(transactionId, payee, order, msg.sender, to, payer, amount);
    }

    /// @inheritdoc ISettlementToken
    function refundPayment(bytes32 transactionId, uint128 amount) external {
        Paid storage paid = _payments[transactionId];
        require(paid.amount != 0, TransactionUnknown(transactionId));
        require(paid.to == msg.sender || _isOwn(paid.payee, msg.sender), NotPayeeAccount(paid.payee, msg.sender));
        uint128 left = paid.amount - paid.refunded;
        require(amount != 0 && amount <= left, RefundAmountInvalid(transactionId, left, amount));
        uint40 previousBlock = paid.changedIn;
        paid.refunded += amount;
        paid.changedIn = uint40(block.number);
        _transfer(msg.sender, paid.from, amount);
        emit OrderRefunded(transactionId, amount, paid.refunded, msg.sender, previousBlock);
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IERC20Metadata
    function decimals() public pure override(ERC20, IERC20Metadata) returns (uint8) {
        return 2;
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc IPaymentSource
    function paymentOf(bytes32 transactionId) external view returns (PaymentFacts memory) {
        Paid storage paid = _payments[transactionId];
        return
            PaymentFacts({
                payee: paid.payee,
                from: paid.from,
                order: paid.order,
                payer: paid.payer,
                currency: paid.amount == 0 ? 0 : currency,
                amount: paid.amount,
                refunded: paid.refunded,
                paidAt: paid.paidAt
            });
    }

    /// @inheritdoc ISettlementToken
    function receiverOf(bytes32 transactionId) external view returns (address) {
        return _payments[transactionId].to;
    }

    /// @inheritdoc ISettlementToken
    function transactionOf(IdentityId payee, bytes32 order) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ORDER_PAYMENT_TYPEHASH, payee, order)));
    }

    /// @inheritdoc ISettlementToken
    function redemptionOf(RedemptionId id) external view returns (Redemption memory redemption) {
        uint256 number = RedemptionId.unwrap(id);
        if (number != 0 && number <= _redemptions.length) redemption = _redemptions[number - 1];
    }

    /// @inheritdoc ISettlementToken
    function redemptionCount() external view returns (uint256) {
        return _redemptions.length;
    }

    /// @inheritdoc ISettlementToken
    function redemptionsOf(uint256 start, uint256 count) external view returns (Redemption[] memory page) {
        page = new Redemption[](Page.length(_redemptions.length, start, count));
        for (uint256 i = 0; i < page.length; ++i) page[i] = _redemptions[start + i];
    }

    // -------------------------------------------------------------------------------------------------------- internal

    /// @dev The very same instruction is known; another one under its identification is refused.
    function _mintIfNew(address to, uint256 amount, bytes32 endToEndId) private returns (bool) {
        require(amount != 0 && endToEndId != 0, MintInvalid(to, amount, endToEndId));
        bytes32 instruction = keccak256(abi.encode(to, amount));
        bytes32 known = mintedBy[msg.sender][endToEndId];
        if (known == instruction) return false;
        require(known == 0, EndToEndIdUsed(msg.sender, endToEndId));
        mintedBy[msg.sender][endToEndId] = instruction;
        _mint(to, amount);
        emit Minted(msg.sender, to, endToEndId, amount);
        return true;
    }

    /// @dev A redemption ends once.
    function _end(
        RedemptionId id,
        RedemptionStatus status
    ) private returns (Redemption storage redemption, uint40 previousBlock) {
        uint256 number = RedemptionId.unwrap(id);
        require(number != 0 && number <= _redemptions.length, RedemptionNotOpen(id, RedemptionStatus.Unknown));
        redemption = _redemptions[number - 1];
        require(redemption.status == RedemptionStatus.Requested, RedemptionNotOpen(id, redemption.status));
        previousBlock = redemption.changedIn;
        redemption.status = status;
        redemption.changedIn = uint40(block.number);
    }

    /// @dev Tokens reach this contract by a request for redemption alone; no transfer strands here.
    function _update(address from, address to, uint256 amount) internal override {
        require(to != address(this), ERC20InvalidReceiver(to));
        super._update(from, to, amount);
    }

    /// @dev Paid to an account of the payee's own, and not by it; as PaymentRegistry has it.
    function _checkParties(IdentityId payee, address to, bytes32 payer) private view {
        IIdentityRegistry.IdentityStatus status = identities.statusOf(payee);
        require(status == IIdentityRegistry.IdentityStatus.Active, IdentityNotReady(payee, status));
        require(_isOwn(payee, to), NotPayeeAccount(payee, to));
        require(!_isOwn(payee, msg.sender) && payer != _signerHash(payee), PaymentToOneself(payee));
    }

    /// @dev Whether an account is the payee's own: its key, or one of its operators.
    function _isOwn(IdentityId payee, address account) private view returns (bool) {
        return _signerHash(payee) == keccak256(abi.encodePacked(account)) || identities.isOperator(payee, account);
    }

    function _signerHash(IdentityId payee) private view returns (bytes32 signerHash) {
        // slither-disable-next-line unused-return
        (, signerHash) = identities.stateOf(payee);
    }
}
