// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CityManaged} from "../access/CityManaged.sol";
import {IdentityId} from "../identity/IdentityId.sol";
import {IInvoiceRegistry} from "./IInvoiceRegistry.sol";
import {Content, Invoice, InvoiceHash} from "./Invoice.sol";
import {InvoiceArithmetic} from "./InvoiceArithmetic.sol";
import {InvoiceId} from "./InvoiceId.sol";
import {IPaymentRegistry} from "./IPaymentRegistry.sol";
import {ITaxpayerRegistry} from "./ITaxpayerRegistry.sol";
import {PaymentId} from "./PaymentId.sol";

/// @title The records of documents, and what they are worth.
/// @notice The part of InvoiceRegistry that keeps and reads.
abstract contract InvoiceStore is CityManaged, EIP712, IInvoiceRegistry {
    using InvoiceArithmetic for Content;
    bytes32 private constant BATCH_KEY_TYPEHASH = keccak256("BatchKey(bytes32 seller,uint64 serial)");

    /// @inheritdoc IInvoiceRegistry
    ITaxpayerRegistry public immutable taxpayers;
    /// @inheritdoc IInvoiceRegistry
    IPaymentRegistry public immutable payments;

    /// @dev What was reversed of a tax line.
    struct Reversed {
        uint128 net;
        uint128 tax;
    }

    mapping(InvoiceId invoice => State) internal _states;
    mapping(InvoiceId batch => BatchState) internal _batches;
    mapping(InvoiceId invoice => bytes32) internal _named;
    // InvoiceRegistry writes both.
    // slither-disable-start uninitialized-state
    mapping(InvoiceId invoice => mapping(uint256 line => Reversed)) internal _reversed;
    mapping(InvoiceId invoice => mapping(PaymentId payment => uint128)) internal _givenBack;
    // slither-disable-end uninitialized-state

    constructor(ITaxpayerRegistry taxpayers_, IPaymentRegistry payments_) EIP712("Civitas InvoiceRegistry", "1") {
        taxpayers = taxpayers_;
        payments = payments_;
    }

    // -------------------------------------------------------------------------------------------------------- reading

    /// @inheritdoc IInvoiceRegistry
    function standingOf(
        Invoice calldata invoice,
        bytes32[] calldata proof
    ) external view returns (InvoiceStanding standing, InvoiceId id) {
        id = idOf(invoice);
        State memory state = _states[id];
        if (state.reversing) return (InvoiceStanding.Reversing, id);
        if (state.reversed) return (InvoiceStanding.Reversed, id);
        bool withdrawn = false;
        if (state.issuedAt != 0) {
            withdrawn = _isWithdrawn(invoice.content);
            standing = InvoiceStanding.Issued;
        } else if (_isAnchored(invoice, id, proof)) {
            withdrawn = payments.refundedOf(invoice.content.draws[0].payment) != 0;
            standing = InvoiceStanding.Anchored;
        }
        if (withdrawn) standing = InvoiceStanding.PaymentWithdrawn;
    }

    /// @inheritdoc IInvoiceRegistry
    function stateOf(InvoiceId id) external view returns (State memory) {
        return _states[id];
    }

    /// @inheritdoc IInvoiceRegistry
    function batchStateOf(InvoiceId batch) external view returns (BatchState memory) {
        return _batches[batch];
    }

    /// @inheritdoc IInvoiceRegistry
    function namedOf(InvoiceId id) external view returns (bytes32) {
        return _named[id];
    }

    /// @inheritdoc IInvoiceRegistry
    function givenBackOf(InvoiceId id, PaymentId payment) external view returns (uint128) {
        return _givenBack[id][payment];
    }

    /// @inheritdoc IInvoiceRegistry
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IInvoiceRegistry
    function reversedOf(InvoiceId id, uint256 line) external view returns (uint128 net, uint128 tax) {
        return (_reversed[id][line].net, _reversed[id][line].tax);
    }

    /// @inheritdoc IInvoiceRegistry
    function idOf(Invoice calldata invoice) public view returns (InvoiceId) {
        return
            _idOf(InvoiceHash.hash(invoice.terms), invoice.serial, invoice.position, invoice.reverses, invoice.content);
    }

    /// @inheritdoc IInvoiceRegistry
    function batchOf(IdentityId seller, uint64 serial) public view returns (InvoiceId) {
        return InvoiceId.wrap(_hashTypedDataV4(keccak256(abi.encode(BATCH_KEY_TYPEHASH, seller, serial))));
    }

    // -------------------------------------------------------------------------------------------------------- internal: reading

    function _idOf(
        bytes32 terms,
        uint64 serial,
        uint32 position,
        InvoiceId reverses,
        Content calldata content
    ) internal view returns (InvoiceId) {
        return InvoiceId.wrap(_hashTypedDataV4(InvoiceHash.hash(terms, serial, position, reverses, content)));
    }

    function _isWithdrawn(Content calldata content) private view returns (bool) {
        PaymentId[] memory drawn = new PaymentId[](content.draws.length);
        for (uint256 i = 0; i < drawn.length; ++i) drawn[i] = content.draws[i].payment;
        return payments.anyWithdrawn(drawn);
    }

    /// @notice Whether the document is in its batch, and may still materialise.
    function _isAnchored(
        Invoice calldata invoice,
        InvoiceId id,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        BatchState memory batch = _batches[batchOf(invoice.terms.seller, invoice.serial)];
        Content calldata content = invoice.content;
        // slither-disable-next-line unused-return
        (bytes16 rule, ) = content.faultOf();
        return
            invoice.position < batch.count &&
            content.number == batch.firstNumber + invoice.position &&
            invoice.terms.kind == batch.kind &&
            invoice.terms.scheme == batch.scheme &&
            invoice.terms.currency == batch.currency &&
            InvoiceId.unwrap(invoice.reverses) == 0 &&
            content.time <= batch.issuedAt &&
            content.root != 0 &&
            content.draws.length == 1 &&
            rule == 0 &&
            content.net <= batch.net &&
            content.tax <= batch.tax &&
            !taxpayers.isUsed(invoice.terms.scheme, invoice.terms.seller, content.number) &&
            MerkleProof.verifyCalldata(proof, batch.root, InvoiceId.unwrap(id));
    }

    /// @notice A document that acts change: neither reversing nor wholly reversed.
    function _live(Invoice calldata invoice) internal view returns (InvoiceId id, State memory state) {
        id = idOf(invoice);
        state = _states[id];
        require(state.issuedAt != 0, InvoiceUnknown(id));
        require(!state.reversing && !state.reversed, InvoiceReversedBefore(id));
    }

    // -------------------------------------------------------------------------------------------------------- internal: writing

    /// @dev The record changed; its previous event was in the block returned.
    function _touch(InvoiceId id, State memory state) internal returns (uint40 previousBlock) {
        previousBlock = state.changedIn;
        state.changedIn = uint40(block.number);
        _states[id] = state;
    }
}
