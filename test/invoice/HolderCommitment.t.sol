// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {holderCommitment} from "../../contracts/invoice/HolderCommitment.sol";

/// @title A holder's commitment opens to one salt, one key and one title
contract HolderCommitmentTest is Test {
    function commitmentOf(bytes32 salt, bytes calldata signer, bytes32 title) external pure returns (bytes32) {
        return holderCommitment(salt, signer, title);
    }

    function testFuzz_isTheEip712HashOfItsMembers(bytes32 salt, bytes calldata signer, bytes32 title) public view {
        bytes32 typehash = keccak256("InvoiceHolder(bytes32 salt,bytes32 signer,bytes32 title)");
        bytes32 expected = keccak256(bytes.concat(typehash, salt, keccak256(signer), title));
        assertEq(this.commitmentOf(salt, signer, title), expected);
        assertNotEq(expected, bytes32(0)); // zero says that nobody was named
    }

    function testFuzz_anotherSaltKeyOrTitleIsAnotherCommitment(
        bytes32 salt,
        bytes calldata signer,
        bytes32 title,
        uint256 bit
    ) public view {
        bytes32 known = this.commitmentOf(salt, signer, title);
        bytes32 flip = bytes32(1 << (bit % 256));
        assertNotEq(this.commitmentOf(salt ^ flip, signer, title), known);
        assertNotEq(this.commitmentOf(salt, signer, title ^ flip), known);
        assertNotEq(this.commitmentOf(salt, bytes.concat(signer, hex"00"), title), known);
        if (salt != title) assertNotEq(this.commitmentOf(title, signer, salt), known);
    }
}
