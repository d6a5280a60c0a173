/** Who holds a document, as contracts/invoice/HolderCommitment.sol computes it (tested equal). */
import { AbiCoder, type BytesLike, id, keccak256, ZeroHash } from "ethers";

const HOLDER_TYPEHASH = id("InvoiceHolder(bytes32 salt,bytes32 signer,bytes32 title)");

/**
 * Commitment to who holds a document: the buyer, or whom it was handed to.
 * @param salt 32 random bytes.
 * @param signer the holder's key for this document alone, as in ERC-7913.
 * @param title salted commitment to the buyer's name and tax number; zero for whom the document was handed to.
 */
export function invoiceHolder(salt: string, signer: BytesLike, title: string = ZeroHash): string {
  const types = ["bytes32", "bytes32", "bytes32", "bytes32"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [HOLDER_TYPEHASH, salt, keccak256(signer), title]));
}
