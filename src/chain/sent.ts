import { makeError, type TransactionReceipt, type TransactionRequest, type TransactionResponse } from "ethers";

/** An act that a lane has sent, and goes on sending until it is final. */
export class Sent {
  /** Of the transaction that is on its way now: see `Lane`. */
  nonce = -1;
  hash = "";
  /** The signed transaction; undefined if the node keeps the key. */
  raw: string | undefined;
  /** Where it was last seen in a block. */
  receipt: TransactionReceipt | null = null;
  /** It cannot be taken back any more. */
  settled = false;
  /** How often it was sent anew because it was lost. */
  resent = 0;
  /** As it was first sent. */
  response: TransactionResponse | undefined;
  /** A block before it was signed, and before which it cannot be found. */
  since = 0;
  /** When it was last sent, by the clock of this process. */
  sentAt = 0;
  /** How often its nonce was used, but it was found nowhere. */
  missed = 0;
  /** Why it was not taken when it was sent again. */
  trouble: string | undefined;

  constructor(
    /** With its gas limit. */
    readonly request: TransactionRequest,
    private readonly settle: (act: Sent) => Promise<TransactionReceipt>,
  ) {}

  /**
   * Waits until the act is in a block as deep as the lane's finality, and sends again what gets lost until then.
   * @throws the CALL_EXCEPTION of ethers if a contract refused it in its block, LaneError when the time is over.
   */
  async final(): Promise<TransactionReceipt> {
    const receipt = await this.settle(this);
    if (receipt.status !== 0) return receipt;
    const { to, from } = receipt;
    throw makeError("transaction execution reverted", "CALL_EXCEPTION", {
      ...{ action: "sendTransaction", data: null, reason: null, invocation: null, revert: null },
      ...{ transaction: { to, from, data: "" }, receipt },
    });
  }
}
