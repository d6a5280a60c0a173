// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {CityId} from "../city/CityId.sol";
import {IIdentityRegistry} from "../identity/IIdentityRegistry.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IPaymentSource} from "../invoice/IPaymentSource.sol";
import {RedemptionId} from "./RedemptionId.sol";

/// @title A deposit token that a city's banks issue: money to settle in, for a network that has none.
/// @notice A bank mints what was paid in, once for each of its own payments, and burns what it pays out. In between it is an ERC-20 with
/// permits (ERC-2612), in minor units: one unit is a fen, `decimals` is 2. A payment with a reference is an IPaymentSource payment, which
/// can be counted and invoiced.
///
/// Trust assumptions
/// - A bank, (city, BANKING), can mint without backing, and burn a redemption without paying it. Everyone sees how much it minted and
///   burnt, and under which references; auditors compare with its books, where the references can be opened. The city dismisses it.
/// - All banks of the city issue one token and answer for it together: any of them pays, or returns, any redemption.
/// - Nobody can freeze, seize or pause a balance here: not a bank, not a city, not the network. A contract that the network closed only
///   mints no more. So a court's freeze is a matter of the contract that holds the money (FundEscrow).
/// - References of bank payments, bank accounts, and orders are keyed or salted by whoever makes them; the chain shows no number that
///   could be guessed. Balances, amounts and times are visible.
/// - A payee's order is known to whoever sees a payment before it is in a block: someone may pay a fen under it first. The payment then
///   reverts, and the payee gives another order.
interface ISettlementToken is IERC20Metadata, IERC20Permit, IPaymentSource {
    /// @notice The one answer to "what became of this redemption?".
    /// @param Unknown Nobody requested it.
    /// @param Requested The contract holds the tokens; a bank is to pay.
    /// @param Paid A bank says that it paid; the tokens are burnt.
    /// @param Returned A bank could not pay; the holder has the tokens back.
    /// @param Withdrawn No bank answered in time; the holder has taken the tokens back.
    enum RedemptionStatus {
        Unknown,
        Requested,
        Paid,
        Returned,
        Withdrawn
    }

    /// @notice What a bank mints, because the same was paid in.
    /// @param to Whose tokens they are.
    /// @param amount Minor units, not zero.
    /// @param endToEndId The end-to-end identification of the bank's payment (ISO 20022), keyed by the bank so that nobody can guess it;
    /// not zero. A bank's account uses each once.
    struct Mint {
        address to;
        uint256 amount;
        bytes32 endToEndId;
    }

    /// @notice A redemption.
    /// @param holder Who requested it, and has the tokens back if it is not paid.
    /// @param requestedAt UTC seconds.
    /// @param changedIn Block of its last event.
    /// @param amount Minor units.
    /// @param account Salted commitment to the bank account to be paid; who holds the salt shows the account to the bank.
    struct Redemption {
        address holder;
        RedemptionStatus status;
        uint40 requestedAt;
        uint40 changedIn;
        uint256 amount;
        bytes32 account;
    }

    // -------------------------------------------------------------------------------------------------------------- events

    /// @notice A bank minted what was paid in.
    event Minted(address indexed bank, address indexed to, bytes32 indexed endToEndId, uint256 amount);
    /// @notice A holder asked to be paid at a bank.
    event RedemptionRequested(
        RedemptionId indexed redemption,
        address indexed holder,
        uint256 amount,
        bytes32 account,
        uint40 dueAt
    );
    /// @notice A bank paid; the tokens are burnt.
    event RedemptionPaid(
        RedemptionId indexed redemption,
        address indexed bank,
        bytes32 indexed endToEndId,
        address holder,
        uint256 amount,
        uint40 previousBlock
    );
    /// @notice A bank could not pay; the holder has the tokens back.
    event RedemptionReturned(
        RedemptionId indexed redemption,
        address indexed bank,
        uint16 reason,
        address holder,
        uint256 amount,
        uint40 previousBlock
    );
    /// @notice No bank answered; the holder has taken the tokens back.
    event RedemptionWithdrawn(
        RedemptionId indexed redemption,
        address indexed holder,
        uint256 amount,
        uint40 previousBlock
    );
    /// @notice A payee's order was paid.
    event OrderPaid(
        bytes32 indexed transactionId,
        IdentityId indexed payee,
        bytes32 indexed order,
        address from,
        address to,
        bytes32 payer,
        uint128 amount
    );
    /// @notice `amount` of the payment went back to who paid, `refunded` in all.
    event OrderRefunded(
        bytes32 indexed transactionId,
        uint128 amount,
        uint128 refunded,
        address by,
        uint40 previousBlock
    );

    // -------------------------------------------------------------------------------------------------------------- errors

