/** Signed transactions. */
import { keccak256, type Provider, Transaction, TransactionResponse } from "ethers";

/** The hash that a signed transaction is known by. */
export function hashOf(raw: string): string {
  return keccak256(raw);
}

/** A signed transaction as ethers tells of one that was sent. */
export function responseOf(raw: string, provider: Provider): TransactionResponse {
  const tx = Transaction.from(raw);
  const { signature, from } = tx;
  if (signature === null || from === null) throw new TypeError("the transaction is not signed");
  const { type, to, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas, data, value, chainId, accessList } = tx;
  return new TransactionResponse(
    {
      ...{
        blockNumber: null,
        blockHash: null,
        index: 0,
        hash: hashOf(raw),
        type: type ?? 0,
        to,
        from,
        nonce,
        gasLimit,
      },
      ...{ gasPrice: tx.gasPrice ?? maxFeePerGas ?? 0n, maxFeePerGas, maxPriorityFeePerGas, data, value, chainId },
      ...{ signature, accessList, authorizationList: null },
    },
    provider,
  );
}
