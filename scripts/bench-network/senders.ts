/** Accounts without money that sign for this run alone: their keys stay in this process. */
import { SigningKey, Transaction, computeAddress, hexlify, randomBytes } from "ethers";

import type { Act, Load } from "./load.js";

/** A signed transaction: the same bytes each time that it is sent. */
export interface Signed {
  raw: string;
  hash: string;
  load: Load;
  keys: readonly string[];
}

/** What a sender has to send, in the order of its nonces. */
export interface Lane {
  sender: Sender;
  transactions: readonly Signed[];
}

export interface Sender {
  address: string;
  key: SigningKey;
  /** Of its next transaction. */
  nonce: number;
}

export function makeSenders(count: number): Sender[] {
  return Array.from({ length: count }, () => {
    const key = new SigningKey(hexlify(randomBytes(32)));
    return { address: computeAddress(key.publicKey), key, nonce: 0 };
  });
}

/** Signs the acts of loads, in turns, each for its sender: of type 0, since gas is free. */
export function sign(senders: readonly Sender[], chainId: number, loads: readonly Load[]): Lane[] {
  const lanes = senders.map((sender) => ({ sender, transactions: [] as Signed[] }));
  for (const { load, act } of inTurns(loads)) {
    const lane = lanes[act.sender];
    if (lane === undefined) throw new RangeError(`there is no sender ${act.sender}`);
    const { sender, transactions } = lane;
    const { to, gasLimit } = load;
    const nonce = sender.nonce + transactions.length;
    const transaction = Transaction.from({ type: 0, chainId, nonce, to, data: act.data, gasLimit, gasPrice: 0 });
    transaction.signature = sender.key.sign(transaction.unsignedHash);
    transactions.push({ raw: transaction.serialized, hash: transaction.hash ?? "", load, keys: act.keys });
  }
  return lanes.filter(({ transactions }) => transactions.length !== 0);
}

function* inTurns(loads: readonly Load[]): Generator<{ load: Load; act: Act }> {
  const most = Math.max(...loads.map(({ acts }) => acts.length));
  for (let i = 0; i < most; i++) {
    for (const load of loads) {
      const act = load.acts[i];
      if (act !== undefined) yield { load, act };
    }
  }
}
