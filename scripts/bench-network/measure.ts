/** A load on the chain, and what came of it: counted from blocks, not from what was sent. */
import type { Blocks } from "./blocks.js";
import type { Load } from "./load.js";
import { pump, type Sent } from "./pump.js";
import { type Sender, sign } from "./senders.js";
import { perSecond, readBack, type Tally } from "./tally.js";
import type { Validators } from "./validators.js";

/** A chain under load. */
export interface Stage {
  chainId: number;
  senders: readonly Sender[];
  validators: Validators;
  blocks: Blocks;
  /** For how long a load is sent, in seconds. */
  seconds: number;
  /** Evenly over that time, instead of as fast as it goes. */
  evenly: boolean;
}

/** What came of a load. */
export interface Result {
  id: string;
  what: string;
  transactions: number;
  /** Records that were submitted; of batches, all that are in them. */
  records: number;
  tally: Tally;
  /** Records a second, and over how many seconds of the chain. */
  rate: number;
  seconds: number;
  /** Gas of all in the blocks that have records of it. */
  gas: number;
  /** How many transactions were sent again through another endpoint. */
  again: number;
  /** How long ids and trees were computed, in seconds. */
  computed: number | undefined;
}

/** Sends loads, several of them in turns, and reads back each. @param during Is done meanwhile. */
export async function measure(
  { chainId, senders, validators, blocks, seconds, evenly }: Stage,
  loads: readonly Load[],
  during: () => Promise<void> = () => Promise.resolve(),
): Promise<Result[]> {
  const from = blocks.head + 1; // all that was sent before is in blocks that were read
  const lanes = sign(senders, chainId, loads);
  const ahead = Math.min(...loads.map((load) => load.ahead));
  const [sent] = await Promise.all([pump(validators.urls, blocks, lanes, { seconds, ahead, evenly }), during()]);
  return Promise.all(loads.map(async (load) => resultOf(validators, blocks, load, sent, from)));
}

async function resultOf(validators: Validators, blocks: Blocks, load: Load, sent: Sent, from: number): Promise<Result> {
  const { id, what, each, computed } = load;
  const transactions = sent.transactions.filter((transaction) => transaction.load === load);
  const keys = transactions.flatMap((transaction) => transaction.keys);
  const tally = await readBack(validators.client, load, keys, from, blocks.head);
  const { rate, seconds } = perSecond(tally, (block) => blocks.timeOf(block));
  return {
    ...{ id, what, tally, seconds, computed },
    gas: [...tally.blocks.keys()].reduce((sum, block) => sum + blocks.gasOf(block), 0),
    ...{ transactions: transactions.length, records: each * keys.length, rate: each * rate },
    again: transactions.filter(({ hash }) => sent.again.has(hash)).length,
  };
}