    /// @notice A call names at least one mint.
    error Empty();
    /// @notice A mint has an amount and an end-to-end identification.
    error MintInvalid(address to, uint256 amount, bytes32 endToEndId);
    /// @notice The bank has minted under this end-to-end identification (many: another amount, or for another account), or has paid a
    /// redemption under it.
    error EndToEndIdUsed(address bank, bytes32 endToEndId);
    /// @notice A redemption has an amount and an account.
    error RedemptionInvalid(uint256 amount, bytes32 account);
    /// @notice The payment of a redemption has an end-to-end identification.
    error EndToEndIdMissing(RedemptionId redemption);
    /// @notice The redemption was never requested, or it has ended.
    error RedemptionNotOpen(RedemptionId redemption, RedemptionStatus status);
    /// @notice Only who requested the redemption withdraws it.
    error NotRedeemer(RedemptionId redemption, address caller);
    /// @notice The banks have time until `dueAt`.
    error RedemptionNotDue(RedemptionId redemption, uint40 dueAt);
    /// @notice A payment has an order, and an amount.
    error OrderPaymentInvalid(IdentityId payee, bytes32 order, uint128 amount);
    /// @notice The payee's order was paid before.
    error OrderCounted(IdentityId payee, bytes32 order);
    /// @notice Payments to an identity that is not active are not recorded.
    error IdentityNotReady(IdentityId identity, IIdentityRegistry.IdentityStatus status);
    /// @notice The account is not the payee's own: neither its key nor one of its operators.
    error NotPayeeAccount(IdentityId payee, address account);
    /// @notice The payer's account, or key, is the payee's own.
    error PaymentToOneself(IdentityId payee);
    /// @notice There is no such payment.
    error TransactionUnknown(bytes32 transactionId);
    /// @notice A refund is more than nothing, and at most what is left of the payment.
    error RefundAmountInvalid(bytes32 transactionId, uint128 left, uint128 amount);

    // -------------------------------------------------------------------------------------------------------- the bank

    /// @notice Mint what was paid in. By a bank, (city, BANKING), under the guard.
    /// @param endToEndId Of the bank's own payment; see Mint. One that the caller has used reverts.
    function mint(address to, uint256 amount, bytes32 endToEndId) external;

    /// @notice Mint many. By a bank under the guard; what it has minted already, in the very same words, is skipped.
    /// @return minted How many were new.
    function mintMany(Mint[] calldata mints) external returns (uint256 minted);

    /// @notice Say that a redemption is paid: its tokens are burnt. By a bank with the role alone, or the one of a city that acts for it.
    /// A bank says it before the money leaves, or within REDEMPTION_WAIT: from then on the holder may be faster.
    /// @param endToEndId Of the bank's payment, keyed; the caller's account pays with each once.
    /// @param lineage Empty for the city's own bank; see ICityAccessManager.hasStanding.
    function payRedemption(RedemptionId redemption, bytes32 endToEndId, CityId[] calldata lineage) external;

    /// @notice Give the tokens of a redemption back, as it cannot be paid. By a bank with the role alone, or the one of a city that acts
    /// for it.
    /// @param reason A code; src/escrow/return-reason.ts lists those in use.
    /// @param lineage Empty for the city's own bank; see ICityAccessManager.hasStanding.
    function returnRedemption(RedemptionId redemption, uint16 reason, CityId[] calldata lineage) external;

    // -------------------------------------------------------------------------------------------------------- the holder

    /// @notice Ask to be paid at a bank: the tokens move to this contract until it is decided. By their holder.
    /// @param account Salted commitment to the bank account, not zero; never a number that can be guessed.
    /// @return redemption Its number.
    function requestRedemption(uint256 amount, bytes32 account) external returns (RedemptionId redemption);

    /// @notice Take the tokens of a redemption back that no bank answered for REDEMPTION_WAIT. By who requested it.
    function withdrawRedemption(RedemptionId redemption) external;

    /// @notice Pay a payee's order. By whoever holds the tokens, and is not the payee.
    /// @param payee Who is paid: an active identity.
    /// @param to Its own account: its key, if that is an account, or one of its operators.
    /// @param amount Minor units, not zero.
    /// @param order The payee's reference of what is paid for, keyed by the payee, not zero; each is paid once.
    /// @param payer In retail, keccak-256 of the payer's one-time signer; otherwise zero.
    /// @return transactionId Under which paymentOf tells of it: the EIP-712 digest of OrderPayment(bytes32 payee,bytes32 order).
    function payWithReference(
        IdentityId payee,
        address to,
        uint128 amount,
        bytes32 order,
        bytes32 payer
    ) external returns (bytes32 transactionId);

    /// @notice Send a payment, or a part of it, back to the account that paid. By the account that received it, or another of the payee's
    /// own; the tokens are the caller's.
    function refundPayment(bytes32 transactionId, uint128 amount) external;

    // -------------------------------------------------------------------------------------------------------- reading

    /// @notice How long the banks have for a redemption: 10 days, in seconds.
    function REDEMPTION_WAIT() external view returns (uint40);

    /// @notice The city whose banks issue the token; 0 for banks of the network.
    function city() external view returns (CityId);

    /// @notice ISO 4217 numeric.
    function currency() external view returns (uint16);

    /// @notice Where payees are registered.
    function identities() external view returns (IIdentityRegistry);

    /// @notice What a bank minted under an end-to-end identification: keccak-256 of abi.encode(to, amount); zero for nothing.
    function mintedBy(address bank, bytes32 endToEndId) external view returns (bytes32 minted);

    /// @notice What a bank paid under an end-to-end identification; zero for nothing.
    function paidBy(address bank, bytes32 endToEndId) external view returns (RedemptionId redemption);

    /// @notice A redemption, all zero for one that was not requested.
    function redemptionOf(RedemptionId redemption) external view returns (Redemption memory);

    /// @notice How many redemptions were requested; they are numbered from 1.
    function redemptionCount() external view returns (uint256);

    /// @notice Redemptions by page, oldest first.
    /// @param start Index of the first one, from 0: redemption n is at n - 1.
    /// @param count How many at most.
    function redemptionsOf(uint256 start, uint256 count) external view returns (Redemption[] memory);

    /// @notice Under which identification a payee's order is paid, now or later.
    function transactionOf(IdentityId payee, bytes32 order) external view returns (bytes32 transactionId);

    /// @notice The account that received a payment; zero for none.
    function receiverOf(bytes32 transactionId) external view returns (address);
}
