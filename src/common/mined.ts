import type { Provider } from "ethers";

import { finalityOf } from "../chain/finality.js";

/** What was sent, as ethers and typed contracts give it. */
interface SentAct<Receipt> {
  provider: Provider;
  wait: (confirms?: number) => Promise<Receipt | null>;
}

/** Waits until an act is in a block, as deep as `connect` was told. What it is refused with, `decodeError` puts in words. */
export async function mined<Receipt>(sent: Promise<SentAct<Receipt>>): Promise<Receipt> {
  const response = await sent;
  const receipt = await response.wait(1 + finalityOf(response.provider));
  if (receipt === null) throw new Error("the act was sent, but is in no block yet; ask the node again");
  return receipt;
}
