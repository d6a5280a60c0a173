/** Transactions of one account, sent one behind the other without waiting for each to be mined. */
import { isError, type Signer, type TransactionRequest, type TransactionResponse } from "ethers";

import { decodeError } from "../errors.js";

/**
 * Counts an account's nonces itself. Nothing else may send from the account meanwhile; if something does, a transaction is refused by the node,
 * and the count is asked for anew with the next one.
 */
export class Lane {
  #nonce: number | undefined;

  constructor(readonly signer: Signer) {}

  /**
   * Sends a transaction, after asking what it takes.
   * @throws what the node refused it with; nothing is sent then. `isRefusal` tells a contract's refusal from a node that fails.
   */
  async send(request: TransactionRequest): Promise<TransactionResponse> {
    const gas = await this.signer.estimateGas(request);
    this.#nonce ??= await this.signer.getNonce("pending");
    const nonce = this.#nonce;
    this.#nonce = undefined; // should sending fail
    const sent = await this.signer.sendTransaction({ ...request, nonce, gasLimit: gas + gas / 5n });
    this.#nonce = nonce + 1;
    return sent;
  }
}

/** Whether a contract refused it: asking again will not help, as it does where a node fails. */
export function isRefusal(error: unknown): boolean {
  return isError(error, "CALL_EXCEPTION") || decodeError(error).name !== "Unexplained";
}
