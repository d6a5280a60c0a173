/** Acts: sent, or rehearsed with --dry-run. */
import type { TransactionRequest } from "ethers";

import type { Session } from "./session.js";

/** What became of an act. */
export interface Done {
  what: string;
  /** Who acted. */
  from: string;
  gas: bigint;
  /** Null where it was only rehearsed. */
  transaction: string | null;
  block: number | null;
}

/**
 * Sends a transaction and waits for it to be mined; with --dry-run, asks the node what it would do, and sends nothing.
 * @param what In words, as an order: "suspend MA.156.1301".
 * @throws what a contract refuses it with; `decodeError` puts it in words.
 */
export async function perform(session: Session, what: string, request: TransactionRequest): Promise<Done> {
  const signer = await session.signer();
  const from = await signer.getAddress();
  if (session.dryRun) {
    const gas = await signer.estimateGas(request);
    return { what, from, gas, transaction: null, block: null };
  }
  const receipt = await (await signer.send(request)).final();
  return { what, from, gas: receipt.gasUsed, transaction: receipt.hash, block: receipt.blockNumber };
}

/** In a line, for a person. */
export function doneLine({ what, from, gas, transaction, block }: Done): string {
  const cost = `${gas.toLocaleString("en")} gas`;
  if (transaction === null) return `${what}: would be done by ${from}, ${cost}; nothing was sent`;
  return `${what}: done by ${from} in block ${block ?? "?"}, ${cost}, transaction ${transaction}`;
}

/** An act that is all that a command does. */
export async function performAndTell(session: Session, what: string, request: TransactionRequest): Promise<void> {
  const done = await perform(session, what, request);
  session.tell(done, [doneLine(done)]);
}
