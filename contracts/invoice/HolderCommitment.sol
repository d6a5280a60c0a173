// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

bytes32 constant HOLDER_COMMITMENT_TYPEHASH = keccak256("InvoiceHolder(bytes32 salt,bytes32 signer,bytes32 title)");

/// @notice Who holds a document: the buyer, or whom it was handed to. Salted, so that nobody can guess it.
/// @param salt 32 random bytes.
/// @param signer The holder's key for this document, as in ERC-7913; used for no other.
/// @param title Salted commitment to the buyer's name and tax number; zero for whom the document was handed to.
function holderCommitment(bytes32 salt, bytes calldata signer, bytes32 title) pure returns (bytes32) {
    return keccak256(abi.encode(HOLDER_COMMITMENT_TYPEHASH, salt, keccak256(signer), title));
}
