import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";

import { finalityOf } from "../chain/finality.js";

/** Waits until an act is in a block, as deep as `connect` was told. What it is refused with, `decodeError` puts in words. */
export async function mined(sent: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
  const response = await sent;
  const receipt = await response.wait(1 + finalityOf(response.provider));
  if (receipt === null) throw new Error("the act was sent, but is in no block yet; ask the node again");
  return receipt;
}
